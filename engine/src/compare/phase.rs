//! Whose is better, where: a row for every point.

use super::paired::{Difference, Paired};
use super::refine::Plan;
use super::rivals::{CompareError, EVEN, Rivals};
use crate::mechanism::Catalogue;
use crate::rows::{Cell, Column, Kind};
use crate::scenario::{Document, ScenarioError};
use crate::sweep::{Axis, Tabled, command};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use toml::Value;

/// What a folder says of the comparison in it.
const HEAD: &str = "compare.toml";

/// What is asked of scenarios, as `[compare]` of the first says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// `KEY=VALUE,VALUE`: of each scenario one for each of these values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<String>,
    /// Of each scenario one for each of these names, with what is put over it: a list of `KEY=VALUE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<(String, Vec<String>)>,
    /// The number by which they are compared.
    pub of: String,
    /// Whether less of it is better.
    pub less: bool,
    /// Keys with their values, in all of them: see [`Axis`].
    pub vary: Vec<String>,
    /// How often cells are divided whose corners have different answers.
    pub refine: u32,
}

impl Asked {
    /// What a scenario says; nothing if it says nothing.
    pub fn of(document: &Document) -> Result<Self, CompareError> {
        let Some(table) = document.compare() else { return Ok(Self::default()) };
        serde_path_to_error::deserialize(table.clone()).map_err(|error| {
            let key = format!("compare.{}", error.path());
            let problem = error.into_inner().message().replace('\n', "; ");
            document.wrong(key.trim_end_matches(".?"), &problem).into()
        })
    }
}

/// A comparison, as a folder says it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    compare: Asked,
    rival: Vec<Named>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    scenario: String,
}

/// Scenarios, point by point.
pub struct Phases<'a> {
    rivals: Rivals<'a>,
    asked: Asked,
    axes: Vec<Axis>,
    of: Column,
    columns: Vec<Column>,
    notes: Vec<String>,
}

impl<'a> Phases<'a> {
    /// Reads what is compared, and says what is wrong with it: also where the first point cannot be played.
    pub fn new(rivals: Rivals<'a>, asked: Asked) -> Result<Self, CompareError> {
        let axes = asked.vary.iter().map(|vary| vary.parse()).collect::<Result<Vec<Axis>, _>>()?;
        let mut plan = Plan::new(axes.clone(), asked.refine).map_err(CompareError::Wrong)?;
        let first = plan.more().into_iter().next().unwrap_or_default();
        let set: Vec<String> =
            axes.iter().zip(&first).map(|(axis, value)| axis.set(value)).collect();
        let simulations = rivals.simulations(&set)?;
        let shared = rivals.shared(&simulations);
        let of = match asked.of.as_str() {
            "" => Rivals::usual(&shared),
            name => shared.iter().find(|column| column.name == name),
        };
        let of = of.cloned().ok_or_else(|| {
            let names: Vec<_> = shared.iter().map(|column| column.name.as_str()).collect();
            let notes = rivals.notes(&simulations).join("; ");
            CompareError::Wrong(match asked.of.as_str() {
                "" => format!(
                    "neither welfare nor budget is there in all of them: expected --of; {notes}"
                ),
                of => format!("--of {of}: expected one of {}", names.join(", ")),
            })
        })?;
        // Scenarios that were made from it are written down.
        let (of_name, rivals_made) = (of.name.clone(), Vec::new());
        let asked = Asked { of: of_name, between: None, rivals: rivals_made, ..asked };
        let mut columns = vec![Column::whole("point")];
        columns.extend(axes.iter().map(Axis::column));
        columns.extend([Column::whole("seed"), Column::whole("runs")]);
        let number = |name: String| Column { name, kind: Kind::Number, unit: of.unit.clone() };
        for name in rivals.names() {
            for end in ["", "_low", "_high"] {
                columns.push(number(format!("{}:{name}{end}", of.name)));
            }
        }
        columns.push(Column::text("best"));
        columns.extend(["lead", "lead_low", "lead_high"].map(|name| number(name.into())));
        columns.extend([Column::text("problem"), Column::text("command")]);
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].iter().any(|other| other.name == column.name) {
                let names = rivals.names().join(", ");
                let problem = format!(
                    "{names}: two columns would be called {}: expected other names",
                    column.name
                );
                return Err(CompareError::Wrong(problem));
            }
        }
        let notes = rivals.notes(&simulations);
        Ok(Self { rivals, asked, axes, of, columns, notes })
    }

    /// What does not mean the same in all of them, at the first point.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Reads what a folder says.
    pub fn read(folder: &Path, catalogue: Catalogue<'a>) -> Result<Self, CompareError> {
        let path = head(folder);
        let failed = |error: String| CompareError::Folder(path.clone(), error);
        let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        let head: Head =
            toml::from_str(&text).map_err(|error| failed(error.message().replace('\n', "; ")))?;
        let document = |Named { name, scenario }| {
            Document::parse(format!("{}: {name}", path.display()), scenario, &[])
                .map(|document| (name, document))
        };
        let all = head.rival.into_iter().map(document).collect::<Result<Vec<_>, _>>()?;
        Self::new(Rivals::new(all, catalogue)?, head.compare)
    }

    /// What is varied.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Who is compared.
    pub fn rivals(&self) -> &Rivals<'a> {
        &self.rivals
    }

    /// What is asked.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Which points are looked at.
    pub fn plan(&self) -> Plan {
        Plan::new(self.axes.clone(), self.asked.refine).expect("it was checked")
    }

    /// The answer in a row.
    pub fn answer<'r>(&self, row: &'r [Cell]) -> &'r str {
        let at = self.columns.iter().position(|column| column.name == "best");
        match at.map(|at| &row[at]) {
            Some(Cell::Text(answer)) => answer,
            _ => "",
        }
    }

    /// The row of a point. What is wrong with it stands in the row.
    pub fn row(&self, number: u64, values: &[Value]) -> Vec<Cell> {
        let mut row = vec![Cell::Whole(number.into())];
        row.extend(self.axes.iter().zip(values).map(|(axis, value)| axis.cell(value)));
        let set: Vec<String> =
            self.axes.iter().zip(values).map(|(axis, value)| axis.set(value)).collect();
        let cells = self.played(&set);
        let cells =
            cells.unwrap_or_else(|error| self.nothing(&error.to_string().replace('\n', "; ")));
        row.extend(cells);
        let each = self.rivals.iter().map(|rival| {
            let (file, over) = rival.document.origin();
            let set: Vec<String> = over.iter().chain(&set).cloned().collect();
            command("simulate", file, &set, "")
        });
        row.push(Cell::Text(each.collect::<Vec<_>>().join(" && ")));
        row
    }

    /// The cells from the seed to the problem.
    fn played(&self, set: &[String]) -> Result<Vec<Cell>, ScenarioError> {
        let simulations = self.rivals.simulations(set)?;
        if !self.rivals.shared(&simulations).contains(&self.of) {
            return Ok(self.nothing(&format!("{} is not there", self.of.name)));
        }
        let paired = Paired::play(&simulations, vec![self.of.clone()], 1);
        let (best, Difference { mean, low, high, .. }) = paired.best(0, self.asked.less);
        let mut cells = vec![paired.seed.into(), paired.runs.into()];
        for metric in &paired.means[0] {
            cells.extend([metric.mean, metric.ci95_low, metric.ci95_high].map(Cell::Number));
        }
        let names = self.rivals.names();
        cells.push(Cell::Text(best.map_or(EVEN, |best| names[best]).into()));
        cells.extend([mean, low, high].map(Cell::Number));
        cells.push(Cell::None);
        Ok(cells)
    }

    fn nothing(&self, problem: &str) -> Vec<Cell> {
        let mut cells = vec![Cell::None; self.columns.len() - self.axes.len() - 3];
        cells.push(Cell::Text(problem.into()));
        cells
    }
}

impl Tabled for Phases<'_> {
    const HEAD: &'static str = HEAD;

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn text(&self) -> String {
        let named = |rival: &super::Rival| Named {
            name: rival.name.clone(),
            scenario: rival.document.resolved(),
        };
        let head =
            Head { compare: self.asked.clone(), rival: self.rivals.iter().map(named).collect() };
        let head = toml::to_string(&head).expect("it can be written");
        format!("# carrots {}\n{head}", env!("CARGO_PKG_VERSION"))
    }
}

/// Where a folder says what is compared there.
pub fn head(folder: &Path) -> PathBuf {
    folder.join(HEAD)
}
