//! Anonymous games: what a strategy pays depends on the player's class, and on how many others play
//! what. Pure equilibria by looking at all vectors of counts, not at all profiles.
//!
//! A vector of counts is an equilibrium if its players can be assigned to strategies so that
//! everybody's is a best reply to the counts of the others, which are the vector less one at the own
//! strategy. With several classes, an assignment exists if no set of strategies is played more often
//! than there are players whom one of them suits (Hall 1935; Brandt, Fischer, Holzer 2009,
//! "Symmetries and the complexity of pure Nash equilibrium").

use super::{Found, Limit};
use rayon::prelude::*;
use std::ops::RangeInclusive;

/// Strategies that a set of them has room for.
const STRATEGIES: usize = 16;

/// Why a game is not one that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnonymousError {
    /// There is no strategy, or there are too many.
    #[error("the number of strategies is {0}: expected 1 to {STRATEGIES}")]
    Strategies(usize),
    /// There are no players, or more than can be counted.
    #[error("the number of players is {0}: expected 1 to {max}", max = u32::MAX)]
    Players(u64),
}

/// All vectors of counts (how many play each strategy) that are pure equilibria.
///
/// `sizes` has the number of players of every class. `payoff(class, strategy, others)` is what a
/// player of the class gets who plays the strategy when so many others play each. The limit's steps
/// are vectors of counts; its bytes bound what is found.
pub fn equilibria<P: Fn(usize, usize, &[u32]) -> i128 + Sync>(
    sizes: &[u32],
    strategies: usize,
    payoff: P,
    limit: Limit,
) -> Result<Found<Vec<u32>>, AnonymousError> {
    if !(1..=STRATEGIES).contains(&strategies) {
        return Err(AnonymousError::Strategies(strategies));
    }
    let players = sizes.iter().map(|size| u64::from(*size)).sum();
    let Some(players) = u32::try_from(players).ok().filter(|players| *players > 0) else {
        return Err(AnonymousError::Players(players));
    };
    Ok(match strategies {
        1 => Found { all: vec![vec![players]], complete: true },
        _ => Anonymous { sizes, strategies, payoff, players }.equilibria(limit),
    })
}

/// How many vectors of `strategies` counts add up to `players`. `None` beyond 2^64.
pub fn vectors(players: u32, strategies: usize) -> Option<u64> {
    let mut count: u128 = 1;
    for at in 1..strategies as u128 {
        count = count.checked_mul(u128::from(players) + at)? / at;
    }
    count.try_into().ok()
}

/// A game of two strategies or more.
struct Anonymous<'a, P> {
    sizes: &'a [u32],
    strategies: usize,
    payoff: P,
    players: u32,
}

impl<P: Fn(usize, usize, &[u32]) -> i128 + Sync> Anonymous<'_, P> {
    fn equilibria(&self, limit: Limit) -> Found<Vec<u32>> {
        if vectors(self.players, self.strategies).is_none_or(|steps| steps > limit.steps) {
            return Found { all: Vec::new(), complete: false };
        }
        // Vectors get fewer as the first count grows: many small parts keep all threads at work.
        let size = (self.players / (32 * rayon::current_num_threads() as u32)).max(1);
        let starts: Vec<_> = (0..=self.players).step_by(size as usize).collect();
        let room = limit.bytes / (24 + 4 * self.strategies) / starts.len();
        let part = |start: &u32| {
            let end = start.saturating_add(size - 1).min(self.players);
            self.part(*start..=end, room)
        };
        let parts: Vec<_> = starts.par_iter().map(part).collect();
        let complete = parts.iter().all(|part| part.complete);
        Found { all: parts.into_iter().flat_map(|part| part.all).collect(), complete }
    }

    /// The equilibria with a first count of `range`, if there is `room` for so many.
    fn part(&self, range: RangeInclusive<u32>, room: usize) -> Found<Vec<u32>> {
        let mut found = Found { all: Vec::new(), complete: true };
        let mut suited = vec![0; self.sizes.len()];
        for first in range {
            self.each(first, |counts| {
                if !self.is_equilibrium(counts, &mut suited) {
                    return;
                }
                match found.all.len() < room {
                    true => found.all.push(counts.to_vec()),
                    false => found.complete = false,
                }
            });
        }
        found
    }

    /// Whether a vector is an equilibrium. `suited` is room for a set of strategies per class.
    fn is_equilibrium(&self, counts: &mut [u32], suited: &mut [u16]) -> bool {
        let mut played = 0u16;
        suited.fill(0);
        for strategy in 0..self.strategies {
            if counts[strategy] == 0 {
                continue;
            }
            played |= 1 << strategy;
            counts[strategy] -= 1;
            for (class, suited) in suited.iter_mut().enumerate() {
                *suited |= u16::from(self.is_best(class, strategy, counts)) << strategy;
            }
            counts[strategy] += 1;
            if suited.iter().fold(0, |all, suits| all | suits) != played {
                return false;
            }
        }
        self.is_assignable(counts, played, suited)
    }

    fn is_best(&self, class: usize, strategy: usize, others: &[u32]) -> bool {
        let own = (self.payoff)(class, strategy, others);
        (0..self.strategies).all(|other| (self.payoff)(class, other, others) <= own)
    }

    /// Whether players can be assigned to the strategies that suit their class so that `counts` play
    /// each. Every strategy played suits some class.
    fn is_assignable(&self, counts: &[u32], played: u16, suited: &[u16]) -> bool {
        if let [_] = self.sizes {
            return true;
        }
        let demand = |set: u16| {
            let within = counts.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
            within.map(|(_, count)| u64::from(*count)).sum::<u64>()
        };
        let supply = |set: u16| {
            let able = self.sizes.iter().zip(suited).filter(|(_, suits)| *suits & set != 0);
            able.map(|(size, _)| u64::from(*size)).sum::<u64>()
        };
        let mut set = played;
        while set > 0 {
            if demand(set) > supply(set) {
                return false;
            }
            set = (set - 1) & played;
        }
        true
    }

    /// Calls `visit` with all vectors of counts that begin with `first`.
    fn each(&self, first: u32, mut visit: impl FnMut(&mut [u32])) {
        let last = self.strategies - 1;
        let mut counts = vec![0; self.strategies];
        counts[0] = first;
        counts[last] = self.players - first;
        loop {
            visit(&mut counts);
            // The next vector: one more of the first strategy after the leading one that can grow.
            let mut at = 1;
            while at < last && counts[last] == 0 {
                counts[last] = std::mem::take(&mut counts[at]);
                at += 1;
            }
            if at >= last {
                return;
            }
            counts[at] += 1;
            counts[last] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::collections::BTreeSet;
    use std::hash::{DefaultHasher, Hash, Hasher};

    /// All profiles of all players.
    fn slow(
        sizes: &[u32],
        strategies: usize,
        payoff: impl Fn(usize, usize, &[u32]) -> i128,
    ) -> BTreeSet<Vec<u32>> {
        let classes: Vec<_> = (0..sizes.len())
            .flat_map(|class| std::iter::repeat_n(class, sizes[class] as usize))
            .collect();
        let mut found = BTreeSet::new();
        for number in 0..strategies.pow(classes.len() as u32) {
            let play = |player: usize| number / strategies.pow(player as u32) % strategies;
            let mut counts = vec![0; strategies];
            (0..classes.len()).for_each(|player| counts[play(player)] += 1);
            let stays = |player: usize| {
                let mut others = counts.clone();
                others[play(player)] -= 1;
                let pays = |strategy| payoff(classes[player], strategy, &others);
                (0..strategies).all(|strategy| pays(strategy) <= pays(play(player)))
            };
            if (0..classes.len()).all(stays) {
                found.insert(counts);
            }
        }
        found
    }

    #[test]
    fn equilibria_are_those_of_all_profiles() {
        let mut found = 0;
        for seed in 0..400 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let sizes: Vec<u32> =
                (0..rng.random_range(1..4)).map(|_| rng.random_range(1..3)).collect();
            let strategies = rng.random_range(1..6);
            let most = if rng.random_bool(0.5) { 2 } else { 100 };
            let payoff = |class: usize, strategy: usize, others: &[u32]| {
                let mut hasher = DefaultHasher::new();
                (seed, class, strategy, others).hash(&mut hasher);
                i128::from(hasher.finish() % most)
            };
            let fast = equilibria(&sizes, strategies, payoff, Limit::default()).unwrap();
            assert!(fast.complete);
            let count = fast.all.len();
            let fast: BTreeSet<_> = fast.all.into_iter().collect();
            assert_eq!(fast.len(), count, "seed {seed}");
            assert_eq!(fast, slow(&sizes, strategies, payoff), "seed {seed}");
            found += count;
        }
        assert!(found > 400, "{found}");
    }

    #[test]
    fn four_strategies_spread_evenly_where_crowds_cost() {
        let payoff = |_, strategy: usize, others: &[u32]| -i128::from(others[strategy]);
        let found = equilibria(&[10, 2], 4, payoff, Limit::default()).unwrap();
        assert_eq!(found, Found { all: vec![vec![3, 3, 3, 3]], complete: true });
        assert_eq!(vectors(12, 4), Some(455));
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let payoff = |_: usize, _: usize, _: &[u32]| 0;
        let wrong = |sizes: &[u32], k| equilibria(sizes, k, payoff, Limit::default()).unwrap_err();
        assert_eq!(wrong(&[3], 0), AnonymousError::Strategies(0));
        assert_eq!(wrong(&[3], 17), AnonymousError::Strategies(17));
        assert_eq!(wrong(&[], 2), AnonymousError::Players(0));
        assert_eq!(wrong(&[u32::MAX, 1], 2), AnonymousError::Players(1 << 32));
        for limit in
            [Limit { steps: 5150, ..Limit::default() }, Limit { bytes: 9999, ..Limit::default() }]
        {
            assert!(!equilibria(&[100], 3, payoff, limit).unwrap().complete);
        }
        let all = equilibria(&[100], 3, payoff, Limit { steps: 5151, ..Limit::default() }).unwrap();
        assert_eq!((all.all.len(), all.complete), (5151, true));
        assert!(!equilibria(&[u32::MAX], 16, payoff, Limit::default()).unwrap().complete);
    }
}
