//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use carrots::model::{Agent, Instance};
use carrots_catalogue::market::{Market, Op, Receipt, SETTLER};
use carrots_kernel::{Balance, Block};
use carrots_logic::market::{
    Accounts, Book, Db, MAX_LIQUIDITY, MAX_OUTCOMES, MAX_SHARES, Params, Settled,
};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// The agents of a trace. The first has the role.
pub const AGENTS: Agent = 8;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    pub wallet: u128,
}

/// The middle of the road.
pub fn params() -> Params {
    Params { liquidity: 1_000, outcomes: 3, settle_blocks: 6 }
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let p = params();
    let case = |name, params| Case { name, params, wallet: 1_000_000 };
    let huge = Params { liquidity: MAX_LIQUIDITY, ..p };
    vec![
        case("plain", p),
        case("two outcomes", Params { outcomes: 2, ..p }),
        case("as many outcomes as there can be", Params { outcomes: MAX_OUTCOMES, ..p }),
        case("a liquidity of one", Params { liquidity: 1, ..p }),
        case("an odd liquidity", Params { liquidity: 12_347, ..p }),
        case("a short time to settle", Params { settle_blocks: 1, ..p }),
        Case { name: "huge", params: huge, wallet: 1 << 110 },
    ]
}

impl random::Case for Case {
    type Model = Market;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 8;
    const ODD: u32 = 30;
    const SOMETIMES: &'static [&'static str] = &[
        "a market had an answer",
        "a market was settled as without an answer",
        "nobody held the answer",
        "the sponsor lost",
        "the sponsor gained",
        "an outcome was all but certain",
        "somebody sold all that it had",
    ];

    fn name(&self) -> &'static str {
        self.name
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallet(&self) -> u128 {
        self.wallet
    }

    fn blocks_max(&self, rng: &mut ChaCha8Rng) -> u32 {
        if rng.random_ratio(1, 4) { self.params.settle_blocks } else { 3 }
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Market>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Market>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        match (op, result) {
            (Op::Settle { .. }, Ok(Receipt::Settled(settled))) => {
                note("a market had an answer");
                self.settled(model, settled, note);
            }
            (Op::Expire { .. }, Ok(Receipt::Settled(_))) => {
                note("a market was settled as without an answer");
            }
            (_, Ok(Receipt::Bought(bought))) => {
                let book = model.db.market(bought.market).expect("it was traded in");
                let price = self.params.price_down(&book.shares, bought.outcome);
                if price.deconstruct() > 990_000_000 {
                    note("an outcome was all but certain");
                }
            }
            (_, Ok(Receipt::Sold(sold))) => {
                let book = model.db.market(sold.market).expect("it was traded in");
                if book.sold(sold.outcome) == 0 {
                    note("somebody sold all that it had");
                }
            }
            _ => {}
        }
    }
}

impl Case {
    fn settled(
        &self,
        model: &Instance<Market>,
        settled: &Settled,
        note: &mut dyn FnMut(&'static str),
    ) {
        let book = model.db.market(settled.market).expect("it is settled");
        if book.held == 0 {
            note("nobody held the answer");
        }
        match settled.rest < self.params.deposit_up() {
            true => note("the sponsor lost"),
            false => note("the sponsor gained"),
        }
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Market>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    fn outcome(&mut self) -> u32 {
        self.rng.random_range(0..self.case.params.outcomes)
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        if self.one_in(10) {
            return self.anything();
        }
        let all: Vec<(u32, Book<Agent>)> = self.model.db.books().collect();
        let (open, settled): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, book)| book.answer.is_none());
        match (open.choose(self.rng).copied(), settled.choose(self.rng).copied()) {
            (Some((number, book)), _) if !self.one_in(5) => self.go_on(number, &book),
            (_, Some((number, book))) if !self.one_in(4) => self.redeem(number, &book),
            _ if self.one_in(2) => self.open(),
            _ => self.collect(),
        }
    }

    fn open(&mut self) -> (Agent, u128, Op) {
        let (blocks, byte) = (self.rng.random_range(1..20), self.rng.random());
        let open = Op::Open { question: [byte; 32], closes_at: self.model.block() + blocks };
        (self.anyone(), self.case.params.deposit_up(), open)
    }

    /// Trades, or settles once trading has ended.
    fn go_on(&mut self, market: u32, book: &Book<Agent>) -> (Agent, u128, Op) {
        let (params, now) = (self.case.params, self.model.block());
        let trades = now < book.closes_at;
        if trades == self.one_in(10) {
            return match now < params.settles_until(book) {
                // Whoever should settle is slow.
                true if !self.one_in(3) => self.collect(),
                true => (SETTLER, 0, Op::Settle { market, outcome: self.outcome() }),
                // It may be too late.
                false if self.one_in(4) => {
                    (SETTLER, 0, Op::Settle { market, outcome: self.outcome() })
                }
                false => (self.anyone(), 0, Op::Expire { market }),
            };
        }
        let (who, outcome) = (self.anyone(), self.outcome());
        let held = self.model.db.holding(who, market, outcome);
        if held > 0 && self.one_in(2) {
            let part = if self.one_in(3) { held } else { self.rng.random_range(1..=held) };
            return (who, 0, Op::Sell { market, outcome, shares: part, least: 0 });
        }
        let shares = self.rng.random_range(1..=params.liquidity * 3);
        let mut to = book.shares;
        to[outcome as usize] += shares;
        let cost = params.cost_up(&book.shares, &to);
        let value = if self.one_in(4) { cost + 5 } else { cost };
        (who, value, Op::Buy { market, outcome, shares })
    }

    fn redeem(&mut self, market: u32, book: &Book<Agent>) -> (Agent, u128, Op) {
        let answer = book.answer.expect("it is settled");
        let holders = (0..AGENTS).filter(|who| self.model.db.holding(*who, market, answer) > 0);
        let holders: Vec<Agent> = holders.collect();
        let holder = match holders.choose(self.rng) {
            Some(holder) => *holder,
            None => self.anyone(),
        };
        (self.anyone(), 0, Op::Redeem { holder, market })
    }

    fn collect(&mut self) -> (Agent, u128, Op) {
        let credited = (0..AGENTS).filter(|who| self.model.db.credit(*who) > 0);
        let credited: Vec<_> = credited.collect();
        let account = match credited.choose(self.rng) {
            Some(account) => *account,
            None => self.anyone(),
        };
        (self.anyone(), 0, Op::Collect { account })
    }

    /// Any message, whether it makes sense or not.
    fn anything(&mut self) -> (Agent, u128, Op) {
        let (params, who) = (self.case.params, self.anyone());
        let market = self.rng.random_range(0..=self.model.db.state().markets);
        let outcome = self.rng.random_range(0..=params.outcomes);
        let most = if self.one_in(5) { 0 } else { 1_000 };
        let shares: Balance = match self.one_in(20) {
            true => MAX_SHARES + 1,
            false => self.rng.random_range(0..=most),
        };
        let closes_at: Block = self.rng.random_range(0..100);
        match self.rng.random_range(0..7) {
            0 => (who, params.deposit_up(), Op::Open { question: [1; 32], closes_at }),
            1 => (who, shares.min(1_000), Op::Buy { market, outcome, shares }),
            2 => (who, 0, Op::Sell { market, outcome, shares, least: shares / 2 }),
            3 => (who, 0, Op::Settle { market, outcome }),
            4 => (who, 0, Op::Expire { market }),
            5 => (who, 0, Op::Redeem { holder: self.anyone(), market }),
            _ => (who, 0, Op::Collect { account: self.anyone() }),
        }
    }
}
