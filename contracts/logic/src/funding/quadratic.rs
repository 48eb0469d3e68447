//! How much a project is matched with.
//!
//! For contributions `c_i` to a project, [quadratic](ideal_down) funding adds
//!
//! ```text
//! (sum_i sqrt(c_i))^2 - sum_i c_i  =  sum_(i != j) sqrt(c_i c_j)
//! ```
//!
//! and [pairwise](pair_down) bounded funding weighs every pair by how little it has in common
//! elsewhere: with `p(i, j)` the sum of `sqrt(c_i c_j)` over all projects of the round,
//!
//! ```text
//! sum_(i != j) sqrt(c_i c_j) * M / (M + p(i, j))
//! ```
//!
//! so no pair brings more than `2 M` over all projects, and `k` accounts no more than
//! `k (k - 1) M`. Sources: Buterin, Hitzig and Weyl, "A Flexible Design for Funding Public Goods"
//! (2019); Buterin, "Pairwise coordination subsidies: a new quadratic funding design" (2019).
//!
//! Roots have [16 fractional bits](root_down), products of two roots have 32. All are rounded
//! down, so a quadratic match is never above the exact one, and with `n` contributors below it by
//! at most `2^-15 n sum_i sqrt(c_i) + 1`. A pairwise match is within `2^-15` of the exact one,
//! on either side, since `p(i, j)` is rounded down too; the bound of `2 M` is kept exactly.

use carrots_kernel::math::{mul_div_down, sqrt_down, Balance};

/// One, as a root.
pub const ONE: u128 = 1 << 16;
/// One, as a product of two roots.
const SQUARE: u128 = 1 << 32;

/// The root of a contribution. At most `2^63`, for at most `MAX_AMOUNT`.
pub fn root_down(contribution: Balance) -> u128 {
    sqrt_down(contribution.saturating_mul(SQUARE))
}

/// The ideal match of a project, by the sum of the roots of its contributions and their sum.
/// Nothing for a single contributor.
pub fn ideal_down(roots: u128, raised: Balance) -> Balance {
    // The square is at most the number of contributors times what they gave: 2^32 * MAX_AMOUNT.
    mul_div_down(roots, roots, SQUARE).unwrap_or(0).saturating_sub(raised)
}

/// What two contributors have in common in a project: the product of their roots. A round's sum is
/// at most half of what the two gave, so `2^125`.
pub fn common(root: u128, other: u128) -> u128 {
    root.saturating_mul(other)
}

/// What a pair brings a project, in units of `1 / ONE`: what the two have in common `here`, of
/// what they have `everywhere`, in either order. At most `2 * bound`.
pub fn pair_down(bound: Balance, here: u128, everywhere: u128) -> u128 {
    // At most 2^126 and 2^111.
    let whole = bound.saturating_mul(SQUARE);
    let both = bound.saturating_mul(ONE).saturating_mul(2);
    mul_div_down(here, both, whole.saturating_add(everywhere)).unwrap_or(0)
}

/// The ideal match of a project, by the sum of what its pairs bring.
pub fn pairs_down(sum: u128) -> Balance {
    // ONE is not zero.
    sum.checked_div(ONE).unwrap_or(0)
}

/// What a project is paid of its ideal match in a round that gave `given` of `wanted`. The sum
/// over all projects is at most `given`.
pub fn match_down(ideal: Balance, given: Balance, wanted: Balance) -> Balance {
    // Where nothing is wanted, nothing is paid. Else at most `given`: it fits.
    mul_div_down(ideal, given, wanted).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::funding::{MAX_AMOUNT, MAX_CONTRIBUTORS};

    fn quadratic(contributions: &[Balance]) -> Balance {
        let roots = contributions.iter().map(|c| root_down(*c)).sum();
        ideal_down(roots, contributions.iter().sum())
    }

    /// The formula of the source, with floating point: projects by contributor.
    fn pairwise_exact(bound: f64, projects: &[Vec<Balance>]) -> Vec<f64> {
        let root = |c: Balance| (c as f64).sqrt();
        let share = |i: usize, j: usize| {
            let common: f64 = projects.iter().map(|p| root(p[i]) * root(p[j])).sum();
            bound / (bound + common)
        };
        let ideal = |p: &Vec<Balance>| {
            let pairs = (0..p.len()).flat_map(|i| (0..p.len()).map(move |j| (i, j)));
            let pairs = pairs.filter(|(i, j)| i != j);
            pairs.map(|(i, j)| root(p[i]) * root(p[j]) * share(i, j)).sum()
        };
        projects.iter().map(ideal).collect()
    }

    fn pairwise(bound: Balance, projects: &[Vec<Balance>]) -> Vec<Balance> {
        let here = |p: &[Balance], i: usize, j: usize| common(root_down(p[i]), root_down(p[j]));
        let ideal = |p: &Vec<Balance>| {
            let pairs = (0..p.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
            pairs_down(
                pairs
                    .map(|(i, j)| {
                        let everywhere = projects.iter().map(|q| here(q, i, j)).sum();
                        pair_down(bound, here(p, i, j), everywhere)
                    })
                    .sum(),
            )
        };
        projects.iter().map(ideal).collect()
    }

    /// Numbers without pattern.
    fn noise(seed: u128) -> impl FnMut(Balance) -> Balance {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(0x2545_F491_4F6C_DD1D_DA94_2042_E4DD_58B5).wrapping_add(1);
            (state >> 64) % below
        }
    }

    #[test]
    fn squares_of_sums_of_roots() {
        // (1 + 2 + 3 + 4)^2 = 100, of which 30 are contributed.
        assert_eq!(quadratic(&[1, 4, 9, 16]), 70);
        // Muqa, "Quadratic funding explained": 9, 4 and 1 make 36.
        assert_eq!(quadratic(&[9, 4, 1]) + 14, 36);
        // Whiteboard Crypto, "What is quadratic funding": 600 people with 5 each make 1,800,000.
        let five = 5 * 10u128.pow(12);
        let total = quadratic(&[five; 600]) + 600 * five;
        let exact = 1_800_000 * 10u128.pow(12);
        assert!(total <= exact && exact - total < 25_000_000, "{total}");
    }

    #[test]
    fn alone_nothing_together_everything() {
        for contribution in [1, 2, 3, 5, 10u128.pow(18) + 7, MAX_AMOUNT] {
            assert_eq!(quadratic(&[contribution]), 0);
        }
        for n in [1, 2, 10, 100, 1_000] {
            assert_eq!(quadratic(&vec![1; n]), (n * n - n) as Balance);
        }
        assert_eq!(quadratic(&[]), 0);
        // One account with 16 makes 16; split over sixteen accounts it makes 256.
        assert_eq!(quadratic(&[16]) + 16, 16);
        assert_eq!(quadratic(&[1; 16]) + 16, 256);
    }

    /// Against roots with 40 fractional bits, found by halving.
    #[test]
    fn matches_are_just_below_the_exact_ones() {
        const BITS: u32 = 40;
        let root = |c: Balance| {
            let (mut low, mut high) = (0u128, 1u128 << 63);
            while high - low > 1 {
                let middle = (low + high) / 2;
                let fits = middle * middle <= c << (2 * BITS);
                *(if fits { &mut low } else { &mut high }) = middle;
            }
            low
        };
        let mut random = noise(7);
        for round in 0..200 {
            let n = 1 + random(30);
            let contributions: Vec<Balance> = (0..n).map(|_| 1 + random(1 << 30)).collect();
            let roots: u128 = contributions.iter().map(|c| root(*c)).sum();
            let upper = (roots + n).pow(2) >> (2 * BITS);
            let exact = upper - contributions.iter().sum::<Balance>();
            let got = quadratic(&contributions);
            let slack = ((n * (roots >> BITS)) >> 15) + 1;
            assert!(got <= exact, "{round}: {got} > {exact}");
            assert!(exact - got <= slack + 1, "{round}: {got} << {exact}");
        }
    }

    #[test]
    fn a_pair_is_bounded_whatever_it_gives() {
        let bound = 1_000;
        for (a, b) in [(100, 100), (10_000, 2_500), (1 << 60, 1 << 60)] {
            let got = pairwise(bound, &[vec![a, b]])[0];
            let both = 2 * root_down(a) * root_down(b) / SQUARE;
            assert_eq!(got, both * bound / (bound + both / 2), "{a} and {b}");
            assert!(got <= 2 * bound);
        }
        let most = pairwise(bound, &[vec![MAX_AMOUNT; 2]])[0];
        assert_eq!(most, 2 * bound - 1);
        // The same over many projects: they share the bound.
        let spread: Balance = pairwise(bound, &vec![vec![1 << 60; 2]; 50]).iter().sum();
        assert!(spread <= 2 * bound && spread >= 2 * bound - 50, "{spread}");
        // Four accounts that collude: 4 * 3 * M.
        let ring = pairwise(bound, &[vec![1 << 80; 4]])[0];
        assert_eq!(ring, 12 * bound - 1);
    }

    #[test]
    fn a_wide_bound_is_quadratic_funding() {
        let contributions = vec![1, 4, 9, 16];
        assert_eq!(pairwise(MAX_AMOUNT, &[contributions])[0], 69);
        assert_eq!(pairwise(1, &[vec![5]])[0], 0);
    }

    #[test]
    fn pairs_follow_the_formula() {
        let mut random = noise(11);
        for round in 0..200 {
            let (contributors, number) = (1 + random(8), 1 + random(5));
            let bound = 1 + random(1 << 24);
            let projects: Vec<Vec<Balance>> = (0..number)
                .map(|_| (0..contributors).map(|_| random(2) * random(1 << 30)).collect())
                .collect();
            let exact = pairwise_exact(bound as f64, &projects);
            for (got, exact) in pairwise(bound, &projects).into_iter().zip(exact) {
                let (below, part) = (exact - got as f64, exact * 0.5f64.powi(15));
                assert!((-part - 1e-3..part + 1.001).contains(&below), "{round}: {got} {exact}");
            }
        }
    }

    #[test]
    fn one_factor_for_all() {
        assert_eq!([70, 30].map(|ideal| match_down(ideal, 100, 100)), [70, 30]);
        assert_eq!([70, 30].map(|ideal| match_down(ideal, 10, 100)), [7, 3]);
        assert_eq!([1, 1, 1].map(|ideal| match_down(ideal, 2, 3)), [0, 0, 0]);
        assert_eq!(match_down(0, 0, 0), 0);
    }

    #[test]
    fn the_largest_numbers_fit() {
        let (root, half) = (root_down(MAX_AMOUNT), root_down(MAX_AMOUNT / 2));
        assert_eq!(root, 1 << 63);
        // As much as there may be from as many accounts as there can be, one unit each from others.
        let many = 1u128 << 32;
        let roots = many * root_down(MAX_AMOUNT / many);
        assert_eq!(ideal_down(roots, MAX_AMOUNT), (many - 1) * MAX_AMOUNT);
        let everywhere = common(half, half);
        assert!(everywhere <= 1 << 125);
        assert!((MAX_AMOUNT * SQUARE).checked_add(everywhere).is_some());
        let pair = pair_down(MAX_AMOUNT, everywhere, everywhere);
        assert!(pair > ONE * MAX_AMOUNT / 2 && pair < ONE * MAX_AMOUNT);
        let pairs = u128::from(MAX_CONTRIBUTORS).pow(2);
        assert!(pairs.checked_mul(2 * ONE * MAX_AMOUNT).is_some());
    }

    /// What all pairs bring is at least what all projects are given, and little more.
    #[test]
    fn pairs_over_all_projects_add_up() {
        let mut random = noise(13);
        for round in 0..200 {
            let (contributors, number) = (1 + random(8), 1 + random(5));
            let bound = 1 + random(1 << 24);
            let projects: Vec<Vec<Balance>> = (0..number)
                .map(|_| (0..contributors).map(|_| random(2) * random(1 << 30)).collect())
                .collect();
            let everywhere = |i: usize, j: usize| -> u128 {
                projects.iter().map(|p| common(root_down(p[i]), root_down(p[j]))).sum()
            };
            let pairs = (0..contributors as usize).flat_map(|i| (0..i).map(move |j| (i, j)));
            let wanted = pairs.map(|(i, j)| everywhere(i, j)).map(|e| pair_down(bound, e, e)).sum();
            let ideal: Balance = pairwise(bound, &projects).iter().sum();
            let over = pairs_down(wanted) - ideal;
            assert!(over <= number + 1, "{round}: {over} more than {ideal}");
        }
    }
}
