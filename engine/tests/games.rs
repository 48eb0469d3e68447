//! Solvers of games in strategic form: published games, and random ones against slow and different
//! solvers and against the definitions.

#[path = "../benches/solve/supports.rs"]
mod supports;

use carrots::exact::{Rational, parse, whole};
use carrots::games::bimatrix::equilibria;
use carrots::games::correlated::{self, Concept};
use carrots::games::dominance::{Dominators, Strength, dominant, dominated, eliminate};
use carrots::games::mixed::{Mixed, expected, exploitability, is_mixed, pure};
use carrots::games::nfg;
use carrots::games::pure::pure_equilibria;
use carrots::games::strategic::Strategic;
use carrots::games::{Limit, Unsuitable, zero_sum};
use num_traits::{One, Signed, Zero};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeSet;

fn file(name: &str) -> Strategic {
    let path = format!("{}/games/{name}.nfg", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the file is there");
    nfg::read(&text, Limit::default()).expect("it is a game")
}

/// Payoffs from `-size` to `size`: the smaller, the more ties.
fn random(rng: &mut ChaCha8Rng, shape: &[usize], size: i128) -> Strategic {
    let players = shape.len();
    Strategic::from_fn(shape, |_| {
        (0..players).map(|_| whole(rng.random_range(-size..=size))).collect()
    })
}

fn shape(rng: &mut ChaCha8Rng, most: usize) -> [usize; 2] {
    [rng.random_range(1..=most), rng.random_range(1..=most)]
}

fn weights(text: &[&[&str]]) -> Mixed {
    let weights = |player: &&[&str]| player.iter().map(|weight| parse(weight).unwrap()).collect();
    text.iter().map(weights).collect()
}

fn extreme(game: &Strategic) -> Vec<Mixed> {
    let found = equilibria(game, Limit::default()).expect("there are two players");
    assert!(found.extreme.complete);
    found.extreme.all
}

fn set(all: Vec<Mixed>) -> BTreeSet<Mixed> {
    let count = all.len();
    let set = BTreeSet::from_iter(all);
    assert_eq!(set.len(), count, "no equilibrium is given twice");
    set
}

#[test]
fn published_games_have_their_equilibria() {
    for (name, expected) in [
        ("prisoners-dilemma", vec![weights(&[&["0", "1"], &["0", "1"]])]),
        ("matching-pennies", vec![weights(&[&["1/2", "1/2"], &["1/2", "1/2"]])]),
        (
            "battle-of-the-sexes",
            vec![
                weights(&[&["1", "0"], &["1", "0"]]),
                weights(&[&["2/3", "1/3"], &["1/3", "2/3"]]),
                weights(&[&["0", "1"], &["0", "1"]]),
            ],
        ),
        ("rock-paper-scissors", vec![weights(&[&["1/3", "1/3", "1/3"], &["1/3", "1/3", "1/3"]])]),
        (
            "degenerate",
            vec![
                weights(&[&["1", "0"], &["1", "0"]]),
                weights(&[&["1", "0"], &["1/2", "1/2"]]),
                weights(&[&["0", "1"], &["0", "1"]]),
            ],
        ),
    ] {
        assert_eq!(set(extreme(&file(name))), set(expected), "{name}");
    }
}

#[test]
fn the_game_of_von_stengel_has_75_equilibria() {
    let game = file("von-stengel-6x6");
    let found = extreme(&game);
    assert_eq!(found.len(), 75);
    for profile in &found {
        assert!(
            is_mixed(&game, profile) && exploitability(&game, profile).is_zero(),
            "{profile:?}"
        );
    }
    assert_eq!(set(found), set(supports::equilibria(&game)));
    let components = equilibria(&game, Limit::default()).unwrap().components;
    assert!(components.iter().all(|component| component.members.len() == 1));
}

#[test]
fn a_continuum_is_told_as_such() {
    let found = equilibria(&file("degenerate"), Limit::default()).unwrap();
    let sizes: Vec<_> = found.components.iter().map(|component| component.members.len()).collect();
    assert_eq!((sizes.iter().max(), sizes.iter().sum()), (Some(&2), 3));
    // Where nothing matters, everything is one Nash subset.
    let game = Strategic::from_fn(&[2, 3], |_| vec![Rational::zero(); 2]);
    let found = equilibria(&game, Limit::default()).unwrap();
    assert_eq!(found.extreme.all.len(), 6);
    assert_eq!(found.components.len(), 1);
    assert_eq!(found.components[0].subsets, [[0, 1, 2, 3, 4, 5]]);
}

/// In a nondegenerate game they are all that support enumeration finds. Large payoffs make ties
/// rare; games with ties are left to the next test.
#[test]
fn equilibria_are_those_of_support_enumeration() {
    let mut compared = 0;
    for seed in 0..150 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 4);
        let game = random(&mut rng, &shape, 1_000_000);
        let found = equilibria(&game, Limit::default()).unwrap();
        if found.components.iter().any(|component| component.members.len() > 1) {
            continue;
        }
        compared += 1;
        let expected = supports::equilibria(&game);
        assert_eq!(set(found.extreme.all), set(expected), "seed {seed}: {game:?}");
    }
    assert!(compared > 100);
}

/// Vertices of `{x ≥ 0, v: payoff of every reply ≤ v, Σ x = 1}` by solving all choices of equations,
/// each with the replies that it makes best.
fn vertices(game: &Strategic, player: usize) -> BTreeSet<Vec<Rational>> {
    let (own, other) = (game.strategies[player].len(), game.strategies[1 - player].len());
    let pays = |strategy: usize, reply: usize| {
        let profile = if player == 0 { [strategy, reply] } else { [reply, strategy] };
        game.payoff(&profile, 1 - player).clone()
    };
    let row = |at: usize| -> Vec<Rational> {
        let cells = (0..own).map(|strategy| match at.checked_sub(own) {
            Some(reply) => pays(strategy, reply),
            None => whole(i128::from(at == strategy)),
        });
        let value = whole(if at < own { 0 } else { -1 });
        cells.chain([value, Rational::zero()]).collect()
    };
    let mut found = BTreeSet::new();
    for choice in (0u32..1 << (own + other)).filter(|set| set.count_ones() as usize == own) {
        let mut rows: Vec<_> =
            (0..own + other).filter(|at| choice >> at & 1 == 1).map(row).collect();
        let mut last = vec![Rational::one(); own + 2];
        last[own] = Rational::zero();
        rows.push(last);
        let Some(point) = supports::solve(rows) else { continue };
        let positive = point[..own].iter().all(|weight| !weight.is_negative());
        let bounded = (0..other).all(|reply| {
            let sum: Rational = (0..own).map(|at| &point[at] * pays(at, reply)).sum();
            sum <= point[own]
        });
        if positive && bounded {
            found.insert(point[..own].to_vec());
        }
    }
    found
}

/// Extreme equilibria are the equilibria among pairs of vertices, in games full of ties too; all
/// mixtures within a maximal Nash subset are equilibria.
#[test]
fn extreme_equilibria_of_degenerate_games_are_all_pairs_of_vertices() {
    let mut continua = 0;
    for seed in 0..300 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 3);
        let game = random(&mut rng, &shape, 1);
        let found = equilibria(&game, Limit::default()).unwrap();
        let mut expected = BTreeSet::new();
        let second = vertices(&game, 1);
        for one in vertices(&game, 0) {
            for other in &second {
                let profile = vec![one.clone(), other.clone()];
                if exploitability(&game, &profile).is_zero() {
                    expected.insert(profile);
                }
            }
        }
        assert_eq!(set(found.extreme.all.clone()), expected, "seed {seed}: {game:?}");
        for component in &found.components {
            continua += usize::from(component.members.len() > 1);
            for subset in &component.subsets {
                let mean = mean(&mut rng, &found.extreme.all, subset);
                assert!(exploitability(&game, &mean).is_zero(), "seed {seed}: {mean:?}");
            }
        }
    }
    assert!(continua > 50, "{continua}");
}

/// A random mixture of members of a Nash subset, every player's apart.
fn mean(rng: &mut ChaCha8Rng, all: &[Mixed], subset: &[usize]) -> Mixed {
    let mut player = |player: usize| {
        let parts = subset.iter().map(|at| (whole(rng.random_range(1..9)), &all[*at][player]));
        let parts: Vec<_> = parts.collect();
        let sum: Rational = parts.iter().map(|(part, _)| part).sum();
        let weight = |at: usize| {
            parts.iter().map(|(part, weights)| part * &weights[at]).sum::<Rational>() / &sum
        };
        (0..parts[0].1.len()).map(weight).collect()
    };
    vec![player(0), player(1)]
}

#[test]
fn every_solver_agrees_on_random_games() {
    for seed in 0..150 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 4);
        let game = random(&mut rng, &shape, 3);
        let found = extreme(&game);
        assert!(!found.is_empty(), "seed {seed}: every game has an equilibrium (Nash 1951)");
        let strict = dominated(&game, Strength::Strict, Dominators::Mixed, Limit::default());
        assert!(strict.complete);
        for one in &strict.all {
            let unplayed = found.iter().all(|profile| profile[one.player][one.strategy].is_zero());
            assert!(unplayed, "seed {seed}: {one:?}");
        }
        let pures = pure_equilibria(&game, Limit::default());
        for one in &pures.all {
            assert!(found.contains(&pure(&game, &one.profile)), "seed {seed}: {one:?}");
        }
        let integral = |profile: &&Mixed| profile.iter().flatten().all(Rational::is_integer);
        assert_eq!(found.iter().filter(integral).count(), pures.all.len(), "seed {seed}");
        for concept in [Concept::Correlated, Concept::Coarse] {
            let best = correlated::best(&game, concept, &[whole(1), whole(1)], Limit::default());
            let best = &best.all[0];
            assert!(
                correlated::regret(&game, concept, &best.distribution).is_zero(),
                "seed {seed}"
            );
            let total: Rational = best.payoffs.iter().sum();
            for profile in &found {
                assert!(correlated::regret(&game, concept, &product(profile)).is_zero());
                let own = expected(&game, profile).into_iter().sum::<Rational>();
                assert!(own <= total, "seed {seed}: {profile:?}");
            }
        }
    }
}

/// Numbers that leave any machine word, at once or on the way, change nothing.
#[test]
fn equilibria_do_not_depend_on_units() {
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 5);
        let game = random(&mut rng, &shape, 9);
        let expected = extreme(&game);
        for digits in [9, 18, 36, 60] {
            let mut scaled = game.clone();
            let unit = num_traits::pow(whole(10), digits) / whole(7);
            for payoffs in &mut scaled.payoffs {
                payoffs[0] = &payoffs[0] * &unit - whole(5);
                payoffs[1] = &payoffs[1] / &unit + whole(3);
            }
            assert_eq!(extreme(&scaled), expected, "seed {seed}, {digits} digits");
        }
    }
}

#[test]
fn equilibria_of_three_players_are_correlated_and_those_are_coarse() {
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape: Vec<_> = (0..3).map(|_| rng.random_range(1..4)).collect();
        let game = random(&mut rng, &shape, 5);
        let weights: Vec<_> = (0..3).map(|_| whole(rng.random_range(-2..3))).collect();
        let worth = |payoffs: &[Rational]| {
            payoffs.iter().zip(&weights).map(|(payoff, weight)| payoff * weight).sum::<Rational>()
        };
        let best = |concept| {
            let best = correlated::best(&game, concept, &weights, Limit::default()).all.remove(0);
            let regret = correlated::regret(&game, concept, &best.distribution);
            assert!(regret.is_zero(), "seed {seed}: {best:?}");
            worth(&best.payoffs)
        };
        let (told, before) = (best(Concept::Correlated), best(Concept::Coarse));
        assert!(told <= before, "seed {seed}");
        for one in pure_equilibria(&game, Limit::default()).all {
            let certain = [(one.profile.clone(), whole(1))];
            assert!(correlated::regret(&game, Concept::Correlated, &certain).is_zero());
            assert!(worth(&game.payoffs[game.index(&one.profile)]) <= told, "seed {seed}: {one:?}");
        }
    }
}

/// The distribution over profiles in which players mix on their own.
fn product(profile: &Mixed) -> Vec<(Vec<usize>, Rational)> {
    let first = profile[0].iter().enumerate();
    let pair = |(one, left): (usize, &Rational)| {
        let left = left.clone();
        let second = profile[1].iter().enumerate();
        second.map(move |(other, right)| (vec![one, other], &left * right)).collect::<Vec<_>>()
    };
    first.flat_map(pair).collect()
}

#[test]
fn correlation_pays_in_chicken() {
    // Aumann 1974: the best total of a correlated equilibrium lies outside of the hull of Nash's.
    let payoffs = |profile: &[usize]| match profile {
        [0, 0] => vec![whole(6), whole(6)],
        [0, _] => vec![whole(2), whole(7)],
        [_, 0] => vec![whole(7), whole(2)],
        _ => vec![whole(0), whole(0)],
    };
    let game = Strategic::from_fn(&[2, 2], payoffs);
    let total = |sign| {
        let weights = [whole(sign), whole(sign)];
        let best = correlated::best(&game, Concept::Correlated, &weights, Limit::default());
        best.all[0].payoffs.iter().sum::<Rational>().to_string()
    };
    assert_eq!((total(1).as_str(), total(-1).as_str()), ("21/2", "36/5"));
}

#[test]
fn a_game_turned_round_is_worth_the_opposite() {
    for seed in 0..100 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 5);
        let mut cells = vec![vec![0; shape[1]]; shape[0]];
        cells.iter_mut().flatten().for_each(|cell| *cell = rng.random_range(-9..10));
        let pay = |payoff: i128| vec![whole(payoff), whole(-payoff)];
        let game = Strategic::from_fn(&shape, |at| pay(cells[at[0]][at[1]]));
        let turned = Strategic::from_fn(&[shape[1], shape[0]], |at| pay(-cells[at[1]][at[0]]));
        let solve = |game| zero_sum::value(game, Limit::default()).unwrap().all.remove(0);
        let (found, other) = (solve(&game), solve(&turned));
        assert_eq!(found.value, -other.value, "seed {seed}");
        assert!(exploitability(&game, &found.strategies).is_zero(), "seed {seed}");
        for profile in extreme(&game) {
            assert_eq!(expected(&game, &profile)[0], found.value, "seed {seed}");
        }
    }
    let game = file("battle-of-the-sexes");
    assert_eq!(zero_sum::value(&game, Limit::default()), Err(Unsuitable::Sum));
    assert_eq!(
        zero_sum::value(&file("matching-pennies"), Limit::default()).unwrap().all[0].value,
        whole(0)
    );
}

#[test]
fn what_is_dominated_goes_round_by_round() {
    let game = file("prisoners-dilemma");
    assert_eq!(dominant(&game, 0), Some((1, Strength::Strict)));
    let gone = eliminate(&game, Strength::Strict, Dominators::Pure, Limit::default());
    assert_eq!((gone.left, gone.rounds.len()), (vec![vec![1], vec![1]], 1));
    // Only a mixture of Top and Middle dominates Bottom; then Left dominates Right.
    let cells = [[(3, 1), (0, 0)], [(0, 0), (3, -1)], [(1, 0), (1, 9)]];
    let game = Strategic::from_fn(&[3, 2], |at| {
        let (one, other) = cells[at[0]][at[1]];
        vec![whole(one), whole(other)]
    });
    let pure = eliminate(&game, Strength::Strict, Dominators::Pure, Limit::default());
    assert!(pure.rounds.is_empty() && pure.complete);
    let mixed = eliminate(&game, Strength::Strict, Dominators::Mixed, Limit::default());
    assert_eq!(mixed.rounds[0][0].strategy, 2);
    assert_eq!(mixed.rounds[0][0].by.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 1]);
    let weak = eliminate(&game, Strength::Weak, Dominators::Mixed, Limit::default());
    assert_eq!(weak.left, [vec![0], vec![0]]);
    let stopped = eliminate(
        &game,
        Strength::Weak,
        Dominators::Mixed,
        Limit { steps: 1, bytes: 0, until: None },
    );
    assert!(!stopped.complete);
}

/// What is said to dominate does, and what is not said to be dominated is a best reply to something:
/// the lemma of Pearce (1984) for two players.
#[test]
fn what_is_not_dominated_is_a_best_reply() {
    for seed in 0..200 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shape = shape(&mut rng, 4);
        let game = random(&mut rng, &shape, 3);
        let found = dominated(&game, Strength::Strict, Dominators::Mixed, Limit::default());
        for (strategy, own) in (0..shape[0])
            .map(|at| (at, found.all.iter().find(|one| (one.player, one.strategy) == (0, at))))
        {
            let pays = |own: usize, other: usize| game.payoff(&[own, other], 0);
            match own {
                Some(own) => {
                    for other in 0..shape[1] {
                        let mixed = own.by.iter().map(|(at, weight)| weight * pays(*at, other));
                        let better = mixed.sum::<Rational>() > *pays(strategy, other);
                        assert!(better, "seed {seed}: {own:?} against {other}");
                    }
                }
                None => {
                    let best = vertices(&game, 1).into_iter().any(|weights| {
                        let pays = |own: usize| {
                            weights
                                .iter()
                                .enumerate()
                                .map(|(at, w)| w * pays(own, at))
                                .sum::<Rational>()
                        };
                        (0..shape[0]).all(|other| pays(other) <= pays(strategy))
                    });
                    assert!(best, "seed {seed}: strategy {strategy} of {game:?}");
                }
            }
        }
    }
}

#[test]
fn a_limit_is_told() {
    let game = file("von-stengel-6x6");
    let few = equilibria(&game, Limit { steps: 60, ..Limit::default() }).unwrap();
    assert!(!few.extreme.complete && few.extreme.all.len() < 75);
    let none = equilibria(&game, Limit { bytes: 0, ..Limit::default() }).unwrap();
    assert!(!none.extreme.complete && none.extreme.all.is_empty());
    let some = pure_equilibria(&game, Limit { steps: 30, ..Limit::default() });
    assert!(!some.complete);
    let three = Strategic::from_fn(&[2, 2, 2], |_| vec![whole(0); 3]);
    assert_eq!(equilibria(&three, Limit::default()), Err(Unsuitable::Players(3)));
}
