//! Backwards: from what should come about to parameters with which it does.
//!
//! Some keys of a scenario are free, each with values one by one. At every point of their grid the goals are
//! judged, for every point of another grid of what is not known: properties by the audit, which is exact, and
//! bounds on what the simulator measures by its 95 % intervals. Every point is computed, or the box is divided:
//! then goals are taken to be monotone as long as nothing computed says otherwise, and how much was computed is said.
//!
//! | question | module |
//! | --- | --- |
//! | what does `[design]` say? | [`goals`] |
//! | what comes of a point? | [`judged`] |
//! | which points are computed, and what is said of those between? | [`division`] |
//! | which point is it, how far can it move, and what if there is none? | [`answer`] |

mod answer;
mod division;
mod goals;
mod judged;
mod met;

pub use answer::{Answer, Broken, Points, Relaxed, Room, Side};
pub use division::{Division, Grid, Part};
pub use goals::{Asked, Divided, Goal, Goals, Objective};
pub use judged::{Measured, Point};
pub use met::Met;

/// The file of a folder that has the answer.
pub const FILE: &str = "design.json";
