//! Playing a script on a local chain: every agent signs for itself, blocks are built when the script
//! says so, and after every block all that can be seen is compared with the model in memory.

use super::contracts;
use super::node::Signed;
use super::script::{Action, Script};
use super::twin::{Twin, difference, held};
use super::{Address, Block, ChainError, Gas, Head, Node, OnChain, Record, Result, Signer, Wait};
use crate::model::{Agent, State};
use carrots_kernel::Balance;
use std::collections::BTreeMap;

/// What an agent has for fees and deposits, in tokens of the existential deposit.
const ALLOWANCE_DEPOSITS: Balance = 100_000;
/// What a call may use: a chain allows about so much to one transaction.
const GAS: Gas = Gas { ref_time: 1_000_000_000_000, proof_size: 4_000_000 };
/// How many transfers are put into one block.
const TRANSFERS: usize = 100;

/// Plays on a chain that builds blocks when asked.
pub struct Player<'a> {
    /// The chain.
    pub node: &'a Node,
    /// The contract.
    pub record: &'a Record,
    /// The mechanism.
    pub mechanism: &'static dyn OnChain,
    /// Who pays for all; the agents' accounts are derived from its secret.
    pub signer: &'a Signer,
}

/// What came of it.
#[derive(Debug)]
pub struct Ended {
    /// How many blocks were built.
    pub blocks: u32,
    /// How many calls were included.
    pub calls: u64,
    /// How many of them were refused, by the contract as in memory.
    pub refused: u64,
    /// The first thing that is not equal.
    pub difference: Option<String>,
}

impl Player<'_> {
    /// Gives every agent of a script its tokens, and some for fees and deposits.
    pub fn endow(&self, script: &Script) -> Result<()> {
        let allowance = self.allowance()?;
        for holders in script.start.accounts.chunks(TRANSFERS) {
            let head = self.node.head(Wait::Included)?;
            let at = self.node.at(head)?;
            let nonce = self.node.nonce(self.signer.address())?;
            let mut signed = Vec::new();
            for (holder, nonce) in holders.iter().zip(nonce..) {
                let amount = holder.wallet.checked_add(allowance).ok_or_else(|| {
                    ChainError::refused("an agent's stake is more than a chain's balance holds")
                })?;
                let payload = contracts::transfer(Address(holder.address), amount);
                signed.push(self.node.sign(&at, payload, self.signer, nonce)?);
            }
            let block = self.build(&signed)?;
            if let Some(why) = block.transactions.iter().find_map(|made| made.failed.as_ref()) {
                let sum = holders.iter().fold(0, |sum: Balance, at| sum.saturating_add(at.wallet));
                return Err(ChainError::refused(format!(
                    "{} cannot give the agents what they have ({sum} and {} each for fees): {why}",
                    self.signer.address(),
                    allowance
                )));
            }
        }
        Ok(())
    }

    fn allowance(&self) -> Result<Balance> {
        let at = self.node.at(self.node.head(Wait::Included)?)?;
        Ok(self.node.existential_deposit(&at)?.saturating_mul(ALLOWANCE_DEPOSITS))
    }

    /// Plays a script that begins in the next block. `tell` hears of every block with calls.
    pub fn play(&self, script: &Script, tell: &mut dyn FnMut(&Block)) -> Result<Ended> {
        let at = self.node.head(Wait::Included)?;
        if at.number + 1 != script.start.block {
            return Err(ChainError::refused(format!(
                "the chain is in block {}, the script begins in block {}: does somebody else \
                 build blocks?",
                at.number, script.start.block
            )));
        }
        let twin = self.mechanism.twin(&script.start);
        let twin = twin.map_err(|error| ChainError::refused(error.to_string()))?;
        let agents = 0..script.start.accounts.len() as Agent;
        let signers = agents.map(|agent| self.signer.agent(agent)).collect();
        let payers = self.payers(script, at)?;
        let ended = Ended { blocks: 0, calls: 0, refused: 0, difference: None };
        let minimum = self.node.existential_deposit(&self.node.at(at)?)?;
        let mut game = Playing { player: self, signers, payers, twin, minimum, ended, tell };
        game.all(script)?;
        Ok(game.ended)
    }

    fn payers(&self, script: &Script, head: Head) -> Result<Vec<Payer>> {
        let at = self.node.at(head)?;
        let payer = |holder: &crate::model::Holder| {
            let address = Address(holder.address);
            let (free, nonce) = (self.node.free(&at, address)?, self.node.nonce(address)?);
            match free.checked_sub(holder.wallet) {
                Some(beside) => Ok(Payer { address, beside, nonce }),
                None => Err(ChainError::refused(format!("{address} does not have its tokens"))),
            }
        };
        script.start.accounts.iter().map(payer).collect()
    }

    /// Builds a block of these transactions. Errs if one is not in it.
    fn build(&self, signed: &[Signed]) -> Result<Block> {
        self.node.build_block(signed)?;
        let block = self.node.block(self.node.head(Wait::Included)?)?;
        let is_in = |one: &&Signed| block.transactions.iter().any(|other| other.hash == one.hash);
        match signed.iter().find(|one| !is_in(one)) {
            None => Ok(block),
            Some(one) => Err(ChainError::refused(format!(
                "block {} left out the transaction {:?}: is it full?",
                block.at.number, one.hash
            ))),
        }
    }
}

/// An agent's account: what it has beside its wallet, for fees and deposits.
struct Payer {
    address: Address,
    beside: Balance,
    nonce: u64,
}

struct Playing<'a> {
    player: &'a Player<'a>,
    signers: Vec<Signer>,
    payers: Vec<Payer>,
    twin: Box<dyn Twin>,
    minimum: Balance,
    ended: Ended,
    tell: &'a mut dyn FnMut(&Block),
}

impl Playing<'_> {
    fn all(&mut self, script: &Script) -> Result<()> {
        let mut waiting: Vec<(Agent, Balance, &[u8])> = Vec::new();
        for action in &script.actions {
            match action {
                Action::Call { who, value, data } => waiting.push((*who, *value, data)),
                Action::Blocks(0) => {}
                Action::Blocks(blocks) => {
                    self.block(&waiting)?;
                    waiting.clear();
                    if *blocks > 1 {
                        self.player.node.build_blocks(blocks - 1)?;
                        self.ended.blocks += blocks - 1;
                    }
                }
            }
            if self.ended.difference.is_some() {
                return Ok(());
            }
        }
        if !waiting.is_empty() {
            self.block(&waiting)?;
        }
        if self.ended.difference.is_none() {
            self.ended.difference = self.end(&script.end)?;
        }
        Ok(())
    }

    /// A block with these calls, compared with the model.
    fn block(&mut self, calls: &[(Agent, Balance, &[u8])]) -> Result<()> {
        let Player { node, record, .. } = *self.player;
        let at = node.at(node.head(Wait::Included)?)?;
        let mut signed = Vec::with_capacity(calls.len());
        for (who, value, data) in calls {
            let payer = &mut self.payers[*who as usize];
            let payload = contracts::call(record.address, *value, GAS, None, data);
            signed.push(node.sign(&at, payload, &self.signers[*who as usize], payer.nonce)?);
            payer.nonce += 1;
        }
        let block = self.player.build(&signed)?;
        self.ended.blocks += 1;
        if calls.is_empty() {
            return Ok(());
        }
        self.ended.calls += calls.len() as u64;
        let failed = block.transactions.iter().filter(|made| made.failed.is_some());
        self.ended.refused += failed.count() as u64;
        self.settle(&block);
        let applied = self.twin.apply(record.address, &block, self.minimum);
        let (own, other) = (self.twin.state(), node.state(record.address, block.at)?);
        let tokens = (own.held != other.held).then(|| held(own.held, other.held));
        let state = difference(&own.cells, &other.cells).or(tokens);
        let state = state.map(|what| format!("block {}: {what}", block.at.number));
        self.ended.difference = applied.difference.or(state);
        (self.tell)(&block);
        Ok(())
    }

    /// Fees and deposits are paid from what agents have beside their wallets.
    fn settle(&mut self, block: &Block) {
        let mut changes: BTreeMap<Address, (Balance, Balance)> = BTreeMap::new();
        for made in &block.transactions {
            if let Some(who) = made.who {
                changes.entry(who).or_default().0 += made.fee;
            }
            for (who, amount) in &made.held {
                changes.entry(*who).or_default().0 += amount;
            }
            for (who, amount) in &made.released {
                changes.entry(*who).or_default().1 += amount;
            }
        }
        for payer in &mut self.payers {
            if let Some((less, more)) = changes.get(&payer.address) {
                payer.beside = (payer.beside + more).saturating_sub(*less);
            }
        }
    }

    /// What is not, in the end, as the run in memory has it: the storage, or an agent's tokens.
    fn end(&self, end: &State) -> Result<Option<String>> {
        let Player { node, record, .. } = *self.player;
        let head = node.head(Wait::Included)?;
        let other = node.state(record.address, head)?;
        if let Some(cell) = difference(&end.cells, &other.cells) {
            return Ok(Some(format!("in the end: {cell}")));
        }
        if end.held != other.held {
            return Ok(Some(format!("in the end: {}", held(end.held, other.held))));
        }
        let at = node.at(head)?;
        for (payer, agent) in self.payers.iter().zip(0..) {
            let wallet = end.accounts.get(agent as usize).map_or(0, |holder| holder.wallet);
            let free = node.free(&at, payer.address)?;
            if free != wallet + payer.beside {
                return Ok(Some(format!(
                    "in the end agent {agent} has {wallet} in memory, {} on the chain",
                    free as i128 - payer.beside as i128
                )));
            }
        }
        Ok(None)
    }
}
