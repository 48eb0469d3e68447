//! What the contract costs: `tests/snapshots/controller.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::controller::{Controller, Op};
use carrots_logic::controller::{Kind, MAX_IDLE, MAX_OUTPUT, Params, Sensor};
use carrots_testkit::cost::{are_as_the_snapshot_says, are_small_parts_of_a_block, costs};
use carrots_testkit::script::model;

/// Where use is measured.
fn used() -> Vec<Step<Op>> {
    let p = params();
    let take = || takes(BOB, 2 * p.initial, 1, 10);
    vec![take(), blocks(p.period_blocks), advances(), take(), collects(ANN)]
}

/// Where the measure is reported.
fn reported() -> Vec<Step<Op>> {
    vec![reports(7), blocks(params().period_blocks), reports(8)]
}

#[test]
fn the_snapshot_shows_the_costs() {
    let pi = Params { kind: Kind::Pi, sensor: Sensor::Report, ..params() };
    let scripts = [(model(params(), &WALLETS), used()), (model(pi, &WALLETS), reported())];
    are_as_the_snapshot_says::<Controller>("controller", &scripts, &["offer_role", "accept_role"]);
}

/// The longest silence that counts, under a base fee that falls in every period of it; and the longest series.
#[test]
fn a_long_silence_takes_a_small_part_of_a_block() {
    let slow = Params { denominator: 1_000, most: MAX_OUTPUT, initial: MAX_OUTPUT, ..params() };
    let blob = Params { kind: Kind::BlobFee, most: MAX_OUTPUT, update_fraction: 3, ..params() };
    let silence = blocks(slow.period_blocks * MAX_IDLE);
    let full = takes(BOB, blob.least * blob.capacity, blob.capacity, 0);
    for (params, steps) in [
        (slow, vec![silence, advances()]),
        (blob, vec![full, blocks(blob.period_blocks), advances()]),
    ] {
        let (_, costs) = costs(&model::<Controller>(params, &WALLETS), &steps);
        are_small_parts_of_a_block(&costs, &["advance"], 20);
    }
}
