//! Many runs, in parallel and in order.

use super::simulation::Simulation;
use super::summary::Summary;
use crate::scenario::Run;
use rayon::prelude::*;
use std::time::Instant;

/// Runs computed before they are written: what a killed run loses at most, per thread.
const BATCH: u64 = 8;

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
