//! The mechanisms of this workspace in memory, and how they are played.

pub mod mine;

use carrots::Mechanism;

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] = &[&MINE];

/// The catalogue's entry.
pub static MINE: Mechanism =
    Mechanism::of::<mine::Game>(include_str!("../scenarios/FIRST.toml"));
