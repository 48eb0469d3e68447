//! Runs round by round: long runs are curves, and not end points.

use super::load::smallest_unit;
use super::simulation::{Simulation, agent_columns};
use super::store::said;
use crate::rows::{Cell, Column, CsvRows, ParquetRows, Rows};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Why rounds cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum RoundsError {
    /// The file's name says no format that is known.
    #[error("{0}: expected a file that ends in .parquet or .csv")]
    Format(PathBuf),
    /// The file cannot be written.
    #[error("{path}: cannot be written: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// A file with a row for every run and round, or for every round and agent.
pub struct Rounds {
    path: PathBuf,
    rows: Box<dyn Rows>,
}

impl Rounds {
    /// Of all runs: `run`, `round` from 1 on, and the columns of a run. The last round is the end.
    pub fn of_runs(
        path: &Path,
        simulation: &dyn Simulation,
        scenario: &str,
    ) -> Result<Self, RoundsError> {
        let columns = [Column::whole("run"), Column::whole("round")];
        Self::create(path, columns.into_iter().chain(simulation.columns()).collect(), scenario)
    }

    fn create(path: &Path, columns: Vec<Column>, scenario: &str) -> Result<Self, RoundsError> {
        let failed = |error| RoundsError::Io { path: path.into(), error };
        let ending = ending(path)?;
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let rows: Box<dyn Rows> = match ending {
            "csv" => Box::new(CsvRows::new(out, &columns).map_err(failed)?),
            _ => Box::new(ParquetRows::new(out, &columns, &said(scenario)).map_err(failed)?),
        };
        Ok(Self { path: path.into(), rows })
    }

    /// Adds a row: what comes before it, and its cells.
    fn add(&mut self, before: &[Cell], row: &[Cell]) -> Result<(), RoundsError> {
        let path = &self.path;
        let failed = |error| RoundsError::Io { path: path.clone(), error };
        self.rows.add(&[before, row].concat()).map_err(failed)
    }

    /// Adds a run, by its rounds.
    pub fn add_run(&mut self, run: u64, rounds: &[Vec<Cell>]) -> Result<(), RoundsError> {
        (1u64..).zip(rounds).try_for_each(|(round, row)| self.add(&[run.into(), round.into()], row))
    }

    /// Ends the file.
    pub fn finish(self) -> Result<(), RoundsError> {
        let path = self.path;
        self.rows.finish().map_err(|error| RoundsError::Io { path, error })
    }
}

/// The ending of a file that can be written: `csv` or `parquet`.
pub fn ending(path: &Path) -> Result<&str, RoundsError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.filter(|ending| ["csv", "parquet"].contains(ending));
    ending.ok_or_else(|| RoundsError::Format(path.into()))
}

/// Plays the first run again and writes what every agent has after every round: `round`, then
/// [`agent_columns`]. One round is in memory at a time.
pub fn write_agents(
    path: &Path,
    simulation: &dyn Simulation,
    scenario: &str,
) -> Result<(), RoundsError> {
    let columns = std::iter::once(Column::whole("round"));
    let columns = columns.chain(agent_columns(&smallest_unit(&simulation.token())));
    let mut file = Rounds::create(path, columns.collect(), scenario)?;
    let mut written = Ok(());
    simulation.watch(simulation.run().seed, 0, &mut |round, seen| {
        let rows = seen.agents();
        let mut write = || rows.iter().try_for_each(|row| file.add(&[round.into()], row));
        written = std::mem::replace(&mut written, Ok(())).and_then(|()| write());
    });
    written?;
    file.finish()
}
