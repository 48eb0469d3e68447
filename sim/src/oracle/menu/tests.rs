//! What a vote earns, loses and is bribed with in closed form, and who is like whom.

use super::*;
use carrots::play::{Play, Table, read};
use carrots::scenario::{Document, ScenarioError};
use carrots::scene::{Answers, Scene, run};
use carrots::simulate::run_through;
use num_rational::Ratio;
use std::collections::HashMap;

const COURT: &str = include_str!("../../../scenarios/oracle-court.toml");
const PRICE: &str = include_str!("../../../scenarios/oracle-price.toml");
const BUSY: &str = include_str!("../../../scenarios/oracle-busy.toml");
const PUBLISHED: &str = include_str!("../../../../tests/data/published.toml");

const HONEST: usize = 0;
const LIE: usize = 1;
const SILENT: usize = 2;
const OUT: usize = 3;

fn try_scene(text: &str, set: &[&str]) -> Result<Scene<Game>, Invalid> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
    let scenario: Result<Scenario, ScenarioError> = document.scenario();
    Scene::new(&scenario.expect("it is a scenario"))
}

fn scene(text: &str, set: &[&str]) -> Scene<Game> {
    try_scene(text, set).unwrap_or_else(|wrong| panic!("{set:?}: {wrong:?}"))
}

fn option(scene: &Scene<Game>, name: &str) -> usize {
    let found = scene.cast.names(0).iter().position(|one| one == name);
    found.unwrap_or_else(|| panic!("{name}: none of {:?}", scene.cast.names(0)))
}

/// What everyone can expect if everyone decides as given, and how likely the lie wins. Nothing is
/// left behind.
fn expected(scene: &Scene<Game>, options: &[usize]) -> (Vec<Ratio<i128>>, Ratio<i128>) {
    let (types, given) = (vec![0; options.len()], options.iter().copied().map(Some));
    let given: Vec<Option<usize>> = given.collect();
    let mut answers = Answers::new(&types, &given);
    let mut sums = vec![Ratio::from(0); options.len()];
    let mut turned = Ratio::from(0);
    loop {
        let end = run(scene, &mut answers);
        assert_eq!(end.instance.ledger().held, 0, "{options:?}");
        let gets = |at| scene.payoff(at, 0, &end);
        let gets: Vec<i128> = (0..options.len()).map(gets).collect();
        let won = scene.play.turned(&end) == Some(true);
        drop(end);
        let (odds, all) = answers.odds();
        let odds = Ratio::new(odds as i128, all as i128);
        sums.iter_mut().zip(gets).for_each(|(sum, gets)| *sum += odds * gets);
        turned += if won { odds } else { Ratio::from(0) };
        if !answers.next_branch() {
            return (sums, turned);
        }
    }
}

/// The same where it does not depend on what is left to chance.
fn payoffs(scene: &Scene<Game>, options: &[usize]) -> Vec<i128> {
    let pays = expected(scene, options).0;
    assert!(pays.iter().all(Ratio::is_integer), "{options:?}: {pays:?}");
    pays.iter().map(Ratio::to_integer).collect()
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

/// The amounts of a scene: the fee, what an incoherent and an absent vote lose, and the effort.
fn amounts(scene: &Scene<Game>) -> [i128; 4] {
    let Params { fee_per_vote, absent_loss, .. } = scene.play.params;
    let incoherent = scene.play.params.incoherent_loss();
    [fee_per_vote, incoherent, absent_loss, scene.play.world.effort_cost].map(|it| it as i128)
}

/// What who is in accord earns, if so many others lose.
fn earns(scene: &Scene<Game>, coherent: i128, incoherent: i128, absent: i128) -> i128 {
    let [fee, wrong, silent, _] = amounts(scene);
    fee * (coherent + incoherent + absent) / coherent
        + (wrong * incoherent + silent * absent) / coherent
}

#[test]
fn every_count_of_votes_pays_by_the_closed_form() {
    for text in ["2_400_000_000_000_000_000_000", "1", "7"] {
        let scene = scene(COURT, &[&format!("params.fee_per_vote='{text}'"), "audit.jurors=4"]);
        let [_, wrong, silent, effort] = amounts(&scene);
        for profile in profiles(4, 4) {
            let [truth, lie, absent] = [HONEST, LIE, SILENT].map(|it| count(&profile, it));
            let (right, other) = match truth - lie {
                // In a tie nobody earns.
                0 => (0, 0),
                1.. => (earns(&scene, truth, lie, absent), -wrong),
                _ => (-wrong, earns(&scene, lie, truth, absent)),
            };
            let pays = [right - effort, other, -silent, 0];
            let pays: Vec<i128> = profile.iter().map(|option| pays[*option]).collect();
            assert_eq!(payoffs(&scene, &profile), pays, "fee {text}, {profile:?}");
        }
    }
}

#[test]
fn one_vote_against_two_as_published() {
    let published: toml::Table = toml::from_str(PUBLISHED).expect("it is TOML");
    let court = |key: &str| published["schelling_court"][key].as_integer().expect("a number");
    let scene = scene(
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
    assert_eq!(payoffs(&scene, &[HONEST, LIE, HONEST]), [wins.into(), loses, wins.into()]);
}

/// The gain of the best deviation from a profile, over all players.
fn regret(scene: &Scene<Game>, profile: &[usize]) -> Ratio<i128> {
    let stays = expected(scene, profile).0;
    let deviate = |(player, option): (usize, usize)| {
        let mut deviates = profile.to_vec();
        deviates[player] = option;
        expected(scene, &deviates).0[player] - stays[player]
    };
    let options = scene.options[0].len();
    let all = (0..profile.len()).flat_map(|at| (0..options).map(move |it| (at, it)));
    all.map(deviate).max().expect("there are players")
}

#[test]
fn truth_is_an_equilibrium_and_so_is_the_lie() {
    for text in [COURT, PRICE] {
        let scene = scene(text, &[]);
        assert_eq!(regret(&scene, &[HONEST; 5]), Ratio::from(0));
        assert_eq!(regret(&scene, &[LIE; 5]), Ratio::from(0));
        assert!([SILENT, OUT].iter().any(|all| regret(&scene, &[*all; 5]) > Ratio::from(0)));
    }
    // A price that is an hour old is one too: what all report is in accord.
    let price = scene(PRICE, &[]);
    assert_eq!(regret(&price, &[option(&price, "lazy"); 5]), Ratio::from(0));
}

/// Without pay every lie is the same; and a stake spread over four accounts is, by whatever name.
#[test]
fn what_comes_to_the_same_is_one_option() {
    let names = |set: &[&str]| scene(COURT, set).cast.names(0);
    let react = ["copying", "absent", "adaptive"];
    let always = ["honest", "lie", "silent", "out", "lazy", "unanswerable"];
    assert_eq!(names(&["audit={}"]), [&always[..], &react].concat());
    let paid = [&always[..], &react[..1], &["p_epsilon"], &react[1..]].concat();
    assert_eq!(names(&["audit.bribe='on_action'"]), paid);
    let paid = [&always[..], &react[..1], &["bribed"], &react[1..]].concat();
    assert_eq!(names(&["audit.bribe='p_epsilon'"]), paid);
    let rich = "audit.stake='20000000000000000000000'";
    let whole =
        names(&["audit.jurors=3", "audit.splits=4", "audit.appeals=1", "audit.jury=3", rich]);
    let more =
        ["challenge", "honest as 2 accounts", "honest as 3 accounts", "honest as 4 accounts"];
    assert_eq!(whole, [&always[..], &more, &react].concat());
    let four = names(&["audit.jurors=3", rich]);
    assert_eq!(four, [&always[..], &react[..2], &["honest as 4 accounts"], &react[2..]].concat());
}

/// The least bribe per vote that makes a lie dominant is what truth pays more than a lie where that
/// is most: where the lie is nearly ahead. Of `2 k + 1` votes that are true or false, `k + 2` are
/// true then, and share all fees and what the others lose. Where votes may be absent, three are
/// true and all others absent, or two of which a lie would make a tie, which pays nothing. Against
/// honest jurors it takes the fee and the loss of one vote (Buterin 2015 has the constant prize `P` in
/// place of both). Effort is spared in any case.
#[test]
fn the_least_bribe_that_makes_lying_dominant_has_a_closed_form() {
    for jurors in [3, 5] {
        let set = format!("audit.jurors={jurors}");
        let bribed = |rule: &str, amount: i128| {
            let rule = format!("audit.bribe='{rule}'");
            let amounts = ["bribe", "promise"].map(|key| format!("world.{key}='{amount}'"));
            scene(COURT, &[&set, &rule, &amounts[0], &amounts[1]])
        };
        let honest = scene(COURT, &[&set]);
        let [fee, wrong, _, effort] = amounts(&honest);
        let k = i128::from(jurors) / 2;
        let alone = fee + wrong - effort;
        let close = earns(&honest, k + 2, k - 1, 0) + wrong - effort;
        let ahead = earns(&honest, 3, 0, i128::from(jurors) - 3) + wrong;
        let most = ahead.max(earns(&honest, 2, 0, i128::from(jurors) - 2)) - effort;
        // The most that another option pays more than a lie.
        let gap = |scene: &Scene<Game>, options: usize| {
            let of = |others: &Vec<usize>| {
                let pays = |option| payoffs(scene, &[&[option], others.as_slice()].concat())[0];
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
        let all = vec![HONEST; jurors as usize];
        assert_eq!(regret(&bribed("on_action", alone), &all), Ratio::from(0));
        assert_eq!(regret(&bribed("on_action", alone + 1), &all), Ratio::from(1));
    }
}

#[test]
fn a_promise_that_works_costs_nothing() {
    let with = |rule: &str| scene(COURT, &["audit={}", &format!("audit.bribe='{rule}'")]);
    let (promised, paid, free) = (with("p_epsilon"), with("on_action"), with("none"));
    let (lies, few) = ([LIE; 5], [LIE, LIE, HONEST, HONEST, HONEST]);
    assert_eq!(expected(&promised, &lies).1, Ratio::from(1));
    assert_eq!(payoffs(&promised, &lies), payoffs(&free, &lies));
    let gains = |scene: &Scene<Game>, options: &[usize]| {
        payoffs(scene, options)[0] - payoffs(&free, options)[0]
    };
    assert_eq!(gains(&promised, &few), promised.play.world.promise as i128);
    assert_eq!(gains(&paid, &few), paid.play.world.bribe as i128);
    assert_eq!(gains(&paid, &lies), paid.play.world.bribe as i128);
    assert_eq!(expected(&promised, &few).1, Ratio::from(0));
    // An outcome that stays undecided is not the one that was asked for.
    let even = [LIE, HONEST, OUT, OUT, OUT];
    assert_eq!(gains(&promised, &even), promised.play.world.promise as i128);
}

/// A profile and the same one in order: who decided the same are treated the same.
#[test]
fn jurors_are_alike() {
    for (text, set) in [
        (COURT, vec!["audit.jurors=3", "audit.copying=true", "audit.bribe='p_epsilon'"]),
        (PRICE, vec!["audit.jurors=2"]),
        (COURT, vec!["audit.jurors=3", "audit.accuracy=0.9"]),
        (COURT, vec!["audit.jurors=2", "audit.splits=2", "audit.stake='20000000000000000000000'"]),
    ] {
        let scene = scene(text, &set);
        let players = scene.cast.players.len();
        assert!((0..players).all(|player| scene.play.class(player) == 0));
        let all = profiles(players, scene.options[0].len()).into_iter();
        let all: HashMap<_, _> = all.map(|all| (all.clone(), expected(&scene, &all))).collect();
        for (profile, (pays, turned)) in &all {
            let mut order: Vec<usize> = (0..players).collect();
            order.sort_by_key(|at| profile[*at]);
            let sorted: Vec<usize> = order.iter().map(|at| profile[*at]).collect();
            let pays: Vec<_> = order.iter().map(|at| pays[*at]).collect();
            assert_eq!((pays, *turned), all[&sorted], "{set:?} {profile:?}");
        }
    }
}

/// A copied commitment cannot be opened, and nobody commits when another has revealed: either is a
/// vote that is not revealed.
#[test]
fn who_copies_is_absent() {
    let scene = scene(COURT, &["audit.jurors=4", "audit.copying=true"]);
    let copies = ["copying", "late"].map(|name| option(&scene, name));
    // Where nobody else votes there is nothing to copy.
    for others in profiles(3, 5).into_iter().filter(|others| *others != [OUT; 3]) {
        let pays = |option| expected(&scene, &[&[option], others.as_slice()].concat()).0[0];
        for copy in copies {
            assert_eq!(pays(copy), pays(SILENT), "{others:?}");
        }
    }
}

/// Who hashes all options finds none that another committed to, and is lazy.
#[test]
fn a_commitment_hides_its_answer() {
    let scene = scene(COURT, &["audit.jurors=4", "audit.copying=true"]);
    let [peek, lazy] = ["peek", "lazy"].map(|name| option(&scene, name));
    for others in profiles(3, 5) {
        let pays = |option| expected(&scene, &[&[option], others.as_slice()].concat()).0[0];
        assert_eq!(pays(peek), pays(lazy), "{others:?}");
    }
}

/// Who is absent is honest where most are, and says nothing where most lie.
#[test]
fn who_is_absent_goes_with_the_others() {
    let scene = scene(COURT, &["audit.jurors=5"]);
    let absent = option(&scene, "absent");
    let [_, _, _, effort] = amounts(&scene);
    for others in profiles(4, 2) {
        let pays = |option| payoffs(&scene, &[&[option], others.as_slice()].concat())[0];
        let same = if count(&others, LIE) > 2 { pays(SILENT) - effort } else { pays(HONEST) };
        assert_eq!(pays(absent), same, "{others:?}");
    }
}

/// Who appeals an outcome pays a jury, which earns it. Where nobody is left to be drawn, it gets back
/// what it paid.
#[test]
fn a_challenge_pays_its_jury() {
    let spare = "audit.spare='20000000000000000000000'";
    for (stake, drawn) in [("5000000000000000000000", 0..=0), ("27000000000000000000000", 1..=3)] {
        let stake = format!("audit.stake='{stake}'");
        let set = ["audit.jurors=3", "audit.jury=3", "audit.appeals=1", spare, &stake];
        let scene = scene(COURT, &set);
        let challenge = option(&scene, "challenge");
        let [fee, _, _, effort] = amounts(&scene);
        let pays = |first| payoffs(&scene, &[first, HONEST, HONEST]);
        let (truth, challenged) = (pays(HONEST), pays(challenge));
        let efforts = truth.iter().sum::<i128>() - challenged.iter().sum::<i128>();
        assert_eq!(efforts % effort, 0);
        assert!(drawn.contains(&(efforts / effort)), "{efforts}");
        let earned = |at: usize| (challenged[at] - truth[at]) / fee;
        assert!([1, 2].map(earned).iter().all(|votes| (0..=7).contains(votes)));
    }
}

/// Where effort finds the truth nine times of ten, three honest jurors are wrong in 28 of 1,000
/// questions: two of them in 27, all in one.
#[test]
fn effort_may_fail() {
    let scene = scene(COURT, &["audit.jurors=3", "audit.accuracy=0.9"]);
    assert_eq!(expected(&scene, &[HONEST; 3]).1, Ratio::new(28, 1_000));
    let lazy = option(&scene, "lazy");
    assert_eq!(expected(&scene, &[lazy; 3]).1, Ratio::new(4, 10));
    let [fee, ..] = amounts(&scene);
    assert_eq!(expected(&scene, &[lazy; 3]).0, [Ratio::from(fee); 3]);
}

/// Twice the stake of two votes is as much in two accounts, but for the effort of two seats; less is
/// fewer votes, each as risky.
#[test]
fn splitting_does_not_pay() {
    for (stake, rest) in [("12000000000000000000000", 0), ("11000000000000000000000", 1)] {
        let stake = format!("audit.stake='{stake}'");
        let scene = scene(COURT, &["audit.jurors=3", "audit.splits=2", &stake]);
        let two = option(&scene, "honest as 2 accounts");
        let plans = [HONEST, two].map(|option| scene.options[0][option].plan);
        assert_eq!(plans.map(|plan| scene.play.identities(plan)), [1, 2]);
        let [fee, _, _, effort] = amounts(&scene);
        let pays = |option, seats| payoffs(&scene, &[option, HONEST, HONEST])[0] + seats * effort;
        assert_eq!(pays(HONEST, 1) - pays(two, 2), rest * fee);
        assert_eq!(pays(two, 2) % fee, 0);
    }
}

/// Asked for a wrong outcome alone, an appeal is heard as often as it is made.
#[test]
fn wrong_outcomes_are_appealed_by_chance() {
    let spare = "audit.stake='27000000000000000000000'";
    let set = ["audit.jurors=3", "audit.jury=3", "audit.appeals=1", spare];
    let scene = scene(COURT, &set);
    let appeals = |options: &[usize]| {
        let given: Vec<Option<usize>> = options.iter().copied().map(Some).collect();
        let mut answers = Answers::new(&[0; 3], &given);
        let mut all = vec![];
        loop {
            let end = run(&scene, &mut answers);
            all.push(end.instance.db.question(0).map(|question| question.round));
            drop(end);
            if !answers.next_branch() {
                return all;
            }
        }
    };
    assert_eq!(appeals(&[HONEST; 3]), [Some(0); 2]);
    let mut rounds = appeals(&[LIE; 3]);
    rounds.sort();
    // Whatever the truth is, it is appealed once or not, and after an appeal not again.
    assert_eq!(rounds, [Some(0), Some(0), Some(1), Some(1), Some(1), Some(1)]);
}

#[test]
fn a_jury_is_drawn_by_the_seed() {
    let drawn = |seed: u64| {
        let scene = scene(COURT, &["audit.jury=1", &format!("audit.seed={seed}")]);
        assert!((0..5).all(|player| scene.play.class(player) > 0));
        payoffs(&scene, &[HONEST; 5])
    };
    let [fee, _, _, effort] = amounts(&scene(COURT, &[]));
    for seed in 0..8 {
        let mut pays = drawn(seed);
        assert_eq!(pays, drawn(seed));
        pays.sort();
        assert_eq!(pays, [0, 0, 0, 0, fee - effort]);
    }
    assert!((1..8).any(|seed| drawn(seed) != drawn(0)));
}

/// Who was there already plays, too: it is drawn and paid like those who enter, and can leave.
#[test]
fn a_court_that_is_there_goes_on() {
    let set = ["agents=[{strategy='honest',count=7,stake='5000000000000000000000'}]".to_string()];
    let court = Document::parse("court".into(), COURT.into(), &set).expect("it is TOML");
    let scenario: Scenario = court.scenario().expect("it is a scenario");
    let game = Game::new(&scenario);
    let mut table = Table::new(&game, &scenario, 1, 0);
    run_through(&game, &mut table, 2);
    let set = ["agents=[]".to_string(), "audit.jurors=3".to_string()];
    let base = Document::parse("court".into(), COURT.into(), &set).expect("it is TOML");
    let text = crate::ORACLE.resumed(&table.instance.state(), Some(&base));
    let document = Document::parse("on".into(), text.expect("a state"), &[]).expect("it is TOML");
    let scene = read::<Game>(&document).expect("it is sound");
    let scene: Scene<Game> = Scene::new(&scene).expect("it is a game");
    // Whose stake fell below the least has left its place.
    let votes = scene.play.params.jury;
    assert_eq!((scene.play.entering, scene.cast.players.len()), (3, votes as usize));
    let classes = (0..scene.cast.players.len()).map(|player| scene.play.class(player));
    assert_eq!(classes.take(5).collect::<Vec<_>>(), [0, 0, 0, 4, 5]);
    let all = vec![HONEST; scene.cast.players.len()];
    let [fee, _, silent, effort] = amounts(&scene);
    assert_eq!(payoffs(&scene, &all), vec![fee - effort; scene.cast.players.len()]);
    for player in [0, 3, scene.cast.players.len() - 1] {
        let with = |option| {
            let mut options = all.clone();
            options[player] = option;
            payoffs(&scene, &options)[player]
        };
        assert_eq!([SILENT, OUT].map(with), [-silent, 0], "{player}");
    }
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
        (&["world.truth.choice.first=0.12345"], "world.truth.choice.first"),
        (&["audit.appeals=1", "audit.jury=3", "world.appeal_rate=0.12345"], "world.appeal_rate"),
        (&["world.bribe='99000000000000000000000000000000000'"], "world.bribe"),
    ] {
        let refused = try_scene(COURT, set).err().map(|wrong| wrong.key);
        assert_eq!(refused.as_deref(), Some(key), "{set:?}");
    }
}

/// Who fills the court is its jury: for the fees of the votes of all others, less the effort that it spares.
#[test]
fn a_full_court_costs_the_fees_of_its_votes() {
    for (jurors, votes, jury) in [(5, 2, 0), (3, 4, 0), (6, 1, 4), (4, 3, 2)] {
        for appeals in [0, 1] {
            let set = [
                format!("audit.jurors={jurors}"),
                format!("audit.stake={}", 55 * votes),
                format!("audit.jury={jury}"),
                format!("audit.appeals={appeals}"),
                "audit.spare=500".into(),
            ];
            let set: Vec<&str> = set.iter().map(String::as_str).collect();
            let scene = scene(BUSY, &set);
            let [fee, _, _, effort] = amounts(&scene);
            let last = jurors - 1;
            let crowd = scene.cast.names(last).iter().position(|name| name == "crowd");
            let mut options = vec![HONEST; jurors];
            let honest = expected(&scene, &options).0;
            options[last] = crowd.expect("it is an option");
            let (crowded, turned) = expected(&scene, &options);
            assert_eq!(turned, Ratio::from(1), "{set:?}");
            let prize = scene.play.audit.prize as i128;
            let asked = scene.scenario.params.jury_of(0).min(votes as u32);
            let own = fee * i128::from(asked);
            let others = fee * (votes * last) as i128;
            assert_eq!(crowded[last], Ratio::from(prize + own - others), "{set:?}");
            if jury == 0 {
                let more = crowded[last] - honest[last];
                assert_eq!(more, Ratio::from(prize - others + effort), "{set:?}");
            }
        }
    }
}
