//! Equilibria in pure strategies of any game, by looking at all profiles.

use super::strategic::Strategic;
use super::{Found, Limit};

/// A profile from which nobody gains by leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pure {
    /// Everybody's strategy.
    pub profile: Vec<usize>,
    /// Whether everybody who leaves it loses.
    pub strict: bool,
}

/// All equilibria in pure strategies, as many as the limit's bytes have room for as mixed profiles.
/// The limit's steps are profiles.
pub fn pure_equilibria(game: &Strategic, limit: Limit) -> Found<Pure> {
    first(game, limit.room(game.strategies.iter().map(Vec::len).sum()), limit)
}

/// The first `count` equilibria in pure strategies. The limit's steps are profiles.
pub fn first(game: &Strategic, count: usize, limit: Limit) -> Found<Pure> {
    let profiles = game.profiles().min(limit.steps.try_into().unwrap_or(usize::MAX));
    let mut all = Vec::new();
    for index in 0..profiles {
        if all.len() >= count || limit.is_over() {
            return Found { all, complete: false };
        }
        let strict = stays(game, index);
        all.extend(strict.map(|strict| Pure { profile: game.profile(index), strict }));
    }
    Found { all, complete: profiles == game.profiles() }
}

/// Whether nobody gains by leaving a profile, and if so, whether everybody loses.
fn stays(game: &Strategic, index: usize) -> Option<bool> {
    let (mut stride, mut strict) = (1, true);
    for (player, strategies) in game.strategies.iter().enumerate() {
        let count = strategies.len();
        let choice = index / stride % count;
        let first = index - choice * stride;
        let own = &game.payoffs[index][player];
        for other in (0..count).filter(|other| *other != choice) {
            match game.payoffs[first + other * stride][player].cmp(own) {
                std::cmp::Ordering::Greater => return None,
                std::cmp::Ordering::Equal => strict = false,
                std::cmp::Ordering::Less => {}
            }
        }
        stride *= count;
    }
    Some(strict)
}
