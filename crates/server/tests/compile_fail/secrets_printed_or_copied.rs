use tigertally_core::{Disclosure, Unlock};

fn printed<T: std::fmt::Debug>() {}
fn copied<T: Clone>() {}

fn main() {
    printed::<Disclosure>();
    printed::<Unlock>();
    copied::<Disclosure>();
}
