//! The part of a staking scenario that is audited.

use crate::models::staking::Game;
use crate::models::staking::play::{Scenario, Strategy, accounts};
use crate::play::{Wrong, expect, live};
use crate::scenario::Amounts;
use crate::stage::TOKENS_MAX;
use carrots_logic::Balance;
use carrots_logic::staking::{Db, Era};
use serde::{Deserialize, Serialize};

/// The most accounts of all operators.
const ACCOUNTS_MAX: u32 = 100_000;

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Operators; zero for those of the scenario.
    pub operators: u32,
    /// What each of them bonds; zero for what the honest ones of the scenario have.
    #[serde(with = "carrots_logic::text::amount")]
    pub stake: Balance,
    /// What all bonders bond together, in equal parts with every operator.
    #[serde(with = "carrots_logic::text::amount")]
    pub bonded: Balance,
    /// Eras of duty.
    pub eras: Era,
    /// Accounts over which an operator may split its stake.
    pub splits: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { operators: 0, stake: 0, bonded: 0, eras: 3, splits: 1 }
    }
}

/// The part of the scenario that is audited, with what the scenario says where it is left open.
pub fn complete(scenario: &Scenario) -> Result<Audit, Wrong> {
    let Scenario { params, world, agents, .. } = scenario;
    let mut audit = scenario.audit.unwrap_or_default();
    if audit.operators == 0 {
        let operators = agents.iter().filter(|group| group.strategy != Strategy::Bonder);
        audit.operators = operators.map(|group| group.count * accounts(group.strategy)).sum();
    }
    let there = live::<Game>(scenario).map_or(0, |instance| instance.db.state().operators);
    let most = params.max_operators.saturating_sub(there).min(ACCOUNTS_MAX);
    let expected = format!("1 to {most} operators");
    expect((1..=most).contains(&audit.operators), "audit.operators", expected)?;
    if audit.stake == 0 {
        let honest = agents.iter().find(|group| group.strategy == Strategy::Honest);
        audit.stake = match honest.map(|group| group.stake) {
            Some(Amounts::Fixed(stake)) => stake,
            None if scenario.state.is_some() => params.min_self_bond,
            _ => 0,
        };
    }
    let expected = format!(
        "at least params.min_self_bond = {}, here or from honest agents with the same stake",
        params.min_self_bond
    );
    expect(audit.stake >= params.min_self_bond, "audit.stake", expected)?;
    expect(audit.eras > 0, "audit.eras", "at least one era")?;
    let most = ACCOUNTS_MAX / audit.operators;
    let expected = format!("1 to {most} accounts");
    expect((1..=most).contains(&audit.splits), "audit.splits", expected)?;
    let wallets = audit.stake.checked_mul(Balance::from(audit.operators) * 2);
    let all = wallets.and_then(|all| all.checked_add(audit.bonded)?.checked_add(world.reserve));
    let few = all.is_some_and(|all| all <= TOKENS_MAX);
    expect(few, "audit.stake", "at most 2^112 for twice all stakes, bonds and the reserve")?;
    let duties = Balance::from(audit.eras) * Balance::from(audit.splits);
    let cost = world.duty_cost.checked_mul(duties);
    let few = cost.is_some_and(|cost| cost <= TOKENS_MAX);
    expect(few, "world.duty_cost", "at most 2^112 for all duties to be audited")?;
    let few = world.offence_gain <= TOKENS_MAX;
    expect(few, "world.offence_gain", "at most 2^112 to be audited")?;
    Ok(audit)
}
