//! A mechanism's state as a chain has it: the cells of its storage, and the tokens of its accounts.

use super::names::{CONTRACT, account};
use super::storage::Storage;
use super::text;
use super::traits::Model;
use carrots_kernel::{Balance, Block};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What a chain says of a deployed mechanism.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The contract's name on the chain. Whoever leaves it out has one that is made up.
    #[serde(default = "made_up", with = "text::address")]
    pub contract: [u8; 32],
    /// The other contracts, where a mechanism is composed of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// The block in progress.
    pub block: Block,
    /// The tokens of the contract, or of all of them.
    #[serde(with = "carrots_kernel::text::amount")]
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

fn made_up() -> [u8; 32] {
    CONTRACT
}

impl Default for State {
    fn default() -> Self {
        Self {
            contract: CONTRACT,
            others: Vec::new(),
            block: 0,
            held: 0,
            accounts: Vec::new(),
            cells: Storage::new(),
            newcomers: Vec::new(),
            recorded: false,
        }
    }
}

/// A contract of a composition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// Its name on the chain.
    #[serde(with = "text::address")]
    pub contract: [u8; 32],
    /// Its tokens.
    #[serde(with = "carrots_kernel::text::amount")]
    pub held: Balance,
}

/// An account of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Its name on the chain.
    #[serde(with = "text::address")]
    pub address: [u8; 32],
    /// Its tokens, without those in the contract.
    #[serde(with = "carrots_kernel::text::amount")]
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
        let roles = M::roles(&self.cells);
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
