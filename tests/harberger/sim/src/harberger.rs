//! Licences in memory: what is owed, and what that is worth to whom.

use carrots::model::{Accounting, Agent, sum};

carrots::model!(harberger_logic);

impl Accounting for Harberger {
    fn owed(&self, now: Block) -> Balance {
        let ahead = self.licences.iter().filter_map(|(_, licence)| *licence).map(|licence| {
            let (tax, unused) = licence.tax_at(&self.params, now);
            tax.saturating_add(unused)
        });
        sum(ahead.chain(self.credits.iter().map(|(_, credit)| *credit)))
    }

    fn worth(&self, who: Agent, now: Block) -> Balance {
        let part = self.licences.iter().filter_map(|(_, licence)| *licence).map(|licence| {
            let (tax, unused) = licence.tax_at(&self.params, now);
            let tax = if who == TREASURY { tax } else { 0 };
            if licence.holder == who { tax.saturating_add(unused) } else { tax }
        });
        sum(part.chain([self.credits.get(who)]))
    }
}
