//! Monte Carlo: many independent runs of a scenario, summed up.
//!
//! A run is a row of numbers that depends on the scenario, the seed and the run's number only.
//! Runs are computed in parallel and taken in order, a batch at a time, so results are
//! bit-identical at any thread count and memory does not grow with their number.

mod rows;
mod store;
mod summary;

pub use rows::{CsvRows, ParquetRows, Rows};
pub use store::{Store, StoreError};
pub use summary::{Metric, StrategySummary, Summary, Throughput};

use crate::scenario::{Run, Token};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use std::time::Instant;

/// Runs computed before they are written: what a killed run loses at most, per thread.
const BATCH: u64 = 8;

/// A scenario that is ready to be run.
pub trait Simulation: Sync {
    /// How it asks to be run.
    fn run(&self) -> Run;
    /// How amounts are shown to people.
    fn token(&self) -> Token;
    /// The names of a row's numbers. Those of a strategy are `payoff_NAME`, its mean payoff,
    /// `return_NAME`, the same per unit of stake (zero without any), and `slashed_NAME`.
    fn columns(&self) -> Vec<String>;
    /// Whether a row's number of that name is an amount.
    fn is_amount(&self, column: &str) -> bool;
    /// The strategies with the number of agents that follow each.
    fn strategies(&self) -> Vec<(String, u64)>;
    /// The strategy that should be an equilibrium.
    fn intended(&self) -> String;
    /// Agent-steps in one run: one agent choosing once and, where it acts, its op applied.
    fn agent_steps(&self) -> u64;
    /// One run. Depends on the scenario, `seed` and `run` only.
    fn play(&self, seed: u64, run: u64) -> Vec<f64>;
}

/// The stream of randomness of one agent in one run. Agents and runs are independent.
pub fn stream(seed: u64, run: u64, agent: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&run.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(agent);
    rng
}

/// Runs a scenario on `threads` threads, zero for one per core, and gives every row to `keep` in
/// order with the number of its run.
///
/// `done` are rows that are there already, from run zero on; they are not computed again. An error
/// of `keep` ends the work.
pub fn simulate<E: Send>(
    simulation: &dyn Simulation,
    run: Run,
    threads: usize,
    done: impl Iterator<Item = Result<Vec<f64>, E>>,
    mut keep: impl FnMut(u64, &[f64]) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut summary = Summary::new(simulation, run);
    for row in done {
        let row = row?;
        keep(summary.runs, &row)?;
        summary.add(&row);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.expect("threads can be started");
    let start = Instant::now();
    let mut next = summary.runs;
    while next < run.runs {
        let batch = BATCH.saturating_mul(pool.current_num_threads() as u64);
        let numbers = next..run.runs.min(next.saturating_add(batch));
        next = numbers.end;
        let play = |number| simulation.play(run.seed, number);
        let rows: Vec<_> = pool.install(|| numbers.into_par_iter().map(play).collect());
        for row in rows {
            keep(summary.runs, &row)?;
            summary.add(&row);
            summary.throughput.agent_steps += simulation.agent_steps();
        }
    }
    summary.throughput.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}
