//! Every error, on the model and on the compiled contract.

use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::funding::{Funding, Op};
use carrots_kernel::Perbill;
use carrots_logic::funding::{Error, Kind, MAX_CONTRIBUTION, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};

type Steps = Vec<Step<Op>>;

/// A wallet that can give more than one may.
const RICH: [u128; 8] = [MAX_CONTRIBUTION * 4; 8];

fn table() -> Vec<Row<Funding>> {
    use Error::*;
    let (p, a) = (params(), assurance());
    let one = Params { max_projects: 1, max_contributors: 1, ..p };
    let ann = vec![propose(ANN, &p)];
    let pledged = vec![propose(ANN, &a), contribute(BOB, 295, 0)];
    let met = vec![propose(ANN, &a), contribute(BOB, 300, 0)];
    let with = |steps: &Steps, more: Steps| [steps.clone(), more].concat();
    vec![
        (a, vec![], sponsor(1), NoPool),
        (p, vec![], sponsor(0), Zero),
        (p, vec![window(&p)], propose(ANN, &p), RoundOver),
        (p, with(&ann, vec![window(&p)]), contribute(BOB, 10, 0), RoundOver),
        (p, with(&ann, end(&p, 1)), contribute(BOB, 10, 0), RoundOver),
        (p, ann.clone(), tally(0), RoundNotOver),
        (p, vec![blocks(9)], end_round(), RoundNotOver),
        (p, vec![], call(ANN, 99, Op::Propose {}), WrongDeposit),
        (p, vec![], call(ANN, 101, Op::Propose {}), WrongDeposit),
        (a, vec![], call(ANN, 100, Op::Propose {}), WrongDeposit),
        (one, vec![propose(ANN, &one)], propose(ANN, &one), ProjectsFull),
        (p, vec![], contribute(BOB, 10, 0), NoProject),
        (p, vec![], tally(0), NoProject),
        (p, vec![], claim(0), NoProject),
        (p, vec![], refund(BOB, 0), NoProject),
        (p, ann.clone(), contribute(BOB, 9, 0), ContributionTooLow),
        (p, ann.clone(), contribute(BOB, 0, 0), ContributionTooLow),
        (a, pledged.clone(), contribute(CAT, 4, 0), ContributionTooLow),
        (p, ann.clone(), contribute(BOB, MAX_CONTRIBUTION + 1, 0), ContributionTooHigh),
        (
            p,
            with(&ann, vec![contribute(BOB, MAX_CONTRIBUTION, 0)]),
            contribute(BOB, 10, 0),
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
        (a, pledged.clone(), contribute(CAT, 10, 0), PledgeTooHigh),
        (p, with(&ann, vec![window(&p), tally(0)]), tally(0), AlreadyTallied),
        (p, with(&ann, vec![window(&p)]), end_round(), TallyOpen),
        (p, with(&ann, vec![window(&p), tally(0)]), claim(0), RoundInProgress),
        (p, with(&with(&ann, end(&p, 1)), vec![claim(0)]), claim(0), AlreadyClaimed),
        (a, with(&with(&pledged, end(&a, 1)), vec![claim(0)]), claim(0), AlreadyClaimed),
        (a, with(&met, end(&a, 1)), refund(BOB, 0), NotFailed),
        (a, pledged.clone(), refund(BOB, 0), NotFailed),
        (p, with(&ann, end(&p, 1)), refund(BOB, 0), NotFailed),
        (a, with(&pledged, end(&a, 1)), refund(CAT, 0), NothingToRefund),
        (
            a,
            with(&with(&pledged, end(&a, 1)), vec![refund(BOB, 0)]),
            refund(BOB, 0),
            NothingToRefund,
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
    done_all(&mut pair, &[vec![propose(BOB, &params)], end(&params, 1), vec![claim(0)]].concat());
    refusals::payment_fails(pair, &[(ANN, Op::Collect { account: BOB })]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let (p, w, a) = (params(), pairwise(), assurance());
    let too_high = MAX_CONTRIBUTION + 1;
    vec![
        (Params { round_blocks: 0, ..p }, RoundBlocksTooLow),
        (Params { round_blocks: (1 << 24) + 1, ..p }, RoundBlocksTooHigh),
        (Params { max_projects: 0, ..p }, MaxProjectsTooLow),
        (Params { max_projects: 65, ..p }, MaxProjectsTooHigh),
        (Params { max_contributors: 0, ..p }, MaxContributorsTooLow),
        (Params { max_contributors: (1 << 16) + 1, ..p }, MaxContributorsTooHigh),
        (Params { max_contributors: 33, ..w }, TooManyPairs),
        (Params { min_contribution: 0, ..p }, MinContributionTooLow),
        (Params { min_contribution: too_high, ..p }, MinContributionTooHigh),
        (Params { deposit: 0, ..p }, DepositTooLow),
        (Params { deposit: too_high, ..p }, DepositTooHigh),
        (Params { pairwise_bound: 0, ..w }, PairwiseBoundTooLow),
        (Params { pairwise_bound: too_high, ..w }, PairwiseBoundTooHigh),
        (Params { threshold: 0, ..a }, ThresholdTooLow),
        (Params { threshold: 301, ..a }, ThresholdTooHigh),
        (Params { bonus: Perbill::zero(), ..a }, BonusTooLow),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Funding>(params(), &wrong_params());
}

#[test]
fn what_a_kind_does_not_use_is_not_looked_at() {
    let strange = Params { pairwise_bound: u128::MAX, threshold: u128::MAX, ..params() };
    assert_eq!(strange.check(), Ok(()));
    let strange = Params { threshold: u128::MAX, bonus: Perbill::one(), ..pairwise() };
    assert_eq!(strange.check(), Ok(()));
    assert_eq!(Params { pairwise_bound: u128::MAX, ..assurance() }.check(), Ok(()));
    assert_eq!(Params { kind: Kind::Pairwise, ..assurance() }.check().err().map(drop), Some(()));
}
