//! What the rules promise: [`carrots_logic::oracle`] says why.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Instance, Refusal, Step};
use carrots_catalogue::oracle::{BEACON, Op, Oracle, Receipt, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::oracle::{Accounts, Db, Error, Kind, Outcome, Params, UNANSWERABLE};
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
    until_stakes_change(model);
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

/// Who has staked, and what it answers, if anything.
type Votes<'a> = &'a [(Agent, Option<u128>)];

/// The question's jury is drawn; it answers, and is tallied.
fn vote(model: &mut Instance<Oracle>, round: u32, votes: Votes) -> Option<Receipt> {
    let params = Db::params(&model.db);
    let (opens, _) = params.draw_window(model.db.question(0).map_or(0, |record| record.since));
    model.advance(opens - model.block());
    let drawn = play(model, &draw(0)).expect("it is drawn");
    for (who, answer) in votes {
        let answer = answer.map(|answer| commit_in(round, *who, 0, answer));
        play_all(model, &answer.into_iter().collect::<Vec<_>>());
    }
    model.advance(params.commit_blocks);
    for (who, answer) in votes {
        let answer = answer.map(|answer| reveal(*who, 0, answer));
        play_all(model, &answer.into_iter().collect::<Vec<_>>());
    }
    model.advance(params.reveal_blocks);
    let _ = play(model, &tally(0));
    drawn
}

/// Dan asks, and Ann alone, who has so many votes, answers 2.
fn answered(params: Params, votes: u32) -> Instance<Oracle> {
    let mut model = model(params);
    let all = params.absent_loss * u128::from(votes) + 300;
    play_all(&mut model, &[stake(ANN, all), ask(fee(&params), CHOICE)]);
    vote(&mut model, 0, &[(ANN, Some(2))]);
    assert_eq!(outcome(&model), Some(Outcome::Answer(2)));
    model
}

/// Dan appeals, others stake, and the next jury votes. What it drew.
fn appealed(
    model: &mut Instance<Oracle>,
    stakes: &[(Agent, Balance)],
    votes: Votes,
) -> Option<Receipt> {
    let params = Db::params(&model.db);
    let round = 1 + model.db.question(0).map_or(0, |record| record.round);
    play_all(model, &[appeal(params.fee_of(params.jury_of(round)), 0)]);
    until_stakes_change(model);
    let stakes: Vec<_> = stakes.iter().map(|(who, value)| stake(*who, *value)).collect();
    play_all(model, &stakes);
    vote(model, round, votes)
}

fn until_stakes_change(model: &mut Instance<Oracle>) {
    while Db::params(&model.db).drawing(model.block()) {
        model.advance(1);
    }
}

/// Nobody appeals any more.
fn ended(model: &mut Instance<Oracle>) {
    model.advance(Db::params(&model.db).appeal_blocks);
    settle_all(model);
}

fn outcome(model: &Instance<Oracle>) -> Option<Outcome> {
    model.db.question(0).map(|record| record.outcome)
}

/// Nobody in Ann's jury was right: what she lost pays for the appeal, the sink has the rest, and the
/// fee of her jury goes back.
#[test]
fn an_appeal_decides_what_the_first_jury_earns() {
    let params = Params { jury: 1, max_appeals: 1, ..params() };
    let mut model = answered(params, 1);
    appealed(&mut model, &[(BOB, 7_000)], &[(BOB, Some(1))]);
    ended(&mut model);
    assert_eq!(outcome(&model), Some(Outcome::Answer(1)));
    let lost = params.incoherent_loss();
    assert_eq!(model.db.juror(ANN).stake, 1_000 - lost);
    assert_eq!(model.db.credit(DAN), params.fee_of(1) + params.fee_of(3));
    assert_eq!(model.db.credit(SINK), lost - params.fee_of(3));
    assert_eq!(model.db.credit(BOB), params.fee_of(3));
}

/// Those who were right earn what the others lose, and whoever appealed has paid for it.
#[test]
fn an_appeal_that_some_of_the_jury_asked_for_is_paid_to_them() {
    let params = Params { max_appeals: 1, ..params() };
    let mut model = model(params);
    let stakes = [(ANN, 1_400), (BOB, 1_000)].map(|(who, value)| stake(who, value));
    play_all(&mut model, &[stakes.as_slice(), &[ask(fee(&params), CHOICE)]].concat());
    vote(&mut model, 0, &[(ANN, Some(2)), (BOB, Some(1))]);
    appealed(&mut model, &[(CAT, 7_000)], &[(CAT, Some(1))]);
    ended(&mut model);
    assert_eq!(model.db.juror(BOB).stake, 1_000 + 2 * params.incoherent_loss());
    assert_eq!(model.db.credit(BOB), params.fee_of(3));
    assert_eq!((model.db.credit(DAN), model.db.credit(SINK)), (0, 0));
}

/// A court in which only Bob is not busy does not let him turn what three votes said, and does not ask
/// him: he has nothing at stake, and the fee goes back.
#[test]
fn an_appeal_that_could_turn_nothing_is_not_heard() {
    let params = Params { max_appeals: 1, ..params() };
    for votes in [0, 1, 2, 3] {
        let mut model = answered(params, 3);
        let stakes = [(BOB, 1_000.max(votes * params.absent_loss))];
        match appealed(&mut model, &stakes[usize::from(votes == 0)..], &[]) {
            Some(Receipt::Drawn(drawn)) => {
                assert_eq!((drawn.votes, drawn.seats), (0, 0), "{votes}");
                assert_eq!(drawn.refund, params.fee_of(7), "{votes}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(model.db.juror(BOB).locked, 0);
        ended(&mut model);
        assert_eq!(outcome(&model), Some(Outcome::Answer(2)), "{votes}");
        assert_eq!(model.db.credit(DAN), params.fee_of(7), "{votes}");
        assert_eq!(model.wealth(BOB), WALLET, "{votes}");
    }
    let mut model = answered(params, 3);
    appealed(&mut model, &[(BOB, 4 * params.absent_loss)], &[(BOB, Some(1))]);
    assert_eq!(outcome(&model), Some(Outcome::Answer(1)));
}

/// Three votes are behind the outcome and four are asked: one that is kept back makes the appeal void.
/// Who answered loses nothing, whatever it said, and earns the fee and what the silent lost.
#[test]
fn a_jury_is_not_judged_by_what_it_could_not_change() {
    let params = Params { max_appeals: 1, ..params() };
    for answer in [1, 2] {
        let mut model = answered(params, 3);
        let stakes = [(BOB, 3 * params.absent_loss), (CAT, 1_000)];
        appealed(&mut model, &stakes, &[(BOB, Some(answer)), (CAT, None)]);
        ended(&mut model);
        assert_eq!(outcome(&model), Some(Outcome::Answer(2)), "{answer}");
        let (earned, lost) = (params.fee_of(4) / 3 * 3, params.absent_loss / 3 * 3);
        assert_eq!(model.wealth(BOB), WALLET + earned + lost, "{answer}");
        assert_eq!(model.wealth(CAT), WALLET - params.absent_loss);
        assert_eq!(model.db.credit(DAN), params.fee_of(7) - params.fee_of(4));
    }
}

/// What the header says of a group that makes an appeal void: its silent vote costs 700, less what the
/// group gets of that, and three wrong votes before it keep 500 each. Where one vote was wrong it does not
/// pay.
#[test]
fn a_void_appeal_pays_for_what_is_at_stake_elsewhere() {
    for (wrong, pays) in [(1, false), (3, true)] {
        let params = Params { jury: wrong, max_appeals: 1, ..params() };
        let group = |answers: Option<u128>| {
            let mut model = answered(params, wrong);
            let stakes = [(BOB, u128::from(wrong) * params.absent_loss), (CAT, 1_000)];
            let stakes = stakes.map(|(who, value)| (who, value.max(1_000)));
            appealed(&mut model, &stakes, &[(BOB, Some(1)), (CAT, answers)]);
            ended(&mut model);
            model.wealth(ANN) + model.wealth(CAT)
        };
        assert_eq!(group(None) > group(Some(1)), pays, "{wrong}");
    }
}

/// An appeal that counts judges those before it that did not.
#[test]
fn a_later_appeal_judges_a_jury_that_was_void() {
    let params = Params { jury: 1, ..params() };
    for (says, delta) in [(1, params.fee_of(2) + params.absent_loss), (2, 0)] {
        let mut model = answered(params, 1);
        let stakes = [(BOB, 1_000), (CAT, 1_000)];
        appealed(&mut model, &stakes, &[(BOB, Some(says)), (CAT, None)]);
        assert_eq!(outcome(&model), Some(Outcome::Answer(2)));
        appealed(&mut model, &[(6, 7_000)], &[(6, Some(1))]);
        ended(&mut model);
        assert_eq!(outcome(&model), Some(Outcome::Answer(1)));
        let lost = if delta == 0 { params.incoherent_loss() } else { 0 };
        assert_eq!(model.wealth(BOB), WALLET + delta - lost, "{says}");
    }
}

/// In a tie the fee is nobody's but the sink's.
#[test]
fn nobody_earns_by_a_tie() {
    let params = Params { jury: 2, max_appeals: 0, ..params() };
    let mut model = model(params);
    let stakes = [ANN, BOB].map(|who| stake(who, 1_000));
    play_all(&mut model, &[stakes.as_slice(), &[ask(fee(&params), CHOICE)]].concat());
    vote(&mut model, 0, &[(ANN, Some(2)), (BOB, Some(1))]);
    ended(&mut model);
    assert_eq!(outcome(&model), Some(Outcome::Undecided));
    assert_eq!([ANN, BOB].map(|who| model.wealth(who)), [WALLET; 2]);
    assert_eq!(model.wealth(DAN), WALLET - params.fee_of(2));
    assert_eq!(model.db.credit(SINK), params.fee_of(2));
}

#[test]
fn a_question_may_have_no_answer() {
    let params = Params { max_appeals: 0, ..params() };
    for kind in [CHOICE, Kind::Number] {
        let mut model = model(params);
        play_all(&mut model, &tallied(&params, kind, UNANSWERABLE));
        ended(&mut model);
        assert_eq!(outcome(&model), Some(Outcome::Unanswerable));
        assert_eq!(model.wealth(ANN), WALLET + fee(&params));
        assert_eq!(model.db.question(0).map(|record| record.text), Some(TEXT));
    }
}

/// Two jurors hold both places with the least stake. Who has twice the votes takes one; who had it takes
/// its stake out, or comes back with more.
#[test]
fn places_are_not_held_for_nothing() {
    let params = Params { max_jurors: 2, ..params() };
    let mut model = model(params);
    play_all(&mut model, &[stake(ANN, 1_000), stake(BOB, 1_000)]);
    assert!(play(&mut model, &displace(CAT, 2 * params.absent_loss - 1, ANN)).is_err());
    play_all(&mut model, &[displace(CAT, 2 * params.absent_loss, ANN)]);
    let [ann, cat] = [ANN, CAT].map(|who| model.db.juror(who));
    assert_eq!((ann.leaf, ann.stake, ann.votes(&params)), (0, 1_000, 0));
    assert_eq!((cat.leaf, cat.votes(&params)), (1, 2));
    assert_eq!(carrots_logic::oracle::tree::total(&model.db, &params), 3);
    let mut back = model.clone();
    play_all(&mut back, &[displace(ANN, 400, BOB)]);
    assert_eq!(back.db.juror(ANN).votes(&params), 2);
    play_all(&mut model, &[unstake(ANN, 1_000)]);
    assert_eq!(model.wealth(ANN), WALLET);
}

/// Three jurors with four votes each fill the court. Who comes with two thirds of these votes has half
/// of it.
#[test]
fn half_of_a_full_court_takes_two_thirds_of_the_others_votes() {
    let params = Params { max_jurors: 3, ..params() };
    let mut model = model(params);
    let honest = [ANN, BOB, DAN].map(|who| stake(who, 4 * params.absent_loss));
    play_all(&mut model, &[&honest[..], &[displace(CAT, 8 * params.absent_loss, ANN)]].concat());
    let votes = [ANN, BOB, DAN, CAT].map(|who| model.db.juror(who).votes(&params));
    assert_eq!(votes, [0, 4, 4, 8]);
}

/// Whoever asks so much that all others' votes are drawn, and stakes then, is the next jury, and no
/// appeal is heard. It costs the fees of all votes there are.
#[test]
fn a_busy_court_costs_the_fees_of_all_its_votes() {
    let params = Params { max_appeals: 1, ..params() };
    let mut model = model(params);
    let honest = [(ANN, 5), (BOB, 4)].map(|(who, votes)| stake(who, votes * params.absent_loss));
    play_all(&mut model, &honest);
    for _ in 0..3 {
        let asks = Op::Ask { kind: CHOICE, text: TEXT };
        play_all(&mut model, &[call(CAT, fee(&params), asks)]);
    }
    play_all(&mut model, &[until_drawing(&params)]);
    play_all(&mut model, &[draw(0), draw(1), draw(2), blocks(params.draw_blocks)]);
    play_all(&mut model, &[stake(CAT, 3 * params.absent_loss), ask(fee(&params), CHOICE)]);
    let (opens, _) = params.draw_window(model.block());
    model.advance(opens - model.block());
    play_all(&mut model, &[draw(3)]);
    assert_eq!(model.db.seat(CAT, 3, 0).votes, 3);
    assert_eq!(model.ledger().wallets[CAT as usize], WALLET - params.fee_of(9) - 2_100);
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
