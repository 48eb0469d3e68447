//! The game of staking: its payoffs in closed form, and what it says of Polkadot.

use super::*;
use crate::scenario::Document;
use crate::stage::{Answers, Stage as _, payoff, run, start};
use B::{Equivocate, Exit, Greedy, Honest, Lazy, Out, SelfReport, Split, SplitEquivocate};

const SMALL: &str = include_str!("../../../../scenarios/staking-small.toml");
const POLKADOT: &str = include_str!("../../../../scenarios/polkadot-staking.toml");

fn try_stage(text: &str, set: &[&str]) -> Result<Stage, Wrong> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("test".into(), text.into(), &set).expect("it is TOML");
    Stage::new(&document.scenario().expect("it is a scenario"))
}

/// The small scenario without chance, with so many operators.
fn small(operators: usize, set: &[&str]) -> Stage {
    let operators = format!("audit.operators={operators}");
    let all = [&["audit={}", &operators, "world.detection=1.0"], set].concat();
    try_stage(SMALL, &all).expect("it is a game")
}

/// Everyone's payoff times the odds of all branches, summed over them; and the sum of the odds.
fn payoffs(stage: &Stage, behaviours: &[Behaviour]) -> (Vec<i128>, i128) {
    let place = |behaviour: &Behaviour| Some(stage.place(*behaviour).expect("an option"));
    let given: Vec<_> = behaviours.iter().map(place).collect();
    let types = vec![0; given.len()];
    let mut answers = Answers::new(&types, &given);
    let (start, seats) = (start(stage), stage.players());
    let (mut sums, mut odds) = (vec![0; given.len()], 0);
    loop {
        let end = run(stage, &start, &mut answers);
        let won: Vec<i128> =
            (0..seats.len()).map(|at| payoff(stage, &seats[at], at, 0, &start, &end)).collect();
        conserved(stage, &end.instance);
        drop(end);
        let (branch, all) = answers.odds();
        odds += branch as i128 * (1_000_000_000_000 / all as i128);
        for (sum, won) in sums.iter_mut().zip(won) {
            *sum += won * branch as i128 * (1_000_000_000_000 / all as i128);
        }
        if !answers.next_branch() {
            return (sums, odds);
        }
    }
}

/// The same where nothing happens by chance.
fn certain(stage: &Stage, behaviours: &[Behaviour]) -> Vec<i128> {
    let (sums, odds) = payoffs(stage, behaviours);
    sums.into_iter().map(|sum| sum / odds).collect()
}

/// No token appears or vanishes; after everyone left only rounding and the reserve stay.
fn conserved(stage: &Stage, end: &Instance<Staking>) {
    let wallets = stage.wallets();
    let ledger = end.ledger();
    let all = ledger.wallets.iter().sum::<Balance>() + ledger.held;
    assert_eq!(all, wallets.iter().sum::<Balance>());
    assert!(ledger.held >= end.db.owed());
    for who in BONDERS..wallets.len() as Agent {
        assert_eq!(end.db.worth(who), 0, "{who} took out what it had");
    }
}

fn of(count: usize, behaviour: Behaviour, all: usize) -> Vec<Behaviour> {
    (0..all).map(|at| if at < count { behaviour } else { Honest }).collect()
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
        let stage = small(n, &set);
        let kept = |eras: i128, slash: i128| 20_000 - slash - eras * 20;
        for k in 1..=n {
            let (wide, all) = (k as u128, n as u128);
            let stays = kept(3, slash(wide, all, 10_000_019));
            // Whoever retired is not counted among the operators of the era.
            let leaves = kept(1, slash(wide, (all - wide).max(wide), 10_000_019));
            let stayed = certain(&stage, &of(k, Equivocate, n));
            let left = certain(&stage, &of(k, Exit, n));
            assert_eq!(stayed, [vec![stays; k], vec![-60; n - k]].concat(), "{k} of {n}");
            assert_eq!(left, [vec![leaves; k], vec![-60; n - k]].concat(), "{k} of {n}");
            assert!(left[0] <= stayed[0] + 40, "{k} of {n}");
        }
    }
}

#[test]
fn self_reports_give_back_a_part_of_what_the_operator_loses_alone() {
    let stage = small(6, &["world.reserve=0", "audit.bonded=600000000"]);
    // A quarter of 10 million, of which the reporter gets a tenth.
    let won = certain(&stage, &of(1, SelfReport, 6));
    assert_eq!(won[0], 20_000 - 2_500_000 + 250_000 - 60);
    assert_eq!(certain(&stage, &of(1, Equivocate, 6))[0], 20_000 - 2_500_000 - 60);
}

#[test]
fn the_lazy_and_the_absent_lose_their_rewards() {
    let stage = small(4, &["world.commission=0.0"]);
    // 4 % of the issuance staked: 2.5 % + 7.5 % * 4 / 50 a year, an hour of it.
    let payout = 31_000_000i128 * 600 / 5_256_000;
    let honest = certain(&stage, &[Honest; 4]);
    let near = |won: i128, want: i128| assert!((won - want).abs() <= 6, "{won}, not {want}");
    honest.iter().for_each(|won| near(*won, 3 * payout / 4 - 60));
    let lazy = certain(&stage, &of(1, Lazy, 4));
    assert_eq!(lazy[0], 0);
    near(lazy[1], payout - 60);
    let out = certain(&stage, &of(1, Out, 4));
    assert_eq!(out[0], 0);
    near(out[1], 29_500_000i128 * 600 / 5_256_000 - 60);
    // One of four may be absent. With one more, both lose 3/4 of 7 % for every era.
    let absent = certain(&stage, &of(2, Lazy, 4));
    let kept = (0..3).fold(10_000_000u128, |stake, _| stake - (stake * 525).div_ceil(10_000));
    assert_eq!(absent[0], kept as i128 - 10_000_000);
}

#[test]
fn a_commission_above_the_limit_is_as_good_as_none() {
    let stage = small(4, &["audit.bonded=200000000"]);
    let honest = certain(&stage, &[Honest; 4])[0];
    let greedy = certain(&stage, &of(1, Greedy, 4));
    assert!(greedy[0] == 0 && honest > 0, "{greedy:?}, not {honest}");
    assert!(try_stage(POLKADOT, &[]).expect("it is a game").place(Greedy).is_none());
}

#[test]
fn splits_multiply_rewards_where_there_are_places() {
    let free = small(4, &["audit.splits=4", "world.duty_cost=0"]);
    let alone = certain(&free, &[Honest; 4])[0];
    let split = certain(&free, &of(1, Split, 4))[0];
    assert!((7 * split - 16 * alone).abs() <= 60, "{split}: 4 parts of 7, not {alone}: 1 of 4");
    let full = small(4, &["audit.splits=4", "world.duty_cost=0", "params.max_operators=4"]);
    let split = certain(&full, &of(1, Split, 4))[0];
    assert!(split < alone, "{split}: one place, and a quarter of the stake; not {alone}");
    // One of seven operators equivocated.
    let stage = small(4, &["audit.splits=4", "world.reserve=0", "world.offence_gain=0"]);
    let won = certain(&stage, &of(1, SplitEquivocate, 4))[0];
    assert_eq!(won, -slash(1, 7, 2_500_000) - 4 * 60);
}

/// 297 operators with 10,000 DOT each, and an equivocation that brings 1,000 DOT.
#[test]
fn on_polkadot_the_slash_deters_32_of_297_together_and_leaving_never_helps() {
    const DOT: i128 = 10_000_000_000;
    const STAKE: u128 = 100_000_000_000_000;
    let stage = try_stage(POLKADOT, &[]).expect("it is a game");
    let honest = certain(&stage, &[Honest; 297])[0];
    let mut deterred = Vec::new();
    for k in 1..=297 {
        let stayed = certain(&stage, &of(k, Equivocate, 297))[0];
        let left = certain(&stage, &of(k, Exit, 297))[0];
        assert!(left < stayed, "{k}: {left} by leaving, {stayed} by staying");
        let mut last = of(k, Equivocate, 297);
        last[k - 1] = Exit;
        let left = certain(&stage, &last)[k - 1];
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

/// Full enumeration: who decided what matters only through the order of those who decided the
/// same.
#[test]
fn operators_are_alike() {
    for (n, set) in [
        (3, &["audit.splits=2", "audit.bonded=50000021"][..]),
        (3, &["audit.splits=2", "params.max_operators=4", "audit.stake=1000003"]),
        (3, &["world.detection=0.9", "audit.bonded=50000021"]),
        (4, &["audit.eras=2", "params.slash_defer_eras=0"]),
    ] {
        let stage = small(n, set);
        let options = stage.options.len();
        for profile in 0..options.pow(n as u32) {
            let digit = |at| stage.options[profile / options.pow(at as u32) % options];
            let behaviours: Vec<_> = (0..n).map(digit).collect();
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by_key(|at| stage.place(behaviours[*at]));
            let sorted: Vec<_> = order.iter().map(|at| behaviours[*at]).collect();
            let (won, representative) = (payoffs(&stage, &behaviours), payoffs(&stage, &sorted));
            let ordered: Vec<_> = order.iter().map(|at| won.0[*at]).collect();
            assert_eq!(ordered, representative.0, "{set:?}: {behaviours:?}");
        }
    }
}

#[test]
fn a_third_is_harm() {
    let turned = |stage: &Stage, behaviours: &[Behaviour]| {
        let given: Vec<_> = behaviours.iter().map(|at| stage.place(*at)).collect();
        let types = vec![0; given.len()];
        let mut answers = Answers::new(&types, &given);
        let end = run(stage, &start(stage), &mut answers);
        stage.turned(&end.instance).expect("it is known")
    };
    let stage = small(6, &["audit.bonded=600000000", "audit.splits=3"]);
    for k in 0..=6 {
        assert_eq!(turned(&stage, &of(k, Equivocate, 6)), k > 2, "{k}");
        assert_eq!(turned(&stage, &of(k, Exit, 6)), k > 2, "{k}");
    }
    // Two of six operators, and two of two stakes and four parts: they had the whole of it.
    let few = [Equivocate, Equivocate, Split, Out, Out, Out];
    assert!(turned(&small(6, &["audit.splits=4"]), &few));
    let unseen = small(6, &["world.detection=0.0"]);
    assert!(!turned(&unseen, &[Equivocate; 6]), "what nobody noticed is not known");
}

#[test]
fn what_cannot_be_audited_is_refused() {
    for (set, key) in [
        ("intended.strategy=lazy", "intended.strategy"),
        ("world.detection=0.12345", "world.detection"),
        ("audit.operators=51", "audit.operators"),
        ("audit.stake=999999", "audit.stake"),
        ("audit.eras=0", "audit.eras"),
        ("audit.eras=4000000000", "audit.eras"),
        ("audit.splits=0", "audit.splits"),
        ("audit.splits=5000", "audit.splits"),
        ("audit.bonded=\"340282366920938463463374607431768211455\"", "audit.stake"),
        ("world.duty_cost=\"340282366920938463463374607431768211455\"", "world.duty_cost"),
        ("world.offence_gain=\"10000000000000000000000000000000000\"", "world.offence_gain"),
    ] {
        let wrong = try_stage(SMALL, &["audit={}", set]).err().expect(set);
        assert_eq!(wrong.key, key, "{set}: {}", wrong.expected);
    }
}
