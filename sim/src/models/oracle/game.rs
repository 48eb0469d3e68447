//! The oracle as it is played: agents with strategies, round by round.
//!
//! A round is a batch of questions, from asking to settling. Jurors stake all that they have once,
//! at the start. In a round everyone commits in the order of the seats, then reveals in the same
//! order; those who wait to see the others reveal after them. Wrong outcomes are appealed by chance
//! until no appeal is left. Whoever asks and appeals has what that costs and is no agent.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus the
//! bribes and less the effort that the world knows.

use super::live;
use super::play::{self, Scenario, Strategy, World};
use super::stage;
use super::{BEACON, Op, Oracle, Receipt};
use crate::models::{Agent, Instance};
use crate::play::{Dealt, Finished, Learner, Purse, Wrong, enter};
use crate::simulate::stream;
use carrots_logic::Balance;
use carrots_logic::oracle::verdict::{Standing, standing};
use carrots_logic::oracle::{Ballot, Db, Drawn, Kind, Outcome, Params, Salt};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::mem::take;
use std::ops::Range;

/// Who asks and appeals: the first agent without a role.
const TREASURY: Agent = 2;
/// The agent of an account that does nothing.
const NOBODY: u32 = u32::MAX;
/// Accounts over which a splitting agent spreads its stake.
pub const SPLITS: u32 = 4;

/// An agent in play.
struct Player {
    strategy: Strategy,
    /// The first of its accounts; a splitting agent has the next ones too.
    account: Agent,
    /// In which place its lessons are, if it learns.
    lesson: usize,
    /// What it does in this round.
    plan: Plan,
}

/// What a juror does with a seat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Reports what its effort finds.
    Honest,
    /// The same, but reveals last, and only with the others.
    Wait,
    /// Reports what costs no effort.
    Guess,
    /// Reports what another reports.
    Copy,
    /// Reports a lie, for a bribe.
    Bribe,
    /// Reports a lie, for a promise.
    Promise,
}

/// A question in play.
struct Open {
    number: u64,
    truth: u128,
    guess: u128,
    /// It waits for a jury.
    waits: bool,
    /// Its present jury, among the votes of the round.
    jury: Range<usize>,
}

/// A juror's votes in a jury.
struct Vote {
    question: u64,
    account: Agent,
    votes: u32,
    answer: u128,
    plan: Plan,
    revealed: bool,
}

#[derive(Default)]
struct Tally {
    asked: u64,
    right: u64,
    unanswered: u64,
    appeals: u64,
    drawn: u64,
    revealed: u64,
    slashed: Balance,
    bribes: Balance,
    promises: Balance,
}

/// The oracle in play.
pub struct Game {
    oracle: Instance<Oracle>,
    params: Params,
    world: World,
    kind: Kind,
    budget: Balance,
    /// Truths, seeds and appeals.
    rng: ChaCha8Rng,
    agents: Vec<Player>,
    purses: Vec<Purse>,
    /// The agent of each account.
    owners: Vec<u32>,
    lessons: Vec<Learner<3>>,
    /// What each account lost.
    losses: Vec<Balance>,
    last: u128,
    open: Vec<Open>,
    votes: Vec<Vote>,
    tally: Tally,
}

impl crate::play::Game for Game {
    type Model = Oracle;
    type World = World;
    type Strategy = Strategy;
    type Audit = stage::Audit;
    type Stage = stage::Stage;

    const METRICS: &'static [(&'static str, bool)] = &[
        ("accuracy", false),
        ("unanswered", false),
        ("appeals", false),
        ("turnout", false),
        ("jurors", false),
        ("fees_paid", true),
        ("slashed_total", true),
        ("bribes_paid", true),
        ("promises_paid", true),
    ];

    fn accounts(strategy: Strategy) -> u32 {
        play::accounts(strategy)
    }

    fn habit(instance: &Instance<Oracle>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn fits(
        instance: &Instance<Oracle>,
        who: Agent,
        strategy: Strategy,
    ) -> Result<(), &'static str> {
        live::fits(instance, who, strategy)
    }

    fn conclude(instance: &mut Instance<Oracle>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Wrong> {
        play::check(scenario)
    }

    fn stage(scenario: &Scenario) -> Result<stage::Stage, Wrong> {
        stage::Stage::new(scenario)
    }

    /// Everyone is endowed and stakes.
    fn new(scenario: &Scenario, seed: u64, run: u64) -> Self {
        let Scenario { params, world, .. } = scenario;
        let budget = play::budget(scenario).expect("the amounts are checked");
        let (oracle, dealt) = enter::<Self>(scenario, seed, run, vec![0, 0, budget]);
        let accounts = oracle.ledger().wallets.len();
        let (mut owners, losses) = (vec![NOBODY; accounts], vec![0; accounts]);
        let mut entering = TREASURY + 1..TREASURY + 1;
        let (mut agents, mut purses, mut lessons) = (vec![], vec![], vec![]);
        for (Dealt { strategy, account, purse, there }, at) in dealt.into_iter().zip(0..) {
            let own = account..account + play::accounts(strategy);
            own.clone().for_each(|account| owners[account as usize] = at);
            if !there {
                entering.end = own.end;
            }
            agents.push(Player { strategy, account, lesson: lessons.len(), plan: plan(strategy) });
            purses.push(purse);
            if strategy == Strategy::Adaptive {
                lessons.push(Learner::new());
            }
        }
        let mut game = Self {
            oracle,
            params: *params,
            world: *world,
            kind: world.truth.kind(),
            budget,
            rng: stream(seed, run, u64::MAX),
            agents,
            purses,
            owners,
            lessons,
            losses,
            last: world.truth.start(),
            open: vec![],
            votes: vec![],
            tally: Tally::default(),
        };
        game.let_stakes_change();
        for account in entering {
            let stake = game.oracle.ledger().wallets[account as usize];
            game.act(account, stake, Op::Stake {});
        }
        game
    }

    /// A batch of questions.
    fn round(&mut self) {
        self.learn();
        self.let_stakes_change();
        self.ask();
        while self.open.iter().any(|open| open.waits) {
            self.hear();
            self.appeal();
        }
        self.oracle.advance(self.params.appeal_blocks);
        self.let_stakes_change();
        self.settle();
    }

    fn instance(&self) -> &Instance<Oracle> {
        &self.oracle
    }

    /// Counts. Everything is settled already.
    fn finish(self) -> Finished<Strategy> {
        let tally = &self.tally;
        let share = |part: u64, of: u64| part as f64 / of.max(1) as f64;
        let metrics = vec![
            share(tally.right, tally.asked),
            share(tally.unanswered, tally.asked),
            tally.appeals as f64,
            share(tally.revealed, tally.drawn),
            self.oracle.db.state().jurors.into(),
            (self.budget - self.oracle.wealth(TREASURY)) as f64,
            tally.slashed as f64,
            tally.bribes as f64,
            tally.promises as f64,
        ];
        let fate = |(agent, purse): (&Player, &Purse)| {
            let accounts = agent.account..agent.account + play::accounts(agent.strategy);
            let slashed = accounts.clone().map(|at| self.losses[at as usize]).sum();
            purse.fate(&self.oracle, agent.strategy, accounts, slashed)
        };
        let agents = self.agents.iter().zip(&self.purses).map(fate).collect();
        Finished { metrics, agents }
    }
}

/// What a strategy does with every seat.
fn plan(strategy: Strategy) -> Plan {
    match strategy {
        Strategy::Honest | Strategy::StakeSplitting | Strategy::Adaptive => Plan::Honest,
        Strategy::Lazy => Plan::Guess,
        Strategy::Copying => Plan::Copy,
        Strategy::Bribed => Plan::Bribe,
        Strategy::PEpsilon => Plan::Promise,
        Strategy::Absent => Plan::Wait,
    }
}

/// What hides an answer. Nobody here guesses, so it need not be random.
fn salt(question: u64) -> Salt {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&question.to_le_bytes());
    salt
}

impl Game {
    /// A call that the caller expects to go through; if not, it stays without effect.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    fn act(&mut self, who: Agent, value: Balance, op: Op) -> Option<Receipt> {
        self.oracle.apply(who, value, op).ok()
    }

    /// Those who learn choose what they do in this round.
    fn learn(&mut self) {
        if self.lessons.is_empty() {
            return;
        }
        for (agent, purse) in self.agents.iter_mut().zip(&mut self.purses) {
            if agent.strategy == Strategy::Adaptive {
                let wealth = self.oracle.wealth(agent.account) as f64;
                let has = wealth + purse.gains as f64 - purse.costs as f64;
                let choice = self.lessons[agent.lesson].choose(has, purse);
                agent.plan = [Plan::Honest, Plan::Guess, Plan::Bribe][choice];
            }
        }
    }

    /// Lets a drawing phase pass.
    fn let_stakes_change(&mut self) {
        let now = self.oracle.block();
        self.oracle.advance(live::stakes_change(&self.params, now) - now);
    }

    fn ask(&mut self) {
        let fee = self.params.fee_of(self.params.jury_of(0));
        for _ in 0..self.world.questions {
            let truth = self.world.truth.next(self.last, &mut self.rng);
            let guess = self.world.truth.guess(self.last);
            self.last = truth;
            if let Some(Receipt::Asked(asked)) =
                self.act(TREASURY, fee, Op::Ask { kind: self.kind })
            {
                let number = asked.question;
                self.open.push(Open { number, truth, guess, waits: true, jury: 0..0 });
                self.tally.asked += 1;
            }
        }
    }

    /// Juries are drawn for the questions that wait, vote and are tallied.
    fn hear(&mut self) {
        let mut open = take(&mut self.open);
        let now = self.oracle.block();
        self.oracle.advance(self.params.draw_window(now).0 - now);
        for question in open.iter_mut().filter(|open| open.waits) {
            let op = Op::Draw { question: question.number, seed: self.rng.random() };
            let drawn = self.act(BEACON, 0, op);
            let first = self.votes.len();
            if let Some(Receipt::Drawn(drawn)) = drawn {
                self.commit(question, drawn);
            }
            question.jury = first..self.votes.len();
        }
        self.oracle.advance(self.params.commit_blocks);
        for question in open.iter().filter(|open| open.waits) {
            for vote in question.jury.clone() {
                if self.votes[vote].plan != Plan::Wait {
                    self.reveal(question.number, vote);
                }
            }
            for vote in question.jury.clone() {
                if self.votes[vote].plan == Plan::Wait && self.is_ahead(question, vote) {
                    self.reveal(question.number, vote);
                }
            }
        }
        self.oracle.advance(self.params.reveal_blocks);
        for question in open.iter_mut().filter(|open| open.waits) {
            self.act(TREASURY, 0, Op::Tally { question: question.number });
        }
        self.open = open;
    }

    /// Everyone who was drawn commits.
    fn commit(&mut self, question: &Open, Drawn { round, seats, votes, .. }: Drawn) {
        let (number, first) = (question.number, self.votes.len());
        self.tally.drawn += u64::from(votes);
        for index in 0..seats {
            let Some(account) = self.oracle.db.seat_of(number, round, index) else { continue };
            let votes = self.oracle.db.seat(account, number, round).votes;
            let owner = self.owners[account as usize] as usize;
            let Some(agent) = self.agents.get(owner) else { continue };
            let (plan, purse) = (agent.plan, &mut self.purses[owner]);
            let mut answer = match plan {
                Plan::Honest | Plan::Wait => {
                    purse.costs += self.world.effort_cost;
                    self.world.truth.signal(question.truth, self.world.accuracy, purse)
                }
                Plan::Guess | Plan::Copy => question.guess,
                Plan::Bribe | Plan::Promise => self.world.truth.lie(question.truth),
            };
            let mut commitment = None;
            if plan == Plan::Copy
                && let Some(other) = self.votes[first..].first()
            {
                answer = other.answer;
                commitment = match self.oracle.db.seat(other.account, number, round).ballot {
                    Ballot::Sealed(commitment) => Some(commitment),
                    _ => None,
                };
            }
            let sealed = || self.oracle.db.seal(account, number, answer, &salt(number));
            let commitment = commitment.unwrap_or_else(sealed);
            self.act(account, 0, Op::Commit { question: number, commitment });
            self.votes.push(Vote {
                question: number,
                account,
                votes,
                answer,
                plan,
                revealed: false,
            });
        }
    }

    #[inline]
    fn reveal(&mut self, question: u64, vote: usize) {
        let Vote { account, answer, votes, .. } = self.votes[vote];
        let op = Op::Reveal { question, answer, salt: salt(question) };
        if self.act(account, 0, op).is_some() {
            self.votes[vote].revealed = true;
            self.tally.revealed += u64::from(votes);
        }
    }

    /// Whether no more votes were revealed against a vote than with it, itself included.
    fn is_ahead(&self, question: &Open, vote: usize) -> bool {
        let outcome = Outcome::Answer(self.votes[vote].answer);
        let (mut with, mut against) = (self.votes[vote].votes, 0);
        for other in self.votes[question.jury.clone()].iter().filter(|other| other.revealed) {
            match self.standing(outcome, other) {
                Standing::Coherent => with += other.votes,
                _ => against += other.votes,
            }
        }
        with >= against
    }

    fn standing(&self, outcome: Outcome, vote: &Vote) -> Standing {
        let ballot = if vote.revealed { Ballot::Open(vote.answer) } else { Ballot::Empty };
        standing(self.kind, self.params.tolerance, outcome, ballot)
    }

    fn outcome(&self, question: u64) -> Outcome {
        self.oracle.db.question(question).map_or(Outcome::Pending, |record| record.outcome)
    }

    /// Wrong outcomes are appealed, by chance.
    fn appeal(&mut self) {
        let mut open = take(&mut self.open);
        for question in open.iter_mut().filter(|open| open.waits) {
            let outcome = self.outcome(question.number);
            let wrong = !self.world.truth.is(&self.params, question.truth, outcome);
            question.waits = wrong && self.rng.random_bool(self.world.appeal_rate) && {
                let round = self.oracle.db.question(question.number).map_or(0, |it| it.round);
                let fee = self.params.fee_of(self.params.jury_of(round + 1));
                self.act(TREASURY, fee, Op::Appeal { question: question.number }).is_some()
            };
            self.tally.appeals += u64::from(question.waits);
        }
        self.open = open;
    }

    /// All rounds of all questions are settled, and bribes are paid.
    fn settle(&mut self) {
        let open = take(&mut self.open);
        for question in &open {
            while self.act(TREASURY, 0, Op::Settle { question: question.number }).is_some() {}
            let outcome = self.outcome(question.number);
            let right = self.world.truth.is(&self.params, question.truth, outcome);
            self.tally.right += u64::from(right);
            self.tally.unanswered += u64::from(!matches!(outcome, Outcome::Answer(_)));
        }
        for vote in take(&mut self.votes) {
            self.pay(self.outcome(vote.question), &vote);
        }
    }

    /// Counts what a vote lost, and pays its bribe.
    fn pay(&mut self, outcome: Outcome, vote: &Vote) {
        let standing = self.standing(outcome, vote);
        let loss = match standing {
            Standing::Coherent => 0,
            Standing::Incoherent => self.params.incoherent_loss(),
            Standing::Absent => self.params.absent_loss,
        };
        let lost = loss * Balance::from(vote.votes);
        self.losses[vote.account as usize] += lost;
        self.tally.slashed += lost;
        let won = standing == Standing::Coherent && outcome != Outcome::Undecided;
        let (paid, each) = match vote.plan {
            Plan::Bribe if vote.revealed => (&mut self.tally.bribes, self.world.bribe),
            Plan::Promise if vote.revealed && !won => {
                (&mut self.tally.promises, self.world.promise)
            }
            _ => return,
        };
        let bribe = each * Balance::from(vote.votes);
        *paid += bribe;
        self.purses[self.owners[vote.account as usize] as usize].gains += bribe;
    }
}
