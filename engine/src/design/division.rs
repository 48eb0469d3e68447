//! The box of what is free, divided: which points are computed, and what is said of those between.
//!
//! A part of the box is decided where all its corners, and all else that was computed in it, meet all goals, or all
//! miss the same one: if along each key a goal is met up to some value and missed beyond, or the other way round, then
//! what the corners of a part have in common all of it has. Other parts are halved, down to single points. That it is
//! so is not taken for granted: where computed points of a line show that a goal comes to be met and ceases to be, it
//! is not concluded along that key any more; and points that are drawn from what was decided are computed, too: if one
//! is not as was said, all is decided anew. (Branch and bound: Land, Doig 1960.)

use super::met::Met;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The most points that are drawn from what was decided without them, to be computed: else as many as were.
const PROBES: usize = 64;
/// Draws for them.
const DRAWS: usize = 10_000;

/// A part of the box: from one value of each key to another, both included, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The first value of each key.
    pub low: Vec<u64>,
    /// The last.
    pub high: Vec<u64>,
    /// Whether its points meet all goals.
    pub met: Met,
    /// The goals that all its points miss.
    pub missed: Vec<usize>,
}

/// A grid whose points are numbered: the last key changes first.
#[derive(Clone, Debug)]
pub struct Grid(Vec<u64>);

/// How far the box is divided.
pub struct Division {
    grid: Grid,
    goals: usize,
    /// What is met at each point that was computed.
    known: BTreeMap<u64, Vec<Met>>,
    /// Parts that are not divided any more, and those that may be.
    parts: Vec<Part>,
    open: Vec<(Vec<u64>, Vec<u64>)>,
    /// For each goal and key, whether it came to be met along it somewhere, and whether it ceased to be.
    turns: Vec<[bool; 2]>,
    probes: BTreeSet<u64>,
    rng: ChaCha8Rng,
}

impl Grid {
    /// So many values of each key.
    pub fn new(counts: Vec<u64>) -> Self {
        Self(counts)
    }

    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.0.len()
    }

    /// How many values of a key there are.
    pub fn count(&self, key: usize) -> u64 {
        self.0[key]
    }

    /// What a step of a key adds to a point's number.
    pub fn step(&self, key: usize) -> u64 {
        self.0[key + 1..].iter().product()
    }

    /// The value of a key at a point, by its number.
    pub fn value(&self, point: u64, key: usize) -> u64 {
        point / self.step(key) % self.0[key]
    }

    /// The values of all keys at a point, by their numbers.
    pub fn values(&self, point: u64) -> Vec<u64> {
        (0..self.keys()).map(|key| self.value(point, key)).collect()
    }

    /// The point with these values.
    pub fn point(&self, values: &[u64]) -> u64 {
        (0..self.keys()).map(|key| values[key] * self.step(key)).sum()
    }

    fn all(&self) -> u64 {
        self.0.iter().product()
    }
}

impl Part {
    /// How many points it has.
    pub fn points(&self) -> u64 {
        self.low.iter().zip(&self.high).map(|(low, high)| high - low + 1).product()
    }

    /// Whether what is met at a point of it is what is said of it.
    fn agrees(&self, met: &[Met]) -> bool {
        match self.met {
            Met::Yes => met.iter().all(|one| *one == Met::Yes),
            Met::No => self.missed.iter().all(|goal| met[*goal] == Met::No),
            Met::Unknown => true,
        }
    }

    fn contains(&self, values: &[u64]) -> bool {
        let within = |key: usize| (self.low[key]..=self.high[key]).contains(&values[key]);
        (0..values.len()).all(within)
    }
}

impl Division {
    /// The whole box, of which nothing is known. What is drawn is drawn from `seed`.
    pub fn new(grid: Grid, goals: usize, seed: u64) -> Self {
        let turns = vec![[false; 2]; goals * grid.keys()];
        let rng = ChaCha8Rng::seed_from_u64(seed);
        let (parts, known, probes) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let mut new = Self { grid, goals, known, parts, open: Vec::new(), turns, probes, rng };
        new.begin();
        new
    }

    fn begin(&mut self) {
        self.parts.clear();
        self.probes.clear();
        let last = self.grid.0.iter().map(|count| count - 1).collect();
        self.open = vec![(vec![0; self.grid.keys()], last)];
    }

    /// The points that are to be computed next: of the largest parts first. None if all is decided that can be.
    pub fn more(&mut self) -> Vec<u64> {
        loop {
            let corners = self.open.iter().flat_map(|(low, high)| self.corners(low, high));
            let new: BTreeSet<u64> =
                corners.filter(|corner| !self.known.contains_key(corner)).collect();
            if !new.is_empty() {
                return new.into_iter().collect();
            }
            if self.open.is_empty() {
                return self.drawn();
            }
            for (low, high) in std::mem::take(&mut self.open) {
                self.decide(low, high);
            }
        }
    }

    /// What is met at a point that was computed: for each goal, in order.
    pub fn learn(&mut self, point: u64, met: Vec<Met>) {
        let values = self.grid.values(point);
        let part = self.parts.iter().find(|part| part.contains(&values));
        let is_as_said = part.is_none_or(|part| part.agrees(&met));
        self.known.insert(point, met);
        let turned = self.turn(point);
        if turned || !is_as_said {
            self.begin();
        }
    }

    /// Notes where goals come to be met, or cease to be, between a point and those that were computed next to it
    /// along each key. Whether one does both now that did not before.
    fn turn(&mut self, point: u64) -> bool {
        let (mut turned, met) = (false, &self.known[&point]);
        for key in 0..self.grid.keys() {
            let (step, at) = (self.grid.step(key), self.grid.value(point, key));
            let first = point - at * step;
            let last = first + (self.grid.count(key) - 1) * step;
            let on_line = |other: &u64| (other - first).is_multiple_of(step);
            let mut before = self.known.range(first..point).rev();
            let before = before.find(|(other, _)| on_line(other));
            let mut after = self.known.range(point + 1..last + 1);
            let after = after.find(|(other, _)| on_line(other));
            for goal in 0..self.goals {
                let seen = &mut self.turns[goal * self.grid.keys() + key];
                let earlier = *seen;
                let neighbours =
                    [before.map(|(_, one)| (one, met)), after.map(|(_, one)| (met, one))];
                for (low, high) in neighbours.into_iter().flatten() {
                    match (low[goal], high[goal]) {
                        (Met::No, Met::Yes) => seen[0] = true,
                        (Met::Yes, Met::No) => seen[1] = true,
                        _ => {}
                    }
                }
                turned |= *seen != earlier && *seen == [true; 2];
            }
        }
        turned
    }

    /// Whether the corners of a part say anything of a goal between them.
    fn concludes(&self, goal: usize, low: &[u64], high: &[u64]) -> bool {
        let keys = self.grid.keys();
        (0..keys).all(|key| high[key] - low[key] <= 1 || self.turns[goal * keys + key] != [true; 2])
    }

    fn corners(&self, low: &[u64], high: &[u64]) -> Vec<u64> {
        let mut corners = vec![0];
        for key in 0..self.grid.keys() {
            let step = self.grid.step(key);
            let ends = if low[key] == high[key] { &[low[key]][..] } else { &[low[key], high[key]] };
            let with =
                |corner: &u64| ends.iter().map(|end| corner + end * step).collect::<Vec<_>>();
            corners = corners.iter().flat_map(with).collect();
        }
        corners
    }

    /// Whether two corners of a part that differ in a key alone differ in what is met.
    fn differs(&self, key: usize, low: &[u64], high: &[u64]) -> bool {
        let across = (high[key] - low[key]) * self.grid.step(key);
        let mut end = high.to_vec();
        end[key] = low[key];
        let mut side = self.corners(low, &end).into_iter();
        side.any(|corner| self.known[&corner] != self.known[&(corner + across)])
    }

    /// Decides a part whose corners are known, or halves it: along the key with the most values, of those along which
    /// its corners differ if there are such.
    fn decide(&mut self, low: Vec<u64>, high: Vec<u64>) {
        let part = Part { low, high, met: Met::Unknown, missed: Vec::new() };
        let (low, high) = (&part.low, &part.high);
        let span = self.grid.point(low)..=self.grid.point(high);
        let within =
            self.known.range(span).filter(|(at, _)| part.contains(&self.grid.values(**at)));
        let within: Vec<&Vec<Met>> = within.map(|(_, met)| met).collect();
        // The corners, and whatever else was computed there.
        let of = |goal: usize, met: Met| within.iter().all(|one| one[goal] == met);
        let concludes: Vec<bool> =
            (0..self.goals).map(|goal| self.concludes(goal, low, high)).collect();
        let missed: Vec<usize> =
            (0..self.goals).filter(|goal| concludes[*goal] && of(*goal, Met::No)).collect();
        let all = (0..self.goals).all(|goal| concludes[goal] && of(goal, Met::Yes));
        let unknown = (0..self.goals).any(|goal| concludes[goal] && of(goal, Met::Unknown));
        let width = |key: usize| high[key] - low[key];
        let keys = || (0..self.grid.keys()).rev();
        let widest = keys().max_by_key(|key| (self.differs(*key, low, high), width(*key)));
        let met = match (missed.is_empty(), all, unknown) {
            (false, ..) => Met::No,
            (_, true, _) => Met::Yes,
            (_, _, true) => Met::Unknown,
            _ => match widest.filter(|key| width(*key) > 0) {
                None => Met::Unknown,
                Some(key) => {
                    let middle = low[key] + width(key) / 2;
                    let (mut end, mut start) = (high.clone(), low.clone());
                    (end[key], start[key]) = (middle, middle + 1);
                    self.open.extend([(part.low, end), (start, part.high)]);
                    return;
                }
            },
        };
        self.parts.push(Part { met, missed, ..part });
    }

    /// Points to be computed though they are decided already: once for all that was decided.
    fn drawn(&mut self) -> Vec<u64> {
        let most = (self.known.len() - self.probes.len()).min(PROBES);
        let (mut draws, mut new) = (0, Vec::new());
        while self.probes.len() < most && draws < DRAWS {
            draws += 1;
            let point = self.rng.random_range(0..self.grid.all());
            let values = self.grid.values(point);
            let part = self.parts.iter().find(|part| part.contains(&values));
            let is_decided = part.is_some_and(|part| part.met != Met::Unknown);
            if is_decided && !self.known.contains_key(&point) && self.probes.insert(point) {
                new.push(point);
            }
        }
        new
    }

    /// The parts, when nothing more is to be computed; what is still open is not known.
    pub fn parts(&self) -> Vec<Part> {
        let open = self.open.iter().cloned();
        let open =
            open.map(|(low, high)| Part { low, high, met: Met::Unknown, missed: Vec::new() });
        self.parts.iter().cloned().chain(open).collect()
    }

    /// How many points were drawn from what was decided, and computed.
    pub fn probes(&self) -> usize {
        self.probes.len()
    }

    /// The keys along which nothing is concluded about a goal, since it comes to be met and ceases to be.
    pub fn turning(&self, goal: usize) -> Vec<usize> {
        let keys = self.grid.keys();
        (0..keys).filter(|key| self.turns[goal * keys + key] == [true; 2]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Divides a box until it is done: how many points were computed.
    fn divided(counts: &[u64], goals: usize, met: impl Fn(&[u64]) -> Vec<Met>) -> Division {
        let grid = Grid::new(counts.to_vec());
        let mut division = Division::new(grid.clone(), goals, 1);
        loop {
            let batch = division.more();
            if batch.is_empty() {
                return division;
            }
            for point in batch {
                assert!(!division.known.contains_key(&point), "a point is computed once");
                division.learn(point, met(&grid.values(point)));
            }
        }
    }

    /// What the parts say of every point, each in one of them.
    fn said(division: &Division) -> Vec<Met> {
        let parts = division.parts();
        let of = |point: u64| {
            let values = division.grid.values(point);
            let mut own = parts.iter().filter(|part| part.contains(&values));
            let met = own.next().expect("it is in a part").met;
            assert_eq!(own.next(), None, "it is in one part");
            met
        };
        (0..division.grid.all()).map(of).collect()
    }

    fn is(met: bool) -> Met {
        if met { Met::Yes } else { Met::No }
    }

    #[test]
    fn what_is_monotone_is_decided_to_the_last_point_by_few() {
        let staircase = |values: &[u64]| {
            vec![is(values[0] * values[1] >= 700), is(values[0] + 2 * values[1] <= 150)]
        };
        let division = divided(&[101, 90], 2, staircase);
        let computed = division.known.len();
        assert!(computed < 101 * 90 / 6, "{computed}");
        let truth = |point| *staircase(&division.grid.values(point)).iter().max().expect("goals");
        let truth: Vec<Met> = (0..division.grid.all()).map(truth).collect();
        assert_eq!(said(&division), truth);
        assert_eq!(division.probes(), PROBES);
        assert!(division.turning(0).is_empty() && division.turning(1).is_empty());
    }

    /// A goal that is met in a band only is not taken for monotone.
    #[test]
    fn what_is_not_monotone_is_computed() {
        let band = |values: &[u64]| vec![is((30..60).contains(&values[0]))];
        let division = divided(&[100, 7], 1, band);
        let truth = (0..700).map(|point| band(&division.grid.values(point))[0]).collect::<Vec<_>>();
        assert_eq!(said(&division), truth);
        assert_eq!(division.turning(0), [0]);
    }

    /// What only a point that is drawn shows is not lost.
    #[test]
    fn what_a_probe_shows_is_learned() {
        let hidden = |values: &[u64]| vec![is(!(20..45).contains(&values[0]) || values[0] == 31)];
        let division = divided(&[64], 1, hidden);
        let truth = (0..64).map(|point| hidden(&[point])[0]).collect::<Vec<_>>();
        assert_eq!(said(&division), truth);
    }

    /// Whatever is met where, in the end no computed point says anything else than the part in which it lies.
    #[test]
    fn nothing_that_was_computed_says_otherwise() {
        for seed in 0..200u64 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let islands: Vec<[u64; 3]> =
                (0..3).map(|_| [20, 20, 6].map(|most| rng.random_range(0..most))).collect();
            let met = |values: &[u64]| {
                let within = |[x, y, size]: &[u64; 3]| {
                    values[0].abs_diff(*x) <= *size && values[1].abs_diff(*y) <= size / 2
                };
                let slope = is(values[0] + values[1] > 12);
                let one = if islands[2][2] == 0 && values[1] == 7 { Met::Unknown } else { slope };
                vec![is(!islands[..2].iter().any(within)), one]
            };
            let division = divided(&[20, 20], 2, met);
            let parts = division.parts();
            for (point, met) in &division.known {
                let values = division.grid.values(*point);
                let part = parts.iter().find(|part| part.contains(&values)).expect("a part");
                assert!(part.agrees(met), "{seed}: {values:?}: {met:?}, {part:?}");
            }
        }
    }

    #[test]
    fn what_nobody_knows_stays_open() {
        let division = divided(&[50, 50], 1, |values| {
            vec![match values[0] {
                0..20 => Met::Yes,
                20..30 => Met::Unknown,
                _ => Met::No,
            }]
        });
        let said = said(&division);
        let count = |met| said.iter().filter(|own| **own == met).count();
        assert_eq!([count(Met::Yes), count(Met::Unknown), count(Met::No)], [1_000, 500, 1_000]);
    }
}
