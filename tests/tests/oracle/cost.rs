//! What the contract costs: `tests/snapshots/oracle.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Agent, Step};
use carrots_catalogue::oracle::{Op, Oracle, SINK};
use carrots_logic::oracle::{MAX_JURORS, MAX_JURY, Params};
use carrots_testkit::cost::{are_small_parts_of_a_block, costs, is_as_the_snapshot_says};

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let params = params();
    let wait = blocks(2 * (params.stake_blocks + params.draw_blocks));
    let again = vec![appeal(params.fee_of(7), 0), wait, expire(0), blocks(params.appeal_blocks)];
    let settled = vec![settle(0), settle(0), collect(ANN), unstake(ANN, 1_000)];
    let others = CAT..CAT + params.max_jurors - 2;
    let full = others.map(|juror| stake(juror, 1_000)).chain([displace(SINK, 3_000, CAT)]);
    let voted = [vec![stake(BOB, 2_000)], tallied(&params, CHOICE, 1)].concat();
    [voted, again, settled, full.collect()].concat()
}

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Oracle>(&model(params()), &script());
}

#[test]
fn the_largest_jury_takes_a_quarter_of_a_block() {
    let params = Params { jury: MAX_JURY, max_appeals: 0, max_jurors: MAX_JURORS, ..params() };
    let jurors = || (0..MAX_JURY).map(|juror| 3 + juror as Agent);
    // All have one vote, and all but one lose it, and their leaf.
    let stakes: Vec<_> = jurors().map(|juror| stake(juror, 1_000)).collect();
    let asked = vec![ask(fee(&params), CHOICE), until_drawing(&params), draw(0)];
    let voted = vec![commit(10, 0, 1), blocks(params.commit_blocks), reveal(10, 0, 1)];
    let ended = vec![blocks(params.reveal_blocks), tally(0), blocks(3), settle(0)];
    let model = carrots_testkit::script::model(params, &[WALLET; 3 + MAX_JURY as usize]);
    let (_, costs) = costs::<Oracle>(&model, &[stakes, asked, voted, ended].concat());
    let bounded = ["ask", "draw", "commit", "reveal", "tally", "settle"];
    are_small_parts_of_a_block(&costs, &bounded, 4);
}
