//! Staking in memory, from [`carrots_logic::staking`]: what is owed, and what that is worth to whom.

mod board;
mod bonder;
mod closed_form;
mod game;
pub(crate) mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::staking);

impl Accounting for Staking {
    fn owed(&self, _: Block) -> Balance {
        let pools = self.pools.iter().map(|(_, pool)| pool.stake.all);
        let unbondings = self.unbondings.iter().flat_map(|(_, unbondings)| unbondings.iter());
        let unbonds = unbondings.map(|(_, unbonding)| unbonding.amount);
        let payouts = self.eras.iter().map(|(_, era)| era.payout);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(pools.chain(unbonds).chain(payouts).chain(credits).chain([self.state.reserve]))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let (lots, unbondings) = (self.lots.get(who), self.unbondings.get(who));
        let bonded = lots.iter().map(|((operator, since), _)| lot(self, *operator, who, *since));
        let unbonds = unbondings
            .iter()
            .map(|((operator, since, until), _)| unbonding(self, *operator, who, *since, *until));
        let worth = bonded.chain(unbonds).map(|worth| worth.unwrap_or(0));
        sum(worth.chain([self.pool(who).stake.own, self.credits.get(who)]))
    }
}
