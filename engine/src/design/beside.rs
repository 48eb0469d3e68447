//! What closed forms say of the points that were computed.

use super::goals::{Goal, Goals};
use super::judged::{Point, Points};
use super::met::Met;
use crate::audit;
use crate::mechanism::Catalogue;
use crate::play::ClosedForm;
use rayon::prelude::*;

/// A closed form beside what was found.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Of which goal.
    pub goal: usize,
    /// When it holds, and where that is from.
    pub formula: &'static str,
    #[allow(missing_docs)]
    pub source: &'static str,
    /// The points of which it says whether the goal is met, of those that were computed, and of which that is known.
    pub points: usize,
    /// Those of which it says something else than what was found.
    pub other: Vec<u64>,
}

impl Goals<'_> {
    /// What closed forms say of the goals at the points that were computed: those of properties that have one at the
    /// first of these points, or at the last.
    pub fn beside(&self, points: &Points, catalogue: Catalogue) -> Vec<Beside> {
        let of = |goal| self.beside_one(goal, points, catalogue);
        (0..self.goals().len()).filter_map(of).collect()
    }

    fn beside_one(&self, goal: usize, points: &Points, catalogue: Catalogue) -> Option<Beside> {
        let known = |(at, point): (&u64, &Point)| match point.goals()[goal] {
            Met::Unknown => None,
            met if point.refused.is_none() => Some((*at, met == Met::Yes)),
            _ => None,
        };
        let known: Vec<(u64, bool)> = points.iter().filter_map(known).collect();
        let ends = [known.first()?, known.last()?];
        let form = ends.into_iter().find_map(|(at, _)| self.closed_form(*at, goal, catalogue))?;
        let said: Vec<(u64, bool)> = known
            .par_iter()
            .filter_map(|(at, met)| {
                let said = self.closed_form(*at, goal, catalogue)?;
                Some((*at, said.holds == *met))
            })
            .collect();
        let other = said.iter().filter(|(_, same)| !same).map(|(at, _)| *at).collect();
        let ClosedForm { formula, source, .. } = form;
        Some(Beside { goal, formula, source, points: said.len(), other })
    }

    /// What a closed form says of a goal at a point, for all that is not known.
    fn closed_form(&self, point: u64, goal: usize, catalogue: Catalogue) -> Option<ClosedForm> {
        let Goal::Property(property) = self.goals()[goal] else { return None };
        let first = point * self.rows_each();
        let mut all = Vec::new();
        for row in first..first + self.rows_each() {
            let document = self.sweep().scenario().with(&self.sweep().set(row)).ok()?;
            let audited = catalogue.audited(&document).ok()?;
            for terms in audit::questions(&*audited, property) {
                all.push(audited.closed_form(&terms)?);
            }
        }
        let holds = all.iter().all(|one| one.holds);
        all.into_iter().next().map(|form| ClosedForm { holds, ..form })
    }
}
