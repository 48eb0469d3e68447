//! Two-player zero-sum games in extensive form by linear programming on sequences (von Stengel
//! 1996; Koller, Megiddo, von Stengel 1996).
//!
//! A player's plan is how likely it makes each of its sequences of moves, if the others and chance
//! allow: `x` is 1 for the empty sequence, and at every information set the sequences that go on
//! sum to the one that led there. The payoff is bilinear, `x A y`, with an entry per pair of
//! sequences that ends the game; so the program is as large as the tree, not as its strategic form:
//!
//! ```text
//! maximise v(root)   subject to   x is a plan, and for every sequence t of the second player
//!     v(set where t made its last move) <= Σ v(sets that t leads to) + (x A)(t)
//! ```
//!
//! where `v(set)` is the least that the second player can hold the first one to from there on. The
//! duals of these constraints are the second player's plan.

use super::Limit;
use super::extensive::{Extensive, Node, Profile, Sequences, Unfit};
use super::lp::{Program, Relation, Solution};
use crate::exact::Rational;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// An equilibrium of a two-player game whose payoffs sum to a constant. Its payoffs are those of
/// all equilibria. Both players need perfect recall. Information sets that their own player avoids
/// get all actions alike.
pub fn solve(game: &Extensive, limit: Limit) -> Result<Profile, Unfit> {
    if game.constant_sum().is_none() {
        return Err(Unfit::NotZeroSum);
    }
    let players = [game.recall(0)?, game.recall(1)?];
    let Solution::Optimal { point, duals, .. } = program(game, &players).solve(limit) else {
        return Err(Unfit::TooLarge("the linear program of the sequence form"));
    };
    let mut profile = game.uniform();
    // The first constraints are those of the second player's sequences.
    for (own, plan) in players.iter().zip([&point, &duals]) {
        for (sequence, last) in own.moves.iter().enumerate() {
            if let Some((before, set, action)) = *last
                && !plan[before].is_zero()
            {
                profile[set][action] = &plan[sequence] / &plan[before];
            }
        }
    }
    Ok(profile)
}

/// The variables are the first player's sequences, then the value at the second player's sets, the
/// last one at the root.
fn program(game: &Extensive, [first, second]: &[Sequences; 2]) -> Program {
    let sequences = first.moves.len();
    let root = sequences + game.sets().len();
    let mut program = Program::new(root + 1);
    (sequences..=root).for_each(|value| program.free(value));
    program.maximise([(root, Rational::one())]);

    let mut rows = vec![Vec::new(); second.moves.len()];
    rows[0].push((root, Rational::one()));
    for (row, last) in rows.iter_mut().zip(&second.moves) {
        row.extend(last.map(|(_, set, _)| (sequences + set, Rational::one())));
    }
    for (set, before) in second.at_set.iter().enumerate() {
        if let [before] = before[..] {
            rows[before].push((sequences + set, -Rational::one()));
        }
    }
    for ((own, other), payoff) in payoffs(game, first, second) {
        rows[other].push((own, -payoff));
    }
    for row in rows {
        program.constrain(row, Relation::AtMost, Rational::zero());
    }

    program.constrain([(0, Rational::one())], Relation::Equal, Rational::one());
    let mut plans = BTreeMap::new();
    for (sequence, last) in first.moves.iter().enumerate() {
        if let Some((before, set, _)) = *last {
            let row = plans.entry(set).or_insert_with(|| vec![(before, -Rational::one())]);
            row.push((sequence, Rational::one()));
        }
    }
    for row in plans.into_values() {
        program.constrain(row, Relation::Equal, Rational::zero());
    }
    program
}

/// The first player's expected payoff for every pair of sequences that may end the game.
fn payoffs(
    game: &Extensive,
    first: &Sequences,
    second: &Sequences,
) -> BTreeMap<(usize, usize), Rational> {
    let mut sums = BTreeMap::new();
    for ((node, chance), at) in game.nodes().iter().zip(game.chances()).zip(0..) {
        if let Node::Terminal { payoffs } = node {
            let pair = (first.at_node[at], second.at_node[at]);
            *sums.entry(pair).or_insert_with(Rational::zero) += &payoffs[0] * chance;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse, whole};
    use crate::games::efg;

    fn game(text: &str) -> Extensive {
        efg::read(text, Limit::default()).expect("a game")
    }

    #[test]
    fn kuhn_poker_is_worth_minus_an_eighteenth() {
        let kuhn = game(include_str!("../../games/kuhn-poker.efg"));
        let profile = solve(&kuhn, Limit::default()).expect("a solution");
        let value = parse("-1/18").unwrap();
        assert_eq!(kuhn.payoffs(&profile), [value.clone(), -value]);
        assert_eq!(kuhn.gains(&profile), Ok(vec![whole(0); 2]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let prisoners =
            game("EFG 2 R \"\" { \"1\" \"2\" } p \"\" 1 1 { \"a\" } 0 t \"\" 1 { 1 2 }");
        // One end has one sum: as good as zero-sum.
        assert_eq!(solve(&prisoners, Limit::default()), Ok(vec![vec![whole(1)]]));
        let text = "EFG 2 R \"\" { \"1\" \"2\" } p \"\" 1 1 { \"a\" \"b\" } 0
            t \"\" 1 { 1 2 } t \"\" 2 { 1 3 }";
        assert_eq!(solve(&game(text), Limit::default()), Err(Unfit::NotZeroSum));
        let forgets = "EFG 2 R \"\" { \"1\" \"2\" } p \"\" 1 1 \"x\" { \"a\" \"b\" } 0
            t \"\" 1 { 1 -1 } p \"\" 1 1 0 t \"\" 2 { 0 0 } t \"\" 2";
        let error = solve(&game(forgets), Limit::default()).unwrap_err().to_string();
        assert!(error.contains("1 forgets at information set \"x\""), "{error}");
        let kuhn = game(include_str!("../../games/kuhn-poker.efg"));
        let narrow = Limit { steps: 1, ..Limit::default() };
        assert!(matches!(solve(&kuhn, narrow), Err(Unfit::TooLarge(_))));
    }
}
