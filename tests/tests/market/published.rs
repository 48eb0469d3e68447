//! Numbers that others published, from the rules and through the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots_catalogue::market::{Market, Receipt};
use carrots_kernel::Balance;
use carrots_logic::market::Params;
use carrots_testkit::script::pair;
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    lmsr: Vec<Lmsr>,
}

/// In billionths of a token.
#[derive(Deserialize)]
struct Lmsr {
    liquidity: u64,
    outcomes: u32,
    shares_bought_from_zero: u64,
    cost: u64,
    loss_max: u64,
}

/// To a billionth, which is what is rounded up.
#[test]
fn costs_and_bounds_are_those_of_the_rule() {
    let published: Published =
        toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound");
    assert!(!published.lmsr.is_empty());
    for one in published.lmsr {
        let Lmsr { liquidity, outcomes, shares_bought_from_zero, cost, loss_max } = one;
        let p = Params { liquidity: liquidity.into(), outcomes, ..params() };
        let is_rounded_up =
            |got: Balance, exact: u64| got == exact.into() || got == Balance::from(exact) + 1;
        assert!(is_rounded_up(p.deposit_up(), loss_max), "{} of {loss_max}", p.deposit_up());
        let mut pair = pair::<Market>(p, &[1 << 60; 8]);
        done_all(&mut pair, &[opens(&p)]);
        let buy = carrots_catalogue::market::Op::Buy {
            market: 0,
            outcome: 0,
            shares: shares_bought_from_zero.into(),
        };
        let bought = pair.model.clone().apply(BOB, 1 << 50, buy);
        let Ok(Receipt::Bought(bought)) = bought else { panic!("{bought:?}") };
        assert!(is_rounded_up(bought.cost, cost), "{} of {cost}", bought.cost);
        done_all(&mut pair, &[buys(BOB, 0, shares_bought_from_zero.into(), bought.cost)]);
    }
}
