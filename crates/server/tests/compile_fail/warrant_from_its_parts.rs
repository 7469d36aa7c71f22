use tigertally_core::{Warrant, entry::Receipt, policy::Permit};

fn forge(permit: Permit, receipt: Receipt) -> Warrant {
    Warrant { permit, receipt, rows: Vec::new() }
}

fn main() {}
