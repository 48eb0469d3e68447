//! What attackers may call: every call in any play of the scene, retargeted and varied, and
//! messages that nobody calls.

use super::letters::{Letters, Most};
use super::script::{Met, Script, record};
use super::{Budget, Change, Plan, Search, What};
use crate::model::{AnyInstance, AnyOp, Step};
use crate::random::stream;
use crate::scene::Letter;
use rand::Rng;

/// The most plays that are recorded.
const PLAYS_MAX: usize = 2_000;
const MOST: Most = Most { letters: 50_000, amounts: 6, others: 4 };
/// The most calls that are spent on finding letters that are ever accepted.
const TRIALS_MAX: u64 = 3_000_000;
/// Random plays in search of letters that are accepted only after others.
const WALKS: u64 = 400;

/// All calls that attackers may make.
pub(super) struct Alphabet {
    /// Those that were ever accepted come first, in each part those that were recorded first.
    pub letters: Vec<Letter<AnyOp>>,
    /// How many were ever accepted.
    pub live: usize,
    /// What attackers do in other plays of the scene, as changes to the script.
    pub fragments: Vec<Plan>,
}

impl Alphabet {
    pub fn new(script: &Script, search: &Search, budget: &Budget) -> Self {
        let plays = plays(script, search);
        let mut letters = Letters::new(&script.accounts, &script.wallets, &plays, MOST);
        let recorded = letters.recorded(&plays);
        letters.made_up(&|account| script.scene.samples(account));
        letters.varied(recorded, true);
        let letters = letters.all;
        let mut accepted = vec![false; letters.len()];
        try_all(script, &plays, &letters, &mut accepted, budget);
        walk(script, search, &letters, &mut accepted, budget);
        let (live, refused): (Vec<_>, Vec<_>) =
            letters.into_iter().zip(accepted).partition(|(_, accepted)| *accepted);
        let count = live.len();
        let letters = live.into_iter().chain(refused).map(|(letter, _)| letter).collect();
        let mut alphabet = Self { letters, live: count, fragments: Vec::new() };
        alphabet.fragments = alphabet.fragments(script, &plays);
        alphabet
    }

    /// Other plays as changes: what others do in the script is matched in order, and between it the
    /// attackers' calls are put in the place of those of the script.
    fn fragments(&self, script: &Script, plays: &[Vec<Step<AnyOp>>]) -> Vec<Plan> {
        let fragment = |play: &Vec<Step<AnyOp>>| {
            let (mut plan, mut at) = (Plan::new(), 0);
            for step in play {
                match self.letter_of(script, step) {
                    Some(letter) if script.steps.get(at) != Some(step) => {
                        plan.push(Change { at, what: What::Insert(letter) });
                    }
                    Some(_) => at += 1,
                    None if is_own(script, step) => {}
                    None => {
                        let rest = (at..script.steps.len()).filter(|place| !script.own[*place]);
                        let same = rest.take(8).find(|place| script.steps[*place] == *step);
                        if let Some(place) = same {
                            let own = (at..place).filter(|place| script.own[*place]);
                            plan.extend(own.map(|at| Change { at, what: What::Drop }));
                            at = place + 1;
                        }
                    }
                }
            }
            let own = (at..script.steps.len()).filter(|place| script.own[*place]);
            plan.extend(own.map(|at| Change { at, what: What::Drop }));
            super::script::normal(&mut plan, script);
            plan
        };
        let mut fragments: Vec<Plan> = plays.iter().map(fragment).collect();
        fragments.sort();
        fragments.dedup();
        fragments.retain(|plan| !plan.is_empty());
        fragments
    }

    fn letter_of(&self, script: &Script, step: &Step<AnyOp>) -> Option<usize> {
        let Step::Call { who, value, op, .. } = step else { return None };
        let same = |letter: &Letter<AnyOp>| {
            letter.who == *who && letter.value == *value && letter.op == *op
        };
        is_own(script, step).then(|| self.letters.iter().position(same)).flatten()
    }
}

fn is_own(script: &Script, step: &Step<AnyOp>) -> bool {
    matches!(step, Step::Call { who, .. } if script.accounts.contains(who))
}

/// The recorded play, and every play with one decision that is another, those of attackers first.
fn plays(script: &Script, search: &Search) -> Vec<Vec<Step<AnyOp>>> {
    let (_, _, asked) = record(script.scene, search, None);
    let options = |attacks: bool| {
        let mine = move |player: usize| search.attackers.contains(&player) == attacks;
        let asked = asked.iter().enumerate().filter(move |(_, (player, _))| mine(*player));
        asked.flat_map(|(place, (_, options))| (0..*options).map(move |option| (place, option)))
    };
    let others = options(true).chain(options(false)).take(PLAYS_MAX);
    let others = others.map(|other| record(script.scene, search, Some(other)).0);
    std::iter::once(script.steps.clone()).chain(others).collect()
}

/// Tries every letter at every place of every play.
fn try_all(
    script: &Script,
    plays: &[Vec<Step<AnyOp>>],
    letters: &[Letter<AnyOp>],
    accepted: &mut [bool],
    budget: &Budget,
) {
    let (mut state, mut scratch) = (script.start(), script.start());
    let mut trials = 0;
    for play in plays {
        state.clone_from(&script.checkpoints[0]);
        for step in play.iter().map(Some).chain([None]) {
            trials += try_here(&*state, &mut *scratch, letters, accepted);
            if let Some(step) = step {
                state.play(step);
            }
            if trials > TRIALS_MAX {
                budget.spend(trials);
                return;
            }
        }
    }
    budget.spend(trials);
}

/// Tries every letter that was never accepted, and says how many that are.
fn try_here(
    state: &dyn AnyInstance,
    scratch: &mut dyn AnyInstance,
    letters: &[Letter<AnyOp>],
    accepted: &mut [bool],
) -> u64 {
    let mut trials = 0;
    scratch.copy(state);
    for (Letter { who, value, op }, accepted) in letters.iter().zip(accepted) {
        if *accepted {
            continue;
        }
        trials += 1;
        if scratch.apply(*who, *value, op).is_ok() {
            *accepted = true;
            scratch.copy(state);
        }
    }
    trials
}

/// Random plays of the script with calls of the attackers that were accepted somewhere, and what
/// is accepted then.
fn walk(
    script: &Script,
    search: &Search,
    letters: &[Letter<AnyOp>],
    accepted: &mut [bool],
    budget: &Budget,
) {
    let (mut state, mut scratch) = (script.start(), script.start());
    let (mut trials, mut rng) = (0, stream(search.seed, u64::MAX, 0));
    for _ in 0..WALKS {
        let live: Vec<usize> = (0..letters.len()).filter(|at| accepted[*at]).collect();
        if live.is_empty() || trials > TRIALS_MAX {
            break;
        }
        let mut plan: Plan = (0..rng.random_range(1..=4))
            .map(|_| Change {
                at: rng.random_range(0..=script.steps.len()),
                what: What::Insert(live[rng.random_range(0..live.len())]),
            })
            .collect();
        plan.sort_by_key(|change| change.at);
        let mut found = 0;
        let (_, calls) = script.play(letters, &plan, &mut *state, &mut |met| {
            if let Met::Changed { state, result: Ok(_), .. } | Met::Step { state, .. } = met {
                found += try_here(state, &mut *scratch, letters, accepted);
            }
        });
        trials += found + calls;
    }
    budget.spend(trials);
}
