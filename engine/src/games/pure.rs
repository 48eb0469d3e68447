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

/// All equilibria in pure strategies. The limit's steps are profiles.
pub fn pure_equilibria(game: &Strategic, limit: Limit) -> Found<Pure> {
    let profiles = game.profiles().min(limit.steps.try_into().unwrap_or(usize::MAX));
    let room = limit.bytes / (size_of::<Pure>() + size_of::<usize>() * game.players.len());
    let mut all = Vec::new();
    for index in 0..profiles {
        let Some(strict) = stays(game, index) else { continue };
        if all.len() == room {
            return Found { all, complete: false };
        }
        all.push(Pure { profile: game.profile(index), strict });
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
