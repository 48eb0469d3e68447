//! Monte Carlo: many independent runs of a scenario, summed up.
//!
//! A run is a row of numbers that depends on the scenario, the seed and the run's number only.
//! Runs are computed in parallel and taken in order, so results are bit-identical at any thread count
//! and memory does not grow with their number.

mod load;
mod rounds;
mod runs;
mod simulation;
mod store;
mod summary;

pub use load::{load, run_through, smallest_unit};
pub use rounds::{Rounds, RoundsError, ending, write_agents};
pub use runs::{Played, simulate};
pub use simulation::{Seen, Simulation, agent_columns};
pub use store::{Store, StoreError, cells, columns, said};
pub use summary::{Metric, StrategySummary, Summary, Throughput};
