//! Following a deployed mechanism: its twin in memory goes with it, block by block.

use super::mechanism::OnChain;
use super::record::write_whole;
use super::twin::{Applied, Step, Twin, difference, held};
use super::{Address, ChainError, Head, Node, Record, Result, Wait};
use crate::model::State;
use carrots_kernel::Balance;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// After how many blocks without a call it is written down how far it came.
const SAVE_BLOCKS: u32 = 100;

/// A mechanism that is followed.
pub struct Follower {
    record: Record,
    mechanism: &'static dyn OnChain,
    twin: Box<dyn Twin>,
    /// What an account must have to exist.
    minimum: Balance,
    at: Head,
    calls: u64,
    /// Where it is written down how far it came.
    path: PathBuf,
    saved: u32,
}

/// What a block brought.
#[derive(Debug)]
pub struct Seen {
    /// The block.
    pub at: Head,
    /// Its calls of the contract.
    pub calls: Vec<Step>,
    /// Whether the contract was reached in a way that cannot be seen from outside, so that its
    /// state was taken from the chain.
    pub adopted: bool,
    /// The first thing that is not equal.
    pub difference: Option<String>,
}

/// How far it came.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Progress {
    contract: Address,
    at: Head,
    calls: u64,
    state: State,
}

impl Follower {
    /// Begins at a block with the state that the chain has then.
    pub fn since(
        record: Record,
        mechanism: &'static dyn OnChain,
        node: &Node,
        block: u32,
        path: &Path,
    ) -> Result<Self> {
        let at = node.block_at(block)?;
        let state = node.state(record.address, at)?;
        let twin = mechanism.twin(&state).map_err(|error| {
            ChainError::refused(format!("block {block}: the contract's state: {error}"))
        })?;
        let deployed = record.constructor.strip_prefix("0x").unwrap_or_default();
        let own = hex::encode(twin.constructor());
        // Roles, which come first, may have been handed over since.
        let roles = 2 * 32 * record.roles.len();
        if deployed.get(8 + roles..) != own.get(roles..) {
            return Err(ChainError::refused(format!(
                "block {block}: the contract has other parameters than the record says: 0x{own}"
            )));
        }
        let minimum = node.existential_deposit(&node.at(at)?)?;
        let (path, saved, calls) = (path.to_path_buf(), block, 0);
        let follower = Self { record, mechanism, twin, minimum, at, calls, path, saved };
        follower.save()?;
        Ok(follower)
    }

    /// Goes on where it stopped; nothing if it never began.
    pub fn resume(
        record: &Record,
        mechanism: &'static dyn OnChain,
        node: &Node,
        path: &Path,
    ) -> Result<Option<Self>> {
        let wrong = |why: String| ChainError::refused(format!("{}: {why}", path.display()));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let progress: Progress = serde_json::from_str(&text).map_err(|error| {
            wrong(format!("expected what `carrots follow` wrote: {error}: remove it to begin anew"))
        })?;
        if progress.contract != record.address {
            return Err(wrong(format!(
                "it is about {}, the record about {}: name another --progress",
                progress.contract, record.address
            )));
        }
        same_chain(node, progress.at).map_err(|error| match error {
            ChainError::Refused(why) => wrong(format!("{why}: remove the file to begin anew")),
            lost => lost,
        })?;
        let (at, calls) = (progress.at, progress.calls);
        let state = State { contract: progress.contract.0, ..progress.state };
        let twin = mechanism.twin(&state).map_err(|error| wrong(error.to_string()))?;
        let minimum = node.existential_deposit(&node.at(at)?)?;
        let (record, path, saved) = (record.clone(), path.to_path_buf(), at.number);
        Ok(Some(Self { record, mechanism, twin, minimum, at, calls, path, saved }))
    }

    /// The last block that was seen.
    pub fn at(&self) -> Head {
        self.at
    }

    /// Errs if that is another chain, or one that was set back.
    pub fn is_on(&self, node: &Node) -> Result<()> {
        same_chain(node, self.at)
    }

    /// How many calls were seen.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Applies the next final block, if there is one, and compares. What was seen is written down;
    /// an error changes nothing, so that the same block is tried again.
    pub fn next(&mut self, node: &Node) -> Result<Option<Seen>> {
        if node.head(Wait::Finalized)?.number <= self.at.number {
            return Ok(None);
        }
        let at = node.block_at(self.at.number + 1)?;
        let block = node.block(at)?;
        let reached = block.transactions.iter().any(|included| {
            let called = included.call.as_ref().is_some_and(|c| c.contract == self.record.address);
            called || included.reached.contains(&self.record.address)
        });
        let state = match reached {
            true => Some(node.state(self.record.address, at)?),
            false => None,
        };
        let mut applied = self.twin.apply(self.record.address, &block, self.minimum);
        let adopted = applied.hidden;
        if let Some(state) = state {
            let own = self.twin.state();
            if adopted {
                let wrong = |error| ChainError::refused(format!("block {}: {error}", at.number));
                self.twin = self.mechanism.twin(&state).map_err(wrong)?;
                applied.difference = None;
            } else if applied.difference.is_none() {
                let less = (state.held < own.held).then(|| held(own.held, state.held));
                let first = difference(&own.cells, &state.cells).or(less);
                applied.difference = first.map(|first| format!("block {}: {first}", at.number));
            }
        }
        self.at = at;
        self.calls += applied.calls.len() as u64;
        if reached || at.number >= self.saved + SAVE_BLOCKS {
            self.save()?;
            self.saved = at.number;
        }
        let Applied { calls, difference, .. } = applied;
        Ok(Some(Seen { at, calls, adopted, difference }))
    }

    /// Writes down how far it came.
    pub fn save(&self) -> Result<()> {
        let (contract, state) = (self.record.address, self.twin.state());
        let progress = Progress { contract, at: self.at, calls: self.calls, state };
        let text = serde_json::to_string(&progress).expect("progress can be written");
        write_whole(&self.path, &text)
    }
}

fn same_chain(node: &Node, at: Head) -> Result<()> {
    match node.hash_of(at.number)? == Some(at.hash) {
        true => Ok(()),
        false => Err(ChainError::refused(format!(
            "{}: its block {} is not the one that was seen: the chain was set back, or is another",
            node.url(),
            at.number
        ))),
    }
}
