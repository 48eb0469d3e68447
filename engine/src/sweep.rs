//! The same scenario at many points: what is varied, and what comes of it at each.
//!
//! A point is a row that depends on the scenario, the seed and the point's values only. Every point has the
//! same seed, so that two of them differ by what was varied; but what is sure to happen, or not to, draws no
//! random number, so at a chance of 0 or 1 those after it are others than between. Points are computed in parallel and
//! taken in order, so results are bit-identical at any thread count, after any number of stops, and
//! whether they were computed together or in shards. Memory does not grow with their number.
//!
//! | question | module |
//! | --- | --- |
//! | what does `[sweep]` say? | [`asked`] |
//! | which values does a key take? | [`axis`] |
//! | which points are there? | [`design`] |
//! | what comes of a point? | [`point`] |
//! | where does a verdict change? | [`border`] |
//! | what is kept, and where? | [`tabled`], [`folder`] |

mod asked;
mod axis;
mod border;
mod design;
mod folder;
mod point;
mod tabled;

pub use asked::{Asked, SweepError, Wanted};
pub use axis::{Axis, AxisError, Move, plain};
pub use design::{Design, Points};
pub use folder::{Folder, FolderError, Shard, head, kept, merge, read_all};
pub(crate) use point::quoted;
pub use point::{Sweep, command};
pub use tabled::Tabled;
