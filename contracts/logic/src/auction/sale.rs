//! What comes of an auction.

use super::MAX_ITEMS;
use carrots_kernel::math::Balance;

/// An item's buyer, by its place in the order of commitments, and its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Who.
    pub bidder: usize,
    /// For how much; never more than what the bidder bid for it.
    pub price: Balance,
}

/// The sale of every item, or none.
pub type Outcome = [Option<Sale>; MAX_ITEMS];
