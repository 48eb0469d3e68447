//! Funding: 1,000 honest agents contribute to four of 32 goods each, for 25 rounds of quadratic
//! matches. The loop makes the same calls.

use crate::{Compared, compare, params, simulation};
use carrots::model::{Agent, Model};
use carrots_catalogue::funding::Funding;
use carrots_logic::funding::{self as rules, Params};
use criterion::Criterion;
use std::hint::black_box;

const AGENTS: u32 = 1_000;
const GOODS: u32 = 32;
const INTERESTS: u32 = 4;
const ROUNDS: u32 = 25;
const WEIGHT: u128 = 1_000;
const STAKE: u128 = WEIGHT * INTERESTS as u128 * ROUNDS as u128;
const POOL: u128 = 10_000_000;

const SCENARIO: &str = r#"
mechanism = "funding"
[params]
kind = "quadratic"
round_blocks = 100
max_contributors = 0
min_contribution = 10
deposit = 1_000
pairwise_bound = 0
threshold = 0
bonus = 0.0
[world]
sponsor = 10_000_000
goods = 32
interests = 4
weight = 1_000
[run]
horizon = 25
runs = 1
seed = 1
[intended]
strategy = "honest"
"#;

/// The same calls as the simulator's for honest agents, and nothing else.
fn bare_loop(params: Params) -> Funding {
    let accounts = 1 + GOODS + AGENTS;
    let mut db = Funding::new(params, accounts as usize, 0).expect("the parameters are sound");
    for round in 0..ROUNDS {
        let (first, start) = (u64::from(round * GOODS), round * params.round_blocks);
        let end = start + params.round_blocks;
        rules::sponsor(&mut db, 0, POOL, start).expect("sponsors");
        for good in 0..GOODS {
            rules::propose(&mut db, 1 + good, [1; 32], params.price(), start).expect("proposes");
        }
        for agent in 0..AGENTS {
            for interest in 0..INTERESTS {
                let project = first + u64::from((agent + interest * 7) % GOODS);
                let who: Agent = 1 + GOODS + agent;
                rules::contribute(&mut db, who, project, WEIGHT, start).expect("contributes");
            }
        }
        rules::end_round(&mut db, end).expect("ends");
        for good in 0..GOODS {
            rules::claim(&mut db, first + u64::from(good)).expect("claims");
            rules::collect(&mut db, 1 + good).expect("collects");
        }
        rules::withdraw(&mut db, 0, round).expect("withdraws");
    }
    db
}

pub fn benchmark(c: &mut Criterion) {
    let stake = STAKE.to_string();
    let mixed =
        [("honest", 700), ("free_riding", 100), ("sybil", 100), ("colluding", 8), ("adaptive", 92)];
    let params = params(SCENARIO);
    let compared = Compared {
        mechanism: "funding",
        agent_steps: f64::from(AGENTS) * f64::from(ROUNDS),
        intended: simulation(SCENARIO, &[("honest", AGENTS)], &stake),
        mixed: simulation(SCENARIO, &mixed, &stake),
    };
    compare(c, compared, || drop(black_box(bare_loop(black_box(params)))));
}
