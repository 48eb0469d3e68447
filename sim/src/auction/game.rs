//! Auctions as they are played: bidders with plans, round by round.
//!
//! In a round every bidder draws what the items are worth to it, which nobody else knows. Then all
//! commit in the order of their numbers, those who snipe in the last block of the window, with the
//! least deposit; where all places are taken, with all that they have beside the bid. Who lost its
//! place to a higher deposit does the same in the last block, until nobody can. All reveal in the
//! same order, those who withhold at last; somebody settles, and everybody collects.
//!
//! An agent's payoff is what it has in the end, less what it began with, plus what the items that
//! it won were worth to it. Who has too few tokens for a bid does not bid.

use super::menu::{self, Bids, Game, Opens, Plan};
use super::scenario::{self, Audit, Scenario, Strategy, World};
use super::{Auction, Op, Receipt, SELLER, SINK, live};
use carrots::exact::{Rational, whole};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, ClosedForm, Learner, Measure, Play, Player, Unit};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_logic::auction::outcome::outcome;
use carrots_logic::auction::sale::Sale;
use carrots_logic::auction::{Accounts, Award, Bid, Db, Kind, Params, Salt, Settled, Values};

/// What an adaptive agent chooses from: hundredths of its values.
const GRID: [Balance; 6] = [100, 90, 80, 70, 60, 50];

/// What a bidder knows and remembers.
#[derive(Clone, Default)]
pub struct Own {
    /// What one item is worth to it in this round, and what all are.
    drawn: Balance,
    values: Values,
    lessons: Learner<{ GRID.len() }>,
    /// What it committed to in this round, by account.
    bids: [Option<Sealed>; 2],
    /// The items that it won in this round: their numbers, and how many.
    won: (u32, usize),
    forfeited: Balance,
}

/// A bid that its bidder committed to.
#[derive(Clone, Copy)]
struct Sealed {
    /// Its place among the commitments, once their window is over.
    index: usize,
    values: Values,
    salt: Salt,
    deposit: Balance,
}

/// What is seen, and sums over all rounds.
#[derive(Clone, Default)]
pub struct Board {
    /// To whom an account belongs.
    owners: Vec<usize>,
    /// The bids that were revealed so far, by their place among the commitments.
    revealed: Vec<Values>,
    rounds: u32,
    bids: u64,
    withheld: u64,
    sold: u64,
    forfeited: Balance,
    /// What the items were worth to those to whom they are worth most.
    best: Balance,
}

type Table<A> = carrots::play::Table<Game, A>;

impl Play for Game {
    type Model = Auction;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const METRICS: &'static [Measure] = &[
        Measure::new(
            "efficiency",
            Unit::Share,
            "of the most that the items can be worth to bidders, what they are worth to those who won them",
        ),
        Measure::new("sold", Unit::Number, "items sold in a round"),
        Measure::new("bids", Unit::Number, "commitments in a round"),
        Measure::new("withheld", Unit::Number, "commitments in a round that nobody opened"),
        Measure::new("forfeited", Unit::MeanTokens, "deposits of such in a round"),
    ];
    const WELFARE: bool = true;
    const OWNER: Option<Agent> = Some(SELLER);
    const TRUSTED: &'static [&'static str] = &["sink"];
    const KIND: &'static str = "value";

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn habit(instance: &Instance<Auction>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Auction>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        scenario::check(scenario)
    }

    fn plan(strategy: Strategy) -> Plan {
        Plan { strategy, bids: None, opens: Opens::All }
    }

    fn strategy(plan: Plan) -> Strategy {
        plan.strategy
    }

    fn new(scenario: &Scenario) -> Self {
        menu::game(scenario)
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; 2]
    }

    fn enter<A: Answers<Auction>>(&self, table: &mut Table<A>) {
        let mut owners = vec![0; table.instance.ledger().wallets.len()];
        for (at, player) in table.players.iter().enumerate() {
            let accounts = player.account..player.account + player.plan.accounts();
            accounts.for_each(|account| owners[account as usize] = at);
        }
        table.board.owners = owners;
    }

    /// One auction.
    fn round<A: Answers<Auction>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        table.call(SELLER, 0, Op::Open {});
        table.board.revealed.clear();
        for at in 0..table.players.len() {
            self.draw(table, at);
        }
        self.commit(table);
        for last in [false, true] {
            for at in 0..table.players.len() {
                if table.players[at].plan.opens_last() == last {
                    table.turn(at);
                    self.open(table, at);
                }
            }
        }
        table.advance(self.params.reveal_blocks);
        table.turn_of_others();
        if let Some(Receipt::Settled(settled)) = table.call(SELLER, 0, Op::Settle {}) {
            self.award(table, settled);
        }
        table.turn_of_others();
        let sink = table.instance.db.roles().sink;
        for account in SELLER + 1..table.board.owners.len() as Agent {
            if account != sink && table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
        table.board.rounds += 1;
    }

    /// Counts: means of a round.
    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let mean = |sum: Balance| sum as f64 / f64::from(board.rounds.max(1));
        let won = table.given();
        let row = [
            if board.best > 0 { won / board.best as f64 } else { 1.0 },
            mean(board.sold.into()),
            mean(board.bids.into()),
            mean(board.withheld.into()),
            mean(board.forfeited),
        ];
        row.map(Cell::Number).into()
    }

    fn slashed<A>(&self, table: &Table<A>, player: usize) -> Balance {
        table.players[player].own.forfeited
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    /// What is due to the seller and the sink; all others have theirs.
    fn leave<A: Answers<Auction>>(&self, table: &mut Table<A>) {
        for account in 0..table.instance.ledger().wallets.len() as Agent {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }

    fn others(&self) -> Vec<Player> {
        [("seller", SELLER), ("sink", SINK)]
            .map(|(name, account)| Player { name: name.into(), accounts: vec![account] })
            .into()
    }

    fn kinds(&self, player: usize) -> Vec<Balance> {
        self.kinds[player].clone()
    }

    fn fixed(&self, plan: Plan, _player: usize, kind: Balance) -> Option<Plan> {
        self.fixed_bids(plan, kind)
    }

    fn options(&self, _player: usize) -> Vec<Plan> {
        self.menu()
    }

    fn name(&self, plan: Plan) -> String {
        self.named(plan)
    }

    fn is_out(&self, plan: Plan) -> bool {
        plan.bids == Some(Bids::default())
    }

    fn identities(&self, plan: Plan) -> u32 {
        match plan.bids {
            Some([_, other]) if other == Values::default() => 1,
            _ => plan.accounts(),
        }
    }

    /// Bidders of the same values, unless different options may bid the same for an item: then it
    /// matters who of them is first.
    fn class(&self, player: usize) -> usize {
        let units = self.world.weights.len().min(self.params.items as usize);
        let there = player >= self.entering;
        if there || units > 1 || self.audit.identities > 1 || self.audit.withholding {
            return player;
        }
        let same = |kinds: &Vec<Balance>| *kinds == self.kinds[player];
        self.kinds.iter().position(same).unwrap_or(player)
    }

    fn player_name(&self, player: usize) -> String {
        format!("bidder {player}")
    }

    fn welfare_max(&self, kinds: &[Balance]) -> Option<i128> {
        let values: Vec<Values> = kinds.iter().map(|value| self.values(*value)).collect();
        Some(self.most(&values) as i128 * i128::from(self.audit.rounds))
    }

    /// Every item at the highest bid for it.
    fn revenue_max(&self, plans: &[Plan]) -> Option<Balance> {
        let bids: Option<Vec<Bids>> = plans.iter().map(|plan| plan.bids).collect();
        Some(self.most(&bids?.concat()) * Balance::from(self.audit.rounds))
    }

    fn worth(
        &self,
        accounts: &[Agent],
        kind: Balance,
        start: &Instance<Auction>,
        end: &Instance<Auction>,
    ) -> i128 {
        let of_round = |round| {
            let mut items = (0, 0);
            for item in 0..self.params.items {
                let award = end.db.award(round, item);
                if award.is_some_and(|award| accounts.contains(&award.winner)) {
                    items = (items.0 | 1 << item, items.1 + 1);
                }
            }
            self.worth_of(kind, items) as i128
        };
        (start.db.state().rounds..end.db.state().rounds).map(of_round).sum()
    }

    fn revenue_optimal(&self) -> Option<Rational> {
        let once = (self.params.items == 1).then(|| menu::myerson(&self.kinds))??;
        Some(once * whole(self.audit.rounds.into()))
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_a_ring(terms)
    }
}

impl Game {
    /// What the items are worth to a bidder that draws `value`.
    pub(super) fn values(&self, value: Balance) -> Values {
        let mut values = Values::default();
        for (item, weight) in values.iter_mut().zip(&self.world.weights) {
            *item = value * Balance::from(*weight);
        }
        values
    }

    /// What the items are worth to an agent in this round.
    fn draw<A: Answers<Auction>>(&self, table: &mut Table<A>, at: usize) {
        let amounts = &self.world.values[at % self.world.values.len()];
        let own = &mut table.players[at].own;
        own.drawn = table.answers.draw(&mut table.endowments[at], at, amounts);
        own.values = self.values(own.drawn);
        (own.bids, own.won) = ([None; 2], (0, 0));
    }

    /// The window for commitments, from its first block to the first block after it.
    fn commit<A: Answers<Auction>>(&self, table: &mut Table<A>) {
        let rings = |at: &usize| table.players[*at].plan.strategy == Strategy::Ring;
        let ring: Vec<usize> = (0..table.players.len()).filter(rings).collect();
        // The first of those who have the same value.
        let leader = ring.iter().rev().max_by_key(|at| table.players[**at].own.values).copied();
        let bidders = table.players.len() - ring.len() + leader.iter().len();
        for at in 0..table.players.len() {
            table.turn(at);
            match table.players[at].plan {
                Plan { strategy: Strategy::Sniping, bids: None, .. } => {}
                Plan { strategy: Strategy::Ring, .. } if leader != Some(at) => {}
                plan => {
                    let bids = match plan.bids {
                        Some(bids) => bids,
                        None => self.chosen(table, at, bidders),
                    };
                    for account in 0..plan.accounts() {
                        self.seal(table, at, account, bids[account as usize]);
                    }
                }
            }
        }
        table.advance(self.params.commit_blocks - 1);
        for at in 0..table.players.len() {
            if matches!(
                table.players[at].plan,
                Plan { strategy: Strategy::Sniping, bids: None, .. }
            ) {
                table.turn(at);
                let open = table.instance.db.open_round();
                let others = open.map_or(0, |round| table.instance.db.round(round).bidders);
                let values = self.shaded(table.players[at].own.values, others as usize + 1);
                self.seal(table, at, 0, values);
            }
        }
        // Whoever answers lays by more than all before: there are not many answers.
        for _ in 0..table.players.len() {
            if !self.answer(table) {
                break;
            }
        }
        table.advance(1);
        self.take_places(table);
    }

    /// Those who lost their places commit again; whether anybody did.
    fn answer<A: Answers<Auction>>(&self, table: &mut Table<A>) -> bool {
        let Some(round) = table.instance.db.open_round() else { return false };
        let mut answered = false;
        for at in 0..table.players.len() {
            for account in 0..2 {
                let who = table.players[at].account + account;
                let Some(lost) = table.players[at].own.bids[account as usize] else { continue };
                if table.instance.db.bid(who, round) != Bid::Absent {
                    continue;
                }
                table.turn(at);
                table.call(who, 0, Op::Collect { account: who });
                self.seal(table, at, account, lost.values);
                answered |= table.instance.db.bid(who, round) != Bid::Absent;
            }
        }
        answered
    }

    /// Every bid that still has a place learns which.
    fn take_places<A>(&self, table: &mut Table<A>) {
        let db = &table.instance.db;
        let Some(round) = db.open_round() else { return };
        let places: Vec<_> = (0..db.round(round).bidders).map(|at| db.bidder(round, at)).collect();
        for player in &mut table.players {
            for (bid, who) in player.own.bids.iter_mut().zip(player.account..) {
                let place = places.iter().position(|holder| *holder == Some(who));
                *bid = bid.zip(place).map(|(bid, index)| Sealed { index, ..bid });
            }
        }
        table.board.revealed = vec![Values::default(); places.len()];
    }

    /// What an agent bids among so many bidders, from each of its accounts.
    fn chosen<A: Answers<Auction>>(&self, table: &mut Table<A>, at: usize, bidders: usize) -> Bids {
        let player = &mut table.players[at];
        let values = player.own.values;
        match player.plan.strategy {
            Strategy::Adaptive => {
                // All that it won so far is collected.
                let endowment = &mut table.endowments[at];
                let has = table.instance.ledger().wallets[player.account as usize];
                let has = has as f64 + endowment.gains as f64;
                let choice = player.own.lessons.choose(has, endowment, &mut table.answers);
                let bid = |value| self.at_least_reserve(value, value * GRID[choice] / 100);
                [values.map(bid), Values::default()]
            }
            strategy => self.bids(strategy, values, bidders),
        }
    }

    /// What a strategy that does not learn bids among so many bidders.
    pub(super) fn bids(&self, strategy: Strategy, values: Values, bidders: usize) -> Bids {
        let none = Values::default();
        match strategy {
            Strategy::Shading | Strategy::Sniping => [self.shaded(values, bidders), none],
            Strategy::Withholding => {
                // Where a bid is the price, truth leaves nothing to gain.
                let high = match self.params.kind {
                    Kind::FirstPrice => self.shaded(values, bidders),
                    _ => values,
                };
                [high, high.map(|value| value / 2)]
            }
            Strategy::Ring if self.params.kind == Kind::FirstPrice => {
                [self.shaded(values, bidders), none]
            }
            Strategy::Truthful | Strategy::Ring | Strategy::Adaptive => [values, none],
            Strategy::DemandReduction => {
                let mut first = none;
                first[0] = values[0];
                [first, none]
            }
        }
    }

    /// The equilibrium under the first price for values that are spread evenly from zero.
    fn shaded(&self, values: Values, bidders: usize) -> Values {
        let n = bidders as Balance;
        values.map(|value| self.at_least_reserve(value, value * (n - 1) / n))
    }

    /// Nobody bids below the reserve price whose value is above it.
    fn at_least_reserve(&self, value: Balance, bid: Balance) -> Balance {
        bid.max(self.params.reserve_price.max(1).min(value))
    }

    /// Commits one of an agent's accounts to a bid, if it is one and the account can pay it.
    fn seal<A: Answers<Auction>>(
        &self,
        table: &mut Table<A>,
        at: usize,
        account: u32,
        values: Values,
    ) {
        let (who, cost) = (table.players[at].account + account, self.params.cost_max(&values));
        let Some(round) = table.instance.db.open_round() else { return };
        let deposit = self.laid_by(table, who, round, cost);
        let needed = cost.saturating_add(deposit);
        if cost == 0 || !table.instance.ledger().has(who, needed) {
            return;
        }
        let salt = table.answers.secret(&mut table.endowments[at], who);
        let commitment = table.instance.db.seal(who, round, &values, &salt);
        if table.call(who, deposit, Op::Commit { commitment }).is_some() {
            let sealed = Sealed { index: 0, values, salt, deposit };
            table.players[at].own.bids[account as usize] = Some(sealed);
            table.board.bids += 1;
        }
    }

    /// What an account lays by for a bid that can cost so much.
    fn laid_by<A>(&self, table: &Table<A>, who: Agent, round: u32, cost: Balance) -> Balance {
        if table.instance.db.round(round).bidders < self.params.max_bidders {
            return self.params.deposit;
        }
        let has = table.instance.ledger().wallets[who as usize];
        has.saturating_sub(cost).max(self.params.deposit)
    }

    /// Opens what an agent's plan says.
    fn open<A: Answers<Auction>>(&self, table: &mut Table<A>, at: usize) {
        let [high, low] = table.players[at].own.bids;
        let plan = table.players[at].plan;
        if self.audit.withholding && self.open_as_decided(table, at) {
            return;
        }
        match plan.opens {
            Opens::Best => {
                let best = self.best_opening(table, at);
                (0..2).filter(|account| best & 1 << account > 0).for_each(|account| {
                    self.reveal(table, at, account);
                });
            }
            Opens::All if plan.opens_last() => {
                // The low bid, and the high one unless the low one wins.
                self.reveal(table, at, 1);
                let sales = outcome(&self.params, &table.board.revealed);
                let low = low.map(|bid| bid.index);
                if !sales.into_iter().flatten().any(|sale| Some(sale.bidder) == low) {
                    self.reveal(table, at, 0);
                } else if let Some(high) = high {
                    table.players[at].own.forfeited += high.deposit;
                    table.board.withheld += 1;
                }
            }
            Opens::All => (0..2).for_each(|account| self.reveal(table, at, account)),
        }
    }

    /// Opens what is decided at this place, if anybody decides there; whether anybody does.
    fn open_as_decided<A: Answers<Auction>>(&self, table: &mut Table<A>, at: usize) -> bool {
        let mut decides = false;
        for account in 0..2 {
            if table.players[at].own.bids[account].is_none() {
                continue;
            }
            let revealed = &table.board.revealed;
            let sees = || menu::fingerprint(revealed);
            let decided = table.answers.decide(at, "reveal", &["reveal", "withhold"], sees);
            decides |= decided.is_some();
            if decided == Some(0) {
                self.reveal(table, at, account);
            }
        }
        decides
    }

    /// Opens the bid of one of an agent's accounts.
    fn reveal<A: Answers<Auction>>(&self, table: &mut Table<A>, at: usize, account: usize) {
        let player = &table.players[at];
        if let Some(Sealed { index, values, salt, .. }) = player.own.bids[account] {
            let who = player.account + account as Agent;
            let cost = self.params.cost_max(&values);
            if table.call(who, cost, Op::Reveal { values, salt }).is_some() {
                table.board.revealed[index] = values;
            }
        }
    }

    /// Which of its bids, a bit for each, an agent opens at best if nobody opens any after it.
    fn best_opening<A>(&self, table: &Table<A>, at: usize) -> u32 {
        let own = &table.players[at].own;
        let gain = |opened: &u32| {
            let mut revealed = table.board.revealed.clone();
            let mut lost = 0;
            let mine = own.bids.iter().enumerate();
            let mine: Vec<_> = mine.filter_map(|(account, bid)| Some((account, (*bid)?))).collect();
            for (account, bid) in &mine {
                match opened & 1 << account {
                    0 => lost += bid.deposit as i128,
                    _ => revealed[bid.index] = bid.values,
                }
            }
            let (mut items, mut paid) = ((0, 0), 0);
            for (item, sale) in outcome(&self.params, &revealed).into_iter().enumerate() {
                let Some(Sale { bidder, price }) = sale else { continue };
                if mine.iter().any(|(_, bid)| bid.index == bidder) {
                    items = (items.0 | 1 << item, items.1 + 1);
                    paid += price as i128;
                }
            }
            self.worth_of(own.drawn, items) as i128 - paid - lost
        };
        (0..4).rev().max_by_key(gain).unwrap_or(0)
    }

    /// What items are worth together to a bidder that drew `value`: their numbers, and how many.
    fn worth_of(&self, value: Balance, (items, count): (u32, usize)) -> Balance {
        let values = self.values(value);
        match self.params.kind.assigns() {
            // One item is all that a bidder wants: the best.
            true => {
                let won = (0..values.len()).filter(|item| items & 1 << item > 0);
                won.map(|item| values[item]).max().unwrap_or(0)
            }
            false => values.iter().take(count).sum(),
        }
    }

    /// Counts what was sold, and what it is worth to those who won it.
    fn award<A: Answers<Auction>>(&self, table: &mut Table<A>, settled: Settled) {
        let drawn: Vec<Values> = table.players.iter().map(|player| player.own.values).collect();
        let board = &mut table.board;
        board.forfeited += settled.forfeited;
        board.sold += u64::from(settled.sold);
        board.best += self.best(&drawn);
        for item in 0..self.params.items {
            if let Some(Award { winner, .. }) = table.instance.db.award(settled.round, item) {
                let won = &mut table.players[table.board.owners[winner as usize]].own.won;
                *won = (won.0 | 1 << item, won.1 + 1);
            }
        }
        for (at, player) in table.players.iter().enumerate() {
            let (own, won) = (player.own.drawn, player.own.won);
            if won.1 > 0 {
                let worth = |value| self.worth_of(value, won);
                table.answers.enjoy(&mut table.endowments[at], at, own, worth);
            }
        }
    }

    /// What the items are worth to those to whom they are worth most.
    fn best(&self, values: &[Values]) -> Balance {
        let kind = if self.params.kind.assigns() { Kind::Vcg } else { Kind::FirstPrice };
        let params = Params { kind, reserve_price: 0, ..self.params };
        let sales = outcome(&params, values).into_iter().enumerate();
        let worth = |(item, sale): (usize, Option<Sale>)| {
            sale.map(|sale| match kind {
                Kind::Vcg => values[sale.bidder][item],
                // Each winner's price is its own bid.
                _ => sale.price,
            })
        };
        sales.filter_map(worth).sum()
    }
}
