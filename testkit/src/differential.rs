//! The guarantee: the model and the compiled contract do the same.

use crate::sandbox::{Called, Event, Returned, Sandbox};
use anyhow::Result;
use carrots::model::{Agent, Instance, Model, Refusal, Step, outcome};
use carrots::trace::{Trace, answer};
use carrots_kernel::Balance;
use std::fmt::{self, Debug, Display, Formatter};

/// A mechanism in memory and on the chain.
pub struct Pair<M: Model> {
    /// In memory.
    pub model: Instance<M>,
    /// On the chain.
    pub sandbox: Sandbox,
    /// All tokens that there are.
    supply: Balance,
}

/// What a step did, on both sides.
#[derive(Clone, Debug)]
pub struct Done<M: Model> {
    /// The result of a call.
    pub result: Option<Result<M::Receipt, Refusal<M::Error>>>,
    /// `Ok` or the name of the error; nothing if blocks passed.
    pub outcome: String,
}

/// What was not as it has to be.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What was looked at.
    pub what: &'static str,
    /// What the model, the trace or the invariant says.
    pub expected: String,
    /// What the contract did, or the model where the trace says what to expect.
    pub got: String,
}

impl Display for Difference {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "{}: expected {}, got {}", self.what, self.expected, self.got)
    }
}

/// Where a trace goes wrong.
#[derive(Debug)]
pub struct Failure {
    /// The number of the step.
    pub step: usize,
    /// What is wrong after it.
    pub difference: Difference,
}

impl Display for Failure {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "step {}: {}", self.step, self.difference)
    }
}

/// Plays a trace from the first block on. The outer error says that it could not be played.
pub fn check<M: Model>(trace: &Trace<M>) -> Result<Result<(), Failure>> {
    let mut pair = Pair::new(trace.model()?)?;
    for (step, at) in trace.steps.iter().zip(0..) {
        if let Err(difference) = pair.step(step)? {
            return Ok(Err(Failure { step: at, difference }));
        }
    }
    Ok(Ok(()))
}

impl<M: Model> Pair<M> {
    /// Deploys the contract beside a new model.
    pub fn new(model: Instance<M>) -> Result<Self> {
        let (sandbox, ledger) = (Sandbox::new(&model)?, model.ledger());
        let supply = ledger.wallets.iter().sum::<Balance>() + ledger.held;
        Ok(Self { model, sandbox, supply })
    }

    /// Makes a step on both sides and compares all that can be seen.
    pub fn step(&mut self, step: &Step<M::Op>) -> Result<Result<Done<M>, Difference>> {
        let done = self.answer(step)?;
        match step {
            Step::Blocks(_) => Ok(done),
            Step::Call { .. } => Ok(done.and_then(|done| self.same_state().map(|()| done))),
        }
    }

    /// The same, but compares only what is answered: of many accounts most of the time goes into all
    /// tokens and cells.
    pub fn answer(&mut self, step: &Step<M::Op>) -> Result<Result<Done<M>, Difference>> {
        match step {
            Step::Blocks(blocks) => {
                self.model.advance(*blocks);
                self.sandbox.advance(*blocks);
                Ok(Ok(Done { result: None, outcome: String::new() }))
            }
            Step::Call { who, value, op, expect } => {
                let called = self.sandbox.apply(*who, *value, op)?;
                let result = self.model.apply(*who, *value, *op);
                let outcome = outcome(&result);
                let expected = self.events(*who, op, &result, &called.events)?;
                let compared = same_result::<M>(&result, &called)
                    .and_then(|()| same("events", &expected, &called.events))
                    .and_then(|()| {
                        same("expected result", expect.as_ref().unwrap_or(&outcome), &outcome)
                    });
                Ok(compared.map(|()| Done { result: Some(result), outcome }))
            }
        }
    }

    /// The events of a call, and none if it was refused. Beside an event's signature only accounts
    /// that it names are indexed; which ones is the contract's choice, so they are taken from it.
    fn events(
        &self,
        who: Agent,
        op: &M::Op,
        result: &Result<M::Receipt, Refusal<M::Error>>,
        emitted: &[Event],
    ) -> Result<Vec<Event>> {
        let Ok(receipt) = result else { return Ok(vec![]) };
        let indexed: Vec<_> =
            emitted.iter().flat_map(|event| event.topics.iter().skip(1)).collect();
        let event = |event: carrots::model::Event| {
            let carrots::model::Event { contract, name, accounts, receipt } = event;
            let names = accounts.iter().map(|agent| self.model.address(*agent).to_vec());
            let names: Vec<_> = names.collect();
            let data = [&names.concat()[..], &receipt].concat();
            let indexed = indexed.iter().filter(|topic| names.contains(topic));
            let indexed = indexed.map(|topic| (*topic).clone()).collect();
            let topics = [vec![self.sandbox.bundle(contract).topic(name)?], indexed].concat();
            Ok(Event { contract, topics, data })
        };
        self.model.db.events(who, op, receipt).into_iter().map(event).collect()
    }

    fn same_state(&mut self) -> Result<(), Difference> {
        let ledger = self.model.ledger();
        same("wallets", &ledger.wallets, &self.sandbox.wallets())?;
        same("tokens held", &self.model.db.held(ledger.held), &self.sandbox.held())?;
        same_storage(self.model.storage(), self.sandbox.storage())?;
        sound(&self.model, self.supply)
    }
}

/// What holds whatever happened: the contract holds what it owes, and no token came or went.
pub fn sound<M: Model>(model: &Instance<M>, supply: Balance) -> Result<(), Difference> {
    let (ledger, owed) = (model.ledger(), model.owed());
    if ledger.held < owed {
        let (expected, got) = (format!("at least {owed}"), ledger.held.to_string());
        return Err(Difference { what: "tokens held", expected, got });
    }
    same("all tokens", &supply, &(ledger.wallets.iter().sum::<Balance>() + ledger.held))
}

fn same<T: PartialEq + Debug>(what: &'static str, expected: &T, got: &T) -> Result<(), Difference> {
    if expected == got {
        return Ok(());
    }
    Err(Difference { what, expected: format!("{expected:?}"), got: format!("{got:?}") })
}

/// What the rules refuse, the contract reverts and says why. What does not get to the rules is
/// refused by the chain, or by ink!, in whatever way.
fn same_result<M: Model>(
    expected: &Result<M::Receipt, Refusal<M::Error>>,
    got: &Called,
) -> Result<(), Difference> {
    let expected = match expected {
        Ok(receipt) => Ok(*receipt),
        Err(Refusal::Rules(error)) => Err(*error),
        Err(refusal) => {
            return match &got.returned {
                Ok(Returned { reverted: false, data }) => {
                    let (expected, got) = (format!("{refusal:?}"), format!("{data:?}"));
                    Err(Difference { what: "result", expected, got })
                }
                _ => Ok(()),
            };
        }
    };
    let returned = Returned { reverted: expected.is_err(), data: answer::<M>(&expected) };
    if got.returned.as_ref() == Ok(&returned) {
        return Ok(());
    }
    let (expected, got) = (format!("{expected:?}, {returned:?}"), format!("{:?}", got.returned));
    Err(Difference { what: "result", expected, got })
}

type Cells = std::collections::BTreeMap<Vec<u8>, Vec<u8>>;

fn same_storage(expected: Cells, got: Cells) -> Result<(), Difference> {
    if expected == got {
        return Ok(());
    }
    let differing = |cells: &Cells, others: &Cells| {
        let cells = cells.iter().filter(|(key, value)| others.get(*key) != Some(*value));
        let cells =
            cells.map(|(key, value)| format!("{} = {}", hex::encode(key), hex::encode(value)));
        format!("[{}]", cells.collect::<Vec<_>>().join(", "))
    };
    let (only, others) = (differing(&expected, &got), differing(&got, &expected));
    Err(Difference { what: "storage", expected: only, got: others })
}
