//! How promises are played, in every engine.
//!
//! In a round every member joins, then keeps its promise or does not, and the judge confirms what was
//! kept; the window passes, somebody settles, and everybody collects. What keeping costs is outside of
//! the contract: so is whether it was done, and the judge is trusted to see it.

use crate::mine::{JUDGE, Mine, Op, SINK};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, Group, Measure, Play, Player, Unit, expect_blocks};
use carrots::rows::Cell;
use carrots::scenario::{Amounts, Invalid, expect};
use carrots::strategies;
use mine_logic::{Accounts, Balance, Db, Params};
use serde::{Deserialize, Serialize};

/// Who settles.
const KEEPER: Agent = SINK + 1;

/// What a scenario of promises may say.
pub type Scenario = carrots::scenario::Scenario<Params, World, Group<Strategy>, Audit>;
type Table<A> = carrots::play::Table<Game, A>;

/// What the rules do not know.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// What being trusted is worth to a member.
    #[serde(with = "carrots::kernel::text")]
    pub benefit: Balance,
    /// What keeping a promise costs.
    #[serde(with = "carrots::kernel::text")]
    pub effort: Balance,
}

strategies! {
    /// promises and keeps it
    Honest = "honest",
    /// promises and breaks it
    Breaking = "breaking",
    /// stays out
    Out = "out",
}

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// Members.
    pub members: u32,
    /// Rounds, one after the other.
    pub rounds: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { members: 2, rounds: 1 }
    }
}

/// Promises in play.
pub struct Game {
    params: Params,
    world: World,
}

/// What is counted.
#[derive(Clone, Default)]
pub struct Board {
    joined: u32,
    kept: u32,
}

impl Play for Game {
    type Model = Mine;
    type World = World;
    type Strategy = Strategy;
    type Audit = Audit;
    type Plan = Strategy;
    type Own = ();
    type Board = Board;

    /// Who says what the rules cannot see.
    const TRUSTED: &'static [&'static str] = &["judge"];
    const METRICS: &'static [Measure] = &[
        Measure::new("kept_share", Unit::Share, "of those who joined, those who kept their word"),
        Measure::new("forfeited", Unit::Tokens, "deposits that were lost"),
    ];

    fn habit(instance: &Instance<Mine>, who: Agent) -> Option<Strategy> {
        (instance.db.member(who).until > 0).then_some(Strategy::Honest)
    }

    fn conclude(instance: &mut Instance<Mine>) {
        let all = carrots::play::accounts(instance);
        instance.advance(instance.db.params().window_blocks);
        all.for_each(|account| _ = instance.apply(0, 0, Op::Settle { account }));
    }

    fn check(scenario: &Scenario) -> Result<(), Invalid> {
        let Scenario { params, world, agents, run, .. } = scenario;
        let players: u64 = agents.iter().map(|group| u64::from(group.count)).sum();
        let rounds = Balance::from(run.horizon) * Balance::from(players.max(1));
        let fits = |amount: Balance| amount.checked_mul(rounds).is_some_and(|all| all < 1 << 100);
        expect(fits(world.benefit), "world.benefit", "at most 2^100 in all rounds of all members")?;
        expect(fits(world.effort), "world.effort", "at most 2^100 in all rounds of all members")?;
        let most = u64::from(scenario.blocks_left()) / u64::from(params.window_blocks);
        expect_blocks(run.horizon, most, "rounds")
    }

    fn plan(strategy: Strategy) -> Strategy {
        strategy
    }

    fn strategy(plan: Strategy) -> Strategy {
        plan
    }

    fn new(scenario: &Scenario) -> Self {
        Self { params: scenario.params, world: scenario.world }
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; KEEPER as usize + 1]
    }

    fn enter<A: Answers<Mine>>(&self, _: &mut Table<A>) {}

    fn round<A: Answers<Mine>>(&self, table: &mut Table<A>) {
        for at in 0..table.players.len() {
            table.turn(at);
            let (who, plan) = (table.players[at].account, table.players[at].plan);
            if plan != Strategy::Out && table.call(who, self.params.deposit, Op::Join {}).is_some() {
                table.endowments[at].gains += self.world.benefit;
                table.board.joined += 1;
            }
        }
        for at in 0..table.players.len() {
            let (account, plan) = (table.players[at].account, table.players[at].plan);
            if plan == Strategy::Honest && table.instance.db.member(account).until > 0 {
                table.endowments[at].costs += self.world.effort;
                table.board.kept += 1;
                table.turn_of_others();
                table.call(JUDGE, 0, Op::Confirm { account });
            }
        }
        table.advance(self.params.window_blocks);
        self.settle(table);
    }

    fn metrics<A>(&self, table: &Table<A>) -> Vec<Cell> {
        let Board { joined, kept } = table.board;
        let share = f64::from(kept) / f64::from(joined.max(1));
        vec![Cell::Number(share), table.instance.wealth(SINK).into()]
    }

    fn audited(scenario: &Scenario) -> Result<Scenario, Invalid> {
        let audit = scenario.audit.unwrap_or_default();
        expect((1..=6).contains(&audit.members), "audit.members", "1 to 6 members")?;
        expect((1..=20).contains(&audit.rounds), "audit.rounds", "1 to 20 rounds")?;
        let stake = Amounts::Fixed(scenario.params.deposit.saturating_mul(3));
        let (strategy, count) = (Strategy::Honest, audit.members);
        let mut audited = scenario.clone();
        audited.agents = vec![Group { strategy, count, stake }];
        audited.run.horizon = audit.rounds;
        Ok(audited)
    }

    fn leave<A: Answers<Mine>>(&self, table: &mut Table<A>) {
        table.advance(self.params.window_blocks);
        self.settle(table);
    }

    fn others(&self) -> Vec<Player> {
        let all = [("judge", JUDGE), ("sink", SINK), ("keeper", KEEPER)];
        all.map(|(name, account)| Player { name: name.into(), accounts: vec![account] }).into()
    }

    fn options(&self, _: usize) -> Vec<Strategy> {
        vec![Strategy::Honest, Strategy::Breaking, Strategy::Out]
    }

    fn name(&self, plan: Strategy) -> String {
        carrots::play::Strategies::name(plan).into()
    }

    fn is_out(&self, plan: Strategy) -> bool {
        plan == Strategy::Out
    }

    fn class(&self, _: usize) -> usize {
        0
    }

    fn player_name(&self, player: usize) -> String {
        format!("member {player}")
    }
}

impl Game {
    /// The keeper settles what it can, and everybody collects.
    fn settle<A: Answers<Mine>>(&self, table: &mut Table<A>) {
        table.turn_of_others();
        for account in carrots::play::accounts(&table.instance) {
            if table.instance.db.member(account).until > 0 {
                table.call(KEEPER, 0, Op::Settle { account });
            }
        }
        for account in carrots::play::accounts(&table.instance) {
            if table.instance.db.credit(account) > 0 {
                table.call(account, 0, Op::Collect { account });
            }
        }
    }
}
