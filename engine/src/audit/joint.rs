//! Several players deviate together, or some harm one.
//!
//! Where players are alike, the members of a group stand side by side, before or after all others
//! in the order of players. Options of the members that come to the same payoffs are one.

use super::outcomes::{Choice, Outcomes, Row, counts, counts_len};
use super::single::{SMALL, product};
use super::{Finding, Property, Stopped, Terms};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Profiles of the others looked at between two looks at the clock.
const BATCH: usize = 256;

/// The most members of a group.
pub const MEMBERS_MAX: usize = 6;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Objective {
    /// A higher sum.
    Sum,
    /// More for each.
    Each,
    /// Less for one member, who behaves as intended.
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

/// What a group can choose, and of what types it can be with the place of what is intended for them.
struct Plan {
    options: Vec<Vec<Choice>>,
    /// For each of the options, the place of those with the same key, and all such places.
    same: Vec<usize>,
    keys: Vec<usize>,
    kinds: Vec<(Vec<usize>, usize)>,
}

/// A joint deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Joint {
    group: Group,
    kinds: Vec<usize>,
    options: Vec<Choice>,
    /// Which member is harmed, if that is looked for.
    victim: Option<usize>,
    gain: i128,
}

impl Outcomes<'_> {
    /// Answers a question about groups of up to `size` players.
    pub fn joint(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        let size =
            terms.size.unwrap_or(if terms.property == Property::Immunity { 1 } else { 2 }) as usize;
        let (aim, extra) = match (terms.property, terms.side_payments) {
            (Property::Immunity, _) => (Objective::Harm, 1),
            (_, Some(false)) => (Objective::Each, 0),
            _ => (Objective::Sum, 0),
        };
        if size + extra > MEMBERS_MAX {
            return Err(Stopped::Lacks("groups of at most six are looked at"));
        }
        if size + extra > self.players() {
            return Err(Stopped::Lacks("there are fewer players than that"));
        }
        let (mut checked, mut worst, mut scale) = (0, None, self.scale());
        for members in 1 + extra..=size + extra {
            for group in self.groups(members) {
                let found = self.groups_worst(&group, aim, &mut checked)?;
                self.rescale(&mut worst, &mut scale);
                worst = found.into_iter().chain(worst).reduce(worse);
            }
        }
        let stand = if self.alike { ", members side by side, first or last" } else { "" };
        let domain = format!(
            "groups of up to {size}, {}{stand}",
            self.domain(super::single::Others::Intended)
        );
        let mut finding = Finding::holds(terms, self.method(), domain, checked);
        let mut tried = BTreeSet::new();
        for at in 0..self.players() {
            let choices = self.joint_choices(at, size + extra).into_iter();
            tried.extend(choices.map(|option| self.cast.name(at, usize::from(option))));
        }
        finding.tried(&tried, self.all_names());
        let Some(worst) = worst else { return Ok(finding) };
        let gain = self.amount(worst.gain);
        let shown = self.show(&gain);
        let said = match (aim, worst.gain) {
            (Objective::Harm, 1..) => format!("who behaves as intended loses up to {shown}"),
            (Objective::Sum, 1..) => format!("the best joint deviation gains {shown} in all"),
            (Objective::Each, 1..) => {
                format!("the best joint deviation gains everyone {shown} or more")
            }
            _ => "no joint deviation gains anything".into(),
        };
        finding = finding.measured(gain, said);
        let margin = terms.margin().saturating_mul(self.scale());
        Ok(match worst.gain + margin > 0 {
            false => finding,
            true => {
                let (mut who, types, before, after) = self.concrete_joint(&worst);
                if let Some(victim) = worst.victim {
                    who.remove(victim);
                }
                finding.violated(Some(self.compared(&types, &before, &after, &who)))
            }
        })
    }

    /// Puts a gain over the scale of now.
    fn rescale(&self, worst: &mut Option<Joint>, scale: &mut i128) {
        if let Some(worst) = worst {
            worst.gain *= self.scale() / *scale;
        }
        *scale = self.scale();
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
        aim: Objective,
        checked: &mut u64,
    ) -> Result<Option<Joint>, Stopped> {
        let plan = self.plan(members);
        let mut others = self.groups_others(members)?.into_iter();
        let (mut worst, mut scale) = (None, self.scale());
        loop {
            let batch: Vec<_> = others.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(worst);
            }
            let keys = batch.iter().flat_map(|others| {
                plan.keys.iter().map(|at| self.with_all(others, members, &plan.options[*at]))
            });
            let keys: Vec<_> = keys.collect();
            self.compute(keys)?;
            self.rescale(&mut worst, &mut scale);
            let stands = if self.alike { 2 } else { 1 };
            *checked += (batch.len() * plan.options.len() * plan.kinds.len() * stands) as u64;
            let of_one = |others: &[Choice]| {
                let row =
                    |at: &usize| self.row(&self.with_all(others, members, &plan.options[*at]));
                let different: Vec<&Row> = plan.keys.iter().map(row).collect();
                let rows: Vec<&Row> = plan.same.iter().map(|place| different[*place]).collect();
                let group = |at| Group {
                    members: members.to_vec(),
                    others: others.into(),
                    behind: at == 1,
                };
                let found = (0..stands)
                    .map(group)
                    .filter_map(|group| self.group_worst(&group, &plan, &rows, aim));
                found.reduce(worse)
            };
            let found = batch.par_iter().filter_map(|others| of_one(others)).reduce_with(worse);
            worst = found.into_iter().chain(worst).reduce(worse);
        }
    }

    fn plan(&self, members: &[usize]) -> Plan {
        let options = self.joint_options(members);
        let places: HashMap<_, _> = options.iter().cloned().zip(0..).collect();
        let sizes = members.iter().map(|at| self.kinds()[*at].len()).collect();
        let kinds = product(sizes).map(|kinds| {
            let kinds: Vec<usize> = kinds.into_iter().map(usize::from).collect();
            let one = |(at, kind): (&usize, &usize)| self.intended[*at][*kind];
            let intended: Vec<Choice> = members.iter().zip(&kinds).map(one).collect();
            (kinds, places[&intended])
        });
        let kinds = kinds.collect();
        let (mut keys, mut same) = (Vec::new(), Vec::with_capacity(options.len()));
        for (at, options) in options.iter().enumerate() {
            let mut sorted = options.clone();
            if self.alike {
                // Falling: so it stands before all others of its key.
                sorted.sort_by(|one, next| next.cmp(one));
            }
            same.push(match places[&sorted] {
                first if first == at => {
                    keys.push(at);
                    keys.len() - 1
                }
                first => keys.partition_point(|key| *key < first),
            });
        }
        Plan { options, same, keys, kinds }
    }

    /// All joint options of members that show one identity each; where that would be too many, those
    /// that do not react to what others do.
    fn joint_options(&self, members: &[usize]) -> Vec<Vec<Choice>> {
        let own: Vec<_> = members.iter().map(|at| self.joint_choices(*at, members.len())).collect();
        let option = |places: Vec<Choice>| {
            let one = |(own, place): (&Vec<Choice>, Choice)| own[usize::from(place)];
            own.iter().zip(places).map(one).collect()
        };
        product(own.iter().map(Vec::len).collect()).map(option).collect()
    }

    /// What a member of a group of that size chooses from.
    fn joint_choices(&self, at: usize, members: usize) -> Vec<Choice> {
        let fits = |option: &Choice| {
            self.identities(at, *option) < 2 && !(self.alike && self.is_mixed(*option))
        };
        let all: Vec<Choice> = (0..self.options_len(at) as Choice).filter(fits).collect();
        let kinds = self.kinds()[0].len();
        let others = match self.alike {
            true => counts_len(self.players() - members, kinds),
            false => (kinds as u128).saturating_pow((self.players() - members) as u32),
        };
        let size = (all.len() as u128).saturating_pow(members as u32).saturating_mul(others);
        let own = self.intended[at].clone();
        match size <= SMALL {
            true => all,
            false => {
                let keeps = |option: &Choice| !self.reacts(at, *option) || own.contains(option);
                all.into_iter().filter(keeps).collect()
            }
        }
    }

    /// What all but the members do as intended: keys without them.
    fn groups_others(&self, members: &[usize]) -> Result<Vec<Box<[Choice]>>, Stopped> {
        let n = self.players();
        if self.alike {
            let (left, kinds) = (n - members.len(), self.kinds()[0].len());
            let count = counts_len(left, kinds);
            self.check_limits(usize::try_from(count).unwrap_or(usize::MAX))?;
            let key = |drawn: Vec<Choice>| {
                let mut key = vec![0; self.options_len(0)];
                let drawn = drawn.iter().zip(&self.intended[0]);
                drawn.for_each(|(count, option)| key[usize::from(*option)] += count);
                key.into()
            };
            let mut keys: Vec<Box<[Choice]>> = counts(left, kinds).map(key).collect();
            keys.sort();
            keys.dedup();
            return Ok(keys);
        }
        let size = |at: usize| if members.contains(&at) { 1 } else { self.kinds()[at].len() };
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

    /// The classes of the members where they choose `options`.
    fn group_classes(&self, group: &Group, row: &Row, options: &[Choice]) -> [u32; MEMBERS_MAX] {
        let mut classes = [0; MEMBERS_MAX];
        for (at, option) in options.iter().enumerate() {
            let before = options[..at].iter().filter(|other| *other == option).count();
            let others = group.others.get(usize::from(*option)).copied().unwrap_or(0);
            let others = if self.alike && group.behind { usize::from(others) } else { 0 };
            classes[at] = self.class(row, group.members[at], *option, others + before);
        }
        classes
    }

    /// The joint deviation of a group that gains most.
    fn group_worst(
        &self,
        group: &Group,
        plan: &Plan,
        rows: &[&Row],
        aim: Objective,
    ) -> Option<Joint> {
        let joint = plan.options.iter().zip(rows);
        let classes: Vec<_> =
            joint.map(|(options, row)| self.group_classes(group, row, options)).collect();
        let victims: Vec<Option<usize>> = match aim {
            Objective::Harm => (0..group.members.len()).map(Some).collect(),
            _ => vec![None],
        };
        let worst = |victim| self.victim_worst(group, plan, &classes, aim, victim);
        victims.into_iter().filter_map(worst).reduce(worse)
    }

    /// The same if one of them, or nobody, is a victim.
    fn victim_worst(
        &self,
        group: &Group,
        plan: &Plan,
        classes: &[[u32; MEMBERS_MAX]],
        aim: Objective,
        victim: Option<usize>,
    ) -> Option<Joint> {
        let members = group.members.len();
        // A victim keeps to its own.
        let kept = |at: usize| victim.map(|victim| plan.options[at][victim]);
        let mut distinct: Vec<_> =
            (0..classes.len()).map(|at| (classes[at], kept(at), at)).collect();
        distinct.sort_unstable();
        // Two of each: one of them may be what is intended.
        let mut same = 0;
        let mut before = None;
        distinct.retain(|(classes, kept, _)| {
            same = if before == Some((*classes, *kept)) { same + 1 } else { 0 };
            before = Some((*classes, *kept));
            same < 2
        });
        let mut worst: Option<(i128, usize, usize)> = None;
        for (place, (kinds, base)) in plan.kinds.iter().enumerate() {
            let base_worth: [i128; MEMBERS_MAX] = std::array::from_fn(|at| {
                kinds.get(at).map_or(0, |kind| self.worth(classes[*base][at], *kind))
            });
            let more = |to: &[u32], at: usize| self.worth(to[at], kinds[at]) - base_worth[at];
            for (to, own, at) in &distinct {
                if at == base || victim.is_some() && *own != kept(*base) {
                    continue;
                }
                let gain = match (aim, victim) {
                    (_, Some(victim)) => -more(to, victim),
                    (Objective::Each, _) => (0..members).map(|at| more(to, at)).min().unwrap_or(0),
                    _ => (0..members).map(|member| more(to, member)).sum(),
                };
                if worst.is_none_or(|worst| gain > worst.0) {
                    worst = Some((gain, place, *at));
                }
            }
        }
        let (gain, place, at) = worst?;
        let (kinds, options) = (plan.kinds[place].0.clone(), plan.options[at].clone());
        Some(Joint { group: group.clone(), kinds, options, victim, gain })
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
        (
            -it.gain,
            it.group.members.len(),
            it.group.clone(),
            it.victim,
            it.kinds.clone(),
            it.options.clone(),
        )
    };
    if key(&one) <= key(&other) { one } else { other }
}
