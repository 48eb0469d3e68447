//! The entries that concern offences: load, decide, commit. Each is one message of the contract.

use super::entries::{cohort_up, displace, keep};
use super::{offences, Error as E, *};
use alloc::vec::Vec;
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// An offence that was reported.
    pub struct Reported {
        /// The number of the report.
        pub number: u32,
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The era from which its slash can be applied.
        pub due: Era,
    }

    /// A report that was cancelled.
    pub struct Cancelled {
        /// Its number.
        pub number: u32,
    }

    /// A slash that was applied.
    pub struct Slashed {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The fraction that was taken.
        pub fraction: Perbill,
        /// What was taken of what is bonded. What unbonds is taken when it is withdrawn.
        pub amount: Balance,
        /// The reporter's share of it; the rest is credited to the sink.
        pub reward: Balance,
    }
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
    let (params, state, mut pool) = (db.params(), db.state(), db.pool(operator));
    if pool.status == Status::Absent {
        return Err(E::NotOperator);
    }
    let age = state.era.checked_sub(era).ok_or(E::EraInFuture)?;
    if age > params.report_eras {
        return Err(E::ReportTooLate);
    }
    if db.reported(operator, era, offence) {
        return Err(E::AlreadyReported);
    }
    let offenders = db.offenders(era, offence).checked_add(1).ok_or(E::Overflow)?;
    let due = state.era.checked_add(params.deferral()).ok_or(E::Overflow)?;
    let number = pool.next_report;
    pool.next_report = number.checked_add(1).ok_or(E::Overflow)?;
    let report = Report { era, offence, due, reporter, cancelled: false };
    // After this point the call must succeed.
    db.set_pool(operator, pool);
    db.set_offenders(era, offence, offenders);
    db.set_reported(operator, era, offence, true);
    db.set_report_at(operator, number, Some(report));
    Ok(Reported { number, era, offence, due })
}

/// Cancels a report, as long as no slash for its era can be due: its operator counts as no offender, and
/// its slash takes nothing.
///
/// Errs with `NotCanceller`, `NoSlash`, `AlreadyCancelled` or `SlashDue`.
pub fn cancel<D: Db>(
    db: &mut D,
    who: D::Id,
    operator: D::Id,
    number: u32,
) -> Result<Cancelled, Error> {
    if who != db.roles().canceller {
        return Err(E::NotCanceller);
    }
    let mut report = db.report_at(operator, number).ok_or(E::NoSlash)?;
    if report.cancelled {
        return Err(E::AlreadyCancelled);
    }
    if db.state().era >= report.era.saturating_add(db.params().deferral()) {
        return Err(E::SlashDue);
    }
    report.cancelled = true;
    let offenders = db.offenders(report.era, report.offence).saturating_sub(1);
    // After this point the call must succeed.
    db.set_offenders(report.era, report.offence, offenders);
    db.set_report_at(operator, number, Some(report));
    Ok(Cancelled { number })
}

/// Applies an operator's oldest slash that waits, for anyone, once it is due.
///
/// It takes its fraction of the operator's own bond and of every lot that counted in the era of the
/// offence, whether it is still bonded or unbonds. The reporter is credited with its share of what
/// the operator's own bond lost, rounded down, the sink with the rest. An operator that was slashed
/// [`MAX_SLASHES`] times retires. Errs with `NoSlash`, `SlashDeferred`, `PayoutOpen` or `Overflow`.
pub fn apply_slash<D: Db>(db: &mut D, operator: D::Id) -> Result<Slashed, Error> {
    let (params, mut state, mut pool) = (db.params(), db.state(), db.pool(operator));
    let number = pool.first_report;
    let report = db.report_at(operator, number).ok_or(E::NoSlash)?;
    if state.era < report.due {
        return Err(E::SlashDeferred);
    }
    let begun = pool.begin(state.era)?;
    let Report { era, offence, reporter, cancelled, .. } = report;
    let (offenders, operators) = (db.offenders(era, offence), db.era(era).operators);
    let fraction = match cancelled {
        true => Perbill::zero(),
        false => offences::fraction(&params, offence, offenders, operators),
    };
    // Nothing is bonded while a slash is due.
    let later = era.saturating_add(1)..=state.era.min(report.due.saturating_add(1));
    let mut exempt = pool.joining();
    // Each is read once, however many cohorts there are.
    let earlier = (0..pool.slashes).map(|number| db.slash_at(operator, number));
    let earlier: Vec<Slash> = earlier.collect();
    let at = |number| earlier.get(number as usize).copied().unwrap_or_default();
    for since in later {
        let (_, all) = cohort_up(db, &pool, operator, since, begun, at)?;
        exempt = exempt.saturating_add(all);
    }
    let lost = pool.slash(fraction, exempt);
    let reward = part_down(params.reporter_share, lost.own);
    if pool.status == Status::Active {
        state.staked = state.staked.saturating_sub(lost.all);
    }
    pool.first_report = number.checked_add(1).ok_or(E::Overflow)?;
    let slashes = pool.slashes;
    if !fraction.is_zero() {
        pool.slashes = slashes.checked_add(1).ok_or(E::Overflow)?;
    }
    if pool.slashes >= MAX_SLASHES {
        displace(&mut state, &mut pool, Status::Retired);
    }
    // After this point the call must succeed. No credit overflows: each is a part of what the
    // contract holds.
    for (who, part) in [(reporter, reward), (db.roles().sink, lost.all.saturating_sub(reward))] {
        accounts::credit(db, who, part);
    }
    db.set_state(state);
    keep(db, operator, pool, begun);
    db.set_report_at(operator, number, None);
    if !fraction.is_zero() {
        db.set_slash_at(operator, slashes, Slash { era, fraction });
    }
    Ok(Slashed { era, offence, fraction, amount: lost.all, reward })
}
