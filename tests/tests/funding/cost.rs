//! What the contract costs: `tests/snapshots/funding.txt`.

use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::funding::{Funding, Op};
use carrots_logic::funding::{MAX_CONTRIBUTORS, Params};
use carrots_testkit::cost::{are_as_the_snapshot_says, costs};

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
/// A tenth of the second and a half, and of the five megabytes, that a block has for calls.
#[test]
fn all_pairs_fit_into_a_block() {
    let (_, costs) = costs::<Funding>(&model(crowded(), 32), &all_pairs());
    for message in ["contribute", "claim"] {
        let costs = costs.iter().filter(|cost| cost.0 == message);
        let time = costs.clone().map(|cost| cost.1).max().unwrap_or(0);
        let proof = costs.map(|cost| cost.2).max().unwrap_or(0);
        println!("{message}: at most {time} ps and {proof} bytes");
        assert!(time < 150_000_000_000, "{message} takes {time} ps");
        assert!(proof < 500_000, "{message} takes a proof of {proof} bytes");
    }
}
