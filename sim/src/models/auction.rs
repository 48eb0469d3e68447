//! Auctions in memory: the rules of [`carrots_logic::auction`] over vectors.

mod catalogue;
mod game;
mod play;
mod stage;

pub use catalogue::MECHANISM;
pub use game::Game;
pub use play::{Strategy, World};
pub use stage::{Audit, Stage};

use super::{Agent, ByAgent, Cells, Model, Records, accounts, cloned, messages};
use carrots_logic::auction::{self as rules, *};
use carrots_logic::{Balance, sealed, tables};
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
        #[serde(with = "carrots_logic::text::amounts")]
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
    state: State,
    rounds: Records<u32, Round>,
    bidders: Records<(u32, u32), Option<Agent>>,
    bids: ByAgent<Records<u32, Bid>>,
    awards: Records<(u32, u32), Option<Award<Agent>>>,
    credits: ByAgent<Balance>,
}

cloned!(Auction { params, state, rounds, bidders, bids, awards, credits });

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
            state: State::default(),
            rounds: Records::default(),
            bidders: Records::default(),
            bids: ByAgent::new(agents),
            awards: Records::default(),
            credits: ByAgent::new(agents),
        })
    }

    fn owed(&self) -> Balance {
        let locked = |bid: &Bid| match bid {
            Bid::Absent => 0,
            Bid::Sealed { .. } => self.params.deposit,
            Bid::Revealed { values } => self.params.deposit + self.params.cost_max(values),
        };
        let bids = self.bids.iter().flat_map(|(_, bids)| bids.iter());
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        bids.map(|(_, bid)| locked(bid)).chain(credits).sum()
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
        (roles(name), self.params).encode()
    }

    fn storage(&self, cells: &mut Cells) {
        let roles = roles(|agent| cells.name(agent));
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        cells.put(2, (), roles);
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

    fn explain(error: ParamsError) -> (&'static str, &'static str) {
        catalogue::explain(error)
    }
}

fn roles<Id>(name: impl Fn(Agent) -> Id) -> Roles<Id> {
    Roles { seller: name(SELLER), sink: name(SINK) }
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
        roles(|agent| agent)
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
