//! The mechanisms of this workspace in memory, and how they are played.

pub mod mine;
pub mod play;

use carrots::Mechanism;

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] = &[&MINE];

/// The catalogue's entry.
pub static MINE: Mechanism = Mechanism::of::<play::Game>(include_str!("../scenarios/mine.toml"));
