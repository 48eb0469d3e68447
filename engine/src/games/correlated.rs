//! Correlated equilibria (Aumann 1974) and coarse correlated ones (Moulin, Vial 1978), by linear
//! programming over distributions of profiles.

use super::lp::{self, Program, Relation, Solution};
use super::strategic::Strategic;
use super::{Found, Limit};
use crate::exact::Rational;
use num_traits::{One, Zero};

/// When a player may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concept {
    /// After being told what to play.
    Correlated,
    /// Before.
    Coarse,
}

/// A distribution over profiles that no player gains by leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlated {
    /// The profiles that have a chance, with it.
    pub distribution: Vec<(Vec<usize>, Rational)>,
    /// What every player is expected to get.
    pub payoffs: Vec<Rational>,
}

/// The equilibrium with the largest sum of the players' payoffs times `weights`, unless the limit
/// does not suffice: ones for the largest total, minus ones for the least, a one among zeros for a
/// player's largest. The limit's steps are pivots.
pub fn best(
    game: &Strategic,
    concept: Concept,
    weights: &[Rational],
    limit: Limit,
) -> Found<Correlated> {
    if !lp::has_room(ways(game, concept), game.profiles(), limit) {
        return Found { all: Vec::new(), complete: false };
    }
    let mut program = Program::new(game.profiles());
    let sum = |payoffs: &Vec<Rational>| {
        payoffs.iter().zip(weights).map(|(payoff, weight)| payoff * weight).sum::<Rational>()
    };
    program.maximise(game.payoffs.iter().map(sum).enumerate());
    for terms in gains(game, concept) {
        program.constrain(terms, Relation::AtMost, Rational::zero());
    }
    let all = (0..game.profiles()).map(|index| (index, Rational::one()));
    program.constrain(all, Relation::Equal, Rational::one());
    let Solution::Optimal { point, .. } = program.solve(limit) else {
        return Found { all: Vec::new(), complete: false };
    };
    let mut payoffs = vec![Rational::zero(); game.players.len()];
    let mut distribution = Vec::new();
    for (index, chance) in point.into_iter().enumerate().filter(|(_, chance)| !chance.is_zero()) {
        for (total, payoff) in payoffs.iter_mut().zip(&game.payoffs[index]) {
            *total += payoff * &chance;
        }
        distribution.push((game.profile(index), chance));
    }
    Found { all: vec![Correlated { distribution, payoffs }], complete: true }
}

/// The most that a player could gain by leaving a distribution over profiles.
pub fn regret(
    game: &Strategic,
    concept: Concept,
    distribution: &[(Vec<usize>, Rational)],
) -> Rational {
    let mut chances = vec![Rational::zero(); game.profiles()];
    for (profile, chance) in distribution {
        chances[game.index(profile)] += chance;
    }
    let gain = |terms: Vec<(usize, Rational)>| {
        terms.iter().map(|(index, gain)| gain * &chances[*index]).sum::<Rational>()
    };
    gains(game, concept).map(gain).max().unwrap_or_else(Rational::zero).max(Rational::zero())
}

/// How many ways to leave there are, and one.
fn ways(game: &Strategic, concept: Concept) -> usize {
    let ways = |count: usize| match concept {
        Concept::Correlated => count * (count - 1),
        Concept::Coarse => count,
    };
    game.shape().into_iter().map(ways).sum::<usize>() + 1
}

/// For every way to leave: what it gains in every profile in which it makes a difference.
fn gains(game: &Strategic, concept: Concept) -> impl Iterator<Item = Vec<(usize, Rational)>> {
    let players = 0..game.players.len();
    players.flat_map(move |player| {
        let count = game.strategies[player].len();
        let told: Vec<_> = match concept {
            Concept::Correlated => (0..count).map(Some).collect(),
            Concept::Coarse => vec![None],
        };
        let ways =
            told.into_iter().flat_map(move |told| (0..count).map(move |other| (told, other)));
        let ways = ways.filter(|(told, other)| *told != Some(*other));
        ways.map(move |(told, other)| gain(game, player, told, other))
    })
}

/// What `player` gains by playing `other` when told `told`, or whatever she is told.
fn gain(
    game: &Strategic,
    player: usize,
    told: Option<usize>,
    other: usize,
) -> Vec<(usize, Rational)> {
    let (stride, count) = (game.stride(player), game.strategies[player].len());
    let choice = |index: usize| index / stride % count;
    let concerned = |index: &usize| {
        let choice = choice(*index);
        choice != other && told.is_none_or(|told| told == choice)
    };
    let difference = |index: usize| {
        let left = index - choice(index) * stride + other * stride;
        (index, &game.payoffs[left][player] - &game.payoffs[index][player])
    };
    (0..game.profiles()).filter(concerned).map(difference).collect()
}
