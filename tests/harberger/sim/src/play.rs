//! How licences are played, in every engine.
//!
//! There is one licence, and the first player has it first. In a round everyone learns what it is worth
//! to it in that round; the holder says a price; at the end of the term, in the order of the players, the
//! first to whom it is worth the price buys; and whoever has it then has the use of it.

use crate::harberger::{Harberger, Op, TREASURY};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, Group, Measure, Play, Player, Unit, accounts, expect_blocks};
use carrots::rows::Cell;
use carrots::scenario::{Amounts, Invalid, expect};
use carrots::strategies;
use harberger_logic::{Accounts, Balance, Db, Params};
use serde::{Deserialize, Serialize};

/// What a scenario of licences may say.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;
type Table<A> = carrots::play::Table<Game, A>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What the licence is worth to whoever has it first, anew in every round.
    pub holder: Amounts,
    /// The same to each of the others.
    pub buyer: Amounts,
}

strategies! {
    /// says what it is worth, and buys what is worth its price
    Truthful = "truthful",
    /// says a quarter more
    Overstating = "overstating",
    /// says a quarter less
    Understating = "understating",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// What somebody else could pay for it: so many values, in equal steps.
    pub steps: u32,
    /// Prices up to twice the value, in so many steps.
    pub prices: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { steps: 9, prices: 40 }
    }
}

/// Licences in play.
pub struct Game {
    params: Params,
    world: World,
    audit: Audit,
}

impl Play for Game {
    type Model = Harberger;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    /// The price in parts of 10,000 of the value.
    type Plan = u32;
    /// What the licence is worth to it in this round.
    type Own = Balance;
    /// How often it was sold.
    type Board = u64;

    const METRICS: &'static [Measure] = &[
        Measure::new("sales", Unit::Count, "how often it was sold"),
        Measure::new("taxes", Unit::Tokens, "what holders paid to the treasury"),
    ];
    const WELFARE: bool = true;
    const KIND: &'static str = "value";

    fn habit(instance: &Instance<Harberger>, who: Agent) -> Option<Strategy> {
        let holds = instance.db.licence(0).is_some_and(|licence| licence.holder == who);
        holds.then_some(Strategy::Truthful)
    }

    fn conclude(instance: &mut Instance<Harberger>) {
        let _ = instance.apply(TREASURY, 0, Op::Settle { number: 0 });
        accounts(instance).for_each(|account| _ = instance.apply(0, 0, Op::Collect { account }));
    }

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        for (key, amounts) in [("holder", &scenario.world.holder), ("buyer", &scenario.world.buyer)]
        {
            let sound = amounts.check();
            expect(sound.is_ok(), &format!("world.{key}"), sound.err().unwrap_or_default())?;
            let few = amounts.max() <= 1 << 64;
            expect(few, &format!("world.{key}"), "at most 2^64")?;
        }
        let most = u64::from(scenario.blocks_left()) / u64::from(scenario.params.term);
        expect_blocks(scenario.run.horizon, most, "rounds")
    }

    fn plan(strategy: Strategy) -> u32 {
        match strategy {
            Strategy::Truthful => 10_000,
            Strategy::Overstating => 12_500,
            Strategy::Understating => 7_500,
        }
    }

    fn strategy(plan: u32) -> Strategy {
        match plan {
            10_000 => Strategy::Truthful,
            10_001.. => Strategy::Overstating,
            _ => Strategy::Understating,
        }
    }

    fn new(scenario: &Scenario) -> Self {
        let audit = scenario.audit.unwrap_or_default();
        Self { params: scenario.params, world: scenario.world, audit }
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; TREASURY as usize + 1]
    }

    fn enter<A: Answers<Harberger>>(&self, table: &mut Table<A>) {
        if table.instance.db.licence(0).is_none() {
            let first = table.players[0].account;
            table.call(first, 0, Op::Take { number: 0, price: 0 });
        }
    }

    fn round<A: Answers<Harberger>>(&self, table: &mut Table<A>) {
        for at in 0..table.players.len() {
            let amounts = self.amounts(at);
            table.players[at].own = table.answers.draw(&mut table.endowments[at], at, amounts);
        }
        if let Some(holder) = self.holder(table) {
            table.turn(holder);
            let price = self.price(table, holder);
            let tax = self.params.tax_up(price, self.params.term);
            table.call(table.players[holder].account, tax, Op::Assess { number: 0, price });
        }
        table.advance(self.params.term);
        for buyer in 0..table.players.len() {
            table.turn(buyer);
            let now = table.instance.block();
            let asked = harberger_logic::price(&table.instance.db, 0, now);
            if self.holder(table) != Some(buyer) && table.players[buyer].own >= asked {
                let who = table.players[buyer].account;
                if table.call(who, asked, Op::Take { number: 0, price: 0 }).is_some() {
                    table.board += 1;
                    break;
                }
            }
        }
        if let Some(user) = self.holder(table) {
            let own = table.players[user].own;
            table.answers.enjoy(&mut table.endowments[user], user, own, |value| value);
        }
        self.collect(table);
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        vec![table.board.into(), table.instance.wealth(TREASURY).into()]
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        let audit = scenario.audit.unwrap_or_default();
        expect((1..=100).contains(&audit.steps), "audit.steps", "1 to 100 steps")?;
        expect((2..=1_000).contains(&audit.prices), "audit.prices", "2 to 1,000 steps")?;
        let grid = |amounts: &Amounts| amounts.grid(audit.steps).is_some();
        let sound = grid(&scenario.world.holder) && grid(&scenario.world.buyer);
        expect(sound, "world", "amounts or uniform distributions to be audited")?;
        let (strategy, stake) = (Strategy::Truthful, Amounts::Fixed(1 << 100));
        let mut audited = scenario.clone();
        audited.agents = vec![Group { strategy, count: 2, stake }];
        audited.run.horizon = 1;
        audited.audit = Some(audit);
        Ok(audited)
    }

    fn leave<A: Answers<Harberger>>(&self, table: &mut Table<A>) {
        if let Some(holder) = self.holder(table) {
            table.turn(holder);
            table.call(table.players[holder].account, 0, Op::Assess { number: 0, price: 0 });
        }
        self.collect(table);
    }

    fn others(&self) -> Vec<Player> {
        vec![Player { name: "treasury".into(), accounts: vec![TREASURY] }]
    }

    fn kinds(&self, player: usize) -> Vec<Balance> {
        self.amounts(player).grid(self.audit.steps).unwrap_or_default()
    }

    fn options(&self, _: usize) -> Vec<u32> {
        (0..=self.audit.prices).map(|step| 20_000 * step / self.audit.prices).collect()
    }

    fn name(&self, plan: u32) -> String {
        format!("say {} % of the value", f64::from(plan) / 100.0)
    }

    fn worth(
        &self,
        accounts: &[Agent],
        kind: Balance,
        _: &Instance<Harberger>,
        end: &Instance<Harberger>,
    ) -> i128 {
        let holds = end.db.licence(0).is_some_and(|licence| accounts.contains(&licence.holder));
        if holds { kind as i128 } else { 0 }
    }

    fn player_name(&self, player: usize) -> String {
        if player == 0 { "holder".into() } else { format!("buyer {player}") }
    }

    fn welfare_max(&self, kinds: &[Balance]) -> Option<i128> {
        kinds.iter().max().map(|value| *value as i128)
    }
}

impl Game {
    fn amounts(&self, player: usize) -> &Amounts {
        if player == 0 { &self.world.holder } else { &self.world.buyer }
    }

    /// The player that has the licence.
    fn holder<A>(&self, table: &Table<A>) -> Option<usize> {
        let holder = table.instance.db.licence(0)?.holder;
        table.players.iter().position(|player| player.account == holder)
    }

    /// What a player says that the licence is worth to it.
    fn price<A>(&self, table: &Table<A>, at: usize) -> Balance {
        table.players[at].own * Balance::from(table.players[at].plan) / 10_000
    }

    /// The treasury settles, and everybody collects.
    fn collect<A: Answers<Harberger>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        table.call(TREASURY, 0, Op::Settle { number: 0 });
        for account in accounts(&table.instance) {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }
}
