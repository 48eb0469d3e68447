//! How blocks and transactions of a chain look: as with any Substrate chain.
//!
//! Its runtime's version is asked for by RPC, not by running the runtime, once for every block that
//! is looked at; its metadata is read once for every version.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subxt::config::substrate::SubstrateExtrinsicParams;
use subxt::config::{Config, HashFor, SubstrateConfig};
use subxt::metadata::ArcMetadata;

type Plain = SubstrateConfig;

/// What is known of a chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// The newest block that was asked about, and the versions of its runtime and transactions.
    versions: Option<(u64, (u32, u32))>,
    metadata: HashMap<u32, ArcMetadata>,
}

impl Chain {
    /// Says which versions a block's runtime and transactions have.
    pub fn set_versions(&self, block: u64, versions: (u32, u32)) {
        self.known().versions = Some((block, versions));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Config for Chain {
    type AccountId = <Plain as Config>::AccountId;
    type Address = <Plain as Config>::Address;
    type Signature = <Plain as Config>::Signature;
    type Hasher = <Plain as Config>::Hasher;
    type Header = <Plain as Config>::Header;
    type TransactionExtensions = SubstrateExtrinsicParams<Self>;
    type AssetId = <Plain as Config>::AssetId;

    fn genesis_hash(&self) -> Option<HashFor<Self>> {
        None
    }

    fn spec_and_transaction_version_for_block_number(&self, block: u64) -> Option<(u32, u32)> {
        let versions = self.known().versions;
        versions.filter(|(known, _)| *known == block).map(|(_, versions)| versions)
    }

    fn metadata_for_spec_version(&self, version: u32) -> Option<ArcMetadata> {
        self.known().metadata.get(&version).cloned()
    }

    fn set_metadata_for_spec_version(&self, version: u32, metadata: ArcMetadata) {
        self.known().metadata.insert(version, metadata);
    }
}
