//! A connection to a node: blocks, storage, calls of the runtime, transactions.
//!
//! Callers wait for every answer; what is asynchronous stays in here.

use super::config::Chain;
use super::{Address, ChainError, Included, Result, Signer};
use crate::model::hex;
use crate::scenario::Token;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use subxt::OnlineClient;
use subxt::backend::LegacyBackend;
use subxt::client::{ClientAtBlock, OnlineClientAtBlockImpl};
use subxt::config::substrate::{H256, MultiSignature, SubstrateExtrinsicParamsBuilder};
use subxt::config::{Header as _, ParamsFor, RpcConfigFor};
use subxt::ext::scale_value::{Composite, Value};
use subxt::rpcs::methods::LegacyRpcMethods;
use subxt::rpcs::{Error as RpcError, RpcClient, rpc_params};
use tokio::runtime::{Builder, Runtime};

/// How long a node may take to be reached.
const CONNECT: Duration = Duration::from_secs(10);
/// How long no block may come while a transaction waits.
const SILENCE: Duration = Duration::from_secs(120);
/// How often a node is asked for new blocks.
const POLL: Duration = Duration::from_millis(50);
/// For how many blocks a transaction is valid.
const MORTAL_BLOCKS: u64 = 64;
/// How many storage entries are asked for at a time.
const PAGE: u32 = 512;
/// How many blocks are asked for at a time.
const BLOCKS: u32 = 20;
/// What is said of a node that is lost.
const BROKE: &str = "stopped answering";

/// The chain as it is at a block.
pub(crate) type At = ClientAtBlock<Chain, OnlineClientAtBlockImpl<Chain>>;

/// A connection to a node.
pub struct Node {
    runtime: Runtime,
    rpc: RpcClient,
    methods: LegacyRpcMethods<RpcConfigFor<Chain>>,
    client: OnlineClient<Chain>,
    config: Chain,
    /// The block that was looked at last.
    last: RefCell<Option<(H256, At)>>,
    url: String,
}

/// A block's place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: H256,
}

/// What a transaction is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Until it is in a block of the best chain.
    Included,
    /// Until that block is final.
    Finalized,
}

/// A call of the runtime that can be signed.
pub(crate) struct Payload {
    pub pallet: &'static str,
    pub call: &'static str,
    pub fields: Vec<(&'static str, Value)>,
}

/// A signed transaction.
pub(crate) struct Signed {
    pub bytes: Vec<u8>,
    pub hash: H256,
    /// The last block that can include it.
    pub until: u32,
}

impl Node {
    /// Connects to a node at `ws://…` or `wss://…`.
    pub fn connect(url: &str) -> Result<Self> {
        if !url.starts_with("ws://") && !url.starts_with("wss://") {
            return Err(ChainError::refused(format!(
                "{url}: expected the address of a node, such as ws://127.0.0.1:9944"
            )));
        }
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| ChainError::lost(error.to_string()))?;
        let unreachable = |why: &str| {
            ChainError::refused(format!(
                "{url}: no node answers there ({why}): start one with scripts/localnet, or check \
                 the address"
            ))
        };
        let config = Chain::default();
        let (rpc, client) = runtime.block_on(async {
            let rpc = tokio::time::timeout(CONNECT, RpcClient::from_insecure_url(url)).await;
            let rpc = rpc.map_err(|_| unreachable("it says nothing for 10 s"))?;
            let rpc = rpc.map_err(|error| unreachable(&innermost(&error)))?;
            let backend = Arc::new(LegacyBackend::builder().build(rpc.clone()));
            let client = OnlineClient::from_backend_with_config(config.clone(), backend).await;
            let lost = |error| ChainError::lost(format!("{url}: the node {BROKE} ({error})"));
            Ok((rpc, client.map_err(|error| lost(innermost(&error)))?))
        })?;
        let methods = LegacyRpcMethods::new(rpc.clone());
        let (url, last) = (url.into(), RefCell::default());
        Ok(Self { runtime, rpc, methods, client, config, last, url })
    }

    /// The address of the node.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The chain's name.
    pub fn chain(&self) -> Result<String> {
        self.ask(self.methods.system_chain())
    }

    /// What the chain's tokens are called, and their decimals.
    pub fn token(&self) -> Result<Token> {
        let properties = self.ask(self.methods.system_properties())?;
        // A chain with several tokens lists them, its own first.
        let first = |name: &str| match properties.get(name) {
            Some(serde_json::Value::Array(all)) => all.first().cloned(),
            other => other.cloned(),
        };
        let name = first("tokenSymbol").and_then(|name| name.as_str().map(String::from));
        let decimals = first("tokenDecimals").and_then(|decimals| decimals.as_u64());
        let decimals = decimals.and_then(|decimals| decimals.try_into().ok());
        Ok(Token { name: name.unwrap_or_default(), decimals: decimals.unwrap_or(0) })
    }

    /// The hash of the chain's first block, by which it is known.
    pub fn genesis(&self) -> H256 {
        self.client.genesis_hash()
    }

    /// The newest block, or the newest that is final.
    pub fn head(&self, wait: Wait) -> Result<Head> {
        let hash = match wait {
            Wait::Finalized => Some(self.ask(self.methods.chain_get_finalized_head())?),
            Wait::Included => None,
        };
        let header = self.ask(self.methods.chain_get_header(hash))?;
        let header = header.ok_or_else(|| ChainError::lost("the node has no newest block"))?;
        let number = header.number() as u32;
        let hash = match hash {
            Some(hash) => hash,
            None => self.hash_of(number)?.ok_or_else(|| self.no_block(number))?,
        };
        Ok(Head { number, hash })
    }

    /// The block of that number in the best chain.
    pub fn block_at(&self, number: u32) -> Result<Head> {
        let hash = self.hash_of(number)?.ok_or_else(|| self.no_block(number))?;
        Ok(Head { number, hash })
    }

    fn no_block(&self, number: u32) -> ChainError {
        ChainError::refused(format!("{}: there is no block {number}", self.url))
    }

    /// The hash of the block of that number in the best chain, if there is one.
    pub fn hash_of(&self, number: u32) -> Result<Option<H256>> {
        self.ask(self.methods.chain_get_block_hash(Some(number.into())))
    }

    /// The chain as it is at a block: its metadata, and how transactions look.
    pub(crate) fn at(&self, head: Head) -> Result<At> {
        if let Some((hash, at)) = &*self.last.borrow()
            && *hash == head.hash
        {
            return Ok(at.clone());
        }
        let version = self.ask(self.methods.state_get_runtime_version(Some(head.hash)))?;
        let versions = (version.spec_version, version.transaction_version);
        self.config.set_versions(head.number.into(), versions);
        let at = self.client.at_block_hash_and_number(head.hash, head.number.into());
        let at = self.runtime.block_on(at).map_err(|error| {
            ChainError::lost(format!("{}: block {}: {}", self.url, head.number, innermost(&error)))
        })?;
        *self.last.borrow_mut() = Some((head.hash, at.clone()));
        Ok(at)
    }

    /// A value of the chain's storage.
    pub(crate) fn value(&self, key: &[u8], at: Head) -> Result<Option<Vec<u8>>> {
        self.ask(self.methods.state_get_storage(key, Some(at.hash)))
    }

    /// Every key and value of a child trie, by its name.
    pub(crate) fn child(&self, trie: &[u8], at: Head) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
        let root = hex([b":child_storage:default:", trie].concat());
        let (mut cells, mut last) = (BTreeMap::new(), None::<String>);
        loop {
            let params = rpc_params![&root, "0x", PAGE, &last, at.hash];
            let keys: Vec<String> =
                self.ask(self.rpc.request("childstate_getKeysPaged", params))?;
            let params = rpc_params![&root, &keys, at.hash];
            let values: Vec<Option<String>> = match keys.is_empty() {
                true => Vec::new(),
                false => self.ask(self.rpc.request("childstate_getStorageEntries", params))?,
            };
            for (key, value) in keys.iter().zip(values) {
                cells.insert(unhex(key)?, unhex(&value.unwrap_or_default())?);
            }
            match keys.len() < PAGE as usize {
                true => return Ok(cells),
                false => last = keys.last().cloned(),
            }
        }
    }

    /// Calls a function of the runtime on the state of a block.
    pub(crate) fn run(&self, function: &str, arguments: &[u8], at: Head) -> Result<Vec<u8>> {
        self.ask(self.methods.state_call(function, Some(arguments), Some(at.hash)))
    }

    /// The transactions of a block, encoded.
    pub(crate) fn body(&self, at: Head) -> Result<Vec<Vec<u8>>> {
        let block = self.ask(self.methods.chain_get_block(Some(at.hash)))?;
        let block = block.ok_or_else(|| self.no_block(at.number))?;
        Ok(block.block.extrinsics.into_iter().map(|bytes| bytes.0).collect())
    }

    /// The number of an account's next transaction, those that wait to be included counted.
    pub(crate) fn nonce(&self, account: Address) -> Result<u64> {
        self.ask(self.methods.system_account_next_index(&account.into()))
    }

    /// A transaction as it will be signed, with a signature that does not fit: for its fee.
    pub(crate) fn unsigned(&self, at: &At, payload: Payload, account: Address) -> Result<Vec<u8>> {
        let none = MultiSignature::Sr25519([0; 64]);
        let call = payload.dynamic();
        let signed = at
            .transactions()
            .create_signable_offline(&call, params(at, 0))
            .and_then(|mut one| one.sign_with_account_and_signature(&account.into(), &none));
        Ok(signed.map_err(|error| unfit(&error))?.into_encoded())
    }

    /// Signs a call, valid for 64 blocks from `at` on.
    pub(crate) fn sign(
        &self,
        at: &At,
        payload: Payload,
        signer: &Signer,
        nonce: u64,
    ) -> Result<Signed> {
        let call = payload.dynamic();
        let signed = at
            .transactions()
            .create_signable_offline(&call, params(at, nonce))
            .and_then(|mut one| one.sign(signer.pair()));
        let signed = signed.map_err(|error| unfit(&error))?;
        let until = (at.block_number() + MORTAL_BLOCKS) as u32;
        Ok(Signed { hash: signed.hash(), bytes: signed.into_encoded(), until })
    }

    /// Sends a transaction.
    pub(crate) fn send(&self, signed: &Signed) -> Result<()> {
        self.ask(self.methods.author_submit_extrinsic(&signed.bytes)).map(|_| ())
    }

    /// Waits until a block after `head` holds a transaction that was sent: that block, and what
    /// came of it there.
    pub(crate) fn included(
        &self,
        signed: &Signed,
        head: Head,
        wait: Wait,
    ) -> Result<(Head, Included)> {
        let (at, place) = self.find(signed, head.number + 1, wait)?;
        let included = self.block(at)?.transactions.into_iter().nth(place);
        let gone = || ChainError::lost(format!("block {} has changed: try again", at.number));
        Ok((at, included.ok_or_else(gone)?))
    }

    /// Waits until a block holds the transaction: that block, and the transaction's place in it.
    /// Blocks are looked through from `from` on.
    fn find(&self, signed: &Signed, from: u32, wait: Wait) -> Result<(Head, usize)> {
        let (mut next, mut since) = (from, Instant::now());
        loop {
            let newest = self.head(wait)?.number;
            while next <= newest {
                let at = self.block_at(next)?;
                let body = self.body(at)?;
                if let Some(place) = body.iter().position(|bytes| *bytes == signed.bytes) {
                    return Ok((at, place));
                }
                (next, since) = (next + 1, Instant::now());
            }
            if newest > signed.until {
                return Err(ChainError::lost(format!(
                    "the transaction {:?} was not included up to block {newest} and cannot be any \
                     more: nothing came of it; try again",
                    signed.hash,
                )));
            }
            if since.elapsed() > SILENCE {
                return Err(ChainError::lost(format!(
                    "no block came for {} s: the transaction {:?} can still be included up to \
                     block {}; try again later, nothing is paid twice",
                    SILENCE.as_secs(),
                    signed.hash,
                    signed.until,
                )));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Has a local development chain build a block of these transactions.
    pub(crate) fn build_block(&self, signed: &[Signed]) -> Result<()> {
        let transactions: Vec<_> = signed.iter().map(|signed| hex(&signed.bytes)).collect();
        let asked = serde_json::json!({ "count": 1, "transactions": transactions });
        self.build(asked)
    }

    /// Has a local development chain build empty blocks: a few at a time, so that no answer takes
    /// long.
    pub fn build_blocks(&self, mut count: u32) -> Result<()> {
        while count > 0 {
            let some = count.min(BLOCKS);
            self.build(serde_json::json!({ "count": some }))?;
            count -= some;
        }
        Ok(())
    }

    fn build(&self, asked: serde_json::Value) -> Result<()> {
        let done: Result<serde_json::Value> =
            self.ask(self.rpc.request("dev_newBlock", rpc_params![asked]));
        done.map(|_| ()).map_err(|error| match error {
            ChainError::Lost(_) => error,
            ChainError::Refused(why) => ChainError::refused(format!(
                "{why}: expected a chain that builds blocks when asked, such as scripts/localnet"
            )),
        })
    }

    /// Waits for what needs no node.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    fn ask<T>(&self, question: impl Future<Output = Result<T, RpcError>>) -> Result<T> {
        self.runtime.block_on(question).map_err(|error| match error {
            RpcError::User(error) => {
                let more = error.data.map_or(String::new(), |data| format!(": {}", data.get()));
                ChainError::refused(format!("{}: {}{more}", self.url, error.message))
            }
            error => ChainError::lost(format!(
                "{}: the node {BROKE} ({}): check that it runs, then try again",
                self.url,
                innermost(&error),
            )),
        })
    }
}

impl Payload {
    fn dynamic(self) -> subxt::transactions::DynamicPayload<Composite<()>> {
        let fields = self.fields.into_iter().map(|(name, value)| (name.to_string(), value));
        subxt::dynamic::tx(self.pallet, self.call, Composite::Named(fields.collect()))
    }
}

/// What is signed beside the call.
fn params(at: &At, nonce: u64) -> ParamsFor<Chain> {
    let (number, hash) = (at.block_number(), at.block_hash());
    let builder = SubstrateExtrinsicParamsBuilder::<Chain>::new().nonce(nonce);
    builder.mortal_from_unchecked(MORTAL_BLOCKS, number, hash).build()
}

/// What is at the bottom of an error.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    // Each layer of the client says that it is one.
    error.to_string().replace("RPC error: ", "").replace("client error: ", "")
}

fn unfit(error: &dyn std::error::Error) -> ChainError {
    ChainError::refused(format!(
        "the chain's transactions cannot be made: {}: a newer version may know them",
        innermost(error)
    ))
}

/// The bytes of `0x…`.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>> {
    let bytes = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok());
    bytes.ok_or_else(|| ChainError::refused(format!("{text}: expected 0x and hexadecimal digits")))
}
