//! Auctions in memory, from [`carrots_logic::auction`]: what is owed, and what that is worth to whom.

mod closed_form;
mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};
use carrots_kernel::sealed;

carrots::model!(carrots_logic::auction);

impl Auction {
    /// The commitment of an agent to a bid in a round.
    pub fn seal(&self, who: Agent, round: u32, values: &Values, salt: &Salt) -> Hash {
        sealed::commitment(self, who, round, values, salt)
    }

    /// The number of the round that is open.
    pub fn open_round(&self) -> Option<u32> {
        let number = self.state.rounds.checked_sub(1)?;
        (self.round(number).status == Status::Open).then_some(number)
    }
}

impl Accounting for Auction {
    fn owed(&self, _: Block) -> Balance {
        let locked = |bid: &Bid| match bid {
            Bid::Absent => 0,
            Bid::Sealed { deposit, .. } => *deposit,
            Bid::Revealed { values, deposit } => {
                deposit.saturating_add(self.params.cost_max(values))
            }
        };
        let bids = self.bids.iter().flat_map(|(_, bids)| bids.iter());
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(bids.map(|(_, bid)| locked(bid)).chain(credits))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        match self.open_round() {
            None => self.credits.get(who),
            Some(_) => {
                let mut settled = self.clone();
                // What is still sealed is forfeited. In the last blocks that there are it cannot be
                // settled any more.
                let _ = rules::settle(&mut settled, Block::MAX);
                settled.credits.get(who)
            }
        }
    }
}
