use tigertally_core::{StoreError, Tigertally};

fn change(tigertally: &Tigertally) {
    let _ = tigertally.store.change(|_tx| Ok::<(), StoreError>(()));
}

fn main() {}
