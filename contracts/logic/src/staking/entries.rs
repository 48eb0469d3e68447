//! The entries: load, decide, commit. Each is one message of the contract.

use super::{curve, offences, Error as E, *};
use carrots_kernel::accounts;
use carrots_kernel::math::part_down;

carrots_kernel::records! {
    /// Stake that was bonded: by registering, bonding or rebonding.
    pub struct Bonded {
        /// What was bonded.
        pub amount: Balance,
        /// The shares that it bought.
        pub shares: Shares,
    }

    /// Stake that began to unbond.
    pub struct Unbonded {
        /// What the shares were worth.
        pub amount: Balance,
        /// The era of the sub-pool that holds it now.
        pub era: Era,
    }

    /// An amount that was added to the reserve.
    pub struct Funded {
        /// What was added.
        pub amount: Balance,
    }

    /// An era that ended.
    pub struct EraEnded {
        /// Which one.
        pub era: Era,
        /// What its operators share.
        pub payout: Balance,
    }

    /// Points that were awarded.
    pub struct Awarded {
        /// The era in progress.
        pub era: Era,
        /// The operator's points in it so far.
        pub points: u32,
    }

    /// An operator's part of an era's payout.
    pub struct PaidOut {
        /// The era.
        pub era: Era,
        /// Credited to the operator.
        pub commission: Balance,
        /// Added to the pool.
        pub shared: Balance,
    }

    /// An offence that was reported.
    pub struct Reported {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The era from which its slash can be applied.
        pub due: Era,
    }

    /// A slash that was applied.
    pub struct Slashed {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The fraction that was taken.
        pub fraction: Perbill,
        /// What was taken in all.
        pub amount: Balance,
        /// The reporter's share of it; the rest is credited to the sink.
        pub reward: Balance,
    }

    /// An operator that is no longer active.
    pub struct Retired {
        /// The active operators that are left.
        pub operators: u32,
    }
}

/// Begins the first era in block `now`.
pub fn genesis(now: Block) -> State {
    State { era_start: now, ..State::default() }
}

/// Makes the caller an active operator with a bond of its own. A retired operator may return.
///
/// Errs with `AlreadyRegistered`, `CommissionTooHigh`, `SelfBondTooLow`, `OperatorsFull`, or as
/// [`bond`].
pub fn register<D: Db>(
    db: &mut D,
    who: D::Id,
    amount: Balance,
    commission: Perbill,
) -> Result<Bonded, Error> {
    let (params, mut state, mut pool) = (db.params(), db.state(), db.pool(who));
    if pool.status == Status::Active {
        return Err(E::AlreadyRegistered);
    }
    if commission > params.max_commission {
        return Err(E::CommissionTooHigh);
    }
    if amount < params.min_self_bond {
        return Err(E::SelfBondTooLow);
    }
    if state.operators >= params.max_operators {
        return Err(E::OperatorsFull);
    }
    let shares = pool.bond(amount, state.era)?;
    let position = db.position(who, who).checked_add(shares).ok_or(E::Overflow)?;
    state.operators = state.operators.checked_add(1).ok_or(E::Overflow)?;
    state.staked = state.staked.checked_add(amount).ok_or(E::Overflow)?;
    pool.status = Status::Active;
    pool.commission = commission;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(who, pool);
    db.set_position(who, who, position);
    Ok(Bonded { amount, shares })
}

/// Bonds `amount` to an operator. It earns and is at risk from the era in progress on.
///
/// Errs with `BondTooLow`, `NotActive`, `PayoutOpen`, `SlashDue`, `Accused`, `PoolWiped`,
/// `WorthNoShare` or `Overflow`.
pub fn bond<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    amount: Balance,
) -> Result<Bonded, Error> {
    if amount < db.params().min_bond {
        return Err(E::BondTooLow);
    }
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    if pool.status != Status::Active {
        return Err(E::NotActive);
    }
    let shares = pool.bond(amount, state.era)?;
    let position = db.position(operator, who).checked_add(shares).ok_or(E::Overflow)?;
    state.staked = state.staked.checked_add(amount).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(operator, pool);
    db.set_position(operator, who, position);
    Ok(Bonded { amount, shares })
}

/// Takes `shares` out of an operator's pool; what they are worth unbonds from this era on.
///
/// Errs with `Zero`, `NotEnoughShares`, `PayoutOpen`, `SlashDue`, `SelfBondTooLow` (an active
/// operator has to retire first), `PoolWiped` (until the next era) or `Overflow`.
pub fn unbond<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    shares: Shares,
) -> Result<Unbonded, Error> {
    if shares == 0 {
        return Err(E::Zero);
    }
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    let held = db.position(operator, who);
    let position = held.checked_sub(shares).ok_or(E::NotEnoughShares)?;
    pool.settled(state.era)?;
    let amount = pool.fund.withdraw(shares)?;
    if who == operator
        && pool.status == Status::Active
        && pool.fund.value_down(position)? < db.params().min_self_bond
    {
        return Err(E::SelfBondTooLow);
    }
    let mut sub_pool = db.sub_pool(operator, state.era);
    let bought = if amount == 0 { 0 } else { sub_pool.deposit(amount)? };
    let unbonding = db.unbonding(operator, who, state.era);
    let unbonding = unbonding.checked_add(bought).ok_or(E::Overflow)?;
    state.staked = state.staked.checked_sub(amount).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(operator, pool);
    db.set_position(operator, who, position);
    db.set_sub_pool(operator, state.era, sub_pool);
    db.set_unbonding(operator, who, state.era, unbonding);
    Ok(Unbonded { amount, era: state.era })
}

/// Bonds again, to the same operator, all that the caller unbonded from it in `era`. Stake cannot
/// move to another operator: it would outrun its slashes.
///
/// Errs with `NothingUnbonding`, or as [`bond`].
pub fn rebond<D: Db>(db: &mut D, who: D::Id, operator: D::Id, era: Era) -> Result<Bonded, Error> {
    let unbonding = db.unbonding(operator, who, era);
    if unbonding == 0 {
        return Err(E::NothingUnbonding);
    }
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    if pool.status != Status::Active {
        return Err(E::NotActive);
    }
    let mut sub_pool = db.sub_pool(operator, era);
    let amount = sub_pool.withdraw(unbonding)?;
    let shares = pool.bond(amount, state.era)?;
    let position = db.position(operator, who).checked_add(shares).ok_or(E::Overflow)?;
    state.staked = state.staked.checked_add(amount).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(operator, pool);
    db.set_position(operator, who, position);
    db.set_sub_pool(operator, era, sub_pool);
    db.set_unbonding(operator, who, era, 0);
    Ok(Bonded { amount, shares })
}

/// Pays the caller what it unbonded from an operator in `era`, less what was slashed since.
///
/// Errs with `NothingUnbonding`, `StillUnbonding` or `SlashPending`: a slash reported while `era`
/// could be reported has to be applied first, by anyone, once it is due.
pub fn withdraw<D: Db>(db: &mut D, who: D::Id, operator: D::Id, era: Era) -> Result<Paid, Error> {
    let unbonding = db.unbonding(operator, who, era);
    if unbonding == 0 {
        return Err(E::NothingUnbonding);
    }
    let (params, state, pool) = (db.params(), db.state(), db.pool(operator));
    if state.era < era.saturating_add(params.unbonding_eras) {
        return Err(E::StillUnbonding);
    }
    let last_report = era.saturating_add(params.report_eras);
    if pool.accused() && pool.slash_due <= last_report.saturating_add(params.slash_defer_eras) {
        return Err(E::SlashPending);
    }
    let mut sub_pool = db.sub_pool(operator, era);
    let amount = sub_pool.withdraw(unbonding)?;
    // After this point the call must succeed.
    db.set_sub_pool(operator, era, sub_pool);
    db.set_unbonding(operator, who, era, 0);
    Ok(Paid { amount })
}

/// Ends the era in progress, once it has lasted `era_blocks`, and begins the next in block `now`.
///
/// The payout is what the curve grants, at most the reserve; nothing without points, and nothing
/// where more is staked than the curve can measure. Errs with `EraNotOver` or `Overflow`.
pub fn end_era<D: Db>(db: &mut D, now: Block) -> Result<EraEnded, Error> {
    let (params, mut state) = (db.params(), db.state());
    if now.saturating_sub(state.era_start) < params.era_blocks {
        return Err(E::EraNotOver);
    }
    let ended = state.era;
    let mut record = db.era(ended);
    let granted = match record.points {
        0 => 0,
        _ => curve::era_payout_down(&params, state.staked).unwrap_or(0),
    };
    record.payout = granted.min(state.reserve);
    record.operators = state.operators;
    state.reserve = state.reserve.saturating_sub(record.payout);
    state.era = ended.checked_add(1).ok_or(E::Overflow)?;
    state.era_start = now;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_era(ended, record);
    Ok(EraEnded { era: ended, payout: record.payout })
}

/// Adds `amount` to the reserve. Errs with `Zero` or `Overflow`.
pub fn fund<D: Db>(db: &mut D, amount: Balance) -> Result<Funded, Error> {
    if amount == 0 {
        return Err(E::Zero);
    }
    let mut state = db.state();
    state.reserve = state.reserve.checked_add(amount).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_state(state);
    Ok(Funded { amount })
}

/// Awards an active operator points in the era in progress.
///
/// Errs with `NotScorer`, `Zero`, `NotActive` or `Overflow`.
pub fn award<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    points: u32,
) -> Result<Awarded, Error> {
    if who != db.roles().scorer {
        return Err(E::NotScorer);
    }
    if points == 0 {
        return Err(E::Zero);
    }
    let mut pool = db.pool(operator);
    if pool.status != Status::Active {
        return Err(E::NotActive);
    }
    let era = db.state().era;
    let (mut record, earlier) = (db.era(era), db.points(operator, era));
    record.points = record.points.checked_add(points).ok_or(E::Overflow)?;
    let points = earlier.checked_add(points).ok_or(E::Overflow)?;
    if earlier == 0 {
        pool.unpaid = pool.unpaid.checked_add(1).ok_or(E::Overflow)?;
        pool.last_award = era;
    }
    // After this point the call must succeed.
    db.set_era(era, record);
    db.set_points(operator, era, points);
    if earlier == 0 {
        db.set_pool(operator, pool);
    }
    Ok(Awarded { era, points })
}

/// Pulls an operator's part of a finished era's payout, for anyone.
///
/// The part is rounded down, so the last to pull gets what rounding left; the commission is
/// rounded down in favour of the pool. Where nobody holds shares any more the pool's part goes
/// back to the reserve. Errs with `EraInProgress`, `NothingToPay` or `Overflow`.
pub fn payout<D: Db>(db: &mut D, operator: D::Id, era: Era) -> Result<PaidOut, Error> {
    let mut state = db.state();
    if era >= state.era {
        return Err(E::EraInProgress);
    }
    let points = db.points(operator, era);
    if points == 0 {
        return Err(E::NothingToPay);
    }
    let (mut record, mut pool) = (db.era(era), db.pool(operator));
    let part = mul_div_down(record.payout, points.into(), record.points.into());
    let part = part.ok_or(E::Overflow)?;
    let commission = part_down(pool.commission, part);
    let shared = part.saturating_sub(commission);
    let credit = db.credit(operator).checked_add(commission).ok_or(E::Overflow)?;
    record.payout = record.payout.saturating_sub(part);
    record.points = record.points.saturating_sub(points);
    pool.unpaid = pool.unpaid.saturating_sub(1);
    let home = if pool.fund.shares == 0 {
        &mut state.reserve
    } else {
        state.staked = state.staked.checked_add(shared).ok_or(E::Overflow)?;
        &mut pool.fund.amount
    };
    *home = home.checked_add(shared).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_era(era, record);
    db.set_points(operator, era, 0);
    db.set_pool(operator, pool);
    if commission > 0 {
        db.set_credit(operator, credit);
    }
    Ok(PaidOut { era, commission, shared })
}

/// Reports an operator's offence in an era. Its slash waits in the order of the reports.
///
/// Errs with `NotSlasher`, `NotOperator`, `EraInFuture`, `ReportTooLate`, `AlreadyReported` or
/// `Overflow`.
pub fn report<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    reporter: D::Id,
    era: Era,
    offence: Offence,
) -> Result<Reported, Error> {
    if who != db.roles().slasher {
        return Err(E::NotSlasher);
    }
    let mut pool = db.pool(operator);
    if pool.status == Status::Absent {
        return Err(E::NotOperator);
    }
    let (params, reported) = (db.params(), db.state().era);
    let age = reported.checked_sub(era).ok_or(E::EraInFuture)?;
    if age > params.report_eras {
        return Err(E::ReportTooLate);
    }
    if db.reported(operator, era, offence) {
        return Err(E::AlreadyReported);
    }
    let offenders = db.offenders(era, offence).checked_add(1).ok_or(E::Overflow)?;
    let due = reported.checked_add(params.slash_defer_eras).ok_or(E::Overflow)?;
    let number = pool.next_slash;
    if !pool.accused() {
        pool.slash_due = due;
    }
    pool.next_slash = number.checked_add(1).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_pool(operator, pool);
    db.set_offenders(era, offence, offenders);
    db.set_reported(operator, era, offence, true);
    db.set_report_at(operator, number, Some(Report { era, offence, reported, reporter }));
    Ok(Reported { era, offence, due })
}

/// Applies an operator's oldest slash that waits, for anyone, once it is due.
///
/// It takes its fraction of the pool and of every sub-pool since the era of the offence: at most
/// `report_eras + slash_defer_eras + 1` of them, since nothing unbonds while a slash is due. The
/// reporter is credited with its share of what the operator's own shares of the pool lost, rounded
/// down, the sink with the rest. Errs with `NoSlash`, `SlashDeferred` or `Overflow`.
pub fn apply_slash<D: Db>(db: &mut D, operator: D::Id) -> Result<Slashed, Error> {
    let (params, mut state, mut pool) = (db.params(), db.state(), db.pool(operator));
    let number = pool.first_slash;
    let report = match db.report_at(operator, number) {
        Some(report) if pool.accused() => report,
        _ => return Err(E::NoSlash),
    };
    if state.era < pool.slash_due {
        return Err(E::SlashDeferred);
    }
    let Report { era, offence, reporter, .. } = report;
    let offenders = db.offenders(era, offence);
    let operators = match era < state.era {
        true => db.era(era).operators,
        false => state.operators,
    };
    let fraction = offences::fraction(&params, offence, offenders, operators);
    let own = pool.fund.value_down(db.position(operator, operator))?;
    let reward = part_down(params.reporter_share, part_down(fraction, own));
    let next = number.checked_add(1).ok_or(E::Overflow)?;
    let due = pool.slash_due;
    let mut amount = pool.fund.slash(fraction);
    state.staked = state.staked.checked_sub(amount).ok_or(E::Overflow)?;
    pool.first_slash = next;
    if let Some(waiting) = db.report_at(operator, next) {
        pool.slash_due = waiting.reported.saturating_add(params.slash_defer_eras);
    }
    // After this point the call must succeed. No sum below overflows: each is a part of what the
    // contract holds.
    for since in era..=state.era.min(due) {
        let mut sub_pool = db.sub_pool(operator, since);
        let loss = sub_pool.slash(fraction);
        if loss > 0 {
            amount = amount.saturating_add(loss);
            db.set_sub_pool(operator, since, sub_pool);
        }
    }
    for (who, part) in [(reporter, reward), (db.roles().sink, amount.saturating_sub(reward))] {
        accounts::credit(db, who, part);
    }
    db.set_state(state);
    db.set_pool(operator, pool);
    db.set_report_at(operator, number, None);
    Ok(Slashed { era, offence, fraction, amount, reward })
}

/// Retires the caller. Errs with `NotActive`.
pub fn retire<D: Db>(db: &mut D, who: D::Id) -> Result<Retired, Error> {
    let pool = db.pool(who);
    if pool.status != Status::Active {
        return Err(E::NotActive);
    }
    leave(db, who, pool)
}

/// Retires, for anyone, an operator whose own bond fell below `min_self_bond`.
///
/// Errs with `NotActive` or `SelfBondSufficient`.
pub fn remove<D: Db>(db: &mut D, operator: D::Id) -> Result<Retired, Error> {
    let pool = db.pool(operator);
    if pool.status != Status::Active {
        return Err(E::NotActive);
    }
    let own = pool.fund.value_down(db.position(operator, operator))?;
    if own >= db.params().min_self_bond {
        return Err(E::SelfBondSufficient);
    }
    leave(db, operator, pool)
}

fn leave<D: Db>(db: &mut D, operator: D::Id, mut pool: Pool) -> Result<Retired, Error> {
    let mut state = db.state();
    state.operators = state.operators.checked_sub(1).ok_or(E::Overflow)?;
    pool.status = Status::Retired;
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(operator, pool);
    Ok(Retired { operators: state.operators })
}

/// What an account has bonded to an operator: its shares, and what they are worth.
pub fn position<D: Db>(db: &D, operator: D::Id, who: D::Id) -> Result<Fund, Error> {
    db.pool(operator).fund.part_down(db.position(operator, who))
}

/// What an account unbonds from an operator since an era: its shares, and what they are worth.
pub fn unbonding<D: Db>(db: &D, operator: D::Id, who: D::Id, era: Era) -> Result<Fund, Error> {
    db.sub_pool(operator, era).part_down(db.unbonding(operator, who, era))
}
