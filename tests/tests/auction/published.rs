//! Numbers that others published, from the rules and through the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots::model::Agent;
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use carrots_catalogue::auction::{Auction, Receipt};
use carrots_kernel::Balance;
use carrots_logic::auction::outcome::outcome;
use carrots_logic::auction::{Award, Db, Kind, Params, Values};
use carrots_testkit::script::pair;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
struct Published {
    auction_slots: Slots,
    auction_second_price: SecondPrice,
    auction_revenue: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Slots {
    values: Vec<Vec<u64>>,
    prices: Vec<u64>,
}

#[derive(Deserialize)]
struct SecondPrice {
    bid_and_price: Vec<(u64, u64)>,
}

fn published() -> Published {
    toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound")
}

/// The rules and the contract sell every item in turn to the bidder and at the price given.
fn both_sell(params: Params, bids: &[Values], expected: &[(usize, Balance)]) {
    let sold = outcome(&params, bids).into_iter().flatten();
    let ruled: Vec<_> = sold.map(|sale| (sale.bidder, sale.price)).collect();
    assert_eq!(ruled, expected, "{bids:?}");
    let bids: Vec<(Agent, Values)> = (ANN..).zip(bids.iter().copied()).collect();
    let mut pair = pair::<Auction>(params, &WALLETS);
    for step in round(&params, &bids, &bids) {
        if let Some(Receipt::Settled(settled)) = done(&mut pair, &step) {
            let proceeds: Balance = expected.iter().map(|(_, price)| price).sum();
            assert_eq!(settled.proceeds, proceeds, "{bids:?}");
        }
    }
    for (item, (bidder, price)) in (0..).zip(expected) {
        let award = Award { winner: ANN + *bidder as Agent, price: *price };
        assert_eq!(pair.model.db.award(0, item), Some(award), "item {item}");
    }
}

#[test]
fn the_vcg_prices_of_slots() {
    let Slots { values, prices } = published().auction_slots;
    let bid =
        |values: &Vec<u64>| bid(&values.iter().map(|value| (*value).into()).collect::<Vec<_>>());
    let bids: Vec<Values> = values.iter().map(bid).collect();
    let expected: Vec<_> = prices.iter().map(|price| (*price).into()).enumerate().collect();
    both_sell(Params { reserve_price: 0, ..params() }, &bids, &expected);
}

#[test]
fn the_second_price_of_spectrum() {
    let params = Params { kind: Kind::SecondPrice, items: 1, reserve_price: 0, ..params() };
    for (highest, second) in published().auction_second_price.bid_and_price {
        let (highest, second) = (bid(&[highest.into()]), bid(&[second.into()]));
        both_sell(params, &[second, highest], &[(1, second[0])]);
        both_sell(params, &[highest, second], &[(0, second[0])]);
    }
}

#[test]
fn the_expected_revenue_of_the_scenarios() {
    const RUNS: u64 = 60;
    for (name, expected) in published().auction_revenue {
        let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/scenarios");
        let document = Document::read(&scenarios.join(name.clone() + ".toml"), &[]);
        let document = document.expect("the scenario can be read");
        let simulation = CATALOGUE.simulation(&document);
        let simulation = simulation.expect("the scenario is sound");
        let at = simulation.columns().iter().position(|column| column.name == "revenue");
        let at = at.expect("revenue is counted");
        let number = |run| simulation.play(7, run)[at].number().expect("a number");
        let revenue: Vec<f64> = (0..RUNS).map(number).collect();
        let mean = revenue.iter().sum::<f64>() / RUNS as f64;
        let squares = revenue.iter().map(|one| (one - mean).powi(2)).sum::<f64>();
        let deviation = (squares / (RUNS - 1) as f64 / RUNS as f64).sqrt();
        let off = (mean - expected).abs() / deviation;
        assert!(off < 4.0, "{name}: {mean:.0} +- {deviation:.0}, expected {expected}");
        assert!(deviation < expected / 100.0, "{name}: +- {deviation:.0} says little");
    }
}
