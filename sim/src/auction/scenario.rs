//! What an auction's scenario says beside the parameters: the world, and the strategies.

use carrots::play::{Group, expect_blocks};
use carrots::scenario::{Amounts, Invalid, expect};
use carrots::strategies;
use carrots_kernel::Balance;
use carrots_logic::auction::{Kind, MAX_BID, Params};
use serde::{Deserialize, Serialize};

/// An auction's scenario.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;

/// What the rules do not know.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What a bidder draws its value from, anew in every round: the first bidder from the first
    /// entry, the second from the second, and so on, in turn.
    pub values: Vec<Amounts>,
    /// How often its value each item is worth to a bidder, or each further unit of equal items.
    /// Items behind the last one are worth nothing.
    pub weights: Vec<u32>,
}

strategies! {
    /// bids its values
    Truthful = "truthful",
    /// bids (n - 1) / n of its values among n bidders
    Shading = "shading",
    /// commits in the last block, and shades by the commitments that it counts
    Sniping = "sniping",
    /// commits twice, shading under the first price: opens only the half bid where that wins
    Withholding = "withholding",
    /// leaves the bidding to the ring's member with the highest value
    Ring = "ring",
    /// bids for its first unit only
    DemandReduction = "demand_reduction",
    /// bids the multiple of its values that paid best lately, from 100 to 50 %
    Adaptive = "adaptive",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Bidders; zero for those of the scenario.
    pub bidders: u32,
    /// Values that are drawn, and bids, are multiples of this part of the highest value.
    pub steps: u32,
    /// Accounts that a bidder may bid from: one or two.
    pub identities: u32,
    /// Whether it decides to reveal as well.
    pub withholding: bool,
    /// Auctions, one after the other. Bidders do the same in each, and value the items alike.
    pub rounds: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { bidders: 0, steps: 10, identities: 1, withholding: false, rounds: 1 }
    }
}

/// Says what is wrong with a scenario.
pub fn check(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, agents, run, .. } = scenario;
    check_world(scenario)?;
    let bidders =
        agents.iter().map(|group| u64::from(group.count) * accounts(group.strategy) as u64);
    let bidders = bidders.sum::<u64>() + scenario.incumbents_with(|_| true);
    let expected = format!("room for the {bidders} bids of `agents`");
    expect(bidders <= params.max_bidders.into(), "params.max_bidders", expected)?;
    let all = world.weights.iter().map(|weight| Balance::from(*weight)).sum::<Balance>();
    let most = (highest(world).checked_mul(all))
        .and_then(|value| value.checked_mul(run.horizon.into())?.checked_mul(bidders.into()))
        .and_then(|values| values.checked_add(scenario.tokens()));
    let expected = "at most 2^128 - 1 over all rounds and bidders, with all stakes";
    expect(most.is_some(), "world.values", expected)?;
    let blocks = u64::from(params.commit_blocks) + u64::from(params.reveal_blocks);
    expect_blocks(run.horizon, u64::from(scenario.blocks_left()) / blocks, "rounds")
}

fn check_world(scenario: &Scenario) -> Result<(), Invalid> {
    let Scenario { params, world, .. } = scenario;
    expect(!world.values.is_empty(), "world.values", "at least one amount or distribution")?;
    for (values, at) in world.values.iter().zip(0..) {
        let sound = values.check();
        expect(sound.is_ok(), &format!("world.values[{at}]"), sound.err().unwrap_or_default())?;
    }
    let (weights, items) = (&world.weights, params.items as usize);
    let expected = format!("1 to {items} numbers, as there are items");
    expect((1..=items).contains(&weights.len()), "world.weights", expected)?;
    let falls = weights.is_sorted_by(|one, next| one >= next);
    let expected = "no unit worth more than the one before it";
    expect(falls || params.kind != Kind::UniformPrice, "world.weights", expected)?;
    let weight = weights.iter().copied().max().unwrap_or(0);
    let value = highest(world).checked_mul(weight.into());
    let low = value.is_some_and(|value| value <= MAX_BID);
    expect(low, "world.values", "at most 2^120, times the highest of world.weights")
}

/// The highest value that can be drawn.
fn highest(world: &World) -> Balance {
    world.values.iter().map(Amounts::max).max().unwrap_or(0)
}

/// How many accounts an agent has.
pub fn accounts(strategy: Strategy) -> u32 {
    if strategy == Strategy::Withholding { 2 } else { 1 }
}

/// What a bidder has to lay by and to pay for the least bid, from each of its accounts.
pub fn least_stake(params: &Params, strategy: Strategy) -> Balance {
    let least = params.deposit.saturating_add(params.reserve_price.max(1));
    least.saturating_mul(accounts(strategy).into())
}
