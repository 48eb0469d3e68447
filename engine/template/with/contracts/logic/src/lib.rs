//! The rules, once, for the chain and off it.
#![cfg_attr(not(feature = "std"), no_std)]

pub mod mine;
