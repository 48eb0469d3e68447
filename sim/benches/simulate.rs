//! How fast the simulator is, beside a bare loop over the same rules.
//!
//! Both play the same staking: 100 honest operators and 900 bonders for a year of daily eras. The
//! loop makes the same calls and asks the same question of each bonder, with nothing around it: no
//! strategies, no chances, no ledger of tokens. A third benchmark mixes all strategies, for which
//! there is no loop. The last lines are agent-steps per second (one agent choosing once and, where
//! it acts, its op applied) and the ratio of the medians.

use carrots::models::Model;
use carrots::models::staking::{MECHANISM, SCORER, Staking};
use carrots::scenario::Document;
use carrots::simulate::Simulation;
use carrots_logic::Perbill;
use carrots_logic::staking::{self as rules, Db, Params, Status};
use criterion::{Criterion, criterion_group, criterion_main};
use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

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
slash_defer_eras = 27
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

/// The scenario with groups of agents of the given strategies and counts.
fn simulation(groups: &[(&str, u32)]) -> Box<dyn Simulation> {
    let group = |(strategy, count): &(&str, u32)| {
        format!("[[agents]]\nstrategy = \"{strategy}\"\ncount = {count}\nstake = {STAKE}\n")
    };
    let text = SCENARIO.to_string() + &groups.iter().map(group).collect::<String>();
    let document = Document::parse("benchmark".into(), text, &[]).expect("it is TOML");
    (MECHANISM.load)(&document).expect("it is a scenario")
}

fn params() -> Params {
    let table: toml::Table = toml::from_str(SCENARIO).expect("it is TOML");
    table["params"].clone().try_into().expect("they are parameters")
}

/// The same calls as the simulator's for honest agents that never miss, and nothing else.
fn bare_loop(params: Params) -> Staking {
    let accounts = 4 + (OPERATORS + BONDERS) as usize;
    let mut db = Staking::new(params, accounts, 0).expect("the parameters are sound");
    let operators = 4..4 + OPERATORS;
    let home = |bonder: u32| 4 + bonder % OPERATORS;
    rules::fund(&mut db, RESERVE).expect("funds");
    for operator in operators.clone() {
        rules::register(&mut db, operator, STAKE, Perbill::from_percent(10)).expect("registers");
    }
    for bonder in 0..BONDERS {
        rules::bond(&mut db, 4 + OPERATORS + bonder, home(bonder), STAKE).expect("bonds");
    }
    for era in 0..ERAS {
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
            rules::payout(&mut db, operator, era).expect("pays out");
        }
    }
    db
}

/// Runs a benchmark and gives the median of its samples, in seconds; not a number if a filter left it
/// out.
fn median(c: &mut Criterion, name: &str, mut work: impl FnMut()) -> f64 {
    let times = RefCell::new(Vec::new());
    c.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let start = Instant::now();
            (0..iterations).for_each(|_| work());
            let elapsed = start.elapsed();
            times.borrow_mut().push(elapsed.as_secs_f64() / iterations as f64);
            elapsed
        })
    });
    let mut times = times.into_inner();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn benchmark(c: &mut Criterion) {
    let honest = simulation(&[("honest", OPERATORS), ("bonder", BONDERS)]);
    let mixed = simulation(&[
        ("honest", 70),
        ("lazy", 5),
        ("equivocating", 5),
        ("exit_before_slash", 5),
        ("stake_splitting", 5),
        ("reward_compounding", 5),
        ("adaptive", 5),
        ("bonder", BONDERS),
    ]);
    let params = params();
    let bare = median(c, "staking/bare loop", || drop(black_box(bare_loop(black_box(params)))));
    let honest = median(c, "staking/honest agents", || drop(black_box(honest.play(1, 0))));
    let mixed = median(c, "staking/mixed agents", || drop(black_box(mixed.play(1, 0))));
    let rate = |time: f64| STEPS / time / 1e6;
    println!("staking, bare loop: {:.1} million agent-steps a second", rate(bare));
    println!(
        "staking, honest agents: {:.1} million agent-steps a second, {:.2} times the bare loop",
        rate(honest),
        honest / bare
    );
    println!("staking, mixed agents: {:.1} million agent-steps a second", rate(mixed));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).measurement_time(Duration::from_secs(3));
    targets = benchmark
}
criterion_main!(benches);
