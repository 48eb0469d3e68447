//! Which points there are.

use super::axis::{Axis, Move};
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
const PATHS: u64 = u64::MAX - 2;

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
    /// So many paths (Morris 1991): from a drawn point on, every key moves once, in a drawn order.
    Morris(u64),
    /// So many pairs of points A and B of a Sobol sequence of twice the keys, and between the two, for every
    /// key, A with that key's value of B (Saltelli et al. 2010).
    Saltelli(u64),
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
        let (count, keys) = (count(&axes, design)?, axes.len());
        let mut parts = match design {
            Design::Latin(count) => vec![(0..count as u32).collect::<Vec<_>>(); keys],
            _ => Vec::new(),
        };
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

    /// How they are chosen.
    pub fn design(&self) -> Design {
        self.design
    }

    /// What was drawn was drawn from this.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The moves of a path, by key, and the keys in the order in which they move.
    pub fn path(&self, number: u64) -> (Vec<Move>, Vec<usize>) {
        let mut drawn = random::stream(self.seed, PATHS, number);
        let moves = self.axes.iter().map(|axis| axis.drawn_move(&mut drawn)).collect();
        let mut order: Vec<usize> = (0..self.axes.len()).collect();
        order.shuffle(&mut drawn);
        (moves, order)
    }

    /// A number of a Sobol sequence, from 0 to below 1.
    fn sobol(&self, number: u64, axis: usize) -> f64 {
        let seed = (self.seed ^ (self.seed >> 32)) as u32;
        f64::from(sobol_burley::sample(number as u32, axis as u32, seed))
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
                let axes = self.axes.iter().enumerate();
                axes.map(|(at, axis)| axis.at(self.sobol(number, at))).collect()
            }
            Design::Morris(_) => {
                let length = self.axes.len() as u64 + 1;
                let (moves, order) = self.path(number / length);
                let (moved, _) = order.split_at((number % length) as usize);
                let value = |(key, one): (usize, Move)| {
                    if moved.contains(&key) { one.to } else { one.from }
                };
                moves.into_iter().enumerate().map(value).collect()
            }
            Design::Saltelli(_) => {
                let keys = self.axes.len();
                let (pair, place) =
                    (number / (keys as u64 + 2), (number % (keys as u64 + 2)) as usize);
                let is_of_b = |key| place == keys + 1 || place == key + 1;
                let column = |key| if is_of_b(key) { keys + key } else { key };
                let axes = self.axes.iter().enumerate();
                axes.map(|(key, axis)| axis.at(self.sobol(pair, column(key)))).collect()
            }
        }
    }
}

/// How many points a design has.
fn count(axes: &[Axis], design: Design) -> Result<u64, String> {
    let keys = axes.len();
    let together = |parts: u64, points: u64| {
        let count = parts.checked_mul(points).filter(|count| *count <= DRAWN_MAX);
        count.ok_or(format!("--points: expected at most {} with so many keys", DRAWN_MAX / points))
    };
    let at_most = |count: u64, columns: usize| match () {
        _ if count > SOBOL_POINTS => {
            Err(format!("--points: expected at most {SOBOL_POINTS} of a Sobol sequence"))
        }
        _ if columns > SOBOL_AXES => Err(format!(
            "--vary: expected at most {} keys with this design",
            SOBOL_AXES * keys / columns
        )),
        _ => Ok(count),
    };
    let count = match design {
        Design::Grid => return grid(axes),
        Design::Latin(count) => together(count, 1)?,
        Design::Sobol(count) => at_most(count, keys)?,
        Design::Morris(_) | Design::Saltelli(_) if axes.is_empty() => {
            return Err("--vary: expected a key, with this design".into());
        }
        Design::Morris(paths) => {
            if let Some(axis) = axes.iter().find(|axis| !axis.can_move()) {
                return Err(format!("--vary {axis}: expected values that differ"));
            }
            together(paths, keys as u64 + 1)?
        }
        Design::Saltelli(pairs) => together(at_most(pairs, 2 * keys)?, keys as u64 + 2)?,
    };
    if count > 0 { Ok(count) } else { Err("--points: expected one at least".into()) }
}

fn grid(axes: &[Axis]) -> Result<u64, String> {
    let mut count = 1u64;
    for axis in axes {
        let expected = || format!("--vary {axis}: expected how many, as in {axis}:10");
        let values = axis.count().ok_or_else(expected)?;
        count = count.checked_mul(values).ok_or("--vary: expected fewer than 2^64 points")?;
    }
    Ok(count)
}
