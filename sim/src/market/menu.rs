//! What of prediction markets is audited: one market, and who may trade in it.

use super::scenario::{Audit, Scenario, Strategy, World, accounts, sponsor_stake};
use carrots::play::{Group, Strategies};
use carrots::scenario::{Amounts, Invalid, Run, expect};
use carrots::scene::TOKENS_MAX;
use carrots_kernel::Balance;
use carrots_logic::market::Params;

/// What a player does: follow a strategy, or stay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plan {
    /// As the simulator does.
    Follow(Strategy),
    /// Trades nothing.
    Out,
    /// Trades as if it had another signal.
    Lie,
    /// Moves prices half of the way to what it believes.
    Half,
}

impl Plan {
    /// Of how many accounts.
    pub(super) fn accounts(self) -> u32 {
        match self {
            Plan::Follow(strategy) => accounts(strategy),
            _ => 1,
        }
    }
}

/// Prediction markets in play.
pub struct Game {
    pub(super) params: Params,
    pub(super) world: World,
    pub(super) audit: Audit,
    pub(super) rounds: u32,
    /// Of a signal: see [`logs`](super::trade::logs).
    pub(super) logs: [u128; 3],
}

/// The market that is audited, as a scenario: traders with the stake of the first group.
pub fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
    let Scenario { params, world, agents, intended, run, .. } = scenario;
    expect(intended.strategy == "honest", "intended.strategy", "honest to be audited")?;
    let audit = scenario.audit.unwrap_or_default();
    expect((1..=4).contains(&audit.traders), "audit.traders", "1 to 4 traders")?;
    expect(params.outcomes <= 4, "params.outcomes", "2 to 4 outcomes to be audited")?;
    for (key, chance) in [("world.accuracy", world.accuracy), ("world.invalid", world.invalid)] {
        let exact = (chance * 1e3 - (chance * 1e3).round()).abs() < 1e-9;
        expect(exact, key, "a chance in whole thousandths to be audited")?;
    }
    let stake = agents.first().map_or(0, |group| group.stake.max());
    // Each has at most two accounts, and there are two more.
    let all = stake.checked_mul(Balance::from(2 * audit.traders + 2));
    let all = all.and_then(|all| all.checked_add(sponsor_stake(params)));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "agents[0].stake", "at most 2^112 for the stakes of all to be audited")?;
    let (strategy, stake) = (Strategy::Honest, Amounts::Fixed(stake));
    Ok(Scenario {
        agents: vec![Group { strategy, count: audit.traders, stake }],
        run: Run { horizon: 1, ..*run },
        audit: Some(audit),
        ..scenario.clone()
    })
}

/// A plan in words.
pub fn named(plan: Plan) -> String {
    let name = match plan {
        Plan::Follow(strategy) => strategy.name(),
        Plan::Out => "out",
        Plan::Lie => "trade against its signal",
        Plan::Half => "trade half of the way",
    };
    name.into()
}
