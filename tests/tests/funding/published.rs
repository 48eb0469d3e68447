//! Numbers that others published, from the rules and through the compiled contract.

use crate::script::*;
use carrots_catalogue::funding::{Funding, Receipt};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::funding::{Params, quadratic};
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    quadratic_match: Vec<Quadratic>,
    pairwise_match: Vec<Pairwise>,
    assurance_bonus: Assurance,
}

#[derive(Deserialize)]
struct Quadratic {
    contributions: Vec<u64>,
    total: u64,
}

#[derive(Deserialize)]
struct Pairwise {
    bound: u64,
    agents: u32,
    each: u64,
    matched: u64,
}

#[derive(Deserialize)]
struct Assurance {
    threshold: u64,
    bonus: f64,
    pledges_to_paid: Vec<(u64, u64)>,
}

fn published() -> Published {
    toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound")
}

/// What the contract pays the owner of a project beside its deposit, from a pool that suffices.
fn enforced(params: Params, contributions: &[Balance]) -> Balance {
    let wallets = vec![WALLET; contributions.len()];
    let mut pair = carrots_testkit::script::pair::<Funding>(params, &wallets);
    done_all(&mut pair, &[sponsor(WALLET / 2), propose(ANN, &params)]);
    for (amount, who) in contributions.iter().zip(0..) {
        done(&mut pair, &contribute(who, *amount, 0));
    }
    done_all(&mut pair, &end(&params));
    match done(&mut pair, &claim(0)) {
        Some(Receipt::Claimed(claimed)) => claimed.amount - params.deposit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn quadratic_matches() {
    let params = Params { min_contribution: 1, ..params() };
    for Quadratic { contributions, total } in published().quadratic_match {
        let contributions: Vec<Balance> = contributions.into_iter().map(Balance::from).collect();
        let roots = contributions.iter().map(|amount| quadratic::root_down(*amount)).sum();
        let raised: Balance = contributions.iter().sum();
        let ruled = raised + quadratic::ideal_down(roots, raised);
        assert_eq!(ruled, total.into(), "{contributions:?}");
        assert_eq!(enforced(params, &contributions), ruled, "{contributions:?}");
    }
}

#[test]
fn pairwise_matches() {
    for Pairwise { bound, agents, each, matched } in published().pairwise_match {
        let contributions = vec![Balance::from(each); agents as usize];
        let params =
            Params { pairwise_bound: bound.into(), max_contributors: agents, ..pairwise() };
        let got = enforced(params, &contributions) - contributions.iter().sum::<Balance>();
        // Roots are rounded down, and what a project is given as a whole.
        let off = Balance::from(matched) - got;
        assert!(off <= 1, "{agents} with {each}: {got}, expected {matched}");
    }
}

#[test]
fn a_missed_threshold_pays_the_pledges_and_a_bonus() {
    let Assurance { threshold, bonus, pledges_to_paid } = published().assurance_bonus;
    let bonus = Perbill::from_parts((bonus * 1e9).round() as u32);
    let params = Params { threshold: threshold.into(), bonus, ..assurance() };
    let mut pair = pair(params);
    done(&mut pair, &propose(ANN, &params));
    let pledges = || (BOB..).zip(&pledges_to_paid);
    for (who, (pledge, _)) in pledges() {
        done(&mut pair, &contribute(who, (*pledge).into(), 0));
    }
    done_all(&mut pair, &end(&params));
    for (who, (pledge, paid)) in pledges() {
        done_all(&mut pair, &[refund(who, 0), collect(who)]);
        let has = pair.model.ledger().wallets[who as usize];
        assert_eq!(has + Balance::from(*pledge), WALLET + Balance::from(*paid), "{pledge}");
    }
}
