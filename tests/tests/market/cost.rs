//! What the contract costs: `tests/snapshots/market.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::market::{Market, Op};
use carrots_logic::market::{MAX_OUTCOMES, Params};
use carrots_testkit::cost::{are_small_parts_of_a_block, costs, is_as_the_snapshot_says};
use carrots_testkit::script::model;

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let p = params();
    vec![
        opens(&p),
        buys(BOB, 0, 700, 1_000),
        sells(BOB, 0, 200, 1),
        blocks(CLOSE),
        settles(0),
        redeems(BOB),
        collects(BOB),
        opens_until(&p, 2 * CLOSE),
        blocks(CLOSE + p.settle_blocks),
        call(CAT, 0, Op::Expire { market: 1 }),
    ]
}

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Market>(&model(params(), &WALLETS), &script());
}

/// A power for each outcome, twice.
#[test]
fn trades_among_the_most_outcomes_are_small_parts_of_a_block() {
    let params = Params { outcomes: MAX_OUTCOMES, ..params() };
    let start = model::<Market>(params, &WALLETS);
    let each = (0..MAX_OUTCOMES).map(|one| buys(BOB, one, 100 * u128::from(one) + 1, 10_000));
    let steps: Vec<_> =
        [opens(&params)].into_iter().chain(each).chain([sells(BOB, 7, 300, 0)]).collect();
    let (_, costs) = costs(&start, &steps);
    are_small_parts_of_a_block(&costs, &["buy", "sell"], 20);
}
