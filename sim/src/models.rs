//! The mechanisms in memory: the rules of the logic crate over vectors, with the tokens of every
//! agent beside them. One file per mechanism and one line in [`MECHANISMS`].

pub mod staking;

use crate::scenario::{Document, ScenarioError};
use crate::simulate::Simulation;
use crate::trace::{Player, TraceError};
use carrots_logic::Balance;
use scale::Encode;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Every mechanism there is.
pub const MECHANISMS: &[Mechanism] = &[staking::MECHANISM];

/// The catalogue's entry of a mechanism.
pub struct Mechanism {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// Its parameters, in the order of the constructor's argument.
    pub params: &'static [Param],
    /// Its messages with their arguments, and what they do.
    pub messages: &'static [(&'static str, &'static str)],
    /// Its strategies, and what they do.
    pub strategies: &'static [(&'static str, &'static str)],
    /// A commented scenario to start from.
    pub template: &'static str,
    /// Reads a scenario.
    pub load: fn(&Document) -> Result<Box<dyn Simulation>, ScenarioError>,
    /// Reads a trace.
    pub replay: fn(&str) -> Result<Box<dyn Player>, TraceError>,
}

/// A parameter of a mechanism.
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The values that it can take.
    pub range: &'static str,
    /// What it says.
    pub about: &'static str,
}

/// The mechanism of that name.
pub fn find(name: &str) -> Option<&'static Mechanism> {
    MECHANISMS.iter().find(|mechanism| mechanism.name == name)
}

/// An account in memory.
pub type Agent = u32;

/// A mechanism in memory.
pub trait Model: Clone + Sized {
    /// What its constructor takes beside the roles.
    type Params: Clone + Debug + Encode + Serialize + DeserializeOwned;
    /// What is wrong with parameters.
    type ParamsError: Debug + Encode;
    /// Its messages with their arguments.
    type Op: Op;
    /// What a message did. Encodes as the variant's number and the message's own receipt.
    type Receipt: Copy + Debug + Encode;
    /// Why a message was refused.
    type Error: Copy + Debug + Eq + Encode;

    /// Its name in the catalogue, which is the contract's.
    const NAME: &'static str;
    /// What the first agents are, in the order of their numbers.
    const ROLES: &'static [&'static str];

    /// Instantiates the mechanism in block `block` for agents with the given tokens.
    fn new(
        params: Self::Params,
        wallets: Vec<Balance>,
        block: u32,
    ) -> Result<Self, Self::ParamsError>;
    /// Lets blocks pass.
    fn advance(&mut self, blocks: u32);
    /// Calls a message. `Err` leaves everything as it was.
    fn apply(
        &mut self,
        who: Agent,
        value: Balance,
        op: Self::Op,
    ) -> Result<Self::Receipt, Refusal<Self::Error>>;
    /// The tokens of every agent and of the contract.
    fn ledger(&self) -> &Ledger;
    /// The sum of all that the contract owes.
    fn owed(&self) -> Balance;
    /// The arguments of the contract's constructor.
    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// The contract's storage: every key and value, with agents by their accounts.
    fn storage(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> BTreeMap<Vec<u8>, Vec<u8>>;
}

/// A message with its arguments.
pub trait Op: Clone + Debug + Serialize + DeserializeOwned {
    /// Its name in the contract.
    fn message(&self) -> &'static str;
    /// Whether it takes tokens.
    fn payable(&self) -> bool;
    /// Its arguments as the contract takes them.
    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// The event that it emits when `who` calls it, and the account that the event names after
    /// the caller.
    fn event(&self, who: Agent) -> (&'static str, Option<Agent>);
}

/// Why a call did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal<E> {
    /// The caller does not have the tokens that it sent.
    Unfunded,
    /// The message takes no tokens, and some were sent.
    NotPayable,
    /// The rules refused.
    Rules(E),
}

impl<E: Debug> std::fmt::Display for Refusal<E> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Refusal::Rules(error) => write!(out, "{error:?}"),
            other => write!(out, "{other:?}"),
        }
    }
}

/// The tokens of every agent, and those that the contract holds.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// By agent.
    pub wallets: Vec<Balance>,
    /// The contract's.
    pub held: Balance,
}

impl Ledger {
    /// Whether an agent has that many tokens.
    #[inline]
    pub fn has(&self, who: Agent, amount: Balance) -> bool {
        self.wallets[who as usize] >= amount
    }

    /// Moves tokens from an agent, who has them, to the contract.
    #[inline]
    pub fn take(&mut self, who: Agent, amount: Balance) {
        self.wallets[who as usize] -= amount;
        self.held += amount;
    }

    /// Moves tokens from the contract, which has them, to an agent.
    #[inline]
    pub fn pay(&mut self, who: Agent, amount: Balance) {
        self.held -= amount;
        self.wallets[who as usize] += amount;
    }
}

/// Records of one kind by key, few at a time: a sorted vector in which a default record is one
/// that is not there.
#[derive(Clone, Debug)]
pub struct Records<K, V>(Vec<(K, V)>);

impl<K, V> Default for Records<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy, V: Default + PartialEq + Copy> Records<K, V> {
    /// The record, or the default.
    #[inline]
    pub fn get(&self, key: K) -> V {
        // The newest key is asked for most.
        match self.0.last() {
            None => V::default(),
            Some(last) if last.0 == key => last.1,
            Some(last) if last.0 < key => V::default(),
            Some(_) => self.find(key).map_or(V::default(), |at| self.0[at].1),
        }
    }

    /// Writes the record, or removes it if it is the default.
    #[inline]
    pub fn set(&mut self, key: K, record: V) {
        match (self.find(key), record == V::default()) {
            (Ok(at), false) => self.0[at].1 = record,
            (Ok(at), true) => drop(self.0.remove(at)),
            (Err(at), false) => self.0.insert(at, (key, record)),
            (Err(_), true) => {}
        }
    }

    /// All records, by key.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    #[inline]
    fn find(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by(|(at, _)| at.cmp(&key))
    }
}
