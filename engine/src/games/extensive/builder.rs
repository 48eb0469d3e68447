//! Builds a game in extensive form from the root downwards.

use super::{Extensive, InformationSet, Node};
use crate::exact::Rational;
use crate::games::Limit;
use num_traits::{One, Signed};
use std::collections::HashMap;
use std::ops::Range;

/// A game in extensive form that is not finished.
///
/// Nodes are numbers. The root is 0; [`Self::chance`] and [`Self::decision`] fill an open node and
/// give the numbers of its children, which are open then; [`Self::terminal`] fills one for good.
/// Open nodes may be filled in any order.
///
/// ```
/// use carrots::exact::whole;
/// use carrots::games::{Limit, extensive::Builder};
/// let mut tree = Builder::new("Entry", ["Entrant", "Incumbent"], Limit::default());
/// let moves = tree.decide(0, 0, "start", &["out", "in"])?;
/// tree.terminal(moves.start, vec![whole(0), whole(2)])?;
/// let replies = tree.decide(moves.start + 1, 1, "entered", &["fight", "share"])?;
/// tree.terminal(replies.start, vec![whole(-1), whole(-1)])?;
/// tree.terminal(replies.start + 1, vec![whole(1), whole(1)])?;
/// let game = tree.build()?;
/// assert_eq!(game.nodes().len(), 5);
/// # Ok::<(), carrots::games::extensive::Invalid>(())
/// ```
pub struct Builder {
    title: String,
    comment: String,
    players: Vec<String>,
    sets: Vec<InformationSet>,
    keys: HashMap<(usize, String), usize>,
    nodes: Vec<Option<Node>>,
    bytes: usize,
    limit: Limit,
}

/// Why there is no such game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Nobody plays.
    #[error("no players: expected at least one")]
    NoPlayers,
    /// There is no such player.
    #[error("player {0}: expected 1 to {1}")]
    Player(usize, usize),
    /// There is no such node, or it is filled.
    #[error("node {0} is not open")]
    NotOpen(usize),
    /// A node was never filled.
    #[error("node {0} was left open")]
    LeftOpen(usize),
    /// Nothing can happen.
    #[error("no actions: expected at least one")]
    NoActions,
    /// A chance is negative.
    #[error("{0}: expected chances that are not negative")]
    Negative(Rational),
    /// Chances are not those of exactly one event.
    #[error("chances that sum to {0}: expected a sum of 1")]
    Sum(Rational),
    /// Not everybody gets a payoff.
    #[error("{1} payoffs: expected {0}, one for each player")]
    Payoffs(usize, usize),
    /// An information set has other actions elsewhere.
    #[error(
        "other actions than elsewhere: expected those of information set \"{label}\": {actions}"
    )]
    Actions {
        /// The information set.
        label: String,
        /// Its actions.
        actions: String,
    },
    /// The limit is too narrow.
    #[error("the game is beyond the limit of {} nodes in about {} bytes", .0.steps, .0.bytes)]
    TooLarge(Limit),
}

impl Builder {
    /// An open root. The limit counts nodes as steps.
    pub fn new<S: Into<String>>(
        title: impl Into<String>,
        players: impl IntoIterator<Item = S>,
        limit: Limit,
    ) -> Self {
        let players = players.into_iter().map(Into::into).collect();
        let (sets, keys, nodes) = (Vec::new(), HashMap::new(), vec![None]);
        let (title, comment) = (title.into(), String::new());
        Self { title, comment, players, sets, keys, nodes, bytes: 0, limit }
    }

    /// Says more about the game.
    pub fn comment(&mut self, comment: impl Into<String>) {
        self.comment = comment.into();
    }

    /// A new information set of `player`, for [`Self::decision`].
    pub fn information_set(
        &mut self,
        player: usize,
        label: impl Into<String>,
        actions: Vec<String>,
    ) -> Result<usize, Invalid> {
        if player >= self.players.len() {
            return Err(Invalid::Player(player + 1, self.players.len()));
        }
        if actions.is_empty() {
            return Err(Invalid::NoActions);
        }
        let label = label.into();
        let text = label.len() + actions.iter().map(|action| 24 + action.len()).sum::<usize>();
        self.weigh(size_of::<InformationSet>() + text)?;
        self.sets.push(InformationSet { player, label, actions });
        Ok(self.sets.len() - 1)
    }

    /// A decision in an information set. Gives the actions' nodes.
    pub fn decision(&mut self, at: usize, set: usize) -> Result<Range<usize>, Invalid> {
        let actions = self.sets[set].actions.len();
        let children = self.open(at, actions)?;
        self.nodes[at] = Some(Node::Decision { set, first: children.start });
        Ok(children)
    }

    /// A decision of a player who knows `key`: in the information set of that key, which is made
    /// and labelled where it is new. Gives the actions' nodes.
    pub fn decide<S: AsRef<str>>(
        &mut self,
        at: usize,
        player: usize,
        key: &str,
        actions: &[S],
    ) -> Result<Range<usize>, Invalid> {
        let set = match self.keys.get(&(player, key.to_string())) {
            Some(&set) => set,
            None => {
                let actions = actions.iter().map(|action| action.as_ref().to_string()).collect();
                let set = self.information_set(player, key, actions)?;
                self.keys.insert((player, key.to_string()), set);
                set
            }
        };
        self.agrees(set, actions)?;
        self.decision(at, set)
    }

    /// Whether an information set has these actions.
    pub fn agrees<S: AsRef<str>>(&self, set: usize, actions: &[S]) -> Result<(), Invalid> {
        let InformationSet { label, actions: known, .. } = &self.sets[set];
        let same = actions.iter().map(S::as_ref).eq(known.iter().map(String::as_str));
        let error = || Invalid::Actions { label: label.clone(), actions: known.join(", ") };
        same.then_some(()).ok_or_else(error)
    }

    /// A move of chance: what may happen, and how likely it is. Gives the events' nodes.
    pub fn chance(
        &mut self,
        at: usize,
        events: Vec<(String, Rational)>,
    ) -> Result<Range<usize>, Invalid> {
        check_chances(events.iter().map(|(_, chance)| chance))?;
        let sizes = events.iter().map(|(label, chance)| 24 + label.len() + bytes(chance));
        self.weigh(sizes.sum())?;
        let children = self.open(at, events.len())?;
        self.nodes[at] = Some(Node::Chance { events, first: children.start });
        Ok(children)
    }

    /// An end of the game, with a payoff per player.
    pub fn terminal(&mut self, at: usize, payoffs: Vec<Rational>) -> Result<(), Invalid> {
        if payoffs.len() != self.players.len() {
            return Err(Invalid::Payoffs(self.players.len(), payoffs.len()));
        }
        self.hold(&payoffs)?;
        self.open(at, 0)?;
        self.nodes[at] = Some(Node::Terminal { payoffs });
        Ok(())
    }

    /// The game, if nothing is open any more.
    pub fn build(self) -> Result<Extensive, Invalid> {
        if self.players.is_empty() {
            return Err(Invalid::NoPlayers);
        }
        let filled = self.nodes.into_iter().enumerate();
        let nodes =
            filled.map(|(at, node)| node.ok_or(Invalid::LeftOpen(at))).collect::<Result<_, _>>()?;
        Ok(Extensive {
            title: self.title,
            comment: self.comment,
            players: self.players,
            sets: self.sets,
            nodes,
        })
    }

    /// Counts numbers towards the limit.
    pub fn hold(&mut self, numbers: &[Rational]) -> Result<(), Invalid> {
        self.weigh(numbers.iter().map(bytes).sum())
    }

    fn open(&mut self, at: usize, children: usize) -> Result<Range<usize>, Invalid> {
        if !matches!(self.nodes.get(at), Some(None)) {
            return Err(Invalid::NotOpen(at));
        }
        self.weigh(children.saturating_mul(size_of::<Option<Node>>()))?;
        let (first, end) = (self.nodes.len(), self.nodes.len() + children);
        if end as u64 > self.limit.steps {
            return Err(Invalid::TooLarge(self.limit));
        }
        self.nodes.resize(end, None);
        Ok(first..end)
    }

    fn weigh(&mut self, bytes: usize) -> Result<(), Invalid> {
        self.bytes = self.bytes.saturating_add(bytes);
        (self.bytes <= self.limit.bytes).then_some(()).ok_or(Invalid::TooLarge(self.limit))
    }
}

/// Whether these are chances of which exactly one comes true.
fn check_chances<'a>(chances: impl Iterator<Item = &'a Rational>) -> Result<(), Invalid> {
    let mut sum = None;
    for chance in chances {
        if chance.is_negative() {
            return Err(Invalid::Negative(chance.clone()));
        }
        sum = Some(sum.map_or_else(|| chance.clone(), |sum: Rational| sum + chance));
    }
    let sum = sum.ok_or(Invalid::NoActions)?;
    if sum.is_one() { Ok(()) } else { Err(Invalid::Sum(sum)) }
}

/// About the memory that a number takes.
fn bytes(number: &Rational) -> usize {
    size_of::<Rational>() + (number.numer().bits() + number.denom().bits()) as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::whole;

    fn tree() -> Builder {
        Builder::new("", ["A", "B"], Limit::default())
    }

    fn chances(weights: &[(i128, i128)]) -> Vec<(String, Rational)> {
        weights
            .iter()
            .map(|(above, below)| (String::new(), whole(*above) / whole(*below)))
            .collect()
    }

    #[test]
    fn what_is_no_game_is_refused() {
        let payoffs = || vec![whole(0); 2];
        assert_eq!(Builder::new("", [""; 0], Limit::default()).build(), Err(Invalid::NoPlayers));
        assert_eq!(tree().decide(0, 2, "", &["a"]), Err(Invalid::Player(3, 2)));
        assert_eq!(tree().decide::<&str>(0, 0, "", &[]), Err(Invalid::NoActions));
        assert_eq!(tree().terminal(1, payoffs()), Err(Invalid::NotOpen(1)));
        assert_eq!(tree().terminal(0, vec![whole(0)]), Err(Invalid::Payoffs(2, 1)));
        assert_eq!(tree().chance(0, Vec::new()), Err(Invalid::NoActions));
        let sum = tree().chance(0, chances(&[(1, 2), (1, 3)]));
        assert_eq!(sum, Err(Invalid::Sum(whole(5) / whole(6))));
        let negative = tree().chance(0, chances(&[(-1, 2), (3, 2)]));
        assert_eq!(negative, Err(Invalid::Negative(whole(-1) / whole(2))));

        let mut twice = tree();
        twice.terminal(0, payoffs()).unwrap();
        assert_eq!(twice.terminal(0, payoffs()), Err(Invalid::NotOpen(0)));
        let mut other = tree();
        let children = other.decide(0, 0, "set", &["a", "b"]).unwrap();
        let error = other.decide(children.start, 0, "set", &["a", "c"]).unwrap_err().to_string();
        let expected =
            "other actions than elsewhere: expected those of information set \"set\": a, b";
        assert_eq!(error, expected);
        assert_eq!(other.build(), Err(Invalid::LeftOpen(1)));
    }

    #[test]
    fn the_limit_counts_nodes_and_bytes() {
        for limit in
            [Limit { steps: 2, ..Limit::default() }, Limit { bytes: 100, ..Limit::default() }]
        {
            let mut tree = Builder::new("", ["A"], limit);
            let built = tree.decide(0, 0, "", &["a", "b"]);
            assert_eq!(built, Err(Invalid::TooLarge(limit)));
        }
    }

    #[test]
    fn who_forgets_is_named_with_the_information_set() {
        // B moves twice, and the second time does not know what it did.
        let mut tree = tree();
        for child in tree.decide(0, 1, "first", &["a", "b"]).unwrap() {
            for end in tree.decide(child, 1, "second", &["a", "b"]).unwrap() {
                tree.terminal(end, vec![whole(0); 2]).unwrap();
            }
        }
        let game = tree.build().unwrap();
        assert!(game.recall(0).is_ok());
        let error = game.recall(1).unwrap_err().to_string();
        assert!(error.contains("B forgets at information set \"second\""), "{error}");
    }
}
