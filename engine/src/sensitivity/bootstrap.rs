//! How far an estimate would move, had other rows been drawn: the bootstrap (Efron 1979).

use crate::random;
use rand::Rng;
use rayon::prelude::*;
use statrs::statistics::{Data, OrderStatistics};

/// How often rows are drawn again.
pub const RESAMPLES: u64 = 1_000;

/// A stream of randomness that no run and no design has.
const RESAMPLED: u64 = u64::MAX - 3;

/// The 95 % intervals of some estimates of so many rows: between which of them lie 95 % of what they are when
/// as many rows are drawn again, with replacement. `estimates` takes how often each row counts; what is no
/// number of a resample is left out of it, and an interval of nothing is not a number.
///
/// Rows of a Sobol sequence are more even than independent ones, so that there the intervals are too wide
/// rather than too narrow.
pub fn intervals(
    rows: usize,
    seed: u64,
    estimates: impl Fn(&[f64]) -> Vec<f64> + Sync,
) -> Vec<(f64, f64)> {
    let resample = |number: u64| {
        let mut drawn = random::stream(seed, RESAMPLED, number);
        let mut weights = vec![0.0; rows];
        for _ in 0..rows {
            weights[drawn.random_range(0..rows)] += 1.0;
        }
        estimates(&weights)
    };
    let all: Vec<Vec<f64>> = (0..RESAMPLES).into_par_iter().map(resample).collect();
    let of = |at: usize| {
        let finite = all.iter().map(|estimates| estimates[at]).filter(|one| one.is_finite());
        let mut data = Data::new(finite.collect::<Vec<f64>>());
        (data.quantile(0.025), data.quantile(0.975))
    };
    (0..all[0].len()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the mean of many numbers: as wide as the normal law has it.
    #[test]
    fn an_interval_is_as_wide_as_known() {
        let numbers: Vec<f64> = (0..400).map(|at| f64::from(at % 20)).collect();
        let mean = |weights: &[f64]| {
            let sum: f64 =
                weights.iter().zip(&numbers).map(|(weight, number)| weight * number).sum();
            vec![sum / 400.0]
        };
        let [(low, high)] = intervals(400, 7, mean)[..] else { panic!("one estimate") };
        let half = 1.96 * (399.0_f64 / 12.0).sqrt() / 20.0;
        assert!(((high - low) / 2.0 / half - 1.0).abs() < 0.1, "{low} to {high}, not ± {half}");
        assert_eq!(intervals(400, 7, mean), [(low, high)]);
    }
}
