//! The one who acts.

use std::sync::Arc;

use crate::policy::{ActorFacts, Role};

/// The way in, as the ledger records it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Via {
    /// The web console.
    Console,
    /// The HTTP API with a bearer token.
    #[default]
    Api,
    /// The command line on the machine itself.
    Cli,
    /// A link in a mail: for one decision, without a session.
    Mail,
}

impl Via {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Via::Console => "console",
            Via::Api => "api",
            Via::Cli => "cli",
            Via::Mail => "mail",
        }
    }
}

/// A member of staff with a session that stands. Made in this room only.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(super) who: Arc<Who>,
    pub(super) via: Via,
}

#[derive(Debug)]
pub(super) struct Who {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) facts: ActorFacts,
    pub(super) token_hash: [u8; 32],
}

impl Actor {
    pub(crate) fn id(&self) -> i64 {
        self.who.id
    }

    pub(crate) fn facts(&self) -> &ActorFacts {
        &self.who.facts
    }

    pub(crate) fn token_hash(&self) -> &[u8; 32] {
        &self.who.token_hash
    }

    /// Staff number.
    pub fn no(&self) -> &str {
        &self.who.facts.staff_no
    }

    /// Name.
    pub fn name(&self) -> &str {
        &self.who.name
    }

    /// Role.
    pub fn role(&self) -> Role {
        self.who.facts.role
    }

    /// Department.
    pub fn department(&self) -> &str {
        &self.who.facts.department
    }

    /// Region; empty when none.
    pub fn region(&self) -> &str {
        &self.who.facts.region
    }

    /// The way in.
    pub fn via(&self) -> Via {
        self.via
    }
}

/// Leave to act as the machine's operator: handed out once, when the data folder is opened, and never to the server.
#[derive(Debug)]
pub struct Operator(());

impl Operator {
    pub(crate) fn new() -> Operator {
        Operator(())
    }

    /// The operator as an actor.
    pub fn actor(&self) -> Actor {
        Actor {
            who: Arc::new(Who {
                id: 0,
                name: "operator".to_owned(),
                facts: ActorFacts {
                    staff_no: "operator".to_owned(),
                    role: Role::Operator,
                    department: String::new(),
                    region: String::new(),
                },
                token_hash: [0; 32],
            }),
            via: Via::Cli,
        }
    }
}
