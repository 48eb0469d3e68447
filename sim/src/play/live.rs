//! How a scenario goes on from a state: who is there already, who enters, and what was under way.

use super::{Dice, Play, Player, Purse, ScenarioOf, Strategies, Table, Wrong, check, deal, expect};
use crate::models::{Agent, Instance, Model};
use crate::scenario::{Document, ScenarioError};
use crate::simulate::stream;
use crate::state::{Holder, State, StateError};
use carrots_logic::{Balance, Block};

/// Reads a scenario and says what is wrong with it. What was under way in its state has ended, and
/// its parameters are in force.
pub fn read<G: Play>(document: &Document) -> Result<ScenarioOf<G>, ScenarioError> {
    let told = |wrong: Wrong| document.wrong(&wrong.key, &format!("expected {}", wrong.expected));
    let mut scenario: ScenarioOf<G> = document.scenario()?;
    super::check_params::<G>(&scenario).map_err(told)?;
    if let Some(state) = scenario.state.take() {
        let none =
            |error: StateError| document.wrong(&format!("state.{}", error.key()), &error.problem());
        let mut instance = Instance::restore(&state).map_err(none)?;
        G::conclude(&mut instance);
        instance.set_params(scenario.params).map_err(none)?;
        check_strategies::<G>(&state, &instance).map_err(told)?;
        let strategies = state.accounts.into_iter().map(|holder| holder.strategy);
        let mut state = instance.state();
        for (holder, strategy) in state.accounts.iter_mut().zip(strategies) {
            holder.strategy = strategy;
        }
        scenario.state = Some(state);
    }
    check::<G>(&scenario).map_err(told)?;
    Ok(scenario)
}

/// Every strategy is one that its account can go on with.
fn check_strategies<G: Play>(state: &State, instance: &Instance<G::Model>) -> Result<(), Wrong> {
    for (holder, place) in state.accounts.iter().zip(0..) {
        let Some(name) = &holder.strategy else { continue };
        let key = format!("state.accounts[{place}].strategy");
        let names: Vec<_> = G::Strategy::NAMES.iter().map(|(name, _)| *name).collect();
        let Some(strategy) = strategy::<G>(name) else {
            return expect(false, &key, format!("one of {}", names.join(", ")));
        };
        let single = G::accounts(strategy) == 1;
        expect(single, &key, "a strategy of one account: this one takes several")?;
        let fits = G::fits(instance, place, strategy);
        expect(fits.is_ok(), &key, fits.err().unwrap_or_default())?;
    }
    Ok(())
}

fn strategy<G: Play>(name: &str) -> Option<G::Strategy> {
    G::Strategy::ALL.iter().copied().find(|strategy| strategy.name() == name)
}

/// The accounts of a scenario's state that go on, with their strategies.
pub fn going_on<G: Play>(scenario: &ScenarioOf<G>) -> Vec<(&Holder, G::Strategy)> {
    let accounts = scenario.state.iter().flat_map(|state| &state.accounts);
    let named = |holder| Some((holder, strategy::<G>(Holder::strategy(holder)?)?));
    accounts.filter_map(named).collect()
}

/// The mechanism in a scenario's state, before anybody entered.
pub fn live<G: Play>(scenario: &ScenarioOf<G>) -> Option<Instance<G::Model>> {
    let state = scenario.state.as_ref()?;
    Some(Instance::restore(state).expect("the state is checked"))
}

/// How many accounts of a scenario's state go on with a strategy for which `is` holds.
pub fn how_many<G: Play>(scenario: &ScenarioOf<G>, is: impl Fn(G::Strategy) -> bool) -> u64 {
    going_on::<G>(scenario).iter().filter(|(_, strategy)| is(*strategy)).count() as u64
}

/// What the state and all agents have together at most. It is an amount: that is checked before a
/// game is asked.
pub fn tokens<G: Play>(scenario: &ScenarioOf<G>) -> Balance {
    super::stakes(&scenario.agents) + scenario.state.as_ref().map_or(0, State::tokens)
}

/// How many blocks there are from the start on.
pub fn blocks_left<G: Play>(scenario: &ScenarioOf<G>) -> Block {
    Block::MAX - scenario.state.as_ref().map_or(0, |state| state.block)
}

impl<P: Play> Table<P, Dice> {
    /// The mechanism at the start of a run, and everyone who plays: the agents of all groups, endowed,
    /// with accounts behind those of the play, and then those who go on. A state's other accounts are
    /// behind all that enter; roles come first.
    pub fn new(play: &P, scenario: &ScenarioOf<P>, seed: u64, run: u64) -> Self {
        let mut wallets = play.wallets();
        let dealt = deal::<P>(scenario, seed, run, &mut wallets);
        Self::seated(scenario, wallets, dealt, seed, run)
    }

    /// The same for those who enter with these accounts, and what all accounts have.
    pub fn seated(
        scenario: &ScenarioOf<P>,
        wallets: Vec<Balance>,
        mut dealt: Vec<(P::Strategy, Agent, Purse)>,
        seed: u64,
        run: u64,
    ) -> Self {
        let entering = dealt.len();
        let instance = match &scenario.state {
            None => {
                let instance = Instance::new(scenario.params, wallets, 0);
                instance.expect("the parameters are checked")
            }
            Some(state) => {
                let state = state.entered::<P::Model>(&wallets);
                Instance::restore(&state).expect("the state is checked")
            }
        };
        for (holder, strategy) in going_on::<P>(scenario) {
            let account = instance.agent(&holder.address).expect("all accounts have numbers");
            let rng = stream(seed, run, dealt.len() as u64);
            let purse = Purse { rng, stake: instance.wealth(account), gains: 0, costs: 0 };
            dealt.push((strategy, account, purse));
        }
        let player = |(strategy, account, purse): (P::Strategy, Agent, Purse)| {
            (Player { plan: P::plan(strategy), account, own: P::Own::default() }, purse)
        };
        let (players, purses) = dealt.into_iter().map(player).unzip();
        let world = Purse { rng: stream(seed, run, u64::MAX), stake: 0, gains: 0, costs: 0 };
        Self {
            instance,
            players,
            purses,
            entering,
            world,
            board: P::Board::default(),
            answers: Dice,
        }
    }
}

/// All accounts of an instance.
pub fn accounts<M: Model>(instance: &Instance<M>) -> std::ops::Range<Agent> {
    0..instance.ledger().wallets.len() as Agent
}
