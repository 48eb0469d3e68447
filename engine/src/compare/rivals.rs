//! Which scenarios, and what of them can be compared.

use crate::mechanism::{Catalogue, Mechanism};
use crate::play::{Measure, OF_STRATEGY};
use crate::rows::Column;
use crate::scenario::{Document, ScenarioError};
use crate::simulate::Simulation;
use crate::sweep::{AxisError, SweepError};
use std::path::PathBuf;

/// What stands where nobody is better for sure.
pub const EVEN: &str = "even";

/// Why scenarios cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// One of them is wrong.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// What is varied is.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// The points are.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// A folder cannot be read.
    #[error("{0}: {1}")]
    Folder(PathBuf, String),
    /// Something else is wrong.
    #[error("{0}")]
    Wrong(String),
}

/// One of those that are compared.
pub struct Rival<'a> {
    /// What it is called.
    pub name: String,
    /// Its scenario.
    pub document: Document,
    /// Its mechanism.
    pub mechanism: &'a Mechanism,
}

/// All of them: two at least.
pub struct Rivals<'a>(Vec<Rival<'a>>);

impl<'a> Rivals<'a> {
    /// Scenarios with their names. Says what is wrong with them.
    pub fn new(
        all: Vec<(String, Document)>,
        catalogue: Catalogue<'a>,
    ) -> Result<Self, CompareError> {
        if all.len() < 2 {
            let expected = "expected two scenarios at least, or --between KEY=VALUE,VALUE";
            return Err(CompareError::Wrong(expected.into()));
        }
        let mut rivals: Vec<Rival> = Vec::new();
        for (name, document) in all {
            let problem = match name.as_str() {
                "" => Some("expected a name for every scenario".into()),
                EVEN => Some(format!("{EVEN} stands for nobody: expected another name")),
                name if name.contains(char::is_control) => {
                    Some(format!("{name:?}: expected a name without control characters"))
                }
                name if rivals.iter().any(|other| other.name == name) => {
                    Some(format!("{name}: expected scenarios with different names"))
                }
                _ => None,
            };
            if let Some(problem) = problem {
                return Err(CompareError::Wrong(problem));
            }
            let mechanism = catalogue.of(&document)?;
            rivals.push(Rival { name, document, mechanism });
        }
        Ok(Self(rivals))
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &Rival<'a>> {
        self.0.iter()
    }

    /// Their names.
    pub fn names(&self) -> Vec<&str> {
        self.iter().map(|rival| rival.name.as_str()).collect()
    }

    /// Each of them, with this put over it.
    pub fn simulations(&self, set: &[String]) -> Result<Vec<Box<dyn Simulation>>, ScenarioError> {
        let load = |rival: &Rival| rival.mechanism.simulation(&rival.document.with(set)?);
        self.iter().map(load).collect()
    }

    /// The numbers that mean the same in all of them, by columns of the first.
    pub fn shared(&self, simulations: &[Box<dyn Simulation>]) -> Vec<Column> {
        let alike = |column: &Column| {
            self.iter().zip(simulations).all(|(rival, simulation)| {
                let there = simulation.columns().iter().any(|other| other == column);
                there && self.means_same(&column.name, rival.mechanism)
            })
        };
        simulations[0].columns().into_iter().filter(alike).collect()
    }

    /// Whether a number of the first is of another mechanism what it is there.
    fn means_same(&self, name: &str, other: &Mechanism) -> bool {
        let own = self.0[0].mechanism;
        let of = |mechanism: &Mechanism| -> Option<Measure> {
            (mechanism.measures)().into_iter().find(|measure| measure.name == name)
        };
        own.name == other.name || of(own).is_some_and(|measure| of(other) == Some(measure))
    }

    /// What cannot be compared, and why; and what is not the same though it may have to be.
    pub fn notes(&self, simulations: &[Box<dyn Simulation>]) -> Vec<String> {
        let mut notes = Vec::new();
        let first = &self.0[0];
        for (rival, simulation) in self.iter().zip(simulations).skip(1) {
            let pair = format!("{} and {}", first.name, rival.name);
            let token = |one: &dyn Simulation| (one.token().name, one.token().decimals);
            if token(&*simulations[0]) != token(&**simulation) {
                notes.push(format!("{pair}: amounts are in other tokens, so none is compared"));
            }
            let agents = |one: &dyn Simulation| -> u64 {
                one.strategies().iter().map(|(_, count)| count).sum()
            };
            let (one, other) = (agents(&*simulations[0]), agents(&**simulation));
            if one != other {
                notes.push(format!("{pair}: {one} agents here and {other} there, so welfare and budget are of others"));
            }
            let (one, other) = (simulations[0].run().horizon, simulation.run().horizon);
            if one != other {
                notes.push(format!(
                    "{pair}: {one} rounds here and {other} there, so payoffs are of other times"
                ));
            }
            if first.mechanism.name != rival.mechanism.name {
                notes.push(format!(
                    "{pair}: other mechanisms, so only what all mechanisms have means the same"
                ));
                for measure in ["welfare", "revenue"] {
                    let lacks = [first, rival].into_iter().find(|one| {
                        !(one.mechanism.measures)().iter().any(|own| own.name == measure)
                    });
                    if let Some(one) = lacks {
                        let why = match measure {
                            "welfare" => "what its outcomes are worth is not all in its world",
                            _ => "nobody owns it",
                        };
                        notes.push(format!(
                            "{}: {} has no {measure}: {why}",
                            one.name, one.mechanism.name
                        ));
                    }
                }
            }
        }
        notes
    }

    /// The number by which they are compared where none is said: welfare, or else what agents pay.
    pub fn usual(shared: &[Column]) -> Option<&Column> {
        let named = |name: &str| shared.iter().find(|column| column.name == name);
        named("welfare").or_else(|| named("budget"))
    }

    /// Whether a number is of one strategy.
    pub fn is_of_strategy(name: &str) -> bool {
        let starts = |measure: &Measure| {
            name.strip_prefix(measure.name).is_some_and(|rest| rest.starts_with('_'))
        };
        OF_STRATEGY.iter().any(starts)
    }
}
