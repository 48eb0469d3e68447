//! What a scenario of a tribunal says beside the parameters: the world, and the strategies.

use super::Params;
use carrots::play::{Group, expect_blocks};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::Balance;
use carrots_kernel::sealed::Block;
use serde::{Deserialize, Serialize};

/// A scenario of a tribunal.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What an operator gains by an offence.
    #[serde(with = "carrots_kernel::text::amount")]
    pub offence_gain: Balance,
    /// What an offence costs those who rely on operators.
    #[serde(with = "carrots_kernel::text::amount")]
    pub harm: Balance,
    /// What it costs a juror to find out whether an operator has offended.
    #[serde(with = "carrots_kernel::text::amount")]
    pub effort_cost: Balance,
    /// What it costs an accuser.
    #[serde(with = "carrots_kernel::text::amount")]
    pub watch_cost: Balance,
    /// Whether somebody else charges an operator in every round in which it has not offended.
    pub false_charges: bool,
}

strategies! {
    /// operator: does its duty, and does not offend
    Honest = "honest",
    /// operator: offends whenever it is its turn
    Offending = "offending",
    /// juror: finds out what is true, and answers that
    Juror = "juror",
    /// juror: finds nothing out, and acquits
    Acquitting = "acquitting",
    /// juror: finds nothing out, and convicts
    Convicting = "convicting",
    /// juror: does what paid best lately: finds out, acquits or convicts
    Adaptive = "adaptive",
    /// finds out whether an operator has offended, and charges it if it has
    Accuser = "accuser",
    /// charges operators that have not offended
    FalseAccuser = "false_accuser",
}

/// What somebody is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// Has a duty, and may offend.
    Operator,
    /// Answers questions.
    Juror,
    /// Asks them.
    Accuser,
}

impl Strategy {
    /// Whose strategy it is.
    pub fn seat(self) -> Seat {
        match self {
            Self::Honest | Self::Offending => Seat::Operator,
            Self::Juror | Self::Acquitting | Self::Convicting | Self::Adaptive => Seat::Juror,
            Self::Accuser | Self::FalseAccuser => Seat::Accuser,
        }
    }
}

/// The part of a scenario that is audited: one round.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Operators, of which the first may offend.
    pub operators: u32,
    /// What each has bonded; zero for the least bond.
    #[serde(with = "carrots_kernel::text::amount")]
    pub bond: Balance,
    /// Jurors, with the least stake.
    pub jurors: u32,
    /// Those who may accuse.
    pub accusers: u32,
    /// Appeals that the rules allow.
    pub appeals: u32,
    /// Whether jurors vote in the order of what they do, as in what is audited.
    #[serde(skip)]
    pub(super) by_plan: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { operators: 2, bond: 0, jurors: 3, accusers: 1, appeals: 0, by_plan: false }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, run, .. } = scenario;
    let rounds = Balance::from(run.horizon);
    let players = scenario.agents.iter().map(|group| Balance::from(group.count)).sum::<Balance>();
    let each = [
        ("offence_gain", Some(world.offence_gain)),
        ("harm", Some(world.harm)),
        ("effort_cost", world.effort_cost.checked_mul(players)),
        ("watch_cost", world.watch_cost.checked_mul(players)),
    ];
    let mut all = budget(scenario).and_then(|budget| budget.checked_add(scenario.tokens()));
    expect(
        all.is_some(),
        "params.oracle.fee_per_vote",
        "a sum of fees and stakes of at most 2^128 - 1",
    )?;
    for (key, amount) in each {
        let amount = amount.and_then(|amount| amount.checked_mul(rounds));
        all = all.zip(amount).and_then(|(all, amount)| all.checked_add(amount));
        let expected =
            "at most 2^128 - 1 over all rounds, with all stakes and what comes before it";
        expect(all.is_some(), &format!("world.{key}"), expected)?;
    }
    let of = |seat| scenario.agents.iter().any(|group| group.strategy.seat() == seat);
    let incumbents = !scenario.incumbents().is_empty();
    expect(incumbents || of(Seat::Operator), "agents", "an operator")?;
    let most = u64::from(scenario.blocks_left()) / u64::from(round_blocks(params));
    expect_blocks(run.horizon, most.saturating_sub(1), "rounds")
}

/// What whoever charges falsely needs for all juries.
pub fn budget(scenario: &Scenario) -> Option<Balance> {
    let Scenario { params, world, run, .. } = scenario;
    let fee = params.oracle.fee_of(params.oracle.jury_of(0));
    match world.false_charges {
        true => fee.checked_mul(run.horizon.into()),
        false => Some(0),
    }
}

/// The most blocks that a round can take.
fn round_blocks(params: &Params) -> Block {
    let court = &params.oracle;
    let cycle = court.stake_blocks + court.draw_blocks;
    let vote = 2 * cycle + court.commit_blocks + court.reveal_blocks + court.appeal_blocks;
    let trial = (court.max_appeals + 1).saturating_mul(vote).saturating_add(2 * cycle);
    trial.saturating_mul(2).saturating_add(params.staking.era_blocks)
}

/// What an agent needs to take part.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    match strategy.seat() {
        Seat::Operator => params.staking.min_self_bond,
        Seat::Juror => params.oracle.least_stake(),
        Seat::Accuser => params.oracle.fee_of(params.oracle.jury_of(0)),
    }
}
