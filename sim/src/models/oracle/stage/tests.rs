use super::*;
use crate::scenario::{Document, ScenarioError};
use crate::stage::{Answers, Stage as _, payoff, run, start};
use num_rational::Ratio;

const COURT: &str = include_str!("../../../../scenarios/oracle-court.toml");
const PRICE: &str = include_str!("../../../../scenarios/oracle-price.toml");
const PUBLISHED: &str = include_str!("../../../../../tests/data/published.toml");

const TRUTH: usize = 0;
const LIE: usize = 1;
const ABSENT: usize = 2;
const OUT: usize = 3;

fn game(text: &str, set: &[&str]) -> Result<Stage, Wrong> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
    let scenario: Result<Scenario, ScenarioError> = document.scenario();
    Stage::new(&scenario.expect("it is a scenario"))
}

fn stage(text: &str, set: &[&str]) -> Stage {
    game(text, set).unwrap_or_else(|wrong| panic!("{set:?}: {wrong:?}"))
}

/// What everyone can expect if everyone decides as given, and how likely the lie wins.
fn expected(stage: &Stage, options: &[usize]) -> (Vec<Ratio<i128>>, Ratio<i128>) {
    let (types, given) = (vec![0; options.len()], options.iter().copied().map(Some));
    let given: Vec<Option<usize>> = given.collect();
    let (seats, start) = (stage.players(), start(stage));
    let mut answers = Answers::new(&types, &given);
    let mut sums = vec![Ratio::from(0); options.len()];
    let mut turned = Ratio::from(0);
    loop {
        let end = run(stage, &start, &mut answers);
        let gets = |at| payoff(stage, &seats[at], at, 0, &start, &end);
        let gets: Vec<i128> = (0..options.len()).map(gets).collect();
        let won = stage.turned(&end.instance) == Some(true);
        let (odds, all) = answers.odds();
        let odds = Ratio::new(odds as i128, all as i128);
        sums.iter_mut().zip(gets).for_each(|(sum, gets)| *sum += odds * gets);
        turned += if won { odds } else { Ratio::from(0) };
        if !answers.next_branch() {
            return (sums, turned);
        }
    }
}

/// The same where nothing is left to chance.
fn payoffs(stage: &Stage, options: &[usize]) -> Vec<i128> {
    expected(stage, options).0.iter().map(Ratio::to_integer).collect()
}

/// All ways in which `players` can decide.
fn profiles(players: usize, options: usize) -> Vec<Vec<usize>> {
    let digit = |number: usize, at| number / options.pow(at as u32) % options;
    let profile = |number| (0..players).map(|at| digit(number, at)).collect();
    (0..options.pow(players as u32)).map(profile).collect()
}

fn count(options: &[usize], option: usize) -> i128 {
    options.iter().filter(|other| **other == option).count() as i128
}

/// The amounts of a stage: the fee, what an incoherent and an absent vote lose, and the effort.
fn amounts(stage: &Stage) -> [i128; 4] {
    let Params { fee_per_vote, absent_loss, .. } = stage.params;
    let incoherent = stage.params.incoherent_loss();
    [fee_per_vote, incoherent, absent_loss, stage.world.effort_cost].map(|it| it as i128)
}

/// What who is in accord earns, if so many others lose.
fn earns(stage: &Stage, coherent: i128, incoherent: i128, absent: i128) -> i128 {
    let [fee, wrong, silent, _] = amounts(stage);
    fee * (coherent + incoherent + absent) / coherent
        + (wrong * incoherent + silent * absent) / coherent
}

#[test]
fn every_count_of_votes_pays_by_the_closed_form() {
    for text in ["2_400_000_000_000_000_000_000", "1", "7"] {
        let stage = stage(COURT, &[&format!("params.fee_per_vote='{text}'"), "audit.jurors=4"]);
        let [_, wrong, silent, effort] = amounts(&stage);
        for profile in profiles(4, 4) {
            let [truth, lie, absent] = [TRUTH, LIE, ABSENT].map(|it| count(&profile, it));
            let (right, other) = match truth - lie {
                0 if truth == 0 => (0, 0),
                0 => [earns(&stage, truth + lie, 0, absent); 2].into(),
                1.. => (earns(&stage, truth, lie, absent), -wrong),
                _ => (-wrong, earns(&stage, lie, truth, absent)),
            };
            let pays = [right - effort, other, -silent, 0];
            let pays: Vec<i128> = profile.iter().map(|option| pays[*option]).collect();
            assert_eq!(payoffs(&stage, &profile), pays, "fee {text}, {profile:?}");
        }
    }
}

#[test]
fn one_vote_against_two_as_published() {
    let published: toml::Table = toml::from_str(PUBLISHED).expect("it is TOML");
    let court = |key: &str| published["schelling_court"][key].as_integer().expect("a number");
    let stage = stage(
        COURT,
        &[
            &format!("params.min_stake={}", court("min_stake")),
            &format!("params.absent_loss={}", court("min_stake") + 1),
            &format!("params.alpha={}", court("alpha_bps") as f64 / 10_000.0),
            &format!("params.fee_per_vote={}", court("fee_per_vote")),
            "world.effort_cost=0",
            "audit.jurors=3",
        ],
    );
    let loses = court("loser_stake_delta") as i128;
    let wins = court("each_winning_vote_stake_delta") + court("each_winning_vote_fee");
    assert_eq!(payoffs(&stage, &[TRUTH, LIE, TRUTH]), [wins.into(), loses, wins.into()]);
}

/// The gain of the best deviation from a profile, over all players.
fn regret(stage: &Stage, profile: &[usize]) -> Ratio<i128> {
    let stays = expected(stage, profile).0;
    let deviate = |(player, option): (usize, usize)| {
        let mut deviates = profile.to_vec();
        deviates[player] = option;
        expected(stage, &deviates).0[player] - stays[player]
    };
    let all = (0..profile.len()).flat_map(|at| (0..stage.options.len()).map(move |it| (at, it)));
    all.map(deviate).max().expect("there are players")
}

#[test]
fn truth_is_an_equilibrium_and_so_is_the_lie() {
    for (text, others) in [(COURT, 2..4), (PRICE, 2..5)] {
        let stage = stage(text, &[]);
        assert_eq!(regret(&stage, &[TRUTH; 5]), Ratio::from(0));
        assert_eq!(regret(&stage, &[LIE; 5]), Ratio::from(0));
        assert!(others.clone().any(|option| regret(&stage, &[option; 5]) > Ratio::from(0)));
    }
    // A price that is an hour old is one too: what all report is in accord.
    assert_eq!(regret(&stage(PRICE, &[]), &[2; 5]), Ratio::from(0));
}

/// The least bribe per vote that makes a lie dominant is what truth pays more than a lie where that
/// is most: where the lie is nearly ahead. Of `2 k + 1` votes that are true or false, `k + 2` are
/// true then, and share all fees and what the others lose. Where votes may be absent, three are
/// true and all others absent. Against honest jurors it takes the fee and the loss of one vote
/// (Buterin 2015 has the constant prize `P` in place of both). Effort is spared in any case.
#[test]
fn the_least_bribe_that_makes_lying_dominant_has_a_closed_form() {
    for jurors in [3, 5] {
        let set = format!("audit.jurors={jurors}");
        let bribed = |rule: &str, amount: i128| {
            let rule = format!("audit.bribe='{rule}'");
            let amounts = ["bribe", "promise"].map(|key| format!("world.{key}='{amount}'"));
            stage(COURT, &[&set, &rule, &amounts[0], &amounts[1]])
        };
        let honest = stage(COURT, &[&set]);
        let [fee, wrong, _, effort] = amounts(&honest);
        let k = i128::from(jurors) / 2;
        let alone = fee + wrong - effort;
        let close = earns(&honest, k + 2, k - 1, 0) + wrong - effort;
        let most = earns(&honest, 3, 0, i128::from(jurors) - 3) + wrong - effort;
        // The most that another option pays more than a lie.
        let gap = |stage: &Stage, options: usize| {
            let of = |others: &Vec<usize>| {
                let pays = |option| payoffs(stage, &[&[option], others.as_slice()].concat())[0];
                (0..options).map(pays).max().unwrap_or(0) - pays(LIE)
            };
            profiles(jurors as usize - 1, options).iter().map(of).max()
        };
        for rule in ["on_action", "p_epsilon"] {
            for (least, options) in [(close, 2), (most, 4)] {
                assert_eq!(gap(&bribed(rule, least), options), Some(0), "{jurors} {rule}");
                assert_eq!(gap(&bribed(rule, least - 1), options), Some(1), "{jurors} {rule}");
            }
        }
        let all = vec![TRUTH; jurors as usize];
        assert_eq!(regret(&bribed("on_action", alone), &all), Ratio::from(0));
        assert_eq!(regret(&bribed("on_action", alone + 1), &all), Ratio::from(1));
    }
}

#[test]
fn a_promise_that_works_costs_nothing() {
    let with = |rule: &str| stage(COURT, &["audit={}", &format!("audit.bribe='{rule}'")]);
    let (promised, paid, free) = (with("p_epsilon"), with("on_action"), with("none"));
    let (lies, few) = ([LIE; 5], [LIE, LIE, TRUTH, TRUTH, TRUTH]);
    assert_eq!(expected(&promised, &lies).1, Ratio::from(1));
    assert_eq!(payoffs(&promised, &lies), payoffs(&free, &lies));
    let gains =
        |stage: &Stage, options: &[usize]| payoffs(stage, options)[0] - payoffs(&free, options)[0];
    assert_eq!(gains(&promised, &few), promised.world.promise as i128);
    assert_eq!(gains(&paid, &few), paid.world.bribe as i128);
    assert_eq!(gains(&paid, &lies), paid.world.bribe as i128);
    assert_eq!(expected(&promised, &few).1, Ratio::from(0));
    // An outcome that stays undecided is not the one that was asked for.
    let even = [LIE, TRUTH, OUT, OUT, OUT];
    assert_eq!(gains(&promised, &even), promised.world.promise as i128);
}

/// A profile and the same one in order: who decided the same are treated the same.
#[test]
fn jurors_are_alike() {
    for (text, set) in [
        (COURT, vec!["audit.jurors=4"]),
        (PRICE, vec!["audit.jurors=3"]),
        (COURT, vec!["audit.jurors=3", "audit.accuracy=0.9"]),
        (COURT, vec!["audit.jurors=3", "audit.splits=2", "audit.stake='12000000000000000000000'"]),
    ] {
        let stage = stage(text, &set);
        assert!(stage.alike());
        for profile in profiles(stage.players().len(), stage.options.len()) {
            let mut order: Vec<usize> = (0..profile.len()).collect();
            order.sort_by_key(|at| profile[*at]);
            let sorted: Vec<usize> = order.iter().map(|at| profile[*at]).collect();
            let (pays, turned) = expected(&stage, &profile);
            let pays: Vec<_> = order.iter().map(|at| pays[*at]).collect();
            assert_eq!((pays, turned), expected(&stage, &sorted), "{set:?} {profile:?}");
        }
    }
}

/// A copied commitment cannot be opened: it is a vote that is not revealed.
#[test]
fn who_copies_is_absent() {
    let stage = stage(COURT, &["audit.jurors=4"]);
    let copy = stage.place((Report::Copy, 1)).expect("it is an option");
    for others in profiles(3, stage.options.len()) {
        let [copies, stays] =
            [copy, ABSENT].map(|option| payoffs(&stage, &[&[option], others.as_slice()].concat()));
        assert_eq!(copies, stays, "{others:?}");
    }
}

/// Where effort finds the truth nine times of ten, three honest jurors are wrong in 28 of 1,000
/// questions: two of them in 27, all in one.
#[test]
fn effort_may_fail() {
    let stage = stage(COURT, &["audit.jurors=3", "audit.accuracy=0.9"]);
    assert_eq!(expected(&stage, &[TRUTH; 3]).1, Ratio::new(28, 1_000));
    let lazy = stage.options.iter().position(|(report, _)| *report == Report::Lazy);
    let lazy = lazy.expect("it is an option");
    assert_eq!(expected(&stage, &[lazy; 3]).1, Ratio::new(4, 10));
    let [fee, ..] = amounts(&stage);
    assert_eq!(expected(&stage, &[lazy; 3]).0, [Ratio::from(fee); 3]);
}

/// Twice the stake of two votes is as much in two accounts; less is fewer votes, each as risky.
#[test]
fn splitting_does_not_pay() {
    for (stake, rest) in [("12000000000000000000000", 0), ("11000000000000000000000", 1)] {
        let stake = format!("audit.stake='{stake}'");
        let stage = stage(COURT, &["audit.jurors=3", "audit.splits=2", &stake]);
        let two = stage.options.len() - 1;
        assert_eq!([TRUTH, two].map(|option| stage.identities(0, option)), [1, 2]);
        assert_eq!(stage.name(two), "truth as 2 accounts");
        let [fee, _, _, effort] = amounts(&stage);
        let pays = |option| payoffs(&stage, &[option, TRUTH, TRUTH])[0] + effort;
        assert_eq!(pays(TRUTH) - pays(two), rest * fee);
        assert_eq!(pays(two) % fee, 0);
    }
}

#[test]
fn a_jury_is_drawn_by_the_seed() {
    let drawn = |seed: u64| {
        let stage = stage(COURT, &["audit.jury=1", &format!("audit.seed={seed}")]);
        assert!(!stage.alike());
        payoffs(&stage, &[TRUTH; 5])
    };
    let [fee, _, _, effort] = amounts(&stage(COURT, &[]));
    for seed in 0..8 {
        let mut pays = drawn(seed);
        assert_eq!(pays, drawn(seed));
        pays.sort();
        assert_eq!(pays, [0, 0, 0, 0, fee - effort]);
    }
    assert!((1..8).any(|seed| drawn(seed) != drawn(0)));
}

#[test]
fn what_cannot_be_audited_is_refused() {
    for (set, key) in [
        (["intended.strategy='lazy'"].as_slice(), "intended.strategy"),
        (&["audit.jurors=0"], "audit.jurors"),
        (&["audit.jurors=64"], "audit.jurors"),
        (&["audit.jurors=16", "audit.stake='18000000000000000000000'"], "audit.jurors"),
        (&["audit.jury=64"], "audit.jury"),
        (&["audit.jury=31", "audit.appeals=2"], "audit.jury"),
        (&["audit.splits=9"], "audit.splits"),
        (&["audit.stake=1"], "audit.stake"),
        (&["audit.accuracy=0.0001"], "audit.accuracy"),
        (&["audit.jurors=40", "audit.accuracy=0.5"], "audit.jurors"),
        (&["audit.accuracy=0.9", "world.truth.choice.first=0.12345"], "world.truth.choice.first"),
        (&["world.bribe='99000000000000000000000000000000000'"], "world.bribe"),
    ] {
        let refused = game(COURT, set).err().map(|wrong| wrong.key);
        assert_eq!(refused.as_deref(), Some(key), "{set:?}");
    }
}
