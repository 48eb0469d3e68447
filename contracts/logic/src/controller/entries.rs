//! The entries: load, decide, commit. Each is one message of the contract.

use super::{Error as E, *};
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// Units that were used.
    pub struct Used {
        /// How many.
        pub units: Balance,
        /// What the sink got for them.
        pub paid: Balance,
        /// What whoever makes the period got.
        pub tip: Balance,
    }

    /// A measure that was reported.
    pub struct Reported {
        /// The measure.
        pub measure: Balance,
        /// The output that is in force.
        pub output: Balance,
    }

    /// An output that was written down.
    pub struct Advanced {
        /// The output.
        pub output: Balance,
    }
}

/// Begins the first period in block `now`.
pub fn genesis(now: Block) -> State {
    State { since: now, ..State::default() }
}

/// What is put out in block `now`.
pub fn output<D: Db>(db: &D, now: Block) -> Balance {
    db.state().at(&db.params(), now).output
}

/// Takes units of the period's capacity at its price, as many as there are left of those that are asked for. The value
/// has to suffice for all of them. Of what it has beyond the price of those that are taken, whoever makes the period
/// is credited with at most `tip` for each, and the caller with the rest.
///
/// Errs with `NotSold`, `NoUnits`, `CapacityUsed` or `ValueTooLow`.
pub fn use_capacity<D: Db>(
    db: &mut D,
    who: D::Id,
    value: Balance,
    units: Balance,
    tip: Balance,
    maker: D::Id,
    now: Block,
) -> Result<Used, Error> {
    let params = db.params();
    if params.sensor != Sensor::Use {
        return Err(E::NotSold);
    }
    if units == 0 {
        return Err(E::NoUnits);
    }
    let mut state = db.state().at(&params, now);
    let used = state.measure.unwrap_or(0);
    let taken = units.min(params.capacity.saturating_sub(used));
    if taken == 0 {
        return Err(E::CapacityUsed);
    }
    if value < state.output.saturating_mul(units) {
        return Err(E::ValueTooLow);
    }
    // At most MAX_OUTPUT times MAX_UNITS.
    let paid = state.output.saturating_mul(taken);
    let left = value.saturating_sub(paid);
    let tip = tip.saturating_mul(taken).min(left);
    state.measure = Some(used.saturating_add(taken));
    let Roles { sink, .. } = db.roles();
    // After this point the call must succeed.
    db.set_state(state);
    accounts::credit(db, sink, paid);
    accounts::credit(db, maker, tip);
    accounts::credit(db, who, left.saturating_sub(tip));
    Ok(Used { units: taken, paid, tip })
}

/// Reports what was measured in this period, once.
///
/// Errs with `NotReported`, `NotReporter`, `MeasureTooHigh` or `AlreadyReported`.
pub fn report<D: Db>(
    db: &mut D,
    who: D::Id,
    measure: Balance,
    now: Block,
) -> Result<Reported, Error> {
    let params = db.params();
    if params.sensor != Sensor::Report {
        return Err(E::NotReported);
    }
    if db.roles().reporter != who {
        return Err(E::NotReporter);
    }
    if measure > params.capacity {
        return Err(E::MeasureTooHigh);
    }
    let state = db.state().at(&params, now);
    if state.measure.is_some() {
        return Err(E::AlreadyReported);
    }
    // After this point the call must succeed.
    db.set_state(State { measure: Some(measure), ..state });
    Ok(Reported { measure, output: state.output })
}

/// Writes down the output that is in force, for anyone. Errs with `PeriodNotOver`.
pub fn advance<D: Db>(db: &mut D, now: Block) -> Result<Advanced, Error> {
    let (params, state) = (db.params(), db.state());
    if !state.over(&params, now) {
        return Err(E::PeriodNotOver);
    }
    let state = state.at(&params, now);
    // After this point the call must succeed.
    db.set_state(state);
    Ok(Advanced { output: state.output })
}
