//! Many runs, in parallel and in order.

use super::simulation::Simulation;
use super::summary::Summary;
use crate::rows::{Cell, in_order};
use crate::scenario::Run;
use std::time::Instant;

/// What came of a run.
pub struct Played {
    /// Its row.
    pub row: Vec<Cell>,
    /// The same after every round, if they are wanted.
    pub rounds: Vec<Vec<Cell>>,
}

/// Runs a scenario on `threads` threads, zero for one per core, and gives what came of each run to `keep`
/// in order with its number, as soon as it is there.
///
/// `done` are rows that are there already, from run zero on; they are not computed again, and have no
/// rounds. An error of `keep` ends the work.
pub fn simulate<E: Send>(
    simulation: &dyn Simulation,
    run: Run,
    threads: usize,
    rounds: bool,
    done: impl Iterator<Item = Result<Vec<Cell>, E>>,
    mut keep: impl FnMut(u64, &Played) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut summary = Summary::new(simulation, run);
    for row in done {
        let played = Played { row: row?, rounds: Vec::new() };
        keep(summary.runs, &played)?;
        summary.add(&played.row);
    }
    let start = Instant::now();
    let play = |number| {
        let mut seen = Vec::new();
        let row = simulation.watch(run.seed, number, &mut |_, look| {
            if rounds {
                seen.push(look.row());
            }
        });
        Played { row, rounds: seen }
    };
    in_order(threads, summary.runs..run.runs, play, |number, played| {
        keep(number, &played)?;
        summary.add(&played.row);
        summary.throughput.agent_steps += simulation.agent_steps();
        Ok(())
    })?;
    summary.throughput.seconds = start.elapsed().as_secs_f64();
    Ok(summary)
}
