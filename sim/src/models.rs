//! The mechanisms in memory: the rules of the logic crate over vectors, with the tokens of every
//! agent beside them. One file per mechanism and one line in [`MECHANISMS`].

mod arguments;
pub mod auction;
pub mod funding;
mod messages;
mod names;
pub mod oracle;
pub mod staking;
mod tables;

pub use arguments::Argument;
pub use names::{Names, account};
pub use tables::{ByAgent, Cells, Records};

use crate::audit::{self, Audited};
use crate::play::{self, Play, Strategies};
use crate::scenario::{Document, ScenarioError};
use crate::simulate::Simulation;
use crate::state::{self, Found, State, StateError, Storage, WriteError};
use crate::trace::{self, Player, Step, TraceError};
use blake2::{Blake2b, Digest, digest::consts::U32};
use carrots_logic::accounts::Accounts;
use carrots_logic::{Balance, Block};
use scale::{Decode, Encode};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use messages::{messages, strategies};
pub(crate) use tables::{accounts, cloned};

/// Every mechanism there is.
pub const MECHANISMS: &[Mechanism] =
    &[staking::MECHANISM, auction::MECHANISM, oracle::MECHANISM, funding::MECHANISM];

/// The catalogue's entry of a mechanism.
pub struct Mechanism {
    /// Its name in scenario files.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// The accounts that its constructor takes, by what they do.
    pub roles: &'static [&'static str],
    /// Its parameters, in the order of the constructor's argument.
    pub params: &'static [Param],
    /// Its messages.
    pub messages: &'static [Message],
    /// Why they are refused, and what that means.
    pub errors: &'static [(&'static str, &'static str)],
    /// Its strategies, and what they do.
    pub strategies: &'static [(&'static str, &'static str)],
    /// A commented scenario to start from.
    pub template: &'static str,
    /// Reads a scenario.
    pub load: fn(&Document) -> Result<Box<dyn Simulation>, ScenarioError>,
    /// Reads a scenario to be audited.
    pub audit: fn(&Document) -> Result<Box<dyn Audited>, ScenarioError>,
    /// Writes a scenario that goes on from a state: see [`crate::state::scenario`].
    pub from_state: fn(&State, Option<&Document>) -> Result<String, WriteError>,
    /// Reads a trace.
    pub replay: fn(&str) -> Result<Box<dyn Player>, TraceError>,
    /// What it does on a chain.
    #[cfg(feature = "chain")]
    pub chain: &'static dyn crate::chain::OnChain,
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

/// A message of a mechanism.
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

impl Mechanism {
    /// The entry of a mechanism that is played by `G`.
    pub(crate) const fn of<G: Play + 'static>(
        about: &'static str,
        params: &'static [Param],
        template: &'static str,
    ) -> Self {
        Self {
            name: G::Model::NAME,
            about,
            roles: G::Model::ROLES,
            params,
            messages: G::Model::MESSAGES,
            errors: G::Model::ERRORS,
            strategies: G::Strategy::NAMES,
            template,
            load: play::load::<G>,
            audit: audit::load::<G>,
            from_state: state::scenario::<G>,
            replay: trace::player::<G::Model>,
            #[cfg(feature = "chain")]
            chain: &crate::chain::Mechanism::<G>(std::marker::PhantomData),
        }
    }
}

/// A line of a mechanism's parameters.
pub(crate) const fn param(
    name: &'static str,
    unit: &'static str,
    range: &'static str,
    about: &'static str,
) -> Param {
    Param { name, unit, range, about }
}

/// The mechanism of that name.
pub fn find(name: &str) -> Option<&'static Mechanism> {
    MECHANISMS.iter().find(|mechanism| mechanism.name == name)
}

/// An account in memory.
pub type Agent = u32;

/// Blake2b with 256 bits, as the chain has it.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(bytes).into()
}

/// By what a contract knows a constructor or message: the first four bytes of its name's hash.
pub fn selector(name: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = hash(name.as_bytes());
    [a, b, c, d]
}

/// A model with the parameters that were found and nothing else, with room for all accounts.
pub(crate) fn empty<M: Model>(params: M::Params, found: &Found) -> Result<M, StateError> {
    M::new(params, found.room(), 0).map_err(|error| {
        let (key, expected) = M::explain(error);
        StateError::Params { key, expected }
    })
}

/// A sum of what a contract holds. What does not fit, since cells were made up, is the most that
/// does.
pub(crate) fn sum(amounts: impl Iterator<Item = Balance>) -> Balance {
    amounts.fold(0, Balance::saturating_add)
}

/// Whom a call pays, and how much.
pub type Payment = (Agent, Balance);

/// The messages of a mechanism: written by [`messages!`](messages).
pub trait Messages {
    /// A message with its arguments.
    type Op: Op + Send + Sync;
    /// What a message did. Encodes as the variant's number and the message's own receipt.
    type Receipt: Copy + Debug + Encode;
    /// Why a message was refused.
    type Error: Copy + Debug + Eq + Encode + Decode;

    /// All of them.
    const MESSAGES: &'static [Message];
    /// Why messages are refused, and what that means.
    const ERRORS: &'static [(&'static str, &'static str)];

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

/// The records of a mechanism in memory.
pub trait Model:
    Messages + Accounts<Id = Agent> + Clone + Debug + Send + Sync + Sized + 'static
{
    /// What its constructor takes beside the roles.
    type Params: Copy + Debug + Encode + Decode + Serialize + DeserializeOwned + Send + Sync;
    /// What is wrong with parameters.
    type ParamsError: Copy + Debug + PartialEq + Encode + Decode;

    /// Its name in the catalogue, which is the contract's.
    const NAME: &'static str;
    /// What is done by the accounts that the constructor takes, in its order. Those of a new
    /// instance are the first agents.
    const ROLES: &'static [&'static str];

    /// What the constructor writes in block `block`, with room for `agents`.
    fn new(params: Self::Params, agents: usize, block: Block) -> Result<Self, Self::ParamsError>;
    /// The sum of all that the contract owes.
    fn owed(&self) -> Balance;
    /// What of it an agent gets if nobody acts any more but to pull what is due; 0 for a stranger.
    fn worth(&self, who: Agent) -> Balance;
    /// The arguments of the contract's constructor.
    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// The contract's storage.
    fn storage(&self, cells: &mut Cells);
    /// The inverse: reads the cells of all tables, roles first, and numbers the accounts in them.
    /// There is room for [`Found::room`] agents.
    fn restore(found: &mut Found) -> Result<Self, StateError>;
    /// The rules have other parameters from here on.
    fn set_params(&mut self, params: Self::Params) -> Result<(), Self::ParamsError>;
    /// Makes room for so many agents and no more; the others have no records.
    fn resize(&mut self, agents: usize);
    /// How agents are called on the chain.
    fn names(&self) -> &Names;
    /// The same, to be changed.
    fn names_mut(&mut self) -> &mut Names;
    /// The parameter that an error is about, and what is expected of it.
    fn explain(error: Self::ParamsError) -> (&'static str, &'static str);
}

/// A message with its arguments.
pub trait Op: Copy + Debug + PartialEq + Serialize + DeserializeOwned {
    /// Its name in the contract.
    fn message(&self) -> &'static str;
    /// Whether it takes tokens.
    fn payable(&self) -> bool;
    /// Its arguments as the contract takes them.
    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8>;
    /// Reads a message's selector and arguments; `agent` says who an account is. Nothing for what
    /// is no message.
    fn read(data: &[u8], agent: &mut dyn FnMut([u8; 32]) -> Agent) -> Option<Self>;
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

/// A mechanism that runs: its records, the tokens of its agents, and the time.
#[derive(Debug)]
pub struct Instance<M: Messages> {
    /// The records.
    pub db: M,
    pub(crate) ledger: Ledger,
    pub(crate) block: Block,
    pub(crate) log: Option<Log<M::Op>>,
}

/// What was done with an instance, shared with whoever asked for it.
pub type Log<O> = Arc<Mutex<Recording<O>>>;

/// What was done with an instance.
#[derive(Clone, Debug)]
pub struct Recording<O> {
    /// The state before.
    pub start: State,
    /// What was done, with the result of every call.
    pub steps: Vec<Step<O>>,
}

/// A clone is not recorded.
impl<M: Messages + Clone> Clone for Instance<M> {
    fn clone(&self) -> Self {
        Self { db: self.db.clone(), ledger: self.ledger.clone(), block: self.block, log: None }
    }

    /// Allocates nothing that is there already.
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.db.clone_from(&source.db);
        self.ledger.clone_from(&source.ledger);
        self.block = source.block;
    }
}

impl<M: Model> Instance<M> {
    /// Instantiates the mechanism in block `block` for agents with the given tokens.
    pub fn new(
        params: M::Params,
        wallets: Vec<Balance>,
        block: Block,
    ) -> Result<Self, M::ParamsError> {
        let db = M::new(params, wallets.len(), block)?;
        Ok(Self { db, ledger: Ledger { wallets, held: 0 }, block, log: None })
    }

    /// What is done with it from now on.
    pub fn record(&mut self) -> Log<M::Op> {
        let recording = Recording { start: self.state(), steps: Vec::new() };
        self.log.insert(Arc::new(Mutex::new(recording))).clone()
    }

    /// The block in progress.
    pub fn block(&self) -> Block {
        self.block
    }

    /// Lets blocks pass.
    pub fn advance(&mut self, blocks: Block) {
        self.block = self.block.saturating_add(blocks);
        if let Some(log) = &self.log {
            note(log, Step::Blocks(blocks));
        }
    }

    /// Calls a message. `Err` leaves everything as it was.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    pub fn apply(
        &mut self,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Result<M::Receipt, Refusal<M::Error>> {
        let result = self.attempt(who, value, op);
        if let Some(log) = &self.log {
            let expect = Some(trace::outcome(&result));
            note(log, Step::Call { who, value, op, expect });
        }
        result
    }

    #[inline(always)]
    fn attempt(
        &mut self,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Result<M::Receipt, Refusal<M::Error>> {
        if value > 0 {
            if !op.payable() {
                return Err(Refusal::NotPayable);
            }
            if !self.ledger.has(who, value) {
                return Err(Refusal::Unfunded);
            }
        }
        let (receipt, paid) = self.db.call(who, value, self.block, op).map_err(Refusal::Rules)?;
        self.ledger.take(who, value);
        if let Some((payee, amount)) = paid {
            self.ledger.pay(payee, amount);
        }
        Ok(receipt)
    }

    /// The tokens of every agent and of the contract.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What an agent has, and what it gets if nobody acts any more but to pull what is due.
    pub fn wealth(&self, who: Agent) -> Balance {
        self.ledger.wallets[who as usize].saturating_add(self.db.worth(who))
    }

    /// The contract's storage: every key and value, with agents by their accounts.
    pub fn storage(&self) -> Storage {
        let mut cells = Cells::new(self.db.names());
        self.db.storage(&mut cells);
        cells.all()
    }
}

#[cold]
#[inline(never)]
fn note<O>(log: &Log<O>, step: Step<O>) {
    log.lock().unwrap_or_else(PoisonError::into_inner).steps.push(step);
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
#[derive(Debug, Default)]
pub struct Ledger {
    /// By agent.
    pub wallets: Vec<Balance>,
    /// The contract's.
    pub held: Balance,
}

cloned!(Ledger { wallets, held });

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
        self.held = self.held.wrapping_add(amount);
    }

    /// Moves tokens from the contract to an agent. It has them unless rules are broken, or storage is
    /// made up; then what it holds wraps around.
    #[inline]
    pub fn pay(&mut self, who: Agent, amount: Balance) {
        self.held = self.held.wrapping_sub(amount);
        let wallet = &mut self.wallets[who as usize];
        *wallet = wallet.saturating_add(amount);
    }
}
