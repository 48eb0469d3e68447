//! How fast attacks are searched, on two threads, beside a loop that plays each from the start.
//!
//! For every mechanism: attacks of up to two changes, as many as there are calls for; guided search; a
//! loop that inserts each call of the recorded play everywhere and plays all calls from the start on a
//! fresh copy; and what an audit plays, where others are not recorded but react to the intruder. Lines
//! between them are calls that were applied, and attacks that were played to their end, per second;
//! an attack with a call that is refused is another attack without it, and does not count. Where
//! others react, neither do the calls with which it is seen what would be accepted.
//!
//! `cargo bench --bench attack -- NAME` runs one mechanism's.

use carrots::attack::{Limits, Objective, Search, Until, search};
use carrots::audit::{self, intrude};
use carrots::model::{Instance, Model, Step};
use carrots::play::{OpOf, Play};
use carrots::scenario::Document;
use carrots::scene::{Answers, History, Scene};
use carrots_catalogue::{auction, staking};
use criterion::{Criterion, criterion_group, criterion_main};
use rayon::prelude::*;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

const THREADS: usize = 2;

/// Calls after which attacks of two changes are left, about.
const CALLS: u64 = 50_000_000;

/// Chains of calls of each length for each intruder, where others react, about.
const CHAINS: u64 = 20;

/// Searches a scene with its first player as the attacker, lets everybody intrude, and prints how
/// fast that is.
fn compare<P: Play>(c: &mut Criterion, mechanism: &str, scene: &Scene<P>) {
    let types: Vec<usize> = scene.cast.kinds.iter().map(|kinds| kinds.len() / 2).collect();
    let given = vec![None; types.len()];
    let limits =
        Limits { time: Duration::MAX, calls: CALLS, changes: 2, rounds: 0, ..Limits::default() };
    let all = Search {
        types: &types,
        given: &given,
        attackers: &[0],
        from: 0,
        spares: 0,
        alone: true,
        objective: Objective::Profit,
        margin: 0,
        until: Until::Limits,
        limits,
        seed: 1,
    };
    let guided = Limits { calls: u64::MAX, changes: 0, rounds: 64, ..limits };
    let guided = Search { limits: guided, ..all };
    let searched = |asked: &Search| {
        let report = search(scene, asked);
        (report.calls, report.checked)
    };
    measure(c, &format!("{mechanism}/two changes"), || searched(&all));
    measure(c, &format!("{mechanism}/guided"), || searched(&guided));
    let mut answers = Answers::new(&types, &given);
    let end = scene.play(History::new(&mut answers).recorded());
    let steps = end.answers.into_steps();
    measure(c, &format!("{mechanism}/from the start"), || from_the_start(scene, &steps));
    let limits = audit::Limits { seconds: f64::INFINITY, chains: CHAINS, ..Default::default() };
    let intruded = || intrude(scene, limits).expect("it has few branches of chance");
    measure(c, &format!("{mechanism}/others react"), intruded);
}

/// Inserts every call everywhere.
fn from_the_start<P: Play>(scene: &Scene<P>, steps: &[Step<OpOf<P>>]) -> (u64, u64) {
    let (start, accounts) = (scene.start(), &scene.cast.players[0].accounts);
    let wealth =
        |end: &Instance<P::Model>| accounts.iter().map(|who| end.wealth(*who)).sum::<u128>();
    let slots = 0..64 * (steps.len() + 1);
    let attacks = slots.into_par_iter().map(|slot| slot % (steps.len() + 1)).map(|slot| {
        let (mut calls, mut attacks, mut best) = (0, 0, 0);
        for inserted in steps {
            let mut state = start.clone();
            let (before, after) = steps.split_at(slot);
            before.iter().for_each(|step| _ = apply(&mut state, step, &mut calls));
            // As in the search, what is refused is no attack.
            attacks += u64::from(apply(&mut state, inserted, &mut calls));
            after.iter().for_each(|step| _ = apply(&mut state, step, &mut calls));
            best = best.max(wealth(&state));
        }
        std::hint::black_box(best);
        (calls, attacks)
    });
    attacks.reduce(|| (0, 0), |one, other| (one.0 + other.0, one.1 + other.1))
}

/// Whether a step is accepted.
fn apply<M: Model>(state: &mut Instance<M>, step: &Step<M::Op>, calls: &mut u64) -> bool {
    *calls += 1;
    match *step {
        Step::Blocks(blocks) => {
            state.advance(blocks);
            true
        }
        Step::Call { who, value, op, .. } => state.apply(who, value, op).is_ok(),
    }
}

/// Runs `work`, which gives calls and attacks, and prints how many that are per second.
fn measure(c: &mut Criterion, name: &str, work: impl Fn() -> (u64, u64) + Sync) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build();
    let pool = pool.expect("threads can be started");
    let (times, done) = (RefCell::new(Vec::new()), Cell::new((0, 0)));
    c.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let start = Instant::now();
            (0..iterations).for_each(|_| done.set(pool.install(&work)));
            let elapsed = start.elapsed();
            times.borrow_mut().push(elapsed.as_secs_f64() / iterations as f64);
            elapsed
        })
    });
    let mut times = times.into_inner();
    times.sort_by(f64::total_cmp);
    if let Some(median) = times.get(times.len() / 2) {
        let rate = |count: u64| count as f64 / median / 1e6;
        let (calls, attacks) = (rate(done.get().0), rate(done.get().1));
        println!("{name}: {calls:.2} million calls and {attacks:.3} million attacks a second");
    }
}

/// The part of a mechanism's scenario that is searched.
fn scene<P: Play>(text: &str, set: &[&str]) -> Scene<P> {
    let set: Vec<String> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("benchmark".into(), text.into(), &set).expect("it is TOML");
    Scene::new(&document.scenario().expect("it is a scenario")).expect("it is a game")
}

fn benchmark(c: &mut Criterion) {
    let text = include_str!("../../scenarios/staking-small.toml");
    let set = ["audit={}", "audit.operators=3", "audit.bonded=3_000_000"];
    compare(c, "staking", &scene::<staking::Game>(text, &set));
    let text = include_str!("../../scenarios/auction-first-price.toml");
    let set = ["audit={}", "audit.bidders=5", "audit.steps=10"];
    compare(c, "auction", &scene::<auction::Game>(text, &set));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(5));
    targets = benchmark
}
criterion_main!(benches);
