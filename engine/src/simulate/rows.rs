//! One row per run, in the formats that other programs read.

use parquet::basic::Type;
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type as Schema;
use std::io::{self, Write};
use std::sync::Arc;

/// Somewhere to put rows.
pub trait Rows {
    /// Adds the row of a run.
    fn add(&mut self, run: u64, row: &[f64]) -> io::Result<()>;
    /// Makes what was added last.
    fn flush(&mut self) -> io::Result<()>;
    /// Ends the rows; nothing may be added after.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Comma-separated values with a header. Numbers are written so that they read back the same.
pub struct CsvRows<W: Write>(csv::Writer<W>);

impl<W: Write> CsvRows<W> {
    /// Writes the header.
    pub fn new(out: W, columns: &[String]) -> io::Result<Self> {
        let mut rows = Self::headless(out);
        let names = columns.iter().map(String::as_str);
        rows.0.write_record(std::iter::once("run").chain(names))?;
        Ok(rows)
    }

    /// Goes on after rows that are there.
    pub fn headless(out: W) -> Self {
        Self(csv::Writer::from_writer(out))
    }
}

impl<W: Write> Rows for CsvRows<W> {
    fn add(&mut self, run: u64, row: &[f64]) -> io::Result<()> {
        let numbers = row.iter().map(f64::to_string);
        Ok(self.0.write_record(std::iter::once(run.to_string()).chain(numbers))?)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()
    }
}

/// Rows of a Parquet file that are kept until they make a row group.
const GROUP: usize = 16_384;

/// Apache Parquet: `run` as a 64-bit integer, every other column as a double.
pub struct ParquetRows<W: Write + Send> {
    file: SerializedFileWriter<W>,
    runs: Vec<i64>,
    columns: Vec<Vec<f64>>,
}

impl<W: Write + Send> ParquetRows<W> {
    /// Writes the header.
    pub fn new(out: W, columns: &[String]) -> io::Result<Self> {
        let field = |name: &str, kind| {
            let column = Schema::primitive_type_builder(name, kind);
            let column = column.with_repetition(parquet::basic::Repetition::REQUIRED);
            column.build().map(Arc::new)
        };
        let mut fields = vec![field("run", Type::INT64).map_err(failed)?];
        for name in columns {
            fields.push(field(name, Type::DOUBLE).map_err(failed)?);
        }
        let schema = Schema::group_type_builder("runs").with_fields(fields).build();
        let properties = Arc::new(WriterProperties::builder().build());
        let schema = Arc::new(schema.map_err(failed)?);
        let file = SerializedFileWriter::new(out, schema, properties).map_err(failed)?;
        Ok(Self { file, runs: Vec::new(), columns: vec![Vec::new(); columns.len()] })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.runs.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        let mut column = group.next_column()?.expect("the column of the runs");
        column.typed::<Int64Type>().write_batch(&self.runs, None, None)?;
        column.close()?;
        for values in &mut self.columns {
            let mut column = group.next_column()?.expect("a column for every name");
            column.typed::<DoubleType>().write_batch(values, None, None)?;
            column.close()?;
            values.clear();
        }
        self.runs.clear();
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> Rows for ParquetRows<W> {
    fn add(&mut self, run: u64, row: &[f64]) -> io::Result<()> {
        self.runs.push(run.try_into().map_err(io::Error::other)?);
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push(*value);
        }
        if self.runs.len() < GROUP { Ok(()) } else { self.write_group().map_err(failed) }
    }

    /// Does nothing: a Parquet file is readable only when it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(failed)?;
        self.file.close().map(drop).map_err(failed)
    }
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        // A pipe that was closed is to be recognised as one.
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
