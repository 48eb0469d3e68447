//! Promises in memory: what is owed, and what that is worth to whom.

use carrots::model::{Accounting, Agent, sum};

carrots::model!(mine_logic);

impl Accounting for Mine {
    fn owed(&self, _: Block) -> Balance {
        let members = self.members.iter().filter(|(_, member)| **member != Member::default());
        let deposits = members.map(|_| self.params.deposit);
        sum(deposits.chain(self.credits.iter().map(|(_, credit)| *credit)))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let deposit = if self.members.get(who).kept { self.params.deposit } else { 0 };
        deposit.saturating_add(self.credits.get(who))
    }
}
