//! Auctions as they are played: bidders with strategies, round by round.
//!
//! In a round every bidder draws what the items are worth to it, which nobody else knows. Then all
//! commit in the order of their numbers, those who snipe in the last block of the window, and
//! reveal in the same order, those who withhold at last; somebody settles, and everybody collects.
//!
//! An agent's payoff is what it has in the end, less what it began with, plus what the items that
//! it won were worth to it. Who has too few tokens for a bid does not bid.

use super::live;
use super::play::{self, Scenario, Strategy, World};
use super::stage;
use super::{Auction, Op, Receipt, SELLER};
use crate::models::{Agent, Instance};
use crate::play::{Dealt, Finished, Learner, Purse, Wrong, enter};
use carrots_logic::Balance;
use carrots_logic::auction::outcome::outcome;
use carrots_logic::auction::{Accounts, Award, Db, Kind, Params, Salt, Settled, Values};
use rand::Rng;
use std::mem::take;

/// What an adaptive agent chooses from: hundredths of its values.
const GRID: [Balance; 6] = [100, 90, 80, 70, 60, 50];

/// An agent in play.
struct Player {
    strategy: Strategy,
    /// The first of its accounts; who withholds has the next one too.
    account: Agent,
    /// In which place its lessons are.
    lessons: usize,
    /// From which of the world's entries it draws.
    draws: usize,
    /// What the items are worth to it in this round.
    values: Values,
    /// What it bids in this round, by account.
    bids: [Option<Sealed>; 2],
    /// Units that it won in this round, and what they are worth to it.
    units: usize,
    worth: Balance,
    forfeited: Balance,
}

/// A bid that its bidder committed to.
#[derive(Clone, Copy)]
struct Sealed {
    index: usize,
    values: Values,
    salt: Salt,
}

/// Sums over all rounds.
#[derive(Default)]
struct Tally {
    bids: u64,
    withheld: u64,
    sold: u64,
    revenue: Balance,
    forfeited: Balance,
    /// What the items were worth to those who won them, and to those to whom they are worth most.
    welfare: Balance,
    best: Balance,
}

/// Auctions in play.
pub struct Game {
    auction: Instance<Auction>,
    params: Params,
    world: World,
    rounds: u32,
    players: Vec<Player>,
    purses: Vec<Purse>,
    lessons: Vec<Learner<{ GRID.len() }>>,
    /// To whom an account belongs.
    owners: Vec<usize>,
    /// All values of this round, and the bids that were revealed so far.
    values: Vec<Values>,
    revealed: Vec<Values>,
    tally: Tally,
}

impl crate::play::Game for Game {
    type Model = Auction;
    type World = World;
    type Strategy = Strategy;
    type Audit = stage::Audit;
    type Stage = stage::Stage;

    const METRICS: &'static [(&'static str, bool)] = &[
        ("revenue", true),
        ("welfare", true),
        ("efficiency", false),
        ("sold", false),
        ("bids", false),
        ("withheld", false),
        ("forfeited", true),
    ];

    fn accounts(strategy: Strategy) -> u32 {
        play::accounts(strategy)
    }

    fn habit(instance: &Instance<Auction>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Auction>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Wrong> {
        play::check(scenario)
    }

    fn stage(scenario: &Scenario) -> Result<stage::Stage, Wrong> {
        stage::Stage::new(scenario)
    }

    /// Everyone is endowed.
    fn new(scenario: &Scenario, seed: u64, run: u64) -> Self {
        let Scenario { params, world, .. } = scenario;
        let (auction, dealt) = enter::<Self>(scenario, seed, run, vec![0; 2]);
        let mut owners = vec![0; auction.ledger().wallets.len()];
        let (mut players, mut purses) = (Vec::new(), Vec::new());
        for (at, Dealt { strategy, account, purse, .. }) in dealt.into_iter().enumerate() {
            (account..account + play::accounts(strategy))
                .for_each(|account| owners[account as usize] = at);
            players.push(Player {
                strategy,
                account,
                lessons: at,
                draws: at % world.values.len(),
                values: Values::default(),
                bids: [None; 2],
                units: 0,
                worth: 0,
                forfeited: 0,
            });
            purses.push(purse);
        }
        Self {
            auction,
            params: *params,
            world: world.clone(),
            rounds: 0,
            lessons: vec![Learner::new(); players.len()],
            values: vec![Values::default(); players.len()],
            revealed: Vec::new(),
            players,
            purses,
            owners,
            tally: Tally::default(),
        }
    }

    /// One auction.
    fn round(&mut self) {
        self.act(SELLER, 0, Op::Open {});
        self.revealed.clear();
        let (mut players, mut purses) = (take(&mut self.players), take(&mut self.purses));
        for (player, purse) in players.iter_mut().zip(&mut purses) {
            self.draw(player, purse);
        }
        self.commit(&mut players, &mut purses);
        for player in &mut players {
            if player.strategy != Strategy::Withholding {
                self.reveal(player, 0);
            }
        }
        for player in &mut players {
            if player.strategy == Strategy::Withholding {
                self.reveal_what_is_needed(player);
            }
        }
        self.auction.advance(self.params.reveal_blocks);
        if let Some(Receipt::Settled(settled)) = self.act(SELLER, 0, Op::Settle {}) {
            self.award(settled, &mut players, &mut purses);
        }
        let sink = self.auction.db.roles().sink;
        for account in SELLER + 1..self.owners.len() as Agent {
            if account != sink && self.auction.db.credit(account) > 0 {
                self.act(account, 0, Op::Collect { account });
            }
        }
        (self.players, self.purses) = (players, purses);
        self.rounds += 1;
    }

    fn instance(&self) -> &Instance<Auction> {
        &self.auction
    }

    /// Counts: means of a round.
    fn finish(self) -> Finished<Strategy> {
        let tally = &self.tally;
        let mean = |sum: Balance| sum as f64 / f64::from(self.rounds);
        let metrics = vec![
            mean(tally.revenue),
            mean(tally.welfare),
            if tally.best > 0 { tally.welfare as f64 / tally.best as f64 } else { 1.0 },
            mean(tally.sold.into()),
            mean(tally.bids.into()),
            mean(tally.withheld.into()),
            mean(tally.forfeited),
        ];
        let fate = |(player, purse): (&Player, &Purse)| {
            let accounts = player.account..player.account + play::accounts(player.strategy);
            purse.fate(&self.auction, player.strategy, accounts, player.forfeited)
        };
        let agents = self.players.iter().zip(&self.purses).map(fate).collect();
        Finished { metrics, agents }
    }
}

impl Game {
    /// A call that the caller expects to go through; if not, it stays without effect.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    fn act(&mut self, who: Agent, value: Balance, op: Op) -> Option<Receipt> {
        self.auction.apply(who, value, op).ok()
    }

    /// What the items are worth to an agent in this round.
    fn draw(&mut self, player: &mut Player, purse: &mut Purse) {
        let drawn = self.world.values[player.draws].draw(&mut purse.rng);
        for (value, weight) in player.values.iter_mut().zip(&self.world.weights) {
            *value = drawn * Balance::from(*weight);
        }
        self.values[self.owners[player.account as usize]] = player.values;
        (player.bids, player.units, player.worth) = ([None; 2], 0, 0);
    }

    /// The window for commitments, from its first block to the first block after it.
    fn commit(&mut self, players: &mut [Player], purses: &mut [Purse]) {
        let ring = |player: &&Player| player.strategy == Strategy::Ring;
        // The first of those who have the same value.
        let leader = players.iter().filter(ring).rev().max_by_key(|player| player.values);
        let leader = leader.map(|leader| leader.account);
        let bidders = players.len() - players.iter().filter(ring).count() + leader.iter().len();
        for (player, purse) in players.iter_mut().zip(&mut *purses) {
            match player.strategy {
                Strategy::Sniping => {}
                Strategy::Ring if leader != Some(player.account) => {}
                _ => {
                    let values = self.chosen(player, purse, bidders);
                    self.seal(player, purse, 0, values);
                    if player.strategy == Strategy::Withholding {
                        self.seal(player, purse, 1, values.map(|value| value / 2));
                    }
                }
            }
        }
        self.auction.advance(self.params.commit_blocks - 1);
        let snipers = players.iter_mut().zip(purses);
        for (player, purse) in snipers.filter(|(one, _)| one.strategy == Strategy::Sniping) {
            let others = self.auction.db.open_round().map(|round| self.auction.db.round(round));
            let others = others.map_or(0, |round| round.bidders as usize);
            let values = self.shaded(player.values, others + 1);
            self.seal(player, purse, 0, values);
        }
        self.auction.advance(1);
    }

    /// What an agent bids among so many bidders.
    fn chosen(&mut self, player: &Player, purse: &mut Purse, bidders: usize) -> Values {
        let values = player.values;
        match player.strategy {
            Strategy::Shading | Strategy::Sniping => self.shaded(values, bidders),
            // Where a bid is the price, truth leaves nothing to gain.
            Strategy::Withholding | Strategy::Ring if self.params.kind == Kind::FirstPrice => {
                self.shaded(values, bidders)
            }
            Strategy::Truthful | Strategy::Withholding | Strategy::Ring => values,
            Strategy::DemandReduction => {
                let mut first = Values::default();
                first[0] = values[0];
                first
            }
            Strategy::Adaptive => {
                // All that it won so far is collected.
                let has = self.auction.ledger().wallets[player.account as usize];
                let has = has as f64 + purse.gains as f64;
                let choice = self.lessons[player.lessons].choose(has, purse);
                values.map(|value| self.at_least_reserve(value, value * GRID[choice] / 100))
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
    fn seal(&mut self, player: &mut Player, purse: &mut Purse, account: usize, values: Values) {
        let (who, cost) = (player.account + account as Agent, self.params.cost_max(&values));
        let Some(round) = self.auction.db.open_round() else { return };
        let needed = cost.saturating_add(self.params.deposit);
        if cost == 0 || !self.auction.ledger().has(who, needed) {
            return;
        }
        let salt = purse.rng.random();
        let commitment = self.auction.db.seal(who, round, &values, &salt);
        let committed = self.act(who, self.params.deposit, Op::Commit { commitment });
        if let Some(Receipt::Committed(committed)) = committed {
            let index = committed.index as usize;
            player.bids[account] = Some(Sealed { index, values, salt });
            self.revealed.push(Values::default());
            self.tally.bids += 1;
        }
    }

    /// Opens the bid of one of an agent's accounts.
    fn reveal(&mut self, player: &Player, account: usize) {
        if let Some(Sealed { index, values, salt }) = player.bids[account] {
            let (who, cost) = (player.account + account as Agent, self.params.cost_max(&values));
            if self.act(who, cost, Op::Reveal { values, salt }).is_some() {
                self.revealed[index] = values;
            }
        }
    }

    /// Opens the low bid, and the high one unless the low one wins.
    fn reveal_what_is_needed(&mut self, player: &mut Player) {
        self.reveal(player, 1);
        let low = player.bids[1].map(|bid| bid.index);
        let sales = outcome(&self.params, &self.revealed);
        if !sales.into_iter().flatten().any(|sale| Some(sale.bidder) == low) {
            self.reveal(player, 0);
        } else if player.bids[0].is_some() {
            player.forfeited += self.params.deposit;
            self.tally.withheld += 1;
        }
    }

    /// Counts what was sold, and what it is worth to those who won it.
    fn award(&mut self, settled: Settled, players: &mut [Player], purses: &mut [Purse]) {
        self.tally.revenue += settled.proceeds;
        self.tally.forfeited += settled.forfeited;
        self.tally.sold += u64::from(settled.sold);
        self.tally.best += self.best();
        for item in 0..self.params.items {
            let Some(Award { winner, .. }) = self.auction.db.award(settled.round, item) else {
                continue;
            };
            let owner = self.owners[winner as usize];
            let player = &mut players[owner];
            let more = match self.params.kind {
                // Only the best item counts, if both accounts won one.
                Kind::Vcg => player.values[item as usize].saturating_sub(player.worth),
                _ => player.values[player.units],
            };
            player.units += 1;
            player.worth += more;
            purses[owner].gains += more;
            self.tally.welfare += more;
        }
    }

    /// What the items are worth to those to whom they are worth most.
    fn best(&self) -> Balance {
        let kind = if self.params.kind == Kind::Vcg { Kind::Vcg } else { Kind::FirstPrice };
        let params = Params { kind, reserve_price: 0, ..self.params };
        let sales = outcome(&params, &self.values).into_iter().enumerate();
        let worth = |(item, sale): (usize, Option<_>)| {
            sale.map(|sale: carrots_logic::auction::outcome::Sale| match kind {
                Kind::Vcg => self.values[sale.bidder][item],
                // Each winner's price is its own bid.
                _ => sale.price,
            })
        };
        sales.filter_map(worth).sum()
    }
}
