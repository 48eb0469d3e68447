//! Staking as it is played: agents with strategies, round by round.
//!
//! A round is an era. In it every agent chooses once, in the order of their numbers; then reports
//! arrive, somebody ends the era, pulls every payout and applies every slash that is due. After
//! the horizon nobody acts any more, but time goes on until every report has had its slash.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus the
//! gains and less the costs that the world knows.

use super::play::{Scenario, Strategy, World};
use super::{Op, Receipt, SCORER, SLASHER, Staking};
use crate::models::{Agent, Model};
use crate::scenario::Run;
use crate::simulate::stream;
use carrots_logic::Balance;
use carrots_logic::staking::{Db, Era, Offence, Params, Shares, Status};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::mem::take;

/// Who funds the reserve and is credited as the reporter: the first agent without a role.
const TREASURY: Agent = 3;
/// Accounts over which a splitting agent spreads its stake.
pub const SPLITS: u32 = 4;
/// How often the adaptive agent tries something at random, and how fast it forgets.
const EXPLORE: f64 = 0.1;
const FORGET: f64 = 0.2;

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

impl Purse {
    /// Whether something of that chance happens. What is certain takes no draw.
    #[inline]
    fn chance(&mut self, chance: f64) -> bool {
        chance >= 1.0 || chance > 0.0 && self.rng.random_bool(chance)
    }
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

pub struct Game<'a> {
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
    /// Whether any operator was slashed or retired since all bonders looked: else none need look.
    news: bool,
    /// The same for what only some of them can have seen in this round.
    late_news: bool,
    pending: Vec<Pending>,
    tally: Tally,
}

impl<'a> Game<'a> {
    /// Everyone is endowed, registers and bonds.
    pub fn new(scenario: &'a Scenario, seed: u64, run: u64) -> Self {
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
            news: false,
            late_news: false,
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
    pub fn round(&mut self) {
        let (mut agents, mut purses) = (take(&mut self.agents), take(&mut self.purses));
        for (agent, purse) in agents.iter_mut().zip(&mut purses) {
            self.choose(agent, purse);
        }
        (self.agents, self.purses) = (agents, purses);
        self.news = take(&mut self.late_news);
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
            Memory::Left(None) if self.era >= self.horizon / 3 => {
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
        let Lessons { mut paid, choice, had } = self.lessons[place as usize];
        let has =
            self.staking.wealth(agent.account) as f64 + purse.gains as f64 - purse.costs as f64;
        if self.era > 0 {
            paid[choice] += FORGET * (has - had - paid[choice]);
        }
        let best = (0..3).max_by(|a, b| paid[*a].total_cmp(&paid[*b]).then(b.cmp(a)));
        let choice = match purse.chance(EXPLORE) {
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
            Memory::Bonded(..) if !self.news => {}
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
    pub fn finish(mut self, strategies: &[(Strategy, u64)]) -> Vec<f64> {
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
