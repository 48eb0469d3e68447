//! A licence under a Harberger tax: who holds it says what it is worth, pays a tax on that, and sells to
//! whoever pays it.
//!
//! | message | who | what |
//! | --- | --- | --- |
//! | `take` | anyone | buys the licence at its price, and says what it is worth from now on |
//! | `assess` | the holder | says what it is worth from now on |
//! | `settle` | anyone | credits the treasury with the tax until now |
//! | `collect` | anyone | pays an account what is credited to it |
//!
//! The tax of a term is paid ahead; what is not used when the licence is sold or assessed anew comes
//! back. After the term the price is zero until the holder assesses it again: anyone takes it.
//!
//! Intended is that the holder says the truth. A price above the value gains where a buyer pays it and
//! is taxed where nobody comes; so truth is best where the tax of a term is the chance that somebody buys
//! at the value (Posner, Weyl, "Property Is Only Another Name for Monopoly", 2017). Below it the price is
//! too high, above it too low.
//!
//! What a payment depends on: the rate and the term never change; the price is the one that stood when
//! the buyer's call arrived, and a buyer who sent less is refused.
#![cfg_attr(not(feature = "std"), no_std)]

use carrots_kernel::accounts;
use carrots_kernel::math::part_up;
use carrots_kernel::sealed::MAX_WINDOW;

/// The highest price.
pub const MAX_PRICE: Balance = 1 << 96;

carrots_kernel::mechanism! {
    /// Licences are held at a price that the holder says: taxed by the block, for sale to anyone at it.
    mechanism Harberger;

    params {
        /// how many there are
        licences: u32, "licences", >= 1;
        /// of the price, taxed for each block
        rate: Perbill, "fraction", > 0;
        /// for which the tax is paid ahead
        term: Block, "blocks", >= 1, <= MAX_WINDOW;
    }

    roles {
        /// Is credited with the taxes.
        treasury,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// A licence, by its number from zero.
        licences: licence(number: u32) -> Option<Licence<Id>>;
    }

    views {
        /// For how much a licence can be taken.
        price(number: u32, now) -> Balance;
    }

    messages {
        /// buy a licence, and say what it is worth; what is sent above price and tax comes back
        take(who, number: u32, price: Balance, value, now) => Taken;
        /// holder: say what a licence is worth; what is not used of the tax, or sent above it, comes back
        assess(who, number: u32, price: Balance, value, now) => Assessed;
        /// credit the treasury with a licence's tax until now
        settle(number: u32, now) => Settled;
    }

    errors {
        /// There is no licence of that number, or nobody took it yet.
        NoLicence,
        /// The caller holds it already.
        AlreadyHolder,
        /// The caller does not hold it.
        NotHolder,
        /// The price is above [`MAX_PRICE`].
        PriceTooHigh,
        /// What was sent is less than the price and the tax of a term.
        TooLittle,
        /// No tax is due.
        NothingDue,
    }
}

carrots_kernel::records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// How often a licence was taken.
        pub taken: u64,
    }

    /// A licence.
    pub struct Licence<Id> {
        /// Who holds it.
        pub holder: Id,
        /// What it says that it is worth.
        pub price: Balance,
        /// The block until which its tax is settled.
        pub since: Block,
        /// The last block at that price.
        pub until: Block,
    }

    /// A licence was bought.
    pub struct Taken {
        /// Which.
        pub number: u32,
        /// For how much.
        pub paid: Balance,
        /// What the buyer says that it is worth.
        pub price: Balance,
    }

    /// A licence was assessed by its holder.
    pub struct Assessed {
        /// Which.
        pub number: u32,
        /// What it says that it is worth.
        pub price: Balance,
    }

    /// The tax of a licence was settled.
    pub struct Settled {
        /// Which.
        pub number: u32,
        /// What the treasury is credited with.
        pub tax: Balance,
    }
}

impl Params {
    /// The tax of so many blocks. Every block's is rounded up; it fits: 2^96 times 2^24.
    pub fn tax_up(&self, price: Balance, blocks: Block) -> Balance {
        part_up(self.rate, price).saturating_mul(blocks.into())
    }
}

impl<Id> Licence<Id> {
    /// The price in block `now`: nothing after the term.
    pub fn price_at(&self, now: Block) -> Balance {
        if now > self.until {
            0
        } else {
            self.price
        }
    }

    /// The tax until block `now`, and what of the tax that was paid ahead is not used then.
    pub fn tax_at(&self, params: &Params, now: Block) -> (Balance, Balance) {
        let used = now.min(self.until).saturating_sub(self.since);
        let ahead = self.until.saturating_sub(self.since);
        (params.tax_up(self.price, used), params.tax_up(self.price, ahead.saturating_sub(used)))
    }
}

/// For how much a licence can be taken in block `now`.
pub fn price<D: Db>(db: &D, number: u32, now: Block) -> Balance {
    db.licence(number).map_or(0, |licence| licence.price_at(now))
}

/// Buys a licence for the caller. Errs with `NoLicence`, `AlreadyHolder`, `PriceTooHigh` or `TooLittle`.
pub fn take<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    price: Balance,
    value: Balance,
    now: Block,
) -> Result<Taken, Error> {
    let (params, mut state, before) = (db.params(), db.state(), db.licence(number));
    if number >= params.licences {
        return Err(Error::NoLicence);
    }
    if before.is_some_and(|licence| licence.holder == who) {
        return Err(Error::AlreadyHolder);
    }
    let paid = before.map_or(0, |licence| licence.price_at(now));
    let rest = value.checked_sub(paid).ok_or(Error::TooLittle)?;
    let (licence, rest) = assessed(&params, who, price, rest, now)?;
    state.taken = state.taken.saturating_add(1);
    // After this point the call must succeed.
    if let Some(before) = before {
        let (tax, unused) = before.tax_at(&params, now);
        let treasury = db.roles().treasury;
        accounts::credit(db, treasury, tax);
        accounts::credit(db, before.holder, paid.saturating_add(unused));
    }
    accounts::credit(db, who, rest);
    db.set_state(state);
    db.set_licence(number, Some(licence));
    Ok(Taken { number, paid, price })
}

/// Says what a licence is worth from now on. Errs with `NoLicence`, `NotHolder`, `PriceTooHigh` or
/// `TooLittle`.
pub fn assess<D: Db>(
    db: &mut D,
    who: D::Id,
    number: u32,
    price: Balance,
    value: Balance,
    now: Block,
) -> Result<Assessed, Error> {
    let (params, before) = (db.params(), db.licence(number).ok_or(Error::NoLicence)?);
    if before.holder != who {
        return Err(Error::NotHolder);
    }
    let (tax, unused) = before.tax_at(&params, now);
    let (licence, rest) = assessed(&params, who, price, value.saturating_add(unused), now)?;
    // After this point the call must succeed.
    let treasury = db.roles().treasury;
    accounts::credit(db, treasury, tax);
    accounts::credit(db, who, rest);
    db.set_licence(number, Some(licence));
    Ok(Assessed { number, price })
}

/// Credits the treasury with a licence's tax until now. Errs with `NoLicence` or `NothingDue`.
pub fn settle<D: Db>(db: &mut D, number: u32, now: Block) -> Result<Settled, Error> {
    let (params, licence) = (db.params(), db.licence(number).ok_or(Error::NoLicence)?);
    let (tax, _) = licence.tax_at(&params, now);
    if tax == 0 {
        return Err(Error::NothingDue);
    }
    // After this point the call must succeed.
    let treasury = db.roles().treasury;
    accounts::credit(db, treasury, tax);
    db.set_licence(number, Some(Licence { since: now.min(licence.until), ..licence }));
    Ok(Settled { number, tax })
}

/// A licence from block `now` on, and what is left of `value` after the tax of a term.
fn assessed<Id>(
    params: &Params,
    holder: Id,
    price: Balance,
    value: Balance,
    now: Block,
) -> Result<(Licence<Id>, Balance), Error> {
    if price > MAX_PRICE {
        return Err(Error::PriceTooHigh);
    }
    let until = now.saturating_add(params.term);
    let tax = params.tax_up(price, until.saturating_sub(now));
    let rest = value.checked_sub(tax).ok_or(Error::TooLittle)?;
    Ok((Licence { holder, price, since: now, until }, rest))
}
