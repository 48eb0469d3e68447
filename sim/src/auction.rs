//! Auctions in memory: the rules of [`carrots_logic::auction`] over vectors.

mod catalogue;
mod game;
mod live;
mod menu;
mod scenario;

pub use catalogue::MECHANISM;
pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{
    Address, Agent, ByAgent, Cells, Found, Model, Names, Records, StateError, sum,
};
use carrots::{accounts, cloned, messages};
use carrots_kernel::{Balance, sealed, tables};
use carrots_logic::auction::{self as rules, *};
use scale::Encode;

/// The first agents: who opens rounds, and where forfeited deposits go.
pub const SELLER: Agent = 0;
#[allow(missing_docs)]
pub const SINK: Agent = 1;

messages! {
    Auction, Error, (db, who, value, now);
    receipts: Opened, Committed, Revealed, Settled, Paid;

    /// seller: open the next round
    open: Open() {} => Opened as Opened = rules::open(db, who, now);

    /// commit to a bid, with the deposit
    commit: Commit() {
        #[serde(with = "hex::serde")]
        commitment: Hash,
    } + tokens => Committed as Committed = rules::commit(db, who, value, commitment, now);

    /// reveal the bid, with what it can cost at most
    reveal: Reveal() {
        #[serde(with = "carrots_kernel::text::amounts")]
        values: Values,
        #[serde(with = "hex::serde")]
        salt: Salt,
    } + tokens => Revealed as Revealed = rules::reveal(db, who, value, values, salt, now);

    /// settle the open round, once its windows are over
    settle: Settle() {} => Settled as Settled = rules::settle(db, now);

    /// pay an account what is credited to it
    collect: Collect(account) {} => Paid as Collected(account), pays account
        = rules::collect(db, account);
}

/// The records in memory.
#[derive(Debug)]
pub struct Auction {
    params: Params,
    roles: Roles<Agent>,
    state: State,
    rounds: Records<u32, Round>,
    bidders: Records<(u32, u32), Option<Agent>>,
    bids: ByAgent<Records<u32, Bid>>,
    awards: Records<(u32, u32), Option<Award<Agent>>>,
    credits: ByAgent<Balance>,
    names: Names,
}

cloned!(Auction { params, roles, state, rounds, bidders, bids, awards, credits, names });

impl Auction {
    /// The commitment of an agent to a bid in a round.
    pub fn seal(&self, who: Agent, round: u32, values: &Values, salt: &Salt) -> Hash {
        sealed::commitment(self, who, round, values, salt)
    }

    /// The number of the round that is open.
    pub fn open_round(&self) -> Option<u32> {
        let number = self.state.rounds.checked_sub(1)?;
        (self.round(number).status == Status::Open).then_some(number)
    }
}

impl Model for Auction {
    type Params = Params;
    type ParamsError = ParamsError;

    const NAME: &'static str = "auction";
    const ROLES: &'static [&'static str] = &["seller", "sink"];

    fn new(params: Params, agents: usize, _: Block) -> Result<Self, ParamsError> {
        params.check()?;
        Ok(Self {
            params,
            roles: Roles { seller: SELLER, sink: SINK },
            state: State::default(),
            rounds: Records::default(),
            bidders: Records::default(),
            bids: ByAgent::new(agents),
            awards: Records::default(),
            credits: ByAgent::new(agents),
            names: Names::default(),
        })
    }

    fn owed(&self) -> Balance {
        let locked = |bid: &Bid| match bid {
            Bid::Absent => 0,
            Bid::Sealed { .. } => self.params.deposit,
            Bid::Revealed { values } => {
                self.params.deposit.saturating_add(self.params.cost_max(values))
            }
        };
        let bids = self.bids.iter().flat_map(|(_, bids)| bids.iter());
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        sum(bids.map(|(_, bid)| locked(bid)).chain(credits))
    }

    fn worth(&self, who: Agent) -> Balance {
        match self.open_round() {
            None => self.credits.get(who),
            Some(_) => {
                let mut settled = self.clone();
                // What is still sealed is forfeited. In the last blocks that there are it cannot be
                // settled any more.
                let _ = rules::settle(&mut settled, Block::MAX);
                settled.credits.get(who)
            }
        }
    }

    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        (roles(self.roles, name), self.params).encode()
    }

    fn storage(&self, cells: &mut Cells) {
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        cells.put(2, (), roles(self.roles, |agent| cells.name(agent)));
        for (number, round) in self.rounds.iter() {
            cells.put(3, number, *round);
        }
        for (place, bidder) in self.bidders.iter() {
            cells.put(4, place, bidder.map(|agent| cells.name(agent)));
        }
        for (agent, bids) in self.bids.iter() {
            for (round, bid) in bids.iter() {
                cells.put(5, (cells.name(agent), round), *bid);
            }
        }
        for (item, award) in self.awards.iter() {
            let named = |Award { winner, price }| Award { winner: cells.name(winner), price };
            cells.put(6, item, award.map(named));
        }
        for (agent, credit) in self.credits.iter() {
            cells.put_some(7, cells.name(agent), *credit);
        }
    }

    fn restore(found: &mut Found) -> Result<Self, StateError> {
        let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
        let mut db = carrots::model::empty::<Self>(params, found)?;
        db.state = state;
        let held: Roles<Address> = found.one("roles", 2)?;
        db.roles = roles(held, |account| found.number(account));
        for (number, round) in found.all("rounds", 3)? {
            db.set_round(number, round);
        }
        for ((round, index), bidder) in found.all::<_, Option<Address>>("bidders", 4)? {
            db.set_bidder(round, index, bidder.map(|bidder| found.number(bidder)));
        }
        for ((who, round), bid) in found.all("bids", 5)? {
            db.set_bid(found.number(who), round, bid);
        }
        for ((round, item), award) in found.all::<_, Option<Award<Address>>>("awards", 6)? {
            let numbered = |Award { winner, price }| Award { winner: found.number(winner), price };
            db.set_award(round, item, award.map(numbered));
        }
        for (who, credit) in found.all("credits", 7)? {
            db.set_credit(found.number(who), credit);
        }
        Ok(db)
    }

    fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
        params.check()?;
        self.params = params;
        Ok(())
    }

    fn resize(&mut self, agents: usize) {
        self.bids.resize(agents);
        self.credits.resize(agents);
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    fn explain(error: ParamsError) -> (&'static str, &'static str) {
        catalogue::explain(error)
    }
}

/// The roles with other names for the accounts.
fn roles<A, B>(Roles { seller, sink }: Roles<A>, mut name: impl FnMut(A) -> B) -> Roles<B> {
    Roles { seller: name(seller), sink: name(sink) }
}

accounts!(Auction);

impl Db for Auction {
    tables! {
        round, set_round: rounds(round: u32) -> Round;
        bidder, set_bidder: bidders(round: u32, index: u32) -> Option<Agent>;
        bid, set_bid: bids(who: Agent, round: u32) -> Bid;
        award, set_award: awards(round: u32, item: u32) -> Option<Award<Agent>>;
    }

    #[inline]
    fn params(&self) -> Params {
        self.params
    }
    #[inline]
    fn roles(&self) -> Roles<Agent> {
        self.roles
    }
    #[inline]
    fn state(&self) -> State {
        self.state
    }
    #[inline]
    fn set_state(&mut self, state: State) {
        self.state = state;
    }
}
