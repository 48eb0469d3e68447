//! Funding as it is played: agents with strategies, round by round.
//!
//! A round is a round of the mechanism. A sponsor fills the pool, owners propose the goods, and in
//! it every agent chooses once, in the order of their numbers; who waits chooses after all others.
//! Then somebody tallies every project, ends the round, and pulls all that is due for everyone.
//!
//! An agent's payoff is what it has in the end, less what it began with, plus what the goods that
//! were funded are worth to it. What the owners of goods are paid, they spend on the goods.

use super::live;
use super::play::{self, Scenario, Strategy, World};
use super::stage;
use super::{Funding, Op, Receipt};
use crate::models::{Agent, Instance};
use crate::play::{Dealt, Finished, Learner, Purse, Wrong, enter};
use carrots_logic::Balance;
use carrots_logic::funding::{Accounts, Db, Kind, MAX_CONTRIBUTION, Params, ProjectId, quadratic};
use carrots_logic::math::mul_div_up;
use rand::Rng;
use std::mem::take;

/// Who sponsors the pool and makes the calls that anyone may make. The owners of goods follow.
const SPONSOR: Agent = 0;
/// One, as a product of two roots.
const SQUARE: u32 = 32;

/// An agent in play; its purse lies apart.
struct Player {
    strategy: Strategy,
    /// The first of its accounts; a sybil has the next ones too.
    account: Agent,
    /// The goods that it values, a bit for each.
    interests: u64,
    /// How much it values each, and the root of that.
    weight: Balance,
    root: u128,
    /// In which place its lessons are.
    lessons: usize,
}

/// What became of a good.
#[derive(Clone, Copy, Default)]
struct Good {
    /// The sum of the weights of all who value it, and of their roots.
    weights: Balance,
    roots: u128,
    /// The root of what it is funded with in the round.
    funds: u128,
    funded: bool,
}

#[derive(Default)]
struct Tally {
    raised: Balance,
    matched: Balance,
    leaked: Balance,
    bonuses: Balance,
    funded: u64,
    factors: f64,
    welfare: f64,
    best: f64,
}

/// Funding in play.
pub struct Game {
    funding: Instance<Funding>,
    params: Params,
    world: World,
    rounds: u32,
    players: Vec<Player>,
    purses: Vec<Purse>,
    goods: Vec<Good>,
    /// Accounts of those who collude.
    ring: Vec<Agent>,
    /// Agents that wait, by their place.
    late: Vec<usize>,
    lessons: Vec<Learner<3>>,
    /// The first project of the round, and who pledged to which in it.
    first: ProjectId,
    pledges: Vec<(Agent, ProjectId)>,
    tally: Tally,
}

impl crate::play::Game for Game {
    type Model = Funding;
    type World = World;
    type Strategy = Strategy;
    type Audit = stage::Audit;
    type Stage = stage::Stage;

    const METRICS: &'static [(&'static str, bool)] = &[
        ("raised_total", true),
        ("matched_total", true),
        ("factor", false),
        ("funded_share", false),
        ("leaked_share", false),
        ("bonuses_total", true),
        ("welfare", true),
        ("efficiency", false),
        ("pool_left", true),
    ];

    fn accounts(strategy: Strategy) -> u32 {
        play::accounts(strategy)
    }

    fn habit(instance: &Instance<Funding>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Funding>) {
        live::conclude(instance)
    }

    fn check(scenario: &Scenario) -> Result<(), Wrong> {
        play::check(scenario)
    }

    fn stage(scenario: &Scenario) -> Result<stage::Stage, Wrong> {
        stage::Stage::new(scenario)
    }

    /// Everyone is endowed, and takes an interest in some goods.
    fn new(scenario: &Scenario, seed: u64, run: u64) -> Self {
        let Scenario { params, world, .. } = scenario;
        let owner = play::endowment(scenario).expect("the sums are checked");
        let mut wallets = vec![world.sponsor * Balance::from(scenario.run.horizon)];
        wallets.extend((0..world.goods).map(|_| owner));
        let (funding, dealt) = enter::<Self>(scenario, seed, run, wallets);
        let mut game = Self {
            funding,
            params: *params,
            world: *world,
            rounds: 0,
            players: Vec::with_capacity(dealt.len()),
            purses: Vec::with_capacity(dealt.len()),
            goods: vec![Good::default(); world.goods as usize],
            ring: Vec::new(),
            late: Vec::new(),
            lessons: Vec::new(),
            first: 0,
            pledges: Vec::new(),
            tally: Tally::default(),
        };
        for dealt in dealt {
            game.enter(dealt);
        }
        game
    }

    /// One round.
    fn round(&mut self) {
        self.first = self.funding.db.state().next;
        if self.world.sponsor > 0 {
            self.act(SPONSOR, self.world.sponsor, Op::Sponsor {});
        }
        let price = self.params.price();
        for good in 0..self.world.goods {
            self.act(SPONSOR + 1 + good, price, Op::Propose {});
        }
        self.collude(price);
        let (players, mut purses) = (take(&mut self.players), take(&mut self.purses));
        for (player, purse) in players.iter().zip(&mut purses) {
            self.choose(player, purse);
        }
        for at in 0..self.late.len() {
            self.wait(&players[self.late[at]]);
        }
        self.close();
        self.enjoy(&players, &mut purses);
        (self.players, self.purses) = (players, purses);
        self.rounds += 1;
    }

    fn instance(&self) -> &Instance<Funding> {
        &self.funding
    }

    fn finish(self) -> Finished<Strategy> {
        let tally = &self.tally;
        let rounds = f64::from(self.rounds.max(1));
        let metrics = vec![
            tally.raised as f64,
            tally.matched as f64,
            tally.factors / rounds,
            tally.funded as f64 / rounds / f64::from(self.world.goods),
            tally.leaked as f64 / tally.matched.max(1) as f64,
            tally.bonuses as f64,
            tally.welfare,
            if tally.best > 0.0 { tally.welfare / tally.best } else { 1.0 },
            self.funding.db.state().pool as f64,
        ];
        let fate = |(player, purse): (&Player, &Purse)| {
            let accounts = player.account..player.account + play::accounts(player.strategy);
            purse.fate(&self.funding, player.strategy, accounts, 0)
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
        self.funding.apply(who, value, op).ok()
    }

    /// An agent draws what it values.
    fn enter(&mut self, dealt: Dealt<Strategy>) {
        let Dealt { strategy, account, mut purse, .. } = dealt;
        let weight = self.world.weight.draw(&mut purse.rng);
        let root = quadratic::root_down(weight);
        let mut interests = if self.world.interests == self.world.goods {
            u64::MAX >> (64 - self.world.goods)
        } else {
            0
        };
        while interests.count_ones() < self.world.interests {
            interests |= 1 << purse.rng.random_range(0..self.world.goods);
        }
        for good in bits(interests) {
            self.goods[good].weights += weight;
            self.goods[good].roots += root;
        }
        let place = self.players.len();
        match strategy {
            Strategy::Colluding => self.ring.push(account),
            Strategy::Late => self.late.push(place),
            Strategy::Adaptive => self.lessons.push(Learner::new()),
            Strategy::Honest | Strategy::FreeRiding | Strategy::Sybil => {}
        }
        let lessons = self.lessons.len().saturating_sub(1);
        self.players.push(Player { strategy, account, interests, weight, root, lessons });
        self.purses.push(purse);
    }

    /// Those who collude propose a project each, and contribute all that they have to all of them
    /// in equal parts: their own money comes back, with a match.
    fn collude(&mut self, price: Balance) {
        let size = self.ring.len();
        for at in 0..size {
            let who = self.ring[at];
            self.act(who, price, Op::Propose {});
        }
        let shams = self.first + self.world.goods..self.funding.db.state().next;
        for at in 0..size {
            let who = self.ring[at];
            let part = self.funding.ledger().wallets[who as usize] / size as Balance;
            let part = part.min(MAX_CONTRIBUTION);
            for project in shams.clone() {
                self.contribute(who, project, part);
            }
        }
    }

    fn contribute(&mut self, who: Agent, project: ProjectId, amount: Balance) {
        let amount = match self.params.kind {
            Kind::Assurance => amount.max(self.params.min_contribution).min(self.missing(project)),
            Kind::Quadratic | Kind::Pairwise => amount,
        };
        if self.act(who, amount, Op::Contribute { project }).is_some() {
            self.tally.raised += amount;
            if self.params.kind == Kind::Assurance {
                self.pledges.push((who, project));
            }
        }
    }

    /// What a project misses to its threshold.
    fn missing(&self, project: ProjectId) -> Balance {
        let raised = self.funding.db.project(project).map_or(0, |project| project.raised);
        self.params.threshold.saturating_sub(raised)
    }

    /// An agent's turn.
    #[inline]
    fn choose(&mut self, player: &Player, purse: &mut Purse) {
        match player.strategy {
            Strategy::Honest => self.give(player, 2),
            Strategy::Sybil => self.split(player),
            Strategy::Adaptive => {
                let has = self.funding.ledger().wallets[player.account as usize];
                let has = has as f64 + purse.gains as f64;
                let choice = self.lessons[player.lessons].choose(has, purse);
                self.give(player, 2 - choice as Balance);
            }
            Strategy::FreeRiding | Strategy::Colluding | Strategy::Late => {}
        }
    }

    /// Contributes so many halves of what an honest agent does.
    #[inline]
    fn give(&mut self, player: &Player, halves: Balance) {
        if halves == 0 {
            return;
        }
        for good in bits(player.interests) {
            let amount = self.part(player, good) * halves / 2;
            self.contribute(player.account, self.first + good as ProjectId, amount);
        }
    }

    /// What an honest agent gives for a good: its weight, at which `2 sqrt(w F)` grows by one token
    /// for one token with its match; or of a threshold the part that its weight is of all.
    fn part(&self, player: &Player, good: usize) -> Balance {
        match self.params.kind {
            Kind::Quadratic | Kind::Pairwise => player.weight,
            Kind::Assurance => {
                let all = self.goods[good].weights;
                let part = mul_div_up(self.params.threshold, player.weight, all);
                // Nobody pledges more than the good is worth.
                part.map_or(player.weight, |part| part.min(player.weight))
            }
        }
    }

    /// The same from several accounts.
    fn split(&mut self, player: &Player) {
        for good in bits(player.interests) {
            let part = self.part(player, good) / Balance::from(play::SYBILS);
            for account in player.account..player.account + play::SYBILS {
                self.contribute(account, self.first + good as ProjectId, part);
            }
        }
    }

    /// Pledges what is missing where that is less than what the good is worth.
    fn wait(&mut self, player: &Player) {
        for good in bits(player.interests) {
            let project = self.first + good as ProjectId;
            let missing = self.missing(project);
            if missing > 0 && missing < player.weight {
                self.contribute(player.account, project, missing);
            }
        }
    }

    /// The window passes, all is tallied, and everyone gets what is due.
    fn close(&mut self) {
        self.funding.advance(self.params.round_blocks);
        let next = self.funding.db.state().next;
        for project in self.first..next {
            self.act(SPONSOR, 0, Op::Tally { project });
        }
        if let Some(Receipt::RoundEnded(ended)) = self.act(SPONSOR, 0, Op::EndRound {}) {
            self.tally.factors += match ended.wanted {
                0 => 1.0,
                wanted => ended.given as f64 / wanted as f64,
            };
        }
        for project in self.first..next {
            if let Some(Receipt::Claimed(claimed)) = self.act(SPONSOR, 0, Op::Claim { project }) {
                let good = (project - self.first) as usize;
                self.tally.matched += claimed.matched;
                match self.goods.get_mut(good) {
                    Some(good) => {
                        let funds = claimed.amount.saturating_sub(self.params.price());
                        good.funds = quadratic::root_down(funds);
                        good.funded = funds > 0;
                    }
                    None => self.tally.leaked += claimed.matched,
                }
            }
        }
        self.refund();
        for good in 0..self.world.goods {
            self.collect(SPONSOR + 1 + good);
        }
        for at in 0..self.ring.len() {
            self.collect(self.ring[at]);
        }
    }

    /// What was pledged to projects that failed goes back.
    fn refund(&mut self) {
        for (contributor, project) in take(&mut self.pledges) {
            let refund = Op::Refund { contributor, project };
            if let Some(Receipt::Refunded(refunded)) = self.act(SPONSOR, 0, refund) {
                self.tally.bonuses += refunded.bonus;
                self.tally.raised -= refunded.pledge;
                self.collect(contributor);
            }
        }
    }

    fn collect(&mut self, account: Agent) {
        if self.funding.db.credit(account) > 0 {
            self.act(SPONSOR, 0, Op::Collect { account });
        }
    }

    /// Everyone has what the goods are worth to it.
    fn enjoy(&mut self, players: &[Player], purses: &mut [Purse]) {
        let threshold = self.params.kind == Kind::Assurance;
        for (player, purse) in players.iter().zip(purses) {
            for good in bits(player.interests) {
                let good = &self.goods[good];
                purse.gains += match threshold {
                    true if good.funded => player.weight,
                    true => 0,
                    false => (player.root * good.funds) >> (SQUARE - 1),
                };
            }
        }
        for good in &mut self.goods {
            let square = |root: u128| (root as f64 / quadratic::ONE as f64).powi(2);
            let (worth, cost, best) = match threshold {
                true => {
                    let (all, cost) = (good.weights as f64, self.params.threshold as f64);
                    (all, cost, (all - cost).max(0.0))
                }
                false => {
                    let worth = 2.0 * (square(good.roots) * square(good.funds)).sqrt();
                    (worth, square(good.funds), square(good.roots))
                }
            };
            if good.funded {
                self.tally.funded += 1;
                self.tally.welfare += worth - cost;
            }
            self.tally.best += best;
            (good.funds, good.funded) = (0, false);
        }
    }
}

/// The numbers of the bits that are set.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}
