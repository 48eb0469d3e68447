//! Properties of games in extensive form, on random trees. A failure names the tree's seed; the
//! tree is `tree(seed, …)`.

use carrots::exact::{Rational, whole};
use carrots::games::extensive::{Builder, Extensive, Node, Profile, Reduced};
use carrots::games::lp::{Program, Relation, Solution};
use carrots::games::{Limit, backward, efg, sequence};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeSet, HashMap};

/// What is random about a tree.
#[derive(Clone, Copy)]
struct Kind {
    players: usize,
    depth: usize,
    /// How many decisions with the same own history a player cannot tell apart, about.
    hidden: bool,
    zero_sum: bool,
}

const SMALL: Kind = Kind { players: 2, depth: 4, hidden: true, zero_sum: false };

/// A random tree of perfect recall: a player knows its own moves, and a bit of what happened.
fn tree(seed: u64, kind: Kind) -> Extensive {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let names = (1..=kind.players).map(|player| format!("Player \"{player}\""));
    let mut tree = Builder::new(format!("\\ {seed}"), names, Limit::default());
    let mut open = vec![(0, 0, vec![String::new(); kind.players])];
    while let Some((at, depth, known)) = open.pop() {
        if depth > 0 && (depth >= kind.depth || random.random_ratio(1, 6)) {
            let mut payoffs: Vec<_> = (0..kind.players).map(|_| payoff(&mut random)).collect();
            if kind.zero_sum {
                payoffs[1] = whole(1) - &payoffs[0];
            }
            tree.terminal(at, payoffs).unwrap();
            continue;
        }
        if random.random_ratio(1, 5) {
            let weights: Vec<i128> =
                (0..random.random_range(2..4)).map(|_| random.random_range(0..4)).collect();
            let sum: i128 = weights.iter().sum::<i128>() + 1;
            let mut chances: Vec<_> =
                weights.iter().map(|weight| whole(*weight) / whole(sum)).collect();
            chances.push(whole(1) / whole(sum));
            let events =
                chances.into_iter().zip(0..).map(|(chance, at)| (format!("e{at}"), chance));
            let children = tree.chance(at, events.collect()).unwrap();
            open.extend(children.rev().map(|child| (child, depth + 1, known.clone())));
            continue;
        }
        let player = random.random_range(0..kind.players);
        let seen = if kind.hidden { random.random_range(0..2) } else { at };
        let key = format!("{}({seen})", known[player]);
        let actions = ["left", "right", "stay"];
        let actions = &actions[..2 + usize::from(key.len() % 3 == 0)];
        let children = tree.decide(at, player, &key, actions).unwrap();
        for (action, child) in children.enumerate().rev() {
            let mut known = known.clone();
            known[player] = format!("{key}{action}");
            open.push((child, depth + 1, known));
        }
    }
    tree.build().unwrap()
}

/// Few different payoffs, so that there are ties.
fn payoff(random: &mut ChaCha8Rng) -> Rational {
    whole(random.random_range(-3..4)) / whole(random.random_range(1..3))
}

fn random_profile(game: &Extensive, seed: u64) -> Profile {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut profile = game.uniform();
    for actions in &mut profile {
        let weights: Vec<i128> = actions.iter().map(|_| random.random_range(0..3)).collect();
        let sum: i128 = weights.iter().sum();
        if sum > 0 {
            *actions = weights.iter().map(|weight| whole(*weight) / whole(sum)).collect();
        }
    }
    profile
}

/// The mixed strategies that do what a profile does.
fn mixed(reduced: &Reduced, profile: &Profile) -> Vec<Vec<Rational>> {
    let chance = |plan: &Vec<Option<usize>>| -> Rational {
        let chosen = plan.iter().zip(profile).filter_map(|(action, set)| Some(&set[(*action)?]));
        chosen.product()
    };
    reduced.plans.iter().map(|plans| plans.iter().map(chance).collect()).collect()
}

/// Expected payoffs in the strategic form, by its definition.
fn expected(reduced: &Reduced, mixed: &[Vec<Rational>]) -> Vec<Rational> {
    let game = &reduced.strategic;
    let mut sums = vec![whole(0); game.players.len()];
    for (place, payoffs) in game.payoffs.iter().enumerate() {
        let (mut rest, mut chance) = (place, whole(1));
        for mixed in mixed {
            chance *= &mixed[rest % mixed.len()];
            rest /= mixed.len();
        }
        for (sum, payoff) in sums.iter_mut().zip(payoffs) {
            *sum += &chance * payoff;
        }
    }
    sums
}

fn pure(choice: usize, count: usize) -> Vec<Rational> {
    (0..count).map(|other| whole((other == choice).into())).collect()
}

#[test]
fn what_is_written_is_read_back() {
    for seed in 0..300 {
        let kind = Kind { players: 1 + seed as usize % 3, depth: 5, ..SMALL };
        let game = tree(seed, kind);
        let text = efg::write(&game);
        assert_eq!(efg::read(&text, Limit::default()).as_ref(), Ok(&game), "seed {seed}\n{text}");
    }
}

#[test]
fn behaviour_earns_what_the_mixed_strategies_behind_it_earn() {
    let mut mixing = 0;
    for seed in 0..200 {
        let game = tree(seed, Kind { players: 2 + seed as usize % 2, ..SMALL });
        let reduced = game.reduced(Limit::default()).unwrap();
        let profile = random_profile(&game, seed);
        let mixed = mixed(&reduced, &profile);
        assert!(
            mixed.iter().all(|weights| weights.iter().sum::<Rational>() == whole(1)),
            "seed {seed}"
        );
        let payoffs = game.payoffs(&profile);
        assert_eq!(payoffs, expected(&reduced, &mixed), "seed {seed}");
        // Back again, the behaviour may differ only where its own player never gets.
        assert_eq!(payoffs, game.payoffs(&reduced.behaviour(&game, &mixed)), "seed {seed}");
        mixing += usize::from(reduced.strategic.payoffs.len() > 20);
        for player in 0..game.players().len() {
            let count = game.recall(player).unwrap().plans();
            assert_eq!(count, reduced.plans[player].len() as u128, "seed {seed}");
        }
    }
    assert!(mixing > 50, "most trees are tiny");
}

#[test]
fn a_best_response_is_the_best_strategy_of_the_strategic_form() {
    let mut checked = 0;
    for seed in 0..200 {
        let game = tree(seed, Kind { players: 2 + seed as usize % 2, ..SMALL });
        let reduced = game.reduced(Limit::default()).unwrap();
        if reduced.strategic.payoffs.len() > 400 {
            continue;
        }
        let profile = random_profile(&game, seed);
        let mixed = mixed(&reduced, &profile);
        let payoffs = game.payoffs(&profile);
        checked += 1;
        for (player, gain) in game.gains(&profile).unwrap().into_iter().enumerate() {
            let count = reduced.plans[player].len();
            let worth = (0..count).map(|choice| {
                let mut mixed = mixed.clone();
                mixed[player] = pure(choice, count);
                expected(&reduced, &mixed).swap_remove(player)
            });
            let response = game.best_response(player, &profile).unwrap();
            assert_eq!(Some(&response.payoff), worth.max().as_ref(), "seed {seed}");
            assert_eq!(response.payoff, &payoffs[player] + gain, "seed {seed}");
            let mut played = profile.clone();
            for (set, action) in response.plan.iter().enumerate() {
                if let Some(action) = action {
                    played[set] = pure(*action, played[set].len());
                }
            }
            assert_eq!(game.payoffs(&played)[player], response.payoff, "seed {seed}");
        }
    }
    assert!(checked > 50, "hardly any trees are small: {checked}");
}

#[test]
fn what_is_filled_in_off_the_path_changes_nothing_that_is_reached() {
    let mut filled = 0;
    for seed in 0..200 {
        let game = tree(seed, Kind { players: 2 + seed as usize % 2, ..SMALL });
        // Everybody plays the first action half of the time, or for sure.
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let some = |actions: &Vec<Rational>| match random.random_ratio(1, 2) {
            true => actions.clone(),
            false => pure(0, actions.len()),
        };
        let profile: Profile = game.uniform().iter().map(some).collect();
        let after = game.off_path(profile.clone()).unwrap();
        assert_eq!(game.payoffs(&profile), game.payoffs(&after), "seed {seed}");
        let gains = [&profile, &after].map(|profile| game.gains(profile).unwrap());
        assert_eq!(gains[0], gains[1], "seed {seed}");
        filled += usize::from(profile != after);
    }
    assert!(filled > 50, "hardly anything is off the path: {filled}");
}

/// The value of a zero-sum game in strategic form, as a linear program on its whole matrix.
fn value(reduced: &Reduced) -> Rational {
    let [rows, columns] = [0, 1].map(|player| reduced.plans[player].len());
    let mut program = Program::new(rows + 1);
    program.free(rows);
    program.maximise([(rows, whole(1))]);
    for column in 0..columns {
        let payoffs =
            (0..rows).map(|row| (row, reduced.strategic.payoff(&[row, column], 0).clone()));
        program.constrain(payoffs.chain([(rows, whole(-1))]), Relation::AtLeast, whole(0));
    }
    program.constrain((0..rows).map(|row| (row, whole(1))), Relation::Equal, whole(1));
    match program.solve(Limit::default()) {
        Solution::Optimal { value, .. } => value,
        other => panic!("every matrix has a value: {other:?}"),
    }
}

#[test]
fn the_sequence_form_gives_the_value_of_the_strategic_form() {
    let mut fractions = 0;
    for seed in 0..150 {
        let game = tree(seed, Kind { zero_sum: true, ..SMALL });
        let profile = sequence::solve(&game, Limit::default()).unwrap();
        let payoffs = game.payoffs(&profile);
        let value = value(&game.reduced(Limit::default()).unwrap());
        assert_eq!(payoffs, [value.clone(), whole(1) - value], "seed {seed}");
        assert_eq!(game.gains(&profile).unwrap(), [whole(0), whole(0)], "seed {seed}");
        fractions += usize::from(profile.iter().flatten().any(|chance| !chance.is_integer()));
    }
    assert!(fractions > 20, "nobody needs to mix");
}

/// The pure subgame-perfect equilibria of a game of perfect information, by the definition: nobody
/// gains by one other action at any node.
fn subgame_perfect(game: &Extensive) -> Vec<Profile> {
    let counts: Vec<usize> = game.sets().iter().map(|set| set.actions.len()).collect();
    let mut found = Vec::new();
    for number in 0..counts.iter().product() {
        let mut rest = number;
        let choices: Vec<usize> = counts
            .iter()
            .map(|count| {
                let choice = rest % count;
                rest /= count;
                choice
            })
            .collect();
        let values = values(game, &choices, 0);
        if values.is_some() {
            found.push(
                choices.iter().zip(&counts).map(|(choice, count)| pure(*choice, *count)).collect(),
            );
        }
    }
    found
}

fn values(game: &Extensive, choices: &[usize], node: usize) -> Option<Vec<Rational>> {
    let children = game.children(node);
    let below: Option<Vec<_>> = children.map(|child| values(game, choices, child)).collect();
    let below = below?;
    match &game.nodes()[node] {
        Node::Terminal { payoffs } => Some(payoffs.clone()),
        Node::Chance { events, .. } => {
            let sum = |player: usize| {
                events.iter().zip(&below).map(|((_, chance), value)| chance * &value[player]).sum()
            };
            Some((0..game.players().len()).map(sum).collect())
        }
        Node::Decision { set, .. } => {
            let (player, chosen) = (game.sets()[*set].player, &below[choices[*set]]);
            below.iter().all(|other| other[player] <= chosen[player]).then(|| chosen.clone())
        }
    }
}

#[test]
fn backward_induction_finds_all_equilibria_of_perfect_information() {
    let mut several = 0;
    for seed in 0..300 {
        let kind = Kind { players: 3, depth: 3, hidden: false, zero_sum: false };
        let game = tree(seed, kind);
        if game.sets().iter().map(|set| set.actions.len()).product::<usize>() > 1000 {
            continue;
        }
        let found = backward::all(&game, Limit::default()).unwrap();
        assert!(found.complete, "seed {seed}");
        let mut profiles: Vec<_> = found.all.iter().map(|one| one.profile.clone()).collect();
        let mut expected = subgame_perfect(&game);
        profiles.sort();
        expected.sort();
        assert_eq!(profiles, expected, "seed {seed}");
        several += usize::from(expected.len() > 1);
        for one in found.all {
            assert_eq!(game.payoffs(&one.profile), one.payoffs, "seed {seed}");
        }
    }
    assert!(several > 30, "hardly any ties");
}

/// A subgame as a game of its own, and what a profile does there.
fn cut_out(game: &Extensive, root: usize, profile: &Profile) -> (Extensive, Profile) {
    let mut tree = Builder::new("", game.players(), Limit::default());
    let mut known = HashMap::new();
    let mut there = Vec::new();
    let mut open = vec![(root, 0)];
    while let Some((node, at)) = open.pop() {
        let children = match &game.nodes()[node] {
            Node::Terminal { payoffs } => {
                tree.terminal(at, payoffs.clone()).unwrap();
                continue;
            }
            Node::Chance { events, .. } => tree.chance(at, events.clone()).unwrap(),
            Node::Decision { set, .. } => {
                let copy = *known.entry(*set).or_insert_with(|| {
                    let old = &game.sets()[*set];
                    there.push(profile[*set].clone());
                    tree.information_set(old.player, "", old.actions.clone()).unwrap()
                });
                tree.decision(at, copy).unwrap()
            }
        };
        open.extend(game.children(node).zip(children));
    }
    (tree.build().unwrap(), there)
}

#[test]
fn what_is_subgame_perfect_is_an_equilibrium_of_every_subgame() {
    let (mut proper, mut methods) = (0, BTreeSet::new());
    for seed in 0..200 {
        let kind = Kind { zero_sum: seed % 3 == 0, hidden: seed % 4 > 0, ..SMALL };
        let game = tree(seed, kind);
        let subgames = backward::subgames(&game);
        for one in backward::one(&game, Limit::default()).unwrap().all {
            assert_eq!(game.payoffs(&one.profile), one.payoffs, "seed {seed}");
            methods.extend(one.methods);
            for root in &subgames {
                let (subgame, profile) = cut_out(&game, *root, &one.profile);
                let gains = subgame.gains(&profile).unwrap();
                assert_eq!(gains, [whole(0), whole(0)], "seed {seed}, subgame at {root}");
            }
            proper += subgames.len() - 1;
        }
    }
    assert!(proper > 300, "hardly any subgames: {proper}");
    assert_eq!(methods.len(), 4, "not every way to solve a subgame was needed: {methods:?}");
}

/// No text, however broken, makes the reader panic, and what it does read is written and read again.
#[test]
fn broken_files_are_refused() {
    let (mut read, mut refused) = (0, 0);
    for seed in 0..2_000 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut text: Vec<char> = efg::write(&tree(seed % 20, SMALL)).chars().collect();
        for _ in 0..random.random_range(1..4) {
            let signs = ['"', '\\', '{', '}', '0', '1', '/', '-', ' ', 'p', 't', 'é'];
            let at = random.random_range(0..text.len());
            text[at] = signs[random.random_range(0..signs.len())];
        }
        let text: String = text.into_iter().collect();
        match efg::read(&text, Limit::default()) {
            Ok(game) => {
                let again = efg::read(&efg::write(&game), Limit::default());
                assert_eq!(again, Ok(game), "seed {seed}\n{text}");
                read += 1;
            }
            Err(error) => {
                assert!(error.line <= 1 + text.lines().count(), "seed {seed}: {error}\n{text}");
                refused += 1;
            }
        }
    }
    assert!(read > 100 && refused > 100, "{read} read, {refused} refused");
}
