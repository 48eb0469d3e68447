//! How the contract and agents are called on the chain.

use blake2::{Blake2b, Digest, digest::consts::U32};
use std::collections::HashMap;
use std::sync::Arc;

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

/// How an agent is called that no chain has named.
pub fn account(agent: Agent) -> [u8; 32] {
    let mut account = [b'a'; 32];
    account[28..].copy_from_slice(&agent.to_be_bytes());
    account
}

/// How a contract is called that no chain has named.
pub const CONTRACT: [u8; 32] = [b'c'; 32];

/// The same of one of several contracts, by its number.
pub fn contract(number: usize) -> [u8; 32] {
    let mut contract = CONTRACT;
    contract[31] = contract[31].wrapping_add(number as u8);
    contract
}

/// The accounts of the contract and of agents: those of a chain, or else [`CONTRACT`], and computed
/// from the agents' numbers by [`account`].
#[derive(Debug, Default)]
pub struct Names(Option<Arc<Book>>);

#[derive(Clone, Debug)]
struct Book {
    contract: [u8; 32],
    addresses: Vec<[u8; 32]>,
    agents: HashMap<[u8; 32], Agent>,
}

impl Clone for Names {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    /// Counts no references where nothing changes.
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        let same = match (&self.0, &source.0) {
            (None, None) => true,
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            _ => false,
        };
        if !same {
            self.0.clone_from(&source.0);
        }
    }
}

impl Names {
    /// Those of one of `count` contracts among as many agents, which are contracts from `first` on.
    pub fn of_contracts(number: usize, first: Agent, count: usize, agents: usize) -> Self {
        let mut names = Self::default();
        let book = names.book(agents);
        book.contract = contract(number);
        for (agent, number) in (first..).zip(0..count) {
            if let Some(address) = book.addresses.get_mut(agent as usize) {
                book.agents.remove(address);
                *address = contract(number);
                book.agents.insert(*address, agent);
            }
        }
        names
    }

    /// The contract's account.
    #[inline]
    pub fn contract(&self) -> [u8; 32] {
        self.0.as_ref().map_or(CONTRACT, |book| book.contract)
    }

    /// The contract, whose agents are so many, has this account.
    pub fn set_contract(&mut self, contract: [u8; 32], agents: usize) {
        if self.contract() != contract {
            self.book(agents).contract = contract;
        }
    }

    /// An agent's account.
    #[inline]
    pub fn address(&self, agent: Agent) -> [u8; 32] {
        match &self.0 {
            None => account(agent),
            Some(book) => match book.addresses.get(agent as usize) {
                Some(address) => *address,
                None => account(agent),
            },
        }
    }

    /// The agent with an account, among so many.
    pub fn agent(&self, address: &[u8; 32], agents: usize) -> Option<Agent> {
        let agent = match &self.0 {
            Some(book) => *book.agents.get(address)?,
            None => {
                let [.., a, b, c, d] = *address;
                Agent::from_be_bytes([a, b, c, d])
            }
        };
        ((agent as usize) < agents && self.address(agent) == *address).then_some(agent)
    }

    /// Numbers an account that has no number yet, as the one behind all `agents`.
    pub fn push(&mut self, address: [u8; 32], agents: usize) -> Agent {
        if self.0.is_none() && address == account(agents as Agent) {
            return agents as Agent;
        }
        let book = self.book(agents);
        let agent = book.addresses.len() as Agent;
        book.addresses.push(address);
        book.agents.insert(address, agent);
        agent
    }

    /// What is written down of so many agents.
    fn book(&mut self, agents: usize) -> &mut Book {
        let book = self.0.get_or_insert_with(|| {
            let addresses: Vec<_> = (0..agents as Agent).map(account).collect();
            let numbered = addresses.iter().copied().zip(0..).collect();
            Arc::new(Book { contract: CONTRACT, addresses, agents: numbered })
        });
        Arc::make_mut(book)
    }
}
