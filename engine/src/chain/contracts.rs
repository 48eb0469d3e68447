//! What `pallet-contracts` answers: trials of uploads, instantiations and calls, and what is stored.
//!
//! The shapes are those of its runtime API, version 2 (`ContractsApi`, polkadot-sdk).

use super::node::{At, Payload, Signed, innermost};
use super::{Address, ChainError, Head, Node, Result};
use crate::model::{State, hex};
use carrots_kernel::Balance;
use scale::{Decode, Encode};
use subxt::config::substrate::H256;
use subxt::error::DispatchError;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::ext::scale_value::Value;

/// Computation time and proof size.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
pub struct Gas {
    /// Picoseconds on reference hardware.
    #[codec(compact)]
    pub ref_time: u64,
    /// Bytes of a proof.
    #[codec(compact)]
    pub proof_size: u64,
}

/// What is taken for storage, or given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Deposit {
    /// Given back to the caller.
    Refund(Balance),
    /// Held of the caller's.
    Charge(Balance),
}

impl Deposit {
    /// What is held; zero if something is given back.
    pub fn charge(self) -> Balance {
        match self {
            Deposit::Charge(amount) => amount,
            Deposit::Refund(_) => 0,
        }
    }
}

/// What a contract returned.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Returned {
    flags: u32,
    /// The encoded result.
    pub data: Vec<u8>,
}

impl Returned {
    /// Whether the contract asked the chain to undo all that it did.
    pub fn reverted(&self) -> bool {
        self.flags & 1 == 1
    }
}

/// What came of a trial.
pub(crate) struct DryRun<T> {
    /// What the transaction must be allowed to use, with half to spare.
    pub gas: Gas,
    /// What is held of the sender's.
    pub deposit: Deposit,
    /// What may be held of it at most: half more, and room for a few records, which may be written in
    /// blocks to come.
    pub limit: Balance,
    /// What was returned.
    pub result: T,
}

/// What code a contract is made of.
#[derive(Encode)]
pub(crate) enum Code {
    /// This.
    Upload(Vec<u8>),
    /// What was uploaded.
    Existing([u8; 32]),
}

/// What the chain knows of a contract.
#[derive(Clone, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub(crate) struct Info {
    pub trie_id: Vec<u8>,
    pub code_hash: H256,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Account {
    data: Funds,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Funds {
    free: u128,
}

impl Node {
    /// A contract's storage at the end of a block, and its tokens but for those that its account
    /// needs to exist. Accounts are not looked up.
    pub fn state(&self, contract: Address, head: Head) -> Result<State> {
        let at = self.at(head)?;
        let info = self.contract(&at, contract)?.ok_or_else(|| {
            ChainError::refused(format!(
                "{}: there is no contract {contract} in block {}: is this the chain of the record?",
                self.url(),
                head.number
            ))
        })?;
        // A key is preceded by a hash of 16 bytes.
        let cells = self.child(&info.trie_id, head)?.into_iter();
        let cells = cells.map(|(key, value)| (key.get(16..).unwrap_or_default().to_vec(), value));
        let minimum = self.existential_deposit(&at)?;
        let held = self.free(&at, contract)?.saturating_sub(minimum);
        let (contract, cells) = (contract.0, cells.collect());
        Ok(State { contract, block: head.number, held, cells, ..State::default() })
    }

    /// What an account can spend, and must keep some of.
    pub fn balance(&self, account: Address, head: Head) -> Result<Balance> {
        self.free(&self.at(head)?, account)
    }

    pub(crate) fn free(&self, at: &At, account: Address) -> Result<Balance> {
        let funds: Option<Account> = self.entry(at, "System", "Account", account.0)?;
        Ok(funds.map_or(0, |account| account.data.free))
    }

    /// What an account must have to exist.
    pub(crate) fn existential_deposit(&self, at: &At) -> Result<Balance> {
        self.constant(at, "Balances", "ExistentialDeposit")
    }

    fn constant(&self, at: &At, pallet: &str, name: &str) -> Result<Balance> {
        let entry = subxt::dynamic::constant::<u128>(pallet, name);
        at.constants().entry(entry).map_err(|error| ChainError::refused(innermost(&error)))
    }

    pub(crate) fn contract(&self, at: &At, contract: Address) -> Result<Option<Info>> {
        self.entry(at, "Contracts", "ContractInfoOf", contract.0)
    }

    /// Whether code of that hash is on the chain.
    pub(crate) fn has_code(&self, at: &At, hash: [u8; 32]) -> Result<bool> {
        Ok(self.raw_entry(at, "Contracts", "PristineCode", hash)?.is_some())
    }

    fn raw_entry(
        &self,
        at: &At,
        pallet: &str,
        entry: &str,
        key: [u8; 32],
    ) -> Result<Option<Vec<u8>>> {
        let address = subxt::dynamic::storage::<([u8; 32],), Value>(pallet, entry);
        let key = at.storage().entry(address).and_then(|entry| entry.fetch_key((key,)));
        let key = key.map_err(|error| ChainError::refused(innermost(&error)))?;
        let head = Head { number: at.block_number() as u32, hash: at.block_hash() };
        self.value(&key, head)
    }

    fn entry<T: DecodeAsType>(
        &self,
        at: &At,
        pallet: &str,
        entry: &str,
        key: [u8; 32],
    ) -> Result<Option<T>> {
        let Some(bytes) = self.raw_entry(at, pallet, entry, key)? else { return Ok(None) };
        let metadata = at.metadata_ref();
        let kind = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.storage());
        let kind = kind.and_then(|storage| storage.entry_by_name(entry));
        let kind = kind.map(subxt::metadata::StorageEntryMetadata::value_ty).unwrap_or_default();
        let decoded = T::decode_as_type(&mut &bytes[..], kind, metadata.types());
        decoded.map(Some).map_err(|error| {
            ChainError::refused(format!("{pallet}.{entry} is not as expected: {error}"))
        })
    }

    /// Tries to upload code: its deposit.
    pub(crate) fn try_upload(&self, at: &At, who: Address, code: &[u8]) -> Result<Balance> {
        let (limit, enforced) = (None::<Balance>, 0u8);
        let arguments = (who.0, code, limit, enforced).encode();
        let answer = self.run("ContractsApi_upload_code", &arguments, self.head_of(at))?;
        let input = &mut &answer[..];
        match decoded::<u8>(input)? {
            0 => {
                let (_hash, deposit): ([u8; 32], Balance) = decoded(input)?;
                Ok(deposit)
            }
            _ => Err(self.refusal(at, who, input)),
        }
    }

    /// Tries to make a contract: its address, and what the constructor returned.
    pub(crate) fn try_instantiate(
        &self,
        at: &At,
        who: Address,
        code: Code,
        data: &[u8],
        salt: &[u8],
    ) -> Result<DryRun<(Address, Returned)>> {
        let arguments = (who.0, 0 as Balance, None::<Gas>, None::<Balance>, code, data, salt);
        self.attempt(at, who, "ContractsApi_instantiate", &arguments.encode(), |input| {
            let returned = decoded(input)?;
            Ok((Address(decoded(input)?), returned))
        })
    }

    /// Tries a call.
    pub(crate) fn try_call(
        &self,
        at: &At,
        who: Address,
        contract: Address,
        value: Balance,
        data: &[u8],
    ) -> Result<DryRun<Returned>> {
        let arguments = (who.0, contract.0, value, None::<Gas>, None::<Balance>, data).encode();
        self.attempt(at, who, "ContractsApi_call", &arguments, decoded)
    }

    fn attempt<T>(
        &self,
        at: &At,
        who: Address,
        function: &str,
        arguments: &[u8],
        read: impl Fn(&mut &[u8]) -> Result<T>,
    ) -> Result<DryRun<T>> {
        let answer = self.run(function, arguments, self.head_of(at))?;
        let input = &mut &answer[..];
        let (_used, needed, deposit): (Gas, Gas, Deposit) = decoded(input)?;
        let debug: Vec<u8> = decoded(input)?;
        match decoded::<u8>(input)? {
            0 => {
                let charge = deposit.charge();
                let room =
                    self.constant(at, "Contracts", "DepositPerItem")?.saturating_mul(RECORDS);
                let limit = charge.saturating_add(charge / 2).saturating_add(room);
                Ok(DryRun { gas: needed.with_reserve(), deposit, limit, result: read(input)? })
            }
            _ => match (self.refusal(at, who, input), debug.is_empty()) {
                (ChainError::Refused(why), false) => Err(ChainError::refused(format!(
                    "{why}: {}",
                    String::from_utf8_lossy(&debug).trim()
                ))),
                (error, _) => Err(error),
            },
        }
    }

    /// Why the runtime would not do it for an account, with what helps where that is known.
    fn refusal(&self, at: &At, who: Address, bytes: &[u8]) -> ChainError {
        let reason = self.reason(at, bytes);
        let poor = ["NotEnoughFunds", "TransferFailed", "FundsUnavailable", "BelowMinimum"];
        match poor.iter().any(|error| reason.contains(error)) {
            true => match self.free(at, who) {
                Ok(has) => ChainError::refused(format!("{reason}: it has {has} ({who})")),
                Err(lost) => lost,
            },
            false => ChainError::refused(reason),
        }
    }

    /// A dispatch error in words.
    pub(crate) fn reason(&self, at: &At, bytes: &[u8]) -> String {
        let name = match DispatchError::decode_from(bytes, at.metadata()) {
            Ok(DispatchError::Module(error)) => error.details_string(),
            Ok(error) => error.to_string(),
            Err(_) => format!("an unknown error ({})", hex(bytes)),
        };
        match HINTS.iter().find(|(known, _)| name.contains(known)) {
            Some((_, hint)) => format!("{name}: {hint}"),
            None => name,
        }
    }

    /// Applies a signed transaction to the state of a block, without sending it: what the chain's own
    /// filters would refuse is told here, for nothing. What cannot be rehearsed is let pass.
    pub(crate) fn rehearse(&self, at: &At, signed: &Signed) -> Result<()> {
        let answer = self.run("BlockBuilder_apply_extrinsic", &signed.bytes, self.head_of(at));
        match answer {
            Err(ChainError::Lost(why)) => Err(ChainError::Lost(why)),
            Ok(answer) => match &answer[..] {
                // Valid, and its dispatch failed.
                [0, 1, error @ ..] => Err(ChainError::refused(format!(
                    "the chain would refuse it: {}: nothing was sent",
                    self.reason(at, error)
                ))),
                _ => Ok(()),
            },
            Err(ChainError::Refused(_)) => Ok(()),
        }
    }

    /// What sending a transaction costs beside its deposits.
    pub(crate) fn fee(&self, at: &At, payload: Payload, who: Address) -> Result<Balance> {
        let bytes = self.unsigned(at, payload, who)?;
        let arguments = [&bytes[..], &(bytes.len() as u32).encode()].concat();
        let answer = self.run("TransactionPaymentApi_query_info", &arguments, self.head_of(at))?;
        let (_weight, _class, fee): (Gas, u8, Balance) = decoded(&mut &answer[..])?;
        Ok(fee)
    }

    pub(crate) fn head_of(&self, at: &At) -> Head {
        Head { number: at.block_number() as u32, hash: at.block_hash() }
    }
}

/// Records that a transaction may write though its trial did not.
const RECORDS: Balance = 8;

/// What helps against the errors that users meet.
const HINTS: &[(&str, &str)] = &[
    ("CodeRejected", "the chain does not accept the code: build it with scripts/build-contracts"),
    ("CodeTooLarge", "the code is larger than the chain takes"),
    ("ContractTrapped", "the contract stopped by a fault of its own; nothing was changed"),
    ("OutOfGas", "it needs more than it was allowed, or than a block has: try again"),
    ("DuplicateContract", "the same contract is there already: choose another --salt"),
    ("ContractNotFound", "there is no such contract: is this the chain of the record?"),
    ("CodeNotFound", "the code is not on the chain: upload it first"),
    ("StorageDepositNotEnoughFunds", "the signer cannot pay the deposit for storage"),
    ("TransferFailed", "the signer does not have the tokens that are sent along"),
    ("StorageDepositLimitExhausted", "it would hold more than in its trial, by half: try again"),
    ("CallFiltered", "the chain is closed to such calls"),
    ("FundsUnavailable", "the signer does not have enough tokens"),
];

impl Gas {
    /// Half more: blocks pass until the transaction is included, and what is due by then is written, too.
    /// What is not used is not paid for.
    fn with_reserve(self) -> Self {
        let more = |part: u64| part.saturating_add(part / 2);
        Self { ref_time: more(self.ref_time), proof_size: more(self.proof_size) }
    }

    pub(crate) fn value(self) -> Value {
        let part = |part: u64| Value::u128(part.into());
        Value::named_composite([
            ("ref_time", part(self.ref_time)),
            ("proof_size", part(self.proof_size)),
        ])
    }
}

fn decoded<T: Decode>(input: &mut &[u8]) -> Result<T> {
    T::decode(input).map_err(|error| {
        ChainError::refused(format!("the chain answers in a form that is not known: {error}"))
    })
}

/// A limit of what is held.
fn at_most(limit: Balance) -> Value {
    Value::unnamed_variant("Some", [Value::u128(limit)])
}

fn none() -> Value {
    Value::unnamed_variant("None", [])
}

/// A transaction that uploads code.
pub(crate) fn upload(code: &[u8], deposit: Balance) -> Payload {
    let fields = vec![
        ("code", Value::from_bytes(code)),
        ("storage_deposit_limit", at_most(deposit)),
        ("determinism", Value::unnamed_variant("Enforced", [])),
    ];
    Payload { pallet: "Contracts", call: "upload_code", fields }
}

/// A transaction that makes a contract of uploaded code.
pub(crate) fn instantiate(
    code: [u8; 32],
    gas: Gas,
    limit: Balance,
    data: &[u8],
    salt: &[u8],
) -> Payload {
    let fields = vec![
        ("value", Value::u128(0)),
        ("gas_limit", gas.value()),
        ("storage_deposit_limit", at_most(limit)),
        ("code_hash", Value::from_bytes(code)),
        ("data", Value::from_bytes(data)),
        ("salt", Value::from_bytes(salt)),
    ];
    Payload { pallet: "Contracts", call: "instantiate", fields }
}

/// A transaction that calls a contract.
pub(crate) fn call(
    contract: Address,
    value: Balance,
    gas: Gas,
    limit: Option<Balance>,
    data: &[u8],
) -> Payload {
    let fields = vec![
        ("dest", Value::unnamed_variant("Id", [Value::from_bytes(contract.0)])),
        ("value", Value::u128(value)),
        ("gas_limit", gas.value()),
        ("storage_deposit_limit", limit.map_or_else(none, at_most)),
        ("data", Value::from_bytes(data)),
    ];
    Payload { pallet: "Contracts", call: "call", fields }
}

/// A transaction that gives tokens.
pub(crate) fn transfer(to: Address, amount: Balance) -> Payload {
    let fields = vec![
        ("dest", Value::unnamed_variant("Id", [Value::from_bytes(to.0)])),
        ("value", Value::u128(amount)),
    ];
    Payload { pallet: "Balances", call: "transfer_keep_alive", fields }
}
