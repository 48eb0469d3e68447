//! Where all items are alike: the highest bids win, one for each item.
//!
//! Under the first price each winner pays its own bid, otherwise all pay the highest bid that does
//! not win. With one item that is the second price (Vickrey 1961), with more the uniform price.

use super::outcome::{Outcome, Sale};
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

#[cfg(test)]
mod tests {
    use super::super::tests::{bid, market, Lcg};
    use super::*;

    fn sold(outcome: Outcome) -> Vec<(usize, u128)> {
        outcome.into_iter().flatten().map(|sale| (sale.bidder, sale.price)).collect()
    }

    /// Second-price sales of spectrum in New Zealand, 1990, without reserve prices (McMillan 1994).
    #[test]
    fn new_zealand_sold_at_the_second_price() {
        let params = market(Kind::SecondPrice, 1, 0);
        assert_eq!(sold(outcome(&params, &[bid(&[100_000]), bid(&[6])])), [(0, 6)]);
        assert_eq!(sold(outcome(&params, &[bid(&[5_000]), bid(&[7_000_000])])), [(1, 5_000)]);
    }

    #[test]
    fn one_item_goes_to_the_highest_bid() {
        use Kind::{FirstPrice, SecondPrice};
        for (kind, reserve, bids, want) in [
            (FirstPrice, 0, vec![3, 7, 5], vec![(1, 7)]),
            (SecondPrice, 0, vec![3, 7, 5], vec![(1, 5)]),
            (SecondPrice, 6, vec![3, 7, 5], vec![(1, 6)]),
            (SecondPrice, 7, vec![3, 7, 5], vec![(1, 7)]),
            (SecondPrice, 8, vec![3, 7, 5], vec![]),
            (FirstPrice, 8, vec![3, 7, 5], vec![]),
            (FirstPrice, 0, vec![0, 7, 7], vec![(1, 7)]),
            (SecondPrice, 0, vec![0, 7, 7], vec![(1, 7)]),
            (SecondPrice, 0, vec![4], vec![(0, 0)]),
            (FirstPrice, 0, vec![0, 0], vec![]),
            (SecondPrice, 0, vec![], vec![]),
        ] {
            let values: Vec<Values> = bids.iter().map(|value| bid(&[*value])).collect();
            let got = sold(outcome(&market(kind, 1, reserve), &values));
            assert_eq!(got, want, "{kind:?} of {bids:?} from {reserve}");
        }
    }

    #[test]
    fn units_go_to_the_highest_bids_for_the_highest_that_fails() {
        let bids = [bid(&[9, 4]), bid(&[7, 7, 2]), bid(&[5])];
        let sell =
            |items, reserve| sold(outcome(&market(Kind::UniformPrice, items, reserve), &bids));
        assert_eq!(sell(3, 0), [(0, 5), (1, 5), (1, 5)]);
        assert_eq!(sell(3, 6), [(0, 6), (1, 6), (1, 6)]);
        assert_eq!(sell(5, 0), [(0, 2), (1, 2), (1, 2), (2, 2), (0, 2)]);
        assert_eq!(sell(8, 0), [(0, 0), (1, 0), (1, 0), (2, 0), (0, 0), (1, 0)]);
        assert_eq!(sell(8, 5), [(0, 5), (1, 5), (1, 5), (2, 5)]);
    }

    #[test]
    fn equal_bids_win_in_the_order_of_their_commitments() {
        let mut random = Lcg(1);
        for _ in 0..2_000 {
            let bids: Vec<Values> = (0..random.below(7))
                .map(|_| {
                    let mut values = bid(&[0; 3].map(|_| random.below(4)));
                    values.sort_by(|one, next| next.cmp(one));
                    values
                })
                .collect();
            let (items, reserve) = (1 + random.below(3) as u32, random.below(4));
            let mut all: Vec<(usize, u128)> = bids
                .iter()
                .enumerate()
                .flat_map(|(bidder, values)| values.map(|value| (bidder, value)))
                .filter(|(_, value)| *value > 0 && *value >= reserve)
                .collect();
            all.sort_by_key(|(_, value)| std::cmp::Reverse(*value));
            let price = all.get(items as usize).map_or(reserve, |(_, value)| *value);
            all.truncate(items as usize);
            all.iter_mut().for_each(|(_, value)| *value = price);
            let got = sold(outcome(&market(Kind::UniformPrice, items, reserve), &bids));
            assert_eq!(got, all, "{items} items from {reserve}: {bids:?}");
        }
    }
}
