//! What all points together say.

use super::division::{Division, Part};
use super::goals::Goals;
use super::judged::{Measured, Point, Points};
use super::met::Met;
use super::way::Way;
use crate::scenario::{Document, ScenarioError};
use std::cmp::Ordering;

/// Which point it is, how far it can move, and what is in the way if there is none.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How many points meet all goals, computed or between those that were; of how many that is not known; and how
    /// many of those that were computed cannot be played.
    pub met: u64,
    #[allow(missing_docs)]
    pub unknown: u64,
    #[allow(missing_docs)]
    pub refused: u64,
    /// The parts into which the box was divided; none if every point was to be computed.
    pub parts: Vec<Part>,
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

impl Goals<'_> {
    /// The scenario with the values of a point put over it.
    pub fn scenario(&self, point: u64) -> Result<Document, ScenarioError> {
        let set = self.free().iter().zip(self.grid().values(point));
        let set: Vec<String> = set.map(|(axis, at)| axis.set(&axis.value(at))).collect();
        self.sweep().scenario().with(&set)
    }

    /// What the points that were computed come to, and the parts between them if the box was divided.
    pub fn answer(&self, points: &Points, way: &Way) -> Answer {
        let parts = way.division().map_or(Vec::new(), Division::parts);
        let of_parts = |met: Met| -> u64 {
            parts.iter().filter(|part| part.met == met).map(Part::points).sum()
        };
        let of_points =
            |met: Met| points.values().filter(|point| point.all() == met).count() as u64;
        // What was not computed is not known.
        let (met, missed) = match way {
            Way::Divided(_) => (of_parts(Met::Yes), of_parts(Met::No)),
            _ => (of_points(Met::Yes), of_points(Met::No)),
        };
        let unknown = self.points() - met - missed;
        let best = self.best(points);
        let beats_one = |point: &Point| {
            let beats = |at: &u64| self.compare(point, &points[at]);
            best.iter().any(|at| beats(at) == Some(Ordering::Less))
        };
        let open = points.values().filter(|point| point.all() == Met::Unknown);
        let room = best.first().map_or(Vec::new(), |first| self.room(*first, points));
        let conflict = if best.is_empty() { self.conflict(points, &parts) } else { Vec::new() };
        let relaxed = conflict.iter().map(|goal| self.relaxed(*goal, points)).collect();
        Answer {
            met,
            unknown,
            refused: points.values().filter(|point| point.refused.is_some()).count() as u64,
            unsettled: open.filter(|point| beats_one(point)).count() as u64,
            parts,
            best,
            room,
            conflict,
            relaxed,
        }
    }

    /// The points that are to be computed next, given those that were: what the way asks for, and then what the best
    /// point's room takes. None if there are no more.
    pub fn more(&self, points: &Points, way: &mut Way) -> Vec<u64> {
        let more = way.more(self, points);
        if !more.is_empty() || matches!(way, Way::Every) {
            return more;
        }
        let Some(best) = self.best(points).first().copied() else { return Vec::new() };
        let mut more: Vec<u64> = Vec::new();
        for key in 0..self.free().len() {
            for up in [false, true] {
                let line = self.line(best, key, up);
                let Walked { last, broken } = self.walk(&line, points);
                more.extend(match broken {
                    Some(broken) if broken - last > 1 => Some(line.at(last + (broken - last) / 2)),
                    None if !points.contains_key(&line.at(line.most)) => Some(line.at(line.most)),
                    _ => None,
                });
            }
        }
        more.sort_unstable();
        more.dedup();
        more
    }

    /// Whether a point is better than another by the objectives, which comes first, or worse; nothing if neither.
    pub fn compare(&self, one: &Point, other: &Point) -> Option<Ordering> {
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

    fn best(&self, points: &Points) -> Vec<u64> {
        let mut best: Vec<u64> = Vec::new();
        for (at, point) in points.iter().filter(|(_, point)| point.all() == Met::Yes) {
            let order = |other: &u64| self.compare(&points[other], point);
            if best.iter().any(|one| matches!(order(one), Some(Ordering::Less | Ordering::Equal))) {
                continue;
            }
            best.retain(|one| order(one) != Some(Ordering::Greater));
            best.push(*at);
        }
        best
    }

    fn line(&self, from: u64, key: usize, up: bool) -> Line {
        let (grid, value) = (self.grid(), self.grid().value(from, key));
        let most = if up { grid.count(key) - 1 - value } else { value };
        Line { from, step: grid.step(key), up, most }
    }

    /// How many steps along a line all that was computed meets all goals, and the first that does not.
    fn walk(&self, line: &Line, points: &Points) -> Walked {
        let (from, ends) = (line.from, line.at(line.most));
        let on_line = |(at, point): (&u64, &Point)| {
            let away = at.abs_diff(from);
            away.is_multiple_of(line.step).then(|| (away / line.step, point.all()))
        };
        let mut outward: Vec<(u64, Met)> =
            points.range(from.min(ends)..=from.max(ends)).filter_map(on_line).collect();
        outward.sort_unstable();
        let is_met = |(_, met): &&(u64, Met)| *met == Met::Yes;
        let last = outward.iter().take_while(is_met).last().map_or(0, |(steps, _)| *steps);
        Walked { last, broken: outward.iter().find(|one| !is_met(one)).map(|(steps, _)| *steps) }
    }

    fn room(&self, point: u64, points: &Points) -> Vec<Room> {
        let side = |key: usize, up: bool| {
            let (line, value) = (self.line(point, key, up), self.grid().value(point, key));
            let Walked { last, broken } = self.walk(&line, points);
            let broken = broken.map(|steps| {
                let Point { met, refused, .. } = &points[&line.at(steps)];
                let missed = (0..met.len()).filter(|goal| met[*goal] != Met::Yes);
                let goals = if refused.is_some() { Vec::new() } else { missed.collect() };
                Broken { point: line.at(steps), goals }
            });
            Side { last: if up { value + last } else { value - last }, broken }
        };
        let room = |key| Room { key, down: side(key, false), up: side(key, true) };
        (0..self.free().len()).map(room).collect()
    }

    /// Goals are left out as long as no point meets the rest, nor a part that was not divided may.
    fn conflict(&self, points: &Points, parts: &[Part]) -> Vec<usize> {
        let mask = |point: &Point| -> u64 {
            let met = point.met.iter().enumerate().filter(|(_, met)| **met == Met::Yes);
            met.map(|(goal, _)| 1 << goal).sum()
        };
        let played = points.values().filter(|point| point.refused.is_none());
        let mut masks: Vec<u64> = played.map(mask).collect();
        let all: u64 = (0..self.goals().len()).map(|goal| 1u64 << goal).sum();
        let missed = |part: &Part| part.missed.iter().map(|goal| 1u64 << goal).sum::<u64>();
        if !masks.is_empty() {
            masks.extend(parts.iter().map(|part| all & !missed(part)).filter(|mask| *mask != all));
        }
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
    fn relaxed(&self, goal: usize, points: &Points) -> Option<Relaxed> {
        let others = |point: &Point| {
            let met = point.met.iter().enumerate();
            point.refused.is_none()
                && met.filter(|(at, _)| *at != goal).all(|(_, met)| *met == Met::Yes)
        };
        let badness = |point: &Point| {
            let measured = point.measured[goal].as_ref();
            measured.map_or(f64::INFINITY, |measured| self.goals()[goal].badness(measured))
        };
        let all = points.iter().filter(|(_, point)| others(point));
        let least = all.min_by(|(_, one), (_, other)| badness(one).total_cmp(&badness(other)));
        least.map(|(at, point)| Relaxed { point: *at, measured: point.measured[goal].clone() })
    }
}

/// Points along a key to one side of another.
struct Line {
    from: u64,
    step: u64,
    up: bool,
    /// How many there are.
    most: u64,
}

/// How far one gets along a line.
struct Walked {
    last: u64,
    broken: Option<u64>,
}

impl Line {
    fn at(&self, steps: u64) -> u64 {
        if self.up { self.from + steps * self.step } else { self.from - steps * self.step }
    }
}
