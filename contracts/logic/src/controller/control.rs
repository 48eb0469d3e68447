//! How an output follows a measure: one step of each kind, without storage.
//!
//! Every step gives an output within the range of the parameters. Nothing here overflows: an output times units,
//! a gain times units and an output times `update_fraction` are below `2^125`.

use super::*;
use carrots_kernel::math::{mul_div_down, part_down};

/// The parts of a token in which a controller's gains and its integral are counted.
pub const PARTS: u128 = 1_000_000_000;

/// What is put out, and what a controller remembers beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// What is put out.
    pub output: Balance,
    /// Blob_fee: the excess. Pi: the integral, in `10^-9` tokens.
    pub memory: u128,
}

impl Params {
    /// What is put out in the first period.
    pub fn start(&self) -> Control {
        match self.kind {
            Kind::BlobFee => Control { output: self.least, memory: 0 },
            Kind::BaseFee | Kind::Multiplier => Control { output: self.initial, memory: 0 },
            Kind::Pi => {
                Control { output: self.initial, memory: self.initial.saturating_mul(PARTS) }
            }
        }
    }

    /// What is put out after a period in which that was measured, or nothing: without a report all stays.
    pub fn after(&self, control: Control, measure: Option<Balance>) -> Control {
        match (self.sensor, measure) {
            (Sensor::Report, None) => control,
            (_, measure) => self.next(control, measure.unwrap_or(0)),
        }
    }

    /// What is put out after a period with that measure, at most the capacity.
    pub fn next(&self, control: Control, measure: Balance) -> Control {
        let Control { output, memory } = control;
        let next = match self.kind {
            Kind::BaseFee => Control { output: base_fee_next(self, output, measure), memory },
            Kind::BlobFee => blob_fee_next(self, control, measure),
            Kind::Multiplier => Control { output: multiplier_next(self, output, measure), memory },
            Kind::Pi => pi_next(self, memory, measure),
        };
        Control { output: next.output.clamp(self.least, self.most), ..next }
    }
}

/// The base fee after a period (EIP-1559). Changes are rounded down, as there; an increase is at least one.
pub fn base_fee_next(params: &Params, fee: Balance, used: Balance) -> Balance {
    let parts = params.target.saturating_mul(params.denominator.into());
    let change = |distance| mul_div_down(fee, distance, parts).unwrap_or(0);
    match used.checked_sub(params.target) {
        Some(0) => fee,
        Some(above) => fee.saturating_add(change(above).max(1)),
        None => fee.saturating_sub(change(params.target.saturating_sub(used))),
    }
}

/// The excess after a period, and the blob fee of it (EIP-4844). Beyond `most` there is no excess: what is above
/// the target at the highest price is forgotten, so that the price falls as soon as use does.
fn blob_fee_next(params: &Params, control: Control, used: Balance) -> Control {
    let Params { least, most, update_fraction, .. } = *params;
    let excess = match control.output >= most && used > params.target {
        true => control.memory,
        false => control.memory.saturating_add(used).saturating_sub(params.target),
    };
    Control { output: exponential_down(least, excess, update_fraction, most), memory: excess }
}

/// `least * e^(excess / fraction)` by its Taylor series, each term rounded down, and at most `most`: the
/// `fake_exponential` of EIP-4844.
pub fn exponential_down(least: Balance, excess: u128, fraction: Balance, most: Balance) -> Balance {
    let end = most.saturating_mul(fraction);
    let mut sum = 0u128;
    let mut term = least.saturating_mul(fraction);
    let mut place = 1u128;
    while term > 0 {
        sum = sum.saturating_add(term);
        // A term that does not fit is beyond every end.
        let next = mul_div_down(term, excess, fraction.saturating_mul(place));
        if sum >= end || next.is_none() {
            return most;
        }
        term = next.unwrap_or(0);
        place = place.saturating_add(1);
    }
    sum.checked_div(fraction).unwrap_or(most)
}

/// The multiplier after a period: `multiplier * (1 + v d + (v d)^2 / 2)` with `v` the variability and `d` how far
/// use is above the target, in parts of the capacity, to 18 decimals, each product rounded down: as
/// `TargetedFeeAdjustment` of `pallet-transaction-payment` does.
pub fn multiplier_next(params: &Params, multiplier: Balance, used: Balance) -> Balance {
    const ONE: u128 = 1_000_000_000_000_000_000;
    let times = |one, other| mul_div_down(one, other, ONE).unwrap_or(0);
    let (above, below) = (used.saturating_sub(params.target), params.target.saturating_sub(used));
    let distance = mul_div_down(above.max(below), ONE, params.capacity).unwrap_or(0);
    let variability = part_down(params.variability, ONE);
    let first = times(variability, distance);
    let second = times(times(variability, variability) / 2, times(distance, distance));
    if below == 0 {
        multiplier.saturating_add(times(first.saturating_add(second), multiplier))
    } else {
        multiplier.saturating_sub(times(first.saturating_sub(second), multiplier))
    }
}

/// A proportional-integral controller: the integral takes `ki` for each unit off the target, and stays in the range
/// of the output; the output is the integral and `kp` for each unit off the target, rounded down.
fn pi_next(params: &Params, integral: u128, measure: Balance) -> Control {
    let distance = measure.abs_diff(params.target);
    let raises = (measure > params.target) == (params.acting == Acting::Direct);
    let moved = |from: u128, gain: Balance| match raises {
        true => from.saturating_add(gain.saturating_mul(distance)),
        false => from.saturating_sub(gain.saturating_mul(distance)),
    };
    let range = |amount: Balance| amount.saturating_mul(PARTS);
    let memory = moved(integral, params.ki).clamp(range(params.least), range(params.most));
    Control { output: moved(memory, params.kp) / PARTS, memory }
}
