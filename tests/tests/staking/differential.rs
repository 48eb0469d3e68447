//! Random traces, on the model and on the compiled contract at once.
//!
//! `CARROTS_SEED` is the seed of the first trace, and each trace after it has the next one;
//! `CARROTS_STEPS` is the number of steps of all traces.

use crate::generate::{Case, cases};
use carrots::models::{Op as _, Refusal, staking::Staking};
use carrots::trace::{Step, Trace};
use carrots_logic::staking::Error;
use carrots_tests::differential::{Failure, Pair};
use carrots_tests::shrink::explain;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const STEPS: u64 = 40_000;
/// Steps of one trace.
const TRACE: u64 = 750;

/// How often each message succeeded and each refusal was given.
type Tally = BTreeMap<String, u32>;

#[test]
fn the_contract_does_what_the_model_does() {
    let (seed, steps) = (from_env("CARROTS_SEED", 1), from_env("CARROTS_STEPS", STEPS));
    let traces = steps.div_ceil(TRACE);
    let (start, next) = (Instant::now(), AtomicU64::new(0));
    let worker = || {
        let mut tally = Tally::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= traces {
                return tally;
            }
            play(seed + at, TRACE.min(steps - at * TRACE), &mut tally);
        }
    };
    let mut tally = Tally::new();
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            let counted = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (name, times) in counted {
                *tally.entry(name).or_default() += times;
            }
        }
    });
    let rate = steps as f64 / start.elapsed().as_secs_f64();
    println!("{steps} steps in {traces} traces, {rate:.0} steps/s\n{tally:#?}");
    if steps >= STEPS {
        everything_happened(&tally);
    }
}

fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} = {text:?}: expected a number")),
        Err(_) => default,
    }
}

fn play(seed: u64, steps: u64, tally: &mut Tally) {
    let cases = cases();
    let case = &cases[seed as usize % cases.len()];
    let mut trace = case.trace();
    let model = trace.model().expect("the case is sound");
    let mut pair = Pair::new(model).expect("the contract can be deployed");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for step in 0..steps as usize {
        let made = case.step(&mut rng, &pair.model);
        trace.steps.push(made.clone());
        match pair.step(&made).expect("the step can be played") {
            Ok(done) => count(&made, done.result.map(|result| result.map(drop)), tally),
            Err(difference) => fail(seed, case, trace, Failure { step, difference }),
        }
    }
}

fn count(
    step: &Step<carrots::models::staking::Op>,
    result: Option<Result<(), Refusal<Error>>>,
    tally: &mut Tally,
) {
    let (Step::Call { op, .. }, Some(result)) = (step, result) else { return };
    let name = match result {
        Ok(()) => op.message().to_string(),
        Err(refusal) => refusal.to_string(),
    };
    *tally.entry(name).or_default() += 1;
}

fn fail(seed: u64, case: &Case, trace: Trace<Staking>, failure: Failure) -> ! {
    let steps = failure.step + 1;
    let rerun = format!(
        "CARROTS_SEED={seed} CARROTS_STEPS={steps} \
         cargo test -p carrots-tests --test staking differential"
    );
    let name = format!("staking-{}-{seed}", case.name.replace(' ', "-"));
    panic!("{}", explain(&name, trace, &failure, &rerun));
}

/// Random calls that are always refused would test nothing.
fn everything_happened(tally: &Tally) {
    let succeed = [
        "register",
        "bond",
        "unbond",
        "rebond",
        "withdraw",
        "end_era",
        "fund",
        "award",
        "payout",
        "report",
        "apply_slash",
        "retire",
        "remove",
        "collect",
    ];
    let errors = crate::errors::all().into_iter().map(|error| format!("{error:?}"));
    let refusals = errors.chain(["Unfunded".into(), "NotPayable".into()]);
    // The chain never refuses a payment here: see `errors`.
    let refusals = refusals.filter(|name| name != "PaymentFailed");
    for (name, least) in
        succeed.map(|name| (name.into(), 20)).into_iter().chain(refusals.map(|name| (name, 1)))
    {
        let times = tally.get(&name).copied().unwrap_or(0);
        assert!(times >= least, "{name}: {times} times, expected {least}: the generator lost it");
    }
}
