//! The rules of every Carrots mechanism, written once.
//!
//! The same functions are enforced on-chain by thin ink! contracts, dry-run off-chain by the
//! simulator and compared step by step in the sandbox. Each mechanism is one module with the
//! same parts: parameters, records, errors, receipts, rules on loaded records, a storage trait
//! [`Db`](staking::Db), and entries that load, decide and commit. What they share is in
//! [`accounts`], [`sealed`] and [`storage`].
//!
//! What never happens here: no entry writes before its last check, no rule knows a storage key,
//! a clock or a source of randomness, no [`Db`](staking::Db) method iterates, and no amount is
//! multiplied or divided outside [`math`].
//!
//! | module | mechanism |
//! | --- | --- |
//! | [`auction`] | sealed bids at the first, second or a uniform price, and VCG for different items |
//! | [`oracle`] | jurors drawn by stake, sealed answers, appeals, redistribution |
//! | [`funding`] | public goods: quadratic and pairwise matches, assurance contracts |
//! | [`staking`] | operators, bonds, eras, rewards and correlated slashes |
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

pub mod accounts;
pub mod auction;
pub mod funding;
pub mod math;
pub mod oracle;
pub mod sealed;
pub mod staking;
pub mod storage;
#[cfg(feature = "serde")]
pub mod text;

pub use math::Balance;
pub use sealed::Block;
pub use sp_arithmetic::{FixedU128, Perbill};

/// Gives records the derives that a chain needs, in one place.
///
/// Every record is SCALE-encoded; with `std` it describes its type for the contract's metadata,
/// and as a value of its own storage cell it is a leaf of the storage layout.
macro_rules! records {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $(<$id:ident>)? { $($body:tt)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
        #[cfg_attr(feature = "std", derive(scale_info::TypeInfo))]
        pub $kind $name $(<$id>)? { $($body)* }

        #[cfg(all(feature = "std", feature = "ink"))]
        impl $(<$id: scale_info::TypeInfo + 'static>)? ink::storage::traits::StorageLayout
            for $name $(<$id>)?
        {
            fn layout(key: &ink::primitives::Key) -> ink::metadata::layout::Layout {
                use ink::metadata::layout::{Layout, LayoutKey, LeafLayout};
                Layout::Leaf(LeafLayout::from_key::<Self>(LayoutKey::new(*key)))
            }
        }
    )*};
}
pub(crate) use records;

/// Declares why calls are refused. Off the chain every error knows what it means.
macro_rules! errors {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[doc = $meaning:literal])+ $error:ident,)*
    }) => {
        $crate::records! {
            $(#[$meta])*
            pub enum $name { $($(#[doc = $meaning])+ $error,)* }
        }

        #[cfg(feature = "std")]
        impl $name {
            /// The errors, and what they mean, in the order of their numbers.
            pub const MEANINGS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($error), concat!($($meaning),+).trim_ascii())),*];
        }
    };
}
pub(crate) use errors;

/// What parameters have to fulfil: accepts them, or names the first rule that they break.
pub(crate) fn check<E: Copy>(rules: &[(bool, E)]) -> Result<(), E> {
    rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, error)| Err(*error))
}
