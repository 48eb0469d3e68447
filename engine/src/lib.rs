//! Carrots off-chain: mechanisms in memory, played by strategies. Nothing here knows a mechanism.
//!
//! Whoever has rules of their own declares them as the logic crate does, writes their [`model!`], says in a
//! [`play`] how they are played, and gives them to [`main`].
//!
//! # Map
//!
//! From the ground up: a module uses only those above it in this table, and no two use each other.
//!
//! | question | module |
//! | --- | --- |
//! | what is an exact number, what a stream of randomness, what a table of results? | [`exact`], [`random`], [`rows`] |
//! | what is a mechanism in memory? | [`model`] |
//! | what are the equilibria of this game? | [`games`] |
//! | what may a scenario file say, and what can be asked? | [`scenario`] |
//! | what did this trace do, step by step? | [`trace`] |
//! | how is it played, in every engine? | [`play`] |
//! | what happens when these agents play? | [`simulate`] |
//! | what can its players decide, and what comes of it? | [`scene`] |
//! | with which calls does a player gain by breaking the rules of the game? | [`attack`] |
//! | does the intended behaviour hold, or what breaks it? | [`audit`] |
//! | how does it get to a chain, and what happens there? | [`chain`], with the feature `chain` |
//! | which mechanisms are there, for commands and files? | [`mechanism`] |
//! | what comes of it at many points? | [`sweep`] |
//! | which keys matter there, and in which box of values does something happen? | [`sensitivity`] |
//! | which of several is better, and where? | [`compare`] |
//! | which parameters meet these goals? | [`design`] |
//! | how does one look at that? | [`report`] |
//! | the command line | [`main`] |
//!
//! What never happens: no rule is restated here (what a call does is decided by the rules alone), no
//! verdict rests on a rounded number, no result depends on the number of threads.
//!
//! # Glossary
//!
//! | term | here |
//! | --- | --- |
//! | player | who plays, or has something at stake: [`scene::Cast::players`], [`scene::Cast::others`] |
//! | type | what a player alone knows: a value, a weight (Harsanyi 1967); `kind`, since Rust has `type` |
//! | strategy | what an agent does, by name: [`play::Strategies`] |
//! | plan, option | a pure strategy of the game that is audited: a strategy, or a variant of it; [`play::Play::Plan`] |
//! | strategy profile | an option for every player |
//! | endowment | what a player has before it plays, and what the world gives it and takes: [`play::Endowment`] |
//! | history | what was decided, drawn and called so far: [`scene::History`] |
//! | information set | the histories that a player cannot tell apart when it decides: `sees` in [`scene::Decision`] |
//! | outcome | what a profile comes to, by every branch of chance |
//! | payoff | tokens that a player has more in the end than at the start, with its endowment's gains and costs, and what the end is worth to it |
//! | deviation | a player's option or raw call that is not what is intended |
//! | shortfall | by how much a mechanism holds less than it owes |
//! | trace | calls that were made, as a file that can be played again: [`trace::Trace`] |
//! | incumbent | who is there already in a state that a scenario goes on from |

pub mod attack;
pub mod audit;
#[cfg(feature = "chain")]
pub mod chain;
mod commands;
pub mod compare;
pub mod design;
pub mod exact;
pub mod games;
pub mod mechanism;
pub mod model;
pub mod play;
pub mod random;
pub mod report;
pub mod rows;
pub mod scenario;
pub mod scene;
pub mod sensitivity;
pub mod simulate;
pub mod sweep;
pub mod trace;

pub use carrots_kernel as kernel;
pub use commands::main;
pub use mechanism::{Catalogue, Mechanism};

// What the macros write.
#[doc(hidden)]
pub use {scale, serde};
