//! Who wins which item, and for how much: from bids alone, whoever made them.

use super::sale::Outcome;
use super::{ranked, vcg, Params, Values};

/// The outcome of bids in the order of their commitments. A bid that was not revealed is all zeros.
pub fn outcome(params: &Params, bids: &[Values]) -> Outcome {
    match params.kind.assigns() {
        true => vcg::outcome(params, bids),
        false => ranked::outcome(params, bids),
    }
}
