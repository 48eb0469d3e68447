//! Everything that a population, or a trace, does to a contract, in the bytes that a chain takes.

use super::Address;
use crate::model::{Agent, Holder, Instance, Model, Op, Recording, Refusal, State, Step, selector};
use crate::play::{self, Dice, Play, ScenarioOf, Table};
use crate::rows::Cell;
use crate::scenario::{Document, ScenarioError};
use crate::trace::{Trace, TraceError};
use carrots_kernel::Balance;
use std::sync::PoisonError;

/// The most accounts that are played on a chain: each signs for itself.
pub const AGENTS_MAX: usize = 1_000;

/// What is done, and what comes of it in memory.
pub struct Script {
    /// The state at the start, with the tokens of every agent by its number.
    pub start: State,
    /// What is done.
    pub actions: Vec<Action>,
    /// The state in the end.
    pub end: State,
    /// What every agent has in the end and could take out.
    pub wealth: Vec<Balance>,
    /// What is measured of a run, by name.
    pub metrics: Vec<(String, Cell)>,
}

/// Something that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Blocks pass.
    Blocks(u32),
    /// An agent calls a message.
    Call {
        /// Who.
        who: Agent,
        /// The tokens that it sends along.
        value: Balance,
        /// The message's selector and arguments.
        data: Vec<u8>,
    },
}

/// Why there is nothing to play.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The scenario is of no use.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The trace is of no use.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// It does not fit the contract.
    #[error("{0}")]
    Unfit(String),
}

fn unfit(text: impl Into<String>) -> ScriptError {
    ScriptError::Unfit(text.into())
}

/// The first run of a scenario, from a contract's state on. Agent `n` has the account `names(n)`.
pub(crate) fn of_scenario<G: Play>(
    document: &Document,
    live: &State,
    names: &dyn Fn(Agent) -> Address,
) -> Result<Script, ScriptError> {
    if document.has("state") {
        return Err(unfit("the scenario has a state of its own: expected one that begins anew"));
    }
    let mut scenario: ScenarioOf<G> = play::read::<G>(document)?;
    let groups = scenario.agents.iter();
    let agents = groups.map(|group| group.count as usize * G::accounts(group.strategy) as usize);
    // Roles and helpers of the game are a handful.
    let accounts = agents.fold(8 + G::Model::ROLES.len(), usize::saturating_add);
    if accounts > AGENTS_MAX {
        return Err(unfit(format!(
            "{accounts} accounts: expected at most {AGENTS_MAX} on a chain"
        )));
    }
    let mut state = live.clone();
    state.newcomers = (0..accounts as Agent).map(|agent| names(agent).0).collect();
    (state.recorded, state.block) = (true, live.block + 1);
    let mut concluded =
        Instance::<G::Model>::restore(live).map_err(|error| unfit(error.to_string()))?;
    let roles = 0..G::Model::ROLES.len() as Agent;
    if roles.clone().any(|role| concluded.address(role) != names(role).0) {
        return Err(unfit(
            "the contract's roles are not the agents' accounts: deploy it with --agents, by the \
             same signer",
        ));
    }
    let known = |agent: Agent| concluded.agent(&names(agent).0).is_some();
    if (roles.end..accounts as Agent).any(known) {
        return Err(unfit("the agents have played there before: deploy another with --salt"));
    }
    G::conclude(&mut concluded);
    if concluded.storage() != live.cells {
        return Err(unfit("something is under way in the contract: deploy another with --salt"));
    }
    let (run, params) = (scenario.run, scenario.params);
    let same = concluded.set_params(params).is_ok() && concluded.storage() == live.cells;
    if !same {
        return Err(unfit("the scenario's params are not those of the contract"));
    }
    state.accounts =
        roles.map(|role| Holder { address: names(role).0, wallet: 0, strategy: None }).collect();
    scenario.state = Some(state);
    let mut table = Table::<G, Dice>::new(&G::new(&scenario), &scenario, run.seed, 0);
    let log = table.instance.log.clone().expect("a recorded state is recorded");
    let (game, start) = (G::new(&scenario), play::Start::of(&table));
    crate::simulate::run_through(&game, &mut table, run.horizon);
    let row = play::measured(&game, &table, start, run.horizon);
    let names = play::measures::<G>().into_iter().map(|measure| measure.name.to_string());
    let metrics = names.zip(row).collect();
    let Recording { start, steps } = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
    played::<G::Model>(start, steps, metrics)
}

/// A trace, from a new contract's state on.
pub(crate) fn of_trace<M: Model>(
    text: &str,
    live: &State,
    names: &dyn Fn(Agent) -> Address,
) -> Result<Script, ScriptError> {
    let trace = Trace::<M>::read(text)?;
    if trace.state.is_some() {
        return Err(unfit(
            "the trace begins with a state of its own: expected one of a new contract",
        ));
    }
    let fresh = trace.model()?;
    let agents = 0..fresh.ledger().wallets.len() as Agent;
    let wallets = &fresh.ledger().wallets;
    let holder = |agent: Agent| Holder {
        address: names(agent).0,
        wallet: wallets[agent as usize],
        strategy: None,
    };
    let mut start = State { block: live.block + 1, ..live.clone() };
    start.accounts = agents.map(holder).collect();
    let model = Instance::<M>::restore(&start).map_err(|error| unfit(error.to_string()))?;
    let constructor = |model: &Instance<M>| model.db.constructor(0, &|agent| names(agent).0);
    if constructor(&model) != constructor(&fresh) {
        return Err(unfit(
            "the contract has other parameters or roles than the trace: deploy it with the \
             trace's params and --agents, by the same signer",
        ));
    }
    played::<M>(start, trace.steps, Vec::new())
}

/// Plays steps in memory and says them in bytes.
fn played<M: Model>(
    start: State,
    steps: Vec<Step<M::Op>>,
    metrics: Vec<(String, Cell)>,
) -> Result<Script, ScriptError> {
    let mut model = Instance::<M>::restore(&start).map_err(|error| unfit(error.to_string()))?;
    let mut actions = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            Step::Blocks(blocks) => {
                model.advance(blocks);
                actions.push(Action::Blocks(blocks));
            }
            Step::Call { who, value, op, .. } => {
                // Whoever does not have the tokens cannot send them. What the rules refuse is
                // played: the contract must refuse it, too.
                if let Err(Refusal::Unfunded) = model.apply(who, value, op) {
                    continue;
                }
                let arguments = op.arguments(&|agent| model.address(agent));
                let data = [&selector(op.message())[..], &arguments].concat();
                actions.push(Action::Call { who, value, data });
            }
        }
    }
    let agents = 0..start.accounts.len() as Agent;
    let wealth = agents.map(|agent| model.wealth(agent)).collect();
    Ok(Script { start, actions, end: model.state(), wealth, metrics })
}
