//! Finite games in extensive form: a tree of chance moves, decisions and ends, with information
//! sets (Kuhn 1953).
//!
//! The tree is a flat list of [`Node`]s. Every node stands before its children, and siblings stand
//! side by side; so a pass forwards sees parents first, a pass backwards sees children first, and
//! nothing recurses however deep the tree is. A tree is built with [`Builder`], which lets no
//! other tree through.

pub mod builder;
pub mod play;
pub mod reduced;
pub mod sequences;

pub use builder::{Builder, Invalid};
pub use play::{Profile, Response};
pub use reduced::Reduced;
pub use sequences::Sequences;

use crate::exact::Rational;
use std::ops::Range;

/// A finite game in extensive form. Two games are equal if they were built in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extensive {
    title: String,
    comment: String,
    players: Vec<String>,
    sets: Vec<InformationSet>,
    nodes: Vec<Node>,
}

/// Decision nodes that their player cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InformationSet {
    /// Whose decision it is.
    pub player: usize,
    /// What the player knows.
    pub label: String,
    /// The actions' names: the same at every node of the set.
    pub actions: Vec<String>,
}

/// A node of the tree. Its children are `first`, `first + 1`, ….
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A move of chance.
    Chance {
        /// What may happen, and how likely it is: not negative, one in all.
        events: Vec<(String, Rational)>,
        /// The first event's child.
        first: usize,
    },
    /// A decision of a player.
    Decision {
        /// The information set.
        set: usize,
        /// The first action's child.
        first: usize,
    },
    /// An end of the game.
    Terminal {
        /// A number per player.
        payoffs: Vec<Rational>,
    },
}

/// Why a game in extensive form could not be worked on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// A player forgets: no perfect recall.
    #[error(
        "expected perfect recall: {player} forgets at information set \"{label}\" an own move, \
         or what it knew"
    )]
    Forgets {
        /// The player's name.
        player: String,
        /// The information set's name.
        label: String,
    },
    /// There are not two players, or what one wins is not what the other loses.
    #[error("expected two players whose payoffs sum to the same at every end")]
    NotZeroSum,
    /// The limit does not allow for it.
    #[error("the limit has no room for {0}")]
    TooLarge(&'static str),
}

impl Extensive {
    /// What it is about.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// More about it: its source, for example. May be empty.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The players' names.
    pub fn players(&self) -> &[String] {
        &self.players
    }

    /// The information sets of all players.
    pub fn sets(&self) -> &[InformationSet] {
        &self.sets
    }

    /// The tree. The first node is the root.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The children of a node.
    pub fn children(&self, node: usize) -> Range<usize> {
        match &self.nodes[node] {
            Node::Chance { events, first } => *first..first + events.len(),
            Node::Decision { set, first } => *first..first + self.sets[*set].actions.len(),
            Node::Terminal { .. } => 0..0,
        }
    }

    /// What two players' payoffs sum to at every end; nothing if that differs, or if there are not
    /// two players. A game is zero-sum if this is zero, and as good as zero-sum if it is constant.
    pub fn constant_sum(&self) -> Option<Rational> {
        let mut sums = self.nodes.iter().filter_map(|node| match node {
            Node::Terminal { payoffs } => Some(payoffs.iter().sum::<Rational>()),
            _ => None,
        });
        let sum = sums.next().filter(|_| self.players.len() == 2)?;
        sums.all(|other| other == sum).then_some(sum)
    }

    /// A name of an information set: its label, or else its number among its player's.
    pub fn set_name(&self, set: usize) -> String {
        let InformationSet { player, label, .. } = &self.sets[set];
        if !label.is_empty() {
            return label.clone();
        }
        let own = self.sets[..=set].iter().filter(|other| other.player == *player);
        own.count().to_string()
    }
}
