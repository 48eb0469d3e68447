//! Games in strategic form: every player chooses a strategy, all at once.

use crate::exact::Rational;

/// A game in strategic form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategic {
    /// What it is about.
    pub title: String,
    /// More about it: its source, for example. May be empty.
    pub comment: String,
    /// The players' names.
    pub players: Vec<String>,
    /// The names of every player's strategies.
    pub strategies: Vec<Vec<String>>,
    /// Every profile's payoffs, a number per player. The first player's strategy changes fastest.
    pub payoffs: Vec<Vec<Rational>>,
}

impl Strategic {
    /// A game of players and strategies that are called by their numbers, from one.
    pub fn from_fn(shape: &[usize], mut payoffs: impl FnMut(&[usize]) -> Vec<Rational>) -> Self {
        let names = |count: usize| (1..=count).map(|number| number.to_string()).collect();
        let strategies: Vec<Vec<String>> = shape.iter().map(|count| names(*count)).collect();
        let (title, comment, players) = (String::new(), String::new(), names(shape.len()));
        let mut game = Self { title, comment, players, strategies, payoffs: Vec::new() };
        let profiles = 0..shape.iter().product();
        game.payoffs = profiles.map(|index| payoffs(&game.profile(index))).collect();
        game
    }

    /// How many strategies every player has.
    pub fn shape(&self) -> Vec<usize> {
        self.strategies.iter().map(Vec::len).collect()
    }

    /// The place of a profile in [`Self::payoffs`].
    pub fn index(&self, profile: &[usize]) -> usize {
        let places = profile.iter().zip(&self.strategies).rev();
        places.fold(0, |index, (choice, strategies)| index * strategies.len() + choice)
    }

    /// The number of profiles.
    pub fn profiles(&self) -> usize {
        self.payoffs.len()
    }

    /// The profile at a place of [`Self::payoffs`].
    pub fn profile(&self, mut index: usize) -> Vec<usize> {
        let mut digit = |strategies: &Vec<String>| {
            let choice = index % strategies.len();
            index /= strategies.len();
            choice
        };
        self.strategies.iter().map(&mut digit).collect()
    }

    /// By how much the place in [`Self::payoffs`] grows from one strategy of `player` to the next.
    pub fn stride(&self, player: usize) -> usize {
        self.strategies[..player].iter().map(Vec::len).product()
    }

    /// The [`Self::stride`]s of all players.
    pub fn strides(&self) -> Vec<usize> {
        let mut next = 1;
        let mut stride = |strategies: &Vec<String>| {
            let own = next;
            next *= strategies.len();
            own
        };
        self.strategies.iter().map(&mut stride).collect()
    }

    /// The payoff of `player` when everybody plays `profile`.
    pub fn payoff(&self, profile: &[usize], player: usize) -> &Rational {
        &self.payoffs[self.index(profile)][player]
    }
}
