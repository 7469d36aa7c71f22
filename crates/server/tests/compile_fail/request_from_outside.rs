use tigertally_core::{
    identity::Actor,
    policy::{Action, ActorFacts, Request, Subject},
};

fn ask(facts: ActorFacts, actor: &Actor) {
    let _ = Request::new(facts, Action::Reveal, Subject::None, 10);
    let _ = actor.facts();
}

fn main() {}
