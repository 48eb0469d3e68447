//! How scenarios differ, run by run.

use crate::rows::{Column, in_order};
use crate::simulate::{Metric, Simulation};
use std::convert::Infallible;

/// Numbers of several scenarios over the same runs.
pub struct Paired {
    /// The seed of all of them.
    pub seed: u64,
    /// How many runs there were of each.
    pub runs: u64,
    /// What is compared.
    pub columns: Vec<Column>,
    /// By column and scenario.
    pub means: Vec<Vec<Metric>>,
    /// By column and pair: scenario `j` less scenario `i`, `i < j`, pairs in order.
    differences: Vec<Vec<Metric>>,
}

/// A scenario less another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The mean.
    pub mean: f64,
    /// Its 95 % confidence interval (Student's t over pairs of runs); without width of one run.
    pub low: f64,
    #[allow(missing_docs)]
    pub high: f64,
    /// Whether neither is more for sure: zero lies within the interval, or there is one run alone.
    pub even: bool,
}

impl Difference {
    fn of(metric: Metric, runs: u64) -> Self {
        let Metric { mean, ci95_low: low, ci95_high: high, .. } = metric;
        Self { mean, low, high, even: low <= 0.0 && high >= 0.0 || runs < 2 }
    }

    fn turned(self) -> Self {
        let Self { mean, low, high, even } = self;
        Self { mean: 0.0 - mean, low: 0.0 - high, high: 0.0 - low, even }
    }
}

/// The number of a pair among all pairs of so many, `one < other`.
fn pair(one: usize, other: usize, count: usize) -> usize {
    one * (2 * count - one - 1) / 2 + other - one - 1
}

impl Paired {
    /// Plays the runs that the first scenario asks for, from its seed, in each of them.
    pub fn play(simulations: &[Box<dyn Simulation>], columns: Vec<Column>, threads: usize) -> Self {
        let (count, run) = (simulations.len(), simulations[0].run());
        let places = |simulation: &dyn Simulation| -> Vec<usize> {
            let all = simulation.columns();
            let place = |column: &Column| all.iter().position(|one| one.name == column.name);
            columns.iter().filter_map(place).collect()
        };
        let places: Vec<Vec<usize>> = simulations.iter().map(|one| places(&**one)).collect();
        let mut paired = Self {
            seed: run.seed,
            runs: 0,
            means: vec![vec![Metric::default(); count]; columns.len()],
            differences: vec![vec![Metric::default(); count * (count - 1) / 2]; columns.len()],
            columns,
        };
        let play = |number| -> Vec<Vec<f64>> {
            let mut all = Vec::with_capacity(simulations.len());
            for (simulation, places) in simulations.iter().zip(&places) {
                let row = simulation.play(run.seed, number);
                let number = |at: &usize| row[*at].number().unwrap_or(f64::NAN);
                all.push(places.iter().map(number).collect());
            }
            all
        };
        let take = |_, rows: Vec<Vec<f64>>| -> Result<(), Infallible> {
            paired.add(&rows);
            Ok(())
        };
        let Ok(()) = in_order(threads, 0..run.runs, play, take);
        let runs = paired.runs;
        let all = paired.means.iter_mut().chain(&mut paired.differences).flatten();
        all.for_each(|metric| metric.finish(runs));
        paired
    }

    /// Takes in a run: by scenario, its numbers.
    fn add(&mut self, rows: &[Vec<f64>]) {
        self.runs += 1;
        for column in 0..self.columns.len() {
            for (one, row) in rows.iter().enumerate() {
                self.means[column][one].add(row[column], self.runs);
                for (other, next) in rows.iter().enumerate().skip(one + 1) {
                    let difference = next[column] - row[column];
                    let pair = pair(one, other, rows.len());
                    self.differences[column][pair].add(difference, self.runs);
                }
            }
        }
    }

    /// A scenario less another, by their numbers, in a column.
    pub fn difference(&self, column: usize, of: usize, from: usize) -> Difference {
        let count = self.means[column].len();
        let less = |one, other| {
            Difference::of(self.differences[column][pair(one, other, count)], self.runs)
        };
        if from < of { less(from, of) } else { less(of, from).turned() }
    }

    /// The scenario with the most of a column, or the least, and by how much it leads before whoever comes
    /// closest to it; none if that is nobody for sure.
    pub fn best(&self, column: usize, less: bool) -> (Option<usize>, Difference) {
        let sign = if less { -1.0 } else { 1.0 };
        let means = &self.means[column];
        let order = |one: &usize, other: &usize| {
            (sign * means[*one].mean).total_cmp(&(sign * means[*other].mean)).then(other.cmp(one))
        };
        let first = (0..means.len()).max_by(order).unwrap_or(0);
        let lead = |other: usize| {
            let lead = self.difference(column, first, other);
            if less { lead.turned() } else { lead }
        };
        let leads = (0..means.len()).filter(|other| *other != first).map(lead);
        let least = leads.min_by(|one, other| one.low.total_cmp(&other.low));
        let least = least.expect("there are two at least");
        ((!least.even && least.low > 0.0).then_some(first), least)
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn pairs_have_numbers_of_their_own() {
        for count in 2..7 {
            let pairs = (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other)));
            for (number, (one, other)) in pairs.enumerate() {
                assert_eq!(pair(one, other, count), number, "{one} {other} of {count}");
            }
        }
    }
}
