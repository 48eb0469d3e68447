//! Assertions in memory, from [`carrots_logic::challenge`]: what is owed, and what that is worth to whom.

mod closed_form;
mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::challenge);

impl Challenge {
    /// The numbers of assertions that are neither rejected nor final.
    pub fn open(&self) -> impl Iterator<Item = u32> {
        let is_open = |one: &Assertion<Agent>| one.status == Status::Open;
        let all = self.assertions.iter();
        all.filter(move |(_, one)| one.as_ref().is_some_and(is_open)).map(|(number, _)| *number)
    }

    /// Disputes that are not decided: assertion, place, and where they stand.
    pub fn undecided(&self) -> impl Iterator<Item = (u32, u32, Dispute<Agent>)> {
        let all = self.disputes.iter();
        all.filter_map(|((assertion, place), one)| Some((*assertion, *place, (*one)?)))
    }

    /// What comes of everything if nobody moves any more: whose clock is over first loses first.
    fn ended(&self) -> Self {
        let mut end = self.clone();
        let mut disputes: Vec<_> =
            self.undecided().map(|(assertion, place, one)| (one.since, assertion, place)).collect();
        disputes.sort();
        // In the last blocks that there are nothing ends any more.
        for (_, assertion, place) in disputes {
            let _ = rules::expire(&mut end, assertion, place, Block::MAX);
        }
        for assertion in self.open() {
            let _ = rules::finalize(&mut end, assertion, Block::MAX);
        }
        end
    }
}

impl Accounting for Challenge {
    fn owed(&self, _: Block) -> Balance {
        let bonds = self.open().map(|_| self.params.assertion_bond);
        let disputes = self.undecided().map(|_| self.params.challenge_bond);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(bonds.chain(disputes).chain(credits))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        match self.open().next() {
            None => self.credits.get(who),
            Some(_) => self.ended().credits.get(who),
        }
    }
}
