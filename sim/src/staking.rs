//! Staking in memory, from [`carrots_logic::staking`]: what is owed, and what that is worth to whom.

mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::staking);

impl Accounting for Staking {
    fn owed(&self, _: Block) -> Balance {
        let pools = self.pools.iter().map(|(_, pool)| pool.fund.amount);
        let sub_pools = self.sub_pools.iter().flat_map(|(_, funds)| funds.iter());
        let payouts = self.eras.iter().map(|(_, era)| era.payout);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        let funds = pools.chain(sub_pools.map(|(_, fund)| fund.amount));
        sum(funds.chain(payouts).chain(credits).chain([self.state.reserve]))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let value = |fund: Fund, shares| fund.value_down(shares).unwrap_or(0);
        let (positions, unbondings) = (self.positions.get(who), self.unbondings.get(who));
        let bonded =
            positions.iter().map(|(operator, shares)| value(self.pool(*operator).fund, *shares));
        let unbonding = unbondings
            .iter()
            .map(|((operator, era), shares)| value(self.sub_pool(*operator, *era), *shares));
        sum(bonded.chain(unbonding).chain([self.credits.get(who)]))
    }
}
