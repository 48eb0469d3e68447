//! At which points is asked who is better: on a grid, and then where the answer changes.

use crate::sweep::Axis;
use std::collections::{BTreeMap, VecDeque};
use toml::Value;

/// How often a cell may be divided in four.
const REFINE_MAX: u32 = 8;

/// Where a point is, along each key: in steps of the finest grid.
type Place = [u64; 2];

/// The values of a point, as they are written: two places may have the same.
type Point = Vec<String>;

/// Points that are to be looked at, level by level; those of a level depend on the answers before.
pub struct Plan {
    axes: Vec<Axis>,
    counts: Vec<u64>,
    /// Steps of the finest grid between two points of the first.
    steps: u64,
    /// How far the corners of cells are apart that are looked at now.
    size: u64,
    /// The lower left corners of those cells.
    cells: Vec<Place>,
    /// The answer at each point, where there is one already.
    known: BTreeMap<Point, Option<String>>,
    /// Points that wait for their answers.
    waiting: VecDeque<Point>,
    /// A grid alone, of any number of keys.
    grid: Option<u64>,
}

impl Plan {
    /// The grid of all values, and so many times the cells of it divided in four whose corners have
    /// different answers. Says what is wrong with it.
    pub fn new(axes: Vec<Axis>, refine: u32) -> Result<Self, String> {
        let mut counts = Vec::new();
        for (at, axis) in axes.iter().enumerate() {
            if axes[..at].iter().any(|other| other.key == axis.key) {
                return Err(format!("--vary {axis}: {} is varied twice", axis.key));
            }
            let expected = format!("--vary {axis}: expected how many, as in {axis}:10");
            counts.push(axis.count().ok_or(expected)?);
        }
        let all = counts.iter().try_fold(1u64, |all, count| all.checked_mul(*count));
        let all = all.filter(|all| *all <= 10_000_000);
        let all = all.ok_or("--vary: expected at most 10,000,000 points")?;
        if refine > REFINE_MAX {
            return Err(format!("--refine {refine}: expected at most {REFINE_MAX}"));
        }
        let plane = axes.len() == 2
            && axes.iter().all(|axis| axis.within(0, 0.0).is_some())
            && counts.iter().all(|count| *count >= 2);
        if refine > 0 && !plane {
            let expected =
                "--refine: expected two keys with ranges of numbers, each of two values at least";
            return Err(expected.into());
        }
        let steps = 1 << refine;
        Ok(Self {
            axes,
            steps,
            size: steps,
            cells: Vec::new(),
            known: BTreeMap::new(),
            waiting: Default::default(),
            grid: Some(all),
            counts,
        })
    }

    /// What is varied.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The points that come next, by their values; none if all is known. All that were given before must
    /// have been answered.
    pub fn more(&mut self) -> Vec<Vec<Value>> {
        if let Some(count) = self.grid.take() {
            let values: Vec<_> = (0..count).map(|number| self.of_grid(number)).collect();
            self.waiting.extend(values.iter().map(|values| point(values)));
            if let [across, up] = self.counts[..] {
                let corner = |x: u64| (1..up).map(move |y| [x - 1, y - 1]);
                let corners = (1..across).flat_map(corner);
                self.cells = corners.map(|[x, y]| [x * self.steps, y * self.steps]).collect();
            }
            return values;
        }
        while self.size > 1 && !self.cells.is_empty() {
            let (size, half) = (self.size, self.size / 2);
            let cells = std::mem::take(&mut self.cells).into_iter();
            let divided: Vec<Place> = cells.filter(|cell| self.differs(*cell)).collect();
            let mut new = Vec::new();
            for [x, y] in divided {
                for [across, up] in [[half, 0], [0, half], [half, half], [size, half], [half, size]]
                {
                    let values = self.values([x + across, y + up]);
                    let point = point(&values);
                    if !self.known.contains_key(&point) {
                        self.known.insert(point.clone(), None);
                        self.waiting.push_back(point);
                        new.push(values);
                    }
                }
                self.cells.extend([[x, y], [x + half, y], [x, y + half], [x + half, y + half]]);
            }
            self.size = half;
            if !new.is_empty() {
                return new;
            }
        }
        Vec::new()
    }

    /// The answer at the next of the points that were given.
    pub fn learn(&mut self, answer: &str) {
        if let Some(point) = self.waiting.pop_front() {
            self.known.insert(point, Some(answer.into()));
        }
    }

    fn differs(&self, [x, y]: Place) -> bool {
        let size = self.size;
        let corners = [[x, y], [x + size, y], [x, y + size], [x + size, y + size]];
        let answers = corners.map(|corner| self.known.get(&point(&self.values(corner))));
        answers.iter().any(|answer| *answer != answers[0])
    }

    /// The values of a place: of the grid, or between two of it.
    fn values(&self, place: Place) -> Vec<Value> {
        let within = |(axis, at): (&Axis, u64)| {
            let part = (at % self.steps) as f64 / self.steps as f64;
            axis.within(at / self.steps, part).expect("it is a range")
        };
        self.axes.iter().zip(place).map(within).collect()
    }

    /// The values of a point of the grid; the last key changes first.
    fn of_grid(&self, mut number: u64) -> Vec<Value> {
        let value = |(axis, count): (&Axis, &u64)| {
            let at = number % count;
            number /= count;
            axis.value(at)
        };
        let mut values: Vec<Value> = self.axes.iter().zip(&self.counts).rev().map(value).collect();
        values.reverse();
        values
    }
}

fn point(values: &[Value]) -> Point {
    values.iter().map(Value::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(vary: [&str; 2], refine: u32) -> Result<Plan, String> {
        Plan::new(vary.map(|axis| axis.parse().expect("it is sound")).into(), refine)
    }

    fn number(value: &Value) -> f64 {
        value.as_float().or(value.as_integer().map(|number| number as f64)).expect("a number")
    }

    /// Where a line divides the plane, points crowd along it: at the end, no two neighbours of the finest
    /// grid lie on different sides of it without having been looked at.
    #[test]
    fn points_crowd_along_a_border() {
        let mut plan = plan(["x=0.0..1:5", "y=0.0..1:5"], 4).expect("it is sound");
        let side = |x: f64, y: f64| if x + 2.0 * y > 1.3 { "above" } else { "below" };
        let mut looked = BTreeMap::new();
        loop {
            let points = plan.more();
            if points.is_empty() {
                break;
            }
            for point in points {
                let at =
                    [number(&point[0]), number(&point[1])].map(|part| (part * 64.0).round() as u64);
                let answer = side(number(&point[0]), number(&point[1]));
                assert!(looked.insert(at, answer).is_none(), "{at:?} is looked at once");
                plan.learn(answer);
            }
        }
        assert!(looked.len() < 65 * 65 / 4, "{} points", looked.len());
        for x in 0..=64u64 {
            let truth = |y: u64| side(x as f64 / 64.0, y as f64 / 64.0);
            for y in 0..64 {
                if truth(y) != truth(y + 1) {
                    let both = looked.contains_key(&[x, y]) && looked.contains_key(&[x, y + 1]);
                    assert!(both, "the border at {x} {y}");
                }
            }
        }
    }

    /// Between whole numbers that stand side by side there is nothing, and no point is looked at twice.
    #[test]
    fn whole_numbers_are_looked_at_once() {
        for across in ["x=1..5", "x=1..10:log:10", "x=1..9:3"] {
            let mut plan = plan([across, "y=0..900:4"], 3).expect("it is sound");
            let mut looked = std::collections::BTreeSet::new();
            loop {
                let points = plan.more();
                if points.is_empty() {
                    break;
                }
                for values in points {
                    let (x, y) = (number(&values[0]), number(&values[1]));
                    assert_eq!(x, x.round(), "{across}");
                    assert!(
                        looked.insert(point(&values)),
                        "{across}: {values:?} is looked at once"
                    );
                    plan.learn(if 100.0 * x + y > 700.0 { "above" } else { "below" });
                }
            }
            assert!(looked.len() > 12, "{across}");
        }
    }

    #[test]
    fn only_a_plane_is_refined() {
        assert!(plan(["x=1,2,3", "y=0..9:4"], 1).is_err());
        assert!(plan(["x=0..9", "y=0..9:1"], 1).is_err());
        assert!(plan(["x=0..9", "y=0..9:4"], 9).is_err());
        assert!(plan(["x=0..9", "x=0..9:4"], 0).is_err());
    }
}
