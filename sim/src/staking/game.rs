//! Staking as it is played: operators and bonders with plans, era by era.
//!
//! A round is an era. In it every player chooses once, in the order of their numbers; then reports
//! arrive, somebody ends the era, pulls every payout and applies every slash that is due. After
//! the horizon nobody acts any more, but time goes on until every report has had its slash.
//!
//! A player's payoff is what it has and could take out then, less what it began with, plus the
//! gains and less the costs that the world knows.
//!
//! Where it is audited, turns go by plans and then by numbers: what is scarce, and what rounding
//! leaves, falls to players by their order among those who do the same.

use super::board::{Board, Memory, Noticed, Table, lose};
use super::bonder::{bond, content, has_unbonded, look, remember, stirs, unbond, withdraw};
use super::menu::{self, Game, Plan, Variant};
use super::scenario::{self, Audit, SPLITS, Scenario, Strategy, World};
use super::{CANCELLER, Op, Receipt, SCORER, SINK, SLASHER, Staking, live};
use carrots::model::{Agent, ByAgent, Instance};
use carrots::play::{
    Answers, ClosedForm, Learner, Measure, Play, Player, PlayerState, Unit, accounts,
};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::storage::Table as _;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Accounts, Db, Era, Offence, Params, Status, unbonding};
use std::{collections::BTreeSet, iter::repeat_n, mem::take, ops::Range};

/// Who funds the reserve, ends eras and is credited as the reporter.
const KEEPER: Agent = CANCELLER + 1;

/// How an operator spends an era.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    Done,
    Missed,
    Equivocated,
}

impl Play for Game {
    type Model = Staking;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Memory;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new(
            "staked_share",
            Unit::Share,
            "of all tokens, those that count for elections in the end",
        ),
        Measure::new("rewards_paid", Unit::Tokens, "what was paid for eras"),
        Measure::new("reserve_left", Unit::Tokens, "what is left to pay rewards from"),
        Measure::new("duty_rate", Unit::Share, "of all duties, those that were done"),
        Measure::new("offences", Unit::Count, "offences that were committed"),
        Measure::new("reports", Unit::Count, "reports of offences that were accepted"),
        Measure::new("slashed_total", Unit::Tokens, "what slashes took"),
        Measure::new("slashed_share", Unit::Share, "the same, of what all had at the start"),
        Measure::new("active_operators", Unit::Count, "operators in the end"),
    ];

    const ONCE: &'static [&'static str] = &["reserve"];
    /// Who tells of offences and of duties; and somebody ends eras.
    const TRUSTED: &'static [&'static str] = &["slasher", "scorer", "keeper", "sink", "canceller"];

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn unused(scenario: &Scenario) -> Vec<&'static str> {
        scenario::unused(scenario)
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

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        scenario::check(scenario)
    }

    fn plan(strategy: Strategy) -> Plan {
        Plan { strategy, variant: Variant::Plain }
    }

    fn strategy(plan: Plan) -> Strategy {
        plan.strategy
    }

    fn new(scenario: &Scenario) -> Self {
        let groups = scenario.agents.iter();
        let entering = groups.flat_map(|group| repeat_n(group.strategy, group.count as usize));
        let mut strategies: Vec<Strategy> = entering.collect();
        let entering = strategies.len();
        strategies.extend(scenario.incumbents().into_iter().map(|(_, one)| one));
        let Scenario { params, world, audit, run, .. } = scenario;
        let (audit, horizon) = (audit.unwrap_or_default(), run.horizon);
        let bonders = strategies.iter().map(|one| one.bonds()).collect();
        let elsewhere = world.elsewhere(&strategies);
        Self { params: *params, world: *world, audit, horizon, entering, bonders, elsewhere }
    }

    fn wallets(&self) -> Vec<Balance> {
        [vec![0; KEEPER as usize], vec![self.world.reserve]].concat()
    }

    /// Operators register, then bonders choose among them; what is bonded counts from the next era on.
    fn enter<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        let (all, db) = (accounts(&table.instance), &table.instance.db);
        let is_operator = |who: &Agent| db.pool(*who).status != Status::Absent;
        let operators: Vec<Agent> = all.clone().filter(is_operator).collect();
        let players = if self.audit.by_plan { table.players.len() } else { 0 };
        let mut order: Vec<usize> = (0..players).collect();
        order.sort_by_key(|at| table.players[*at].plan);
        let has = |at: usize| table.instance.ledger().wallets[table.players[at].account as usize];
        let spare = |at| has(at).saturating_sub(table.endowments[at].stake);
        let spare = (0..players).map(spare).collect();
        table.board = Board {
            era: db.state().era,
            order,
            spare,
            there: operators.len(),
            operators,
            losses: ByAgent::new(all.len()),
            committed: all.flat_map(|who| waiting(&table.instance, who)).map(|one| one.1).collect(),
            news: true,
            ..Board::default()
        };
        if self.world.reserve > 0 {
            table.call(KEEPER, self.world.reserve, Op::Fund {});
        }
        for at in 0..table.players.len() {
            if at >= self.entering && table.players[at].plan.variant == Variant::Out {
                table.turn(at);
                quit(table, table.players[at].account);
            }
            recall(table, at);
        }
        self.register(table);
        for place in 0..table.players.len() {
            let at = player(table, place);
            if at < self.entering && self.bonders[at] {
                table.turn(at);
                table.players[at].own = bond(table, at);
            }
        }
        if self.entering > 0 {
            self.close(table);
        }
        let (board, db) = (&mut table.board, &table.instance.db);
        board.stakes = board.operators.iter().map(|at| db.pool(*at).stake.all).collect();
        board.start = db.state();
        board.era = board.start.era;
    }

    /// One era. Bonders who are content look only where there is news.
    fn round<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        let acting = take(&mut table.board.acting);
        let (players, mut turns) = (table.players.len(), acting.iter().copied().peekable());
        let mut place = 0;
        while place < players {
            if !table.board.news {
                while turns.next_if(|turn| *turn < place).is_some() {}
                let Some(turn) = turns.peek() else { break };
                place = *turn;
            }
            let at = player(table, place);
            place += 1;
            if !table.players[at].plan.strategy.bonds() {
                table.turn(at);
                self.operate(table, at);
            } else if table.players[at].plan.strategy == Strategy::YieldSeeking {
                table.turn(at);
                table.players[at].own = self.compare(table, at);
            } else if table.board.news || !content(table, at) {
                table.turn(at);
                let memory = table.players[at].own;
                if stirs(table, memory) {
                    table.players[at].own = look(table, at, memory);
                }
            }
        }
        table.board.acting = match table.board.news {
            false => acting,
            true => {
                let acts = |place: &usize| {
                    let at = player(table, *place);
                    !self.bonders[at] || !content(table, at)
                };
                (0..players).filter(acts).collect()
            }
        };
        table.board.news = take(&mut table.board.late_news);
        self.close(table);
    }

    /// Lets time pass until every report had its slash.
    fn finish<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        table.board.end = Some(table.instance.db.state());
        let after = self.world.report_delay_eras + self.params.deferral();
        (0..=after).for_each(|_| self.close(table));
        for who in accounts(&table.instance) {
            let unbondings = table.instance.db.unbondings.get(who);
            for (at, unbonds) in unbondings.iter() {
                let left = unbonding(&table.instance.db, at.0, who, at.1, at.2).unwrap_or(0);
                lose(&mut table.board, at.0, unbonds.amount.saturating_sub(left), 0);
            }
        }
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let (board, now) = (&table.board, table.instance.db.state());
        let end = board.end.unwrap_or(now);
        let bonded: Balance = table.endowments.iter().map(|endowment| endowment.stake).sum();
        vec![
            Cell::Number(end.staked as f64 / self.params.issuance as f64),
            board.rewards.into(),
            end.reserve.into(),
            Cell::Number(board.done as f64 / board.duties.max(1) as f64),
            board.offences.into(),
            board.reports.into(),
            board.slashed.into(),
            Cell::Number(board.slashed as f64 / bonded.max(1) as f64),
            end.operators.into(),
        ]
    }

    fn slashed<A>(&self, table: &Table<A>, player: usize) -> Balance {
        accounts_of(table, player).map(|account| table.board.losses.read(account).0).sum()
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    /// Every account that has anything here.
    fn leave<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        let own = |place| accounts_of(table, player(table, place));
        let mut all: Vec<Agent> = (0..table.players.len()).flat_map(own).collect();
        all.extend(accounts(&table.instance));
        self.settle_all(table);
        all.iter().for_each(|who| quit(table, *who));
        for _ in 0..self.params.unbonding_eras {
            self.close(table);
            self.settle_all(table);
        }
        for who in &all {
            let unbondings = table.instance.db.unbondings.get(*who);
            unbondings.iter().for_each(|(at, _)| _ = withdraw(table, *who, at.0, at.2));
        }
        // What unbonded and was slashed is the sink's only now.
        for who in all {
            if table.instance.db.credit(who) > 0 {
                table.call(who, 0, Op::Collect { account: who });
            }
        }
    }

    /// The reserve, and what rounding left with operators.
    fn kept(&self, end: &Instance<Staking>) -> Balance {
        let left: Balance = accounts(end).map(|who| end.db.pool(who).stake.all).sum();
        end.db.state().reserve + left.min(self.rounding())
    }

    /// A token for what a player has with each operator, in every era and twice when it leaves.
    fn rounding(&self) -> Balance {
        self.bonders.len() as Balance * Balance::from(self.horizon + 2)
    }

    fn spare(&self) -> Balance {
        self.audit.spare
    }

    fn others(&self) -> Vec<Player> {
        let seats = [
            ("slasher", SLASHER),
            ("scorer", SCORER),
            ("sink", SINK),
            ("canceller", CANCELLER),
            ("keeper", KEEPER),
        ];
        seats.map(|(name, account)| Player { name: name.into(), accounts: vec![account] }).into()
    }

    fn fixed(&self, plan: Plan, _player: usize, _kind: Balance) -> Option<Plan> {
        // A third of the way may be the first era.
        let at_once = plan.strategy == Strategy::ExitBeforeSlash && self.horizon < 3;
        let plan = if at_once { Plan { variant: Variant::Sure, ..plan } } else { plan };
        (plan.strategy != Strategy::Adaptive).then_some(plan)
    }

    /// Without chance, and bonders evenly.
    fn intended(&self, _player: usize, strategy: Strategy) -> Plan {
        let variant = match strategy {
            Strategy::Bonder => Variant::Spread,
            Strategy::Lazy | Strategy::Equivocating => Variant::Sure,
            _ => Variant::Plain,
        };
        Plan { strategy, variant }
    }

    /// Who was there already has one account.
    fn suits(&self, player: usize, strategy: Strategy) -> bool {
        let fits = player < self.entering || scenario::accounts(strategy) == 1;
        // Who learns tries something else in any era: too many branches of chance for more than two.
        let fits = fits && (strategy != Strategy::Adaptive || self.horizon <= 2);
        // What tokens earn elsewhere is known to those who compare alone.
        fits && self.bonders[player] == (strategy == Strategy::Bonder)
            && strategy != Strategy::YieldSeeking
    }

    fn options(&self, player: usize) -> Vec<Plan> {
        self.menu(player)
    }

    fn name(&self, plan: Plan) -> String {
        plan.name()
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan.variant == Variant::Out
    }

    fn identities(&self, plan: Plan) -> u32 {
        plan.accounts().max(1)
    }

    /// Those who enter are alike: operators, and bonders.
    fn class(&self, player: usize) -> usize {
        if player < self.entering { self.bonders[player].into() } else { 2 + player }
    }

    fn player_name(&self, player: usize) -> String {
        let same = |bonder: &&bool| **bonder == self.bonders[player];
        let number = self.bonders[..player].iter().filter(same).count();
        format!("{} {number}", if self.bonders[player] { "bonder" } else { "operator" })
    }

    /// Whether more than a third of the operators of the first era, or of the stake that they and
    /// their bonders had in it, offended and were reported: what a chain's finality does not
    /// survive (Lamport, Shostak, Pease 1982).
    fn turned<A>(&self, table: &Table<A>) -> Option<bool> {
        let (Board { operators, stakes, start, .. }, db) = (&table.board, &table.instance.db);
        let told = |at: &Agent| db.reported(*at, start.era, self.world.offence.offence());
        let bad = || operators.iter().zip(stakes).filter(|(at, _)| told(at));
        let staked: Balance = bad().map(|(_, stake)| stake).sum();
        Some(3 * bad().count() > start.operators as usize || 3 * staked > start.staked)
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_offences(terms)
    }

    fn corrupt(&self) -> Option<Plan> {
        Some(Plan { strategy: Strategy::Equivocating, variant: Variant::Sure })
    }
}

impl Game {
    /// Payouts of eras that are over are pulled, and slashes that are due are applied, whoever
    /// registered.
    fn settle_all<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        for operator in accounts(&table.instance) {
            table.call(KEEPER, 0, Op::Payout { operator });
            while table.call(KEEPER, 0, Op::ApplySlash { operator }).is_some() {}
        }
    }

    /// Operators register; where turns go by plans, everyone's first account before anyone's
    /// second.
    fn register<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        let players = (0..table.players.len()).map(|place| player(table, place));
        let enters = |at: &usize| *at < self.entering && !self.bonders[*at];
        let numbers =
            |at: usize| (0..table.players[at].plan.accounts()).map(move |number| (number, at));
        let mut all: Vec<(u32, usize)> = players.filter(enters).flat_map(numbers).collect();
        all.sort_by_key(|(number, _)| if self.audit.by_plan { *number } else { 0 });
        for (number, at) in all {
            table.turn(at);
            let (who, plan) = (table.players[at].account + number, table.players[at].plan);
            let commission = match plan.variant {
                Variant::Highest => self.params.max_commission,
                Variant::Whole => Perbill::one(),
                _ => self.world.commission,
            };
            let stake = table.part(at, number, plan.accounts());
            if table.call(who, stake, Op::Register { commission }).is_some() {
                table.board.operators.push(who);
            }
        }
    }

    /// Whether reports may be false: then somebody looks at them, and cancels those that are.
    fn errs(&self) -> bool {
        self.world.false_alarms > 0.0 || self.audit.by_plan
    }

    /// Reports arrive, false ones are cancelled, the era ends, payouts are pulled and slashes applied.
    fn close<A: Answers<Staking>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        let (era, delay) = (table.board.era, self.world.report_delay_eras);
        let is_due = |noticed: &Noticed| noticed.1 + delay <= era;
        let (due, later) = take(&mut table.board.noticed).into_iter().partition(is_due);
        table.board.noticed = later;
        due.into_iter().for_each(|noticed| report(table, noticed, KEEPER));
        if self.errs() {
            cancel_false(table);
        }
        table.advance(self.params.era_blocks);
        table.turn_of_others();
        table.call(KEEPER, 0, Op::EndEra {});
        for at in table.board.fugitives.clone() {
            table.turn(at);
            self.exit(table, at);
        }
        table.turn_of_others();
        let mut accused = false;
        for place in 0..table.board.operators.len() {
            let operator = table.board.operators[place];
            let pool = table.instance.db.pool(operator);
            accused |= pool.accused();
            if pool.points > 0 {
                pull(table, KEEPER, operator);
            }
        }
        if accused {
            table.turn_of_others();
            apply_slashes(table);
        }
        table.board.era = table.instance.db.state().era;
    }

    /// An operator's era.
    #[inline]
    fn operate<A: Answers<Staking>>(&self, table: &mut Table<A>, at: usize) {
        let plan = table.players[at].plan;
        let first = table.board.era == table.board.start.era;
        let duty = match (plan.strategy, plan.variant) {
            (Strategy::ExitBeforeSlash, _) => return self.exit(table, at),
            (Strategy::Adaptive, _) => learned(table, at),
            (Strategy::Lazy, Variant::Plain) if table.chance(at, 0.5) => Duty::Done,
            (Strategy::Lazy, _) => Duty::Missed,
            (Strategy::Equivocating | Strategy::StakeSplitting, Variant::Plain) => {
                let offends = table.chance(at, self.world.offence_rate);
                if offends { Duty::Equivocated } else { Duty::Done }
            }
            (Strategy::Equivocating, _) if first => Duty::Equivocated,
            _ => Duty::Done,
        };
        let splits = plan.strategy == Strategy::StakeSplitting;
        let offender = if splits { table.board.era % SPLITS } else { 0 };
        for number in 0..plan.accounts() {
            self.duty(table, at, number, if number == offender { duty } else { Duty::Done });
        }
        let account = table.players[at].account;
        if plan.strategy == Strategy::RewardCompounding {
            self.compound(table, account);
        }
        let (highest, usual) = (self.params.max_commission, self.world.commission);
        let commission = match plan.variant {
            Variant::Raise if first => highest,
            Variant::Retract if first => Perbill::zero(),
            Variant::Retract => usual,
            Variant::Return if first => {
                table.call(account, 0, Op::Retire {});
                let commission = highest;
                table.call(account, self.params.min_self_bond, Op::Register { commission });
                return;
            }
            _ => return,
        };
        table.call(account, 0, Op::SetCommission { commission });
    }

    /// One of a player's operators does its duty, or not. Who equivocates does its duty, too.
    #[inline]
    fn duty<A: Answers<Staking>>(&self, table: &mut Table<A>, at: usize, number: u32, duty: Duty) {
        let (operator, era) = (table.players[at].account + number, table.board.era);
        let mut pool = table.instance.db.pool(operator);
        // Nobody else need have pulled it, and it is in the way of what is earned now.
        if pool.unpaid(era) {
            pull(table, operator, operator);
        }
        if pool.status == Status::Waiting {
            self.compete(table, operator);
            pool = table.instance.db.pool(operator);
        }
        if !pool.on_duty(era) {
            return;
        }
        table.board.duties += 1;
        let tries = duty != Duty::Missed;
        table.endowments[at].costs += if tries { self.world.duty_cost } else { 0 };
        if tries && !table.chance(at, self.world.miss_rate) {
            table.board.done += 1;
            let scorer = table.instance.db.roles().scorer;
            table.call(scorer, 0, Op::Award { operator, points: self.world.era_points });
        } else {
            self.notice(table, at, (operator, era, Offence::Unresponsiveness));
        }
        if duty == Duty::Equivocated {
            table.board.offences += 1;
            table.endowments[at].gains += self.world.offence_gain;
            table.answers.commit(at);
            self.notice(table, at, (operator, era, self.world.offence.offence()));
        } else if self.world.false_alarms > 0.0 && table.chance(at, self.world.false_alarms) {
            table.board.noticed.push((operator, era, Offence::Equivocation));
        }
    }

    /// Takes the place of the weakest operator, if that has less stake.
    fn compete<A: Answers<Staking>>(&self, table: &mut Table<A>, operator: Agent) {
        let (db, operators) = (&table.instance.db, &table.board.operators);
        let placed = operators.iter().filter(|at| db.pool(**at).status == Status::Active);
        let weakest = placed.min_by_key(|at| db.pool(**at).stake.all).copied();
        table.call(operator, 0, Op::Elect { operator, other: weakest.unwrap_or(operator) });
    }

    /// What is noticed is reported later; who reports itself does it at once.
    #[inline]
    fn notice<A: Answers<Staking>>(&self, table: &mut Table<A>, at: usize, noticed: Noticed) {
        if self.errs() {
            table.board.committed.insert(noticed);
        }
        if table.players[at].plan.variant == Variant::Told {
            report(table, noticed, noticed.0);
        }
        if table.chance(at, self.world.detection) {
            table.board.noticed.push(noticed);
        }
    }

    fn compound<A: Answers<Staking>>(&self, table: &mut Table<A>, operator: Agent) {
        let credit = table.instance.db.credit(operator);
        if credit >= self.params.min_bond
            && table.call(operator, 0, Op::Collect { account: operator }).is_some()
        {
            table.call(operator, credit, Op::Bond { operator });
        }
    }

    /// Equivocates and leaves in the same era, a third of the way or in the first one.
    fn exit<A: Answers<Staking>>(&self, table: &mut Table<A>, at: usize) {
        let PlayerState { plan, account: operator, own } = table.players[at].clone();
        let at_once = plan.variant == Variant::Sure;
        let third = table.board.era - table.board.start.era >= self.horizon / 3;
        match own {
            Memory::Left(None) if at_once || third => {
                self.duty(table, at, 0, Duty::Equivocated);
                table.call(operator, 0, Op::Retire {});
                (table.board.news, table.board.late_news) = (true, true);
                let era = unbond(table, operator, operator);
                table.players[at].own = Memory::Left(era);
                table.board.fugitives.extend((at_once && era.is_some()).then_some(at));
            }
            Memory::Left(None) => self.duty(table, at, 0, Duty::Done),
            // Who flees tries whether it may sooner than it should.
            Memory::Left(Some(era))
                if (at_once || has_unbonded(table, era))
                    && withdraw(table, operator, operator, era) =>
            {
                table.players[at].own = Memory::Idle;
            }
            _ => {}
        }
    }
}

/// The player whose turn it is in that place.
#[inline(always)]
fn player<A>(table: &Table<A>, place: usize) -> usize {
    table.board.order.get(place).copied().unwrap_or(place)
}

/// The accounts that a player uses.
fn accounts_of<A>(table: &Table<A>, at: usize) -> Range<Agent> {
    let player = &table.players[at];
    player.account..player.account + player.plan.accounts()
}

/// A player remembers what it needs, having entered or been there.
fn recall<A>(table: &mut Table<A>, at: usize) {
    let (db, who) = (&table.instance.db, table.players[at].account);
    table.players[at].own = match table.players[at].plan.strategy {
        Strategy::ExitBeforeSlash => Memory::Left(None),
        Strategy::Adaptive => {
            table.board.lessons.push(Learner::new());
            Memory::Learning(table.board.lessons.len() as u32 - 1)
        }
        Strategy::Bonder | Strategy::YieldSeeking => {
            let (lots, unbondings) = (db.lots.get(who), db.unbondings.get(who));
            let bonded: BTreeSet<Agent> = lots.iter().map(|(at, _)| at.0).collect();
            let unbonds: BTreeSet<(Agent, Era)> =
                unbondings.iter().map(|(at, _)| (at.0, at.2)).collect();
            let bonded = bonded.into_iter().map(|operator| Memory::Bonded(operator, 0));
            let unbonds =
                unbonds.into_iter().map(|(operator, until)| Memory::Unbonding(operator, until));
            bonded.chain(unbonds).fold(Memory::Idle, |held, one| remember(table, held, one))
        }
        _ => Memory::Idle,
    };
}

fn report<A: Answers<Staking>>(
    table: &mut Table<A>,
    (operator, era, offence): Noticed,
    reporter: Agent,
) {
    let slasher = table.instance.db.roles().slasher;
    let op = Op::Report { operator, era, offence, reporter };
    table.board.reports += u64::from(table.call(slasher, 0, op).is_some());
}

/// An account's reports that wait and were not cancelled, with their numbers.
fn waiting(
    instance: &Instance<Staking>,
    operator: Agent,
) -> impl Iterator<Item = (u32, Noticed)> + '_ {
    let pool = instance.db.pool(operator);
    let reports = (pool.first_report..pool.next_report)
        .filter_map(move |number| Some((number, instance.db.report_at(operator, number)?)));
    let waits = reports.filter(|(_, report)| !report.cancelled);
    waits.map(move |(number, report)| (number, (operator, report.era, report.offence)))
}

/// The canceller cancels what was reported and is not true.
fn cancel_false<A: Answers<Staking>>(table: &mut Table<A>) {
    let Board { operators, committed, .. } = &table.board;
    let reports = operators.iter().flat_map(|operator| waiting(&table.instance, *operator));
    let is_false = reports.filter(|(_, told)| !committed.contains(told));
    let cancels = is_false.map(|(number, (operator, ..))| Op::Cancel { operator, number });
    let (cancels, canceller) = (cancels.collect::<Vec<_>>(), table.instance.db.roles().canceller);
    if !cancels.is_empty() {
        table.turn_of_others();
    }
    cancels.into_iter().for_each(|op| _ = table.call(canceller, 0, op));
}

fn apply_slashes<A: Answers<Staking>>(table: &mut Table<A>) {
    let is_due = |table: &Table<A>, operator| {
        let (db, pool) = (&table.instance.db, table.instance.db.pool(operator));
        let waits = db.report_at(operator, pool.first_report).filter(|_| pool.accused());
        waits.is_some_and(|report| report.due <= db.state().era)
    };
    for place in 0..table.board.operators.len() {
        let operator = table.board.operators[place];
        while is_due(table, operator)
            && let Some(Receipt::Slashed(slashed)) =
                table.call(KEEPER, 0, Op::ApplySlash { operator })
        {
            lose(&mut table.board, operator, slashed.amount, u32::from(slashed.amount > 0));
            table.board.news |= slashed.amount > 0;
        }
    }
}

/// Somebody pulls an operator's part of the last era with points.
fn pull<A: Answers<Staking>>(table: &mut Table<A>, who: Agent, operator: Agent) {
    if let Some(Receipt::PaidOut(paid)) = table.call(who, 0, Op::Payout { operator }) {
        table.board.rewards += paid.commission + paid.shared;
    }
}

fn learned<A: Answers<Staking>>(table: &mut Table<A>, at: usize) -> Duty {
    let Memory::Learning(place) = table.players[at].own else { return Duty::Done };
    let endowment = &mut table.endowments[at];
    let has = table.instance.wealth(table.players[at].account) as f64;
    let has = has + endowment.gains as f64 - endowment.costs as f64;
    let choice = table.board.lessons[place as usize].choose(has, endowment, &mut table.answers);
    [Duty::Done, Duty::Missed, Duty::Equivocated][choice]
}

/// An account retires, and unbonds all that it has.
fn quit<A: Answers<Staking>>(table: &mut Table<A>, who: Agent) {
    let pool = table.instance.db.pool(who);
    if pool.registered() {
        table.call(who, 0, Op::Retire {});
    }
    let lots = table.instance.db.lots.get(who);
    let mut operators: BTreeSet<Agent> = lots.iter().map(|(at, _)| at.0).collect();
    operators.insert(who);
    operators.into_iter().for_each(|operator| _ = unbond(table, who, operator));
}
