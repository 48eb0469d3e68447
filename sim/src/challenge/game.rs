//! Assertions as they are played: one after the other, each by another agent, and whoever challenges it.
//!
//! A round is an assertion. Agents are asked for one in turn; what others assert, or somebody asserts again, is
//! of no use to anyone. All others look at it, one after the other, beginning with any of them, those who are
//! late in the last block of the window. Disputes are played at once, move by move; who waits moves in the last block that its
//! clock leaves, and who does not move has lost. When the window is over and no dispute is left, the asserter
//! makes its assertion final, and all collect.
//!
//! Some of what is asked is hard: whoever asserts it errs in a step that may be any, and does not know it. An agent's payoff is what
//! it has in the end, less what it began with, less what it cost to check, plus what its assertions that are
//! final are worth to it. Who has too few tokens for a bond does not act.

use super::menu::{self, Game, Plan, Variant};
use super::scenario::{self, Audit, Scenario, Strategy, World};
use super::{Challenge, Op, Receipt, SINK, live};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, ClosedForm, Learner, Measure, Play, Player, PlayerState, Unit};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_logic::challenge::machine;
use carrots_logic::challenge::{Accounts, Assertion, Block, Db, Dispute, Params, Side, Status};
use std::collections::BTreeSet;

/// Who relies on what is final: the first account without a role.
const USERS: Agent = SINK + 1;
/// The player of an account that nobody has.
const NOBODY: u32 = u32::MAX;
/// No round takes so many steps, nor so many of its disputes.
const STEPS_MAX: u32 = 10_000;
/// What an adaptive agent chooses from.
const CHOICES: [Strategy; 3] = [Strategy::Honest, Strategy::Lying, Strategy::Lazy];

/// What a player knows and remembers.
#[derive(Clone, Default)]
pub struct Own {
    lessons: Learner<{ CHOICES.len() }>,
    /// What it chose for this round.
    choice: usize,
    /// The assertions of the round that it knows the truth of, and whether it has dealt with what was asked.
    known: BTreeSet<u32>,
    has_looked: bool,
    forfeited: Balance,
}

/// What is true of an assertion, and what its asserter says.
#[derive(Clone)]
struct Run {
    truth: Vec<u64>,
    said: Vec<u64>,
    /// The block in which it was rejected or became final.
    decided: Option<Block>,
}

/// What is seen, and sums over all rounds.
#[derive(Clone, Default)]
pub struct Board {
    /// The player of each account.
    owners: Vec<u32>,
    /// The first assertion of the round, and what is known of it and those behind it.
    first: u32,
    runs: Vec<Run>,
    /// Who is asked for an assertion in this round, from which state, and which one was made then.
    asked: usize,
    task: u64,
    answer: Option<u32>,
    /// Who looks first.
    offset: Option<usize>,
    rounds: u32,
    assertions: u64,
    lies: u64,
    lies_final: u64,
    rejected: u64,
    challenges: u64,
    checks: u64,
    delay_blocks: u64,
}

type Table<A> = carrots::play::Table<Game, A>;

/// When a side moves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    AtOnce,
    InTheLastBlock,
    Never,
}

impl Play for Game {
    type Model = Challenge;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new(
            "lies",
            Unit::Share,
            "of all assertions those that were false, by fault or by intent",
        ),
        Measure::new("lies_final", Unit::Share, "of the false assertions those that became final"),
        Measure::new("rejected", Unit::Share, "of all assertions those that were rejected"),
        Measure::new("challenges", Unit::Number, "challenges of an assertion"),
        Measure::new("checks", Unit::Number, "how often an assertion was checked"),
        Measure::new(
            "delay_blocks",
            Unit::Number,
            "blocks by which an assertion was decided later than without a dispute",
        ),
        Measure::new("burned", Unit::Tokens, "what of all bonds nobody won"),
    ];
    const TRUSTED: &'static [&'static str] = &["sink"];

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn habit(instance: &Instance<Challenge>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Challenge>) {
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
        let Scenario { params, world, audit, .. } = scenario;
        Self { params: *params, world: *world, audit: *audit }
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; 2]
    }

    fn enter<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        let mut owners = vec![NOBODY; table.instance.ledger().wallets.len()];
        for (player, at) in table.players.iter().zip(0..) {
            let own = player.account..player.account + player.plan.accounts();
            own.for_each(|account| owners[account as usize] = at);
        }
        table.board.owners = owners;
    }

    /// One assertion.
    fn round<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        self.begin(table);
        self.assert(table);
        for _ in 0..STEPS_MAX {
            self.watch(table);
            self.dispute(table);
            self.finalize(table);
            if self.open(table).is_empty() {
                break;
            }
            self.wait(table);
        }
        self.value(table);
        for account in USERS + 1..table.board.owners.len() as Agent {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let share = |part: u64, of: u64| Cell::Number(part as f64 / of.max(1) as f64);
        vec![
            share(board.lies, board.assertions),
            share(board.lies_final, board.lies),
            share(board.rejected, board.assertions),
            share(board.challenges, board.assertions),
            share(board.checks, board.assertions),
            share(board.delay_blocks, board.assertions),
            table.instance.wealth(SINK).into(),
        ]
    }

    fn slashed<A>(&self, table: &Table<A>, player: usize) -> Balance {
        table.players[player].own.forfeited
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    /// Whatever is still open ends.
    fn leave<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        while let Some((block, op)) = live::ending(&table.instance.db) {
            let blocks = block.saturating_sub(table.instance.block());
            if blocks > 0 {
                table.advance(blocks);
            }
            if table.call(USERS, 0, op).is_none() {
                break;
            }
        }
        for account in 0..table.instance.ledger().wallets.len() as Agent {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }

    fn others(&self) -> Vec<Player> {
        [("users", USERS), ("sink", SINK)]
            .map(|(name, account)| Player { name: name.into(), accounts: vec![account] })
            .into()
    }

    /// Those who rely on what is final lose by what is false, and by what is late.
    fn other_gains<A>(&self, table: &Table<A>, seat: usize) -> i128 {
        let board = &table.board;
        let harm = self.world.harm as i128 * i128::from(board.lies_final);
        let delay = self.world.delay_cost as i128 * i128::from(board.delay_blocks);
        if seat == 0 { -harm - delay } else { 0 }
    }

    fn fixed(&self, plan: Plan, _player: usize, _kind: Balance) -> Option<Plan> {
        let gives_way = plan.strategy == Strategy::SelfChallenge || plan.variant == Variant::Insure;
        (plan.strategy != Strategy::Adaptive && !gives_way).then_some(plan)
    }

    fn suits(&self, player: usize, strategy: Strategy) -> bool {
        self.is_of(player, strategy)
    }

    fn options(&self, player: usize) -> Vec<Plan> {
        self.menu(player)
    }

    fn name(&self, plan: Plan) -> String {
        menu::named(plan)
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan.variant == Variant::Out
    }

    fn identities(&self, plan: Plan) -> u32 {
        plan.accounts()
    }

    fn player_name(&self, player: usize) -> String {
        if player == 0 { "asserter".into() } else { format!("watcher {player}") }
    }

    /// What its assertions are worth to whoever was asked for them.
    fn worth(
        &self,
        accounts: &[Agent],
        _kind: Balance,
        start: &Instance<Challenge>,
        end: &Instance<Challenge>,
    ) -> i128 {
        let mut answered = BTreeSet::new();
        let of = |number| {
            let assertion = end.db.assertion(number)?;
            let is_asked = accounts.contains(&asked(assertion.start));
            let own = is_asked && accounts.contains(&assertion.asserter);
            let is_first = own && answered.insert(assertion.start);
            let is_final = assertion.status == Status::Final;
            (is_first && is_final).then(|| self.worth_of(&assertion) as i128)
        };
        (start.db.state().assertions..end.db.state().assertions).filter_map(of).sum()
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_honesty(terms)
    }

    fn turned<A>(&self, table: &Table<A>) -> Option<bool> {
        Some(table.board.lies_final > 0)
    }

    fn corrupt(&self) -> Option<Plan> {
        Some(Plan::of(Strategy::Lying))
    }
}

/// What is asked for in a round: the state to begin with, from which both can be told, and whether it is hard.
fn task(round: u32, account: Agent, is_hard: bool) -> u64 {
    u64::from(is_hard) << 63 | u64::from(round) << 32 | u64::from(account)
}

/// Who is asked for it.
fn asked(task: u64) -> Agent {
    (task & u64::from(u32::MAX)) as Agent
}

fn is_hard(task: u64) -> bool {
    task >> 63 == 1
}

/// What a player does in this round.
fn does(player: &PlayerState<Game>) -> Plan {
    match player.plan.strategy {
        Strategy::Adaptive => Plan::of(CHOICES[player.own.choice]),
        _ => player.plan,
    }
}

impl Game {
    /// What it is worth to whoever was asked for an assertion that it is final.
    fn worth_of(&self, assertion: &Assertion<Agent>) -> Balance {
        let truth = machine::run(assertion.start, 0, self.params.steps);
        let lie = if truth == assertion.claim { 0 } else { self.world.lie_gain };
        self.world.gain + lie
    }

    /// Those who learn choose, and somebody is asked for an assertion.
    fn begin<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        for (player, endowment) in table.players.iter_mut().zip(&mut table.endowments) {
            if player.plan.strategy == Strategy::Adaptive {
                let wealth = table.instance.wealth(player.account) as f64;
                let has = wealth + endowment.gains as f64 - endowment.costs as f64;
                player.own.choice = player.own.lessons.choose(has, endowment, &mut table.answers);
            }
            player.own.known.clear();
            player.own.has_looked = false;
        }
        let first = table.instance.db.state().assertions;
        let is_hard = table.answers.chance(&mut table.world, self.world.fault);
        let board = &mut table.board;
        board.first = first;
        board.runs.clear();
        (board.answer, board.offset) = (None, None);
        board.asked = board.rounds as usize % table.players.len();
        board.task = task(board.rounds, table.players[board.asked].account, is_hard);
        board.rounds += 1;
    }

    /// Whoever is asked asserts, and challenges itself if that is its plan.
    fn assert<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        let (at, start, steps) = (table.board.asked, table.board.task, self.params.steps);
        let (plan, account) = (does(&table.players[at]), table.players[at].account);
        table.turn(at);
        let bond = self.params.assertion_bond;
        if plan.variant == Variant::Out || !table.instance.ledger().has(account, bond) {
            return;
        }
        let truth = menu::states(start, steps);
        let lie = plan.lies_in(&self.params);
        let errs = lie.is_none() && is_hard(start);
        let error = match errs {
            true => Some(table.answers.pick(&mut table.world, steps as usize) as u32),
            false => lie,
        };
        let said = error.map_or_else(|| truth.clone(), |error| menu::with_error(&truth, error));
        let claim = said[steps as usize];
        let Some(Receipt::Asserted(asserted)) =
            table.call(account, bond, Op::Assert { start, claim })
        else {
            return;
        };
        if lie.is_some() {
            table.answers.commit(at);
        }
        self.know(table);
        let known = (asserted.assertion - table.board.first) as usize;
        table.board.runs[known].said = said;
        table.board.assertions += 1;
        table.board.lies += u64::from(error.is_some());
        for _ in 0..plan.own_challenges(&self.params) {
            self.challenge(table, account + 1, asserted.assertion);
        }
    }

    /// What is true of every assertion of the round, and which is the one that was asked for.
    fn know<A>(&self, table: &mut Table<A>) {
        let (db, board) = (&table.instance.db, &mut table.board);
        let next = board.first + board.runs.len() as u32;
        for number in next..db.state().assertions {
            let Some(assertion) = db.assertion(number) else { continue };
            let is_own = board.owners[assertion.asserter as usize] == board.asked as u32;
            if is_own && assertion.start == board.task {
                board.answer.get_or_insert(number);
            }
            let truth = menu::states(assertion.start, self.params.steps);
            board.runs.push(Run { said: truth.clone(), truth, decided: None });
        }
    }

    /// Assertions of the round that are open.
    fn open<A>(&self, table: &Table<A>) -> Vec<u32> {
        table.instance.db.open().filter(|number| *number >= table.board.first).collect()
    }

    fn truth<'t, A>(&self, table: &'t Table<A>, number: u32) -> &'t [u64] {
        &table.board.runs[(number - table.board.first) as usize].truth
    }

    /// Whether an assertion is true, which whoever wants to know has to find out.
    fn is_true<A>(&self, table: &Table<A>, number: u32) -> bool {
        let claim = table.instance.db.assertion(number).map(|one| one.claim);
        claim == self.truth(table, number).last().copied()
    }

    /// A player finds out what is true, once.
    fn check<A>(&self, table: &mut Table<A>, at: usize, number: u32) {
        if table.players[at].own.known.insert(number) {
            table.endowments[at].costs += self.world.check_cost;
            table.board.checks += 1;
        }
    }

    /// Lets blocks pass until a window of the round is over or in its last block, but never so many that a
    /// challenge could not be answered.
    fn wait<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        let (db, now) = (&table.instance.db, table.instance.block());
        let since = self.open(table).into_iter().filter_map(|number| db.assertion(number));
        let over = since.map(|one| one.since.saturating_add(self.params.challenge_blocks));
        let next = over.flat_map(|over| [over - 1, over]).filter(|block| *block > now).min();
        let left = next.map_or(1, |next| next - now);
        table.advance(left.min(self.params.move_blocks.saturating_sub(1).max(1)));
    }

    /// Everybody looks at what was asked for, those who are late in the last block.
    fn watch<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        self.know(table);
        let Some((number, assertion)) = self.answer(table) else { return };
        let age = table.instance.block().saturating_sub(assertion.since);
        let is_last = age >= self.params.challenge_blocks - 1;
        let players = table.players.len();
        let waits = |table: &Table<A>, at: usize| {
            let player = &table.players[at];
            let watches = at != table.board.asked && !player.own.has_looked;
            watches && (is_last || !does(player).is_late())
        };
        if !(0..players).any(|at| waits(table, at)) {
            return;
        }
        let first = self.first_to_look(table, number);
        for at in (0..players).map(|at| (first + at) % players) {
            if waits(table, at) {
                table.turn(at);
                table.players[at].own.has_looked = true;
                self.look(table, at, number);
            }
        }
    }

    /// What was asked for, while it is open.
    fn answer<A>(&self, table: &Table<A>) -> Option<(u32, Assertion<Agent>)> {
        let number = table.board.answer?;
        let assertion = table.instance.db.assertion(number)?;
        (assertion.status == Status::Open).then_some((number, assertion))
    }

    /// Any player is the first, which matters where there is something to find.
    fn first_to_look<A: Answers<Challenge>>(&self, table: &mut Table<A>, number: u32) -> usize {
        let (others, next) = (table.players.len() - 1, table.board.asked + 1);
        if table.board.offset.is_none() && others > 1 && !self.is_true(table, number) {
            table.board.offset = Some(table.answers.pick(&mut table.world, others));
        }
        next + table.board.offset.unwrap_or(0)
    }

    /// A player looks at an assertion, or does not, and challenges it.
    fn look<A: Answers<Challenge>>(&self, table: &mut Table<A>, at: usize, number: u32) {
        let plan = does(&table.players[at]);
        let challenges = match plan.strategy {
            Strategy::Honest if plan.variant != Variant::Out => {
                self.check(table, at, number);
                !self.is_true(table, number)
            }
            Strategy::Delaying | Strategy::Frivolous => true,
            _ => false,
        };
        if challenges {
            self.challenge(table, table.players[at].account, number);
        }
    }

    fn challenge<A: Answers<Challenge>>(&self, table: &mut Table<A>, who: Agent, number: u32) {
        let bond = self.params.challenge_bond;
        if table.instance.ledger().has(who, bond) {
            let called = table.call(who, bond, Op::Challenge { assertion: number });
            table.board.challenges += u64::from(called.is_some());
        }
    }

    /// What is new is looked at, and disputes of the round are played until none is left.
    fn dispute<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        for _ in 0..STEPS_MAX {
            self.watch(table);
            let db = &table.instance.db;
            let all = db.undecided().filter(|(number, ..)| *number >= table.board.first);
            let all: Vec<(u32, u32, Dispute<Agent>)> = all.collect();
            let clock = |(.., one): &(_, _, Dispute<Agent>)| {
                one.since.saturating_add(self.params.move_blocks)
            };
            let Some(over) = all.iter().map(clock).min() else { break };
            let moves = |table: &mut Table<A>, when| {
                let due = |one: &&(_, _, _)| when == When::AtOnce || clock(one) == over;
                let due = all.iter().filter(due);
                due.filter(|(number, place, _)| self.moves(table, *number, *place, when)).count()
            };
            if moves(table, When::AtOnce) > 0 {
                continue;
            }
            match over.saturating_sub(table.instance.block()) {
                0 => {
                    for (number, place, _) in all.iter().filter(|one| clock(one) <= over) {
                        self.expire(table, *number, *place);
                    }
                }
                1 if moves(table, When::InTheLastBlock) > 0 => {}
                1 => table.advance(1),
                left => table.advance(left - 1),
            }
        }
    }

    /// Whoever's move it is moves if it does so now; whether it did.
    fn moves<A: Answers<Challenge>>(
        &self,
        table: &mut Table<A>,
        assertion: u32,
        place: u32,
        now: When,
    ) -> bool {
        let db = &table.instance.db;
        let Some(dispute) = db.dispute(assertion, place) else { return false };
        let Some(Assertion { asserter, .. }) = db.assertion(assertion) else { return false };
        let side = dispute.turn();
        let who = match side {
            Side::Asserter => asserter,
            Side::Challenger => dispute.challenger,
        };
        let owner = |who: Agent| table.board.owners[who as usize];
        if owner(who) == NOBODY {
            return false;
        }
        let (at, own) = (owner(who) as usize, owner(asserter) == owner(dispute.challenger));
        let alone = db.undecided().all(|(number, _, one)| {
            number != assertion || owner(one.challenger) == owner(asserter)
        });
        let plan = does(&table.players[at]);
        if when(plan, side, own, alone) != now {
            return false;
        }
        table.turn(at);
        let half = dispute.half() as usize;
        let run = |table: &Table<A>| (assertion - table.board.first) as usize;
        match dispute.middle {
            None => {
                let state = table.board.runs[run(table)].said[half];
                table.call(who, 0, Op::Bisect { assertion, place, state }).is_some()
            }
            Some(middle) => {
                let blind = matches!(plan.strategy, Strategy::Delaying | Strategy::Frivolous);
                if !blind && !own {
                    self.check(table, at, assertion);
                }
                let agrees = blind || self.truth(table, assertion)[half] == middle;
                let op = Op::Answer { assertion, place, agrees };
                let Some(Receipt::Answered(answered)) = table.call(who, 0, op) else {
                    return false;
                };
                if let Some(winner) = answered.winner {
                    self.decided(table, assertion, &dispute, winner);
                }
                true
            }
        }
    }

    /// Whoever has moved calls the time of whoever has not.
    fn expire<A: Answers<Challenge>>(&self, table: &mut Table<A>, assertion: u32, place: u32) {
        let db = &table.instance.db;
        let Some(dispute) = db.dispute(assertion, place) else { return };
        let Some(Assertion { asserter, .. }) = db.assertion(assertion) else { return };
        let who = match dispute.turn() {
            Side::Asserter => dispute.challenger,
            Side::Challenger => asserter,
        };
        let expire = Op::Expire { assertion, place };
        if let Some(Receipt::Expired(expired)) = self.by_anyone(table, who, expire) {
            self.decided(table, assertion, &dispute, expired.winner);
        }
    }

    /// Whoever has a reason to calls what anyone can; if it does not, those who rely on it do.
    fn by_anyone<A: Answers<Challenge>>(
        &self,
        table: &mut Table<A>,
        who: Agent,
        op: Op,
    ) -> Option<Receipt> {
        let owner = table.board.owners[who as usize];
        if owner != NOBODY {
            table.turn(owner as usize);
            let receipt = table.call(who, 0, op);
            if receipt.is_some() {
                return receipt;
            }
        }
        table.turn_of_others();
        table.call(USERS, 0, op)
    }

    /// Counts who lost, and when an assertion was decided.
    fn decided<A>(
        &self,
        table: &mut Table<A>,
        assertion: u32,
        dispute: &Dispute<Agent>,
        winner: Side,
    ) {
        let asserter = table.instance.db.assertion(assertion).map(|one| one.asserter);
        let (loser, bond) = match winner {
            Side::Asserter => (Some(dispute.challenger), self.params.challenge_bond),
            Side::Challenger => (asserter, self.params.assertion_bond),
        };
        let owner = loser.map_or(NOBODY, |who| table.board.owners[who as usize]);
        if owner != NOBODY {
            table.players[owner as usize].own.forfeited += bond;
        }
        if winner == Side::Challenger {
            let now = table.instance.block();
            table.board.runs[(assertion - table.board.first) as usize].decided = Some(now);
        }
    }

    /// Asserters make final what can be.
    fn finalize<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        self.know(table);
        for number in self.open(table) {
            let now = table.instance.block();
            let is_due = |one: &Assertion<Agent>| {
                one.disputes == 0 && !one.is_challengeable(&self.params, now)
            };
            let due = table.instance.db.assertion(number).filter(is_due);
            let Some(Assertion { asserter, .. }) = due else { continue };
            let finalize = Op::Finalize { assertion: number };
            if self.by_anyone(table, asserter, finalize).is_some() {
                table.board.runs[(number - table.board.first) as usize].decided = Some(now);
            }
        }
    }

    /// What the round's assertion came to, and is worth.
    fn value<A: Answers<Challenge>>(&self, table: &mut Table<A>) {
        self.know(table);
        let board = &table.board;
        let answer =
            board.answer.and_then(|number| Some((number, table.instance.db.assertion(number)?)));
        let Some((number, assertion)) = answer else { return };
        if assertion.status != Status::Final {
            table.board.rejected += 1;
            return;
        }
        let over = assertion.since.saturating_add(self.params.challenge_blocks);
        let late = board.runs[(number - board.first) as usize].decided.unwrap_or(over);
        let (is_true, at) = (self.is_true(table, number), board.asked);
        table.board.delay_blocks += u64::from(late.saturating_sub(over));
        table.board.lies_final += u64::from(!is_true);
        let worth = self.worth_of(&assertion);
        table.answers.enjoy(&mut table.endowments[at], at, 0, |_| worth);
    }
}

/// When a side of a dispute moves; whether the dispute is the asserter's with itself, and whether all of the
/// assertion are.
fn when(plan: Plan, side: Side, own: bool, alone: bool) -> When {
    use Strategy::{Delaying, SelfChallenge};
    match (plan.strategy, plan.variant, side) {
        (_, Variant::Silent, Side::Asserter) => When::Never,
        // It waits for others, and gives in; or gives way to itself before them.
        (SelfChallenge, ..) | (_, Variant::Insure, _) => match (own, alone, side) {
            (true, false, _) => When::AtOnce,
            (true, true, Side::Challenger) => When::Never,
            _ => When::InTheLastBlock,
        },
        (_, Variant::Fill, Side::Challenger) if own => When::Never,
        (_, Variant::Stall, _) if own => When::InTheLastBlock,
        (Delaying, ..) => When::InTheLastBlock,
        _ => When::AtOnce,
    }
}
