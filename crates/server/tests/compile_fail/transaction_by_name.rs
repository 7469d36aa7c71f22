use tigertally_core::store::{Committed, Tx};

fn main() {}
