//! Every error, on the model and on the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::challenge::{Challenge, Op};
use carrots_kernel::Perbill;
use carrots_kernel::sealed::MAX_WINDOW;
use carrots_logic::challenge::{Error, MAX_CHALLENGERS, MAX_STEPS, Params, ParamsError};
use carrots_testkit::refusals::{self, Row};
use carrots_testkit::script::pair;

fn table() -> Vec<Row<Challenge>> {
    [bonds(), moves(), ends()].concat()
}

fn bonds() -> Vec<Row<Challenge>> {
    use Error::*;
    let p = params();
    let (one, asserted) = (Params { max_challengers: 1, ..p }, vec![asserts_truth(&p, ANN)]);
    let with = |more: &[Step<Op>]| [&asserted[..], more].concat();
    let over = blocks(p.challenge_blocks);
    let with_bond = |bond, op| call(ANN, bond, op);
    let assert = Op::Assert { start: START, claim: 0 };
    let challenge = Op::Challenge { assertion: 0 };
    vec![
        (p, vec![], with_bond(p.assertion_bond - 1, assert), WrongBond),
        (p, vec![], with_bond(p.assertion_bond + 1, assert), WrongBond),
        (p, asserted.clone(), with_bond(p.challenge_bond - 1, challenge), WrongBond),
        (p, asserted.clone(), with_bond(p.assertion_bond, challenge), WrongBond),
        (p, vec![], challenges(&p, BOB), NoAssertion),
        (p, vec![], finalizes(0), NoAssertion),
        (p, with(std::slice::from_ref(&over)), challenges(&p, BOB), WindowOver),
        (one, with(&[challenges(&p, BOB)]), challenges(&p, CAT), ChallengersFull),
        // The place of a challenger who has lost stays taken.
        (
            one,
            with(&[
                challenges(&p, BOB),
                bisects_truly(&p, 0),
                blocks(p.move_blocks),
                expires(0, 0),
            ]),
            challenges(&p, BOB),
            ChallengersFull,
        ),
        (p, with(&[over, finalizes(0)]), challenges(&p, BOB), NotOpen),
        (p, vec![], collects(ANN), NothingToCollect),
    ]
}

fn moves() -> Vec<Row<Challenge>> {
    use Error::*;
    let p = params();
    let challenged = vec![asserts_truth(&p, ANN), challenges(&p, BOB)];
    let with = |more: &[Step<Op>]| [&challenged[..], more].concat();
    let bisected = with(&[bisects_truly(&p, 0)]);
    let late = |steps: &[Step<Op>]| [steps, &[blocks(p.move_blocks)]].concat();
    let almost = |steps: &[Step<Op>]| [steps, &[blocks(p.move_blocks - 1)]].concat();
    vec![
        (p, challenged[..1].to_vec(), bisects(ANN, 0, 0), NoDispute),
        (p, challenged[..1].to_vec(), answers(BOB, 0, true), NoDispute),
        (p, challenged[..1].to_vec(), expires(0, 0), NoDispute),
        (p, challenged.clone(), bisects(ANN, 1, 0), NoDispute),
        (p, challenged.clone(), bisects(BOB, 0, 0), NotAsserter),
        (p, challenged.clone(), answers(ANN, 0, true), NotChallenger),
        (p, bisected.clone(), answers(ANN, 0, true), NotChallenger),
        (p, challenged.clone(), answers(BOB, 0, true), NotYourMove),
        (p, bisected.clone(), bisects(ANN, 0, 0), NotYourMove),
        (p, late(&challenged), bisects_truly(&p, 0), ClockOver),
        (p, late(&bisected), answers(BOB, 0, true), ClockOver),
        (p, challenged.clone(), expires(0, 0), ClockRunning),
        (p, almost(&challenged), expires(0, 0), ClockRunning),
        (p, almost(&bisected), expires(0, 0), ClockRunning),
    ]
}

fn ends() -> Vec<Row<Challenge>> {
    use Error::*;
    let p = params();
    let asserted = vec![asserts_truth(&p, ANN)];
    let with = |more: &[Step<Op>]| [&asserted[..], more].concat();
    let almost = with(&[blocks(p.challenge_blocks - 1)]);
    let long = Params { move_blocks: p.challenge_blocks + 1, ..p };
    let disputed = with(&[challenges(&p, BOB), blocks(p.challenge_blocks)]);
    let rejected = with(&[challenges(&p, BOB), blocks(p.move_blocks), expires(0, 0)]);
    let last = with(&[challenges(&p, BOB), challenges(&p, CAT), blocks(p.move_blocks)]);
    let last = [last, vec![expires(0, 1)]].concat();
    let over = blocks(p.challenge_blocks);
    vec![
        (p, asserted.clone(), finalizes(0), WindowOpen),
        (p, almost, finalizes(0), WindowOpen),
        (long, disputed, finalizes(0), Disputed),
        (p, rejected.clone(), challenges(&p, BOB), NotOpen),
        (p, [rejected.clone(), vec![over.clone()]].concat(), finalizes(0), NotOpen),
        (p, rejected, expires(0, 0), NoDispute),
        // All disputes end with the assertion.
        (p, last, expires(0, 0), NoDispute),
        (p, with(&[over, finalizes(0)]), finalizes(0), NotOpen),
    ]
}

#[test]
fn the_contract_gives_every_error_where_the_model_does() {
    refusals::are_given::<Challenge>(&WALLETS, &table());
}

#[test]
fn a_payment_that_fails_changes_nothing() {
    let p = params();
    let mut pair = pair::<Challenge>(p, &WALLETS);
    let rejected = [asserts_truth(&p, ANN), challenges(&p, BOB), blocks(p.move_blocks)];
    done_all(&mut pair, &[&rejected[..], &[expires(0, 0)]].concat());
    let collect = |account| (CAT, Op::Collect { account });
    refusals::payment_fails(pair, &[collect(BOB), collect(carrots_catalogue::challenge::SINK)]);
}

/// One set of parameters for every way in which parameters can be wrong.
fn wrong_params() -> Vec<(Params, ParamsError)> {
    use ParamsError::*;
    let p = params();
    vec![
        (Params { assertion_bond: 0, ..p }, AssertionBondTooLow),
        (Params { challenge_bond: 0, ..p }, ChallengeBondTooLow),
        (Params { winner_share: Perbill::one(), ..p }, WinnerShareTooHigh),
        (Params { challenge_blocks: 0, ..p }, ChallengeBlocksTooLow),
        (Params { challenge_blocks: MAX_WINDOW + 1, ..p }, ChallengeBlocksTooHigh),
        (Params { move_blocks: 0, ..p }, MoveBlocksTooLow),
        (Params { move_blocks: u32::MAX, ..p }, MoveBlocksTooHigh),
        (Params { steps: 1, ..p }, StepsTooLow),
        (Params { steps: MAX_STEPS + 1, ..p }, StepsTooHigh),
        (Params { max_challengers: 0, ..p }, MaxChallengersTooLow),
        (Params { max_challengers: MAX_CHALLENGERS + 1, ..p }, MaxChallengersTooHigh),
    ]
}

#[test]
fn the_constructor_refuses_wrong_parameters() {
    refusals::params_are_refused::<Challenge>(params(), &wrong_params());
}
