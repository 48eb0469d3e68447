//! A search for good points where there are too many to compute: CMA-ES (Hansen, Ostermeier 2001), begun again with
//! twice the population when it has settled (Auger, Hansen 2005).
//!
//! It decides by ranks alone, so what a point is worth to it is any number that rises as it gets worse:
//! [`super::Goals::badness`]. It is replayed from its seed whenever points are asked for, so that nothing of it has to
//! be kept: with the same points computed it asks for the same.

use super::division::Grid;
use cmaes::{CMAESOptions, DVector};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How often it is begun.
const STARTS: u32 = 6;
/// Generations of each: more than enough for any grid.
const GENERATIONS: usize = 200;
/// How wide it looks at first, as a part of the box.
const WIDTH: f64 = 0.3;
/// What it costs to leave the box, in parts of it: so little that it only decides between equals.
const OUTSIDE: f64 = 1e-6;

/// Where a search looks.
#[derive(Clone, Debug)]
pub struct Search {
    grid: Grid,
    /// The most points that are computed for it.
    most: usize,
    seed: u64,
}

impl Search {
    /// Over a grid, for at most so many points. What is drawn is drawn from `seed`.
    pub fn new(grid: Grid, most: usize, seed: u64) -> Self {
        Self { grid, most, seed }
    }

    /// The points that are to be computed next, given how bad those are that were. None if it has settled, or has
    /// had as many as it may.
    pub fn more(&self, known: &BTreeMap<u64, f64>) -> Vec<u64> {
        let left = self.most.saturating_sub(known.len());
        if left == 0 {
            return Vec::new();
        }
        let new = (0..STARTS).map(|start| self.asked(start, known)).find(|new| !new.is_empty());
        new.unwrap_or_default().into_iter().take(left).collect()
    }

    /// The first points that are not known of a start, generation by generation, in rising order.
    fn asked(&self, start: u32, known: &BTreeMap<u64, f64>) -> BTreeSet<u64> {
        let (keys, new) = (self.grid.keys(), RefCell::new(BTreeSet::new()));
        let ask = |at: &DVector<f64>| {
            let (point, outside) = self.nearest(at);
            let bad = known.get(&point).copied().unwrap_or_else(|| {
                new.borrow_mut().insert(point);
                0.0
            });
            bad + OUTSIDE * outside
        };
        let usual = 4 + (3.0 * (keys as f64).ln()) as usize;
        let options = CMAESOptions::new(vec![0.5; keys], WIDTH)
            .population_size(usual << start)
            .max_generations(GENERATIONS)
            .seed(self.seed.wrapping_add(start.into()));
        let mut cmaes = options.build(ask).expect("options that are sound");
        while new.borrow().is_empty() && cmaes.next().is_none() {}
        drop(cmaes);
        new.into_inner()
    }

    /// The point of the grid next to a place, and how far outside of the box that is.
    fn nearest(&self, at: &DVector<f64>) -> (u64, f64) {
        let mut outside = 0.0;
        let values: Vec<u64> = (0..self.grid.keys())
            .map(|key| {
                let within = at[key].clamp(0.0, 1.0);
                outside += (at[key] - within).abs();
                (within * (self.grid.count(key) - 1) as f64).round() as u64
            })
            .collect();
        (self.grid.point(&values), outside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches until it has settled: what was computed.
    fn searched(
        counts: &[u64],
        most: usize,
        bad: impl Fn(&[u64]) -> f64,
    ) -> (Grid, BTreeMap<u64, f64>) {
        let grid = Grid::new(counts.to_vec());
        let search = Search::new(grid.clone(), most, 3);
        let mut known = BTreeMap::new();
        loop {
            let batch = search.more(&known);
            if batch.is_empty() {
                return (grid, known);
            }
            for point in batch {
                let before = known.insert(point, bad(&grid.values(point)));
                assert_eq!(before, None, "a point is computed once");
            }
        }
    }

    fn best(known: &BTreeMap<u64, f64>) -> u64 {
        *known.iter().min_by(|one, other| one.1.total_cmp(other.1)).expect("points").0
    }

    /// A narrow valley across a box of a million points, at the bottom of which is one best.
    #[test]
    fn a_valley_is_followed_to_its_end() {
        let bad = |values: &[u64]| {
            let [x, y, z] = [values[0], values[1], values[2]].map(|value| value as f64);
            (x - 71.0).powi(2) + 40.0 * (y - x).powi(2) + (z - 12.0).powi(2)
        };
        let (grid, known) = searched(&[100, 100, 100], 2_000, bad);
        assert!(known.len() <= 2_000);
        assert_eq!(grid.values(best(&known)), [71, 71, 12]);
    }

    #[test]
    fn it_ends_where_there_is_nothing_more_and_where_it_has_had_enough() {
        let (_, known) = searched(&[3, 2], 1_000, |values| values[0] as f64);
        assert!(known.len() <= 6);
        let (_, known) = searched(&[50, 50], 30, |values| values[1] as f64);
        assert_eq!(known.len(), 30);
        let (_, known) = searched(&[1_000], 200, |values| values[0].abs_diff(777) as f64);
        assert_eq!(best(&known), 777);
    }
}
