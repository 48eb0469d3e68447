//! What the rules promise: [`carrots_logic::oracle`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance, Refusal, Step};
use carrots_catalogue::oracle::{BEACON, Op, Oracle, Receipt};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::oracle::{Accounts, Db, Error, Kind, Outcome, Params};
use proptest::prelude::*;
use scale::Encode;

const JURORS: [Agent; 3] = [ANN, BOB, CAT];

fn params_of_courts() -> impl Strategy<Value = Params> {
    (1..=1_000_000_000u32, 1..500u128, 1..40u128, 1..=31u32).prop_map(
        |(alpha, more, fee_per_vote, jury)| {
            let p = Params { alpha: Perbill::from_parts(alpha), fee_per_vote, jury, ..params() };
            Params { absent_loss: p.incoherent_loss() + more, max_appeals: 1, ..p }
        },
    )
}

/// A question whose jury was drawn from Ann, Bob and Cat.
fn court(params: Params, stakes: [Balance; 3], seed: [u8; 32], kind: Kind) -> Instance<Oracle> {
    let mut model = model(params);
    for (who, value) in JURORS.into_iter().zip(stakes) {
        play_all(&mut model, &[stake(who, value)]);
    }
    let draw = call(BEACON, 0, Op::Draw { question: 0, seed });
    play_all(&mut model, &[ask(fee(&params), kind), until_drawing(&params), draw]);
    model
}

fn votes(model: &Instance<Oracle>, who: Agent) -> u32 {
    model.db.seat(who, 0, 0).votes
}

/// What a juror does in the first round of the first question.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    Answers(u128),
    /// Commits, but does not reveal.
    Waits(u128),
    Nothing,
}

/// The jury answers, and all is settled.
fn decide(model: &mut Instance<Oracle>, does: [Does; 3]) {
    let params = Db::params(&model.db);
    let seated: Vec<_> = JURORS.into_iter().zip(does).collect();
    let seated = seated.into_iter().filter(|(who, _)| votes(model, *who) > 0).collect::<Vec<_>>();
    for (who, does) in &seated {
        if let Does::Answers(answer) | Does::Waits(answer) = does {
            play_all(model, &[commit(*who, 0, *answer)]);
        }
    }
    model.advance(params.commit_blocks);
    for (who, does) in &seated {
        if let Does::Answers(answer) = does {
            play_all(model, &[reveal(*who, 0, *answer)]);
        }
    }
    play_all(model, &[blocks(params.reveal_blocks), tally(0), blocks(params.appeal_blocks)]);
    settle_all(model);
}

fn settle_all(model: &mut Instance<Oracle>) {
    while Db::params(&model.db).drawing(model.block()) {
        model.advance(1);
    }
    while play(model, &settle(0)).is_ok() {}
}

fn stakes() -> impl Strategy<Value = [Balance; 3]> {
    [2_000..100_000u128, 2_000..100_000u128, 2_000..100_000u128]
}

proptest! {
    /// If the others report the truth and have the majority, nothing is better than the truth.
    #[test]
    fn the_truth_is_an_equilibrium(
        params in params_of_courts(), stakes in stakes(), seed in any::<[u8; 32]>(),
        other in 1..3u128,
    ) {
        let start = court(params, stakes, seed, CHOICE);
        let others = votes(&start, BOB) + votes(&start, CAT);
        prop_assume!(votes(&start, ANN) > 0 && votes(&start, ANN) < others);
        let ann = |does| {
            let mut model = start.clone();
            decide(&mut model, [does, Does::Answers(0), Does::Answers(0)]);
            model.wealth(ANN)
        };
        let truth = ann(Does::Answers(0));
        for does in [Does::Answers(other), Does::Waits(0), Does::Waits(other), Does::Nothing] {
            prop_assert!(ann(does) < truth, "{does:?}");
        }
    }

    #[test]
    fn silence_costs_more_than_a_wrong_answer(
        params in params_of_courts(), stakes in stakes(), seed in any::<[u8; 32]>(),
    ) {
        let start = court(params, stakes, seed, CHOICE);
        let mine = votes(&start, ANN);
        prop_assume!(mine > 0 && mine < votes(&start, BOB) + votes(&start, CAT));
        let ann = |does| {
            let mut model = start.clone();
            decide(&mut model, [does, Does::Answers(0), Does::Answers(0)]);
            model.wealth(ANN)
        };
        let (wrong, silent) = (ann(Does::Answers(1)), ann(Does::Waits(1)));
        let more = params.absent_loss - params.incoherent_loss();
        prop_assert_eq!(wrong - silent, more * u128::from(mine));
    }

    #[test]
    fn a_juror_cannot_leave_before_its_votes_are_settled(
        params in params_of_courts(), stakes in stakes(), seed in any::<[u8; 32]>(),
        amount in 1..100_000u128,
    ) {
        let mut model = court(params, stakes, seed, CHOICE);
        prop_assume!(votes(&model, ANN) > 0);
        model.advance(params.draw_blocks);
        let locked = params.absent_loss * u128::from(votes(&model, ANN));
        let free = model.db.juror(ANN).stake - locked;
        let result = model.apply(ANN, 0, Op::Unstake { amount });
        if amount > free {
            let error = if amount > stakes[0] { Error::NotEnoughStake } else { Error::StakeLocked };
            prop_assert_eq!(result, Err(Refusal::Rules(error)));
        }
        prop_assert!(model.db.juror(ANN).stake >= locked);
    }

    /// Over several accounts a stake has at most as many votes, and with the same seeds at most as
    /// much at risk for each.
    #[test]
    fn a_split_stake_has_no_more_votes(
        params in params_of_courts(), parts in prop::collection::vec(1..20_000u128, 1..5),
    ) {
        let params = Params { max_jurors: 8, ..params };
        let (mut one, mut many) = (model(params), model(params));
        let total = |model: &Instance<Oracle>| model.db.node(8);
        let _ = play(&mut one, &stake(ANN, parts.iter().sum()));
        for (who, part) in (ANN..).zip(&parts) {
            let _ = play(&mut many, &stake(who, *part));
        }
        prop_assert!(total(&many) <= total(&one));
    }

    #[test]
    fn every_vote_is_drawn_once_and_backed(
        params in params_of_courts(), stakes in stakes(), seed in any::<[u8; 32]>(),
    ) {
        let model = court(params, stakes, seed, CHOICE);
        let mut drawn = 0;
        for (who, stake) in JURORS.into_iter().zip(stakes) {
            let (mine, juror) = (u128::from(votes(&model, who)), model.db.juror(who));
            prop_assert!(mine <= stake / params.absent_loss);
            prop_assert_eq!(juror.locked, mine * params.absent_loss);
            prop_assert!(juror.locked <= juror.stake);
            drawn += mine;
        }
        let all: u128 = stakes.iter().map(|stake| stake / params.absent_loss).sum();
        prop_assert_eq!(drawn, all.min(params.jury.into()));
    }

    /// The tree finds what a list of all votes has.
    #[test]
    fn the_draw_is_that_of_a_list(
        params in params_of_courts(), seed in any::<[u8; 32]>(),
        stakes in prop::collection::vec(2_000..30_000u128, 1..6),
    ) {
        let params = Params { max_jurors: 6, ..params };
        let mut model = model(params);
        for (who, value) in (ANN..).zip(&stakes) {
            play_all(&mut model, &[stake(who, *value)]);
        }
        let mut left: Vec<Agent> = (ANN..)
            .zip(&stakes)
            .flat_map(|(who, stake)| vec![who; (stake / params.absent_loss) as usize])
            .collect();
        let mut expected = [0; 8];
        for number in 0..params.jury.min(left.len() as u32) {
            let hash = carrots::model::hash(&(seed, 0u64, 0u32, number).encode());
            let random = u64::from_le_bytes(hash[..8].try_into().expect("eight bytes"));
            let pick = (u128::from(random) * left.len() as u128) >> 64;
            expected[left.remove(pick as usize) as usize] += 1;
        }
        let draw = call(BEACON, 0, Op::Draw { question: 0, seed });
        play_all(&mut model, &[ask(fee(&params), CHOICE), until_drawing(&params), draw]);
        prop_assert_eq!((0..8).map(|who| votes(&model, who)).collect::<Vec<_>>(), expected);
    }

    /// What a jury loses and is paid is what it earns, but for what the sink and the payer get.
    #[test]
    fn a_round_moves_tokens_and_makes_none(
        params in params_of_courts(), stakes in stakes(), seed in any::<[u8; 32]>(),
        answers in [0..3u128, 0..3u128, 0..3u128], number in any::<bool>(),
    ) {
        let kind = if number { Kind::Number } else { CHOICE };
        let mut model = court(params, stakes, seed, kind);
        let before: u128 = (0..8).map(|agent| model.wealth(agent)).sum();
        let fee = model.db.jury(0, 0).map_or(0, |jury| jury.fee);
        decide(&mut model, answers.map(Does::Answers));
        let after: u128 = (0..8).map(|agent| model.wealth(agent)).sum();
        prop_assert_eq!(after, before + fee);
        prop_assert!(JURORS.iter().all(|who| model.db.juror(*who).locked == 0));
    }
}

/// Votes are drawn in proportion to stakes.
#[test]
fn the_draw_is_fair() {
    let params = Params { jury: 1, max_appeals: 0, ..params() };
    let (mut drawn, draws) = (0u32, 4_000u32);
    for seed in 0..draws {
        let seed = carrots::model::hash(&seed.to_le_bytes());
        // 10, 20 and 10 votes.
        let model = court(params, [7_000, 14_000, 7_000], seed, CHOICE);
        drawn += votes(&model, BOB);
    }
    // Half of the draws, give or take five standard deviations.
    assert!(drawn.abs_diff(draws / 2) < 160, "{drawn} of {draws}");
}

/// Ann alone answers 2 with all her votes; Bob, who stakes `stakes`, alone answers 1 to an appeal.
fn appealed(params: Params, votes: u32, stakes: Balance) -> Instance<Oracle> {
    let mut model = model(params);
    let all = params.absent_loss * u128::from(votes) + 300;
    play_all(&mut model, &[stake(ANN, all), ask(fee(&params), CHOICE)]);
    play_all(&mut model, &[until_drawing(&params), draw(0), commit(ANN, 0, 2)]);
    play_all(&mut model, &[blocks(params.commit_blocks), reveal(ANN, 0, 2)]);
    play_all(&mut model, &[blocks(params.reveal_blocks), tally(0)]);
    assert_eq!(outcome(&model), Some(Outcome::Answer(2)));
    play_all(&mut model, &[appeal(params.fee_of(params.jury_of(1)), 0)]);
    while params.drawing(model.block()) {
        model.advance(1);
    }
    play_all(&mut model, &[stake(BOB, stakes)]);
    let (opens, _) = params.draw_window(model.db.question(0).map_or(0, |record| record.since));
    model.advance(opens - model.block());
    play_all(&mut model, &[draw(0), commit_in(1, BOB, 0, 1), blocks(params.commit_blocks)]);
    play_all(&mut model, &[reveal(BOB, 0, 1), blocks(params.reveal_blocks), tally(0)]);
    model.advance(params.appeal_blocks);
    settle_all(&mut model);
    model
}

fn outcome(model: &Instance<Oracle>) -> Option<Outcome> {
    model.db.question(0).map(|record| record.outcome)
}

#[test]
fn an_appeal_decides_what_the_first_jury_earns() {
    let params = Params { jury: 1, max_appeals: 1, ..params() };
    let model = appealed(params, 1, 7_000);
    assert_eq!(outcome(&model), Some(Outcome::Answer(1)));
    // What Ann lost goes to the sink, since nobody in her jury was right; her fee goes back.
    assert_eq!(model.db.juror(ANN).stake, 1_000 - params.incoherent_loss());
    assert_eq!(model.db.credit(carrots_catalogue::oracle::SINK), params.incoherent_loss());
    assert_eq!(model.db.credit(DAN), params.fee_of(1));
    assert_eq!(model.db.credit(BOB), params.fee_of(3));
}

/// A court in which only Bob is not busy does not let him turn what three votes said.
#[test]
fn an_appeal_with_fewer_votes_turns_nothing() {
    let params = Params { max_appeals: 1, ..params() };
    for (stakes, turned) in [(1_000, 2), (1_400, 2), (2_100, 2), (2_800, 1)] {
        let model = appealed(params, 3, stakes);
        assert_eq!(outcome(&model), Some(Outcome::Answer(turned)), "{stakes}");
        let lost = stakes.saturating_sub(model.db.juror(BOB).stake);
        let votes = stakes / params.absent_loss;
        let expected = if turned == 2 { votes * params.incoherent_loss() } else { 0 };
        assert_eq!(lost, expected, "{stakes}");
    }
}

#[test]
fn who_was_absent_can_be_drawn_again() {
    let params = Params { max_appeals: 0, ..params() };
    let silent = vec![blocks(params.commit_blocks + params.reveal_blocks), tally(0), blocks(3)];
    let mut model = model(params);
    play_all(&mut model, &drawn(&params, CHOICE));
    play_all(&mut model, &[silent, vec![settle(0), ask(fee(&params), CHOICE)]].concat());
    let (opens, _) = params.draw_window(model.block());
    let wait: Step<Op> = blocks(opens - model.block());
    play_all(&mut model, &[wait]);
    match play(&mut model, &draw(1)) {
        Ok(Some(Receipt::Drawn(drawn))) => assert_eq!((drawn.votes, drawn.seats), (3, 1)),
        other => panic!("{other:?}"),
    }
}
