//! Backwards: from what should come about to parameters with which it does.
//!
//! Some keys of a scenario are free, each with values one by one. At every point of their grid the goals are
//! judged, for every point of another grid of what is not known: properties by the audit, which is exact, and
//! bounds on what the simulator measures by its 95 % intervals. Nothing between points is looked at, and
//! nothing is taken to be monotone: what is said of a point was computed there.
//!
//! | question | module |
//! | --- | --- |
//! | what does `[design]` say? | [`goals`] |
//! | what comes of a point? | [`judged`] |
//! | which point is it, how far can it move, and what if there is none? | [`answer`] |

mod answer;
mod goals;
mod judged;

pub use answer::{Answer, Broken, Relaxed, Room, Side};
pub use goals::{Asked, Goal, Goals, Objective};
pub use judged::{Measured, Met, Point};
