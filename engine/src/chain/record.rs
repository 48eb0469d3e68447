//! Deployment records: what was deployed, where, and how far it came.

use super::{Address, ChainError, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use subxt::config::substrate::H256;

/// A deployment. What is not filled in has not been seen to happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The mechanism.
    pub mechanism: String,
    /// The chain's name.
    pub chain: String,
    /// The address of the node.
    pub url: String,
    /// The hash of the chain's first block.
    pub genesis: H256,
    /// The bundle that was deployed.
    pub bundle: PathBuf,
    /// The hash of its code.
    pub code_hash: H256,
    /// The scenario or parameter file.
    pub scenario: PathBuf,
    /// A hash of it, overrides included.
    pub scenario_hash: H256,
    /// The accounts of the mechanism's roles.
    pub roles: BTreeMap<String, Address>,
    /// The parameters.
    pub params: serde_json::Value,
    /// The constructor's encoded call.
    pub constructor: String,
    /// What tells apart contracts that are alike in all else.
    pub salt: u32,
    /// Who deploys.
    pub deployer: Address,
    /// The contract.
    pub address: Address,
    /// What was sent last and not yet seen in a block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// Where the code was uploaded; nothing if it was there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded: Option<Place>,
    /// Where the contract was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<Place>,
}

/// A transaction that was sent. Until it is known what came of it, it is sent again as it is: a chain
/// includes it once at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// Its hash.
    pub transaction: H256,
    /// A hash of what it is for: who calls what, with which arguments and tokens.
    pub purpose: H256,
    /// Who signed it.
    pub signer: Address,
    /// Its number among those of the signer.
    pub nonce: u64,
    /// The newest block when it was sent.
    pub after: u32,
    /// The last block that can include it.
    pub until: u32,
    /// It.
    pub bytes: String,
}

/// Where a transaction was included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The block's number.
    pub block: u32,
    /// Its hash.
    pub hash: H256,
    /// The transaction's hash; nothing if only its effect was found later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<H256>,
}

impl Record {
    /// Reads a record; nothing if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let wrong = |why: String| ChainError::refused(format!("{}: {why}", path.display()));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let record = serde_json::from_str(&text);
        record.map(Some).map_err(|error| wrong(format!("expected a deployment record: {error}")))
    }

    /// Reads the record of a mechanism that is deployed: it, and where.
    pub fn deployed(path: &Path) -> Result<(Self, Place)> {
        let wrong = |why: &str| ChainError::refused(format!("{}: {why}", path.display()));
        let record = Self::read(path)?
            .ok_or_else(|| wrong("there is no record: expected one that `carrots deploy` wrote"))?;
        let place = record.deployed.ok_or_else(|| {
            wrong("the deployment is not complete: run `carrots deploy` again with this record")
        })?;
        Ok((record, place))
    }

    /// Writes it whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).expect("a record can be written");
        write_whole(path, &format!("{text}\n"))
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let wrong = |error: std::io::Error| ChainError::refused(format!("{}: {error}", path.display()));
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = std::fs::File::create(&new).map_err(wrong)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(wrong)?;
    std::fs::rename(&new, path).map_err(wrong)
}
