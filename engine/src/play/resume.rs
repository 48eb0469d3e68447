//! A state in a scenario file.

use super::table::{Play, Strategies};
use crate::model::{Agent, Found, Instance, Model, State, StateError, Storage, hex};
use crate::scenario::{Document, ScenarioError};
use std::collections::BTreeMap;
use std::fmt::Write;
use toml::Value;

/// Why no scenario could be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The state is none of the mechanism.
    #[error("state.{0}")]
    State(#[from] StateError),
    /// The scenario that it should be like is of no use.
    #[error(transparent)]
    Base(#[from] ScenarioError),
}

/// The text of a scenario that goes on from a state, like `base`, or else like `template`, the
/// mechanism's; its agents are left out if somebody is there already, who then are those. Parameters
/// are those of the state, and accounts for which there is an obvious strategy and that have none
/// yet go on with it.
pub fn resumed<G: Play>(
    state: &State,
    base: Option<&Document>,
    template: &str,
) -> Result<String, WriteError> {
    let instance = Instance::<G::Model>::restore(state)?;
    let mut table = match base {
        Some(base) if base.mechanism()? != G::Model::NAME => {
            let expected = format!("expected {}, of which the state is", G::Model::NAME);
            return Err(base.wrong("mechanism", &expected).into());
        }
        Some(base) => base.table().clone(),
        None => toml::from_str(template).expect("a template can be read"),
    };
    if goes_on::<G>(state, &instance) {
        table.remove("agents");
    }
    let mut found = Found::new(&state.cells).noted();
    G::Model::restore(&mut found)?;
    table.remove("state");
    let params: <G::Model as Model>::Params = found.one("params", 1)?;
    let params = Value::try_from(params).expect("parameters can be written");
    table.insert("params".into(), params);
    if let Some(Value::Table(world)) = table.get_mut("world") {
        for key in G::ONCE {
            world.insert((*key).into(), Value::Integer(0));
        }
    }
    let mut text = toml::to_string(&table).expect("a table that was read can be written");
    write_state::<G>(&mut text, &instance, state, found.notes());
    Ok(text)
}

/// Whether any account is there that goes on with a strategy.
fn goes_on<G: Play>(state: &State, instance: &Instance<G::Model>) -> bool {
    let agents = 0..instance.ledger().wallets.len() as Agent;
    state.accounts.iter().any(|holder| holder.strategy.is_some())
        || agents.into_iter().any(|who| G::habit(instance, who).is_some())
}

fn write_state<G: Play>(
    text: &mut String,
    instance: &Instance<G::Model>,
    state: &State,
    notes: BTreeMap<Vec<u8>, String>,
) {
    let State { contract, block, held, accounts, .. } = instance.state();
    let mut line = |line: std::fmt::Arguments| {
        writeln!(text, "{line}").expect("a string can be written to");
    };
    line(format_args!(
        "\n# The contract as it stands: what is simulated or audited goes on from here."
    ));
    line(format_args!("[state]\nblock = {block}\nheld = \"{held}\""));
    line(format_args!("contract = \"{}\"", hex(contract)));
    line(format_args!(
        "\n# Who has a strategy goes on with it; the others do nothing more. [[agents]] enter beside them."
    ));
    let roles = G::Model::roles(&state.cells);
    for (holder, who) in accounts.iter().zip(0..) {
        line(format_args!("[[state.accounts]]"));
        for (role, _) in G::Model::ROLES.iter().zip(&roles).filter(|(_, at)| **at == holder.address)
        {
            line(format_args!("# the {role}"));
        }
        line(format_args!("address = \"{}\"", hex(holder.address)));
        line(format_args!("wallet = \"{}\"", holder.wallet));
        let given = state.accounts.get(who as usize).and_then(|holder| holder.strategy());
        let habit = || G::habit(instance, who as Agent).map(|strategy| strategy.name());
        match given {
            Some(strategy) => line(format_args!("strategy = \"{strategy}\"")),
            None => {
                if let Some(strategy) = habit() {
                    line(format_args!("strategy = \"{strategy}\"  # supposed"));
                }
            }
        }
    }
    line(format_args!("\n# The contract's storage. [params] wins over its parameters."));
    line(format_args!("[state.cells]"));
    write_cells(&mut line, &state.cells, &notes);
}

fn write_cells(
    line: &mut impl FnMut(std::fmt::Arguments),
    cells: &Storage,
    notes: &BTreeMap<Vec<u8>, String>,
) {
    for (key, record) in cells {
        if let Some(note) = notes.get(key) {
            line(format_args!("# {note}"));
        }
        line(format_args!("\"{}\" = \"{}\"", hex(key), hex(record)));
    }
}
