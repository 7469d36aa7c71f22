use tigertally_core::store::Store;

fn main() {}
