//! The ink! contract around the rules of a mechanism: [`contract!`].
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod receipt;

pub use receipt::{emit, Encoded};

use carrots_kernel::accounts::Paid;
use carrots_kernel::sealed::Hash;
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::hash::Blake2x256;
use ink::env::DefaultEnvironment;
use ink::primitives::AccountId;
use ink::scale::{Decode, Encode};

#[doc(hidden)]
pub use carrots_kernel;

/// Writes the ink! contract of a mechanism, and the module `events`, from its declaration.
///
/// ```text
/// carrots_shell::contract!(carrots_logic::staking);
/// ```
///
/// The path is that of the module in which `carrots_kernel::mechanism!` declares the mechanism. Every
/// message runs one entry of the rules, then emits its receipt as an event, and pays last; a message
/// that errs changes nothing. An event says who called, whom else it concerns, and the receipt. Events
/// are found by contract and signature; fields are not indexed, since an index costs as much gas as a
/// write to storage.
#[macro_export]
macro_rules! contract {
    ($first:ident $(:: $rest:ident)*) => {
        $first $(:: $rest)* :: declaration! {
            [$crate::carrots_kernel::declare::contract] [$first $(:: $rest)*]
        }
    };
}

// Gives a contract that keeps `credits: Mapping<AccountId, Balance, …>` its accounts, and the chain's
// hashes.
#[doc(hidden)]
#[macro_export]
macro_rules! accounts {
    ($contract:ty) => {
        impl $crate::carrots_kernel::accounts::Accounts for $contract {
            type Id = AccountId;

            $crate::carrots_kernel::tables! {
                credit, set_credit: credits(who: AccountId) -> Balance;
            }
        }

        impl $crate::carrots_kernel::sealed::Hashing for $contract {
            fn hash(&self, bytes: &[u8]) -> [u8; 32] {
                $crate::hash(bytes)
            }
            fn contract(&self) -> [u8; 32] {
                $crate::contract()
            }
            fn account(&self, who: AccountId) -> [u8; 32] {
                $crate::name(who)
            }
        }
    };
}

/// Pays an account what a receipt says. None if the chain refuses.
pub fn pay(who: AccountId, receipt: Paid) -> Option<()> {
    ink::env::transfer::<DefaultEnvironment>(who, receipt.amount).ok()
}

/// Calls a message of another contract, or reads what it says. Its refusal is what it returns; where it
/// returns nothing that can be read, since it is no such contract or gas is used up, the caller's call ends
/// and changes nothing.
pub fn call<A: Encode, R: Decode>(contract: AccountId, selector: [u8; 4], arguments: &A) -> R {
    let input = ExecutionInput::new(Selector::new(selector)).push_arg(arguments);
    build_call::<DefaultEnvironment>().call_v1(contract).exec_input(input).returns().invoke()
}

/// Blake2b with 256 bits.
pub fn hash(bytes: &[u8]) -> Hash {
    let mut hash = Hash::default();
    ink::env::hash_bytes::<Blake2x256>(bytes, &mut hash);
    hash
}

/// The bytes by which the chain knows the contract that runs.
pub fn contract() -> [u8; 32] {
    name(ink::env::account_id::<DefaultEnvironment>())
}

/// The bytes by which the chain knows an account.
pub fn name(who: AccountId) -> [u8; 32] {
    *AsRef::<[u8; 32]>::as_ref(&who)
}
