//! The mechanisms of this workspace in memory, and how they are played.

pub mod harberger;
pub mod play;

use carrots::Mechanism;

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] = &[&HARBERGER];

/// The catalogue's entry.
pub static HARBERGER: Mechanism =
    Mechanism::of::<play::Game>(include_str!("../scenarios/harberger.toml"));
