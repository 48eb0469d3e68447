//! What the contract costs: `tests/snapshots/auction.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Step};
use carrots_catalogue::auction::{Auction, Op};
use carrots_logic::auction::{Kind, MAX_BIDDERS, Params, Values};
use carrots_testkit::cost::{are_small_parts_of_a_block, costs, is_as_the_snapshot_says};
use carrots_testkit::script::model;

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let bids = [(ANN, bid(&[90, 80, 70])), (BOB, bid(&[80, 70])), (CAT, bid(&[70]))];
    [round(&params(), &bids, &bids), vec![collect(ANN)]].concat()
}

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Auction>(&model(params(), &WALLETS), &script());
}

/// The first of all places is taken, and all others move up.
#[test]
fn a_place_of_the_largest_round_is_taken_in_a_small_part_of_a_block() {
    let params = Params { max_bidders: MAX_BIDDERS as u32, ..params() };
    let start = model::<Auction>(params, &[WALLET; MAX_BIDDERS + 3]);
    let deposit = |at: u128| params.deposit + at.min(1);
    let bids = (ANN..).zip(0..MAX_BIDDERS as u128);
    let first = bids.map(|(who, at)| commit(who, deposit(at), 0, &bid(&[60])));
    let last = commit(ANN + MAX_BIDDERS as u32, deposit(1) + 1, 0, &bid(&[60]));
    let steps: Vec<_> = [open()].into_iter().chain(first).chain([last]).collect();
    let (_, costs) = costs(&start, &steps);
    are_small_parts_of_a_block(&costs, &["commit"], 20);
}

#[test]
fn the_largest_round_is_settled_in_a_small_part_of_a_block() {
    for kind in [Kind::UniformPrice, Kind::Vcg, Kind::Linear] {
        let params = Params { kind, items: 8, max_bidders: MAX_BIDDERS as u32, ..params() };
        // Every bid is above the one before it: all that won moves on each time.
        let values = |rank: u128| [8, 7, 6, 5, 4, 3, 2, 1].map(|slot| 100 + slot * rank);
        let bids: Vec<(Agent, Values)> = (ANN..).zip((1..=64).map(values)).collect();
        let start = model::<Auction>(params, &[WALLET; MAX_BIDDERS + 2]);
        let (_, costs) = costs(&start, &round(&params, &bids, &bids));
        println!("{kind:?}, {MAX_BIDDERS} bids:");
        are_small_parts_of_a_block(&costs, &["settle"], 20);
    }
}
