//! What tests of a mechanism need: its compiled contract in a sandbox, beside the model.
//!
//! | question | module |
//! | --- | --- |
//! | does all hold that has to of any mechanism? | [`conformance`], in one line |
//! | what did scripts/build-contracts make? | [`bundle`] |
//! | what does the compiled contract do? | [`sandbox`] |
//! | is that what the model does? | [`differential`] |
//! | is it so for random calls, and did all that can happen happen? | [`random`] |
//! | does this trace do the same on the contract? | [`replay`] |
//! | what is the shortest trace on which it is not? | [`mod@shrink`] |
//! | what holds after every call, and in the end? | [`invariants`] |
//! | is everything refused that has to be, and with which error? | [`refusals`] |
//! | does what pay depends on stand still when it is said to? | [`still`] |
//! | are roles handed over in two steps? | [`roles`] |
//! | what does every message cost? | [`cost`] |
//! | how are calls written in short? | [`script`] |
//!
//! Nothing here knows a mechanism. Tests run in the folder of their package: snapshots are in its
//! `snapshots`, bundles in the workspace's target folder.

pub mod bundle;
pub mod conformance;
pub mod cost;
pub mod differential;
pub mod invariants;
pub mod random;
pub mod refusals;
pub mod replay;
pub mod roles;
pub mod sandbox;
pub mod script;
pub mod shrink;
pub mod still;

pub use carrots::model::account;
