//! The tests' machinery, the same for every mechanism.
//!
//! | question | module |
//! | --- | --- |
//! | what did scripts/build-contracts make? | [`bundle`] |
//! | what does the compiled contract do? | [`sandbox`] |
//! | is that what the model does? | [`differential`] |
//! | is it so for random calls, and did all that can happen happen? | [`random`] |
//! | does this trace do the same on the contract? | [`replay`] |
//! | what is the shortest trace on which it is not? | [`shrink`] |
//! | what holds after every call, and in the end? | [`invariants`] |
//! | is everything refused that has to be, and with which error? | [`refusals`] |
//! | what does every message cost? | [`cost`] |
//! | how are calls written in short? | [`script`] |
//!
//! The tests themselves are in `tests/tests`, one folder per mechanism.

pub mod bundle;
pub mod cost;
pub mod differential;
pub mod invariants;
pub mod random;
pub mod refusals;
pub mod replay;
pub mod sandbox;
pub mod script;
pub mod shrink;

pub use carrots::models::account;
