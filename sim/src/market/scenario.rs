//! What a scenario of prediction markets says beside the parameters: the world, and the strategies.

use carrots::play::{Group, expect_blocks, expect_chance};
use carrots::scenario::{Invalid, expect};
use carrots::strategies;
use carrots_kernel::Balance;
use carrots_kernel::sealed::MAX_WINDOW;
use carrots_logic::market::{Block, Params};
use serde::{Deserialize, Serialize};

/// A scenario of prediction markets.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The chance that a trader's signal is the answer; else it is another answer, each as likely. Given the
    /// answer, signals do not depend on each other.
    pub accuracy: f64,
    /// The chance that a question is invalid: then signals are any answer. With two outcomes both are answers.
    pub invalid: f64,
    /// What it costs a trader to have its signal.
    #[serde(with = "carrots_kernel::text::amount")]
    pub look_cost: Balance,
    /// Blocks from the opening until trading ends.
    pub trade_blocks: Block,
}

strategies! {
    /// trades once, until prices are what it believes by its signal and by those that it makes out
    Honest = "honest",
    /// the same, but in the last block
    Late = "late",
    /// trades as if it had its signal twice
    Exaggerating = "exaggerating",
    /// trades as if it had another signal, and in the last block to what it believes
    Bluffing = "bluffing",
    /// buys in the last block of the cheapest answer, in case that the question is invalid
    CheapSide = "cheap_side",
    /// buys of an answer with half of what it has, and sells all of it at once
    Pumping = "pumping",
    /// buys, pumps the price from a second account, and sells
    WashTrading = "wash_trading",
    /// knows the answer in the last block
    Insider = "insider",
    /// does what paid best lately: honest, late, or nothing
    Adaptive = "adaptive",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Those who trade in the one market that is opened.
    pub traders: u32,
    /// Whether each can choose to be an insider.
    pub insiders: bool,
}

impl Default for Audit {
    fn default() -> Self {
        Self { traders: 2, insiders: false }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, run, .. } = scenario;
    let open = (0.001..=0.999).contains(&world.accuracy);
    expect(open, "world.accuracy", "a chance from 0.001 to 0.999")?;
    expect_chance("world.invalid", world.invalid)?;
    let two = params.outcomes == 2;
    let sound = if two { world.invalid == 0.0 } else { (0.001..1.0).contains(&world.invalid) };
    let expected = if two {
        "zero: of two outcomes both are answers"
    } else {
        "a chance from 0.001 to 1, 1 excluded: what has none has no price"
    };
    expect(sound, "world.invalid", expected)?;
    let sound = (2..=MAX_WINDOW).contains(&world.trade_blocks);
    expect(sound, "world.trade_blocks", format!("2 to {MAX_WINDOW} blocks"))?;
    let rounds = Balance::from(run.horizon);
    let players = scenario.agents.iter().map(|group| Balance::from(group.count)).sum::<Balance>();
    let players = players + scenario.incumbents().len() as Balance;
    let looks = world.look_cost.checked_mul(players).and_then(|all| all.checked_mul(rounds));
    let most = looks.is_some_and(|looks| looks < 1 << 127);
    expect(most, "world.look_cost", "at most 2^127 over all traders and rounds")?;
    let sponsor = sponsor_stake(params).checked_mul(rounds);
    let all = sponsor.and_then(|sponsor| sponsor.checked_add(scenario.tokens()));
    let expected = "at most 2^128 - 1 for all rounds, with all stakes";
    expect(all.is_some(), "params.liquidity", expected)?;
    let each = u64::from(world.trade_blocks) + u64::from(params.settle_blocks) + 1;
    expect_blocks(run.horizon, u64::from(scenario.blocks_left()) / each, "rounds")
}

/// What a sponsor needs for a market: what it lays by, and what it takes to open it at the prices that all
/// believe: those that are at least a thousandth, and so at most `7 * b` shares.
pub fn sponsor_stake(params: &Params) -> Balance {
    params.deposit_up().saturating_add(params.liquidity.saturating_mul(8))
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::WashTrading { 2 } else { 1 }
}
