//! Numbers that others published, from the rules and through the compiled contract.

use crate::script::*;
use carrots::model::Agent;
use carrots_catalogue::staking::Receipt;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Offence, Params, curve, offences};
use carrots_testkit::differential::Pair;
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    reward_curve: RewardCurve,
    slash_unresponsive: Unresponsive,
    slash_equivocation: Equivocation,
}

#[derive(Deserialize)]
struct RewardCurve {
    min_inflation: f64,
    max_inflation: f64,
    ideal_staked: f64,
    falloff: f64,
    issuance: u64,
    era_blocks: u32,
    year_blocks: u32,
    staked_to_payout: Vec<(u64, u64)>,
    tolerance: u64,
}

#[derive(Deserialize)]
struct Unresponsive {
    operators: u32,
    cap: f64,
    offenders_to_parts_per_billion: Vec<(u32, u32)>,
}

#[derive(Deserialize)]
struct Equivocation {
    operators: u32,
    offenders: Vec<u32>,
}

fn published() -> Published {
    toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound")
}

fn fraction(value: f64) -> Perbill {
    Perbill::from_parts((value * 1e9).round() as u32)
}

impl RewardCurve {
    fn params(&self) -> Params {
        Params {
            era_blocks: self.era_blocks,
            year_blocks: self.year_blocks,
            issuance: self.issuance.into(),
            min_inflation: fraction(self.min_inflation),
            max_inflation: fraction(self.max_inflation),
            ideal_stake: fraction(self.ideal_staked),
            falloff: fraction(self.falloff),
            misconduct_slash: Perbill::one(),
            ..at_once()
        }
    }
}

#[test]
fn the_reward_curve() {
    let curve = published().reward_curve;
    let params = curve.params();
    for (staked, expected) in &curve.staked_to_payout {
        let ruled = curve::payout_down(&params, (*staked).into(), params.era_blocks);
        let ruled = ruled.expect("it fits");
        // Nobody has points without stake.
        if *staked > 0 {
            assert_eq!(ruled, enforced_payout(params, (*staked).into()), "{staked} staked");
        }
        let off = ruled.abs_diff((*expected).into());
        assert!(off <= curve.tolerance.into(), "{staked} staked: {ruled}, expected {expected}");
    }
}

/// What the contract pays for an era that begins with that much staked.
fn enforced_payout(params: Params, staked: Balance) -> Balance {
    let mut pair = pair(params);
    let stake = vec![fund(1_000_000), register(ANN, staked)];
    let era = vec![award(ANN, 1), blocks(params.era_blocks)];
    for step in [stake, eras(&params, 1), era].concat() {
        done(&mut pair, &step);
    }
    match done(&mut pair, &end_era()) {
        Some(Receipt::EraEnded(ended)) => ended.payout,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_fraction_for_unresponsiveness() {
    let published = published().slash_unresponsive;
    let params = Params { unresponsive_slash: fraction(published.cap), ..at_once() };
    for (offenders, parts) in published.offenders_to_parts_per_billion {
        let expected = Perbill::from_parts(parts);
        both_take(params, Offence::Unresponsiveness, offenders, published.operators, expected);
    }
}

#[test]
fn the_fraction_for_equivocation() {
    let published = published().slash_equivocation;
    for offenders in published.offenders {
        let (k, n) = (u64::from(offenders), u64::from(published.operators));
        let parts = (9 * k * k * 1_000_000_000).div_ceil(n * n).min(1_000_000_000);
        let expected = Perbill::from_parts(parts as u32);
        both_take(at_once(), Offence::Equivocation, offenders, published.operators, expected);
    }
}

/// The rules and the contract take that fraction if so many of so many operators offend.
fn both_take(params: Params, offence: Offence, offenders: u32, operators: u32, expected: Perbill) {
    let case = format!("{offenders} of {operators} operators");
    assert_eq!(offences::fraction(&params, offence, offenders, operators), expected, "{case}");
    let params = Params { max_operators: operators, ..params };
    let model = model(params, ANN as usize + operators as usize);
    let mut pair = Pair::new(model).expect("the contract can be deployed");
    let all: Vec<Agent> = (ANN..).take(operators as usize).collect();
    for operator in &all {
        done(&mut pair, &register(*operator, 1_000_000));
    }
    for step in eras(&params, 1) {
        done(&mut pair, &step);
    }
    for offender in all.iter().take(offenders as usize) {
        done(&mut pair, &report(*offender, 1, offence));
    }
    for step in eras(&params, 1) {
        done(&mut pair, &step);
    }
    let Some(Receipt::Slashed(slashed)) = done(&mut pair, &apply_slash(ANN)) else {
        panic!("{case}: not slashed")
    };
    assert_eq!(slashed.fraction, expected, "{case}");
    assert_eq!(slashed.amount, expected.mul_ceil(1_000_000), "{case}");
}
