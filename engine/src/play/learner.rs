//! An agent that learns.

use super::answers::Answers;
use super::endowment::Endowment;
use crate::model::Model;

/// How often a [`Learner`] tries something at random, and how fast it forgets.
const EXPLORE: f64 = 0.1;
const FORGET: f64 = 0.2;

/// What an adaptive agent has learned: it does what paid best lately, and now and then something
/// at random (epsilon-greedy with an exponential average).
#[derive(Clone, Copy, Debug)]
pub struct Learner<const N: usize> {
    paid: [f64; N],
    choice: usize,
    had: f64,
    started: bool,
}

impl<const N: usize> Learner<N> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { paid: [0.0; N], choice: 0, had: 0.0, started: false }
    }

    /// Learns from what the agent has now, and chooses again.
    pub fn choose<M: Model>(
        &mut self,
        has: f64,
        endowment: &mut Endowment,
        answers: &mut impl Answers<M>,
    ) -> usize {
        if self.started {
            let paid = &mut self.paid[self.choice];
            *paid += FORGET * (has - self.had - *paid);
        }
        let paid = |at: &usize| self.paid[*at];
        let best = (0..N).max_by(|a, b| paid(a).total_cmp(&paid(b)).then(b.cmp(a)));
        self.choice = match answers.chance(endowment, EXPLORE) {
            true => answers.pick(endowment, N),
            false => best.unwrap_or(0),
        };
        (self.had, self.started) = (has, true);
        self.choice
    }
}

impl<const N: usize> Default for Learner<N> {
    fn default() -> Self {
        Self::new()
    }
}
