//! Staking scenarios: who plays, in which world, and what is wrong with a file.

use super::game::{Game, SPLITS};
use crate::scenario::{self, Amounts, Document, Run, ScenarioError, Token};
use crate::simulate::Simulation;
use carrots_logic::staking::{Era, Params};
use carrots_logic::{Balance, Perbill};
use serde::{Deserialize, Serialize};

/// A staking scenario.
pub type Scenario = scenario::Scenario<Params, World, Group>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Tokens in the reserve at the start.
    #[serde(with = "carrots_logic::text::amount")]
    pub reserve: Balance,
    /// Points that an operator earns in an era in which it does its duty.
    pub era_points: u32,
    /// What an era of duty costs an operator.
    #[serde(with = "carrots_logic::text::amount")]
    pub duty_cost: Balance,
    /// The chance that an operator misses an era's duty though it tries.
    pub miss_rate: f64,
    /// What one equivocation is worth to the operator.
    #[serde(with = "carrots_logic::text::amount")]
    pub offence_gain: Balance,
    /// The chance per era that an equivocating operator offends.
    pub offence_rate: f64,
    /// The chance that an offence, or a missed duty, is noticed.
    pub detection: f64,
    /// Eras from an offence to its report; at most `params.report_eras`.
    pub report_delay_eras: Era,
    /// The commission that operators ask.
    #[serde(with = "carrots_logic::text::fraction")]
    pub commission: Perbill,
}

/// Agents of one kind.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they do.
    pub strategy: Strategy,
    /// How many there are.
    pub count: u32,
    /// What each has, and bonds.
    pub stake: Amounts,
}

/// What agents do. All but bonders are operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Does its duty every era.
    Honest,
    /// Does its duty every other era, by chance.
    Lazy,
    /// Does its duty, and equivocates at the world's rate.
    Equivocating,
    /// Equivocates once, a third of the way, and leaves in the same era.
    ExitBeforeSlash,
    /// Spreads its stake over four operators and equivocates with one at a time.
    StakeSplitting,
    /// Honest, and bonds its commission.
    RewardCompounding,
    /// Does what has paid best lately: honest, lazy or equivocating.
    Adaptive,
    /// Bonds to an operator drawn by chance; leaves one that is slashed or retires for another.
    Bonder,
}

impl Strategy {
    /// All of them with their names.
    pub const ALL: [(Strategy, &str); 8] = [
        (Strategy::Honest, "honest"),
        (Strategy::Lazy, "lazy"),
        (Strategy::Equivocating, "equivocating"),
        (Strategy::ExitBeforeSlash, "exit_before_slash"),
        (Strategy::StakeSplitting, "stake_splitting"),
        (Strategy::RewardCompounding, "reward_compounding"),
        (Strategy::Adaptive, "adaptive"),
        (Strategy::Bonder, "bonder"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(strategy, _)| *strategy == self).map_or("", |(_, name)| name)
    }

    pub(super) fn accounts(self) -> u32 {
        if self == Strategy::StakeSplitting { SPLITS } else { 1 }
    }
}

/// A checked scenario.
struct Staged {
    scenario: Scenario,
    strategies: Vec<(Strategy, u64)>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load(document: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
    let scenario: Scenario = document.scenario()?;
    check(document, &scenario)?;
    let mut strategies: Vec<(Strategy, u64)> = Vec::new();
    for group in &scenario.agents {
        match strategies.iter_mut().find(|(strategy, _)| *strategy == group.strategy) {
            Some((_, count)) => *count += u64::from(group.count),
            None => strategies.push((group.strategy, group.count.into())),
        }
    }
    strategies.sort();
    Ok(Box::new(Staged { scenario, strategies }))
}

fn check(document: &Document, scenario: &Scenario) -> Result<(), ScenarioError> {
    let Scenario { params, world, agents, run, intended, .. } = scenario;
    let wrong = |key: &str, expected: String| Err(document.wrong(key, &expected));
    if let Err(error) = params.check() {
        let (key, expected) = super::catalogue::explain(error);
        return wrong(&format!("params.{key}"), format!("expected {expected}"));
    }
    let rates = [
        ("miss_rate", world.miss_rate),
        ("offence_rate", world.offence_rate),
        ("detection", world.detection),
    ];
    for (key, rate) in rates {
        if !(0.0..=1.0).contains(&rate) {
            return wrong(&format!("world.{key}"), "expected a chance from 0 to 1".into());
        }
    }
    if world.report_delay_eras > params.report_eras {
        let most = params.report_eras;
        return wrong(
            "world.report_delay_eras",
            format!("expected at most params.report_eras = {most}"),
        );
    }
    if world.commission > params.max_commission {
        return wrong("world.commission", "expected at most params.max_commission".into());
    }
    if agents.is_empty() {
        return wrong("agents", "expected at least one group".into());
    }
    let mut sum = Some(world.reserve);
    let (mut operators, mut players) = (0u64, 0u64);
    for (group, at) in agents.iter().zip(0..) {
        let key = |name: &str| format!("agents[{at}].{name}");
        if group.count == 0 {
            return wrong(&key("count"), "expected at least one agent".into());
        }
        if let Err(expected) = group.stake.check() {
            return wrong(&key("stake"), format!("expected {expected}"));
        }
        let accounts = u64::from(group.count) * u64::from(group.strategy.accounts());
        players += accounts;
        if group.strategy != Strategy::Bonder {
            operators += accounts;
        }
        let agents = Balance::from(group.count);
        let stake = group.stake.max().checked_mul(agents);
        sum = sum.zip(stake).and_then(|(sum, stake)| sum.checked_add(stake));
        if sum.is_none() {
            let most = "expected a sum of all stakes and the reserve of at most 2^128 - 1";
            return wrong(&key("stake"), most.into());
        }
    }
    for (key, amount) in [("offence_gain", world.offence_gain), ("duty_cost", world.duty_cost)] {
        let most = amount.checked_mul(run.horizon.into()).zip(sum);
        if most.and_then(|(most, sum)| most.checked_mul(SPLITS.into())?.checked_add(sum)).is_none()
        {
            let expected = "expected at most 2^128 - 1 over all eras, with all stakes";
            return wrong(&format!("world.{key}"), expected.into());
        }
    }
    if operators == 0 {
        return wrong("agents", "expected at least one operator".into());
    }
    if operators > params.max_operators.into() {
        let expected = format!("expected room for the {operators} operators of `agents`");
        return wrong("params.max_operators", expected);
    }
    if players > 10_000_000 {
        return wrong("agents", format!("expected at most 10 million accounts, not {players}"));
    }
    let after = u64::from(world.report_delay_eras + params.slash_defer_eras) + 1;
    let most = (u64::from(u32::MAX) / u64::from(params.era_blocks)).saturating_sub(after);
    if run.horizon == 0 || u64::from(run.horizon) > most {
        let expected = format!("expected 1 to {most} eras: what 2^32 blocks have room for");
        return wrong("run.horizon", expected);
    }
    if run.runs == 0 {
        return wrong("run.runs", "expected at least one run".into());
    }
    if !Strategy::ALL.iter().any(|(_, name)| *name == intended.strategy) {
        let names: Vec<_> = Strategy::ALL.iter().map(|(_, name)| *name).collect();
        return wrong("intended.strategy", format!("expected one of {}", names.join(", ")));
    }
    Ok(())
}

/// The metrics in the order of a row, and whether they are amounts.
const METRICS: [(&str, bool); 9] = [
    ("staked_share", false),
    ("rewards_paid", true),
    ("reserve_left", true),
    ("duty_rate", false),
    ("offences", false),
    ("reports", false),
    ("slashed_total", true),
    ("slashed_share", false),
    ("active_operators", false),
];

impl Simulation for Staged {
    fn run(&self) -> Run {
        self.scenario.run
    }

    fn columns(&self) -> Vec<String> {
        let metrics = METRICS.iter().map(|(name, _)| name.to_string());
        let strategies = self.strategies.iter().flat_map(|(strategy, _)| {
            ["payoff", "return", "slashed"].map(|what| format!("{what}_{}", strategy.name()))
        });
        metrics.chain(strategies).collect()
    }

    fn is_amount(&self, column: &str) -> bool {
        METRICS.contains(&(column, true))
    }

    fn token(&self) -> Token {
        self.scenario.token.clone()
    }

    fn strategies(&self) -> Vec<(String, u64)> {
        let named = |(strategy, count): &(Strategy, u64)| (strategy.name().to_string(), *count);
        self.strategies.iter().map(named).collect()
    }

    fn intended(&self) -> String {
        self.scenario.intended.strategy.clone()
    }

    fn agent_steps(&self) -> u64 {
        let agents: u64 = self.strategies.iter().map(|(_, count)| count).sum();
        agents * u64::from(self.scenario.run.horizon)
    }

    fn play(&self, seed: u64, run: u64) -> Vec<f64> {
        let mut game = Game::new(&self.scenario, seed, run);
        for _ in 0..self.scenario.run.horizon {
            game.round();
        }
        game.finish(&self.strategies)
    }
}
