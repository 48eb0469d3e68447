//! What comes of a point.

use super::goals::{Asked, Goal, Goals, Objective};
use super::met::Met;
use crate::exact::Rational;
use crate::mechanism::Catalogue;
use crate::rows::Cell;
use crate::scenario::Property;
use crate::sweep::{SweepError, Tabled};
use num_traits::ToPrimitive;
use std::collections::BTreeMap;

/// What was measured of a goal.
#[derive(Clone, Debug, PartialEq)]
pub enum Measured {
    /// By the audit.
    Exact(Rational),
    /// The end of the 95 % interval that has to be within the bound.
    Number(f64),
}

impl Measured {
    /// About how much it is.
    pub fn number(&self) -> f64 {
        match self {
            Measured::Exact(number) => number.to_f64().unwrap_or(f64::NAN),
            Measured::Number(number) => *number,
        }
    }
}

/// What comes of the points that were computed, by their numbers.
pub type Points = BTreeMap<u64, Point>;

/// The goals at a point of what is free, each where it is met least of all that is not known.
#[derive(Clone, Debug)]
pub struct Point {
    /// Whether each is met.
    pub met: Vec<Met>,
    /// What was measured of each.
    pub measured: Vec<Option<Measured>>,
    /// The row of each, by its number.
    pub rows: Vec<u64>,
    /// What each objective comes to at worst.
    pub values: Vec<f64>,
    /// Why it cannot be played, if it cannot.
    pub refused: Option<String>,
}

impl Point {
    /// Whether all goals are met.
    pub fn all(&self) -> Met {
        match self.refused {
            Some(_) => Met::No,
            None => self.met.iter().copied().max().unwrap_or(Met::Yes),
        }
    }

    /// Whether each goal is met: none is where it cannot be played.
    pub fn goals(&self) -> Vec<Met> {
        match self.refused {
            Some(_) => vec![Met::No; self.met.len()],
            None => self.met.clone(),
        }
    }
}

impl Goals<'_> {
    /// Judges the point whose rows these are, the first of which has that number.
    pub fn judge(&self, first: u64, rows: &[Vec<Cell>]) -> Point {
        let columns = self.sweep().columns();
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let cell =
            |row: &Vec<Cell>, name: &str| place(name).map_or(Cell::None, |at| row[at].clone());
        let refused = rows.iter().find_map(|row| match cell(row, "problem") {
            Cell::Text(problem) if !problem.is_empty() => Some(problem),
            _ => None,
        });
        let (mut met, mut measured, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for goal in self.goals() {
            let each = (first..).zip(rows).map(|(number, row)| {
                let (met, measured) = goal.judge(&|name| cell(row, name));
                (met, measured, number)
            });
            // The first of those that are as bad.
            let worse = |best: (Met, Option<Measured>, u64), next: (Met, Option<Measured>, u64)| {
                // What is missed and has no measure is without bound.
                let badness = |(met, measured, _): &(Met, Option<Measured>, u64)| {
                    let unmeasured =
                        if *met == Met::No { f64::INFINITY } else { f64::NEG_INFINITY };
                    (*met, measured.as_ref().map_or(unmeasured, |one| goal.badness(one)))
                };
                let (before, after) = (badness(&best), badness(&next));
                match before.0.cmp(&after.0).then(before.1.total_cmp(&after.1)) {
                    std::cmp::Ordering::Less => next,
                    _ => best,
                }
            };
            let Some((one, number, place)) = each.reduce(worse) else { continue };
            met.push(one);
            measured.push(number);
            places.push(place);
        }
        let values = self.objectives().iter().map(|objective| {
            let of = |row| cell(row, &self.column(objective)).number().unwrap_or(f64::NAN);
            let all = rows.iter().map(of);
            match objective.most {
                true => all.fold(f64::INFINITY, f64::min),
                false => all.fold(f64::NEG_INFINITY, f64::max),
            }
        });
        Point { met, measured, rows: places, values: values.collect(), refused }
    }

    /// The bounds at a point, judged by runs of another seed; nothing where seeds are varied.
    pub fn confirmed(
        &self,
        point: u64,
        catalogue: Catalogue,
    ) -> Result<Vec<(Goal, Met, Option<Measured>)>, SweepError> {
        let seeds = self.sweep().axes().iter().any(|axis| axis.key == "run.seed");
        if self.asked().bounds.is_empty() || seeds {
            return Ok(Vec::new());
        }
        let seed = self.sweep().seed().wrapping_add(1) & i64::MAX as u64;
        let document = self.sweep().scenario().with(&[format!("run.seed={seed}")])?;
        let Asked { free, across, bounds, .. } = self.asked().clone();
        let other =
            Goals::new(document, catalogue, Asked { free, across, bounds, ..Asked::default() })?;
        let first = point * other.rows_each();
        let rows: Vec<_> =
            (first..first + other.rows_each()).map(|row| other.sweep().row(row)).collect();
        let Point { met, measured, .. } = other.judge(first, &rows);
        let each = other.goals().iter().cloned().zip(met).zip(measured);
        Ok(each.map(|((goal, met), measured)| (goal, met, measured)).collect())
    }

    /// How bad a point is, for a search: one that meets all goals is better than one that does not, of those that
    /// do the one that is better by the first objective, of others that which misses fewer, and these by less.
    pub fn badness(&self, point: &Point) -> f64 {
        if point.refused.is_some() {
            return f64::MAX;
        }
        let missed = point.met.iter().zip(&point.measured).zip(self.goals());
        let missed =
            missed.filter(|((met, _), _)| **met != Met::Yes).map(|((_, measured), goal)| {
                let by = measured.as_ref().map_or(f64::MAX, |measured| goal.badness(measured));
                2.0 * LOGARITHM_MAX + logarithm(by)
            });
        let missed: f64 = missed.sum();
        let objective = self.objectives().first().zip(point.values.first());
        match objective {
            _ if missed > 0.0 => missed,
            None => -LOGARITHM_MAX,
            Some((Objective { most, .. }, value)) => logarithm(if *most { -value } else { *value }),
        }
    }
}

/// More than the logarithm of any number.
const LOGARITHM_MAX: f64 = 1_000.0;

/// A number that rises as another does, from -1,000 to 1,000. Nothing that can be measured is as bad as no number.
fn logarithm(number: f64) -> f64 {
    if number.is_nan() { LOGARITHM_MAX } else { number.signum() * number.abs().ln_1p() }
}

impl Goal {
    /// What a row says of it.
    fn judge(&self, cell: &dyn Fn(&str) -> Cell) -> (Met, Option<Measured>) {
        match self {
            Goal::Property(property) => {
                let met = match cell(property.name()) {
                    Cell::Text(verdict) if verdict == "holds" => Met::Yes,
                    Cell::Text(verdict) if verdict == "violated" => Met::No,
                    _ => Met::Unknown,
                };
                let exact = match cell(&format!("{}_exact", property.name())) {
                    Cell::Text(number) => number.parse().ok().map(Measured::Exact),
                    _ => None,
                };
                (met, exact)
            }
            Goal::Bound { name, least, number } => {
                let end =
                    |of: &str| cell(&format!("{name}_{of}")).number().filter(|x| x.is_finite());
                let Some((low, high)) = end("low").zip(end("high")) else {
                    return (Met::Unknown, None);
                };
                let (within, beyond, end) = match least {
                    true => (low >= *number, high < *number, low),
                    false => (high <= *number, low > *number, high),
                };
                // One run has an interval without width.
                let runs = cell("runs").number().is_some_and(|runs| runs > 1.0);
                let met = match (within, beyond) {
                    _ if !runs => Met::Unknown,
                    (true, _) => Met::Yes,
                    (_, true) => Met::No,
                    _ => Met::Unknown,
                };
                (met, Some(Measured::Number(end)))
            }
        }
    }

    /// More of this is worse: what a deviation gains, but not what it costs to bribe or to corrupt.
    pub(super) fn badness(&self, measured: &Measured) -> f64 {
        let falls = match self {
            Goal::Property(property) => {
                matches!(property, Property::Bribery | Property::Corruption)
            }
            Goal::Bound { least, .. } => *least,
        };
        if falls { -measured.number() } else { measured.number() }
    }
}
