//! What is wrong with a scenario.

use super::table::{Play, ScenarioOf, Strategies};
use crate::model::Model;
use crate::scenario::{Invalid, expect};
use carrots_kernel::Balance;

/// The most accounts in one run.
const ACCOUNTS_MAX: u64 = 10_000_000;

/// Says what is wrong unless `rate` is a chance.
pub fn expect_chance(key: &str, rate: f64) -> Result<(), Invalid> {
    expect((0.0..=1.0).contains(&rate), key, "a chance from 0 to 1")
}

/// Says what is wrong unless `most` rounds, for which block numbers last, are enough.
pub fn expect_blocks(horizon: u32, most: u64, rounds: &str) -> Result<(), Invalid> {
    let expected = format!("1 to {most} {rounds}: what 2^32 blocks have room for");
    expect(u64::from(horizon) <= most, "run.horizon", expected)
}

/// Says what is wrong with a scenario.
pub fn check<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Invalid> {
    let plain = !scenario.token.name.chars().any(char::is_control);
    expect(plain, "token.name", "a name without control characters")?;
    check_params::<G>(scenario)?;
    check_agents::<G>(scenario)?;
    check_run::<G>(scenario)?;
    G::check(scenario)
}

pub fn check_params<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Invalid> {
    match G::Model::new(scenario.params, 0, 0) {
        Ok(_) => Ok(()),
        Err(error) => {
            let (key, expected) = G::Model::explain(error);
            expect(false, &format!("params.{key}"), expected)
        }
    }
}

fn check_agents<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Invalid> {
    let some = !scenario.agents.is_empty() || !scenario.incumbents().is_empty();
    expect(some, "agents", "at least one group")?;
    let (state, there) = match &scenario.state {
        None => (0, 0),
        Some(state) => (state.tokens(), state.accounts.len() as u64),
    };
    let (mut sum, mut accounts) = (Some(state), there);
    for (group, at) in scenario.agents.iter().zip(0..) {
        let key = |name: &str| format!("agents[{at}].{name}");
        expect(group.count > 0, &key("count"), "at least one agent")?;
        let sound = group.stake.check();
        expect(sound.is_ok(), &key("stake"), sound.err().unwrap_or_default())?;
        let least = G::least_stake(&scenario.params, group.strategy);
        let expected =
            format!("at least {least}: with less, `{}` takes no part", group.strategy.name());
        expect(group.stake.max() >= least, &key("stake"), expected)?;
        accounts += u64::from(group.count) * u64::from(G::accounts(group.strategy));
        let stake = group.stake.max().checked_mul(group.count.into());
        sum = sum.zip(stake).and_then(|(sum, stake): (Balance, _)| sum.checked_add(stake));
        expect(sum.is_some(), &key("stake"), "a sum of all stakes of at most 2^128 - 1")?;
    }
    let expected = format!("at most 10 million accounts, not {accounts}");
    expect(accounts <= ACCOUNTS_MAX, "agents", expected)
}

fn check_run<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Invalid> {
    expect(scenario.run.runs > 0, "run.runs", "at least one run")?;
    expect(scenario.run.horizon > 0, "run.horizon", "at least one round")?;
    let names: Vec<_> = G::Strategy::NAMES.iter().map(|(name, _)| *name).collect();
    let known = names.contains(&scenario.intended.strategy.as_str());
    expect(known, "intended.strategy", format!("one of {}", names.join(", ")))
}
