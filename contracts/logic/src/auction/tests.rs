//! Tests of the rules on bids alone.

use super::outcome::outcome;
use super::sale::{Outcome, Sale};
use super::*;
use carrots_kernel::line::Knot;

/// Numbers for tests, the same in every run: a linear congruential generator.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, most: u128) -> u128 {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            u128::from(self.0 >> 32)
        };
        let wide = (next() << 96) | (next() << 64) | (next() << 32) | next();
        wide % most
    }
}

fn market(kind: Kind, items: u32, reserve_price: Balance) -> Params {
    Params {
        kind,
        items,
        max_bidders: 64,
        reserve_price,
        deposit: 100,
        commit_blocks: 10,
        reveal_blocks: 10,
        ..Params::default()
    }
}

/// Random bids of small numbers.
fn bids(random: &mut Lcg, items: u32) -> Vec<Values> {
    let mut value = |item: u32| if item < items { random.below(20) } else { 0 };
    let mut one = || core::array::from_fn(|item| value(item as u32));
    (0..5).map(|_| one()).collect()
}

/// Prices that are linear in what the contract sees are, with these shares and lines, those of the other rules.
#[test]
fn linear_prices_are_those_of_other_rules() {
    let (mut random, all) = (Lcg(7), Perbill::one());
    for _ in 0..2_000 {
        let (items, reserve) = (1 + random.below(3) as u32, random.below(12));
        let some = bids(&mut random, items);
        let plain = market(Kind::Linear, items, 0);
        let clarke = Params { without_share: all, beside_share: all, ..plain };
        assert_eq!(outcome(&clarke, &some), outcome(&market(Kind::Vcg, items, 0), &some));
        let own = outcome(&Params { bid_share: all, ..plain }, &some);
        for (item, sale) in own.into_iter().enumerate() {
            assert!(sale.is_none_or(|sale| sale.price == some[sale.bidder][item]));
        }
        let knots = [(0, reserve), (reserve, reserve), (reserve + 20, reserve + 20)];
        let knots = knots.map(|(at, is)| Knot { at, is });
        let knots = if reserve > 0 { &knots[..] } else { &knots[1..] };
        let price_line = Line::through(knots).unwrap();
        let one = Params { items: 1, price_line, ..clarke };
        let some = bids(&mut random, 1);
        assert_eq!(outcome(&one, &some), outcome(&market(Kind::SecondPrice, 1, reserve), &some));
    }
}

#[test]
fn who_bids_less_than_a_linear_price_wins_nothing() {
    let (all, price_line) = (Perbill::one(), Line::through(&[Knot { at: 4, is: 9 }]).unwrap());
    let params = Params { without_share: all, price_line, ..market(Kind::Linear, 1, 0) };
    assert_eq!(outcome(&params, &[bid(&[8]), bid(&[3])]), [None; MAX_ITEMS]);
    let sale = Sale { bidder: 0, price: 9 };
    assert_eq!(outcome(&params, &[bid(&[9]), bid(&[3])])[0], Some(sale));
    // Half of the bid of 9, half of the 5 that the others have without it.
    let half = Perbill::from_percent(50);
    let params = Params { bid_share: half, without_share: half, ..market(Kind::Linear, 1, 0) };
    assert_eq!(outcome(&params, &[bid(&[9]), bid(&[5])])[0], Some(Sale { bidder: 0, price: 6 }));
}

fn bid(values: &[Balance]) -> Values {
    let mut all = Values::default();
    all[..values.len()].copy_from_slice(values);
    all
}

#[test]
fn a_bid_is_checked_and_secured() {
    let uniform = market(Kind::UniformPrice, 3, 4);
    let vcg = market(Kind::Vcg, 3, 4);
    for (params, values, checked, cost_max) in [
        (uniform, bid(&[9, 5, 5]), Ok(()), 19),
        (uniform, bid(&[9, 5, 6]), Err(E::ValuesIncrease), 20),
        (uniform, bid(&[9, 0, 1]), Err(E::ValuesIncrease), 10),
        (uniform, bid(&[4, 3, 2, 1]), Err(E::NoSuchItem), 10),
        (uniform, bid(&[]), Ok(()), 0),
        (uniform, bid(&[MAX_BID, MAX_BID, MAX_BID]), Ok(()), 3 * MAX_BID),
        (vcg, bid(&[1, 9, 5]), Ok(()), 9),
        (vcg, bid(&[1, 9, MAX_BID + 1]), Err(E::BidTooHigh), MAX_BID + 1),
        (market(Kind::FirstPrice, 1, 0), bid(&[9]), Ok(()), 9),
        (market(Kind::SecondPrice, 1, 0), bid(&[9, 1]), Err(E::NoSuchItem), 9),
    ] {
        assert_eq!(params.check_bid(&values), checked, "{values:?}");
        assert_eq!(params.cost_max(&values), cost_max, "{values:?}");
    }
}

#[test]
fn parameters_are_checked() {
    use ParamsError as P;
    type Wrong = fn(&mut Params);
    let wrong: [(Wrong, P); 11] = [
        (|p| p.items = 0, P::ItemsTooLow),
        (|p| p.items = 9, P::ItemsTooHigh),
        (|p| p.kind = Kind::SecondPrice, P::NotOneItem),
        (|p| p.max_bidders = 0, P::MaxBiddersTooLow),
        (|p| p.max_bidders = 65, P::MaxBiddersTooHigh),
        (|p| p.reserve_price = MAX_BID + 1, P::ReservePriceTooHigh),
        (|p| p.deposit = 0, P::DepositTooLow),
        (|p| p.commit_blocks = 0, P::CommitBlocksTooLow),
        (|p| p.reveal_blocks = 0, P::RevealBlocksTooLow),
        (|p| p.reveal_blocks = sealed::MAX_WINDOW + 1, P::RevealBlocksTooHigh),
        (|p| p.price_line = Line::through(&[Knot::default(); 2]).unwrap(), P::KnotsOutOfOrder),
    ];
    assert_eq!(market(Kind::Vcg, 8, MAX_BID).check(), Ok(()));
    for (change, error) in wrong {
        let mut params = market(Kind::Vcg, 3, 0);
        change(&mut params);
        assert_eq!(params.check(), Err(error));
    }
}

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
    let sell = |items, reserve| sold(outcome(&market(Kind::UniformPrice, items, reserve), &bids));
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
    let surplus = |(item, sale): &(usize, Sale)| bids[sale.bidder][*item] - params.reserve_price;
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
        let bidders = random.below(7);
        let mut value = |item| if item < items { random.below(most) } else { 0 };
        let bids: Vec<Values> =
            (0..bidders).map(|_| [0, 1, 2, 3, 4, 5, 6, 7].map(&mut value)).collect();
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

/// What a bidder who wants one item gains by an outcome.
fn gain(outcome: Outcome, bidder: usize, values: &Values) -> i128 {
    let sales = outcome.into_iter().zip(values);
    let mut won = sales.filter_map(|(sale, value)| Some((sale?, *value)));
    let won = won.find(|(sale, _)| sale.bidder == bidder);
    won.map_or(0, |(sale, value)| value as i128 - sale.price as i128)
}

#[test]
fn no_lie_gains_where_one_item_is_wanted() {
    let mut random = Lcg(11);
    for kind in [Kind::SecondPrice, Kind::UniformPrice, Kind::Vcg] {
        for _ in 0..60 {
            let items = if kind == Kind::SecondPrice { 1 } else { 3 };
            let params = market(kind, items, random.below(3));
            // Under the uniform price a second unit is worth nothing to anyone.
            let differ = if kind == Kind::Vcg { 1 } else { 0 };
            let mut bids = [[1, differ, differ]; 4]
                .map(|wanted: [u128; 3]| bid(&wanted.map(|wanted| wanted * random.below(5))));
            let worth = match kind {
                Kind::Vcg => bids[1],
                _ => [bids[1][0]; MAX_ITEMS],
            };
            let truthful = gain(outcome(&params, &bids), 1, &worth);
            for lie in 0..6 * 6 * 6 {
                bids[1] = bid(&[lie % 6, differ * (lie / 6 % 6), differ * (lie / 36)]);
                let got = gain(outcome(&params, &bids), 1, &worth);
                assert!(got <= truthful, "{worth:?}: {bids:?} under {params:?}");
            }
        }
    }
}

/// Two units, of which one bidder wants both, another the first for less (Ausubel, Cramton 2002).
#[test]
fn who_wants_two_units_pays_less_by_bidding_for_one() {
    let sell = |first: &[Balance]| {
        sold(outcome(&market(Kind::UniformPrice, 2, 0), &[bid(first), bid(&[6])]))
    };
    assert_eq!(sell(&[10, 10]), [(0, 6), (0, 6)]);
    assert_eq!(sell(&[10, 0]), [(0, 0), (1, 0)]);
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
