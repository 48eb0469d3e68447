//! What can be run.

use crate::rows::{Cell, Column, Kind};
use crate::scenario::{Run, Token};

/// A scenario that is ready to be run.
pub trait Simulation: Sync {
    /// How it asks to be run.
    fn run(&self) -> Run;
    /// How amounts are shown to people.
    fn token(&self) -> Token;
    /// What a row's numbers are: the mechanism's measures, then of each strategy `payoff_NAME`, its mean payoff,
    /// `return_NAME`, the same per unit of stake (zero without any), and `slashed_NAME`. What has a unit
    /// is an amount.
    fn columns(&self) -> Vec<Column>;
    /// The strategies with the number of agents that follow each.
    fn strategies(&self) -> Vec<(String, u64)>;
    /// The strategy that should be an equilibrium.
    fn intended(&self) -> String;
    /// Keys of the scenario on which no run depends.
    fn unused(&self) -> Vec<&'static str>;
    /// Agent-steps in one run: one agent choosing once and, where it acts, its op applied.
    fn agent_steps(&self) -> u64;
    /// One run, a row. Depends on the scenario, `seed` and `run` only.
    fn play(&self, seed: u64, run: u64) -> Vec<Cell> {
        self.watch(seed, run, &mut |_, _| ())
    }
    /// The same; after every round `look` is called with how many there were, after the last one when
    /// all is decided.
    fn watch(&self, seed: u64, run: u64, look: &mut dyn FnMut(u32, &dyn Seen)) -> Vec<Cell>;
}

/// A run after some rounds.
pub trait Seen {
    /// What a run would come to that ended here.
    fn row(&self) -> Vec<Cell>;
    /// What every agent has: rows of [`agent_columns`].
    fn agents(&self) -> Vec<Vec<Cell>>;
}

/// Of every agent: its number, what it follows, what it had at the start, what it has more, and what penalties
/// took from it; amounts are in `unit`.
pub fn agent_columns(unit: &str) -> Vec<Column> {
    let amount = |name: &str| Column { kind: Kind::Large, unit: unit.into(), ..Column::text(name) };
    let mut columns = vec![Column::whole("agent"), Column::text("strategy")];
    columns.extend(["stake", "payoff", "slashed"].map(amount));
    columns
}
