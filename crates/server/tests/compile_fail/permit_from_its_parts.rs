use tigertally_core::policy::{Permit, Request};

fn forge(request: Request) -> Permit {
    Permit { request, visible: None, rules: Vec::new(), version: 1 }
}

fn main() {}
