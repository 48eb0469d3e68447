//! A tribunal as it is played: operators with a duty, jurors who judge them, and those who accuse.
//!
//! Operators bond and jurors stake once, at the start. A round is a chance to offend: it is the turn of one
//! operator after the other. Accusers look, and charge it: each asks the court and names its question. The
//! jury commits in the order of its seats, reveals in the same, and what it finds is settled, reported and, as
//! soon as it is due, slashed. Eras end when they are over, however long a trial takes.
//!
//! An agent's payoff is what it has and could take out then, less what it began with, plus what offences
//! bring and less what it costs to look. Where it is audited jurors vote in the order of what they do, and
//! then of their numbers.

use super::menu::{self, Game, Plan, Variant};
use super::scenario::{self, Audit, Scenario, Seat, Strategy, World};
use super::{BEACON, CANCELLER, Op, Params, Receipt, SCORER, SINK, Tribunal, VERDICTS};
use crate::oracle::{self, live as court};
use crate::staking::{self, live as stakes};
use crate::verdicts;
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, Learner, Measure, Play, Player, PlayerState, Unit, accounts};
use carrots::rows::Cell;
use carrots::scenario::Invalid;
use carrots_kernel::accounts::Accounts;
use carrots_kernel::sealed::Block;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::oracle::{Db as _, Outcome, Status};
use carrots_logic::staking::{Db as _, Era, Offence};
use carrots_logic::verdicts::{GUILTY, INNOCENT, KIND, stands, text};

/// Who keeps the clock, and charges falsely where the world does: the first account of nobody else.
pub const OUTSIDER: Agent = VERDICTS + 1;
/// The player of an account that nobody has.
const NOBODY: u32 = u32::MAX;
/// No question takes so many juries, nor so many calls to its end.
const STEPS_MAX: u32 = 16;
/// Older questions are not looked at.
const RECENT: u64 = 64;
/// What an adaptive juror chooses from.
const CHOICES: [Strategy; 3] = [Strategy::Juror, Strategy::Acquitting, Strategy::Convicting];
/// What operators are charged with.
const OFFENCE: Offence = Offence::Misconduct;

/// What a player remembers.
#[derive(Clone, Default)]
pub struct Own {
    lessons: Learner<{ CHOICES.len() }>,
    /// What it chose for this round.
    choice: usize,
    /// What it lost by slashes, and by wrong answers and silence.
    lost: Balance,
}

/// A question in play.
#[derive(Clone, Copy)]
struct Charge {
    question: u64,
    truth: u128,
}

/// What is seen, and what the world keeps.
#[derive(Clone, Default)]
pub struct Board {
    /// The player of each account.
    owners: Vec<u32>,
    round: usize,
    /// Whose turn it was, in which era, and whether it offended.
    operator: Agent,
    era: Era,
    offended: bool,
    charges: Vec<Charge>,
    offences: u64,
    punished: u64,
    trials: u64,
    right: u64,
    wronged: u64,
}

type Table<A> = carrots::play::Table<Game, A>;

impl Play for Game {
    type Model = Tribunal;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new("offences", Unit::Count, "how often an operator offended"),
        Measure::new("punished", Unit::Share, "of the offences, those that were reported"),
        Measure::new("trials", Unit::Count, "how often the court was asked"),
        Measure::new("accuracy", Unit::Share, "of the trials, those that found what is true"),
        Measure::new("wronged", Unit::Count, "how often who had not offended was reported"),
        Measure::new("burned", Unit::Tokens, "what the sink got"),
    ];
    const TRUSTED: &'static [&'static str] = &["beacon", "scorer", "canceller", "sink"];

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn habit(instance: &Instance<Tribunal>, who: Agent) -> Option<Strategy> {
        let Tribunal { oracle, staking, .. } = &instance.db;
        match (staking.pool(who).registered(), oracle.juror(who).stake) {
            (true, _) => Some(Strategy::Honest),
            (false, 1..) => Some(Strategy::Juror),
            (false, 0) => None,
        }
    }

    fn conclude(instance: &mut Instance<Tribunal>) {
        for question in 0..instance.db.oracle.state().questions {
            for _ in 0..STEPS_MAX {
                let Some((block, op)) = court::ending(&instance.db.oracle, question) else { break };
                let params = instance.db.oracle.params();
                let block = court::stakes_change(&params, block.max(instance.block()));
                instance.set_block(block);
                let _ = instance.apply(BEACON, 0, Op::Oracle(op));
            }
        }
        for operator in accounts(instance) {
            let _ = instance.apply(BEACON, 0, Op::Staking(staking::Op::Payout { operator }));
            let slash = Op::Staking(staking::Op::ApplySlash { operator });
            while instance.apply(BEACON, 0, slash).is_ok() {}
        }
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
        Self::of(scenario)
    }

    fn wallets(&self) -> Vec<Balance> {
        let mut wallets = vec![0; OUTSIDER as usize];
        wallets.push(self.budget);
        wallets
    }

    /// Operators register, and jurors stake; then an era begins in which the operators have a duty.
    fn enter<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        let mut owners = vec![NOBODY; table.instance.ledger().wallets.len()];
        for (player, at) in table.players.iter().zip(0..) {
            owners[player.account as usize] = at;
        }
        table.board.owners = owners;
        self.wait(table, 0);
        for at in 0..table.entering {
            let PlayerState { plan, account, .. } = table.players[at];
            if plan.is_out() {
                continue;
            }
            let stake = table.part(at, 0, 1);
            let op = match plan.strategy.seat() {
                Seat::Operator => {
                    Op::Staking(staking::Op::Register { commission: Perbill::zero() })
                }
                Seat::Juror => Op::Oracle(oracle::Op::Stake {}),
                Seat::Accuser => continue,
            };
            table.turn(at);
            table.call(account, stake, op);
        }
        self.pass(table, self.params.staking.era_blocks);
    }

    /// One operator's turn, and what comes of it.
    fn round<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        self.learn(table);
        self.wait(table, 0);
        self.duty(table);
        for trial in 0..STEPS_MAX {
            self.accuse(table, trial == 0);
            self.trials(table);
            self.judge(table);
            if !self.is_open(table) {
                break;
            }
        }
        self.pass(table, self.params.staking.era_blocks);
    }

    /// What was reported is slashed.
    fn finish<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        for _ in 0..=self.params.staking.deferral() {
            self.pass(table, self.params.staking.era_blocks);
        }
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let share = |part: u64, of: u64| Cell::Number(part as f64 / of.max(1) as f64);
        vec![
            board.offences.into(),
            share(board.punished, board.offences),
            board.trials.into(),
            share(board.right, board.trials),
            board.wronged.into(),
            table.instance.wealth(SINK).into(),
        ]
    }

    fn slashed<A>(&self, table: &Table<A>, player: usize) -> Balance {
        table.players[player].own.lost
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    fn leave<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        for question in 0..table.instance.db.oracle.state().questions {
            self.close(table, question);
        }
        self.wait(table, 0);
        let all: Vec<Agent> = accounts(&table.instance).collect();
        for who in &all {
            let juror = table.instance.db.oracle.juror(*who);
            if juror.stake > juror.locked {
                let amount = juror.stake - juror.locked;
                table.call(*who, 0, Op::Oracle(oracle::Op::Unstake { amount }));
            }
            if table.instance.db.staking.pool(*who).registered() {
                table.call(*who, 0, Op::Staking(staking::Op::Retire {}));
            }
            for op in stakes::unbonds(&table.instance.db.staking, *who) {
                table.call(*who, 0, Op::Staking(op));
            }
        }
        for _ in 0..=self.params.staking.unbonding_eras {
            self.pass(table, self.params.staking.era_blocks);
        }
        for who in &all {
            for op in stakes::withdrawals(&table.instance.db.staking, *who) {
                table.call(*who, 0, Op::Staking(op));
            }
        }
        for account in all {
            if table.instance.db.oracle.credit(account) > 0 {
                table.call(account, 0, Op::Oracle(oracle::Op::Collect { account }));
            }
            if table.instance.db.staking.credit(account) > 0 {
                table.call(account, 0, Op::Staking(staking::Op::Collect { account }));
            }
        }
    }

    /// The reserve, and what rounding left with operators.
    fn kept(&self, end: &Instance<Tribunal>) -> Balance {
        let staking = &end.db.staking;
        let left: Balance = accounts(end).map(|who| staking.pool(who).stake.all).sum();
        staking.state().reserve + left
    }

    fn others(&self) -> Vec<Player> {
        let seats = [
            ("public", OUTSIDER),
            ("beacon", BEACON),
            ("scorer", SCORER),
            ("canceller", CANCELLER),
            ("sink", SINK),
        ];
        seats.map(|(name, account)| Player { name: name.into(), accounts: vec![account] }).into()
    }

    /// Those who rely on operators lose by their offences.
    fn other_gains<A>(&self, table: &Table<A>, seat: usize) -> i128 {
        let harm = self.world.harm as i128 * i128::from(table.board.offences);
        if seat == 0 { -harm } else { 0 }
    }

    fn fixed(&self, plan: Plan, _player: usize, _kind: Balance) -> Option<Plan> {
        (plan.strategy != Strategy::Adaptive).then_some(plan)
    }

    fn suits(&self, player: usize, strategy: Strategy) -> bool {
        self.seat(player) == strategy.seat()
    }

    fn options(&self, player: usize) -> Vec<Plan> {
        self.menu(self.seat(player))
    }

    fn name(&self, plan: Plan) -> String {
        menu::named(plan)
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan.is_out()
    }

    fn player_name(&self, player: usize) -> String {
        let name = match self.seat(player) {
            Seat::Operator => "operator",
            Seat::Juror => "juror",
            Seat::Accuser => "accuser",
        };
        format!("{name} {player}")
    }

    /// Whether an operator that has not offended was reported.
    fn turned<A>(&self, table: &Table<A>) -> Option<bool> {
        Some(table.board.wronged > 0)
    }

    fn corrupt(&self) -> Option<Plan> {
        Some(Plan::of(Strategy::Convicting))
    }
}

/// What hides an answer. Nobody here guesses it, so it need not be random.
fn salt(question: u64, who: Agent) -> [u8; 32] {
    let mut salt = [0; 32];
    salt[..8].copy_from_slice(&question.to_le_bytes());
    salt[8..12].copy_from_slice(&who.to_le_bytes());
    salt
}

impl Game {
    /// Lets blocks pass. An era that is over ends at once: operators are paid for it, what is due is slashed,
    /// and those on duty have a point in the next.
    fn pass<A: Answers<Tribunal>>(&self, table: &mut Table<A>, blocks: Block) {
        let until = table.instance.block().saturating_add(blocks);
        loop {
            let (now, state) = (table.instance.block(), table.instance.db.staking.state());
            let over = state.era_start.saturating_add(self.params.staking.era_blocks);
            let next = over.max(now).min(until);
            if next > now {
                table.advance(next - now);
            }
            if over > until {
                return;
            }
            table.turn_of_others();
            if table.call(OUTSIDER, 0, Op::Staking(staking::Op::EndEra {})).is_none() {
                if until > next {
                    table.advance(until - next);
                }
                return;
            }
            self.pay(table);
        }
    }

    fn pay<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        let all: Vec<Agent> = accounts(&table.instance).collect();
        for operator in all {
            let pool = table.instance.db.staking.pool(operator);
            if pool.points > 0 {
                table.call(OUTSIDER, 0, Op::Staking(staking::Op::Payout { operator }));
            }
            self.slash(table, operator);
            if pool.registered() {
                let award = staking::Op::Award { operator, points: 1 };
                table.call(SCORER, 0, Op::Staking(award));
            }
        }
    }

    /// Applies what is due.
    fn slash<A: Answers<Tribunal>>(&self, table: &mut Table<A>, operator: Agent) {
        loop {
            let staking = &table.instance.db.staking;
            let (pool, era) = (staking.pool(operator), staking.state().era);
            let report = staking.report_at(operator, pool.first_report);
            if report.is_none_or(|report| report.due > era) {
                return;
            }
            let own = pool.stake.own;
            let slash = Op::Staking(staking::Op::ApplySlash { operator });
            if table.call(OUTSIDER, 0, slash).is_none() {
                return;
            }
            let lost = own.saturating_sub(table.instance.db.staking.pool(operator).stake.own);
            if let Some(player) = self.player(table, operator) {
                table.players[player].own.lost += lost;
            }
        }
    }

    /// Lets blocks pass until a block is over or begins in which stakes can change.
    fn wait<A: Answers<Tribunal>>(&self, table: &mut Table<A>, block: Block) {
        let now = table.instance.block();
        let blocks = court::stakes_change(&self.params.oracle, now.max(block)) - now;
        if blocks > 0 {
            self.pass(table, blocks);
        }
    }

    fn player<A>(&self, table: &Table<A>, who: Agent) -> Option<usize> {
        let owner = table.board.owners.get(who as usize).copied().unwrap_or(NOBODY);
        (owner != NOBODY).then_some(owner as usize)
    }

    /// Jurors that learn choose what they do in this round.
    fn learn<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        for (player, endowment) in table.players.iter_mut().zip(&mut table.endowments) {
            if player.plan.strategy == Strategy::Adaptive {
                let wealth = table.instance.wealth(player.account) as f64;
                let has = wealth + endowment.gains as f64 - endowment.costs as f64;
                player.own.choice = player.own.lessons.choose(has, endowment, &mut table.answers);
            }
        }
    }

    /// It is the next operator's turn that is on duty.
    fn duty<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        let era = table.instance.db.staking.state().era;
        let staking = &table.instance.db.staking;
        let is_one = |at: &usize| staking.pool(table.players[*at].account).on_duty(era);
        let operators: Vec<usize> = (0..table.players.len()).filter(is_one).collect();
        table.board.charges.clear();
        table.board.era = era;
        table.board.offended = false;
        table.board.operator = SINK;
        let Some(at) = operators.get(table.board.round % operators.len().max(1)).copied() else {
            return;
        };
        table.board.round += 1;
        let PlayerState { plan, account, .. } = table.players[at];
        table.board.operator = account;
        table.turn(at);
        if plan.strategy == Strategy::Offending {
            table.endowments[at].gains += self.world.offence_gain;
            table.answers.commit(at);
            table.board.offended = true;
            table.board.offences += 1;
        }
    }

    /// Every question that waits for a jury is answered, or nobody was there to answer it.
    fn trials<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        for _ in 0..STEPS_MAX {
            if self.waits(table) {
                self.hear(table);
                continue;
            }
            self.pass(table, self.params.oracle.appeal_blocks);
            if !self.waits(table) {
                break;
            }
        }
    }

    /// Whether a charge of this round came to nothing, and could still be reported if it came to something.
    fn is_open<A>(&self, table: &Table<A>) -> bool {
        let Board { operator, era, .. } = table.board;
        let Tribunal { oracle, staking, verdicts, .. } = &table.instance.db;
        let case = carrots_logic::verdicts::Db::case(verdicts, operator, era, OFFENCE);
        let asked = case.and_then(|case| oracle.question(case.question));
        let in_time = staking.state().era.saturating_sub(era) <= self.params.staking.report_eras;
        in_time && asked.is_some_and(|asked| !stands(&asked))
    }

    /// Accusers look, if they have not, and charge.
    fn accuse<A: Answers<Tribunal>>(&self, table: &mut Table<A>, is_first: bool) {
        if table.board.operator == SINK {
            return;
        }
        for at in 0..table.players.len() {
            let PlayerState { plan, account, .. } = table.players[at];
            if plan.strategy.seat() != Seat::Accuser || plan.is_out() {
                continue;
            }
            table.turn(at);
            let is_false = plan.strategy == Strategy::FalseAccuser;
            if !is_false && is_first {
                table.endowments[at].costs += self.world.watch_cost;
            }
            if is_false != table.board.offended {
                self.charge(table, account);
            }
        }
        if self.world.false_charges && !table.board.offended {
            table.turn_of_others();
            self.charge(table, OUTSIDER);
        }
    }

    /// Charges the operator whose turn it was, unless it is charged already: with a question that somebody
    /// has asked about it, or else with one of its own.
    fn charge<A: Answers<Tribunal>>(&self, table: &mut Table<A>, accuser: Agent) {
        let Board { operator, era, .. } = table.board;
        let Tribunal { oracle, verdicts, .. } = &table.instance.db;
        let case = carrots_logic::verdicts::Db::case(verdicts, operator, era, OFFENCE);
        let asked = case.and_then(|case| oracle.question(case.question));
        if asked.is_some_and(|asked| stands(&asked)) {
            return;
        }
        let text = text(verdicts, operator, era, OFFENCE);
        let is_apt = |number: &u64| {
            let record = oracle.question(*number);
            record.is_some_and(|one| one.text == text && one.kind == KIND && stands(&one))
        };
        let mut question = self.recent(table).find(is_apt);
        if question.is_none() {
            let fee = self.params.oracle.fee_of(self.params.oracle.jury_of(0));
            if oracle.credit(accuser) > 0 {
                let account = accuser;
                table.call(accuser, 0, Op::Oracle(oracle::Op::Collect { account }));
            }
            let ask = oracle::Op::Ask { kind: KIND, text };
            let asked = table.instance.ledger().has(accuser, fee);
            let asked = asked.then(|| table.call(accuser, fee, Op::Oracle(ask))).flatten();
            if let Some(Receipt::Oracle(oracle::Receipt::Asked(asked))) = asked {
                question = Some(asked.question);
            }
        }
        if let Some(question) = question {
            let accuse = verdicts::Op::Accuse { operator, era, offence: OFFENCE, question };
            table.call(accuser, 0, Op::Verdicts(accuse));
        }
    }

    /// The numbers of the last questions.
    fn recent<A>(&self, table: &Table<A>) -> std::ops::Range<u64> {
        let asked = table.instance.db.oracle.state().questions;
        asked.saturating_sub(RECENT)..asked
    }

    /// Whether a question waits for a jury. Whoever asked it: what is asked is known by its text, and what
    /// nobody can know is answered with the first option.
    fn waits<A>(&self, table: &mut Table<A>) -> bool {
        let Tribunal { oracle, verdicts, .. } = &table.instance.db;
        let board = &mut table.board;
        let asked = oracle.state().questions;
        let mut waits = false;
        for number in asked.saturating_sub(RECENT)..asked {
            let Some(record) = oracle.question(number) else { continue };
            waits |= record.status == Status::Drawing;
            if record.status != Status::Drawing
                || board.charges.iter().any(|one| one.question == number)
            {
                continue;
            }
            let (operator, era) = (board.operator, board.era);
            let is_own = record.text == text(verdicts, operator, era, OFFENCE);
            let truth = if is_own && board.offended { GUILTY } else { INNOCENT };
            board.charges.push(Charge { question: number, truth });
            board.trials += 1;
        }
        waits
    }

    /// Juries are drawn for the questions that wait, vote and are tallied.
    fn hear<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        let court = self.params.oracle;
        let now = table.instance.block();
        self.pass(table, court.draw_window(now).0 - now);
        let status = |table: &Table<A>, question| {
            table.instance.db.oracle.question(question).map(|record| record.status)
        };
        let waiting = table.board.charges.iter().map(|one| one.question);
        let waiting: Vec<u64> =
            waiting.filter(|number| status(table, *number) == Some(Status::Drawing)).collect();
        for question in waiting.iter().copied() {
            table.turn_of_others();
            let seed = table.answers.seed(&mut table.world, BEACON);
            let draw = Op::Oracle(oracle::Op::Draw { question, seed });
            if table.call(BEACON, 0, draw).is_none() {
                table.call(BEACON, 0, Op::Oracle(oracle::Op::Expire { question }));
            }
            for (juror, account) in self.bench(table, question) {
                self.commit(table, question, juror, account);
            }
        }
        self.pass(table, court.commit_blocks);
        for question in waiting.iter().copied() {
            for (juror, account) in self.bench(table, question) {
                if table.players[juror].plan.variant == Variant::Silent {
                    table.answers.commit(juror);
                    continue;
                }
                table.turn(juror);
                let answer = self.answer(table, question, juror);
                let salt = salt(question, account);
                let reveal = oracle::Op::Reveal { question, answer, salt };
                table.call(account, 0, Op::Oracle(reveal));
                if Some(answer) != self.truth(table, question) {
                    table.answers.commit(juror);
                }
            }
        }
        self.pass(table, court.reveal_blocks);
        for question in waiting {
            table.turn_of_others();
            table.call(OUTSIDER, 0, Op::Oracle(oracle::Op::Tally { question }));
        }
    }

    /// Who is on a question's jury, in the order of their turns: players and their accounts.
    fn bench<A>(&self, table: &Table<A>, question: u64) -> Vec<(usize, Agent)> {
        let oracle = &table.instance.db.oracle;
        let Some(record) = oracle.question(question).filter(|one| one.status == Status::Voting)
        else {
            return Vec::new();
        };
        let seats = (0..).map_while(|index| oracle.seat_of(question, record.round, index));
        let mut bench: Vec<_> =
            seats.filter_map(|account| Some((self.player(table, account)?, account))).collect();
        if self.audited {
            bench.sort_by_key(|(player, account)| (table.players[*player].plan, *account));
        }
        bench
    }

    fn truth<A>(&self, table: &Table<A>, question: u64) -> Option<u128> {
        let charge = table.board.charges.iter().find(|one| one.question == question);
        charge.map(|charge| charge.truth)
    }

    /// What a juror answers.
    fn answer<A>(&self, table: &Table<A>, question: u64, juror: usize) -> u128 {
        let PlayerState { plan, own, .. } = &table.players[juror];
        let strategy = match plan.strategy {
            Strategy::Adaptive => CHOICES[own.choice],
            strategy => strategy,
        };
        match strategy {
            Strategy::Acquitting => INNOCENT,
            Strategy::Convicting => GUILTY,
            _ => self.truth(table, question).unwrap_or(INNOCENT),
        }
    }

    /// Who was drawn finds out what it will answer, and commits.
    fn commit<A: Answers<Tribunal>>(
        &self,
        table: &mut Table<A>,
        question: u64,
        juror: usize,
        account: Agent,
    ) {
        table.turn(juror);
        let PlayerState { plan, own, .. } = &table.players[juror];
        let finds_out = match plan.strategy {
            Strategy::Adaptive => CHOICES[own.choice] == Strategy::Juror,
            strategy => strategy == Strategy::Juror && plan.variant == Variant::Plain,
        };
        if finds_out {
            table.endowments[juror].costs += self.world.effort_cost;
        }
        let answer = self.answer(table, question, juror);
        let sealed =
            table.instance.db.oracle.seal(account, question, answer, &salt(question, account));
        let commit = oracle::Op::Commit { question, commitment: sealed };
        table.call(account, 0, Op::Oracle(commit));
    }

    /// Brings a question to its end.
    fn close<A: Answers<Tribunal>>(&self, table: &mut Table<A>, question: u64) {
        for _ in 0..STEPS_MAX {
            let Some((block, op)) = court::ending(&table.instance.db.oracle, question) else {
                break;
            };
            self.wait(table, block);
            table.call(OUTSIDER, 0, Op::Oracle(op));
        }
    }

    /// Everything is settled, and who was found guilty is reported by whoever accused it.
    fn judge<A: Answers<Tribunal>>(&self, table: &mut Table<A>) {
        self.wait(table, 0);
        for Charge { question, truth } in std::mem::take(&mut table.board.charges) {
            self.close(table, question);
            let found = table.instance.db.oracle.question(question).map(|record| record.outcome);
            table.board.right += u64::from(found == Some(Outcome::Answer(truth)));
        }
        let Board { operator, era, offended, .. } = table.board;
        let Tribunal { oracle, verdicts, .. } = &table.instance.db;
        let Some(case) = carrots_logic::verdicts::Db::case(verdicts, operator, era, OFFENCE) else {
            return;
        };
        let found = oracle.question(case.question).map(|record| record.outcome);
        if found != Some(Outcome::Answer(GUILTY)) {
            return;
        }
        let player = self.player(table, case.accuser);
        match player {
            Some(player) => table.turn(player),
            None => table.turn_of_others(),
        }
        let caller = if player.is_some() { case.accuser } else { OUTSIDER };
        let convict = verdicts::Op::Convict { operator, era, offence: OFFENCE };
        if table.call(caller, 0, Op::Verdicts(convict)).is_some() {
            table.board.punished += u64::from(offended);
            table.board.wronged += u64::from(!offended);
        }
    }
}
