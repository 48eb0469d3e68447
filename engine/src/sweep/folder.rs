//! A folder of a sweep's rows, and how shards become one.
//!
//! | file | what |
//! | --- | --- |
//! | `sweep.toml` | what is swept, and the scenario: the same for the same rows |
//! | `points.csv`; of a shard, `points-I-of-N.csv` | a row per point as it arrives, in order, each with a check of it and of all before it |
//! | `points.parquet`, `points-I-of-N.parquet` | the same with types, units and `sweep.toml`, when all are there |

use super::asked::{Asked, SweepError};
use super::point::Sweep;
use super::tabled::Tabled;
use crate::mechanism::Catalogue;
use crate::rows::{Cell, Column, Log, LogError, Logged, ParquetRows, Rows};
use crate::scenario::Document;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A part of all points: every `of`-th, from the `number`-th on; from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: u64,
}

/// Why rows cannot be kept, or put together.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file or folder cannot be used.
    #[error("{path}: cannot be used: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There are results already.
    #[error("{0}: holds results already: expected --resume, or another folder")]
    Occupied(PathBuf),
    /// The results there are of something else.
    #[error(
        "{0}: holds results of something else, of another seed or version: expected another folder"
    )]
    Different(PathBuf),
    /// There are rows, and not what they are of.
    #[error("{0}: is not there, but rows are: expected another folder")]
    Headless(PathBuf),
    /// A shard is not there, or not whole.
    #[error("{0}: the shard is missing or not at its end: expected all of them, each at its end")]
    Missing(String),
    /// There are no results.
    #[error("{0}: expected a folder of `carrots sweep --out`, or of `carrots merge`")]
    Unknown(PathBuf),
    /// Some are not there yet.
    #[error(
        "{path}: {missing} of {all} points are not there: expected all, as `carrots sweep --resume` gives"
    )]
    Unfinished {
        /// The folder.
        path: PathBuf,
        #[allow(missing_docs)]
        missing: u64,
        #[allow(missing_docs)]
        all: u64,
    },
    /// What was swept is wrong.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// Rows cannot be used.
    #[error(transparent)]
    Rows(#[from] LogError),
}

impl Shard {
    /// All points.
    pub const ALL: Self = Self { number: 1, of: 1 };

    /// How many of so many points are its own.
    pub fn count(self, points: u64) -> u64 {
        (points + self.of - self.number) / self.of
    }

    /// The number of its point with that number.
    pub fn point(self, at: u64) -> u64 {
        at * self.of + self.number - 1
    }

    fn file(self, ending: &str) -> String {
        match self.of {
            1 => format!("points.{ending}"),
            of => format!("points-{}-of-{of}.{ending}", self.number),
        }
    }
}

/// `I/N`.
impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let parts = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let parts = parts.filter(|(number, of): &(u64, u64)| (1..=*of).contains(number));
        let (number, of) = parts.ok_or("expected I/N, such as 1/4: the first of four")?;
        Ok(Self { number, of })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}/{}", self.number, self.of)
    }
}

/// A folder to which the rows of a shard are added.
pub struct Folder {
    path: PathBuf,
    shard: Shard,
    rows: Log,
    columns: Vec<Column>,
    head: &'static str,
    text: String,
}

impl Folder {
    /// Opens a folder for a shard of a table. With `resume`, goes on where its rows end.
    pub fn open<T: Tabled>(
        path: &Path,
        table: &T,
        shard: Shard,
        resume: bool,
    ) -> Result<Self, FolderError> {
        fs::create_dir_all(path).map_err(|error| io_error(path, error))?;
        let (head, text) = (path.join(T::HEAD), table.text());
        // Shards that share a folder begin at the same time: each writes the same, whole or not at all.
        let is_there = head.exists();
        if is_there {
            let earlier = fs::read_to_string(&head).map_err(|error| io_error(&head, error))?;
            if earlier != text {
                return Err(FolderError::Different(path.into()));
            }
        } else if has_rows(path).map_err(|error| io_error(path, error))? {
            // Of what they are nobody knows.
            return Err(FolderError::Headless(head));
        } else {
            let part = path.join(format!("{}.{}", T::HEAD, std::process::id()));
            let write = || fs::write(&part, &text).and_then(|()| fs::rename(&part, &head));
            write().map_err(|error| io_error(&head, error))?;
        }
        let file = path.join(shard.file("csv"));
        let rows = match file.exists() {
            true if !resume => return Err(FolderError::Occupied(path.into())),
            true => Log::resume(&file, table.columns())?,
            false => Log::create(&file, table.columns())?,
        };
        let (path, columns) = (path.into(), table.columns().to_vec());
        Ok(Self { path, shard, rows, columns, head: T::HEAD, text })
    }

    /// How many rows there are.
    pub fn done(&self) -> u64 {
        self.rows.rows()
    }

    /// The rows that are there.
    pub fn rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<Cell>, LogError>> + use<>, LogError> {
        let rows = Logged::open(&self.path.join(self.shard.file("csv")), &self.columns)?;
        Ok(rows.take(self.done() as usize))
    }

    /// Adds the next row.
    pub fn add(&mut self, row: &[Cell]) -> Result<(), FolderError> {
        Ok(self.rows.add(row)?)
    }

    /// Writes what is written when all rows are there.
    pub fn finish(self) -> Result<(), FolderError> {
        write_typed(
            &self.path.join(self.shard.file("parquet")),
            &self.columns,
            (self.head, &self.text),
            self.rows()?.map(|row| Ok(row?)),
        )
    }
}

/// Whether there are rows in a folder.
fn has_rows(path: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(path)? {
        if entry?.path().extension().is_some_and(|kind| kind == "csv") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes rows with their types, whole or not at all.
fn write_typed(
    path: &Path,
    columns: &[Column],
    (head, text): (&str, &str),
    rows: impl Iterator<Item = Result<Vec<Cell>, FolderError>>,
) -> Result<(), FolderError> {
    let part = path.with_extension("parquet.part");
    let said = [
        ("carrots".to_string(), env!("CARGO_PKG_VERSION").to_string()),
        (head.trim_end_matches(".toml").to_string(), text.to_string()),
    ];
    let failed = |error| io_error(path, error);
    let file = File::create(&part).map_err(failed)?;
    let mut typed =
        Box::new(ParquetRows::new(BufWriter::new(file), columns, &said).map_err(failed)?);
    for row in rows {
        typed.add(&row?).map_err(failed)?;
    }
    typed.finish().map_err(failed)?;
    fs::rename(&part, path).map_err(failed)
}

/// Where a folder says what is swept there.
pub fn head(folder: &Path) -> PathBuf {
    folder.join(Sweep::HEAD)
}

/// The sweep whose rows a folder keeps.
pub fn kept<'a>(folder: &Path, catalogue: Catalogue<'a>) -> Result<Sweep<'a>, FolderError> {
    let head = head(folder);
    if !head.exists() {
        return Err(FolderError::Unknown(folder.into()));
    }
    let document = Document::read(&head, &[]).map_err(SweepError::from)?;
    let asked = Asked::of(&document)?;
    Ok(Sweep::new(document, catalogue, asked)?)
}

/// Reads the rows of a sweep from a folder, each with its check. An error if some are not there.
pub fn read_all(
    folder: &Path,
    sweep: &Sweep,
    mut take: impl FnMut(&[Cell]),
) -> Result<(), FolderError> {
    let path = folder.join(Shard::ALL.file("csv"));
    if !path.exists() {
        return Err(FolderError::Unknown(folder.into()));
    }
    let (mut rows, mut missing) = (Logged::open(&path, sweep.columns())?, sweep.count());
    while let Some(row) = rows.next_row()? {
        take(&row);
        missing = missing.saturating_sub(1);
    }
    match missing {
        0 => Ok(()),
        _ => Err(FolderError::Unfinished { path: folder.into(), missing, all: sweep.count() }),
    }
}

/// Puts the shards of a sweep together that lie in some folders: in `out` they are as if they had been
/// computed together.
pub fn merge(folders: &[PathBuf], sweep: &Sweep, out: &Path) -> Result<u64, FolderError> {
    let mut shards: Vec<(Shard, PathBuf)> = Vec::new();
    for folder in folders {
        let head = folder.join(Sweep::HEAD);
        let text = fs::read_to_string(&head).map_err(|error| io_error(&head, error))?;
        if text != sweep.text() {
            return Err(FolderError::Different(folder.clone()));
        }
        for entry in fs::read_dir(folder).map_err(|error| io_error(folder, error))? {
            let path = entry.map_err(|error| io_error(folder, error))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let shard = name.strip_prefix("points-").and_then(|name| name.strip_suffix(".csv"));
            let shard = shard.and_then(|name| name.replace("-of-", "/").parse().ok());
            shards.extend(shard.map(|shard| (shard, path)));
        }
    }
    shards.sort_by_key(|(shard, _)| (shard.of, shard.number));
    let of = shards.first().map_or(1, |(shard, _)| shard.of);
    let mut parts = Vec::new();
    for number in 1..=of {
        let shard = Shard { number, of };
        let path = shards.iter().find(|(other, _)| *other == shard).map(|(_, path)| path);
        let path = path.ok_or_else(|| FolderError::Missing(shard.to_string()))?;
        parts.push(Logged::open(path, sweep.columns())?);
    }
    if shards.len() > parts.len() {
        let (shard, path) = &shards[parts.len()];
        return Err(FolderError::Missing(format!(
            "{}: {shard} beside shards of {of}",
            path.display()
        )));
    }
    let Folder { path, mut rows, columns, head, text, .. } =
        Folder::open(out, sweep, Shard::ALL, false)?;
    let row = |number| {
        let at = (number % of) as usize;
        let missing = || FolderError::Missing(Shard { number: at as u64 + 1, of }.to_string());
        let row = parts[at].next_row()?.ok_or_else(missing)?;
        rows.put(&row)?;
        Ok(row)
    };
    let file = path.join(Shard::ALL.file("parquet"));
    write_typed(&file, &columns, (head, &text), (0..sweep.count()).map(row))?;
    rows.flush()?;
    Ok(rows.rows())
}

fn io_error(path: &Path, error: io::Error) -> FolderError {
    FolderError::Io { path: path.into(), error }
}
