//! What behaviour strategies earn, and what each player could earn instead.

use super::{Extensive, Node, Sequences, Unfit};
use crate::exact::{Rational, whole};
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// Behaviour strategies of all players: for every information set, the actions' probabilities.
pub type Profile = Vec<Vec<Rational>>;

/// What a player can do best while the others stay with their strategies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The action at each of the player's information sets; nothing at those of others.
    pub plan: Vec<Option<usize>>,
    /// The payoff that the player expects of it.
    pub payoff: Rational,
}

/// One of `count` actions for sure.
pub fn only(action: usize, count: usize) -> Vec<Rational> {
    (0..count).map(|other| whole((other == action).into())).collect()
}

impl Extensive {
    /// Everybody chooses uniformly.
    pub fn uniform(&self) -> Profile {
        let uniform = |count: usize| vec![Rational::new(1.into(), count.into()); count];
        self.sets.iter().map(|set| uniform(set.actions.len())).collect()
    }

    /// The payoffs that the players expect of a profile.
    pub fn payoffs(&self, profile: &Profile) -> Vec<Rational> {
        let mut expected = vec![Rational::zero(); self.players.len()];
        for (node, reach) in self.nodes.iter().zip(self.reach(profile, None)) {
            if let Node::Terminal { payoffs } = node
                && !reach.is_zero()
            {
                for (expected, payoff) in expected.iter_mut().zip(payoffs) {
                    *expected += &reach * payoff;
                }
            }
        }
        expected
    }

    /// A best response of a player to what the others do in `profile`; the first action where
    /// several are best. The information sets are solved from the last ones upwards, each for the
    /// nodes as likely as the others and chance make them. Needs perfect recall of the player.
    pub fn best_response(&self, player: usize, profile: &Profile) -> Result<Response, Unfit> {
        let sequences = self.recall(player)?;
        let mut values = self.reach(profile, Some(player));
        let mut plan = vec![None; self.sets.len()];
        for level in self.levels(&sequences).into_iter().rev() {
            // The children of this level's decisions are of the next level: solved.
            let mut worth = BTreeMap::new();
            for &node in &level {
                if let Node::Decision { set, .. } = self.nodes[node]
                    && self.sets[set].player == player
                {
                    let children = self.children(node);
                    let none = || vec![Rational::zero(); children.len()];
                    let sums: &mut Vec<_> = worth.entry(set).or_insert_with(none);
                    sums.iter_mut().zip(children).for_each(|(sum, child)| *sum += &values[child]);
                }
            }
            for (set, sums) in worth {
                let better = |best, next| if sums[next] > sums[best] { next } else { best };
                plan[set] = Some((1..sums.len()).fold(0, better));
            }
            for &node in level.iter().rev() {
                values[node] = match &self.nodes[node] {
                    Node::Terminal { payoffs } => &values[node] * &payoffs[player],
                    Node::Decision { set, first } if self.sets[*set].player == player => {
                        values[first + plan[*set].unwrap_or(0)].clone()
                    }
                    _ => self.children(node).map(|child| &values[child]).sum(),
                };
            }
        }
        Ok(Response { plan, payoff: values.swap_remove(0) })
    }

    /// What each player gains by its best response to the others: all zero in an equilibrium, and
    /// the greatest of them is how far the profile is from one.
    pub fn gains(&self, profile: &Profile) -> Result<Vec<Rational>, Unfit> {
        let payoffs = self.payoffs(profile).into_iter().enumerate();
        payoffs
            .map(|(player, payoff)| Ok(self.best_response(player, profile)?.payoff - payoff))
            .collect()
    }

    /// The same profile, but with best responses at the information sets that their own player's
    /// earlier moves rule out, where nothing else depends on it.
    pub fn off_path(&self, mut profile: Profile) -> Result<Profile, Unfit> {
        for player in 0..self.players.len() {
            let sequences = self.recall(player)?;
            let plan = self.best_response(player, &profile)?.plan;
            let mut reach = vec![true; sequences.moves.len()];
            for (sequence, last) in sequences.moves.iter().enumerate() {
                if let Some((before, set, action)) = *last {
                    reach[sequence] = reach[before] && !profile[set][action].is_zero();
                }
            }
            for (set, before) in sequences.at_set.iter().enumerate() {
                if let (&[before], Some(best)) = (&before[..], plan[set])
                    && !reach[before]
                {
                    profile[set] = only(best, profile[set].len());
                }
            }
        }
        Ok(profile)
    }

    /// How likely chance makes every node if the players do all to get there.
    pub fn chances(&self) -> Vec<Rational> {
        let mut reach = vec![Rational::one(); self.nodes.len()];
        for node in 0..self.nodes.len() {
            for (action, child) in self.children(node).enumerate() {
                reach[child] = match &self.nodes[node] {
                    Node::Chance { events, .. } => &reach[node] * &events[action].1,
                    _ => reach[node].clone(),
                };
            }
        }
        reach
    }

    /// How likely every node is when `but` does all to get there, and the others play `profile`.
    fn reach(&self, profile: &Profile, but: Option<usize>) -> Vec<Rational> {
        let mut reach = vec![Rational::zero(); self.nodes.len()];
        reach[0] = Rational::one();
        for node in 0..self.nodes.len() {
            if reach[node].is_zero() {
                continue;
            }
            for (action, child) in self.children(node).enumerate() {
                let chance = match &self.nodes[node] {
                    Node::Chance { events, .. } => &events[action].1,
                    Node::Decision { set, .. } if Some(self.sets[*set].player) != but => {
                        &profile[*set][action]
                    }
                    _ => &Rational::one(),
                };
                reach[child] = &reach[node] * chance;
            }
        }
        reach
    }

    /// The nodes by how many moves the player has made before.
    fn levels(&self, sequences: &Sequences) -> Vec<Vec<usize>> {
        let lengths = sequences.lengths();
        let mut levels = vec![Vec::new(); 1 + lengths.iter().max().unwrap_or(&0)];
        for (node, sequence) in sequences.at_node.iter().enumerate() {
            levels[lengths[*sequence]].push(node);
        }
        levels
    }
}
