//! Staking as it is played: agents with strategies, round by round.
//!
//! A round is an era. In it every agent chooses once, in the order of their numbers; then reports
//! arrive, somebody ends the era, pulls every payout and applies every slash that is due. After
//! the horizon nobody acts any more, but time goes on until every report has had its slash.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus the
//! gains and less the costs that the world knows.

use super::live;
use super::play::{self, Scenario, Strategy, World};
use super::stage;
use super::{Op, Receipt, Staking};
use crate::models::{Agent, Instance};
use crate::play::{Dealt, Finished, Learner, Purse, Wrong, accounts, enter};
use carrots_logic::Balance;
use carrots_logic::staking::{Accounts, Db, Era, Offence, Params, Shares, Status};
use rand::Rng;
use std::mem::take;

/// Who funds the reserve and is credited as the reporter: the first account without a role.
const TREASURY: Agent = 3;
/// Accounts over which a splitting agent spreads its stake.
pub const SPLITS: u32 = 4;

/// An agent in play; its purse lies apart, so that those who look and do nothing stay in the cache.
struct Player {
    strategy: Strategy,
    /// The first of its accounts; a splitting agent has the next ones too.
    account: Agent,
    memory: Memory,
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
    /// With several operators at once; the place among holdings.
    Several(u32),
    Idle,
    /// In which place its lessons are.
    Learning(u32),
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

/// Staking in play.
pub struct Game {
    staking: Instance<Staking>,
    params: Params,
    world: World,
    /// The era of the first round.
    first: Era,
    horizon: Era,
    era: Era,
    agents: Vec<Player>,
    purses: Vec<Purse>,
    operators: Vec<Agent>,
    /// What all stake bonded to an account lost.
    losses: Vec<Balance>,
    /// How often.
    slashes: Vec<u32>,
    lessons: Vec<Learner<3>>,
    /// What bonders with several operators remember of each.
    holdings: Vec<Vec<Memory>>,
    /// Whether any operator was slashed or retired since all bonders looked: else none need look.
    news: bool,
    /// The same for what only some of them can have seen in this round.
    late_news: bool,
    pending: Vec<Pending>,
    tally: Tally,
}

impl crate::play::Game for Game {
    type Model = Staking;
    type World = World;
    type Strategy = Strategy;
    type Audit = stage::Audit;
    type Stage = stage::Stage;

    const METRICS: &'static [(&'static str, bool)] = &[
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

    const ONCE: &'static [&'static str] = &["reserve"];

    fn accounts(strategy: Strategy) -> u32 {
        play::accounts(strategy)
    }

    fn habit(instance: &Instance<Staking>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn fits(
        instance: &Instance<Staking>,
        who: Agent,
        strategy: Strategy,
    ) -> Result<(), &'static str> {
        live::fits(instance, who, strategy)
    }

    fn conclude(instance: &mut Instance<Staking>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Wrong> {
        play::check(scenario)
    }

    fn stage(scenario: &Scenario) -> Result<stage::Stage, Wrong> {
        stage::Stage::new(scenario)
    }

    /// Everyone is endowed, registers and bonds.
    fn new(scenario: &Scenario, seed: u64, run: u64) -> Self {
        let Scenario { params, world, .. } = scenario;
        let mut wallets = vec![0; TREASURY as usize];
        wallets.push(world.reserve);
        let (staking, dealt) = enter::<Self>(scenario, seed, run, wallets);
        let (all, era) = (accounts(&staking), staking.db.state().era);
        let is_operator = |who: &Agent| staking.db.pool(*who).status != Status::Absent;
        let operators = all.clone().filter(is_operator).collect();
        let mut game = Self {
            staking,
            params: *params,
            world: *world,
            first: era,
            horizon: scenario.run.horizon,
            era,
            agents: Vec::new(),
            purses: Vec::new(),
            operators,
            losses: vec![0; all.len()],
            slashes: vec![0; all.len()],
            lessons: Vec::new(),
            holdings: Vec::new(),
            news: scenario.state.is_some(),
            late_news: false,
            pending: Vec::new(),
            tally: Tally::default(),
        };
        if world.reserve > 0 {
            game.act(TREASURY, world.reserve, Op::Fund {});
        }
        let newcomers = dealt.iter().filter(|dealt| !dealt.there).count();
        let (mut agents, mut purses) = (Vec::new(), Vec::new());
        for Dealt { strategy, account, purse, there } in dealt {
            let memory = if there { game.recall(strategy, account) } else { Memory::Nothing };
            agents.push(Player { strategy, account, memory });
            purses.push(purse);
        }
        game.enter(&mut agents[..newcomers], &mut purses[..newcomers]);
        (game.agents, game.purses) = (agents, purses);
        game
    }

    /// One era.
    fn round(&mut self) {
        let (mut agents, mut purses) = (take(&mut self.agents), take(&mut self.purses));
        for (agent, purse) in agents.iter_mut().zip(&mut purses) {
            self.choose(agent, purse);
        }
        (self.agents, self.purses) = (agents, purses);
        self.news = take(&mut self.late_news);
        self.close();
    }

    fn instance(&self) -> &Instance<Staking> {
        &self.staking
    }

    /// Lets time pass until every report had its slash, and counts.
    fn finish(mut self) -> Finished<Strategy> {
        let state = self.staking.db.state();
        for _ in 0..=self.world.report_delay_eras + self.params.slash_defer_eras {
            self.close();
        }
        let tally = &self.tally;
        let bonded: Balance = self.purses.iter().map(|purse| purse.stake).sum();
        let metrics = vec![
            state.staked as f64 / self.params.issuance as f64,
            tally.rewards as f64,
            state.reserve as f64,
            tally.done as f64 / tally.duties.max(1) as f64,
            tally.offences as f64,
            tally.reports as f64,
            tally.slashed as f64,
            tally.slashed as f64 / bonded.max(1) as f64,
            state.operators.into(),
        ];
        let fate = |(agent, purse): (&Player, &Purse)| {
            let accounts = agent.account..agent.account + play::accounts(agent.strategy);
            let slashed = accounts.clone().map(|at| self.losses[at as usize]).sum();
            purse.fate(&self.staking, agent.strategy, accounts, slashed)
        };
        let agents = self.agents.iter().zip(&self.purses).map(fate).collect();
        Finished { metrics, agents }
    }
}

impl Game {
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
        for (agent, _) in players.filter(|(agent, _)| agent.strategy != Strategy::Bonder) {
            for account in agent.account..agent.account + play::accounts(agent.strategy) {
                let stake = self.staking.ledger().wallets[account as usize];
                if self.act(account, stake, Op::Register { commission }).is_some() {
                    self.operators.push(account);
                }
            }
            agent.memory = self.recall(agent.strategy, agent.account);
        }
        let players = agents.iter_mut().zip(purses);
        for (agent, purse) in players.filter(|(agent, _)| agent.strategy == Strategy::Bonder) {
            agent.memory = self.bond_somewhere(agent.account, purse);
        }
    }

    /// What an agent remembers that has an account as it is, and entered with it or was there.
    fn recall(&mut self, strategy: Strategy, account: Agent) -> Memory {
        match strategy {
            Strategy::ExitBeforeSlash => Memory::Left(None),
            Strategy::Adaptive => {
                self.lessons.push(Learner::new());
                Memory::Learning(self.lessons.len() as u32 - 1)
            }
            Strategy::Bonder => {
                let mut holdings = self.holdings_of(account);
                match holdings.len() {
                    0 | 1 => holdings.pop().unwrap_or(Memory::Idle),
                    _ => {
                        self.holdings.push(holdings);
                        Memory::Several(self.holdings.len() as u32 - 1)
                    }
                }
            }
            _ => Memory::Nothing,
        }
    }

    fn holdings_of(&self, account: Agent) -> Vec<Memory> {
        let db = &self.staking.db;
        let (positions, unbondings) = (db.positions.get(account), db.unbondings.get(account));
        let bonded = positions.iter().map(|(operator, _)| Memory::Bonded(*operator, 0));
        let unbonding =
            unbondings.iter().map(|((operator, era), _)| Memory::Unbonding(*operator, *era));
        bonded.chain(unbonding).collect()
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
                    self.news |= slashed.amount > 0;
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
        let slasher = self.staking.db.roles().slasher;
        for Pending { operator, era, offence, .. } in due {
            let op = Op::Report { operator, era, offence, reporter: TREASURY };
            self.tally.reports += u64::from(self.act(slasher, 0, op).is_some());
        }
    }

    /// An agent's turn.
    #[inline]
    fn choose(&mut self, agent: &mut Player, purse: &mut Purse) {
        match agent.strategy {
            Strategy::Bonder => self.bonder(agent, purse),
            Strategy::Honest => self.duty(agent, purse, 0, Duty::Done),
            Strategy::Lazy => {
                let duty = if purse.chance(0.5) { Duty::Done } else { Duty::Missed };
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
        match purse.chance(self.world.offence_rate) {
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
        if tries && !purse.chance(self.world.miss_rate) {
            self.tally.done += 1;
            let scorer = self.staking.db.roles().scorer;
            self.act(scorer, 0, Op::Award { operator, points: self.world.era_points });
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
        if purse.chance(self.world.detection) {
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
            Memory::Left(None) if self.era - self.first >= self.horizon / 3 => {
                self.duty(agent, purse, 0, Duty::Equivocated);
                self.act(operator, 0, Op::Retire {});
                (self.news, self.late_news) = (true, true);
                let era = self.unbond(operator, operator);
                agent.memory = Memory::Left(era);
            }
            Memory::Left(Some(era))
                if self.act(operator, 0, Op::Withdraw { operator, era }).is_some() =>
            {
                agent.memory = Memory::Idle;
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
        let has =
            self.staking.wealth(agent.account) as f64 + purse.gains as f64 - purse.costs as f64;
        let choice = self.lessons[place as usize].choose(has, purse);
        self.duty(agent, purse, 0, [Duty::Done, Duty::Missed, Duty::Equivocated][choice]);
    }

    /// A bonder looks, and mostly does nothing.
    #[inline]
    fn bonder(&mut self, agent: &mut Player, purse: &mut Purse) {
        if self.news || !matches!(agent.memory, Memory::Bonded(..)) {
            self.bond_or_leave(agent, purse);
        }
    }

    #[inline(never)]
    fn bond_or_leave(&mut self, agent: &mut Player, purse: &mut Purse) {
        let who = agent.account;
        match agent.memory {
            Memory::Bonded(operator, slashes) => {
                let retired = self.staking.db.pool(operator).status != Status::Active;
                if retired || self.slashes[operator as usize] > slashes {
                    match self.unbond(who, operator) {
                        Some(era) => agent.memory = Memory::Unbonding(operator, era),
                        None => self.late_news = true,
                    }
                }
            }
            Memory::Unbonding(operator, era) => {
                if self.era >= era + self.params.unbonding_eras
                    && self.act(who, 0, Op::Withdraw { operator, era }).is_some()
                {
                    agent.memory = self.bond_somewhere(who, purse);
                }
            }
            Memory::Several(place) => {
                let mut holdings = take(&mut self.holdings[place as usize]);
                for memory in &mut holdings {
                    let mut part = Player { memory: *memory, ..*agent };
                    self.bond_or_leave(&mut part, purse);
                    *memory = part.memory;
                }
                holdings.retain(|memory| !matches!(memory, Memory::Idle));
                match holdings.is_empty() {
                    true => agent.memory = Memory::Idle,
                    false => self.holdings[place as usize] = holdings,
                }
            }
            _ => agent.memory = self.bond_somewhere(who, purse),
        }
    }

    /// Bonds all that an account has to an operator drawn by chance, if it takes the bond.
    fn bond_somewhere(&mut self, who: Agent, purse: &mut Purse) -> Memory {
        if self.operators.is_empty() {
            return Memory::Idle;
        }
        let operator = self.operators[purse.rng.random_range(0..self.operators.len())];
        let has = self.staking.ledger().wallets[who as usize];
        match self.act(who, has, Op::Bond { operator }) {
            Some(_) => Memory::Bonded(operator, self.slashes[operator as usize]),
            None => Memory::Idle,
        }
    }
}
