//! Every outcome that a question asks for, computed once by running the rules.
//!
//! An outcome belongs to a profile of options. If the players are alike, the profile is the count of
//! each option: those who choose the same stand side by side in the order of their numbers, and only
//! their rank among themselves tells them apart. So nine bidders with eleven bids have 92,378
//! outcomes and not 2.4 billion. Payoffs of all types of a player in an outcome are one entry of a
//! small table, since most outcomes are worth the same.

use super::{Limits, Stopped};
use crate::exact::Rational;
use crate::model::Agent;
use crate::scene::{Answers, AnyScene, Cast, End, How, Type};
use num_integer::Integer;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::time::Instant;

/// Profiles computed between two looks at the clock.
const BATCH: usize = 4096;
/// Payoffs are kept as multiples of one over at most this.
const SCALE_MAX: u128 = 1 << 40;

/// The number of an option of a player's decision.
pub type Choice = u16;

/// The outcomes of a scene, as far as they were asked for.
pub struct Outcomes<'s> {
    /// What is played.
    pub scene: &'s dyn AnyScene,
    /// What is known of it without the rules.
    pub cast: &'s Cast,
    /// Whether profiles are counts.
    pub alike: bool,
    /// The intended option, by player and type.
    pub intended: Vec<Vec<Choice>>,
    /// By player, who is alike, by number.
    classes_of: Vec<usize>,
    /// Accounts that no player has.
    strangers: Vec<Agent>,
    rows: FxHashMap<Box<[Choice]>, Row>,
    classes: Classes,
    limits: Limits,
    since: Instant,
}

/// An outcome: what it is worth to everyone.
#[derive(Clone, Debug)]
pub struct Row {
    /// Runs of players of one option with the same payoffs: the option, how many, and the class. In
    /// the order of options, or of players where they are not alike.
    runs: Box<[(Choice, u16, u32)]>,
    /// What others than the players have more than at the start, in all.
    pub strangers: i128,
    /// What each seat of theirs has: a class of payoffs.
    others_each: u32,
    /// What the owner earns.
    pub revenue: Option<i128>,
    /// How likely the outcome is turned.
    pub turned: Option<i128>,
}

impl Row {
    /// Multiplies what is not in classes, if that fits.
    fn scale(&mut self, factor: i128) -> Option<()> {
        let numbers = [Some(&mut self.strangers), self.revenue.as_mut(), self.turned.as_mut()];
        numbers.into_iter().flatten().try_for_each(|number| {
            *number = number.checked_mul(factor)?;
            Some(())
        })
    }
}

/// Payoffs by type, and tokens alone behind the last type: each different list once.
#[derive(Default)]
struct Classes {
    all: Vec<Vec<i128>>,
    places: FxHashMap<Vec<i128>, u32>,
    /// What all numbers are multiples of: one over this.
    scale: i128,
}

/// What one profile came to: sums over the branches of chance, over their odds.
pub struct Played {
    profile: Box<[Choice]>,
    /// What numbers are over.
    pub below: u128,
    /// Numbers, by player.
    pub payoffs: Vec<Vec<i128>>,
    /// By seat of others.
    others_each: Vec<i128>,
    strangers: i128,
    revenue: Option<i128>,
    turned: Option<i128>,
}

impl<'s> Outcomes<'s> {
    /// No outcome yet.
    pub fn new(scene: &'s dyn AnyScene, limits: Limits) -> Result<Self, Stopped> {
        let cast = scene.cast();
        let fits = |count: usize| count <= usize::from(Choice::MAX);
        if !fits(cast.players.len()) || !cast.options.iter().all(|options| fits(options.len())) {
            return Err(Stopped::Lacks("at most 65,535 players and options each are looked at"));
        }
        let seats = cast.players.iter();
        let own: BTreeSet<Agent> = seats.flat_map(|seat| seat.accounts.clone()).collect();
        let all = 0..cast.wallets.len() as Agent;
        let choices = |kinds: &Vec<usize>| kinds.iter().map(|option| *option as Choice).collect();
        let class = |at| if limits.symmetry { cast.classes[at] } else { at };
        let classes_of: Vec<_> = (0..cast.players.len()).map(class).collect();
        Ok(Self {
            alike: classes_of.iter().all(|class| *class == classes_of[0]),
            intended: cast.intended.iter().map(choices).collect(),
            strangers: all.filter(|account| !own.contains(account)).collect(),
            rows: FxHashMap::default(),
            classes: Classes { scale: 1, ..Classes::default() },
            since: Instant::now(),
            classes_of,
            scene,
            cast,
            limits,
        })
    }

    /// An amount in tokens.
    pub fn show(&self, amount: &Rational) -> String {
        self.cast.show(amount)
    }

    /// Their types.
    pub fn kinds(&self) -> &'s [Vec<Type>] {
        &self.cast.kinds
    }

    /// How many options a player has.
    pub fn options_len(&self, player: usize) -> usize {
        self.cast.options[player].len()
    }

    /// Whether an option depends on what others do.
    pub fn reacts(&self, player: usize, option: Choice) -> bool {
        self.cast.options[player][usize::from(option)].reacts
    }

    /// How many identities a player shows by an option.
    pub fn identities(&self, player: usize, option: Choice) -> u32 {
        self.cast.options[player][usize::from(option)].identities
    }

    /// Whether a player stands between two of those who are like it and of the same type: then they
    /// tell what becomes of it.
    pub fn is_inner(&self, at: usize, types: &[usize]) -> bool {
        let like = |other: Option<usize>| {
            other.is_some_and(|other| {
                let same = |of: &[usize]| of.get(other) == Some(&of[at]);
                same(&self.classes_of) && same(types)
            })
        };
        like(at.checked_sub(1)) && like(Some(at + 1))
    }

    /// How many players there are.
    pub fn players(&self) -> usize {
        self.cast.players.len()
    }

    /// The time for another question begins.
    pub fn begin(&mut self) {
        self.since = Instant::now();
    }

    /// How many outcomes were computed.
    pub fn computed(&self) -> u64 {
        self.rows.len() as u64
    }

    /// What all numbers are multiples of: one over this.
    pub fn scale(&self) -> i128 {
        self.classes.scale
    }

    /// The key of a profile that names an option for every player.
    pub fn key(&self, profile: &[Choice]) -> Box<[Choice]> {
        if !self.alike {
            return profile.into();
        }
        let mut counts = vec![0; self.options_len(0)];
        profile.iter().for_each(|option| counts[usize::from(*option)] += 1);
        counts.into()
    }

    /// A profile that has that key.
    pub fn profile(&self, key: &[Choice]) -> Vec<Choice> {
        if !self.alike {
            return key.to_vec();
        }
        let repeat =
            |(option, count): (Choice, &Choice)| std::iter::repeat_n(option, usize::from(*count));
        let options = self.options_len(0);
        let all = (0..).zip(&key[..options]).flat_map(repeat);
        match key.len() > options {
            false => all.collect(),
            true => {
                let (mixed, simple): (Vec<_>, Vec<_>) = all.partition(|one| self.is_mixed(*one));
                [mixed, simple].concat()
            }
        }
    }

    /// Whether an option may do what another one does, in part: then it matters who of both is first.
    /// Where players are alike, those who choose such an option stand behind all others, or before
    /// them, which a key says by one number more.
    pub fn is_mixed(&self, option: Choice) -> bool {
        self.reacts(0, option) || self.identities(0, option) > 1
    }

    /// Computes the outcomes of these keys, as far as they are not there.
    pub fn compute(
        &mut self,
        keys: impl IntoIterator<Item = Box<[Choice]>>,
    ) -> Result<(), Stopped> {
        let mut keys = keys.into_iter();
        loop {
            let mut batch: Vec<_> = Vec::with_capacity(BATCH);
            let mut seen = FxHashSet::default();
            while batch.len() < BATCH {
                let Some(key) = keys.next() else { break };
                if !self.rows.contains_key(&key) && seen.insert(key.clone()) {
                    batch.push(key);
                }
            }
            if batch.is_empty() {
                return Ok(());
            }
            self.check_limits(batch.len())?;
            let played: Vec<_> = batch.into_par_iter().map(|key| self.play(key)).collect();
            for played in played {
                self.keep(played?)?;
            }
        }
    }

    /// The outcome of a key that was computed.
    pub fn row(&self, key: &[Choice]) -> &Row {
        &self.rows[key]
    }

    /// The classes of payoffs of `player` in an outcome, each with the first rank that has it: where
    /// players are alike, of all who chose `option`, in the order of their ranks; else of one.
    pub fn ranks<'r>(
        &self,
        row: &'r Row,
        player: usize,
        option: Choice,
    ) -> impl Iterator<Item = (usize, u32)> + Clone + use<'r> {
        let runs = match self.alike {
            true => {
                let first = row.runs.partition_point(|run| run.0 < option);
                let last = row.runs.partition_point(|run| run.0 <= option);
                &row.runs[first..last]
            }
            false => &row.runs[player..=player],
        };
        runs.iter().scan(0, |rank, (_, count, class)| {
            let first = *rank;
            *rank += usize::from(*count);
            Some((first, *class))
        })
    }

    /// The class of the one of rank `rank` among all who chose `option`; where players are not
    /// alike, of the player.
    pub fn class(&self, row: &Row, player: usize, option: Choice, rank: usize) -> u32 {
        let reached = self.ranks(row, player, option).take_while(|(first, _)| *first <= rank);
        reached.last().expect("somebody chose the option").1
    }

    /// What a class is worth to a player of that type, in parts of one over [`Self::scale`].
    #[inline]
    pub fn worth(&self, class: u32, kind: usize) -> i128 {
        self.classes.all[class as usize][kind]
    }

    /// Tokens alone that a class is worth.
    pub fn tokens(&self, class: u32) -> i128 {
        self.classes.all[class as usize].last().copied().unwrap_or(0)
    }

    /// Errs if so many more outcomes do not fit into the limits, or the time is over.
    pub fn check_limits(&self, more: usize) -> Result<(), Stopped> {
        let row = 96 + 2 * self.options_len(0) + 12 * self.players().min(64);
        let bytes = (self.rows.len() + more).saturating_mul(row);
        if bytes > self.limits.memory {
            return Err(Stopped::Memory { outcomes: self.rows.len() as u64 });
        }
        let seconds = self.since.elapsed().as_secs_f64();
        if seconds > self.limits.seconds {
            return Err(Stopped::Time { outcomes: self.rows.len() as u64 });
        }
        Ok(())
    }

    fn play(&self, key: Box<[Choice]>) -> Result<Played, Stopped> {
        let profile = self.profile(&key);
        let given: Vec<_> = profile.iter().map(|option| Some(usize::from(*option))).collect();
        let types = vec![0; given.len()];
        let mut answers = Answers::new(&types, &given);
        let mut sum: Option<Played> = None;
        loop {
            let end = self.scene.play(How::default(), &mut answers);
            let played = self.read(&key, &*end);
            let (odds, below) = answers.odds();
            let played = fits(played, odds, below)?;
            sum = Some(match sum {
                None => played,
                Some(sum) => sum.plus(&played).ok_or(Stopped::Overflow)?,
            });
            if !answers.next_branch() {
                return sum.ok_or(Stopped::Overflow);
            }
            self.check_limits(0)?;
        }
    }

    /// What an end is worth.
    fn read(&self, key: &[Choice], end: &dyn End) -> Played {
        let cast = self.cast;
        let payoffs = (0..cast.players.len()).map(|player| {
            let tokens = cast.tokens(player, end.instance());
            let payoff = |kind| tokens + end.gains(player, kind);
            (0..self.kinds()[player].len()).map(payoff).chain([tokens]).collect()
        });
        let others = cast.tokens_of(&self.strangers, end.instance()) + end.externality();
        let owner = cast.owner.map(|owner| cast.tokens_of(&[owner], end.instance()));
        Played {
            profile: key.into(),
            below: 1,
            payoffs: payoffs.collect(),
            others_each: cast.others_have(end),
            strangers: others,
            revenue: owner,
            turned: end.turned().map(i128::from),
        }
    }

    /// What each seat of others has in an outcome.
    pub fn others_each_of(&self, row: &Row) -> &[i128] {
        &self.classes.all[row.others_each as usize]
    }

    fn keep(&mut self, played: Played) -> Result<(), Stopped> {
        let (factor, finer) = self.classes.fit(played.below)?;
        if finer > 1 {
            self.rows.values_mut().try_for_each(|row| row.scale(finer)).ok_or(Stopped::Overflow)?;
        }
        let scaled = |number: i128| number.checked_mul(factor).ok_or(Stopped::Overflow);
        let profile = self.profile(&played.profile);
        let mut runs: Vec<(Choice, u16, u32)> = Vec::new();
        for (option, payoffs) in profile.into_iter().zip(played.payoffs) {
            let payoffs = payoffs.into_iter().map(scaled).collect::<Result<Vec<_>, _>>()?;
            let class = self.classes.place(payoffs);
            match runs.last_mut() {
                Some(run) if self.alike && (run.0, run.2) == (option, class) => run.1 += 1,
                _ => runs.push((option, 1, class)),
            }
        }
        if self.alike {
            runs.sort_by_key(|run| run.0);
        }
        let seats = played.others_each.into_iter().map(scaled).collect::<Result<_, _>>()?;
        let row = Row {
            runs: runs.into(),
            others_each: self.classes.place(seats),
            strangers: scaled(played.strangers)?,
            revenue: played.revenue.map(scaled).transpose()?,
            turned: played.turned.map(scaled).transpose()?,
        };
        self.rows.insert(played.profile, row);
        Ok(())
    }
}

/// A number for what is equal.
pub fn hash(what: &impl std::hash::Hash) -> u64 {
    use std::hash::BuildHasher;
    rustc_hash::FxBuildHasher.hash_one(what)
}

/// The same weighed by a branch's odds, if that fits.
pub fn fits(mut played: Played, odds: u128, below: u128) -> Result<Played, Stopped> {
    if below > SCALE_MAX {
        return Err(Stopped::Overflow);
    }
    if odds != below {
        played.weigh(odds, below).ok_or(Stopped::Overflow)?;
    }
    Ok(played)
}

impl Played {
    /// Numbers of a play without chance.
    pub fn of(numbers: Vec<i128>) -> Self {
        Self {
            profile: Box::default(),
            below: 1,
            payoffs: vec![numbers],
            others_each: Vec::new(),
            strangers: 0,
            revenue: None,
            turned: None,
        }
    }

    /// Multiplies by a branch's odds.
    fn weigh(&mut self, odds: u128, below: u128) -> Option<()> {
        let odds = i128::try_from(odds).ok()?;
        self.below = self.below.checked_mul(below)?;
        let numbers = self.payoffs.iter_mut().flatten().chain(&mut self.others_each);
        let others = [Some(&mut self.strangers), self.revenue.as_mut(), self.turned.as_mut()];
        for number in numbers.chain(others.into_iter().flatten()) {
            *number = number.checked_mul(odds)?;
        }
        Some(())
    }

    /// The sum with another branch, if that fits.
    pub fn plus(mut self, other: &Played) -> Option<Played> {
        let below = self.below.checked_mul(other.below / self.below.gcd(&other.below))?;
        let mine = i128::try_from(below / self.below).ok()?;
        let theirs = i128::try_from(below / other.below).ok()?;
        let add = |one: &mut i128, more: &i128| {
            *one = one.checked_mul(mine)?.checked_add(more.checked_mul(theirs)?)?;
            Some(())
        };
        for (one, more) in self.payoffs.iter_mut().flatten().zip(other.payoffs.iter().flatten()) {
            add(one, more)?;
        }
        for (one, more) in self.others_each.iter_mut().zip(&other.others_each) {
            add(one, more)?;
        }
        add(&mut self.strangers, &other.strangers)?;
        for (one, more) in [(&mut self.revenue, &other.revenue), (&mut self.turned, &other.turned)]
        {
            if let (Some(one), Some(more)) = (one, more) {
                add(one, more)?;
            }
        }
        self.below = below;
        Some(self)
    }
}

impl Classes {
    /// Makes numbers over `below` fit; gives what they are to be multiplied with, and what those that
    /// are there already were.
    fn fit(&mut self, below: u128) -> Result<(i128, i128), Stopped> {
        let scale = self.scale.unsigned_abs().lcm(&below);
        if scale > SCALE_MAX {
            return Err(Stopped::Overflow);
        }
        let finer = (scale / self.scale.unsigned_abs()) as i128;
        if finer > 1 {
            for number in self.all.iter_mut().flatten() {
                *number = number.checked_mul(finer).ok_or(Stopped::Overflow)?;
            }
            self.places = self.all.iter().cloned().zip(0..).collect();
            self.scale = scale as i128;
        }
        Ok(((scale / below) as i128, finer))
    }

    fn place(&mut self, payoffs: Vec<i128>) -> u32 {
        if let Some(place) = self.places.get(&payoffs) {
            return *place;
        }
        let place = self.all.len() as u32;
        self.all.push(payoffs.clone());
        self.places.insert(payoffs, place);
        place
    }
}

/// All lists of `parts` counts that add up to `sum`, in lexicographic order from the last.
pub fn counts(sum: usize, parts: usize) -> impl Iterator<Item = Vec<Choice>> {
    let mut next = (parts > 0 || sum == 0).then(|| {
        let mut first = vec![0; parts];
        if let Some(one) = first.first_mut() {
            *one = sum as Choice;
        }
        first
    });
    std::iter::from_fn(move || {
        let now = next.clone()?;
        next = following(&now);
        Some(now)
    })
}

/// The list behind one: the last count that can move one step to the right does, and takes what is
/// behind it along.
fn following(now: &[Choice]) -> Option<Vec<Choice>> {
    let last = now.len().checked_sub(1)?;
    let at = (0..last).rev().find(|at| now[*at] > 0)?;
    let mut next = now.to_vec();
    let behind = std::mem::take(&mut next[last]);
    next[at] -= 1;
    next[at + 1] = behind + 1;
    Some(next)
}

/// How many lists [`counts`] gives; the most that there can be where that is more.
pub fn counts_len(sum: usize, parts: usize) -> u128 {
    if parts == 0 {
        return u128::from(sum == 0);
    }
    let all = sum + parts - 1;
    let few = (parts - 1).min(sum);
    (1..=few)
        .try_fold(1u128, |product, k| {
            product.checked_mul((all - few + k) as u128).map(|product| product / k as u128)
        })
        .unwrap_or(u128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_all_there_once() {
        for (sum, parts) in [(0, 1), (3, 1), (4, 3), (8, 11), (2, 5), (0, 0), (2, 0)] {
            let all: Vec<_> = counts(sum, parts).collect();
            let once: BTreeSet<_> = all.iter().cloned().collect();
            assert_eq!(all.len(), once.len());
            assert_eq!(all.len() as u128, counts_len(sum, parts), "{sum} in {parts}");
            let right = |counts: &Vec<Choice>| counts.iter().sum::<Choice>() as usize == sum;
            assert!(all.iter().all(right));
        }
        assert_eq!(counts_len(9, 11), 92_378);
        assert_eq!(counts_len(10_000, 3), 50_015_001);
    }
}
