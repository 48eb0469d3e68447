//! What holds after every call, in memory and therefore on very many calls.

use crate::differential::sound;
use crate::random::Case;
use crate::script::play;
use crate::shrink::{shrink, write};
use carrots::model::{Instance, Model};
use carrots::trace::Trace;
use carrots_kernel::Balance;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::ops::Range;

/// The contract holds what it owes, no token comes or goes, and a refused call changes nothing.
pub fn always<C: Case>(cases: &[C], seeds: Range<u64>, steps: usize) {
    on_random_traces("sound", cases, seeds, steps, kept);
}

/// Plays a trace in memory: see [`always`]. Gives the number of its steps.
pub fn kept<M: Model>(trace: &Trace<M>) -> Result<usize, String> {
    let mut model = trace.model().map_err(|error| error.to_string())?;
    let supply = model.ledger().wallets.iter().sum();
    for step in &trace.steps {
        let before = model.clone();
        if let Err(refused) = play(&mut model, step)
            && format!("{model:?}") != format!("{before:?}")
        {
            return Err(format!("{step:?} gave {refused} and changed something"));
        }
        sound(&model, supply).map_err(|difference| difference.to_string())?;
    }
    Ok(trace.steps.len())
}

/// Nothing is ever locked: after any calls everyone can `leave`, with calls that all succeed, and
/// then the contract holds what `left` says that the rules leave there, and owes nobody anything.
/// `left` errs where something is still there that should not be.
pub fn in_the_end<C: Case>(
    cases: &[C],
    seeds: Range<u64>,
    steps: usize,
    leave: impl Fn(&mut Instance<C::Model>),
    left: impl Fn(&Instance<C::Model>) -> Result<Balance, String>,
) {
    on_random_traces("exit", cases, seeds, steps, |trace| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
        }
        leave(&mut model);
        let (held, left) = (model.ledger().held, left(&model)?);
        if held != left {
            return Err(format!("{held} are held, but the rules leave {left}"));
        }
        for who in 0..model.ledger().wallets.len() as u32 {
            let worth = model.worth(who);
            if worth > 0 {
                return Err(format!("agent {who} is still owed {worth}"));
            }
        }
        Ok(trace.steps.len())
    });
}

/// Plays random traces, and shrinks the first on which the check fails. Gives the number of steps
/// that were checked; `check` gives those of a trace, or says what does not hold.
pub fn on_random_traces<C: Case>(
    name: &str,
    cases: &[C],
    seeds: Range<u64>,
    steps: usize,
    check: impl Fn(&Trace<C::Model>) -> Result<usize, String>,
) -> usize {
    let mut checked = 0;
    for seed in seeds {
        let case = &cases[seed as usize % cases.len()];
        let (mut trace, mut rng) = (case.trace(), ChaCha8Rng::seed_from_u64(seed));
        let mut model = trace.model().expect("the case is sound");
        for _ in 0..steps {
            let step = case.step(&mut rng, &model);
            // A call that panics is for the check to find.
            trace.steps.push(step.clone());
            if caught(|| play(&mut model, &step)).is_err() {
                break;
            }
        }
        checked += holds(name, seed, &trace, &check);
    }
    checked
}

/// Checks a trace; one on which it fails, or panics, is shrunk and shown.
pub fn holds<M: Model>(
    name: &str,
    seed: u64,
    trace: &Trace<M>,
    check: impl Fn(&Trace<M>) -> Result<usize, String>,
) -> usize {
    let fails = |trace: &Trace<M>| caught(|| check(trace)).and_then(|checked| checked);
    fails(trace).unwrap_or_else(|error| {
        let told = explain(&format!("{}-{name}-{seed}", M::NAME), trace, fails);
        panic!("seed {seed}: {error}\n{told}")
    })
}

fn explain<M: Model>(
    name: &str,
    trace: &Trace<M>,
    fails: impl Fn(&Trace<M>) -> Result<usize, String>,
) -> String {
    let shortest = shrink(trace, |trace| fails(trace).is_err());
    let now = fails(&shortest).err().unwrap_or_default();
    let file =
        write(name, &shortest).map_or_else(|e| e.to_string(), |file| file.display().to_string());
    format!("shrunk to {} steps: {now}\nplay it: carrots replay {file}", shortest.steps.len())
}

fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let run = std::panic::AssertUnwindSafe(run);
    std::panic::catch_unwind(run).map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(_) => "a panic".into(),
    })
}
