//! The use that a controller steers, and the changes of demand by which that is tried.

use super::scenario::{Demand, Scenario, Strategy, World};
use super::{Controller, Game};
use carrots::model::Instance;
use carrots::play::{Feedback, Group, Shock};
use carrots::scenario::Amounts;
use carrots_kernel::Balance;
use carrots_logic::controller::{Db, Kind, MAX_OUTPUT, Params};
use std::collections::BTreeSet;

/// What all use in the last period; nothing if nothing was called in it.
fn measured(instance: &Instance<Controller>) -> i128 {
    let db = &instance.db;
    let state = db.state().at(&db.params(), instance.block());
    state.measure.unwrap_or(0) as i128
}

/// Every change of what a unit is worth, in every round that is named, from every output: one user for each value.
pub fn feedback(scenario: &Scenario) -> Feedback<Game> {
    let Scenario { params, world, .. } = scenario;
    let percents: BTreeSet<u32> = world.shocks.iter().map(|shock| shock.percent).collect();
    let rounds: BTreeSet<u32> = world.shocks.iter().map(|shock| shock.round).collect();
    let (own, more) = match params.kind {
        Kind::BlobFee => (params.least, &[][..]),
        _ => (params.initial, &world.starts[..]),
    };
    let starts: BTreeSet<Balance> = more.iter().copied().map(Balance::from).chain([own]).collect();
    let with = |initial: Balance, shocks: Vec<Demand>| calm(scenario, initial, shocks);
    let mut shocks = Vec::new();
    for start in &starts {
        for round in &rounds {
            for percent in &percents {
                let (round, percent) = (*round, *percent);
                shocks.push(Shock {
                    name: format!("from {start}, worth {percent} % from round {round} on"),
                    round,
                    scenario: with(*start, vec![Demand { round, percent }]),
                });
            }
        }
    }
    let list = |all: Vec<String>| all.join(", ");
    Feedback {
        quantity: "units of a period that are used",
        target: params.target as i128,
        measured,
        grid: format!(
            "a unit worth {} % of before, from round {} on, at first for {}",
            list(percents.iter().map(ToString::to_string).collect()),
            list(rounds.iter().map(ToString::to_string).collect()),
            list(starts.iter().map(ToString::to_string).collect()),
        ),
        calm: with(own, Vec::new()),
        shocks,
    }
}

/// The scenario with an honest user for each value, rich enough for whatever comes.
fn calm(scenario: &Scenario, initial: Balance, shocks: Vec<Demand>) -> Scenario {
    let Scenario { params, world, .. } = scenario;
    let count = world.makers + world.values.len() as u32;
    let stake = Amounts::Fixed((MAX_OUTPUT << 32) / Balance::from(count));
    Scenario {
        params: Params { initial, ..*params },
        world: World { shocks, ..world.clone() },
        agents: vec![Group { strategy: Strategy::Honest, count, stake }],
        ..scenario.clone()
    }
}
