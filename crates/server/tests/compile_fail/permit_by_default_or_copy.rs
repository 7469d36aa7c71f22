use tigertally_core::policy::Permit;

fn by_default<T: Default>() {}
fn by_copy<T: Clone>() {}

fn main() {
    by_default::<Permit>();
    by_copy::<Permit>();
}
