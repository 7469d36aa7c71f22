use tigertally_core::identity::Operator;

fn main() {
    let _ = Operator(());
    let _ = Operator::new();
}
