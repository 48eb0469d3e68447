//! What a scenario of a controller says beside the parameters: the world, and the strategies.

use carrots::play::{Group, expect_blocks};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::controller::{Params, Sensor};
use serde::{Deserialize, Serialize};

/// A scenario of a controller.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// How many of the agents make periods, in turn: the first ones. All others are users.
    pub makers: u32,
    /// What a unit is worth to a user in a period, one user after the other, over and over: the demand. Where
    /// the output is a reward, what it costs a user to be measured.
    pub values: Vec<u64>,
    /// Units that a user wants in every period, or is measured by.
    pub units: u64,
    /// What users pay whoever makes the period, for each unit.
    #[serde(default, with = "carrots_kernel::text::amount")]
    pub tip: Balance,
    /// What a unit costs whoever makes the period.
    #[serde(default, with = "carrots_kernel::text::amount")]
    pub cost: Balance,
    /// What a user loses by every unit that it gets a period late.
    #[serde(default, with = "carrots_kernel::text::amount")]
    pub wait_cost: Balance,
    /// How users' wallets offer a tip.
    #[serde(default)]
    pub wallets: Wallets,
    /// What part of the prices comes back to those who make periods, in equal parts, rounded down.
    #[serde(default = "Perbill::zero", with = "carrots_kernel::text::fraction")]
    pub rebate: Perbill,
    /// When what a unit is worth changes. An audit asks whether use comes back after each change that is named, alone,
    /// in each round that is named, and for good; all else it asks without any change.
    #[serde(default)]
    pub shocks: Vec<Demand>,
    /// Outputs to start from, beside the initial one, where that is tried. A blob fee begins with the least.
    #[serde(default)]
    pub starts: Vec<u64>,
}

/// What a unit is worth from a round on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The round, from zero.
    pub round: u32,
    /// So many hundredths of what it was worth at first.
    pub percent: u32,
}

/// How a tip is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wallets {
    /// A tip, and a most (EIP-1559).
    #[default]
    Capped,
    /// One price for all: what the output leaves of it is the tip, as in transactions from before.
    Legacy,
}

strategies! {
    /// user: takes what is worth its price and the tip, or is measured if that pays; maker: takes all in that pays
    Honest = "honest",
    /// maker: leaves every second of its periods empty, so that prices fall
    Empty = "empty",
    /// maker: uses up what is left of its periods, so that prices rise
    Stuffing = "stuffing",
    /// user: offers all that it is worth to it, and what the price leaves is the tip
    Legacy = "legacy",
    /// user: waits in every second period and takes twice as much in the next one, in which the price is lower
    Delaying = "delaying",
    /// does what paid best lately: maker honest, empty or stuffing, user honest, legacy or delaying
    Adaptive = "adaptive",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Those who make periods in turn; none where the measure is reported.
    pub makers: u32,
    /// Users.
    pub users: u32,
    /// Periods.
    pub rounds: u32,
    /// Whether there are other ways to make and to use periods than the strategies.
    pub variants: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { makers: 2, users: 4, rounds: 6, variants: true }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, run, .. } = scenario;
    let is_sold = params.sensor == Sensor::Use;
    let expected = if is_sold { "at least one" } else { "none: nothing is sold" };
    expect((world.makers > 0) == is_sold, "world.makers", expected)?;
    expect(!world.values.is_empty(), "world.values", "at least one value")?;
    let few = Balance::from(world.units) <= params.capacity && world.units > 0;
    expect(few, "world.units", format!("1 to params.capacity = {}", params.capacity))?;
    let percents = world.shocks.iter().all(|shock| shock.percent <= PERCENT_MAX);
    expect(percents, "world.shocks", format!("at most {PERCENT_MAX} percent"))?;
    let ordered = world.shocks.is_sorted_by(|one, next| one.round < next.round);
    expect(ordered, "world.shocks", "each in a later round than the one before it")?;
    let range = params.least..=params.most;
    let within = world.starts.iter().all(|start| range.contains(&Balance::from(*start)));
    let expected = format!("outputs from {} to {}", params.least, params.most);
    expect(within, "world.starts", expected)?;
    let groups = agents
        .iter()
        .zip(0..)
        .flat_map(|(group, at)| std::iter::repeat_n((at, group.strategy), group.count as usize));
    for ((at, strategy), player) in groups.zip(0..) {
        let fits = suits(is_sold, player < world.makers, strategy);
        let who = if player < world.makers { "a maker" } else { "a user" };
        let expected = format!("a strategy of {who}, since world.makers = {}", world.makers);
        expect(fits, &format!("agents[{at}].strategy"), expected)?;
    }
    let tokens = scenario.tokens();
    let most = world.values.iter().max().copied().unwrap_or(0);
    let players = agents.iter().map(|group| u64::from(group.count)).sum::<u64>();
    let given = Balance::from(most)
        .checked_mul(PERCENT_MAX.into())
        .and_then(|worth| worth.checked_mul(world.units.into()))
        .and_then(|worth| worth.checked_mul((players + 1).into()))
        .and_then(|worth| worth.checked_mul(run.horizon.into()))
        .and_then(|all| all.checked_add(tokens.checked_mul(2)?));
    expect(given.is_some(), "world.values", "at most 2^128 - 1 over all rounds, with all stakes")?;
    let costs = [("cost", world.cost), ("wait_cost", world.wait_cost), ("tip", world.tip)];
    for (key, cost) in costs {
        let small = cost <= 1 << 60;
        expect(small, &format!("world.{key}"), "at most 2^60")?;
    }
    let most = u64::from(scenario.blocks_left()) / u64::from(params.period_blocks);
    expect_blocks(run.horizon, most, "periods")
}

/// The most that a shock makes of what a unit is worth.
const PERCENT_MAX: u32 = 10_000;

/// Whether a strategy is one of a maker, or of a user.
pub fn suits(is_sold: bool, is_maker: bool, strategy: Strategy) -> bool {
    match strategy {
        Strategy::Honest => true,
        Strategy::Adaptive => is_sold,
        Strategy::Empty | Strategy::Stuffing => is_sold && is_maker,
        Strategy::Legacy | Strategy::Delaying => is_sold && !is_maker,
    }
}
