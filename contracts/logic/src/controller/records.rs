//! What is configured, and what is stored.

use super::*;
use carrots_kernel::{choices, records};

/// The most units of a period, and the most excess that multiplies a price by e.
pub const MAX_UNITS: Balance = 1 << 48;
/// The most that can be put out, and the largest gain: times [`MAX_UNITS`] it is an amount.
pub const MAX_OUTPUT: Balance = 1 << 76;
/// The most periods without a call that count. It bounds every loop.
pub const MAX_IDLE: u32 = 256;

choices! {
    /// How the output follows the measure.
    #[derive(Default)]
    pub enum Kind {
        /// By a part of itself, in proportion to the distance (EIP-1559).
        #[default]
        BaseFee,
        /// Exponential in the excess so far (EIP-4844).
        BlobFee,
        /// The same by its first two terms, period by period (Substrate's targeted fee adjustment).
        Multiplier,
        /// A proportional and an integral part.
        Pi,
    }
}

choices! {
    /// What is measured.
    #[derive(Default)]
    pub enum Sensor {
        /// What is used of the capacity.
        #[default]
        Use,
        /// What the reporter says.
        Report,
    }
}

choices! {
    /// Which way the output goes if the measure is above the target.
    #[derive(Default)]
    pub enum Acting {
        /// Up: a price.
        #[default]
        Direct,
        /// Down: a reward.
        Reverse,
    }
}

records! {
    /// The state of the whole system, as it was when it was last written.
    #[derive(Default)]
    pub struct State {
        /// The first block of the period.
        pub since: Block,
        /// What was used in it, or reported; none if nothing was.
        pub measure: Option<Balance>,
        /// What is put out in it; zero in the first period, for what parameters say.
        pub output: Balance,
        /// Blob_fee: the excess. Pi: the integral, in `10^-9` tokens.
        pub memory: u128,
    }
}

impl State {
    /// What is put out, and what is remembered.
    pub fn control(&self, params: &Params) -> Control {
        match self.output {
            0 => params.start(),
            output => Control { output, memory: self.memory },
        }
    }

    /// Whether the period is over in block `now`.
    pub fn over(&self, params: &Params, now: Block) -> bool {
        now.saturating_sub(self.since) >= params.period_blocks
    }

    /// The state in block `now`, if nobody calls anything until then.
    pub fn at(&self, params: &Params, now: Block) -> Self {
        let passed = now.saturating_sub(self.since).checked_div(params.period_blocks).unwrap_or(0);
        let (mut control, mut measure) = (self.control(params), self.measure);
        for _ in 0..passed.min(MAX_IDLE) {
            let next = params.after(control, measure);
            // What does not change in a silent period does not in another.
            if measure.take().is_none() && next == control {
                break;
            }
            control = next;
        }
        Self {
            since: self.since.saturating_add(passed.saturating_mul(params.period_blocks)),
            measure,
            output: control.output,
            memory: control.memory,
        }
    }
}
