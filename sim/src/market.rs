//! Prediction markets in memory, from [`carrots_logic::market`]: what is owed, and what that is worth to whom.

mod closed_form;
mod game;
mod live;
mod menu;
mod scenario;
mod trade;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::market);

impl Market {
    /// The markets that there are, with their numbers.
    pub fn books(&self) -> impl Iterator<Item = (u32, Book<Agent>)> + '_ {
        self.markets.iter().filter_map(|(number, book)| Some((*number, (*book)?)))
    }

    /// The answer of a market, which is none if nobody says another.
    fn answer(&self, book: &Book<Agent>) -> u32 {
        book.answer.unwrap_or(self.params.none())
    }
}

impl Accounting for Market {
    fn owed(&self, _: Block) -> Balance {
        let due = self.books().map(|(_, book)| book.due_max());
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(due.chain(credits))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let shares = self.books().map(|(number, book)| {
            let answer = self.answer(&book);
            let rest = match book.sponsor == who && book.answer.is_none() {
                true => book.held.saturating_sub(book.sold(answer)),
                false => 0,
            };
            self.holding(who, number, answer) + rest
        });
        sum(shares.chain([self.credits.get(who)]))
    }
}
