//! The exponential and the logarithm, in fixed point with 120 binary digits, and how far they can be wrong.
//!
//! A number `x` stands for `x / 2^120`; an *ulp* is `2^-120`. Both functions are rounded down, and both say by
//! how many ulps at most: [`EXP_ULPS`] and [`LN_ULPS`]. Only integers are added, multiplied and divided, so
//! the result is the same on every machine, and every rounding is a `floor` that takes less than one ulp.
//!
//! # `e^-x`, for `x >= 0`
//!
//! Let `l` be [`LN_2`], which is `ln 2` less some `d < 1` ulp. With `k = ceil(x / l)` and `r = k l - x`, so that
//! `0 <= r < l`,
//!
//! ```text
//! e^-x = 2^-k e^(k ln 2 - x) = 2^-k e^(r + k d)
//! ```
//!
//! 1. `e^r` is the sum of `r^j / j!`, of which those up to `j = 31` are added by Horner's rule, from the last:
//!    `h_(j-1) = c_(j-1) + r h_j`. A constant `c_j` is `1 / j!`, rounded down, and so is the product: `h_(j-1)` is too low
//!    by less than `r` times what `h_j` is, and 2 more. As `r < 0.6932`, that is less than `2 / (1 - 0.6932) < 6.52` in all.
//! 2. What is left out is less than `1.03 * 0.6932^32 / 32! < 2^-133`, which is less than 0.01 ulps.
//! 3. `e^r < 2`, so that `k d` takes less than `2.01 k` ulps more. Divided by `2^k`, for `k >= 1`:
//!    `(6.53 + 2.01 k) / 2^k <= 4.27`, and the shift takes less than one ulp. For `k = 0`, `x` is zero, and `1` is exact.
//! 4. Where `k >= 122` zero is given, and `e^-x <= 2^(1-k)` is at most half an ulp.
//!
//! Together less than 6 ulps.
//!
//! # `ln y`, for `1 <= y <= 8`
//!
//! With `2^k <= y < 2^(k+1)`, `z = (y - 2^k) / (y + 2^k)` and `w = z^2`, so that `0 <= z < 1/3`,
//!
//! ```text
//! ln y = k ln 2 + 2 z S(w),    S(w) = 1 + w / 3 + w^2 / 5 + ...
//! ```
//!
//! 1. `z` is too low by less than 1, and `w` by less than `2 z + 1 < 1.67`. Since `S'(w) < (1 + w + w^2 + ...) / 2 <= 9/16`,
//!    that takes less than 0.94 of `S`.
//! 2. `S` is added by Horner's rule up to `w^38`, with constants and products rounded down: too low by less than
//!    `2 / (1 - 1/9) = 2.25`. What is left out is less than `9^-39`, which is less than 0.01 ulps. So `S < 1.04` is too low by
//!    less than 3.2 in all.
//! 3. `z S` is too low by less than `1 * 1.04 + 3.2 / 3 + 1 < 3.11`; twice that, and `k <= 3` times `d`, is less than 9.3.
//!
//! Together less than 10 ulps.

/// One.
pub const ONE: u128 = 1 << DIGITS;
/// The natural logarithm of two, rounded down.
pub const LN_2: u128 = 921_350_637_599_661_305_226_344_307_672_478_454;
/// By how much [`exp_neg_down`] can be too low, in ulps.
pub const EXP_ULPS: u128 = 6;
/// By how much [`ln_down`] can be too low, in ulps.
pub const LN_ULPS: u128 = 10;

/// Binary digits behind the point.
const DIGITS: u32 = 120;
const LOW: u128 = u64::MAX as u128;

/// `1 / j!`, rounded down, from `1 / 31!` on.
#[allow(clippy::indexing_slicing)] // Before anything runs.
const INVERSE_FACTORIALS: [u128; 32] = {
    let mut all = [ONE; 32];
    let mut j = 1;
    while j < 32 {
        // Floors of floors: the same as of the quotient.
        all[31 - j] = all[32 - j] / j as u128;
        j += 1;
    }
    all
};
/// `1 / (2 j + 1)`, rounded down, from `1 / 77` on.
#[allow(clippy::indexing_slicing)] // Before anything runs.
const INVERSES: [u128; 39] = {
    let mut all = [ONE; 39];
    let mut j = 0;
    while j < 39 {
        all[38 - j] = ONE / (2 * j as u128 + 1);
        j += 1;
    }
    all
};

/// `e^-x`, too low by less than [`EXP_ULPS`].
pub fn exp_neg_down(x: u128) -> u128 {
    let halvings = x.div_ceil(LN_2);
    // Less than one LN_2: the next multiple may not fit where the result is zero anyway.
    let rest = halvings.saturating_mul(LN_2).saturating_sub(x);
    let halvings = u32::try_from(halvings).unwrap_or(u32::MAX);
    polynomial_down(&INVERSE_FACTORIALS, rest).checked_shr(halvings).unwrap_or(0)
}

/// `ln y`, too low by less than [`LN_ULPS`], for `y` from one to eight. Below one it is zero.
pub fn ln_down(y: u128) -> u128 {
    let doublings = y.checked_ilog2().unwrap_or(0).saturating_sub(DIGITS).min(3);
    let power = ONE << doublings;
    let (above, sum) = (y.saturating_sub(power), y.saturating_add(power));
    // Less than one: it fits.
    let z = crate::math::mul_div_down(above, ONE, sum).unwrap_or(0);
    let series = polynomial_down(&INVERSES, product_down(z, z));
    let twos = u128::from(doublings).saturating_mul(LN_2);
    product_down(z, series).saturating_mul(2).saturating_add(twos)
}

/// `a / b`, rounded up. None if that is more than 127.
pub fn quotient_up(a: u128, b: u128) -> Option<u128> {
    let whole = a.checked_div(b).filter(|whole| *whole < 128)?;
    crate::math::mul_div_up(a.checked_rem(b)?, ONE, b)?.checked_add(whole << DIGITS)
}

/// By Horner's rule, the highest power first.
fn polynomial_down(coefficients: &[u128], x: u128) -> u128 {
    let next = |sum, one: &u128| product_down(sum, x).wrapping_add(*one);
    coefficients.iter().fold(0, next)
}

/// `a * x`, rounded down, where that is below 64.
///
/// By the halves of both: the product has less than 246 binary digits.
pub fn product_down(a: u128, x: u128) -> u128 {
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, x >> 64, x & LOW);
    let (low, one, other) = (a0.wrapping_mul(b0), a1.wrapping_mul(b0), a0.wrapping_mul(b1));
    let middle = (low >> 64).wrapping_add(one & LOW).wrapping_add(other & LOW);
    let high = a1.wrapping_mul(b1).wrapping_add(one >> 64).wrapping_add(other >> 64);
    let high = high.wrapping_add(middle >> 64);
    (high << 8) | ((middle & LOW) >> 56)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::cast_possible_truncation)]
mod tests {
    use super::*;
    use num_bigint::BigUint;

    /// A number of which both bounds are known, in units of `2^-400`.
    #[derive(Clone)]
    struct Interval(BigUint, BigUint);

    const WIDE: u32 = 400;

    impl Interval {
        fn of(x: u128) -> Self {
            let exact = BigUint::from(x) << (WIDE - DIGITS);
            Self(exact.clone(), exact)
        }

        fn times(&self, other: &Self) -> Self {
            let up = ((&self.1 * &other.1) >> WIDE) + 1u32;
            Self((&self.0 * &other.0) >> WIDE, up)
        }
    }

    /// `e^x` by its Taylor series at `x / 2^10`, with what is left of it, squared ten times. It shares nothing with
    /// what is tested.
    fn exp(x: u128) -> Interval {
        let exact = Interval::of(x);
        let small = Interval(&exact.0 >> 10u32, (&exact.1 >> 10u32) + 1u32);
        let mut term = Interval::of(ONE);
        let mut sum = term.clone();
        for step in 1u32..=80 {
            term = term.times(&small);
            term = Interval(&term.0 / step, &term.1 / step + 1u32);
            sum = Interval(&sum.0 + &term.0, &sum.1 + &term.1);
        }
        // Below one the terms that are left are at most as much as the last one.
        sum.1 += &term.1;
        (0..10).fold(sum, |power, _| power.times(&power))
    }

    fn samples(most: u128) -> Vec<u128> {
        let mut all: Vec<u128> = (0..=120).flat_map(|bit| [(1 << bit) - 1, 1 << bit]).collect();
        all.extend((1..=180).flat_map(|k| [k * LN_2 - 1, k * LN_2, k * LN_2 + 1]));
        let mut state = 7u128;
        for _ in 0..2_000 {
            state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(1);
            all.push((state >> 5) % most);
        }
        all.retain(|x| *x <= most);
        all
    }

    #[test]
    fn powers_are_within_their_bound() {
        let two = BigUint::from(1u32) << (2 * WIDE);
        let mut worst = BigUint::default();
        for x in samples(127 * ONE) {
            let power = exp(x);
            let (low, high) = (&two / &power.1, &two / &power.0 + 1u32);
            let got = Interval::of(exp_neg_down(x)).0;
            assert!(got <= high, "e^-{x} is too high");
            let error = low.max(got.clone()) - got;
            assert!(error < Interval::of(EXP_ULPS).0, "e^-{x} is too low");
            worst = worst.max(error >> (WIDE - DIGITS));
        }
        // The bound is not far from what there is.
        assert!(worst >= BigUint::from(1u32), "{worst}");
    }

    #[test]
    fn logarithms_are_within_their_bound() {
        let inputs = samples(7 * ONE).into_iter().map(|more| ONE + more);
        for y in inputs.chain([ONE, 8 * ONE - 1, 8 * ONE, 2 * ONE - 1, 4 * ONE]) {
            let (got, exact) = (ln_down(y), Interval::of(y));
            assert!(exp(got).0 <= exact.1, "ln {y} is too high");
            assert!(exp(got + LN_ULPS).1 >= exact.0, "ln {y} is too low");
        }
    }

    #[test]
    fn what_is_known_is_exact() {
        assert_eq!(exp_neg_down(0), ONE);
        assert_eq!(ln_down(ONE), 0);
        assert_eq!(ln_down(0), 0);
        assert_eq!([2, 4, 8].map(|y| ln_down(y * ONE)), [1, 2, 3].map(|k| k * LN_2));
        assert_eq!(exp_neg_down(u128::MAX), 0);
        let two = Interval::of(2 * ONE).0;
        assert!(exp(LN_2).0 <= two && exp(LN_2 + 1).1 >= two);
    }

    #[test]
    fn products_are_floors() {
        let factors = [0, 1, LOW, LOW + 1, LN_2, ONE - 1, ONE, ONE + 1, 3 * ONE + 7, 8 * ONE - 1];
        for a in factors {
            for b in
                factors.into_iter().filter(|b| (BigUint::from(a) * *b) >> 248u32 == 0u32.into())
            {
                let exact = (BigUint::from(a) * b) >> DIGITS;
                assert_eq!(BigUint::from(product_down(a, b)), exact, "{a} * {b}");
            }
        }
    }

    #[test]
    fn quotients_are_rounded_up() {
        assert_eq!(quotient_up(1, 2), Some(ONE / 2));
        assert_eq!(quotient_up(7, 3), Some((7 * ONE).div_ceil(3)));
        assert_eq!(quotient_up(0, 5), Some(0));
        assert_eq!(quotient_up(127 << 100, 1 << 100), Some(127 * ONE));
        assert_eq!([quotient_up(128, 1), quotient_up(u128::MAX, 7), quotient_up(1, 0)], [None; 3]);
    }
}
