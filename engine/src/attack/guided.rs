//! Sets of changes of any number, guided by what they cover and by the best so far.
//!
//! A round changes plans of the corpus at random and plays them. A plan stays in the corpus if it met
//! something new (a result of a message at a place, a step of others that is no longer accepted, a
//! class of gains and losses by their magnitude) or is the best so far. When nothing is new for some
//! rounds, it begins again from what players do in other plays, and the best.

use super::alphabet::Alphabet;
use super::script::{Met, Script, normal};
use super::{Best, Budget, Change, Plan, Score, Search, What};
use crate::model::{AnyInstance, Refusal};
use crate::random::{Stream, stream};
use rand::Rng;
use rayon::prelude::*;
use std::collections::HashSet;

/// Tasks of a round, and plans that each plays: no more than that depends on what others found.
const TASKS: u64 = 32;
const PLANS: usize = 128;
/// Rounds without anything new before it begins again.
const PATIENCE: u64 = 8;
/// The most changes of a plan.
const CHANGES_MAX: usize = 24;
/// Plans that a task keeps of a round.
const KEPT: usize = 32;

/// The corpus of the search.
pub(super) struct Guided<'a> {
    script: &'a Script<'a>,
    alphabet: &'a Alphabet,
    seed: u64,
    /// How many plans there is room for.
    room: usize,
    corpus: Vec<Best>,
    best: Best,
    seen: HashSet<u64>,
    covered: usize,
    /// The number of each letter's message.
    messages: Vec<u64>,
    idle: u64,
}

/// What a task found: new things with the plans that met them, the best, and how many it played.
struct Task {
    kept: Vec<(Best, Vec<u64>)>,
    best: Best,
    checked: u64,
}

impl<'a> Guided<'a> {
    pub fn new(
        script: &'a Script<'a>,
        alphabet: &'a Alphabet,
        search: &Search,
        best: &Best,
    ) -> Self {
        let mut names: Vec<&str> = Vec::new();
        let mut number = |name: &'static str| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            }) as u64
        };
        let messages = alphabet.letters.iter().map(|letter| number(letter.op.message())).collect();
        let plan = size_of::<Best>() + CHANGES_MAX * size_of::<Change>() + 64;
        let room = (search.limits.bytes.saturating_sub(script.bytes()) / plan).min(4096);
        let mut guided = Self {
            script,
            alphabet,
            seed: search.seed,
            room,
            corpus: Vec::new(),
            best: best.clone(),
            seen: HashSet::new(),
            covered: 0,
            messages,
            idle: 0,
        };
        guided.begin();
        guided
    }

    /// What was met in all rounds; what was met again after a new beginning counts once.
    pub fn covered(&self) -> usize {
        self.covered.max(self.seen.len())
    }

    fn begin(&mut self) {
        self.covered = self.covered();
        self.seen.clear();
        self.idle = 0;
        let plain = |plan: Plan| Best { score: Score::NONE, plan };
        self.corpus = vec![plain(Plan::new()), self.best.clone()];
        self.corpus.extend(self.alphabet.fragments.iter().cloned().map(plain));
        self.corpus.truncate(self.room.max(1));
    }

    /// Plays a round: the best of it, and how many plans were played to the end.
    pub fn round(&mut self, round: u64, budget: &Budget) -> (Best, u64) {
        let task = |task| {
            let mut rng = stream(self.seed, round, task);
            self.task(&mut rng, budget)
        };
        let done: Vec<Task> = (0..TASKS).into_par_iter().map(task).collect();
        let (mut best, mut checked, mut new) = (Best::NONE, 0, false);
        for task in done {
            checked += task.checked;
            best.offer(task.best.score, &task.best.plan);
            for (kept, met) in task.kept {
                let fresh = met.iter().fold(false, |fresh, met| self.seen.insert(*met) | fresh);
                if fresh && self.corpus.len() < self.room {
                    self.corpus.push(kept);
                    new = true;
                }
            }
        }
        if best.score > self.best.score {
            self.best = best.clone();
            self.corpus.push(best.clone());
            new = true;
        }
        self.idle = if new { 0 } else { self.idle + 1 };
        if self.idle == PATIENCE {
            self.begin();
        }
        (best, checked)
    }

    fn task(&self, rng: &mut Stream, budget: &Budget) -> Task {
        let mut task = Task { kept: Vec::new(), best: Best::NONE, checked: 0 };
        let mut state = self.script.checkpoints[0].clone();
        let (mut met, mut local) = (Vec::new(), HashSet::new());
        for _ in 0..PLANS {
            if budget.over() {
                break;
            }
            let mut plan = self.changed(rng);
            met.clear();
            let (score, calls) = self.play(&mut plan, &mut *state, &mut met);
            budget.spend(calls);
            task.checked += 1;
            task.best.offer(score, &plan);
            met.retain(|met| !self.seen.contains(met) && local.insert(*met));
            if !met.is_empty() && task.kept.len() < KEPT {
                task.kept.push((Best { score, plan }, met.clone()));
            }
        }
        task
    }

    /// Plays a plan, takes out of it what was refused, and lists what it met.
    fn play(
        &self,
        plan: &mut Plan,
        state: &mut dyn AnyInstance,
        met: &mut Vec<u64>,
    ) -> (Score, u64) {
        let mut refused = Vec::new();
        let played = self.script.play(&self.alphabet.letters, plan, state, &mut |what| {
            met.push(match what {
                Met::Changed { change, letter, result, .. } => {
                    let kind = match result {
                        Ok(receipt) => receipt.into(),
                        Err(Refusal::Rules(error)) => 0x100 + u64::from(error),
                        Err(Refusal::Unfunded) => 0x200,
                        Err(Refusal::NotPayable) => 0x201,
                    };
                    if result.is_err() {
                        refused.push(change);
                    }
                    mix(&[1, self.messages[letter], kind, plan[change].at as u64])
                }
                Met::Step { at, accepted, .. } => mix(&[2, at as u64, u64::from(accepted)]),
            });
        });
        for player in 0..self.script.players.len() {
            let change = self.script.payoff(player, state) - self.script.base[player];
            let size = change.unsigned_abs().checked_ilog2().map_or(0, |size| size + 1);
            met.push(mix(&[3, player as u64, size.into(), u64::from(change < 0)]));
        }
        for at in refused.into_iter().rev() {
            match plan[at].what {
                What::Replace(_) => plan[at].what = What::Drop,
                _ => drop(plan.remove(at)),
            }
        }
        played
    }

    /// A plan of the corpus with some changes.
    fn changed(&self, rng: &mut Stream) -> Plan {
        let newest = self.corpus.len().saturating_sub(16);
        let mut plan = match rng.random_range(0..4) {
            0 => self.best.plan.clone(),
            1 => self.corpus[rng.random_range(newest..self.corpus.len())].plan.clone(),
            _ => self.corpus[rng.random_range(0..self.corpus.len())].plan.clone(),
        };
        for _ in 0..rng.random_range(1..=3) {
            self.change(&mut plan, rng);
        }
        normal(&mut plan, self.script);
        plan.truncate(CHANGES_MAX);
        plan
    }

    fn change(&self, plan: &mut Plan, rng: &mut Stream) {
        let at = rng.random_range(self.script.first..=self.script.steps.len());
        let which = if plan.is_empty() { 0 } else { rng.random_range(0..plan.len()) };
        match rng.random_range(0..8) {
            0 if !plan.is_empty() => drop(plan.remove(which)),
            1 if !plan.is_empty() => plan[which].at = at,
            2 if !plan.is_empty() => {
                if let What::Insert(letter) | What::Replace(letter) = &mut plan[which].what {
                    *letter = self.sibling(*letter, rng);
                }
            }
            3 => {
                let own: Vec<usize> =
                    (0..self.script.steps.len()).filter(|at| self.script.own[*at]).collect();
                if !own.is_empty() {
                    let at = own[rng.random_range(0..own.len())];
                    plan.push(Change { at, what: What::Drop });
                }
            }
            4 => {
                let other = &self.corpus[rng.random_range(0..self.corpus.len())].plan;
                plan.extend(other);
            }
            _ => {
                if let Some(letter) = self.letter(rng) {
                    plan.push(Change { at, what: What::Insert(letter) });
                }
            }
        }
    }

    /// Mostly a letter that was accepted somewhere.
    fn letter(&self, rng: &mut Stream) -> Option<usize> {
        let (all, live) = (self.alphabet.letters.len(), self.alphabet.live);
        let most = if live > 0 && rng.random_ratio(7, 8) { live } else { all };
        (most > 0).then(|| rng.random_range(0..most))
    }

    /// Another letter with the same message, if one is met by chance.
    fn sibling(&self, letter: usize, rng: &mut Stream) -> usize {
        let tries = (0..16).filter_map(|_| self.letter(rng));
        let mut same = tries.filter(|other| self.messages[*other] == self.messages[letter]);
        same.next().unwrap_or(letter)
    }
}

/// A number for a few (splitmix64; Steele, Lea, Flood 2014).
fn mix(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0, |state, number| {
        let mut z = (state ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}
