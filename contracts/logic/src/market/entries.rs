//! The entries: load, decide, commit. Each is one message of the contract.

use super::{Error as E, *};
use carrots_kernel::accounts;

carrots_kernel::records! {
    /// A market that was opened.
    pub struct Opened {
        /// Its number.
        pub market: u32,
        /// The hash of what is asked.
        pub question: Hash,
        /// The first block in which nobody can trade any more.
        pub closes_at: Block,
    }

    /// Shares that were bought.
    pub struct Bought {
        /// In which market.
        pub market: u32,
        /// Of which outcome.
        pub outcome: u32,
        /// How many.
        pub shares: Balance,
        /// For how much.
        pub cost: Balance,
    }

    /// Shares that were sold back.
    pub struct Sold {
        /// In which market.
        pub market: u32,
        /// Of which outcome.
        pub outcome: u32,
        /// How many.
        pub shares: Balance,
        /// For how much, which is credited.
        pub payment: Balance,
    }

    /// A market that has an answer.
    pub struct Settled {
        /// Its number.
        pub market: u32,
        /// The outcome that came true.
        pub answer: u32,
        /// What is left for the sponsor, which is credited.
        pub rest: Balance,
    }

    /// Shares of the answer that were paid.
    pub struct Redeemed {
        /// In which market.
        pub market: u32,
        /// How many, and what is credited for them.
        pub amount: Balance,
    }
}

/// Opens a market in which everybody can trade before block `closes_at`. Errs with `WrongDeposit` or
/// `WrongClose`.
pub fn open<D: Db>(
    db: &mut D,
    who: D::Id,
    value: Balance,
    question: Hash,
    closes_at: Block,
    now: Block,
) -> Result<Opened, Error> {
    let (params, number) = (db.params(), db.state().markets);
    if value != params.deposit_up() {
        return Err(E::WrongDeposit);
    }
    if !(1..=MAX_WINDOW).contains(&closes_at.saturating_sub(now)) {
        return Err(E::WrongClose);
    }
    let shares = Shares::default();
    let book = Book { sponsor: who, question, closes_at, shares, held: value, answer: None };
    // A block has no room for so many that their number does not fit.
    let markets = number.saturating_add(1);
    // After this point the call must succeed.
    db.set_state(State { markets });
    db.set_market(number, Some(book));
    Ok(Opened { market: number, question, closes_at })
}

/// Buys shares of an outcome, at a cost that is rounded up; what of the value is not needed is credited.
///
/// Errs with `NoMarket`, `AlreadySettled`, `Closed`, `NoOutcome`, `Zero`, `SharesTooMany` or `CostTooHigh`.
pub fn buy<D: Db>(
    db: &mut D,
    who: D::Id,
    value: Balance,
    number: u32,
    outcome: u32,
    shares: Balance,
    now: Block,
) -> Result<Bought, Error> {
    let (params, mut book) = traded(db, number, outcome, shares, now)?;
    let sold = book.sold(outcome).saturating_add(shares);
    if sold > MAX_SHARES {
        return Err(E::SharesTooMany);
    }
    let after = book.with(outcome, sold);
    let cost = params.cost_up(&book.shares, &after);
    let rest = value.checked_sub(cost).ok_or(E::CostTooHigh)?;
    book.shares = after;
    // What is held exists, and no sum of holdings is above what was sold: no overflow.
    book.held = book.held.saturating_add(cost);
    let holding = db.holding(who, number, outcome).saturating_add(shares);
    // After this point the call must succeed.
    db.set_market(number, Some(book));
    db.set_holding(who, number, outcome, holding);
    accounts::credit(db, who, rest);
    Ok(Bought { market: number, outcome, shares, cost })
}

/// Sells shares of an outcome back, for a payment that is rounded down, and credits it.
///
/// Errs with `NoMarket`, `AlreadySettled`, `Closed`, `NoOutcome`, `Zero`, `SharesTooFew` or `PaymentTooLow`.
pub fn sell<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    outcome: u32,
    shares: Balance,
    least: Balance,
    now: Block,
) -> Result<Sold, Error> {
    let (params, mut book) = traded(db, number, outcome, shares, now)?;
    let holding = db.holding(who, number, outcome).checked_sub(shares).ok_or(E::SharesTooFew)?;
    // At least what the caller holds is sold.
    let after = book.with(outcome, book.sold(outcome).saturating_sub(shares));
    let payment = params.payment_down(&book.shares, &after);
    if payment < least {
        return Err(E::PaymentTooLow);
    }
    book.shares = after;
    // It holds more than can be due after the sale, and so the payment.
    book.held = book.held.saturating_sub(payment);
    // After this point the call must succeed.
    db.set_market(number, Some(book));
    db.set_holding(who, number, outcome, holding);
    accounts::credit(db, who, payment);
    Ok(Sold { market: number, outcome, shares, payment })
}

/// Says which outcome came true, for the settler, once trading has ended. The sponsor is credited with what is
/// left beside a token for each share of it.
///
/// Errs with `NotSettler`, `NoMarket`, `AlreadySettled`, `NoOutcome`, `Trading` or `SettlingOver`.
pub fn settle<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    outcome: u32,
    now: Block,
) -> Result<Settled, Error> {
    let params = db.params();
    if who != db.roles().settler {
        return Err(E::NotSettler);
    }
    let book = open_book(db, number)?;
    if outcome >= params.outcomes {
        return Err(E::NoOutcome);
    }
    if now < book.closes_at {
        return Err(E::Trading);
    }
    if now >= params.settles_until(&book) {
        return Err(E::SettlingOver);
    }
    // After this point the call must succeed.
    Ok(answered(db, number, book, outcome))
}

/// Settles a market, for anyone, as without an answer, once the settler's time is over.
///
/// Errs with `NoMarket`, `AlreadySettled` or `SettlingOpen`.
pub fn expire<D: Db>(db: &mut D, number: u32, now: Block) -> Result<Settled, Error> {
    let (params, book) = (db.params(), open_book(db, number)?);
    if now < params.settles_until(&book) {
        return Err(E::SettlingOpen);
    }
    // After this point the call must succeed.
    Ok(answered(db, number, book, params.none()))
}

/// Credits an account, for anyone, with a token for each of its shares of the answer.
///
/// Errs with `NoMarket`, `NotSettled` or `NothingToRedeem`.
pub fn redeem<D: Db>(db: &mut D, holder: D::Id, number: u32) -> Result<Redeemed, Error> {
    let mut book = db.market(number).ok_or(E::NoMarket)?;
    let answer = book.answer.ok_or(E::NotSettled)?;
    let amount = db.holding(holder, number, answer);
    if amount == 0 {
        return Err(E::NothingToRedeem);
    }
    // All holdings together are what was sold, and that is held.
    book.held = book.held.saturating_sub(amount);
    // After this point the call must succeed.
    db.set_market(number, Some(book));
    db.set_holding(holder, number, answer, 0);
    accounts::credit(db, holder, amount);
    Ok(Redeemed { market: number, amount })
}

/// A market without an answer. Errs with `NoMarket` or `AlreadySettled`.
fn open_book<D: Db>(db: &D, number: u32) -> Result<Book<D::Id>, Error> {
    let book = db.market(number).ok_or(E::NoMarket)?;
    match book.answer {
        None => Ok(book),
        Some(_) => Err(E::AlreadySettled),
    }
}

/// A market in which some shares of an outcome can be traded now. Errs with `NoMarket`, `AlreadySettled`,
/// `Closed`, `NoOutcome` or `Zero`.
fn traded<D: Db>(
    db: &D,
    number: u32,
    outcome: u32,
    shares: Balance,
    now: Block,
) -> Result<(Params, Book<D::Id>), Error> {
    let (params, book) = (db.params(), open_book(db, number)?);
    if now >= book.closes_at {
        return Err(E::Closed);
    }
    if outcome >= params.outcomes {
        return Err(E::NoOutcome);
    }
    if shares == 0 {
        return Err(E::Zero);
    }
    Ok((params, book))
}

/// Commits the answer of a market, and credits its sponsor with what is left.
fn answered<D: Db>(db: &mut D, number: u32, mut book: Book<D::Id>, answer: u32) -> Settled {
    let rest = book.settle(answer);
    let sponsor = book.sponsor;
    db.set_market(number, Some(book));
    accounts::credit(db, sponsor, rest);
    Settled { market: number, answer, rest }
}
