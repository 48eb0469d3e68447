//! One player deviates: dominant strategies, equilibria, staying out, false names.

use super::counterexample::{Counterexample, compare};
use super::outcomes::{Choice, Outcomes, Row, counts, counts_len};
use super::{Finding, Property, Stopped, Terms};
use crate::exact::{Rational, whole};
use num_bigint::BigInt;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Others' profiles looked at between two looks at the clock.
const BATCH: usize = 1024;
/// What is left out where it would take more outcomes than this: options that react to what others do.
pub const SMALL: u128 = 100_000;

/// What the others may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Anything.
    Any,
    /// What is intended, of any types.
    Intended,
    /// What is intended, of types that are drawn.
    Drawn,
}

/// What others do, a key without the player, and how many draws of types come to it, if that fits.
type Weighed = (Box<[Choice]>, Option<i128>);

/// A deviation of one player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Who deviates. Where players are alike it is told by its ranks.
    pub player: usize,
    /// Its type.
    pub kind: usize,
    /// What the others do: a key without the player.
    pub others: Box<[Choice]>,
    /// Where players are alike: whether it stands before all others.
    pub first: bool,
    /// The intended option, and how many of those who chose it stand before the player.
    pub from: (Choice, usize),
    /// The other option, and how many of those who chose it stand before the player.
    pub to: (Choice, usize),
    /// What it gains in all draws of the others' types together, in parts of one over the scale.
    pub gain: i128,
    /// How many draws these are: one, unless it is expected.
    pub draws: i128,
}

impl Deviation {
    fn cmp_gain(&self, other: &Self) -> Ordering {
        match self.draws == other.draws {
            true => self.gain.cmp(&other.gain),
            false => {
                let times = |gain: i128, draws: i128| BigInt::from(gain) * draws;
                times(self.gain, other.draws).cmp(&times(other.gain, self.draws))
            }
        }
    }
}

/// What came of looking at all deviations of one player.
pub struct Searched {
    /// Deviations that were looked at.
    pub checked: u64,
    /// The one that gains most, if there is any.
    pub worst: Option<Deviation>,
}

impl Outcomes<'_> {
    /// The players that have to be looked at: of those who are alike and all decide the same, the
    /// first and the last; one where profiles are counts.
    pub fn deciders(&self) -> Vec<usize> {
        let single = self.kinds().iter().all(|kinds| kinds.len() == 1);
        let types = vec![0; self.players()];
        match self.alike {
            true => vec![0],
            false => {
                (0..self.players()).filter(|at| !(single && self.is_inner(*at, &types))).collect()
            }
        }
    }

    /// The options of a player that do not depend on what others do.
    fn steady(&self, player: usize) -> Vec<Choice> {
        let all = 0..self.options_len(player) as Choice;
        all.filter(|option| !self.reacts(player, *option)).collect()
    }

    /// The key with the player's option put into what the others do.
    pub fn with(&self, others: &[Choice], player: usize, option: Choice) -> Box<[Choice]> {
        let mut key: Box<[Choice]> = others.into();
        match self.alike {
            true => key[usize::from(option)] += 1,
            false => key[player] = option,
        }
        key
    }

    /// The same, and where it matters once more for a player that is before all others.
    fn stands(&self, others: &[Choice], player: usize, option: Choice) -> Vec<Box<[Choice]>> {
        let key = self.with(others, player, option);
        match self.alike && self.is_mixed(option) {
            false => vec![key],
            true => {
                let first = [&key[..], &[1]].concat().into();
                vec![key, first]
            }
        }
    }

    /// What all but `player` can do together, and how many draws of types come to it, if that fits.
    fn others(&self, player: usize, others: Others) -> Box<dyn Iterator<Item = Weighed> + '_> {
        let n = self.players();
        match (self.alike, others) {
            (true, Others::Any) => {
                let steady = self.steady(0);
                let all = counts(n - 1, steady.len()).map(move |counts| {
                    let mut key = vec![0; self.options_len(0)];
                    steady.iter().zip(counts).for_each(|(at, count)| key[usize::from(*at)] = count);
                    (key.into(), Some(1))
                });
                Box::new(all)
            }
            (true, _) => {
                let all = counts(n - 1, self.kinds()[0].len()).map(move |drawn| {
                    let mut key = vec![0; self.options_len(0)];
                    for (count, option) in drawn.iter().zip(&self.intended[0]) {
                        key[usize::from(*option)] += count;
                    }
                    (key.into(), self.draws(&drawn))
                });
                Box::new(all)
            }
            (false, Others::Any) => {
                let steady: Vec<_> = (0..n).map(|at| self.steady(at)).collect();
                let size = |at: usize| if at == player { 1 } else { steady[at].len() };
                let all = product((0..n).map(size).collect()).map(move |profile| {
                    let option = |(at, place): (usize, Choice)| steady[at][usize::from(place)];
                    (profile.into_iter().enumerate().map(option).collect(), Some(1))
                });
                Box::new(all)
            }
            (false, _) => {
                let size = |at: usize| if at == player { 1 } else { self.kinds()[at].len() };
                let all = product((0..n).map(size).collect()).map(move |types| {
                    let option = |at: usize| self.intended[at][usize::from(types[at])];
                    let weight = |at: usize| match at == player {
                        true => 1,
                        false => i128::from(self.kinds()[at][usize::from(types[at])].weight),
                    };
                    let product = |all: i128, at| all.checked_mul(weight(at));
                    ((0..n).map(option).collect(), (0..n).try_fold(1, product))
                });
                Box::new(all)
            }
        }
    }

    /// In how many draws of players who are alike there are so many of each type, weighed by how
    /// likely the types are; nothing if the number does not fit.
    pub fn draws(&self, drawn: &[Choice]) -> Option<i128> {
        let mut left: usize = drawn.iter().copied().map(usize::from).sum();
        let mut all = 1i128;
        for (count, kind) in drawn.iter().zip(&self.kinds()[0]) {
            left -= usize::from(*count);
            let ways = i128::try_from(counts_len(left, usize::from(*count) + 1)).ok()?;
            let odds = i128::from(kind.weight).checked_pow((*count).into())?;
            all = all.checked_mul(ways)?.checked_mul(odds)?;
        }
        Some(all)
    }

    /// How many profiles [`Self::others`] gives.
    fn others_len(&self, player: usize, others: Others) -> u128 {
        let size = |at: &usize| match others {
            Others::Any => self.steady(*at).len(),
            _ => self.kinds()[*at].len(),
        };
        let all = (0..self.players()).filter(|at| *at != player);
        match self.alike {
            true => counts_len(self.players() - 1, size(&0)),
            false => all.fold(1u128, |all, at| all.saturating_mul(size(&at) as u128)),
        }
    }

    /// Looks at every deviation of one player to an option that is `allowed`, if the others do
    /// whatever they may.
    pub fn search(
        &mut self,
        others: Others,
        allowed: &(dyn Fn(usize, Choice) -> bool + Sync),
    ) -> Result<Searched, Stopped> {
        let mut searched = Searched { checked: 0, worst: None };
        let mut scale = self.scale();
        for player in self.deciders() {
            let mut options: Vec<Choice> = (0..self.options_len(player) as Choice)
                .filter(|option| allowed(player, *option))
                .collect();
            options.extend(self.intended[player].iter().copied());
            options.sort();
            options.dedup();
            let view = View { player, options, allowed };
            let count = self.others_len(player, others);
            self.check_limits(usize::try_from(count).unwrap_or(usize::MAX))?;
            let mut all = self.others(player, others).collect::<Vec<_>>().into_iter();
            let mut expected = (others == Others::Drawn).then(|| view.expectation(self));
            let mut draws = 0i128;
            loop {
                let batch: Vec<_> = all.by_ref().take(BATCH).collect();
                if batch.is_empty() {
                    break;
                }
                let keys = batch.iter().flat_map(|(others, _)| {
                    view.options.iter().flat_map(|option| self.stands(others, player, *option))
                });
                let keys: Vec<_> = keys.collect();
                self.compute(keys)?;
                let finer = self.scale() / scale;
                scale = self.scale();
                searched.worst.iter_mut().for_each(|worst| worst.gain *= finer);
                for sum in expected.iter_mut().flatten().flatten().flatten() {
                    *sum = sum.checked_mul(finer).ok_or(Stopped::Overflow)?;
                }
                searched.checked += (batch.len() * view.size(self)) as u64;
                if let Some(expected) = &mut expected {
                    let added = batch.iter().try_for_each(|(others, weight)| {
                        draws = draws.checked_add((*weight)?)?;
                        view.expect(self, others, (*weight)?, expected)
                    });
                    added.ok_or(Stopped::Overflow)?;
                    continue;
                }
                let found = batch.par_iter().filter_map(|(others, _)| view.worst(self, others));
                let found = found.reduce_with(worse).into_iter();
                searched.worst = found.chain(searched.worst.take()).reduce(worse);
            }
            if let Some(expected) = expected {
                searched.worst = view
                    .worst_expected(self, &expected, draws)
                    .into_iter()
                    .chain(searched.worst)
                    .reduce(worse);
            }
        }
        Ok(searched)
    }

    /// A profile of types and options in which a deviation happens: who deviates, the types, and
    /// everybody's options before and after.
    pub fn concrete(&self, deviation: &Deviation) -> (usize, Vec<usize>, Vec<Choice>, Vec<Choice>) {
        let Deviation { player, kind, others, from, to, .. } = deviation;
        let (at, mut before) = match self.alike {
            false => (*player, others.to_vec()),
            true if self.is_mixed(to.0) => {
                let mut all = self.profile(others);
                let at = if deviation.first { 0 } else { all.len() };
                all.insert(at, from.0);
                (at, all)
            }
            true => {
                let mut left = others.to_vec();
                let mut front = Vec::new();
                for (option, rank) in [from, to] {
                    front.extend(std::iter::repeat_n(*option, *rank));
                    left[usize::from(*option)] -= *rank as Choice;
                }
                let at = front.len();
                front.push(from.0);
                front.extend(self.profile(&left));
                (at, front)
            }
        };
        before[at] = from.0;
        let kind_of = |(at, option): (usize, &Choice)| {
            self.intended[at].iter().position(|intended| intended == option).unwrap_or(0)
        };
        let mut types: Vec<usize> = before.iter().enumerate().map(kind_of).collect();
        types[at] = *kind;
        let mut after = before.clone();
        after[at] = to.0;
        (at, types, before, after)
    }

    /// The counterexample of a deviation.
    pub fn counterexample(&self, deviation: &Deviation) -> Counterexample {
        let (at, types, before, after) = self.concrete(deviation);
        self.compared(&types, &before, &after, &[at])
    }

    /// The same for any two profiles.
    pub fn compared(
        &self,
        types: &[usize],
        before: &[Choice],
        after: &[Choice],
        who: &[usize],
    ) -> Counterexample {
        let given = |profile: &[Choice]| -> Vec<Option<usize>> {
            profile.iter().map(|option| Some(usize::from(*option))).collect()
        };
        compare(self.scene, types, &given(before), &given(after), who)
    }

    /// A number in parts of one over the scale, as it is.
    pub fn amount(&self, number: i128) -> Rational {
        Rational::new(number.into(), self.scale().into())
    }

    /// How the domain is called.
    pub fn domain(&self, others: Others) -> String {
        let n = self.players();
        let kinds = self.kinds().iter().map(Vec::len).max().unwrap_or(0);
        let of = if kinds > 1 { format!(" of {kinds} types each") } else { String::new() };
        let do_what = match others {
            Others::Any => "whatever the others choose",
            Others::Intended => "the others as intended",
            Others::Drawn if self.alike => {
                "in expectation over the others' types, a player that is first or last"
            }
            Others::Drawn => "in expectation over the others' types",
        };
        format!("{n} players{of}, {do_what}")
    }

    /// Answers a question about the deviations of one player.
    pub fn single(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let cast = self.cast;
        let least = if terms.property == Property::Sybil { 2 } else { 0 };
        let most = terms.size.unwrap_or(if least == 0 { u32::MAX } else { 2 });
        let identities = move |player: usize, option: Choice| {
            (least..=most).contains(&cast.options[player][usize::from(option)].identities)
        };
        let out =
            move |player: usize, option: Choice| cast.options[player][usize::from(option)].is_out;
        let reacts =
            move |player: usize, option: Choice| cast.options[player][usize::from(option)].reacts;
        let steady = move |player: usize, option: Choice| {
            identities(player, option) && !reacts(player, option)
        };
        let reacting = move |player: usize, option: Choice| {
            identities(player, option) && reacts(player, option)
        };
        type Allowed<'a> = &'a (dyn Fn(usize, Choice) -> bool + Sync);
        let others = match terms.property {
            Property::DominantStrategy => Others::Any,
            Property::Bayesian => Others::Drawn,
            _ => Others::Intended,
        };
        let rounds: Vec<(Others, Allowed)> = match terms.property {
            Property::IndividualRationality => {
                let all = (0..self.players()).all(|player| {
                    (0..self.options_len(player)).any(|at| out(player, at as Choice))
                });
                all.then_some(()).ok_or(Stopped::Lacks("no option to stay out"))?;
                vec![(others, &out)]
            }
            _ if self.is_small(others, &reacting) => vec![(others, &identities)],
            Property::DominantStrategy if self.is_small(Others::Intended, &reacting) => {
                vec![(others, &steady), (Others::Intended, &reacting)]
            }
            _ => vec![(others, &steady)],
        };
        let (mut checked, mut worst, mut tried) = (0, None::<Deviation>, BTreeSet::new());
        for (others, allowed) in rounds {
            let scale = self.scale();
            let searched = self.search(others, allowed)?;
            checked += searched.checked;
            worst.iter_mut().for_each(|worst| worst.gain *= self.scale() / scale);
            worst = searched.worst.into_iter().chain(worst).reduce(worse);
            tried.extend(self.allowed(allowed));
        }
        let Some(worst) = worst else {
            return Err(Stopped::Lacks(match terms.property {
                Property::Sybil => "no option shows several identities",
                _ => "no player has another option",
            }));
        };
        let mut finding = Finding::holds(terms, self.method(), self.domain(others), checked);
        if terms.property != Property::IndividualRationality {
            finding.tried(&tried, self.allowed(&identities));
        }
        let gain = self.amount(worst.gain) / whole(worst.draws);
        finding = finding.measured(
            gain.clone(),
            match worst.gain {
                ..0 => format!("every deviation costs {} or more", self.show(&-gain)),
                0 => "some deviation costs nothing: weakly".into(),
                1.. => format!("the best deviation gains {}", self.show(&gain)),
            },
        );
        let margin = terms.margin().saturating_mul(self.scale());
        match worst.gain.saturating_add(margin.saturating_mul(worst.draws)) > 0 {
            true => Ok(finding.violated(Some(self.counterexample(&worst)))),
            false => Ok(finding),
        }
    }

    /// Whether few outcomes are needed for the deviations to options that are `allowed`.
    fn is_small(&self, others: Others, allowed: &dyn Fn(usize, Choice) -> bool) -> bool {
        let one = |player: usize| {
            let options = (0..self.options_len(player) as Choice).filter(|at| allowed(player, *at));
            self.others_len(player, others).saturating_mul(options.count() as u128)
        };
        self.deciders().into_iter().map(one).fold(0, u128::saturating_add) <= SMALL
    }

    /// The names of all options that are `allowed`.
    pub fn allowed(&self, allowed: &dyn Fn(usize, Choice) -> bool) -> BTreeSet<String> {
        let of = |player: usize| {
            let options = 0..self.options_len(player);
            let options = options.filter(move |at| allowed(player, *at as Choice));
            options.map(move |at| self.cast.name(player, at))
        };
        self.deciders().into_iter().flat_map(of).collect()
    }

    /// The names of all options.
    pub fn all_names(&self) -> BTreeSet<String> {
        self.allowed(&|_, _| true)
    }

    /// How a verdict over the whole domain is known.
    pub fn method(&self) -> &'static str {
        match self.alike {
            true => "exhaustive, one profile for all that differ in who is who",
            false => "exhaustive",
        }
    }
}

/// A player that may deviate, and its options.
struct View<'a> {
    player: usize,
    options: Vec<Choice>,
    allowed: &'a (dyn Fn(usize, Choice) -> bool + Sync),
}

/// Sums of payoffs: by type and option, for the first and for the last in the order of players.
type Expected = Vec<Vec<[i128; 2]>>;

impl View<'_> {
    /// Deviations against each profile of the others.
    fn size(&self, outcomes: &Outcomes) -> usize {
        outcomes.kinds()[self.player].len() * (self.options.len() - 1).max(1)
    }

    /// The deviation that gains most against what the others do.
    fn worst(&self, outcomes: &Outcomes, others: &[Choice]) -> Option<Deviation> {
        let player = self.player;
        let rows = |option: &Choice| -> Vec<&Row> {
            let keys = outcomes.stands(others, player, *option);
            keys.iter().map(|key| outcomes.row(key)).collect()
        };
        let rows: Vec<Vec<&Row>> = self.options.iter().map(rows).collect();
        let mut worst: Option<Deviation> = None;
        for kind in 0..outcomes.kinds()[player].len() {
            let worth = |(_, class): &(usize, u32)| outcomes.worth(*class, kind);
            let intended = outcomes.intended[player][kind];
            let own = self.options.iter().position(|option| *option == intended)?;
            let all = outcomes.ranks(rows[own][0], player, intended);
            let least = all.clone().min_by_key(worth)?;
            let ends = [all.clone().last()?, all.clone().next()?];
            for (option, rows) in self.options.iter().zip(&rows) {
                if *option == intended || !(self.allowed)(player, *option) {
                    continue;
                }
                for (stand, row) in rows.iter().enumerate() {
                    let most = outcomes.ranks(row, player, *option).max_by_key(worth)?;
                    // Whoever stands before all others, or behind them, does so as intended, too.
                    let least = if rows.len() > 1 { ends[stand] } else { least };
                    let gain = worth(&most) - worth(&least);
                    if worst.as_ref().is_none_or(|worst| gain > worst.gain) {
                        let (from, to) = ((intended, least.0), (*option, most.0));
                        let (others, first) = (others.into(), stand == 1);
                        let draws = 1;
                        worst =
                            Some(Deviation { player, kind, others, first, from, to, gain, draws });
                    }
                }
            }
        }
        worst
    }

    fn expectation(&self, outcomes: &Outcomes) -> Expected {
        vec![vec![[0; 2]; self.options.len()]; outcomes.kinds()[self.player].len()]
    }

    /// Adds what comes of what the others do with so much weight.
    fn expect(
        &self,
        outcomes: &Outcomes,
        others: &[Choice],
        weight: i128,
        sums: &mut Expected,
    ) -> Option<()> {
        for (at, option) in self.options.iter().enumerate() {
            let keys = outcomes.stands(others, self.player, *option);
            let rows = [keys.last(), keys.first()].map(|key| key.map(|key| outcomes.row(key)));
            let first = outcomes.ranks(rows[0]?, self.player, *option).next()?.1;
            let last = outcomes.ranks(rows[1]?, self.player, *option).last()?.1;
            for (kind, sums) in sums.iter_mut().enumerate() {
                for (sum, class) in sums[at].iter_mut().zip([first, last]) {
                    let part = outcomes.worth(class, kind).checked_mul(weight)?;
                    *sum = sum.checked_add(part)?;
                }
            }
        }
        Some(())
    }

    /// The deviation that gains most in expectation, told against others against whom it gains most.
    fn worst_expected(
        &self,
        outcomes: &Outcomes,
        sums: &Expected,
        draws: i128,
    ) -> Option<Deviation> {
        let player = self.player;
        let mut worst: Option<Deviation> = None;
        for (kind, sums) in sums.iter().enumerate() {
            let intended = outcomes.intended[player][kind];
            let own = self.options.iter().position(|option| *option == intended)?;
            for (at, option) in self.options.iter().enumerate() {
                if *option == intended || !(self.allowed)(player, *option) {
                    continue;
                }
                let gain = |order: usize| sums[at][order] - sums[own][order];
                let (first, gain) = (gain(0) > gain(1), gain(0).max(gain(1)));
                if worst.as_ref().is_none_or(|worst| gain > worst.gain) {
                    let (from, to, others) = ((intended, 0), (*option, 0), Box::default());
                    worst = Some(Deviation { player, kind, others, first, from, to, gain, draws });
                }
            }
        }
        let mut worst = worst?;
        let gain = |(others, _): &Weighed| {
            let worth = |option| {
                let keys = outcomes.stands(others, player, option);
                let key = if worst.first { keys.last() } else { keys.first() };
                let row = outcomes.row(key.expect("there is one"));
                outcomes.worth(outcomes.class(row, player, option, 0), worst.kind)
            };
            worth(worst.to.0) - worth(worst.from.0)
        };
        worst.others = outcomes.others(player, Others::Drawn).max_by_key(gain)?.0;
        Some(worst)
    }
}

/// The one that gains more; of equals the first in order, so that threads make no difference.
fn worse(one: Deviation, other: Deviation) -> Deviation {
    let key = |it: &Deviation| (it.others.clone(), it.player, it.kind, it.to);
    match other.cmp_gain(&one).then_with(|| key(&one).cmp(&key(&other))) {
        Ordering::Greater => other,
        _ => one,
    }
}

/// Every list of numbers below these sizes. The first changes fastest.
pub fn product(sizes: Vec<usize>) -> impl Iterator<Item = Vec<Choice>> {
    let mut next = sizes.iter().all(|size| *size > 0).then(|| vec![0; sizes.len()]);
    std::iter::from_fn(move || {
        let now = next.take()?;
        let mut following: Vec<Choice> = now.clone();
        for (digit, size) in following.iter_mut().zip(&sizes) {
            *digit += 1;
            if usize::from(*digit) < *size {
                next = Some(following);
                break;
            }
            *digit = 0;
        }
        Some(now)
    })
}
