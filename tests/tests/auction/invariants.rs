//! What holds after every call.

use crate::generate::cases;
use crate::script::*;
use carrots::model::Instance;
use carrots_catalogue::auction::Auction;
use carrots_logic::auction::{Accounts, Bid, Db};
use carrots_testkit::invariants::{always, in_the_end};

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..80, 1_000);
}

#[test]
fn in_the_end_everyone_collects_everything() {
    in_the_end(&cases(), 0..400, 300, leave, |model| {
        let rounds = 0..model.db.state().rounds;
        let agents = 0..model.ledger().wallets.len() as u32;
        let bids = rounds.clone().flat_map(|round| agents.clone().map(move |who| (who, round)));
        let left = bids.filter(|(who, round)| model.db.bid(*who, *round) != Bid::Absent).count();
        let bidders = rounds.flat_map(|round| (0..64).map(move |index| (round, index)));
        let named = bidders.filter(|(round, index)| model.db.bidder(*round, *index).is_some());
        match left + named.count() {
            0 => Ok(0),
            left => Err(format!("{left} records of bids are left")),
        }
    });
}

/// The round that is open ends, whoever reveals no more, and everybody collects.
fn leave(model: &mut Instance<Auction>) {
    let params = Db::params(&model.db);
    if model.db.open_round().is_some() {
        play_all(model, &[blocks(params.commit_blocks + params.reveal_blocks), settle()]);
    }
    for agent in 0..model.ledger().wallets.len() as u32 {
        if model.db.credit(agent) > 0 {
            play_all(model, &[collect(agent)]);
        }
    }
}
