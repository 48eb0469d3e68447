//! Prediction markets as they are played: one after the other, and whoever trades in them.
//!
//! A round is a market. Its sponsor opens it, at the prices that everybody believes at first. Traders come one
//! after the other, in another order in each round; who waits comes in the last block. Each can look, which costs something and gives a signal. Who trades honestly believes what its own signal
//! says, and those of others as it makes them out: by the prices that each left in its turn. What is traded beside these
//! turns tells nothing. When trading is over the settler says what is true, all are paid, and the sponsor has what is left.
//!
//! An agent's payoff is what it has in the end, less what it began with, less what it paid for its signals. Who cannot
//! pay for all shares that it wants buys a part of them.

use super::menu::{self, Game, Plan};
use super::scenario::{self, Audit, Scenario, Strategy, World};
use super::trade::{Belief, logs};
use super::{Market, Op, Receipt, SETTLER, live};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, ClosedForm, Learner, Measure, Play, Player, Unit};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_logic::market::{Book, Db, Shares};

/// Who opens markets: the first account without a role.
const SPONSOR: Agent = SETTLER + 1;
/// How often a purchase is tried while prices move.
const TRIES: u32 = 5;
/// What an adaptive agent chooses from.
const CHOICES: [Plan; 3] =
    [Plan::Follow(Strategy::Honest), Plan::Follow(Strategy::Late), Plan::Out];

/// What a player knows and remembers.
#[derive(Clone, Default)]
pub struct Own {
    lessons: Learner<{ CHOICES.len() }>,
    /// What it chose for this round.
    choice: usize,
    /// The signal that it has if it looks.
    signal: usize,
    has_looked: bool,
}

/// What is seen, and sums over all rounds.
#[derive(Clone, Default)]
pub struct Board {
    rounds: u32,
    /// The market of the round, and what is true.
    market: Option<u32>,
    truth: usize,
    /// What each player's signal seems to be.
    made_out: Vec<Option<usize>>,
    /// What was there before the sponsor paid anything, and what it lost.
    endowed: Balance,
    invalid: u64,
    lies: u64,
    price_of_truth: f64,
    bought: Balance,
    sold: Balance,
}

type Table<A> = carrots::play::Table<Game, A>;

impl Play for Game {
    type Model = Market;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new(
            "price_of_truth",
            Unit::Share,
            "the price at which trading ended of what is true: how sure the market was of it, the mean of rounds",
        ),
        Measure::new("invalid", Unit::Share, "of all questions those that were invalid"),
        Measure::new(
            "wrong",
            Unit::Share,
            "of all questions those that were not settled as is true",
        ),
        Measure::new("bought", Unit::Tokens, "what all shares cost those who bought them"),
        Measure::new("sold", Unit::Tokens, "what sales brought"),
        Measure::new(
            "subsidy",
            Unit::MeanTokens,
            "what the sponsor paid for a market, the mean of rounds",
        ),
        Measure::new("subsidy_max", Unit::Tokens, "what it lays by for each"),
    ];
    const TRUSTED: &'static [&'static str] = &["settler"];

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn habit(instance: &Instance<Market>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Market>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        scenario::check(scenario)
    }

    fn plan(strategy: Strategy) -> Plan {
        Plan::Follow(strategy)
    }

    fn strategy(plan: Plan) -> Strategy {
        match plan {
            Plan::Follow(strategy) => strategy,
            _ => Strategy::Honest,
        }
    }

    fn new(scenario: &Scenario) -> Self {
        let Scenario { params, world, audit, run, .. } = scenario;
        let audit = audit.unwrap_or_default();
        let answers = params.outcomes.saturating_sub(1).max(2) as usize;
        let logs = logs(world.accuracy, answers);
        Self { params: *params, world: *world, audit, rounds: run.horizon, logs }
    }

    fn wallets(&self) -> Vec<Balance> {
        let each = scenario::sponsor_stake(&self.params);
        vec![0, each.saturating_mul(self.rounds.into())]
    }

    fn enter<A: Answers<Market>>(&self, table: &mut Table<A>) {
        table.board.endowed = table.instance.wealth(SPONSOR);
    }

    /// One market.
    fn round<A: Answers<Market>>(&self, table: &mut Table<A>) {
        self.begin(table);
        table.turn_of_others();
        self.open(table);
        let closes_at = table.instance.block() + self.world.trade_blocks;
        let order = self.order(table.players.len(), table.board.rounds as usize);
        for at in order.iter().copied() {
            table.turn(at);
            self.trade(table, at);
        }
        self.pass_until(table, closes_at - 1);
        for at in order {
            table.turn(at);
            self.trade_late(table, at);
        }
        self.pass_until(table, closes_at);
        self.settle(table);
        table.board.rounds += 1;
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let mean = |sum: f64| Cell::Number(sum / f64::from(board.rounds.max(1)));
        let paid = board.endowed as f64 - table.instance.wealth(SPONSOR) as f64;
        vec![
            mean(board.price_of_truth),
            mean(board.invalid as f64),
            mean(board.lies as f64),
            board.bought.into(),
            board.sold.into(),
            mean(paid),
            self.params.deposit_up().into(),
        ]
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    fn leave<A: Answers<Market>>(&self, table: &mut Table<A>) {
        live::end(&mut table.answers, &mut table.instance, SPONSOR);
    }

    fn others(&self) -> Vec<Player> {
        [("settler", SETTLER), ("sponsor", SPONSOR)]
            .map(|(name, account)| Player { name: name.into(), accounts: vec![account] })
            .into()
    }

    fn suits(&self, _player: usize, strategy: Strategy) -> bool {
        strategy != Strategy::Insider || self.audit.insiders
    }

    fn options(&self, _player: usize) -> Vec<Plan> {
        vec![Plan::Follow(Strategy::Honest), Plan::Lie, Plan::Half, Plan::Out]
    }

    fn name(&self, plan: Plan) -> String {
        menu::named(plan)
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan == Plan::Out
    }

    fn identities(&self, plan: Plan) -> u32 {
        plan.accounts()
    }

    fn player_name(&self, player: usize) -> String {
        format!("trader {player}")
    }

    /// A token for each call: two by each trader, and some more where calls are put between.
    fn rounding(&self) -> Balance {
        let calls = 2 * self.params.outcomes * (self.audit.traders + 1);
        calls.into()
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_a_signal(terms)
    }

    fn turned<A>(&self, table: &Table<A>) -> Option<bool> {
        Some(table.board.lies > 0)
    }
}

impl Game {
    /// Those who learn choose; what is true is drawn, and everybody's signal.
    fn begin<A: Answers<Market>>(&self, table: &mut Table<A>) {
        for (player, endowment) in table.players.iter_mut().zip(&mut table.endowments) {
            if player.plan == Plan::Follow(Strategy::Adaptive) {
                let has = table.instance.wealth(player.account) as f64 - endowment.costs as f64;
                player.own.choice = player.own.lessons.choose(has, endowment, &mut table.answers);
            }
            player.own.has_looked = false;
        }
        let answers = self.answers();
        let is_invalid = table.answers.chance(&mut table.world, self.world.invalid);
        let answer =
            if is_invalid { answers } else { table.answers.pick(&mut table.world, answers) };
        for at in 0..table.players.len() {
            let signal = match is_invalid {
                true => table.pick(at, answers),
                false if table.chance(at, self.world.accuracy) => answer,
                false => (answer + 1 + table.pick(at, answers - 1)) % answers,
            };
            table.players[at].own.signal = signal;
        }
        let board = &mut table.board;
        (board.truth, board.market) = (answer, None);
        board.made_out = vec![None; table.players.len()];
        board.invalid += u64::from(is_invalid);
    }

    /// Who comes when: in every round another one is the first, and comes behind others.
    fn order(&self, players: usize, round: usize) -> Vec<usize> {
        let stride = 1 + round % players;
        let stride = if gcd(stride, players) == 1 { stride } else { 1 };
        (0..players).map(|at| (round + at * stride) % players).collect()
    }

    /// The sponsor lays by what can be lost, and buys until prices are what all believe.
    fn open<A: Answers<Market>>(&self, table: &mut Table<A>) {
        let closes_at = table.instance.block() + self.world.trade_blocks;
        let mut question = [0; 32];
        question[..4].copy_from_slice(&table.board.rounds.to_le_bytes());
        let open = Op::Open { question, closes_at };
        let opened = table.call(SPONSOR, self.params.deposit_up(), open);
        if let Some(Receipt::Opened(opened)) = opened {
            table.board.market = Some(opened.market);
            self.buy_towards(table, SPONSOR, &self.prior(), 2);
        }
    }

    /// The round's market.
    fn book<A>(&self, table: &Table<A>) -> Option<(u32, Book<Agent>)> {
        let market = table.board.market?;
        Some((market, table.instance.db.market(market)?))
    }

    /// What a player does in this round.
    fn does<A>(&self, table: &Table<A>, at: usize) -> Plan {
        match table.players[at].plan {
            Plan::Follow(Strategy::Adaptive) => CHOICES[table.players[at].own.choice],
            plan => plan,
        }
    }

    /// A player looks, once, and has its signal.
    fn look<A>(&self, table: &mut Table<A>, at: usize) -> usize {
        if !table.players[at].own.has_looked {
            table.players[at].own.has_looked = true;
            table.endowments[at].costs += self.world.look_cost;
        }
        table.players[at].own.signal
    }

    /// What is believed of the signals of all others, as they seem to be.
    fn of_others<A>(&self, table: &Table<A>, at: usize) -> Belief {
        let others = table.board.made_out.iter().enumerate();
        let signals = others.filter_map(|(player, signal)| signal.filter(|_| player != at));
        signals.fold(self.prior(), |belief, signal| self.after(belief, signal))
    }

    /// A player's turn, from which others make out its signal.
    fn trade<A: Answers<Market>>(&self, table: &mut Table<A>, at: usize) {
        let Some((_, before)) = self.book(table) else { return };
        let account = table.players[at].account;
        match self.does(table, at) {
            Plan::Follow(Strategy::Honest | Strategy::Adaptive) => {
                self.trade_by(table, at, |own| own, 1, 2)
            }
            Plan::Follow(Strategy::Exaggerating) => self.trade_by(table, at, |own| own, 2, 2),
            Plan::Half => self.trade_by(table, at, |own| own, 1, 1),
            Plan::Lie | Plan::Follow(Strategy::Bluffing) => {
                let answers = self.answers();
                self.trade_by(table, at, |own| (own + 1) % answers, 1, 2);
            }
            Plan::Follow(Strategy::Pumping) => {
                let shares = self.buy_with_half(table, account);
                self.sell(table, account, 0, shares);
            }
            Plan::Follow(Strategy::WashTrading) => {
                let shares = self.buy_with_half(table, account);
                self.buy_with_half(table, account + 1);
                self.sell(table, account, 0, shares);
            }
            Plan::Follow(Strategy::Late | Strategy::CheapSide | Strategy::Insider) | Plan::Out => {}
        }
        let Some((_, after)) = self.book(table) else { return };
        if before.shares != after.shares {
            let others = self.of_others(table, at);
            table.board.made_out[at] = Some(self.made_out(&others, &after.shares));
        }
    }

    /// The same for those who wait.
    fn trade_late<A: Answers<Market>>(&self, table: &mut Table<A>, at: usize) {
        let account = table.players[at].account;
        match self.does(table, at) {
            Plan::Follow(Strategy::Late | Strategy::Bluffing) => {
                self.trade_by(table, at, |own| own, 1, 2)
            }
            Plan::Follow(Strategy::Insider) => {
                let belief = self.sure(table.board.truth.min(self.params.none() as usize));
                self.buy_towards(table, account, &belief, 2);
            }
            Plan::Follow(Strategy::CheapSide) => self.buy_the_cheapest(table, account),
            _ => {}
        }
    }

    /// Trades by a signal that depends on one's own, as if that were there some times, and goes so many halves of the way.
    fn trade_by<A: Answers<Market>>(
        &self,
        table: &mut Table<A>,
        at: usize,
        shown: impl Fn(usize) -> usize,
        times: u32,
        halves: Balance,
    ) {
        let signal = shown(self.look(table, at));
        let others = self.of_others(table, at);
        let belief = (0..times).fold(others, |belief, _| self.after(belief, signal));
        self.buy_towards(table, table.players[at].account, &belief, halves);
    }

    /// The signal of whoever left prices where they are: the one after which it would believe what is nearest to
    /// them.
    fn made_out(&self, others: &Belief, shares: &Shares) -> usize {
        let far = |signal: &usize| self.far(shares, &self.after(*others, *signal));
        let nearest = (0..self.answers()).min_by_key(far);
        nearest.unwrap_or(0)
    }

    /// Buys until prices are what is believed, or half of the way. Where prices moved in the meantime, so that a
    /// purchase was refused or did not bring them there, it is decided anew.
    fn buy_towards<A: Answers<Market>>(
        &self,
        table: &mut Table<A>,
        who: Agent,
        belief: &Belief,
        halves: Balance,
    ) {
        for _ in 0..TRIES {
            let Some((_, book)) = self.book(table) else { return };
            let more = self.towards(&book.shares, belief);
            if more.iter().all(|shares| *shares <= 1) {
                break;
            }
            let part = more.map(|shares| (shares * halves).div_ceil(2));
            let budget = table.instance.ledger().wallets[who as usize];
            if self.buy(table, who, &part, budget) && halves == 1 {
                break;
            }
        }
    }

    /// Buys so many shares, or as many as a budget pays for, at what they cost now and no more; whether nothing
    /// was refused.
    fn buy<A: Answers<Market>>(
        &self,
        table: &mut Table<A>,
        who: Agent,
        more: &Shares,
        budget: Balance,
    ) -> bool {
        let Some((market, book)) = self.book(table) else { return true };
        let more = self.within(&book.shares, more, budget);
        let mut from = book.shares;
        for (outcome, shares) in (0..).zip(more).filter(|(_, shares)| *shares > 0) {
            let mut to = from;
            to[outcome as usize] += shares;
            let cost = self.params.cost_up(&from, &to);
            let called = table.call(who, cost, Op::Buy { market, outcome, shares });
            if called.is_none() {
                return false;
            }
            table.board.bought += cost;
            from = to;
        }
        true
    }

    /// Buys of the first answer with half of what an account has, and gives how many shares those are.
    fn buy_with_half<A: Answers<Market>>(&self, table: &mut Table<A>, who: Agent) -> Balance {
        let Some((market, before)) = self.book(table) else { return 0 };
        let half = table.instance.ledger().wallets[who as usize] / 2;
        let mut more = Shares::default();
        // No share costs less than what it adds to the largest number of all, beside the deposit.
        more[0] = half.saturating_add(self.params.liquidity.saturating_mul(2));
        self.buy(table, who, &more, half);
        let held = table.instance.db.holding(who, market, 0);
        let sold = table.instance.db.market(market).map_or(0, |after| after.sold(0));
        held.min(sold.saturating_sub(before.sold(0)))
    }

    fn sell<A: Answers<Market>>(
        &self,
        table: &mut Table<A>,
        who: Agent,
        outcome: u32,
        shares: Balance,
    ) {
        let Some(market) = table.board.market.filter(|_| shares > 0) else { return };
        let sell = Op::Sell { market, outcome, shares, least: 0 };
        if let Some(Receipt::Sold(sold)) = table.call(who, 0, sell) {
            table.board.sold += sold.payment;
            table.call(who, 0, Op::Collect { account: who });
        }
    }

    /// Half of what an account has goes into the answer that is cheapest.
    fn buy_the_cheapest<A: Answers<Market>>(&self, table: &mut Table<A>, who: Agent) {
        let Some((_, book)) = self.book(table) else { return };
        let cheapest = (0..self.answers()).min_by_key(|at| book.shares[*at]).unwrap_or(0);
        let mut more = Shares::default();
        more[cheapest] = self.params.liquidity;
        let half = table.instance.ledger().wallets[who as usize] / 2;
        self.buy(table, who, &more, half);
    }

    fn pass_until<A: Answers<Market>>(&self, table: &mut Table<A>, block: u32) {
        let blocks = block.saturating_sub(table.instance.block());
        if blocks > 0 {
            table.advance(blocks);
        }
    }

    /// The settler says what is true; if it does not, the sponsor waits and settles. All are paid.
    fn settle<A: Answers<Market>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        if let Some((market, book)) = self.book(table) {
            let truth = table.board.truth as u32;
            let price = self.params.price_down(&book.shares, truth);
            table.board.price_of_truth += f64::from(price.deconstruct()) / 1e9;
            table.call(SETTLER, 0, Op::Settle { market, outcome: truth });
            let is_open =
                |table: &Table<A>| self.book(table).is_some_and(|(_, book)| book.answer.is_none());
            if is_open(table) {
                self.pass_until(table, self.params.settles_until(&book));
                table.turn_of_others();
                table.call(SPONSOR, 0, Op::Expire { market });
            }
            let said = self.book(table).and_then(|(_, book)| book.answer);
            table.board.lies += u64::from(said != Some(truth));
        }
        table.turn_of_others();
        live::pay(&mut table.answers, &mut table.instance, SPONSOR);
    }
}

/// The greatest common divisor (Euclid).
fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_comes_once_in_a_round() {
        let params = carrots_logic::market::Params { liquidity: 1, outcomes: 2, settle_blocks: 1 };
        let world = World { accuracy: 0.8, invalid: 0.0, look_cost: 0, trade_blocks: 2 };
        let logs = logs(world.accuracy, 2);
        let game = Game { params, world, audit: Audit::default(), rounds: 1, logs };
        for players in 1..14 {
            for round in 0..40 {
                let mut order = game.order(players, round);
                assert_eq!(order[0], round % players);
                order.sort();
                assert_eq!(order, Vec::from_iter(0..players));
            }
        }
    }

    #[test]
    fn signals_are_made_out_by_where_prices_are_left() {
        let params =
            carrots_logic::market::Params { liquidity: 1_000, outcomes: 3, settle_blocks: 1 };
        let world = World { accuracy: 0.8, invalid: 0.1, look_cost: 0, trade_blocks: 2 };
        let logs = logs(world.accuracy, 2);
        let game = Game { params, world, audit: Audit::default(), rounds: 1, logs };
        let mut pumped = Shares::default();
        pumped[1] = 5_000;
        for before in [Shares::default(), pumped] {
            for (others, signal) in [(game.prior(), 0), (game.after(game.prior(), 1), 1)] {
                let belief = game.after(others, signal);
                let more = game.towards(&before, &belief);
                let mut left = before;
                (0..8).for_each(|at| left[at] += more[at]);
                assert_eq!(game.made_out(&others, &left), signal);
            }
        }
    }
}
