//! Variance-based sensitivity indices (Sobol 1993).
//!
//! Of the variance of a number over all points, the first-order index of a key is the part that goes if the
//! key is known, the total index the part that stays if all but the key are known (Homma, Saltelli 1996). The
//! first is what a key does alone, the second what it does with others, too.
//!
//! Estimated from `N` pairs of points `A`, `B` and those between them, `AB`, which are `A` with the key's value
//! of `B`; `V` is the variance over all `A` and `B`, and `f` has a mean of zero over all points:
//!
//! ```text
//! first = mean of f(B) (f(AB) - f(A)) / V              (Saltelli et al. 2010)
//! total = mean of (f(A) - f(AB))^2 / 2V                (Jansen 1999)
//! ```
//!
//! In a sample a first-order index may come out below zero, or above the total index: then it is near
//! zero, or near it. It is left as it is.

use super::bootstrap::intervals;
use serde::Serialize;

/// The indices of a key with their 95 % intervals, as parts of the variance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Indices {
    /// What it does alone.
    pub first: f64,
    #[allow(missing_docs)]
    pub first_low: f64,
    #[allow(missing_docs)]
    pub first_high: f64,
    /// What it does alone and with others.
    pub total: f64,
    #[allow(missing_docs)]
    pub total_low: f64,
    #[allow(missing_docs)]
    pub total_high: f64,
}

/// The indices of each key: from the numbers at `A`, at every `AB` in the order of keys, and at `B`, for each
/// pair one after the other. They are not all the same.
pub fn indices(numbers: &[f64], keys: usize, seed: u64) -> Vec<Indices> {
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    // So that sums of squares keep their digits.
    let numbers: Vec<f64> = numbers.iter().map(|number| number - mean).collect();
    let pairs: Vec<&[f64]> = numbers.chunks(keys + 2).collect();
    let estimates = |weights: &[f64]| estimates(&pairs, weights, keys);
    let found = estimates(&vec![1.0; pairs.len()]);
    let intervals = intervals(pairs.len(), seed, estimates);
    let of = |key: usize| {
        let (first, total) = (intervals[key], intervals[keys + key]);
        Indices {
            first: found[key],
            first_low: first.0,
            first_high: first.1,
            total: found[keys + key],
            total_low: total.0,
            total_high: total.1,
        }
    };
    (0..keys).map(of).collect()
}

/// All first-order indices, then all total ones, if each pair counts so often.
fn estimates(pairs: &[&[f64]], weights: &[f64], keys: usize) -> Vec<f64> {
    let count: f64 = weights.iter().sum();
    let (mut sum, mut ends, mut squares) = (0.0, 0.0, 0.0);
    let mut by_key = vec![(0.0, 0.0, 0.0); keys];
    for (pair, weight) in pairs.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        let (a, b) = (pair[0], pair[keys + 1]);
        sum += weight * pair.iter().sum::<f64>();
        ends += weight * (a + b);
        squares += weight * (a * a + b * b);
        for ((with_b, change, square), between) in by_key.iter_mut().zip(&pair[1..]) {
            let moved = between - a;
            *with_b += weight * b * moved;
            *change += weight * moved;
            *square += weight * moved * moved;
        }
    }
    let mean = sum / (count * (keys + 2) as f64);
    let variance = squares / (2.0 * count) - (ends / (2.0 * count)).powi(2);
    let scale = count * variance;
    let first = by_key.iter().map(|(with_b, change, _)| (with_b - mean * change) / scale);
    let total = by_key.iter().map(|(.., square)| square / (2.0 * scale));
    first.chain(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of Ishigami's function at eight pairs of three keys, rounded; then what SALib 1.6.0 says of these.
    const NUMBERS: [[f64; 5]; 8] = [
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [8.6088, 5.3912, 8.6088, 8.6088, 5.3912],
        [5.3912, 8.6088, 5.3912, 5.3912, 8.6088],
        [2.766, 4.234, 2.766, 0.6135, 6.3865],
        [6.3865, 0.6135, 6.3865, 4.234, 2.766],
        [6.3865, 6.3865, 6.3865, 6.3865, 6.3865],
        [2.766, 2.766, 2.766, 2.766, 2.766],
    ];
    const FIRST: [f64; 3] = [0.29047937288206915, 0.0, -0.0465980895612487];
    const TOTAL: [f64; 3] = [0.4036461618165303, 0.0, 0.06656869937321241];

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-12
    }

    #[test]
    fn indices_are_those_of_another_program() {
        for (key, found) in indices(&NUMBERS.concat(), 3, 1).iter().enumerate() {
            assert!(close(found.first, FIRST[key]) && close(found.total, TOTAL[key]), "{found:?}");
        }
    }

    #[test]
    fn indices_depend_on_no_order_size_or_unit() {
        let of =
            |change: &dyn Fn([f64; 5]) -> [f64; 5]| indices(&NUMBERS.map(change).concat(), 3, 1);
        let found = of(&|numbers| numbers);
        let turned = of(&|[a, first, second, third, b]| [a, third, first, second, b]);
        let scaled = of(&|numbers| numbers.map(|number| 1e9 - 1e3 * number));
        for (key, one) in found.iter().enumerate() {
            for (other, digits) in [(&turned[(key + 1) % 3], 1e-12), (&scaled[key], 1e-6)] {
                let all = [
                    (one.first, other.first),
                    (one.total, other.total),
                    (one.first_low, other.first_low),
                    (one.total_high, other.total_high),
                ];
                assert!(all.iter().all(|(one, other)| (one - other).abs() < digits), "{other:?}");
            }
        }
    }
}
