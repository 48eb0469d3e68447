//! Every set of a number of changes.
//!
//! Changes are made in the order of the script, on a copy of the state for each change, so what is
//! before a change is played once for all that follow. A call that is refused changes nothing: the
//! attack with it is the one without it, and is left out. Of two ways to write the same attack one
//! is left out: what is inserted right before a step that is left out is written as its replacement.

use super::alphabet::Alphabet;
use super::script::Script;
use super::{Best, Budget, Change, Plan, What};
use crate::model::{AnyInstance, AnyOp, Step};
use crate::scene::Letter;
use rayon::prelude::*;
use std::ops::Range;

/// First letters of a task.
const CHUNK: usize = 16;
/// Calls between two looks at the budget.
const SPEND: u64 = 1 << 14;

/// Tries all sets of so many changes: the best of them, and how many were played to the end.
pub(super) fn all(
    script: &Script,
    alphabet: &Alphabet,
    changes: usize,
    budget: &Budget,
) -> (Best, u64) {
    let slots = script.first..=script.steps.len();
    let parts = alphabet.live.div_ceil(CHUNK).max(1);
    let tasks: Vec<_> = slots.flat_map(|at| (0..parts).map(move |part| (at, part))).collect();
    let walker = || Walker::new(script, &alphabet.letters[..alphabet.live], changes, budget);
    let done: Vec<(Best, u64)> = tasks
        .into_par_iter()
        .map_init(walker, |walker, (at, part)| {
            let letters = part * CHUNK..alphabet.live.min((part + 1) * CHUNK);
            walker.task(at, letters, changes)
        })
        .collect();
    let mut best = Best::NONE;
    let mut checked = 0;
    for (found, played) in done {
        best.offer(found.score, &found.plan);
        checked += played;
    }
    (best, checked)
}

struct Walker<'a> {
    script: &'a Script<'a>,
    letters: &'a [Letter<AnyOp>],
    budget: &'a Budget,
    /// A state for every change that was made, and one before any.
    states: Vec<Box<dyn AnyInstance>>,
    /// The most that was missing, for each.
    missing: Vec<i128>,
    plan: Plan,
    best: Best,
    checked: u64,
    calls: u64,
}

impl<'a> Walker<'a> {
    fn new(
        script: &'a Script<'a>,
        letters: &'a [Letter<AnyOp>],
        changes: usize,
        budget: &'a Budget,
    ) -> Self {
        Self {
            script,
            letters,
            budget,
            states: vec![script.checkpoints[0].clone(); changes + 1],
            missing: vec![0; changes + 1],
            plan: Plan::new(),
            best: Best::NONE,
            checked: 0,
            calls: 0,
        }
    }

    /// All plans whose first change is before step `at` with one of the letters; with the first
    /// letter goes what leaves the step out.
    fn task(&mut self, at: usize, letters: Range<usize>, changes: usize) -> (Best, u64) {
        (self.best, self.checked) = (Best::NONE, 0);
        if !self.budget.over() {
            self.states[0].clone_from(&self.script.checkpoints[at]);
            self.missing[0] = 0;
            let drops = letters.start == 0;
            self.branch(0, at, changes, letters);
            if drops {
                self.drop(0, at, changes);
            }
            self.budget.spend(std::mem::take(&mut self.calls));
        }
        (std::mem::replace(&mut self.best, Best::NONE), self.checked)
    }

    /// Plays on from slot `at`, with `left` more changes at every slot from there on.
    fn explore(&mut self, level: usize, at: usize, left: usize) {
        if left == 0 {
            return self.finish(level, at);
        }
        for slot in at..=self.script.steps.len() {
            self.branch(level, slot, left, 0..self.letters.len());
            self.drop(level, slot, left);
            if slot < self.script.steps.len() {
                self.step(level, slot);
            }
            if self.budget.over() {
                return;
            }
        }
    }

    #[inline]
    fn step(&mut self, level: usize, at: usize) {
        self.count(1);
        let state = &mut self.states[level];
        state.play(&self.script.steps[at]);
        self.missing[level] = self.missing[level].max(self.script.missing(&**state));
    }

    fn finish(&mut self, level: usize, at: usize) {
        for at in at..self.script.steps.len() {
            self.step(level, at);
        }
        self.checked += 1;
        let score = self.script.score(&*self.states[level], self.missing[level]);
        self.best.offer(score, &self.plan);
    }

    /// Inserts each of some letters before step `at`, or puts it in its place.
    fn branch(&mut self, level: usize, at: usize, left: usize, letters: Range<usize>) {
        let own = self.replaceable(at);
        let mut fresh = false;
        for letter in letters {
            let letters = self.letters;
            let Letter { who, value, op } = &letters[letter];
            if !fresh {
                self.copy(level);
            }
            self.count(1);
            fresh = self.states[level + 1].apply(*who, *value, op).is_err();
            if fresh {
                continue;
            }
            let missing = self.script.missing(&*self.states[level + 1]);
            self.missing[level + 1] = self.missing[level].max(missing);
            if own && !self.is_step(at, letter) {
                self.change(level, at + 1, left, Change { at, what: What::Replace(letter) });
                self.copy(level);
                let _ = self.states[level + 1].apply(*who, *value, op);
                self.missing[level + 1] = self.missing[level].max(missing);
            }
            self.change(level, at, left, Change { at, what: What::Insert(letter) });
        }
    }

    /// Leaves step `at` out, unless it is refused.
    fn drop(&mut self, level: usize, at: usize, left: usize) {
        if !self.replaceable(at) {
            return;
        }
        self.copy(level);
        self.count(1);
        if self.states[level + 1].play(&self.script.steps[at]) {
            self.copy(level);
            self.missing[level + 1] = self.missing[level];
            self.change(level, at + 1, left, Change { at, what: What::Drop });
        }
    }

    fn is_step(&self, at: usize, letter: usize) -> bool {
        let letter = &self.letters[letter];
        matches!(
            &self.script.steps[at],
            Step::Call { who, value, op, .. }
                if (*who, *value) == (letter.who, letter.value) && *op == letter.op
        )
    }

    fn change(&mut self, level: usize, at: usize, left: usize, change: Change) {
        self.plan.push(change);
        self.explore(level + 1, at, left - 1);
        self.plan.pop();
    }

    fn copy(&mut self, level: usize) {
        let (done, next) = self.states.split_at_mut(level + 1);
        next[0].clone_from(&done[level]);
    }

    /// Whether a step is a call of an attacker before which nothing was inserted.
    fn replaceable(&self, at: usize) -> bool {
        let inserted = self.plan.last().is_some_and(|change| change.at == at);
        !inserted && self.script.own.get(at) == Some(&true)
    }

    #[inline]
    fn count(&mut self, calls: u64) {
        self.calls += calls;
        if self.calls >= SPEND {
            self.budget.spend(std::mem::take(&mut self.calls));
        }
    }
}
