//! Equilibria by support enumeration in fractions: for every pair of supports of the same size, the
//! weights that make the opponent indifferent (Porter, Nudelman, Shoham 2008, section 2). All
//! equilibria of a nondegenerate two-player game; slow and simple.

use carrots::exact::Rational;
use carrots::games::mixed::Mixed;
use carrots::games::strategic::Strategic;
use num_traits::{One, Signed, Zero};

/// All equilibria of a two-player game, if it is nondegenerate.
pub fn equilibria(game: &Strategic) -> Vec<Mixed> {
    let (rows, columns) = (game.strategies[0].len(), game.strategies[1].len());
    let mut found = Vec::new();
    for first in 1u32..1 << rows {
        for second in (1u32..1 << columns).filter(|set| set.count_ones() == first.count_ones()) {
            let (ours, theirs) = (members(first), members(second));
            let Some((one, payoff)) = weights(game, 1, &ours, &theirs, rows) else { continue };
            let Some((other, own)) = weights(game, 0, &theirs, &ours, columns) else { continue };
            let profile = vec![one, other];
            if best(game, &profile, 0) <= own && best(game, &profile, 1) <= payoff {
                found.push(profile);
            }
        }
    }
    found
}

fn members(set: u32) -> Vec<usize> {
    (0..32).filter(|at| set >> at & 1 == 1).collect()
}

fn payoff(game: &Strategic, player: usize, own: usize, other: usize) -> &Rational {
    let profile = if player == 0 { [own, other] } else { [other, own] };
    game.payoff(&profile, player)
}

/// Positive weights of `support`, of `count` strategies, that make all of `replies` pay `player` the
/// same, and what they pay.
fn weights(
    game: &Strategic,
    player: usize,
    support: &[usize],
    replies: &[usize],
    count: usize,
) -> Option<(Vec<Rational>, Rational)> {
    let size = support.len();
    let mut rows: Vec<Vec<Rational>> = Vec::new();
    for reply in replies {
        let cells = support.iter().map(|strategy| payoff(game, player, *reply, *strategy).clone());
        rows.push(cells.chain([-Rational::one(), Rational::zero()]).collect());
    }
    let mut last = vec![Rational::one(); size + 2];
    last[size] = Rational::zero();
    rows.push(last);
    let solution = solve(rows)?;
    if solution[..size].iter().any(|weight| !weight.is_positive()) {
        return None;
    }
    let mut weights = vec![Rational::zero(); count];
    for (strategy, weight) in support.iter().zip(&solution) {
        weights[*strategy] = weight.clone();
    }
    Some((weights, solution[size].clone()))
}

/// Solves as many equations as unknowns, if they have one solution. The last column is the right
/// side.
pub fn solve(mut rows: Vec<Vec<Rational>>) -> Option<Vec<Rational>> {
    let size = rows.len();
    for column in 0..size {
        let pivot = (column..size).find(|row| !rows[*row][column].is_zero())?;
        rows.swap(column, pivot);
        let scale = rows[column][column].recip();
        rows[column].iter_mut().for_each(|cell| *cell *= &scale);
        let own = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != column) {
            let factor = row[column].clone();
            if !factor.is_zero() {
                row.iter_mut().zip(&own).for_each(|(cell, own)| *cell -= &factor * own);
            }
        }
    }
    Some(rows.into_iter().map(|mut row| row.remove(size)).collect())
}

fn best(game: &Strategic, profile: &Mixed, player: usize) -> Rational {
    let other = &profile[1 - player];
    let pays = |own| {
        let terms =
            other.iter().enumerate().map(|(at, weight)| payoff(game, player, own, at) * weight);
        terms.sum::<Rational>()
    };
    (0..profile[player].len()).map(pays).max().expect("there is a strategy")
}
