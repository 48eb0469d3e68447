//! What is wanted, as `[design]` of a scenario says it.

use super::division::Grid;
use crate::mechanism::Catalogue;
use crate::rows::{Column, Kind};
use crate::scenario::{Document, Property, ScenarioError};
use crate::sweep::{Asked as Swept, Axis, Sweep, SweepError, Tabled};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most points, of what is free and of what is not known together; and of those that are searched.
const POINTS_MAX: u64 = 1_000_000;
const SEARCHED_MAX: u64 = 1 << 50;
/// The most goals.
const GOALS_MAX: usize = 64;

/// `[design]`: what is free, what is not known, and what is wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// A key whose values are rules to choose from: the rest is asked with each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choose: Option<String>,
    /// Keys with their values: see [`Axis`]. The parameters are chosen from these.
    pub free: Vec<String>,
    /// Keys with values for all of which the goals have to be met.
    #[serde(rename = "for")]
    pub across: Vec<String>,
    /// Properties that have to hold, on the terms of `intended.properties`.
    pub hold: Vec<String>,
    /// `NAME>=NUMBER` or `NAME<=NUMBER`: what a metric or a payoff has to be, by its 95 % interval; amounts in
    /// the smallest unit.
    pub bounds: Vec<String>,
    /// Free keys, properties that are held, by what is measured of them, metrics or payoffs that should be small, or
    /// large.
    pub least: Vec<String>,
    #[allow(missing_docs)]
    pub most: Vec<String>,
    /// Whether the box is divided instead of computing every point of it: see [`super::Division`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub divide: bool,
    /// The most points that are computed, where a search chooses them: see [`super::Search`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<u64>,
    /// How far an audit may go: seconds for each property, bytes, chains of raw calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[allow(missing_docs)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    #[allow(missing_docs)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chains: Option<u64>,
}

/// Something that has to be met.
#[derive(Clone, Debug, PartialEq)]
pub enum Goal {
    /// A property holds.
    Property(Property),
    /// A number of the simulator's is at least, or at most, so much.
    Bound {
        /// Which.
        name: String,
        /// Whether it is a lower bound.
        least: bool,
        /// How much, amounts in the smallest unit.
        number: f64,
    },
}

impl fmt::Display for Goal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Goal::Property(property) => out.write_str(property.name()),
            Goal::Bound { name, least, number } => {
                write!(out, "{name}{}{number}", if *least { ">=" } else { "<=" })
            }
        }
    }
}

/// Something that should be small, or large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// A free key, a property that is held, or a number of the simulator's: the first that there is.
    pub name: String,
    /// Whether it should be large.
    pub most: bool,
}

/// Goals that can be judged: rows of a sweep over what is free, and at each of its points over what is not
/// known.
pub struct Goals<'a> {
    sweep: Sweep<'a>,
    free: usize,
    grid: Grid,
    asked: Asked,
    goals: Vec<Goal>,
    objectives: Vec<Objective>,
}

/// Some rows of a sweep, in the order in which they were computed.
pub struct Picked<'g, 'a>(&'g Goals<'a>);

impl Tabled for Picked<'_, '_> {
    const HEAD: &'static str = "design.toml";

    fn columns(&self) -> &[Column] {
        self.0.sweep.columns()
    }

    /// A scenario that says in `[design]` what is wanted, and in `[sweep]` of which points rows there can be.
    fn text(&self) -> String {
        let asked = toml::to_string(&self.0.asked).expect("it can be written");
        format!("{}\n[design]\n{asked}", self.0.sweep.text())
    }
}

impl Asked {
    /// What a scenario says; nothing if it says nothing.
    pub fn of(document: &Document) -> Result<Self, ScenarioError> {
        let Some(table) = document.design() else { return Ok(Self::default()) };
        serde_path_to_error::deserialize(table.clone()).map_err(|error| {
            let key = format!("design.{}", error.path());
            let problem = error.into_inner().message().replace('\n', "; ");
            document.wrong(key.trim_end_matches(".?"), &problem)
        })
    }
}

fn wrong(problem: String) -> SweepError {
    SweepError::Wrong(problem)
}

impl<'a> Goals<'a> {
    /// Reads what is wanted, and says what is wrong with it.
    pub fn new(
        document: Document,
        catalogue: Catalogue<'a>,
        asked: Asked,
    ) -> Result<Self, SweepError> {
        if asked.free.is_empty() {
            let expected = "--free: expected a key with its values, such as params.deposit=0..1_000:11, here or \
                            in [design]";
            return Err(wrong(expected.into()));
        }
        let goals = goals(&asked)?;
        let mut axes = Vec::new();
        for (option, given) in [("--free", &asked.free), ("--for", &asked.across)] {
            for one in given {
                let axis: Result<Axis, _> = one.parse();
                let axis =
                    axis.map_err(|error| wrong(error.to_string().replace("--vary", option)))?;
                if axis.count().is_none() {
                    return Err(wrong(format!(
                        "{option} {one}: expected how many, as in {one}:10"
                    )));
                }
                if axes.iter().any(|other: &Axis| other.key == axis.key) {
                    return Err(wrong(format!("{option} {one}: {} is there twice", axis.key)));
                }
                axes.push(axis);
            }
        }
        let count = axes.iter().try_fold(1u64, |all, axis| all.checked_mul(axis.count()?));
        let most = if asked.search.is_some() { SEARCHED_MAX } else { POINTS_MAX };
        if count.is_none_or(|count| count > most) {
            return Err(wrong(format!("--free, --for: expected at most {most} points in all")));
        }
        let free = asked.free.len();
        let objectives = [(&asked.least, false), (&asked.most, true)];
        let objectives = objectives.into_iter().flat_map(|(names, most)| {
            names.iter().map(move |name| Objective { name: name.clone(), most })
        });
        let objectives: Vec<Objective> = objectives.collect();
        let is_free = |name: &String| axes[..free].iter().any(|axis| axis.key == *name);
        let simulated = |name: &String| !is_free(name) && !asked.hold.contains(name);
        let measured = goals.iter().any(|goal| matches!(goal, Goal::Bound { .. }))
            || objectives.iter().any(|one| simulated(&one.name));
        let swept = Swept {
            vary: asked.free.iter().chain(&asked.across).cloned().collect(),
            properties: asked.hold.clone(),
            metrics: Some(measured),
            seconds: asked.seconds,
            memory: asked.memory,
            chains: asked.chains,
            ..Swept::default()
        };
        let sweep = Sweep::new(document, catalogue, swept).map_err(|error| match error {
            SweepError::Wrong(problem) => wrong(problem.replace("--property", "--hold")),
            other => other,
        })?;
        let counts = sweep.axes()[..free].iter().filter_map(Axis::count).collect();
        let (grid, divide, search) = (Grid::new(counts), asked.divide, asked.search);
        let goals = Self { sweep, free, grid, asked, goals, objectives };
        goals.check_names()?;
        let other = goals
            .objectives
            .iter()
            .find(|one| goals.free().iter().all(|axis| axis.key != one.name));
        if let Some(Objective { name, .. }) = other.filter(|_| divide) {
            return Err(wrong(format!(
                "--divide: expected objectives that are free keys: {name} is known only where it is computed"
            )));
        }
        if let Some(most) = search {
            let expected = match (divide, goals.objectives.len(), most) {
                (true, ..) => "a search, or --divide, not both",
                (_, 2.., _) => "one objective at most: it is what is searched for",
                (_, _, 0) => "at least one point",
                _ => return Ok(goals),
            };
            return Err(wrong(format!("--search {most}: expected {expected}")));
        }
        Ok(goals)
    }

    /// Bounds and objectives are of numbers that there are.
    fn check_names(&self) -> Result<(), SweepError> {
        let names = self.numbers();
        for goal in &self.goals {
            if let Goal::Bound { name, .. } = goal
                && !names.contains(&name.as_str())
            {
                let expected = names.join(", ");
                return Err(wrong(format!("--bound {goal}: {name}: expected one of {expected}")));
            }
        }
        for Objective { name, most } in &self.objectives {
            let option = if *most { "--most" } else { "--least" };
            match self.free().iter().find(|axis| axis.key == *name) {
                Some(axis) if axis.column().kind == Kind::Text => {
                    let expected = "expected a key with numbers";
                    return Err(wrong(format!("{option} {name}: {expected}")));
                }
                None if !names.contains(&name.as_str()) && !self.asked.hold.contains(name) => {
                    let keys = self.free().iter().map(|axis| axis.key.as_str());
                    let held = self.asked.hold.iter().map(String::as_str);
                    let expected = keys.chain(held).chain(names).collect::<Vec<_>>().join(", ");
                    return Err(wrong(format!("{option} {name}: expected one of {expected}")));
                }
                None if ["solvency", "frozen"].contains(&name.as_str()) => {
                    let expected = "expected a property of which something is measured";
                    return Err(wrong(format!("{option} {name}: {expected}")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What the simulator measures.
    fn numbers(&self) -> Vec<&str> {
        let columns = self.sweep.columns();
        let has = |name: String| columns.iter().any(|column| column.name == name);
        let names = columns.iter().map(|Column { name, .. }| name.as_str());
        names.filter(|name| has(format!("{name}_low")) && has(format!("{name}_high"))).collect()
    }

    /// What is computed.
    pub fn sweep(&self) -> &Sweep<'a> {
        &self.sweep
    }

    /// The keys that are free.
    pub fn free(&self) -> &[Axis] {
        &self.sweep.axes()[..self.free]
    }

    /// The points of what is free.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How many there are.
    pub fn points(&self) -> u64 {
        self.sweep.count() / self.rows_each()
    }

    /// What was asked.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// What a folder keeps if not every point is computed.
    pub fn picked(&self) -> Option<Picked<'_, 'a>> {
        (self.asked.divide || self.asked.search.is_some()).then_some(Picked(self))
    }

    /// Whether an objective is a number of the simulator's.
    pub fn is_simulated(&self, Objective { name, .. }: &Objective) -> bool {
        !self.is_free(name) && !self.asked.hold.contains(name)
    }

    fn is_free(&self, name: &str) -> bool {
        self.free().iter().any(|axis| axis.key == name)
    }

    /// The column that says what an objective comes to.
    pub(super) fn column(&self, objective: &Objective) -> String {
        let name = &objective.name;
        match self.is_free(name) || self.is_simulated(objective) {
            true => name.clone(),
            false => format!("{name}_measured"),
        }
    }

    /// What is wanted.
    pub fn goals(&self) -> &[Goal] {
        &self.goals
    }

    /// What should be small, or large.
    pub fn objectives(&self) -> &[Objective] {
        &self.objectives
    }

    /// Rows behind each point.
    pub fn rows_each(&self) -> u64 {
        self.sweep.axes()[self.free..].iter().filter_map(Axis::count).product()
    }
}

/// Properties, then bounds.
fn goals(asked: &Asked) -> Result<Vec<Goal>, SweepError> {
    let mut goals: Vec<Goal> = Vec::new();
    for name in &asked.hold {
        let property = Property::find(name).ok_or_else(|| {
            let names: Vec<_> = Property::ALL.iter().map(|one| one.name()).collect();
            wrong(format!("--hold {name}: expected one of {}", names.join(", ")))
        })?;
        goals.push(Goal::Property(property));
    }
    for bound in &asked.bounds {
        let parts = [(">=", true), ("<=", false)]
            .into_iter()
            .find_map(|(sign, least)| Some((bound.split_once(sign)?, least)));
        let goal = parts.and_then(|((name, number), least)| {
            let number = number.trim().replace('_', "").parse().ok();
            let number = number.filter(|number: &f64| number.is_finite())?;
            Some(Goal::Bound { name: name.trim().into(), least, number })
        });
        let expected = "expected NAME>=NUMBER or NAME<=NUMBER, such as revenue>=1_000";
        goals.push(goal.ok_or_else(|| wrong(format!("--bound {bound}: {expected}")))?);
    }
    for (at, goal) in goals.iter().enumerate() {
        if goals[..at].contains(goal) {
            return Err(wrong(format!("{goal}: it is wanted twice")));
        }
    }
    match goals.len() {
        0 => Err(wrong("--hold: expected a property, or --bound, here or in [design]".into())),
        1..=GOALS_MAX => Ok(goals),
        _ => Err(wrong(format!("--hold, --bound: expected at most {GOALS_MAX} goals"))),
    }
}
