//! Rows in a file as they arrive.
//!
//! Comma-separated values; the last column, `check`, is a hash of the line and of the check before it.
//! A process that is killed leaves whole lines and perhaps a torn one, which is dropped. A line that
//! was changed, doubled, moved or taken out is told: what follows it cannot be trusted.

use super::{Cell, Column};
use blake2::{Blake2s256, Digest};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What the last column is called.
const CHECK: &str = "check";

/// Why rows cannot be kept, or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be used.
    #[error("{path}: cannot be used: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It has other columns.
    #[error("{0}:1: these are other columns than those of this version: expected another folder")]
    Columns(PathBuf),
    /// A row was changed.
    #[error(
        "{path}:{line}: not the row that was written here: take it out with all that follow, or begin in \
         another folder"
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
}

/// A file of rows that is added to.
pub struct Log {
    path: PathBuf,
    file: BufWriter<File>,
    last: Check,
    rows: u64,
}

/// What a line and all before it come to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Check([u8; 4]);

impl Check {
    fn after(self, line: &[u8]) -> Self {
        let hash = Blake2s256::new().chain_update(self.0).chain_update(line).finalize();
        Self([hash[0], hash[1], hash[2], hash[3]])
    }

    /// A line with its check.
    fn line(self, mut text: Vec<u8>) -> (Self, Vec<u8>) {
        let check = self.after(&text);
        text.extend_from_slice(format!(",{}\n", hex::encode(check.0)).as_bytes());
        (check, text)
    }
}

/// A record as it is written, without the end of its line.
fn record<T: AsRef<[u8]>>(fields: impl Iterator<Item = T>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(fields)?;
    let mut text = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    text.pop();
    Ok(text)
}

fn header(columns: &[Column]) -> io::Result<(Check, Vec<u8>)> {
    let text = record(columns.iter().map(|column| &column.name))?;
    let mut line = text.clone();
    line.extend_from_slice(format!(",{CHECK}\n").as_bytes());
    Ok((Check([0; 4]).after(&text), line))
}

/// A cell without an end of a line in it.
fn one_line(cell: &Cell) -> String {
    cell.to_string().replace(['\n', '\r'], " ")
}

impl Log {
    /// Begins a file.
    pub fn create(path: &Path, columns: &[Column]) -> Result<Self, LogError> {
        let create = || {
            let (last, header) = header(columns)?;
            let mut file = BufWriter::new(File::create(path)?);
            file.write_all(&header)?;
            file.flush()?;
            Ok(Self { path: path.into(), file, last, rows: 0 })
        };
        create().map_err(|error| io_error(path, error))
    }

    /// Goes on with a file, having read all of its rows.
    pub fn resume(path: &Path, columns: &[Column]) -> Result<Self, LogError> {
        let mut logged = Logged::open(path, columns)?;
        let mut rows = 0;
        while logged.next_row()?.is_some() {
            rows += 1;
        }
        if logged.torn_header {
            return Self::create(path, columns);
        }
        let open = || {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.set_len(logged.end)?;
            file.seek(SeekFrom::End(0))?;
            Ok(Self { path: path.into(), file: BufWriter::new(file), last: logged.last, rows })
        };
        open().map_err(|error| io_error(path, error))
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a row, and lets it reach the file.
    pub fn add(&mut self, row: &[Cell]) -> Result<(), LogError> {
        self.put(row)?;
        self.flush()
    }

    /// Adds a row that may reach the file later.
    pub fn put(&mut self, row: &[Cell]) -> Result<(), LogError> {
        let mut put = || {
            let (check, line) = self.last.line(record(row.iter().map(one_line))?);
            self.file.write_all(&line)?;
            (self.last, self.rows) = (check, self.rows + 1);
            Ok(())
        };
        put().map_err(|error| io_error(&self.path, error))
    }

    /// Lets all rows reach the file.
    pub fn flush(&mut self) -> Result<(), LogError> {
        self.file.flush().map_err(|error| io_error(&self.path, error))
    }
}

/// A file of rows that is read, each with its check.
pub struct Logged {
    path: PathBuf,
    file: BufReader<File>,
    columns: Vec<Column>,
    last: Check,
    line: u64,
    end: u64,
    torn_header: bool,
}

impl Logged {
    /// Opens a file.
    pub fn open(path: &Path, columns: &[Column]) -> Result<Self, LogError> {
        let file = File::open(path).map_err(|error| io_error(path, error))?;
        let (last, expected) = header(columns).map_err(|error| io_error(path, error))?;
        let mut logged = Self {
            path: path.into(),
            file: BufReader::new(file),
            columns: columns.to_vec(),
            last,
            line: 0,
            end: 0,
            torn_header: false,
        };
        match logged.next_line()? {
            None => logged.torn_header = true,
            Some(line) if line == expected => {}
            Some(_) => return Err(LogError::Columns(path.into())),
        }
        Ok(logged)
    }

    /// The next whole line; none at the end.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, LogError> {
        let mut line = Vec::new();
        let read = self.file.read_until(b'\n', &mut line);
        read.map_err(|error| io_error(&self.path, error))?;
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        self.line += 1;
        self.end += line.len() as u64;
        Ok(Some(line))
    }

    /// The next row; none at the end, or where the last line is torn.
    pub fn next_row(&mut self) -> Result<Option<Vec<Cell>>, LogError> {
        if self.torn_header {
            return Ok(None);
        }
        let Some(line) = self.next_line()? else { return Ok(None) };
        let row = self.row(&line);
        let changed = || LogError::Changed { path: self.path.clone(), line: self.line };
        let (check, row) = row.ok_or_else(changed)?;
        self.last = check;
        Ok(Some(row))
    }

    fn row(&self, line: &[u8]) -> Option<(Check, Vec<Cell>)> {
        let text = line.strip_suffix(b"\n")?;
        let comma = text.iter().rposition(|byte| *byte == b',')?;
        let check = self.last.after(&text[..comma]);
        if hex::encode(check.0).as_bytes() != &text[comma + 1..] {
            return None;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&text[..comma]);
        let record = reader.records().next()?.ok()?;
        let cells = record.iter().zip(&self.columns).map(|(text, column)| column.cell(text));
        let row: Vec<Cell> = cells.collect::<Option<_>>()?;
        (row.len() == self.columns.len() && record.len() == row.len()).then_some((check, row))
    }
}

impl Iterator for Logged {
    type Item = Result<Vec<Cell>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

fn io_error(path: &Path, error: io::Error) -> LogError {
    LogError::Io { path: path.into(), error }
}
