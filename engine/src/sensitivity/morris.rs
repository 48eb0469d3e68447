//! Elementary effects (Morris 1991).
//!
//! On a path every key moves once. Its elementary effect there is by how much the number changes, for a move
//! over the whole range, or, in a list, from a value to a later one:
//!
//! ```text
//! d = (f(after) - f(before)) / step
//! ```
//!
//! Over all paths, `mu` is the mean of a key's effects, `sigma` their standard deviation, and `mu*` the mean
//! without their signs (Campolongo, Cariboni, Saltelli 2007). A key with a `mu*` of zero changed nothing; one
//! whose `sigma` is zero acts alone and by the same amount everywhere.

use super::bootstrap::intervals;
use serde::Serialize;

/// What the elementary effects of a key come to, in the unit of the number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effects {
    /// The mean of their sizes.
    pub mu_star: f64,
    /// The 95 % interval of that.
    pub mu_star_low: f64,
    #[allow(missing_docs)]
    pub mu_star_high: f64,
    /// Their mean.
    pub mu: f64,
    /// Their standard deviation, of a sample.
    pub sigma: f64,
}

/// The elementary effects of a path, by key: from the numbers at its points, and each key's step in
/// the order in which they move.
pub fn elementary(numbers: &[f64], steps: &[(usize, f64)]) -> Vec<f64> {
    let mut effects = vec![0.0; steps.len()];
    for (pair, (key, step)) in numbers.windows(2).zip(steps) {
        effects[*key] = (pair[1] - pair[0]) / step;
    }
    effects
}

/// What the effects of each key come to: `paths[path][key]`, two paths at least.
pub fn effects(paths: &[Vec<f64>], seed: u64) -> Vec<Effects> {
    let (count, keys) = (paths.len() as f64, 0..paths[0].len());
    let sizes = |weights: &[f64]| {
        let mean = |key: usize| {
            let sizes = paths.iter().zip(weights).map(|(path, weight)| weight * path[key].abs());
            sizes.sum::<f64>() / count
        };
        keys.clone().map(mean).collect::<Vec<f64>>()
    };
    let mu_star = sizes(&vec![1.0; paths.len()]);
    let intervals = intervals(paths.len(), seed, sizes);
    let of = |key: usize| {
        let mu = paths.iter().map(|path| path[key]).sum::<f64>() / count;
        let squares = paths.iter().map(|path| (path[key] - mu).powi(2)).sum::<f64>();
        Effects {
            mu_star: mu_star[key],
            mu_star_low: intervals[key].0,
            mu_star_high: intervals[key].1,
            mu,
            sigma: (squares / (count - 1.0)).sqrt(),
        }
    };
    keys.clone().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels of three keys along a path, of 0 to 3; and Ishigami's function there, rounded.
    type Path = ([[i8; 3]; 4], [f64; 4]);

    const PATHS: [Path; 4] = [
        ([[3, 3, 3], [3, 3, 1], [3, 1, 1], [1, 1, 1]], [0.0, 0.0, 5.25, 4.2798]),
        ([[2, 2, 0], [2, 0, 0], [0, 0, 0], [0, 0, 2]], [14.5519, 9.3019, 0.0, 0.0]),
        ([[2, 3, 3], [0, 3, 3], [0, 1, 3], [0, 1, 1]], [9.3019, 0.0, 5.25, 5.25]),
        ([[1, 1, 3], [1, 1, 1], [3, 1, 1], [3, 3, 1]], [-4.0519, 4.2798, 5.25, 0.0]),
    ];

    #[test]
    fn effects_are_those_of_another_program() {
        let steps = |levels: &[[i8; 3]; 4]| -> Vec<(usize, f64)> {
            let step = |pair: &[[i8; 3]]| {
                let moved = (0..3).find(|key| pair[0][*key] != pair[1][*key]).expect("one moves");
                (moved, f64::from(pair[1][moved] - pair[0][moved]) / 3.0)
            };
            levels.windows(2).map(step).collect()
        };
        let paths = PATHS.map(|(levels, numbers)| elementary(&numbers, &steps(&levels)));
        // mu, mu* and sigma of SALib 1.6.0.
        let table = [
            (7.704075, 7.704075, 7.215463856710807),
            (-3.9375, 7.875, 7.875),
            (-3.1243875, 3.1243875, 6.248774999999999),
        ];
        for (found, (mu, mu_star, sigma)) in effects(&paths, 1).iter().zip(table) {
            let all = [(found.mu, mu), (found.mu_star, mu_star), (found.sigma, sigma)];
            assert!(all.iter().all(|(one, other)| (one - other).abs() < 1e-12), "{found:?}");
        }
        let turned: Vec<Vec<f64>> =
            paths.iter().map(|path| vec![path[2], path[0], path[1]]).collect();
        let (one, other) = (effects(&paths, 1), effects(&turned, 1));
        assert_eq!([other[1], other[2], other[0]], one[..], "no order of keys matters");
    }
}
