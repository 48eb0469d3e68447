//! Mixed strategies: what they pay, and what a player could gain by leaving them.

use super::strategic::Strategic;
use crate::exact::Rational;
use num_traits::{One, Signed, Zero};

/// A mixed profile: for every player the probability of every strategy.
pub type Mixed = Vec<Vec<Rational>>;

/// Whether it gives every player probabilities of all strategies of the game.
pub fn is_mixed(game: &Strategic, profile: &[Vec<Rational>]) -> bool {
    let sound = |(weights, strategies): (&Vec<Rational>, &Vec<String>)| {
        weights.len() == strategies.len()
            && weights.iter().all(|weight| !weight.is_negative())
            && weights.iter().sum::<Rational>().is_one()
    };
    profile.len() == game.players.len() && profile.iter().zip(&game.strategies).all(sound)
}

/// The mixed profile in which everybody plays one strategy.
pub fn pure(game: &Strategic, profile: &[usize]) -> Mixed {
    let weights = |(choice, strategies): (&usize, &Vec<String>)| {
        let mut weights = vec![Rational::zero(); strategies.len()];
        weights[*choice] = Rational::one();
        weights
    };
    profile.iter().zip(&game.strategies).map(weights).collect()
}

/// What every strategy of `player` is expected to pay against the others' part of a profile.
pub fn replies(game: &Strategic, profile: &[Vec<Rational>], player: usize) -> Vec<Rational> {
    let mut payoffs = vec![Rational::zero(); game.strategies[player].len()];
    let stride = game.stride(player);
    for (index, chance) in without(game, profile, player) {
        for (strategy, payoff) in payoffs.iter_mut().enumerate() {
            *payoff += &chance * &game.payoffs[index + strategy * stride][player];
        }
    }
    payoffs
}

/// What every player is expected to get.
pub fn expected(game: &Strategic, profile: &[Vec<Rational>]) -> Vec<Rational> {
    let mut sums = vec![Rational::zero(); profile.len()];
    let Some(widest) = (0..profile.len()).max_by_key(|player| profile[*player].len()) else {
        return sums;
    };
    let stride = game.stride(widest);
    for (index, chance) in without(game, profile, widest) {
        for (at, weight) in played(&profile[widest]) {
            let chance = &chance * weight;
            let payoffs = &game.payoffs[index + at * stride];
            sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += &chance * payoff);
        }
    }
    sums
}

/// What the others may play, with its chance: places in the table, with the first strategy of
/// `player`.
fn without(game: &Strategic, profile: &[Vec<Rational>], player: usize) -> Vec<(usize, Rational)> {
    let mut parts = vec![(0, Rational::one())];
    let choosing =
        |(other, weights): &(usize, &Vec<Rational>)| *other != player && weights.len() > 1;
    let strides = game.strides();
    for (other, weights) in profile.iter().enumerate().filter(choosing) {
        let extend = |(index, chance): &(usize, Rational)| {
            let each = |(at, weight)| (index + at * strides[other], chance * weight);
            played(weights).map(each).collect::<Vec<_>>()
        };
        parts = parts.iter().flat_map(extend).collect();
    }
    parts
}

/// The strategies that have a chance, with it.
fn played(weights: &[Rational]) -> impl Iterator<Item = (usize, &Rational)> {
    weights.iter().enumerate().filter(|(_, weight)| !weight.is_zero())
}

/// What every player could gain by playing something else: zero for all in an equilibrium (Nash
/// 1951).
pub fn regrets(game: &Strategic, profile: &[Vec<Rational>]) -> Vec<Rational> {
    let regret = |player: usize| {
        let replies = replies(game, profile, player);
        let own = dot(&profile[player], &replies);
        replies.into_iter().max().map_or_else(Rational::zero, |best| best - own)
    };
    (0..profile.len()).map(regret).collect()
}

/// The most that a player could gain by playing something else.
pub fn exploitability(game: &Strategic, profile: &[Vec<Rational>]) -> Rational {
    regrets(game, profile).into_iter().max().unwrap_or_else(Rational::zero)
}

fn dot(left: &[Rational], right: &[Rational]) -> Rational {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}
