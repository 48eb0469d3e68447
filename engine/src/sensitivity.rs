//! Which keys of a sweep matter, and where: what its rows say about that.
//!
//! | question | module |
//! | --- | --- |
//! | which numbers do its rows have? | [`series`] |
//! | which keys matter at all, and do they act alone? | [`morris`]: elementary effects |
//! | which part of the variance is due to each? | [`sobol`]: first-order and total indices |
//! | how sure is that? | [`bootstrap`] |
//! | so what matters for this column? | [`influence`] |
//! | in which box of values does something happen? | [`prim`] |
//! | and what is it that happens? | [`case`] |
//!
//! Nothing here plays: what is said is said of the rows, whose points have one seed. What chance does to a
//! point, it does in the same way to the next, and where it does not, that counts as the keys' doing.

mod bootstrap;
mod case;
mod influence;
mod morris;
mod prim;
mod series;
mod sobol;

pub use bootstrap::RESAMPLES;
pub use case::{Case, CaseError};
pub use influence::{DesignError, Influence, Influences, Measure, OfKey, influences};
pub use morris::Effects;
pub use prim::{Boxed, Limit, Prim, Tally};
pub use series::{Series, SeriesError, series};
pub use sobol::Indices;
