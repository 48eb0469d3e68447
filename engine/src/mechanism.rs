//! What is known of a mechanism by those who are given a name only: commands, and whoever opens a file.

use crate::audit::{self, Audit, Audited};
use crate::model::{Message, Messages, Model, Param, State};
use crate::play::{self, Measure, Play, Strategies, WriteError};
use crate::scenario::{Document, ScenarioError};
use crate::simulate::{self, Simulation};
use crate::trace::{self, Replay, TraceError};

/// Paths of files, and their texts.
pub type Files = &'static [(&'static str, &'static str)];

/// What a mechanism is written in, for whoever begins with a copy of it: see [`files!`](crate::files!).
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// The rules: what is in the `src` of their crate, which other modules do not use.
    pub rules: Files,
    /// How they are played: what is in the `src` of that crate.
    pub play: Files,
    /// Scenarios by their file's name.
    pub scenarios: Files,
    /// The name of the scenario for the conformance suite.
    pub suite: &'static str,
    /// Messages and errors that never happen in it.
    pub never: &'static [&'static str],
}

/// Files by their paths as [`include_str!`] takes them, with their texts: [`Files`](crate::mechanism::Files).
#[macro_export]
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!($path))),*]
    };
}

/// The catalogue's entry of a mechanism.
pub struct Mechanism {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// The accounts that its constructor takes, by what they do.
    pub roles: &'static [&'static str],
    /// Its parameters, in the order of the constructor's argument.
    pub params: fn() -> Vec<Param>,
    /// Its messages.
    pub messages: fn() -> &'static [Message],
    /// Why they are refused, and what that means.
    pub errors: fn() -> &'static [(&'static str, &'static str)],
    /// Its strategies, and what they do.
    pub strategies: &'static [(&'static str, &'static str)],
    /// What its runs are measured by.
    pub measures: fn() -> Vec<Measure>,
    /// A commented scenario to start from.
    pub template: &'static str,
    /// What it is written in, if copies of it can be made.
    pub sources: Option<Sources>,
    simulation: fn(&Document) -> Result<Box<dyn Simulation>, ScenarioError>,
    audited: fn(&Document) -> Result<Box<dyn Audited>, ScenarioError>,
    resumed: fn(&State, Option<&Document>, &str) -> Result<String, WriteError>,
    replay: fn(&str) -> Result<Box<dyn Replay>, TraceError>,
    /// What it does on a chain.
    #[cfg(feature = "chain")]
    pub chain: &'static dyn crate::chain::OnChain,
}

impl Mechanism {
    /// The entry of a mechanism that is played by `P`, with a commented scenario to start from.
    pub const fn of<P: Play>(template: &'static str) -> Self {
        Self {
            name: P::Model::NAME,
            about: P::Model::ABOUT,
            roles: P::Model::ROLES,
            params: P::Model::params,
            messages: P::Model::messages,
            errors: P::Model::errors,
            strategies: P::Strategy::NAMES,
            measures: play::measures::<P>,
            template,
            sources: None,
            simulation: simulate::load::<P>,
            audited: audit::load::<P>,
            resumed: play::resumed::<P>,
            replay: trace::replay::<P::Model>,
            #[cfg(feature = "chain")]
            chain: &crate::chain::Mechanism::<P>(std::marker::PhantomData),
        }
    }

    /// The same, of which copies can be made.
    pub const fn written_in(self, sources: Sources) -> Self {
        Self { sources: Some(sources), ..self }
    }

    /// Reads a scenario to be run.
    pub fn simulation(&self, scenario: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
        (self.simulation)(scenario)
    }

    /// Reads a scenario to be audited.
    pub fn audited(&self, scenario: &Document) -> Result<Box<dyn Audited>, ScenarioError> {
        (self.audited)(scenario)
    }

    /// Reads a scenario to be audited in a test.
    pub fn audit(&self, scenario: &Document) -> Result<Audit, ScenarioError> {
        self.audited(scenario).map(Audit::new)
    }

    /// The text of a scenario that goes on from a state: see [`play::resumed`].
    pub fn resumed(&self, state: &State, base: Option<&Document>) -> Result<String, WriteError> {
        (self.resumed)(state, base, self.template)
    }

    /// Reads a trace to be played.
    pub fn replay(&self, trace: &str) -> Result<Box<dyn Replay>, TraceError> {
        (self.replay)(trace)
    }
}

/// Mechanisms by their names.
#[derive(Clone, Copy)]
pub struct Catalogue<'a>(pub &'a [&'static Mechanism]);

/// A mechanism that is not in the catalogue.
#[derive(Debug, thiserror::Error)]
#[error("no mechanism `{name}`: expected one of {known}")]
pub struct UnknownMechanism {
    name: String,
    known: String,
}

impl Catalogue<'_> {
    /// The mechanism of that name.
    pub fn find(&self, name: &str) -> Result<&'static Mechanism, UnknownMechanism> {
        let found = self.0.iter().copied().find(|mechanism| mechanism.name == name);
        found.ok_or_else(|| UnknownMechanism { name: name.into(), known: self.names() })
    }

    /// The mechanism that a scenario names.
    pub fn of(&self, scenario: &Document) -> Result<&'static Mechanism, ScenarioError> {
        let expected =
            |_| scenario.wrong("mechanism", &format!("expected one of {}", self.names()));
        self.find(scenario.mechanism()?).map_err(expected)
    }

    /// Reads a scenario of any mechanism to be run.
    pub fn simulation(&self, scenario: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
        self.of(scenario)?.simulation(scenario)
    }

    /// Reads a scenario of any mechanism to be audited.
    pub fn audited(&self, scenario: &Document) -> Result<Box<dyn Audited>, ScenarioError> {
        self.of(scenario)?.audited(scenario)
    }

    /// Reads a scenario of any mechanism to be audited in a test.
    pub fn audit(&self, scenario: &Document) -> Result<Audit, ScenarioError> {
        self.of(scenario)?.audit(scenario)
    }

    /// Reads a trace of any mechanism.
    pub fn replay(&self, trace: &str) -> Result<Box<dyn Replay>, TraceError> {
        let name = trace::mechanism(trace)?;
        match self.find(&name) {
            Ok(mechanism) => mechanism.replay(trace),
            Err(_) => Err(TraceError::Mechanism(name, self.names())),
        }
    }

    fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|mechanism| mechanism.name).collect();
        names.join(", ")
    }
}
