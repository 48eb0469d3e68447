//! Which points there are.

use super::axis::Axis;
use crate::random;
use rand::Rng;
use rand::seq::SliceRandom;
use toml::Value;

/// The most points of a design that is drawn as a whole.
const DRAWN_MAX: u64 = 10_000_000;
/// What the Sobol sequence has.
const SOBOL_AXES: usize = 256;
const SOBOL_POINTS: u64 = 1 << 16;

/// Streams of randomness that no run has.
const SHUFFLED: u64 = u64::MAX;
const WITHIN: u64 = u64::MAX - 1;

/// How points are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Design {
    /// Every value of every key with every value of the others; the last key changes first.
    Grid,
    /// A Latin hypercube of so many points (McKay, Beckman, Conover 1979): each key's range in so many equal
    /// parts, a point in each.
    Latin(u64),
    /// So many points of a Sobol sequence (Sobol 1967), scrambled (Owen 1995).
    Sobol(u64),
}

/// The points of a sweep.
#[derive(Clone, Debug)]
pub struct Points {
    axes: Vec<Axis>,
    design: Design,
    count: u64,
    seed: u64,
    /// For a Latin hypercube, by key: which part of its range each point is in.
    parts: Vec<Vec<u32>>,
}

impl Points {
    /// The points of a design; what is drawn, from the seed. Says what is wrong with it.
    pub fn new(axes: Vec<Axis>, design: Design, seed: u64) -> Result<Self, String> {
        for (at, axis) in axes.iter().enumerate() {
            if axes[..at].iter().any(|other| other.key == axis.key) {
                return Err(format!("--vary {axis}: {} is varied twice", axis.key));
            }
        }
        let (count, mut parts) = match design {
            Design::Grid => {
                let mut count = 1u64;
                for axis in &axes {
                    let expected = format!("--vary {axis}: expected how many, as in {axis}:10");
                    let values = axis.count().ok_or(expected)?;
                    count = count
                        .checked_mul(values)
                        .ok_or("--vary: expected fewer than 2^64 points")?;
                }
                (count, Vec::new())
            }
            Design::Sobol(count) if axes.len() > SOBOL_AXES || count > SOBOL_POINTS => {
                return Err(format!(
                    "--points: a Sobol sequence has {SOBOL_POINTS} points of {SOBOL_AXES} keys: expected no more"
                ));
            }
            Design::Latin(count) if count > DRAWN_MAX => {
                return Err(format!("--points: expected at most {DRAWN_MAX} of a Latin hypercube"));
            }
            Design::Sobol(count) => (count, Vec::new()),
            Design::Latin(count) => {
                (count, vec![(0..count as u32).collect::<Vec<_>>(); axes.len()])
            }
        };
        if count == 0 {
            return Err("--points: expected one at least".into());
        }
        for (parts, axis) in parts.iter_mut().zip(0..) {
            parts.shuffle(&mut random::stream(seed, SHUFFLED, axis));
        }
        Ok(Self { axes, design, count, seed, parts })
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What is varied.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The values of a point, below their number.
    pub fn point(&self, number: u64) -> Vec<Value> {
        match self.design {
            Design::Grid => {
                let mut left = number;
                let mut values: Vec<Value> = self
                    .axes
                    .iter()
                    .rev()
                    .map(|axis| {
                        let count = axis.count().expect("it was checked");
                        let value = axis.value(left % count);
                        left /= count;
                        value
                    })
                    .collect();
                values.reverse();
                values
            }
            Design::Latin(count) => {
                let mut within = random::stream(self.seed, WITHIN, number);
                let parts = self.parts.iter().map(|parts| f64::from(parts[number as usize]));
                let parts = parts.map(|part| (part + within.random::<f64>()) / count as f64);
                self.axes.iter().zip(parts).map(|(axis, part)| axis.at(part)).collect()
            }
            Design::Sobol(_) => {
                let part = |axis: u32| {
                    let seed = (self.seed ^ (self.seed >> 32)) as u32;
                    f64::from(sobol_burley::sample(number as u32, axis, seed))
                };
                self.axes.iter().zip(0..).map(|(axis, at)| axis.at(part(at))).collect()
            }
        }
    }
}
