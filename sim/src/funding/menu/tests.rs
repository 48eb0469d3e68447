use super::*;
use crate::funding::game::{OWNER, SPONSOR};
use crate::funding::{Accounts, Db, Op};
use carrots::model::{Agent, Instance};
use carrots::play::{Play, Table};
use carrots::scenario::{Document, ScenarioError};
use carrots::scene::{Answers, Choice, Scene, run};
use carrots::simulate::run_through;

const QUADRATIC: &str = include_str!("../../../scenarios/funding-quadratic.toml");
const PAIRWISE: &str = include_str!("../../../scenarios/funding-pairwise.toml");
const ASSURANCE: &str = include_str!("../../../scenarios/funding-assurance.toml");

fn document(text: &str, set: &[&str]) -> Document {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    Document::parse("test".into(), text.into(), &set).expect("it is TOML")
}

fn game(text: &str, set: &[&str]) -> Result<Scene<Game>, Invalid> {
    let scenario: Result<Scenario, ScenarioError> = document(text, set).scenario();
    Scene::new(&scenario.expect("it is a scenario"))
}

fn scene(text: &str, set: &[&str]) -> Scene<Game> {
    game(text, set).unwrap_or_else(|wrong| panic!("{set:?}: {wrong:?}"))
}

/// What everyone gets, and all others together, if players of these types decide as given: sums
/// over all branches of chance, weighed by how many of `30^players` they are.
fn expected(scene: &Scene<Game>, types: &[usize], options: &[usize]) -> (Vec<i128>, i128) {
    let given: Vec<Option<usize>> = options.iter().copied().map(Some).collect();
    let mut answers = Answers::new(types, &given);
    let (mut payoffs, mut others) = (vec![0; types.len()], 0);
    loop {
        let end = run(scene, &mut answers);
        let gets = |at: usize| scene.payoff(at, types[at], &end);
        let gets: Vec<i128> = (0..types.len()).map(gets).collect();
        let rest =
            scene.cast.tokens_of(&[SPONSOR, OWNER], &end.instance) + scene.play.externality(&end);
        assert_eq!(end.instance.ledger().held, scene.play.kept(&end.instance), "{options:?}");
        drop(end);
        let (odds, below) = answers.odds();
        let weight = (odds * 30u128.pow(types.len() as u32) / below) as i128;
        payoffs.iter_mut().zip(gets).for_each(|(sum, gets)| *sum += weight * gets);
        others += weight * rest;
        if !answers.next_branch() {
            return (payoffs, others);
        }
    }
}

/// The same without chance.
fn payoffs(scene: &Scene<Game>, types: &[usize], options: &[usize]) -> (Vec<i128>, i128) {
    let (all, (gets, others)) = (30i128.pow(types.len() as u32), expected(scene, types, options));
    (gets.into_iter().map(|gets| gets / all).collect(), others / all)
}

fn give(scene: &Scene<Game>, to: To, accounts: u32, amount: Balance) -> usize {
    let plan = Plan::Give(Gift { to, accounts, parts: 1, amount });
    scene.find(0, |option| option == plan).unwrap_or_else(|| panic!("{plan:?} is no option"))
}

fn nothing(scene: &Scene<Game>) -> usize {
    scene.find(0, |plan| scene.play.is_out(plan)).expect("there is such an option")
}

/// All ways in which `players` can choose.
fn profiles(players: usize, options: usize) -> Vec<Vec<usize>> {
    let digit = |number: usize, at| number / options.pow(at as u32) % options;
    let profile = |number| (0..players).map(|at| digit(number, at)).collect();
    (0..options.pow(players as u32)).map(profile).collect()
}

/// The options that depend on nothing, for which that holds.
fn steady(scene: &Scene<Game>, is: impl Fn(Gift) -> bool) -> Vec<usize> {
    let holds = |choice: &Choice<Plan>| match choice.plan {
        Plan::Give(gift) => is(gift),
        Plan::Follow(_) => false,
    };
    let options = scene.options[0].iter().enumerate();
    options.filter(|(_, choice)| holds(choice)).map(|(at, _)| at).collect()
}

/// The most that the first player gains by another of these options than the intended one, if the
/// others choose any of them.
fn regret(scene: &Scene<Game>, kind: usize, options: &[usize]) -> i128 {
    let players = scene.cast.players.len();
    let of = |others: &Vec<usize>| {
        let others: Vec<usize> = others.iter().map(|at| options[*at]).collect();
        let types = vec![kind; players];
        let pays = |option| payoffs(scene, &types, &[&[option], others.as_slice()].concat()).0[0];
        let most = options.iter().copied().map(pays).max().unwrap_or(0);
        most - pays(scene.cast.intended[0][kind])
    };
    profiles(players - 1, options.len()).iter().map(of).max().expect("there are profiles")
}

/// Weights 100, 200, 300 and 400, and a pool for all of it.
fn squares(set: &[&str]) -> Scene<Game> {
    let weights = "world.weight={ uniform = { min = 100, max = 400 } }";
    let least = "params.min_contribution=1";
    let rest = ["audit.steps=3", "audit.amounts=8", "audit.identities=1"];
    scene(QUADRATIC, &[&[weights, least], rest.as_slice(), set].concat())
}

#[test]
fn squares_of_sums_of_roots_are_paid() {
    let scene = squares(&["audit.players=3"]);
    let all = [(100, 10), (400, 20), (0, 0)];
    for given in profiles(3, 3) {
        let options: Vec<_> =
            given.iter().map(|at| give(&scene, To::Good, 1, all[*at].0)).collect();
        let roots: i128 = given.iter().map(|at| all[*at].1).sum();
        for (kind, root) in [(0, 10), (3, 20)] {
            let gets: Vec<i128> =
                given.iter().map(|at| 2 * root * roots - all[*at].0 as i128).collect();
            assert_eq!(payoffs(&scene, &[kind; 3], &options).0, gets, "{given:?} of {root}");
        }
    }
}

/// `2 sqrt(w) sum_j sqrt(c_j) - c_i` is highest at `c_i = w`, whatever the others give; rounding is
/// worth at most one.
#[test]
fn to_give_the_weight_is_dominant_and_efficient_if_the_pool_suffices() {
    let scene = squares(&["audit.players=3"]);
    let simple = |scene: &Scene<Game>| steady(scene, |gift| gift.accounts == 1);
    for kind in 0..4 {
        let regret = regret(&scene, kind, &simple(&scene));
        assert!(regret <= 1, "weight {}: {regret}", scene.value(0, kind));
    }
    for types in profiles(3, 4) {
        let options: Vec<_> = types.iter().map(|kind| scene.cast.intended[0][*kind]).collect();
        let weights: Vec<_> = types.iter().map(|kind| scene.value(0, *kind)).collect();
        let (gets, others) = payoffs(&scene, &types, &options);
        let most = scene.play.welfare_max(&weights).expect("it has a measure");
        let roots: f64 = weights.iter().map(|weight| (*weight as f64).sqrt()).sum();
        assert!((most as f64 - roots * roots).abs() <= 3.0, "{types:?}");
        let lost = most - gets.iter().sum::<i128>() - others;
        assert!((-3..=3).contains(&lost), "{types:?}: {lost}");
    }
    let short = squares(&["audit.players=3", "world.sponsor=10"]);
    assert!(regret(&short, 3, &simple(&short)) > 1);
}

/// From `k` accounts as much draws `sqrt(k)` times the root; a project of one's own brings `k` times
/// what is given.
/// Who gives in parts has given as much, and a pair has in common what it has, in however many projects.
#[test]
fn parts_are_worth_the_whole() {
    for text in [QUADRATIC, PAIRWISE, ASSURANCE] {
        let set = [
            "world.weight={ uniform = { min = 100, max = 400 } }",
            "params.min_contribution=1",
            "audit.players=2",
            "audit.amounts=40",
            "audit.identities=2",
            "audit.parts=2",
        ];
        let scene = scene(text, &set);
        let parted = steady(&scene, |gift| gift.parts == 2 && gift.amount % 4 == 0);
        assert!(parted.len() > 2, "{parted:?}");
        for option in parted {
            let Plan::Give(gift) = scene.options[0][option].plan else { unreachable!() };
            let at_once = give(&scene, gift.to, gift.accounts, gift.amount);
            for other in [nothing(&scene), scene.cast.intended[1][0]] {
                let pays = |option| payoffs(&scene, &[0; 2], &[option, other]).0;
                let (parts, whole) = (pays(option), pays(at_once));
                let rounding = if gift.to == To::Own { 2 } else { 0 };
                let differ = |(one, other): (&i128, &i128)| (one - other).abs() > rounding;
                assert!(
                    !parts.iter().zip(&whole).any(differ),
                    "{gift:?}: {parts:?}, not {whole:?}"
                );
            }
        }
    }
}

#[test]
fn splitting_pays_under_quadratic_funding() {
    let scene = squares(&["audit.players=2", "audit.identities=4"]);
    let (one, four) = (give(&scene, To::Good, 1, 400), give(&scene, To::Good, 4, 400));
    let shown = |option: usize| scene.play.identities(scene.options[0][option].plan);
    assert_eq!([one, four].map(shown), [1, 4]);
    assert_eq!(scene.cast.name(0, four), "contribute 400 from 4 accounts");
    let gets = |option| payoffs(&scene, &[3, 3], &[option, one]).0[0];
    assert_eq!([gets(one), gets(four)], [2 * 20 * 40 - 400, 2 * 20 * 60 - 400]);
    for accounts in [1, 4] {
        let own = give(&scene, To::Own, accounts, 800);
        let beside = i128::from(accounts - 1) * 800;
        assert!((gets(own) - gets(nothing(&scene)) - beside).abs() <= 1, "{accounts}");
    }
    let colludes = scene.find(0, |plan| plan == Plan::Follow(Strategy::Colluding));
    let both = [colludes.expect("it is an option"); 2];
    // Each contributes 400 to each of both projects, of which each then gets 4 times 400.
    let gets = payoffs(&scene, &[3, 3], &both).0;
    assert_eq!(gets, [800, 800]);
}

/// Two who give the same `c` are matched with `2 c M / (M + c)`.
#[test]
fn pairs_are_bounded() {
    let weights = "world.weight={ uniform = { min = 2500, max = 10000 } }";
    let scene =
        scene(PAIRWISE, &[weights, "audit.players=2", "audit.steps=3", "audit.identities=1"]);
    let bound = scene.play.params.pairwise_bound;
    for amount in [2_500, 10_000] {
        let option = give(&scene, To::Good, 1, amount);
        let matched = 2 * amount * bound / (bound + amount);
        let funds = ((2 * amount + matched) as f64).sqrt();
        let gets = payoffs(&scene, &[0, 3], &[option; 2]).0;
        for (gets, root) in gets.into_iter().zip([50.0, 100.0]) {
            assert!((gets as f64 - (2.0 * root * funds - amount as f64)).abs() <= 2.0);
        }
    }
}

/// Where nobody pledges more than an equal part `p`, to pledge it is dominant if no pledge below it
/// earns a higher bonus where all others pledge theirs than the good is worth to the pledger beyond
/// `p`; strictly better than nothing if the bonus of `p` is one or more (Tabarrok 1998; Cason,
/// Zubrickas 2017).
#[test]
fn pledging_is_dominant_among_parts_at_the_right_bonus() {
    for (amounts, less) in [(1, 0), (2, 15), (3, 20)] {
        for weight in [30, 33, 36, 50] {
            for percent in [1, 5, 15, 20, 31, 40, 99] {
                let scene = scene(
                    ASSURANCE,
                    &[
                        "params.threshold=90",
                        &format!("params.bonus={}", f64::from(percent) / 100.0),
                        &format!("world.weight={weight}"),
                        "audit.players=3",
                        &format!("audit.amounts={amounts}"),
                    ],
                );
                let part =
                    |gift: Gift| gift.accounts == 1 && gift.amount.is_multiple_of(30 / amounts);
                let parts =
                    steady(&scene, |gift| gift.to != To::Own && part(gift) && gift.amount <= 30);
                let pays = less * percent / 100 <= weight - 30;
                let case = format!("{amounts} steps, weight {weight}, bonus {percent} %");
                assert_eq!(regret(&scene, 0, &parts) <= 0, pays, "{case}");
                let (all, none) = (scene.cast.intended[0][0], nothing(&scene));
                let gains = |others: Vec<usize>| {
                    let others = [parts[others[0]], parts[others[1]]];
                    let gets = |one| payoffs(&scene, &[0; 3], &[one, others[0], others[1]]).0[0];
                    gets(all) - gets(none)
                };
                let least = profiles(2, parts.len()).into_iter().map(gains).min();
                let strictly = weight > 30 && 30 * percent / 100 > 0;
                assert_eq!(least > Some(0), strictly, "{case}");
            }
        }
    }
}

/// Any amount can be pledged: where nobody else does, whatever does not quite reach the threshold
/// earns the highest bonus; where others fill the project anyway, a pledge buys nothing.
#[test]
fn pledging_a_part_is_not_dominant_among_all_pledges() {
    let scene = scene(ASSURANCE, &["world.weight=100"]);
    assert_eq!(scene.cast.players.len(), 10);
    let [honest, none] = [scene.cast.intended[0][0], nothing(&scene)];
    let pledge = |amount| give(&scene, To::Good, 1, amount);
    assert_eq!(scene.cast.name(0, honest), "pledge 30");
    let gets = |own, others: &[usize]| payoffs(&scene, &[0; 10], &[&[own], others].concat()).0[0];
    for (own, bonus) in [(none, 0), (honest, 6), (pledge(30), 6), (pledge(299), 59)] {
        assert_eq!(gets(own, &[none; 9]), bonus);
    }
    let as_intended = [honest; 9];
    let alone = [(honest, 70), (none, 0), (pledge(29), 5), (pledge(31), 69), (pledge(299), -199)];
    for (own, gain) in alone {
        assert_eq!(gets(own, &as_intended), gain);
    }
    let mut filled = as_intended;
    filled[0] = pledge(60);
    assert_eq!([honest, none].map(|own| gets(own, &filled)), [70, 100]);
    filled[0] = pledge(300);
    assert_eq!([honest, pledge(30), none].map(|own| gets(own, &filled)), [100, 100, 100]);
}

#[test]
fn a_threshold_that_is_met_is_efficient() {
    for threshold in [90, 91] {
        let threshold_is = format!("params.threshold={threshold}");
        let scene = scene(ASSURANCE, &[&threshold_is, "audit.players=3", "audit.amounts=1"]);
        for types in profiles(3, scene.cast.kinds[0].len()) {
            let options: Vec<_> = types.iter().map(|kind| scene.cast.intended[0][*kind]).collect();
            let weights: Vec<_> = types.iter().map(|kind| scene.value(0, *kind)).collect();
            let (gets, others) = payoffs(&scene, &types, &options);
            let all = weights.iter().sum::<Balance>() as i128;
            let met = weights.iter().all(|weight| *weight >= (threshold as Balance).div_ceil(3));
            let reached = gets.iter().sum::<i128>() + others;
            assert_eq!(reached, if met { all - threshold } else { 0 }, "{weights:?}");
            let most = scene.play.welfare_max(&weights);
            assert_eq!(most, Some((all - threshold).max(0)), "{weights:?}");
        }
    }
}

/// A profile and the same one in order: who decided the same are treated the same, by their rank.
#[test]
fn players_are_alike() {
    let few = ["audit.players=3", "audit.steps=1", "audit.amounts=2", "audit.identities=2"];
    for (text, set) in [
        (QUADRATIC, "world.sponsor=0"),
        (QUADRATIC, "world.sponsor=77"),
        (QUADRATIC, "world.sponsor=1000000"),
        (PAIRWISE, "params.pairwise_bound=3000"),
        (PAIRWISE, "params.max_contributors=6"),
        (ASSURANCE, "params.threshold=90"),
        (ASSURANCE, "params.threshold=91"),
    ] {
        let scene = scene(text, &[&few[..], &[set]].concat());
        assert!((0..3).all(|player| scene.play.class(player) == 0));
        for profile in profiles(3, scene.options[0].len()) {
            let mut order = [0, 1, 2];
            order.sort_by_key(|at| profile[*at]);
            if order.is_sorted() {
                continue;
            }
            let sorted: Vec<usize> = order.iter().map(|at| profile[*at]).collect();
            let (gets, others) = expected(&scene, &[1; 3], &profile);
            let gets: Vec<i128> = order.iter().map(|at| gets[*at]).collect();
            assert_eq!((gets, others), expected(&scene, &[1; 3], &sorted), "{set} {profile:?}");
        }
    }
}

/// Every strategy can be chosen, and comes to the simplest that is the same.
#[test]
fn strategies_are_options() {
    let names = |text, set: &[&str]| -> Vec<String> {
        let scene = scene(text, &[set, &["audit.players=3", "world.weight=60"]].concat());
        scene.cast.names(0)
    };
    let quadratic = names(QUADRATIC, &["audit.amounts=1", "audit.identities=1"]);
    let some = ["nothing", "contribute 60", "contribute 120"];
    let more = ["fund a project of its own with 120", "contribute 60 from 4 accounts"];
    assert_eq!(quadratic, [&some[..], &more, &["colluding", "adaptive"]].concat());
    let assurance = names(ASSURANCE, &["audit.amounts=1", "params.threshold=90"]);
    let exact = [0, 29, 30, 31, 60, 89, 90].map(|amount| match amount {
        0 => "nothing".into(),
        _ => format!("pledge {amount}"),
    });
    let rest = [
        "fund a project of its own with 30",
        "pledge 28 from 4 accounts",
        "colluding",
        "late",
        "adaptive",
    ];
    assert_eq!(assurance, [&exact[..], &rest.map(String::from)].concat());
}

/// What the end of a play is worth follows from the records alone.
#[test]
fn the_worth_of_an_end_is_what_was_enjoyed() {
    for text in [QUADRATIC, PAIRWISE, ASSURANCE] {
        let scene = scene(text, &["audit.players=3"]);
        for option in 0..scene.options[0].len() {
            let given = [Some(option), None, None];
            let end = run(&scene, &mut Answers::new(&[0; 3], &given)).instance;
            let mut answers = Answers::new(&[0; 3], &given);
            let table = run(&scene, &mut answers);
            for (player, kind) in [(0, 0), (1, 1)] {
                let payoff = scene.payoff(player, kind, &table);
                let gains = payoff - scene.cast.tokens(player, &table.instance);
                assert_eq!(
                    scene.worth(player, kind, &end),
                    gains,
                    "{}",
                    scene.cast.name(0, option)
                );
            }
        }
    }
}

/// Two rounds of a scenario, and a scenario that goes on from there.
fn going_on_from(text: &str, set: &[&str]) -> Scenario {
    let base = document(text, set);
    let scenario = base.scenario().expect("it is a scenario");
    let game = Game::new(&scenario);
    let mut table = Table::new(&game, &scenario, 1, 0);
    run_through(&game, &mut table, 2);
    let on = crate::FUNDING.resumed(&table.instance.state(), Some(&base));
    let on = document(&on.expect("a state of the mechanism"), &["agents=[]"]);
    carrots::play::read::<Game>(&on).expect("a scenario that goes on")
}

#[test]
fn whoever_was_there_goes_on() {
    let agents =
        "agents=[{strategy='honest',count=4,stake=10000},{strategy='sybil',count=1,stake=10000}]";
    for (text, set) in [
        (QUADRATIC, "world.weight=100"),
        (PAIRWISE, "world.weight=2000"),
        (ASSURANCE, "params.threshold=90"),
    ] {
        let scenario = going_on_from(text, &[agents, set, "audit.players=3"]);
        let scene = Scene::<Game>::new(&scenario).expect("it can be audited");
        let there = scenario.incumbents().len();
        assert!(there >= 4, "{set}");
        assert_eq!(scene.cast.players.len(), 3 + there);
        assert!(scene.options[3..].iter().all(|options| options.len() == 1), "{set}");
        let first = scene.start().db.state().next;
        assert!(first > 0);
        let (types, given) = (vec![0; 3 + there], vec![None; 3 + there]);
        let mut answers = Answers::new(&types, &given);
        let end = run(&scene, &mut answers);
        let all = |instance: &Instance<_>| instance.ledger().wallets.iter().sum::<Balance>();
        let pool = [scene.start(), &end.instance].map(|one| one.db.state().pool);
        let spent = all(scene.start()) + pool[0] - pool[1];
        assert_eq!(all(&end.instance), spent, "{set}: nothing is left behind");
        let good = end.instance.db.project(first).expect("it was proposed");
        assert_eq!(good.owner, OWNER);
    }
}

/// Strangers propose and contribute when all is over: they, too, get theirs.
#[test]
fn nothing_is_left_behind() {
    for text in [QUADRATIC, PAIRWISE, ASSURANCE] {
        let scene = scene(text, &["audit.players=3"]);
        let (types, given) = ([0; 3], [None; 3]);
        let mut answers = Answers::new(&types, &given);
        let mut end = run(&scene, &mut answers);
        let project = end.instance.db.state().next;
        let [owner, other]: [Agent; 2] = [0, 1].map(|at| scene.cast.spares.start + at);
        let price = scene.play.params.price();
        assert!(end.call(owner, price, Op::Propose { text: [1; 32] }).is_some());
        let least = scene.play.params.min_contribution;
        assert!(end.call(other, least, Op::Contribute { project }).is_some());
        let before = scene.cast.tokens_of(&[owner, other], &end.instance);
        scene.play.leave(&mut end);
        assert_eq!(end.instance.ledger().held, scene.play.kept(&end.instance));
        assert_eq!(scene.cast.tokens_of(&[owner, other], &end.instance), before);
        let credits = (0..scene.cast.spares.end).map(|at| end.instance.db.credit(at)).max();
        assert_eq!(credits, Some(0));
    }
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
