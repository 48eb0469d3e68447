//! Dominated strategies, and what is left when they are taken away again and again.
//!
//! By a mixed strategy: linear programs over the weights of the other strategies, with a constraint
//! for every profile of the opponents (Pearce 1984, appendix). Every round takes away all that is
//! dominated in what the round before left, which for weak dominance matters.

use super::lp::{self, Program, Relation, Solution};
use super::strategic::Strategic;
use super::{Found, Limit};
use crate::exact::Rational;
use num_traits::{One, Signed, Zero};

/// How much worse a dominated strategy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Worse against everything that the others may play.
    Strict,
    /// Never better, and worse against something.
    Weak,
}

/// What may dominate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dominators {
    /// Strategies of the game.
    Pure,
    /// Mixtures of them, too.
    Mixed,
}

/// A strategy that is dominated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dominated {
    /// Whose it is.
    pub player: usize,
    /// Its number.
    pub strategy: usize,
    /// The strategies that dominate it, with their weights: one of weight one if one does.
    pub by: Vec<(usize, Rational)>,
}

/// What iterated elimination came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eliminated {
    /// The strategies taken away, round by round. A round's are dominated in what the one before left.
    pub rounds: Vec<Vec<Dominated>>,
    /// Every player's strategies that are left.
    pub left: Vec<Vec<usize>>,
    /// Whether nothing more is dominated: the search did not run into its limit.
    pub complete: bool,
}

/// All dominated strategies. The limit's steps are comparisons of two strategies, and pivots of
/// each linear program.
pub fn dominated(
    game: &Strategic,
    strength: Strength,
    dominators: Dominators,
    limit: Limit,
) -> Found<Dominated> {
    let mut search = Search::new(game, strength, limit);
    let all = search.round(dominators);
    Found { all, complete: search.complete }
}

/// Takes dominated strategies away until none is left. The limit's steps are comparisons of two
/// strategies, and pivots of each linear program.
pub fn eliminate(
    game: &Strategic,
    strength: Strength,
    dominators: Dominators,
    limit: Limit,
) -> Eliminated {
    let mut search = Search::new(game, strength, limit);
    let mut rounds = Vec::new();
    while search.complete {
        let round = search.round(dominators);
        if round.is_empty() {
            break;
        }
        for gone in &round {
            search.left[gone.player].retain(|strategy| *strategy != gone.strategy);
        }
        rounds.push(round);
    }
    Eliminated { rounds, left: search.left, complete: search.complete }
}

/// The strategy of `player` that dominates all of her others, and how. `None` if there is none. A
/// player's only strategy dominates strictly.
pub fn dominant(game: &Strategic, player: usize) -> Option<(usize, Strength)> {
    let limit = Limit { steps: u64::MAX, bytes: usize::MAX, until: None };
    let over = |strength| {
        let search = Search::new(game, strength, limit);
        let others = search.others(player);
        let count = game.strategies[player].len();
        let all = |strategy: &usize| {
            let mut rest = (0..count).filter(|other| other != strategy);
            rest.all(|other| search.is_better(player, *strategy, other, &others))
        };
        (0..count).find(all)
    };
    let strict = over(Strength::Strict).map(|strategy| (strategy, Strength::Strict));
    strict.or_else(|| over(Strength::Weak).map(|strategy| (strategy, Strength::Weak)))
}

struct Search<'a> {
    game: &'a Strategic,
    strides: Vec<usize>,
    /// The strategies that are not taken away.
    left: Vec<Vec<usize>>,
    strength: Strength,
    limit: Limit,
    complete: bool,
}

impl<'a> Search<'a> {
    fn new(game: &'a Strategic, strength: Strength, limit: Limit) -> Self {
        let (strides, left) = (game.strides(), game.shape().into_iter());
        let left = left.map(|count| (0..count).collect()).collect();
        Self { game, strides, left, strength, limit, complete: true }
    }

    /// All that is dominated in what is left.
    fn round(&mut self, dominators: Dominators) -> Vec<Dominated> {
        let mut all = Vec::new();
        for player in 0..self.left.len() {
            let others = self.others(player);
            for at in 0..self.left[player].len() {
                let strategy = self.left[player][at];
                let pure = self.pure(player, strategy, &others);
                let by = match dominators {
                    Dominators::Mixed if pure.is_none() => self.mixed(player, strategy, &others),
                    _ => pure.map(|other| vec![(other, Rational::one())]),
                };
                all.extend(by.map(|by| Dominated { player, strategy, by }));
                if !self.complete {
                    return all;
                }
            }
        }
        all
    }

    /// The places of the others' profiles, together with the first strategy of `player`.
    fn others(&self, player: usize) -> Vec<usize> {
        let mut places = vec![0];
        for (other, left) in self.left.iter().enumerate().filter(|(other, _)| *other != player) {
            let stride = self.strides[other];
            if let [only] = left[..] {
                places.iter_mut().for_each(|place| *place += only * stride);
                continue;
            }
            let extend = |place: usize| left.iter().map(move |at| place + at * stride);
            places = places.into_iter().flat_map(extend).collect();
        }
        places
    }

    fn payoff(&self, player: usize, strategy: usize, place: usize) -> &Rational {
        &self.game.payoffs[place + strategy * self.strides[player]][player]
    }

    /// Whether one strategy dominates another.
    fn is_better(&self, player: usize, one: usize, other: usize, others: &[usize]) -> bool {
        let mut compared = others
            .iter()
            .map(|place| self.payoff(player, one, *place).cmp(self.payoff(player, other, *place)));
        match self.strength {
            Strength::Strict => compared.all(|order| order.is_gt()),
            Strength::Weak => {
                let mut somewhere = false;
                compared.all(|order| {
                    somewhere |= order.is_gt();
                    order.is_ge()
                }) && somewhere
            }
        }
    }

    fn pure(&mut self, player: usize, strategy: usize, others: &[usize]) -> Option<usize> {
        for at in 0..self.left[player].len() {
            let other = self.left[player][at];
            if self.limit.steps == 0 || self.limit.is_over() {
                self.complete = false;
                return None;
            }
            self.limit.steps -= 1;
            if other != strategy && self.is_better(player, other, strategy, others) {
                return Some(other);
            }
        }
        None
    }

    /// A mixture that dominates `strategy`. Strict: the largest gain that it has against everything
    /// is positive. Weak: the largest sum of gains, none negative, is.
    fn mixed(
        &mut self,
        player: usize,
        strategy: usize,
        others: &[usize],
    ) -> Option<Vec<(usize, Rational)>> {
        let rivals = self.left[player].iter().copied().filter(|other| *other != strategy);
        let rivals: Vec<_> = rivals.collect();
        let count = rivals.len();
        if !lp::has_room(others.len() + 1, count + 1, self.limit) {
            self.complete = false;
            return None;
        }
        let mut program = Program::new(count + 1);
        program.free(count);
        if self.strength == Strength::Strict {
            program.maximise([(count, Rational::one())]);
        }
        for place in others {
            let own = self.payoff(player, strategy, *place);
            let gain = |rival: &usize| self.payoff(player, *rival, *place) - own;
            let gains = rivals.iter().map(gain).enumerate();
            match self.strength {
                Strength::Strict => {
                    let terms = gains.chain([(count, -Rational::one())]);
                    program.constrain(terms, Relation::AtLeast, Rational::zero());
                }
                Strength::Weak => {
                    let gains: Vec<_> = gains.collect();
                    program.maximise(gains.clone());
                    program.constrain(gains, Relation::AtLeast, Rational::zero());
                }
            }
        }
        let all = (0..count).map(|rival| (rival, Rational::one()));
        program.constrain(all, Relation::Equal, Rational::one());
        match program.solve(self.limit) {
            Solution::Optimal { value, point, .. } if value.is_positive() => {
                let weights = rivals.into_iter().zip(point);
                Some(weights.filter(|(_, weight)| weight.is_positive()).collect())
            }
            Solution::Stopped => {
                self.complete = false;
                None
            }
            _ => None,
        }
    }
}
