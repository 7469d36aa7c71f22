use tigertally_core::Warrant;

fn by_default<T: Default>() {}
fn by_copy<T: Clone>() {}

fn main() {
    by_default::<Warrant>();
    by_copy::<Warrant>();
}
