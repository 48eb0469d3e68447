//! How fast the simulator is, beside a bare loop over the same rules.
//!
//! For every mechanism three benchmarks: a loop that makes the calls of agents who behave as
//! intended, with nothing around it (no strategies, no chances, no ledger of tokens); the simulator
//! with such agents; and the simulator with all strategies mixed, for which there is no loop. Lines
//! between them are agent-steps per second (one agent choosing once and, where it acts, its op
//! applied) and the ratio of the medians. `cargo bench --bench simulate -- NAME` runs one mechanism's.

mod auction;
mod funding;
mod oracle;
mod staking;

use carrots::scenario::Document;
use carrots::simulate::Simulation;
use carrots_catalogue::CATALOGUE;
use criterion::{Criterion, criterion_group, criterion_main};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What is compared with the bare loop.
pub struct Compared {
    /// The mechanism.
    pub mechanism: &'static str,
    /// Agents times rounds of a run of the bare loop, and of `intended`.
    pub agent_steps: f64,
    /// Agents that make the loop's calls.
    pub intended: Box<dyn Simulation>,
    /// All strategies.
    pub mixed: Box<dyn Simulation>,
}

/// A scenario's text with groups of agents of the given strategies and counts, each with `stake`.
pub fn simulation(scenario: &str, groups: &[(&str, u32)], stake: &str) -> Box<dyn Simulation> {
    let group = |(strategy, count): &(&str, u32)| {
        format!("[[agents]]\nstrategy = \"{strategy}\"\ncount = {count}\nstake = {stake}\n")
    };
    let text = scenario.to_string() + &groups.iter().map(group).collect::<String>();
    let document = Document::parse("benchmark".into(), text, &[]).expect("it is TOML");
    CATALOGUE.simulation(&document).expect("it is a scenario")
}

/// The parameters of a scenario's text.
pub fn params<P: DeserializeOwned>(scenario: &str) -> P {
    let table: toml::Table = toml::from_str(scenario).expect("it is TOML");
    table["params"].clone().try_into().expect("they are parameters")
}

/// Runs the three benchmarks of a mechanism and says how they compare.
pub fn compare(c: &mut Criterion, compared: Compared, bare_loop: impl FnMut()) {
    let Compared { mechanism, agent_steps, intended, mixed } = compared;
    let play = |simulation: &dyn Simulation| drop(black_box(simulation.play(1, 0)));
    let bare = median(c, &format!("{mechanism}/bare loop"), bare_loop);
    let same = median(c, &format!("{mechanism}/intended"), || play(&*intended));
    let all = median(c, &format!("{mechanism}/mixed"), || play(&*mixed));
    if bare.is_nan() && same.is_nan() && all.is_nan() {
        return;
    }
    let rate = |steps: f64, time: f64| steps / time / 1e6;
    println!("{mechanism}, bare loop: {:.2} million agent-steps a second", rate(agent_steps, bare));
    println!(
        "{mechanism}, intended: {:.2} million agent-steps a second, {:.2} times the bare loop",
        rate(agent_steps, same),
        same / bare
    );
    let steps = mixed.agent_steps() as f64;
    println!("{mechanism}, mixed: {:.2} million agent-steps a second", rate(steps, all));
}

/// Runs a benchmark and gives the median of its samples, in seconds; not a number if a filter left
/// it out.
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
    staking::benchmark(c);
    auction::benchmark(c);
    oracle::benchmark(c);
    funding::benchmark(c);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).measurement_time(Duration::from_secs(3));
    targets = benchmark
}
criterion_main!(benches);
