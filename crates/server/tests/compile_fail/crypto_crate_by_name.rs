use tigertally_crypto::{DataKey, Keyring};

fn main() {}
