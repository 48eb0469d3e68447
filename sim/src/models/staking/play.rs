//! Who plays staking, and how: agents with strategies, and the world that the rules do not know.
//!
//! A round is an era. In it every agent chooses once, in the order of their numbers; then reports
//! arrive, somebody ends the era, pulls every payout and applies every slash that is due. After
//! the horizon nobody acts any more, but time goes on until every report has had its slash.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus the
//! gains and less the costs that the world knows.

use super::{Op, Receipt, SCORER, SLASHER, Staking};
use crate::models::{Agent, Model};
use crate::scenario::{self, Amounts, Document, Run, ScenarioError, Token};
use crate::simulate::{Simulation, stream};
use carrots_logic::staking::{Db, Era, Offence, Params, Shares, Status};
use carrots_logic::{Balance, Perbill};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::mem::take;

/// Who funds the reserve and is credited as the reporter: the first agent without a role.
const TREASURY: Agent = 3;
/// Accounts over which a splitting agent spreads its stake.
const SPLITS: u32 = 4;
/// How often the adaptive agent tries something at random, and how fast it forgets.
const EXPLORE: f64 = 0.1;
const FORGET: f64 = 0.2;

/// A staking scenario.
pub type Scenario = scenario::Scenario<Params, World, Group>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// Tokens in the reserve at the start.
    #[serde(with = "carrots_logic::text::amount")]
    pub reserve: Balance,
    /// Points that an operator earns in an era in which it does its duty.
    pub era_points: u32,
    /// What an era of duty costs an operator.
    #[serde(with = "carrots_logic::text::amount")]
    pub duty_cost: Balance,
    /// The chance that an operator misses an era's duty though it tries.
    pub miss_rate: f64,
    /// What one equivocation is worth to the operator.
    #[serde(with = "carrots_logic::text::amount")]
    pub offence_gain: Balance,
    /// The chance per era that an equivocating operator offends.
    pub offence_rate: f64,
    /// The chance that an offence, or a missed duty, is noticed.
    pub detection: f64,
    /// Eras from an offence to its report; at most `params.report_eras`.
    pub report_delay_eras: Era,
    /// The commission that operators ask.
    #[serde(with = "carrots_logic::text::fraction")]
    pub commission: Perbill,
}

/// Agents of one kind.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they do.
    pub strategy: Strategy,
    /// How many there are.
    pub count: u32,
    /// What each has, and bonds.
    pub stake: Amounts,
}

/// What agents do. All but bonders are operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Does its duty every era.
    Honest,
    /// Does its duty every other era, by chance.
    Lazy,
    /// Does its duty, and equivocates at the world's rate.
    Equivocating,
    /// Equivocates once, a third of the way, and leaves in the same era.
    ExitBeforeSlash,
    /// Spreads its stake over four operators and equivocates with one at a time.
    StakeSplitting,
    /// Honest, and bonds its commission.
    RewardCompounding,
    /// Does what has paid best lately: honest, lazy or equivocating.
    Adaptive,
    /// Bonds to an operator drawn by chance; leaves one that is slashed or retires for another.
    Bonder,
}

impl Strategy {
    /// All of them with their names.
    pub const ALL: [(Strategy, &str); 8] = [
        (Strategy::Honest, "honest"),
        (Strategy::Lazy, "lazy"),
        (Strategy::Equivocating, "equivocating"),
        (Strategy::ExitBeforeSlash, "exit_before_slash"),
        (Strategy::StakeSplitting, "stake_splitting"),
        (Strategy::RewardCompounding, "reward_compounding"),
        (Strategy::Adaptive, "adaptive"),
        (Strategy::Bonder, "bonder"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(strategy, _)| *strategy == self).map_or("", |(_, name)| name)
    }

    fn accounts(self) -> u32 {
        if self == Strategy::StakeSplitting { SPLITS } else { 1 }
    }
}

/// A checked scenario.
struct Staged {
    scenario: Scenario,
    strategies: Vec<(Strategy, u64)>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load(document: &Document) -> Result<Box<dyn Simulation>, ScenarioError> {
    let scenario: Scenario = document.scenario()?;
    check(document, &scenario)?;
    let mut strategies: Vec<(Strategy, u64)> = Vec::new();
    for group in &scenario.agents {
        match strategies.iter_mut().find(|(strategy, _)| *strategy == group.strategy) {
            Some((_, count)) => *count += u64::from(group.count),
            None => strategies.push((group.strategy, group.count.into())),
        }
    }
    strategies.sort();
    Ok(Box::new(Staged { scenario, strategies }))
}

fn check(document: &Document, scenario: &Scenario) -> Result<(), ScenarioError> {
    let Scenario { params, world, agents, run, intended, .. } = scenario;
    let wrong = |key: &str, expected: String| Err(document.wrong(key, &expected));
    if let Err(error) = params.check() {
        let (key, expected) = super::catalogue::explain(error);
        return wrong(&format!("params.{key}"), format!("expected {expected}"));
    }
    let rates = [
        ("miss_rate", world.miss_rate),
        ("offence_rate", world.offence_rate),
        ("detection", world.detection),
    ];
    for (key, rate) in rates {
        if !(0.0..=1.0).contains(&rate) {
            return wrong(&format!("world.{key}"), "expected a chance from 0 to 1".into());
        }
    }
    if world.report_delay_eras > params.report_eras {
        let most = params.report_eras;
        return wrong(
            "world.report_delay_eras",
            format!("expected at most params.report_eras = {most}"),
        );
    }
    if world.commission > params.max_commission {
        return wrong("world.commission", "expected at most params.max_commission".into());
    }
    if agents.is_empty() {
        return wrong("agents", "expected at least one group".into());
    }
    let mut sum = Some(world.reserve);
    let (mut operators, mut players) = (0u64, 0u64);
    for (group, at) in agents.iter().zip(0..) {
        let key = |name: &str| format!("agents[{at}].{name}");
        if group.count == 0 {
            return wrong(&key("count"), "expected at least one agent".into());
        }
        if let Err(expected) = group.stake.check() {
            return wrong(&key("stake"), format!("expected {expected}"));
        }
        let accounts = u64::from(group.count) * u64::from(group.strategy.accounts());
        players += accounts;
        if group.strategy != Strategy::Bonder {
            operators += accounts;
        }
        let agents = Balance::from(group.count);
        let stake = group.stake.max().checked_mul(agents);
        sum = sum.zip(stake).and_then(|(sum, stake)| sum.checked_add(stake));
        if sum.is_none() {
            let most = "expected a sum of all stakes and the reserve of at most 2^128 - 1";
            return wrong(&key("stake"), most.into());
        }
    }
    for (key, amount) in [("offence_gain", world.offence_gain), ("duty_cost", world.duty_cost)] {
        let most = amount.checked_mul(run.horizon.into()).zip(sum);
        if most.and_then(|(most, sum)| most.checked_mul(SPLITS.into())?.checked_add(sum)).is_none()
        {
            let expected = "expected at most 2^128 - 1 over all eras, with all stakes";
            return wrong(&format!("world.{key}"), expected.into());
        }
    }
    if operators == 0 {
        return wrong("agents", "expected at least one operator".into());
    }
    if operators > params.max_operators.into() {
        let expected = format!("expected room for the {operators} operators of `agents`");
        return wrong("params.max_operators", expected);
    }
    if players > 10_000_000 {
        return wrong("agents", format!("expected at most 10 million accounts, not {players}"));
    }
    if run.horizon == 0 || run.horizon > 10_000_000 {
        return wrong("run.horizon", "expected 1 to 10,000,000 eras".into());
    }
    if run.runs == 0 {
        return wrong("run.runs", "expected at least one run".into());
    }
    if !Strategy::ALL.iter().any(|(_, name)| *name == intended.strategy) {
        let names: Vec<_> = Strategy::ALL.iter().map(|(_, name)| *name).collect();
        return wrong("intended.strategy", format!("expected one of {}", names.join(", ")));
    }
    Ok(())
}

/// The metrics, and whether they are amounts.
const METRICS: [(&str, bool); 9] = [
    ("staked_share", false),
    ("rewards_paid", true),
    ("reserve_left", true),
    ("duty_rate", false),
    ("offences", false),
    ("reports", false),
    ("slashed_total", true),
    ("slashed_share", false),
    ("active_operators", false),
];

impl Simulation for Staged {
    fn run(&self) -> Run {
        self.scenario.run
    }

    fn columns(&self) -> Vec<String> {
        let metrics = METRICS.iter().map(|(name, _)| name.to_string());
        let strategies = self.strategies.iter().flat_map(|(strategy, _)| {
            ["payoff", "return", "slashed"].map(|what| format!("{what}_{}", strategy.name()))
        });
        metrics.chain(strategies).collect()
    }

    fn is_amount(&self, column: &str) -> bool {
        METRICS.contains(&(column, true))
    }

    fn token(&self) -> Token {
        self.scenario.token.clone()
    }

    fn strategies(&self) -> Vec<(String, u64)> {
        let named = |(strategy, count): &(Strategy, u64)| (strategy.name().to_string(), *count);
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
        let mut game = Game::new(&self.scenario, seed, run);
        for _ in 0..self.scenario.run.horizon {
            game.round();
        }
        game.finish(&self.strategies)
    }
}

/// An agent in play.
struct Player {
    strategy: Strategy,
    /// The first of its accounts; a splitting agent has the next ones too.
    account: Agent,
    memory: Memory,
}

/// What an agent needs only when it acts; apart from [`Player`], so that those who look and do
/// nothing stay in the cache.
struct Purse {
    rng: ChaCha8Rng,
    stake: Balance,
    /// What the world gave the agent and took from it.
    gains: Balance,
    costs: Balance,
}

/// What a strategy remembers from round to round.
#[derive(Clone, Copy)]
enum Memory {
    Nothing,
    /// Leaves once it has nothing bonded; the era in which it unbonded.
    Left(Option<Era>),
    /// With whom, and how often that operator had been slashed when it bonded.
    Bonded(Agent, u32),
    Unbonding(Agent, Era),
    Idle,
    /// In which place its lessons are.
    Learning(u32),
}

/// What an adaptive agent has learned.
#[derive(Clone, Copy)]
struct Lessons {
    /// What honest, lazy and equivocating paid lately.
    paid: [f64; 3],
    /// Which of them it did last.
    choice: usize,
    /// What it had before that.
    had: f64,
}

/// How an operator spends an era.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    Done,
    Missed,
    Equivocated,
}

struct Pending {
    due: Era,
    operator: Agent,
    era: Era,
    offence: Offence,
}

#[derive(Default)]
struct Tally {
    duties: u64,
    done: u64,
    offences: u64,
    reports: u64,
    rewards: Balance,
    slashed: Balance,
}

struct Game<'a> {
    staking: Staking,
    params: Params,
    world: &'a World,
    horizon: Era,
    era: Era,
    agents: Vec<Player>,
    purses: Vec<Purse>,
    operators: Vec<Agent>,
    /// What all stake bonded to an account lost.
    losses: Vec<Balance>,
    /// How often.
    slashes: Vec<u32>,
    lessons: Vec<Lessons>,
    pending: Vec<Pending>,
    tally: Tally,
}

impl<'a> Game<'a> {
    fn new(scenario: &'a Scenario, seed: u64, run: u64) -> Self {
        let Scenario { params, world, agents: groups, run: Run { horizon, .. }, .. } = scenario;
        let mut wallets = vec![0; TREASURY as usize];
        wallets.push(world.reserve);
        let (mut agents, mut purses) = (Vec::new(), Vec::new());
        for group in groups {
            for _ in 0..group.count {
                let mut rng = stream(seed, run, agents.len() as u64);
                let stake = group.stake.draw(&mut rng);
                let accounts = group.strategy.accounts();
                let account = wallets.len() as Agent;
                let part = stake / Balance::from(accounts);
                let rest = stake - part * Balance::from(accounts);
                wallets.push(part + rest);
                wallets.extend((1..accounts).map(|_| part));
                let (strategy, memory) = (group.strategy, Memory::Nothing);
                agents.push(Player { strategy, account, memory });
                purses.push(Purse { rng, stake, gains: 0, costs: 0 });
            }
        }
        let accounts = wallets.len();
        let staking = Staking::new(*params, wallets, 0).expect("the parameters are checked");
        let mut game = Self {
            staking,
            params: *params,
            world,
            horizon: *horizon,
            era: 0,
            agents: Vec::new(),
            purses: Vec::new(),
            operators: Vec::new(),
            losses: vec![0; accounts],
            slashes: vec![0; accounts],
            lessons: Vec::new(),
            pending: Vec::new(),
            tally: Tally::default(),
        };
        if world.reserve > 0 {
            game.act(TREASURY, world.reserve, Op::Fund {});
        }
        game.enter(&mut agents, &mut purses);
        (game.agents, game.purses) = (agents, purses);
        game
    }

    /// A call that the caller expects to go through; if not, it stays without effect.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    fn act(&mut self, who: Agent, value: Balance, op: Op) -> Option<Receipt> {
        self.staking.apply(who, value, op).ok()
    }

    /// Operators register, then bonders choose among them.
    fn enter(&mut self, agents: &mut [Player], purses: &mut [Purse]) {
        let commission = self.world.commission;
        let players = agents.iter_mut().zip(&mut *purses);
        for (agent, purse) in players.filter(|(agent, _)| agent.strategy != Strategy::Bonder) {
            for account in agent.account..agent.account + agent.strategy.accounts() {
                let stake = self.staking.ledger().wallets[account as usize];
                if self.act(account, stake, Op::Register { commission }).is_some() {
                    self.operators.push(account);
                }
            }
            agent.memory = match agent.strategy {
                Strategy::ExitBeforeSlash => Memory::Left(None),
                Strategy::Adaptive => {
                    let had = purse.stake as f64;
                    self.lessons.push(Lessons { paid: [0.0; 3], choice: 0, had });
                    Memory::Learning(self.lessons.len() as u32 - 1)
                }
                _ => Memory::Nothing,
            };
        }
        let players = agents.iter_mut().zip(purses);
        for (agent, purse) in players.filter(|(agent, _)| agent.strategy == Strategy::Bonder) {
            agent.memory = self.bond_somewhere(agent.account, purse);
        }
    }

    /// One era.
    fn round(&mut self) {
        let (mut agents, mut purses) = (take(&mut self.agents), take(&mut self.purses));
        for (agent, purse) in agents.iter_mut().zip(&mut purses) {
            self.choose(agent, purse);
        }
        (self.agents, self.purses) = (agents, purses);
        self.close();
    }

    /// Reports arrive, the era ends, payouts are pulled and slashes applied.
    fn close(&mut self) {
        self.report();
        self.staking.advance(self.params.era_blocks);
        self.act(TREASURY, 0, Op::EndEra {});
        for at in 0..self.operators.len() {
            let operator = self.operators[at];
            let pool = self.staking.db.pool(operator);
            if pool.unpaid > 0
                && let Some(Receipt::PaidOut(paid)) =
                    self.act(TREASURY, 0, Op::Payout { operator, era: self.era })
            {
                self.tally.rewards += paid.commission + paid.shared;
            }
            if pool.accused() {
                while let Some(Receipt::Slashed(slashed)) =
                    self.act(TREASURY, 0, Op::ApplySlash { operator })
                {
                    self.tally.slashed += slashed.amount;
                    self.losses[operator as usize] += slashed.amount;
                    self.slashes[operator as usize] += u32::from(slashed.amount > 0);
                }
            }
        }
        self.era += 1;
    }

    fn report(&mut self) {
        let era = self.era;
        let (due, later) =
            take(&mut self.pending).into_iter().partition(|pending: &Pending| pending.due <= era);
        self.pending = later;
        for Pending { operator, era, offence, .. } in due {
            let op = Op::Report { operator, era, offence, reporter: TREASURY };
            self.tally.reports += u64::from(self.act(SLASHER, 0, op).is_some());
        }
    }

    /// An agent's turn.
    #[inline]
    fn choose(&mut self, agent: &mut Player, purse: &mut Purse) {
        match agent.strategy {
            Strategy::Bonder => self.bonder(agent, purse),
            Strategy::Honest => self.duty(agent, purse, 0, Duty::Done),
            Strategy::Lazy => {
                let duty = if purse.rng.random_bool(0.5) { Duty::Done } else { Duty::Missed };
                self.duty(agent, purse, 0, duty)
            }
            Strategy::Equivocating => {
                let duty = self.tempted(purse);
                self.duty(agent, purse, 0, duty)
            }
            Strategy::StakeSplitting => {
                let duty = self.tempted(purse);
                let offender = self.era % SPLITS;
                for split in 0..SPLITS {
                    self.duty(
                        agent,
                        purse,
                        split,
                        if split == offender { duty } else { Duty::Done },
                    );
                }
            }
            Strategy::RewardCompounding => {
                self.duty(agent, purse, 0, Duty::Done);
                self.compound(agent.account);
            }
            Strategy::ExitBeforeSlash => self.exit_before_slash(agent, purse),
            Strategy::Adaptive => self.adaptive(agent, purse),
        }
    }

    /// Equivocates at the world's rate.
    fn tempted(&self, purse: &mut Purse) -> Duty {
        match purse.rng.random_bool(self.world.offence_rate) {
            true => Duty::Equivocated,
            false => Duty::Done,
        }
    }

    /// One of the agent's operators does its duty, or not. Who equivocates does its duty, too.
    #[inline]
    fn duty(&mut self, agent: &mut Player, purse: &mut Purse, split: u32, duty: Duty) {
        let operator = agent.account + split;
        if self.staking.db.pool(operator).status != Status::Active {
            return;
        }
        self.tally.duties += 1;
        let tries = duty != Duty::Missed;
        if tries {
            purse.costs += self.world.duty_cost;
        }
        if tries && !purse.rng.random_bool(self.world.miss_rate) {
            self.tally.done += 1;
            self.act(SCORER, 0, Op::Award { operator, points: self.world.era_points });
        } else {
            self.notice(purse, operator, Offence::Unresponsiveness);
        }
        if duty == Duty::Equivocated {
            self.tally.offences += 1;
            purse.gains += self.world.offence_gain;
            self.notice(purse, operator, Offence::Equivocation);
        }
    }

    fn notice(&mut self, purse: &mut Purse, operator: Agent, offence: Offence) {
        if purse.rng.random_bool(self.world.detection) {
            let due = self.era + self.world.report_delay_eras;
            self.pending.push(Pending { due, operator, era: self.era, offence });
        }
    }

    fn compound(&mut self, operator: Agent) {
        let credit = self.staking.db.credit(operator);
        if credit >= self.params.min_bond
            && self.act(operator, 0, Op::Collect { account: operator }).is_some()
        {
            self.act(operator, credit, Op::Bond { operator });
        }
    }

    fn exit_before_slash(&mut self, agent: &mut Player, purse: &mut Purse) {
        let operator = agent.account;
        match agent.memory {
            Memory::Left(None) if self.era >= self.horizon / 3 => {
                self.duty(agent, purse, 0, Duty::Equivocated);
                self.act(operator, 0, Op::Retire {});
                let era = self.unbond(operator, operator);
                agent.memory = Memory::Left(era);
            }
            Memory::Left(Some(era)) => {
                if self.act(operator, 0, Op::Withdraw { operator, era }).is_some() {
                    agent.memory = Memory::Idle;
                }
            }
            Memory::Left(None) => self.duty(agent, purse, 0, Duty::Done),
            _ => {}
        }
    }

    /// Unbonds all that an account has with an operator.
    fn unbond(&mut self, who: Agent, operator: Agent) -> Option<Era> {
        let shares: Shares = self.staking.db.position(operator, who);
        match self.act(who, 0, Op::Unbond { operator, shares }) {
            Some(Receipt::Unbonded(unbonded)) => Some(unbonded.era),
            _ => None,
        }
    }

    fn adaptive(&mut self, agent: &mut Player, purse: &mut Purse) {
        let Memory::Learning(place) = agent.memory else { return };
        let Lessons { mut paid, choice, had } = self.lessons[place as usize];
        let has =
            self.staking.wealth(agent.account) as f64 + purse.gains as f64 - purse.costs as f64;
        if self.era > 0 {
            paid[choice] += FORGET * (has - had - paid[choice]);
        }
        let best = (0..3).max_by(|a, b| paid[*a].total_cmp(&paid[*b]).then(b.cmp(a)));
        let choice = match purse.rng.random_bool(EXPLORE) {
            true => purse.rng.random_range(0..3),
            false => best.expect("there are three"),
        };
        self.lessons[place as usize] = Lessons { paid, choice, had: has };
        self.duty(agent, purse, 0, [Duty::Done, Duty::Missed, Duty::Equivocated][choice]);
    }

    #[inline]
    fn bonder(&mut self, agent: &mut Player, purse: &mut Purse) {
        let who = agent.account;
        match agent.memory {
            Memory::Bonded(operator, slashes) => {
                let retired = self.staking.db.pool(operator).status != Status::Active;
                if (retired || self.slashes[operator as usize] > slashes)
                    && let Some(era) = self.unbond(who, operator)
                {
                    agent.memory = Memory::Unbonding(operator, era);
                }
            }
            Memory::Unbonding(operator, era) => {
                if self.era >= era + self.params.unbonding_eras
                    && self.act(who, 0, Op::Withdraw { operator, era }).is_some()
                {
                    agent.memory = self.bond_somewhere(who, purse);
                }
            }
            _ => agent.memory = self.bond_somewhere(who, purse),
        }
    }

    /// Bonds all that an account has to an operator drawn by chance, if it takes the bond.
    fn bond_somewhere(&mut self, who: Agent, purse: &mut Purse) -> Memory {
        let operator = self.operators[purse.rng.random_range(0..self.operators.len())];
        let has = self.staking.ledger().wallets[who as usize];
        match self.act(who, has, Op::Bond { operator }) {
            Some(_) => Memory::Bonded(operator, self.slashes[operator as usize]),
            None => Memory::Idle,
        }
    }

    /// Lets time pass until every report had its slash, and counts.
    fn finish(mut self, strategies: &[(Strategy, u64)]) -> Vec<f64> {
        let active = self.staking.db.state().operators;
        let state = self.staking.db.state();
        for _ in 0..=self.world.report_delay_eras + self.params.slash_defer_eras {
            self.close();
        }
        let tally = &self.tally;
        let bonded: Balance = self.purses.iter().map(|purse| purse.stake).sum();
        let mut row = vec![
            state.staked as f64 / self.params.issuance as f64,
            tally.rewards as f64,
            state.reserve as f64,
            tally.done as f64 / tally.duties.max(1) as f64,
            tally.offences as f64,
            tally.reports as f64,
            tally.slashed as f64,
            tally.slashed as f64 / bonded.max(1) as f64,
            active.into(),
        ];
        for (strategy, count) in strategies {
            let (mut payoff, mut slashed, mut stake) = (0.0, 0.0, 0.0);
            let players = self.agents.iter().zip(&self.purses);
            for (agent, purse) in players.filter(|(agent, _)| agent.strategy == *strategy) {
                let accounts = agent.account..agent.account + strategy.accounts();
                let has: Balance = accounts.clone().map(|at| self.staking.wealth(at)).sum();
                let (plus, minus) = (has + purse.gains, purse.stake + purse.costs);
                payoff +=
                    if plus >= minus { (plus - minus) as f64 } else { -((minus - plus) as f64) };
                stake += purse.stake as f64;
                slashed += accounts.map(|at| self.losses[at as usize] as f64).sum::<f64>();
            }
            let count = *count as f64;
            row.extend([payoff / count, payoff / stake, slashed / count]);
        }
        row
    }
}
