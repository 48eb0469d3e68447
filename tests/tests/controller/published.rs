//! Numbers that others published, from the rules and through the compiled contract.

use crate::generate::params;
use crate::script::*;
use carrots_catalogue::controller::Controller;
use carrots_kernel::{Balance, Perbill};
use carrots_logic::controller::{Db, Kind, MAX_OUTPUT, Params, Sensor, State};
use carrots_testkit::script::pair;
use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    base_fee: BaseFee,
    blob_base_fee: BlobBaseFee,
    targeted_fee_adjustment: Adjustment,
}

#[derive(Deserialize)]
struct BaseFee {
    parent_base_fee: u64,
    gas_limit: u64,
    gas_used_to_base_fee: Vec<(u64, u64)>,
}

#[derive(Deserialize)]
struct BlobBaseFee {
    update_fraction: u64,
    excess_to_fee: Vec<(u64, u64)>,
}

#[derive(Deserialize)]
struct Adjustment {
    variability_parts_per_billion: u32,
    full_blocks: u32,
    more_than_thousandths: u64,
    empty_blocks_more_than: u32,
}

fn published() -> Published {
    toml::from_str(include_str!("../../data/published.toml")).expect("the file is sound")
}

/// What is put out after a period with that measure, by the contract and by the model.
fn after(params: Params, measure: Balance) -> Balance {
    let mut pair = pair::<Controller>(params, &WALLETS);
    done_all(&mut pair, &[reports(measure), blocks(params.period_blocks), advances()]);
    pair.model.db.state().output
}

#[test]
fn base_fees() {
    let BaseFee { parent_base_fee, gas_limit, gas_used_to_base_fee } = published().base_fee;
    let params = Params {
        sensor: Sensor::Report,
        capacity: gas_limit.into(),
        target: Balance::from(gas_limit) / 2,
        initial: parent_base_fee.into(),
        most: MAX_OUTPUT,
        ..params()
    };
    for (used, fee) in gas_used_to_base_fee {
        assert_eq!(after(params, used.into()), fee.into(), "{used}");
    }
}

#[test]
fn blob_base_fees() {
    let BlobBaseFee { update_fraction, excess_to_fee } = published().blob_base_fee;
    for (excess, fee) in excess_to_fee {
        let params = Params {
            kind: Kind::BlobFee,
            sensor: Sensor::Report,
            capacity: 1 << 40,
            target: 1,
            least: 1,
            most: MAX_OUTPUT,
            update_fraction: update_fraction.into(),
            ..params()
        };
        assert_eq!(after(params, Balance::from(excess) + 1), fee.into(), "{excess}");
    }
}

/// Substrate's node: a day of full blocks, and how long empty ones take to the least.
#[test]
fn targeted_adjustments() {
    const ONE: Balance = 1_000_000_000_000_000_000;
    let known = published().targeted_fee_adjustment;
    let params = Params {
        kind: Kind::Multiplier,
        capacity: 1_500_000_000_000,
        target: 375_000_000_000,
        least: ONE / 1_000_000_000,
        most: MAX_OUTPUT,
        initial: ONE,
        variability: Perbill::from_parts(known.variability_parts_per_billion),
        ..params()
    };
    let mut control = params.start();
    for _ in 0..known.full_blocks {
        control = params.next(control, params.capacity);
    }
    assert!(control.output > ONE / 1_000 * Balance::from(known.more_than_thousandths));
    let mut control = params.start();
    for block in 0..=known.empty_blocks_more_than {
        assert!(control.output > params.least, "{block}");
        control = params.next(control, 0);
    }
    // One step, through the contract.
    let params = Params { sensor: Sensor::Report, ..params };
    let once = State { measure: Some(params.capacity), ..State::default() };
    let next = once.at(&params, params.period_blocks).output;
    assert_eq!(after(params, params.capacity), next);
}
