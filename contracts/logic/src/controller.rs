//! Feedback: an output follows a measure, period by period, until the measure is at its target. Nobody decides.
//!
//! Time is cut into *periods*. In each something is measured: what of a *capacity* was used, or a number that a
//! *reporter* brings ([`Sensor`]). When a period is over the [`Kind`] makes the next *output* of the measure and
//! the target, between `least` and `most`:
//!
//! - [`base_fee`](control::base_fee_next): of EIP-1559. The output rises or falls by at most one part in
//!   `denominator`, in proportion to how far the measure is from the target;
//! - [`blob_fee`](control::exponential_down): of EIP-4844. What is measured above the target adds up to an *excess*,
//!   what is below it takes it down again, and the output is exponential in it;
//! - [`multiplier`](control::multiplier_next): the targeted fee adjustment of Substrate's transaction payment, an
//!   exponential by its first two terms, with a least;
//! - [`pi`](control::pi_next): a controller with a proportional and an integral part, whose integral stops at the
//!   ends of the range (anti-windup).
//!
//! Where use is measured the output is a price: [`use_capacity`] takes units of the period's capacity for the
//! output each, which a *sink* gets, and gives whoever makes the period, as the caller names it, a tip. Where a
//! number is reported nothing is sold, and the output is for others: the view `output` gives it in any block, and
//! `advance` writes it down. So the output can be a parameter of another mechanism, such as what staking pays.
//!
//! **Intended behaviour**: use what is worth its price to you, and no more; make periods of all that others want.
//! The reporter reports what is.
//!
//! # Why periods pass by themselves
//!
//! Nobody has to keep a clock: whatever is called first in a new period brings the output up to date, and what is
//! read is always up to date. A silence of more than [`MAX_IDLE`] periods counts as so many; whoever wants the price
//! of a longer one calls `advance` in time. A period without a report is none: the output stays.
//!
//! # When it is stable
//!
//! Let use fall by `slope` units for a token of the price near the target, and `elasticity` be
//! `slope * price / target`. Each controller sees a period late what it does. In the small a deviation dies out if
//! and only if (Jury's conditions)
//!
//! ```text
//! base_fee     elasticity < 2 * denominator
//! blob_fee     elasticity < 2 * update_fraction / target
//! multiplier   elasticity < 2 * capacity / (target * variability), without the second term
//! pi           0 < slope * ki,  slope * kp < 1,  slope * (ki + 2 * kp) < 2
//! ```
//!
//! Far away `base_fee` cannot rise faster than by `1 + (capacity / target - 1) / denominator` a period, nor fall
//! faster than by `1 - 1 / denominator`. With the same distance up and down use that swings lets it *fall*: a full
//! and an empty period of the same number leave `1 - 1 / denominator^2` of it. Below `denominator` it does not fall
//! any more, since decreases are rounded down and increases are at least one.
//!
//! # Why the known attacks pay, or do not
//!
//! - **Empty periods** (Azouvi, Goren, Heimbach, Hicks 2023): who makes a period and leaves it empty loses its tips,
//!   and lowers the next price. Where users pay the same tip whatever the price that brings nothing. Where they
//!   pay all that it is worth to them, be it that their wallets do, what the price leaves is the tip; then it pays
//!   even for somebody with few of the periods, if those it makes later bring more than one period's tips. No rule
//!   here prevents it: that use is low and that it is kept low look alike.
//! - **Stuffing**: whoever uses what it does not need pays the price of it to the sink. To whom the sink's tokens
//!   come back it is free, and prices rise: so what is paid should be burned, or go to those who cannot use it.
//! - **Crowding out**: who asks for more than is left is given what is left, and the rest of its tokens. Were it
//!   refused, one unit could keep out many, and the next price would be lower for whoever took it. An audit found
//!   that: a large user gained by it.
//! - **Waiting** lowers the price by what others do not use, too; what one has to wait for is the cost.
//! - **A reporter that lies** steers the output anywhere within `least` and `most`, and that is all that bounds it.
//!
//! # What stands still when
//!
//! | number | fixed | moved until then |
//! | --- | --- | --- |
//! | kind, gains, target, range | when the contract is deployed | by nobody |
//! | price of a unit | when its period begins | by use in the period before |
//! | what was used in a period | when it is over | up, by whoever pays |
//! | what was reported | with the report, once a period | by the reporter |
//!
//! # What is owed
//!
//! All credits: of the sink, of whoever got tips, of users what they sent too much. There is nothing else.
//!
//! # Literature
//!
//! Buterin et al., EIP-1559 (2019) and EIP-4844 (2022). Roughgarden, "Transaction Fee Mechanism Design for the
//! Ethereum Blockchain" (2020). Leonardos et al., "Dynamical Analysis of the EIP-1559 Ethereum Fee Market" (2021):
//! where it oscillates. Web3 Foundation, "Token Economics" (2019): the targeted adjustment. Azouvi, Goren, Heimbach,
//! Hicks, "Base Fee Manipulation in Ethereum's EIP-1559 Transaction Fee Mechanism" (2023). Åström, Hägglund,
//! "Advanced PID Control" (2006): anti-windup. Jury, "Theory and Application of the z-Transform Method" (1964).

pub mod control;
mod entries;
mod records;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]
mod tests;

pub use control::Control;
pub use entries::*;
pub use records::*;

use carrots_kernel::sealed::MAX_WINDOW;

carrots_kernel::mechanism! {
    /// A price, or another output, that follows a measure until the measure is at its target.
    mechanism Controller;

    // What a kind does not use is not looked at.
    params {
        /// how the output follows the measure
        kind: Kind, "rule";
        /// what is measured
        sensor: Sensor, "rule";
        /// of a period
        period_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// of a period, and the most that can be measured
        capacity: Balance, "units", >= 1, <= MAX_UNITS;
        /// of the measure
        target: Balance, "units", >= 1, <= capacity;
        /// output there is
        ///
        /// Blob_fee begins with it, and is it where the excess is nothing.
        least: Balance, "tokens", >= 1, <= MAX_OUTPUT;
        /// output there is
        most: Balance, "tokens", >= least, <= MAX_OUTPUT;
        /// output at the start, but for blob_fee
        initial: Balance, "tokens", >= least, <= most, if kind != Kind::BlobFee;
        /// base_fee: one part in so many it changes, at a measure of nothing or of twice the target
        denominator: u32, "parts", >= 1, if kind == Kind::BaseFee;
        /// blob_fee: excess by which it is multiplied by e
        update_fraction: Balance, "units", >= 1, <= MAX_UNITS, if kind == Kind::BlobFee;
        /// multiplier: change if the measure is off by the capacity
        variability: Perbill, "fraction", > 0, if kind == Kind::Multiplier;
        /// pi: whether a measure above the target raises the output or lowers it
        acting: Acting, "rule";
        /// pi: of the output, by unit off the target
        kp: Balance, "10^-9 tokens", <= MAX_OUTPUT, if kind == Kind::Pi;
        /// pi: the same, added up over periods
        ki: Balance, "10^-9 tokens", <= MAX_OUTPUT, if kind == Kind::Pi;
    }

    roles {
        /// Is credited with the prices. Who makes periods should have nothing of it.
        sink,
        /// Reports the measure, where that is not what is used.
        reporter,
    }

    storage {
        /// The state of the whole system.
        state: State = genesis(now);
    }

    views {
        /// The output that is in force.
        output(now) -> Balance;
    }

    messages {
        /// take units of this period's capacity at its price, with a tip for each to whoever makes the period
        use_capacity(who, value, units: Balance, tip: Balance, maker: Id, now) => Used(maker);
        /// reporter: report what was measured in this period
        report(who, measure: Balance, now) => Reported;
        /// write down the output that is in force, once a period is over
        advance(now) => Advanced;
    }

    errors {
        /// The measure is reported: nothing is sold.
        NotSold,
        /// The number of units is zero.
        NoUnits,
        /// The period has no unit left.
        CapacityUsed,
        /// The transferred value is below the price of all units that are asked for.
        ValueTooLow,
        /// The measure is what is used: nobody reports it.
        NotReported,
        /// The caller is not the configured reporter.
        NotReporter,
        /// The measure of this period was reported.
        AlreadyReported,
        /// The measure is above the capacity.
        MeasureTooHigh,
        /// The period is not over.
        PeriodNotOver,
    }
}
