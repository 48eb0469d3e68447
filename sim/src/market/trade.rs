//! What is believed, and which shares bring prices there.

use super::menu::Game;
use carrots_kernel::Balance;
use carrots_kernel::exponential::{LN_2, ln_down, product_down};
use carrots_kernel::math::mul_div_down;
use carrots_logic::market::{MAX_OUTCOMES, Shares};

/// Beliefs: for each outcome the logarithm of how likely it is, up to the same number for all. So prices are what is
/// believed if `b` times these differ as the shares do that are sold.
pub type Belief = [u128; MAX_OUTCOMES as usize];

/// How sure an insider is: so that prices do not have to be one.
const SURE: f64 = 0.999;
/// In so many parts a purchase is divided to find out what can be paid.
const PARTS: Balance = 1 << 16;
/// The number that the logarithms of all chances have in common: none is below it.
const LEAST: f64 = 1.0 / (1u64 << 30) as f64;

impl Game {
    /// Outcomes that are answers: all but the last, unless there are only two.
    pub(super) fn answers(&self) -> usize {
        self.params.outcomes.saturating_sub(1).max(2) as usize
    }

    fn outcomes(&self) -> usize {
        self.params.outcomes as usize
    }

    /// What everybody believes at first: each answer is as likely.
    pub(super) fn prior(&self) -> Belief {
        let (answers, mut all) = (self.answers(), Belief::default());
        all[..answers].fill(ln((1.0 - self.world.invalid) / answers as f64));
        if self.outcomes() > answers {
            all[answers] = ln(self.world.invalid);
        }
        all
    }

    /// What is believed after one more signal (Bayes). The least likely outcome has nothing: what all have in common
    /// says nothing, and would grow with every signal.
    pub(super) fn after(&self, mut belief: Belief, signal: usize) -> Belief {
        let (answers, own, other, any) = (self.answers(), self.logs[0], self.logs[1], self.logs[2]);
        for (outcome, log) in belief.iter_mut().enumerate().take(self.outcomes()) {
            *log = log.saturating_add(match outcome {
                _ if outcome == signal => own,
                _ if outcome < answers => other,
                _ => any,
            });
        }
        let own = &mut belief[..self.outcomes()];
        let least = own.iter().min().copied().unwrap_or(0);
        own.iter_mut().for_each(|log| *log -= least);
        belief
    }

    /// What somebody believes who knows the answer.
    pub(super) fn sure(&self, answer: usize) -> Belief {
        let mut all = Belief::default();
        all[..self.outcomes()].fill(ln((1.0 - SURE) / (self.outcomes() - 1) as f64));
        all[answer] = ln(SURE);
        all
    }

    /// By how much there are more shares of each outcome than of the one of which there are least, at prices that
    /// are what is believed.
    fn heights(&self, belief: &Belief) -> Shares {
        let least = belief[..self.outcomes()].iter().min().copied().unwrap_or(0);
        let mut all = Shares::default();
        for (height, log) in all.iter_mut().zip(belief).take(self.outcomes()) {
            *height = product_down(self.params.liquidity, log - least);
        }
        all
    }

    /// The shares that bring prices to what is believed, by purchases alone.
    pub(super) fn towards(&self, sold: &Shares, belief: &Belief) -> Shares {
        let (n, heights) = (self.outcomes(), self.heights(belief));
        let above = |at: usize| sold[at] as i128 - heights[at] as i128;
        let level = (0..n).map(above).max().unwrap_or(0);
        let mut more = Shares::default();
        (0..n).for_each(|at| more[at] = (level - above(at)) as Balance);
        more
    }

    /// How far prices are from what is believed, in shares.
    pub(super) fn far(&self, sold: &Shares, belief: &Belief) -> Balance {
        self.towards(sold, belief).iter().sum()
    }

    /// What shares of some outcomes cost together, one outcome after the other.
    pub(super) fn cost(&self, sold: &Shares, more: &Shares) -> Balance {
        let mut from = *sold;
        let mut sum: Balance = 0;
        for (at, amount) in more.iter().enumerate().filter(|(_, amount)| **amount > 0) {
            let mut to = from;
            to[at] += amount;
            sum += self.params.cost_up(&from, &to);
            from = to;
        }
        sum
    }

    /// Of a purchase as large a part as can be paid with a budget.
    pub(super) fn within(&self, sold: &Shares, more: &Shares, budget: Balance) -> Shares {
        let part = |parts| more.map(|amount| mul_div_down(amount, parts, PARTS).unwrap_or(0));
        // No share costs more than a token, but for what is rounded.
        let most = more.iter().sum::<Balance>() + Balance::from(MAX_OUTCOMES);
        if most <= budget || self.cost(sold, more) <= budget {
            return *more;
        }
        let (mut low, mut high) = (0, PARTS);
        while low + 1 < high {
            let middle = low.midpoint(high);
            match self.cost(sold, &part(middle)) <= budget {
                true => low = middle,
                false => high = middle,
            }
        }
        part(low)
    }
}

/// The logarithms of the chances of a signal: where it is the answer, where another one is, and where there is none.
pub fn logs(accuracy: f64, answers: usize) -> [u128; 3] {
    let other = (1.0 - accuracy) / (answers - 1) as f64;
    [accuracy, other, 1.0 / answers as f64].map(ln)
}

/// The logarithm of a chance by [`LEAST`], in fixed point. Of the chance 52 binary digits count, so that the result is
/// the same on every machine.
fn ln(chance: f64) -> u128 {
    let (mut number, mut doublings) = ((chance / LEAST).max(1.0), 0u128);
    while number >= 2.0 {
        number /= 2.0;
        doublings += 1;
    }
    let fixed = ((number * (1u64 << 52) as f64) as u128) << 68;
    doublings * LN_2 + ln_down(fixed)
}

#[cfg(test)]
mod tests {
    use super::super::scenario::World;
    use super::*;
    use carrots_logic::market::Params;

    fn game(outcomes: u32, invalid: f64) -> Game {
        Game {
            params: Params { liquidity: 1_000_000, outcomes, settle_blocks: 5 },
            world: World { accuracy: 0.8, invalid, look_cost: 0, trade_blocks: 10 },
            audit: Default::default(),
            rounds: 1,
            logs: logs(0.8, if outcomes == 2 { 2 } else { outcomes as usize - 1 }),
        }
    }

    #[test]
    fn purchases_bring_prices_to_what_is_believed() {
        for (game, sold) in [(game(2, 0.0), 7), (game(3, 0.1), 900_000), (game(5, 0.001), 3)] {
            let mut shares = Shares::default();
            shares[1] = sold;
            for signal in 0..game.answers() {
                let belief = game.after(game.prior(), signal);
                let more = game.towards(&shares, &belief);
                (0..8).for_each(|at| shares[at] += more[at]);
                assert!(more[..game.outcomes()].contains(&0), "{more:?}");
                assert!(game.far(&shares, &belief) <= 8);
                let expected = bayes(&game, signal);
                for (at, weight) in expected.iter().enumerate() {
                    let price = game.params.price_down(&shares, at as u32).deconstruct();
                    assert!((f64::from(price) / 1e9 - weight).abs() < 1e-5, "{price} of {weight}");
                }
            }
        }
    }

    /// The same in floating point, from the definition.
    fn bayes(game: &Game, signal: usize) -> Vec<f64> {
        let (answers, invalid) = (game.answers(), game.world.invalid);
        let joint = |outcome: usize| match outcome {
            _ if outcome == signal => (1.0 - invalid) / answers as f64 * 0.8,
            _ if outcome < answers => {
                (1.0 - invalid) / answers as f64 * 0.2 / (answers as f64 - 1.0)
            }
            _ => invalid / answers as f64,
        };
        let all: Vec<f64> = (0..game.outcomes()).map(joint).collect();
        let sum: f64 = all.iter().sum();
        all.into_iter().map(|one| one / sum).collect()
    }

    #[test]
    fn a_budget_is_not_exceeded() {
        let game = game(3, 0.1);
        let more = game.towards(&Shares::default(), &game.sure(1));
        for budget in [0, 1, 1_000, 777_777, 100_000_000] {
            let part = game.within(&Shares::default(), &more, budget);
            assert!(game.cost(&Shares::default(), &part) <= budget);
        }
        assert_eq!(game.within(&Shares::default(), &more, 100_000_000), more);
    }
}
