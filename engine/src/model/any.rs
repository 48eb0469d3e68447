//! A mechanism of whatever kind: what is built on plays works on this, and is compiled once.
//!
//! Receipts and errors are their numbers among all, as they encode.

use super::instance::{Instance, Ledger};
use super::names::Agent;
use super::step::{Refusal, Step};
use super::storage::Storage;
use super::traits::{Model, Op};
use carrots_kernel::{Balance, Block};
use scale::{Encode, Output};
use serde_json::Value;
use std::any::Any;
use std::fmt::{self, Debug};
use std::sync::Arc;

/// A message with its arguments, of whatever mechanism. Cheap to clone.
#[derive(Clone)]
pub struct AnyOp(Arc<dyn Erased>);

trait Erased: Any + Debug + Send + Sync {
    fn message(&self) -> &'static str;
    fn payable(&self) -> bool;
    fn opaque(&self) -> bool;
    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    fn event(&self, who: Agent) -> (&'static str, Option<Agent>);
    fn variants(&self, accounts: &[Agent], amounts: &[Balance]) -> Vec<AnyOp>;
    fn same(&self, other: &AnyOp) -> bool;
    fn json(&self) -> Value;
}

impl<O: Op + Send + Sync + 'static> Erased for O {
    fn message(&self) -> &'static str {
        Op::message(self)
    }

    fn payable(&self) -> bool {
        Op::payable(self)
    }

    fn opaque(&self) -> bool {
        Op::opaque(self)
    }

    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        Op::arguments(self, name)
    }

    fn event(&self, who: Agent) -> (&'static str, Option<Agent>) {
        Op::event(self, who)
    }

    fn variants(&self, accounts: &[Agent], amounts: &[Balance]) -> Vec<AnyOp> {
        Op::variants(self, accounts, amounts).into_iter().map(AnyOp::new).collect()
    }

    fn same(&self, other: &AnyOp) -> bool {
        other.get::<O>() == Some(self)
    }

    fn json(&self) -> Value {
        serde_json::to_value(self).expect("a message can be written")
    }
}

impl AnyOp {
    /// A message of some mechanism.
    pub fn new<O: Op + Send + Sync + 'static>(op: O) -> Self {
        Self(Arc::new(op))
    }

    /// The message, if it is of that mechanism.
    #[inline]
    pub fn get<O: 'static>(&self) -> Option<&O> {
        (&*self.0 as &dyn Any).downcast_ref()
    }

    /// The message. Panics if it is of another mechanism.
    #[inline]
    pub fn of<O: Copy + 'static>(&self) -> O {
        *self.get().expect("all calls are of one mechanism")
    }

    /// Its name in the contract.
    pub fn message(&self) -> &'static str {
        self.0.message()
    }

    /// Whether it takes tokens.
    pub fn payable(&self) -> bool {
        self.0.payable()
    }

    /// See [`Op::opaque`].
    pub fn opaque(&self) -> bool {
        self.0.opaque()
    }

    /// Its arguments as the contract takes them.
    pub fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        self.0.arguments(name)
    }

    /// See [`Op::event`].
    pub fn event(&self, who: Agent) -> (&'static str, Option<Agent>) {
        self.0.event(who)
    }

    /// See [`Op::variants`].
    pub fn variants(&self, accounts: &[Agent], amounts: &[Balance]) -> Vec<AnyOp> {
        self.0.variants(accounts, amounts)
    }

    /// As traces write it.
    pub fn json(&self) -> Value {
        self.0.json()
    }
}

impl Debug for AnyOp {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl PartialEq for AnyOp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.same(other)
    }
}

impl<O: Op + Send + Sync + 'static> Step<O> {
    /// The same of whatever mechanism.
    pub fn any(&self) -> Step<AnyOp> {
        self.map(|op| AnyOp::new(*op))
    }
}

impl Step<AnyOp> {
    /// The same of one mechanism. Panics if it is of another.
    pub fn of<O: Copy + 'static>(&self) -> Step<O> {
        self.map(AnyOp::of)
    }
}

/// An [`Instance`] of whatever mechanism.
pub trait AnyInstance: Any + Debug + Send + Sync {
    /// Calls a message: the number of its receipt. `Err` leaves everything as it was.
    fn apply(&mut self, who: Agent, value: Balance, op: &AnyOp) -> Result<u8, Refusal<u8>>;
    /// Lets blocks pass.
    fn advance(&mut self, blocks: Block);
    /// The block in progress.
    fn block(&self) -> Block;
    /// The tokens of every agent and of the contract.
    fn ledger(&self) -> &Ledger;
    /// What an agent has, and what it gets if nobody acts any more but to pull what is due.
    fn wealth(&self, who: Agent) -> Balance;
    /// What the contract owes to all together.
    fn owed(&self) -> Balance;
    /// The contract's storage.
    fn storage(&self) -> Storage;
    /// Everyone has these tokens; who is behind those that are there already is met.
    fn deal(&mut self, wallets: &[Balance]);
    /// How many bytes it takes, but for what it points to.
    fn size(&self) -> usize;
    /// A copy.
    fn boxed(&self) -> Box<dyn AnyInstance>;
    /// Becomes a copy of another of the same mechanism, and allocates nothing that is there already.
    /// Panics if it is of another.
    fn copy(&mut self, source: &dyn AnyInstance);
}

impl<M: Model> AnyInstance for Instance<M>
where
    M::Op: 'static,
{
    fn apply(&mut self, who: Agent, value: Balance, op: &AnyOp) -> Result<u8, Refusal<u8>> {
        match self.apply(who, value, op.of()) {
            Ok(receipt) => Ok(first(&receipt)),
            Err(Refusal::Rules(error)) => Err(Refusal::Rules(first(&error))),
            Err(Refusal::Unfunded) => Err(Refusal::Unfunded),
            Err(Refusal::NotPayable) => Err(Refusal::NotPayable),
        }
    }

    fn advance(&mut self, blocks: Block) {
        self.advance(blocks);
    }

    fn block(&self) -> Block {
        self.block()
    }

    fn ledger(&self) -> &Ledger {
        self.ledger()
    }

    fn wealth(&self, who: Agent) -> Balance {
        self.wealth(who)
    }

    fn owed(&self) -> Balance {
        self.owed()
    }

    fn storage(&self) -> Storage {
        self.storage()
    }

    fn deal(&mut self, wallets: &[Balance]) {
        self.deal(wallets);
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }

    fn boxed(&self) -> Box<dyn AnyInstance> {
        Box::new(self.clone())
    }

    fn copy(&mut self, source: &dyn AnyInstance) {
        self.clone_from(source.of());
    }
}

impl dyn AnyInstance {
    /// The instance. Panics if it is of another mechanism.
    pub fn of<M: Model>(&self) -> &Instance<M> {
        (self as &dyn Any).downcast_ref().expect("all states are of one mechanism")
    }

    /// Plays a step; false if it is refused.
    #[inline]
    pub fn play(&mut self, step: &Step<AnyOp>) -> bool {
        match step {
            Step::Blocks(blocks) => {
                self.advance(*blocks);
                true
            }
            Step::Call { who, value, op, .. } => self.apply(*who, *value, op).is_ok(),
        }
    }
}

impl Clone for Box<dyn AnyInstance> {
    fn clone(&self) -> Self {
        self.boxed()
    }

    fn clone_from(&mut self, source: &Self) {
        self.copy(&**source);
    }
}

/// The first byte that something encodes as: the number of an enum's variant.
fn first(what: &impl Encode) -> u8 {
    struct First(Option<u8>);

    impl Output for First {
        fn write(&mut self, bytes: &[u8]) {
            self.0 = self.0.or(bytes.first().copied());
        }
    }
    let mut first = First(None);
    what.encode_to(&mut first);
    first.0.unwrap_or(0)
}
