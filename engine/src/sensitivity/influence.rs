//! What each column of a sweep owes to each key.

use super::morris::{Effects, effects, elementary};
use super::series::Series;
use super::sobol::{Indices, indices};
use crate::scenario::Token;
use crate::sweep::{Design, Points};
use serde::Serialize;

/// Numbers that differ by no more than this part of the largest are the same: they differ by rounding.
const ROUNDING: f64 = 1e-12;

/// The result.
#[derive(Clone, Debug, Serialize)]
pub struct Influences {
    /// `morris` or `saltelli`.
    pub design: &'static str,
    /// Paths, or pairs.
    pub groups: u64,
    /// Points in all of them.
    pub points: u64,
    /// By column.
    pub columns: Vec<Influence>,
}

/// What a column owes to the keys.
#[derive(Clone, Debug, Serialize)]
pub struct Influence {
    /// The column.
    pub column: String,
    /// What its numbers count; empty where they have no unit.
    pub unit: String,
    /// Paths or pairs with a number at every point: what is said is said of these.
    pub used: u64,
    /// Paths or pairs in which a point has none.
    pub left_out: u64,
    /// The number that is the same at all points, if it is: then no key matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<f64>,
    /// Keys, from the one that matters most. None if the column is constant, if fewer than two paths or
    /// pairs are left, or if a variance is asked for and no point of a pair differs from another's.
    pub keys: Vec<OfKey>,
}

/// What a column owes to a key.
#[derive(Clone, Debug, Serialize)]
pub struct OfKey {
    /// The key.
    pub key: String,
    /// How much that is.
    #[serde(flatten)]
    pub measure: Measure,
}

/// How much a key matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Measure {
    /// In the number's own unit.
    Effects(Effects),
    /// As parts of its variance.
    Indices(Indices),
}

/// Points of a design of which neither can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a sweep with --design morris or saltelli")]
pub struct DesignError;

impl Measure {
    /// By what keys are sorted, with its interval: mu*, or the total index.
    pub fn weight(&self) -> (f64, f64, f64) {
        match self {
            Measure::Effects(of) => (of.mu_star, of.mu_star_low, of.mu_star_high),
            Measure::Indices(of) => (of.total, of.total_low, of.total_high),
        }
    }

    /// All its numbers, in the order of [`Influences::names`].
    pub fn numbers(&self) -> Vec<f64> {
        match self {
            Measure::Effects(of) => {
                vec![of.mu_star, of.mu_star_low, of.mu_star_high, of.mu, of.sigma]
            }
            Measure::Indices(of) => {
                vec![of.total, of.total_low, of.total_high, of.first, of.first_low, of.first_high]
            }
        }
    }
}

impl Influences {
    /// What the numbers of a measure are called.
    pub fn names(&self) -> &'static [&'static str] {
        match self.design {
            "morris" => &["mu*", "95 % from", "to", "mu", "sigma"],
            _ => &["total", "95 % from", "to", "first", "95 % from", "to"],
        }
    }

    /// What is resampled.
    pub fn group(&self) -> &'static str {
        if self.design == "morris" { "paths" } else { "pairs" }
    }
}

impl Influence {
    /// What its measures are divided by to be read by people, and the unit of that, in brackets. Parts of a
    /// variance have none.
    pub fn scale(&self, token: &Token) -> (f64, String) {
        let effects =
            matches!(self.keys.first(), Some(of) if matches!(of.measure, Measure::Effects(_)));
        match token.name.as_str() {
            _ if self.unit.is_empty() || !effects => (1.0, String::new()),
            "" => (1.0, " (smallest unit)".into()),
            name => (10f64.powi(token.decimals.into()), format!(" ({name})")),
        }
    }
}

/// What each column owes to each key, from numbers at all points.
pub fn influences(points: &Points, series: &[Series]) -> Result<Influences, DesignError> {
    let (design, groups) = match points.design() {
        Design::Morris(paths) => ("morris", paths),
        Design::Saltelli(pairs) => ("saltelli", pairs),
        _ => return Err(DesignError),
    };
    let columns = series.iter().map(|one| influence(points, groups, one)).collect();
    Ok(Influences { design, groups, points: points.count(), columns })
}

fn influence(points: &Points, groups: u64, series: &Series) -> Influence {
    let length = (points.count() / groups) as usize;
    let whole = series.numbers.chunks(length).zip(0..);
    let whole = whole.filter(|(numbers, _)| !numbers.iter().any(|number| number.is_nan()));
    let (numbers, kept): (Vec<&[f64]>, Vec<u64>) = whole.unzip();
    let used = kept.len() as u64;
    let constant = constant(&numbers);
    let measures = if used < 2 || constant.is_some() {
        Vec::new()
    } else if let Design::Morris(_) = points.design() {
        let paths = numbers.iter().zip(kept).map(|(numbers, path)| {
            let (moves, order) = points.path(path);
            let steps: Vec<_> = order.into_iter().map(|key| (key, moves[key].step)).collect();
            elementary(numbers, &steps)
        });
        let all = effects(&paths.collect::<Vec<_>>(), points.seed());
        all.into_iter().map(Measure::Effects).collect()
    } else {
        let all = indices(&numbers.concat(), length - 2, points.seed());
        let known = all.iter().all(|one| one.first.is_finite() && one.total.is_finite());
        all.into_iter().filter(|_| known).map(Measure::Indices).collect()
    };
    let keys = points.axes().iter().map(|axis| axis.key.clone());
    let mut keys: Vec<OfKey> =
        keys.zip(measures).map(|(key, measure)| OfKey { key, measure }).collect();
    keys.sort_by(|one, other| other.measure.weight().0.total_cmp(&one.measure.weight().0));
    let (column, unit) = (series.name.clone(), series.unit.clone());
    Influence { column, unit, used, left_out: groups - used, constant, keys }
}

/// The number that all are.
fn constant(numbers: &[&[f64]]) -> Option<f64> {
    let first = *numbers.first()?.first()?;
    let all = numbers.iter().copied().flatten();
    let (low, high) =
        all.fold((first, first), |(low, high), number| (number.min(low), number.max(high)));
    (high - low <= ROUNDING * low.abs().max(high.abs())).then_some(first)
}
