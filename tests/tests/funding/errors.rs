//! Every error, on the model and on the compiled contract.

use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::funding::{Funding, Op};
use carrots_kernel::Perbill;
use carrots_logic::funding::{Error, Kind, MAX_AMOUNT, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};

type Steps = Vec<Step<Op>>;

/// A wallet that can give more than a round takes.
const RICH: [u128; 8] = [MAX_AMOUNT * 4; 8];

fn table() -> Vec<Row<Funding>> {
    use Error::*;
    let (p, w, a) = (params(), pairwise(), assurance());
    let one = Params { max_contributors: 1, ..w };
    let ann = vec![propose(ANN, &p)];
    let pledged = vec![propose(ANN, &a), contribute(BOB, 295, 0)];
    let met = vec![propose(ANN, &a), contribute(BOB, 300, 0)];
    let with = |steps: &Steps, more: Steps| [steps.clone(), more].concat();
    vec![
        (a, vec![], sponsor(1), NoPool),
        (p, vec![], sponsor(0), Zero),
        (p, vec![window(&p)], sponsor(1), RoundOver),
        (p, vec![window(&p)], propose(ANN, &p), RoundOver),
        (p, with(&ann, vec![window(&p)]), contribute(BOB, 10, 0), RoundOver),
        (p, with(&ann, end(&p)), contribute(BOB, 10, 0), RoundOver),
        (p, vec![blocks(9)], end_round(), RoundNotOver),
        (p, vec![], call(ANN, 99, Op::Propose { text: TEXT }), WrongDeposit),
        (p, vec![], call(ANN, 101, Op::Propose { text: TEXT }), WrongDeposit),
        (a, vec![], call(ANN, 100, Op::Propose { text: TEXT }), WrongDeposit),
        (p, vec![], contribute(BOB, 10, 0), NoProject),
        (p, vec![], claim(0), NoProject),
        (p, vec![], refund(BOB, 0), NoProject),
        (p, ann.clone(), contribute(BOB, 9, 0), ContributionTooLow),
        (p, ann.clone(), contribute(BOB, 0, 0), ContributionTooLow),
        (a, pledged.clone(), contribute(CAT, 4, 0), ContributionTooLow),
        (p, ann.clone(), contribute(BOB, MAX_AMOUNT + 1, 0), ContributionTooHigh),
        (
            p,
            with(&ann, vec![propose(CAT, &p), contribute(BOB, MAX_AMOUNT, 0)]),
            contribute(CAT, 10, 1),
            ContributionTooHigh,
        ),
        (
            one,
            vec![propose(ANN, &one), contribute(BOB, 10, 0), contribute(BOB, 10, 0)],
            contribute(CAT, 10, 0),
            ContributorsFull,
        ),
        (a, met.clone(), contribute(CAT, 10, 0), ThresholdMet),
        (a, met.clone(), contribute(CAT, 0, 0), ThresholdMet),
        (p, with(&ann, vec![window(&p)]), claim(0), RoundInProgress),
        (p, with(&with(&ann, end(&p)), vec![claim(0)]), claim(0), AlreadyClaimed),
        (a, with(&with(&pledged, end(&a)), vec![claim(0)]), claim(0), AlreadyClaimed),
        (a, with(&pledged, vec![window(&a)]), refund(BOB, 0), RoundInProgress),
        (a, with(&met, end(&a)), refund(BOB, 0), NotFailed),
        (p, with(&ann, end(&p)), refund(BOB, 0), NotFailed),
        (a, with(&pledged, end(&a)), refund(CAT, 0), NothingToRefund),
        (a, with(&with(&pledged, end(&a)), vec![refund(BOB, 0)]), refund(BOB, 0), NothingToRefund),
        (p, vec![sponsor(1), window(&p)], withdraw(ANN, 0), RoundInProgress),
        (p, with(&vec![sponsor(1)], end(&p)), withdraw(BOB, 0), NothingToWithdraw),
        (p, vec![], withdraw(ANN, 1), NothingToWithdraw),
        (
            p,
            with(&with(&vec![sponsor(1)], end(&p)), vec![withdraw(ANN, 0)]),
            withdraw(ANN, 0),
            NothingToWithdraw,
        ),
        (p, ann, collect(ANN), NothingToCollect),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Funding>(&RICH, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let params = params();
    let mut pair = pair(params);
    done_all(&mut pair, &[vec![propose(BOB, &params)], end(&params), vec![claim(0)]].concat());
    refusals::payment_fails(pair, &[(ANN, Op::Collect { account: BOB })]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let (p, w, a) = (params(), pairwise(), assurance());
    let too_high = MAX_AMOUNT + 1;
    vec![
        (Params { round_blocks: 0, ..p }, RoundBlocksTooLow),
        (Params { round_blocks: (1 << 24) + 1, ..p }, RoundBlocksTooHigh),
        (Params { max_contributors: 0, ..w }, MaxContributorsTooLow),
        (Params { max_contributors: 33, ..w }, MaxContributorsTooHigh),
        (Params { min_contribution: 0, ..p }, MinContributionTooLow),
        (Params { min_contribution: too_high, ..p }, MinContributionTooHigh),
        (Params { deposit: 0, ..p }, DepositTooLow),
        (Params { deposit: too_high, ..p }, DepositTooHigh),
        (Params { pairwise_bound: 0, ..w }, PairwiseBoundTooLow),
        (Params { pairwise_bound: too_high, ..w }, PairwiseBoundTooHigh),
        (Params { threshold: 0, ..a }, ThresholdTooLow),
        (Params { threshold: too_high, ..a }, ThresholdTooHigh),
        (Params { bonus: Perbill::zero(), ..a }, BonusTooLow),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Funding>(params(), &wrong_params());
}

#[test]
fn what_a_kind_does_not_use_is_not_looked_at() {
    let strange = Params { pairwise_bound: u128::MAX, max_contributors: 0, ..params() };
    assert_eq!(strange.check(), Ok(()));
    let strange = Params { threshold: u128::MAX, ..params() };
    assert_eq!(strange.check(), Ok(()));
    let strange = Params { threshold: u128::MAX, bonus: Perbill::one(), ..pairwise() };
    assert_eq!(strange.check(), Ok(()));
    assert_eq!(Params { pairwise_bound: u128::MAX, ..assurance() }.check(), Ok(()));
    let pairs = Params { kind: Kind::Pairwise, ..assurance() };
    assert_eq!(pairs.check(), Err(ParamsError::PairwiseBoundTooLow));
}
