//! Is the intended behaviour the only pure equilibrium, and do players get there by themselves?

use super::outcomes::{Choice, Outcomes, counts, counts_len};
use super::single::{Others, product};
use super::{Finding, Property, Stopped, Terms};
use crate::exact::{Rational, whole};
use std::collections::HashMap;

/// Other equilibria that are told.
const TOLD: usize = 4;

impl Outcomes<'_> {
    /// Answers a question about all profiles of players of one type each.
    pub fn population(&mut self, terms: &Terms) -> Result<Finding, Stopped> {
        if self.kinds().iter().any(|kinds| kinds.len() > 1) {
            return Err(Stopped::Lacks("it needs players of one type each"));
        }
        let keys = self.keys()?;
        self.compute(keys.iter().cloned())?;
        let intended: Vec<Choice> = self.intended.iter().map(|kinds| kinds[0]).collect();
        let own = self.key(&intended);
        let domain = self.domain(Others::Any);
        let mut finding = Finding::holds(terms, self.method(), domain, keys.len() as u64);
        let steady =
            |at: usize, option: Choice| self.identities(at, option) < 2 && !self.reacts(at, option);
        finding.tried(&self.allowed(&steady), self.all_names());
        match terms.property {
            Property::Uniqueness => Ok(self.uniqueness(finding, &keys, &own)),
            _ => self.basin(terms, finding, &keys, &own),
        }
    }

    /// The options of a player that show one identity and do not react to others.
    fn simple(&self, at: usize) -> Vec<Choice> {
        let simple =
            |option: &Choice| self.identities(at, *option) < 2 && !self.reacts(at, *option);
        (0..self.options_len(at) as Choice).filter(simple).collect()
    }

    /// Every profile of such options.
    fn keys(&self) -> Result<Vec<Box<[Choice]>>, Stopped> {
        let options: Vec<_> = (0..self.players()).map(|at| self.simple(at)).collect();
        let sizes: Vec<usize> = options.iter().map(Vec::len).collect();
        let count = match self.alike {
            true => counts_len(self.players(), sizes[0]),
            false => sizes.iter().fold(1u128, |all, size| all.saturating_mul(*size as u128)),
        };
        self.check_limits(usize::try_from(count).unwrap_or(usize::MAX))?;
        let counted = |counts: Vec<Choice>| {
            let mut key = vec![0; self.options_len(0)];
            options[0].iter().zip(counts).for_each(|(at, count)| key[usize::from(*at)] = count);
            key.into()
        };
        let profile = |places: Vec<Choice>| {
            let option = |(at, place): (usize, Choice)| options[at][usize::from(place)];
            places.into_iter().enumerate().map(option).collect()
        };
        Ok(match self.alike {
            true => counts(self.players(), sizes[0]).map(counted).collect(),
            false => product(sizes).map(profile).collect(),
        })
    }

    /// The players whose deviations tell those of all: one for each option that is chosen.
    fn choosers(&self, key: &[Choice]) -> Vec<(usize, Choice)> {
        match self.alike {
            true => {
                (0..).zip(key).filter(|(_, count)| **count > 0).map(|(at, _)| (0, at)).collect()
            }
            false => key.iter().copied().enumerate().collect(),
        }
    }

    /// The move of one player that gains most: its player, option before and after, and the gain.
    /// Where payoffs depend on the order of players, `after` says which of them counts.
    fn best_move(
        &self,
        key: &[Choice],
        after: fn(&mut dyn Iterator<Item = i128>) -> Option<i128>,
    ) -> Option<(i128, usize, Choice, Choice)> {
        let moves = self.choosers(key).into_iter().flat_map(|(player, from)| {
            let single = move |to: &usize| {
                self.identities(player, *to as Choice) < 2 && !self.reacts(player, *to as Choice)
            };
            let options = (0..self.options_len(player)).filter(single);
            options.map(move |to| (player, from, to as Choice))
        });
        let gain = |(player, from, to): (usize, Choice, Choice)| {
            let own = self.ranks(self.row(key), player, from);
            let least = own.map(|(_, class)| self.worth(class, 0)).min()?;
            let mut moved: Box<[Choice]> = key.into();
            if self.alike {
                moved[usize::from(from)] -= 1;
            }
            let moved = self.with(&moved, player, to);
            let ranks = self.ranks(self.row(&moved), player, to);
            let then = after(&mut ranks.map(|(_, class)| self.worth(class, 0)))?;
            (from != to).then_some((then - least, player, from, to))
        };
        let better = |one: &(i128, usize, Choice, Choice),
                      other: &(i128, usize, Choice, Choice)| {
            one.0
                .cmp(&other.0)
                .then_with(|| (other.1, other.2, other.3).cmp(&(one.1, one.2, one.3)))
        };
        moves.filter_map(gain).max_by(better)
    }

    fn uniqueness(&self, finding: Finding, keys: &[Box<[Choice]>], own: &[Choice]) -> Finding {
        let stays = |key: &[Choice], after: fn(&mut dyn Iterator<Item = i128>) -> Option<i128>| {
            self.best_move(key, after).is_none_or(|best| best.0 <= 0)
        };
        // In some order of players at least; and in every order.
        let possible: Vec<_> = keys.iter().filter(|key| stays(key, |all| all.min())).collect();
        let sure = possible.iter().filter(|key| stays(key, |all| all.max()));
        let others: Vec<_> = sure.filter(|key| key.as_ref() != own).collect();
        let mut told: Vec<String> = others.iter().take(TOLD).map(|key| self.told(key)).collect();
        if others.len() > TOLD {
            told.push(format!("{} more", others.len() - TOLD));
        }
        if let Some(other) = others.first() {
            let (before, after) = (self.profile(own), self.profile(other));
            let types = vec![0; before.len()];
            let finding = finding.measured(
                whole(others.len() as i128),
                format!("other equilibria: {}", told.join("; ")),
            );
            return finding.violated(Some(self.compared(&types, &before, &after, &[])));
        }
        match possible.as_slice() {
            [one] if one.as_ref() == own => finding,
            [] => {
                let said = "there is no pure equilibrium at all";
                finding.measured(whole(0), said).violated(None)
            }
            _ if !possible.iter().any(|key| key.as_ref() == own) => {
                let said = "what is intended is no equilibrium";
                finding.measured(whole(0), said).violated(None)
            }
            _ => {
                let why = Stopped::Lacks("payoffs depend on the order of players");
                Finding::stopped(&finding.terms, why, finding.domain, finding.checked)
            }
        }
    }

    /// A profile in words.
    fn told(&self, key: &[Choice]) -> String {
        let words: Vec<String> = match self.alike {
            true => (0..)
                .zip(key)
                .filter(|(_, count)| **count > 0)
                .map(|(option, count): (usize, _)| format!("{count} {}", self.cast.name(0, option)))
                .collect(),
            false => (0..)
                .zip(key)
                .map(|(at, option): (usize, _)| self.cast.name(at, usize::from(*option)))
                .collect(),
        };
        words.join(", ")
    }

    fn basin(
        &self,
        terms: &Terms,
        finding: Finding,
        keys: &[Box<[Choice]>],
        own: &[Choice],
    ) -> Result<Finding, Stopped> {
        // Where each profile ends; nothing for those that end in a cycle.
        let mut ends: HashMap<Box<[Choice]>, Option<Box<[Choice]>>> = HashMap::new();
        for key in keys {
            let (mut path, mut at) = (Vec::new(), key.clone());
            let end = loop {
                if let Some(end) = ends.get(&at) {
                    break end.clone();
                }
                if path.contains(&at) {
                    break None;
                }
                path.push(at.clone());
                match self.best_move(&at, |all| all.next()) {
                    Some((1.., player, from, to)) => {
                        if self.alike {
                            at[usize::from(from)] -= 1;
                        }
                        at = self.with(&at, player, to);
                    }
                    _ => break Some(at),
                }
            };
            path.into_iter().for_each(|key| drop(ends.insert(key, end.clone())));
        }
        let there = keys.iter().filter(|key| ends[*key].as_deref() == Some(own)).count();
        let share = Rational::new(there.into(), keys.len().into());
        let said = format!("{there} of {} populations end at what is intended", keys.len());
        let least = terms.share.as_ref().map_or(Rational::new(1.into(), 2.into()), |s| s.0.clone());
        let holds = share >= least;
        let finding = finding.measured(share, said);
        if holds {
            return Ok(finding);
        }
        let elsewhere = keys.iter().find(|key| ends[*key].as_deref() != Some(own));
        let profile = self.profile(elsewhere.map_or(own, |key| key));
        let before = self.profile(own);
        let types = vec![0; before.len()];
        Ok(finding.violated(Some(self.compared(&types, &before, &profile, &[]))))
    }
}
