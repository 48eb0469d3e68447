//! A mechanism's state as a chain has it: the cells of its storage, and the tokens of its accounts.
//!
//! [`Instance::restore`] makes a mechanism of it that goes on from there, and [`Instance::state`] is
//! the inverse. Roles have the first numbers, then the accounts that the state names, then those
//! that only cells name, in the order of the cells.

mod found;

pub use found::{Address, Found};

use crate::models::{Agent, Instance, Ledger, Model, account};
use carrots_logic::{Balance, Block};
use std::collections::{BTreeMap, HashSet};

/// The storage of a contract: every key and value, in bytes.
pub type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a chain says of a deployed mechanism.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The block in progress.
    pub block: Block,
    /// The tokens of the contract.
    pub held: Balance,
    /// Those who have tokens, or a part in the mechanism, in the order of their numbers. Others are
    /// numbered behind them.
    pub accounts: Vec<Holder>,
    /// `(cell, key)` and the record, SCALE-encoded.
    pub cells: Storage,
}

/// An account of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its name on the chain.
    pub address: [u8; 32],
    /// Its tokens, without those in the contract.
    pub wallet: Balance,
    /// With which strategy it goes on; none for whoever does nothing more.
    pub strategy: Option<String>,
}

/// Why a state is none of the mechanism.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// A cell that every contract has is not there.
    #[error("cells: {} ({name}) is missing", hex(key))]
    Missing {
        /// The cell's key.
        key: Vec<u8>,
        /// What it holds.
        name: &'static str,
    },
    /// A key or a record cannot be decoded.
    #[error("cells: {}: not of {name}: {problem}", hex(key))]
    Undecodable {
        /// The cell's key.
        key: Vec<u8>,
        /// What it should hold.
        name: &'static str,
        /// Whether it is the key or the record, and why.
        problem: String,
    },
    /// The mechanism has no such cell, or never writes that into it.
    #[error("cells: {}: the contract never stores this", hex(.0))]
    Unknown(Vec<u8>),
    /// The rules refuse the parameters.
    #[error("params.{key}: expected {expected}")]
    Params {
        /// The parameter.
        key: &'static str,
        /// What was expected of it.
        expected: &'static str,
    },
    /// An account is there twice.
    #[error("accounts: {} is there twice", hex(.0))]
    Twice([u8; 32]),
    /// What all have together is no amount.
    #[error("held and accounts: expected a sum of at most 2^128 - 1")]
    Sum,
    /// The contract holds less than it owes.
    #[error("held = {held}: expected at least {owed}, which the contract owes")]
    Insolvent {
        /// What it holds.
        held: Balance,
        /// What it owes.
        owed: Balance,
    },
}

impl StateError {
    /// The key of the cell that it is about.
    pub fn cell(&self) -> Option<&[u8]> {
        match self {
            Self::Missing { .. } => None,
            Self::Undecodable { key, .. } | Self::Unknown(key) => Some(key),
            _ => None,
        }
    }
}

/// Bytes in hexadecimal, after `0x`.
pub fn hex(bytes: &[u8]) -> String {
    format!("0x{}", ::hex::encode(bytes))
}

impl<M: Model> Instance<M> {
    /// The mechanism in that state. Who is not among the state's accounts has an empty wallet.
    pub fn restore(state: &State) -> Result<Self, StateError> {
        let roles = Found::roles(&state.cells, M::ROLES.len());
        let accounts = state.accounts.iter().map(|holder| holder.address);
        Self::numbered(state, &roles.into_iter().chain(accounts).collect::<Vec<_>>())
    }

    /// The same with other numbers: `order` first, then all others. An address that comes twice has
    /// its first number.
    pub fn numbered(state: &State, order: &[[u8; 32]]) -> Result<Self, StateError> {
        let mut found = Found::new(&state.cells, order);
        let mut db = M::restore(&mut found)?;
        let mut wallets = BTreeMap::new();
        for Holder { address, wallet, .. } in &state.accounts {
            if wallets.insert(found.number(Address(*address)), *wallet).is_some() {
                return Err(StateError::Twice(*address));
            }
        }
        let agents = found.agents();
        db.resize(agents);
        *db.names_mut() = found.names();
        let wallets: Vec<_> =
            (0..agents as Agent).map(|agent| wallets.get(&agent).copied().unwrap_or(0)).collect();
        let held = state.held;
        let sum = wallets.iter().try_fold(held, |sum, wallet| sum.checked_add(*wallet));
        sum.ok_or(StateError::Sum)?;
        let instance = Self { db, ledger: Ledger { wallets, held }, block: state.block };
        instance.is_all_of(&state.cells)?;
        match instance.db.owed() {
            owed if owed > held => Err(StateError::Insolvent { held, owed }),
            _ => Ok(instance),
        }
    }

    /// Whether it stores these cells and no others.
    fn is_all_of(&self, cells: &Storage) -> Result<(), StateError> {
        let stored = self.storage();
        match cells.iter().find(|(key, record)| stored.get(*key) != Some(record)) {
            Some((key, _)) => Err(StateError::Unknown(key.clone())),
            None => Ok(()),
        }
    }

    /// What a chain would say of it; no account has a strategy.
    pub fn state(&self) -> State {
        let holder = |(agent, wallet): (Agent, &Balance)| Holder {
            address: self.address(agent),
            wallet: *wallet,
            strategy: None,
        };
        State {
            block: self.block,
            held: self.ledger.held,
            accounts: (0..).zip(&self.ledger.wallets).map(holder).collect(),
            cells: self.storage(),
        }
    }

    /// The agent with an account.
    pub fn agent(&self, address: &[u8; 32]) -> Option<Agent> {
        self.db.names().agent(address, self.ledger.wallets.len())
    }

    /// An agent's account.
    pub fn address(&self, agent: Agent) -> [u8; 32] {
        self.db.names().address(agent)
    }

    /// The agent with an account: the next one, with an empty wallet, if it is not known yet.
    pub fn meet(&mut self, address: [u8; 32]) -> Agent {
        if let Some(agent) = self.agent(&address) {
            return agent;
        }
        let agents = self.ledger.wallets.len();
        self.ledger.wallets.push(0);
        self.db.resize(agents + 1);
        self.db.names_mut().push(address, agents)
    }

    /// Gives an agent tokens that were nobody's.
    pub fn endow(&mut self, who: Agent, amount: Balance) {
        let wallet = &mut self.ledger.wallets[who as usize];
        *wallet = wallet.saturating_add(amount);
    }

    /// Goes to a block.
    pub fn set_block(&mut self, block: Block) {
        self.block = block;
    }
}

impl State {
    /// Accounts that nobody of the state has.
    pub fn strangers(&self) -> impl Iterator<Item = [u8; 32]> {
        let taken: HashSet<_> = self.accounts.iter().map(|holder| holder.address).collect();
        (0..).map(account).filter(move |address| !taken.contains(address))
    }
}
