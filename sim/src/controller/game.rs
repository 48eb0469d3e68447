//! A controller as it is played: period after period, each made by another maker, and whoever wants to use it.
//!
//! A round is a period. Where use is measured, all users say what they want and what they pay for it, and whoever
//! makes the period takes in what pays it, the highest tips first, of equals another one first in every period. It
//! may leave the period empty, or use up what is left. Where the measure is reported, users are measured if that
//! pays them by the output, and the reporter counts them.
//!
//! A user's payoff is what the units that it got are worth to it, less what it paid and what waiting cost; a
//! maker's is its tips and what comes back of the prices, less what the units cost it. What the sink gets is burned.

use super::menu::{self, Game, Plan, Variant};
use super::scenario::{self, Audit, Scenario, Strategy, Wallets, World};
use super::{Controller, Op, REPORTER, Receipt, SINK, feedback, live};
use carrots::model::{Agent, Instance};
use carrots::play::{
    Answers, ClosedForm, Feedback, Learner, Measure, Play, Player, PlayerState, Unit, difference,
};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_kernel::math::part_down;
use carrots_logic::controller::{Accounts, Acting, Db, Sensor};
use std::cmp::Reverse;

/// What an adaptive maker chooses from, and an adaptive user.
const MAKES: [Strategy; 3] = [Strategy::Honest, Strategy::Empty, Strategy::Stuffing];
const USES: [Strategy; 3] = [Strategy::Honest, Strategy::Legacy, Strategy::Delaying];

/// What a player knows and remembers.
#[derive(Clone, Default)]
pub struct Own {
    lessons: Learner<{ MAKES.len() }>,
    /// What it chose for this round.
    choice: usize,
    /// Units that it waits for.
    waiting: Balance,
}

/// Sums over all rounds.
#[derive(Clone, Default)]
pub struct Board {
    rounds: u32,
    prices: Balance,
    used: Balance,
    /// What makers used up.
    stuffed: Balance,
    tips: Balance,
    /// What all that was used is worth to users, and what it cost makers.
    worth: Balance,
    cost: Balance,
    empty: u32,
    /// Rounds in which use was further than a tenth from the target.
    off: u32,
}

/// What a user wants of a period.
struct Wish {
    player: usize,
    units: Balance,
    /// For each of them.
    tip: Balance,
}

type Table<A> = carrots::play::Table<Game, A>;

impl Play for Game {
    type Model = Controller;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new("output", Unit::Number, "what was put out in a period: the mean"),
        Measure::new("use", Unit::Number, "what was measured, by the target: the mean"),
        Measure::new(
            "off",
            Unit::Share,
            "of all periods those in which the measure was further than a tenth of it from the target",
        ),
        Measure::new("empty", Unit::Share, "of all periods those in which nothing was measured"),
        Measure::new(
            "stuffed",
            Unit::Number,
            "what makers used up themselves, by the target: the mean",
        ),
        Measure::new("tips", Unit::MeanTokens, "what a period brought whoever made it"),
        Measure::new(
            "surplus",
            Unit::MeanTokens,
            "what was used in a period is worth to users, less what it cost whoever made it",
        ),
    ];
    const OWNER: Option<Agent> = Some(SINK);
    const TRUSTED: &'static [&'static str] = &["sink", "reporter"];

    fn habit(instance: &Instance<Controller>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Controller>) {
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
        Self { params: *params, world: world.clone(), audit: *audit }
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; 2]
    }

    fn enter<A: Answers<Controller>>(&self, _table: &mut Table<A>) {}

    /// A period.
    fn round<A: Answers<Controller>>(&self, table: &mut Table<A>) {
        self.learn(table);
        if table.board.rounds > 0 {
            table.advance(self.params.period_blocks);
        }
        match self.params.sensor {
            Sensor::Use => self.sell(table),
            Sensor::Report => self.count(table),
        }
        self.note(table);
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let rounds = f64::from(board.rounds.max(1));
        let mean = |sum: Balance| sum as f64 / rounds;
        let by_target = |sum: Balance| Cell::Number(mean(sum) / self.params.target as f64);
        vec![
            Cell::Number(mean(board.prices)),
            by_target(board.used),
            Cell::Number(f64::from(board.off) / rounds),
            Cell::Number(f64::from(board.empty) / rounds),
            by_target(board.stuffed),
            Cell::Number(mean(board.tips)),
            Cell::Number(difference(board.worth, board.cost) / rounds),
        ]
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    fn leave<A: Answers<Controller>>(&self, table: &mut Table<A>) {
        for account in 0..table.instance.ledger().wallets.len() as Agent {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }

    fn others(&self) -> Vec<Player> {
        [("sink", SINK), ("reporter", REPORTER)]
            .map(|(name, account)| Player { name: name.into(), accounts: vec![account] })
            .into()
    }

    /// What the sink gets is burned: nobody has it, and nobody loses it.
    fn other_gains<A>(&self, table: &Table<A>, seat: usize) -> i128 {
        if seat == 0 { -(table.instance.wealth(SINK) as i128) } else { 0 }
    }

    fn fixed(&self, plan: Plan, _player: usize, _kind: Balance) -> Option<Plan> {
        let legacy = self.world.wallets == Wallets::Legacy && plan.strategy == Strategy::Legacy;
        let plan = if legacy { Plan::of(Strategy::Honest) } else { plan };
        (plan.strategy != Strategy::Adaptive).then_some(plan)
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

    fn player_name(&self, player: usize) -> String {
        match player.checked_sub(self.world.makers as usize) {
            None => format!("maker {player}"),
            Some(user) => format!("user {user}"),
        }
    }

    fn feedback(scenario: &Scenario) -> Option<Feedback<Self>> {
        Some(feedback::feedback(scenario))
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.known(terms)
    }
}

impl Game {
    /// Those who learn choose.
    fn learn<A: Answers<Controller>>(&self, table: &mut Table<A>) {
        for (player, endowment) in table.players.iter_mut().zip(&mut table.endowments) {
            if player.plan.strategy == Strategy::Adaptive {
                let wealth = table.instance.wealth(player.account) as f64;
                let has = wealth + endowment.gains as f64 - endowment.costs as f64;
                player.own.choice = player.own.lessons.choose(has, endowment, &mut table.answers);
            }
        }
    }

    /// What a player does in this round.
    fn does(&self, at: usize, player: &PlayerState<Game>) -> Plan {
        let choices = if self.is_maker(at) { MAKES } else { USES };
        match player.plan.strategy {
            Strategy::Adaptive => Plan::of(choices[player.own.choice]),
            _ => player.plan,
        }
    }

    /// What is put out now.
    fn output<A>(&self, table: &Table<A>) -> Balance {
        table.instance.db.state().at(&self.params, table.instance.block()).output
    }

    /// What was measured in this period.
    fn measure<A>(&self, table: &Table<A>) -> Balance {
        let state = table.instance.db.state().at(&self.params, table.instance.block());
        state.measure.unwrap_or(0)
    }

    /// A period is made, and used.
    fn sell<A: Answers<Controller>>(&self, table: &mut Table<A>) {
        let maker = (table.board.rounds % self.world.makers) as usize;
        let made = table.board.rounds / self.world.makers;
        let price = self.output(table);
        let mut wishes: Vec<Wish> = (self.world.makers as usize..table.players.len())
            .filter_map(|at| self.wish(table, at, price))
            .collect();
        let (first, count) = (table.board.rounds as usize, table.players.len());
        wishes.sort_by_key(|wish| (Reverse(wish.tip), (wish.player + first) % count));
        table.turn(maker);
        let plan = self.does(maker, &table.players[maker]);
        if !plan.is_empty(made) {
            for wish in wishes.iter().filter(|wish| wish.tip >= self.world.cost) {
                self.take_in(table, maker, price, wish);
            }
        }
        if plan.stuffs(made) {
            let units = self.params.capacity.saturating_sub(self.measure(table));
            let used = self.use_capacity(table, maker, maker, price, units, 0);
            table.board.stuffed += used;
        }
    }

    /// What a user wants of a period, and pays for it.
    fn wish<A>(&self, table: &mut Table<A>, at: usize, price: Balance) -> Option<Wish> {
        let plan = self.does(at, &table.players[at]);
        let (round, units) = (table.board.rounds, Balance::from(self.world.units));
        let value = self.value(at, round);
        let waits = plan.strategy == Strategy::Delaying && round.is_multiple_of(2);
        if waits {
            table.players[at].own.waiting = units;
            table.endowments[at].costs += self.world.wait_cost * units;
        }
        let pays = |tip: Balance| price.saturating_add(tip) <= value;
        let cheap = plan.variant != Variant::Shaded || price <= value - value / 8;
        if waits || plan.variant == Variant::Out || !cheap || !pays(self.world.tip) {
            return None;
        }
        let legacy = self.world.wallets == Wallets::Legacy || plan.strategy == Strategy::Legacy;
        let tip = if legacy { value - price } else { self.world.tip };
        let waiting = std::mem::take(&mut table.players[at].own.waiting);
        Some(Wish { player: at, units: units + waiting, tip })
    }

    /// Whoever makes the period takes in what a user wants, as far as there is room.
    fn take_in<A: Answers<Controller>>(
        &self,
        table: &mut Table<A>,
        maker: usize,
        price: Balance,
        wish: &Wish,
    ) {
        table.turn(wish.player);
        let room = self.params.capacity.saturating_sub(self.measure(table));
        let units = wish.units.min(room);
        let used = self.use_capacity(table, wish.player, maker, price, units, wish.tip);
        let worth = self.value(wish.player, table.board.rounds) * used;
        table.answers.enjoy(&mut table.endowments[wish.player], wish.player, 0, |_| worth);
        let cost = self.world.cost * used;
        table.endowments[maker].costs += cost;
        table.board.worth += worth;
        table.board.cost += cost;
        table.board.tips += wish.tip * used;
    }

    /// A player takes units, if it has what they cost. Gives how many it got.
    fn use_capacity<A: Answers<Controller>>(
        &self,
        table: &mut Table<A>,
        at: usize,
        maker: usize,
        price: Balance,
        units: Balance,
        tip: Balance,
    ) -> Balance {
        let (who, maker) = (table.players[at].account, table.players[maker].account);
        let value = price.saturating_add(tip).saturating_mul(units);
        if units == 0 || !table.instance.ledger().has(who, value) {
            return 0;
        }
        let op = Op::UseCapacity { units, tip, maker };
        match table.call(who, value, op) {
            Some(Receipt::Used(used)) => {
                self.rebate(table, used.paid);
                used.units
            }
            _ => 0,
        }
    }

    /// A part of a price comes back to makers.
    fn rebate<A>(&self, table: &mut Table<A>, paid: Balance) {
        let makers = self.world.makers as usize;
        let each = part_down(self.world.rebate, paid) / makers as Balance;
        table.endowments.iter_mut().take(makers).for_each(|maker| maker.gains += each);
    }

    /// Users are measured if that pays them, and the reporter counts.
    fn count<A: Answers<Controller>>(&self, table: &mut Table<A>) {
        let (output, units) = (self.output(table), Balance::from(self.world.units));
        let mut measure: Balance = 0;
        for at in 0..table.players.len() {
            let value = self.value(at, table.board.rounds);
            let (has, gives) = match self.params.acting {
                Acting::Direct => (value, output),
                Acting::Reverse => (output, value),
            };
            let out = table.players[at].plan.variant == Variant::Out;
            if out || has < gives || measure + units > self.params.capacity {
                continue;
            }
            measure += units;
            let worth = (has - gives).saturating_mul(units);
            table.answers.enjoy(&mut table.endowments[at], at, 0, |_| worth);
        }
        table.turn_of_others();
        table.call(REPORTER, 0, Op::Report { measure });
    }

    /// Sums up what was.
    fn note<A>(&self, table: &mut Table<A>) {
        let (price, used) = (self.output(table), self.measure(table));
        let board = &mut table.board;
        board.rounds += 1;
        board.prices += price;
        board.used += used;
        board.empty += u32::from(used == 0);
        let far = used.abs_diff(self.params.target) * 10 > self.params.target;
        board.off += u32::from(far);
    }
}
