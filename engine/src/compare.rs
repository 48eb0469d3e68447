//! Scenarios side by side: mechanisms, kinds or parameters under the same populations and random numbers.
//!
//! Run `i` of each has the same seed, so that differences are taken run by run: what moves all of them
//! alike cancels. What does not mean the same in all of them is left out, and said.
//!
//! | question | module |
//! | --- | --- |
//! | which scenarios, and what of them can be compared? | [`rivals`] |
//! | how do they differ, run by run? | [`paired`] |
//! | whose is better, where? | [`phase`] |
//! | at which points is that asked? | [`refine`] |

mod paired;
mod phase;
mod refine;
mod rivals;

pub use paired::{Difference, Paired};
pub use phase::{Asked, Phases, head};
pub use refine::Plan;
pub use rivals::{CompareError, EVEN, Rival, Rivals};
