//! Every single change of a play, and chains of them.

use super::calls::{Coverage, Errors, Reached, after, by_rules, numbers};
use super::played::{Effect, Found, Outcome, Scan};
use crate::audit::Stopped;
use crate::audit::outcomes::hash;
use crate::model::{Agent, AnyInstance, AnyOp};
use crate::scene::{Change, Letter, Seen, What, Who};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The most changes of a chain.
const CHAIN_MAX: usize = 4;
/// Changes tried between two looks at the clock.
const BATCH: usize = 512;

type Changes = Vec<Change>;
/// The first and the last place of a change.
type Ends = [Change; 2];

/// What can be called in a play, what it came to, and the errors that other calls gave.
struct Live {
    changes: Changes,
    outcome: Outcome,
    errors: Errors,
}

/// Longer chains with what they came to, and the errors that other calls gave.
type Grown = (Vec<(Changes, Outcome)>, Errors);

/// A play that one intruder changes.
pub struct Base<'s> {
    scan: &'s Scan<'s>,
    number: usize,
    who: &'s Who,
    types: Vec<usize>,
    given: Vec<Option<usize>>,
    letters: Arc<[Letter<AnyOp>]>,
    /// Changes that are accepted where they are put, and the same to look them up.
    live: Changes,
    lives: FxHashSet<u64>,
    /// What comes of it if everybody does as it should, and if only raw calls are left out.
    honest: Effect,
    pub begun: Effect,
}

/// What an intruder begins from: everybody's types, the options that are given, and what it may call.
pub struct Begin {
    pub types: Vec<usize>,
    pub given: Vec<Option<usize>>,
    pub letters: Arc<[Letter<AnyOp>]>,
    pub honest: Effect,
}

impl<'s> Base<'s> {
    pub fn new(
        scan: &'s Scan<'s>,
        number: usize,
        who: &'s Who,
        Begin { types, given, letters, honest }: Begin,
        tried: &mut Coverage,
        reached: &mut Reached,
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
        base.lives = live.iter().map(change_hash).collect();
        let accepted = live.iter().filter_map(|change| match &change.what {
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
    /// last of them; and turns of the intruder's own, or of all seats if it is one with a duty.
    fn accepted(&self, changes: &[Change], letters: &[Letter<AnyOp>]) -> Result<Live, Stopped> {
        let (mut live, mut scratch): (Changes, Option<Box<dyn AnyInstance>>) = (vec![], None);
        let mut errors = Errors::default();
        let from = changes.last().map_or(0, |change| change.at);
        let mut own = None;
        let has_duties = self.scan.cast.duties.contains(&&*self.who.name);
        let acts = |player: Option<usize>| match player {
            Some(player) => self.who.players.contains(&player),
            None => has_duties,
        };
        let mut look = |seen: Seen| {
            let Seen::Place(at, instance, player) = seen else { return };
            if at < from || self.scan.over() {
                return;
            }
            let scratch = scratch.get_or_insert_with(|| instance.boxed());
            scratch.copy(instance);
            for letter in letters {
                match scratch.apply(letter.who, letter.value, &letter.op) {
                    Ok(_) => scratch.copy(instance),
                    Err(refusal) => {
                        errors.extend(by_rules(refusal));
                        continue;
                    }
                }
                live.push(Change { at, what: What::Before(letter.clone()) });
                if player.is_some_and(|player| !self.who.players.contains(&player)) {
                    live.push(Change { at, what: What::Between(letter.clone()) });
                }
            }
            if acts(player) {
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

    pub fn found(&self, changes: &[Change], effect: Effect) -> Found {
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
    pub fn singles(
        &self,
        tell: &mut dyn FnMut(&Found),
        tried: &mut Coverage,
        reached: &mut Reached,
    ) -> Result<Changes, Stopped> {
        // Of each call, by what it does, the first and the last place.
        let mut classes: FxHashMap<(Agent, &'static str, u64), Ends> = FxHashMap::default();
        for batch in self.live.chunks(BATCH) {
            if self.scan.over() {
                tried.complete = false;
                break;
            }
            let play = |change: &Change| {
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
                let class = match &change.what {
                    What::Before(letter) if outcome.accepted => {
                        reached.messages.insert(letter.op.message());
                        // What is sealed shows only when it is opened.
                        let sealed = letter.op.opaque().then(|| letter_hash(letter));
                        (letter.who, letter.op.message(), effect ^ sealed.unwrap_or(0))
                    }
                    What::Silent => (0, "silent", effect),
                    What::Gone => (0, "gone", effect),
                    _ => continue,
                };
                let first = || [change.clone(), change.clone()];
                classes
                    .entry(class)
                    .and_modify(|ends| ends[1] = change.clone())
                    .or_insert_with(first);
            }
        }
        let mut singles: Changes = classes.into_values().flatten().collect();
        singles.sort_by_key(|change| (change.at, change_hash(change)));
        singles.dedup();
        Ok(singles)
    }

    /// Tries what is accepted only because of what was changed before.
    pub fn chains(
        &self,
        singles: Changes,
        tell: &mut dyn FnMut(&Found),
        tried: &mut Coverage,
        reached: &mut Reached,
    ) -> Result<(), Stopped> {
        let mut level: Vec<Changes> = singles.into_iter().map(|change| vec![change]).collect();
        level.sort_by_key(|chain| change_hash(&chain[0]));
        for _ in 1..CHAIN_MAX {
            let mut next: FxHashMap<u64, Changes> = FxHashMap::default();
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
                    if let Some(What::Before(letter)) = chain.last().map(|change| &change.what) {
                        reached.messages.insert(letter.op.message());
                        let sealed = letter.op.opaque().then(|| letter_hash(letter));
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
    fn grown(&self, chain: &[Change]) -> Result<Grown, Stopped> {
        let mut told = Vec::new();
        let mut look = |seen: Seen| {
            if let Seen::Receipt(text) = seen {
                told.extend(numbers(&text));
            }
        };
        self.scan.play(self.who, &self.types, &self.given, chain, Some(&mut look))?;
        told.retain(|number| *number > 0);
        told.sort();
        told.dedup();
        let letters = after(self.scan.cast, self.who, &self.letters, &told);
        let Live { changes: live, errors, .. } = self.accepted(chain, &letters.all)?;
        // The first and the last place at which each is accepted.
        let mut ends: FxHashMap<u64, Ends> = FxHashMap::default();
        let mut order = Vec::new();
        for change in live {
            let What::Before(letter) = &change.what else { continue };
            if self.lives.contains(&change_hash(&change)) {
                continue;
            }
            let key = letter_hash(letter);
            ends.entry(key).and_modify(|ends| ends[1] = change.clone()).or_insert_with(|| {
                order.push(key);
                [change.clone(), change]
            });
        }
        let mut grown = Vec::new();
        for key in order {
            let both = &ends[&key];
            let places = if both[0].at == both[1].at { 1 } else { 2 };
            for change in &both[..places] {
                if self.scan.over() {
                    return Ok((grown, errors));
                }
                let chain = [chain, std::slice::from_ref(change)].concat();
                let outcome = self.scan.play(self.who, &self.types, &self.given, &chain, None)?;
                grown.push((chain, outcome));
            }
        }
        Ok((grown, errors))
    }
}

fn letter_hash(letter: &Letter<AnyOp>) -> u64 {
    let Letter { who, value, op } = letter;
    hash(&(who, value, op.message(), op.arguments(&crate::model::account)))
}

fn change_hash(change: &Change) -> u64 {
    let what = match &change.what {
        What::Before(letter) => (0, letter_hash(letter)),
        What::Between(letter) => (1, letter_hash(letter)),
        What::Silent => (2, 0),
        What::Gone => (3, 0),
    };
    hash(&(change.at, what))
}
