//! Deploying: everything is tried first, then code and contract are put on the chain, each step
//! written down before it is taken and after it was seen.

use super::contracts::{self, Code, DryRun, Returned};
use super::node::{At, Payload};
use super::record::{Place, Record};
use super::send::{send, settle};
use super::{Accepts, Address, Bundle, ChainError, Gas, Head, Node, Result, Signer, Wait};
use crate::model::hash;
use carrots_kernel::Balance;
use scale::Encode;
use std::path::Path;
use subxt::config::substrate::H256;

/// What is to be deployed.
pub struct Deployment {
    /// The record as it will be, but for what the chain says.
    pub record: Record,
    /// The compiled contract.
    pub bundle: Bundle,
    /// The constructor's encoded call.
    pub data: Vec<u8>,
}

/// What deploying will do and cost, tried and not yet done.
pub struct Plan {
    /// What the chain accepts.
    pub accepts: Accepts,
    /// What the upload costs, unless the code is there: deposit and fee.
    pub upload: Option<(Balance, Balance)>,
    /// What making the contract costs: gas, deposit and fee.
    pub gas: Gas,
    /// What is held for the contract's storage and its account.
    pub deposit: Balance,
    /// The fee for making it.
    pub fee: Balance,
    /// What the deployer has.
    pub balance: Balance,
    /// Whether the contract is there already, from an earlier attempt.
    pub there: bool,
    head: Head,
}

impl Plan {
    /// Deposits and fees of all that is still to be done.
    pub fn cost(&self) -> Balance {
        let (deposit, fee) = self.upload.unwrap_or_default();
        [deposit, fee, self.deposit, self.fee].iter().fold(0, |sum, part| sum.saturating_add(*part))
    }
}

impl Deployment {
    /// The salt as the chain takes it: none for zero.
    fn salt(&self) -> Vec<u8> {
        match self.record.salt {
            0 => Vec::new(),
            salt => salt.encode(),
        }
    }

    /// The address that the contract will have (`DefaultAddressGenerator`, pallet-contracts).
    pub fn address(&self) -> Address {
        let (deployer, code, data) = (self.record.deployer.0, self.bundle.hash, &self.data);
        Address(hash(&(*b"contract_addr_v1", deployer, code, data, self.salt()).encode()))
    }

    /// Takes up an earlier attempt that is written down at `path`. Errs if it is complete, or is
    /// another one.
    pub fn resume(&mut self, path: &Path) -> Result<()> {
        let Some(found) = Record::read(path)? else { return Ok(()) };
        let wrong = |why: String| ChainError::refused(format!("{}: {why}", path.display()));
        if let Some(place) = found.deployed {
            return Err(wrong(format!(
                "{} is deployed already: {} in block {} of {}; to deploy another, name another \
                 --record, and a --salt if all else is the same",
                found.mechanism, found.address, place.block, found.chain
            )));
        }
        if found.code_hash != self.record.code_hash {
            return Err(wrong(format!(
                "it is about code {:?}, the bundle has {:?}: name another --record",
                found.code_hash, self.record.code_hash
            )));
        }
        let same = found.genesis == self.record.genesis && found.address == self.record.address;
        if !same {
            return Err(wrong(
                "it is about another deployment, which is not complete: name another --record"
                    .into(),
            ));
        }
        (self.record.pending, self.record.uploaded) = (found.pending, found.uploaded);
        Ok(())
    }

    fn instantiate(&self, gas: Gas, limit: Balance) -> Payload {
        contracts::instantiate(self.bundle.hash, gas, limit, &self.data, &self.salt())
    }

    /// Tells apart what a deployment sends.
    fn purpose(&self, step: &str) -> H256 {
        hash(&(step, self.record.address.0).encode()).into()
    }

    /// Asks the chain what it accepts, and tries all steps. Nothing is signed.
    pub fn plan(&self, node: &Node) -> Result<Plan> {
        let head = node.head(Wait::Included)?;
        let at = node.at(head)?;
        let accepts = node.accepts(&at, &self.bundle)?;
        let who = self.record.deployer;
        let there = node.contract(&at, self.record.address)?.is_some();
        let balance = node.free(&at, who)?;
        if there {
            let (gas, deposit, fee) = (Gas { ref_time: 0, proof_size: 0 }, 0, 0);
            return Ok(Plan { accepts, upload: None, gas, deposit, fee, balance, there, head });
        }
        let uploaded = node.has_code(&at, self.bundle.hash)?;
        let upload = match uploaded {
            true => None,
            false => {
                let deposit = node.try_upload(&at, who, &self.bundle.code)?;
                let payload = contracts::upload(&self.bundle.code, deposit);
                let fee = node.fee(&at, payload, who)?;
                Some((deposit, fee))
            }
        };
        let code = match uploaded {
            true => Code::Existing(self.bundle.hash),
            false => Code::Upload(self.bundle.code.clone()),
        };
        let tried = self.attempt(node, &at, code)?;
        // With the code in one step the deposit is for both.
        let both = tried.deposit.charge();
        let deposit = both.saturating_sub(upload.map_or(0, |(deposit, _)| deposit));
        let payload = self.instantiate(tried.gas, tried.limit);
        let fee = node.fee(&at, payload, who)?;
        let plan = Plan { accepts, upload, gas: tried.gas, deposit, fee, balance, there, head };
        let need = plan.cost().saturating_add(plan.accepts.existential_deposit);
        if need > balance {
            return Err(ChainError::refused(format!(
                "{who} has {balance}: deploying needs {need}, of which {} stay as the existential \
                 deposit",
                plan.accepts.existential_deposit
            )));
        }
        Ok(plan)
    }

    /// Tries to make the contract.
    fn attempt(&self, node: &Node, at: &At, code: Code) -> Result<DryRun<(Address, Returned)>> {
        let (record, salt) = (&self.record, self.salt());
        let tried = node.try_instantiate(at, record.deployer, code, &self.data, &salt)?;
        let (address, returned) = &tried.result;
        if returned.reverted() {
            let why = self.bundle.built(&returned.data)?;
            return Err(ChainError::refused(format!(
                "the constructor refuses the parameters: {}",
                why.err().unwrap_or_default()
            )));
        }
        match *address == record.address {
            true => Ok(tried),
            false => Err(ChainError::refused(format!(
                "the chain would put the contract at {address}, not {}: its addresses are made \
                 in a way that is not known",
                record.address
            ))),
        }
    }

    /// Puts code and contract on the chain. After every step the record at `path` says how far it
    /// came; what was sent and not seen is taken up when this is called again.
    pub fn carry_out(
        &mut self,
        node: &Node,
        plan: &Plan,
        signer: &Signer,
        wait: Wait,
        path: &Path,
    ) -> Result<Place> {
        if plan.there {
            return self.adopt(node, plan.head, path);
        }
        settle(&mut self.record, node, path)?;
        if let Some((deposit, _)) = plan.upload {
            let payload = contracts::upload(&self.bundle.code, deposit);
            let purpose = self.purpose("upload");
            let sent = send(&mut self.record, node, payload, purpose, signer, wait, path)?;
            self.record.uploaded = Some(sent.place());
            self.record.pending = None;
            self.record.write(path)?;
        }
        // With the code in place it is loaded, which takes more than the trial with both.
        let at = node.at(node.head(Wait::Included)?)?;
        let tried = self.attempt(node, &at, Code::Existing(self.bundle.hash))?;
        let payload = self.instantiate(tried.gas, tried.limit);
        let purpose = self.purpose("instantiate");
        let place = send(&mut self.record, node, payload, purpose, signer, wait, path)?.place();
        self.record.deployed = Some(place);
        self.record.pending = None;
        self.record.write(path)?;
        Ok(place)
    }

    /// The contract is there though nobody saw it come: the first block that has it is looked for
    /// by halves.
    fn adopt(&mut self, node: &Node, head: Head, path: &Path) -> Result<Place> {
        let is_there = |block: u32| {
            let at = node.at(node.block_at(block)?)?;
            Ok(node.contract(&at, self.record.address)?.is_some())
        };
        let (mut without, mut with) = (0, head.number);
        // It comes of what was sent last, or of what was sent before that.
        if let Some(pending) = &self.record.pending
            && pending.after < with
            && !is_there(pending.after)?
        {
            without = pending.after;
        }
        while with - without > 1 {
            let middle = without + (with - without) / 2;
            match is_there(middle)? {
                true => with = middle,
                false => without = middle,
            }
        }
        let Head { number, hash } = node.block_at(with)?;
        let place = Place { block: number, hash, transaction: None };
        self.record.deployed = Some(place);
        self.record.pending = None;
        self.record.write(path)?;
        Ok(place)
    }
}
