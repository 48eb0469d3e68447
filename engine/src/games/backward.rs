//! Subgame-perfect equilibria by backward induction (Selten 1965; Zermelo 1913).
//!
//! A node starts a subgame if no information set reaches from below it to elsewhere. Subgames are
//! solved from the last ones upwards; a solved one stands as an end with its equilibrium payoffs in
//! the subgame around it. A subgame of one decision is solved by its best actions. One with more
//! information sets is solved by the pure equilibria of its strategic form. Where there are none,
//! two players' extreme equilibria are taken; if one is enough, and what one wins the other loses,
//! linear programming on sequences finds it. Where a subgame has several solutions, the search goes
//! on with each.
//!
//! So with perfect information these are all subgame-perfect equilibria in pure strategies.

use super::extensive::play::only;
use super::extensive::{Builder, Extensive, InformationSet, Invalid, Node, Profile, Unfit};
use super::pure::pure_equilibria;
use super::remainder::remainder;
use super::{Limit, bimatrix, mixed, pure, sequence};
use crate::exact::Rational;
use num_traits::Zero;
use std::collections::BTreeSet;

/// A subgame-perfect equilibrium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equilibrium {
    /// What everybody does at every information set.
    pub profile: Profile,
    /// What everybody expects of it.
    pub payoffs: Vec<Rational>,
    /// How its subgames were solved.
    pub methods: BTreeSet<Method>,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Induced {
    /// What was found, in the order of the search.
    pub all: Vec<Equilibrium>,
    /// Whether the search did not run into its limit.
    pub complete: bool,
    /// What was not searched for.
    pub left_out: BTreeSet<LeftOut>,
}

/// What is not searched for in a subgame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Mixed equilibria, where there are pure ones.
    Mixed,
    /// Mixed equilibria of more than two players, where there are no pure ones.
    MixedOfMany,
}

/// How a subgame is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// By the best actions of one decision.
    BestActions,
    /// By the pure equilibria of its strategic form.
    PureEquilibria,
    /// By linear programming on sequences.
    SequenceForm,
    /// By the extreme equilibria of its strategic form.
    ExtremeEquilibria,
}

/// One subgame-perfect equilibrium. It is complete if one is found.
pub fn one(game: &Extensive, limit: Limit) -> Result<Induced, Unfit> {
    let found = Search::new(game, limit, Sought::One)?.run();
    Ok(match found.all.is_empty() {
        true => found,
        false => Induced { complete: true, left_out: BTreeSet::new(), ..found },
    })
}

/// All subgame-perfect equilibria that are pure in subgames with pure equilibria, and extreme in
/// those of two players without. Choices that a player's own earlier choice in the same subgame
/// rules out are not told apart.
pub fn all(game: &Extensive, limit: Limit) -> Result<Induced, Unfit> {
    Ok(Search::new(game, limit, Sought::All)?.run())
}

/// The nodes that start a subgame, ends left out, in the order of the tree.
pub fn subgames(game: &Extensive) -> Vec<usize> {
    let (enter, leave) = walk(game);
    // The first and the last node, in the order of the walk, of every information set.
    let mut spans = vec![(usize::MAX, 0); game.sets().len()];
    for (node, at) in game.nodes().iter().zip(&enter) {
        if let Node::Decision { set, .. } = node {
            let (first, last) = spans[*set];
            spans[*set] = (first.min(*at), last.max(*at));
        }
    }
    let mut below = vec![(usize::MAX, 0); enter.len()];
    let mut roots = Vec::new();
    for node in (0..enter.len()).rev() {
        let mut span = match game.nodes()[node] {
            Node::Terminal { .. } => continue,
            Node::Chance { .. } => (usize::MAX, 0),
            Node::Decision { set, .. } => spans[set],
        };
        for child in game.children(node) {
            span = (span.0.min(below[child].0), span.1.max(below[child].1));
        }
        below[node] = span;
        if span.0 >= enter[node] && span.1 < leave[node] {
            roots.push(node);
        }
    }
    roots.reverse();
    roots
}

/// When a walk down the tree enters and has left every node.
fn walk(game: &Extensive) -> (Vec<usize>, Vec<usize>) {
    let nodes = game.nodes().len();
    let (mut enter, mut size) = (vec![0; nodes], vec![1; nodes]);
    for node in (0..nodes).rev() {
        size[node] += game.children(node).map(|child| size[child]).sum::<usize>();
    }
    for node in 0..nodes {
        let mut next = enter[node] + 1;
        for child in game.children(node) {
            enter[child] = next;
            next += size[child];
        }
    }
    let leave = enter.iter().zip(size).map(|(enter, size)| enter + size).collect();
    (enter, leave)
}

/// A solution of a subgame whose own subgames are solved: what is done at its information sets.
enum Local {
    /// Nobody decides.
    Chance,
    /// An action at its only information set.
    Action { set: usize, action: usize },
    /// Everybody's choices, and how they were found.
    Joint(Vec<(usize, Vec<Rational>)>, Method),
}

impl Local {
    fn method(&self) -> Option<Method> {
        match self {
            Local::Chance => None,
            Local::Action { .. } => Some(Method::BestActions),
            Local::Joint(_, method) => Some(*method),
        }
    }
}

/// A subgame on the way: how it is played, and how else it can be.
struct Open {
    method: Option<Method>,
    solutions: std::vec::IntoIter<Local>,
    /// What they take, in fractions.
    fractions: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sought {
    One,
    All,
}

struct Search<'a> {
    game: &'a Extensive,
    limit: Limit,
    sought: Sought,
    steps: u64,
    /// The last ones first: a subgame stands behind those within it.
    roots: Vec<usize>,
    is_root: Vec<bool>,
    profile: Profile,
    /// What everybody expects at the nodes of solved subgames, but for ends and where one child is
    /// sure to follow.
    values: Vec<Vec<Rational>>,
    /// The node that has the value of each.
    like: Vec<usize>,
    /// The fractions that open subgames hold.
    held: usize,
    complete: bool,
    left_out: BTreeSet<LeftOut>,
}

impl<'a> Search<'a> {
    fn new(game: &'a Extensive, limit: Limit, sought: Sought) -> Result<Self, Unfit> {
        (0..game.players().len()).try_for_each(|player| game.recall(player).map(drop))?;
        let mut roots = subgames(game);
        roots.reverse();
        let mut is_root = vec![false; game.nodes().len()];
        roots.iter().for_each(|root| is_root[*root] = true);
        let (profile, values) = (game.uniform(), vec![Vec::new(); game.nodes().len()]);
        Ok(Self {
            game,
            limit,
            sought,
            steps: 0,
            roots,
            is_root,
            profile,
            values,
            like: (0..game.nodes().len()).collect(),
            held: 0,
            complete: true,
            left_out: BTreeSet::new(),
        })
    }

    /// Goes through the subgames; where one has several solutions, comes back for each.
    fn run(mut self) -> Induced {
        let room = self.limit.room(self.profile.iter().map(Vec::len).sum());
        let mut open: Vec<Open> = Vec::new();
        let mut all = Vec::new();
        'search: loop {
            if open.len() < self.roots.len() {
                let next = self.open(self.roots[open.len()]);
                self.held += next.fractions;
                open.push(next);
            } else {
                let methods = open.iter().filter_map(|open| open.method).collect();
                let (profile, payoffs) = (self.profile.clone(), self.value(0).to_vec());
                all.push(Equilibrium { profile, payoffs, methods });
                if self.sought == Sought::One {
                    break;
                }
            }
            if self.steps > self.limit.steps || all.len() > room || self.limit.is_over() {
                self.complete = false;
                break;
            }
            loop {
                let Some(last) = open.last_mut() else { break 'search };
                let Some(solution) = last.solutions.next() else {
                    self.held -= last.fractions;
                    open.pop();
                    continue;
                };
                last.method = solution.method();
                self.play(self.roots[open.len() - 1], solution);
                break;
            }
        }
        Induced { all, complete: self.complete, left_out: self.left_out }
    }

    fn open(&mut self, root: usize) -> Open {
        let solutions = self.solve(root);
        let fractions = solutions.iter().map(|solution| match solution {
            Local::Joint(choices, _) => choices.iter().map(|(_, chances)| chances.len()).sum(),
            _ => 0,
        });
        Open { method: None, fractions: fractions.sum(), solutions: solutions.into_iter() }
    }

    fn value(&self, node: usize) -> &[Rational] {
        let like = self.like[node];
        match &self.game.nodes()[like] {
            Node::Terminal { payoffs } => payoffs,
            _ => &self.values[like],
        }
    }

    /// The nodes of a subgame that are in none of its own subgames, parents first.
    fn inside(&self, root: usize) -> Vec<usize> {
        let mut inside = vec![root];
        let mut next = 0;
        while let Some(&node) = inside.get(next) {
            next += 1;
            inside.extend(self.game.children(node).filter(|child| !self.is_solved(*child)));
        }
        inside
    }

    fn is_solved(&self, node: usize) -> bool {
        self.is_root[node] || matches!(self.game.nodes()[node], Node::Terminal { .. })
    }

    /// Takes a solution of a subgame.
    fn play(&mut self, root: usize, solution: Local) {
        match solution {
            Local::Chance => {}
            Local::Action { set, action } => {
                self.profile[set] = only(action, self.profile[set].len());
            }
            Local::Joint(choices, _) => {
                choices.into_iter().for_each(|(set, choice)| self.profile[set] = choice);
            }
        }
        for node in self.inside(root).into_iter().rev() {
            let chance = |action: usize| match &self.game.nodes()[node] {
                Node::Chance { events, .. } => &events[action].1,
                Node::Decision { set, .. } => &self.profile[*set][action],
                Node::Terminal { .. } => unreachable!("an end has no children"),
            };
            let children = self.game.children(node).enumerate();
            let mut children = children
                .map(|(action, child)| (chance(action), child))
                .filter(|(c, _)| !c.is_zero());
            let mut sums = Vec::new();
            match (children.next(), children.next()) {
                (None, _) => {}
                (Some((_, child)), None) => self.like[node] = self.like[child],
                (Some(one), Some(other)) => {
                    sums = vec![Rational::zero(); self.game.players().len()];
                    for (chance, child) in [one, other].into_iter().chain(children) {
                        let values = sums.iter_mut().zip(self.value(child));
                        values.for_each(|(sum, value)| *sum += chance * value);
                    }
                    self.like[node] = node;
                }
            }
            self.values[node] = sums;
        }
    }

    /// The solutions of a subgame, given those of its own subgames.
    fn solve(&mut self, root: usize) -> Vec<Local> {
        let inside = self.inside(root);
        self.steps = self.steps.saturating_add(inside.len() as u64);
        let sets: Vec<usize> = self.sets(&inside);
        match (&sets[..], &inside[..]) {
            ([], _) => vec![Local::Chance],
            (&[set], [_]) => self.best_actions(root, set),
            _ => self.joint(root, &sets),
        }
    }

    /// The information sets of these nodes, each once.
    fn sets(&self, nodes: &[usize]) -> Vec<usize> {
        let sets = nodes.iter().filter_map(|node| match self.game.nodes()[*node] {
            Node::Decision { set, .. } => Some(set),
            _ => None,
        });
        sets.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn best_actions(&self, root: usize, set: usize) -> Vec<Local> {
        let player = self.game.sets()[set].player;
        let worth = |child: usize| &self.value(child)[player];
        let children = self.game.children(root);
        let Some(best) = children.clone().map(worth).max() else { return Vec::new() };
        let ties = children.clone().enumerate().filter(|(_, child)| worth(*child) == best);
        ties.map(|(action, _)| Local::Action { set, action }).collect()
    }

    /// The solutions of a subgame with several information sets or chance moves of its own.
    fn joint(&mut self, root: usize, sets: &[usize]) -> Vec<Local> {
        let Ok(local) = self.cut_out(root, sets) else {
            self.complete = false;
            return Vec::new();
        };
        let zero_sum = local.constant_sum().is_some();
        let quick = zero_sum && self.sought == Sought::One;
        // What linear programming can do need not be tried at length.
        let steps = if quick { self.limit.steps.min(1_000_000) } else { self.limit.steps };
        let limit = Limit { steps, ..self.limit.without(self.held) };
        let (mut profiles, mut method) = (Vec::new(), Method::PureEquilibria);
        let mut out = false;
        if let Ok(reduced) = local.reduced(limit) {
            let game = &reduced.strategic;
            let found = match self.sought {
                Sought::One => pure::first(game, 1, limit),
                Sought::All => pure_equilibria(game, limit),
            };
            let mut complete = found.complete;
            let mut mixed: Vec<_> =
                found.all.iter().map(|one| mixed::pure(game, &one.profile)).collect();
            if !quick {
                let rest = remainder(game, limit);
                if !mixed.is_empty() {
                    let others = self.sought == Sought::All && rest.choosing() > 1;
                    self.left_out.extend(others.then_some(LeftOut::Mixed));
                } else if rest.choosing() > 2 {
                    self.left_out.insert(LeftOut::MixedOfMany);
                    out = true;
                } else if let Ok(found) = bimatrix::equilibria(&rest.game, limit) {
                    method = Method::ExtremeEquilibria;
                    complete = found.extreme.complete;
                    mixed.extend(found.extreme.all.into_iter().map(|one| rest.whole(one)));
                }
            }
            self.complete &= complete;
            profiles.extend(mixed.iter().map(|mixed| reduced.behaviour(&local, mixed)));
        }
        if profiles.is_empty() && zero_sum {
            method = Method::SequenceForm;
            profiles.extend(sequence::solve(&local, limit));
            self.complete &= quick;
        }
        // Every subgame has a solution: where none was found, the search gave up.
        self.complete &= out || !profiles.is_empty();
        let mut profiles: Vec<_> =
            profiles.into_iter().filter_map(|profile| local.off_path(profile).ok()).collect();
        profiles.sort();
        profiles.dedup();
        let choices = |profile: Profile| sets.iter().copied().zip(profile).collect();
        profiles.into_iter().map(|profile| Local::Joint(choices(profile), method)).collect()
    }

    /// A subgame as a game of its own, between those who decide in it; its own subgames are ends.
    /// Its information sets are `sets`, in this order.
    fn cut_out(&self, root: usize, sets: &[usize]) -> Result<Extensive, Invalid> {
        let game = self.game;
        let players: BTreeSet<usize> = sets.iter().map(|set| game.sets()[*set].player).collect();
        let players: Vec<usize> = players.into_iter().collect();
        let names = players.iter().map(|player| game.players()[*player].clone());
        let mut tree = Builder::new("", names, self.limit);
        for set in sets {
            let InformationSet { player, label, actions } = &game.sets()[*set];
            let player = players.binary_search(player).unwrap_or_default();
            tree.information_set(player, label, actions.clone())?;
        }
        let mut open = vec![(root, 0)];
        while let Some((node, at)) = open.pop() {
            let children = match &game.nodes()[node] {
                _ if node != root && self.is_solved(node) => {
                    let value = self.value(node);
                    tree.terminal(
                        at,
                        players.iter().map(|player| value[*player].clone()).collect(),
                    )?;
                    continue;
                }
                Node::Chance { events, .. } => tree.chance(at, events.clone())?,
                Node::Decision { set, .. } => {
                    tree.decision(at, sets.binary_search(set).unwrap_or_default())?
                }
                Node::Terminal { .. } => continue,
            };
            open.extend(game.children(node).zip(children));
        }
        tree.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::whole;
    use crate::games::efg;

    fn game(text: &str) -> Extensive {
        efg::read(text, Limit::default()).expect("a game")
    }

    #[test]
    fn all_ties_are_followed() {
        // The second player is indifferent after either move of the first one.
        let text = "EFG 2 R \"\" { \"A\" \"B\" } p \"\" 1 1 { \"l\" \"r\" } 0
            p \"\" 2 1 { \"l\" \"r\" } 0 t \"\" 1 { 1 0 } t \"\" 2 { 3 0 }
            p \"\" 2 2 { \"l\" \"r\" } 0 t \"\" 3 { 2 0 } t \"\" 2";
        let found = all(&game(text), Limit::default()).unwrap();
        let payoffs: Vec<_> = found.all.iter().map(|one| one.payoffs[0].to_string()).collect();
        // (1, 2), (1, 3), (3, 2), (3, 3): in the last one the first player is indifferent too.
        assert_eq!((payoffs.join(" ").as_str(), found.complete), ("2 3 3 3 3", true));
        let found = one(&game(text), Limit::default()).unwrap();
        assert_eq!((found.all.len(), found.complete), (1, true));
        let found = all(&game(text), Limit { steps: 3, ..Limit::default() }).unwrap();
        assert!(!found.complete);
    }

    #[test]
    fn an_empty_threat_is_no_part_of_a_subgame_perfect_equilibrium() {
        // Selten's chain store: (out, fight) is an equilibrium, but not after entry.
        let text = "EFG 2 R \"\" { \"entrant\" \"incumbent\" } p \"\" 1 1 { \"out\" \"in\" } 0
            t \"\" 1 { 0 2 } p \"\" 2 1 { \"fight\" \"share\" } 0 t \"\" 2 { -1 -1 } t \"\" 3 { 1 1 }";
        let found = all(&game(text), Limit::default()).unwrap();
        assert_eq!(found.all.len(), 1);
        assert_eq!(found.all[0].payoffs, [whole(1), whole(1)]);
        let reduced = game(text).reduced(Limit::default()).unwrap();
        assert_eq!(pure_equilibria(&reduced.strategic, Limit::default()).all.len(), 2);
    }

    #[test]
    fn subgames_are_where_no_information_set_leads_out() {
        // Matching pennies after a choice to play: the second mover does not see the first one.
        let text =
            "EFG 2 R \"\" { \"A\" \"B\" } p \"\" 1 1 { \"out\" \"in\" } 0 t \"\" 1 { 1/2 -1/2 }
            p \"\" 1 2 { \"h\" \"t\" } 0 p \"\" 2 1 { \"h\" \"t\" } 0
            t \"\" 2 { 1 -1 } t \"\" 3 { -1 1 } p \"\" 2 1 0 t \"\" 3 t \"\" 2";
        let game = game(text);
        assert_eq!(subgames(&game), [0, 2]);
        let found = all(&game, Limit::default()).unwrap();
        assert_eq!((found.all.len(), found.complete), (1, true));
        let half = Rational::new(1.into(), 2.into());
        assert_eq!(found.all[0].payoffs, [half.clone(), -half.clone()]);
        assert_eq!(found.all[0].profile[1], [half.clone(), half]);
        assert_eq!(game.gains(&found.all[0].profile), Ok(vec![whole(0); 2]));
    }
}
