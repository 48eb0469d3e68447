//! Every error, on the model and on the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::staking::{Op, Staking};
use carrots_kernel::Perbill;
use carrots_logic::staking::{Error, Offence, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};

type Steps = Vec<Step<Op>>;

fn table() -> Vec<Row<Staking>> {
    use Error::*;
    let (p, now) = (params(), at_once());
    let full = Params { max_operators: 1, ..p };
    let late = Params { slash_defer_eras: 5, ..p };
    let greedy = Op::Register { commission: Perbill::from_percent(51) };
    let ann = register(ANN, 1_000);
    let era = eras(&p, 1);
    let with = |steps: &Steps, more: Steps| [steps.clone(), more].concat();
    let on_duty = with(&vec![ann.clone(), fund(1_000_000)], era.clone());
    let earned = with(&on_duty, vec![award(ANN, 1)]);
    let unpaid = with(&earned, era.clone());
    let left = with(&vec![ann.clone(), bond(BOB, 500, ANN), unbond(BOB, ANN, 1, 500)], era.clone());
    let waits = vec![ann.clone(), register(BOB, 1_000)];
    let strong = with(&vec![ann.clone(), register(BOB, 2_000)], eras(&p, 1));
    let accused = vec![ann.clone(), misconduct(ANN, 0)];
    let announced = vec![ann.clone(), commission(ANN, 5), commission(ANN, 7)];
    let due = eras(&p, p.deferral() as usize);
    let banned: Steps = [vec![ann.clone()], reports(32), vec![apply_slash(ANN); 64]].concat();
    vec![
        (p, vec![ann.clone()], call(ANN, 0, slander()), NotSlasher),
        (p, on_duty.clone(), call(ANN, 0, Op::Award { operator: ANN, points: 1 }), NotScorer),
        (p, accused.clone(), call(ANN, 0, Op::Cancel { operator: ANN, number: 0 }), NotCanceller),
        (p, vec![ann.clone()], ann.clone(), AlreadyRegistered),
        (full, waits.clone(), register(BOB, 1_000), AlreadyRegistered),
        (now, banned, ann.clone(), Banned),
        (p, vec![], call(ANN, 1_000, greedy), CommissionTooHigh),
        (p, vec![ann.clone()], commission(ANN, 51), CommissionTooHigh),
        (p, vec![], register(ANN, 999), SelfBondTooLow),
        (p, with(&announced, era.clone()), commission(ANN, 6), CommissionPending),
        (p, vec![ann.clone()], unbond(ANN, ANN, 0, 1), SelfBondTooLow),
        (
            full,
            with(&waits, [vec![misconduct(BOB, 0)], due, vec![apply_slash(BOB)]].concat()),
            elect(BOB, ANN),
            SelfBondTooLow,
        ),
        (p, vec![ann.clone()], bond(BOB, 9, ANN), BondTooLow),
        (p, vec![ann.clone()], bond(BOB, 10, CAT), NotRegistered),
        (p, vec![ann.clone(), retire(ANN)], bond(BOB, 10, ANN), NotRegistered),
        (p, vec![], commission(ANN, 1), NotRegistered),
        (p, vec![], retire(ANN), NotRegistered),
        (p, vec![], remove(ANN), NotRegistered),
        (p, vec![], misconduct(ANN, 0), NotOperator),
        (p, vec![ann.clone()], elect(ANN, BOB), NotWaiting),
        (p, vec![], elect(ANN, BOB), NotWaiting),
        (full, strong.clone(), elect(BOB, CAT), NoPlace),
        (full, strong, elect(BOB, BOB), NoPlace),
        (full, with(&waits, era.clone()), elect(BOB, ANN), StakeTooLow),
        (full, vec![ann.clone(), register(BOB, 2_000)], elect(BOB, ANN), StakeTooLow),
        (p, vec![ann.clone()], award(ANN, 1), NotOnDuty),
        (p, vec![], award(ANN, 1), NotOnDuty),
        (p, with(&on_duty, [vec![retire(ANN)], era.clone()].concat()), award(ANN, 1), NotOnDuty),
        (p, unpaid.clone(), bond(BOB, 10, ANN), PayoutOpen),
        (p, unpaid.clone(), unbond(ANN, ANN, 0, 1), PayoutOpen),
        (p, unpaid.clone(), award(ANN, 1), PayoutOpen),
        (p, unpaid.clone(), commission(ANN, 1), PayoutOpen),
        (p, with(&unpaid, vec![retire(ANN)]), ann.clone(), PayoutOpen),
        (
            now,
            with(&earned, [vec![misconduct(ANN, 1)], era.clone()].concat()),
            apply_slash(ANN),
            PayoutOpen,
        ),
        (now, with(&accused, era.clone()), bond(BOB, 10, ANN), SlashDue),
        (now, with(&accused, era.clone()), cancel(ANN, 0), SlashDue),
        (p, vec![], fund(0), Zero),
        (p, vec![ann.clone()], unbond(ANN, ANN, 0, 0), Zero),
        (p, on_duty.clone(), award(ANN, 0), Zero),
        (p, vec![ann.clone()], unbond(BOB, ANN, 1, 1), NothingBonded),
        (p, vec![ann.clone()], unbond(ANN, ANN, 1, 1), NothingBonded),
        (p, vec![ann.clone()], withdraw(ANN, ANN, 0, 0), NothingUnbonding),
        (p, with(&left, eras(&p, 2)), withdraw(BOB, ANN, 1, 0), StillUnbonding),
        (
            late,
            with(&left, with(&vec![misconduct(ANN, 1)], eras(&p, 3))),
            withdraw(BOB, ANN, 1, 0),
            SlashPending,
        ),
        (p, vec![blocks(p.era_blocks - 1)], end_era(), EraNotOver),
        (p, earned.clone(), payout(ANN), NothingToPay),
        (p, with(&unpaid, vec![payout(ANN)]), payout(ANN), NothingToPay),
        (p, vec![ann.clone()], misconduct(ANN, 1), EraInFuture),
        (p, with(&vec![ann.clone()], eras(&p, 3)), misconduct(ANN, 0), ReportTooLate),
        (p, accused.clone(), misconduct(ANN, 0), AlreadyReported),
        (p, vec![ann.clone()], apply_slash(ANN), NoSlash),
        (p, accused.clone(), cancel(ANN, 1), NoSlash),
        (
            now,
            with(&accused, [era.clone(), vec![apply_slash(ANN)]].concat()),
            cancel(ANN, 0),
            NoSlash,
        ),
        (p, with(&accused, vec![cancel(ANN, 0)]), cancel(ANN, 0), AlreadyCancelled),
        (p, accused.clone(), apply_slash(ANN), SlashDeferred),
        (p, vec![ann.clone()], remove(ANN), SelfBondSufficient),
        (p, vec![], collect(ANN), NothingToCollect),
        (p, with(&on_duty, vec![award(ANN, u32::MAX)]), award(ANN, 1), Overflow),
    ]
}

/// Reports of Ann, two in each of so many eras.
fn reports(count: u32) -> Steps {
    let both = |era| vec![report(ANN, era, Offence::Equivocation), misconduct(ANN, era)];
    (0..count).flat_map(|era| [both(era), eras(&params(), 1)].concat()).collect()
}

fn slander() -> Op {
    Op::Report { operator: ANN, era: 0, offence: Offence::Misconduct, reporter: ANN }
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Staking>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let params = at_once();
    let unbonded = vec![register(ANN, 1_000), bond(BOB, 500, ANN), unbond(BOB, ANN, 1, 500)];
    let mut pair = pair(params);
    let (reported, slashed) = (vec![misconduct(ANN, 0)], vec![apply_slash(ANN)]);
    let steps = [unbonded, reported, eras(&params, 1), slashed, eras(&params, 4)];
    done_all(&mut pair, &steps.concat());
    let withdraw = Op::Withdraw { account: BOB, operator: ANN, since: 1, until: 0 };
    refusals::payment_fails(pair, &[(BOB, withdraw), (BOB, Op::Collect { account: CAT })]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    vec![
        (Params { era_blocks: 0, ..p }, EraBlocksTooLow),
        (Params { year_blocks: 9, ..p }, YearBlocksTooLow),
        (Params { unbonding_eras: 2, ..p }, UnbondingErasTooLow),
        (Params { unbonding_eras: 129, ..p }, UnbondingErasTooHigh),
        (Params { slash_defer_eras: 129, ..p }, SlashDeferErasTooHigh),
        (Params { max_operators: 0, ..p }, MaxOperatorsTooLow),
        (Params { min_self_bond: 0, ..p }, MinSelfBondTooLow),
        (Params { min_bond: 0, ..p }, MinBondTooLow),
        (Params { reporter_share: Perbill::one(), ..p }, ReporterShareTooHigh),
        (Params { issuance: 0, ..p }, IssuanceTooLow),
        (Params { max_inflation: Perbill::zero(), ..p }, MaxInflationTooLow),
        (Params { ideal_stake: Perbill::zero(), ..p }, IdealStakeTooLow),
        (Params { falloff: Perbill::zero(), ..p }, FalloffTooLow),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Staking>(params(), &wrong_params());
}
