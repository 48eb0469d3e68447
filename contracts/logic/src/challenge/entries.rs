//! The entries: load, decide, commit. Each is one message of the contract.

use super::{Error as E, *};
use carrots_kernel::accounts;
use core::mem::take;

carrots_kernel::records! {
    /// An assertion that was made.
    pub struct Asserted {
        /// Its number.
        pub assertion: u32,
        /// The state before the first step.
        pub start: u64,
        /// The state that is asserted.
        pub claim: u64,
        /// The first block in which it cannot be challenged any more.
        pub until: Block,
    }

    /// An assertion that was challenged.
    pub struct Challenged {
        /// Its number.
        pub assertion: u32,
        /// The challenger's place.
        pub place: u32,
    }

    /// A state in the middle that was asserted.
    pub struct Bisected {
        /// The assertion.
        pub assertion: u32,
        /// The challenger's place.
        pub place: u32,
        /// The steps before the state.
        pub step: u32,
        /// The state.
        pub state: u64,
    }

    /// An answer to that, and what came of it.
    pub struct Answered {
        /// The assertion.
        pub assertion: u32,
        /// The challenger's place.
        pub place: u32,
        /// The steps before the state on which both agree.
        pub low: u32,
        /// The steps before the state on which they do not.
        pub high: u32,
        /// Who won, if a single step was left.
        pub winner: Option<Side>,
    }

    /// A dispute in which whoever had to move did not.
    pub struct Expired {
        /// The assertion.
        pub assertion: u32,
        /// The challenger's place.
        pub place: u32,
        /// Who won.
        pub winner: Side,
    }

    /// An assertion that is final.
    pub struct Finalized {
        /// Its number.
        pub assertion: u32,
        /// The state before the first step.
        pub start: u64,
        /// The state after the last one.
        pub claim: u64,
    }
}

/// Asserts that all steps lead from `start` to `claim`, with a bond. Errs with `WrongBond`.
pub fn assert<D: Db>(
    db: &mut D,
    who: D::Id,
    value: Balance,
    start: u64,
    claim: u64,
    now: Block,
) -> Result<Asserted, Error> {
    let (params, number) = (db.params(), db.state().assertions);
    if value != params.assertion_bond {
        return Err(E::WrongBond);
    }
    let until = now.saturating_add(params.challenge_blocks);
    // A block has no room for so many that their number does not fit.
    let assertions = number.saturating_add(1);
    let assertion = Assertion {
        asserter: who,
        start,
        claim,
        since: now,
        challenges: 0,
        disputes: 0,
        status: Status::Open,
    };
    // After this point the call must succeed.
    db.set_state(State { assertions });
    db.set_assertion(number, Some(assertion));
    Ok(Asserted { assertion: number, start, claim, until })
}

/// Challenges an assertion in its window, with a bond: the asserter has to say the state in the middle.
///
/// Errs with `NoAssertion`, `NotOpen`, `WindowOver`, `WrongBond` or `ChallengersFull`.
pub fn challenge<D: Db>(
    db: &mut D,
    who: D::Id,
    value: Balance,
    number: u32,
    now: Block,
) -> Result<Challenged, Error> {
    let (params, mut assertion) = (db.params(), open(db, number)?);
    if !assertion.is_challengeable(&params, now) {
        return Err(E::WindowOver);
    }
    if value != params.challenge_bond {
        return Err(E::WrongBond);
    }
    let place = assertion.challenges;
    if place >= params.max_challengers {
        return Err(E::ChallengersFull);
    }
    // At most `max_challengers`: no overflow.
    assertion.challenges = place.saturating_add(1);
    assertion.disputes = assertion.disputes.saturating_add(1);
    let dispute = Dispute {
        challenger: who,
        low: 0,
        agreed: assertion.start,
        high: params.steps,
        disputed: assertion.claim,
        middle: None,
        since: now,
    };
    // After this point the call must succeed.
    db.set_assertion(number, Some(assertion));
    db.set_dispute(number, place, Some(dispute));
    Ok(Challenged { assertion: number, place })
}

/// Says the state in the middle of a dispute, for the asserter.
///
/// Errs with `NoDispute`, `NotAsserter`, `NotYourMove` or `ClockOver`.
pub fn bisect<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    place: u32,
    state: u64,
    now: Block,
) -> Result<Bisected, Error> {
    let (params, assertion, mut dispute) = disputed(db, number, place)?;
    if assertion.asserter != who {
        return Err(E::NotAsserter);
    }
    if dispute.turn() != Side::Asserter {
        return Err(E::NotYourMove);
    }
    if !dispute.is_in_time(&params, now) {
        return Err(E::ClockOver);
    }
    dispute.bisect(state, now);
    // After this point the call must succeed.
    db.set_dispute(number, place, Some(dispute));
    Ok(Bisected { assertion: number, place, step: dispute.half(), state })
}

/// Says whether the state in the middle of a dispute is right, for the challenger. If a single step is left,
/// it is made, and decides.
///
/// Errs with `NoDispute`, `NotChallenger`, `NotYourMove` or `ClockOver`.
pub fn answer<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    place: u32,
    agrees: bool,
    now: Block,
) -> Result<Answered, Error> {
    let (params, assertion, mut dispute) = disputed(db, number, place)?;
    if dispute.challenger != who {
        return Err(E::NotChallenger);
    }
    let middle = dispute.middle.ok_or(E::NotYourMove)?;
    if !dispute.is_in_time(&params, now) {
        return Err(E::ClockOver);
    }
    dispute.halve(middle, agrees, now);
    let winner = dispute.verdict();
    // After this point the call must succeed.
    match winner {
        None => db.set_dispute(number, place, Some(dispute)),
        Some(side) => decide(db, &params, number, assertion, place, side),
    }
    let Dispute { low, high, .. } = dispute;
    Ok(Answered { assertion: number, place, low, high, winner })
}

/// Decides a dispute, for anyone, against whoever had to move and did not.
///
/// Errs with `NoDispute` or `ClockRunning`.
pub fn expire<D: Db>(db: &mut D, number: u32, place: u32, now: Block) -> Result<Expired, Error> {
    let (params, assertion, dispute) = disputed(db, number, place)?;
    if dispute.is_in_time(&params, now) {
        return Err(E::ClockRunning);
    }
    let winner = match dispute.turn() {
        Side::Asserter => Side::Challenger,
        Side::Challenger => Side::Asserter,
    };
    // After this point the call must succeed.
    decide(db, &params, number, assertion, place, winner);
    Ok(Expired { assertion: number, place, winner })
}

/// Makes an assertion final, for anyone, once its window is over and no dispute is left, and credits its
/// asserter with the bond.
///
/// Errs with `NoAssertion`, `NotOpen`, `WindowOpen` or `Disputed`.
pub fn finalize<D: Db>(db: &mut D, number: u32, now: Block) -> Result<Finalized, Error> {
    let (params, assertion) = (db.params(), open(db, number)?);
    if assertion.is_challengeable(&params, now) {
        return Err(E::WindowOpen);
    }
    if assertion.disputes > 0 {
        return Err(E::Disputed);
    }
    let Assertion { asserter, start, claim, .. } = assertion;
    // After this point the call must succeed.
    db.set_assertion(number, Some(Assertion { status: Status::Final, ..assertion }));
    accounts::credit(db, asserter, params.assertion_bond);
    Ok(Finalized { assertion: number, start, claim })
}

/// An assertion that is neither rejected nor final. Errs with `NoAssertion` or `NotOpen`.
fn open<D: Db>(db: &D, number: u32) -> Result<Assertion<D::Id>, Error> {
    let assertion = db.assertion(number).ok_or(E::NoAssertion)?;
    match assertion.status {
        Status::Open => Ok(assertion),
        Status::Rejected | Status::Final => Err(E::NotOpen),
    }
}

type Disputed<Id> = (Params, Assertion<Id>, Dispute<Id>);

/// A dispute that is not decided, and what it is about. Errs with `NoDispute`.
fn disputed<D: Db>(db: &D, number: u32, place: u32) -> Result<Disputed<D::Id>, Error> {
    let dispute = db.dispute(number, place).ok_or(E::NoDispute)?;
    let assertion = db.assertion(number).ok_or(E::NoDispute)?;
    Ok((db.params(), assertion, dispute))
}

/// Commits what a dispute came to. Every bond is held: no sum overflows.
fn decide<D: Db>(
    db: &mut D,
    params: &Params,
    number: u32,
    mut assertion: Assertion<D::Id>,
    place: u32,
    winner: Side,
) {
    match winner {
        Side::Asserter => {
            assertion.disputes = assertion.disputes.saturating_sub(1);
            db.set_dispute(number, place, None);
            forfeit(db, params, params.challenge_bond, assertion.asserter);
        }
        Side::Challenger => reject(db, params, number, &mut assertion),
    }
    db.set_assertion(number, Some(assertion));
}

/// All who challenged and have not lost have their bonds back; the first of them wins a part of the asserter's.
fn reject<D: Db>(db: &mut D, params: &Params, number: u32, assertion: &mut Assertion<D::Id>) {
    assertion.status = Status::Rejected;
    assertion.disputes = 0;
    let mut is_first = true;
    for place in 0..assertion.challenges {
        let Some(Dispute { challenger, .. }) = db.dispute(number, place) else { continue };
        db.set_dispute(number, place, None);
        accounts::credit(db, challenger, params.challenge_bond);
        if take(&mut is_first) {
            forfeit(db, params, params.assertion_bond, challenger);
        }
    }
}

/// A part of a loser's bond is the winner's; the rest is burned.
fn forfeit<D: Db>(db: &mut D, params: &Params, bond: Balance, winner: D::Id) {
    let reward = params.reward_down(bond);
    let Roles { sink } = db.roles();
    accounts::credit(db, winner, reward);
    accounts::credit(db, sink, bond.saturating_sub(reward));
}
