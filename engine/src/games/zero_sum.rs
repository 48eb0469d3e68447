//! Two players whose payoffs add up to a constant: the value and optimal strategies, by linear
//! programming (von Neumann 1928; Dantzig 1951).

use super::lp::{self, Program, Relation, Solution};
use super::mixed::Mixed;
use super::strategic::Strategic;
use super::{Found, Limit, Unsuitable};
use crate::exact::Rational;
use num_traits::{One, Zero};

/// What a constant-sum game is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What the first player can be sure of, and cannot get more than against a sound opponent.
    pub value: Rational,
    /// A strategy for each that is optimal. Together they are an equilibrium.
    pub strategies: Mixed,
}

/// The value of a game, unless the limit does not suffice. The limit's steps are pivots.
pub fn value(game: &Strategic, limit: Limit) -> Result<Found<Value>, Unsuitable> {
    let &[rows, columns] = game.shape().as_slice() else {
        return Err(Unsuitable::Players(game.players.len()));
    };
    let sum = |payoffs: &Vec<Rational>| payoffs.iter().sum::<Rational>();
    let constant = game.payoffs.first().map(sum);
    if game.payoffs.iter().any(|payoffs| Some(sum(payoffs)) != constant) {
        return Err(Unsuitable::Sum);
    }
    if !lp::has_room(columns + 1, rows + 1, limit) {
        return Ok(Found { all: Vec::new(), complete: false });
    }
    // The variable after the first player's weights is what she gets at least.
    let mut program = Program::new(rows + 1);
    program.free(rows);
    program.maximise([(rows, Rational::one())]);
    for column in 0..columns {
        let weights = (0..rows).map(|row| (row, game.payoffs[column * rows + row][0].clone()));
        let terms = weights.chain([(rows, -Rational::one())]);
        program.constrain(terms, Relation::AtLeast, Rational::zero());
    }
    let all = (0..rows).map(|row| (row, Rational::one()));
    program.constrain(all, Relation::Equal, Rational::one());
    let Solution::Optimal { value, mut point, duals } = program.solve(limit) else {
        return Ok(Found { all: Vec::new(), complete: false });
    };
    point.truncate(rows);
    let against = duals[..columns].iter().map(|dual| -dual).collect();
    let found = Value { value, strategies: vec![point, against] };
    Ok(Found { all: vec![found], complete: true })
}
