//! What can be run.

use crate::scenario::{Run, Token};

/// A scenario that is ready to be run.
pub trait Simulation: Sync {
    /// How it asks to be run.
    fn run(&self) -> Run;
    /// How amounts are shown to people.
    fn token(&self) -> Token;
    /// The names of a row's numbers. Those of a strategy are `payoff_NAME`, its mean payoff,
    /// `return_NAME`, the same per unit of stake (zero without any), and `slashed_NAME`.
    fn columns(&self) -> Vec<String>;
    /// Whether a row's number of that name is an amount.
    fn is_amount(&self, column: &str) -> bool;
    /// The strategies with the number of agents that follow each.
    fn strategies(&self) -> Vec<(String, u64)>;
    /// The strategy that should be an equilibrium.
    fn intended(&self) -> String;
    /// Keys of the scenario on which no run depends.
    fn unused(&self) -> Vec<&'static str>;
    /// Agent-steps in one run: one agent choosing once and, where it acts, its op applied.
    fn agent_steps(&self) -> u64;
    /// One run. Depends on the scenario, `seed` and `run` only.
    fn play(&self, seed: u64, run: u64) -> Vec<f64>;
}
