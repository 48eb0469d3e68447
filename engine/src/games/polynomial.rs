//! Polynomials with integer coefficients, and where their roots between zero and one are.
//!
//! Roots are isolated by bisection and Descartes' rule of signs (Collins, Akritas 1976), for which
//! they must be simple: multiple ones are made so by dividing by the greatest common divisor with
//! the derivative, which is put together from its remainders modulo primes (Brown 1971).

use crate::exact::Rational;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

/// Coefficients, that of the constant first. The last is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polynomial(Vec<BigInt>);

/// A simple root, or where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// It is a fraction.
    Exact(Rational),
    /// It is the only one between these, which are no roots and no further apart than 2^-64.
    /// Fractions whose denominator is below 2^32 are always found exactly.
    Between {
        /// The lower bound.
        low: Rational,
        /// The upper bound.
        high: Rational,
    },
}

/// Binary digits of the bounds of a root.
const DIGITS: usize = 64;

impl Polynomial {
    /// `Σ coefficient_k · C(n, k) · x^k · (1 − x)^(n − k)`, from its `n + 1` coefficients.
    pub fn from_bernstein(coefficients: &[BigInt]) -> Self {
        let mut rest = coefficients.to_vec();
        let (mut power, mut choose) = (Vec::new(), BigInt::one());
        for at in 0..coefficients.len() {
            power.push(&choose * &rest[0]);
            choose = choose * (coefficients.len() - 1 - at) / (at + 1);
            for left in 0..rest.len() - 1 {
                rest[left] = &rest[left + 1] - &rest[left];
            }
            rest.pop();
        }
        Self::trimmed(power)
    }

    fn trimmed(mut coefficients: Vec<BigInt>) -> Self {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Self(coefficients)
    }

    /// Whether it is zero everywhere.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The derivative.
    pub fn derivative(&self) -> Self {
        let terms = self.0.iter().enumerate().skip(1);
        Self::trimmed(terms.map(|(power, coefficient)| coefficient * power).collect())
    }

    /// The sign of its value.
    pub fn sign_at(&self, x: &Rational) -> Sign {
        let (mut sum, mut below) = (BigInt::zero(), BigInt::one());
        for coefficient in self.0.iter().rev() {
            sum = sum * x.numer() + coefficient * &below;
            below *= x.denom();
        }
        sum.sign()
    }

    /// The signs of its values a little below and a little above.
    pub fn signs_around(&self, x: &Rational) -> (Sign, Sign) {
        let (mut derivative, mut even) = (self.clone(), true);
        while !derivative.is_zero() {
            let sign = derivative.sign_at(x);
            if sign != Sign::NoSign {
                return (if even { sign } else { -sign }, sign);
            }
            (derivative, even) = (derivative.derivative(), !even);
        }
        (Sign::NoSign, Sign::NoSign)
    }

    /// Its roots between zero and one, without those, in order, and whether these are all: there
    /// are no more than `steps` bisections. It must not be zero everywhere.
    pub fn roots(&self, steps: u64) -> (Vec<Root>, bool) {
        let simple = self.square_free();
        let (exact, between, complete) = isolate(&simple, steps);
        let refined = between.into_iter().map(|(low, high)| simple.refine(low, high));
        let mut roots: Vec<_> = exact.into_iter().map(Root::Exact).chain(refined).collect();
        roots.sort_by(|left, right| left.low().cmp(right.low()));
        (roots, complete)
    }

    /// The polynomial with the same roots, all simple.
    fn square_free(&self) -> Self {
        let own = self.primitive();
        let common = own.gcd(&own.derivative().primitive());
        own.divided(&common).expect("the greatest common divisor divides it")
    }

    /// It without the common factor of its coefficients.
    fn primitive(&self) -> Self {
        let common = self.0.iter().fold(BigInt::zero(), |common, next| common.gcd(next));
        Self(self.0.iter().map(|coefficient| coefficient / &common).collect())
    }

    /// The quotient, if there is no rest and it is whole.
    fn divided(&self, by: &Self) -> Option<Self> {
        let mut rest = self.0.clone();
        let mut quotient = vec![BigInt::zero(); (rest.len() + 1).saturating_sub(by.0.len())];
        let last = by.0.last()?;
        for at in (0..quotient.len()).rev() {
            let (factor, left) = rest[at + by.0.len() - 1].div_rem(last);
            if !left.is_zero() {
                return None;
            }
            for (power, coefficient) in by.0.iter().enumerate() {
                rest[at + power] -= &factor * coefficient;
            }
            quotient[at] = factor;
        }
        rest.iter().all(Zero::is_zero).then(|| Self::trimmed(quotient))
    }

    /// The greatest common divisor of two primitive polynomials.
    fn gcd(&self, other: &Self) -> Self {
        let (Some(own), Some(last)) = (self.0.last(), other.0.last()) else {
            return if self.is_zero() { other.clone() } else { self.clone() };
        };
        let leading = own.gcd(last);
        let (mut sum, mut modulus) = (Vec::new(), BigInt::one());
        for prime in primes() {
            if (&leading % prime).is_zero() {
                continue;
            }
            let image = modular_gcd(self.modulo(prime), other.modulo(prime), prime);
            if image.len() == 1 {
                return Self(vec![BigInt::one()]);
            }
            if sum.is_empty() || image.len() < sum.len() {
                (sum, modulus) = (vec![BigInt::zero(); image.len()], BigInt::one());
            } else if image.len() > sum.len() {
                continue;
            }
            let scale = residue(&leading, prime);
            let inverse = inverse(residue(&modulus, prime), prime);
            for (total, part) in sum.iter_mut().zip(&image) {
                let missing = (part * scale + prime - residue(total, prime)) % prime;
                *total += &modulus * (missing * inverse % prime);
            }
            modulus *= prime;
            let half = &modulus / 2;
            let lift =
                |total: &BigInt| if *total > half { total - &modulus } else { total.clone() };
            let common = Self::trimmed(sum.iter().map(lift).collect()).primitive();
            if self.divided(&common).is_some() && other.divided(&common).is_some() {
                return common;
            }
        }
        unreachable!("there are more primes than any polynomial in memory needs")
    }

    fn modulo(&self, prime: u64) -> Vec<u64> {
        self.0.iter().map(|coefficient| residue(coefficient, prime)).collect()
    }

    /// Bisects an interval that holds one root until it is narrow and its bounds are no roots.
    fn refine(&self, mut low: Rational, mut high: Rational) -> Root {
        let width = Rational::new(BigInt::one(), BigInt::one() << DIGITS);
        let start = self.signs_around(&low).1;
        let is_root = |x: &Rational| self.sign_at(x) == Sign::NoSign;
        while &high - &low > width || is_root(&low) || is_root(&high) {
            let middle = (&low + &high) / BigInt::from(2);
            match self.sign_at(&middle) {
                Sign::NoSign => return Root::Exact(middle),
                sign if sign == start => low = middle,
                _ => high = middle,
            }
        }
        // No two fractions with small denominators are that close.
        let simplest = simplest(&low, &high);
        if is_root(&simplest) { Root::Exact(simplest) } else { Root::Between { low, high } }
    }
}

impl Root {
    /// The root, or its lower bound.
    pub fn low(&self) -> &Rational {
        match self {
            Self::Exact(root) => root,
            Self::Between { low, .. } => low,
        }
    }
}

type Interval = (Rational, Rational);

/// Simple roots that bisection meets, intervals that hold one each, and whether these are all.
fn isolate(polynomial: &Polynomial, mut steps: u64) -> (Vec<Rational>, Vec<Interval>, bool) {
    let (mut exact, mut between) = (Vec::new(), Vec::new());
    // Polynomials whose roots from zero to one are those from `at / 2^depth` to the next such.
    let mut open = vec![(polynomial.0.clone(), BigInt::zero(), 0usize)];
    while let Some((mut part, at, depth)) = open.pop() {
        let bound = |at: &BigInt| Rational::new(at.clone(), BigInt::one() << depth);
        if part[0].is_zero() {
            part.remove(0);
            if depth > 0 {
                exact.push(bound(&at));
            }
        }
        match variations(&part) {
            0 => {}
            1 => between.push((bound(&at), bound(&(&at + 1)))),
            _ if steps == 0 => return (exact, between, false),
            _ => {
                steps -= 1;
                let degree = part.len() - 1;
                for (power, coefficient) in part.iter_mut().enumerate() {
                    *coefficient <<= degree - power;
                }
                let mut right = part.clone();
                shift(&mut right);
                let twice = at * 2;
                open.push((right, &twice + 1, depth + 1));
                // A root in the middle is at the right part's zero.
                open.push((part, twice, depth + 1));
            }
        }
    }
    (exact, between, true)
}

/// Changes of sign of the coefficients of `(1 + x)^n · p(1 / (1 + x))`: as many as there are roots
/// of `p` between zero and one, or an even number more.
fn variations(part: &[BigInt]) -> usize {
    let mut turned: Vec<_> = part.iter().rev().cloned().collect();
    shift(&mut turned);
    let signs: Vec<_> = turned.iter().map(BigInt::sign).filter(|s| *s != Sign::NoSign).collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Puts `x + 1` for `x`.
fn shift(coefficients: &mut [BigInt]) {
    for start in 0..coefficients.len() {
        for at in (start..coefficients.len() - 1).rev() {
            let (left, right) = coefficients.split_at_mut(at + 1);
            left[at] += &right[0];
        }
    }
}

/// The fraction with the least denominator from `low` to `high`, both positive.
fn simplest(low: &Rational, high: &Rational) -> Rational {
    let floor = low.floor();
    if floor == *low {
        return floor;
    }
    let next = &floor + BigInt::one();
    if next <= *high {
        return next;
    }
    &floor + simplest(&(high - &floor).recip(), &(low - &floor).recip()).recip()
}

/// Primes below 2^31, the largest first.
fn primes() -> impl Iterator<Item = u64> {
    let is_prime = |number: &u64| {
        (3..).step_by(2).take_while(|by| by * by <= *number).all(|by| !number.is_multiple_of(&by))
    };
    (3..1u64 << 31).rev().step_by(2).filter(is_prime)
}

fn residue(number: &BigInt, prime: u64) -> u64 {
    number.mod_floor(&prime.into()).to_u64().expect("it is less than the prime")
}

fn inverse(number: u64, prime: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (number, prime - 2, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result * base % prime;
        }
        base = base * base % prime;
        exponent /= 2;
    }
    result
}

/// The greatest common divisor modulo a prime, with a leading one.
fn modular_gcd(mut left: Vec<u64>, mut right: Vec<u64>, prime: u64) -> Vec<u64> {
    let trim = |numbers: &mut Vec<u64>| {
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
    };
    trim(&mut left);
    trim(&mut right);
    while let Some(last) = right.last() {
        let scale = inverse(*last, prime);
        while left.len() >= right.len() {
            let factor = left[left.len() - 1] * scale % prime;
            let start = left.len() - right.len();
            for (cell, other) in left[start..].iter_mut().zip(&right) {
                *cell = (*cell + prime - factor * other % prime) % prime;
            }
            trim(&mut left);
        }
        std::mem::swap(&mut left, &mut right);
    }
    let scale = left.last().map_or(1, |last| inverse(*last, prime));
    left.iter().map(|number| number * scale % prime).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polynomial(coefficients: &[i64]) -> Polynomial {
        Polynomial(coefficients.iter().map(|coefficient| (*coefficient).into()).collect())
    }

    #[test]
    fn multiple_roots_are_made_simple() {
        // (x − 1)² (x + 2) (3x − 1)³ has the roots of (x − 1) (x + 2) (3x − 1).
        let multiply = |left: &Polynomial, right: &Polynomial| {
            let mut product = vec![BigInt::zero(); left.0.len() + right.0.len() - 1];
            for (one, a) in left.0.iter().enumerate() {
                right.0.iter().enumerate().for_each(|(other, b)| product[one + other] += a * b);
            }
            Polynomial(product)
        };
        let (one, two, third) = (polynomial(&[-1, 1]), polynomial(&[2, 1]), polynomial(&[-1, 3]));
        let all = [&one, &one, &two, &third, &third, &third];
        let product =
            all.into_iter().fold(polynomial(&[1]), |product, next| multiply(&product, next));
        let expected = multiply(&multiply(&one, &two), &third);
        assert_eq!(product.square_free(), expected);
        let third = Root::Exact(Rational::new(1.into(), 3.into()));
        assert_eq!(product.roots(100), (vec![third], true));
    }

    #[test]
    fn roots_are_told_apart_and_enclosed() {
        // (2x² − 1) (2x − 1) (1000x − 501): one half and 0.501 are close, the other is irrational.
        let product = polynomial(&[-501, 2002, -998, -4004, 4000]);
        let (roots, complete) = product.roots(1000);
        assert!(complete);
        let exact = |above: i64, below: i64| Root::Exact(Rational::new(above.into(), below.into()));
        assert_eq!(roots[..2], [exact(1, 2), exact(501, 1000)]);
        let Root::Between { low, high } = &roots[2] else { panic!("{roots:?}") };
        let half = Rational::new(1.into(), 2.into());
        assert!(low * low < half && half < high * high);
        assert!((high - low) * (BigInt::one() << 64u32) <= Rational::one());
        assert_eq!(roots.len(), 3);
        assert!(!product.roots(1).1);
    }
}
