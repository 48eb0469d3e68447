//! What a scenario of assertions says beside the parameters: the world, and the strategies.

use carrots::play::{Group, expect_blocks, expect_chance};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::Balance;
use carrots_logic::challenge::{Block, Params};
use serde::{Deserialize, Serialize};

/// A scenario of assertions.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What it is worth to an asserter that its assertion is final.
    #[serde(with = "carrots_kernel::text::amount")]
    pub gain: Balance,
    /// What it is worth beside that if it is false.
    #[serde(with = "carrots_kernel::text::amount")]
    pub lie_gain: Balance,
    /// What a false assertion that is final costs those who rely on it.
    #[serde(with = "carrots_kernel::text::amount")]
    pub harm: Balance,
    /// What every block costs them by which an assertion is final later than without a dispute.
    #[serde(with = "carrots_kernel::text::amount")]
    pub delay_cost: Balance,
    /// What it costs to find out whether an assertion is true.
    #[serde(with = "carrots_kernel::text::amount")]
    pub check_cost: Balance,
    /// The chance that what is asked is hard: whoever asserts it errs, in a step that may be any, and does not
    /// know it.
    pub fault: f64,
}

strategies! {
    /// asserts what is true as far as it knows, checks what others assert and challenges what is false
    Honest = "honest",
    /// asserts what is wrong in the last step, and checks nothing
    Lying = "lying",
    /// asserts what is true as far as it knows, and checks nothing
    Lazy = "lazy",
    /// lies and is its own first challenger: gives way to itself if others challenge, else to nobody
    SelfChallenge = "self_challenge",
    /// challenges everything without a look, and uses every clock to its end; so does its own assertion
    Delaying = "delaying",
    /// challenges everything without a look, and agrees with every state in the middle
    Frivolous = "frivolous",
    /// does what paid best lately: honest, lying or lazy
    Adaptive = "adaptive",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Those who can check the one assertion that is made.
    pub watchers: u32,
    /// Its steps; zero for those of the scenario.
    pub steps: u32,
    /// Whether there are other ways to challenge and to be challenged than the strategies.
    pub variants: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { watchers: 2, steps: 0, variants: true }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, run, .. } = scenario;
    expect_chance("world.fault", world.fault)?;
    let players = agents.iter().map(|group| u64::from(group.count)).sum::<u64>();
    let players = players + scenario.incumbents().len() as u64;
    let rounds = Balance::from(run.horizon);
    let late = Balance::from(round_blocks(params)).checked_mul(world.delay_cost);
    let each = [
        ("gain", Some(world.gain)),
        ("lie_gain", Some(world.lie_gain)),
        ("harm", Some(world.harm)),
        ("delay_cost", late),
        ("check_cost", world.check_cost.checked_mul(players.into())),
    ];
    let mut all = Some(scenario.tokens());
    for (key, amount) in each {
        let amount = amount.and_then(|amount| amount.checked_mul(rounds));
        all = all.zip(amount).and_then(|(all, amount)| all.checked_add(amount));
        let expected =
            "at most 2^128 - 1 over all rounds, with all stakes and what comes before it";
        expect(all.is_some(), &format!("world.{key}"), expected)?;
    }
    let most = u64::from(scenario.blocks_left()) / u64::from(round_blocks(params));
    expect_blocks(run.horizon, most, "rounds")
}

/// The most blocks that a round can take: whoever asserts again while another assertion is open does so in
/// its last block.
fn round_blocks(params: &Params) -> Block {
    params.delay_blocks_max().saturating_mul(2)
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::SelfChallenge { 2 } else { 1 }
}

/// What an agent has to lay by at once, from each of its accounts.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    let least = params.assertion_bond.max(params.challenge_bond);
    least.saturating_mul(accounts(strategy).into())
}
