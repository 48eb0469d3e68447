//! Tests of steps alone, without storage: published numbers, and what every step keeps to.

use super::control::{base_fee_next, exponential_down, multiplier_next};
use super::*;

const ONE: u128 = 1_000_000_000_000_000_000;

fn params(kind: Kind) -> Params {
    Params {
        kind,
        sensor: Sensor::Use,
        period_blocks: 4,
        capacity: 200,
        target: 100,
        least: 10,
        most: 1_000_000,
        initial: 1_000,
        denominator: 8,
        update_fraction: 500,
        variability: Perbill::from_percent(10),
        acting: Acting::Direct,
        kp: 2_000_000_000,
        ki: 500_000_000,
    }
}

const KINDS: [Kind; 4] = [Kind::BaseFee, Kind::BlobFee, Kind::Multiplier, Kind::Pi];

/// EIP-1559, and the tests of go-ethereum for it.
#[test]
fn base_fees_are_those_of_the_reference() {
    let params = Params { capacity: 20_000_000, target: 10_000_000, ..params(Kind::BaseFee) };
    for (used, fee) in [
        (10_000_000, 1_000_000_000),
        (9_000_000, 987_500_000),
        (11_000_000, 1_012_500_000),
        (20_000_000, 1_125_000_000),
        (0, 875_000_000),
    ] {
        assert_eq!(base_fee_next(&params, 1_000_000_000, used), fee, "{used}");
    }
    // `max(…, 1)` of increases alone.
    assert_eq!(base_fee_next(&params, 7, 10_000_001), 8);
    assert_eq!(base_fee_next(&params, 7, 0), 7);
    assert_eq!(base_fee_next(&params, 8, 0), 7);
}

/// EIP-4844, and the tests of go-ethereum for it.
#[test]
fn blob_fees_are_those_of_the_reference() {
    let most = MAX_OUTPUT;
    for (excess, fee) in [(0, 1), (2_314_057, 1), (2_314_058, 2), (10 * 1024 * 1024, 23)] {
        assert_eq!(exponential_down(1, excess, 3_338_477, most), fee, "{excess}");
    }
    for (least, excess, fraction, fee) in [
        (1, 0, 1, 1),
        (38_493, 0, 1_000, 38_493),
        (0, 1_234, 2_345, 0),
        (1, 2, 1, 6),
        (1, 4, 2, 6),
        (1, 3, 1, 16),
        (1, 6, 2, 18),
        (1, 4, 1, 49),
        (1, 8, 2, 50),
        (10, 8, 2, 542),
        (11, 8, 2, 596),
        (1, 5, 1, 136),
        (1, 5, 2, 11),
        (2, 5, 2, 23),
        (1, 50_000_000, 2_225_652, 5_709_098_764),
    ] {
        assert_eq!(exponential_down(least, excess, fraction, most), fee, "{least} {excess}");
    }
    // What is above the target adds up, what is below takes it down to nothing.
    let blob = 131_072;
    let params = Params {
        capacity: 6 * blob,
        target: 3 * blob,
        update_fraction: 3_338_477,
        most,
        ..params(Kind::BlobFee)
    };
    for (before, blobs, after) in [
        (0, 0, 0),
        (0, 3, 0),
        (0, 4, blob),
        (1, 4, blob + 1),
        (1, 5, 2 * blob + 1),
        (3 * blob, 3, 3 * blob),
        (3 * blob, 2, 2 * blob),
        (3 * blob, 1, blob),
        (blob - 1, 2, 0),
    ] {
        let control = Control { output: 1, memory: before };
        assert_eq!(params.next(control, blobs * blob).memory, after, "{before} {blobs}");
    }
}

/// The same in floating point, as Substrate's own tests have it, which let 100 parts pass.
fn multiplied(params: &Params, multiplier: Balance, used: Balance) -> f64 {
    let v = f64::from(params.variability.deconstruct()) / 1e9;
    let distance = (used as f64 - params.target as f64) / params.capacity as f64;
    multiplier as f64 * (1.0 + v * distance + (v * distance).powi(2) / 2.0)
}

/// `substrate/bin/node/runtime/src/impls.rs`: its parameters, and what its tests say of them.
#[test]
fn multipliers_are_those_of_substrate() {
    let params = Params {
        capacity: 1_500_000_000_000,
        target: 375_000_000_000,
        least: ONE / 1_000_000_000,
        most: MAX_OUTPUT,
        initial: ONE,
        variability: Perbill::from_parts(10_000),
        ..params(Kind::Multiplier)
    };
    assert_eq!(params.check(), Ok(()));
    let next = |multiplier, used| {
        let control = Control { output: multiplier, memory: 0 };
        params.next(control, used).output
    };
    let half = ONE / 2;
    for used in [0, 100, 1_000, params.target / 4, params.target / 2, params.target * 2] {
        let known = multiplied(&params, half, used);
        assert!((next(half, used) as f64 - known).abs() <= 100.0, "{used}");
    }
    assert_eq!(next(half, params.target), half);
    assert!(next(params.least, params.target * 101 / 100) > params.least);
    assert_eq!(next(params.least, 0), params.least);
    // `time_to_reach_zero`, and `min_change_per_day` of 28,800 blocks.
    let (mut multiplier, mut blocks) = (ONE, 0);
    while multiplier > params.least && blocks <= 533_333 {
        multiplier = multiplier_next(&params, multiplier, 0);
        blocks += 1;
    }
    assert!(blocks > 533_333);
    let day = (0..28_800).fold(ONE, |multiplier, _| next(multiplier, params.capacity));
    assert!(day > 1_234 * ONE / 1_000 && day < 1_250 * ONE / 1_000, "{day}");
}

#[test]
fn an_integral_stops_where_the_output_does() {
    let mut params = Params { least: 10, most: 100, initial: 50, ..params(Kind::Pi) };
    let mut control = params.start();
    assert_eq!(control, Control { output: 50, memory: 50 * control::PARTS });
    for _ in 0..10 {
        control = params.next(control, 200);
    }
    assert_eq!(control, Control { output: 100, memory: 100 * control::PARTS });
    // The first period below the target brings it down: nothing was wound up.
    assert_eq!(params.next(control, 90).output, 100 - 5 - 20);
    assert_eq!(params.next(control, 99), Control { output: 97, memory: 99_500_000_000 });
    params.acting = Acting::Reverse;
    assert_eq!(params.next(params.start(), 110).output, 50 - 5 - 20);
    assert_eq!(params.next(params.start(), 90).output, 50 + 5 + 20);
    assert_eq!(params.next(params.start(), 0).output, 100);
    assert_eq!(params.next(params.start(), 200), Control { output: 10, memory: 10_000_000_000 });
}

#[test]
fn every_step_goes_the_right_way_and_stays_in_the_range() {
    for kind in KINDS {
        for extreme in [false, true] {
            let mut params = params(kind);
            if extreme {
                (params.capacity, params.target) = (MAX_UNITS, MAX_UNITS / 2);
                (params.most, params.initial) = (MAX_OUTPUT, MAX_OUTPUT / 3);
                (params.kp, params.ki) = (MAX_OUTPUT, MAX_OUTPUT);
                (params.variability, params.update_fraction) = (Perbill::one(), MAX_UNITS);
            }
            assert_eq!(params.check(), Ok(()), "{kind:?}");
            let Params { capacity, target, least, most, .. } = params;
            let mut control = params.start();
            for step in 0..3_000u32 {
                let range = least..=most;
                assert!(range.contains(&control.output), "{kind:?} {control:?}");
                let (up, down) = (params.next(control, capacity), params.next(control, 0));
                assert!(up.output >= control.output.min(most), "{kind:?} {control:?}");
                if kind != Kind::Pi {
                    assert!(down.output <= control.output, "{kind:?} {control:?}");
                    let at_target = params.next(control, target);
                    assert_eq!(at_target, control, "{kind:?}");
                }
                control = if step % 7 < 4 { up } else { down };
            }
        }
    }
}

/// What is read in a block is what is written down in it, and what is written down on the way changes nothing.
#[test]
fn periods_pass_by_themselves() {
    for kind in KINDS {
        for measure in [None, Some(37), Some(200)] {
            let params = params(kind);
            let state = State { since: 5, measure, output: 999, memory: 9_990_000_000 };
            for now in 5..80 {
                let at = state.at(&params, now);
                assert_eq!(at.since, 5 + (now - 5) / 4 * 4);
                assert_eq!(at.measure, measure.filter(|_| now < 9));
                let mut stepped = state;
                (5..=now).for_each(|block| stepped = stepped.at(&params, block));
                assert_eq!(stepped, at, "{kind:?} {measure:?} {now}");
            }
            let last = state.at(&params, u32::MAX);
            assert!(u32::MAX - last.since < 4 && last.measure.is_none());
            // A silence counts as so many periods, and no more.
            let silence = 5 + 4 * (MAX_IDLE + 1);
            let counted = state.at(&params, 5 + 4 * MAX_IDLE);
            let longer = State { since: counted.since + 4, ..counted };
            assert_eq!(state.at(&params, silence), longer);
        }
    }
}

#[test]
fn what_is_not_reported_changes_nothing() {
    for kind in KINDS {
        let params = Params { sensor: Sensor::Report, ..params(kind) };
        let silent = State::default().at(&params, 4_000);
        assert_eq!(silent.control(&params), params.start());
        let state = State { measure: Some(200), ..State::default() };
        let once = state.at(&params, 4);
        assert!(once.output > params.start().output, "{kind:?}");
        assert_eq!(state.at(&params, 4_000).control(&params), once.control(&params));
    }
}
