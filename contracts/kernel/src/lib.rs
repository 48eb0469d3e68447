//! What the rules of any mechanism need, on the chain and off it.
//!
//! | question | module |
//! | --- | --- |
//! | how are amounts multiplied and divided? | [`math`] |
//! | what are a power of e and a logarithm, and how far can they be wrong? | [`exponential`] |
//! | how is a rule a function that can be searched? | [`line`] |
//! | what is an account owed, and how is it paid? | [`accounts`] |
//! | how does one commit to a choice, and reveal it? | [`sealed`] |
//! | how are records kept by their keys? | [`storage`] |
//! | how are amounts and fractions written in files? | [`text`] |
//! | what else could stand where an argument stands? | [`arguments`] |
//! | what is a parameter compared with, and what is said of it? | [`params`] |
//! | which names does every file of rules use? | [`prelude`] |
//!
//! [`mechanism!`] writes what follows from the declaration of a mechanism.
//!
//! Rules multiply and divide amounts by [`math`] alone.
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
#[cfg(feature = "std")]
pub mod arguments;
pub mod exponential;
pub mod line;
pub mod math;
pub mod params;
pub mod prelude;
pub mod sealed;
pub mod storage;
#[cfg(feature = "serde")]
pub mod text;

pub use carrots_declare::{choices, mechanism};
pub use math::Balance;
pub use sealed::Block;
pub use sp_arithmetic::{FixedU128, Perbill};

// The macros name this crate as everyone does.
extern crate self as carrots_kernel;

// What the macros write.
#[doc(hidden)]
pub use carrots_declare as declare;
/// For rules of a crate that knows no `std` of its own.
#[cfg(feature = "std")]
#[doc(hidden)]
pub extern crate std as host;
#[cfg(feature = "ink")]
#[doc(hidden)]
pub use ink;
#[doc(hidden)]
pub use scale;
#[cfg(feature = "std")]
#[doc(hidden)]
pub use scale_info;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub use serde;

/// Gives records the derives that a chain needs, in one place.
///
/// Every record is SCALE-encoded; with `std` it describes its type for the contract's metadata,
/// and as a value of its own storage cell it is a leaf of the storage layout. A record with accounts
/// has them of a type `Id`, and a method `renamed` that gives them other names.
#[macro_export]
macro_rules! records {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $(<$id:ident>)? { $($body:tt)* })*) => {$(
        $crate::described! {
            $(#[$meta])*
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, $crate::scale::Encode, $crate::scale::Decode,
                $crate::declare::Renamed,
            )]
            #[codec(crate = $crate::scale)]
            pub $kind $name $(<$id>)? { $($body)* }
        }
        $crate::layout! { $name $(<$id>)? }
        impl $(<$id: Copy>)? $crate::Record for $name $(<$id>)? {}
    )*};
}

/// What can be stored, passed and received: what [`records!`] or [`choices!`] declares, and numbers,
/// fractions, hashes, options and lists of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no encoding for a chain",
    label = "declare it in `carrots_kernel::records!` or `carrots_kernel::choices!`"
)]
pub trait Record: Copy {}

macro_rules! are_records {
    ($($kind:ty)*) => {$(impl Record for $kind {})*};
}
are_records!(bool u8 u16 u32 u64 u128 Perbill FixedU128);

impl<T: Record> Record for Option<T> {}
impl<T: Record, const N: usize> Record for [T; N] {}

/// What is written only with the feature of that name, here and not where it is used: so users need
/// no features under a certain name.
#[cfg(feature = "std")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_std {
    ($($item:item)*) => { $($item)* };
}
#[cfg(not(feature = "std"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_std {
    ($($item:item)*) => {};
}
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_serde {
    ($($item:item)*) => { $($item)* };
}
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_serde {
    ($($item:item)*) => {};
}
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! without_serde {
    ($($item:item)*) => { $($item)* };
}
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! without_serde {
    ($($item:item)*) => {};
}

/// A record that describes its type with `std`.
#[cfg(feature = "std")]
#[doc(hidden)]
#[macro_export]
macro_rules! described {
    ($($record:tt)*) => {
        #[derive($crate::scale_info::TypeInfo)]
        #[scale_info(crate = $crate::scale_info)]
        $($record)*
    };
}
#[cfg(not(feature = "std"))]
#[doc(hidden)]
#[macro_export]
macro_rules! described {
    ($($record:tt)*) => { $($record)* };
}

/// A leaf of the storage layout, for a contract's metadata.
#[cfg(all(feature = "std", feature = "ink"))]
#[doc(hidden)]
#[macro_export]
macro_rules! layout {
    ($name:ident $(<$id:ident>)?) => {
        impl $(<$id: $crate::scale_info::TypeInfo + 'static>)?
            $crate::ink::storage::traits::StorageLayout for $name $(<$id>)?
        {
            fn layout(
                key: &$crate::ink::primitives::Key,
            ) -> $crate::ink::metadata::layout::Layout {
                use $crate::ink::metadata::layout::{Layout, LayoutKey, LeafLayout};
                Layout::Leaf(LeafLayout::from_key::<Self>(LayoutKey::new(*key)))
            }
        }
    };
}
#[cfg(not(all(feature = "std", feature = "ink")))]
#[doc(hidden)]
#[macro_export]
macro_rules! layout {
    ($($name:tt)*) => {};
}

/// Declares why calls are refused. Off the chain every error knows what it means.
#[macro_export]
macro_rules! errors {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[doc = $meaning:literal])+ $error:ident,)*
    }) => {
        $crate::records! {
            $(#[$meta])*
            pub enum $name { $($(#[doc = $meaning])+ $error,)* }
        }

        $crate::meanings! { $name $($error = ($($meaning),+),)* }
    };
}

/// What errors mean, with `std`.
#[cfg(feature = "std")]
#[doc(hidden)]
#[macro_export]
macro_rules! meanings {
    ($name:ident $($error:ident = ($($meaning:literal),+),)*) => {
        impl $name {
            /// The errors, and what they mean, in the order of their numbers.
            pub const MEANINGS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($error), concat!($($meaning),+).trim_ascii())),*];
        }
    };
}
#[cfg(not(feature = "std"))]
#[doc(hidden)]
#[macro_export]
macro_rules! meanings {
    ($($all:tt)*) => {};
}

/// What parameters have to fulfil: accepts them, or names the first rule that they break.
pub fn check<E: Copy>(rules: &[(bool, E)]) -> Result<(), E> {
    rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, error)| Err(*error))
}
