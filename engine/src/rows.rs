//! Tables of results, row by row: in the formats that other programs read, and in files that outlive
//! whoever writes them.

mod log;
mod ordered;
mod plain;
mod reader;
mod typed;

pub use log::{Log, LogError, Logged};
pub use ordered::in_order;
pub use plain::CsvRows;
pub use reader::{ParquetFile, ReadError};
pub use typed::ParquetRows;

use std::fmt;
use std::io;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub kind: Kind,
    /// What its numbers count; empty where they have no unit.
    pub unit: String,
}

/// What is in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers of 64 bits.
    Whole,
    /// Whole numbers of up to 38 digits; larger ones are floating point, and missing in Parquet.
    Large,
    /// Floating point.
    Number,
    /// Words.
    Text,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// In a column of whole numbers.
    Whole(i128),
    /// In a column of numbers. What is not finite is written as it is.
    Number(f64),
    /// In a column of words.
    Text(String),
    /// There is none.
    None,
}

impl Column {
    /// A column of numbers without a unit.
    pub fn number(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: Kind::Number, unit: String::new() }
    }

    /// A column of whole numbers without a unit.
    pub fn whole(name: impl Into<String>) -> Self {
        Self { kind: Kind::Whole, ..Self::number(name) }
    }

    /// A column of words.
    pub fn text(name: impl Into<String>) -> Self {
        Self { kind: Kind::Text, ..Self::number(name) }
    }

    /// The cell that is written so.
    fn cell(&self, text: &str) -> Option<Cell> {
        Some(match self.kind {
            _ if text.is_empty() => Cell::None,
            Kind::Whole => Cell::Whole(text.parse().ok()?),
            Kind::Large => {
                text.parse().map(Cell::Whole).or_else(|_| text.parse().map(Cell::Number)).ok()?
            }
            Kind::Number => Cell::Number(text.parse().ok()?),
            Kind::Text => Cell::Text(text.into()),
        })
    }
}

impl Cell {
    /// As a number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Whole(number) => Some(*number as f64),
            Cell::Number(number) => Some(*number),
            Cell::Text(_) | Cell::None => None,
        }
    }

    /// As JSON: what 64 bits cannot hold is a string; nothing where there is none.
    pub fn json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Cell::None => return None,
            Cell::Number(number) => (*number).into(),
            Cell::Text(text) => text.clone().into(),
            Cell::Whole(number) => match i64::try_from(*number) {
                Ok(number) => number.into(),
                Err(_) => number.to_string().into(),
            },
        })
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Cell::Number(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Cell::Whole(number.into())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Cell::Whole(number.into())
    }
}

/// To the nearest floating-point number from 2^127 on.
impl From<u128> for Cell {
    fn from(number: u128) -> Self {
        i128::try_from(number).map_or(Cell::Number(number as f64), Cell::Whole)
    }
}

/// So that it reads back the same.
impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Cell::Whole(number) => number.fmt(out),
            Cell::Number(number) => number.fmt(out),
            Cell::Text(text) => text.fmt(out),
            Cell::None => Ok(()),
        }
    }
}

/// Somewhere to put rows.
pub trait Rows {
    /// Adds a row: a cell for every column.
    fn add(&mut self, row: &[Cell]) -> io::Result<()>;
    /// Makes what was added last.
    fn flush(&mut self) -> io::Result<()>;
    /// Ends the rows; nothing may be added after.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
