//! The only place where amounts are multiplied or divided.
//!
//! Rounding is part of every name: `_down` never gives more than the exact value, `_up` never
//! less. `None` means that the exact value does not fit, or that the divisor is zero.

use sp_arithmetic::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};
use sp_arithmetic::{FixedPointNumber, FixedU128, Perbill};

/// An amount of tokens in the chain's smallest unit.
pub type Balance = u128;

/// The parts of a [`Perbill`].
const BILLION: u128 = 1_000_000_000;

/// `a * b / c`, rounded down, with a product of any width.
#[inline]
pub fn mul_div_down(a: u128, b: u128, c: u128) -> Option<u128> {
    match a.checked_mul(b) {
        Some(product) => product.checked_div(c),
        None => wide(a, b, c, Rounding::Down),
    }
}

/// `a * b / c`, rounded up, with a product of any width.
#[inline]
pub fn mul_div_up(a: u128, b: u128, c: u128) -> Option<u128> {
    match a.checked_mul(b).and_then(|product| product.checked_add(c.checked_sub(1)?)) {
        Some(product) => product.checked_div(c),
        None => wide(a, b, c, Rounding::Up),
    }
}

/// The same where the product needs 256 bits. Never inlined: it is large, and rarely runs.
#[inline(never)]
fn wide(a: u128, b: u128, c: u128, rounding: Rounding) -> Option<u128> {
    multiply_by_rational_with_rounding(a, b, c, rounding)
}

/// The part `fraction` of `amount`, rounded down.
#[inline]
pub fn part_down(fraction: Perbill, amount: Balance) -> Balance {
    // At most `amount`: it always fits.
    mul_div_down(amount, fraction.deconstruct().into(), BILLION).unwrap_or(amount)
}

/// The part `fraction` of `amount`, rounded up; at most `amount`.
#[inline]
pub fn part_up(fraction: Perbill, amount: Balance) -> Balance {
    mul_div_up(amount, fraction.deconstruct().into(), BILLION).unwrap_or(amount)
}

/// `amount * rate`, rounded down.
pub fn scale_down(amount: Balance, rate: FixedU128) -> Option<Balance> {
    mul_div_down(amount, rate.into_inner(), FixedU128::DIV)
}

/// `a / b` to 18 decimals, rounded down.
pub fn ratio_down(a: u128, b: u128) -> Option<FixedU128> {
    mul_div_down(a, FixedU128::DIV, b).map(FixedU128::from_inner)
}

/// The square root, rounded down.
pub fn sqrt_down(a: u128) -> u128 {
    a.isqrt()
}

/// `16 * amount + 1`: sums of at most 15 of them compare by amount first, and where that is equal by
/// the number of summands. Exact up to `2^124 - 1`.
pub fn counted(amount: Balance) -> u128 {
    amount.saturating_mul(16).saturating_add(1)
}

/// The amount in a difference of sums that are [`counted`], the first of which has at most seven
/// summands less or eight more than the second.
pub fn uncounted_nearest(difference: u128) -> Balance {
    difference.saturating_add(7) / 16
}

/// `min(a / b, 1)` to nine decimals, rounded up. One when `b` is zero.
pub fn fraction_up(a: u128, b: u128) -> Perbill {
    if a >= b {
        return Perbill::one();
    }
    mul_div_up(a, BILLION, b)
        .and_then(|parts| u32::try_from(parts).ok())
        .map_or(Perbill::one(), Perbill::from_parts)
}

/// `2^-x`, with an error below 10^-16.
///
/// The whole part of `x` is a shift; the rest is the alternating series of `e^(-r ln 2)`, whose
/// terms vanish below 10^-18 after about twenty steps.
pub fn exp2_neg(x: FixedU128) -> FixedU128 {
    const ONE: u128 = FixedU128::DIV;
    const LN_2: u128 = 693_147_180_559_945_309;
    let (whole, rest) = (x.into_inner() / ONE, x.into_inner() % ONE);
    let exponent = rest.saturating_mul(LN_2) / ONE;
    let (mut even, mut odd, mut term, mut step) = (ONE, 0u128, ONE, 0u128);
    while term > 0 {
        step = step.saturating_add(1);
        term = term.saturating_mul(exponent).checked_div(step.saturating_mul(ONE)).unwrap_or(0);
        if step % 2 == 0 {
            even = even.saturating_add(term);
        } else {
            odd = odd.saturating_add(term);
        }
    }
    let shift = u32::try_from(whole).unwrap_or(u32::MAX);
    FixedU128::from_inner(even.saturating_sub(odd).checked_shr(shift).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_products_round_as_their_names_say() {
        for (a, b, c, down, up) in [
            (7, 3, 2, Some(10), Some(11)),
            (6, 3, 2, Some(9), Some(9)),
            (u128::MAX, u128::MAX, u128::MAX, Some(u128::MAX), Some(u128::MAX)),
            (u128::MAX, 2, 4, Some(u128::MAX / 2), Some(u128::MAX / 2 + 1)),
            (u128::MAX, 2, 1, None, None),
            (1, 1, 0, None, None),
            (0, 5, 9, Some(0), Some(0)),
        ] {
            assert_eq!(mul_div_down(a, b, c), down, "{a} * {b} / {c} down");
            assert_eq!(mul_div_up(a, b, c), up, "{a} * {b} / {c} up");
        }
    }

    #[test]
    fn counted_sums_give_their_amount_back() {
        for amount in [0, 1, 15, 16, 1 << 120] {
            let sums = |summands: u128| counted(amount) - 1 + summands;
            assert_eq!(counted(amount), sums(1));
            for more in 0..=8 {
                assert_eq!(uncounted_nearest(sums(more)), amount, "{amount} and {more}");
            }
            for less in 0..=amount.min(7) {
                assert_eq!(uncounted_nearest(16 * amount - less), amount, "{amount} less {less}");
            }
        }
    }

    #[test]
    fn fractions_saturate_at_one() {
        assert_eq!(fraction_up(1, 3), Perbill::from_parts(333_333_334));
        assert_eq!(fraction_up(3, 3), Perbill::one());
        assert_eq!(fraction_up(9, 2), Perbill::one());
        assert_eq!(fraction_up(0, 0), Perbill::one());
        assert_eq!(fraction_up(0, 7), Perbill::zero());
    }

    #[test]
    fn powers_of_two_match_floating_point() {
        for hundredths in 0..2_000u128 {
            let x = FixedU128::from_inner(hundredths * FixedU128::DIV / 100);
            let got = exp2_neg(x).into_inner() as f64 / 1e18;
            let want = 2f64.powf(-(hundredths as f64) / 100.0);
            assert!(
                (got - want).abs() < 1e-15,
                "2^-{}: {got} != {want}",
                hundredths as f64 / 100.0
            );
        }
        assert_eq!(exp2_neg(FixedU128::from_inner(u128::MAX)), FixedU128::from_inner(0));
    }
}
