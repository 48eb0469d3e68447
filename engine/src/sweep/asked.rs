//! What is swept, as `[sweep]` of a scenario says it.

use super::axis::Axis;
use super::design::{Design, Points};
use crate::audit::Limits;
use crate::scenario::{Document, Property, ScenarioError};
use serde::{Deserialize, Serialize};

/// Why something cannot be swept.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A scenario is wrong.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// Something else is.
    #[error("{0}")]
    Wrong(String),
}

/// What is wanted of every point.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Metrics and payoffs, by the simulator.
    pub metrics: bool,
    /// So many runs that the 95 % interval of a number is at most so wide, but no more than the scenario
    /// says.
    pub until: Option<(String, f64)>,
    /// Verdicts, by the audit.
    pub properties: Vec<Property>,
    /// Where along a range of whole numbers the verdict of the one property changes.
    pub find: Option<Axis>,
    /// How far audits may go.
    pub limits: Limits,
}

/// `[sweep]`: what is varied, how points are chosen, and what is wanted of each.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    /// Keys with their values: see [`Axis`].
    pub vary: Vec<String>,
    /// `grid`, `latin`, `sobol`, `morris` or `saltelli`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub design: Option<String>,
    /// How many points, where the design does not say; how many paths of `morris`, how many pairs of `saltelli`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u64>,
    /// Whether metrics and payoffs are wanted: they are where no property is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<bool>,
    /// `NAME=WIDTH`: no more runs than make its 95 % interval so narrow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Properties whose verdicts are wanted.
    pub properties: Vec<String>,
    /// `KEY=FROM..TO`: where along it the verdict of the one property changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub find: Option<String>,
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

impl Asked {
    /// What a scenario says; nothing if it says nothing.
    pub fn of(document: &Document) -> Result<Self, SweepError> {
        let Some(table) = document.sweep() else { return Ok(Self::default()) };
        serde_path_to_error::deserialize(table.clone()).map_err(|error| {
            let key = format!("sweep.{}", error.path());
            document.wrong(&key, error.inner().message()).into()
        })
    }

    /// The points, drawn from a seed if they are drawn.
    pub fn points(&self, seed: u64) -> Result<Points, SweepError> {
        let wrong = |problem: &str| SweepError::Wrong(problem.into());
        let axes = self
            .vary
            .iter()
            .map(|one| one.parse().map_err(|error| SweepError::Wrong(format!("{error}"))));
        let axes = axes.collect::<Result<Vec<Axis>, _>>()?;
        if axes.is_empty() && self.find.is_none() {
            return Err(wrong(
                "--vary: expected a key to be varied, such as params.deposit=100..1_000:10, here or in [sweep]",
            ));
        }
        let count = || {
            self.points.ok_or_else(|| {
                wrong("--points: expected how many points, with a design that is no grid")
            })
        };
        let design = match self.design.as_deref() {
            None | Some("grid") if self.points.is_some() => {
                return Err(wrong(
                    "--points: expected --design latin, sobol, morris or saltelli: a grid has those of its keys",
                ));
            }
            None | Some("grid") => Design::Grid,
            Some("latin") => Design::Latin(count()?),
            Some("sobol") => Design::Sobol(count()?),
            Some("morris") => Design::Morris(count()?),
            Some("saltelli") => Design::Saltelli(count()?),
            Some(other) => {
                return Err(wrong(&format!(
                    "--design {other}: expected grid, latin, sobol, morris or saltelli"
                )));
            }
        };
        Points::new(axes, design, seed).map_err(SweepError::Wrong)
    }

    /// What is wanted of every point.
    pub fn wanted(&self) -> Result<Wanted, SweepError> {
        let property = |name: &String| {
            Property::find(name).ok_or_else(|| {
                let names: Vec<_> = Property::ALL.iter().map(|one| one.name()).collect();
                SweepError::Wrong(format!(
                    "--property {name}: expected one of {}",
                    names.join(", ")
                ))
            })
        };
        let mut properties: Vec<Property> = Vec::new();
        for property in self.properties.iter().map(property) {
            let property = property?;
            if !properties.contains(&property) {
                properties.push(property);
            }
        }
        let find = self.find.as_ref().map(|find| find.parse::<Axis>());
        let find = find
            .transpose()
            .map_err(|error| SweepError::Wrong(error.to_string().replace("--vary", "--find")))?;
        let until = self.until.as_ref().map(|until| {
            let parts = until.split_once('=');
            let parts = parts.and_then(|(name, width)| {
                Some((name.trim().to_string(), width.trim().parse().ok()?))
            });
            let parts = parts.filter(|(_, width): &(_, f64)| width.is_finite() && *width > 0.0);
            parts.ok_or_else(|| {
                SweepError::Wrong(format!(
                    "--until {until}: expected NAME=WIDTH, such as staked_share=0.01"
                ))
            })
        });
        if self.seconds.is_some_and(|seconds| !seconds.is_finite() || seconds <= 0.0) {
            return Err(SweepError::Wrong("--seconds: expected a number above zero".into()));
        }
        let usual = Limits::default();
        let limits = Limits {
            seconds: self.seconds.unwrap_or(usual.seconds),
            memory: self
                .memory
                .map_or(usual.memory, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
            chains: self.chains.unwrap_or(usual.chains),
            ..usual
        };
        let metrics = self.metrics.unwrap_or(properties.is_empty());
        if until.is_some() && !metrics {
            return Err(SweepError::Wrong("--until: expected --metrics with --property".into()));
        }
        Ok(Wanted { metrics, until: until.transpose()?, properties, find, limits })
    }
}
