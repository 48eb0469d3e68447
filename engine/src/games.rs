//! Games and their equilibria, in exact arithmetic.
//!
//! Payoffs are rationals of any size: nothing is rounded, and nothing overflows, but where players
//! learn ([`dynamics`]), and there what is reached is judged exactly.
//!
//! | question | module |
//! | --- | --- |
//! | what is a game in strategic form, what in extensive form? | [`strategic`], [`extensive`] |
//! | how is it read and written? | [`nfg`], [`efg`] |
//! | what does a mixed profile pay, and what could be gained by leaving it? | [`mixed`] |
//! | which strategies need nobody play, and what is left then? | [`dominance`], [`remainder`] |
//! | which equilibria are there? | [`pure`], [`bimatrix`] for two players |
//! | ... with a device that advises? | [`correlated`] |
//! | ... if one's gain is the other's loss? | [`zero_sum`] |
//! | ... of many players who are alike? | [`anonymous`], [`symmetric`] |
//! | ... in every subgame? | [`backward`], [`sequence`] |
//! | where do players come to who learn? | [`dynamics`] |
//! | exact arithmetic | [`crate::exact`], [`lp`], [`tableau`], [`polynomial`] |

pub mod anonymous;
pub mod backward;
pub mod bimatrix;
pub mod correlated;
pub mod dominance;
pub mod dynamics;
pub mod efg;
pub mod extensive;
pub mod lexer;
pub mod lp;
pub mod mixed;
pub mod nfg;
pub mod polynomial;
pub mod pure;
pub mod remainder;
pub mod sequence;
pub mod strategic;
pub mod symmetric;
pub mod tableau;
pub mod zero_sum;

use std::time::Instant;

/// What a solver found, and whether that is all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// What was found, in the order of the search.
    pub all: Vec<T>,
    /// Whether there is no more: the search did not run into its limit.
    pub complete: bool,
}

/// Bytes that a fraction in a result takes, about, until it is printed.
const FRACTION: usize = 256;

/// How far a solver may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Steps of its search: profiles, pivots, nodes.
    pub steps: u64,
    /// Bytes that it may keep, about.
    pub bytes: usize,
    /// When it has to stop.
    pub until: Option<Instant>,
}

impl Limit {
    /// Whether its time is over.
    pub fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// The same less what so many fractions take.
    pub fn without(self, fractions: usize) -> Self {
        Self { bytes: self.bytes.saturating_sub(fractions.saturating_mul(FRACTION)), ..self }
    }

    /// How many results there is room for, of so many fractions each.
    pub fn room(&self, fractions: usize) -> usize {
        self.bytes / FRACTION / fractions.max(1)
    }
}

impl Default for Limit {
    /// A hundred million steps, a gibibyte, and all the time.
    fn default() -> Self {
        Self { steps: 100_000_000, bytes: 1 << 30, until: None }
    }
}

/// Why a solver does not fit a game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// There are not two players.
    #[error("the number of players is {0}: expected two")]
    Players(usize),
    /// The payoffs of some profiles add up to other sums than those of others.
    #[error("the players' payoffs do not add up to a constant: expected a constant-sum game")]
    Sum,
}
