//! What staking pays in closed form, what it says of Polkadot, and who is like whom.

use super::*;
use crate::staking::{Op, Staking};
use carrots::model::{Instance, Ledger};
use carrots::play::{Play, Table, accounts, read};
use carrots::scenario::Document;
use carrots::scene::{Answers, Scene, run};

const SMALL: &str = include_str!("../../../scenarios/staking-small.toml");
const POLKADOT: &str = include_str!("../../../scenarios/polkadot-staking.toml");

fn document(text: &str, set: &[&str]) -> Document {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    Document::parse("test".into(), text.into(), &set).expect("it is TOML")
}

fn try_scene(text: &str, set: &[&str]) -> Result<Scene<Game>, Invalid> {
    Scene::new(&document(text, set).scenario().expect("it is a scenario"))
}

/// The small scenario without chance, with so many operators.
fn small(operators: usize, set: &[&str]) -> Scene<Game> {
    let operators = format!("audit.operators={operators}");
    let all = [&["audit={}", &operators, "world.detection=1.0"], set].concat();
    try_scene(SMALL, &all).expect("it is a game")
}

fn option(scene: &Scene<Game>, player: usize, name: &str) -> usize {
    let found = scene.cast.names(player).iter().position(|one| one == name);
    found.unwrap_or_else(|| panic!("{name}: none of {:?}", scene.cast.names(player)))
}

/// Options by name of the first players; the others do what they should.
fn given(scene: &Scene<Game>, names: &[&str]) -> Vec<Option<usize>> {
    let place = |at: usize| names.get(at).map(|name| option(scene, at, name));
    (0..scene.cast.players.len()).map(place).collect()
}

/// Everyone's payoff times the odds of all branches, summed over them; and the sum of the odds.
fn sums(scene: &Scene<Game>, given: &[Option<usize>]) -> (Vec<i128>, i128) {
    const ALL: i128 = 1_000_000_000_000;
    let types = vec![0; given.len()];
    let mut answers = Answers::new(&types, given);
    let (mut sums, mut odds) = (vec![0; given.len()], 0);
    loop {
        let end = run(scene, &mut answers);
        let won: Vec<i128> = (0..given.len()).map(|at| scene.payoff(at, 0, &end)).collect();
        conserved(scene, &end.instance);
        drop(end);
        let (branch, all) = answers.odds();
        let branch = branch as i128 * (ALL / all as i128);
        odds += branch;
        sums.iter_mut().zip(won).for_each(|(sum, won)| *sum += won * branch);
        if !answers.next_branch() {
            return (sums, odds);
        }
    }
}

/// The same where nothing happens by chance.
fn payoffs(scene: &Scene<Game>, names: &[&str]) -> Vec<i128> {
    let (sums, odds) = sums(scene, &given(scene, names));
    sums.into_iter().map(|sum| sum / odds).collect()
}

/// No token appears or vanishes; after everyone left only rounding and the reserve stay.
fn conserved(scene: &Scene<Game>, end: &Instance<Staking>) {
    let all = |ledger: &Ledger| ledger.wallets.iter().sum::<Balance>() + ledger.held;
    assert_eq!(all(end.ledger()), all(scene.start().ledger()));
    assert!(end.ledger().held >= end.owed());
    accounts(end).for_each(|who| assert_eq!(end.worth(who), 0, "{who} left something"));
}

fn of(count: usize, name: &str, all: usize) -> Vec<&str> {
    (0..all).map(|at| if at < count { name } else { "honest" }).collect()
}

/// What `k` of `n` equivocators lose each of `stake`, computed apart from the rules.
fn slash(k: u128, n: u128, stake: u128) -> i128 {
    let billionths = (9 * k * k * 1_000_000_000).div_ceil(n * n).min(1_000_000_000);
    (stake * billionths).div_ceil(1_000_000_000) as i128
}

#[test]
fn an_equivocation_costs_what_the_formula_says_and_leaving_costs_no_less() {
    for n in 2..=9 {
        let set = ["world.reserve=0", "audit.stake=10000019", "world.offence_gain=20000"];
        let scene = small(n, &set);
        let kept = |eras: i128, slash: i128| 20_000 - slash - eras * 20;
        for k in 1..=n {
            let (wide, all) = (k as u128, n as u128);
            let stays = kept(3, slash(wide, all, 10_000_019));
            let leaves = kept(1, slash(wide, all, 10_000_019));
            let stayed = payoffs(&scene, &of(k, "equivocate", n));
            let left = payoffs(&scene, &of(k, "exit", n));
            assert_eq!(stayed, [vec![stays; k], vec![-60; n - k]].concat(), "{k} of {n}");
            assert_eq!(left, [vec![leaves; k], vec![-60; n - k]].concat(), "{k} of {n}");
            assert!(left[0] <= stayed[0] + 40, "{k} of {n}");
        }
    }
}

#[test]
fn self_reports_give_back_a_part_of_what_the_operator_loses_alone() {
    let scene = small(6, &["world.reserve=0", "audit.bonded=600000000"]);
    // A quarter of 10 million, of which the reporter gets a tenth.
    let won = payoffs(&scene, &of(1, "report itself", 6));
    assert_eq!(won[0], 20_000 - 2_500_000 + 250_000 - 60);
    // The bonder has a sixth with it.
    assert_eq!(won[6], -25_000_000);
    assert_eq!(payoffs(&scene, &of(1, "equivocate", 6))[0], 20_000 - 2_500_000 - 60);
}

#[test]
fn the_lazy_and_the_absent_lose_their_rewards() {
    let scene = small(4, &["world.commission=0.0"]);
    // 4 % of the issuance staked: 2.5 % + 7.5 % * 4 / 50 a year, an hour of it.
    let payout = 31_000_000i128 * 600 / 5_256_000;
    let honest = payoffs(&scene, &["honest"; 4]);
    let near = |won: i128, want: i128| assert!((won - want).abs() <= 6, "{won}, not {want}");
    honest.iter().for_each(|won| near(*won, 3 * payout / 4 - 60));
    let lazy = payoffs(&scene, &of(1, "lazy", 4));
    assert_eq!(lazy[0], 0);
    near(lazy[1], payout - 60);
    let out = payoffs(&scene, &of(1, "out", 4));
    assert_eq!(out[0], 0);
    near(out[1], 29_500_000i128 * 600 / 5_256_000 - 60);
    // One of four may be absent. With one more, both lose 3/4 of 7 % for every era.
    let absent = payoffs(&scene, &of(2, "lazy", 4));
    let kept = (0..3).fold(10_000_000u128, |stake, _| stake - (stake * 525).div_ceil(10_000));
    assert_eq!(absent[0], kept as i128 - 10_000_000);
}

#[test]
fn what_depends_on_chance_pays_the_mean_of_what_may_happen() {
    let set = ["audit.eras=1", "world.offence_rate=0.25"];
    let scene = small(4, &set);
    let whole = |name| sums(&scene, &given(&scene, &of(1, name, 4)));
    let [(honest, all), (lazy, _), (bad, _)] = ["honest", "lazy", "equivocate"].map(whole);
    // What rounding leaves depends on the order of plans: one token.
    let near = |times: i128, name, want: i128| {
        let won = times * whole(name).0[0];
        assert!((won - want).abs() <= times * all, "{name}: {won}, not {want}");
    };
    near(2, "lazy by chance", honest[0] + lazy[0]);
    near(4, "equivocating", 3 * honest[0] + bad[0]);
    // It tries something once in ten times, each as likely.
    near(30, "adaptive", 28 * honest[0] + lazy[0] + bad[0]);
    assert!(bad[0] < lazy[0] && lazy[0] < honest[0]);
}

#[test]
fn a_commission_above_the_limit_is_as_good_as_none_and_a_higher_one_is_paid_by_bonders() {
    let scene = small(4, &["audit.bonded=200000000"]);
    let honest = payoffs(&scene, &["honest"; 4]);
    let refused = payoffs(&scene, &of(1, "ask for all rewards", 4));
    assert!(refused[0] == 0 && honest[0] > 0, "{refused:?}, not {honest:?}");
    // A tenth of its part more, of which a sixth was the operator's own. A quarter of 24 % staked.
    let part = (25_000_000 + 36_000_000) * 600 / 5_256_000 / 4;
    let higher = payoffs(&scene, &of(1, "ask for the highest commission", 4));
    let more = 3 * part / 10 * 5 / 6;
    assert!((higher[0] - honest[0] - more).abs() <= 6, "{higher:?}: {more} more than {honest:?}");
    assert!((honest[4] - higher[4] - more).abs() <= 6, "{higher:?}: {more} less than {honest:?}");
    let polkadot = try_scene(POLKADOT, &["audit.operators=4"]).expect("it is a game");
    let (honest, all) = (payoffs(&polkadot, &["honest"; 4]), "ask for all rewards");
    assert!(payoffs(&polkadot, &of(1, all, 4))[0] > honest[0], "there is no limit");
}

/// A commission has notice, however it is asked for: who returns asks for no more in the same era, and
/// what was announced is asked for an era before something else is.
#[test]
fn nobody_is_surprised_by_a_commission() {
    const BONDED: &str = "audit.bonded=200000000";
    let once = small(2, &[BONDED, "audit.eras=1", "audit.spare=5000000"]);
    let honest = payoffs(&once, &["honest"; 2]);
    let returns = payoffs(&once, &of(1, "return with the highest commission", 2));
    assert_eq!(returns, honest);
    let scene = small(2, &[BONDED, "audit.eras=3"]);
    let honest = payoffs(&scene, &["honest"; 2]);
    let retracts = payoffs(&scene, &of(1, "announce no commission, and take it back", 2));
    let (less, more) = (honest[0] - retracts[0], retracts[2] - honest[2]);
    assert!(less > 6 && (less - more).abs() <= 6, "{retracts:?}, not {honest:?}");
}

#[test]
fn splits_earn_no_more_wherever_there_are_places() {
    let free = small(4, &["audit.splits=4", "world.duty_cost=0"]);
    let alone = payoffs(&free, &["honest"; 4])[0];
    for (parts, name) in [(2, "honest as 2 operators"), (4, "honest as 4 operators")] {
        let split = payoffs(&free, &of(1, name, 4))[0];
        assert!((split - alone).abs() <= 6 * parts, "{split} as {parts}, {alone} alone");
    }
    let full = small(4, &["audit.splits=4", "world.duty_cost=0", "params.max_operators=4"]);
    let split = payoffs(&full, &of(1, "honest as 4 operators", 4))[0];
    assert!(split < alone, "{split}: one place, and a quarter of the stake; not {alone}");
    // One of seven operators equivocated.
    let scene = small(4, &["audit.splits=4", "world.reserve=0", "world.offence_gain=0"]);
    let won = payoffs(&scene, &of(1, "equivocate with one of 4 operators", 4))[0];
    assert_eq!(won, -slash(1, 7, 2_500_000) - 4 * 60);
}

/// 297 operators with 10,000 DOT each, and an equivocation that brings 1,000 DOT.
#[test]
fn on_polkadot_the_slash_deters_32_of_297_together_and_leaving_never_helps() {
    const DOT: i128 = 10_000_000_000;
    const STAKE: u128 = 100_000_000_000_000;
    let scene = try_scene(POLKADOT, &[]).expect("it is a game");
    let honest = payoffs(&scene, &["honest"; 297])[0];
    let mut deterred = Vec::new();
    for k in 1..=297 {
        let stayed = payoffs(&scene, &of(k, "equivocate", 297))[0];
        let left = payoffs(&scene, &of(k, "exit", 297))[0];
        assert!(left < stayed, "{k}: {left} by leaving, {stayed} by staying");
        let mut last = of(k, "equivocate", 297);
        last[k - 1] = "exit";
        let left = payoffs(&scene, &last)[k - 1];
        assert!(left < stayed, "{k}: {left} by leaving alone, {stayed} by staying");
        if stayed < honest {
            deterred.push(k);
        }
        // The stake has grown a little by three eras' rewards when it is slashed.
        let (lost, slash) = (honest + 1_000 * DOT - stayed, slash(k as u128, 297, STAKE));
        assert!(slash < lost && lost - slash < slash / 1_000, "{k}: {lost}, not {slash}");
    }
    assert_eq!(deterred, (32..=297).collect::<Vec<_>>(), "of 297: 10.8 % and more");
}

/// A bonder's part of a pool, and of what a slash takes, is its share; who leaves in time with
/// everything that is known is slashed as well.
#[test]
fn bonders_earn_and_lose_with_their_operators() {
    let scene = small(4, &["audit.bonded=40000000", "world.commission=0.0", "world.duty_cost=0"]);
    let near = |won: i128, want: i128| assert!((won - want).abs() <= 60, "{won}, not {want}");
    let with = |bonder: &str| payoffs(&scene, &["honest", "honest", "honest", "honest", bonder]);
    let spread = with("spread");
    (0..4).for_each(|at| near(4 * spread[at], spread[4]));
    // Whoever has more with it, a pool earns by its stake.
    let alone = with("all with operator 1");
    near(4 * alone[0], alone[4]);
    near(4 * alone[1], alone[4]);
    assert_eq!(with("out")[4], 0);
    assert_eq!(with("loyal"), spread);
    // Drawn by chance it is one pool, whichever.
    near(with("bonder")[4], alone[4]);
    let set = ["audit.bonded=40000000", "world.reserve=0"];
    let scene = small(4, &set);
    let slashed = slash(1, 4, 10_000_000);
    for bonder in ["spread", "loyal", "all with operator 3"] {
        let won = payoffs(&scene, &["equivocate", "honest", "honest", "honest", bonder]);
        // In the order of plans who equivocates comes last.
        let times = if bonder.ends_with('3') { 4 } else { 1 };
        assert_eq!(won[4], -times * slashed, "{bonder}");
    }
}

/// Two slashes in a row, for being absent: who leaves after the first is spared the others.
#[test]
fn who_leaves_a_slashed_operator_bonds_again_with_the_others() {
    let set = [
        "world.reserve=0",
        "audit.eras=8",
        "audit.bonded=40000000",
        "params.unbonding_eras=2",
        "params.report_eras=0",
        "params.slash_defer_eras=0",
        "world.report_delay_eras=0",
    ];
    let scene = small(4, &set);
    let won = |bonder| payoffs(&scene, &["lazy", "lazy", "honest", "honest", bonder])[4];
    // Three quarters of 7 % of each of two pools: once, in the era in which it leaves too, and
    // eight times.
    let after = |slashes| {
        let left =
            (0..slashes).fold(10_000_000, |left: u128, _| left - (left * 525).div_ceil(10_000));
        2 * (left as i128 - 10_000_000)
    };
    let near = |won: i128, want: i128| assert!((won - want).abs() <= 8, "{won}, not {want}");
    near(won("loyal"), after(8));
    near(won("spread"), after(2));
    let names =
        [Some(option(&scene, 0, "lazy")), Some(option(&scene, 1, "lazy")), None, None, None];
    let mut answers = Answers::new(&[0; 5], &names);
    let mut steps = Vec::new();
    for step in
        scene.play(carrots::scene::History::new(&mut answers).recorded()).answers.into_steps()
    {
        if let carrots::model::Step::Call { op, value, .. } = step {
            steps.push((op, value));
        }
    }
    let bonds = steps.iter().filter(|(op, _)| matches!(op, Op::Bond { .. }));
    // Four at first, and two with what is left of each of two.
    assert_eq!(bonds.count(), 8);
}

/// Full enumeration: who decided what matters only through the order of those who decided the
/// same, of operators and of bonders.
#[test]
fn players_are_alike() {
    let few = ["audit.eras=1", "audit.splits=2", "audit.bonded=5000021", "audit.stake=1000003"];
    for (operators, bonders, set) in [
        (3, 0, &["audit.bonded=0", "params.max_operators=4"][..]),
        (2, 1, &["world.detection=0.9"]),
        (1, 2, &["audit.eras=4", "params.slash_defer_eras=0", "world.report_delay_eras=0"]),
        (2, 2, &["audit.eras=2", "params.slash_defer_eras=0", "world.report_delay_eras=0"]),
        (3, 1, &["params.reporter_share=0.0"]),
    ] {
        let bonds = format!("audit.bonders={bonders}");
        let scene = small(operators, &[&few[..], &[&bonds], set].concat());
        let players = operators + bonders;
        let sizes: Vec<usize> = (0..players).map(|at| scene.options[at].len()).collect();
        let classes: Vec<usize> = (0..players).map(|at| scene.play.class(at)).collect();
        assert_eq!(classes, [vec![0; operators], vec![1; bonders]].concat());
        for number in 0..sizes.iter().product() {
            let digit = |at: usize| number / sizes[..at].iter().product::<usize>() % sizes[at];
            let chosen: Vec<usize> = (0..players).map(digit).collect();
            let mut order: Vec<usize> = (0..players).collect();
            order.sort_by_key(|at| (classes[*at], chosen[*at]));
            if order.is_sorted() {
                continue;
            }
            let payoffs = |order: &[usize]| {
                let given: Vec<_> = order.iter().map(|at| Some(chosen[*at])).collect();
                sums(&scene, &given).0
            };
            let won = payoffs(&(0..players).collect::<Vec<_>>());
            let won: Vec<_> = order.iter().map(|at| won[*at]).collect();
            let names: Vec<_> = (0..players).map(|at| scene.cast.name(at, chosen[at])).collect();
            assert_eq!(won, payoffs(&order), "{set:?}: {names:?}");
        }
    }
}

#[test]
fn a_third_is_harm() {
    let turned = |scene: &Scene<Game>, names: &[&str]| {
        let (types, given) = (vec![0; scene.cast.players.len()], given(scene, names));
        let mut answers = Answers::new(&types, &given);
        scene.play.turned(&run(scene, &mut answers)).expect("it is known")
    };
    let scene = small(6, &["audit.bonded=600000000", "audit.splits=3"]);
    for k in 0..=6 {
        assert_eq!(turned(&scene, &of(k, "equivocate", 6)), k > 2, "{k}");
        assert_eq!(turned(&scene, &of(k, "exit", 6)), k > 2, "{k}");
    }
    // Two of six operators, and two of two stakes and four parts: they had the whole of it.
    let few = ["equivocate", "equivocate", "honest as 4 operators", "out", "out", "out"];
    assert!(turned(&small(6, &["audit.splits=4"]), &few));
    let unseen = small(6, &["world.detection=0.0"]);
    assert!(!turned(&unseen, &["equivocate"; 6]), "what nobody noticed is not known");
}

#[test]
fn every_option_has_a_name_of_its_own() {
    for set in [&["audit.eras=2"][..], &["audit.eras=3", "audit.splits=3", "audit.bonders=2"]] {
        let scene = small(3, &[&["audit.bonded=3000000"], set].concat());
        for player in 0..scene.cast.players.len() {
            let mut names = scene.cast.names(player);
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "{:?}", scene.cast.names(player));
        }
        assert_eq!(scene.cast.names(0)[..3], ["honest", "lazy", "equivocate"]);
        assert_eq!(
            (scene.cast.players[2].name.as_str(), scene.cast.players[3].name.as_str()),
            ("operator 2", "bonder 0")
        );
        let exits = scene.cast.names(0).iter().filter(|name| name.starts_with("exit")).count();
        assert_eq!(
            exits as u32,
            scene.scenario.run.horizon - 1,
            "a third of the way, from three eras on"
        );
    }
    assert!(size_of::<carrots::play::PlayerState<Game>>() <= 20);
}

/// Who was there goes on, earns as those who enter, and can leave with what it has.
#[test]
fn who_was_there_plays() {
    let set = ["agents[0].count=3", "agents[3].count=2", "world.detection=1.0", "run.horizon=9"];
    let before = read::<Game>(&document(SMALL, &set)).expect("it is sound");
    let play = Game::new(&before);
    let mut table = Table::new(&play, &before, 1, 0);
    play.enter(&mut table);
    (0..3).for_each(|_| play.round(&mut table));
    let base = document(SMALL, &["agents=[]", "world.reserve=0", "world.detection=1.0"]);
    let text = crate::STAKING.resumed(&table.instance.state(), Some(&base));
    let set = ["audit.operators=2", "audit.stake=10000000"];
    let scenario = read::<Game>(&document(&text.expect("a state of staking"), &set));
    let scene = Scene::<Game>::new(&scenario.expect("it is sound")).expect("it is a game");
    // Two and one bonder enter; three honest ones, two lazy, two equivocating, and two bonders are there.
    let names: Vec<_> = scene.cast.players.iter().map(|seat| seat.name.as_str()).collect();
    assert_eq!(scene.cast.players.len(), 12, "{names:?}");
    let honest = sums(&scene, &given(&scene, &[])).0;
    let mut decided = given(&scene, &[]);
    decided[5] = Some(option(&scene, 5, "equivocate"));
    let bad = sums(&scene, &decided).0;
    assert!(honest.iter().all(|won| *won > 0), "{honest:?}");
    assert!(bad[5] < 0 && bad[6] > 0, "{bad:?}");
    for player in 3..12 {
        let mut decided = given(&scene, &[]);
        decided[player] = Some(option(&scene, player, "out"));
        let (out, odds) = sums(&scene, &decided);
        assert!(out[player] / odds >= -1 && out[player] < honest[player], "{}", names[player]);
        assert!(!scene.cast.names(player).iter().any(|name| name.contains("operators")));
    }
}

#[test]
fn what_cannot_be_audited_is_refused() {
    for (set, key) in [
        ("intended.strategy=exit_before_slash", "intended.strategy"),
        ("world.detection=0.12345", "world.detection"),
        ("audit.operators=100001", "audit.operators"),
        ("audit.stake=999999", "audit.stake"),
        ("audit.eras=0", "audit.eras"),
        ("audit.eras=4000000000", "audit.eras"),
        ("audit.splits=0", "audit.splits"),
        ("audit.splits=5000", "audit.splits"),
        ("audit.bonders=3", "audit.bonders"),
        ("audit.spare=\"340282366920938463463374607431768211455\"", "audit.stake"),
        ("audit.bonded=\"340282366920938463463374607431768211455\"", "audit.stake"),
        ("world.duty_cost=\"340282366920938463463374607431768211455\"", "world.duty_cost"),
        ("world.offence_gain=\"10000000000000000000000000000000000\"", "world.offence_gain"),
    ] {
        let wrong = try_scene(SMALL, &["audit={}", set]).err().expect(set);
        assert_eq!(wrong.key, key, "{set}: {}", wrong.expected);
    }
}
