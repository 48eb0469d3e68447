//! Traces: the calls that were made to a mechanism, as a JSON file that can be played again.

use crate::model::{Agent, Amount, Instance, Model, Op, State, StateError, Step, outcome};
use crate::scenario::for_people;
use carrots_kernel::Balance;
use scale::Encode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// What is wrong with a trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// It is not JSON, or not a trace.
    #[error("line {line}, column {column}: {problem}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// The key with its value, if it is that of a value, and what was expected.
        problem: String,
    },
    /// It names a mechanism that is not there.
    #[error("mechanism = {0:?}: expected one of {1}")]
    Mechanism(String, String),
    /// The rules refuse the parameters.
    #[error("params: {0}")]
    Params(String),
    /// A step names an agent that has no wallet.
    #[error("steps[{step}]: agent {agent}: expected one of the {agents} agents")]
    Agent {
        /// The step's number.
        step: usize,
        /// The agent.
        agent: Agent,
        /// How many there are.
        agents: usize,
    },
    /// It says what an agent has in the end that has no wallet.
    #[error("ends: agent {agent}: expected one of the {agents} agents")]
    End {
        /// The agent.
        agent: Agent,
        /// How many there are.
        agents: usize,
    },
    /// The wallets add up to more than 2^128 - 1.
    #[error("wallets: expected a sum of at most 2^128 - 1")]
    Wallets,
    /// There are neither wallets nor a state, or both.
    #[error("expected either `wallets` or `state`")]
    Start,
    /// The state is none of the mechanism.
    #[error("state.{0}")]
    State(StateError),
}

/// Calls to a mechanism from its first block on, or from a state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound = "")]
pub struct Trace<M: Model> {
    /// The mechanism.
    pub mechanism: String,
    /// What its constructor took.
    pub params: M::Params,
    /// The tokens of every agent at the start. The first agents have the mechanism's roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wallets: Vec<Amount>,
    /// Instead of wallets: the state that it starts from, with all agents in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// What happened.
    pub steps: Vec<Step<M::Op>>,
    /// What agents should have in the end, with what they can still take out. Of others, anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ends: BTreeMap<Agent, Amount>,
}

/// What a step did, in words.
pub struct Played {
    /// The step.
    pub step: String,
    /// Its result.
    pub result: String,
    /// Whether it is the expected one; so if none was.
    pub expected: Result<(), String>,
}

/// A trace that is being played in memory.
pub trait Replay {
    /// Plays the next step.
    fn play(&mut self) -> Option<Played>;
    /// What the contract holds, and what it owes.
    fn balance(&self) -> (Balance, Balance);
    /// What is not in the end as the trace expects: a line each.
    fn surprises(&self) -> Vec<String>;
}

impl<M: Model> Trace<M> {
    /// Reads and checks a trace.
    pub fn read(text: &str) -> Result<Self, TraceError> {
        let trace: Self = parse(text)?;
        let agents = match trace.state {
            None => trace.wallets.len(),
            Some(_) => trace.model()?.ledger().wallets.len(),
        };
        for (step, at) in trace.steps.iter().zip(0..) {
            let Step::Call { who, op, .. } = step else {
                continue;
            };
            let highest = std::cell::Cell::new(*who);
            op.arguments(&|agent| {
                highest.set(highest.get().max(agent));
                [0; 32]
            });
            let agent = highest.get();
            if agent as usize >= agents {
                return Err(TraceError::Agent { step: at, agent, agents });
            }
        }
        match trace.ends.keys().find(|agent| **agent as usize >= agents) {
            Some(agent) => Err(TraceError::End { agent: *agent, agents }),
            None => Ok(trace),
        }
    }

    /// The mechanism at the start of the trace.
    pub fn model(&self) -> Result<Instance<M>, TraceError> {
        if let Some(state) = &self.state {
            return self.model_from(state);
        }
        let wallets: Vec<_> = self.wallets.iter().map(|amount| amount.0).collect();
        let sum = wallets.iter().try_fold(0, |sum: Balance, amount| sum.checked_add(*amount));
        sum.ok_or(TraceError::Wallets)?;
        if wallets.len() < M::ROLES.len() {
            return Err(TraceError::Params(format!(
                "expected a wallet for each of {:?}",
                M::ROLES
            )));
        }
        Instance::new(self.params, wallets, 1).map_err(|error| {
            let (key, expected) = M::explain(error);
            TraceError::Params(format!("{key}: expected {expected}"))
        })
    }

    fn model_from(&self, state: &State) -> Result<Instance<M>, TraceError> {
        if !self.wallets.is_empty() {
            return Err(TraceError::Start);
        }
        let mut model = Instance::restore(state).map_err(TraceError::State)?;
        model.set_params(self.params).map_err(|error| TraceError::Params(error.to_string()))?;
        Ok(model)
    }

    /// What agents do not have at the end as expected: a line each.
    pub fn surprises(&self, end: &Instance<M>) -> Vec<String> {
        let wrong = |(agent, amount): (&Agent, &Amount)| {
            let has = end.wealth(*agent);
            (has != amount.0).then(|| format!("agent {agent} has {has}: expected {}", amount.0))
        };
        self.ends.iter().filter_map(wrong).collect()
    }
}

struct InMemory<M: Model> {
    model: Instance<M>,
    trace: Trace<M>,
    next: usize,
}

/// Prepares a trace to be played.
pub fn replay<M: Model>(text: &str) -> Result<Box<dyn Replay>, TraceError> {
    let trace = Trace::<M>::read(text)?;
    Ok(Box::new(InMemory { model: trace.model()?, trace, next: 0 }))
}

/// The mechanism that a trace names.
pub fn mechanism(text: &str) -> Result<String, TraceError> {
    #[derive(Deserialize)]
    struct Head {
        mechanism: String,
    }
    Ok(parse::<Head>(text)?.mechanism)
}

/// Reads JSON.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, TraceError> {
    let text = unmarked(text);
    let mut input = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut input);
    let value = read.map_err(|error| {
        let key = error.path().to_string();
        wrong(text, &key, error.inner())
    })?;
    input.end().map_err(|error| wrong(text, ".", &error))?;
    Ok(value)
}

/// What is wrong with the value of a key; `.` is the whole.
fn wrong(text: &str, key: &str, error: &serde_json::Error) -> TraceError {
    let (line, column) = (error.line(), error.column());
    let said = error.to_string();
    let place = format!(" at line {line} column {column}");
    let said = for_people(said.strip_suffix(&place).unwrap_or(&said));
    let given = serde_json::from_str(text).ok().and_then(|all: Value| {
        let mut steps = key.split(['.', '[', ']']).filter(|step| !step.is_empty());
        let value = steps.try_fold(&all, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            value => value.get(step),
        });
        value.filter(|value| !value.is_object() && !value.is_array()).map(Value::to_string)
    });
    let problem = match (key, given) {
        (".", _) => said,
        (key, Some(given)) => format!("{key} = {given}: {said}"),
        (key, None) => format!("{key}: {said}"),
    };
    TraceError::Json { line, column, problem }
}

/// A text without the byte order mark that some editors write.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

impl<M: Model> Replay for InMemory<M> {
    fn play(&mut self) -> Option<Played> {
        let step = self.trace.steps.get(self.next)?.clone();
        self.next += 1;
        match step {
            Step::Blocks(blocks) => {
                self.model.advance(blocks);
                let step = format!("{blocks} blocks pass");
                Some(Played { step, result: String::new(), expected: Ok(()) })
            }
            Step::Call { who, value, op, expect } => {
                let step = match value {
                    0 => format!("{who}: {op:?}"),
                    _ => format!("{who}: {op:?} with {value}"),
                };
                let result = self.model.apply(who, value, op);
                let got = outcome(&result);
                let expected = match expect {
                    Some(expected) if expected != got => Err(expected),
                    _ => Ok(()),
                };
                let result = match result {
                    Ok(receipt) => format!("{receipt:?}"),
                    Err(refusal) => refusal.to_string(),
                };
                Some(Played { step, result, expected })
            }
        }
    }

    fn balance(&self) -> (Balance, Balance) {
        (self.model.ledger().held, self.model.owed())
    }

    fn surprises(&self) -> Vec<String> {
        self.trace.surprises(&self.model)
    }
}

/// What a contract answers to a call: the outer result of ink!, then the message's own.
pub fn answer<M: Model>(result: &Result<M::Receipt, M::Error>) -> Vec<u8> {
    match result {
        Ok(receipt) => [&[0, 0], &receipt.encode()[1..]].concat(),
        Err(error) => [vec![0, 1], M::refused(error)].concat(),
    }
}

/// Removes items, many at once and then single ones, as long as `keeps` holds of the rest.
pub fn fewest<T: Clone>(mut items: Vec<T>, mut keeps: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut size = items.len().div_ceil(2);
    loop {
        let (before, mut at) = (items.len(), 0);
        while at < items.len() {
            let mut fewer = items.clone();
            fewer.drain(at..items.len().min(at + size));
            match keeps(&fewer) {
                true => items = fewer,
                false => at += size,
            }
        }
        if items.is_empty() || size == 1 && items.len() == before {
            return items;
        }
        size = size.div_ceil(2);
    }
}
