//! Backwards: from what should come about to parameters with which it does.
//!
//! Some keys of a scenario are free, each with values one by one. At every point of their grid the goals are
//! judged, for every point of another grid of what is not known: properties by the audit, which is exact, and
//! bounds on what the simulator measures by its 95 % intervals. Every point is computed, or the box is divided:
//! then goals are taken to be monotone as long as nothing computed says otherwise, and how much was computed is said.
//! Or a search chooses what is computed, where what is measured has no such order, or the points are too many.
//!
//! | question | module |
//! | --- | --- |
//! | what does `[design]` say? | [`goals`] |
//! | what comes of a point? | [`judged`] |
//! | which points are computed? | [`way`] |
//! | what is said of those between, if the box is divided? | [`division`] |
//! | which are looked for? | [`search`] |
//! | what do closed forms say of the same points? | [`beside`] |
//! | which point is it, how far can it move, and what if there is none? | [`answer`] |

mod answer;
mod beside;
mod division;
mod goals;
mod judged;
mod met;
mod search;
mod way;

pub use answer::{Answer, Broken, Relaxed, Room, Side};
pub use beside::Beside;
pub use division::{Division, Grid, Part};
pub use goals::{Asked, Goal, Goals, Objective, Picked};
pub use judged::{Measured, Point, Points};
pub use met::Met;
pub use search::Search;
pub use way::Way;

/// The file of a folder that has the answer.
pub const FILE: &str = "design.json";
