//! What is looked for at the points of a sweep: the case of interest.

use super::series::is_verdict;
use crate::audit::Verdict;
use crate::rows::{Cell, Column, Kind};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A condition on a column: `COLUMN=VALUE`, `COLUMN<NUMBER` or `COLUMN>NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The column.
    pub column: String,
    sign: Ordering,
    value: String,
}

/// A condition that cannot be looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--where {case}: expected {expected}")]
pub struct CaseError {
    case: String,
    expected: String,
}

impl Case {
    fn error(&self, expected: impl Into<String>) -> CaseError {
        CaseError { case: self.to_string(), expected: expected.into() }
    }

    /// Where its column stands among those of a table whose first are the point and so many keys.
    pub fn place(&self, columns: &[Column], keys: usize) -> Result<usize, CaseError> {
        let after = || columns.iter().enumerate().skip(1 + keys);
        let found = after().find(|(_, column)| column.name == self.column);
        let (at, column) = found.ok_or_else(|| {
            let names: Vec<&str> = after().map(|(_, column)| column.name.as_str()).collect();
            self.error(format!("one of {}", names.join(", ")))
        })?;
        let words = [Verdict::Holds, Verdict::Violated, Verdict::Unknown].map(Verdict::name);
        match column.kind {
            Kind::Text if self.sign != Ordering::Equal => Err(self.error("=, as it holds words")),
            Kind::Text if is_verdict(&column.name) && !words.contains(&self.value.as_str()) => {
                Err(self.error(format!("one of {}", words.join(", "))))
            }
            Kind::Text => Ok(at),
            _ if self.number().is_none() => Err(self.error("a number")),
            _ => Ok(at),
        }
    }

    fn number(&self) -> Option<f64> {
        self.value.replace('_', "").parse().ok().filter(|number: &f64| !number.is_nan())
    }

    /// Whether it is so, by the cell in its column. None if that says nothing: there is no value, or an
    /// unknown verdict where another is looked for.
    pub fn is_so(&self, cell: &Cell) -> Option<bool> {
        let compared = |number: f64| Some(number.partial_cmp(&self.number()?)? == self.sign);
        match cell {
            Cell::Text(text) if *text == self.value => Some(true),
            Cell::Text(text) if text == Verdict::Unknown.name() && is_verdict(&self.column) => None,
            Cell::Text(_) => Some(false),
            Cell::Number(number) => compared(*number),
            Cell::Whole(number) => compared(*number as f64),
            Cell::None => None,
        }
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let at = text.find(['=', '<', '>']).filter(|at| *at > 0 && at + 1 < text.len());
        let at = at.ok_or("expected COLUMN=VALUE, COLUMN<NUMBER or COLUMN>NUMBER")?;
        let sign = match text.as_bytes()[at] {
            b'<' => Ordering::Less,
            b'>' => Ordering::Greater,
            _ => Ordering::Equal,
        };
        let (column, value) = (text[..at].trim().into(), text[at + 1..].trim().into());
        Ok(Self { column, sign, value })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let sign = match self.sign {
            Ordering::Less => '<',
            Ordering::Greater => '>',
            Ordering::Equal => '=',
        };
        write!(out, "{}{sign}{}", self.column, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_so_not_so_or_says_nothing() {
        let text = |word: &str| Cell::Text(word.into());
        let table = [
            ("nash=violated", text("violated"), Some(true)),
            ("nash=violated", text("holds"), Some(false)),
            ("nash=violated", text("unknown"), None),
            ("nash=unknown", text("unknown"), Some(true)),
            ("share<0.5", Cell::Number(0.4), Some(true)),
            ("share<0.5", Cell::Number(0.5), Some(false)),
            ("share>1_000", Cell::Whole(1_001), Some(true)),
            ("runs=20", Cell::Whole(20), Some(true)),
            ("share<0.5", Cell::None, None),
            ("share<0.5", Cell::Number(f64::NAN), None),
        ];
        for (case, cell, expected) in table {
            let case: Case = case.parse().expect("it is sound");
            assert_eq!(case.is_so(&cell), expected, "{case}, {cell:?}");
        }
    }

    #[test]
    fn what_cannot_be_looked_for_is_told() {
        let columns = [
            Column::whole("point"),
            Column::number("world.rate"),
            Column::number("share"),
            Column::text("nash"),
        ];
        let table = [
            ("shares<1", "expected one of share, nash"),
            ("world.rate<1", "expected one of share, nash"),
            ("share=much", "expected a number"),
            ("nash=violted", "expected one of holds, violated, unknown"),
            ("nash<1", "expected =, as it holds words"),
        ];
        for (case, message) in table {
            let case: Case = case.parse().expect("it can be read");
            let error = case.place(&columns, 1).expect_err("it is wrong").to_string();
            assert!(error.contains(message), "{error}");
        }
        for text in ["share", "<1", "share="] {
            assert!(text.parse::<Case>().is_err(), "{text}");
        }
    }
}
