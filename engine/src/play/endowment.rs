//! What a player has beside its accounts.

use crate::model::{Agent, Instance, Model};
use crate::random::Stream;
use carrots_kernel::Balance;

/// An agent's chances and its account with the world, which the rules do not know.
#[derive(Clone)]
pub struct Endowment {
    /// Its own randomness.
    pub rng: Stream,
    /// What it had at the start.
    pub stake: Balance,
    /// What the world gave the agent.
    pub gains: Balance,
    /// What the world took from it.
    pub costs: Balance,
}

impl Endowment {
    /// What an agent with the accounts from `account` on has and got, and what it had and paid.
    pub fn result<M: Model>(
        &self,
        model: &Instance<M>,
        accounts: impl Iterator<Item = Agent>,
    ) -> (Balance, Balance) {
        let has: Balance = accounts.map(|at| model.wealth(at)).sum();
        (has + self.gains, self.stake + self.costs)
    }
}
