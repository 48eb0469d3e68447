//! Results that outlive the process: a folder with every run's row as it arrives.
//!
//! | file | what |
//! | --- | --- |
//! | `scenario.toml` | the scenario as it is run, overrides, runs and seed included |
//! | `runs.csv` | one row per run, in order, each with a check of it and of all before it |
//! | `runs.parquet`, `summary.json` | written when all runs are done |

use crate::rows::{Cell, Column, Log, LogError, Logged, ParquetRows, Rows};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Why results cannot be kept, or resumed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder cannot be used.
    #[error("{path}: cannot be used: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There are results already.
    #[error("{0}: holds results already: expected --resume, or another folder")]
    Occupied(PathBuf),
    /// The results there are of another scenario.
    #[error("{0}: holds results of another scenario, seed or version: expected another folder")]
    Different(PathBuf),
    /// There are more results than asked for.
    #[error("{folder}: holds {runs} runs already: expected as many or more")]
    More {
        /// The folder.
        folder: PathBuf,
        /// How many.
        runs: u64,
    },
    /// The rows cannot be used.
    #[error(transparent)]
    Rows(#[from] LogError),
}

/// A folder of results.
pub struct Store {
    folder: PathBuf,
    rows: Log,
    columns: Vec<Column>,
    scenario: String,
}

/// The columns of a table of runs: the run's number, and those of a row.
pub fn columns(simulation: &dyn super::Simulation) -> Vec<Column> {
    std::iter::once(Column::whole("run")).chain(simulation.columns()).collect()
}

/// What a file of rows says of itself: the version and the scenario.
pub fn said(scenario: &str) -> Vec<(String, String)> {
    [("carrots", env!("CARGO_PKG_VERSION")), ("scenario", scenario)]
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .into()
}

/// The row of a run, in a table.
pub fn cells(run: u64, row: &[Cell]) -> Vec<Cell> {
    std::iter::once(run.into()).chain(row.iter().cloned()).collect()
}

impl Store {
    /// Opens a folder for the results of `scenario`, of which `runs` are wanted. With `resume`, goes on
    /// where rows end.
    pub fn open(
        folder: &Path,
        scenario: &str,
        columns: &[Column],
        resume: bool,
        runs: u64,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|error| io_error(folder, error))?;
        let (head, path) = (folder.join("scenario.toml"), folder.join("runs.csv"));
        let scenario = format!("# carrots {}\n{scenario}", env!("CARGO_PKG_VERSION"));
        let rows = if path.exists() {
            if !resume {
                return Err(StoreError::Occupied(folder.into()));
            }
            let earlier = fs::read_to_string(&head).map_err(|error| io_error(&head, error))?;
            if !same_but_runs(&earlier, &scenario) {
                return Err(StoreError::Different(folder.into()));
            }
            Log::resume(&path, columns)?
        } else {
            fs::write(&head, &scenario).map_err(|error| io_error(&head, error))?;
            Log::create(&path, columns)?
        };
        if rows.rows() > runs {
            return Err(StoreError::More { folder: folder.into(), runs: rows.rows() });
        }
        Ok(Self { folder: folder.into(), rows, columns: columns.to_vec(), scenario })
    }

    /// How many rows there are.
    pub fn done(&self) -> u64 {
        self.rows.rows()
    }

    /// The rows that are there, without the runs' numbers.
    pub fn rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<Cell>, StoreError>> + use<>, StoreError> {
        let logged = Logged::open(&self.folder.join("runs.csv"), &self.columns)?;
        let rows = logged.map(|row| Ok(row?.split_off(1)));
        Ok(rows.take(self.done() as usize))
    }

    /// Adds the row of the next run.
    pub fn add(&mut self, run: u64, row: &[Cell]) -> Result<(), StoreError> {
        Ok(self.rows.add(&cells(run, row))?)
    }

    /// Writes what is written at the end.
    pub fn finish(self, summary: &str) -> Result<(), StoreError> {
        fs::write(self.folder.join("scenario.toml"), &self.scenario)
            .map_err(|error| io_error(&self.folder.join("scenario.toml"), error))?;
        let path = self.folder.join("runs.parquet");
        let said = said(self.scenario.split_once('\n').map_or("", |(_, scenario)| scenario));
        let create =
            || ParquetRows::new(BufWriter::new(File::create(&path)?), &self.columns, &said);
        let mut parquet = Box::new(create().map_err(|error| io_error(&path, error))?);
        for row in Logged::open(&self.folder.join("runs.csv"), &self.columns)? {
            parquet.add(&row?).map_err(|error| io_error(&path, error))?;
        }
        parquet.finish().map_err(|error| io_error(&path, error))?;
        let path = self.folder.join("summary.json");
        fs::write(&path, summary).map_err(|error| io_error(&path, error))
    }
}

/// Whether two scenarios give the same rows: the number of runs may differ.
fn same_but_runs(one: &str, other: &str) -> bool {
    let lines = |text: &'_ str| {
        text.lines()
            .filter(|line| !line.starts_with("runs = "))
            .map(str::to_string)
            .collect::<Vec<_>>()
    };
    lines(one) == lines(other)
}

fn io_error(path: &Path, error: io::Error) -> StoreError {
    StoreError::Io { path: path.into(), error }
}
