//! A scenario that goes on from a state: who is there already, and what there is.

use super::table::{Group, Strategies};
use crate::model::{Holder, Instance, Model, State};
use crate::scenario::Scenario;
use carrots_kernel::{Balance, Block};

/// The strategy of that name.
pub fn strategy<S: Strategies>(name: &str) -> Option<S> {
    S::ALL.iter().copied().find(|strategy| strategy.name() == name)
}

impl<P, W, S: Strategies, A> Scenario<P, W, Group<S>, A> {
    /// The accounts of the state that go on, with their strategies.
    pub fn incumbents(&self) -> Vec<(&Holder, S)> {
        let accounts = self.state.iter().flat_map(|state| &state.accounts);
        let named = |holder| Some((holder, strategy(Holder::strategy(holder)?)?));
        accounts.filter_map(named).collect()
    }

    /// How many of them there are whose strategy is one of these.
    pub fn incumbents_with(&self, is: impl Fn(S) -> bool) -> u64 {
        self.incumbents().iter().filter(|(_, strategy)| is(*strategy)).count() as u64
    }

    /// Whether anybody follows one of these strategies.
    pub fn anybody(&self, is: impl Fn(S) -> bool) -> bool {
        self.agents.iter().any(|group| is(group.strategy)) || self.incumbents_with(is) > 0
    }

    /// What the state and all agents have together at most. It is an amount: that is checked before a
    /// play is asked.
    pub fn tokens(&self) -> Balance {
        let stakes = self.agents.iter().map(|group| group.stake.max() * Balance::from(group.count));
        stakes.sum::<Balance>() + self.state.as_ref().map_or(0, State::tokens)
    }

    /// The mechanism in the state, before anybody entered.
    pub fn live<M: Model>(&self) -> Option<Instance<M>> {
        let state = self.state.as_ref()?;
        Some(Instance::restore(state).expect("the state is checked"))
    }

    /// How many blocks there are from the start on.
    pub fn blocks_left(&self) -> Block {
        Block::MAX - self.state.as_ref().map_or(0, |state| state.block)
    }
}
