//! Symmetric equilibria of symmetric games of any number of players with two strategies each.
//!
//! When everybody plays strategy 1 with probability `p`, it pays more than strategy 0 by
//! `D(p) = Σ C(n, k) p^k (1 − p)^(n − k) (payoff_1(k) − payoff_0(k))`, where `n` is the number of
//! others: a polynomial in Bernstein form. Equilibria are `p = 0` if `D ≤ 0` there, `p = 1` if
//! `D ≥ 0` there, and the roots between. One is evolutionarily stable if `D` falls through zero
//! there, or points outwards next to the end (Broom, Cannings, Vickers 1997; Peña, Lehmann, Nöldeke
//! 2014, "Gains from switching and evolutionary stability in multi-player matrix games").

use super::polynomial::{Polynomial, Root};
use super::strategic::Strategic;
use super::{Found, Limit};
use crate::exact::Rational;
use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Zero};

/// The symmetric equilibria of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Symmetric {
    /// Every probability is one: the strategies always pay the same.
    Everything,
    /// These are, in order.
    Points(Found<Point>),
}

/// An equilibrium in which all players do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The probability of strategy 1.
    pub probability: Root,
    /// Whether it is evolutionarily stable.
    pub is_stable: bool,
}

/// Why a table of payoffs is not a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} payoffs of strategy 0 and {1} of strategy 1: expected as many, and one or more")]
pub struct TableError(pub usize, pub usize);

/// All symmetric equilibria. `payoffs[s][k]` is what a player gets who plays `s` when `k` of the
/// others play 1. The limit's steps are additions of coefficients: about `n²` for every bisection.
pub fn equilibria(payoffs: &[Vec<Rational>; 2], limit: Limit) -> Result<Symmetric, TableError> {
    let [zero, one] = payoffs;
    if zero.len() != one.len() || zero.is_empty() {
        return Err(TableError(zero.len(), one.len()));
    }
    let steps = limit.steps / (one.len() as u64).pow(2);
    if steps == 0 {
        return Ok(Symmetric::Points(Found { all: Vec::new(), complete: false }));
    }
    let gains: Vec<Rational> = one.iter().zip(zero).map(|(one, zero)| one - zero).collect();
    let scale = gains.iter().fold(BigInt::one(), |scale, gain| scale.lcm(gain.denom()));
    let whole = |gain: &Rational| gain.numer() * (&scale / gain.denom());
    let gain = Polynomial::from_bernstein(&gains.iter().map(whole).collect::<Vec<_>>());
    if gain.is_zero() {
        return Ok(Symmetric::Everything);
    }
    let (roots, complete) = gain.roots(steps);
    let mut all = Vec::new();
    let none = Rational::zero();
    if gain.sign_at(&none) != Sign::Plus {
        let is_stable = gain.signs_around(&none).1 == Sign::Minus;
        all.push(Point { probability: Root::Exact(none), is_stable });
    }
    for probability in roots {
        let signs = match &probability {
            Root::Exact(root) => gain.signs_around(root),
            Root::Between { low, high } => (gain.sign_at(low), gain.sign_at(high)),
        };
        all.push(Point { probability, is_stable: signs == (Sign::Plus, Sign::Minus) });
    }
    let certain = Rational::one();
    if gain.sign_at(&certain) != Sign::Minus {
        let is_stable = gain.signs_around(&certain).0 == Sign::Plus;
        all.push(Point { probability: Root::Exact(certain), is_stable });
    }
    Ok(Symmetric::Points(Found { all, complete }))
}

/// The payoffs of a game whose players have two strategies each, as [`equilibria`] takes them, if
/// they depend only on the own strategy and on how many of the others play 1.
pub fn table(game: &Strategic) -> Option<[Vec<Rational>; 2]> {
    if game.shape().iter().any(|count| *count != 2) {
        return None;
    }
    let others = game.players.len().checked_sub(1)?;
    let mut table = [vec![None; others + 1], vec![None; others + 1]];
    for (index, payoffs) in game.payoffs.iter().enumerate() {
        let profile = game.profile(index);
        let ones: usize = profile.iter().sum();
        for (own, payoff) in profile.into_iter().zip(payoffs) {
            if table[own][ones - own].get_or_insert(payoff) != &payoff {
                return None;
            }
        }
    }
    let known = |row: Vec<Option<&Rational>>| row.into_iter().map(|one| one.cloned()).collect();
    let [zero, one]: [Option<Vec<_>>; 2] = table.map(known);
    Some([zero?, one?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{parse, whole};
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn points(payoffs: &[Vec<Rational>; 2]) -> Vec<Point> {
        match equilibria(payoffs, Limit::default()).expect("it is a table") {
            Symmetric::Points(Found { all, complete: true }) => all,
            other => panic!("{other:?}"),
        }
    }

    fn exact(text: &str, is_stable: bool) -> Point {
        Point { probability: Root::Exact(parse(text).expect("a number")), is_stable }
    }

    /// A good worth 1 that one volunteer is enough for, at a cost: nobody volunteers with the
    /// probability `cost^(1 / (n − 1))` (Diekmann 1985).
    fn volunteers(others: usize, cost: &str) -> [Vec<Rational>; 2] {
        let enjoy = |k: usize| whole(i128::from(k > 0));
        let pay = whole(1) - parse(cost).expect("a number");
        [(0..=others).map(enjoy).collect(), vec![pay; others + 1]]
    }

    #[test]
    fn volunteers_come_forward_as_published() {
        assert_eq!(points(&volunteers(2, "1/4")), [exact("1/2", true)]);
        assert_eq!(points(&volunteers(3, "8/27")), [exact("1/3", true)]);
        for others in [2, 7, 250] {
            let found = points(&volunteers(others, "1/2"));
            let [Point { probability: Root::Between { low, high }, is_stable: true }] = &found[..]
            else {
                panic!("{others}: {found:?}")
            };
            let absent = |p: &Rational| num_traits::pow(whole(1) - p, others);
            let half = parse("1/2").unwrap();
            assert!(absent(high) < half && half < absent(low), "{others}");
        }
    }

    #[test]
    fn two_players_and_degenerate_games() {
        let table = |rows: [[i128; 2]; 2]| rows.map(|row| row.map(whole).to_vec());
        // Hawk and dove (Maynard Smith 1982), a prize of 2 and a fight's cost of 4.
        assert_eq!(points(&table([[1, 0], [2, -1]])), [exact("1/2", true)]);
        // Coordination: both ends, and an unstable mixture.
        let found = points(&table([[1, 0], [0, 2]]));
        assert_eq!(found, [exact("0", true), exact("1/3", false), exact("1", true)]);
        // A strategy that is weakly dominated is an equilibrium, not a stable one.
        assert_eq!(points(&table([[1, 1], [1, 0]])), [exact("0", true)]);
        assert_eq!(points(&table([[1, 0], [1, 1]])), [exact("0", false), exact("1", true)]);
        let same = equilibria(&table([[3, 4], [3, 4]]), Limit::default());
        assert_eq!(same, Ok(Symmetric::Everything));
        let few = Limit { steps: 3, ..Limit::default() };
        let stopped = equilibria(&table([[1, 0], [2, -1]]), few);
        assert_eq!(stopped, Ok(Symmetric::Points(Found { all: Vec::new(), complete: false })));
        let wrong = equilibria(&[vec![whole(1)], vec![]], Limit::default());
        assert_eq!(wrong, Err(TableError(1, 0)));
    }

    /// Games made to have given roots, some more than once, have them and no others.
    #[test]
    fn roots_that_were_put_in_come_out() {
        for seed in 0..200 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut roots: Vec<(Rational, u32)> = Vec::new();
            for _ in 0..rng.random_range(0..5) {
                let below = rng.random_range(2..50);
                let root = Rational::new(rng.random_range(1..below).into(), below.into());
                if roots.iter().all(|(other, _)| *other != root) {
                    roots.push((root, rng.random_range(1..4)));
                }
            }
            roots.sort();
            // Coefficients times binomials multiply like powers; a positive factor without roots first.
            let mut product = vec![whole(2), whole(-1), whole(3)];
            for (root, times) in &roots {
                for _ in 0..*times {
                    let mut next = vec![Rational::zero(); product.len() + 1];
                    for (at, part) in product.iter().enumerate() {
                        next[at] -= root * part;
                        next[at + 1] += (whole(1) - root) * part;
                    }
                    product = next;
                }
            }
            let degree = product.len() - 1;
            let mut choose = BigInt::one();
            for (at, part) in product.iter_mut().enumerate() {
                *part /= &choose;
                choose = choose * (degree - at) / (at + 1);
            }
            let found = points(&[vec![whole(0); degree + 1], product]);
            let odd: u32 = roots.iter().map(|(_, times)| times).sum();
            let mut expected = Vec::new();
            let mut above = odd.is_multiple_of(2);
            if !above {
                expected.push(Point { probability: Root::Exact(whole(0)), is_stable: true });
            }
            for (root, times) in roots {
                let is_stable = above && times % 2 == 1;
                above ^= times % 2 == 1;
                expected.push(Point { probability: Root::Exact(root), is_stable });
            }
            expected.push(Point { probability: Root::Exact(whole(1)), is_stable: true });
            assert_eq!(found, expected, "seed {seed}");
        }
    }

    /// There are no more mixtures than changes of sign of the gains, and an even number fewer; stable
    /// and unstable equilibria take turns.
    #[test]
    fn hundreds_of_players_obey_the_rule_of_signs() {
        for seed in 0..4 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut gain = || [-1, 1][rng.random_range(0..2)] * rng.random_range(1..1_000_000);
            let gains: Vec<i128> = (0..300).map(|_| gain()).collect();
            let changes = gains.windows(2).filter(|pair| pair[0] * pair[1] < 0).count();
            let one = gains.iter().map(|gain| whole(*gain)).collect();
            let found = points(&[vec![whole(0); gains.len()], one]);
            let ends = [whole(0), whole(1)].map(Root::Exact);
            let mixed = found.iter().filter(|point| !ends.contains(&point.probability)).count();
            assert!(mixed <= changes && (changes - mixed).is_multiple_of(2), "seed {seed}");
            let turns = found.windows(2).all(|pair| pair[0].is_stable != pair[1].is_stable);
            assert!(turns && found.len() > 2, "seed {seed}: {found:?}");
        }
    }
}
