//! How fast the four properties of auctions are checked with nine bidders, on two threads: truthful,
//! efficient, at the highest price, and safe from a pair; for values and bids from 0 to 10.
//!
//! Beside it, one auction after the other as a loop over every profile of bids would play them: some
//! of the 11^9, and the time that all of them would take. Symbolic execution of an auction's contract
//! took 14,713 seconds for the same (Liu, Li, Lin, Zhao, ESEC/FSE 2020).

use carrots::audit::{Limits, Property, Terms, Verdict};
use carrots::scenario::Document;
use carrots::scene::{Answers, Scene, run};
use carrots_catalogue::CATALOGUE;
use carrots_catalogue::auction;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::time::{Duration, Instant};

const THREADS: usize = 2;
const BIDDERS: u32 = 9;
const PUBLISHED: f64 = 14_713.0;
/// Auctions that the loop plays.
const PLAYED: u64 = 20_000;

fn scenario(kind: &str) -> Document {
    let text = include_str!("../../scenarios/auction-second-price.toml");
    let set = [
        format!("params.kind={kind}"),
        format!("audit.bidders={BIDDERS}"),
        "world.values=[{uniform={min=0,max=10}}]".into(),
        "params.deposit=10".into(),
    ];
    Document::parse("benchmark".into(), text.into(), &set).expect("it is TOML")
}

/// All four properties; how many do not hold.
fn check(kind: &str) -> usize {
    use Property::*;
    let questions = [DominantStrategy, Efficiency, OptimalRevenue, Coalition].map(Terms::of);
    let audited = CATALOGUE.audited(&scenario(kind)).expect("the scenario is sound");
    let mut violated = 0;
    audited.check(&questions, Limits::default(), &mut |finding| {
        assert_ne!(finding.verdict, Verdict::Unknown, "{finding}");
        violated += usize::from(finding.verdict == Verdict::Violated);
    });
    violated
}

/// Plays the first profiles in order; the seconds for all.
fn every_profile() -> f64 {
    let scenario = scenario("second_price").scenario().expect("the scenario is sound");
    let scene: Scene<auction::Game> = Scene::new(&scenario).expect("it is a game");
    let types = [0; BIDDERS as usize];
    let before = Instant::now();
    for number in 0..PLAYED {
        let bid = |bidder: u32| Some((number / 11u64.pow(bidder) % 11) as usize);
        let given: Vec<_> = (0..BIDDERS).map(bid).collect();
        let mut answers = Answers::new(&types, &given);
        black_box(run(&scene, &mut answers).instance.wealth(2));
    }
    before.elapsed().as_secs_f64() / PLAYED as f64 * 11f64.powi(BIDDERS as i32)
}

fn benchmark(c: &mut Criterion) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build();
    let pool = pool.expect("threads can be started");
    for kind in ["second_price", "first_price"] {
        let name = format!("four properties, nine bidders/{kind}");
        c.bench_function(&name, |bencher| bencher.iter(|| pool.install(|| check(kind))));
        let mut times = [(); 5].map(|()| {
            let before = Instant::now();
            pool.install(|| black_box(check(kind)));
            before.elapsed().as_secs_f64()
        });
        times.sort_by(f64::total_cmp);
        println!(
            "{name}: median {:.2} s; {:.0} times as fast as symbolic execution's {PUBLISHED:.0} s",
            times[2],
            PUBLISHED / times[2]
        );
    }
    println!("every profile of bids, one after the other: about {:.0} s", every_profile());
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(5));
    targets = benchmark
}
criterion_main!(benches);
