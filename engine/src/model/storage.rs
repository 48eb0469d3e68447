//! The storage of a contract, how it is written, and what cells that were found say.

use super::names::{Agent, Names};
use carrots_kernel::Balance;
use scale::{Decode, DecodeAll, Encode};
use std::collections::BTreeMap;
use std::fmt;

/// The storage of a contract: every key and value, in bytes.
pub type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// Bytes in hexadecimal, after `0x`.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", ::hex::encode(bytes))
}

/// The cell of the roles, in every mechanism that has any.
const ROLES: u32 = 2;

/// The number of a contract's cell among those of all contracts: those of the first are as it has them.
fn key(contract: u32, cell: u32) -> u32 {
    contract << 16 | cell
}

/// The storage of one contract as it is among that of all.
pub fn among(contract: u32, cells: Storage) -> Storage {
    let moved = |(mut key, record): (Vec<u8>, Vec<u8>)| {
        if let Some(number) = key.get_mut(2..4) {
            number.copy_from_slice(&(contract as u16).to_le_bytes());
        }
        (key, record)
    };
    cells.into_iter().map(moved).collect()
}

/// An account in a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Address(pub [u8; 32]);

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&hex(self.0))
    }
}

/// The storage of a contract that is being read, and the numbers of the accounts met in it.
pub struct Found<'a> {
    cells: &'a Storage,
    contract: u32,
    names: Names,
    agents: usize,
    notes: Option<BTreeMap<Vec<u8>, String>>,
}

impl<'a> Found<'a> {
    /// Cells of which nothing was read.
    pub fn new(cells: &'a Storage) -> Self {
        Self { cells, contract: 0, names: Names::default(), agents: 0, notes: None }
    }

    /// What is read from here on is of the contract of that number.
    pub fn of(&mut self, contract: u32) -> &mut Self {
        self.contract = contract;
        self
    }

    /// The same, and what is read is written down for people.
    pub fn noted(self) -> Self {
        Self { notes: Some(BTreeMap::new()), ..self }
    }

    /// What was read, by key.
    pub fn notes(self) -> BTreeMap<Vec<u8>, String> {
        self.notes.unwrap_or_default()
    }

    /// The number of an account: the next one if it is met for the first time.
    pub fn number(&mut self, Address(address): Address) -> Agent {
        match self.names.agent(&address, self.agents) {
            Some(agent) => agent,
            None => {
                self.agents += 1;
                self.names.push(address, self.agents - 1)
            }
        }
    }

    /// How many accounts were met.
    pub fn agents(&self) -> usize {
        self.agents
    }

    /// More than how many accounts can be met.
    pub fn room(&self) -> usize {
        let bytes = |(key, record): (&Vec<u8>, &Vec<u8>)| (key.len() + record.len()) / 32;
        self.agents + self.cells.iter().map(bytes).sum::<usize>()
    }

    /// The accounts that were met, by number.
    pub fn names(self) -> Names {
        self.names
    }

    /// The record of a cell that has only one.
    pub fn one<V: Decode + fmt::Debug>(
        &mut self,
        name: &'static str,
        cell: u32,
    ) -> Result<V, StateError> {
        let all = self.all::<(), V>(name, cell)?;
        let missing = StateError::Missing { key: key(self.contract, cell).encode(), name };
        all.into_iter().next().map(|((), record)| record).ok_or(missing)
    }

    /// All records of a cell with their keys, in the order of the keys' bytes.
    pub fn all<K: Decode + fmt::Debug, V: Decode + fmt::Debug>(
        &mut self,
        name: &'static str,
        cell: u32,
    ) -> Result<Vec<(K, V)>, StateError> {
        let prefix = key(self.contract, cell).encode();
        let own = self.cells.range(prefix.clone()..);
        let mut all = Vec::new();
        for (key, value) in own.take_while(|(key, _)| key.starts_with(&prefix)) {
            let wrong = |part: &str, error: scale::Error| StateError::Undecodable {
                key: key.clone(),
                name,
                problem: format!("the {part}: {}", error.to_string().trim().replace('\n', "; ")),
            };
            let own = K::decode_all(&mut &key[prefix.len()..]).map_err(|e| wrong("key", e))?;
            let record = V::decode_all(&mut &value[..]).map_err(|e| wrong("record", e))?;
            if let Some(notes) = &mut self.notes {
                let own =
                    if key.len() > prefix.len() { format!(" {own:?}") } else { String::new() };
                notes.insert(key.clone(), format!("{name}{own}: {record:?}"));
            }
            all.push((own, record));
        }
        Ok(all)
    }

    /// The accounts in a contract's roles: the record of their cell is nothing but their addresses.
    pub fn roles(cells: &Storage, contract: u32, roles: usize) -> Vec<[u8; 32]> {
        let record = cells.get(&key(contract, ROLES).encode()).map_or(&[][..], Vec::as_slice);
        record.as_chunks().0.iter().copied().take(roles).collect()
    }

    /// The account in a contract's role, by the names of all its roles.
    pub fn role(cells: &Storage, contract: u32, roles: &[&str], role: &str) -> [u8; 32] {
        let all = Self::roles(cells, contract, roles.len());
        let at = roles.iter().position(|name| *name == role);
        at.and_then(|at| all.get(at).copied()).unwrap_or_default()
    }
}

/// The storage of a contract: every key and value, in bytes.
pub struct Cells<'a> {
    names: &'a Names,
    contract: u32,
    cells: Storage,
}

impl<'a> Cells<'a> {
    /// No cells yet, and how agents are called on the chain.
    pub fn new(names: &'a Names) -> Self {
        Self { names, contract: 0, cells: Storage::new() }
    }

    /// What is put from here on is of the contract of that number.
    pub fn of(&mut self, contract: u32) -> &mut Self {
        self.contract = contract;
        self
    }

    /// How an agent is called on the chain.
    pub fn name(&self, who: Agent) -> [u8; 32] {
        self.names.address(who)
    }

    /// A record under the storage key `cell` and a key of its own, `()` for none.
    pub fn put(&mut self, cell: u32, key: impl Encode, record: impl Encode) {
        let cell = self::key(self.contract, cell);
        self.cells.insert((cell, key).encode(), record.encode());
    }

    /// The same for a record that is not stored where it is the default.
    pub fn put_some<V: Encode + Default + PartialEq>(
        &mut self,
        cell: u32,
        key: impl Encode,
        record: V,
    ) {
        if record != V::default() {
            self.put(cell, key, record);
        }
    }

    /// Every key and value.
    pub fn all(self) -> Storage {
        self.cells
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
        expected: String,
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
