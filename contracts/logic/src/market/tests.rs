//! Tests of the maker alone, without storage.

use super::*;

fn params(liquidity: Balance, outcomes: u32) -> Params {
    Params { liquidity, outcomes, settle_blocks: 10 }
}

fn shares(first: &[Balance]) -> Shares {
    let mut all = Shares::default();
    all[..first.len()].copy_from_slice(first);
    all
}

#[test]
fn published_costs_are_met_to_a_unit() {
    // 100 ln((e^0.1 + 1) / 2), in billionths.
    let p = params(100_000_000_000, 2);
    let to = shares(&[10_000_000_000]);
    assert_eq!(p.cost_up(&shares(&[]), &to), 5_124_947_952);
    assert_eq!(p.payment_down(&to, &shares(&[])), 5_124_947_951);
    // 100 ln 2.
    assert_eq!(p.deposit_up(), 69_314_718_056);
    assert_eq!(p.price_down(&shares(&[]), 0), Perbill::from_percent(50));
}

#[test]
fn prices_are_shares_of_powers() {
    let p = params(100, 3);
    for all in [shares(&[]), shares(&[70]), shares(&[0, 500, 3]), shares(&[1 << 100, 0, 1])] {
        let prices: Vec<u32> = (0..3).map(|one| p.price_down(&all, one).deconstruct()).collect();
        let sum: u32 = prices.iter().sum();
        assert!((999_999_997..=1_000_000_000).contains(&sum), "{prices:?}");
        assert_eq!(p.price_down(&all, 3), Perbill::zero());
    }
}

/// Against floating point, where that is exact enough.
#[test]
fn costs_match_floating_point() {
    for liquidity in [1u128, 7, 100, 12_345] {
        for outcomes in 2..=MAX_OUTCOMES {
            let p = params(liquidity, outcomes);
            let (b, n) = (liquidity as f64, outcomes as usize);
            let level = |all: &Shares| {
                let most = all.iter().copied().max().unwrap() as f64;
                let sum: f64 = all[..n].iter().map(|one| ((*one as f64 - most) / b).exp()).sum();
                most + b * sum.ln()
            };
            let from = shares(&[liquidity / 3, 2 * liquidity]);
            for more in [1, liquidity / 2 + 1, liquidity * 3, liquidity * 200] {
                for outcome in 0..n {
                    let mut to = from;
                    to[outcome] += more;
                    let exact = level(&to) - level(&from);
                    let (cost, payment) = (p.cost_up(&from, &to), p.payment_down(&to, &from));
                    assert!(payment <= cost && cost <= payment + 1, "{payment} to {cost}");
                    assert!(cost as f64 >= exact - 1e-6 && (cost as f64) < exact + 1.0 + 1e-6);
                    assert!(cost > 0, "nothing is free");
                }
            }
            let deposit = p.deposit_up() as f64;
            let loss = b * f64::from(outcomes).ln();
            assert!(deposit >= loss && deposit < loss + 1.0 + 1e-9, "{deposit} for {loss}");
        }
    }
}

/// Whatever is bought and sold, in any order: what is held covers the most that can be due, and who comes back
/// to where it was has gained nothing.
#[test]
fn no_order_of_trades_loses_more_than_the_deposit() {
    for (liquidity, unit) in [(1, 1), (10, 3), (1_000, 100), (MAX_LIQUIDITY, MAX_SHARES / 1_000)] {
        for outcomes in [2, 3, MAX_OUTCOMES] {
            let p = params(liquidity, outcomes);
            let (mut all, mut held) = (Shares::default(), p.deposit_up());
            let mut seed = 1u64;
            for step in 0..400 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let outcome = (seed >> 33) as usize % outcomes as usize;
                let amount = Balance::from(seed >> 40) % (2 * unit) + 1;
                let mut to = all;
                if seed >> 63 == 0 || step > 380 {
                    let amount = if step > 380 { Balance::MAX } else { amount };
                    to[outcome] = to[outcome].saturating_sub(amount);
                    held -= p.payment_down(&all, &to);
                } else {
                    to[outcome] = (to[outcome] + amount).min(MAX_SHARES);
                    held += p.cost_up(&all, &to);
                }
                all = to;
                let due = all.iter().copied().max().unwrap();
                assert!(held >= due, "{held} held, {due} due");
            }
            let empty = Shares::default();
            held -= p.payment_down(&all, &empty);
            assert!(held >= p.deposit_up(), "a round trip gained");
        }
    }
}

/// With few outcomes and tokens, all ways to split a purchase: in parts it costs no less than at once.
#[test]
fn parts_cost_no_less_than_the_whole() {
    for liquidity in [1, 3, 10] {
        let p = params(liquidity, 3);
        for (first, second) in [(1, 1), (2, 5), (7, 30)] {
            let (from, part, to) =
                (shares(&[4, 1]), shares(&[4 + first, 1]), { shares(&[4 + first + second, 1]) });
            assert!(p.cost_up(&from, &part) + p.cost_up(&part, &to) >= p.cost_up(&from, &to));
            let parts = p.payment_down(&to, &part) + p.payment_down(&part, &from);
            assert!(parts <= p.payment_down(&to, &from));
        }
    }
}

#[test]
fn the_largest_numbers_fit() {
    let p = params(MAX_LIQUIDITY, MAX_OUTCOMES);
    let (none, one) = (shares(&[]), shares(&[MAX_SHARES]));
    let cost = p.cost_up(&none, &one);
    // All but what the deposit paid for already.
    assert!(cost <= MAX_SHARES && cost >= MAX_SHARES - p.deposit_up() - 1);
    assert!(p.payment_down(&one, &none) <= cost);
    let all = [MAX_SHARES; MAX_OUTCOMES as usize];
    assert!(p.cost_up(&none, &all) >= MAX_SHARES);
    let tiny = params(1, MAX_OUTCOMES);
    assert_eq!(tiny.cost_up(&one, &[MAX_SHARES; MAX_OUTCOMES as usize]), 3);
    assert_eq!(tiny.payment_down(&one, &none), MAX_SHARES - 3);
}

#[test]
fn what_is_left_is_the_sponsors() {
    let book = |held| Book {
        sponsor: 0u8,
        question: [0; 32],
        closes_at: 5,
        shares: shares(&[30, 10]),
        held,
        answer: None,
    };
    let mut one = book(40);
    assert_eq!((one.due_max(), one.settle(1)), (30, 30));
    assert_eq!((one.due_max(), one.held, one.answer), (10, 10, Some(1)));
    let mut other = book(30);
    assert_eq!((other.settle(0), other.held), (0, 30));
    assert_eq!((other.sold(9), params(1, 3).none()), (0, 2));
    assert_eq!(params(1, 3).settles_until(&other), 15);
}
