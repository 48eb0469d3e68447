//! Every error, on the model and on the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots_catalogue::controller::{Controller, Op, SINK};
use carrots_kernel::Perbill;
use carrots_kernel::sealed::MAX_WINDOW;
use carrots_logic::controller::{Error, Kind, MAX_OUTPUT, MAX_UNITS, Params, ParamsError, Sensor};
use carrots_testkit::refusals::{self, Row};
use carrots_testkit::script::pair;

fn table() -> Vec<Row<Controller>> {
    use Error::*;
    let p = params();
    let reported = Params { sensor: Sensor::Report, ..p };
    let all = takes(ANN, p.initial * p.capacity, p.capacity, 0);
    let report = |who| call(who, 0, Op::Report { measure: 1 });
    vec![
        (reported, vec![], takes(ANN, p.initial, 1, 0), NotSold),
        (p, vec![], takes(ANN, p.initial, 0, 0), NoUnits),
        (p, vec![all.clone()], takes(BOB, p.initial, 1, 0), CapacityUsed),
        (p, vec![], takes(ANN, p.initial - 1, 1, 0), ValueTooLow),
        (p, vec![], takes(ANN, 2 * p.initial - 1, 2, 0), ValueTooLow),
        // The next price is an eighth higher.
        (p, vec![all, blocks(p.period_blocks)], takes(ANN, p.initial, 1, 0), ValueTooLow),
        (p, vec![], reports(1), NotReported),
        (reported, vec![], report(ANN), NotReporter),
        (reported, vec![], report(SINK), NotReporter),
        (reported, vec![], reports(p.capacity + 1), MeasureTooHigh),
        (reported, vec![reports(0)], reports(0), AlreadyReported),
        (p, vec![], advances(), PeriodNotOver),
        (p, vec![blocks(p.period_blocks - 1)], advances(), PeriodNotOver),
        (p, vec![blocks(p.period_blocks), advances()], advances(), PeriodNotOver),
        (p, vec![], collects(ANN), NothingToCollect),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Controller>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let p = params();
    let mut pair = pair::<Controller>(p, &WALLETS);
    done_all(&mut pair, &[takes(BOB, 2 * p.initial, 1, 10)]);
    let collect = |account| (CAT, Op::Collect { account });
    refusals::payment_fails(pair, &[collect(ANN), collect(BOB), collect(SINK)]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    let (blob, pi) = (Params { kind: Kind::BlobFee, ..p }, Params { kind: Kind::Pi, ..p });
    let multiplier = Params { kind: Kind::Multiplier, ..p };
    vec![
        (Params { period_blocks: 0, ..p }, PeriodBlocksTooLow),
        (Params { period_blocks: MAX_WINDOW + 1, ..p }, PeriodBlocksTooHigh),
        (Params { capacity: 0, ..p }, CapacityTooLow),
        (Params { capacity: MAX_UNITS + 1, ..p }, CapacityTooHigh),
        (Params { target: 0, ..p }, TargetTooLow),
        (Params { target: p.capacity + 1, ..p }, TargetTooHigh),
        (Params { least: 0, ..p }, LeastTooLow),
        (Params { least: MAX_OUTPUT + 1, ..p }, LeastTooHigh),
        (Params { most: p.least - 1, ..p }, MostTooLow),
        (Params { most: MAX_OUTPUT + 1, ..p }, MostTooHigh),
        (Params { initial: p.least - 1, ..p }, InitialTooLow),
        (Params { initial: p.most + 1, ..p }, InitialTooHigh),
        (Params { denominator: 0, ..p }, DenominatorTooLow),
        (Params { update_fraction: 0, ..blob }, UpdateFractionTooLow),
        (Params { update_fraction: MAX_UNITS + 1, ..blob }, UpdateFractionTooHigh),
        (Params { variability: Perbill::zero(), ..multiplier }, VariabilityTooLow),
        (Params { kp: MAX_OUTPUT + 1, ..pi }, KpTooHigh),
        (Params { ki: MAX_OUTPUT + 1, ..pi }, KiTooHigh),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Controller>(params(), &wrong_params());
}
