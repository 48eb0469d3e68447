//! The rules of every Carrots mechanism, written once.
//!
//! The same functions are enforced on-chain by thin ink! contracts, dry-run off-chain by the
//! simulator and compared step by step in the sandbox. Each mechanism is one module with the
//! same parts: a declaration ([`carrots_kernel::mechanism!`]), from which parameters, roles, errors and
//! the storage trait [`Db`](staking::Db) follow; records and receipts; rules on loaded records; and
//! entries that load, decide and commit. What they share is in [`carrots_kernel`].
//!
//! What never happens here: no entry writes before its last check, no rule knows a storage key,
//! a clock or a source of randomness, no [`Db`](staking::Db) method iterates, and no amount is
//! multiplied or divided outside
//! [`carrots_kernel::math`].
//!
//! | module | mechanism |
//! | --- | --- |
//! | [`auction`] | sealed bids at the first, second or a uniform price, and VCG for different items |
//! | [`challenge`] | assertions with bonds, disputes that are halved until one step decides |
//! | [`market`] | shares of outcomes at a maker's prices: the logarithmic market scoring rule |
//! | [`controller`] | a price or a parameter that follows a measure to its target: EIP-1559, EIP-4844, Substrate's, PI |
//! | [`oracle`] | jurors drawn by stake, sealed answers, appeals, redistribution |
//! | [`funding`] | public goods: quadratic and pairwise matches, assurance contracts |
//! | [`staking`] | operators, bonds, eras, rewards and correlated slashes |
//! | [`verdicts`] | between the oracle and staking: who is found guilty is reported |
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

extern crate alloc;

pub mod auction;
pub mod challenge;
pub mod controller;
pub mod funding;
pub mod market;
pub mod oracle;
#[cfg(feature = "std")]
pub mod sources;
pub mod staking;
pub mod verdicts;
