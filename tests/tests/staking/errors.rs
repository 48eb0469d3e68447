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
    let ruin = Params { misconduct_slash: Perbill::one(), ..now };
    let late = Params { slash_defer_eras: 5, ..p };
    let greedy = Op::Register { commission: Perbill::from_percent(51) };
    let ann = register(ANN, 1_000);
    let paid = [vec![ann.clone(), fund(1_000_000), award(ANN, 1)], eras(&p, 1)].concat();
    let left = vec![ann.clone(), bond(BOB, 500, ANN), unbond(BOB, ANN, 500)];
    let with = |steps: &Steps, more: Steps| [steps.clone(), more].concat();
    vec![
        (p, vec![ann.clone()], call(ANN, 0, slander()), NotSlasher),
        (p, vec![ann.clone()], call(ANN, 0, Op::Award { operator: ANN, points: 1 }), NotScorer),
        (p, vec![ann.clone()], ann.clone(), AlreadyRegistered),
        (full, vec![ann.clone()], register(BOB, 1_000), OperatorsFull),
        (p, vec![], call(ANN, 1_000, greedy), CommissionTooHigh),
        (p, vec![], register(ANN, 999), SelfBondTooLow),
        (p, vec![ann.clone()], unbond(ANN, ANN, 1), SelfBondTooLow),
        (p, vec![ann.clone()], bond(BOB, 9, ANN), BondTooLow),
        (p, vec![ann.clone()], bond(BOB, 10, CAT), NotActive),
        (p, vec![ann.clone(), retire(ANN)], bond(BOB, 10, ANN), NotActive),
        (p, with(&left, vec![retire(ANN)]), rebond(BOB, ANN, 0), NotActive),
        (p, vec![], award(ANN, 1), NotActive),
        (p, vec![], retire(ANN), NotActive),
        (p, vec![], remove(ANN), NotActive),
        (p, vec![], misconduct(ANN, 0), NotOperator),
        (p, paid.clone(), bond(BOB, 10, ANN), PayoutOpen),
        (p, paid.clone(), unbond(ANN, ANN, 1), PayoutOpen),
        (now, vec![ann.clone(), misconduct(ANN, 0)], bond(BOB, 10, ANN), SlashDue),
        (now, vec![ann.clone(), misconduct(ANN, 0)], unbond(ANN, ANN, 1), SlashDue),
        (p, vec![ann.clone(), misconduct(ANN, 0)], bond(BOB, 10, ANN), Accused),
        (p, with(&left, vec![misconduct(ANN, 0)]), rebond(BOB, ANN, 0), Accused),
        (ruin, wiped(), bond(BOB, 10, ANN), PoolWiped),
        (p, with(&paid, vec![payout(ANN, 0)]), bond(BOB, 10, ANN), WorthNoShare),
        (p, vec![], fund(0), Zero),
        (p, vec![ann.clone()], unbond(ANN, ANN, 0), Zero),
        (p, vec![ann.clone()], award(ANN, 0), Zero),
        (p, vec![ann.clone()], unbond(ANN, ANN, 1_001), NotEnoughShares),
        (p, vec![ann.clone()], withdraw(ANN, ANN, 0), NothingUnbonding),
        (p, vec![ann.clone()], rebond(ANN, ANN, 0), NothingUnbonding),
        (p, with(&left, eras(&p, 3)), withdraw(BOB, ANN, 0), StillUnbonding),
        (
            late,
            with(&with(&left, vec![misconduct(ANN, 0)]), eras(&p, 4)),
            withdraw(BOB, ANN, 0),
            SlashPending,
        ),
        (p, vec![blocks(p.era_blocks - 1)], end_era(), EraNotOver),
        (p, vec![ann.clone(), award(ANN, 1)], payout(ANN, 0), EraInProgress),
        (p, with(&paid, vec![payout(ANN, 0)]), payout(ANN, 0), NothingToPay),
        (p, vec![ann.clone()], misconduct(ANN, 1), EraInFuture),
        (p, with(&vec![ann.clone()], eras(&p, 3)), misconduct(ANN, 0), ReportTooLate),
        (p, vec![ann.clone(), misconduct(ANN, 0)], misconduct(ANN, 0), AlreadyReported),
        (p, vec![ann.clone()], apply_slash(ANN), NoSlash),
        (p, vec![ann.clone(), misconduct(ANN, 0)], apply_slash(ANN), SlashDeferred),
        (p, vec![ann.clone()], remove(ANN), SelfBondSufficient),
        (p, vec![], collect(ANN), NothingToCollect),
        (p, vec![ann, award(ANN, u32::MAX)], award(ANN, 1), Overflow),
    ]
}

fn slander() -> Op {
    Op::Report { operator: ANN, era: 0, offence: Offence::Misconduct, reporter: ANN }
}

fn wiped() -> Steps {
    vec![register(ANN, 1_000), misconduct(ANN, 0), apply_slash(ANN)]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Staking>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let params = at_once();
    let unbonded = vec![register(ANN, 1_000), bond(BOB, 500, ANN), unbond(BOB, ANN, 500)];
    let slashed = vec![misconduct(ANN, 0), apply_slash(ANN)];
    let mut pair = pair(params);
    done_all(&mut pair, &[unbonded, slashed, eras(&params, 4)].concat());
    let withdraw = Op::Withdraw { operator: ANN, era: 0 };
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
