use tigertally_core::Tigertally;

fn open(tigertally: &Tigertally) {
    let _ = tigertally.vault.open(());
}

fn main() {}
