//! A mechanism that runs.

use super::names::{Agent, account};
use super::state::{Holder, Other, State};
use super::step::{Refusal, Step, outcome};
use super::storage::{Address, Cells, Found, StateError, Storage};
use super::traits::{Messages, Model, Op};
use carrots_kernel::{Balance, Block};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

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
            let expect = Some(outcome(&result));
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
        self.ledger.wallets[who as usize].saturating_add(self.worth(who))
    }

    /// What of that the contract still holds.
    pub fn worth(&self, who: Agent) -> Balance {
        self.db.worth(who, self.block)
    }

    /// What the contract owes to all together.
    pub fn owed(&self) -> Balance {
        self.db.owed(self.block)
    }

    /// The contract's storage: every key and value, with agents by their accounts.
    pub fn storage(&self) -> Storage {
        let mut cells = Cells::new(self.db.names());
        self.db.storage(&mut cells);
        cells.all()
    }
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
        let agents = found.agents();
        let names = found.names();
        let others = state.others.iter().map(|other| other.contract);
        let mut contracts = [state.contract].into_iter().chain(others);
        db.rename(&mut |own| {
            *own = names.clone();
            if let Some(contract) = contracts.next() {
                own.set_contract(contract, agents);
            }
        });
        let others = state.others.iter().map(|other| other.held);
        let first = others.clone().fold(state.held, Balance::saturating_sub);
        db.set_held(&[first].into_iter().chain(others).collect::<Vec<_>>());
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
        match self.owed() {
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
        let held = self.db.held(self.ledger.held);
        let others = held.iter().enumerate().skip(1);
        let others = others.map(|(at, held)| Other { contract: self.db.contract(at), held: *held });
        let holder = |(agent, wallet): (Agent, &Balance)| Holder {
            address: self.address(agent),
            wallet: *wallet,
            strategy: None,
        };
        State {
            contract: self.db.contract(0),
            others: others.collect(),
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
        let mut agent = 0;
        self.db.rename(&mut |names| agent = names.push(address, agents));
        agent
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

#[cold]
#[inline(never)]
fn note<O>(log: &Log<O>, step: Step<O>) {
    log.lock().unwrap_or_else(PoisonError::into_inner).steps.push(step);
}

/// The tokens of every agent, and those that the contract holds.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By agent.
    pub wallets: Vec<Balance>,
    /// The contract's.
    pub held: Balance,
}

impl Clone for Ledger {
    fn clone(&self) -> Self {
        Self { wallets: self.wallets.clone(), held: self.held }
    }

    /// Reuses what is allocated; derived it would not.
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.wallets.clone_from(&source.wallets);
        self.held = source.held;
    }
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
        self.held = self.held.wrapping_add(amount);
    }

    /// Moves tokens from the contract to an agent. It has them unless rules are broken, or storage is
    /// made up; then it pays what it has.
    #[inline]
    pub fn pay(&mut self, who: Agent, amount: Balance) {
        let paid = amount.min(self.held);
        self.held -= paid;
        let wallet = &mut self.wallets[who as usize];
        *wallet = wallet.saturating_add(paid);
    }
}
