use super::*;
use crate::scenario::{Document, ScenarioError};
use crate::stage::{Answers, Stage as _, payoff, run, start, tokens};

const QUADRATIC: &str = include_str!("../../../../scenarios/funding-quadratic.toml");
const PAIRWISE: &str = include_str!("../../../../scenarios/funding-pairwise.toml");
const ASSURANCE: &str = include_str!("../../../../scenarios/funding-assurance.toml");

fn game(text: &str, set: &[&str]) -> Result<Stage, Wrong> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
    let scenario: Result<Scenario, ScenarioError> = document.scenario();
    Stage::new(&scenario.expect("it is a scenario"))
}

fn stage(text: &str, set: &[&str]) -> Stage {
    game(text, set).unwrap_or_else(|wrong| panic!("{set:?}: {wrong:?}"))
}

/// What everyone gets, and all others together, if players of these types decide as given.
fn payoffs(stage: &Stage, types: &[usize], options: &[usize]) -> (Vec<i128>, i128) {
    let given: Vec<Option<usize>> = options.iter().copied().map(Some).collect();
    let (seats, start) = (stage.players(), start(stage));
    let mut answers = Answers::new(types, &given);
    let end = run(stage, &start, &mut answers);
    let gets = |at: usize| payoff(stage, &seats[at], at, types[at], &start, &end);
    let others = tokens(&[SPONSOR, OWNER], &start, &end.instance) + stage.others(&end.instance);
    ((0..types.len()).map(gets).collect(), others)
}

fn option(stage: &Stage, to: To, accounts: u32, amount: Balance) -> usize {
    let plan = Plan { to, accounts, amount };
    let at = stage.options.iter().position(|option| *option == plan);
    at.unwrap_or_else(|| panic!("{plan:?} is no option"))
}

/// All ways in which `players` can choose.
fn profiles(players: usize, options: usize) -> Vec<Vec<usize>> {
    let digit = |number: usize, at| number / options.pow(at as u32) % options;
    let profile = |number| (0..players).map(|at| digit(number, at)).collect();
    (0..options.pow(players as u32)).map(profile).collect()
}

/// The most that the first player gains by another option than the intended one, whatever the
/// others do.
fn regret(stage: &Stage, kind: usize) -> i128 {
    let players = stage.players().len();
    let options = stage.options.len();
    let of = |others: &Vec<usize>| {
        let types = vec![kind; players];
        let pays = |option| payoffs(stage, &types, &[&[option], others.as_slice()].concat()).0[0];
        (0..options).map(pays).max().unwrap_or(0) - pays(stage.intended[kind])
    };
    profiles(players - 1, options).iter().map(of).max().expect("there are profiles")
}

/// Weights 100, 200, 300 and 400, and a pool for all of it.
fn squares(set: &[&str]) -> Stage {
    let weights = "world.weight={ uniform = { min = 100, max = 400 } }";
    let rest = ["audit.steps=3", "audit.amounts=8", "params.min_contribution=1"];
    stage(QUADRATIC, &[&[weights], rest.as_slice(), set].concat())
}

#[test]
fn squares_of_sums_of_roots_are_paid() {
    let stage = squares(&["audit.players=3"]);
    let all = [(100, 10), (400, 20), (0, 0)];
    for given in profiles(3, 3) {
        let options: Vec<_> =
            given.iter().map(|at| option(&stage, To::Good, 1, all[*at].0)).collect();
        let roots: i128 = given.iter().map(|at| all[*at].1).sum();
        for (kind, root) in [(0, 10), (3, 20)] {
            let gets: Vec<i128> =
                given.iter().map(|at| 2 * root * roots - all[*at].0 as i128).collect();
            assert_eq!(payoffs(&stage, &[kind; 3], &options).0, gets, "{given:?} of {root}");
        }
    }
}

/// `2 sqrt(w) sum_j sqrt(c_j) - c_i` is highest at `c_i = w`, whatever the others give; rounding is
/// worth at most one.
#[test]
fn to_give_the_weight_is_dominant_and_efficient_if_the_pool_suffices() {
    let stage = squares(&["audit.players=3"]);
    for kind in 0..4 {
        assert!(regret(&stage, kind) <= 1, "weight {}", stage.kinds[kind]);
    }
    for types in profiles(3, 4) {
        let options: Vec<_> = types.iter().map(|kind| stage.intended[*kind]).collect();
        let (gets, others) = payoffs(&stage, &types, &options);
        let most = stage.welfare_max(&types).expect("it has a measure");
        let roots: f64 = types.iter().map(|kind| (stage.kinds[*kind] as f64).sqrt()).sum();
        assert!((most as f64 - roots * roots).abs() <= 3.0, "{types:?}");
        let lost = most - gets.iter().sum::<i128>() - others;
        assert!((-3..=3).contains(&lost), "{types:?}: {lost}");
    }
    let short = squares(&["audit.players=3", "world.sponsor=10"]);
    assert!(regret(&short, 3) > 1);
}

/// From `k` accounts as much draws `sqrt(k)` times the root; a project of one's own brings `k` times
/// what is given.
#[test]
fn splitting_pays_under_quadratic_funding() {
    let stage = squares(&["audit.players=2", "audit.identities=4"]);
    let (one, four) = (option(&stage, To::Good, 1, 400), option(&stage, To::Good, 4, 400));
    assert_eq!([one, four].map(|option| stage.identities(0, option)), [1, 4]);
    assert_eq!(stage.name(four), "contribute 400 from 4 accounts");
    let gets = |option| payoffs(&stage, &[3, 3], &[option, one]).0[0];
    assert_eq!([gets(one), gets(four)], [2 * 20 * 40 - 400, 2 * 20 * 60 - 400]);
    for accounts in [1, 4] {
        let own = option(&stage, To::Own, accounts, 800);
        let out = stage.out(0).expect("there is one");
        let beside = i128::from(accounts - 1) * 800;
        assert!((gets(own) - gets(out) - beside).abs() <= 1, "{accounts}");
    }
}

/// Two who give the same `c` are matched with `2 c M / (M + c)`.
#[test]
fn pairs_are_bounded() {
    let weights = "world.weight={ uniform = { min = 2500, max = 10000 } }";
    let stage = stage(PAIRWISE, &[weights, "audit.players=2", "audit.steps=3"]);
    let bound = stage.params.pairwise_bound;
    for amount in [2_500, 10_000] {
        let option = option(&stage, To::Good, 1, amount);
        let matched = 2 * amount * bound / (bound + amount);
        let funds = ((2 * amount + matched) as f64).sqrt();
        let gets = payoffs(&stage, &[0, 3], &[option; 2]).0;
        for (gets, root) in gets.into_iter().zip([50.0, 100.0]) {
            assert!((gets as f64 - (2.0 * root * funds - amount as f64)).abs() <= 2.0);
        }
    }
}

/// To pledge an equal part `p` is dominant if no pledge below it earns a higher bonus where all
/// others pledge theirs than the good is worth to the pledger beyond `p`; strictly better than
/// nothing if the bonus of `p` is one or more (Tabarrok 1998; Cason, Zubrickas 2017).
#[test]
fn pledging_is_dominant_at_the_right_bonus() {
    for (amounts, less) in [(1, 0), (2, 15), (3, 20)] {
        for weight in [30, 33, 36, 50] {
            for percent in [1, 5, 15, 20, 31, 40, 99] {
                let stage = stage(
                    ASSURANCE,
                    &[
                        "params.threshold=90",
                        &format!("params.bonus={}", f64::from(percent) / 100.0),
                        &format!("world.weight={weight}"),
                        "audit.players=3",
                        &format!("audit.amounts={amounts}"),
                    ],
                );
                let pays = less * percent / 100 <= weight - 30;
                let case = format!("{amounts} steps, weight {weight}, bonus {percent} %");
                assert_eq!(regret(&stage, 0) <= 0, pays, "{case}");
                let (all, none) = (stage.intended[0], stage.out(0).expect("there is one"));
                let gains = |others: Vec<usize>| {
                    let gets = |one| payoffs(&stage, &[0; 3], &[one, others[0], others[1]]).0[0];
                    gets(all) - gets(none)
                };
                let least = profiles(2, stage.options.len()).into_iter().map(gains).min();
                let strictly = weight > 30 && 30 * percent / 100 > 0;
                assert_eq!(least > Some(0), strictly, "{case}");
            }
        }
    }
}

#[test]
fn a_threshold_that_is_met_is_efficient() {
    let stage = stage(ASSURANCE, &["params.threshold=90", "audit.players=3", "audit.amounts=1"]);
    for types in profiles(3, stage.kinds.len()) {
        let options: Vec<_> = types.iter().map(|kind| stage.intended[*kind]).collect();
        let (gets, others) = payoffs(&stage, &types, &options);
        let weights: Vec<Balance> = types.iter().map(|kind| stage.kinds[*kind]).collect();
        let all = weights.iter().sum::<Balance>() as i128;
        let met = weights.iter().all(|weight| *weight >= 30);
        let reached = gets.iter().sum::<i128>() + others;
        assert_eq!(reached, if met { all - 90 } else { 0 }, "{weights:?}");
        assert_eq!(stage.welfare_max(&types), Some((all - 90).max(0)), "{weights:?}");
    }
}

/// A profile and the same one in order: who decided the same are treated the same, by their rank.
#[test]
fn players_are_alike() {
    let few = ["audit.players=3", "audit.steps=1", "audit.amounts=3", "audit.identities=2"];
    for (text, set) in [
        (QUADRATIC, "world.sponsor=0"),
        (QUADRATIC, "world.sponsor=77"),
        (QUADRATIC, "world.sponsor=1000000"),
        (PAIRWISE, "params.pairwise_bound=3000"),
        (ASSURANCE, "params.threshold=90"),
    ] {
        let stage = stage(text, &[&few[..], &[set]].concat());
        assert!(stage.alike());
        for profile in profiles(3, stage.options.len()) {
            let mut order = [0, 1, 2];
            order.sort_by_key(|at| profile[*at]);
            let sorted: Vec<usize> = order.iter().map(|at| profile[*at]).collect();
            let (gets, others) = payoffs(&stage, &[1; 3], &profile);
            let gets: Vec<i128> = order.iter().map(|at| gets[*at]).collect();
            assert_eq!((gets, others), payoffs(&stage, &[1; 3], &sorted), "{set} {profile:?}");
        }
    }
    assert!(!stage(ASSURANCE, &["params.threshold=91", "audit.players=3"]).alike());
}

#[test]
fn what_cannot_be_audited_is_refused() {
    for (set, key) in [
        ("intended.strategy='sybil'", "intended.strategy"),
        ("audit.players=0", "audit.players"),
        ("audit.players=64", "audit.players"),
        ("audit.steps=0", "audit.steps"),
        ("audit.amounts=1001", "audit.amounts"),
        ("audit.identities=9", "audit.identities"),
        ("world.weight={ pareto = { min = 20, max = 120, alpha = 2.0 } }", "world.weight"),
        ("world.sponsor='79228162514264337593543950336'", "world.weight"),
    ] {
        let refused = game(QUADRATIC, &[set]).err().map(|wrong| wrong.key);
        assert_eq!(refused.as_deref(), Some(key), "{set}");
    }
}
