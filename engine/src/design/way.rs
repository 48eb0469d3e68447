//! Which points are computed.

use super::division::Division;
use super::goals::Goals;
use super::judged::{Point, Points};
use super::search::Search;

/// Which points are computed.
pub enum Way {
    /// All of them.
    Every,
    /// Those that divide the box.
    Divided(Box<Division>),
    /// Those that a search asks for.
    Searched(Search),
}

impl Goals<'_> {
    /// Which points are computed, before any is.
    pub fn way(&self) -> Way {
        let (grid, seed) = (self.grid().clone(), self.sweep().seed());
        match self.asked().search {
            Some(most) => Way::Searched(Search::new(grid, most as usize, seed)),
            None if self.asked().divide => {
                Way::Divided(Box::new(Division::new(grid, self.goals().len(), seed)))
            }
            None => Way::Every,
        }
    }
}

impl Way {
    /// How far the box is divided, if it is.
    pub fn division(&self) -> Option<&Division> {
        match self {
            Way::Divided(division) => Some(division),
            _ => None,
        }
    }

    /// What came of a point.
    pub fn learn(&mut self, number: u64, point: &Point) {
        if let Way::Divided(division) = self {
            division.learn(number, point.goals());
        }
    }

    /// The points that are to be computed next, given those that were; none if there are no more.
    pub fn more(&mut self, goals: &Goals, points: &Points) -> Vec<u64> {
        match self {
            Way::Every if points.is_empty() => (0..goals.points()).collect(),
            Way::Every => Vec::new(),
            Way::Divided(division) => division.more(),
            Way::Searched(search) => {
                let known = points.iter().map(|(at, point)| (*at, goals.badness(point)));
                search.more(&known.collect())
            }
        }
    }
}
