//! What all points together say.

use super::goals::Goals;
use super::judged::{Measured, Met, Point};
use crate::scenario::{Document, ScenarioError};
use crate::sweep::Axis;
use std::cmp::Ordering;

/// Which point it is, how far it can move, and what is in the way if there is none.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How many points meet all goals; of how many that is not known; and how many cannot be played.
    pub met: u64,
    #[allow(missing_docs)]
    pub unknown: u64,
    #[allow(missing_docs)]
    pub refused: u64,
    /// Points that meet all goals and are best: no other is as good by every objective and better by one. Of
    /// those that are equal the first; without an objective the first of all.
    pub best: Vec<u64>,
    /// Points of which it is not known whether they meet all goals, and that would be better than one of these.
    pub unsettled: u64,
    /// How far each free key of the first of these can move alone.
    pub room: Vec<Room>,
    /// Where no point meets all goals: goals that no point meets together, of which none can be left out; what
    /// is not known counts as not met.
    pub conflict: Vec<usize>,
    /// For each of these, the least that it would have to give way, if all others are met anywhere.
    pub relaxed: Vec<Option<Relaxed>>,
}

/// How far a key can move alone: to both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Room {
    /// The key, by its number.
    pub key: usize,
    /// Towards its first value, and towards its last.
    pub down: Side,
    #[allow(missing_docs)]
    pub up: Side,
}

/// How far a key can move to one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// The last value, by its number, with which all goals are met, as they are with all between.
    pub last: u64,
    /// What is broken by the next; nothing if there is none.
    pub broken: Option<Broken>,
}

/// Goals that are broken at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The point.
    pub point: u64,
    /// Those that are not met, or of which it is not known; none if it cannot be played.
    pub goals: Vec<usize>,
}

/// The least that a goal would have to give way.
#[derive(Clone, Debug, PartialEq)]
pub struct Relaxed {
    /// Where.
    pub point: u64,
    /// What is measured there, if that is known.
    pub measured: Option<Measured>,
}

/// Points by their numbers: the last key changes first.
struct Grid<'a>(&'a [Axis]);

impl Grid<'_> {
    fn count(&self, key: usize) -> u64 {
        self.0[key].count().unwrap_or(1)
    }

    /// What a step of a key adds to a point's number.
    fn step(&self, key: usize) -> u64 {
        (key + 1..self.0.len()).map(|key| self.count(key)).product()
    }

    /// The value of a key at a point, by its number.
    fn value(&self, point: u64, key: usize) -> u64 {
        point / self.step(key) % self.count(key)
    }
}

impl Goals<'_> {
    /// The values of the free keys at a point, by their numbers.
    pub fn values(&self, point: u64) -> Vec<u64> {
        let grid = Grid(self.free());
        (0..self.free().len()).map(|key| grid.value(point, key)).collect()
    }

    /// The scenario with the values of a point put over it.
    pub fn scenario(&self, point: u64) -> Result<Document, ScenarioError> {
        let set = self.free().iter().zip(self.values(point));
        let set: Vec<String> = set.map(|(axis, at)| axis.set(&axis.value(at))).collect();
        self.sweep().scenario().with(&set)
    }

    /// What all points, in the order of their numbers, come to.
    pub fn answer(&self, points: &[Point]) -> Answer {
        let all: Vec<Met> = points.iter().map(Point::all).collect();
        let count = |met: Met| all.iter().filter(|own| **own == met).count() as u64;
        let best = self.best(points, &all);
        let beats_one = |point: &Point| {
            let beats = |at: &u64| self.compare(point, &points[*at as usize]);
            best.iter().any(|at| beats(at) == Some(Ordering::Less))
        };
        let open = points.iter().zip(&all).filter(|(_, met)| **met == Met::Unknown);
        let room = best.first().map_or(Vec::new(), |first| self.room(*first, points, &all));
        let conflict = if best.is_empty() { self.conflict(points) } else { Vec::new() };
        let relaxed = conflict.iter().map(|goal| self.relaxed(*goal, points)).collect();
        Answer {
            met: count(Met::Yes),
            unknown: count(Met::Unknown),
            refused: points.iter().filter(|point| point.refused.is_some()).count() as u64,
            unsettled: open.filter(|(point, _)| beats_one(point)).count() as u64,
            best,
            room,
            conflict,
            relaxed,
        }
    }

    /// Whether a point is better than another by the objectives, or worse; nothing if neither.
    fn compare(&self, one: &Point, other: &Point) -> Option<Ordering> {
        let mut each = self.objectives().iter().enumerate().map(|(at, objective)| {
            let order = one.values[at].total_cmp(&other.values[at]);
            if objective.most { order.reverse() } else { order }
        });
        each.try_fold(Ordering::Equal, |all, next| match all {
            Ordering::Equal => Some(next),
            all if next == Ordering::Equal || next == all => Some(all),
            _ => None,
        })
    }

    fn best(&self, points: &[Point], all: &[Met]) -> Vec<u64> {
        let mut best: Vec<u64> = Vec::new();
        for (at, point) in (0..).zip(points).filter(|(at, _)| all[*at as usize] == Met::Yes) {
            let order = |other: &u64| self.compare(&points[*other as usize], point);
            if best.iter().any(|one| matches!(order(one), Some(Ordering::Less | Ordering::Equal))) {
                continue;
            }
            best.retain(|one| order(one) != Some(Ordering::Greater));
            best.push(at);
        }
        best
    }

    fn room(&self, point: u64, points: &[Point], all: &[Met]) -> Vec<Room> {
        let grid = Grid(self.free());
        let side = |key: usize, up: bool| {
            let (step, value) = (grid.step(key), grid.value(point, key));
            let most = if up { grid.count(key) - 1 - value } else { value };
            let at = |steps: u64| if up { point + steps * step } else { point - steps * step };
            let fails = (1..=most).find(|steps| all[at(*steps) as usize] != Met::Yes);
            let steps = fails.map_or(most, |steps| steps - 1);
            let broken = fails.map(|steps| {
                let Point { met, refused, .. } = &points[at(steps) as usize];
                let missed = (0..met.len()).filter(|goal| met[*goal] != Met::Yes);
                let goals = if refused.is_some() { Vec::new() } else { missed.collect() };
                Broken { point: at(steps), goals }
            });
            Side { last: if up { value + steps } else { value - steps }, broken }
        };
        let room = |key| Room { key, down: side(key, false), up: side(key, true) };
        (0..self.free().len()).map(room).collect()
    }

    /// Goals are left out as long as no point meets the rest.
    fn conflict(&self, points: &[Point]) -> Vec<usize> {
        let mask = |point: &Point| -> u64 {
            let met = point.met.iter().enumerate().filter(|(_, met)| **met == Met::Yes);
            met.map(|(goal, _)| 1 << goal).sum()
        };
        let mut masks: Vec<u64> =
            points.iter().filter(|point| point.refused.is_none()).map(mask).collect();
        masks.sort_unstable();
        masks.dedup();
        if masks.is_empty() {
            return Vec::new();
        }
        let mut left: Vec<usize> = (0..self.goals().len()).collect();
        for goal in 0..self.goals().len() {
            let rest = left.iter().filter(|other| **other != goal).map(|goal| 1u64 << goal);
            let rest: u64 = rest.sum();
            if masks.iter().all(|mask| mask & rest != rest) {
                left.retain(|other| *other != goal);
            }
        }
        left
    }

    /// Where all other goals are met, and this one is missed by least.
    fn relaxed(&self, goal: usize, points: &[Point]) -> Option<Relaxed> {
        let others = |point: &Point| {
            let met = point.met.iter().enumerate();
            point.refused.is_none()
                && met.filter(|(at, _)| *at != goal).all(|(_, met)| *met == Met::Yes)
        };
        let badness = |point: &Point| {
            let measured = point.measured[goal].as_ref();
            measured.map_or(f64::INFINITY, |measured| self.goals()[goal].badness(measured))
        };
        let all = (0..).zip(points).filter(|(_, point)| others(point));
        let least = all.min_by(|(_, one), (_, other)| badness(one).total_cmp(&badness(other)));
        least.map(|(at, point)| Relaxed { point: at, measured: point.measured[goal].clone() })
    }
}
