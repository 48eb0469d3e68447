//! What every mechanism's storage knows of accounts: what each is owed, and how it is named.
//!
//! Nobody is paid in the middle of a rule: an amount is credited, and the account, or anyone for
//! it, pulls it with [`collect`]. So no recipient can block what concerns others.

use crate::math::Balance;

/// Accounts, and what each can collect.
#[allow(missing_docs)]
pub trait Accounts {
    /// How accounts are named.
    type Id: Copy + Eq;
    /// What an account can collect.
    fn credit(&self, who: Self::Id) -> Balance;
    fn set_credit(&mut self, who: Self::Id, credit: Balance);
}

crate::records! {
    /// An amount that was paid to the account.
    pub struct Paid {
        /// What was paid.
        pub amount: Balance,
    }
}

/// Pays an account, for anyone, what was credited to it. None if that is nothing.
pub fn collect<D: Accounts>(db: &mut D, who: D::Id) -> Option<Paid> {
    let amount = db.credit(who);
    if amount == 0 {
        return None;
    }
    // After this point the call must succeed.
    db.set_credit(who, 0);
    Some(Paid { amount })
}

/// Credits an account with `amount`, which the contract holds: so no sum of credits overflows.
pub fn credit<D: Accounts>(db: &mut D, who: D::Id, amount: Balance) {
    if amount > 0 {
        let credit = db.credit(who).saturating_add(amount);
        db.set_credit(who, credit);
    }
}
