//! Results that outlive the process: a folder with every run's row as it arrives.
//!
//! | file | what |
//! | --- | --- |
//! | `scenario.toml` | the scenario as it is run, overrides, runs and seed included |
//! | `runs.csv` | one row per run, in order, appended batch by batch |
//! | `runs.parquet`, `summary.json` | written when all runs are done |
//!
//! A killed run leaves whole rows and perhaps one torn line, which resuming drops.

use super::rows::{CsvRows, ParquetRows, Rows};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom};
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
    /// A row cannot be read.
    #[error("{path}:{line}: not a row of numbers")]
    Row {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
}

/// A folder of results.
pub struct Store {
    folder: PathBuf,
    rows: CsvRows<BufWriter<File>>,
    columns: Vec<String>,
    /// Rows that are there already, and their length in bytes.
    done: u64,
}

impl Store {
    /// Opens a folder for the results of `scenario`. With `resume`, goes on where rows end.
    pub fn open(
        folder: &Path,
        scenario: &str,
        columns: &[String],
        resume: bool,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|error| io_error(folder, error))?;
        let (head, path) = (folder.join("scenario.toml"), folder.join("runs.csv"));
        let scenario = format!("# carrots {}\n{scenario}", env!("CARGO_PKG_VERSION"));
        let columns = columns.to_vec();
        if path.exists() {
            if !resume {
                return Err(StoreError::Occupied(folder.into()));
            }
            let earlier = fs::read_to_string(&head).map_err(|error| io_error(&head, error))?;
            if !same_but_runs(&earlier, &scenario) {
                return Err(StoreError::Different(folder.into()));
            }
            let (done, length) = whole_rows(&path).map_err(|error| io_error(&path, error))?;
            let open = || {
                let mut file = OpenOptions::new().write(true).open(&path)?;
                file.set_len(length)?;
                file.seek(SeekFrom::End(0))?;
                if done.is_some() {
                    Ok(CsvRows::headless(BufWriter::new(file)))
                } else {
                    CsvRows::new(BufWriter::new(file), &columns)
                }
            };
            let rows = open().map_err(|error| io_error(&path, error))?;
            return Ok(Self { folder: folder.into(), rows, columns, done: done.unwrap_or(0) });
        }
        fs::write(&head, scenario).map_err(|error| io_error(&head, error))?;
        let create = || CsvRows::new(BufWriter::new(File::create(&path)?), &columns);
        let rows = create().map_err(|error| io_error(&path, error))?;
        Ok(Self { folder: folder.into(), rows, columns, done: 0 })
    }

    /// How many rows are there already.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// The first `n` rows that are there.
    pub fn rows(&self, n: u64) -> impl Iterator<Item = Result<Vec<f64>, StoreError>> + use<> {
        let path = self.folder.join("runs.csv");
        let width = self.columns.len();
        let lines = File::open(&path).map(|file| BufReader::new(file).lines().skip(1));
        let (lines, error) = match lines {
            Ok(lines) => (Some(lines), None),
            Err(error) => (None, Some(Err(io_error(&path, error)))),
        };
        let lines = lines.into_iter().flatten().take(n as usize).zip(2..);
        let rows = lines.map(move |(text, line)| {
            let text = text.map_err(|error| io_error(&path, error))?;
            let row: Option<Vec<f64>> = text.split(',').skip(1).map(|x| x.parse().ok()).collect();
            let row = row.filter(|row| row.len() == width);
            row.ok_or_else(|| StoreError::Row { path: path.clone(), line })
        });
        error.into_iter().chain(rows)
    }

    /// Adds the row of the next run.
    pub fn add(&mut self, run: u64, row: &[f64]) -> Result<(), StoreError> {
        let added = self.rows.add(run, row).and_then(|()| self.rows.flush());
        added.map_err(|error| io_error(&self.folder.join("runs.csv"), error))
    }

    /// Writes what is written at the end.
    pub fn finish(mut self, summary: &str, runs: u64) -> Result<(), StoreError> {
        let path = self.folder.join("runs.csv");
        self.rows.flush().map_err(|error| io_error(&path, error))?;
        let path = self.folder.join("runs.parquet");
        let create = || ParquetRows::new(BufWriter::new(File::create(&path)?), &self.columns);
        let mut parquet = Box::new(create().map_err(|error| io_error(&path, error))?);
        for (row, run) in self.rows(runs).zip(0..) {
            parquet.add(run, &row?).map_err(|error| io_error(&path, error))?;
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

/// The number of whole rows, if there is a whole header, and where they end.
fn whole_rows(path: &Path) -> io::Result<(Option<u64>, u64)> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut lines, mut end, mut line) = (0u64, 0, Vec::new());
    loop {
        line.clear();
        let length = file.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok((lines.checked_sub(1), end));
        }
        lines += 1;
        end += length as u64;
    }
}

fn io_error(path: &Path, error: io::Error) -> StoreError {
    StoreError::Io { path: path.into(), error }
}
