use std::sync::Arc;

use tigertally_core::identity::{Actor, Via};

fn main() {
    let _ = Actor { who: Arc::new(()), via: Via::Console };
}
