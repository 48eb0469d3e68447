//! A scenario as a game whose every outcome can be computed.
//!
//! What is played is the mechanism's [`Play`](crate::play::Play), the same as the simulator's. Every
//! player chooses one of its options before anything else: each strategy, and what the play offers beside
//! them. Chance, and what players decide on the way where that is asked, are answered by a [`Decider`],
//! and by running it with other answers every outcome is seen, with the real rules at every step: a
//! strategic form, a tree, an expectation. (Systematic exploration by running again: Godefroid,
//! VeriSoft, 1997.)
//!
//! | question | module |
//! | --- | --- |
//! | who answers what a play asks? | [`decider`] |
//! | what is written down of it? | [`record`] |
//! | how does an intruder change it? | [`intruder`] |
//! | how do the three go together? | [`history`] |
//! | what came of it? | [`end`] |
//! | what is steered to a target, and what disturbs it? | [`steered`] |
//! | who plays, what can each choose, and what is an end worth to whom? | [`cast`] |
//! | what is it where it does not matter of which mechanism? | [`any`] |
//! | and what with its rules? | [`game`] |

mod any;
mod cast;
mod decider;
mod end;
mod game;
mod history;
mod intruder;
mod record;
mod steered;

pub use any::{AnyScene, How};
pub use cast::{Cast, Described, Type};
pub use decider::{Answers, Decider, Decision};
pub use end::End;
pub use game::{Choice, Scene, run};
pub use history::History;
pub use intruder::{Change, Letter, Look, Seen, What, Who};
pub use record::{Intrusion, Notes};
pub use steered::{Disturbed, Steered};

use carrots_kernel::Balance;

/// The most tokens of all agents: payoffs, and sums of a few thousand of them, are `i128`.
pub const TOKENS_MAX: Balance = 1 << 112;
