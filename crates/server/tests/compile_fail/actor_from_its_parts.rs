use tigertally_core::identity::{Actor, Via};

fn forge(actor: Actor) -> Actor {
    Actor { via: Via::Console, ..actor }
}

fn main() {}
