//! Sending: what is about to be sent is written down before anybody else has it, and until it is known
//! what became of it that very transaction is sent again, and no other.

use super::node::{At, Payload, Signed, unhex};
use super::record::{Pending, Place, Record};
use super::{ChainError, Head, Included, Node, Result, Signer, Wait};
use crate::model::{hash, hex};
use std::path::Path;
use subxt::config::substrate::H256;

/// A transaction that was included.
pub(crate) struct Sent {
    pub transaction: H256,
    pub at: Head,
    pub included: Included,
}

/// Signs, writes down what is about to be sent, sends, waits, and looks what came of it. `purpose` tells
/// apart what is sent: what was sent for the same and can still be included is sent again as it is; what
/// was sent for another is waited for.
pub(crate) fn send(
    record: &mut Record,
    node: &Node,
    payload: Payload,
    purpose: H256,
    signer: &Signer,
    wait: Wait,
    path: &Path,
) -> Result<Sent> {
    let head = node.head(Wait::Included)?;
    let at = node.at(head)?;
    let (signed, from) = match &record.pending {
        Some(pending) if pending.purpose == purpose => (pending.signed()?, pending.from()),
        Some(pending) => {
            return Err(ChainError::refused(format!(
                "something else was sent, by {}, and can still be included up to block {}: run that \
                 again, or wait",
                pending.signer, pending.until
            )));
        }
        None => {
            let nonce = node.nonce(signer.address())?;
            let signed = node.sign(&at, payload, signer, nonce)?;
            record.pending = Some(Pending {
                transaction: signed.hash,
                purpose,
                signer: signer.address(),
                nonce,
                after: head.number,
                until: signed.until,
                bytes: hex(&signed.bytes),
            });
            record.write(path)?;
            (signed, head)
        }
    };
    node.rehearse(&at, &signed)?;
    node.send(&signed)?;
    let (at, included) = node.included(&signed, from, wait)?;
    if let Some(why) = included.failed {
        record.pending = None;
        record.write(path)?;
        return Err(ChainError::refused(format!(
            "included in block {} and failed: {why}: the state has changed since it was tried; try \
             again to see what is said now",
            at.number
        )));
    }
    Ok(Sent { transaction: signed.hash, at, included })
}

/// What became of what was sent last, and what for: nothing if it can still be included, or never was.
/// Then it is forgotten.
pub(crate) fn settle(
    record: &mut Record,
    node: &Node,
    path: &Path,
) -> Result<Option<(H256, Sent)>> {
    let Some(pending) = &record.pending else { return Ok(None) };
    let head = node.head(Wait::Included)?;
    let is_used = used(node, &node.at(head)?, pending)? > pending.nonce;
    if !is_used && head.number <= pending.until {
        return Ok(None);
    }
    let mut found = None;
    for block in pending.after + 1..=head.number.min(pending.until) {
        let at = node.block_at(block)?;
        let place = node.body(at)?.iter().position(|bytes| hash(bytes) == pending.transaction.0);
        if let Some(place) = place {
            let included = node.block(at)?.transactions.into_iter().nth(place);
            let (transaction, purpose) = (pending.transaction, pending.purpose);
            found = included.map(|included| (purpose, Sent { transaction, at, included }));
            break;
        }
    }
    record.pending = None;
    record.write(path)?;
    Ok(found)
}

/// How many transactions of its signer the chain has included.
fn used(node: &Node, at: &At, pending: &Pending) -> Result<u64> {
    let account = pending.signer.0;
    let answer = node.run("AccountNonceApi_account_nonce", &account, node.head_of(at))?;
    let nonce = <u32 as scale::Decode>::decode(&mut &answer[..]);
    nonce.map(u64::from).map_err(|error| ChainError::refused(error.to_string()))
}

impl Sent {
    pub(crate) fn place(&self) -> Place {
        Place { block: self.at.number, hash: self.at.hash, transaction: Some(self.transaction) }
    }
}

impl Pending {
    fn signed(&self) -> Result<Signed> {
        Ok(Signed { hash: self.transaction, bytes: unhex(&self.bytes)?, until: self.until })
    }

    /// The block after which it was sent.
    fn from(&self) -> Head {
        Head { number: self.after, hash: H256::zero() }
    }
}
