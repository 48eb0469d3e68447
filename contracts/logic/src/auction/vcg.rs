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

use super::outcome::{Outcome, Sale};
use super::{Params, Values, MAX_ITEMS};
use crate::math::{counted, uncounted_nearest};

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

/// Sells the items to the best assignment.
pub fn outcome(params: &Params, bids: &[Values]) -> Outcome {
    let market = Market { params, bids };
    let holders = market.assign();
    let prices = market.prices(&holders);
    let mut outcome = [None; MAX_ITEMS];
    for (sale, (holder, price)) in outcome.iter_mut().zip(holders.into_iter().zip(prices)) {
        // At most the bidder's value: no overflow.
        let price = params.reserve_price.saturating_add(uncounted_nearest(price));
        *sale = holder.map(|bidder| Sale { bidder, price });
    }
    outcome
}

#[derive(Clone, Copy)]
struct Market<'a> {
    params: &'a Params,
    bids: &'a [Values],
}

impl<'a> Market<'a> {
    /// A bidder's weight for every item.
    fn weights(self, bidder: usize) -> impl Iterator<Item = Weight> + 'a {
        let values = self.bids.get(bidder).copied().unwrap_or_default();
        values.into_iter().take(self.params.items()).map(move |value| match value {
            value if self.params.wins(value) => {
                counted(value.saturating_sub(self.params.reserve_price))
            }
            _ => 0,
        })
    }

    fn weight(self, bidder: usize, item: usize) -> Weight {
        self.weights(bidder).nth(item).unwrap_or(0)
    }

    fn assign(self) -> Holders {
        let (mut holders, mut exits) = (Holders::default(), [Exit::default(); MAX_ITEMS]);
        for bidder in 0..self.bids.len() {
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
    fn best(self, bidder: usize, exits: &[Exit]) -> (Weight, Option<usize>) {
        let mut best = (0, None);
        for (item, (weight, exit)) in self.weights(bidder).zip(exits).enumerate() {
            let gain = weight.saturating_sub(exit.cost);
            if gain > best.0 {
                best = (gain, Some(item));
            }
        }
        best
    }

    /// The lowest exits (Bellman-Ford): no chain is longer than there are items.
    fn exits(self, holders: &Holders) -> [Exit; MAX_ITEMS] {
        let mut exits = [Exit::default(); MAX_ITEMS];
        for (item, (exit, holder)) in exits.iter_mut().zip(holders).enumerate() {
            exit.cost = holder.map_or(0, |holder| self.weight(holder, item));
        }
        for _ in 0..self.params.items() {
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
    fn prices(self, holders: &Holders) -> [Weight; MAX_ITEMS] {
        let mut prices = [0; MAX_ITEMS];
        let losers = (0..self.bids.len()).filter(|bidder| !holders.contains(&Some(*bidder)));
        for loser in losers {
            for (price, weight) in prices.iter_mut().zip(self.weights(loser)) {
                *price = weight.max(*price);
            }
        }
        for _ in 0..self.params.items() {
            for (own, holder) in holders.iter().enumerate() {
                let Some(holder) = *holder else { continue };
                let paid = prices.get(own).copied().unwrap_or(0);
                let own = self.weight(holder, own);
                for (price, weight) in prices.iter_mut().zip(self.weights(holder)) {
                    let envied = paid.saturating_add(weight).saturating_sub(own);
                    *price = envied.max(*price);
                }
            }
        }
        prices
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bid, market, Lcg};
    use super::super::{Kind, MAX_BID, MAX_BIDDERS};
    use super::*;

    /// The highest sum, and the most items that make it, by trying all sets of items.
    fn highest(params: &Params, bids: &[Values]) -> (u128, u32) {
        let items = params.items as usize;
        let mut best = vec![(0, 0); 1 << items];
        for values in bids {
            let before = best.clone();
            for (set, best) in best.iter_mut().enumerate() {
                for item in (0..items).filter(|item| set & (1 << item) != 0) {
                    let (sum, sold) = before[set & !(1 << item)];
                    if params.wins(values[item]) {
                        let with = (sum + values[item] - params.reserve_price, sold + 1);
                        *best = with.max(*best);
                    }
                }
            }
        }
        *best.last().unwrap()
    }

    /// Compares an outcome with the definition: what the others have without the winner, less what
    /// they have with it.
    fn agrees(params: &Params, bids: &[Values]) {
        let got = outcome(params, bids);
        let sold: Vec<(usize, Sale)> =
            got.into_iter().enumerate().filter_map(|(item, sale)| Some((item, sale?))).collect();
        let (sum, most) = highest(params, bids);
        let surplus =
            |(item, sale): &(usize, Sale)| bids[sale.bidder][*item] - params.reserve_price;
        assert_eq!(sold.iter().map(surplus).sum::<u128>(), sum, "{params:?} {bids:?}");
        assert_eq!(sold.len() as u32, most, "{params:?} {bids:?}");
        for (item, sale) in &sold {
            let mut others = bids.to_vec();
            others[sale.bidder] = Values::default();
            let with = sum - surplus(&(*item, *sale));
            let price = params.reserve_price + highest(params, &others).0 - with;
            assert_eq!(sale.price, price, "item {item} of {params:?} {bids:?}");
            assert_eq!(sold.iter().filter(|(_, other)| other.bidder == sale.bidder).count(), 1);
        }
    }

    /// Three slots for advertisements (Easley, Kleinberg: Networks, Crowds, and Markets, chapter 15).
    #[test]
    fn slots_cost_what_they_take_from_others() {
        let bids = [bid(&[30, 15, 6]), bid(&[20, 10, 4]), bid(&[10, 5, 2])];
        let want = [(0, 13), (1, 3), (2, 0)].map(|(bidder, price)| Some(Sale { bidder, price }));
        let sell = |bids: &[Values]| outcome(&market(Kind::Vcg, 3, 0), bids);
        assert_eq!(sell(&bids)[..3], want);
        assert_eq!(sell(&bids)[3..], [None; 5]);
        let reversed = [bids[2], bids[1], bids[0]];
        let prices = sell(&reversed).map(|sale| sale.map(|sale| (2 - sale.bidder, sale.price)));
        assert_eq!(prices[..3], want.map(|sale| sale.map(|sale| (sale.bidder, sale.price))));
    }

    #[test]
    fn small_markets_agree_with_the_definition() {
        let mut random = Lcg(7);
        for _ in 0..6_000 {
            let (items, most) = (1 + random.below(4), 1 + random.below(9));
            let bids: Vec<Values> = (0..random.below(7))
                .map(|_| {
                    bid(&vec![(); items as usize]
                        .iter()
                        .map(|_| random.below(most))
                        .collect::<Vec<_>>())
                })
                .collect();
            agrees(&market(Kind::Vcg, items as u32, random.below(4)), &bids);
        }
    }

    #[test]
    fn the_largest_markets_agree_with_the_definition() {
        let mut random = Lcg(3);
        for most in [2, 10, 1_000_000, MAX_BID] {
            for bidders in [7, MAX_BIDDERS] {
                let bids: Vec<Values> =
                    (0..bidders).map(|_| [0; MAX_ITEMS].map(|_| random.below(most) + 1)).collect();
                agrees(&market(Kind::Vcg, MAX_ITEMS as u32, 0), &bids);
                agrees(&market(Kind::Vcg, MAX_ITEMS as u32, most / 2), &bids);
            }
        }
        // Everybody wants the same: the longest chains.
        let bids: Vec<Values> =
            (1..=64).map(|rank| [8, 7, 6, 5, 4, 3, 2, 1].map(|slot| slot * rank)).collect();
        agrees(&market(Kind::Vcg, MAX_ITEMS as u32, 0), &bids);
        agrees(&market(Kind::Vcg, MAX_ITEMS as u32, 0), &[[MAX_BID; MAX_ITEMS]; MAX_BIDDERS]);
    }

    #[test]
    fn no_lie_gains() {
        let mut random = Lcg(11);
        for _ in 0..60 {
            let mut bids =
                [[0; 3]; 4].map(|values: [u128; 3]| bid(&values.map(|_| random.below(5))));
            let params = market(Kind::Vcg, 3, random.below(3));
            let values = bids[1];
            let gain = |bids: &[Values]| {
                let sale = outcome(&params, bids).into_iter().enumerate();
                let mut won = sale.filter_map(|(item, sale)| Some((item, sale?)));
                let won = won.find(|(_, sale)| sale.bidder == 1);
                won.map_or(0, |(item, sale)| values[item] as i128 - sale.price as i128)
            };
            let truthful = gain(&bids);
            for lie in 0..6 * 6 * 6 {
                bids[1] = bid(&[lie % 6, lie / 6 % 6, lie / 36]);
                assert!(gain(&bids) <= truthful, "{values:?}: {bids:?} under {params:?}");
            }
        }
    }

    #[test]
    fn an_earlier_commitment_wins_and_a_bid_at_the_reserve_price_does() {
        let sell = |items, reserve, bids: &[Values]| {
            outcome(&market(Kind::Vcg, items, reserve), bids)
                .map(|sale| sale.map(|s| (s.bidder, s.price)))
        };
        assert_eq!(sell(1, 0, &[bid(&[5]), bid(&[5])])[0], Some((0, 5)));
        assert_eq!(sell(1, 5, &[bid(&[5]), bid(&[5])])[0], Some((0, 5)));
        // Both are sold only if the first bidder takes the second item.
        let both = sell(2, 5, &[bid(&[9, 9]), bid(&[5, 0])]);
        assert_eq!(both[..2], [Some((1, 5)), Some((0, 5))]);
        assert_eq!(sell(2, 0, &[bid(&[0, 0]), bid(&[0, 1])])[..2], [None, Some((1, 0))]);
    }
}
