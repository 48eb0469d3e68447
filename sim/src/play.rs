//! How a scenario is played: agents of a few strategies, round by round, and what becomes of them.
//!
//! A mechanism's file says what its agents do ([`Play`]); what all of them share is here: reading
//! and checking a scenario, dealing out wallets and randomness, and summing up.

mod live;
mod table;

pub use live::{accounts, blocks_left, going_on, how_many, live, read, tokens};
pub use table::{Answers, Dice, OpOf, Player, ReceiptOf, Table};

use crate::games::exact::Rational;
use crate::models::{Agent, Instance, Model};
use crate::scenario::{Amounts, Document, Run, Scenario, ScenarioError, Token};
use crate::simulate::{Simulation, stream};
use carrots_logic::Balance;
use rand_chacha::ChaCha8Rng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

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

/// The scenario of a play.
pub type ScenarioOf<P> = Scenario<
    <<P as Play>::Model as Model>::Params,
    <P as Play>::World,
    Group<<P as Play>::Strategy>,
    <P as Play>::Audit,
>;

/// A mechanism as it is played, in every engine: who takes part, what happens in which order, and
/// what each does by its plan. Whoever runs it answers the rest ([`Answers`]).
pub trait Play: Sized + Send + Sync + 'static {
    /// The mechanism.
    type Model: Model;
    /// What the rules do not know.
    type World: DeserializeOwned + Clone + Send + Sync;
    /// What agents do, by name.
    type Strategy: Strategies;
    /// What a scenario says of the part of it that is audited.
    type Audit: Copy + Default + DeserializeOwned + Send + Sync;
    /// What a player does from the start to the end: a strategy, or a variant of one.
    type Plan: Copy + Ord + Debug + Send + Sync;
    /// What a player knows and remembers.
    type Own: Clone + Default + Send + Sync;
    /// What everybody sees, and what the world keeps.
    type Board: Clone + Default + Send + Sync;

    /// The metrics in the order of a row, and whether they are amounts.
    const METRICS: &'static [(&'static str, bool)];
    /// Amounts of the world that somebody pays in once, at the start.
    const ONCE: &'static [&'static str] = &[];
    /// The seats of others that are trusted with their roles: they do only what they should.
    const TRUSTED: &'static [&'static str] = &[];
    /// What is called what a player alone knows, if it knows anything: a value, a weight.
    const KIND: &'static str = "";

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
    /// What somebody does who follows a strategy.
    fn plan(strategy: Self::Strategy) -> Self::Plan;
    /// The strategy of which a plan is a variant.
    fn strategy(plan: Self::Plan) -> Self::Strategy;

    /// The play of a scenario that is sound.
    fn new(scenario: &ScenarioOf<Self>) -> Self;
    /// What the accounts have that are before all players': those of roles first.
    fn wallets(&self) -> Vec<Balance>;
    /// Everyone who is endowed enters.
    fn enter<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Every player chooses once, and time passes.
    fn round<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Lets time pass until all is decided.
    fn finish<A: Answers<Self::Model>>(&self, _table: &mut Table<Self, A>) {}
    /// One number per metric, in the end.
    fn metrics<A>(&self, table: &Table<Self, A>) -> Vec<f64>;
    /// What penalties took from a player.
    fn slashed<A>(&self, _table: &Table<Self, A>, _player: usize) -> Balance {
        0
    }

    /// The part of a scenario that is audited, as a scenario of its own: few players, all as
    /// intended, and everything that they do is enumerated.
    fn audited(scenario: &ScenarioOf<Self>) -> Result<ScenarioOf<Self>, Wrong>;
    /// What every account of a player has beside its stake where it is audited.
    fn spare(&self) -> Balance {
        0
    }
    /// Everyone takes out all that it can.
    fn leave<A: Answers<Self::Model>>(&self, table: &mut Table<Self, A>);
    /// Accounts with something at stake that no player has, by what they do.
    fn seats(&self) -> Vec<Seat>;
    /// What a player may know that others do not, each as likely: the values that stand for what
    /// [`Answers::draw`] draws.
    fn kinds(&self, _player: usize) -> Vec<Balance> {
        vec![0]
    }
    /// What a plan comes to for a player of that kind if it does not react to what others do. Two
    /// plans that come to the same are one option.
    fn fixed(&self, plan: Self::Plan, _player: usize, _kind: Balance) -> Option<Self::Plan> {
        Some(plan)
    }
    /// What a player should do, in full, whose group of agents follows a strategy.
    fn intended(&self, _player: usize, strategy: Self::Strategy) -> Self::Plan {
        Self::plan(strategy)
    }
    /// Whether somebody in the place of a player can follow a strategy.
    fn suits(&self, _player: usize, _strategy: Self::Strategy) -> bool {
        true
    }
    /// Options beside the strategies; the first is preferred among those that come to the same.
    fn options(&self, player: usize) -> Vec<Self::Plan>;
    /// A plan in words.
    fn name(&self, plan: Self::Plan) -> String;
    /// Whether it is to stay out.
    fn is_out(&self, _plan: Self::Plan) -> bool {
        false
    }
    /// How many identities somebody shows with a plan.
    fn identities(&self, _plan: Self::Plan) -> u32 {
        1
    }
    /// Players with the same number are alike: the outcome depends on which of them follows which
    /// plan only through the order of those who follow the same, and they have the same kinds. A
    /// test compares the claim with full enumeration.
    fn class(&self, player: usize) -> usize {
        player
    }
    /// What an end is worth to whoever has these accounts and knows `kind`, beside tokens, by the
    /// records alone: what [`Answers::enjoy`] comes to in the same play.
    fn worth(
        &self,
        _accounts: &[Agent],
        _kind: Balance,
        _start: &Instance<Self::Model>,
        _end: &Instance<Self::Model>,
    ) -> i128 {
        0
    }
    /// What the mechanism keeps by its rules when everyone has taken out what it can.
    fn kept(&self, _end: &Instance<Self::Model>) -> Balance {
        0
    }
    /// What rounding by the rules can move from one account to another in a play, at most: a gain of
    /// no more is no attack.
    fn rounding(&self) -> Balance {
        0
    }
    /// What the world gives one of [`Self::seats`], or takes from it, by its number.
    fn seat_gains<A>(&self, _table: &Table<Self, A>, _seat: usize) -> i128 {
        0
    }
    /// What the end is worth to all who do not play, beside tokens.
    fn others<A>(&self, _table: &Table<Self, A>) -> i128 {
        0
    }
    /// How a player is called.
    fn seat_name(&self, player: usize) -> String;
    /// The most that all players and all others can have together, given what everyone knows: the
    /// benchmark of efficiency, computed without the rules.
    fn welfare_max(&self, _kinds: &[Balance]) -> Option<i128> {
        None
    }
    /// Who earns: the mechanism's owner.
    fn owner(&self) -> Option<Agent> {
        None
    }
    /// The most that the owner could earn from what was decided.
    fn revenue_max(&self, _plans: &[Self::Plan]) -> Option<Balance> {
        None
    }
    /// What the optimal mechanism expects to earn (Myerson 1981).
    fn revenue_optimal(&self) -> Option<Rational> {
        None
    }
    /// Whether the outcome is the one that a briber, or whoever corrupts the system, wants.
    fn turned<A>(&self, _table: &Table<Self, A>) -> Option<bool> {
        None
    }
    /// What such an outsider asks for.
    fn corrupt(&self) -> Option<Self::Plan> {
        None
    }
}

/// A place at the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who has it.
    pub name: String,
    /// The accounts that are its own.
    pub accounts: Vec<Agent>,
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

/// An agent's chances and its account with the world, which the rules do not know.
#[derive(Clone)]
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
    /// What an agent with the accounts from `account` on has and got, and what it had and paid.
    pub fn result<M: Model>(
        &self,
        model: &Instance<M>,
        accounts: impl Iterator<Item = Agent>,
    ) -> (Balance, Balance) {
        let has: Balance = accounts.map(|at| model.wealth(at)).sum();
        (has + self.gains, self.stake + self.costs)
    }
}

/// Endows the agents of all groups: their stakes are put into `wallets`, behind what is there, an
/// agent's in equal parts over its accounts. Gives what each does, its first account, and what it has.
fn deal<G: Play>(
    scenario: &ScenarioOf<G>,
    seed: u64,
    run: u64,
    wallets: &mut Vec<Balance>,
) -> Vec<(G::Strategy, Agent, Purse)> {
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
            dealt.push((group.strategy, account, Purse { rng, stake, gains: 0, costs: 0 }));
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
    pub fn choose<M: Model>(
        &mut self,
        has: f64,
        purse: &mut Purse,
        answers: &mut impl Answers<M>,
    ) -> usize {
        if self.started {
            let paid = &mut self.paid[self.choice];
            *paid += FORGET * (has - self.had - *paid);
        }
        let paid = |at: &usize| self.paid[*at];
        let best = (0..N).max_by(|a, b| paid(a).total_cmp(&paid(b)).then(b.cmp(a)));
        self.choice = match answers.chance(purse, EXPLORE) {
            true => answers.pick(purse, N),
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
struct Staged<G: Play> {
    play: G,
    scenario: ScenarioOf<G>,
    strategies: Vec<(G::Strategy, u64)>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load<G: Play + 'static>(document: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
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
    Ok(Box::new(Staged::<G> { play: G::new(&scenario), scenario, strategies }))
}

/// Says what is wrong with a scenario.
pub fn check<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    check_params::<G>(scenario)?;
    check_agents::<G>(scenario)?;
    check_run::<G>(scenario)?;
    G::check(scenario)
}

fn check_params<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    match G::Model::new(scenario.params, 0, 0) {
        Ok(_) => Ok(()),
        Err(error) => {
            let (key, expected) = G::Model::explain(error);
            expect(false, &format!("params.{key}"), expected)
        }
    }
}

fn check_agents<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
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

fn check_run<G: Play>(scenario: &ScenarioOf<G>) -> Result<(), Wrong> {
    expect(scenario.run.runs > 0, "run.runs", "at least one run")?;
    expect(scenario.run.horizon > 0, "run.horizon", "at least one round")?;
    let names: Vec<_> = G::Strategy::NAMES.iter().map(|(name, _)| *name).collect();
    let known = names.contains(&scenario.intended.strategy.as_str());
    expect(known, "intended.strategy", format!("one of {}", names.join(", ")))
}

impl<G: Play> Simulation for Staged<G> {
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
        let mut table = Table::new(&self.play, &self.scenario, seed, run);
        let mut row = run_through(&self.play, &mut table, self.scenario.run.horizon);
        for (strategy, count) in &self.strategies {
            let (mut payoff, mut slashed, mut stake) = (0.0, 0.0, 0.0);
            for (at, player) in table.players.iter().enumerate() {
                if G::strategy(player.plan) != *strategy {
                    continue;
                }
                let accounts = player.account..player.account + G::accounts(*strategy);
                let (plus, minus) = table.purses[at].result(&table.instance, accounts);
                payoff += difference(plus, minus);
                slashed += self.play.slashed(&table, at) as f64;
                stake += table.purses[at].stake as f64;
            }
            let count = *count as f64;
            let per_stake = if stake > 0.0 { payoff / stake } else { 0.0 };
            row.extend([payoff / count, per_stake, slashed / count]);
        }
        row
    }
}

/// Plays so many rounds from the start to the end, and gives the metrics.
pub fn run_through<P: Play>(play: &P, table: &mut Table<P, Dice>, rounds: u32) -> Vec<f64> {
    play.enter(table);
    for _ in 0..rounds {
        play.round(table);
    }
    play.finish(table);
    play.metrics(table)
}

/// `plus - minus`, exact up to the last rounding.
pub fn difference(plus: Balance, minus: Balance) -> f64 {
    if plus >= minus { (plus - minus) as f64 } else { -((minus - plus) as f64) }
}
