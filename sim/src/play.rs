//! How a scenario is played: agents of a few strategies, round by round, and what becomes of them.
//!
//! A mechanism's file says what its agents do ([`Game`]); what all of them share is here: reading
//! and checking a scenario, dealing out wallets and randomness, and summing up.

mod live;

pub use live::{accounts, blocks_left, enter, going_on, how_many, live, read, tokens};

use crate::models::{Agent, Instance, Model};
use crate::scenario::{Amounts, Document, Run, Scenario, ScenarioError, Token};
use crate::simulate::{Simulation, stream};
use crate::stage::Stage;
use carrots_logic::Balance;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The most accounts in one run.
const ACCOUNTS_MAX: u64 = 10_000_000;

/// The strategies of a mechanism: written by [`strategies!`](crate::models).
pub trait Strategies: Copy + Ord + Send + Sync + DeserializeOwned + 'static {
    /// All of them.
    const ALL: &'static [Self];
    /// Their names in scenario files, and what they do, in the same order.
    const NAMES: &'static [(&'static str, &'static str)];

    /// The name in scenario files.
    fn name(self) -> &'static str {
        let at = Self::ALL.iter().position(|strategy| *strategy == self);
        at.map_or("", |at| Self::NAMES[at].0)
    }
}

/// Agents of one kind.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group<S> {
    /// What they do.
    pub strategy: S,
    /// How many there are.
    pub count: u32,
    /// What each has at the start.
    pub stake: Amounts,
}

/// The scenario of a game.
pub type ScenarioOf<G> = Scenario<
    <<G as Game>::Model as Model>::Params,
    <G as Game>::World,
    Group<<G as Game>::Strategy>,
    <G as Game>::Audit,
>;

/// A mechanism as it is played.
pub trait Game: Sized {
    /// The mechanism.
    type Model: Model;
    /// What the rules do not know.
    type World: DeserializeOwned + Send + Sync;
    /// What agents do.
    type Strategy: Strategies;
    /// What part of a scenario is audited.
    type Audit: Default + DeserializeOwned + Send + Sync;
    /// The same as a game.
    type Stage: Stage<Model = Self::Model>;

    /// The metrics in the order of a row, and whether they are amounts.
    const METRICS: &'static [(&'static str, bool)];
    /// Amounts of the world that somebody pays in once, at the start.
    const ONCE: &'static [&'static str] = &[];

    /// How many accounts an agent has.
    fn accounts(_strategy: Self::Strategy) -> u32 {
        1
    }
    /// The strategy of an account that is there already, if there is an obvious one.
    fn habit(instance: &Instance<Self::Model>, who: Agent) -> Option<Self::Strategy>;
    /// Says what was expected instead if that account cannot go on with a strategy of one account.
    fn fits(
        _instance: &Instance<Self::Model>,
        _who: Agent,
        _strategy: Self::Strategy,
    ) -> Result<(), &'static str> {
        Ok(())
    }
    /// Ends what is under way and cannot be joined, under the parameters that it began with, and
    /// pulls what is due. Nobody does anything else.
    fn conclude(instance: &mut Instance<Self::Model>);
    /// Says what is wrong with a scenario whose parameters, groups and run are sound by themselves:
    /// the key, and what was expected of it.
    fn check(scenario: &ScenarioOf<Self>) -> Result<(), Wrong>;
    /// The game that is audited, or what is wrong with it: the key, and what was expected.
    fn stage(scenario: &ScenarioOf<Self>) -> Result<Self::Stage, Wrong>;
    /// Everyone is endowed and enters.
    fn new(scenario: &ScenarioOf<Self>, seed: u64, run: u64) -> Self;
    /// Every agent chooses once, and time passes.
    fn round(&mut self);
    /// The mechanism as it stands.
    fn instance(&self) -> &Instance<Self::Model>;
    /// Lets time pass until all is decided, and counts.
    fn finish(self) -> Finished<Self::Strategy>;
}

/// A key of a scenario, and what was expected of it.
#[derive(Debug)]
pub struct Wrong {
    /// The key.
    pub key: String,
    /// What was expected.
    pub expected: String,
}

/// Says what is wrong unless `holds`.
pub fn expect(holds: bool, key: &str, expected: impl Into<String>) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong { key: key.into(), expected: expected.into() }) }
}

/// Says what is wrong unless `rate` is a chance.
pub fn expect_chance(key: &str, rate: f64) -> Result<(), Wrong> {
    expect((0.0..=1.0).contains(&rate), key, "a chance from 0 to 1")
}

/// Says what is wrong unless `most` rounds, for which block numbers last, are enough.
pub fn expect_blocks(horizon: u32, most: u64, rounds: &str) -> Result<(), Wrong> {
    let expected = format!("1 to {most} {rounds}: what 2^32 blocks have room for");
    expect(u64::from(horizon) <= most, "run.horizon", expected)
}

/// What all agents have together at most. It is an amount: that is checked before a game is asked.
pub fn stakes<S>(agents: &[Group<S>]) -> Balance {
    agents.iter().map(|group| group.stake.max() * Balance::from(group.count)).sum()
}

/// What a run came to.
pub struct Finished<S> {
    /// One number per metric.
    pub metrics: Vec<f64>,
    /// Every agent.
    pub agents: Vec<Fate<S>>,
}

/// What became of an agent.
pub struct Fate<S> {
    /// What it did.
    pub strategy: S,
    /// What it had at the start.
    pub stake: Balance,
    /// What it has, and what the world gave it, in the end.
    pub plus: Balance,
    /// What it had at the start, and what the world took from it.
    pub minus: Balance,
    /// What penalties took.
    pub slashed: Balance,
}

/// An agent's chances and its account with the world, which the rules do not know.
pub struct Purse {
    /// Its own randomness.
    pub rng: ChaCha8Rng,
    /// What it had at the start.
    pub stake: Balance,
    /// What the world gave the agent.
    pub gains: Balance,
    /// What the world took from it.
    pub costs: Balance,
}

impl Purse {
    /// Whether something of that chance happens. What is certain takes no draw.
    #[inline]
    pub fn chance(&mut self, chance: f64) -> bool {
        chance >= 1.0 || chance > 0.0 && self.rng.random_bool(chance)
    }

    /// What became of an agent with the accounts from `account` on.
    pub fn fate<M: Model, S>(
        &self,
        model: &Instance<M>,
        strategy: S,
        accounts: impl Iterator<Item = Agent>,
        slashed: Balance,
    ) -> Fate<S> {
        let has: Balance = accounts.map(|at| model.wealth(at)).sum();
        let (plus, minus) = (has + self.gains, self.stake + self.costs);
        Fate { strategy, stake: self.stake, plus, minus, slashed }
    }
}

/// An agent that enters.
pub struct Dealt<S> {
    /// What it does.
    pub strategy: S,
    /// The first of its accounts; the others follow.
    pub account: Agent,
    /// What it has.
    pub purse: Purse,
    /// Whether it was there already, in the scenario's state.
    pub there: bool,
}

/// Endows the agents of all groups: their stakes are put into `wallets`, behind what is there, an
/// agent's in equal parts over its accounts.
fn deal<G: Game>(
    scenario: &ScenarioOf<G>,
    seed: u64,
    run: u64,
    wallets: &mut Vec<Balance>,
) -> Vec<Dealt<G::Strategy>> {
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
            let purse = Purse { rng, stake, gains: 0, costs: 0 };
            dealt.push(Dealt { strategy: group.strategy, account, purse, there: false });
        }
    }
    dealt
}

/// How often a [`Learner`] tries something at random, and how fast it forgets.
const EXPLORE: f64 = 0.1;
const FORGET: f64 = 0.2;

/// What an adaptive agent has learned: it does what paid best lately, and now and then something
/// at random (epsilon-greedy with an exponential average).
#[derive(Clone, Copy, Debug)]
pub struct Learner<const N: usize> {
    paid: [f64; N],
    choice: usize,
    had: f64,
    started: bool,
}

impl<const N: usize> Learner<N> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { paid: [0.0; N], choice: 0, had: 0.0, started: false }
    }

    /// Learns from what the agent has now, and chooses again.
    pub fn choose(&mut self, has: f64, purse: &mut Purse) -> usize {
        if self.started {
            let paid = &mut self.paid[self.choice];
            *paid += FORGET * (has - self.had - *paid);
        }
        let paid = |at: &usize| self.paid[*at];
        let best = (0..N).max_by(|a, b| paid(a).total_cmp(&paid(b)).then(b.cmp(a)));
        self.choice = match purse.chance(EXPLORE) {
            true => purse.rng.random_range(0..N),
            false => best.unwrap_or(0),
        };
        (self.had, self.started) = (has, true);
        self.choice
    }
}

impl<const N: usize> Default for Learner<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// A checked scenario.
struct Staged<G: Game> {
    scenario: ScenarioOf<G>,
    strategies: Vec<(G::Strategy, u64)>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load<G: Game + 'static>(document: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
    let scenario = read::<G>(document)?;
    let mut strategies: Vec<(G::Strategy, u64)> = Vec::new();
    let groups = scenario.agents.iter().map(|group| (group.strategy, u64::from(group.count)));
    let there = going_on::<G>(&scenario).into_iter().map(|(_, strategy)| (strategy, 1));
    for (strategy, more) in groups.chain(there) {
        match strategies.iter_mut().find(|(known, _)| *known == strategy) {
            Some((_, count)) => *count += more,
            None => strategies.push((strategy, more)),
        }
    }
    strategies.sort();
    Ok(Box::new(Staged::<G> { scenario, strategies }))
}

/// Says what is wrong with a scenario.
pub fn check<G: Game>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    check_params::<G>(scenario)?;
    check_agents::<G>(scenario)?;
    check_run::<G>(scenario)?;
    G::check(scenario)
}

fn check_params<G: Game>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    match G::Model::new(scenario.params, 0, 0) {
        Ok(_) => Ok(()),
        Err(error) => {
            let (key, expected) = G::Model::explain(error);
            expect(false, &format!("params.{key}"), expected)
        }
    }
}

fn check_agents<G: Game>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    let some = !scenario.agents.is_empty() || !going_on::<G>(scenario).is_empty();
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
        accounts += u64::from(group.count) * u64::from(G::accounts(group.strategy));
        let stake = group.stake.max().checked_mul(group.count.into());
        sum = sum.zip(stake).and_then(|(sum, stake): (Balance, _)| sum.checked_add(stake));
        expect(sum.is_some(), &key("stake"), "a sum of all stakes of at most 2^128 - 1")?;
    }
    let expected = format!("at most 10 million accounts, not {accounts}");
    expect(accounts <= ACCOUNTS_MAX, "agents", expected)
}

fn check_run<G: Game>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    expect(scenario.run.runs > 0, "run.runs", "at least one run")?;
    expect(scenario.run.horizon > 0, "run.horizon", "at least one round")?;
    let names: Vec<_> = G::Strategy::NAMES.iter().map(|(name, _)| *name).collect();
    let known = names.contains(&scenario.intended.strategy.as_str());
    expect(known, "intended.strategy", format!("one of {}", names.join(", ")))
}

impl<G: Game> Simulation for Staged<G> {
    fn run(&self) -> Run {
        self.scenario.run
    }

    fn columns(&self) -> Vec<String> {
        let metrics = G::METRICS.iter().map(|(name, _)| name.to_string());
        let strategies = self.strategies.iter().flat_map(|(strategy, _)| {
            ["payoff", "return", "slashed"].map(|what| format!("{what}_{}", strategy.name()))
        });
        metrics.chain(strategies).collect()
    }

    fn is_amount(&self, column: &str) -> bool {
        G::METRICS.contains(&(column, true))
    }

    fn token(&self) -> Token {
        self.scenario.token.clone()
    }

    fn strategies(&self) -> Vec<(String, u64)> {
        let named = |(strategy, count): &(G::Strategy, u64)| (strategy.name().to_string(), *count);
        self.strategies.iter().map(named).collect()
    }

    fn intended(&self) -> String {
        self.scenario.intended.strategy.clone()
    }

    fn agent_steps(&self) -> u64 {
        let agents: u64 = self.strategies.iter().map(|(_, count)| count).sum();
        agents * u64::from(self.scenario.run.horizon)
    }

    fn play(&self, seed: u64, run: u64) -> Vec<f64> {
        let mut game = G::new(&self.scenario, seed, run);
        for _ in 0..self.scenario.run.horizon {
            game.round();
        }
        let Finished { metrics: mut row, agents } = game.finish();
        for (strategy, count) in &self.strategies {
            let (mut payoff, mut slashed, mut stake) = (0.0, 0.0, 0.0);
            for fate in agents.iter().filter(|fate| fate.strategy == *strategy) {
                payoff += difference(fate.plus, fate.minus);
                slashed += fate.slashed as f64;
                stake += fate.stake as f64;
            }
            let count = *count as f64;
            let per_stake = if stake > 0.0 { payoff / stake } else { 0.0 };
            row.extend([payoff / count, per_stake, slashed / count]);
        }
        row
    }
}

/// `plus - minus`, exact up to the last rounding.
pub fn difference(plus: Balance, minus: Balance) -> f64 {
    if plus >= minus { (plus - minus) as f64 } else { -((minus - plus) as f64) }
}
