//! What asserters and challengers gain by doing otherwise: [`carrots_logic::challenge`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance};
use carrots_catalogue::challenge::{Challenge, Op, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::challenge::{Db, Params, Side, Status};
use carrots_testkit::script::model;
use proptest::collection::vec;
use proptest::prelude::*;

const AGENTS: usize = 12;

fn any_params() -> impl Strategy<Value = Params> {
    let shares = prop::sample::select(vec![0, 1, 333_333_333, 500_000_000, 999_999_999]);
    (1..2_000u128, 1..2_000u128, shares, 2..70u32).prop_map(
        |(assertion_bond, challenge_bond, share, steps)| Params {
            assertion_bond,
            challenge_bond,
            winner_share: Perbill::from_parts(share),
            steps,
            max_challengers: 8,
            ..params()
        },
    )
}

/// What agents have more than at the start, once they have collected.
fn change(model: &Instance<Challenge>, who: &[Agent]) -> i128 {
    who.iter().map(|who| model.wealth(*who) as i128 - WALLET as i128).sum()
}

fn burned(params: &Params, bond: Balance) -> i128 {
    (bond - params.reward_down(bond)) as i128
}

fn reward(params: &Params, bond: Balance) -> i128 {
    params.reward_down(bond) as i128
}

/// Ann asserts, and these challenge, in this order.
fn challenged(params: Params, claim: u64, challengers: &[Agent]) -> Instance<Challenge> {
    let mut model = model::<Challenge>(params, &[WALLET; AGENTS]);
    play_all(&mut model, &[asserts(&params, ANN, claim)]);
    challengers.iter().for_each(|who| play_all(&mut model, &[challenges(&params, *who)]));
    model
}

/// Plays the dispute of a place to its last step: the asserter says what it says of the state after so many
/// steps, and the challenger answers. Who won, if it was not decided before.
fn played(
    model: &mut Instance<Challenge>,
    place: u32,
    mut says: impl FnMut(u32) -> u64,
    mut answers_by: impl FnMut(u64, bool) -> bool,
) -> Option<Side> {
    let mut winner = None;
    while let Some(dispute) = model.db.dispute(0, place) {
        let state = says(dispute.half());
        play_all(model, &[bisects(ANN, place, state)]);
        let right = state == truth(START, dispute.half());
        let agrees = answers_by(state, right);
        let op = Op::Answer { assertion: 0, place, agrees };
        match model.apply(dispute.challenger, 0, op) {
            Ok(carrots_catalogue::challenge::Receipt::Answered(answered)) => {
                winner = answered.winner;
            }
            other => panic!("{other:?}"),
        }
    }
    winner
}

/// The window passes, and the assertion becomes final.
fn finalized(model: &mut Instance<Challenge>) {
    let window = Db::params(&model.db).challenge_blocks;
    play_all(model, &[blocks(window), finalizes(0)]);
}

fn status(model: &Instance<Challenge>) -> Option<Status> {
    model.db.assertion(0).map(|one| one.status)
}

proptest! {
    /// Whatever is answered, and however much else is asserted in the middle by a liar.
    #[test]
    fn whoever_knows_the_truth_wins(
        params in any_params(), error in 0..70u32, said in vec(any::<u8>(), 16),
        answered in vec(any::<bool>(), 16),
    ) {
        let claim = truth(START, params.steps);
        let mut model = challenged(params, claim, &[BOB]);
        let mut answered = answered.into_iter();
        let won = played(
            &mut model,
            0,
            |steps| truth(START, steps),
            |_, _| answered.next().unwrap_or_default(),
        );
        prop_assert_eq!(won, Some(Side::Asserter));
        let error = error % params.steps;
        let mut model = challenged(params, lie(START, error, params.steps), &[BOB]);
        let mut said = said.into_iter();
        let says = |steps| match said.next().unwrap_or_default() {
            0..100 => lie(START, error, steps),
            100..200 => truth(START, steps),
            odd => odd.into(),
        };
        let won = played(&mut model, 0, says, |_, right| right);
        prop_assert_eq!(won, Some(Side::Challenger));
        prop_assert_eq!(status(&model), Some(Status::Rejected));
    }

    /// Whoever of them loses: Cat is Ann's other account.
    #[test]
    fn disputing_oneself_costs_what_is_burned(params in any_params(), is_true in any::<bool>()) {
        let error = if is_true { params.steps } else { 0 };
        let mut model = challenged(params, lie(START, error, params.steps), &[CAT]);
        played(&mut model, 0, |steps| lie(START, error, steps), |_, right| right);
        let bond = match is_true {
            true => params.challenge_bond,
            false => params.assertion_bond,
        };
        if is_true {
            finalized(&mut model);
        }
        let cost = burned(&params, bond);
        prop_assert!(cost > 0);
        prop_assert_eq!(change(&model, &[ANN, CAT]), -cost);
        prop_assert_eq!(change(&model, &[SINK]), cost);
    }

    /// Of some who challenge a lie, those who are told to lose first; then one of the others proves it.
    #[test]
    fn the_first_who_has_not_lost_wins_whoever_proves_it(
        params in any_params(), loses in vec(any::<bool>(), 2..7), prover in 0..7usize,
    ) {
        let error = params.steps - 1;
        let claim = lie(START, error, params.steps);
        let all: Vec<Agent> = (BOB..).take(loses.len()).collect();
        let left: Vec<usize> = (0..loses.len()).filter(|at| !loses[*at]).collect();
        prop_assume!(!left.is_empty());
        let mut model = challenged(params, claim, &all);
        let says = |steps| lie(START, error, steps);
        for place in (0..loses.len()).filter(|at| loses[*at]) {
            // All states in the middle are right, and it disagrees: what is left is the first step.
            let won = played(&mut model, place as u32, says, |_, _| false);
            prop_assert_eq!(won, Some(Side::Asserter));
        }
        let prover = left[prover % left.len()];
        played(&mut model, prover as u32, says, |_, right| right);
        prop_assert_eq!(status(&model), Some(Status::Rejected));
        for (at, who) in all.iter().enumerate() {
            let expected = match loses[at] {
                true => -(params.challenge_bond as i128),
                false if at == left[0] => reward(&params, params.assertion_bond),
                false => 0,
            };
            prop_assert_eq!(change(&model, &[*who]), expected, "{}", at);
        }
        let lost = all.len() - left.len();
        let won = reward(&params, params.challenge_bond) * lost as i128;
        prop_assert_eq!(change(&model, &[ANN]), won - params.assertion_bond as i128);
    }

    /// Whoever takes all places keeps the others out, and pays what is burned of all these bonds.
    #[test]
    fn to_take_all_places_costs_what_is_burned_of_them(params in any_params()) {
        let claim = lie(START, 0, params.steps);
        let own = vec![CAT; params.max_challengers as usize];
        let mut model = challenged(params, claim, &own);
        let late = Op::Challenge { assertion: 0 };
        prop_assert!(model.apply(BOB, params.challenge_bond, late).is_err());
        let says = lie(START, 0, params.steps / 2);
        for place in 0..params.max_challengers {
            play_all(&mut model, &[bisects(ANN, place, says)]);
        }
        play_all(&mut model, &[blocks(params.move_blocks)]);
        (0..params.max_challengers).for_each(|place| play_all(&mut model, &[expires(0, place)]));
        finalized(&mut model);
        let cost = burned(&params, params.challenge_bond) * i128::from(params.max_challengers);
        prop_assert_eq!(change(&model, &[ANN, CAT]), -cost);
    }

    /// Of challengers in the last block, with every clock used to its end.
    #[test]
    fn no_delay_is_longer_than_said(
        params in any_params(), answered in vec(any::<bool>(), 64), challengers in 1..8usize,
    ) {
        let claim = truth(START, params.steps);
        let mut model = challenged(params, claim, &[]);
        play_all(&mut model, &[blocks(params.challenge_blocks - 1)]);
        let since = model.block() - (params.challenge_blocks - 1);
        for who in (BOB..).take(challengers) {
            play_all(&mut model, &[challenges(&params, who)]);
        }
        let mut answered = answered.into_iter();
        while model.db.undecided().next().is_some() {
            play_all(&mut model, &[blocks(params.move_blocks - 1)]);
            let disputes: Vec<_> = model.db.undecided().collect();
            for (_, place, one) in disputes {
                let step = match one.turn() {
                    Side::Asserter => bisects(ANN, place, truth(START, one.half())),
                    Side::Challenger => {
                        answers(one.challenger, place, answered.next().unwrap_or_default())
                    }
                };
                play_all(&mut model, &[step]);
            }
        }
        play_all(&mut model, &[blocks(1), finalizes(0)]);
        prop_assert!(model.block() - since <= params.delay_blocks_max());
        prop_assert_eq!(status(&model), Some(Status::Final));
    }

    /// Whoever errs with some chance and is its own first challenger: what it saves, and what it pays.
    #[test]
    fn insurance_saves_the_reward_and_costs_what_is_burned(params in any_params()) {
        let error = params.steps / 2;
        let says = |steps| lie(START, error, steps);
        let wrong = lie(START, error, params.steps);
        let mut plain = challenged(params, wrong, &[BOB]);
        played(&mut plain, 0, says, |_, right| right);
        let mut insured = challenged(params, wrong, &[CAT, BOB]);
        played(&mut insured, 0, says, |_, right| right);
        let saved = change(&insured, &[ANN, CAT]) - change(&plain, &[ANN, CAT]);
        prop_assert_eq!(saved, reward(&params, params.assertion_bond));
        // Where it is right, the challenger of its own has to lose.
        let mut model = challenged(params, truth(START, params.steps), &[CAT]);
        played(&mut model, 0, |steps| truth(START, steps), |_, right| right);
        finalized(&mut model);
        let cost = burned(&params, params.challenge_bond);
        prop_assert_eq!(change(&model, &[ANN, CAT]), -cost);
    }
}

/// Honest challengers win though others challenge before them, and lose on purpose or not.
#[test]
fn one_honest_challenger_is_enough() {
    let params = Params { max_challengers: 3, ..params() };
    let says = |steps| lie(START, 3, steps);
    let mut model = challenged(params, lie(START, 3, params.steps), &[CAT, CAT, BOB]);
    for place in 0..2 {
        // Ann moves, Cat does not.
        play_all(&mut model, &[bisects(ANN, place, says(params.steps / 2))]);
    }
    played(&mut model, 2, says, |_, right| right);
    assert_eq!(status(&model), Some(Status::Rejected));
    // Cat had not lost yet, and is first.
    assert_eq!(change(&model, &[BOB]), 0);
    let lost = burned(&params, params.assertion_bond);
    assert_eq!(change(&model, &[ANN, CAT]), -lost);
}
