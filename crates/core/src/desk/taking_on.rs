//! Who can take a customer on: one question for everything that gives customers to somebody. It is asked when the gift is
//! wished, and again on the writer's thread when it is made: between the two, people leave and change their work.

use super::{DeskError, entering::somebodys, staff::facts_of};
use crate::{
    Tigertally,
    policy::{Action, ActorFacts, CustomerFacts, Question},
    store::{Tx, customers::Group},
};

impl Tigertally {
    /// Whether the policy would let somebody see such a customer as their own.
    pub(super) fn could_own(&self, person: &ActorFacts, group: &Group) -> bool {
        let mut question = Question::new(person.clone(), Action::ViewCustomer, self.hour());
        question.customer = Some(CustomerFacts {
            owner: Some(person.staff_no.clone()),
            department: person.department.clone(),
            ..somebodys(group)
        });
        self.policy().would(&question).allowed
    }

    /// Whether somebody takes such customers on: they work here, their own do not go to others, and the policy would let
    /// them see each as theirs.
    pub(super) fn takes_on<'g>(
        &self,
        tx: &Tx<'_>,
        staff: i64,
        groups: impl IntoIterator<Item = &'g Group>,
    ) -> Result<bool, DeskError> {
        let Some(person) = tx.stays(staff)? else { return Ok(false) };
        let person = facts_of(&person);
        Ok(groups.into_iter().all(|group| self.could_own(&person, group)))
    }
}
