//! Where all items are alike: the highest bids win, one for each item.
//!
//! Under the first price each winner pays its own bid, otherwise all pay the highest bid that does
//! not win. With one item that is the second price (Vickrey 1961), with more the uniform price.

use super::sale::{Outcome, Sale};
use super::{Kind, Params, Values, MAX_ITEMS};

/// Sells the items, the first one to the highest bid. Where no bid is left that does not win, the
/// reserve price takes its place.
pub fn outcome(params: &Params, bids: &[Values]) -> Outcome {
    let mut ranking = [None; MAX_ITEMS + 1];
    let items = params.items();
    for (bidder, values) in bids.iter().enumerate() {
        for price in values.iter().copied().filter(|value| params.wins(*value)) {
            insert(ranking.get_mut(..=items).unwrap_or_default(), Sale { bidder, price });
        }
    }
    let rejected = ranking.get(items).copied().flatten();
    let uniform = rejected.map_or(params.reserve_price, |sale: Sale| sale.price);
    let mut outcome = [None; MAX_ITEMS];
    for (item, winner) in outcome.iter_mut().zip(ranking).take(items) {
        *item = winner.map(|bid| match params.kind {
            Kind::FirstPrice => bid,
            _ => Sale { price: uniform, ..bid },
        });
    }
    outcome
}

/// Puts a bid behind all that are as high, and drops the lowest.
fn insert(ranking: &mut [Option<Sale>], bid: Sale) {
    let before = |other: &Option<Sale>| other.is_some_and(|other| other.price >= bid.price);
    let place = ranking.partition_point(before);
    let mut moved = Some(bid);
    for lower in ranking.iter_mut().skip(place) {
        core::mem::swap(lower, &mut moved);
    }
}
