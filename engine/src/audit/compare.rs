//! The simulator's payoffs beside the audit's, in the same scene.

use super::{Expected, Limits, Stopped, expected};
use crate::exact::{Rational, whole};
use crate::scene::AnyScene;
use crate::simulate::Metric;
use num_traits::{ToPrimitive, Zero};
use rayon::prelude::*;
use serde::Serialize;
use std::time::Instant;

/// Profiles of types that are played between two looks at the clock.
const BATCH: usize = 64;
/// Standard errors within which a mean of runs is taken for the exact one.
const ERRORS: f64 = 4.0;

/// What a strategy is paid if everybody else does as intended, drawn and exact.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The strategy.
    pub strategy: String,
    /// Who follows it: the first player that can.
    pub player: String,
    /// The mean payoff of runs as `simulate` makes them, in the smallest unit.
    pub simulated: f64,
    /// Its 95 % confidence interval.
    pub ci95_low: f64,
    #[allow(missing_docs)]
    pub ci95_high: f64,
    /// What it comes to over all types and all that chance does; nothing: it is not known.
    #[serde(serialize_with = "super::finding::fraction")]
    pub exact: Option<Rational>,
    /// Whether the two are the same as far as so many runs tell; nothing: that cannot be said.
    pub agree: Option<bool>,
    /// Why they need not be the same, or why one is not known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// Plays every strategy that somebody can choose, one player at a time, the others as intended.
pub fn compare(scene: &dyn AnyScene, runs: u64, limits: Limits) -> Vec<Compared> {
    let cast = scene.cast();
    let first = |strategy: usize| {
        let can = |at: &usize| scene.suits(*at, strategy);
        (0..cast.players.len()).find(can).map(|player| (player, strategy))
    };
    let kinds = cast.kinds.iter().map(Vec::len).max().unwrap_or(1);
    let types = (kinds > 1).then(|| format!("{kinds} values stand for what is drawn"));
    let grid = types.or_else(|| super::grid(scene));
    let all = (0..cast.strategies.len()).filter_map(first);
    all.map(|(player, strategy)| one(scene, player, strategy, runs, limits, grid.as_deref()))
        .collect()
}

fn one(
    scene: &dyn AnyScene,
    player: usize,
    strategy: usize,
    runs: u64,
    limits: Limits,
    grid: Option<&str>,
) -> Compared {
    let payoffs: Vec<i128> = (0..runs)
        .into_par_iter()
        .map(|run| scene.sample(player, strategy, limits.seed, run))
        .collect();
    let mut drawn = Metric::default();
    payoffs.iter().zip(1..).for_each(|(payoff, n)| drawn.add(*payoff as f64, n));
    drawn.finish(runs);
    let exact = exact(scene, player, strategy, limits);
    let error = drawn.sd / (runs as f64).sqrt();
    let differs = |exact: &Rational| {
        let exact = exact.to_f64().unwrap_or(f64::NAN);
        // Sums of floats are off by a little where nothing is drawn.
        (exact - drawn.mean).abs() > ERRORS * error + 1e-9 * exact.abs().max(1.0)
    };
    let (agree, why) = match (&exact, grid) {
        (Err(why), _) => (None, why.to_string()),
        (Ok(exact), Some(grid)) if differs(exact) => (None, grid.into()),
        (Ok(exact), _) => (Some(!differs(exact)), String::new()),
    };
    Compared {
        strategy: scene.cast().strategies[strategy].0.into(),
        player: scene.cast().players[player].name.clone(),
        simulated: drawn.mean,
        ci95_low: drawn.ci95_low,
        ci95_high: drawn.ci95_high,
        exact: exact.ok(),
        agree,
        why,
    }
}

/// What a player expects from a strategy, over all profiles of types, each as likely.
fn exact(
    scene: &dyn AnyScene,
    player: usize,
    strategy: usize,
    limits: Limits,
) -> Result<Rational, Stopped> {
    let since = Instant::now();
    let sizes: Vec<usize> = scene.cast().kinds.iter().map(Vec::len).collect();
    let count = sizes.iter().try_fold(1u64, |all, size| all.checked_mul(*size as u64));
    let count = count.ok_or(Stopped::Time { outcomes: 0 })?;
    let types = |mut number: u64| -> Vec<usize> {
        let digit = |size: &usize| {
            let digit = number % *size as u64;
            number /= *size as u64;
            digit as usize
        };
        sizes.iter().map(digit).collect()
    };
    let payoff = |number: u64| {
        let types = types(number);
        let option = scene.option_of(player, strategy, types[player]);
        let mut given = vec![None; types.len()];
        given[player] = Some(option.ok_or(Stopped::Lacks("no option of that strategy"))?);
        let over = || since.elapsed().as_secs_f64() > limits.seconds;
        let Expected { payoffs, .. } = expected(scene, &types, &given, &over)?;
        Ok(payoffs[player].clone())
    };
    let mut sum = Rational::zero();
    for from in (0..count).step_by(BATCH) {
        if since.elapsed().as_secs_f64() > limits.seconds {
            return Err(Stopped::Time { outcomes: from });
        }
        let batch = from..count.min(from + BATCH as u64);
        let batch: Result<Vec<Rational>, Stopped> = batch.into_par_iter().map(payoff).collect();
        sum += batch?.into_iter().sum::<Rational>();
    }
    Ok(sum / whole(count.into()))
}
