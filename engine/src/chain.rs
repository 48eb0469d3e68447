//! To a chain and back: contracts are deployed, called, read and followed.
//!
//! Everything here works on chains with `pallet-contracts` through the legacy JSON-RPC methods that
//! every Substrate node and `scripts/localnet` serve. A chain is asked before anything is signed,
//! every transaction is tried first without being sent, and what was not seen in a block is never
//! said to have happened.

mod address;
mod blocks;
mod bundle;
mod call;
mod checks;
mod config;
mod contracts;
mod deploy;
mod follow;
mod mechanism;
mod node;
mod play;
mod record;
mod script;
mod send;
mod twin;

pub use address::{Address, Signer, Source};
pub use blocks::{Block, Called, Included};
pub use bundle::{Bundle, Message};
pub use call::{Call, Trial};
pub use checks::Accepts;
pub use contracts::{Deposit, Gas};
pub use deploy::{Deployment, Plan};
pub use follow::{Follower, Seen};
pub use mechanism::{Constructor, Mechanism, OnChain};
pub use node::{Head, Node, Wait};
pub use play::{Ended, Player};
pub use record::{Place, Record};
pub use script::{Action, Script, ScriptError};
pub use twin::{Applied, Step, Twin};

/// Why something could not be done on a chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// What was given, or what the chain has, does not do. Nothing was sent.
    #[error("{0}")]
    Refused(String),
    /// The chain stopped answering, or did not say what became of something: ask again.
    #[error("{0}")]
    Lost(String),
}

impl ChainError {
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        ChainError::Refused(text.into())
    }

    pub(crate) fn lost(text: impl Into<String>) -> Self {
        ChainError::Lost(text.into())
    }
}

/// What something on a chain came to.
pub type Result<T, E = ChainError> = std::result::Result<T, E>;
