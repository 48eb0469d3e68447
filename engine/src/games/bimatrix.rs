//! All equilibria of a two-player game: its extreme equilibria, and how they hang together.
//!
//! Every player's best-response polytope is walked from vertex to vertex by lexicographic pivots
//! over all lexicographically feasible bases, which works for degenerate games too. A vertex has the
//! label of every strategy that it does not play, and of every strategy of the opponent that is a
//! best reply to it. An extreme equilibrium is a pair of vertices that together have all labels
//! (Mangasarian 1964; Avis, Rosenberg, Savani, von Stengel 2010, "Enumeration of Nash equilibria for
//! two-player games").
//!
//! Pairs that share a strategy of either player span a convex set of equilibria with it: the maximal
//! sets of interchangeable vertices are the maximal Nash subsets, and the sets that hang together
//! are the components (Winkels 1979; Jansen 1981).

use super::mixed::{Mixed, pure};
use super::pure::pure_equilibria;
use super::strategic::Strategic;
use super::tableau::{Cell, Tableau, exactly};
use super::{Found, Limit, Unsuitable};
use crate::exact::Rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use std::collections::{BTreeSet, HashMap, HashSet};

/// All equilibria of a two-player game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equilibria {
    /// The extreme ones: every equilibrium mixes those of a maximal Nash subset.
    pub extreme: Found<Mixed>,
    /// How they hang together, in the order of their first members.
    pub components: Vec<Component>,
}

/// Equilibria that hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its extreme equilibria. If there is one only, it is isolated; else there is a continuum.
    pub members: Vec<usize>,
    /// Its maximal Nash subsets. In each, all mixtures of the first player's strategies and all
    /// mixtures of the second's are equilibria together.
    pub subsets: Vec<Vec<usize>>,
}

/// Bytes that a cell of a player's tableau takes, with what it is made of, about.
const CELL: usize = 192;

/// All equilibria of a two-player game. The limit's steps are bases of each polytope, pairs of
/// vertices that are compared, and members of maximal Nash subsets; when it binds, what was found
/// until then is given.
pub fn equilibria(game: &Strategic, limit: Limit) -> Result<Equilibria, Unsuitable> {
    let &[rows, columns] = game.shape().as_slice() else {
        return Err(Unsuitable::Players(game.players.len()));
    };
    if rows == 1 || columns == 1 {
        return Ok(of_one_who_chooses(game, limit));
    }
    // Both polytopes are walked at once; the other half is for what they come to.
    let (half, quarter) = (limit.bytes / 2, limit.bytes / 4);
    if rows.saturating_mul(columns).saturating_mul(CELL) > quarter {
        return Ok(Equilibria {
            extreme: Found { all: Vec::new(), complete: false },
            components: Vec::new(),
        });
    }
    let (first, second) = rayon::join(
        // What keeps the first player's weights in bounds are the second player's payoffs.
        || {
            vertices(
                &sides(game, 1),
                rows,
                columns,
                Place::First,
                Limit { bytes: quarter, ..limit },
            )
        },
        || {
            vertices(
                &sides(game, 0),
                columns,
                rows,
                Place::Second,
                Limit { bytes: quarter, ..limit },
            )
        },
    );
    let mut complete = first.complete && second.complete;
    let limit = Limit { bytes: half, ..limit };
    let (pairs, all) = pairs(&first.all, &second.all, rows + columns, limit);
    complete &= all;
    let (components, all) = components(&pairs, limit);
    complete &= all;
    let profile = |(one, other): &(usize, usize)| {
        vec![first.all[*one].weights(), second.all[*other].weights()]
    };
    let all = pairs.iter().map(profile).collect();
    Ok(Equilibria { extreme: Found { all, complete }, components })
}

/// The equilibria where one player has no choice: mixtures of the other's best strategies.
fn of_one_who_chooses(game: &Strategic, limit: Limit) -> Equilibria {
    let found = pure_equilibria(game, limit);
    let all: Vec<Mixed> = found.all.iter().map(|one| pure(game, &one.profile)).collect();
    let members: Vec<usize> = (0..all.len()).collect();
    let component = Component { subsets: vec![members.clone()], members };
    Equilibria { extreme: Found { all, complete: found.complete }, components: vec![component] }
}

/// Whose polytope it is: the first player's strategies have the first labels.
#[derive(Clone, Copy)]
enum Place {
    First,
    Second,
}

/// A player's payoffs, one row per own strategy, made whole and positive, which changes no best
/// reply.
fn sides(game: &Strategic, player: usize) -> Vec<Vec<BigInt>> {
    let payoffs = || game.payoffs.iter().map(|payoffs| &payoffs[player]);
    let scale = payoffs().fold(BigInt::one(), |scale, payoff| scale.lcm(payoff.denom()));
    let whole = |payoff: &Rational| payoff.numer() * (&scale / payoff.denom());
    let least = payoffs().map(whole).min().unwrap_or_else(BigInt::zero);
    let shape = game.shape();
    let place =
        |own, other| if player == 0 { other * shape[0] + own } else { own * shape[0] + other };
    let cell = |own: usize, other: usize| -> BigInt {
        whole(&game.payoffs[place(own, other)][player]) - &least + BigInt::one()
    };
    let row = |own| (0..shape[1 - player]).map(|other| cell(own, other)).collect();
    (0..shape[player]).map(row).collect()
}

/// A set of small numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Set(Vec<u64>);

impl Set {
    fn new(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    fn flip(&mut self, number: usize) {
        self.0[number / 64] ^= 1 << (number % 64);
    }

    fn covers(&self, other: &Self, bound: usize) -> bool {
        let words = self.0.iter().zip(&other.0);
        words.map(|(left, right)| (left | right).count_ones() as usize).sum::<usize>() == bound
    }

    fn complement(&self, bound: usize) -> Self {
        let mut set = self.clone();
        (0..bound).for_each(|number| set.flip(number));
        set
    }
}

/// A vertex of a best-response polytope: a mixed strategy, not scaled.
struct Vertex {
    labels: Set,
    numbers: Vec<BigInt>,
}

impl Vertex {
    /// The probabilities.
    fn weights(&self) -> Vec<Rational> {
        let sum: BigInt = self.numbers.iter().sum();
        self.numbers.iter().map(|number| Rational::new(number.clone(), sum.clone())).collect()
    }
}

/// All vertices but zero of `{x ≥ 0: side · x ≤ 1 for all sides}`.
fn vertices(
    sides: &[Vec<BigInt>],
    own: usize,
    other: usize,
    place: Place,
    limit: Limit,
) -> Found<Vertex> {
    let rows: Vec<Vec<_>> =
        sides.iter().map(|side| side.iter().cloned().chain([BigInt::one()]).collect()).collect();
    let (first, second) = match place {
        Place::First => (0..own, own..own + other),
        Place::Second => (other..own + other, 0..other),
    };
    let (nonbasic, basic): (Vec<_>, Vec<_>) = (first.collect(), second.collect());
    exactly(
        || Walk::<i128>::new(Tableau::new(&rows, basic.clone(), nonbasic.clone())?).all(limit),
        || Walk::<BigInt>::new(Tableau::new(&rows, basic.clone(), nonbasic.clone())?).all(limit),
    )
}

/// A walk over all lexicographically feasible bases of a polytope.
struct Walk<N> {
    tableau: Tableau<N>,
    /// The variables that are basic in the first basis.
    order: Vec<usize>,
    /// The player's own variables, in order.
    own: Vec<usize>,
    seen: HashSet<Set>,
    labels: HashSet<Set>,
    found: Vec<Vertex>,
}

impl<N: Cell> Walk<N> {
    fn new(tableau: Tableau<N>) -> Self {
        let (order, own) = (tableau.basic.clone(), tableau.nonbasic.clone());
        let (seen, labels) = (HashSet::new(), HashSet::new());
        Self { tableau, order, own, seen, labels, found: Vec::new() }
    }

    /// Depth first: a pivot at the same place undoes a pivot. `None` if a number does not fit.
    fn all(mut self, limit: Limit) -> Option<Found<Vertex>> {
        let (rows, columns) = (self.tableau.rows(), self.tableau.columns());
        let each = 64 * (rows + columns) + 256;
        let room = (limit.bytes / each).min(limit.steps.try_into().unwrap_or(usize::MAX));
        self.seen.insert(self.basis());
        let mut path: Vec<(usize, usize)> = Vec::new();
        let mut column = 0;
        loop {
            if column == columns {
                let Some((row, last)) = path.pop() else { break };
                self.tableau.pivot(row, last)?;
                column = last + 1;
                continue;
            }
            let row = self.tableau.leaving(rows, column, &self.order)?;
            let row = row.expect("positive payoffs keep the polytope bounded");
            let mut next = self.basis();
            next.flip(self.tableau.basic[row]);
            next.flip(self.tableau.nonbasic[column]);
            if self.seen.contains(&next) {
                column += 1;
                continue;
            }
            if self.seen.len() >= room || limit.is_over() {
                return Some(Found { all: self.found, complete: false });
            }
            self.seen.insert(next);
            self.tableau.pivot(row, column)?;
            self.keep();
            path.push((row, column));
            column = 0;
        }
        Some(Found { all: self.found, complete: true })
    }

    fn basis(&self) -> Set {
        let mut basis = Set::new(self.tableau.rows() + self.tableau.columns());
        self.tableau.basic.iter().for_each(|variable| basis.flip(*variable));
        basis
    }

    /// Keeps the vertex of the basis if it is new. A vertex has its own set of labels.
    fn keep(&mut self) {
        let tableau = &self.tableau;
        let mut labels = Set::new(tableau.rows() + tableau.columns());
        tableau.nonbasic.iter().for_each(|variable| labels.flip(*variable));
        for (row, variable) in tableau.basic.iter().enumerate() {
            if tableau.side(row).is_zero() {
                labels.flip(*variable);
            }
        }
        if !self.labels.insert(labels.clone()) {
            return;
        }
        let mut numbers = vec![BigInt::zero(); self.own.len()];
        let first = self.own[0];
        for (row, variable) in tableau.basic.iter().enumerate() {
            if let Some(number) = variable.checked_sub(first).and_then(|at| numbers.get_mut(at)) {
                *number = tableau.side(row).to_big();
            }
        }
        if numbers.iter().any(|number| number.is_positive()) {
            self.found.push(Vertex { labels, numbers });
        }
    }
}

/// The pairs of vertices that together have all labels, and whether these are all.
fn pairs(
    first: &[Vertex],
    second: &[Vertex],
    labels: usize,
    limit: Limit,
) -> (Vec<(usize, usize)>, bool) {
    let mut simple: HashMap<&Set, usize> = HashMap::new();
    let mut degenerate = Vec::new();
    let count = |vertex: &Vertex| vertex.labels.0.iter().map(|word| word.count_ones()).sum::<u32>();
    for (at, vertex) in second.iter().enumerate() {
        match count(vertex) as usize == vertex.numbers.len() {
            true => drop(simple.insert(&vertex.labels, at)),
            false => degenerate.push(at),
        }
    }
    let (mut pairs, mut steps) = (Vec::new(), limit.steps);
    let room = limit.room(labels);
    for (one, vertex) in first.iter().enumerate() {
        // What a vertex with no label too many lacks, a partner with none too many has exactly.
        let candidates = match count(vertex) as usize == vertex.numbers.len() {
            true => {
                let exact = simple.get(&vertex.labels.complement(labels)).copied();
                exact.into_iter().chain(degenerate.iter().copied()).collect()
            }
            false => (0..second.len()).collect::<Vec<_>>(),
        };
        if steps < candidates.len() as u64 || limit.is_over() {
            return (pairs, false);
        }
        steps -= candidates.len() as u64;
        let fits = |other: &usize| vertex.labels.covers(&second[*other].labels, labels);
        pairs.extend(candidates.into_iter().filter(fits).map(|other| (one, other)));
        if pairs.len() > room {
            pairs.truncate(room);
            return (pairs, false);
        }
    }
    (pairs, true)
}

/// The components of the graph whose edges are `pairs`, and their maximal complete subgraphs.
fn components(pairs: &[(usize, usize)], limit: Limit) -> (Vec<Component>, bool) {
    let mut partners: HashMap<usize, BTreeSet<usize>> = HashMap::new();
    let mut owners: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut numbers = HashMap::new();
    for (number, (one, other)) in pairs.iter().enumerate() {
        partners.entry(*one).or_default().insert(*other);
        owners.entry(*other).or_default().push(*one);
        numbers.insert((*one, *other), number);
    }
    let mut steps = limit.steps.min(limit.bytes as u64 / 64);
    let (mut all, mut complete) = (Vec::new(), true);
    let mut seen = HashSet::new();
    for (start, _) in pairs {
        if !seen.insert(*start) {
            continue;
        }
        let mut ones = vec![*start];
        let mut at = 0;
        while at < ones.len() {
            let near = partners[&ones[at]].iter().flat_map(|other| &owners[other]);
            ones.extend(near.copied().filter(|one| seen.insert(*one)));
            at += 1;
        }
        ones.sort_unstable();
        let edges = |one: &usize, others: &BTreeSet<usize>| {
            others.iter().map(|other| numbers[&(*one, *other)]).collect::<Vec<_>>()
        };
        let members = ones.iter().flat_map(|one| edges(one, &partners[one])).collect();
        let mut subsets = Vec::new();
        for shared in closed(&ones, &partners, &mut steps, &mut complete) {
            let whole = ones.iter().filter(|one| shared.is_subset(&partners[one]));
            subsets.push(whole.flat_map(|one| edges(one, &shared)).collect());
        }
        all.push(Component { members, subsets });
    }
    (all, complete)
}

/// All sets of partners that some of `ones` share, as large as they can be: each is one side of a
/// maximal complete subgraph.
fn closed(
    ones: &[usize],
    partners: &HashMap<usize, BTreeSet<usize>>,
    steps: &mut u64,
    complete: &mut bool,
) -> BTreeSet<BTreeSet<usize>> {
    let mut all: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for one in ones {
        let own = &partners[one];
        let shared = all.iter().map(|set| set.intersection(own).copied().collect());
        let mut fresh: Vec<BTreeSet<usize>> =
            shared.filter(|set: &BTreeSet<_>| !set.is_empty()).collect();
        fresh.push(own.clone());
        let members: usize = fresh.iter().map(BTreeSet::len).sum();
        let Some(rest) = steps.checked_sub(members as u64) else {
            *complete = false;
            return all;
        };
        *steps = rest;
        all.extend(fresh);
    }
    all
}
