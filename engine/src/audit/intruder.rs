//! Calls that no option foresees, between those of others, who react.
//!
//! An intruder is a player, whoever has a role, or a newcomer with tokens and no history; it has spare
//! accounts beside its own. It puts calls of its own before any turn of a play, or between what the
//! one whose turn it is has decided and what that one calls, and it can stay silent in turns of its
//! own. All others go on by their plans, which look at what is there. So a change of the play is
//! played, not a change of a script; what is found is what everybody gains and loses by it.
//!
//! First every single change is tried that is accepted where it is put. Then chains: a change that is
//! accepted only because of the one before, with amounts that the one before has told.

mod changed;

use super::counterexample::alike;
use super::outcomes::{Played, fits, hash};
use super::{Limits, Stopped};
use crate::attack::letters::{Letter, Letters, Most};
use crate::model::{Agent, Instance, Messages, Op, Refusal, Step};
use crate::play::{OpOf, Play, Player, Table};
use crate::scene::{Answers, History, Scene, accounts_of};
use carrots_kernel::Balance;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use scale::Decode;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::{Discriminant, discriminant};
use std::sync::Arc;
use std::time::Instant;

pub use changed::{Change, What, Who};
use changed::{Intruder, Look, Seen};

const MOST: Most = Most { letters: 6_000, amounts: 8, others: 6 };
/// The most plays of options that calls are taken from.
const PLAYS_MAX: usize = 400;
/// The most options with an offence that a player begins from.
const DEEDS_MAX: usize = 3;
/// The most branches of chance of a play that are looked at.
const BRANCHES_MAX: usize = 64;
/// The most changes of a chain.
const CHAIN_MAX: usize = 4;
/// Changes tried between two looks at the clock.
const BATCH: usize = 512;

/// What a play comes to, over all branches of chance: numbers over `below`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What numbers are multiples of: one over this.
    pub below: u128,
    /// What the intruder has more than at the start, in all.
    pub own: i128,
    /// The same for every player that is none of the intruder's.
    pub players: Vec<i128>,
    /// The same for every seat of others.
    pub others: Vec<i128>,
    /// What the mechanism shortfall at worst to what it owed.
    pub shortfall: Balance,
    /// What is held in the end and belongs to nobody that can take it out.
    pub left: i128,
    /// Whether branches were left out: what anybody has is not known then.
    pub cut: bool,
}

/// A deviation and what it does.
#[derive(Clone, Debug)]
pub struct Found<O> {
    /// Who intrudes: its place among those who do.
    pub who: usize,
    /// Everybody's type.
    pub types: Vec<usize>,
    /// The options that are not as intended.
    pub given: Vec<Option<usize>>,
    /// What is changed.
    pub changes: Vec<Change<O>>,
    /// What it does.
    pub effect: Effect,
    /// What comes of it if nothing is changed.
    pub base: Effect,
}

/// What was tried.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Calls in the alphabet, of all intruders.
    pub letters: usize,
    /// Places of the longest play.
    pub places: usize,
    /// Changes that were played.
    pub plays: u64,
    /// Calls that were made.
    pub calls: u64,
    /// Whether every single change was tried, with all calls that there are.
    pub complete: bool,
    /// Chains that were played.
    pub chains: u64,
    /// Whether all chains were tried that begin with a single change of each effect.
    pub chains_complete: bool,
    /// Profiles of types that were looked at.
    pub profiles: usize,
    /// What was left out, in words.
    pub left_out: BTreeSet<&'static str>,
    /// Branches of chance were left out.
    pub cut: bool,
    /// Messages that were called with success, and that never were.
    pub messages: (Vec<&'static str>, Vec<&'static str>),
    /// Errors by which some call was refused, and those by which none ever was.
    pub errors: (Vec<&'static str>, Vec<&'static str>),
    /// Who can call what by a single call more than it makes.
    pub accepted: BTreeMap<usize, BTreeSet<&'static str>>,
}

/// All deviations that were played, told to whoever asks.
pub struct Scan<'s, P: Play> {
    scene: &'s Scene<P>,
    /// Who intrudes.
    pub intruders: Vec<Who>,
    limits: Limits,
    since: Instant,
}

type ErrorOf<P> = <<P as Play>::Model as Messages>::Error;
type RefusalOf<P> = Refusal<ErrorOf<P>>;
/// Errors, by what they are.
type Errors<P> = FxHashSet<Discriminant<ErrorOf<P>>>;

type Changes<P> = Vec<Change<OpOf<P>>>;
/// The first and the last place of a change.
type Ends<P> = [Change<OpOf<P>>; 2];

impl<'s, P: Play> Scan<'s, P> {
    /// Nothing was tried yet. Those who intrude: of players who are alike the first and the last, who
    /// has a role and is not trusted with it, and a newcomer.
    pub fn new(scene: &'s Scene<P>, size: usize, limits: Limits) -> Self {
        let spares: Vec<Agent> = scene.spares.clone().collect();
        let class = |at: usize| scene.play.class(at);
        let n = scene.players.len();
        let ends = |first: usize| {
            let like = |other: usize| (0..size).all(|k| class(other + k) == class(first + k));
            let before = first > 0 && like(first - 1);
            let after = first + size < n && like(first + 1);
            !(before && after)
        };
        let group = |first: usize| {
            let players: Vec<usize> = (first..first + size).collect();
            let seats = players.iter().map(|at| &scene.players[*at]);
            Who {
                name: seats.clone().map(|seat| seat.name.clone()).collect::<Vec<_>>().join(" and "),
                accounts: seats
                    .flat_map(|seat| seat.accounts.clone())
                    .chain(spares.clone())
                    .collect(),
                players,
            }
        };
        let last = (n + 1).saturating_sub(size);
        let mut intruders: Vec<Who> = (0..last).filter(|first| ends(*first)).map(group).collect();
        let trusted = scene.trusted();
        let free = scene.others.iter().filter(|seat| !trusted.contains(&seat.name.as_str()));
        intruders.extend(free.map(|seat| Who {
            name: seat.name.clone(),
            players: Vec::new(),
            accounts: [&seat.accounts[..], &spares].concat(),
        }));
        intruders.push(Who { name: "newcomer".into(), players: Vec::new(), accounts: spares });
        Self { scene, intruders, limits, since: Instant::now() }
    }

    /// Half of the time is for what is not raw.
    fn over(&self) -> bool {
        self.since.elapsed().as_secs_f64() > self.limits.seconds / 2.0
    }

    /// Tries everything, and tells what every deviation does.
    pub fn run(&self, tell: &mut dyn FnMut(&Found<OpOf<P>>)) -> Result<Coverage, Stopped> {
        let mut tried = Coverage { complete: true, chains_complete: true, ..Coverage::default() };
        let (mut reached, mut bases) = (Reached::<P>::default(), Vec::new());
        for (number, who) in self.intruders.iter().enumerate() {
            for types in self.profiles() {
                if self.over() {
                    tried.complete = false;
                    break;
                }
                let given = vec![None; types.len()];
                let honest = self.play(who, &types, &given, &[], None)?.effect;
                let plays = self.recorded(who, &types, &mut tried);
                self.reached(&plays, &mut reached);
                let letters = alphabet(self.scene, who, &plays);
                tried.complete &= !letters.cut;
                let letters: Arc<[_]> = letters.all.into();
                let mut begins = vec![given.clone()];
                if let [player] = who.players[..] {
                    begins.extend(self.deeds(player, &types, &mut tried).into_iter().map(
                        |option| {
                            let mut given = given.clone();
                            given[player] = Some(option);
                            given
                        },
                    ));
                }
                for given in begins {
                    let (types, letters) = (types.clone(), letters.clone());
                    let begin = Begin { types, given, letters, honest: honest.clone() };
                    bases.push(Base::new(self, number, who, begin, &mut tried, &mut reached)?);
                    tried.complete &= !self.over();
                }
            }
        }
        tried.profiles = self.profiles().len();
        for base in &bases {
            tell(&base.found(&[], base.begun.clone()));
        }
        let mut singles = Vec::new();
        for base in &bases {
            singles.push(base.singles(tell, &mut tried, &mut reached)?);
        }
        for (base, singles) in bases.iter().zip(singles) {
            base.chains(singles, tell, &mut tried, &mut reached)?;
        }
        let all = <P::Model as Messages>::MESSAGES.iter().map(|one| one.name);
        tried.messages = all.partition(|name| reached.messages.contains(name));
        // Errors encode as their place among all.
        let is_given = |place: u8| {
            let error = <P::Model as Messages>::Error::decode(&mut &[place][..]);
            error.is_ok_and(|error| reached.errors.contains(&discriminant(&error)))
        };
        let errors = (0..).zip(<P::Model as Messages>::ERRORS);
        let (given, never): (Vec<_>, Vec<_>) = errors.partition(|(place, _)| is_given(*place));
        tried.errors =
            [given, never].map(|all| all.into_iter().map(|one| one.1.0).collect()).into();
        Ok(tried)
    }

    /// What is intended, for each profile of types, seen by the last who intrudes: a newcomer.
    pub fn intended(&self) -> Result<Vec<Effect>, Stopped> {
        let who = self.intruders.last().expect("there is a newcomer");
        let profiles = self.profiles();
        let plays = profiles
            .iter()
            .map(|types| Ok(self.play(who, types, &vec![None; types.len()], &[], None)?.effect));
        plays.collect()
    }

    /// Every option of every player that intrudes, for each profile of types.
    pub fn options(&self, tried: &mut Coverage) -> Result<Vec<Found<OpOf<P>>>, Stopped> {
        let mut all = Vec::new();
        for types in self.profiles() {
            let none = vec![None; types.len()];
            for (number, who) in self.intruders.iter().enumerate() {
                let [player] = who.players[..] else { continue };
                let base = self.play(who, &types, &none, &[], None)?.effect;
                for option in 0..self.scene.options[player].len() {
                    if self.over() {
                        tried.left_out.insert("what some options gain");
                        return Ok(all);
                    }
                    let mut given = none.clone();
                    given[player] = Some(option);
                    let effect = self.play(who, &types, &given, &[], None)?.effect;
                    if effect.cut || base.cut {
                        continue;
                    }
                    let (types, base, changes) = (types.clone(), base.clone(), Vec::new());
                    all.push(Found { who: number, types, given, changes, effect, base });
                }
            }
        }
        Ok(all)
    }

    /// Types that rise and that fall with the players' numbers, so that either end is a high one.
    fn profiles(&self) -> Vec<Vec<usize>> {
        let kinds: Vec<usize> = self.scene.kinds.iter().map(Vec::len).collect();
        let n = kinds.len();
        let rising = (0..n).map(|at| (at + 1) * kinds[at] / (n + 1)).collect();
        let falling = (0..n).map(|at| (n - at) * kinds[at] / (n + 1)).collect();
        let mut all: Vec<Vec<usize>> = vec![rising, falling];
        all.dedup();
        all
    }

    /// Plays with some changes, over all branches of chance.
    fn play(
        &self,
        who: &Who,
        types: &[usize],
        given: &[Option<usize>],
        changes: &[Change<OpOf<P>>],
        mut look: Option<Look<P>>,
    ) -> Result<Outcome, Stopped> {
        let mut answers = Answers::new(types, given);
        let mut sum: Option<Played> = None;
        let (mut shortfall, mut calls, mut places, mut accepted) = (0, 0, 0, false);
        let mut branches = 0;
        loop {
            let look = look.as_mut().filter(|_| branches == 0).map(|look| &mut **look as Look<P>);
            let intruder = Intruder::<P>::new(History::new(&mut answers), who, changes, look);
            let mut end = self.scene.play_with(intruder, |intruder| &mut intruder.history);
            end.answers.watch(&end.instance);
            let played = self.read(who, types, &end);
            shortfall = end.answers.shortfall.max(shortfall);
            calls += end.answers.calls;
            places = end.answers.place.max(places);
            accepted |= end.answers.accepted;
            drop(end);
            branches += 1;
            let (odds, below) = answers.odds();
            let played = fits(played, odds, below)?;
            sum = Some(match sum {
                None => played,
                Some(sum) => sum.plus(&played).ok_or(Stopped::Overflow)?,
            });
            let more = answers.next_branch();
            if !more || branches == BRANCHES_MAX {
                let sum = sum.ok_or(Stopped::Overflow)?;
                let n = self.scene.players.len();
                let payoffs = &sum.payoffs[0];
                let effect = Effect {
                    below: sum.below,
                    own: payoffs[0],
                    players: payoffs[1..=n].to_vec(),
                    others: payoffs[n + 1..payoffs.len() - 1].to_vec(),
                    shortfall,
                    left: payoffs[payoffs.len() - 1],
                    cut: more,
                };
                return Ok(Outcome { effect, calls, places, accepted });
            }
        }
    }

    /// What the end of one branch is worth: to the intruder, every other player, every other seat,
    /// and nobody.
    fn read(&self, who: &Who, types: &[usize], end: &Table<P, Intruder<P>>) -> Played {
        let scene = self.scene;
        let mut own = scene.wallets_of(&who.accounts, &end.instance);
        let mut numbers = vec![0];
        for (player, kind) in types.iter().enumerate() {
            let worth =
                scene.gains_of(player, *kind, &end.endowments[player], &end.answers.history);
            match who.players.contains(&player) {
                true => {
                    own += worth;
                    numbers.push(0);
                }
                false => numbers.push(scene.tokens(player, &end.instance) + worth),
            }
        }
        numbers[0] = own;
        for (seat, Player { accounts, name }) in scene.others.iter().enumerate() {
            let gains = scene.play.other_gains(end, seat);
            if who.players.is_empty() && *name == who.name {
                numbers[0] += gains;
                numbers.push(0);
                continue;
            }
            let foreign: Vec<Agent> =
                accounts.iter().copied().filter(|at| !who.accounts.contains(at)).collect();
            numbers.push(scene.tokens_of(&foreign, &end.instance) + gains);
        }
        let kept = scene.play.kept(&end.instance);
        numbers.push(end.instance.ledger().held as i128 - kept as i128);
        Played::of(numbers)
    }
}

/// Messages that were called with success, and errors that were given.
struct Reached<P: Play> {
    messages: FxHashSet<&'static str>,
    errors: Errors<P>,
}

impl<P: Play> Default for Reached<P> {
    fn default() -> Self {
        Self { messages: FxHashSet::default(), errors: Errors::<P>::default() }
    }
}

impl<P: Play> Reached<P> {
    fn add<T>(&mut self, message: &'static str, result: &Result<T, RefusalOf<P>>) {
        match result {
            Ok(_) => _ = self.messages.insert(message),
            Err(refusal) => self.errors.extend(by_rules::<P>(refusal)),
        }
    }
}

/// The error of a call that the rules refused.
fn by_rules<P: Play>(refusal: &RefusalOf<P>) -> Option<Discriminant<ErrorOf<P>>> {
    match refusal {
        Refusal::Rules(error) => Some(discriminant(error)),
        Refusal::Unfunded | Refusal::NotPayable => None,
    }
}

/// What can be called in a play, what it came to, and the errors that other calls gave.
struct Live<P: Play> {
    changes: Changes<P>,
    outcome: Outcome,
    errors: Errors<P>,
}

/// Longer chains with what they came to, and the errors that other calls gave.
type Grown<P> = (Vec<(Changes<P>, Outcome)>, Errors<P>);

/// What a play came to.
struct Outcome {
    effect: Effect,
    calls: u64,
    places: usize,
    /// Whether all calls of the intruder's were accepted in some branch.
    accepted: bool,
}

/// A play that one intruder changes.
struct Base<'s, P: Play> {
    scan: &'s Scan<'s, P>,
    number: usize,
    who: &'s Who,
    types: Vec<usize>,
    given: Vec<Option<usize>>,
    letters: Arc<[Letter<OpOf<P>>]>,
    /// Changes that are accepted where they are put, and the same to look them up.
    live: Changes<P>,
    lives: FxHashSet<u64>,
    /// What comes of it if everybody does as it should, and if only raw calls are left out.
    honest: Effect,
    begun: Effect,
}

/// What an intruder begins from: everybody's types, the options that are given, and what it may call.
struct Begin<P: Play> {
    types: Vec<usize>,
    given: Vec<Option<usize>>,
    letters: Arc<[Letter<OpOf<P>>]>,
    honest: Effect,
}

impl<'s, P: Play> Base<'s, P> {
    fn new(
        scan: &'s Scan<'s, P>,
        number: usize,
        who: &'s Who,
        Begin { types, given, letters, honest }: Begin<P>,
        tried: &mut Coverage,
        reached: &mut Reached<P>,
    ) -> Result<Self, Stopped> {
        let mut base = Self {
            scan,
            number,
            who,
            types,
            given,
            letters,
            live: Vec::new(),
            lives: FxHashSet::default(),
            begun: honest.clone(),
            honest,
        };
        let Live { changes: live, outcome, errors } = base.accepted(&[], &base.letters)?;
        reached.errors.extend(errors);
        base.begun = outcome.effect;
        base.lives = live.iter().map(change_hash::<P>).collect();
        let accepted = live.iter().filter_map(|change| match change.what {
            What::Before(letter) => Some(letter.op.message()),
            _ => None,
        });
        tried.accepted.entry(number).or_default().extend(accepted);
        base.live = live;
        tried.letters += base.letters.len();
        tried.places = tried.places.max(outcome.places);
        tried.cut |= base.honest.cut || base.begun.cut;
        Ok(base)
    }

    /// Which letters are accepted where, in the first branch of a play with some changes, behind the
    /// last of them; and turns of the intruder's own.
    fn accepted(
        &self,
        changes: &[Change<OpOf<P>>],
        letters: &[Letter<OpOf<P>>],
    ) -> Result<Live<P>, Stopped> {
        let (mut live, mut scratch): (Changes<P>, Option<Instance<P::Model>>) = (vec![], None);
        let mut errors = Errors::<P>::default();
        let from = changes.last().map_or(0, |change| change.at);
        let mut own = None;
        let mut look = |seen: Seen<P>| {
            let Seen::Place(at, instance, player) = seen else { return };
            if at < from || self.scan.over() {
                return;
            }
            let scratch = scratch.get_or_insert_with(|| instance.clone());
            scratch.clone_from(instance);
            for letter in letters {
                match scratch.apply(letter.who, letter.value, letter.op) {
                    Ok(_) => scratch.clone_from(instance),
                    Err(refusal) => {
                        errors.extend(by_rules::<P>(&refusal));
                        continue;
                    }
                }
                live.push(Change { at, what: What::Before(*letter) });
                if player.is_some_and(|player| !self.who.players.contains(&player)) {
                    live.push(Change { at, what: What::Between(*letter) });
                }
            }
            if player.is_some_and(|player| self.who.players.contains(&player)) {
                live.push(Change { at, what: What::Silent });
                if own.is_none_or(|own| at > own) {
                    live.push(Change { at, what: What::Gone });
                    own = Some(at);
                }
            }
        };
        let outcome =
            self.scan.play(self.who, &self.types, &self.given, changes, Some(&mut look))?;
        Ok(Live { changes: live, outcome, errors })
    }

    fn found(&self, changes: &[Change<OpOf<P>>], effect: Effect) -> Found<OpOf<P>> {
        Found {
            who: self.number,
            types: self.types.clone(),
            changes: changes.to_vec(),
            given: self.given.clone(),
            effect,
            base: self.honest.clone(),
        }
    }

    /// Tries every single change. Gives one of each call and effect.
    fn singles(
        &self,
        tell: &mut dyn FnMut(&Found<OpOf<P>>),
        tried: &mut Coverage,
        reached: &mut Reached<P>,
    ) -> Result<Changes<P>, Stopped> {
        // Of each call, by what it does, the first and the last place.
        let mut classes: FxHashMap<(Agent, &'static str, u64), Ends<P>> = FxHashMap::default();
        for batch in self.live.chunks(BATCH) {
            if self.scan.over() {
                tried.complete = false;
                break;
            }
            let play = |change: &Change<OpOf<P>>| {
                let changes = std::slice::from_ref(change);
                self.scan.play(self.who, &self.types, &self.given, changes, None)
            };
            let outcomes: Result<Vec<_>, _> = batch.par_iter().map(play).collect();
            for (change, outcome) in batch.iter().zip(outcomes?) {
                tried.plays += 1;
                tried.calls += outcome.calls;
                tried.cut |= outcome.effect.cut;
                tell(&self.found(std::slice::from_ref(change), outcome.effect.clone()));
                let effect = hash(&outcome.effect.numbers());
                let class = match change.what {
                    What::Before(letter) if outcome.accepted => {
                        reached.messages.insert(letter.op.message());
                        // What is sealed shows only when it is opened.
                        let sealed = letter.op.opaque().then(|| letter_hash::<P>(&letter));
                        (letter.who, letter.op.message(), effect ^ sealed.unwrap_or(0))
                    }
                    What::Silent => (0, "silent", effect),
                    What::Gone => (0, "gone", effect),
                    _ => continue,
                };
                classes.entry(class).and_modify(|ends| ends[1] = *change).or_insert([*change; 2]);
            }
        }
        let mut singles: Changes<P> = classes.into_values().flatten().collect();
        singles.sort_by_key(|change| (change.at, change_hash::<P>(change)));
        singles.dedup();
        Ok(singles)
    }

    /// Tries what is accepted only because of what was changed before.
    fn chains(
        &self,
        singles: Changes<P>,
        tell: &mut dyn FnMut(&Found<OpOf<P>>),
        tried: &mut Coverage,
        reached: &mut Reached<P>,
    ) -> Result<(), Stopped> {
        let mut level: Vec<Changes<P>> = singles.into_iter().map(|change| vec![change]).collect();
        level.sort_by_key(|chain| change_hash::<P>(&chain[0]));
        for _ in 1..CHAIN_MAX {
            let mut next: FxHashMap<u64, Changes<P>> = FxHashMap::default();
            let (mut played, most) = (0, self.scan.limits.chains);
            for batch in level.chunks(16) {
                if self.scan.over() || played >= most {
                    tried.chains_complete = false;
                    break;
                }
                let grown: Result<Vec<_>, Stopped> =
                    batch.par_iter().map(|chain| self.grown(chain)).collect();
                let (grown, errors): (Vec<_>, Vec<_>) = grown?.into_iter().unzip();
                reached.errors.extend(errors.into_iter().flatten());
                for (chain, outcome) in grown.into_iter().flatten() {
                    played += 1;
                    tried.chains += 1;
                    tried.plays += 1;
                    tried.calls += outcome.calls;
                    tried.cut |= outcome.effect.cut;
                    if !outcome.accepted {
                        continue;
                    }
                    if let Some(What::Before(letter)) = chain.last().map(|change| change.what) {
                        reached.messages.insert(letter.op.message());
                        let sealed = letter.op.opaque().then(|| letter_hash::<P>(&letter));
                        let last = (letter.who, letter.op.message(), sealed);
                        let effect = outcome.effect.numbers();
                        let class = hash(&(last, effect));
                        next.entry(class).or_insert_with(|| chain.clone());
                    }
                    tell(&self.found(&chain, outcome.effect));
                }
            }
            // Mixed, so that those that are left out are of no one kind.
            let mut mixed: Vec<_> = next.into_iter().collect();
            mixed.sort_by_key(|(class, _)| *class);
            level = mixed.into_iter().map(|(_, chain)| chain).collect();
        }
        Ok(())
    }

    /// A chain with each call more that it enables, one place for each: the first and the last.
    /// And the errors that other calls gave.
    fn grown(&self, chain: &[Change<OpOf<P>>]) -> Result<Grown<P>, Stopped> {
        let mut told = Vec::new();
        let mut look = |seen: Seen<P>| {
            if let Seen::Receipt(text) = seen {
                told.extend(numbers(&text));
            }
        };
        self.scan.play(self.who, &self.types, &self.given, chain, Some(&mut look))?;
        told.retain(|number| *number > 0);
        told.sort();
        told.dedup();
        let letters = after(self.scan.scene, self.who, &self.letters, &told);
        let Live { changes: live, errors, .. } = self.accepted(chain, &letters.all)?;
        // The first and the last place at which each is accepted.
        let mut ends: FxHashMap<u64, Ends<P>> = FxHashMap::default();
        let mut order = Vec::new();
        for change in live {
            let What::Before(letter) = change.what else { continue };
            if self.lives.contains(&change_hash::<P>(&change)) {
                continue;
            }
            let key = letter_hash::<P>(&letter);
            ends.entry(key).and_modify(|ends| ends[1] = change).or_insert_with(|| {
                order.push(key);
                [change; 2]
            });
        }
        let mut grown = Vec::new();
        for key in order {
            let [first, last] = ends[&key];
            for change in if first.at == last.at { vec![first] } else { vec![first, last] } {
                if self.scan.over() {
                    return Ok((grown, errors));
                }
                let chain = [chain, &[change]].concat();
                let outcome = self.scan.play(self.who, &self.types, &self.given, &chain, None)?;
                grown.push((chain, outcome));
            }
        }
        Ok((grown, errors))
    }
}

impl Effect {
    /// All that it says.
    pub fn numbers(&self) -> Vec<i128> {
        let Self { below, own, players, others, shortfall, left, cut: _ } = self;
        let ends = [*below as i128, *own, *shortfall as i128, *left];
        [&players[..], others, &ends].concat()
    }
}

fn letter_hash<P: Play>(letter: &Letter<OpOf<P>>) -> u64 {
    let Letter { who, value, op } = letter;
    hash(&(who, value, op.message(), op.arguments(&crate::model::account)))
}

fn change_hash<P: Play>(change: &Change<OpOf<P>>) -> u64 {
    let what = match &change.what {
        What::Before(letter) => (0, letter_hash::<P>(letter)),
        What::Between(letter) => (1, letter_hash::<P>(letter)),
        What::Silent => (2, 0),
        What::Gone => (3, 0),
    };
    hash(&(change.at, what))
}

/// The whole numbers in what a receipt says.
fn numbers(text: &str) -> Vec<Balance> {
    text.split(|one: char| !one.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

impl<P: Play> Scan<'_, P> {
    /// The play as it should be, and plays of other options: those of the intruder's players, from
    /// their own accounts and from spare ones, then those of all others.
    fn recorded(
        &self,
        who: &Who,
        types: &[usize],
        tried: &mut Coverage,
    ) -> Vec<Vec<Step<OpOf<P>>>> {
        let scene = self.scene;
        let n = scene.players.len();
        let record = |given: &[Option<usize>], from: Option<(usize, Agent)>| {
            let mut answers = Answers::new(types, given);
            let end =
                scene.play_from(History::new(&mut answers).recorded(), from, |history| history);
            end.answers.into_steps()
        };
        let mut plays = vec![record(&vec![None; n], None)];
        let mine = |at: &usize| who.players.contains(at);
        let order = (0..n).filter(mine).chain((0..n).filter(|at| !mine(at)));
        // Whoever is no player learns from the first of each class what a player does.
        let stands_in = who.players.first().copied().unwrap_or(0);
        for at in order {
            for option in 0..scene.options[at].len() {
                if plays.len() >= PLAYS_MAX || self.over() {
                    tried.left_out.insert("calls of some options");
                    return plays;
                }
                let mut given = vec![None; n];
                given[at] = Some(option);
                plays.push(record(&given, None));
                let plan = scene.options[at][option].plan;
                if at == stands_in && accounts_of(&scene.play, plan) == 1 {
                    let spares = scene.spares.clone();
                    plays.extend(spares.map(|spare| record(&given, Some((at, spare)))));
                }
            }
        }
        plays
    }

    /// Adds the messages that are called with success in some play, and the errors that are given.
    fn reached(&self, plays: &[Vec<Step<OpOf<P>>>], reached: &mut Reached<P>) {
        for play in plays {
            let mut instance = self.scene.start().clone();
            for step in play {
                match *step {
                    Step::Blocks(blocks) => instance.advance(blocks),
                    Step::Call { who, value, op, .. } => {
                        reached.add(op.message(), &instance.apply(who, value, op));
                    }
                }
            }
        }
    }

    /// Options of a player that it cannot take back from some moment on: offences, and the like.
    fn deeds(&self, player: usize, types: &[usize], tried: &mut Coverage) -> Vec<usize> {
        let scene = self.scene;
        let is_deed = |option: &usize| {
            let mut given = vec![None; types.len()];
            given[player] = Some(*option);
            let mut answers = Answers::new(types, &given);
            scene.play(History::new(&mut answers)).answers.committed(player).is_some()
        };
        let mut deeds: Vec<usize> = (0..scene.options[player].len()).filter(is_deed).collect();
        if deeds.len() > DEEDS_MAX {
            tried.left_out.insert("some offences to begin from");
            deeds.truncate(DEEDS_MAX);
        }
        deeds
    }
}

/// What an intruder may call.
fn alphabet<'a, P: Play>(
    scene: &'a Scene<P>,
    who: &'a Who,
    plays: &[Vec<Step<OpOf<P>>>],
) -> Letters<'a, OpOf<P>> {
    let wallets = &scene.start().ledger().wallets;
    let mut letters = Letters::new(&who.accounts, wallets, plays, MOST);
    letters.recorded(plays);
    letters.varied(false);
    letters.made_up();
    letters
}

/// The same, and calls of the same messages with amounts that were told.
fn after<'a, P: Play>(
    scene: &'a Scene<P>,
    who: &'a Who,
    before: &[Letter<OpOf<P>>],
    told: &[Balance],
) -> Letters<'a, OpOf<P>> {
    let near = |told: &Balance| [*told, told / 2, told.saturating_sub(1), told.saturating_add(1)];
    let mut amounts: Vec<Balance> = told.iter().flat_map(near).filter(|one| *one > 0).collect();
    amounts.sort();
    amounts.dedup();
    amounts.truncate(4 * MOST.amounts);
    // Room for as many more.
    let most = Most { letters: 2 * MOST.letters, ..MOST };
    let mut letters = Letters::new(&who.accounts, &scene.start().ledger().wallets, &[], most);
    before.iter().for_each(|letter| letters.add(letter.who, letter.value, letter.op));
    // One of each caller, message and accounts: other amounts follow.
    let mut shapes = FxHashSet::default();
    for Letter { who, value, op } in before {
        if shapes.insert((*who, op.message(), op.event(*who).1)) {
            for other in op.variants(&[], &amounts) {
                letters.add(*who, *value, other);
            }
            if op.payable() {
                amounts.iter().for_each(|amount| letters.add(*who, *amount, *op));
            }
        }
    }
    letters
}

/// A deviation, with the steps of the play in which it is made, in the branch of chance in which it
/// gains most, and of the one in which nothing is changed and chance falls alike.
pub struct Told<O> {
    /// The play.
    pub play: Written<O>,
    /// Which of its steps the intruder put there.
    pub put: Vec<usize>,
    /// The play without the deviation.
    pub base: Written<O>,
}

/// A play that was written down.
pub struct Written<O> {
    /// What was done.
    pub steps: Vec<Step<O>>,
    /// How many steps there are before everyone takes out what it can.
    pub left: usize,
    /// What happened by chance, in order.
    branches: Vec<usize>,
    /// What the intruder has more.
    own: i128,
}

impl<O> Written<O> {
    /// What was done before everyone took out what it could.
    pub fn calls(&self) -> &[Step<O>] {
        &self.steps[..self.left]
    }
}

impl<P: Play> Scan<'_, P> {
    /// Plays a deviation again and writes everything down.
    pub fn told(&self, found: &Found<OpOf<P>>) -> Told<OpOf<P>> {
        let who = &self.intruders[found.who];
        let none = vec![None; found.types.len()];
        let record = |given: &[Option<usize>], changes: &[Change<OpOf<P>>]| {
            let mut answers = Answers::new(&found.types, given);
            let mut all = Vec::new();
            loop {
                let history = History::new(&mut answers).recorded();
                let intruder = Intruder::<P>::new(history, who, changes, None);
                let end = self.scene.play_with(intruder, |intruder| &mut intruder.history);
                let own = self.scene.wallets_of(&who.accounts, &end.instance);
                let history = end.answers.history;
                let (left, steps) = (history.left(), history.into_steps());
                all.push(Written { steps, left, branches: answers.branches(), own });
                if !answers.next_branch() || all.len() == BRANCHES_MAX {
                    return all;
                }
            }
        };
        let first = |play: &Written<_>| Reverse(play.branches.clone());
        let plays = record(&found.given, &found.changes).into_iter();
        let play = plays.max_by_key(|play| (play.own, first(play))).expect("there is a play");
        let bases = record(&none, &[]).into_iter();
        let base = bases.max_by_key(|base| alike(&base.branches, &play.branches));
        let base = base.expect("there is a play");
        let is_put = |step: &Step<OpOf<P>>| match step {
            Step::Call { who, value, op, .. } => {
                found.changes.iter().any(|change| match change.what {
                    What::Before(letter) | What::Between(letter) => {
                        letter == Letter { who: *who, value: *value, op: *op }
                    }
                    _ => false,
                })
            }
            Step::Blocks(_) => false,
        };
        let put = (0..play.steps.len()).filter(|at| is_put(&play.steps[*at])).collect();
        Told { play, put, base }
    }
}
