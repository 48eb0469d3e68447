//! Staking: 100 honest operators and 900 bonders for a year of daily eras. The loop makes the same
//! calls and asks the same question of each bonder.

use crate::{Compared, compare, params, simulation};
use carrots::model::Model;
use carrots_catalogue::staking::{SCORER, Staking};
use carrots_kernel::Perbill;
use carrots_logic::staking::{self as rules, Db, Params, Status};
use criterion::Criterion;
use std::hint::black_box;

const OPERATORS: u32 = 100;
const BONDERS: u32 = 900;
const ERAS: u32 = 365;
const STAKE: u128 = 10_000_000;
const RESERVE: u128 = 1_000_000_000;
const STEPS: f64 = (OPERATORS + BONDERS) as f64 * ERAS as f64;

const SCENARIO: &str = r#"
mechanism = "staking"
[params]
era_blocks = 14_400
year_blocks = 5_259_600
unbonding_eras = 28
report_eras = 27
slash_defer_eras = 0
max_operators = 1_000
min_self_bond = 1_000
min_bond = 1_000
max_commission = 0.2
reporter_share = 0.1
unresponsive_slash = 0.07
misconduct_slash = 0.01
issuance = 20_000_000_000
min_inflation = 0.025
max_inflation = 0.1
ideal_stake = 0.5
falloff = 0.05
[world]
reserve = 1_000_000_000
era_points = 100
duty_cost = 20
miss_rate = 0.0
offence_gain = 20_000
offence_rate = 0.05
detection = 0.9
report_delay_eras = 2
commission = 0.1
[run]
horizon = 365
runs = 1
seed = 1
[intended]
strategy = "honest"
"#;

/// The same calls as the simulator's for honest agents that never miss, and nothing else.
fn bare_loop(params: Params) -> Staking {
    let accounts = 5 + (OPERATORS + BONDERS) as usize;
    let mut db = Staking::new(params, accounts, 0).expect("the parameters are sound");
    let operators = 5..5 + OPERATORS;
    let home = |bonder: u32| 5 + bonder % OPERATORS;
    rules::fund(&mut db, RESERVE).expect("funds");
    for operator in operators.clone() {
        rules::register(&mut db, operator, STAKE, Perbill::from_percent(10)).expect("registers");
    }
    for bonder in 0..BONDERS {
        rules::bond(&mut db, 5 + OPERATORS + bonder, home(bonder), STAKE).expect("bonds");
    }
    rules::end_era(&mut db, params.era_blocks).expect("ends");
    for era in 1..=ERAS {
        for operator in operators.clone() {
            rules::award(&mut db, SCORER, operator, 100).expect("awards");
        }
        for bonder in 0..BONDERS {
            if black_box(db.pool(home(bonder)).status) != Status::Active {
                unreachable!("nobody retires");
            }
        }
        rules::end_era(&mut db, (era + 1) * params.era_blocks).expect("ends");
        for operator in operators.clone() {
            rules::payout(&mut db, operator).expect("pays out");
        }
    }
    db
}

pub fn benchmark(c: &mut Criterion) {
    let stake = STAKE.to_string();
    let mixed = [
        ("honest", 70),
        ("lazy", 5),
        ("equivocating", 5),
        ("exit_before_slash", 5),
        ("stake_splitting", 5),
        ("reward_compounding", 5),
        ("adaptive", 5),
        ("bonder", BONDERS),
    ];
    let params = params(SCENARIO);
    let compared = Compared {
        mechanism: "staking",
        agent_steps: STEPS,
        intended: simulation(SCENARIO, &[("honest", OPERATORS), ("bonder", BONDERS)], &stake),
        mixed: simulation(SCENARIO, &mixed, &stake),
    };
    compare(c, compared, || drop(black_box(bare_loop(black_box(params)))));
}
