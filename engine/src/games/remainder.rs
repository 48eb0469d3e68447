//! What is left of a game without what is in no equilibrium, and without players who have no choice.
//!
//! A strategy that is strictly dominated is never played, nor is one that is when those are gone
//! (Bernheim 1984; Pearce 1984); who has one strategy left plays it. So the equilibria of the rest are
//! those of the game.

use super::Limit;
use super::dominance::{Dominators, Strength, eliminate};
use super::mixed::Mixed;
use super::strategic::Strategic;
use crate::exact::Rational;
use num_traits::Zero;

/// A part of a game with the same equilibria.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// The game between the players who have a choice; filled up with others to two players, if there
    /// are so many.
    pub game: Strategic,
    /// Who they are.
    pub players: Vec<usize>,
    /// The strategies of all players of the whole game that are left.
    left: Vec<Vec<usize>>,
    /// How many there were.
    shape: Vec<usize>,
}

/// What is left of a game: as it is if no more than two players have a choice, or else without what
/// pure strategies dominate strictly, as far as the limit goes.
pub fn remainder(game: &Strategic, limit: Limit) -> Remainder {
    let all: Vec<Vec<usize>> = game.shape().iter().map(|count| (0..*count).collect()).collect();
    match choosing(&all).count() {
        ..=2 => Remainder::new(game, all),
        _ => {
            let gone = eliminate(game, Strength::Strict, Dominators::Pure, limit);
            Remainder::new(game, gone.left)
        }
    }
}

/// The players with more than one strategy.
fn choosing(left: &[Vec<usize>]) -> impl Iterator<Item = usize> {
    left.iter().enumerate().filter(|(_, own)| own.len() > 1).map(|(player, _)| player)
}

impl Remainder {
    fn new(game: &Strategic, left: Vec<Vec<usize>>) -> Self {
        let mut players: Vec<usize> = choosing(&left).collect();
        let others = (0..left.len()).filter(|player| left[*player].len() == 1);
        players.extend(others.take(2usize.saturating_sub(players.len())));
        players.sort_unstable();
        let strides = game.strides();
        let base: usize = left.iter().zip(&strides).map(|(own, stride)| own[0] * stride).sum();
        let shape: Vec<usize> = players.iter().map(|player| left[*player].len()).collect();
        let rest = Strategic::from_fn(&shape, |profile| {
            let moved = players
                .iter()
                .zip(profile)
                .map(|(player, at)| (left[*player][*at] - left[*player][0]) * strides[*player]);
            let payoffs = &game.payoffs[base + moved.sum::<usize>()];
            players.iter().map(|player| payoffs[*player].clone()).collect()
        });
        Self { game: rest, players, left, shape: game.shape() }
    }

    /// How many players have a choice.
    pub fn choosing(&self) -> usize {
        choosing(&self.left).count()
    }

    /// A mixed profile of the rest as one of the whole game.
    pub fn whole(&self, rest: Mixed) -> Mixed {
        let mut profile: Mixed =
            self.shape.iter().map(|count| vec![Rational::zero(); *count]).collect();
        for (own, left) in profile.iter_mut().zip(&self.left) {
            own[left[0]] = crate::exact::whole(1);
        }
        for (player, weights) in self.players.iter().zip(rest) {
            for (strategy, weight) in self.left[*player].iter().zip(weights) {
                profile[*player][*strategy] = weight;
            }
        }
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::super::mixed::{exploitability, is_mixed};
    use super::super::{bimatrix, pure::pure_equilibria};
    use super::*;
    use crate::exact::whole;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::collections::BTreeSet;

    /// Games of three players with one to three strategies: whatever is solved in what is left is an
    /// equilibrium of the whole, and no pure one is missing.
    #[test]
    fn equilibria_of_the_rest_are_those_of_the_whole() {
        let (mut solved, mut mixed) = (0, 0);
        for seed in 0..600 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let shape: Vec<usize> = (0..3).map(|_| rng.random_range(1..4)).collect();
            let game = Strategic::from_fn(&shape, |_| {
                (0..3).map(|_| whole(rng.random_range(0..9))).collect()
            });
            let rest = remainder(&game, Limit::default());
            if rest.players.len() != 2 {
                continue;
            }
            let found = bimatrix::equilibria(&rest.game, Limit::default()).unwrap().extreme;
            assert!(found.complete && !found.all.is_empty(), "seed {seed}");
            let all: BTreeSet<Mixed> = found.all.into_iter().map(|one| rest.whole(one)).collect();
            for one in &all {
                assert!(is_mixed(&game, one) && exploitability(&game, one).is_zero(), "{seed}");
            }
            let pure = pure_equilibria(&game, Limit::default()).all;
            let pure = pure.iter().map(|one| super::super::mixed::pure(&game, &one.profile));
            assert!(pure.into_iter().all(|one| all.contains(&one)), "seed {seed}");
            solved += 1;
            let half = |one: &Mixed| one.iter().flatten().any(|weight| !weight.is_integer());
            mixed += usize::from(all.iter().any(half));
        }
        assert!(solved > 300 && mixed > 50, "{solved} {mixed}");
    }
}
