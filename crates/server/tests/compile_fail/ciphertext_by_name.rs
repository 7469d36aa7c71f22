use tigertally_core::store::sealed::ciphertext;

fn main() {}
