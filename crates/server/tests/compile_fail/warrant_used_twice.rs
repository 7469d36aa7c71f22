use tigertally_core::Warrant;

fn open(_: Warrant) {}

fn twice(warrant: Warrant) {
    open(warrant);
    open(warrant);
}

fn main() {}
