//! Many runs, in parallel and in order.

use super::simulation::Simulation;
use super::summary::Summary;
use crate::rows::in_order;
use crate::scenario::Run;
use std::time::Instant;

/// Runs a scenario on `threads` threads, zero for one per core, and gives every row to `keep` in
/// order with the number of its run, as soon as it is there.
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
    let start = Instant::now();
    let play = |number| simulation.play(run.seed, number);
    in_order(threads, summary.runs..run.runs, play, |number, row| {
        keep(number, &row)?;
        summary.add(&row);
        summary.throughput.agent_steps += simulation.agent_steps();
        Ok(())
    })?;
    summary.throughput.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}
