//! Auctions: ten bidders who shade for one item at the first price, a thousand times. The loop makes
//! the same calls, with values and salts that are there already.

use crate::{Compared, compare, params, simulation};
use carrots::model::Model;
use carrots_catalogue::auction::{Auction, SELLER};
use carrots_logic::auction::{self as rules, Params, Values};
use criterion::Criterion;
use std::hint::black_box;

const BIDDERS: u32 = 10;
const ROUNDS: u32 = 1_000;
const STEPS: f64 = BIDDERS as f64 * ROUNDS as f64;

const SCENARIO: &str = r#"
mechanism = "auction"
[params]
kind = "first_price"
items = 1
max_bidders = 64
reserve_price = 0
deposit = 100_000
commit_blocks = 10
reveal_blocks = 10
[world]
values = [{ uniform = { min = 0, max = 1_000_000 } }]
weights = [1]
[run]
horizon = 1_000
runs = 1
seed = 1
[intended]
strategy = "shading"
"#;

/// The same calls as the simulator's, and nothing else.
fn bare_loop(params: Params) -> Auction {
    let bidders = 2..2 + BIDDERS;
    let accounts = bidders.end as usize;
    let mut db = Auction::new(params, accounts, 0).expect("the parameters are sound");
    let bid = |bidder: u32, round: u32| {
        let mut values = Values::default();
        values[0] = 1 + u128::from((bidder * 7_919 + round * 104_729) % 900_000);
        (values, [bidder as u8; 32])
    };
    let mut now = 0;
    for round in 0..ROUNDS {
        rules::open(&mut db, SELLER, now).expect("opens");
        for bidder in bidders.clone() {
            let (values, salt) = bid(bidder, round);
            let commitment = db.seal(bidder, round, &values, &salt);
            rules::commit(&mut db, bidder, params.deposit, commitment, now).expect("commits");
        }
        now += params.commit_blocks;
        for bidder in bidders.clone() {
            let (values, salt) = bid(bidder, round);
            rules::reveal(&mut db, bidder, values[0], values, salt, now).expect("reveals");
        }
        now += params.reveal_blocks;
        rules::settle(&mut db, now).expect("settles");
        for bidder in bidders.clone() {
            rules::collect(&mut db, bidder).expect("collects");
        }
    }
    db
}

pub fn benchmark(c: &mut Criterion) {
    let mixed = [
        ("truthful", 2),
        ("shading", 2),
        ("sniping", 2),
        ("withholding", 1),
        ("ring", 2),
        ("demand_reduction", 1),
        ("adaptive", 2),
    ];
    let params = params(SCENARIO);
    let stake = "10_000_000_000";
    let compared = Compared {
        mechanism: "auction",
        agent_steps: STEPS,
        intended: simulation(SCENARIO, &[("shading", BIDDERS)], stake),
        mixed: simulation(SCENARIO, &mixed, stake),
    };
    compare(c, compared, || drop(black_box(bare_loop(black_box(params)))));
}
