//! What the contract costs: `tests/snapshots/funding.txt`.

use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::funding::{Funding, Op};
use carrots_logic::funding::{MAX_CONTRIBUTORS, Params};
use carrots_testkit::cost::{are_as_the_snapshot_says, are_small_parts_of_a_block, costs};

/// A round of quadratic matches.
fn matched() -> Vec<Step<Op>> {
    let params = params();
    let start = vec![sponsor(100), propose(ANN, &params)];
    let gifts = vec![contribute(BOB, 1_000, 0), contribute(CAT, 500, 0), contribute(CAT, 500, 0)];
    let due = vec![claim(0), withdraw(ANN, 0), collect(ANN)];
    [start, gifts, end(&params), due].concat()
}

/// A round of assurance contracts: one fails, one does not.
fn assured() -> Vec<Step<Op>> {
    let params = assurance();
    let failing = vec![propose(ANN, &params), contribute(BOB, 100, 0), contribute(BOB, 50, 0)];
    let funded = vec![propose(CAT, &params), contribute(BOB, 300, 1)];
    let due = vec![claim(0), claim(1), refund(BOB, 0), collect(BOB), collect(CAT)];
    [failing, funded, end(&params), due].concat()
}

/// As many contributors as there may be, each a pair with each other.
fn crowded() -> Params {
    Params { max_contributors: MAX_CONTRIBUTORS, ..pairwise() }
}

/// Three contributors.
fn paired() -> Vec<Step<Op>> {
    let params = pairwise();
    let gifts = [ANN, BOB, CAT].map(|who| contribute(who, 100, 0)).to_vec();
    [vec![propose(ANN, &params)], gifts, end(&params), vec![claim(0)]].concat()
}

fn all_pairs() -> Vec<Step<Op>> {
    let params = crowded();
    let crowd: Vec<_> = (0..params.max_contributors).map(|who| contribute(who, 100, 0)).collect();
    let more = vec![contribute(ANN, 100, 0)];
    [vec![propose(ANN, &params)], crowd, more, end(&params), vec![claim(0)]].concat()
}

#[test]
fn the_snapshot_shows_the_costs() {
    let scripts = [
        (model(params(), 8), matched()),
        (model(pairwise(), 8), paired()),
        (model(assurance(), 8), assured()),
    ];
    are_as_the_snapshot_says::<Funding>("funding", &scripts, &[]);
}

/// The most that one call can take: a contribution that makes 31 pairs, and the claim of them all.
#[test]
fn all_pairs_take_a_small_part_of_a_block() {
    let (_, costs) = costs::<Funding>(&model(crowded(), 32), &all_pairs());
    are_small_parts_of_a_block(&costs, &["contribute", "claim"], 10);
}
