//! What the contract costs: `tests/snapshots/challenge.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::challenge::{Challenge, Op};
use carrots_logic::challenge::{MAX_CHALLENGERS, Params};
use carrots_testkit::cost::{are_small_parts_of_a_block, costs, is_as_the_snapshot_says};
use carrots_testkit::script::model;

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let p = params();
    vec![
        asserts_truth(&p, ANN),
        challenges(&p, BOB),
        bisects_truly(&p, 0),
        answers(BOB, 0, true),
        blocks(p.move_blocks),
        // Ann is too late.
        expires(0, 0),
        collects(BOB),
        asserts_truth(&p, ANN),
        blocks(p.challenge_blocks),
        finalizes(1),
    ]
}

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Challenge>(&model(params(), &WALLETS), &script());
}

/// The last of all challengers wins, and all have their bonds back.
#[test]
fn the_most_challengers_are_paid_in_a_small_part_of_a_block() {
    let params = Params { max_challengers: MAX_CHALLENGERS, steps: 2, ..params() };
    let start = model::<Challenge>(params, &[WALLET; MAX_CHALLENGERS as usize + 4]);
    let last = MAX_CHALLENGERS - 1;
    let all = (BOB..).take(MAX_CHALLENGERS as usize).map(|who| challenges(&params, who));
    let asserted = asserts_lie(&params, ANN);
    let middle = bisects(ANN, last, lie(START, 0, 1));
    let proven = answers(BOB + last, last, false);
    let steps: Vec<_> = [asserted].into_iter().chain(all).chain([middle, proven]).collect();
    let (_, costs) = costs(&start, &steps);
    are_small_parts_of_a_block(&costs, &["answer"], 20);
}
