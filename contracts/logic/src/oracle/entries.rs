//! Storage, receipts, and the entries that concern stakes: load, decide, commit. Each is one
//! message of the contract.

use super::{tree, Error as E, *};

carrots_kernel::records! {
    /// An amount that was staked.
    pub struct Staked {
        /// What was staked.
        pub amount: Balance,
        /// Votes that the juror can be drawn for.
        pub votes: u32,
    }

    /// A question that was asked.
    pub struct Asked {
        /// Its number.
        pub question: u64,
        /// The hash of the text that says what is asked.
        pub text: Hash,
        /// Votes of the jury that was paid for.
        pub wanted: u32,
    }

    /// A jury that was drawn, or the lack of one.
    pub struct Drawn {
        /// The question.
        pub question: u64,
        /// Its round.
        pub round: u32,
        /// Votes that were drawn.
        pub votes: u32,
        /// Jurors that have them.
        pub seats: u32,
        /// Credited to the payer for votes that were not drawn.
        pub refund: Balance,
    }

    /// A commitment to an answer.
    pub struct Committed {
        /// The question.
        pub question: u64,
        /// Its round.
        pub round: u32,
        /// The juror's votes.
        pub votes: u32,
    }

    /// An answer that was revealed.
    pub struct Revealed {
        /// The question.
        pub question: u64,
        /// Its round.
        pub round: u32,
        /// The juror's votes.
        pub votes: u32,
        /// The answer.
        pub answer: u128,
    }

    /// A round that was tallied.
    pub struct Tallied {
        /// The question.
        pub question: u64,
        /// The round.
        pub round: u32,
        /// What the round came to.
        pub outcome: Outcome,
        /// Revealed votes behind it.
        pub votes: u32,
    }

    /// An appeal.
    pub struct Appealed {
        /// The question.
        pub question: u64,
        /// The round that it began.
        pub round: u32,
        /// Votes of the jury that was paid for.
        pub wanted: u32,
    }

    /// A round that was settled.
    pub struct Settled {
        /// The question.
        pub question: u64,
        /// The round.
        pub round: u32,
        /// The question's outcome, which is final.
        pub outcome: Outcome,
        /// Votes that earned: in accord with it, or revealed where they could not change it.
        pub coherent: u32,
        /// What all other votes lost.
        pub lost: Balance,
        /// What each coherent vote earned of that.
        pub stake_per_vote: Balance,
        /// What each coherent vote earned of the fee.
        pub fee_per_vote: Balance,
        /// Credited, of what was lost, to whoever paid the appeal that gave the outcome.
        pub reward: Balance,
    }
}

/// Adds `amount` to the caller's stake, outside of drawing phases. The caller can be drawn from
/// now on. Where all leaves are taken, see [`displace`].
///
/// Errs with `StakesFrozen`, `Zero`, `StakeTooLow` or `JurorsFull`.
pub fn stake<D: Db>(db: &mut D, who: D::Id, amount: Balance, now: Block) -> Result<Staked, Error> {
    let (params, before) = (db.params(), db.juror(who));
    if params.drawing(now) {
        return Err(E::StakesFrozen);
    }
    if amount == 0 {
        return Err(E::Zero);
    }
    let stake = raised(&params, &before, amount)?;
    if before.leaf == 0 && db.state().jurors >= params.max_jurors {
        return Err(E::JurorsFull);
    }
    // After this point the call must succeed.
    tree::store(db, &params, who, before, Juror { stake, ..before });
    Ok(Staked { amount, votes: db.juror(who).votes(&params) })
}

/// Adds `amount`, which may be nothing, to the caller's stake, outside of drawing phases, and gives it
/// the leaf of a juror that has at most half as many votes and backs none, where all leaves are taken.
/// That juror cannot be drawn any more; its stake remains, to be taken out or to be added to.
///
/// Errs with `StakesFrozen`, `AlreadyJuror`, `StakeTooLow`, `RoomLeft`, `NotJuror`, `JurorBusy` or
/// `TooFewVotes`.
pub fn displace<D: Db>(
    db: &mut D,
    who: D::Id,
    juror: D::Id,
    amount: Balance,
    now: Block,
) -> Result<Staked, Error> {
    let (params, before) = (db.params(), db.juror(who));
    if params.drawing(now) {
        return Err(E::StakesFrozen);
    }
    if before.leaf > 0 {
        return Err(E::AlreadyJuror);
    }
    let stake = raised(&params, &before, amount)?;
    if db.state().jurors < params.max_jurors {
        return Err(E::RoomLeft);
    }
    // The caller has no leaf: it is another account.
    let leaves = db.juror(juror);
    if leaves.leaf == 0 {
        return Err(E::NotJuror);
    }
    if leaves.locked > 0 {
        return Err(E::JurorBusy);
    }
    let enters = Juror { stake, leaf: leaves.leaf, ..before };
    let votes = enters.votes(&params);
    if votes / 2 < leaves.votes(&params) {
        return Err(E::TooFewVotes);
    }
    // After this point the call must succeed.
    tree::hand_over(db, &params, (juror, leaves), (who, enters));
    Ok(Staked { amount, votes })
}

/// What a juror has staked with `amount` more, if that is enough for one.
fn raised(params: &Params, before: &Juror, amount: Balance) -> Result<Balance, Error> {
    // The contract holds it: it fits.
    let stake = before.stake.saturating_add(amount);
    if stake < params.least_stake() {
        return Err(E::StakeTooLow);
    }
    Ok(stake)
}

/// Pays the caller `amount` of its stake, outside of drawing phases. What backs votes stays until
/// they are settled; what remains is nothing or enough for a juror.
///
/// Errs with `StakesFrozen`, `Zero`, `NotEnoughStake`, `StakeLocked` or `StakeTooLow`.
pub fn unstake<D: Db>(db: &mut D, who: D::Id, amount: Balance, now: Block) -> Result<Paid, Error> {
    let (params, before) = (db.params(), db.juror(who));
    if params.drawing(now) {
        return Err(E::StakesFrozen);
    }
    if amount == 0 {
        return Err(E::Zero);
    }
    let stake = before.stake.checked_sub(amount).ok_or(E::NotEnoughStake)?;
    if stake < before.locked {
        return Err(E::StakeLocked);
    }
    if stake > 0 && stake < params.least_stake() {
        return Err(E::StakeTooLow);
    }
    // After this point the call must succeed.
    tree::store(db, &params, who, before, Juror { stake, ..before });
    Ok(Paid { amount })
}
