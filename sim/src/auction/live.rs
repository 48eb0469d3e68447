//! Auctions as they stand: how accounts that are there already go on.

use super::{Auction, Op, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::accounts;
use carrots_logic::auction::{Award, Db, Roles};

/// Who has a bid, or won an item, is truthful.
pub fn habit(instance: &Instance<Auction>, who: Agent) -> Option<Strategy> {
    let db = &instance.db;
    let won = |award: &Option<Award<Agent>>| award.is_some_and(|award| award.winner == who);
    let bids = db.bids.get(who).iter().next().is_some();
    let bids = bids || db.awards.iter().any(|(_, award)| won(award));
    bids.then_some(Strategy::Truthful)
}

/// The open round ends; bids that are sealed still are not revealed, since nobody knows them.
pub fn conclude(instance: &mut Instance<Auction>) {
    if let Some(round) = instance.db.open_round() {
        let (params, round) = (instance.db.params(), instance.db.round(round));
        let windows = params.commit_blocks.saturating_add(params.reveal_blocks);
        let over = round.start.saturating_add(windows);
        instance.set_block(over.max(instance.block()));
        let _ = instance.apply(0, 0, Op::Settle {});
    }
    let Roles { seller, sink } = instance.db.roles();
    for account in accounts(instance).filter(|account| ![seller, sink].contains(account)) {
        let _ = instance.apply(seller, 0, Op::Collect { account });
    }
}
