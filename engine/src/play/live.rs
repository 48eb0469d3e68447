//! How a scenario goes on from a state: who is there already, who enters, and what was under way.

use super::answers::Dice;
use super::checks::{check, check_params};
use super::endowment::Endowment;
use super::incumbents::strategy;
use super::table::{Group, Play, PlayerState, ScenarioOf, Strategies, Table};
use crate::model::{Agent, Instance, Model, State, StateError};
use crate::random::stream;
use crate::scenario::{Document, Invalid, ScenarioError, expect};
use carrots_kernel::Balance;

/// Reads a scenario and says what is wrong with it. What was under way in its state has ended, and
/// its parameters are in force.
pub fn read<G: Play>(document: &Document) -> Result<ScenarioOf<G>, ScenarioError> {
    let told = |wrong: Invalid| document.wrong(&wrong.key, &format!("expected {}", wrong.expected));
    let mut scenario: ScenarioOf<G> = document.scenario()?;
    check_params::<G>(&scenario).map_err(told)?;
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
fn check_strategies<G: Play>(state: &State, instance: &Instance<G::Model>) -> Result<(), Invalid> {
    for (holder, place) in state.accounts.iter().zip(0..) {
        let Some(name) = &holder.strategy else { continue };
        let key = format!("state.accounts[{place}].strategy");
        let names: Vec<_> = G::Strategy::NAMES.iter().map(|(name, _)| *name).collect();
        let Some(strategy) = strategy::<G::Strategy>(name) else {
            return expect(false, &key, format!("one of {}", names.join(", ")));
        };
        let single = G::accounts(strategy) == 1;
        expect(single, &key, "a strategy of one account: this one takes several")?;
        let fits = G::fits(instance, place, strategy);
        expect(fits.is_ok(), &key, fits.err().unwrap_or_default())?;
    }
    Ok(())
}

/// Endows the agents of all groups: their stakes are put into `wallets`, behind what is there, an
/// agent's in equal parts over its accounts. Gives what each does, its first account, and what it has.
fn deal<G: Play>(
    scenario: &ScenarioOf<G>,
    seed: u64,
    run: u64,
    wallets: &mut Vec<Balance>,
) -> Vec<(G::Strategy, Agent, Endowment)> {
    let accounts = |group: &Group<_>| group.count as usize * G::accounts(group.strategy) as usize;
    wallets.reserve(scenario.agents.iter().map(accounts).sum());
    let mut dealt = Vec::new();
    for group in &scenario.agents {
        let accounts = G::accounts(group.strategy);
        for _ in 0..group.count {
            let mut rng = stream(seed, run, dealt.len() as u64);
            let stake = group.stake.draw(&mut rng);
            let account = wallets.len() as Agent;
            let part = stake / Balance::from(accounts);
            wallets.push(stake - part * Balance::from(accounts - 1));
            wallets.extend((1..accounts).map(|_| part));
            dealt.push((group.strategy, account, Endowment { rng, stake, gains: 0, costs: 0 }));
        }
    }
    dealt
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
        mut dealt: Vec<(P::Strategy, Agent, Endowment)>,
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
        for (holder, strategy) in scenario.incumbents() {
            let account = instance.agent(&holder.address).expect("all accounts have numbers");
            let rng = stream(seed, run, dealt.len() as u64);
            let endowment = Endowment { rng, stake: instance.wealth(account), gains: 0, costs: 0 };
            dealt.push((strategy, account, endowment));
        }
        let player = |(strategy, account, endowment): (P::Strategy, Agent, Endowment)| {
            (PlayerState { plan: P::plan(strategy), account, own: P::Own::default() }, endowment)
        };
        let (players, endowments) = dealt.into_iter().map(player).unzip();
        let world = Endowment { rng: stream(seed, run, u64::MAX), stake: 0, gains: 0, costs: 0 };
        Self {
            instance,
            players,
            endowments,
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
