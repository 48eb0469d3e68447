//! Apache Parquet.

use super::{Cell, Column, Kind, Rows};
use parquet::basic::{DecimalType, LogicalType, Repetition, Type};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type as Schema;
use std::io::{self, Write};
use std::sync::Arc;

/// Cells that are kept until they make a row group: with all columns, some megabytes.
const GROUP: usize = 1 << 18;
/// Digits of a large whole number, and the bytes that they need.
const DIGITS: i32 = 38;
const BYTES: i32 = 16;

/// Apache Parquet. Whole numbers are 64-bit integers or decimals of 38 digits, numbers are doubles,
/// words are strings; what is not there is null. A column's unit is metadata of the file,
/// `unit.COLUMN`.
pub struct ParquetRows<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl<W: Write + Send> ParquetRows<W> {
    /// Writes the header. `said` is metadata of the file: keys and values.
    pub fn new(out: W, columns: &[Column], said: &[(String, String)]) -> io::Result<Self> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Schema::group_type_builder("rows").with_fields(fields).build();
        let units = columns.iter().filter(|column| !column.unit.is_empty());
        let units = units.map(|column| (format!("unit.{}", column.name), column.unit.clone()));
        let all = said.iter().cloned().chain(units);
        let all = all.map(|(key, value)| KeyValue { key, value: Some(value) }).collect();
        let properties = WriterProperties::builder().set_key_value_metadata(Some(all)).build();
        let schema = Arc::new(schema.map_err(failed)?);
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties)).map_err(failed)?;
        Ok(Self { file, columns: columns.to_vec(), rows: Vec::new() })
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (at, column) in self.columns.iter().enumerate() {
            let cells = || self.rows.iter().map(move |row| &row[at]);
            match column.kind {
                Kind::Whole => write::<Int64Type>(&mut group, cells().map(whole)),
                Kind::Large => write::<FixedLenByteArrayType>(&mut group, cells().map(large)),
                Kind::Number => write::<DoubleType>(&mut group, cells().map(number)),
                Kind::Text => write::<ByteArrayType>(&mut group, cells().map(text)),
            }?;
        }
        self.rows.clear();
        group.close()?;
        Ok(())
    }
}

fn field(column: &Column) -> Result<Arc<Schema>, ParquetError> {
    let of = |kind| Schema::primitive_type_builder(&column.name, kind);
    let field = match column.kind {
        Kind::Whole => of(Type::INT64),
        Kind::Number => of(Type::DOUBLE),
        Kind::Text => of(Type::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)),
        Kind::Large => {
            let decimal = LogicalType::Decimal(DecimalType { scale: 0, precision: DIGITS });
            let bytes = of(Type::FIXED_LEN_BYTE_ARRAY).with_length(BYTES);
            bytes.with_logical_type(Some(decimal)).with_precision(DIGITS).with_scale(0)
        }
    };
    field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
}

/// Writes a column of a group: a value or none for every row.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<impl Write + Send>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = group.next_column()?.expect("a column for every name");
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn whole(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Whole(number) => i64::try_from(*number).ok(),
        _ => None,
    }
}

fn large(cell: &Cell) -> Option<FixedLenByteArray> {
    match cell {
        Cell::Whole(number) => Some(ByteArray::from(number.to_be_bytes().to_vec()).into()),
        _ => None,
    }
}

fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) => Some(text.as_str().into()),
        _ => None,
    }
}

impl<W: Write + Send> Rows for ParquetRows<W> {
    fn add(&mut self, row: &[Cell]) -> io::Result<()> {
        self.rows.push(row.to_vec());
        let full = self.rows.len() * self.columns.len() >= GROUP;
        if full { self.write_group().map_err(failed) } else { Ok(()) }
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
