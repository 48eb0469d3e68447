//! Who wins which item, and for how much: from bids alone, whoever made them.

use super::{ranked, vcg, Kind, Params, Values, MAX_ITEMS};
use crate::math::Balance;

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

/// The outcome of bids in the order of their commitments. A bid that was not revealed is all zeros.
pub fn outcome(params: &Params, bids: &[Values]) -> Outcome {
    match params.kind {
        Kind::Vcg => vcg::outcome(params, bids),
        _ => ranked::outcome(params, bids),
    }
}
