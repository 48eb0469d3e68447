//! What each mechanism does on a chain, behind one interface.

use super::Address;
use super::script::{self, Script, ScriptError};
use super::twin::{self, Twin};
use crate::model::{Agent, Model, State, StateError, selector};
use crate::play::{self, Play};
use crate::scenario::{Document, ScenarioError};
use serde::Deserialize;
use std::marker::PhantomData;

/// The call of a constructor.
pub struct Constructor {
    /// The selector and the encoded arguments.
    pub data: Vec<u8>,
    /// The parameters as files write them.
    pub params: serde_json::Value,
}

/// A mechanism on a chain.
pub trait OnChain: Sync {
    /// The constructor's call for a scenario, or for a file with `mechanism` and `[params]` only.
    /// Everything that is there is checked.
    fn constructor(
        &self,
        document: &Document,
        roles: &[Address],
    ) -> Result<Constructor, ScenarioError>;
    /// What a scenario's population does in its first run, from a contract's state on. Agent `n`
    /// has the account `names(n)`, the roles first.
    fn scenario(
        &self,
        document: &Document,
        live: &State,
        names: &dyn Fn(Agent) -> Address,
    ) -> Result<Script, ScriptError>;
    /// What a trace does, from a new contract's state on.
    fn trace(
        &self,
        text: &str,
        live: &State,
        names: &dyn Fn(Agent) -> Address,
    ) -> Result<Script, ScriptError>;
    /// The mechanism in memory with a state that a chain has.
    fn twin(&self, state: &State) -> Result<Box<dyn Twin>, StateError>;
}

/// The one implementation there is.
pub struct Mechanism<G>(pub PhantomData<fn() -> G>);

/// A file with parameters only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "P: serde::de::DeserializeOwned")]
struct Parameters<P> {
    #[serde(rename = "mechanism")]
    _mechanism: String,
    params: P,
}

impl<G: Play + 'static> OnChain for Mechanism<G> {
    fn constructor(
        &self,
        document: &Document,
        roles: &[Address],
    ) -> Result<Constructor, ScenarioError> {
        let params = match document.has("agents") {
            true => {
                crate::simulate::load::<G>(document)
                    .and_then(|_| document.scenario::<play::ScenarioOf<G>>())?
                    .params
            }
            false => document.scenario::<Parameters<<G::Model as Model>::Params>>()?.params,
        };
        let model = G::Model::new(params, roles.len(), 0).map_err(|error| {
            let (key, expected) = G::Model::explain(error);
            document.wrong(&format!("params.{key}"), &format!("expected {expected}"))
        })?;
        let alike = |(one, other, _): &&(usize, usize, _)| roles[*one] == roles[*other];
        if let Some((one, _, error)) = G::Model::APART.iter().find(alike) {
            let expected = G::Model::explain(*error).1;
            let key = format!("--role {}", G::Model::ROLES[*one]);
            return Err(document.wrong(&key, &format!("expected {expected}")));
        }
        let arguments = model.constructor(0, &|agent: Agent| roles[agent as usize].0);
        let params = serde_json::to_value(params).expect("parameters can be written");
        Ok(Constructor { data: [&selector("new")[..], &arguments].concat(), params })
    }

    fn scenario(
        &self,
        document: &Document,
        live: &State,
        names: &dyn Fn(Agent) -> Address,
    ) -> Result<Script, ScriptError> {
        script::of_scenario::<G>(document, live, names)
    }

    fn trace(
        &self,
        text: &str,
        live: &State,
        names: &dyn Fn(Agent) -> Address,
    ) -> Result<Script, ScriptError> {
        script::of_trace::<G::Model>(text, live, names)
    }

    fn twin(&self, state: &State) -> Result<Box<dyn Twin>, StateError> {
        twin::twin::<G::Model>(state)
    }
}
