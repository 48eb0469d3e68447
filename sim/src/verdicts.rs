//! Verdicts in memory.

use carrots::model::{Accounting, Agent};
use carrots_kernel::{Balance, Block};

carrots::model!(carrots_logic::verdicts);

impl Accounting for Verdicts {
    fn owed(&self, _now: Block) -> Balance {
        carrots::model::sum(self.credits.iter().map(|(_, credit)| *credit))
    }

    fn worth(&self, who: Agent, _now: Block) -> Balance {
        carrots_kernel::accounts::Accounts::credit(self, who)
    }
}
