//! What a staking scenario says beside the parameters: the world, and the strategies.

use super::Staking;
use carrots::play::{Group, expect_blocks, expect_chance};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Db, Era, Offence, Params};
use serde::{Deserialize, Serialize};

/// Accounts over which a splitting agent spreads its stake.
pub const SPLITS: u32 = 4;

/// A staking scenario.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Tokens in the reserve at the start.
    #[serde(with = "carrots_kernel::text::amount")]
    pub reserve: Balance,
    /// Points that an operator earns in an era in which it does its duty.
    pub era_points: u32,
    /// What an era of duty costs an operator.
    #[serde(with = "carrots_kernel::text::amount")]
    pub duty_cost: Balance,
    /// The chance that an operator misses an era's duty though it tries.
    pub miss_rate: f64,
    /// What one offence is worth to the operator.
    #[serde(with = "carrots_kernel::text::amount")]
    pub offence_gain: Balance,
    /// As what an offence is reported: what it costs depends on that.
    #[serde(default)]
    pub offence: Act,
    /// The chance per era that an equivocating operator offends.
    pub offence_rate: f64,
    /// The chance that an offence, or a missed duty, is noticed.
    pub detection: f64,
    /// Eras from an offence to its report; at most `params.report_eras`.
    pub report_delay_eras: Era,
    /// The chance that an operator that did not offend in an era is reported for equivocation all the same;
    /// that is cancelled, as long as it can be.
    #[serde(default)]
    pub false_alarms: f64,
    /// What tokens of yield-seeking bonders earn elsewhere in a year, on average: from the first to the last of them it
    /// rises evenly from nothing to twice that.
    #[serde(default, with = "carrots_kernel::text::fraction")]
    pub elsewhere: Perbill,
    /// The commission that operators ask.
    #[serde(with = "carrots_kernel::text::fraction")]
    pub commission: Perbill,
}

impl World {
    /// By player, what its tokens earn elsewhere in a year, in billionths, rounded down: nothing where it does not
    /// compare.
    pub(super) fn elsewhere(&self, strategies: &[Strategy]) -> Vec<Balance> {
        let seeks = |one: &Strategy| *one == Strategy::YieldSeeking;
        let all = strategies.iter().filter(|one| seeks(one)).count() as Balance;
        let mut before: Balance = 0;
        let each = strategies.iter().map(|one| match seeks(one) {
            false => 0,
            true => {
                before += 1;
                Balance::from(self.elsewhere.deconstruct()) * (2 * before - 1) / all
            }
        });
        each.collect()
    }
}

/// What an operator does for gain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Costs the more, the more operators do it in an era.
    #[default]
    Equivocation,
    /// Costs `params.misconduct_slash`, however many do.
    Misconduct,
}

impl Act {
    /// How it is reported.
    pub fn offence(self) -> Offence {
        match self {
            Act::Equivocation => Offence::Equivocation,
            Act::Misconduct => Offence::Misconduct,
        }
    }
}

strategies! {
    /// does its duty every era
    Honest = "honest",
    /// does its duty every other era, by chance
    Lazy = "lazy",
    /// does its duty, and equivocates at the world's rate
    Equivocating = "equivocating",
    /// equivocates once, a third of the way, and leaves in the same era
    ExitBeforeSlash = "exit_before_slash",
    /// spreads its stake over four operators, equivocates with one at a time
    StakeSplitting = "stake_splitting",
    /// honest, and bonds its commission
    RewardCompounding = "reward_compounding",
    /// does what paid best lately: honest, lazy or equivocating
    Adaptive = "adaptive",
    /// bonds to an operator drawn by chance, leaves one that is slashed or retires
    Bonder = "bonder",
    /// bonds so while that earns more than its tokens would elsewhere
    YieldSeeking = "yield_seeking",
}

impl Strategy {
    /// Whether it is of bonders, not of operators.
    pub fn bonds(self) -> bool {
        matches!(self, Strategy::Bonder | Strategy::YieldSeeking)
    }
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Operators; zero for those of the scenario.
    pub operators: u32,
    /// What each of them bonds; zero for what the honest ones of the scenario have.
    #[serde(with = "carrots_kernel::text::amount")]
    pub stake: Balance,
    /// Bonders; zero for one, if anything is bonded.
    pub bonders: u32,
    /// What all bonders bond together, each the same.
    #[serde(with = "carrots_kernel::text::amount")]
    pub bonded: Balance,
    /// Eras of duty.
    pub eras: Era,
    /// Accounts over which an operator may split its stake.
    pub splits: u32,
    /// What every account has beside.
    #[serde(with = "carrots_kernel::text::amount")]
    pub spare: Balance,
    /// Whether turns go by plans, as they do in what is audited.
    #[serde(skip)]
    pub(super) by_plan: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            operators: 0,
            stake: 0,
            bonders: 0,
            bonded: 0,
            eras: 3,
            splits: 1,
            spare: 0,
            by_plan: false,
        }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, run, .. } = scenario;
    expect_chance("world.miss_rate", world.miss_rate)?;
    expect_chance("world.offence_rate", world.offence_rate)?;
    expect_chance("world.detection", world.detection)?;
    expect_chance("world.false_alarms", world.false_alarms)?;
    let most = params.report_eras;
    let expected = format!("at most params.report_eras = {most}");
    expect(world.report_delay_eras <= most, "world.report_delay_eras", expected)?;
    let low = world.commission <= params.max_commission;
    expect(low, "world.commission", "at most params.max_commission")?;
    let sum = scenario.tokens().checked_add(world.reserve);
    let expected = "a sum of all stakes and the reserve of at most 2^128 - 1";
    expect(sum.is_some(), "world.reserve", expected)?;
    for (key, amount) in [("offence_gain", world.offence_gain), ("duty_cost", world.duty_cost)] {
        let most = amount.checked_mul(run.horizon.into());
        let most = most.and_then(|most| most.checked_mul(SPLITS.into())?.checked_add(sum?));
        let expected = "at most 2^128 - 1 over all eras, with all stakes";
        expect(most.is_some(), &format!("world.{key}"), expected)?;
    }
    let operators = agents.iter().filter(|group| !group.strategy.bonds());
    let operators: u64 =
        operators.map(|group| u64::from(group.count) * u64::from(accounts(group.strategy))).sum();
    let there = scenario.incumbents_with(|strategy| !strategy.bonds());
    expect(operators + there > 0, "agents", "at least one operator")?;
    let start = scenario.live::<Staking>().map(|instance| (instance.block(), instance.db.state()));
    let (block, state) = start.unwrap_or_default();
    let expected = format!("at least {}: every era takes a block", state.era);
    expect(state.era <= block, "state.block", expected)?;
    let after = u64::from(world.report_delay_eras + params.deferral()) + 2;
    let blocks = u64::from(scenario.blocks_left());
    let most = (blocks / u64::from(params.era_blocks)).saturating_sub(after);
    expect_blocks(run.horizon, most, "eras")
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::StakeSplitting { SPLITS } else { 1 }
}

/// What an agent has to bond: an operator the least bond to itself from each of its accounts.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    match strategy {
        bonder if bonder.bonds() => params.min_bond,
        operator => params.min_self_bond.saturating_mul(accounts(operator).into()),
    }
}

/// What no run depends on: nobody offends but operators who equivocate, and those who miss a duty.
pub fn unused(scenario: &Scenario) -> Vec<&'static str> {
    let Scenario { world, state, .. } = scenario;
    let offends = |strategy| {
        use Strategy::{Adaptive, Equivocating, ExitBeforeSlash, StakeSplitting};
        matches!(strategy, Equivocating | ExitBeforeSlash | StakeSplitting | Adaptive)
    };
    let mut unused = Vec::new();
    let anybody_offends = scenario.anybody(offends);
    // A state may have reports of anything.
    if state.is_none() {
        if world.offence != Act::Misconduct || !anybody_offends {
            unused.push("params.misconduct_slash");
        }
        if world.detection == 0.0 && world.false_alarms == 0.0 {
            unused.extend(["params.unresponsive_slash", "params.reporter_share"]);
        }
    }
    if !scenario.anybody(|strategy| strategy == Strategy::YieldSeeking) {
        unused.push("world.elsewhere");
    }
    if !anybody_offends {
        unused.extend(["world.offence_gain", "world.offence_rate", "world.offence"]);
    }
    unused
}
