//! What shares cost, by the logarithmic market scoring rule, and how that is rounded.
//!
//! With `m` for the largest `q_i`, and `L` the logarithm of the sum of `e^-((m - q_i) / b)`, which lies between 0
//! and `ln n`,
//!
//! ```text
//! C(q) = m + b L
//! ```
//!
//! so that only `L` is not exact. Of its `n` summands one is 1. For each other `(m - q_i) / b` is rounded up to
//! an ulp, which makes its power too low by less than another one, beside the `EXP_ULPS` by which that can be too low; and the
//! logarithm of a sum of at least 1 is too low by no more ulps than the sum. So with at most eight outcomes
//!
//! ```text
//! 0 <= L - computed < 7 (EXP_ULPS + 1) + LN_ULPS = 59 ulps
//! ```
//!
//! which is less than [`ULPS`]. A difference of two levels is wrong by less than that, in one direction or the
//! other; it is added to what a purchase costs, and taken from what a sale brings. An ulp is `2^-120`: with the largest
//! liquidity, `2^96`, this is less than `2^-18` tokens. Then purchases are rounded up to a token, and sales down.

use super::*;
use carrots_kernel::exponential::{
    exp_neg_down, ln_down, product_down, quotient_up, EXP_ULPS, LN_ULPS,
};
use carrots_kernel::math::mul_div_down;

/// By how much the logarithm of a level can be too low, in ulps of [`ONE`].
pub const ULPS: u128 = 64;

const _: () = assert!((MAX_OUTCOMES as u128 - 1) * (EXP_ULPS + 1) + LN_ULPS <= ULPS);

/// The two parts of `C`: `most + b * log / 2^120`, where `log` is too low by less than [`ULPS`].
#[derive(Clone, Copy)]
struct Level {
    most: Balance,
    log: u128,
}

impl Params {
    fn level(&self, shares: &Shares) -> Level {
        let sold = || shares.iter().take(self.outcomes as usize).copied();
        let most = sold().max().unwrap_or(0);
        let powers = sold().map(|one| self.power_down(most.saturating_sub(one)));
        let sum = powers.fold(0u128, u128::saturating_add);
        Level { most, log: ln_down(sum) }
    }

    /// `e^-(shares / b)`, rounded down.
    fn power_down(&self, shares: Balance) -> u128 {
        // What does not fit is so large that nothing is left of its power.
        quotient_up(shares, self.liquidity).map_or(0, exp_neg_down)
    }

    /// `b` times a logarithm, rounded down: at most four times `2^96`.
    fn times_down(&self, log: u128) -> Balance {
        product_down(self.liquidity, log)
    }

    /// The same, rounded up: no multiple of `2^-120` but zero is a whole number of tokens, or one more does no harm.
    fn times_up(&self, log: u128) -> Balance {
        self.times_down(log).saturating_add(1)
    }

    /// What the maker can lose, rounded up: the sponsor lays it by.
    pub fn deposit_up(&self) -> Balance {
        self.times_up(self.level(&Shares::default()).log.saturating_add(ULPS))
    }

    /// By how much `C` is higher at `to` than at `from`, of which no outcome has more, rounded up.
    pub fn cost_up(&self, from: &Shares, to: &Shares) -> Balance {
        let (from, to) = (self.level(from), self.level(to));
        let (more, log) = (to.most.saturating_sub(from.most), to.log.saturating_add(ULPS));
        match log.checked_sub(from.log) {
            Some(rise) => more.saturating_add(self.times_up(rise)),
            None => more.saturating_sub(self.times_down(from.log.saturating_sub(log))),
        }
    }

    /// By how much `C` is higher at `from` than at `to`, of which no outcome has more, rounded down.
    pub fn payment_down(&self, from: &Shares, to: &Shares) -> Balance {
        let (from, to) = (self.level(from), self.level(to));
        let (less, log) = (from.most.saturating_sub(to.most), to.log.saturating_add(ULPS));
        match log.checked_sub(from.log) {
            Some(rise) => less.saturating_sub(self.times_up(rise)),
            None => less.saturating_add(self.times_down(from.log.saturating_sub(log))),
        }
    }

    /// The price of an outcome as a fraction, rounded down to nine digits: how likely it is, by all trades.
    pub fn price_down(&self, shares: &Shares, outcome: u32) -> Perbill {
        let sold = || shares.iter().take(self.outcomes as usize).copied();
        let most = sold().max().unwrap_or(0);
        let power = |one: Balance| self.power_down(most.saturating_sub(one));
        let sum = sold().map(power).fold(0u128, u128::saturating_add);
        let own = sold().nth(outcome as usize).map_or(0, power);
        let parts = mul_div_down(own, 1_000_000_000, sum).unwrap_or(0);
        Perbill::from_parts(u32::try_from(parts).unwrap_or(0))
    }
}
