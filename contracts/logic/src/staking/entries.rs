//! The entries that concern places, bonds and rewards: load, decide, commit. Each is one message of
//! the contract.

use super::{curve, Error as E, *};
use carrots_kernel::accounts;
use core::ops::{Range, RangeInclusive};

carrots_kernel::records! {
    /// An operator that registered.
    pub struct Registered {
        /// What it bonded to itself.
        pub amount: Balance,
        /// Whether it found a place.
        pub placed: bool,
    }

    /// Stake that was bonded.
    pub struct Bonded {
        /// What was bonded.
        pub amount: Balance,
        /// The era from which it counts; zero for an operator's own, which is liable for all eras.
        pub since: Era,
    }

    /// Stake that began to unbond.
    pub struct Unbonded {
        /// What it is worth.
        pub amount: Balance,
        /// The era from which it counted, and the last one in which it did.
        pub since: Era,
        #[allow(missing_docs)]
        pub until: Era,
    }

    /// A waiting operator that took a place.
    pub struct Elected {
        /// The first era in which it is on duty.
        pub since: Era,
    }

    /// A commission that will be asked.
    pub struct Announced {
        /// The operator's cut of its rewards.
        pub commission: Perbill,
        /// The era from which it is asked.
        pub from: Era,
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
        /// Added to what is bonded to it.
        pub shared: Balance,
    }

    /// An operator that retired.
    pub struct Retired {
        /// The operators that have a place.
        pub operators: u32,
    }
}

/// The cohort that began to count with a pool's era, and since when.
pub(super) type Begun = Option<(Era, Cohort)>;

/// Writes a pool, with what began to count.
pub(super) fn keep<D: Db>(db: &mut D, operator: D::Id, pool: Pool, begun: Begun) {
    db.set_pool(operator, pool);
    if let Some((since, cohort)) = begun {
        db.set_cohort(operator, since, cohort);
    }
}

/// Begins the first era in block `now`.
pub fn genesis(now: Block) -> State {
    State { era_start: now, ..State::default() }
}

/// Makes the caller an operator with a bond of its own. It takes a place if one is free, and waits
/// for one if not. One that retired may return; its new commission is announced as by [`set_commission`].
///
/// Errs with `AlreadyRegistered`, `Banned`, `CommissionTooHigh`, `SelfBondTooLow`, `PayoutOpen` or
/// `CommissionPending`.
pub fn register<D: Db>(
    db: &mut D,
    who: D::Id,
    amount: Balance,
    commission: Perbill,
) -> Result<Registered, Error> {
    let (params, mut state, mut pool) = (db.params(), db.state(), db.pool(who));
    if pool.registered() {
        return Err(E::AlreadyRegistered);
    }
    if pool.slashes >= MAX_SLASHES {
        return Err(E::Banned);
    }
    if commission > params.max_commission {
        return Err(E::CommissionTooHigh);
    }
    if amount < params.min_self_bond {
        return Err(E::SelfBondTooLow);
    }
    let begun = pool.begin(state.era)?;
    if pool.status == Status::Absent {
        (pool.commission, pool.next_commission) = (commission, commission);
        pool.growth = ONE;
    } else {
        pool.announce(commission, state.era)?;
    }
    pool.join(amount, amount);
    pool.status = Status::Waiting;
    let placed = state.operators < params.max_operators;
    if placed {
        place(&mut state, &mut pool);
    }
    // After this point the call must succeed.
    db.set_state(state);
    keep(db, who, pool, begun);
    Ok(Registered { amount, placed })
}

/// Gives an operator a place. Places are counted, and what is staked is a part of what the contract
/// holds: nothing overflows.
#[inline(never)]
fn place(state: &mut State, pool: &mut Pool) {
    state.operators = state.operators.saturating_add(1);
    state.staked = state.staked.saturating_add(pool.stake.all);
    pool.take_place(state.era);
}

/// Takes an operator's place, if it has one.
#[inline(never)]
pub(super) fn displace(state: &mut State, pool: &mut Pool, status: Status) {
    if pool.status == Status::Active {
        state.operators = state.operators.saturating_sub(1);
        state.staked = state.staked.saturating_sub(pool.stake.all);
        pool.leave_place(state.era);
    }
    pool.status = status;
}

/// Gives a waiting operator, for anyone, a place: one that is free, or that of another with less
/// stake, which waits from now on. Its stake is what stood when the era began and still does; that
/// of the other is all that it has. Who gives a place up has its duty until the era ends.
///
/// Errs with `NotWaiting`, `SelfBondTooLow`, `NoPlace` (the other has none), `StakeTooLow`,
/// or `PayoutOpen`.
pub fn elect<D: Db>(db: &mut D, operator: D::Id, other: D::Id) -> Result<Elected, Error> {
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    if pool.status != Status::Waiting {
        return Err(E::NotWaiting);
    }
    let begun = pool.begin(state.era)?;
    let params = db.params();
    if pool.stake.own < params.min_self_bond {
        return Err(E::SelfBondTooLow);
    }
    let mut rival = None;
    if state.operators >= params.max_operators {
        let mut loser = db.pool(other);
        if loser.status != Status::Active {
            return Err(E::NoPlace);
        }
        if loser.stake.all >= pool.standing().all {
            return Err(E::StakeTooLow);
        }
        displace(&mut state, &mut loser, Status::Waiting);
        rival = Some(loser);
    }
    place(&mut state, &mut pool);
    // After this point the call must succeed.
    db.set_state(state);
    keep(db, operator, pool, begun);
    if let Some(loser) = rival {
        db.set_pool(other, loser);
    }
    Ok(Elected { since: pool.duty_from })
}

/// Bonds `amount` to an operator. It earns and is at risk from the next era on.
///
/// Errs with `BondTooLow`, `NotRegistered`, `SlashDue` or `PayoutOpen`.
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
    if !pool.registered() {
        return Err(E::NotRegistered);
    }
    if pool.accused() {
        let waits = db.report_at(operator, pool.first_report);
        if waits.is_some_and(|report| report.due <= state.era) {
            return Err(E::SlashDue);
        }
    }
    let begun = pool.begin(state.era)?;
    if pool.status == Status::Active {
        state.staked = state.staked.saturating_add(amount);
    }
    let own = who == operator;
    pool.join(if own { amount } else { 0 }, amount);
    let since = if own { 0 } else { state.era.saturating_add(1) };
    // After this point the call must succeed. A lot is at most what is with the operator.
    db.set_state(state);
    keep(db, operator, pool, begun);
    if !own {
        let lot = db.lot(operator, who, since).amount.saturating_add(amount);
        db.set_lot(operator, who, since, Lot::of(lot, &pool));
    }
    Ok(Bonded { amount, since })
}

/// Takes `amount` out of what the caller bonded to an operator and counts since an era, or all of it
/// if it is worth less; it unbonds from the era in progress on. An operator's own counts since era
/// zero. The sink is credited with what was slashed of it since an earlier call in the same era.
///
/// Errs with `Zero`, `NothingBonded`, `PayoutOpen`, `SelfBondTooLow` (an operator has to retire
/// first) or `Overflow`.
pub fn unbond<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    since: Era,
    amount: Balance,
) -> Result<Unbonded, Error> {
    if amount == 0 {
        return Err(E::Zero);
    }
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    let (is_own, until) = (who == operator && since == 0, state.era);
    let held = if is_own { pool.stake.own } else { lot(db, operator, who, since)? };
    if held == 0 {
        return Err(E::NothingBonded);
    }
    let begun = pool.begin(until)?;
    let amount = amount.min(held);
    let left = held.saturating_sub(amount);
    if is_own && pool.registered() && left < db.params().min_self_bond {
        return Err(E::SelfBondTooLow);
    }
    pool.part(is_own, since > until, amount);
    if pool.status == Status::Active {
        state.staked = state.staked.saturating_sub(amount);
    }
    let earlier = unbonding(db, operator, who, since, until)?;
    let burned = db.unbonding(operator, who, since, until).amount.saturating_sub(earlier);
    let unbonds = earlier.saturating_add(amount);
    let cohort = match is_own || since > until {
        true => None,
        false => {
            let at = |number| db.slash_at(operator, number);
            let (start, all) = cohort_up(db, &pool, operator, since, begun, at)?;
            Some(Cohort { start, lots: Lot::of(all.saturating_sub(amount), &pool) })
        }
    };
    // After this point the call must succeed.
    db.set_state(state);
    keep(db, operator, pool, begun);
    if !is_own {
        db.set_lot(operator, who, since, Lot::of(left, &pool));
    }
    if let Some(cohort) = cohort {
        db.set_cohort(operator, since, cohort);
    }
    let unbonding = Unbonding { amount: unbonds, slashes: pool.slashes };
    db.set_unbonding(operator, who, since, until, unbonding);
    accounts::credit(db, db.roles().sink, burned);
    Ok(Unbonded { amount, since, until })
}

/// Pays an account, for anyone, what it unbonded in era `until` of what counted since another, less
/// what was slashed since, which is credited to the sink.
///
/// Errs with `NothingUnbonding`, `StillUnbonding`, `SlashPending` (a slash reported while `until`
/// could be reported has to be applied first, by anyone, once it is due).
pub fn withdraw<D: Db>(
    db: &mut D,
    account: D::Id,
    operator: D::Id,
    since: Era,
    until: Era,
) -> Result<Paid, Error> {
    let unbonds = db.unbonding(operator, account, since, until);
    if unbonds.amount == 0 {
        return Err(E::NothingUnbonding);
    }
    let (params, state, pool) = (db.params(), db.state(), db.pool(operator));
    if state.era < until.saturating_add(params.unbonding_eras) {
        return Err(E::StillUnbonding);
    }
    let last_report = until.saturating_add(params.report_eras);
    let last_due = last_report.saturating_add(params.deferral());
    let waits = db.report_at(operator, pool.first_report);
    if waits.is_some_and(|report| report.due <= last_due) {
        return Err(E::SlashPending);
    }
    let amount = unbonding(db, operator, account, since, until)?;
    // After this point the call must succeed.
    db.set_unbonding(operator, account, since, until, Unbonding::default());
    accounts::credit(db, db.roles().sink, unbonds.amount.saturating_sub(amount));
    Ok(Paid { amount })
}

/// Announces the commission that the caller asks from the era after the next on: its bonders have
/// an era to leave. What was announced in this era before is forgotten.
///
/// Errs with `NotRegistered`, `CommissionTooHigh`, `PayoutOpen` or `CommissionPending`.
pub fn set_commission<D: Db>(
    db: &mut D,
    who: D::Id,
    commission: Perbill,
) -> Result<Announced, Error> {
    let (era, mut pool) = (db.state().era, db.pool(who));
    if !pool.registered() {
        return Err(E::NotRegistered);
    }
    if commission > db.params().max_commission {
        return Err(E::CommissionTooHigh);
    }
    let begun = pool.begin(era)?;
    pool.announce(commission, era)?;
    // After this point the call must succeed.
    keep(db, who, pool, begun);
    Ok(Announced { commission, from: pool.next_from })
}

/// Ends the era in progress, once it has lasted `era_blocks`, and begins the next in block `now`.
///
/// The payout is what the curve grants for the time that it took and the stake with which it began,
/// at most the reserve; nothing without points, and nothing where more is staked than the curve can
/// measure. Errs with `EraNotOver` or `Overflow`.
pub fn end_era<D: Db>(db: &mut D, now: Block) -> Result<EraEnded, Error> {
    let (params, mut state) = (db.params(), db.state());
    let blocks = now.saturating_sub(state.era_start);
    if blocks < params.era_blocks {
        return Err(E::EraNotOver);
    }
    let ended = state.era;
    let mut record = db.era(ended);
    let granted = match record.weight {
        0 => 0,
        _ => curve::payout_down(&params, state.counted, blocks).unwrap_or(0),
    };
    record.payout = granted.min(state.reserve);
    state.reserve = state.reserve.saturating_sub(record.payout);
    state.era = ended.checked_add(1).ok_or(E::Overflow)?;
    state.era_start = now;
    state.counted = state.staked;
    let next = EraRecord { operators: state.operators, ..EraRecord::default() };
    // After this point the call must succeed.
    db.set_state(state);
    db.set_era(ended, record);
    db.set_era(state.era, next);
    Ok(EraEnded { era: ended, payout: record.payout })
}

/// Adds `amount` to the reserve. Errs with `Zero`.
pub fn fund<D: Db>(db: &mut D, amount: Balance) -> Result<Funded, Error> {
    if amount == 0 {
        return Err(E::Zero);
    }
    let mut state = db.state();
    state.reserve = state.reserve.saturating_add(amount);
    // After this point the call must succeed.
    db.set_state(state);
    Ok(Funded { amount })
}

/// Awards an operator on duty points in the era in progress.
///
/// Errs with `NotScorer`, `Zero`, `NotOnDuty`, `PayoutOpen` or `Overflow`.
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
    let (era, mut pool) = (db.state().era, db.pool(operator));
    if !pool.on_duty(era) {
        return Err(E::NotOnDuty);
    }
    let begun = pool.begin(era)?;
    let mut record = db.era(era);
    let weight = pool.counted.checked_mul(points.into());
    record.weight = record.weight.checked_add(weight.ok_or(E::Overflow)?).ok_or(E::Overflow)?;
    pool.points = pool.points.checked_add(points).ok_or(E::Overflow)?;
    // After this point the call must succeed.
    db.set_era(era, record);
    keep(db, operator, pool, begun);
    Ok(Awarded { era, points: pool.points })
}

/// Pulls, for anyone, an operator's part of the payout of the finished era in which it has points: by
/// its points times the stake with which it began the era.
///
/// The part is rounded down, so the last to pull gets what rounding left; the commission is
/// rounded down in favour of the bonders. What stake would have earned that has left since the era began,
/// and what would more than double the rest, goes back to the reserve. Errs with `NothingToPay` or `Overflow`.
pub fn payout<D: Db>(db: &mut D, operator: D::Id) -> Result<PaidOut, Error> {
    let (mut state, mut pool) = (db.state(), db.pool(operator));
    if !pool.unpaid(state.era) {
        return Err(E::NothingToPay);
    }
    let era = pool.era;
    let mut record = db.era(era);
    let weight = pool.counted.checked_mul(pool.points.into()).ok_or(E::Overflow)?;
    // Without any weight there is no payout.
    let part = mul_div_down(record.payout, weight, record.weight).unwrap_or(0);
    let stood = pool.standing().all.min(pool.counted);
    let earned = mul_div_down(part, stood, pool.counted).unwrap_or(0);
    let commission = part_down(pool.commission, earned);
    let shared = pool.grow(earned.saturating_sub(commission));
    record.payout = record.payout.saturating_sub(part);
    record.weight = record.weight.saturating_sub(weight);
    pool.points = 0;
    let back = part.saturating_sub(commission).saturating_sub(shared);
    state.reserve = state.reserve.saturating_add(back);
    if pool.status == Status::Active {
        state.staked = state.staked.saturating_add(shared);
    }
    // After this point the call must succeed.
    db.set_state(state);
    db.set_era(era, record);
    db.set_pool(operator, pool);
    accounts::credit(db, operator, commission);
    Ok(PaidOut { era, commission, shared })
}

/// Retires the caller. Errs with `NotRegistered`.
pub fn retire<D: Db>(db: &mut D, who: D::Id) -> Result<Retired, Error> {
    let pool = db.pool(who);
    if !pool.registered() {
        return Err(E::NotRegistered);
    }
    Ok(leave(db, who, pool))
}

/// Retires, for anyone, an operator whose own bond fell below `min_self_bond`.
///
/// Errs with `NotRegistered` or `SelfBondSufficient`.
pub fn remove<D: Db>(db: &mut D, operator: D::Id) -> Result<Retired, Error> {
    let pool = db.pool(operator);
    if !pool.registered() {
        return Err(E::NotRegistered);
    }
    if pool.stake.own >= db.params().min_self_bond {
        return Err(E::SelfBondSufficient);
    }
    Ok(leave(db, operator, pool))
}

#[inline(never)]
fn leave<D: Db>(db: &mut D, operator: D::Id, mut pool: Pool) -> Retired {
    let mut state = db.state();
    displace(&mut state, &mut pool, Status::Retired);
    // After this point the call must succeed.
    db.set_state(state);
    db.set_pool(operator, pool);
    Retired { operators: state.operators }
}

/// What an account's lot with an operator is worth, rounded down. Errs with `Overflow`.
#[inline(never)]
pub fn lot<D: Db>(db: &D, operator: D::Id, who: D::Id, since: Era) -> Result<Balance, Error> {
    let (lot, pool) = (db.lot(operator, who, since), db.pool(operator));
    // What does not count yet is worth what was bonded.
    let counts = since <= pool.era;
    let start = if counts { db.cohort(operator, since).start } else { pool.growth };
    let grown = lot.grown(&pool, start, mul_div_down)?;
    let (waiting, at) = (lot.slashes..pool.slashes, |number| db.slash_at(operator, number));
    Ok(slashed(at, waiting, since..=Era::MAX, grown, part_up))
}

/// The growth with which lots began to count in an era, and what all of them are worth, at least;
/// `at` gives the operator's slashes by their numbers.
pub(super) fn cohort_up<D: Db>(
    db: &D,
    pool: &Pool,
    operator: D::Id,
    since: Era,
    begun: Begun,
    at: impl Fn(u32) -> Slash,
) -> Result<(u128, Balance), Error> {
    let written = begun.filter(|(counts, _)| *counts == since).map(|(_, cohort)| cohort);
    let Cohort { start, lots } = written.unwrap_or_else(|| db.cohort(operator, since));
    let grown = lots.grown(pool, start, mul_div_up)?;
    let waiting = lots.slashes..pool.slashes;
    Ok((start, slashed(at, waiting, since..=Era::MAX, grown, part_down)))
}

/// What is left, rounded down, of what an account unbonded in era `until` of what counted since
/// another.
pub fn unbonding<D: Db>(
    db: &D,
    operator: D::Id,
    who: D::Id,
    since: Era,
    until: Era,
) -> Result<Balance, Error> {
    let unbonds = db.unbonding(operator, who, since, until);
    let waiting = unbonds.slashes..db.pool(operator).slashes;
    let at = |number| db.slash_at(operator, number);
    Ok(slashed(at, waiting, since..=until, unbonds.amount, part_up))
}

/// What is left of an amount that counted in those eras after the slashes of those numbers, each of
/// which takes its part of it.
fn slashed(
    at: impl Fn(u32) -> Slash,
    numbers: Range<u32>,
    eras: RangeInclusive<Era>,
    amount: Balance,
    part: fn(Perbill, Balance) -> Balance,
) -> Balance {
    numbers.fold(amount, |left, number| match at(number) {
        slash if eras.contains(&slash.era) => left.saturating_sub(part(slash.fraction, left)),
        _ => left,
    })
}
