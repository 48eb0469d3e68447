//! Scenes in which players decide several times, or after others: games in extensive form.
//!
//! The tree is found by playing again and again, each time to another end: what is asked on the way
//! are its nodes. A player knows its type, what it decided before, and what it sees.

use super::counterexample::{Counterexample, Deviator, Recorded, record_one, trace_of};
use super::exploit::exploit;
use super::{Finding, Limits, Property, Stopped, Terms};
use crate::exact::{Rational, whole};
use crate::games::Limit;
use crate::games::backward::subgames;
use crate::games::extensive::{Builder, Extensive, InformationSet, Invalid, Node, Profile, Unfit};
use crate::scene::{AnyScene, Decider, Decision, How, Type};
use num_traits::{One, Zero};
use std::collections::HashMap;
use std::ops::Range;
use std::time::Instant;

/// A scene as a tree, and how it should be played.
pub struct Tree {
    /// The tree.
    pub game: Extensive,
    /// What is intended at every information set.
    pub intended: Profile,
    /// What was decided and happened on the way to every end, by node.
    ends: HashMap<usize, Vec<usize>>,
    /// What the mechanism shortfall at worst to what it owed, and on which way.
    shortfall: (u128, Vec<usize>),
}

/// Something that is asked on the way: the children of its node, and which of them is taken.
struct Branch {
    children: Range<usize>,
    taken: usize,
}

/// Plays to the next end and writes down what is new.
struct Explorer {
    builder: Builder,
    path: Vec<Branch>,
    /// How much of the path was taken again in this play.
    met: usize,
    at: usize,
    kinds: Vec<Vec<Type>>,
    types: Vec<usize>,
    known: Vec<String>,
    /// What is intended, by player and what it knows.
    intended: HashMap<(usize, String), usize>,
    failed: Option<Invalid>,
}

/// The tree of a scene, of options that do not react to what others do. Errs where it does not fit into the limits.
pub fn tree(scene: &dyn AnyScene, limits: Limits) -> Result<Tree, Stopped> {
    let cast = scene.cast();
    let (seats, since) = (&cast.players, Instant::now());
    let limit = Limit { steps: u64::MAX, bytes: limits.memory, until: None };
    let names = seats.iter().map(|seat| seat.name.clone());
    let mut explorer = Explorer {
        builder: Builder::new(cast.mechanism, names, limit),
        path: Vec::new(),
        met: 0,
        at: 0,
        kinds: cast.kinds.clone(),
        types: Vec::new(),
        known: Vec::new(),
        intended: HashMap::new(),
        failed: None,
    };
    let (mut ends, mut shortfall) = (HashMap::new(), (0, Vec::new()));
    loop {
        explorer.begin();
        let how = How { watched: true, asks: true, ..How::default() };
        let end = scene.play(how, &mut explorer);
        let worst = end.notes().shortfall;
        let payoff = |player: usize| whole(cast.payoff(player, explorer.types[player], &*end));
        let payoffs = (0..seats.len()).map(payoff).collect();
        let (at, way) = (explorer.at, explorer.way());
        let filled = explorer.builder.terminal(at, payoffs);
        if explorer.failed.take().or(filled.err()).is_some() {
            return Err(Stopped::Memory { outcomes: ends.len() as u64 });
        }
        if worst > shortfall.0 {
            shortfall = (worst, way.clone());
        }
        ends.insert(at, way);
        if since.elapsed().as_secs_f64() > limits.seconds {
            return Err(Stopped::Time { outcomes: ends.len() as u64 });
        }
        if !explorer.next() {
            break;
        }
    }
    let Explorer { builder, intended, .. } = explorer;
    let game = builder.build().map_err(|_| Stopped::Overflow)?;
    let one = |set: &InformationSet| {
        let intended = intended[&(set.player, set.label.clone())];
        let chance = |at| if at == intended { Rational::one() } else { Rational::zero() };
        (0..set.actions.len()).map(chance).collect()
    };
    let intended = game.sets().iter().map(one).collect();
    Ok(Tree { game, intended, ends, shortfall })
}

impl Explorer {
    /// Draws everybody's type, from the root.
    fn begin(&mut self) {
        (self.met, self.at) = (0, 0);
        self.known = vec![String::new(); self.kinds.len()];
        self.types = vec![0; self.kinds.len()];
        for player in 0..self.kinds.len() {
            if self.kinds[player].len() > 1 {
                let odds: Vec<u64> = self.kinds[player].iter().map(|kind| kind.weight).collect();
                self.types[player] = self.happen(&odds);
                self.known[player] = format!("{}; ", self.kinds[player][self.types[player]].name);
            }
        }
    }

    /// Takes a step: the next one of the path, or the first one of a node that is new.
    fn step(
        &mut self,
        fill: impl FnOnce(&mut Builder, usize) -> Result<Range<usize>, Invalid>,
    ) -> usize {
        if self.met == self.path.len() {
            let children = match fill(&mut self.builder, self.at) {
                Ok(children) => children,
                Err(failed) => {
                    self.failed.get_or_insert(failed);
                    return 0;
                }
            };
            self.path.push(Branch { children, taken: 0 });
        }
        let Branch { children, taken } = &self.path[self.met];
        self.met += 1;
        self.at = children.start + taken;
        *taken
    }

    /// What was taken on the way.
    fn way(&self) -> Vec<usize> {
        self.path.iter().map(|asked| asked.taken).collect()
    }

    /// Turns to the next end; false if there is none.
    fn next(&mut self) -> bool {
        while let Some(last) = self.path.last_mut() {
            last.taken += 1;
            if last.taken < last.children.len() {
                return true;
            }
            self.path.pop();
        }
        false
    }
}

impl Decider for Explorer {
    fn decide(&mut self, decision: &Decision) -> usize {
        let player = decision.player;
        let seen = match decision.sees {
            0 => String::new(),
            seen => format!(" after {seen:x}"),
        };
        let key = format!("{}{}{seen}", self.known[player], decision.about);
        let intended = (decision.intended)(self.types[player]);
        let taken = self.step(|builder, at| {
            let names: Vec<String> = (0..decision.options).map(decision.name).collect();
            builder.decide(at, player, &key, &names)
        });
        self.intended.insert((player, key), intended);
        let decided = format!("{}: {}; ", decision.about, (decision.name)(taken));
        self.known[player].push_str(&decided);
        taken
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        let sum: u128 = odds.iter().copied().map(u128::from).sum();
        let possible: Vec<usize> = (0..odds.len()).filter(|event| odds[*event] > 0).collect();
        let taken = self.step(|builder, at| {
            let chance = |event: &usize| Rational::new(odds[*event].into(), sum.into());
            let events = possible.iter().map(|event| (event.to_string(), chance(event)));
            builder.chance(at, events.collect())
        });
        possible[taken]
    }
}

/// Answers a question about a scene as a tree.
pub fn check(scene: &dyn AnyScene, terms: &Terms, limits: Limits) -> Result<Finding, Stopped> {
    let tree = tree(scene, limits)?;
    let (ends, sets) = (tree.ends.len(), tree.game.sets().len());
    let domain =
        format!("{} players, {sets} information sets, {ends} ends", tree.game.players().len());
    let finding = Finding::holds(terms, "exhaustive", domain, ends as u64);
    if terms.property == Property::Solvency {
        return Ok(tree.solvency(scene, finding));
    }
    let roots = match terms.property {
        Property::SubgamePerfect => subgames(&tree.game),
        Property::Nash | Property::Bayesian => vec![0],
        _ => return Err(Stopped::Lacks("a tree is asked for subgame_perfect")),
    };
    let mut worst: Option<(Rational, usize, usize, Vec<Option<usize>>)> = None;
    for root in roots {
        let (part, sets) = tree.below(root).map_err(|_| Stopped::Overflow)?;
        let profile: Profile = sets.iter().map(|set| tree.intended[*set].clone()).collect();
        let payoffs = part.payoffs(&profile);
        for (player, payoff) in payoffs.into_iter().enumerate() {
            let best = part.best_response(player, &profile).map_err(|unfit| match unfit {
                Unfit::Forgets { .. } => Stopped::Lacks("it needs players who forget nothing"),
                _ => Stopped::Overflow,
            })?;
            let gain = best.payoff - payoff;
            if worst.as_ref().is_none_or(|worst| gain > worst.0) {
                let mut plan = vec![None; tree.intended.len()];
                sets.iter().zip(best.plan).for_each(|(set, action)| plan[*set] = action);
                worst = Some((gain, root, player, plan));
            }
        }
    }
    let Some((gain, root, player, plan)) = worst else { return Ok(finding) };
    let holds = &gain + whole(terms.margin()) <= Rational::zero();
    let said = match gain.is_zero() {
        true => "no deviation gains anything".into(),
        false => format!("the best deviation gains {}", scene.cast().show(&gain)),
    };
    let finding = finding.measured(gain, said);
    Ok(match holds {
        true => finding,
        false => finding.violated(Some(tree.counterexample(scene, root, player, &plan))),
    })
}

impl Tree {
    fn solvency(&self, scene: &dyn AnyScene, finding: Finding) -> Finding {
        let (shortfall, way) = &self.shortfall;
        if *shortfall == 0 {
            return finding;
        }
        let shortfall = Rational::from_integer((*shortfall).into());
        let said = format!("it owes {} more than it holds", scene.cast().show(&shortfall));
        let finding = finding.measured(shortfall, said);
        finding.violated(Some(self.told(scene, None, way, way)))
    }

    /// The subgame that a node starts, and which information sets its own are.
    fn below(&self, root: usize) -> Result<(Extensive, Vec<usize>), Invalid> {
        let limit = Limit { steps: u64::MAX, bytes: usize::MAX, until: None };
        let players = self.game.players().iter().cloned();
        let mut part = Builder::new(self.game.title(), players, limit);
        let (mut sets, mut places) = (Vec::new(), HashMap::new());
        let mut open = vec![(root, 0)];
        while let Some((node, at)) = open.pop() {
            let children = match &self.game.nodes()[node] {
                Node::Terminal { payoffs } => {
                    part.terminal(at, payoffs.clone())?;
                    continue;
                }
                Node::Chance { events, .. } => part.chance(at, events.clone())?,
                Node::Decision { set, .. } => {
                    let InformationSet { player, label, actions } = &self.game.sets()[*set];
                    let place = match places.get(set) {
                        Some(place) => *place,
                        None => {
                            sets.push(*set);
                            part.information_set(*player, label.clone(), actions.clone())?
                        }
                    };
                    places.insert(*set, place);
                    part.decision(at, place)?
                }
            };
            open.extend(self.game.children(node).zip(children));
        }
        Ok((part.build()?, sets))
    }

    /// A deviation of `player` from `root` on: the end that is best for it among those that can
    /// come of its plan, against the most likely one of what is intended.
    fn counterexample(
        &self,
        scene: &dyn AnyScene,
        root: usize,
        player: usize,
        plan: &[Option<usize>],
    ) -> Counterexample {
        let payoff = |end: &usize| match &self.game.nodes()[*end] {
            Node::Terminal { payoffs } => payoffs[player].clone(),
            _ => Rational::zero(),
        };
        let after = self.reached(root, |set| {
            let of = self.game.sets()[set].player == player;
            plan[set].filter(|_| of)
        });
        let after = after.into_iter().max_by_key(payoff).unwrap_or(0);
        let before = self.reached(root, |_| None);
        // With the same types and chance, as far as both ways meet the same.
        let same = |end: &usize| {
            let both = self.ends[end].iter().zip(&self.ends[&after]);
            both.take_while(|(one, other)| one == other).count()
        };
        let before = before.into_iter().max_by_key(same).unwrap_or(0);
        self.told(scene, Some(player), &self.ends[&before], &self.ends[&after])
    }

    /// The ends below a node that can come of what is intended, where `instead` says nothing else.
    fn reached(&self, root: usize, instead: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
        let (mut open, mut ends) = (vec![root], Vec::new());
        while let Some(node) = open.pop() {
            let children = self.game.children(node);
            match &self.game.nodes()[node] {
                Node::Terminal { .. } => ends.push(node),
                Node::Chance { .. } => open.extend(children),
                Node::Decision { set, .. } => {
                    let intended = self.intended[*set].iter().position(|chance| !chance.is_zero());
                    let action = instead(*set).or(intended).unwrap_or(0);
                    open.push(children.start + action);
                }
            }
        }
        ends.sort();
        ends
    }

    fn told(
        &self,
        scene: &dyn AnyScene,
        player: Option<usize>,
        before: &[usize],
        after: &[usize],
    ) -> Counterexample {
        let (seats, before, after) =
            (&scene.cast().players, Way::take(scene, before), Way::take(scene, after));
        let gain = |at: usize| after.played.payoffs[at] - before.played.payoffs[at];
        let tokens = |at: usize| after.played.tokens[at] - before.played.tokens[at];
        let instead = |at: usize| Deviator {
            player: seats[at].name.clone(),
            of: after.kind(at),
            intended: before.decided[at].join(", "),
            chosen: after.decided[at].join(", "),
        };
        let others = (0..seats.len()).filter(|at| Some(*at) != player);
        let does = |at: usize| format!("{}: {}", seats[at].name, after.decided[at].join(", "));
        let accounts = player.map_or(Vec::new(), |at| seats[at].accounts.clone());
        let (base, steps) = (before.played.calls(), after.played.calls());
        let name = |account| scene.cast().account_name(account);
        Counterexample {
            exploit: exploit(scene.cast(), &accounts, base, steps, &name),
            who: player.into_iter().map(instead).collect(),
            others: others.clone().map(does).collect(),
            calls: Vec::new(),
            everyone: (0..seats.len())
                .map(|at| (seats[at].name.clone(), whole(gain(at))))
                .filter(|(_, gain)| !gain.is_zero())
                .collect(),
            gain: whole(player.map_or(0, gain)),
            gain_in_tokens: player.map_or(0, tokens),
            others_lose: whole(-others.map(gain).sum::<i128>()),
            accounts,
            trace: trace_of(scene, &after.played),
            base: trace_of(scene, &before.played),
        }
    }
}

/// A play along a way, with what everybody decided.
struct Way {
    played: Recorded,
    decided: Vec<Vec<String>>,
    kinds: Vec<Vec<Type>>,
    types: Vec<usize>,
}

impl Way {
    fn take(scene: &dyn AnyScene, way: &[usize]) -> Self {
        let (players, kinds) = (scene.cast().players.len(), scene.cast().kinds.clone());
        let mut steps = way.iter().copied();
        let possible = |kinds: &Vec<Type>| -> Vec<usize> {
            (0..kinds.len()).filter(|kind| kinds[*kind].weight > 0).collect()
        };
        let types = kinds.iter().map(|kinds| match kinds.len() {
            1 => 0,
            _ => steps.next().and_then(|at| possible(kinds).get(at).copied()).unwrap_or(0),
        });
        let types: Vec<usize> = types.collect();
        let mut walker = Walker {
            steps: steps.collect::<Vec<_>>().into_iter(),
            decided: vec![Vec::new(); players],
        };
        let played = record_one(scene, &types, &mut walker, true);
        Self { played, decided: walker.decided, kinds, types }
    }

    fn kind(&self, player: usize) -> String {
        self.kinds[player][self.types[player]].name.clone()
    }
}

/// Takes given steps.
struct Walker {
    steps: std::vec::IntoIter<usize>,
    decided: Vec<Vec<String>>,
}

impl Decider for Walker {
    fn decide(&mut self, decision: &Decision) -> usize {
        let taken = self.steps.next().unwrap_or(0);
        self.decided[decision.player].push((decision.name)(taken));
        taken
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        let mut possible = (0..odds.len()).filter(|event| odds[*event] > 0);
        possible.nth(self.steps.next().unwrap_or(0)).unwrap_or(0)
    }
}
