//! What a mechanism is to everything that is built on it: messages with their arguments, and records.

use super::names::{Agent, Names};
use super::storage::{Cells, Found, StateError, Storage};
use carrots_kernel::params::Param;
use carrots_kernel::{Balance, Block};
use scale::{Decode, Encode};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::ops::Range;

/// A message of a mechanism.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Its name in the contract.
    pub name: &'static str,
    /// The names of its arguments.
    pub arguments: &'static [&'static str],
    /// Whether it takes tokens.
    pub payable: bool,
    /// What it does.
    pub about: &'static str,
}

/// Whom a call pays, and how much.
pub type Payment = (Agent, Balance);

/// An event of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which of [`Model::CONTRACTS`] emits it.
    pub contract: usize,
    /// Its name.
    pub name: &'static str,
    /// The caller, and whom else it concerns.
    pub accounts: Vec<Agent>,
    /// The message's receipt, encoded.
    pub receipt: Vec<u8>,
}

/// The messages of a mechanism: written by [`model!`](crate::model!).
pub trait Messages {
    /// A message with its arguments.
    type Op: Op + Send + Sync;
    /// What a message did. Encodes as the variant's number and the message's own receipt.
    type Receipt: Copy + Debug + Encode;
    /// Why a message was refused.
    type Error: Copy + Debug + Eq + Encode + Decode;

    /// All of them.
    fn messages() -> &'static [Message];
    /// Why messages are refused, and what that means.
    fn errors() -> &'static [(&'static str, &'static str)];
    /// An error as the contract that gives it encodes it.
    fn refused(error: &Self::Error) -> Vec<u8> {
        error.encode()
    }

    /// Calls a message in block `now`; `who` has sent `value` along. Gives the receipt, and whom it
    /// pays how much. `Err` leaves everything as it was.
    fn call(
        &mut self,
        who: Agent,
        value: Balance,
        now: Block,
        op: Self::Op,
    ) -> Result<(Self::Receipt, Option<Payment>), Self::Error>;
}

/// What of the records in memory is owed, and to whom: written by hand, beside
/// [`model!`](crate::model!).
pub trait Accounting {
    /// The sum of all that the contract owes in block `now`.
    fn owed(&self, now: Block) -> Balance;
    /// What of it an agent gets if nobody acts from block `now` on but to pull what is due; 0 for a
    /// stranger.
    fn worth(&self, who: Agent, now: Block) -> Balance;
    /// The parameters are others than before: what was computed from them is computed anew.
    fn params_changed(&mut self) {}
}

/// The records of a mechanism in memory: written by [`model!`](crate::model!).
pub trait Model: Messages + Accounting + Clone + Debug + Send + Sync + Sized + 'static {
    /// What its constructor takes beside the roles.
    type Params: Copy + Debug + Encode + Decode + Serialize + DeserializeOwned + Send + Sync;
    /// What is wrong with parameters.
    type ParamsError: Copy + Debug + PartialEq + Encode + Decode;

    /// Its name in the catalogue, which is the contract's.
    const NAME: &'static str;
    /// What it is for, in one line.
    const ABOUT: &'static str;
    /// What is done by the accounts that the constructor takes, in its order. Those of a new
    /// instance are the first agents.
    const ROLES: &'static [&'static str];
    /// Roles, by their numbers, that one account must not have both, and the error then.
    const APART: &'static [(usize, usize, Self::ParamsError)];

    /// The contracts that it is on a chain, by name.
    const CONTRACTS: &'static [&'static str] = &[Self::NAME];

    /// What the constructor writes in block `block`, with room for `agents`.
    fn new(params: Self::Params, agents: usize, block: Block) -> Result<Self, Self::ParamsError>;
    /// The arguments of a contract's constructor.
    fn constructor(&self, contract: usize, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// What the contracts emit when `who` has called a message just now.
    fn events(&self, who: Agent, op: &Self::Op, receipt: &Self::Receipt) -> Vec<Event> {
        let (name, subject) = op.event(who);
        let accounts = [Some(who), subject].into_iter().flatten().collect();
        vec![Event { contract: 0, name, accounts, receipt: receipt.encode()[1..].to_vec() }]
    }
    /// The agents that are contracts: nobody acts for them but their rules.
    fn contract_agents() -> Range<Agent> {
        0..0
    }
    /// A contract's account.
    fn contract(&self, _contract: usize) -> [u8; 32] {
        self.names().contract()
    }
    /// What each contract holds, if all together hold `held`.
    fn held(&self, held: Balance) -> Vec<Balance> {
        vec![held]
    }
    /// The contract's storage.
    fn storage(&self, cells: &mut Cells);
    /// The inverse: reads the cells of all tables, roles first, and numbers the accounts in them.
    /// There is room for [`Found::room`] agents.
    fn restore(found: &mut Found) -> Result<Self, StateError>;
    /// The accounts that have the roles in a state.
    fn roles(cells: &Storage) -> Vec<[u8; 32]> {
        Found::roles(cells, 0, Self::ROLES.len())
    }
    /// The contracts hold these tokens, one after the other.
    fn set_held(&mut self, _held: &[Balance]) {}
    /// The rules have other parameters from here on.
    fn set_params(&mut self, params: Self::Params) -> Result<(), Self::ParamsError>;
    /// Makes room for so many agents and no more; the others have no records.
    fn resize(&mut self, agents: usize);
    /// How agents are called on the chain.
    fn names(&self) -> &Names;
    /// Changes how they are called.
    fn rename(&mut self, with: &mut dyn FnMut(&mut Names));
    /// The parameter that an error is about, and what is expected of it.
    fn explain(error: Self::ParamsError) -> (&'static str, String);
    /// Its parameters, in the order in which the constructor takes them.
    fn params() -> Vec<Param>;
}

/// A message with its arguments.
pub trait Op: Copy + Debug + PartialEq + Serialize + DeserializeOwned {
    /// Its name.
    fn message(&self) -> &'static str;
    /// Which of [`Model::CONTRACTS`] it is a message of, and its name there.
    fn entry(&self) -> (usize, &'static str) {
        (0, self.message())
    }
    /// Whether it takes tokens.
    fn payable(&self) -> bool;
    /// Its arguments as the contract takes them.
    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// Reads a message's selector and arguments, as a contract takes them; `agent` says who an account
    /// is. Nothing for what is no message.
    fn read(contract: usize, data: &[u8], agent: &mut dyn FnMut([u8; 32]) -> Agent)
    -> Option<Self>;
    /// The event that it emits when `who` calls it, and the account that the event names after
    /// the caller.
    fn event(&self, who: Agent) -> (&'static str, Option<Agent>);
    /// Every message, called with the account and samples of the other arguments.
    fn samples(account: Agent) -> Vec<Self>;
    /// The same message with one argument changed: every account, and other values by its type.
    fn variants(&self, accounts: &[Agent], amounts: &[Balance]) -> Vec<Self>;
    /// Whether an argument is of no use to anyone but the one that it was made for.
    fn opaque(&self) -> bool;
}

/// A sum of what a contract holds. What does not fit, since cells were made up, is the most that
/// does.
pub fn sum(amounts: impl Iterator<Item = Balance>) -> Balance {
    amounts.fold(0, Balance::saturating_add)
}
