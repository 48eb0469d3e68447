//! Monte Carlo: many independent runs of a scenario, summed up.
//!
//! A run is a row of numbers that depends on the scenario, the seed and the run's number only.
//! Runs are computed in parallel and taken in order, so results are bit-identical at any thread count
//! and memory does not grow with their number.

mod load;
mod runs;
mod simulation;
mod store;
mod summary;

pub use load::{load, run_through};
pub use runs::simulate;
pub use simulation::Simulation;
pub use store::{Store, StoreError, cells, columns, said, smallest_unit};
pub use summary::{Metric, StrategySummary, Summary, Throughput};
