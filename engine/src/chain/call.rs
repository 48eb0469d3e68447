//! Calling a message of a deployed contract: tried first, then signed and sent.

use super::contracts::{self, Deposit};
use super::node::Payload;
use super::{Address, Bundle, ChainError, Gas, Head, Included, Message, Node, Record, Result};
use super::{Signer, Wait, send};
use crate::model::hash;
use carrots_kernel::Balance;
use scale::Encode;
use std::path::Path;
use subxt::config::substrate::H256;

/// A call of a message.
pub struct Call<'a> {
    /// The contract's code and types.
    pub bundle: &'a Bundle,
    /// The message.
    pub message: &'a Message,
    /// The contract.
    pub contract: Address,
    /// The tokens sent along.
    pub value: Balance,
    /// The encoded selector and arguments.
    pub data: Vec<u8>,
}

/// What a call would do.
pub struct Trial {
    /// What it is allowed to use.
    pub gas: Gas,
    /// What is held for storage, or given back.
    pub deposit: Deposit,
    /// What may be held at most.
    pub limit: Balance,
    /// What the message returns, or the name of its error.
    pub result: Result<String, String>,
}

impl<'a> Call<'a> {
    /// A call with arguments as people write them.
    pub fn new(
        record: &Record,
        bundle: &'a Bundle,
        message: &str,
        arguments: &[String],
        value: Balance,
    ) -> Result<Self> {
        let message = bundle.message(message)?;
        if value > 0 && !message.payable {
            let text = format!("{}: it takes no tokens: leave --value out", message.name);
            return Err(ChainError::refused(text));
        }
        let data = bundle.call(message, arguments)?;
        Ok(Self { bundle, message, contract: record.address, value, data })
    }

    /// Tries it on the newest block. Nothing is signed.
    pub fn attempt(&self, node: &Node, who: Address) -> Result<Trial> {
        let at = node.at(node.head(Wait::Included)?)?;
        let tried = node.try_call(&at, who, self.contract, self.value, &self.data)?;
        let result = self.bundle.result(self.message, &tried.result.data)?;
        Ok(Trial { gas: tried.gas, deposit: tried.deposit, limit: tried.limit, result })
    }

    /// What sending it costs beside deposits.
    pub fn fee(&self, node: &Node, trial: &Trial, who: Address) -> Result<Balance> {
        let at = node.at(node.head(Wait::Included)?)?;
        node.fee(&at, self.payload(trial), who)
    }

    /// Looks what became of the call that the record at `path` says was sent last: the block that has
    /// it and what came of it there, and whether it is this one.
    pub fn earlier(
        &self,
        record: &mut Record,
        path: &Path,
        node: &Node,
        who: Address,
    ) -> Result<Option<(Head, Included, bool)>> {
        let found = send::settle(record, node, path)?;
        Ok(found.map(|(purpose, sent)| (sent.at, sent.included, purpose == self.purpose(who))))
    }

    /// Sends it and waits: the block, and what came of it there. Until that is seen the record at `path`
    /// says what was sent.
    pub fn send(
        &self,
        record: &mut Record,
        path: &Path,
        node: &Node,
        trial: &Trial,
        signer: &Signer,
        wait: Wait,
    ) -> Result<(Head, Included)> {
        let payload = self.payload(trial);
        let purpose = self.purpose(signer.address());
        let sent = send::send(record, node, payload, purpose, signer, wait, path)?;
        record.pending = None;
        record.write(path)?;
        Ok((sent.at, sent.included))
    }

    fn payload(&self, trial: &Trial) -> Payload {
        contracts::call(self.contract, self.value, trial.gas, Some(trial.limit), &self.data)
    }

    /// Tells it apart from other calls.
    fn purpose(&self, who: Address) -> H256 {
        hash(&(who.0, self.contract.0, self.value, &self.data).encode()).into()
    }
}

impl Node {
    /// Checks that this is the record's chain, and that the contract runs the record's code.
    pub fn check(&self, record: &Record) -> Result<()> {
        if self.genesis() != record.genesis {
            return Err(ChainError::refused(format!(
                "{}: its first block is {:?}, the record's {:?}: this is another chain",
                self.url(),
                self.genesis(),
                record.genesis
            )));
        }
        let at = self.at(self.head(Wait::Included)?)?;
        let info = self.contract(&at, record.address)?.ok_or_else(|| {
            ChainError::refused(format!(
                "{}: there is no contract {}: the chain was reset, or is not yet where the record \
                 is; deploy again with another --record",
                self.url(),
                record.address
            ))
        })?;
        match info.code_hash == record.code_hash {
            true => Ok(()),
            false => Err(ChainError::refused(format!(
                "the contract {} runs code {:?}, the record says {:?}: its code was replaced, or \
                 the record is of another",
                record.address, info.code_hash, record.code_hash
            ))),
        }
    }
}
