//! Compiled contracts on a chain in memory.
//!
//! Blocks are numbers that are set, no real ones are built. What the chain itself takes from the
//! agents, the deposits for storage, is paid from an amount that agents have beside their wallets.

use crate::account;
use crate::bundle::Bundle;
use anyhow::{Context, Result, bail, ensure};
use carrots::model::{Agent, CONTRACT, Instance, Model, Op, among};
use carrots_kernel::Balance;
use drink::frame_support::storage::{storage_prefix, unhashed};
use drink::frame_support::traits::fungible::{Inspect, Mutate};
use drink::frame_support::{Blake2_128Concat, StorageHasher, Twox64Concat};
use drink::minimal::{Balances, Contracts, MinimalSandbox, RuntimeEvent, System};
use drink::pallet_contracts::{
    Code, CollectEvents, DebugInfo, Determinism, Event as ContractsEvent, ExecReturnValue,
    StorageDeposit,
};
use drink::{AccountId32, Sandbox as _, Weight};
use scale::Decode;
use sp_io::default_child_storage as child;
use std::collections::BTreeMap;

/// What each agent has for deposits.
const DEPOSITS: Balance = 1_000_000_000_000;
/// No call ends for want of gas.
const GAS: Weight = Weight::MAX;
/// Who deploys contracts.
pub const DEPLOYER: Agent = Agent::MAX;

/// A deployed mechanism: a contract, or several that call each other.
pub struct Sandbox {
    chain: MinimalSandbox,
    contracts: Vec<Deployed>,
    block: u32,
    /// The accounts of the agents.
    names: Vec<[u8; 32]>,
    /// The deposits that an agent has paid, less those that it got back.
    deposits: BTreeMap<Agent, i128>,
}

/// A contract.
struct Deployed {
    bundle: Bundle,
    account: AccountId32,
    /// What the chain gave it so that its account exists.
    minimum: Balance,
}

/// What a call did.
pub struct Called {
    /// What the contract returned, or why the chain refused to run it.
    pub returned: Result<Returned, String>,
    /// The contract's events.
    pub events: Vec<Event>,
    /// What the call cost.
    pub weight: Weight,
}

/// What a contract returned.
#[derive(Debug, PartialEq, Eq)]
pub struct Returned {
    /// Whether it asked the chain to undo all that it did.
    pub reverted: bool,
    /// The encoded result.
    pub data: Vec<u8>,
}

/// A contract's event.
#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    /// Which contract emitted it.
    pub contract: usize,
    /// The event's signature, and its indexed fields.
    pub topics: Vec<Vec<u8>>,
    /// The encoded fields.
    pub data: Vec<u8>,
}

/// Why a contract could not be deployed.
#[derive(Debug)]
pub enum NotDeployed {
    /// Its constructor refused, and returned this.
    Refused(Vec<u8>),
    /// Anything else.
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for NotDeployed {
    fn from(error: anyhow::Error) -> Self {
        NotDeployed::Failed(error)
    }
}

impl Sandbox {
    /// Deploys a mechanism's contracts for the model's agents and with its parameters.
    pub fn new<M: Model>(model: &Instance<M>) -> Result<Self> {
        let wallets = &model.ledger().wallets;
        let names: Vec<_> = (0..wallets.len() as Agent).map(|who| model.address(who)).collect();
        let name = |agent: Agent| names.get(agent as usize).copied().unwrap_or(account(agent));
        let contracts = M::CONTRACTS.iter().enumerate();
        let contracts = contracts.map(|(at, name_of)| {
            (*name_of, model.db.contract(at), model.db.constructor(at, &name))
        });
        let contracts: Vec<_> = contracts.collect();
        match Self::deploy_all(&contracts, wallets, names.clone()) {
            Ok(sandbox) => Ok(sandbox),
            Err(NotDeployed::Failed(error)) => Err(error),
            Err(NotDeployed::Refused(data)) => bail!("the constructor returned {data:?}"),
        }
    }

    /// Deploys a contract in block 1, with the constructor's encoded arguments.
    pub fn deploy(name: &str, wallets: &[Balance], arguments: &[u8]) -> Result<Self, NotDeployed> {
        let names = (0..wallets.len() as Agent).map(account).collect();
        Self::deploy_all(&[(name, CONTRACT, arguments.to_vec())], wallets, names)
    }

    /// Deploys contracts: their names, their accounts, and the arguments of their constructors.
    fn deploy_all(
        contracts: &[(&str, [u8; 32], Vec<u8>)],
        wallets: &[Balance],
        names: Vec<[u8; 32]>,
    ) -> Result<Self, NotDeployed> {
        let mut chain = MinimalSandbox::default();
        let people = names.iter().copied().zip(wallets.iter().copied());
        let people =
            people.filter(|(name, _)| contracts.iter().all(|(_, contract, _)| contract != name));
        chain.execute_with(|| fund(people))?;
        let mut deployed = Vec::new();
        for (name, address, arguments) in contracts {
            let bundle = Bundle::load(name)?;
            let (code, input) = (bundle.code()?, bundle.constructor(arguments)?);
            let account = AccountId32::from(*address);
            let minimum = chain.execute_with(|| {
                rename(&instantiate(code, input)?, &account);
                Ok::<_, NotDeployed>(Balances::balance(&account))
            })?;
            deployed.push(Deployed { bundle, account, minimum });
        }
        Ok(Self { chain, contracts: deployed, block: 1, names, deposits: BTreeMap::new() })
    }

    /// Lets blocks pass.
    pub fn advance(&mut self, blocks: u32) {
        self.block = self.block.saturating_add(blocks);
    }

    /// Calls the message of an operation.
    pub fn apply(&mut self, who: Agent, value: Balance, op: &impl Op) -> Result<Called> {
        let (contract, message) = op.entry();
        let arguments = op.arguments(&|agent| self.account(agent));
        let beyond = match self.wallet(who) {
            wallet if wallet < value => self.free(who) - wallet,
            _ => 0,
        };
        // What is kept for deposits is not the agent's to send.
        self.call_of(contract, who, value.saturating_add(beyond), message, &arguments)
    }

    /// Calls a message of the first contract.
    pub fn call(
        &mut self,
        who: Agent,
        value: Balance,
        message: &str,
        arguments: &[u8],
    ) -> Result<Called> {
        self.call_of(0, who, value, message, arguments)
    }

    fn call_of(
        &mut self,
        contract: usize,
        who: Agent,
        value: Balance,
        message: &str,
        arguments: &[u8],
    ) -> Result<Called> {
        let input = self.contracts[contract].bundle.message(message, arguments)?;
        let caller = self.account(who).into();
        let (block, contracts) = (self.block, &self.contracts);
        let (called, deposit) =
            self.chain.execute_with(|| call(block, caller, contracts, contract, value, input));
        *self.deposits.entry(who).or_default() += deposit;
        Ok(called)
    }

    /// An agent's account.
    pub fn account(&self, who: Agent) -> [u8; 32] {
        self.names.get(who as usize).copied().unwrap_or(account(who))
    }

    /// The tokens that an agent has, deposits aside.
    pub fn wallet(&mut self, who: Agent) -> Balance {
        let free = self.free(who);
        self.less_deposits(who, free)
    }

    /// The tokens that all agents have, deposits aside. Contracts hold theirs.
    pub fn wallets(&mut self) -> Vec<Balance> {
        let people = self.names.iter().map(|name| {
            let account = AccountId32::from(*name);
            self.contracts.iter().all(|contract| contract.account != account).then_some(account)
        });
        let people: Vec<_> = people.collect();
        let free: Vec<Option<Balance>> = self.chain.execute_with(|| {
            people.iter().map(|one| one.as_ref().map(Balances::balance)).collect()
        });
        let all = (0..).zip(free);
        all.map(|(agent, free)| free.map_or(0, |free| self.less_deposits(agent, free))).collect()
    }

    fn less_deposits(&self, who: Agent, free: Balance) -> Balance {
        let paid = self.deposits.get(&who).copied().unwrap_or(0);
        free.wrapping_add_signed(paid).wrapping_sub(DEPOSITS)
    }

    /// The tokens that each contract holds, deposits aside.
    pub fn held(&mut self) -> Vec<Balance> {
        let contracts = &self.contracts;
        self.chain.execute_with(|| {
            let held = |one: &Deployed| Balances::balance(&one.account) - one.minimum;
            contracts.iter().map(held).collect()
        })
    }

    /// Takes tokens away from the first contract, which no rule allows.
    pub fn rob(&mut self, amount: Balance) -> Result<()> {
        let left = self.held()[0] - amount;
        let Deployed { account, minimum, .. } = &self.contracts[0];
        self.chain.execute_with(|| Balances::set_balance(account, left + minimum));
        ensure!(self.held()[0] == left, "the contract could not be robbed");
        Ok(())
    }

    /// The contracts' storage: every key and value.
    pub fn storage(&mut self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let contracts = &self.contracts;
        self.chain.execute_with(|| {
            let cells = |(at, one): (u32, &Deployed)| among(at, storage(&one.account));
            (0..).zip(contracts).flat_map(cells).collect()
        })
    }

    /// The code's size in bytes, of all contracts.
    pub fn code_size(&self) -> Result<usize> {
        self.contracts.iter().map(|one| Ok(one.bundle.code()?.len())).sum()
    }

    /// A contract's bundle.
    pub fn bundle(&self, contract: usize) -> &Bundle {
        &self.contracts[contract].bundle
    }

    fn free(&mut self, who: Agent) -> Balance {
        let account = self.account(who).into();
        self.chain.execute_with(|| Balances::balance(&account))
    }
}

fn fund(people: impl Iterator<Item = ([u8; 32], Balance)>) -> Result<()> {
    for (name, wallet) in people.chain([(account(DEPLOYER), 0)]) {
        let amount = wallet.checked_add(DEPOSITS).context("wallets: too much for a chain")?;
        let minted = Balances::mint_into(&name.into(), amount);
        minted.map_err(|error| anyhow::anyhow!("wallets: too much for a chain: {error:?}"))?;
    }
    Ok(())
}

fn instantiate(code: Vec<u8>, input: Vec<u8>) -> Result<AccountId32, NotDeployed> {
    let deployer = account(DEPLOYER).into();
    let (code, salt) = (Code::Upload(code), vec![]);
    let (debug, events) = (DebugInfo::Skip, CollectEvents::Skip);
    let deployed =
        Contracts::bare_instantiate(deployer, 0, GAS, None, code, input, salt, debug, events);
    match deployed.result {
        Err(error) => Err(anyhow::anyhow!("not deployed: {error:?}").into()),
        Ok(made) if made.result.did_revert() => Err(NotDeployed::Refused(made.result.data)),
        Ok(made) => Ok(made.account_id),
    }
}

/// Gives a contract the account by which models know it: a chain derives one from the code's hash, so
/// that what binds the contract would have to be made anew with every build.
fn rename(from: &AccountId32, to: &AccountId32) {
    let wide = |who: &AccountId32| Blake2_128Concat::hash(who.as_ref());
    let narrow = |who: &AccountId32| Twox64Concat::hash(who.as_ref());
    let take = |pallet: &[u8], map: &[u8], key: &dyn Fn(&AccountId32) -> Vec<u8>| {
        let prefix = storage_prefix(pallet, map);
        let at = |who| [&prefix[..], &key(who)].concat();
        if let Some(record) = unhashed::get_raw(&at(from)) {
            unhashed::kill(&at(from));
            unhashed::put_raw(&at(to), &record);
        }
    };
    take(b"System", b"Account", &wide);
    take(b"Balances", b"Holds", &wide);
    take(b"Contracts", b"ContractInfoOf", &narrow);
}

/// Calls a contract and gives, beside what it did, the deposit that the caller paid.
fn call(
    block: u32,
    who: AccountId32,
    contracts: &[Deployed],
    contract: usize,
    value: Balance,
    input: Vec<u8>,
) -> (Called, i128) {
    let number = |account: &AccountId32| contracts.iter().position(|one| one.account == *account);
    let contract = contracts[contract].account.clone();
    System::set_block_number(block);
    System::reset_events();
    let (debug, events) = (DebugInfo::Skip, CollectEvents::UnsafeCollect);
    let determinism = Determinism::Enforced;
    let done =
        Contracts::bare_call(who, contract, value, GAS, None, input, debug, events, determinism);
    let emitted = done.events.unwrap_or_default().into_iter().filter_map(|record| {
        let RuntimeEvent::Contracts(ContractsEvent::ContractEmitted { data, contract }) =
            record.event
        else {
            return None;
        };
        let topics = record.topics.iter().map(|topic| topic.as_bytes().to_vec()).collect();
        Some(Event { contract: number(&contract)?, topics, data })
    });
    let returned = match done.result {
        Ok(value) => Ok(value.into()),
        Err(error) => Err(format!("{error:?}")),
    };
    let called = Called { returned, events: emitted.collect(), weight: done.gas_consumed };
    let deposit = match done.storage_deposit {
        StorageDeposit::Charge(amount) => amount as i128,
        StorageDeposit::Refund(amount) => -(amount as i128),
    };
    (called, deposit)
}

impl From<ExecReturnValue> for Returned {
    fn from(value: ExecReturnValue) -> Self {
        Returned { reverted: value.did_revert(), data: value.data }
    }
}

/// Reads a contract's own trie, whose keys are preceded by a hash of 16 bytes.
fn storage(contract: &AccountId32) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let prefix = storage_prefix(b"Contracts", b"ContractInfoOf");
    let key = [&prefix[..], &Twox64Concat::hash(contract.as_ref())].concat();
    let info = unhashed::get_raw(&key).unwrap_or_default();
    // The trie's name is the first field.
    let trie = Vec::<u8>::decode(&mut &info[..]).unwrap_or_default();
    let (mut cells, mut last) = (BTreeMap::new(), Vec::new());
    while let Some(key) = child::next_key(&trie, &last) {
        cells.insert(key[16..].to_vec(), child::get(&trie, &key).unwrap_or_default().to_vec());
        last = key;
    }
    cells
}
