//! Parquet, read again.

use super::{Cell, Column, Kind};
use parquet::basic::Type;
use parquet::data_type::Decimal;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened.
    #[error("{path}: cannot be read: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is no Parquet file, or a damaged one.
    #[error("{path}: not a Parquet file that can be read: {error}")]
    Parquet {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        error: ParquetError,
    },
}

/// A file that [`ParquetRows`](super::ParquetRows) has written.
pub struct ParquetFile {
    path: PathBuf,
    file: SerializedFileReader<File>,
    columns: Vec<Column>,
    said: BTreeMap<String, String>,
}

impl ParquetFile {
    /// Opens a file and reads what it says of itself.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|error| ReadError::Io { path: path.into(), error })?;
        let failed = |error| ReadError::Parquet { path: path.into(), error };
        let file = SerializedFileReader::new(file).map_err(failed)?;
        let about = file.metadata().file_metadata();
        let said = about.key_value_metadata().into_iter().flatten();
        let said = said.filter_map(|pair| Some((pair.key.clone(), pair.value.clone()?)));
        let said: BTreeMap<String, String> = said.collect();
        let column = |field: &parquet::schema::types::ColumnDescPtr| {
            let name = field.name().to_string();
            let kind = match field.physical_type() {
                Type::INT64 => Kind::Whole,
                Type::FIXED_LEN_BYTE_ARRAY => Kind::Large,
                Type::BYTE_ARRAY => Kind::Text,
                _ => Kind::Number,
            };
            let unit = said.get(&format!("unit.{name}")).cloned().unwrap_or_default();
            Column { name, kind, unit }
        };
        let columns = about.schema_descr().columns().iter().map(column).collect();
        Ok(Self { path: path.into(), file, columns, said })
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What it says of itself under a key.
    pub fn said(&self, key: &str) -> Option<&str> {
        self.said.get(key).map(String::as_str)
    }

    /// Its rows, one after the other.
    pub fn rows(self) -> impl Iterator<Item = Result<Vec<Cell>, ReadError>> {
        let path = self.path;
        let failed = move |error| ReadError::Parquet { path: path.clone(), error };
        let rows = parquet::record::reader::RowIter::from_file_into(Box::new(self.file));
        rows.map(move |row| {
            let row = row.map_err(&failed)?;
            Ok(row.get_column_iter().map(|(_, field)| cell(field)).collect())
        })
    }
}

fn cell(field: &Field) -> Cell {
    match field {
        Field::Long(number) => Cell::Whole((*number).into()),
        Field::Double(number) => Cell::Number(*number),
        Field::Str(text) => Cell::Text(text.clone()),
        Field::Decimal(number) => whole(number).map_or(Cell::None, Cell::Whole),
        _ => Cell::None,
    }
}

/// A decimal without digits behind the point.
fn whole(number: &Decimal) -> Option<i128> {
    let bytes: [u8; 16] = number.data().try_into().ok()?;
    Some(i128::from_be_bytes(bytes))
}
