//! What has to hold of any mechanism, of one scenario of it and with nothing made by hand: a suite of
//! tests in one line, [`conformance!`](crate::conformance).
//!
//! Traces are made of the scenario's play: what players do with options and chance at random, and
//! between it calls of anybody out of an alphabet of all that was called, retargeted and varied by the
//! types of its arguments ([`carrots::attack::calls`]). (Generated tests of every game: Lanctot et al.,
//! OpenSpiel, 2019.) `CARROTS_SEED` is the first trace's seed.

use crate::cost::{Script, are_as_the_snapshot_says, is_snapshot};
use crate::differential::{Failure, Pair};
use crate::invariants::{holds, kept};
use crate::random::from_env;
use crate::refusals::{PAYMENT_FAILED, all};
use crate::replay;
use crate::roles;
use crate::script::play;
use crate::shrink;
use carrots::attack::calls;
use carrots::model::{Agent, Amount, Instance, Messages, Model, Op, Refusal, Step, outcome};
use carrots::play::{OpOf, Play};
use carrots::scenario::Document;
use carrots::scene::{Answers, Decider, Decision, History, Letter, Scene};
use carrots::trace::Trace;
use carrots_kernel::Balance;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Plays of which the alphabet is made, and the most calls in it.
const PLAYS: u64 = 64;
const CALLS: usize = 20_000;
/// Calls that are tried a block too early.
const EARLY: usize = 3;
/// Of so many calls of a message one that is accepted is made, every third time.
const TRIES: usize = 100;
/// Traces in memory; and how many times more where something has not happened yet.
const TRACES: u64 = 1_000;
const AT_MOST: u64 = 8;

/// A scenario of a mechanism, and calls that are made of it.
pub struct Suite<P: Play> {
    scene: Scene<P>,
    plays: Vec<Vec<Step<OpOf<P>>>>,
    /// By message, so that one which can be called in few ways is called as often as others.
    calls: Vec<Vec<Letter<OpOf<P>>>>,
}

/// Writes the suite of a play and a scenario's text as tests, a function each. `never` are messages
/// that nobody can call with success in this scenario, and errors that nobody is given.
///
/// ```text
/// carrots_testkit::conformance!(Game, include_str!("../sim/scenarios/mine.toml"), never: []);
/// ```
#[macro_export]
macro_rules! conformance {
    ($play:ty, $scenario:expr, never: $never:expr) => {
        fn suite() -> $crate::conformance::Suite<$play> {
            $crate::conformance::Suite::new($scenario)
        }

        #[test]
        fn the_contract_does_what_the_model_does() {
            suite().the_contract_does_what_the_model_does();
        }

        #[test]
        fn every_message_succeeds_and_every_error_is_given_but_what_is_told() {
            suite().all_happens_but(&$never);
        }

        #[test]
        fn tokens_are_kept_and_refused_calls_change_nothing() {
            suite().tokens_are_kept_and_refused_calls_change_nothing();
        }

        #[test]
        fn in_the_end_nothing_is_locked() {
            suite().in_the_end_nothing_is_locked();
        }

        #[test]
        fn storage_is_read_back() {
            suite().storage_is_read_back();
        }

        #[test]
        fn tokens_are_refused_where_none_are_taken() {
            suite().tokens_are_refused_where_none_are_taken();
        }

        #[test]
        fn roles_are_handed_over_in_two_steps() {
            suite().roles_are_handed_over_in_two_steps();
        }

        #[test]
        fn the_cost_is_as_the_snapshot_says() {
            suite().the_cost_is_as_the_snapshot_says(&$never);
        }

        #[test]
        fn the_intended_play_is_as_the_snapshot_says() {
            suite().the_intended_play_is_as_the_snapshot_says();
        }
    };
}

/// Decides and draws at random; every other decision is as intended.
struct AtRandom<'a> {
    rng: &'a mut ChaCha8Rng,
    types: &'a [usize],
}

impl Decider for AtRandom<'_> {
    fn decide(&mut self, decision: &Decision) -> usize {
        match self.rng.random() {
            true => (decision.intended)(self.types[decision.player]),
            false => self.rng.random_range(0..decision.options),
        }
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        let all: u128 = odds.iter().copied().map(u128::from).sum();
        let mut at = self.rng.random_range(0..all);
        let passed = |odds: &&u64| {
            let passed = at >= u128::from(**odds);
            at = at.saturating_sub(u128::from(**odds));
            passed
        };
        odds.iter().take_while(passed).count()
    }
}

impl<P: Play> Suite<P> {
    /// The suite of a scenario's text; of it, what is audited is played. Panics if it is not sound.
    pub fn new(scenario: &str) -> Self {
        let document = Document::parse("the scenario".into(), scenario.into(), &[]);
        let scenario = document.and_then(|document| carrots::play::read::<P>(&document));
        let scenario = scenario.unwrap_or_else(|error| panic!("{error}"));
        let scene = Scene::<P>::new(&scenario)
            .unwrap_or_else(|wrong| panic!("{}: expected {}", wrong.key, wrong.expected));
        let mut suite = Self { scene, plays: Vec::new(), calls: Vec::new() };
        suite.plays = (0..PLAYS).map(|seed| suite.play(seed).0).collect();
        let wallets = &suite.scene.start().ledger().wallets;
        let contracts = P::Model::contract_agents();
        let everyone = (0..wallets.len() as Agent).filter(|who| !contracts.contains(who));
        let everyone: Vec<Agent> = everyone.collect();
        let mut by_message = BTreeMap::<&str, Vec<Letter<OpOf<P>>>>::new();
        for letter in calls(&everyone, wallets, &suite.plays, CALLS) {
            by_message.entry(letter.op.message()).or_default().push(letter);
        }
        suite.calls = by_message.into_values().collect();
        suite
    }

    /// A random play to its end, when everyone has taken out what it can.
    fn play(&self, seed: u64) -> (Vec<Step<OpOf<P>>>, Instance<P::Model>) {
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let types = self.scene.cast.kinds.iter().map(|kinds| rng.random_range(0..kinds.len()));
        let types: Vec<usize> = types.collect();
        let mut decider = AtRandom { rng, types: &types };
        let end = self.scene.play(History::new(&mut decider).recorded());
        (end.answers.into_steps(), end.instance)
    }

    /// A trace without steps.
    fn empty(&self) -> Trace<P::Model> {
        let wallets = &self.scene.start().ledger().wallets;
        Trace {
            mechanism: P::Model::NAME.into(),
            params: self.scene.scenario.params,
            wallets: wallets.iter().copied().map(Amount).collect(),
            state: None,
            steps: Vec::new(),
            ends: BTreeMap::new(),
        }
    }

    /// A random play with calls of anybody in it.
    fn trace(&self, seed: u64) -> Trace<P::Model> {
        let mut trace = self.empty();
        let rng = &mut ChaCha8Rng::seed_from_u64(seed);
        let base = self.plays.choose(rng).expect("there are plays");
        let (mut model, mut played) = (self.scene.start().clone(), 0);
        for (step, at) in base.iter().zip(1..) {
            while rng.random_ratio(1, 3) {
                trace.steps[played..].iter().for_each(|step| _ = play(&mut model, step));
                played = trace.steps.len();
                let call = self.call(rng, &model);
                // What was done already is tried again.
                let times = if rng.random_ratio(1, 6) { 2 } else { 1 };
                trace.steps.extend(std::iter::repeat_n(call, times));
            }
            match step {
                _ if rng.random_ratio(1, 20) => {}
                Step::Blocks(blocks) if rng.random_ratio(1, 8) => {
                    trace.steps.push(Step::Blocks(rng.random_range(1..=blocks.saturating_mul(2))));
                }
                // What follows is tried in the last block in which it may be too early, as well.
                Step::Blocks(blocks) if *blocks > 1 && rng.random_ratio(1, 3) => {
                    trace.steps.push(Step::Blocks(blocks - 1));
                    let next =
                        base[at..].iter().take_while(|step| !matches!(step, Step::Blocks(_)));
                    trace.steps.extend(next.take(EARLY).cloned());
                    trace.steps.push(Step::Blocks(1));
                }
                // What came before comes late.
                Step::Blocks(_) if rng.random_ratio(1, 3) => {
                    let late = trace.steps.pop_if(|step| matches!(step, Step::Call { .. }));
                    trace.steps.push(step.clone());
                    trace.steps.extend(late);
                }
                step => trace.steps.push(step.clone()),
            }
        }
        trace
    }

    /// A call, given what was done so far.
    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<P::Model>) -> Step<OpOf<P>> {
        let of_message = self.calls.choose(rng).expect("there are messages");
        let Letter { mut who, mut value, op } = *of_message.choose(rng).expect("it can be called");
        if rng.random_ratio(1, 3) {
            let mut model = model.clone();
            for Letter { who, value, op } in of_message.choose_multiple(rng, TRIES).copied() {
                if model.apply(who, value, op).is_ok() {
                    return Step::Call { who, value, op, expect: None };
                }
            }
        }
        let wallets = &self.scene.start().ledger().wallets;
        if rng.random_ratio(1, 20) {
            let other = rng.random_range(0..wallets.len() as Agent);
            // Nobody has the key of a contract.
            who = if P::Model::contract_agents().contains(&other) { who } else { other };
        }
        if rng.random_ratio(1, 20) {
            let wallet = wallets[who as usize];
            value = [0, 1, wallet, wallet.saturating_add(1)][rng.random_range(0..4)];
        }
        Step::Call { who, value, op, expect: None }
    }

    /// Random traces, in memory and on the compiled contract at once: results, events, payments and
    /// storage after every call. `CARROTS_STEPS` is about how many steps are played.
    pub fn the_contract_does_what_the_model_does(&self) {
        let (seed, steps) = (from_env("CARROTS_SEED", 1), from_env("CARROTS_STEPS", 3_000));
        let (mut played, mut at) = (0, seed);
        while played < steps {
            let trace = self.trace(at);
            let model = trace.model().expect("the scenario is sound");
            let mut pair = Pair::new(model).expect("the contract can be deployed");
            for (step, number) in trace.steps.iter().zip(0..) {
                if let Err(difference) = pair.step(step).expect("the step can be played") {
                    let failure = Failure { step: number, difference };
                    let rerun = format!("CARROTS_SEED={at} CARROTS_STEPS=1 cargo test");
                    let name = format!("{}-{at}", P::Model::NAME);
                    panic!("{}", shrink::explain(&name, trace, &failure, &rerun));
                }
            }
            played += trace.steps.len().max(1) as u64;
            at += 1;
        }
    }

    /// Random traces, in memory.
    fn always(&self, name: &str, check: impl Fn(&Trace<P::Model>) -> Result<usize, String>) {
        let first = from_env("CARROTS_SEED", 1);
        for seed in first..first + TRACES {
            holds(name, seed, &self.trace(seed), &check);
        }
    }

    /// The contract holds what it owes, no token comes or goes, and a refused call changes nothing.
    pub fn tokens_are_kept_and_refused_calls_change_nothing(&self) {
        self.always("sound", kept);
    }

    /// Whatever players do, in the end each can take out all that it is owed, and then the contract
    /// holds what the play says that its rules keep, and what it owes to those who do not play.
    pub fn in_the_end_nothing_is_locked(&self) {
        let first = from_env("CARROTS_SEED", 1);
        for seed in first..first + TRACES {
            let (_, end) = self.play(seed);
            let owed = |who: &Agent| end.worth(*who);
            for player in &self.scene.cast.players {
                let left: Balance = player.accounts.iter().map(owed).sum();
                assert_eq!(left, 0, "CARROTS_SEED={seed}: {} is still owed", player.name);
            }
            let all: Balance = (0..end.ledger().wallets.len() as Agent).map(|who| owed(&who)).sum();
            let kept = self.scene.play.kept(&end);
            let held = end.ledger().held;
            assert_eq!(held, all + kept, "CARROTS_SEED={seed}: held, owed to others and kept");
        }
    }

    /// A mechanism that is read back from its storage is the same, and goes on in the same way.
    pub fn storage_is_read_back(&self) {
        self.always("storage", |trace| {
            let mut model = trace.model().map_err(|error| error.to_string())?;
            let cut = trace.steps.len() / 2;
            trace.steps[..cut].iter().for_each(|step| _ = play(&mut model, step));
            let state = model.state();
            let mut again = Instance::<P::Model>::restore(&state).map_err(|e| e.to_string())?;
            for step in &trace.steps[cut..] {
                let (one, other) = (play(&mut model, step), play(&mut again, step));
                if format!("{one:?}") != format!("{other:?}") {
                    return Err(format!("{step:?} gives {one:?}, and {other:?} read back"));
                }
            }
            match model.state() == again.state() {
                true => Ok(trace.steps.len()),
                false => Err("the state differs after it was read back".into()),
            }
        });
    }

    /// A message that takes no tokens is refused with any, on both sides.
    pub fn tokens_are_refused_where_none_are_taken(&self) {
        let mut pair =
            Pair::new(self.empty().model().expect("it is sound")).expect("it is deployed");
        let wallets = &self.scene.start().ledger().wallets;
        let rich = (0..).zip(wallets).find(|(_, wallet)| **wallet > 0).map(|(who, _)| who);
        let who: Agent = rich.expect("somebody has tokens");
        for op in OpOf::<P>::samples(who).into_iter().filter(|op| !op.payable()) {
            let step = Step::Call { who, value: 1, op, expect: None };
            let done = pair.step(&step).expect("it can be played");
            let done = done.unwrap_or_else(|difference| panic!("{op:?}: {difference}"));
            assert!(matches!(done.result, Some(Err(Refusal::NotPayable))), "{op:?}: {done:?}");
        }
    }

    /// See [`roles::are_handed_over`].
    pub fn roles_are_handed_over_in_two_steps(&self) {
        let all = 0..self.scene.start().ledger().wallets.len() as Agent;
        let start = self.empty().model().expect("the scenario is sound");
        roles::are_handed_over(&start, &all.collect::<Vec<Agent>>());
    }

    /// What succeeds and what is refused in a random trace: messages and errors.
    fn happens(&self, seed: u64) -> BTreeSet<String> {
        let trace = self.trace(seed);
        let mut model = trace.model().expect("the scenario is sound");
        let mut happened = BTreeSet::new();
        for step in &trace.steps {
            match *step {
                Step::Blocks(blocks) => model.advance(blocks),
                Step::Call { who, value, op, .. } => {
                    let result = model.apply(who, value, op);
                    let name = match &result {
                        Ok(_) => op.message().to_string(),
                        Err(_) => outcome(&result),
                    };
                    happened.insert(name);
                }
            }
        }
        happened
    }

    /// Every message succeeds and every error is given, but those; and those are not.
    pub fn all_happens_but(&self, never: &[&str]) {
        let messages = <P::Model as Messages>::messages().iter().map(|one| one.name.to_string());
        let errors = all::<<P::Model as Messages>::Error>().into_iter();
        let errors = errors.map(|error| format!("{error:?}"));
        // Only the chain refuses a payment.
        let elsewhere = [&[PAYMENT_FAILED], &roles::ERRORS[..]].concat();
        let all = messages.chain(errors.filter(|name| !elsewhere.contains(&&name[..])));
        let mut missing: Vec<String> = all.collect();
        for seed in 1..=AT_MOST * TRACES {
            if seed > TRACES && missing == never {
                break;
            }
            let happened = self.happens(seed);
            missing.retain(|name| !happened.contains(name));
        }
        assert_eq!(missing, never, "what never happens in random traces of the scenario");
    }

    /// The code's size, and what every message costs in a trace in which it succeeds.
    pub fn the_cost_is_as_the_snapshot_says(&self, never: &[&str]) {
        let mut scripts: Vec<Script<P::Model>> = Vec::new();
        let mut missing: BTreeSet<&str> =
            <P::Model as Messages>::messages().iter().map(|message| message.name).collect();
        missing.retain(|message| !never.contains(message));
        for seed in 1..=TRACES {
            if missing.is_empty() {
                break;
            }
            let trace = self.trace(seed);
            let start = trace.model().expect("the scenario is sound");
            let (mut model, mut script, mut useful) = (start.clone(), Vec::new(), 0);
            for step in &trace.steps {
                if play(&mut model, step).is_err() {
                    continue;
                }
                script.push(step.clone());
                if let Step::Call { op, .. } = step
                    && missing.remove(op.message())
                {
                    useful = script.len();
                }
            }
            script.truncate(useful);
            if useful > 0 {
                scripts.push((start, script));
            }
        }
        assert!(missing.is_empty(), "no call of {missing:?} succeeds in the scenario");
        are_as_the_snapshot_says(&format!("{}-conformance", P::Model::NAME), &scripts, never);
    }

    /// The intended play, call by call with its result, in memory and on the contract.
    pub fn the_intended_play_is_as_the_snapshot_says(&self) {
        let types: Vec<usize> = self.scene.cast.kinds.iter().map(|kinds| kinds.len() / 2).collect();
        let given = vec![None; types.len()];
        let mut answers = Answers::new(&types, &given);
        let end = self.scene.play(History::new(&mut answers).recorded());
        let trace = Trace { steps: end.answers.into_steps(), ..self.empty() };
        let mut text = Vec::new();
        let ends = replay::play(&trace, &mut text).expect("it can be played");
        let mut text = String::from_utf8(text).expect("it is text");
        assert!(ends.is_some(), "{text}");
        for (player, at) in self.scene.cast.players.iter().zip(0..) {
            let has: Balance = player
                .accounts
                .iter()
                .map(|who| ends.as_ref().map_or(0, |all| all[*who as usize]))
                .sum();
            writeln!(text, "{at}: {} ends with {has}", player.name).expect("a string takes text");
        }
        is_snapshot(&format!("{}-play", P::Model::NAME), &text, |new, old| new == old);
    }
}
