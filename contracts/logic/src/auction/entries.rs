//! The entries: load, decide, commit. Each is one message of the contract.

use super::outcome::outcome;
use super::sale::Sale;
use super::{Error as E, *};
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// A round that was opened.
    pub struct Opened {
        /// Its number.
        pub round: u32,
        /// The first block in which bids are revealed, and the first in which it can be settled.
        pub reveal: Block,
        #[allow(missing_docs)]
        pub settle: Block,
    }

    /// A bid that was committed to.
    pub struct Committed {
        /// The round.
        pub round: u32,
        /// The bid's place in the order of commitments. Places behind one that is taken move up.
        pub index: u32,
        /// What was laid by for it.
        pub deposit: Balance,
        /// The deposit of the bid that lost its place to it, credited to its bidder.
        pub displaced: Balance,
    }

    /// A bid that was revealed.
    pub struct Revealed {
        /// The round.
        pub round: u32,
        /// What it says.
        pub values: Values,
        /// What was paid in: what it can cost at most.
        pub locked: Balance,
    }

    /// A round that was settled.
    pub struct Settled {
        /// Its number.
        pub round: u32,
        /// Bids that were revealed.
        pub revealed: u32,
        /// Items that were sold.
        pub sold: u32,
        /// The sum of their prices, credited to the seller.
        pub proceeds: Balance,
        /// Deposits of bids that were not revealed, credited to the sink.
        pub forfeited: Balance,
    }
}

/// Opens the next round in block `now`. Errs with `NotSeller` or `RoundOpen`.
pub fn open<D: Db>(db: &mut D, who: D::Id, now: Block) -> Result<Opened, Error> {
    if who != db.roles().seller {
        return Err(E::NotSeller);
    }
    if open_round(db).is_ok() {
        return Err(E::RoundOpen);
    }
    let (params, number) = (db.params(), db.state().rounds);
    let reveal = now.saturating_add(params.commit_blocks);
    let settle = reveal.saturating_add(params.reveal_blocks);
    // A round lasts two blocks at least: there are fewer of them than blocks.
    let rounds = number.saturating_add(1);
    // After this point the call must succeed.
    db.set_state(State { rounds });
    db.set_round(number, Round { start: now, status: Status::Open, ..Round::default() });
    Ok(Opened { round: number, reveal, settle })
}

/// Commits the caller to a bid, with a deposit: to the hash of its account, the round, the values
/// and a salt (see [`commitment`](sealed::commitment)). A commitment to a bid that [`reveal`] would
/// refuse cannot be taken back.
///
/// Where all places are taken, the lowest deposit, and of equal ones the latest, loses its place to a
/// higher one: it is credited to its bidder, who may commit again. Errs with `NoRound`, `CommitOver`,
/// `DepositTooLow`, `AlreadyCommitted` or `BiddersFull`.
pub fn commit<D: Db>(
    db: &mut D,
    who: D::Id,
    amount: Balance,
    commitment: Hash,
    now: Block,
) -> Result<Committed, Error> {
    let (params, (number, mut round)) = (db.params(), open_round(db)?);
    if params.phase(&round, now) != Phase::Commit {
        return Err(E::CommitOver);
    }
    if amount < params.deposit {
        return Err(E::DepositTooLow);
    }
    if db.bid(who, number) != Bid::Absent {
        return Err(E::AlreadyCommitted);
    }
    let full = round.bidders >= params.max_bidders;
    let lowest = if full { lowest(db, number, &round) } else { None };
    if full && lowest.is_none_or(|lowest| amount <= lowest.deposit) {
        return Err(E::BiddersFull);
    }
    // After this point the call must succeed.
    let displaced = lowest.map_or(0, |lowest| lowest.deposit);
    if let Some(lowest) = lowest {
        displace(db, number, &mut round, lowest);
    }
    let index = round.bidders;
    round.bidders = index.saturating_add(1);
    db.set_round(number, round);
    db.set_bidder(number, index, Some(who));
    db.set_bid(who, number, Bid::Sealed { commitment, deposit: amount });
    Ok(Committed { round: number, index, deposit: amount, displaced })
}

/// A bid that can lose its place.
#[derive(Clone, Copy)]
struct Lowest<Id> {
    place: u32,
    who: Id,
    deposit: Balance,
}

/// The bid of the lowest deposit, the latest of several.
fn lowest<D: Db>(db: &D, number: u32, round: &Round) -> Option<Lowest<D::Id>> {
    let bids = (0..round.bidders).rev().filter_map(|place| {
        let who = db.bidder(number, place)?;
        Some(Lowest { place, who, deposit: db.bid(who, number).deposit() })
    });
    // The first of equal ones.
    bids.min_by_key(|bid| bid.deposit)
}

/// Takes a bid out of the round, and credits its deposit: those behind it move up.
fn displace<D: Db>(db: &mut D, number: u32, round: &mut Round, bid: Lowest<D::Id>) {
    round.bidders = round.bidders.saturating_sub(1);
    for place in bid.place..round.bidders {
        let next = db.bidder(number, place.saturating_add(1));
        db.set_bidder(number, place, next);
    }
    db.set_bid(bid.who, number, Bid::Absent);
    accounts::credit(db, bid.who, bid.deposit);
}

/// Reveals the caller's bid and pays in what it can cost at most: the highest value, or their sum
/// under the uniform price.
///
/// Errs with `NoRound`, `RevealNotBegun`, `RevealOver`, `NotCommitted`, `AlreadyRevealed`,
/// `WrongReveal`, `NoSuchItem`, `BidTooHigh`, `ValuesIncrease` or `WrongPayment`.
pub fn reveal<D: Db>(
    db: &mut D,
    who: D::Id,
    amount: Balance,
    values: Values,
    salt: Salt,
    now: Block,
) -> Result<Revealed, Error> {
    let (params, (number, mut round)) = (db.params(), open_round(db)?);
    match params.phase(&round, now) {
        Phase::Commit => return Err(E::RevealNotBegun),
        Phase::Reveal => {}
        Phase::Over => return Err(E::RevealOver),
    }
    let (commitment, deposit) = match db.bid(who, number) {
        Bid::Absent => return Err(E::NotCommitted),
        Bid::Sealed { commitment, deposit } => (commitment, deposit),
        Bid::Revealed { .. } => return Err(E::AlreadyRevealed),
    };
    if commitment != sealed::commitment(db, who, number, &values, &salt) {
        return Err(E::WrongReveal);
    }
    params.check_bid(&values)?;
    let locked = params.cost_max(&values);
    if amount != locked {
        return Err(E::WrongPayment);
    }
    // At most the commitments: no overflow.
    round.revealed = round.revealed.saturating_add(1);
    // After this point the call must succeed.
    db.set_round(number, round);
    db.set_bid(who, number, Bid::Revealed { values, deposit });
    Ok(Revealed { round: number, values, locked })
}

/// Settles the open round, for anyone, once its windows are over: awards the items, credits the
/// seller with their prices, the sink with the deposits of bids that were not revealed, and everyone
/// who revealed with the deposit and what is left of what it paid in. The next round may open.
///
/// Errs with `NoRound` or `RevealNotOver`.
pub fn settle<D: Db>(db: &mut D, now: Block) -> Result<Settled, Error> {
    let (params, (number, mut round)) = (db.params(), open_round(db)?);
    if params.phase(&round, now) != Phase::Over {
        return Err(E::RevealNotOver);
    }
    round.status = Status::Settled;
    let (mut bidders, mut bids) = ([None; MAX_BIDDERS], [Values::default(); MAX_BIDDERS]);
    for (index, (bidder, values)) in (0..round.bidders).zip(bidders.iter_mut().zip(&mut bids)) {
        *bidder = db.bidder(number, index).map(|who| match db.bid(who, number) {
            Bid::Revealed { values: revealed, deposit } => {
                *values = revealed;
                (who, deposit.saturating_add(params.cost_max(values)))
            }
            _ => (who, 0),
        });
    }
    let outcome = outcome(&params, bids.get(..round.bidders as usize).unwrap_or_default());
    // After this point the call must succeed. No sum below overflows: each is a part of what the
    // contract holds. A winner owes at most what it paid in and a deposit is at least one, so only
    // who did not reveal is due nothing.
    let (mut sold, mut proceeds, mut forfeited) = (0u32, 0, 0);
    for (item, sale) in (0..params.items).zip(outcome) {
        let Some(Sale { bidder, price }) = sale else { continue };
        let Some(Some((winner, due))) = bidders.get_mut(bidder) else { continue };
        *due = due.saturating_sub(price);
        sold = sold.saturating_add(1);
        proceeds = price.saturating_add(proceeds);
        db.set_award(number, item, Some(Award { winner: *winner, price }));
    }
    for (index, (who, due)) in (0..round.bidders).zip(bidders.into_iter().flatten()) {
        if due == 0 {
            forfeited = db.bid(who, number).deposit().saturating_add(forfeited);
        }
        accounts::credit(db, who, due);
        db.set_bidder(number, index, None);
        db.set_bid(who, number, Bid::Absent);
    }
    let Roles { seller, sink } = db.roles();
    accounts::credit(db, seller, proceeds);
    accounts::credit(db, sink, forfeited);
    db.set_round(number, round);
    Ok(Settled { round: number, revealed: round.revealed, sold, proceeds, forfeited })
}

/// The round that is open, and its number. Errs with `NoRound`.
fn open_round<D: Db>(db: &D) -> Result<(u32, Round), Error> {
    let number = db.state().rounds.checked_sub(1).ok_or(E::NoRound)?;
    match db.round(number) {
        round if round.status == Status::Open => Ok((number, round)),
        _ => Err(E::NoRound),
    }
}
