//! Several players deviate together, or some harm one.
//!
//! Where players are alike, the members of a group stand side by side, before or after all others
//! in the order of players. Options of the members that come to the same payoffs are one.

use super::outcomes::{Choice, Outcomes, counts, counts_len};
use super::single::product;
use super::{Finding, Property, Stopped, Terms};
use crate::stage::Stage;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Profiles of the others looked at between two looks at the clock.
const BATCH: usize = 256;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    /// A higher sum.
    Sum,
    /// More for each.
    Each,
    /// Less for the last member, who behaves as intended.
    Harm,
}

/// Where a group stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    /// The members; where players are alike, only how many.
    members: Vec<usize>,
    /// What the others do: a key without the members.
    others: Box<[Choice]>,
    /// Whether the others stand before them.
    behind: bool,
}

/// A joint deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Joint {
    group: Group,
    kinds: Vec<usize>,
    options: Vec<Choice>,
    gain: i128,
}

impl<S: Stage> Outcomes<'_, S> {
    /// Answers a question about groups of up to `size` players.
    pub fn joint(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let size = terms.size.unwrap_or(2) as usize;
        let (aim, extra) = match (terms.property, terms.side_payments) {
            (Property::Immunity, _) => (Aim::Harm, 1),
            (_, Some(false)) => (Aim::Each, 0),
            _ => (Aim::Sum, 0),
        };
        if size + extra > self.players() {
            return Err(Stopped::Lacks("there are fewer players than that"));
        }
        let (mut checked, mut worst) = (0, None);
        for members in 1 + extra..=size + extra {
            for group in self.groups(members) {
                let found = self.groups_worst(&group, aim, &mut checked)?;
                worst = found.into_iter().chain(worst).reduce(worse);
            }
        }
        let stand = if self.alike { ", members side by side, first or last" } else { "" };
        let domain = format!(
            "groups of up to {size}, {}{stand}",
            self.domain(super::single::Others::Intended)
        );
        let mut finding = Finding::holds(terms, self.method(), domain, checked);
        let Some(worst) = worst else { return Ok(finding) };
        let gain = self.amount(worst.gain);
        let said = match (aim, worst.gain) {
            (Aim::Harm, 1..) => format!("who behaves as intended loses up to {gain}"),
            (Aim::Sum, 1..) => format!("the best joint deviation gains {gain} in all"),
            (Aim::Each, 1..) => format!("the best joint deviation gains everyone {gain} or more"),
            _ => "no joint deviation gains anything".into(),
        };
        finding = finding.measured(gain, said);
        let margin = terms.margin().saturating_mul(self.scale());
        Ok(match worst.gain + margin > 0 {
            false => finding,
            true => {
                let (who, types, before, after) = self.concrete_joint(&worst);
                let who = if aim == Aim::Harm { &who[..who.len() - 1] } else { &who[..] };
                finding.violated(Some(self.compared(&types, &before, &after, who)))
            }
        })
    }

    /// The groups of so many members that have to be looked at.
    fn groups(&self, members: usize) -> Vec<Vec<usize>> {
        if self.alike {
            return vec![(0..members).collect()];
        }
        let mut all = vec![vec![]];
        for _ in 0..members {
            all = all
                .into_iter()
                .flat_map(|group: Vec<usize>| {
                    let next = group.last().map_or(0, |last| last + 1);
                    (next..self.players()).map(move |more| [group.clone(), vec![more]].concat())
                })
                .collect();
        }
        all
    }

    fn groups_worst(
        &mut self,
        members: &[usize],
        aim: Aim,
        checked: &mut u64,
    ) -> Result<Option<Joint>, Stopped> {
        let options: Vec<Vec<Choice>> = self.joint_options(members);
        let rows = options.len();
        let mut others = self.groups_others(members)?.into_iter();
        let mut worst = None;
        loop {
            let batch: Vec<_> = others.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(worst);
            }
            let keys = batch.iter().flat_map(|others| {
                options.iter().map(|options| self.with_all(others, members, options))
            });
            let keys: Vec<_> = keys.collect();
            self.compute(keys)?;
            let kinds: usize = members.iter().map(|at| self.kinds[*at].len()).product();
            let stands = if self.alike { 2 } else { 1 };
            *checked += (batch.len() * rows * kinds * stands) as u64;
            let groups = batch.into_par_iter().flat_map_iter(|others| {
                (0..stands).map(move |at| Group {
                    members: members.to_vec(),
                    others: others.clone(),
                    behind: at == 1,
                })
            });
            let found = groups.filter_map(|group| self.group_worst(group, &options, aim));
            worst = found.reduce_with(worse).into_iter().chain(worst).reduce(worse);
        }
    }

    /// All joint options of members that show one identity each.
    fn joint_options(&self, members: &[usize]) -> Vec<Vec<Choice>> {
        let sizes = members.iter().map(|at| self.options[*at].len()).collect();
        let single = |options: &Vec<Choice>| {
            let mut pairs = members.iter().zip(options);
            pairs.all(|(at, option)| self.stage.identities(*at, usize::from(*option)) == 1)
        };
        product(sizes).filter(single).collect()
    }

    /// What all but the members do as intended: keys without them.
    fn groups_others(&self, members: &[usize]) -> Result<Vec<Box<[Choice]>>, Stopped> {
        let n = self.players();
        if self.alike {
            let (left, kinds) = (n - members.len(), self.kinds[0].len());
            let count = counts_len(left, kinds);
            self.check_limits(usize::try_from(count).unwrap_or(usize::MAX))?;
            let key = |drawn: Vec<Choice>| {
                let mut key = vec![0; self.options[0].len()];
                let drawn = drawn.iter().zip(&self.intended[0]);
                drawn.for_each(|(count, option)| key[usize::from(*option)] += count);
                key.into()
            };
            let mut keys: Vec<Box<[Choice]>> = counts(left, kinds).map(key).collect();
            keys.sort();
            keys.dedup();
            return Ok(keys);
        }
        let size = |at: usize| if members.contains(&at) { 1 } else { self.kinds[at].len() };
        let sizes: Vec<usize> = (0..n).map(size).collect();
        let count = sizes.iter().fold(1usize, |all, size| all.saturating_mul(*size));
        self.check_limits(count)?;
        let option = |(at, kind): (usize, Choice)| self.intended[at][usize::from(kind)];
        Ok(product(sizes)
            .map(|kinds| kinds.into_iter().enumerate().map(option).collect())
            .collect())
    }

    fn with_all(&self, others: &[Choice], members: &[usize], options: &[Choice]) -> Box<[Choice]> {
        let mut key: Box<[Choice]> = others.into();
        for (at, option) in members.iter().zip(options) {
            match self.alike {
                true => key[usize::from(*option)] += 1,
                false => key[*at] = *option,
            }
        }
        key
    }

    /// The classes of the members.
    fn group_classes(&self, group: &Group, options: &[Choice]) -> Vec<u32> {
        let key = self.with_all(&group.others, &group.members, options);
        let row = self.row(&key);
        let class = |(at, option): (usize, &Choice)| {
            let before = options[..at].iter().filter(|other| *other == option).count();
            let others = group.others.get(usize::from(*option)).copied().unwrap_or(0);
            let others = if self.alike && group.behind { usize::from(others) } else { 0 };
            self.class(row, group.members[at], *option, others + before)
        };
        options.iter().enumerate().map(class).collect()
    }

    /// The joint deviation of a group that gains most.
    fn group_worst(&self, group: Group, options: &[Vec<Choice>], aim: Aim) -> Option<Joint> {
        // Of options that come to the same, the first. A victim keeps to its own.
        let mut distinct: BTreeMap<(Vec<u32>, Option<Choice>), &Vec<Choice>> = BTreeMap::new();
        for options in options {
            let kept = (aim == Aim::Harm).then(|| options.last().copied()).flatten();
            distinct.entry((self.group_classes(&group, options), kept)).or_insert(options);
        }
        let distinct: Vec<_> = distinct.into_iter().collect();
        let last = group.members.len() - 1;
        let sizes = group.members.iter().map(|at| self.kinds[*at].len()).collect();
        let mut worst: Option<Joint> = None;
        for kinds in product(sizes) {
            let kinds: Vec<usize> = kinds.into_iter().map(usize::from).collect();
            let members = group.members.iter().zip(&kinds);
            let intended: Vec<Choice> =
                members.map(|(at, kind)| self.intended[*at][*kind]).collect();
            let base = self.group_classes(&group, &intended);
            let gain = |classes: &[u32]| {
                let more = |at: usize| {
                    self.worth(classes[at], kinds[at]) - self.worth(base[at], kinds[at])
                };
                match aim {
                    Aim::Sum => (0..=last).map(more).sum::<i128>(),
                    Aim::Each => (0..=last).map(more).min().unwrap_or(0),
                    Aim::Harm => -more(last),
                }
            };
            for ((classes, kept), options) in &distinct {
                if kept.is_some_and(|kept| kept != intended[last]) || **options == intended {
                    continue;
                }
                let gain = gain(classes);
                if worst.as_ref().is_none_or(|worst| gain > worst.gain) {
                    let (group, options) = (group.clone(), options.to_vec());
                    worst = Some(Joint { group, kinds: kinds.clone(), options, gain });
                }
            }
        }
        worst
    }

    /// Who deviates, everybody's types, and everybody's options before and after.
    fn concrete_joint(&self, joint: &Joint) -> (Vec<usize>, Vec<usize>, Vec<Choice>, Vec<Choice>) {
        let Joint { group, kinds, options, .. } = joint;
        let members = group.members.len();
        let (who, mut before): (Vec<usize>, Vec<Choice>) = match self.alike {
            false => (group.members.clone(), group.others.to_vec()),
            true => {
                let others = self.profile(&group.others);
                let first = if group.behind { others.len() } else { 0 };
                let mut all = others;
                all.splice(first..first, vec![0; members]);
                ((first..first + members).collect(), all)
            }
        };
        let of = |(at, option): (usize, &Choice)| {
            self.intended[at].iter().position(|intended| intended == option).unwrap_or(0)
        };
        let mut types: Vec<usize> = before.iter().enumerate().map(of).collect();
        let mut after = before.clone();
        for ((at, kind), option) in who.iter().zip(kinds).zip(options) {
            (types[*at], after[*at]) = (*kind, *option);
            before[*at] = self.intended[*at][*kind];
        }
        after.iter_mut().zip(&before).enumerate().for_each(|(at, (after, before))| {
            if !who.contains(&at) {
                *after = *before;
            }
        });
        (who, types, before, after)
    }
}

/// The one that gains more; of equals the smaller group, then the first in order.
fn worse(one: Joint, other: Joint) -> Joint {
    let key = |it: &Joint| {
        (-it.gain, it.group.members.len(), it.group.clone(), it.kinds.clone(), it.options.clone())
    };
    if key(&one) <= key(&other) { one } else { other }
}
