//! Random traces, in memory and on the compiled contract at once.
//!
//! `CARROTS_SEED` is the seed of the first trace, and each trace after it has the next one;
//! `CARROTS_STEPS` is the number of steps of all traces.

use crate::differential::{Failure, Pair};
use crate::refusals::{PAYMENT_FAILED, all};
use crate::roles;
use crate::shrink::explain;
use carrots::model::{Agent, Amount, Instance, Messages, Model, Op, Refusal, Step};
use carrots::trace::Trace;
use carrots_kernel::Balance;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The operations of a case's mechanism.
pub type OpOf<C> = <<C as Case>::Model as Messages>::Op;
/// The result of a call of them.
pub type ResultOf<C> = Result<
    <<C as Case>::Model as Messages>::Receipt,
    Refusal<<<C as Case>::Model as Messages>::Error>,
>;

/// Parameters, and how calls are made up for them: mostly what a sensible agent would do now,
/// sometimes nonsense.
pub trait Case: Sync {
    /// The mechanism.
    type Model: Model;

    /// The agents of a trace. The first have the roles.
    const AGENTS: Agent;
    /// States and endings that random calls have to reach: see [`Case::reached`].
    const SOMETIMES: &'static [&'static str];
    /// Errors that random calls do not reach: a call for each stands elsewhere; and messages of which no
    /// call can succeed.
    const NEVER: &'static [&'static str] = &[];
    /// Of a composition, the part whose messages and errors random calls have to reach: with a dot.
    const PART: &'static str = "";
    /// In one step of so many, blocks pass.
    const PAUSE: u32;
    /// One call of so many is made by somebody else.
    const STRAY: u32 = 20;
    /// One call of so many comes with another amount.
    const ODD: u32 = 40;

    /// What it is about, in a word or two.
    fn name(&self) -> &'static str;
    /// What the constructor takes.
    fn params(&self) -> <Self::Model as Model>::Params;
    /// What every agent has.
    fn wallet(&self) -> Balance;
    /// The most blocks that pass in one step.
    fn blocks_max(&self, rng: &mut ChaCha8Rng) -> u32;
    /// The next call, given where the mechanism stands: who makes it, and with how many tokens.
    fn call(
        &self,
        rng: &mut ChaCha8Rng,
        model: &Instance<Self::Model>,
    ) -> (Agent, Balance, OpOf<Self>);
    /// Calls `note` for each of [`Case::SOMETIMES`] that a call reached; `model` is after it.
    fn reached(
        &self,
        model: &Instance<Self::Model>,
        op: &OpOf<Self>,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    );

    /// A trace without steps.
    fn trace(&self) -> Trace<Self::Model> {
        let contracts = Self::Model::contract_agents();
        let wallet = |who| if contracts.contains(&who) { 0 } else { self.wallet() };
        Trace {
            mechanism: Self::Model::NAME.into(),
            params: self.params(),
            wallets: (0..Self::AGENTS).map(|who| Amount(wallet(who))).collect(),
            state: None,
            steps: vec![],
            ends: BTreeMap::new(),
        }
    }

    /// The next step, given where the mechanism stands.
    fn step(&self, rng: &mut ChaCha8Rng, model: &Instance<Self::Model>) -> Step<OpOf<Self>> {
        if rng.random_ratio(1, Self::PAUSE) {
            let most = self.blocks_max(rng);
            return Step::Blocks(rng.random_range(1..=most));
        }
        let (mut who, mut value, op) = self.call(rng, model);
        if rng.random_ratio(1, Self::STRAY) {
            let stray = rng.random_range(0..Self::AGENTS);
            // Nobody has the key of a contract.
            who = if Self::Model::contract_agents().contains(&stray) { who } else { stray };
        }
        if rng.random_ratio(1, Self::ODD) {
            let wallet = self.wallet();
            let all = wallet * Balance::from(Self::AGENTS);
            value = [0, 1, wallet, wallet + 1, all][rng.random_range(0..5)];
        }
        Step::Call { who, value, op, expect: None }
    }
}

/// How much is played.
pub struct Plan {
    /// Steps of all traces.
    pub steps: u64,
    /// Steps of one trace.
    pub trace: u64,
    /// How often every message has to succeed at least.
    pub successes: u32,
}

/// How often each message succeeded, each refusal was given and each state was reached.
type Tally = BTreeMap<String, u32>;

/// Plays random traces of all cases by turns, on as many threads as there are cores. The first
/// difference is shrunk and shown; and what random calls have to reach has to be reached.
pub fn traces_are_equal<C: Case>(cases: &[C], plan: &Plan) {
    let (seed, steps) = (from_env("CARROTS_SEED", 1), from_env("CARROTS_STEPS", plan.steps));
    let traces = steps.div_ceil(plan.trace);
    let (start, next) = (Instant::now(), AtomicU64::new(0));
    let worker = || {
        let mut tally = Tally::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= traces {
                return tally;
            }
            let case = &cases[(seed + at) as usize % cases.len()];
            play(case, seed + at, plan.trace.min(steps - at * plan.trace), &mut tally);
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
    if steps >= plan.steps {
        everything_happened::<C>(plan, &tally);
    }
}

/// A number from the environment.
pub(crate) fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} = {text:?}: expected a number")),
        Err(_) => default,
    }
}

fn play<C: Case>(case: &C, seed: u64, steps: u64, tally: &mut Tally) {
    let mut trace = case.trace();
    let model = trace.model().expect("the case is sound");
    let mut pair = Pair::new(model).expect("the contract can be deployed");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut count = |name: &str| *tally.entry(name.to_string()).or_default() += 1;
    for step in 0..steps as usize {
        let made = case.step(&mut rng, &pair.model);
        trace.steps.push(made.clone());
        let done = match pair.step(&made).expect("the step can be played") {
            Ok(done) => done,
            Err(difference) => fail(case, seed, trace, Failure { step, difference }),
        };
        if let (Step::Call { op, .. }, Some(result)) = (&made, &done.result) {
            count(if result.is_ok() { op.message() } else { &done.outcome });
            case.reached(&pair.model, op, result, &mut |state| count(state));
        }
    }
}

fn fail<C: Case>(case: &C, seed: u64, trace: Trace<C::Model>, failure: Failure) -> ! {
    let (steps, mechanism) = (failure.step + 1, C::Model::NAME);
    let rerun = format!(
        "CARROTS_SEED={seed} CARROTS_STEPS={steps} \
         cargo test --workspace --test {mechanism} differential"
    );
    let name = format!("{mechanism}-{}-{seed}", case.name().replace(' ', "-"));
    panic!("{}", explain(&name, trace, &failure, &rerun));
}

/// Random calls that are always refused would test nothing.
fn everything_happened<C: Case>(plan: &Plan, tally: &Tally) {
    let part = |name: String| name.strip_prefix(C::PART).map(str::to_string);
    let messages = <C::Model as Messages>::messages().iter();
    let messages = messages.filter_map(|message| part(message.name.into()));
    let others = [&roles::MESSAGES[..], C::NEVER].concat();
    let messages = messages.filter(|name| !others.contains(&&name[..]));
    let messages = messages.map(|name| (C::PART.to_owned() + &name, plan.successes));
    let errors = all::<<C::Model as Messages>::Error>().into_iter();
    let errors = errors.filter_map(|error| part(format!("{error:?}")));
    // The chain never refuses a payment here: see `refusals`.
    let elsewhere = [&[PAYMENT_FAILED], &roles::ERRORS[..], C::NEVER].concat();
    let errors = errors.filter(|name| !elsewhere.contains(&&name[..]));
    let errors = errors.map(|name| C::PART.to_owned() + &name);
    let others = ["Unfunded", "NotPayable"].iter().chain(C::SOMETIMES).map(|name| name.to_string());
    for (name, least) in messages.chain(errors.chain(others).map(|name| (name, 1))) {
        let times = tally.get(&name).copied().unwrap_or(0);
        assert!(times >= least, "{name}: {times} times, expected {least}: the generator lost it");
    }
}
