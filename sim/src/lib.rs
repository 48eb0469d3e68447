//! Carrots off-chain: the rules of the logic crate in memory, played by strategies.
//!
//! | question | module |
//! | --- | --- |
//! | which mechanisms are there? | [`models`] |
//! | how is it played, in every engine? | [`play`], and each mechanism's own |
//! | what happens when these agents play? | [`simulate`] |
//! | does the intended behaviour hold, or what breaks it? | [`audit`] |
//! | what are the equilibria of this game? | [`games`] |
//! | what can its players decide, and what comes of it? | [`scene`], and each mechanism's menu |
//! | with which calls does a player gain by breaking the rules of the game? | [`attack`] |
//! | how does a mechanism go on from what a chain says of it? | [`state`] |
//! | what did this trace do, step by step? | [`trace`] |
//! | how does it get to a chain, and what happens there? | [`chain`], with the feature `chain` |
//! | what may a scenario file say? | [`scenario`] |
//!
//! No rule is restated here: what a call does is decided in `carrots_logic` alone.

pub mod attack;
pub mod audit;
#[cfg(feature = "chain")]
pub mod chain;
pub mod games;
pub mod models;
pub mod play;
pub mod scenario;
pub mod scene;
pub mod simulate;
pub mod state;
pub mod trace;
