//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use crate::script::{salt, seal};
use carrots::model::{Agent, Instance, hash};
use carrots_catalogue::auction::{Auction, Op, Receipt, SELLER};
use carrots_kernel::Perbill;
use carrots_kernel::line::{Knot, Line};
use carrots_logic::auction::{Accounts, Bid, Db, Kind, MAX_BID, Params, Phase, Settled, Values};
use carrots_testkit::random::{self, ResultOf};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scale::Encode;

/// The agents of a trace. The first two have the roles.
pub const AGENTS: Agent = 10;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    /// The most that an agent bids on purpose.
    pub amount: u128,
    pub wallet: u128,
}

/// The middle of the road.
pub fn params() -> Params {
    Params {
        kind: Kind::Vcg,
        items: 3,
        max_bidders: 6,
        reserve_price: 50,
        deposit: 100,
        commit_blocks: 8,
        reveal_blocks: 6,
        ..Params::default()
    }
}

/// A line through these knots.
pub fn line(knots: &[(u128, u128)]) -> Line {
    let knots: Vec<Knot> = knots.iter().map(|(at, is)| Knot { at: *at, is: *is }).collect();
    Line::through(&knots).expect("a few knots")
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let first = Params { kind: Kind::FirstPrice, items: 1, ..params() };
    let second = Params { kind: Kind::SecondPrice, ..first };
    let uniform = Params { kind: Kind::UniformPrice, ..params() };
    let free = Params { reserve_price: 0, deposit: 1, ..params() };
    let huge = Params { items: 8, deposit: 1 << 120, reserve_price: 1 << 100, ..params() };
    let part = Perbill::from_percent;
    let linear = Params {
        kind: Kind::Linear,
        without_share: part(100),
        beside_share: part(90),
        price_line: line(&[(0, 120), (300, 310), (900, 700)]),
        ..params()
    };
    let own = Params { bid_share: part(60), price_line: Line::default(), ..linear };
    let quick = Params { max_bidders: 1, commit_blocks: 1, reveal_blocks: 1, ..params() };
    let case = |name, params| Case { name, params, amount: 1_000, wallet: 100_000 };
    let large = |name, params| Case { name, params, amount: MAX_BID, wallet: 1 << 124 };
    vec![
        case("first price", first),
        case("second price", second),
        case("uniform price", uniform),
        case("vcg", params()),
        case("free uniform price", Params { kind: Kind::UniformPrice, items: 8, ..free }),
        case("free vcg", Params { items: 8, max_bidders: 64, ..free }),
        large("huge uniform price", Params { kind: Kind::UniformPrice, ..huge }),
        large("huge vcg", huge),
        case("a line", Params { reserve_price: 0, ..linear }),
        case("a part of the bid", Params { items: 8, ..own }),
        large("huge line", Params { kind: Kind::Linear, bid_share: part(50), ..huge }),
        case("quick rounds", quick),
        case("never sold", Params { reserve_price: 2_000, ..second }),
    ]
}

impl random::Case for Case {
    type Model = Auction;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 8;
    const ODD: u32 = 30;
    const SOMETIMES: &'static [&'static str] = &[
        "all items were sold",
        "some items were sold",
        "there was no bid",
        "nobody revealed",
        "all bids were below the reserve price",
        "a deposit was forfeited beside a sale",
        "a bidder won two units",
        "a price above the reserve price",
        "equal bids",
        "a full round",
        "a place was taken by a higher deposit",
        "more than the least deposit was forfeited",
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

    fn blocks_max(&self, _rng: &mut ChaCha8Rng) -> u32 {
        self.params.reveal_blocks + 1
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Auction>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Auction>,
        _: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        match result {
            Ok(Receipt::Settled(settled)) => self.settled(model, settled, note),
            Ok(Receipt::Revealed(revealed)) => {
                let same = |who: &Agent| match model.db.bid(*who, revealed.round) {
                    Bid::Revealed { values, .. } => values == revealed.values,
                    _ => false,
                };
                if revealed.locked > 0 && (0..AGENTS).filter(same).count() > 1 {
                    note("equal bids");
                }
            }
            Ok(Receipt::Committed(committed)) => {
                if committed.index + 1 == self.params.max_bidders {
                    note("a full round");
                }
                if committed.displaced > 0 {
                    note("a place was taken by a higher deposit");
                }
            }
            _ => {}
        }
    }
}

impl Case {
    fn settled(
        &self,
        model: &Instance<Auction>,
        settled: &Settled,
        note: &mut dyn FnMut(&'static str),
    ) {
        let bidders = model.db.round(settled.round).bidders;
        let awards = (0..self.params.items).map(|item| model.db.award(settled.round, item));
        let awards: Vec<_> = awards.flatten().collect();
        let of = |winner| awards.iter().filter(|award| award.winner == winner).count();
        let happened = [
            ("all items were sold", settled.sold == self.params.items),
            ("some items were sold", (1..self.params.items).contains(&settled.sold)),
            ("there was no bid", bidders == 0),
            ("nobody revealed", bidders > 0 && settled.revealed == 0),
            (
                "more than the least deposit was forfeited",
                !settled.forfeited.is_multiple_of(self.params.deposit),
            ),
            ("all bids were below the reserve price", settled.revealed > 0 && settled.sold == 0),
            ("a deposit was forfeited beside a sale", settled.sold > 0 && settled.forfeited > 0),
            ("a bidder won two units", awards.iter().any(|award| of(award.winner) > 1)),
            (
                "a price above the reserve price",
                awards.iter().any(|award| award.price > self.params.reserve_price),
            ),
        ];
        happened.iter().filter(|(_, it)| *it).for_each(|(state, _)| note(state));
    }

    /// What an agent bids in a round: the same whenever it is asked for. Sometimes it cannot be
    /// revealed.
    fn bid(&self, who: Agent, round: u32) -> Values {
        let mut rng = ChaCha8Rng::from_seed(hash(&(b"bid", who, round).encode()));
        let Params { kind, items, reserve_price, .. } = self.params;
        let value = |rng: &mut ChaCha8Rng| match rng.random_range(0..8) {
            0 => 0,
            1 => reserve_price.saturating_sub(1),
            2 => reserve_price,
            3..5 => self.amount / 2,
            _ => rng.random_range(0..=self.amount),
        };
        let mut values = [0; 8];
        values[..items as usize].iter_mut().for_each(|one| *one = value(&mut rng));
        if kind == Kind::UniformPrice {
            values.sort_by(|one, next| next.cmp(one));
        }
        match rng.random_range(0..40) {
            0 => values[0] = MAX_BID + 1,
            1 => values[items as usize % 8] = self.amount,
            2 => values[..items as usize].reverse(),
            _ => {}
        }
        values
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Auction>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        if self.one_in(12) {
            return match self.rng.random_range(0..5) {
                0 => (SELLER, 0, Op::Open {}),
                1 => self.commit(),
                2 => self.reveal(),
                3 => (self.anyone(), 0, Op::Settle {}),
                _ => (self.anyone(), 0, Op::Collect { account: self.anyone() }),
            };
        }
        let Some(number) = self.model.db.open_round() else {
            return if self.one_in(2) { (SELLER, 0, Op::Open {}) } else { self.collect() };
        };
        let round = self.model.db.round(number);
        match self.case.params.phase(&round, self.model.block()) {
            // Rounds without a bid and without a reveal have to happen, too.
            Phase::Commit if number % 7 == 0 => self.collect(),
            Phase::Reveal if number % 5 == 0 => self.collect(),
            Phase::Commit => self.commit(),
            Phase::Reveal => self.reveal(),
            Phase::Over if self.one_in(4) => self.reveal(),
            Phase::Over => (self.anyone(), 0, Op::Settle {}),
        }
    }

    /// The round that is open, or the next one.
    fn round(&self) -> u32 {
        self.model.db.open_round().unwrap_or(self.model.db.state().rounds)
    }

    fn commit(&mut self) -> (Agent, u128, Op) {
        let (who, round) = (self.anyone(), self.round());
        let deposit = self.case.params.deposit;
        let deposit = match self.rng.random_range(0..20) {
            0 => deposit - 1,
            1..12 => deposit,
            // Higher ones take places where there are no more.
            _ => deposit + self.rng.random_range(0..=deposit),
        };
        // Sometimes another's commitment is copied.
        let sealed = if self.one_in(20) { self.anyone() } else { who };
        let values = self.case.bid(sealed, round);
        (who, deposit, Op::Commit { commitment: seal(sealed, round, &values) })
    }

    fn reveal(&mut self) -> (Agent, u128, Op) {
        let round = self.round();
        let sealed = |who: &Agent| matches!(self.model.db.bid(*who, round), Bid::Sealed { .. });
        let sealed: Vec<_> = (0..AGENTS).filter(sealed).collect();
        let who = match sealed.choose(self.rng) {
            Some(who) if !self.one_in(12) => *who,
            _ => self.anyone(),
        };
        let mut values = self.case.bid(who, round);
        let (mut salt, mut cost) = (salt(who, round), self.case.params.cost_max(&values));
        match self.rng.random_range(0..40) {
            0 => values[0] = values[0].wrapping_add(1),
            1 => salt[0] ^= 1,
            2 => cost = cost.saturating_add(1),
            3 => cost = cost.saturating_sub(1),
            _ => {}
        }
        (who, cost, Op::Reveal { values, salt })
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
}
