//! Feedback controllers in memory, from [`carrots_logic::controller`]: what is owed, and what that is worth to whom.

mod closed_form;
mod feedback;
mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::controller);

impl Accounting for Controller {
    fn owed(&self, _: Block) -> Balance {
        sum(self.credits.iter().map(|(_, credit)| *credit))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        self.credits.get(who)
    }
}
