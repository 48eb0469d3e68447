//! Receipts and entries: load, decide, commit. Each is one message of the contract.

use super::{Error as E, *};
use crate::oracle::{self, Outcome, Status};
use crate::staking;

carrots_kernel::records! {
    /// A case that was named.
    pub struct Accused {
        /// The era of the offence.
        pub era: Era,
        /// The offence.
        pub offence: Offence,
        /// The court's question that decides on it.
        pub question: u64,
    }

    /// An operator that was reported.
    pub struct Convicted {
        /// The era of the offence.
        pub era: Era,
        /// The offence.
        pub offence: Offence,
        /// The court's question that decided on it.
        pub question: u64,
    }
}

/// Names the question that decides on a charge. Errs with `NoQuestion`, `WrongQuestion`, or
/// `AlreadyCharged` where the charge has a case that is open or was answered.
pub fn accuse<D: Db>(
    db: &mut D,
    who: D::Id,
    oracle: &mut impl oracle::Contract<Id = D::Id>,
    operator: D::Id,
    era: Era,
    offence: Offence,
    question: u64,
) -> Result<Accused, Error> {
    let asked = question_of(oracle, question)?;
    if asked.kind != KIND || asked.text != text(db, operator, era, offence) {
        return Err(E::WrongQuestion);
    }
    if let Some(case) = db.case(operator, era, offence) {
        if case.question == question || stands(&question_of(oracle, case.question)?) {
            return Err(E::AlreadyCharged);
        }
    }
    // After this point the call must succeed.
    let mut state = db.state();
    state.cases = state.cases.saturating_add(1);
    db.set_state(state);
    db.set_case(operator, era, offence, Some(Case { question, accuser: who }));
    Ok(Accused { era, offence, question })
}

/// Reports an operator that the court has found guilty. Errs with `NoCase`, `NotSettled`, `NotGuilty`, or
/// with `ReportRefused` where staking refuses.
pub fn convict<D: Db>(
    db: &mut D,
    oracle: &mut impl oracle::Contract<Id = D::Id>,
    staking: &mut impl staking::Contract<Id = D::Id>,
    operator: D::Id,
    era: Era,
    offence: Offence,
) -> Result<Convicted, Error> {
    let Case { question, accuser } = db.case(operator, era, offence).ok_or(E::NoCase)?;
    let asked = question_of(oracle, question)?;
    match (asked.status, asked.outcome) {
        (Status::Settled, Outcome::Answer(GUILTY)) => {}
        (Status::Settled, _) => return Err(E::NotGuilty),
        _ => return Err(E::NotSettled),
    }
    staking.report(operator, accuser, era, offence).map_err(|_| E::ReportRefused)?;
    // After this point the call must succeed.
    let mut state = db.state();
    state.convictions = state.convictions.saturating_add(1);
    db.set_state(state);
    Ok(Convicted { era, offence, question })
}
