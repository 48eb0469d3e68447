//! Who answers what a play asks: chance, and what players choose.

use num_integer::Integer;

/// A decision that is asked for.
pub struct Decision<'a> {
    /// Whose.
    pub player: usize,
    /// What it is about.
    pub about: &'static str,
    /// What the player knows beside its type and what it decided before, as a number.
    pub sees: u64,
    /// How many options there are.
    pub options: usize,
    /// What the intended behaviour chooses, by the number of the player's type.
    pub intended: &'a dyn Fn(usize) -> usize,
    /// The name of an option.
    pub name: &'a dyn Fn(usize) -> String,
}

/// Who answers.
pub trait Decider {
    /// The option that is chosen.
    fn decide(&mut self, decision: &Decision) -> usize;
    /// What happens by chance, with these odds.
    fn happen(&mut self, odds: &[u64]) -> usize;
}

/// Answers as intended for the players' types, but for players whose first decision is given.
///
/// Chance moves are met branch by branch: see [`Self::next_branch`].
#[derive(Clone, Debug)]
pub struct Answers<'a> {
    types: &'a [usize],
    given: &'a [Option<usize>],
    /// Who decided already in this play.
    decided: Vec<bool>,
    /// The chance moves of this play in their order: the odds, and the branch that is taken.
    chance: Vec<(Vec<u64>, usize)>,
    /// How many of them were met in this play.
    met: usize,
}

impl<'a> Answers<'a> {
    /// Everyone as intended, by the number of everyone's type, but for what is `given` by player.
    /// The first play takes the first branch of every chance move that is possible.
    pub fn new(types: &'a [usize], given: &'a [Option<usize>]) -> Self {
        Self { types, given, decided: vec![false; types.len()], chance: Vec::new(), met: 0 }
    }

    /// The odds of the last play: the product of those of its branches, and of all. What does not
    /// fit is the greatest number that does.
    pub fn odds(&self) -> (u128, u128) {
        let branch = |(odds, taken): &(Vec<u64>, usize)| {
            let (one, all) = (u128::from(odds[*taken]), odds.iter().copied().map(u128::from).sum());
            let common = one.gcd(&all);
            (one / common, all / common)
        };
        let times = |(one, all): (u128, u128), (odds, sum)| {
            (one.saturating_mul(odds), all.saturating_mul(sum))
        };
        self.chance.iter().map(branch).fold((1, 1), times)
    }

    /// Which branches the last play took, in the order of its chance moves.
    pub fn branches(&self) -> Vec<usize> {
        self.chance.iter().map(|(_, taken)| *taken).collect()
    }

    /// Prepares the next play, which takes the next combination of branches; false if there is none.
    pub fn next_branch(&mut self) -> bool {
        self.decided.fill(false);
        self.met = 0;
        while let Some((odds, taken)) = self.chance.last_mut() {
            if let Some(next) = (*taken + 1..odds.len()).find(|branch| odds[*branch] > 0) {
                *taken = next;
                return true;
            }
            self.chance.pop();
        }
        false
    }
}

impl Decider for Answers<'_> {
    fn decide(&mut self, decision: &Decision) -> usize {
        let player = decision.player;
        match self.given[player] {
            Some(option) if !std::mem::replace(&mut self.decided[player], true) => option,
            _ => (decision.intended)(self.types[player]),
        }
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        if self.met == self.chance.len() {
            let first = odds.iter().position(|odds| *odds > 0).unwrap_or(0);
            self.chance.push((odds.to_vec(), first));
        }
        self.met += 1;
        self.chance[self.met - 1].1
    }
}
