//! Columns of a sweep's rows as numbers, one for each point.

use crate::audit::Verdict;
use crate::rows::{Cell, Column, Kind};
use crate::scenario::Property;

/// A column as numbers.
#[derive(Clone, Debug)]
pub struct Series {
    /// The column.
    pub name: String,
    /// What its numbers count; empty where they have no unit.
    pub unit: String,
    /// A number for each point, not a number where there is none. A verdict is 1 where it is violated, 0
    /// where it holds, and no number where it is unknown.
    pub numbers: Vec<f64>,
    at: usize,
}

/// A column that has no numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--of {given}: expected one of {}", known.join(", "))]
pub struct SeriesError {
    given: String,
    known: Vec<String>,
}

/// The series of a table whose first columns are the point and so many keys, without numbers yet: of these
/// columns, or, if none is named, of metrics, payoffs, verdicts, what properties measure, and borders.
pub fn series(columns: &[Column], keys: usize, of: &[String]) -> Result<Vec<Series>, SeriesError> {
    let all: Vec<Series> = columns
        .iter()
        .enumerate()
        .skip(1 + keys)
        .filter(|(_, column)| column.kind != Kind::Text || is_verdict(&column.name))
        .map(|(at, Column { name, unit, .. })| Series {
            name: name.clone(),
            unit: unit.clone(),
            numbers: Vec::new(),
            at,
        })
        .collect();
    let names: Vec<String> = all.iter().map(|one| one.name.clone()).collect();
    if of.is_empty() {
        let is_band = |name: &str| {
            let of = name.strip_suffix("_low").or(name.strip_suffix("_high"));
            of.is_some_and(|of| names.iter().any(|name| name == of))
        };
        let is_side = |name: &str| is_verdict(name) && Property::find(name).is_none();
        let is_beside = |name: &str| ["seed", "runs"].contains(&name);
        let wanted =
            |one: &Series| !is_band(&one.name) && !is_side(&one.name) && !is_beside(&one.name);
        return Ok(all.into_iter().filter(wanted).collect());
    }
    let find = |given: &String| {
        let found = all.iter().find(|one| one.name == *given).cloned();
        found.ok_or_else(|| SeriesError { given: given.clone(), known: names.clone() })
    };
    of.iter().map(find).collect()
}

/// Whether a column says verdicts.
pub fn is_verdict(column: &str) -> bool {
    let property = column.strip_suffix("_below").or(column.strip_suffix("_above"));
    Property::find(property.unwrap_or(column)).is_some()
}

impl Series {
    /// Takes in the row of the next point.
    pub fn add(&mut self, row: &[Cell]) {
        self.numbers.push(match &row[self.at] {
            Cell::Number(number) if number.is_finite() => *number,
            Cell::Whole(number) => *number as f64,
            Cell::Text(text) if text == Verdict::Violated.name() => 1.0,
            Cell::Text(text) if text == Verdict::Holds.name() => 0.0,
            _ => f64::NAN,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_numbers_is_known_by_its_column() {
        let columns = [
            Column::whole("point"),
            Column::number("world.rate"),
            Column::whole("seed"),
            Column::whole("runs"),
            Column::number("share"),
            Column::number("share_low"),
            Column::number("share_high"),
            Column::text("nash"),
            Column::number("nash_measured"),
            Column::text("nash_exact"),
            Column::text("problem"),
        ];
        let names = |of: &[&str]| {
            let of: Vec<String> = of.iter().map(|name| name.to_string()).collect();
            let found = series(&columns, 1, &of);
            found.map(|all| all.into_iter().map(|one| one.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]), Ok(["share", "nash", "nash_measured"].map(String::from).to_vec()));
        assert_eq!(names(&["runs"]), Ok(vec!["runs".into()]));
        for given in ["world.rate", "problem", "nash_exact", "shares"] {
            let error = names(&[given]).expect_err("it has no numbers").to_string();
            assert!(
                error.starts_with(&format!("--of {given}: expected one of seed, runs")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_verdict_is_a_number_if_it_is_known() {
        let columns = [Column::whole("point"), Column::text("nash")];
        let mut nash = series(&columns, 0, &[]).expect("it is there").remove(0);
        for word in ["violated", "holds", "unknown"] {
            nash.add(&[Cell::Whole(0), Cell::Text(word.into())]);
        }
        nash.add(&[Cell::Whole(3), Cell::None]);
        assert_eq!(nash.numbers[..2], [1.0, 0.0]);
        assert!(nash.numbers[2..].iter().all(|number| number.is_nan()));
    }
}
