//! Exact numbers: how they are read and written.

use num_bigint::BigInt;
use num_traits::{One, Zero};

/// A fraction of any size, always in lowest terms.
pub type Rational = num_rational::BigRational;

/// A whole number as a fraction.
pub fn whole(number: i128) -> Rational {
    Rational::from_integer(number.into())
}

/// Reads `3`, `-1/2`, `0.25` or `1.5e-3`: exactly what is written.
pub fn parse(text: &str) -> Option<Rational> {
    if let Some((above, below)) = text.split_once('/') {
        let (above, below) = (decimal(above)?, decimal(below)?);
        return (!below.is_zero()).then(|| above / below);
    }
    decimal(text)
}

fn decimal(text: &str) -> Option<Rational> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (unsigned, negative) = match digits.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (digits.strip_prefix('+').unwrap_or(digits), false),
    };
    let (before, after) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let all = format!("{before}{after}");
    let sound = !all.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit());
    // Nobody writes more zeros than this; who does would fill the memory with them.
    if !sound || exponent.unsigned_abs() > 10_000 {
        return None;
    }
    let number = Rational::from_integer(all.parse::<BigInt>().ok()?);
    let shift = exponent - after.len() as i32;
    let ten = num_traits::pow(BigInt::from(10), shift.unsigned_abs() as usize);
    let number = match shift >= 0 {
        true => number * ten,
        false => number * Rational::new(BigInt::one(), ten),
    };
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, expected) in [
            ("3", "3"),
            ("-1/2", "-1/2"),
            ("0.25", "1/4"),
            ("1.5e-3", "3/2000"),
            ("-.5", "-1/2"),
            ("+2.", "2"),
            ("2e3", "2000"),
            ("0.1/0.3", "1/3"),
        ] {
            assert_eq!(parse(text).map(|number| number.to_string()).as_deref(), Some(expected));
        }
        for text in ["", "-", ".", "1/0", "1e99999", "1.2.3", "--1", "0x1", "1/2/3", "e5"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
