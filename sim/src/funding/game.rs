//! Funding as it is played: agents with plans, round by round.
//!
//! A round is a round of the mechanism. A sponsor fills the pool, owners propose the goods, and in
//! it every agent chooses once, in the order of their numbers; who waits chooses after all others.
//! Then somebody ends the round, and pulls all that is due for everyone.
//!
//! An agent's payoff is what it has in the end, less what it began with, plus what the goods that
//! were funded are worth to it. Of what the owners of goods are paid, they spend what these cost.

use super::menu::{self, Game, Gift, Plan, To};
use super::scenario::{self, Audit, SYBILS, Scenario, Strategy, World};
use super::{Funding, Op, Outcome, Receipt, Round, live};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, ClosedForm, Learner, Measure, Play, Player, Unit};
use carrots::rows::Cell;
use carrots::scenario::{Invalid, Terms};
use carrots_kernel::Balance;
use carrots_kernel::math::{mul_div_up, part_up};
use carrots_logic::funding::{Db, Kind, MAX_AMOUNT, Params, ProjectId, ideal_down, quadratic};
use std::collections::BTreeMap;
use std::iter::{once, repeat_n};

/// Who sponsors the pool and makes the calls that anyone may make. The owners of goods follow.
pub(super) const SPONSOR: Agent = 0;
pub(super) const OWNER: Agent = 1;
/// One, as a product of two roots.
const SQUARE: u32 = 32;
/// The hash of what every project says: nobody reads it here.
const TEXT: [u8; 32] = [1; 32];

/// What an agent knows and remembers.
#[derive(Clone, Default)]
pub struct Own {
    /// The goods that it values, a bit for each.
    interests: u64,
    /// How much it values each, and the root of that.
    weight: Balance,
    root: u128,
    lessons: Learner<3>,
}

/// A good, and what becomes of it.
#[derive(Clone, Copy, Default)]
struct Good {
    /// Its project in the round, if that was proposed.
    project: Option<ProjectId>,
    /// The sum of the weights of all who value it, and of their roots.
    weights: Balance,
    roots: u128,
    /// What it is funded with in the round, and the root of that.
    funds: Balance,
    root: u128,
}

/// What is seen, and sums over all rounds.
#[derive(Clone, Default)]
pub struct Board {
    goods: Vec<Good>,
    /// Who chooses before whom.
    order: Vec<usize>,
    /// What was in the pool before the first round.
    pool: Balance,
    rounds: u32,
    raised: Balance,
    matched: Balance,
    /// What is left of the pools.
    left: Balance,
    leaked: Balance,
    bonuses: Balance,
    funded: u64,
    factors: f64,
    best: f64,
    /// What the owners spent on the goods.
    spent: Balance,
}

type Table<A> = carrots::play::Table<Game, A>;

impl Play for Game {
    type Model = Funding;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Plan;
    type Own = Own;
    type Board = Board;

    const TRUSTED: &'static [&'static str] = &["sponsor"];
    const METRICS: &'static [Measure] = &[
        Measure::new("raised_total", Unit::Tokens, "what was given for good"),
        Measure::new("matched_total", Unit::Tokens, "what the pool added"),
        Measure::new(
            "factor",
            Unit::Share,
            "of the ideal matches, what the pool paid: the mean of rounds",
        ),
        Measure::new("funded_share", Unit::Share, "public goods that were funded"),
        Measure::new(
            "leaked_share",
            Unit::Share,
            "of what the pool added, what went to projects that are no public good",
        ),
        Measure::new(
            "bonuses_total",
            Unit::Tokens,
            "what pledges to projects that failed were paid",
        ),
        Measure::new(
            "efficiency",
            Unit::Number,
            "welfare as a part of the most that there can be; where that is nothing, 1, or 0 where something is lost",
        ),
        Measure::new("pool_left", Unit::Tokens, "what is left in the pool"),
    ];
    const WELFARE: bool = true;
    const KIND: &'static str = "weight";

    fn accounts(strategy: Strategy) -> u32 {
        scenario::accounts(strategy)
    }

    fn least_stake(params: &Params, strategy: Strategy) -> Balance {
        scenario::least_stake(params, strategy)
    }

    fn unused(scenario: &Scenario) -> Vec<&'static str> {
        scenario::unused(scenario)
    }

    fn habit(instance: &Instance<Funding>, who: Agent) -> Option<Strategy> {
        live::habit(instance, who)
    }

    fn conclude(instance: &mut Instance<Funding>) {
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
            Plan::Give(_) => Strategy::Honest,
        }
    }

    fn new(scenario: &Scenario) -> Self {
        menu::game(scenario)
    }

    fn wallets(&self) -> Vec<Balance> {
        let (sponsor, owner) = self.endowments;
        [vec![sponsor], vec![owner; self.world.goods as usize]].concat()
    }

    /// Everyone takes an interest in some goods.
    fn enter<A: Answers<Funding>>(&self, table: &mut Table<A>) {
        table.board.goods = vec![Good::default(); self.world.goods as usize];
        table.board.pool = table.instance.db.state().pool;
        for at in 0..table.players.len() {
            self.draw(table, at);
        }
        table.board.order = (0..table.players.len()).collect();
        if self.audit.audited {
            let players = &table.players;
            table.board.order.sort_by_key(|at| players[*at].plan.turn(players[*at].own.weight));
        }
    }

    /// One round of the mechanism.
    fn round<A: Answers<Funding>>(&self, table: &mut Table<A>) {
        if self.world.sponsor > 0 {
            table.turn_of_others();
            table.call(SPONSOR, self.world.sponsor, Op::Sponsor {});
        }
        for good in 0..self.world.goods {
            table.turn_of_others();
            table.board.goods[good as usize].project = self.propose(table, OWNER + good);
        }
        self.collude(table);
        for turn in 0..table.board.order.len() {
            let at = table.board.order[turn];
            table.turn(at);
            self.choose(table, at);
        }
        for at in those_who(table, Strategy::Late) {
            table.turn(at);
            self.wait(table, at);
        }
        table.advance(self.params.round_blocks);
        let state = table.instance.db.state();
        let projects = Vec::from_iter(state.first..state.next);
        table.board.count_raised(&table.instance, &projects);
        live::pull(&mut table.answers, &mut table.instance, SPONSOR, &projects);
        table.board.count_matched(&table.instance, state.round, &projects);
        self.enjoy(table);
        table.board.rounds += 1;
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let board = &table.board;
        let rounds = f64::from(board.rounds.max(1));
        let welfare = table.given() - board.spent as f64;
        vec![
            board.raised.into(),
            board.matched.into(),
            Cell::Number(board.factors / rounds),
            Cell::Number(board.funded as f64 / rounds / f64::from(self.world.goods)),
            Cell::Number(board.leaked as f64 / board.matched.max(1) as f64),
            board.bonuses.into(),
            Cell::Number(match board.best > 0.0 {
                true => welfare / board.best,
                false => f64::from(u8::from(welfare >= 0.0)),
            }),
            board.left.into(),
        ]
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        menu::audited(scenario)
    }

    fn leave<A: Answers<Funding>>(&self, table: &mut Table<A>) {
        let projects = live::projects(&table.instance);
        live::pull(&mut table.answers, &mut table.instance, SPONSOR, &projects);
    }

    fn others(&self) -> Vec<Player> {
        let owners = OWNER..OWNER + self.world.goods;
        [("sponsor", SPONSOR..OWNER), ("owner", owners)]
            .map(|(name, accounts)| Player { name: name.into(), accounts: accounts.collect() })
            .into()
    }

    /// Of who was there already, the weight is the one in the middle.
    fn kinds(&self, player: usize) -> Vec<Balance> {
        match player < self.entering {
            true => self.kinds.clone(),
            false => vec![self.kinds[self.kinds.len() / 2]],
        }
    }

    fn fixed(&self, plan: Plan, _player: usize, kind: Balance) -> Option<Plan> {
        self.gift(plan, kind).map(Plan::Give)
    }

    fn suits(&self, player: usize, strategy: Strategy) -> bool {
        let waits = strategy == Strategy::Late;
        player < self.entering && (self.params.kind == Kind::Assurance || !waits)
    }

    /// Who was there already goes on as it does.
    fn options(&self, player: usize) -> Vec<Plan> {
        let gifts = if player < self.entering { self.gifts() } else { vec![] };
        gifts.into_iter().map(Plan::Give).collect()
    }

    fn name(&self, plan: Plan) -> String {
        self.named(plan)
    }

    fn is_out(&self, plan: Plan) -> bool {
        matches!(plan, Plan::Give(Gift { amount: 0, .. }))
    }

    fn identities(&self, plan: Plan) -> u32 {
        match plan {
            Plan::Follow(strategy) => scenario::accounts(strategy),
            Plan::Give(gift) => gift.accounts,
        }
    }

    /// Those who enter: see [`Plan::turn`].
    fn class(&self, player: usize) -> usize {
        if player < self.entering { 0 } else { player }
    }

    fn worth(
        &self,
        _accounts: &[Agent],
        kind: Balance,
        start: &Instance<Funding>,
        end: &Instance<Funding>,
    ) -> i128 {
        let first = start.db.state().next;
        let root = quadratic::root_down(kind);
        let worth = |good| {
            let funds = funds(end, Some(good));
            self.worth_of(kind, funds, (root, quadratic::root_down(funds))) as i128
        };
        // The first of the owner's in each round is the good.
        let mut goods = BTreeMap::new();
        for good in live::projects(end).into_iter().filter(|good| *good >= first) {
            if let Some(project) = end.db.project(good).filter(|one| one.owner == OWNER) {
                goods.entry(project.round).or_insert(good);
            }
        }
        goods.into_values().map(worth).sum()
    }

    fn kept(&self, end: &Instance<Funding>) -> Balance {
        end.db.state().pool
    }

    /// The owner spends on the good what it costs.
    fn other_gains<A>(&self, table: &Table<A>, seat: usize) -> i128 {
        if seat == 1 { -(table.board.spent as i128) } else { 0 }
    }

    /// The owner spends on the good what it costs; what rounding left is there for later rounds.
    fn externality<A>(&self, table: &Table<A>) -> i128 {
        let Board { pool, spent, .. } = table.board;
        table.instance.db.state().pool as i128 - pool as i128 - spent as i128
    }

    fn player_name(&self, player: usize) -> String {
        format!("player {player}")
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.of_a_bonus(terms)
    }

    fn welfare_max(&self, kinds: &[Balance]) -> Option<i128> {
        self.most(kinds)
    }
}

impl Game {
    /// An agent draws what it values.
    fn draw(&self, table: &mut Table<impl Answers<Funding>>, at: usize) {
        let World { goods, interests: count, .. } = self.world;
        let weight = table.answers.draw(&mut table.endowments[at], at, &self.world.weight);
        let root = quadratic::root_down(weight);
        let mut interests = if count == goods { u64::MAX >> (64 - goods) } else { 0 };
        while interests.count_ones() < count {
            interests |= 1 << table.pick(at, goods as usize);
        }
        for good in bits(interests) {
            table.board.goods[good].weights += weight;
            table.board.goods[good].roots += root;
        }
        table.players[at].own = Own { interests, weight, root, lessons: Learner::new() };
    }

    fn propose(&self, table: &mut Table<impl Answers<Funding>>, who: Agent) -> Option<ProjectId> {
        match table.call(who, self.params.price(), Op::Propose { text: TEXT })? {
            Receipt::Proposed(proposed) => Some(proposed.project),
            _ => None,
        }
    }

    /// Those who collude propose a project each, and contribute all that they have to all of them
    /// in equal parts: their own money comes back, with a match.
    fn collude(&self, table: &mut Table<impl Answers<Funding>>) {
        let (ring, mut shams) = (those_who(table, Strategy::Colluding), Vec::new());
        for at in ring.iter().copied() {
            table.turn(at);
            shams.push(self.propose(table, table.players[at].account));
        }
        for at in ring.iter().copied() {
            table.turn(at);
            let has = table.instance.ledger().wallets[table.players[at].account as usize];
            let part = (has / ring.len() as Balance).min(MAX_AMOUNT);
            for project in shams.iter().copied() {
                self.give(table, at, project, Gift::of(part));
            }
        }
    }

    /// The turn of an agent that does not wait.
    #[inline]
    fn choose(&self, table: &mut Table<impl Answers<Funding>>, at: usize) {
        match table.players[at].plan {
            Plan::Follow(Strategy::Honest) => self.follow(table, at, 2, 1),
            Plan::Follow(Strategy::Sybil) => self.follow(table, at, 2, SYBILS),
            Plan::Follow(Strategy::Adaptive) => {
                let (player, endowment) = (&mut table.players[at], &mut table.endowments[at]);
                let has = table.instance.ledger().wallets[player.account as usize];
                let has = has as f64 + endowment.gains as f64;
                let choice = player.own.lessons.choose(has, endowment, &mut table.answers);
                self.follow(table, at, 2 - choice as Balance, 1);
            }
            Plan::Follow(_) | Plan::Give(Gift { amount: 0, .. }) => {}
            Plan::Give(gift) => {
                let projects = match gift.to {
                    To::Good => vec![table.board.goods[0].project; gift.parts as usize],
                    To::Own => {
                        let who = table.players[at].account;
                        (0..gift.parts).map(|_| self.propose(table, who)).collect()
                    }
                };
                let parts = even(gift.amount, gift.parts);
                for (project, amount) in projects.into_iter().zip(parts) {
                    self.give(table, at, project, Gift { amount, ..gift });
                }
            }
        }
    }

    /// Contributes so many halves of what an honest agent does, in equal parts from its accounts.
    #[inline(always)]
    fn follow<A>(&self, table: &mut Table<A>, at: usize, halves: Balance, accounts: u32)
    where
        A: Answers<Funding>,
    {
        for good in bits(table.players[at].own.interests) {
            let all = self.part(table, at, good) * halves;
            if all == 0 {
                continue;
            }
            let mut amount = all / 2 - all / 2 % Balance::from(accounts);
            if self.params.kind == Kind::Assurance {
                let least = self.params.min_contribution.saturating_mul(accounts.into());
                if least > table.players[at].own.weight {
                    continue;
                }
                amount = amount.max(least);
            }
            let gift = Gift { accounts, ..Gift::of(amount) };
            self.give(table, at, table.board.goods[good].project, gift);
        }
    }

    /// Contributes in equal parts from its accounts.
    #[inline(always)]
    fn give<A>(&self, table: &mut Table<A>, at: usize, project: Option<ProjectId>, gift: Gift)
    where
        A: Answers<Funding>,
    {
        let Some(project) = project else { return };
        let accounts = table.players[at].account..;
        for (who, amount) in accounts.zip(even(gift.amount, gift.accounts)) {
            table.call(who, amount, Op::Contribute { project });
        }
    }

    /// What a good that met its threshold costs.
    pub(super) fn cost(&self) -> Balance {
        part_up(self.world.cost, self.params.threshold)
    }

    /// What a project misses to its threshold.
    fn missing(&self, instance: &Instance<Funding>, project: ProjectId) -> Balance {
        let raised = instance.db.project(project).map_or(0, |project| project.raised);
        self.params.threshold.saturating_sub(raised)
    }

    /// What an honest agent gives for a good: its weight, at which `2 sqrt(w F)` grows by one token
    /// for one token with its match; or of a threshold the part that its weight is of all.
    #[inline]
    fn part<A>(&self, table: &Table<A>, at: usize, good: usize) -> Balance {
        let weight = table.players[at].own.weight;
        match self.params.kind {
            Kind::Quadratic | Kind::Pairwise => weight,
            // Nobody knows the weights of others.
            Kind::Assurance if self.audit.audited => self.honest(weight),
            Kind::Assurance => {
                let all = table.board.goods[good].weights;
                let part = mul_div_up(self.params.threshold, weight, all);
                // Nobody pledges more than the good is worth.
                part.map_or(weight, |part| part.min(weight))
            }
        }
    }

    /// Pledges what is missing where that is less than what the good is worth.
    fn wait(&self, table: &mut Table<impl Answers<Funding>>, at: usize) {
        for good in bits(table.players[at].own.interests) {
            let project = table.board.goods[good].project;
            let missing = project.map_or(0, |project| self.missing(&table.instance, project));
            if missing > 0 && missing < table.players[at].own.weight {
                self.give(table, at, project, Gift::of(missing));
            }
        }
    }

    /// What a good is worth by a weight, with the roots of both: funded with `F` `2 sqrt(w F)`,
    /// rounded down; `w` if it met its threshold.
    #[inline]
    fn worth_of(&self, weight: Balance, funds: Balance, roots: (u128, u128)) -> Balance {
        match self.params.kind {
            Kind::Assurance if funds > 0 => weight,
            Kind::Assurance => 0,
            Kind::Quadratic | Kind::Pairwise => (roots.0 * roots.1) >> (SQUARE - 1),
        }
    }

    /// Everyone has what the goods are worth to it.
    fn enjoy(&self, table: &mut Table<impl Answers<Funding>>) {
        let board = &mut table.board;
        for good in &mut board.goods {
            good.funds = funds(&table.instance, good.project);
            good.root = quadratic::root_down(good.funds);
            board.spent += part_up(self.world.cost, good.funds);
        }
        for (at, player) in table.players.iter().enumerate() {
            let own = &player.own;
            let worth = |weight| {
                let known = weight == own.weight;
                let root = if known { own.root } else { quadratic::root_down(weight) };
                let good = |good: usize| {
                    let Good { funds, root: funded, .. } = board.goods[good];
                    self.worth_of(weight, funds, (root, funded))
                };
                bits(own.interests).map(good).sum()
            };
            table.answers.enjoy(&mut table.endowments[at], at, own.weight, worth);
        }
        let square = |root: u128| (root as f64 / quadratic::ONE as f64).powi(2);
        for good in &board.goods {
            let best = match self.params.kind {
                Kind::Assurance => (good.weights as f64 - self.cost() as f64).max(0.0),
                Kind::Quadratic | Kind::Pairwise => square(good.roots),
            };
            board.funded += u64::from(good.funds > 0);
            board.best += best;
        }
    }
}

impl Board {
    /// Counts what is contributed for good, and what is paid for pledges that come back.
    fn count_raised(&mut self, instance: &Instance<Funding>, projects: &[ProjectId]) {
        for project in projects.iter().filter_map(|project| instance.db.project(*project)) {
            match project.failed(&instance.db.params()) {
                true => self.bonuses += project.bonuses,
                false => self.raised += project.raised,
            }
        }
    }

    /// Counts matches, once the round has ended.
    fn count_matched(
        &mut self,
        instance: &Instance<Funding>,
        round: Round,
        projects: &[ProjectId],
    ) {
        let Outcome { pool, given, wanted, .. } = instance.db.outcome(round);
        self.left += pool - given;
        self.factors += if wanted == 0 { 1.0 } else { given as f64 / wanted as f64 };
        for project in projects {
            let ideal = |record| ideal_down(&instance.db, *project, &record);
            let ideal = instance.db.project(*project).map_or(0, ideal);
            let matched = quadratic::match_down(ideal, given, wanted);
            self.matched += matched;
            if !self.goods.iter().any(|good| good.project == Some(*project)) {
                self.leaked += matched;
            }
        }
    }
}

/// What a good is funded with.
fn funds(instance: &Instance<Funding>, project: Option<ProjectId>) -> Balance {
    let good = project.and_then(|project| Some((project, instance.db.project(project)?)));
    good.map_or(0, |(project, good)| instance.db.given(project, &good))
}

/// Those who follow a strategy, in the order of their turns.
fn those_who<A>(table: &Table<A>, strategy: Strategy) -> Vec<usize> {
    let follows = |at: &usize| table.players[*at].plan == Plan::Follow(strategy);
    table.board.order.iter().copied().filter(follows).collect()
}

/// Equal parts of an amount; the first has what is left over.
#[inline(always)]
fn even(amount: Balance, parts: u32) -> impl Iterator<Item = Balance> {
    let others = parts - 1;
    let each = if others == 0 { 0 } else { amount / Balance::from(parts) };
    once(amount - each * Balance::from(others)).chain(repeat_n(each, others as usize))
}

/// The numbers of the bits that are set.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}
