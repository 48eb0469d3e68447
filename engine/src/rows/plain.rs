//! Comma-separated values.

use super::{Cell, Column, Rows};
use std::io::{self, Write};

/// Comma-separated values with a header. Numbers are written so that they read back the same.
pub struct CsvRows<W: Write>(csv::Writer<W>);

impl<W: Write> CsvRows<W> {
    /// Writes the header.
    pub fn new(out: W, columns: &[Column]) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(columns.iter().map(|column| &column.name)).map_err(failed)?;
        Ok(Self(rows))
    }
}

impl<W: Write> Rows for CsvRows<W> {
    fn add(&mut self, row: &[Cell]) -> io::Result<()> {
        self.0.write_record(row.iter().map(Cell::to_string)).map_err(failed)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

/// The error of the output itself, so that a pipe that was closed is known as one.
fn failed(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
