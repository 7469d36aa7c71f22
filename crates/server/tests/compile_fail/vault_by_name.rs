use tigertally_core::vault::Vault;

fn main() {}
