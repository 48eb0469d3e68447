//! Games in strategic form: every player chooses a strategy, all at once.

use super::exact::Rational;

/// A game in strategic form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategic {
    /// What it is about.
    pub title: String,
    /// The players' names.
    pub players: Vec<String>,
    /// The names of every player's strategies.
    pub strategies: Vec<Vec<String>>,
    /// Every profile's payoffs, a number per player. The first player's strategy changes fastest.
    pub payoffs: Vec<Vec<Rational>>,
}

impl Strategic {
    /// How many strategies every player has.
    pub fn shape(&self) -> Vec<usize> {
        self.strategies.iter().map(Vec::len).collect()
    }

    /// The place of a profile in [`Self::payoffs`].
    pub fn index(&self, profile: &[usize]) -> usize {
        let places = profile.iter().zip(&self.strategies).rev();
        places.fold(0, |index, (choice, strategies)| index * strategies.len() + choice)
    }

    /// The payoff of `player` when everybody plays `profile`.
    pub fn payoff(&self, profile: &[usize], player: usize) -> &Rational {
        &self.payoffs[self.index(profile)][player]
    }
}
