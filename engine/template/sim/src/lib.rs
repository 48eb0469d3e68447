//! The mechanisms of this workspace in memory, and how they are played.

pub mod play;
pub mod mine;

use carrots::Mechanism;
use carrots::model::{Param, param};

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] = &[&MINE];

/// The catalogue's entry.
pub static MINE: Mechanism = Mechanism::of::<play::Game>(
    "Members put down a deposit and get it back if they keep what they promised in time.",
    PARAMS,
    include_str!("../scenarios/mine.toml"),
);

const PARAMS: &[Param] = &[
    param("deposit", "tokens", ">= 1", "what a member puts down"),
    param("window_blocks", "blocks", "1 to 2^24", "in which the promise can be kept"),
];
