//! What a player has seen and done on the way to every node: its sequences (von Stengel 1996).

use super::{Extensive, Node, Unfit};
use std::collections::{HashMap, HashSet};

/// A player's sequences of own moves.
#[derive(Clone, Debug)]
pub struct Sequences {
    /// Every sequence but the first, which is empty: the one before its last move, and that move's
    /// information set and action. A sequence stands after the one before it.
    pub moves: Vec<Option<(usize, usize, usize)>>,
    /// The player's sequence on the way to every node.
    pub at_node: Vec<usize>,
    /// The player's sequences on the way to every one of its information sets: exactly one if the
    /// player remembers what it did and knew. Nothing for the sets of others.
    pub at_set: Vec<Vec<usize>>,
}

impl Extensive {
    /// The sequences of a player.
    pub fn sequences(&self, player: usize) -> Sequences {
        let (mut known, mut seen) = (HashMap::new(), HashSet::new());
        let (mut moves, mut at_node) = (vec![None], vec![0; self.nodes.len()]);
        let mut at_set = vec![Vec::new(); self.sets.len()];
        for node in 0..self.nodes.len() {
            let here = at_node[node];
            let own = match self.nodes[node] {
                Node::Decision { set, .. } if self.sets[set].player == player => Some(set),
                _ => None,
            };
            for (action, child) in self.children(node).enumerate() {
                at_node[child] = match own {
                    None => here,
                    Some(set) => *known.entry((here, set, action)).or_insert_with(|| {
                        moves.push(Some((here, set, action)));
                        moves.len() - 1
                    }),
                };
            }
            if let Some(set) = own
                && seen.insert((set, here))
            {
                at_set[set].push(here);
            }
        }
        Sequences { moves, at_node, at_set }
    }

    /// The sequences of a player who never forgets what it did and knew, or an error.
    pub fn recall(&self, player: usize) -> Result<Sequences, Unfit> {
        let sequences = self.sequences(player);
        match sequences.at_set.iter().position(|before| before.len() > 1) {
            None => Ok(sequences),
            Some(set) => {
                let player = self.players[player].clone();
                Err(Unfit::Forgets { player, label: self.set_name(set) })
            }
        }
    }
}

impl Sequences {
    /// How many moves every sequence has.
    pub fn lengths(&self) -> Vec<usize> {
        let mut lengths = Vec::with_capacity(self.moves.len());
        for last in &self.moves {
            lengths.push(last.map_or(0, |(before, ..)| 1 + lengths[before]));
        }
        lengths
    }

    /// How many reduced strategies there are, at least where the player forgets.
    pub fn plans(&self) -> u128 {
        let mut sets = vec![Vec::new(); self.moves.len()];
        for (set, before) in self.at_set.iter().enumerate() {
            if let [before] = before[..] {
                sets[before].push(set);
            }
        }
        let mut sums = vec![0u128; self.at_set.len()];
        for (last, sets) in self.moves.iter().zip(&sets).rev() {
            let plans = sets.iter().fold(1, |plans: u128, set| plans.saturating_mul(sums[*set]));
            match *last {
                Some((_, set, _)) => sums[set] = sums[set].saturating_add(plans),
                None => return plans,
            }
        }
        0
    }

    /// Whether a plan, an action for some of the information sets, makes all moves of a sequence.
    pub fn follows(&self, plan: &[Option<usize>], mut sequence: usize) -> bool {
        while let Some((before, set, action)) = self.moves[sequence] {
            if plan[set] != Some(action) {
                return false;
            }
            sequence = before;
        }
        true
    }
}
