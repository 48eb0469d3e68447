//! What many runs come to: means with their spread and their confidence.

use super::simulation::Simulation;
use crate::rows::{Cell, Column};
use crate::scenario::{Run, Token};
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::collections::BTreeMap;

/// The result of a scenario, over all runs.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Where the scenario was read from.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// How many runs there were.
    pub runs: u64,
    /// The behaviour that should be an equilibrium.
    pub intended: String,
    /// By name.
    pub metrics: BTreeMap<String, Metric>,
    /// By name.
    pub strategies: BTreeMap<String, StrategySummary>,
    /// How fast it went; not of the rows that were there already.
    pub throughput: Throughput,
    /// How amounts are shown to people; here they are in the smallest unit.
    pub token: Token,
    #[serde(skip)]
    columns: Vec<(String, Metric)>,
}

/// One number over all runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Metric {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of a run.
    pub sd: f64,
    /// The 95 % confidence interval of the mean (Student's t).
    pub ci95_low: f64,
    #[allow(missing_docs)]
    pub ci95_high: f64,
    /// The least and the greatest of all runs.
    pub min: f64,
    #[allow(missing_docs)]
    pub max: f64,
    /// Whether it is an amount.
    pub amount: bool,
    #[serde(skip)]
    squares: f64,
}

/// One strategy over all runs.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct StrategySummary {
    /// Agents that follow it.
    pub count: u64,
    /// What one of them gains, in the chain's smallest unit.
    pub mean_payoff: f64,
    /// The 95 % confidence interval of that.
    pub ci95_low: f64,
    #[allow(missing_docs)]
    pub ci95_high: f64,
    /// The same per unit of stake, over the whole horizon.
    pub mean_return: f64,
    /// What penalties take from one of them and, for staking, from those who bonded to it.
    pub slashed: f64,
}

/// How fast it went.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Throughput {
    /// Agents times rounds times runs.
    pub agent_steps: u64,
    /// Of wall-clock time.
    pub seconds: f64,
    /// Per second.
    pub agent_steps_per_second: f64,
}

impl Metric {
    /// Takes in the value of run `n`, from one (Welford's method).
    pub(crate) fn add(&mut self, value: f64, n: u64) {
        if n == 1 {
            (self.min, self.max) = (value, value);
        }
        let before = value - self.mean;
        self.mean += before / n as f64;
        self.squares += before * (value - self.mean);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Works out the spread after `n` runs. One run has none, and an interval without width.
    pub(crate) fn finish(&mut self, n: u64) {
        let mut half = 0.0;
        if n > 1 {
            let degrees = (n - 1) as f64;
            self.sd = (self.squares / degrees).sqrt();
            let law = StudentsT::new(0.0, 1.0, degrees).expect("one degree of freedom at least");
            half = law.inverse_cdf(0.975) * self.sd / (n as f64).sqrt();
        }
        (self.ci95_low, self.ci95_high) = (self.mean - half, self.mean + half);
    }
}

impl Summary {
    /// Nothing yet.
    pub fn new(simulation: &dyn Simulation, run: Run) -> Self {
        let column = |column: Column| {
            let amount = !column.unit.is_empty();
            (column.name, Metric { amount, ..Metric::default() })
        };
        let strategy = |(name, count)| (name, StrategySummary { count, ..Default::default() });
        Self {
            scenario: String::new(),
            seed: run.seed,
            runs: 0,
            intended: simulation.intended(),
            metrics: BTreeMap::new(),
            strategies: simulation.strategies().into_iter().map(strategy).collect(),
            throughput: Throughput::default(),
            token: simulation.token(),
            columns: simulation.columns().into_iter().map(column).collect(),
        }
    }

    /// Takes in the row of the next run.
    pub fn add(&mut self, row: &[Cell]) {
        self.runs += 1;
        for ((_, metric), value) in self.columns.iter_mut().zip(row) {
            metric.add(value.number().unwrap_or(f64::NAN), self.runs);
        }
    }

    /// Works out what can only be known in the end.
    pub fn finish(mut self, scenario: &str) -> Self {
        self.scenario = scenario.to_string();
        for (name, mut metric) in std::mem::take(&mut self.columns) {
            metric.finish(self.runs);
            let named = name.split_once('_');
            match named.and_then(|(what, of)| Some((what, self.strategies.get_mut(of)?))) {
                Some(("payoff", strategy)) => {
                    strategy.mean_payoff = metric.mean;
                    (strategy.ci95_low, strategy.ci95_high) = (metric.ci95_low, metric.ci95_high);
                }
                Some(("return", strategy)) => strategy.mean_return = metric.mean,
                Some(("slashed", strategy)) => strategy.slashed = metric.mean,
                _ => drop(self.metrics.insert(name, metric)),
            }
        }
        let Throughput { agent_steps, seconds, .. } = self.throughput;
        self.throughput.agent_steps_per_second = agent_steps as f64 / seconds.max(1e-9);
        self
    }
}
