//! What is stored of charges.

use super::*;
use crate::oracle::{self, Kind, Outcome, Question, Status};
use carrots_kernel::records;
use carrots_kernel::scale::Encode;
use carrots_kernel::sealed::{Hash, Hashing};

/// The option of a question that says that the operator has not done it.
pub const INNOCENT: u128 = 0;
/// The option that says that it has.
pub const GUILTY: u128 = 1;

records! {
    /// How many cases there are.
    #[derive(Default)]
    pub struct State {
        /// Cases that were named.
        pub cases: u64,
        /// Operators that were reported.
        pub convictions: u64,
    }

    /// What decides on a charge.
    pub struct Case<Id> {
        /// The court's question.
        pub question: u64,
        /// Who named it, and is the reporter.
        pub accuser: Id,
    }
}

/// The text of the question on a charge, as a hash: what is asked is whether this operator has committed
/// this offence in this era, as far as this contract is concerned.
pub fn text<D: Hashing>(db: &D, operator: D::Id, era: Era, offence: Offence) -> Hash {
    let charge = (db.contract(), db.account(operator), era, offence);
    charge.using_encoded(|bytes| db.hash(bytes))
}

/// Whether the court is asked, or has answered, a question: another cannot take its place.
pub fn stands<Id>(question: &Question<Id>) -> bool {
    match question.status {
        Status::Settled => matches!(question.outcome, Outcome::Answer(_)),
        Status::Drawing | Status::Voting | Status::Tallied => true,
    }
}

/// What a question on a charge looks like.
pub const KIND: Kind = Kind::Choice { options: 2 };

/// The question of that number, if there is one.
pub fn question_of<O: oracle::Contract>(
    court: &O,
    question: u64,
) -> Result<Question<O::Id>, Error> {
    court.question(question).ok_or(Error::NoQuestion)
}
