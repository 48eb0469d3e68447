//! Play that adapts, for games that are too large to be solved, and where the steps of players who
//! learn lead.
//!
//! Steps are computed in floating point; what they lead to is a profile of fractions, and what could
//! be gained by leaving it is exact. Nothing here is an equilibrium unless that is zero.

use super::mixed::{Mixed, exploitability, pure};
use super::strategic::Strategic;
use crate::exact::Rational;
use num_bigint::BigInt;
use num_traits::{One, ToPrimitive, Zero};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Instant;

/// Where players came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What they play.
    pub profile: Mixed,
    /// The most that a player could gain by playing something else.
    pub exploitability: Rational,
    /// The rounds that it took.
    pub rounds: u64,
    /// Whether another round would change nothing (nearly nothing, for probabilities).
    pub settled: bool,
}

/// How long play goes on.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// The most rounds.
    pub most: u64,
    /// When it has to stop.
    pub until: Option<Instant>,
}

impl From<u64> for Rounds {
    /// So many, and all the time.
    fn from(most: u64) -> Self {
        Self { most, until: None }
    }
}

impl Rounds {
    /// Whether there is another round after so many.
    fn go_on(&self, after: u64) -> bool {
        after < self.most && self.until.is_none_or(|until| Instant::now() < until)
    }
}

/// Change of a probability in a round that counts as none.
const NOTHING: f64 = 1e-13;

/// Players take turns, each playing a best reply to the others if that gains (Cournot 1838). Settles
/// in a pure equilibrium, or goes round until `rounds` are over.
pub fn best_response(game: &Strategic, start: &[usize], rounds: impl Into<Rounds>) -> Reached {
    let mut profile = start.to_vec();
    let (rounds, mut round) = (rounds.into(), 0);
    while rounds.go_on(round) {
        let mut moved = false;
        for player in 0..profile.len() {
            let (own, stride) = (profile[player], game.stride(player));
            let first = game.index(&profile) - own * stride;
            let pays = |strategy: usize| &game.payoffs[first + strategy * stride][player];
            let better = |best, strategy| if pays(strategy) > pays(best) { strategy } else { best };
            profile[player] = (0..game.strategies[player].len()).fold(own, better);
            moved |= profile[player] != own;
        }
        if !moved {
            return reached(game, pure(game, &profile), round, true);
        }
        round += 1;
    }
    reached(game, pure(game, &profile), round, false)
}

/// Everybody plays a best reply to how often the others played what (Brown 1951), the first of
/// several. The profile is how often everything was played.
pub fn fictitious_play(game: &Strategic, start: &[usize], rounds: impl Into<Rounds>) -> Reached {
    let floats = Floats::new(game);
    let mut counts = floats.zeros();
    let mut played = start.to_vec();
    let (rounds, mut round) = (rounds.into(), 0);
    while round == 0 || rounds.go_on(round) {
        played.iter().zip(&mut counts).for_each(|(strategy, counts)| counts[*strategy] += 1.0);
        // Best replies to counts are those to frequencies.
        let replies = floats.replies(&counts);
        played = replies.iter().map(|replies| best(replies)).collect();
        round += 1;
    }
    reached(game, frequencies(&counts), round, false)
}

/// Everybody plays a strategy with a chance in proportion to how much more it would have paid so
/// far (Hart, Mas-Colell 2000). How often profiles are played comes close to coarse correlated
/// equilibria, and in games of two players with opposite interests the profile of how often
/// everything was played, which is given, to an equilibrium.
pub fn regret_matching(game: &Strategic, rounds: impl Into<Rounds>, seed: u64) -> Reached {
    let floats = Floats::new(game);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut counts, mut regrets) = (floats.zeros(), floats.zeros());
    let (rounds, mut round) = (rounds.into(), 0);
    while round == 0 || rounds.go_on(round) {
        let played: Vec<_> = regrets.iter().map(|regrets| draw(&mut rng, regrets)).collect();
        let index = game.index(&played);
        for (player, own) in played.iter().enumerate() {
            counts[player][*own] += 1.0;
            let first = index - own * floats.strides[player];
            for (strategy, regret) in regrets[player].iter_mut().enumerate() {
                let other = floats.pays(first + strategy * floats.strides[player], player);
                *regret += other - floats.pays(index, player);
            }
        }
        round += 1;
    }
    reached(game, frequencies(&counts), round, false)
}

/// Probabilities grow in proportion to what strategies pay beyond the mean (Taylor, Jonker 1978), in
/// steps whose rates are held: `weight · exp(step · payoff)`, with payoffs scaled to a range of one
/// and `step` up to 100. Strategies without weight stay so.
pub fn replicator(
    game: &Strategic,
    start: &Mixed,
    step: f64,
    rounds: impl Into<Rounds>,
) -> Reached {
    let floats = Floats::new(game);
    let weights = start.iter().map(|weights| weights.iter().map(float).collect()).collect();
    let step = if step > 0.0 { step.min(100.0) } else { 0.0 };
    iterate(game, &floats, weights, 0, rounds.into(), |_, weights, replies| {
        let grown = exponentials(replies, step);
        weights.iter().zip(grown).map(|(weight, grown)| weight * grown).collect()
    })
}

/// Looks for a logit equilibrium (McKelvey, Palfrey 1995): everybody plays strategies in proportion
/// to `exp(precision · payoff)`. The precision grows to the given one in the first half of the
/// rounds, from uniform play, and every round goes half of the way.
pub fn logit(game: &Strategic, precision: f64, rounds: impl Into<Rounds>) -> Reached {
    let floats = Floats::new(game);
    let uniform = |zeros: Vec<f64>| vec![1.0 / zeros.len() as f64; zeros.len()];
    let start = floats.zeros().into_iter().map(uniform).collect();
    let most = (precision.max(0.0) * floats.range).min(f64::MAX);
    let rounds = rounds.into();
    iterate(game, &floats, start, rounds.most / 2, rounds, |round, weights, replies| {
        let grown = 2.0 * round as f64 / rounds.most as f64;
        let aim = exponentials(replies, most * grown.min(1.0));
        let sum: f64 = aim.iter().sum();
        weights.iter().zip(aim).map(|(weight, aim)| (weight + aim / sum) / 2.0).collect()
    })
}

/// Changes everybody's weights at once, until the end of `rounds`, or until after the first ones
/// nothing changes.
fn iterate(
    game: &Strategic,
    floats: &Floats,
    mut weights: Vec<Vec<f64>>,
    first: u64,
    rounds: Rounds,
    change: impl Fn(u64, &[f64], &[f64]) -> Vec<f64>,
) -> Reached {
    let mut round = 0;
    while rounds.go_on(round) {
        let replies = floats.replies(&weights);
        let mut moved: f64 = 0.0;
        for (weights, replies) in weights.iter_mut().zip(&replies) {
            let mut next = change(round, weights, replies);
            let sum: f64 = next.iter().sum();
            next.iter_mut().for_each(|weight| *weight /= sum);
            let steps = next.iter().zip(weights.iter()).map(|(next, weight)| (next - weight).abs());
            moved = steps.fold(moved, f64::max);
            *weights = next;
        }
        if moved < NOTHING && round >= first {
            return reached(game, rounded(&weights), round, true);
        }
        round += 1;
    }
    reached(game, rounded(&weights), round, false)
}

fn reached(game: &Strategic, profile: Mixed, rounds: u64, settled: bool) -> Reached {
    let exploitability = exploitability(game, &profile);
    Reached { profile, exploitability, rounds, settled }
}

/// Fractions in proportion to counts.
fn frequencies(counts: &[Vec<f64>]) -> Mixed {
    let player = |counts: &Vec<f64>| {
        let whole: Vec<_> = counts.iter().map(|count| BigInt::from(*count as u64)).collect();
        let sum: BigInt = whole.iter().sum();
        whole.into_iter().map(|count| Rational::new(count, sum.clone())).collect()
    };
    counts.iter().map(player).collect()
}

/// Fractions close to weights that add up to about one.
fn rounded(weights: &[Vec<f64>]) -> Mixed {
    let scaled = |weight: &f64| (weight * (1u64 << 52) as f64).round();
    let scaled = |weights: &Vec<f64>| weights.iter().map(scaled).collect();
    frequencies(&weights.iter().map(scaled).collect::<Vec<_>>())
}

fn float(number: &Rational) -> f64 {
    number.to_f64().unwrap_or(0.0)
}

/// The place of the first of the largest.
fn best(replies: &[f64]) -> usize {
    (0..replies.len()).fold(0, |best, at| if replies[at] > replies[best] { at } else { best })
}

/// A place in proportion to the positive ones of `weights`; any if there is none.
fn draw(rng: &mut ChaCha8Rng, weights: &[f64]) -> usize {
    let sum: f64 = weights.iter().map(|weight| weight.max(0.0)).sum();
    if sum <= 0.0 {
        return rng.random_range(0..weights.len());
    }
    let mut left = rng.random::<f64>() * sum;
    let hit = weights.iter().position(|weight| {
        left -= weight.max(0.0);
        *weight > 0.0 && left < 0.0
    });
    hit.unwrap_or_else(|| best(weights))
}

/// `exp(rate · reply)`, scaled so that the largest is one.
fn exponentials(replies: &[f64], rate: f64) -> Vec<f64> {
    let most = replies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    replies.iter().map(|reply| (rate * (reply - most)).exp()).collect()
}

/// A game's payoffs in floating point, less every player's least, scaled to a range of one.
struct Floats {
    shape: Vec<usize>,
    strides: Vec<usize>,
    payoffs: Vec<f64>,
    /// What they were divided by.
    range: f64,
}

impl Floats {
    fn new(game: &Strategic) -> Self {
        let players = 0..game.players.len();
        let own = |player: usize| game.payoffs.iter().map(move |payoffs| &payoffs[player]);
        let zero = Rational::zero();
        let least: Vec<_> = players.clone().map(|at| own(at).min().unwrap_or(&zero)).collect();
        let ranges = players.filter_map(|player| Some(own(player).max()? - least[player]));
        let range = ranges.max().unwrap_or_else(Rational::zero);
        let scale = if range.is_zero() { Rational::one() } else { range.recip() };
        let scaled =
            |(payoff, least): (&Rational, &&Rational)| float(&((payoff - *least) * &scale));
        let payoffs = game.payoffs.iter().flat_map(|payoffs| payoffs.iter().zip(&least));
        let payoffs = payoffs.map(scaled).collect();
        let strides = (0..game.players.len()).map(|player| game.stride(player)).collect();
        Self { shape: game.shape(), strides, payoffs, range: float(&range).min(f64::MAX) }
    }

    fn zeros(&self) -> Vec<Vec<f64>> {
        self.shape.iter().map(|count| vec![0.0; *count]).collect()
    }

    fn pays(&self, index: usize, player: usize) -> f64 {
        self.payoffs[index * self.shape.len() + player]
    }

    /// What every strategy pays against the others' weights.
    fn replies(&self, weights: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let players = self.shape.len();
        let mut replies = self.zeros();
        // The product of the weights of all players after each.
        let mut after = vec![1.0; players + 1];
        for (index, payoffs) in self.payoffs.chunks_exact(players).enumerate() {
            let choice = |player: usize| index / self.strides[player] % self.shape[player];
            for player in (1..players).rev() {
                after[player] = after[player + 1] * weights[player][choice(player)];
            }
            let mut before = 1.0;
            for (player, payoff) in payoffs.iter().enumerate() {
                let choice = choice(player);
                replies[player][choice] += before * after[player + 1] * payoff;
                before *= weights[player][choice];
            }
        }
        replies
    }
}

#[cfg(test)]
mod tests {
    use super::super::mixed::is_mixed;
    use super::*;
    use crate::exact::whole;

    fn small(number: &Rational, bound: f64) -> bool {
        float(number) <= bound
    }

    /// Rock-paper-scissors.
    fn cycle() -> Strategic {
        Strategic::from_fn(&[3, 3], |at| {
            let wins = [0, 1, -1][(3 + at[0] - at[1]) % 3];
            vec![whole(wins), whole(-wins)]
        })
    }

    /// A game with a potential: players like to do as the ones before, and later strategies more.
    fn potential() -> Strategic {
        Strategic::from_fn(&[3, 3, 3], |at| {
            let same = |one: usize, other: usize| whole(i128::from(at[one] == at[other]) * 3);
            let pay = |own: usize| {
                same(own, (own + 1) % 3) + same(own, (own + 2) % 3) + whole(at[own] as i128)
            };
            (0..3).map(pay).collect()
        })
    }

    fn sound(game: &Strategic, reached: &Reached) {
        assert!(is_mixed(game, &reached.profile), "{reached:?}");
        assert_eq!(reached.exploitability, exploitability(game, &reached.profile));
    }

    #[test]
    fn best_responses_settle_where_there_is_a_potential_and_go_round_where_not() {
        let game = potential();
        for index in 0..game.profiles() {
            let found = best_response(&game, &game.profile(index), 100_u64);
            assert!(found.settled && found.exploitability.is_zero(), "{index}: {found:?}");
        }
        let found = best_response(&cycle(), &[0, 0], 100_u64);
        assert!(!found.settled && found.exploitability > Rational::zero());
    }

    #[test]
    fn learning_comes_close_to_the_value_of_a_zero_sum_game() {
        let game = cycle();
        for found in
            [fictitious_play(&game, &[0, 1], 50_000_u64), regret_matching(&game, 50_000_u64, 7)]
        {
            sound(&game, &found);
            assert!(small(&found.exploitability, 0.03), "{}", float(&found.exploitability));
        }
        assert_eq!(regret_matching(&game, 500_u64, 1), regret_matching(&game, 500_u64, 1));
        assert_ne!(regret_matching(&game, 500_u64, 1), regret_matching(&game, 500_u64, 2));
    }

    #[test]
    fn the_replicator_keeps_to_its_faces_and_leaves_what_does_worse() {
        let game = potential();
        let third = Rational::new(1.into(), 3.into());
        let found = replicator(&game, &vec![vec![third; 3]; 3], 0.5, 10_000_u64);
        sound(&game, &found);
        assert!(found.settled && small(&found.exploitability, 1e-9), "{found:?}");
        let found = replicator(&game, &pure(&game, &[0, 1, 2]), 0.5, 10_u64);
        assert_eq!(found.profile, pure(&game, &[0, 1, 2]));
    }

    /// A logit equilibrium of matching pennies in which a match at heads pays the first player more
    /// (McKelvey, Palfrey 1995, section 5): weights are what the definition says.
    #[test]
    fn logit_equilibria_are_fixed_points() {
        let game = Strategic::from_fn(&[2, 2], |at| match (at[0] == at[1], at[0]) {
            (true, 0) => vec![whole(9), whole(0)],
            (true, _) => vec![whole(1), whole(0)],
            (false, _) => vec![whole(0), whole(1)],
        });
        for precision in [0.0, 0.5, 2.0] {
            let found = logit(&game, precision, 20_000_u64);
            sound(&game, &found);
            assert!(found.settled, "{precision}");
            for player in 0..2 {
                let replies = super::super::mixed::replies(&game, &found.profile, player);
                let odds = (precision * float(&(&replies[0] - &replies[1]))).exp();
                let own = float(&found.profile[player][0]);
                assert!((own - odds / (1.0 + odds)).abs() < 1e-9, "{precision}: {found:?}");
            }
        }
        let found = logit(&potential(), 50.0, 2_000_u64);
        assert!(small(&found.exploitability, 1e-9));
    }

    /// A player whose payoffs are small beside another's still replies to them.
    #[test]
    fn players_count_in_different_units() {
        let unit = num_traits::pow(whole(10), 30);
        let game = Strategic::from_fn(&[2, 2], |at| {
            vec![&unit * whole(at[0] as i128 - 9), whole(i128::from(at[0] == at[1]))]
        });
        let found = fictitious_play(&game, &[0, 0], 100_u64);
        assert!(found.profile[1][1] > Rational::new(9.into(), 10.into()), "{found:?}");
    }

    #[test]
    fn payoffs_of_any_size_are_weighed() {
        let huge = num_traits::pow(whole(10), 400);
        let game = Strategic::from_fn(&[2, 2], |at| {
            vec![&huge * whole(at[0] as i128), &huge * whole(at[1] as i128)]
        });
        let half = Rational::new(1.into(), 2.into());
        let start = vec![vec![half; 2]; 2];
        for found in [
            logit(&game, 1.0, 100_u64),
            logit(&game, f64::NAN, 100_u64),
            replicator(&game, &start, 1.0, 200_u64),
            replicator(&game, &start, f64::INFINITY, 200_u64),
            replicator(&game, &start, f64::NAN, 200_u64),
            fictitious_play(&game, &[0, 0], 10_u64),
            regret_matching(&game, 10_u64, 0),
        ] {
            sound(&game, &found);
        }
    }
}
