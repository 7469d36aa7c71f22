//! Measures Tigertally.
fn main() {}
