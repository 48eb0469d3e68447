//! From an attack to the least that it takes.
//!
//! First fewer changes, then smaller amounts, as long as the score does not fall; then fewer steps of
//! the script, as long as leaving them out changes nobody's payoff, with the attack and without it.

use super::alphabet::Alphabet;
use super::script::Script;
use super::{Best, Change, Found, What};
use crate::model::{AnyInstance, AnyOp, Step};
use crate::scene::Letter;
use crate::trace::fewest;
use carrots_kernel::Balance;

/// Shrinks the best attack and writes it down.
pub(super) fn shrink(script: &Script, alphabet: &Alphabet, best: Best) -> Found {
    let mut letters = alphabet.letters.clone();
    let mut state = script.start();
    let score = best.score;
    let mut keeps = |letters: &[Letter<AnyOp>], plan: &[Change]| {
        script.play(letters, plan, &mut *state, &mut |_| {}).0 >= score
    };
    let plan = fewest(best.plan, |plan| keeps(&letters, plan));
    for change in 0..plan.len() {
        if let What::Insert(letter) | What::Replace(letter) = plan[change].what {
            smaller(&mut letters, letter, |letters| keeps(letters, &plan));
        }
    }
    let (steps, matters) = relevant(script, script.written(&letters, &plan));
    write(script, steps, &matters)
}

/// Finds the least tokens that a letter can send, by bisection.
fn smaller(
    letters: &mut [Letter<AnyOp>],
    letter: usize,
    mut keeps: impl FnMut(&[Letter<AnyOp>]) -> bool,
) {
    let (mut least, mut most): (Balance, Balance) = (0, letters[letter].value);
    while least < most {
        let middle = least + (most - least) / 2;
        letters[letter].value = middle;
        match keeps(letters) {
            true => most = middle,
            false => least = middle + 1,
        }
    }
    letters[letter].value = most;
}

/// A step, and the place in the script that it has.
type Written = (Step<AnyOp>, Option<usize>);

/// The steps that matter, and which of the script do: what attackers do, or would, does.
fn relevant(script: &Script, written: Vec<Written>) -> (Vec<Written>, Vec<bool>) {
    let attacked = end(script, written.iter().map(|(step, _)| step));
    let (mut kept, mut matters) = (accepted(script, written), vec![true; script.steps.len()]);
    loop {
        let before = kept.len();
        for place in (0..script.steps.len()).rev() {
            if script.own[place] || !matters[place] {
                continue;
            }
            let rest = script.steps.iter().enumerate();
            let rest = rest.filter(|(at, _)| matters[*at] && *at != place).map(|(_, step)| step);
            let fewer = kept.iter().filter(|(_, at)| *at != Some(place)).map(|(step, _)| step);
            let (payoffs, missing, _) = end(script, fewer);
            if (payoffs, missing) == (attacked.0.clone(), attacked.1)
                && end(script, rest).0 == script.base
            {
                kept.retain(|(_, at)| *at != Some(place));
                matters[place] = false;
            }
        }
        if kept.len() == before {
            return (kept, matters);
        }
    }
}

/// Without the attackers' own calls that are refused.
fn accepted(script: &Script, written: Vec<Written>) -> Vec<Written> {
    let mut state = script.checkpoints[0].clone();
    let mut accepted = |(step, place): &Written| {
        let own = place.is_none_or(|place| script.own[place]);
        state.play(step) || !own
    };
    written.into_iter().filter(|step| accepted(step)).collect()
}

/// What steps come to: everyone's payoffs, the most that was missing, and the last state.
fn end<'a>(
    script: &Script,
    steps: impl Iterator<Item = &'a Step<AnyOp>>,
) -> (Vec<i128>, i128, Box<dyn AnyInstance>) {
    let mut state = script.checkpoints[0].clone();
    let mut missing = 0;
    for step in steps {
        state.play(step);
        missing = missing.max(script.missing(&*state));
    }
    (script.payoffs(&*state), missing, state)
}

fn write(script: &Script, written: Vec<Written>, matters: &[bool]) -> Found {
    let (_, missing, state) = end(script, written.iter().map(|(step, _)| step));
    let changed = written.iter().enumerate().filter(|(_, (_, place))| place.is_none());
    let kept = |place| written.iter().any(|(_, at)| *at == Some(place));
    let left_out = (0..script.steps.len()).filter(|place| script.own[*place] && !kept(*place));
    let base = script.steps.iter().zip(matters).filter(|(_, matters)| **matters);
    let base_steps: Vec<_> = base.map(|(step, _)| step.clone()).collect();
    let changed = changed.map(|(at, _)| at).collect();
    let left_out = left_out.map(|place| script.steps[place].clone()).collect();
    let steps: Vec<_> = written.into_iter().map(|(step, _)| step).collect();
    Found {
        trace: script.trace(&steps),
        base: script.trace(&base_steps),
        steps,
        base_steps,
        accounts: script.accounts.clone(),
        changed,
        left_out,
        profit: script.profit(&*state),
        losses: script.losses(&*state),
        score: script.score(&*state, missing),
    }
}
