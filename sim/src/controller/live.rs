//! Controllers as they stand: how accounts that are there already go on.

use super::{Controller, Op, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::accounts;
use carrots_logic::controller::Accounts;

/// Who has something to collect used capacity, or made a period.
pub fn habit(instance: &Instance<Controller>, who: Agent) -> Option<Strategy> {
    (instance.db.credit(who) > 0).then_some(Strategy::Honest)
}

/// The period in progress goes on; all collect.
pub fn conclude(instance: &mut Instance<Controller>) {
    for account in accounts(instance) {
        if instance.db.credit(account) > 0 {
            let _ = instance.apply(account, 0, Op::Collect { account });
        }
    }
}
