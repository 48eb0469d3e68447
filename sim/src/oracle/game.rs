//! The oracle as it is played: jurors with plans, round by round.
//!
//! A round is a batch of questions, from asking to settling. Jurors stake all that they have once,
//! at the start; where all places are taken, in the place of the one with the fewest votes, or not at
//! all. In a round everyone commits in the order of the seats, then reveals in the same
//! order; those who wait to see the others reveal after them. Invalid outcomes are appealed by chance
//! until no appeal is left. Whoever asks and appeals has what that costs and is no agent.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus the
//! bribes and less the effort that the world knows.
//!
//! Where it is audited, a jury commits and reveals in the order of what its jurors do, and then of
//! their numbers, and who challenges an outcome appeals it before anybody else.

use super::menu::{self, Game, Plan, Variant};
use super::scenario::{self, Audit, Bribe, SPLITS, Scenario, Strategy, World};
use super::{BEACON, Op, Oracle, Receipt, SINK, live};
use carrots::model::{Agent, Instance};
use carrots::play::{
    Answers, ClosedForm, Learner, Measure, Player, PlayerState, Strategies, Unit, accounts,
};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_logic::oracle::tree;
use carrots_logic::oracle::verdict::{Standing, standing, standing_unheard};
use carrots_logic::oracle::{
    Accounts, Ballot, Block, Db, Drawn, Juror, Kind, Outcome, Params, Question, Status,
    UNANSWERABLE,
};
use std::mem::take;
use std::ops::Range;

/// Who asks and appeals: the first agent without a role.
const TREASURY: Agent = SINK + 1;
/// The player of an account that nobody has.
const NOBODY: u32 = u32::MAX;
/// No question takes so many juries, nor so many calls to its end.
const STEPS_MAX: u32 = 16;
/// What an adaptive agent chooses from.
const CHOICES: [Strategy; 3] = [Strategy::Honest, Strategy::Lazy, Strategy::Bribed];

/// What a juror remembers.
#[derive(Clone, Default)]
pub struct Own {
    lessons: Learner<{ CHOICES.len() }>,
    /// What it chose for this round.
    choice: usize,
}

/// A question in play.
#[derive(Clone)]
struct Open {
    number: u64,
    kind: Kind,
    truth: u128,
    guess: u128,
    /// It waits for a jury.
    waits: bool,
    /// Its present jury, among the votes of the round.
    jury: Range<usize>,
}

/// A juror's votes in a jury.
#[derive(Clone, Copy)]
struct Vote {
    question: u64,
    round: u32,
    kind: Kind,
    juror: usize,
    account: Agent,
    votes: u32,
    answer: u128,
    plan: Plan,
    revealed: bool,
}

/// What is seen, and what the world keeps.
#[derive(Clone, Default)]
pub struct Board {
    /// The player of each account.
    owners: Vec<u32>,
    /// What each account lost.
    losses: Vec<Balance>,
    /// The truth of the last question.
    last: u128,
    /// The questions of the round.
    open: Vec<Open>,
    votes: Vec<Vote>,
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

type Table<A> = carrots::play::Table<Game, A>;

impl carrots::play::Play for Game {
    type Model = Oracle;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new("accuracy", Unit::Share, "questions that were answered with the truth"),
        Measure::new("unanswered", Unit::Share, "questions that were not answered"),
        Measure::new("appeals", Unit::Count, "how often somebody appealed"),
        Measure::new(
            "turnout",
            Unit::Share,
            "of all seats that were drawn, those that revealed a vote",
        ),
        Measure::new("jurors", Unit::Count, "jurors in the end"),
        Measure::new("fees_paid", Unit::Tokens, "what questions cost who asked them"),
        Measure::new(
            "slashed_total",
            Unit::Tokens,
            "what jurors lost by votes against the answer, and by none",
        ),
        Measure::new("bribes_paid", Unit::Tokens, "what the briber paid"),
        Measure::new(
            "promises_paid",
            Unit::Tokens,
            "what of that was for votes that did not win (P + epsilon)",
        ),
    ];
    const TRUSTED: &'static [&'static str] = &["beacon", "sink"];

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn unused(scenario: &Scenario) -> Vec<&'static str> {
        scenario::unused(scenario)
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

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        scenario::check(scenario)
    }

    fn plan(strategy: Strategy) -> Plan {
        Plan::of(strategy)
    }

    fn strategy(plan: Plan) -> Strategy {
        plan.strategy
    }

    fn new(scenario: &Scenario) -> Self {
        let Scenario { params, world, agents, audit, .. } = scenario;
        Self {
            params: *params,
            world: *world,
            audit: audit.filter(|audit| audit.by_plan).unwrap_or_default(),
            entering: agents.iter().map(|group| group.count as usize).sum(),
            budget: scenario::budget(scenario).expect("the amounts are checked"),
        }
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0, 0, self.budget]
    }

    /// Everyone stakes.
    fn enter<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        let accounts = table.instance.ledger().wallets.len();
        let mut owners = vec![NOBODY; accounts];
        for (player, at) in table.players.iter().zip(0..) {
            let own = player.account..player.account + player.plan.accounts();
            own.for_each(|account| owners[account as usize] = at);
        }
        let (losses, last) = (vec![0; accounts], self.world.truth.start());
        table.board = Board { owners, losses, last, ..Board::default() };
        wait(table, 0);
        for at in 0..table.entering {
            let PlayerState { plan, account, .. } = table.players[at];
            if plan.variant == Variant::Crowd {
                continue;
            }
            table.turn(at);
            for part in 0..plan.accounts() {
                let stake = table.part(at, part, plan.accounts());
                enter(table, account + part, stake);
            }
        }
        for at in table.entering..table.players.len() {
            if table.players[at].plan.variant == Variant::Out {
                table.turn(at);
                withdraw(table, table.players[at].account);
            }
        }
    }

    /// A batch of questions.
    fn round<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        self.learn(table);
        wait(table, 0);
        table.board.open.clear();
        self.crowd(table);
        self.ask(table);
        for _ in 0..STEPS_MAX {
            if self.waits(table) {
                self.hear(table);
                self.appeal(table);
                continue;
            }
            table.advance(self.params.appeal_blocks);
            if !self.waits(table) {
                break;
            }
        }
        wait(table, 0);
        self.settle(table);
    }

    /// Counts. Everything is settled already.
    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let share = |part: u64, of: u64| Cell::Number(part as f64 / of.max(1) as f64);
        vec![
            share(board.right, board.asked),
            share(board.unanswered, board.asked),
            board.appeals.into(),
            share(board.revealed, board.drawn),
            table.instance.db.state().jurors.into(),
            self.budget.saturating_sub(table.instance.wealth(TREASURY)).into(),
            board.slashed.into(),
            board.bribes.into(),
            board.promises.into(),
        ]
    }

    fn slashed<A>(&self, table: &Table<A>, player: usize) -> Balance {
        let PlayerState { plan, account, .. } = table.players[player];
        (0..plan.accounts()).map(|part| table.board.losses[(account + part) as usize]).sum()
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    fn spare(&self) -> Balance {
        self.audit.spare
    }

    /// What others asked, or appealed when nobody expected it, ends first.
    fn leave<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        let numbers: Vec<u64> = table.instance.db.questions.iter().map(|one| one.0).collect();
        numbers.into_iter().for_each(|number| close(table, number));
        wait(table, 0);
        for account in accounts(&table.instance) {
            withdraw(table, account);
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }

    fn others(&self) -> Vec<Player> {
        [("asker", TREASURY), ("beacon", BEACON), ("sink", SINK)]
            .map(|(name, account)| Player { name: name.into(), accounts: vec![account] })
            .into()
    }

    /// An answer is worth to whoever asks what it costs.
    fn other_gains<A>(&self, table: &Table<A>, seat: usize) -> i128 {
        let db = &table.instance.db;
        let answered = |open: &&Open| {
            let record = db.question(open.number).filter(|record| record.asker == TREASURY);
            record.is_some_and(|record| is_answer(record.outcome))
        };
        let answered = table.board.open.iter().filter(answered).count() as Balance;
        let fee = self.params.fee_of(self.params.jury_of(0));
        if seat == 0 { (fee * answered) as i128 } else { 0 }
    }

    fn fixed(&self, plan: Plan, _player: usize, _kind: Balance) -> Option<Plan> {
        let free = self.world.bribe == 0 && self.world.promise == 0;
        match (plan.strategy, plan.variant) {
            (Strategy::Copying | Strategy::Absent | Strategy::Adaptive, _)
            | (_, Variant::Late | Variant::Peek) => None,
            (Strategy::Bribed | Strategy::PEpsilon, Variant::Plain) if free => self.corrupt(),
            (Strategy::StakeSplitting, _) => Some(Plan::honest(Variant::Parts(SPLITS as u8))),
            _ => Some(plan),
        }
    }

    /// Who was there already has one account.
    fn suits(&self, player: usize, strategy: Strategy) -> bool {
        scenario::accounts(strategy) == 1 || self.audit.splitting && player < self.entering
    }

    fn options(&self, player: usize) -> Vec<Plan> {
        let Audit { appeals, copying, splits, .. } = self.audit;
        let splits = if player < self.entering { splits as u8 } else { 1 };
        let mut plans = vec![Plan::of(Strategy::Honest)];
        plans.extend(self.corrupt());
        plans.extend([Variant::Silent, Variant::Out].map(Plan::honest));
        plans.push(Plan::of(Strategy::Lazy));
        plans.push(Plan::honest(Variant::Unanswerable));
        if copying {
            plans.extend([Variant::Late, Variant::Peek].map(Plan::honest));
        }
        plans.extend((appeals > 0).then_some(Plan::honest(Variant::Challenge)));
        if self.is_prized(player) {
            plans.extend(self.corrupt().map(Plan::crowding));
        }
        plans.extend((2..=splits).map(|parts| Plan::honest(Variant::Parts(parts))));
        plans
    }

    fn name(&self, plan: Plan) -> String {
        let name = match plan.variant {
            Variant::Plain if Some(plan) == self.corrupt() => "lie",
            Variant::Plain => plan.strategy.name(),
            Variant::Silent => "silent",
            Variant::Out => "out",
            Variant::Late => "late",
            Variant::Peek => "peek",
            Variant::Unanswerable => "unanswerable",
            Variant::Challenge => "challenge",
            Variant::Crowd => "crowd",
            Variant::Parts(parts) => return format!("honest as {parts} accounts"),
        };
        name.into()
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan.variant == Variant::Out
    }

    fn identities(&self, plan: Plan) -> u32 {
        plan.accounts().max(1)
    }

    /// A jury of all votes treats all alike that enter.
    fn class(&self, player: usize) -> usize {
        let alike = self.audit.jury == 0 && player < self.entering && !self.is_prized(player);
        if alike { 0 } else { 1 + player }
    }

    fn player_name(&self, player: usize) -> String {
        format!("juror {player}")
    }

    /// Whether the lie won where somebody wanted to know: a vote for it is in accord with the outcome.
    fn turned<A>(&self, table: &Table<A>) -> Option<bool> {
        let turned = |open: &Open| {
            let record = table.instance.db.question(open.number);
            record.is_some_and(|Question { asker, outcome, .. }| {
                let lie = Ballot::Open(self.world.truth.lie(open.truth));
                let standing = standing(open.kind, self.params.tolerance, outcome, lie);
                let answered = asker == TREASURY && matches!(outcome, Outcome::Answer(_));
                answered && standing == Standing::Coherent
            })
        };
        Some(table.board.open.iter().any(turned))
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_bribes(terms)
    }

    /// The lie, for what a briber pays.
    fn corrupt(&self) -> Option<Plan> {
        Some(Plan::of(match self.audit.bribe {
            Bribe::PEpsilon => Strategy::PEpsilon,
            Bribe::None | Bribe::OnAction => Strategy::Bribed,
        }))
    }
}

/// What hides an answer, and what stands for a text. Nobody here guesses it, so it need not be random.
fn salt(question: u64) -> [u8; 32] {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&question.to_le_bytes());
    salt
}

fn outcome(db: &Oracle, question: u64) -> Outcome {
    db.question(question).map_or(Outcome::Pending, |record| record.outcome)
}

fn is_answer(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Answer(_) | Outcome::Unanswerable)
}

/// What a juror does in this round.
#[inline]
fn does(player: &PlayerState<Game>) -> Plan {
    match player.plan.strategy {
        Strategy::Adaptive => Plan::of(CHOICES[player.own.choice]),
        _ => player.plan,
    }
}

impl Game {
    /// Whether a lie that wins is worth something to a juror.
    fn is_prized(&self, player: usize) -> bool {
        self.audit.prize > 0 && player + 1 == self.entering
    }

    /// Those who learn choose what they do in this round.
    fn learn<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        for (player, endowment) in table.players.iter_mut().zip(&mut table.endowments) {
            if player.plan.strategy == Strategy::Adaptive {
                let wealth = table.instance.wealth(player.account) as f64;
                let has = wealth + endowment.gains as f64 - endowment.costs as f64;
                player.own.choice = player.own.lessons.choose(has, endowment, &mut table.answers);
            }
        }
    }

    /// Who crowds the court asks what everybody knows until no vote is free, and stakes while those juries
    /// wait for an appeal.
    fn crowd<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        for at in 0..table.entering {
            let PlayerState { plan, account, .. } = table.players[at];
            if plan.variant != Variant::Crowd {
                continue;
            }
            table.turn(at);
            let jury = self.params.jury_of(0);
            let (fee, kind) = (self.params.fee_of(jury), self.world.truth.kind());
            let free = tree::total(&table.instance.db, &self.params);
            for _ in 0..free.div_ceil(jury.into()) {
                table.call(account, fee, Op::Ask { kind, text: salt(0) });
            }
            if self.waits(table) {
                self.hear(table);
                self.appeal(table);
            }
            wait(table, 0);
            table.turn(at);
            let stake = table.part(at, 0, 1);
            enter(table, account, stake);
        }
    }

    fn ask<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        let (truths, kind) = (self.world.truth, self.world.truth.kind());
        let fee = self.params.fee_of(self.params.jury_of(0));
        for _ in 0..self.world.questions {
            let last = table.board.last;
            let mut truth = truths.next(last, &mut table.answers, &mut table.world);
            table.board.last = truth;
            if table.answers.chance(&mut table.world, self.world.unanswerable) {
                truth = UNANSWERABLE;
            }
            let op = Op::Ask { kind, text: salt(table.board.asked) };
            if let Some(Receipt::Asked(asked)) = table.call(TREASURY, fee, op) {
                let (number, guess) = (asked.question, truths.guess(last));
                table.board.open.push(Open { number, kind, truth, guess, waits: true, jury: 0..0 });
                table.board.asked += 1;
            }
        }
    }

    /// Whether a question waits for a jury. Where it is audited somebody else may have asked it, or
    /// have appealed its outcome; the answer to what was not expected is zero.
    fn waits<A>(&self, table: &mut Table<A>) -> bool {
        let (board, own) = (&mut table.board, self.world.truth.kind());
        let all = table.instance.db.questions.iter().filter(|_| self.audit.by_plan);
        for (number, record) in all.copied() {
            let Some(Question { kind, status: Status::Drawing, .. }) = record else { continue };
            if let Some(open) = board.open.iter_mut().find(|open| open.number == number) {
                open.waits = true;
                continue;
            }
            let truth = if kind == own { board.last } else { 0 };
            board.open.push(Open { number, kind, truth, guess: truth, waits: true, jury: 0..0 });
            board.asked += 1;
        }
        board.open.iter().any(|open| open.waits)
    }

    /// Juries are drawn for the questions that wait, vote and are tallied.
    fn hear<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        let mut open = take(&mut table.board.open);
        let (now, own) = (table.instance.block(), self.audit.seed.to_le_bytes());
        table.advance(self.params.draw_window(now).0 - now);
        for question in open.iter_mut().filter(|open| open.waits) {
            table.turn_of_others();
            let mut seed = table.answers.seed(&mut table.world, BEACON);
            seed.iter_mut().zip(own).for_each(|(byte, own)| *byte ^= own);
            let drawn = table.call(BEACON, 0, Op::Draw { question: question.number, seed });
            question.jury = table.board.votes.len()..table.board.votes.len();
            let Some(Receipt::Drawn(drawn)) = drawn else {
                table.call(BEACON, 0, Op::Expire { question: question.number });
                continue;
            };
            table.board.drawn += u64::from(drawn.votes);
            for seat in self.bench(table, &drawn) {
                self.commit(table, question, drawn.round, seat);
            }
        }
        table.advance(self.params.commit_blocks);
        for question in open.iter().filter(|open| open.waits) {
            for last in [false, true] {
                for vote in question.jury.clone() {
                    let Vote { plan, juror, .. } = table.board.votes[vote];
                    if plan.waits() == last {
                        table.turn(juror);
                        self.reveal(table, question, vote);
                    }
                }
            }
        }
        table.advance(self.params.reveal_blocks);
        for question in open.iter().filter(|open| open.waits) {
            let silent =
                table.board.votes[question.jury.clone()].iter().filter(|vote| !vote.revealed);
            silent.for_each(|vote| table.answers.commit(vote.juror));
            table.turn_of_others();
            table.call(BEACON, 0, Op::Tally { question: question.number });
        }
        table.board.open = open;
    }

    /// Who was drawn, in the order of their turns: accounts, and whose they are.
    fn bench<A>(&self, table: &Table<A>, drawn: &Drawn) -> Vec<(Agent, usize)> {
        let owned = |index| {
            let account = table.instance.db.seat_of(drawn.question, drawn.round, index)?;
            let owner = table.board.owners[account as usize];
            (owner != NOBODY).then_some((account, owner as usize))
        };
        let mut bench: Vec<_> = (0..drawn.seats).filter_map(owned).collect();
        if self.audit.by_plan {
            bench.sort_by_key(|(account, juror)| {
                let player = &table.players[*juror];
                (player.plan.strategy == Strategy::Copying, does(player), player.plan, *account)
            });
        }
        bench
    }

    /// Who was drawn finds out what it will answer, and commits.
    fn commit<A: Answers<Oracle>>(
        &self,
        table: &mut Table<A>,
        question: &mut Open,
        round: u32,
        (account, juror): (Agent, usize),
    ) {
        table.turn(juror);
        let (number, truths) = (question.number, self.world.truth);
        let plan = does(&table.players[juror]);
        let mut answer = match (plan.strategy, plan.variant) {
            (_, Variant::Peek) => self.peek(table, question, round).unwrap_or(question.guess),
            (_, Variant::Silent | Variant::Late) | (Strategy::Lazy | Strategy::Copying, _) => {
                question.guess
            }
            (_, Variant::Unanswerable) => UNANSWERABLE,
            (Strategy::Bribed | Strategy::PEpsilon, _) => truths.lie(question.truth),
            _ => {
                let (accuracy, endowment) = (self.world.accuracy, &mut table.endowments[juror]);
                endowment.costs += self.world.effort_cost;
                let Open { truth, guess, .. } = *question;
                truths.signal(truth, guess, accuracy, &mut table.answers, endowment)
            }
        };
        let db = &table.instance.db;
        let votes = db.seat(account, number, round).votes;
        let mut commitment = None;
        let mut sealed = table.board.votes[question.jury.clone()].iter();
        if plan.strategy == Strategy::Copying
            && let Some(first) = sealed.find(|vote| vote.plan.variant != Variant::Late)
        {
            answer = first.answer;
            if let Ballot::Sealed(sealed) = db.seat(first.account, number, round).ballot {
                commitment = Some(sealed);
            }
        }
        if plan.variant != Variant::Late {
            let sealed = || db.seal(account, number, answer, &salt(number));
            let commitment = commitment.unwrap_or_else(sealed);
            table.call(account, 0, Op::Commit { question: number, commitment });
        }
        let (kind, revealed) = (question.kind, false);
        table.board.votes.push(Vote {
            question: number,
            round,
            kind,
            juror,
            account,
            votes,
            answer,
            plan,
            revealed,
        });
        question.jury.end += 1;
    }

    /// The option that is what another committed to, if no salt hides it: it is not known here.
    fn peek<A>(&self, table: &Table<A>, question: &Open, round: u32) -> Option<u128> {
        let Kind::Choice { options } = question.kind else { return None };
        let (db, number) = (&table.instance.db, question.number);
        let other = table.board.votes[question.jury.clone()].first()?.account;
        let Ballot::Sealed(sealed) = db.seat(other, number, round).ballot else { return None };
        (0..options.into()).find(|option| db.seal(other, number, *option, &[u8::MAX; 32]) == sealed)
    }

    /// A juror reveals its answer, or keeps it back.
    #[inline]
    fn reveal<A: Answers<Oracle>>(&self, table: &mut Table<A>, question: &Open, vote: usize) {
        let Vote { juror, account, votes, mut answer, plan, .. } = table.board.votes[vote];
        let number = question.number;
        match (plan.strategy, plan.variant) {
            (_, Variant::Silent) => return,
            (Strategy::Absent, _) if !self.is_ahead(table, question, vote) => return,
            (_, Variant::Late) => {
                let mut others = table.board.votes[question.jury.clone()].iter();
                let Some(other) = others.find(|vote| vote.revealed) else { return };
                answer = other.answer;
                let commitment = table.instance.db.seal(account, number, answer, &salt(number));
                table.call(account, 0, Op::Commit { question: number, commitment });
            }
            _ => {}
        }
        let op = Op::Reveal { question: number, answer, salt: salt(number) };
        if table.call(account, 0, op).is_some() {
            let vote = &mut table.board.votes[vote];
            (vote.answer, vote.revealed) = (answer, true);
            table.board.revealed += u64::from(votes);
        }
        if answer != question.truth {
            table.answers.commit(juror);
        }
    }

    /// Whether no more votes were revealed against a vote than with it, itself included.
    fn is_ahead<A>(&self, table: &Table<A>, question: &Open, vote: usize) -> bool {
        let votes = &table.board.votes;
        let outcome = Outcome::Answer(votes[vote].answer);
        let ahead = |other: &Vote| match self.standing(outcome, other) {
            Standing::Absent | Standing::Unjudged => 0,
            Standing::Coherent => i64::from(other.votes),
            Standing::Incoherent => -i64::from(other.votes),
        };
        let others: i64 = votes[question.jury.clone()].iter().map(ahead).sum();
        others + i64::from(votes[vote].votes) >= 0
    }

    fn standing(&self, outcome: Outcome, vote: &Vote) -> Standing {
        standing(vote.kind, self.params.tolerance, outcome, vote.ballot())
    }

    /// The first one who challenges outcomes and can pay for it appeals; else wrong ones are
    /// appealed by chance.
    fn appeal<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        let mut open = take(&mut table.board.open);
        let players = if self.audit.by_plan { table.players.len() } else { 0 };
        for question in open.iter_mut().filter(|open| open.waits) {
            let (number, op) = (question.number, Op::Appeal { question: question.number });
            let round = table.instance.db.question(number).map_or(0, |record| record.round);
            let fee = self.params.fee_of(self.params.jury_of(round + 1));
            let challenged = (0..players).any(|at| {
                let PlayerState { plan, account, .. } = table.players[at];
                plan.variant == Variant::Challenge && {
                    table.turn(at);
                    table.call(account, fee, op).is_some()
                }
            });
            if !challenged {
                table.turn_of_others();
                let (rate, outcome) = (self.world.appeal_rate, outcome(&table.instance.db, number));
                let wrong = !self.world.truth.is(&self.params, question.truth, outcome);
                if wrong && table.answers.chance(&mut table.world, rate) {
                    table.call(TREASURY, fee, op);
                }
            }
            let record = table.instance.db.question(number);
            question.waits = record.is_some_and(|record| record.status == Status::Drawing);
            table.board.appeals += u64::from(question.waits);
        }
        table.board.open = open;
    }

    /// All rounds of all questions are settled, and bribes are paid.
    fn settle<A: Answers<Oracle>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        let open = take(&mut table.board.open);
        for question in &open {
            close(table, question.number);
            let outcome = outcome(&table.instance.db, question.number);
            let right = self.world.truth.is(&self.params, question.truth, outcome);
            table.board.right += u64::from(right);
            table.board.unanswered += u64::from(!is_answer(outcome));
        }
        for vote in take(&mut table.board.votes) {
            self.pay(table, &vote);
        }
        table.board.open = open;
        if self.audit.prize > 0 && carrots::play::Play::turned(self, table) == Some(true) {
            table.endowments[self.entering - 1].gains += self.audit.prize;
        }
    }

    /// Counts what a vote lost, and pays its bribe.
    fn pay<A>(&self, table: &mut Table<A>, vote: &Vote) {
        let Some(record) = table.instance.db.question(vote.question) else { return };
        let (board, votes) = (&mut table.board, Balance::from(vote.votes));
        let agrees = self.standing(record.outcome, vote);
        let stands = match vote.round > record.decided {
            true => standing_unheard(vote.ballot()),
            false => agrees,
        };
        let loss = match stands {
            Standing::Coherent | Standing::Unjudged => 0,
            Standing::Incoherent => self.params.incoherent_loss(),
            Standing::Absent => self.params.absent_loss,
        };
        board.losses[vote.account as usize] += loss * votes;
        board.slashed += loss * votes;
        let won = agrees == Standing::Coherent;
        let (paid, each) = match vote.plan.strategy {
            Strategy::Bribed if vote.revealed => (&mut board.bribes, self.world.bribe),
            Strategy::PEpsilon if vote.revealed && !won => {
                (&mut board.promises, self.world.promise)
            }
            _ => return,
        };
        *paid += each * votes;
        table.endowments[vote.juror].gains += each * votes;
    }
}

impl Vote {
    fn ballot(&self) -> Ballot {
        if self.revealed { Ballot::Open(self.answer) } else { Ballot::Empty }
    }
}

/// An account stakes, in the place of the juror with the fewest votes where there is no other.
fn enter<A: Answers<Oracle>>(table: &mut Table<A>, who: Agent, stake: Balance) {
    if table.call(who, stake, Op::Stake {}).is_some() {
        return;
    }
    let (db, params) = (&table.instance.db, table.instance.db.params());
    let free = |who: &Agent| db.juror(*who).locked == 0;
    let jurors = (1..=db.state().jurors).filter_map(|leaf| db.leaf(leaf)).filter(free);
    if let Some(juror) = jurors.min_by_key(|who| db.juror(*who).votes(&params)) {
        table.call(who, stake, Op::Displace { juror });
    }
}

/// Lets blocks pass until a block is over or begins in which stakes can change.
fn wait<A: Answers<Oracle>>(table: &mut Table<A>, block: Block) {
    let now = table.instance.block();
    let blocks = live::stakes_change(&table.instance.db.params(), now.max(block)) - now;
    if blocks > 0 {
        table.advance(blocks);
    }
}

/// Brings a question to its end.
fn close<A: Answers<Oracle>>(table: &mut Table<A>, question: u64) {
    for _ in 0..STEPS_MAX {
        let Some((block, op)) = live::ending(&table.instance.db, question) else { break };
        wait(table, block);
        table.call(BEACON, 0, op);
    }
}

/// An account takes out all that it can.
fn withdraw<A: Answers<Oracle>>(table: &mut Table<A>, who: Agent) {
    let Juror { stake, locked, .. } = table.instance.db.juror(who);
    let least = table.instance.db.params().least_stake();
    let stays = if locked > 0 { locked.max(least) } else { 0 };
    let amount = stake.saturating_sub(stays);
    if amount > 0 {
        table.call(who, 0, Op::Unstake { amount });
    }
}
