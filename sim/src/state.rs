//! A mechanism's state as a chain has it: the cells of its storage, and the tokens of its accounts.
//!
//! [`Instance::restore`] makes a mechanism of it that goes on from there, and [`Instance::state`] is
//! the inverse. The accounts that the state names have the first numbers, in their order; then come
//! the roles, and those that only cells name, in the order of the cells.

mod file;
mod found;
mod text;

pub use file::{WriteError, scenario};
pub use found::{Address, Found};

use crate::models::{Agent, Instance, Ledger, Model, account};
use carrots_logic::{Balance, Block};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// The storage of a contract: every key and value, in bytes.
pub type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a chain says of a deployed mechanism.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The block in progress.
    pub block: Block,
    /// The tokens of the contract.
    #[serde(with = "carrots_logic::text::amount")]
    pub held: Balance,
    /// Those who have tokens, or a part in the mechanism, in the order of their numbers. Others are
    /// numbered behind them.
    #[serde(default)]
    pub accounts: Vec<Holder>,
    /// `(cell, key)` and the record, SCALE-encoded.
    #[serde(with = "text::cells")]
    pub cells: Storage,
    /// What accounts that enter are called, by their numbers. Beyond that names are made up.
    #[serde(skip)]
    pub newcomers: Vec<[u8; 32]>,
    /// Whether what is done from here on is recorded.
    #[serde(skip)]
    pub recorded: bool,
}

/// An account of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Its name on the chain.
    #[serde(with = "text::address")]
    pub address: [u8; 32],
    /// Its tokens, without those in the contract.
    #[serde(with = "carrots_logic::text::amount")]
    pub wallet: Balance,
    /// With which strategy it goes on; none for whoever does nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
}

impl Holder {
    /// With which strategy it goes on, if it does.
    pub fn strategy(&self) -> Option<&str> {
        self.strategy.as_deref()
    }
}

/// Why a state is none of the mechanism.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.key(), self.problem())]
pub enum StateError {
    /// A cell that every contract has is not there.
    Missing {
        /// The cell's key.
        key: Vec<u8>,
        /// What it holds.
        name: &'static str,
    },
    /// A key or a record cannot be decoded.
    Undecodable {
        /// The cell's key.
        key: Vec<u8>,
        /// What it should hold.
        name: &'static str,
        /// Whether it is the key or the record, and why.
        problem: String,
    },
    /// The mechanism has no such cell, or never writes that into it.
    Unknown(Vec<u8>),
    /// The rules refuse the parameters.
    Params {
        /// The parameter.
        key: &'static str,
        /// What was expected of it.
        expected: &'static str,
    },
    /// An account is there twice: its place, the second time.
    Twice(usize),
    /// What all have together is no amount.
    Sum,
    /// The contract holds less than it owes.
    Insolvent {
        /// What it owes.
        owed: Balance,
    },
}

impl StateError {
    /// The key in a [`State`] that it is about.
    pub fn key(&self) -> String {
        match self {
            Self::Undecodable { key, .. } | Self::Unknown(key) => format!("cells.{}", hex(key)),
            Self::Missing { .. } => "cells".into(),
            Self::Params { .. } => format!("cells.{}", hex(1u32.to_le_bytes())),
            Self::Twice(place) => format!("accounts[{place}].address"),
            Self::Sum | Self::Insolvent { .. } => "held".into(),
        }
    }

    /// What is wrong with it, and what was expected.
    pub fn problem(&self) -> String {
        match self {
            Self::Missing { key, name } => format!("expected {} with the {name}", hex(key)),
            Self::Undecodable { name, problem, .. } => format!("expected one of {name}: {problem}"),
            Self::Unknown(_) => "expected what the contract stores; it never stores this".into(),
            Self::Params { key, expected } => format!("params.{key}: expected {expected}"),
            Self::Twice(_) => "expected every account once".into(),
            Self::Sum => "expected a sum of at most 2^128 - 1 with all wallets".into(),
            Self::Insolvent { owed } => format!("expected at least {owed}, what is owed"),
        }
    }
}

/// Bytes in hexadecimal, after `0x`.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", ::hex::encode(bytes))
}

impl<M: Model> Instance<M> {
    /// The mechanism in that state. Who is not among the state's accounts has an empty wallet.
    pub fn restore(state: &State) -> Result<Self, StateError> {
        let mut found = Found::new(&state.cells);
        let mut wallets = Vec::with_capacity(state.accounts.len());
        for (Holder { address, wallet, .. }, place) in state.accounts.iter().zip(0..) {
            if found.number(Address(*address)) as usize != place {
                return Err(StateError::Twice(place));
            }
            wallets.push(*wallet);
        }
        let mut db = M::restore(&mut found)?;
        wallets.resize(found.agents(), 0);
        db.resize(found.agents());
        *db.names_mut() = found.names();
        let held = state.held;
        let sum = wallets.iter().try_fold(held, |sum, wallet| sum.checked_add(*wallet));
        sum.ok_or(StateError::Sum)?;
        let ledger = Ledger { wallets, held };
        let mut instance = Self { db, ledger, block: state.block, log: None };
        instance.stores_only(&state.cells)?;
        instance.is_solvent()?;
        if state.recorded {
            instance.record();
        }
        Ok(instance)
    }

    fn is_solvent(&self) -> Result<(), StateError> {
        match self.db.owed() {
            owed if owed > self.ledger.held => Err(StateError::Insolvent { owed }),
            _ => Ok(()),
        }
    }

    /// The rules have other parameters from here on.
    pub fn set_params(&mut self, params: M::Params) -> Result<(), StateError> {
        self.db.set_params(params).map_err(|error| {
            let (key, expected) = M::explain(error);
            StateError::Params { key, expected }
        })?;
        self.is_solvent()
    }

    /// Errs with the first of these cells that it does not store like that.
    fn stores_only(&self, cells: &Storage) -> Result<(), StateError> {
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
            ..State::default()
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

    /// Everyone has these tokens; who is behind those that are there already is met.
    pub(crate) fn deal(&mut self, wallets: &[Balance]) {
        while self.ledger.wallets.len() < wallets.len() {
            self.meet(self.stranger());
        }
        self.ledger.wallets.clone_from_slice(wallets);
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

    /// An account that nobody has.
    pub fn stranger(&self) -> [u8; 32] {
        let mut all = (self.ledger.wallets.len() as Agent..).map(account);
        all.find(|address| self.agent(address).is_none()).expect("there are more than agents")
    }
}

impl State {
    /// The same with accounts that nobody has in it before all others, with these tokens. The roles
    /// of the mechanism have the first places: who has one is there with its own tokens, and these.
    /// Where one account has two roles, the second place is that of a newcomer.
    ///
    /// The state names all of its accounts.
    pub fn entered<M: Model>(&self, wallets: &[Balance]) -> Self {
        let mut there: Vec<Option<&Holder>> = self.accounts.iter().map(Some).collect();
        let at: HashMap<_, _> =
            self.accounts.iter().map(|holder| holder.address).zip(0usize..).collect();
        let mut strangers = (0..).map(account).filter(|address| !at.contains_key(address));
        let roles = Found::roles(&self.cells, M::ROLES.len());
        let mut enter = |(place, tokens): (usize, &Balance)| {
            let role = roles.get(place).and_then(|address| at.get(address));
            match role.and_then(|at| there[*at].take()) {
                Some(holder) => {
                    Holder { wallet: holder.wallet.saturating_add(*tokens), ..holder.clone() }
                }
                None => {
                    let made_up = || strangers.next().expect("there are more than accounts");
                    let address = self.newcomers.get(place).copied().unwrap_or_else(made_up);
                    Holder { address, wallet: *tokens, strategy: None }
                }
            }
        };
        let mut accounts: Vec<_> = wallets.iter().enumerate().map(&mut enter).collect();
        accounts.extend(there.into_iter().flatten().cloned());
        Self { accounts, ..self.clone() }
    }

    /// All tokens of its accounts and of the contract; at most 2^128 - 1.
    pub fn tokens(&self) -> Balance {
        self.accounts.iter().fold(self.held, |sum, holder| sum.saturating_add(holder.wallet))
    }
}
