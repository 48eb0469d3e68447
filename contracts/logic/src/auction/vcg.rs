//! Different items, of which every bidder wants at most one: the rule of Vickrey, Clarke and
//! Groves in the assignment game of Shapley and Shubik (1971).
//!
//! The items go to the bidders so that the sum of the winners' values, each less the reserve price,
//! is as high as it can be; each winner pays the reserve price and what the others lose by its
//! winning (Leonard 1983). Of assignments with the same sum one is taken that sells most items.
//!
//! # The assignment
//!
//! Bidders come in one after the other. For every item there is an *exit*: what those who are there
//! lose at least if it is taken from them. A free item costs nothing. Otherwise its holder either
//! leaves or takes another item, which has its own exit:
//!
//! ```text
//! exit(item) = weight(holder, item) - max(0, max over others of weight(holder, other) - exit(other))
//! ```
//!
//! A newcomer takes the item for which its weight exceeds the exit most, if it does for any, and
//! everybody on the way moves on. So the sum stays the highest, since any better assignment differs
//! by one such chain; and a later bidder changes nothing unless the sum rises.
//!
//! # The prices
//!
//! What the others lose by a winner is the lowest price at which nobody envies it its item (Leonard
//! 1983; Demange 1982): all prices together are the lowest for which
//!
//! ```text
//! price(item) >= weight(loser, item)
//! price(item) >= price(own) + weight(winner, item) - weight(winner, own)
//! ```
//!
//! so nothing has to be assigned anew without each winner in turn. A bidder has the same gain in
//! every best assignment: which of them is taken moves no utility.
//!
//! Under [`Kind::Linear`] it is the same assignment at other prices, of the same numbers.

use super::sale::{Outcome, Sale};
use super::{Balance, Kind, Params, Values, MAX_BIDDERS, MAX_ITEMS};
use carrots_kernel::math::{counted, uncounted_nearest};

/// What an item adds to the sum, counted: see [`counted`]. Zero where it does not win.
///
/// At most `2^124 + 1`, and so is every exit and every price: no sum of two overflows.
type Weight = u128;

/// Who holds each item.
type Holders = [Option<usize>; MAX_ITEMS];

/// What it costs to take an item from its holder, and the item to which that moves then.
#[derive(Clone, Copy, Default)]
struct Exit {
    cost: Weight,
    to: Option<usize>,
}

/// Sells the items to the best assignment of at most [`MAX_BIDDERS`] bids.
pub fn outcome(params: &Params, bids: &[Values]) -> Outcome {
    let (items, bidders) = (params.items(), bids.len());
    let mut market = Market { items, bidders, weights: [[0; MAX_ITEMS]; MAX_BIDDERS] };
    for (weights, values) in market.weights.iter_mut().zip(bids) {
        for (weight, value) in weights.iter_mut().zip(values).take(items) {
            if params.wins(*value) {
                *weight = counted(value.saturating_sub(params.reserve_price));
            }
        }
    }
    let holders = market.assign();
    let prices = market.prices(&holders);
    let mut outcome = [None; MAX_ITEMS];
    for (sale, (holder, price)) in outcome.iter_mut().zip(holders.into_iter().zip(prices)) {
        // At most the bidder's value: no overflow.
        let price = params.reserve_price.saturating_add(uncounted_nearest(price));
        *sale = holder.map(|bidder| Sale { bidder, price });
    }
    match params.kind {
        Kind::Linear => linear(params, bids, outcome),
        _ => outcome,
    }
}

/// The same sales at linear prices, but for those that cost more than was bid: with nothing reserved, what a
/// winner pays at VCG prices is what the others lose by it.
fn linear(params: &Params, bids: &[Values], outcome: Outcome) -> Outcome {
    let bid_of = |item: usize, sale: Option<Sale>| {
        sale.and_then(|sale| bids.get(sale.bidder)?.get(item).copied()).unwrap_or(0)
    };
    // Eight values at most: no overflow.
    let all = (0..)
        .zip(outcome)
        .fold(0, |all: Balance, (item, sale)| all.saturating_add(bid_of(item, sale)));
    let mut priced = [None; MAX_ITEMS];
    for (item, (priced, sale)) in priced.iter_mut().zip(outcome).enumerate() {
        let bid = bid_of(item, sale);
        *priced = sale.and_then(|sale| {
            let price = params.linear_price_down(bid, all.saturating_sub(bid), sale.price);
            (price <= bid).then_some(Sale { price, ..sale })
        });
    }
    priced
}

struct Market {
    items: usize,
    bidders: usize,
    weights: [[Weight; MAX_ITEMS]; MAX_BIDDERS],
}

impl Market {
    /// A bidder's weight for every item.
    fn weights(&self, bidder: usize) -> &[Weight] {
        self.weights.get(bidder).and_then(|weights| weights.get(..self.items)).unwrap_or_default()
    }

    fn weight(&self, bidder: usize, item: usize) -> Weight {
        self.weights(bidder).get(item).copied().unwrap_or(0)
    }

    fn assign(&self) -> Holders {
        let (mut holders, mut exits) = (Holders::default(), [Exit::default(); MAX_ITEMS]);
        for bidder in 0..self.bidders {
            let (_, mut to) = self.best(bidder, &exits);
            if to.is_none() {
                continue;
            }
            let mut moving = bidder;
            // Every step uses an exit up, so there are at most as many as items.
            while let Some(item) = to.take() {
                let holder = holders.get_mut(item).and_then(|holder| holder.replace(moving));
                if let (Some(holder), Some(exit)) = (holder, exits.get_mut(item)) {
                    (moving, to) = (holder, exit.to.take());
                }
            }
            exits = self.exits(&holders);
        }
        holders
    }

    /// The item that a bidder gains most by, and what; none if it gains by none.
    fn best(&self, bidder: usize, exits: &[Exit]) -> (Weight, Option<usize>) {
        let mut best = (0, None);
        for (item, (weight, exit)) in self.weights(bidder).iter().zip(exits).enumerate() {
            let gain = weight.saturating_sub(exit.cost);
            if gain > best.0 {
                best = (gain, Some(item));
            }
        }
        best
    }

    /// The lowest exits (Bellman-Ford): no chain is longer than there are items.
    fn exits(&self, holders: &Holders) -> [Exit; MAX_ITEMS] {
        let mut exits = [Exit::default(); MAX_ITEMS];
        for (item, (exit, holder)) in exits.iter_mut().zip(holders).enumerate() {
            exit.cost = holder.map_or(0, |holder| self.weight(holder, item));
        }
        for _ in 0..self.items {
            let mut changed = false;
            for (item, holder) in holders.iter().enumerate() {
                let Some(holder) = *holder else { continue };
                let (gain, to) = self.best(holder, &exits);
                // No gain exceeds the weight: the sum is the highest already.
                let cost = self.weight(holder, item).saturating_sub(gain);
                match exits.get_mut(item) {
                    Some(exit) if cost < exit.cost => {
                        *exit = Exit { cost, to };
                        changed = true;
                    }
                    _ => {}
                }
            }
            if !changed {
                break;
            }
        }
        exits
    }

    /// The lowest prices, above the reserve price, at which nobody envies a winner.
    fn prices(&self, holders: &Holders) -> [Weight; MAX_ITEMS] {
        let mut prices = [0; MAX_ITEMS];
        let losers = (0..self.bidders).filter(|bidder| !holders.contains(&Some(*bidder)));
        for loser in losers {
            for (price, weight) in prices.iter_mut().zip(self.weights(loser)) {
                *price = (*weight).max(*price);
            }
        }
        for _ in 0..self.items {
            for (own, holder) in holders.iter().enumerate() {
                let Some(holder) = *holder else { continue };
                let paid = prices.get(own).copied().unwrap_or(0);
                let own = self.weight(holder, own);
                for (price, weight) in prices.iter_mut().zip(self.weights(holder)) {
                    let envied = paid.saturating_add(*weight).saturating_sub(own);
                    *price = envied.max(*price);
                }
            }
        }
        prices
    }
}
