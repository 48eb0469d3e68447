//! How fast games are solved, beside simple ways to do the same.
//!
//! Lines between the benchmarks give ratios: all equilibria of the six-by-six game against support
//! enumeration in fractions and against the time that Gambit's exact solver takes; pure equilibria of
//! an anonymous game of 10,000 players with three strategies against a loop over vectors of counts
//! that asks for every payoff where it needs it, measured on 1,000 players and scaled by the number
//! of vectors. The best correlated equilibrium of a random game of three players has no baseline.

mod supports;

use carrots::exact::whole;
use carrots::games::anonymous::{self, vectors};
use carrots::games::correlated::{self, Concept};
use carrots::games::strategic::Strategic;
use carrots::games::{Limit, bimatrix, nfg};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Seconds that Gambit's `gambit-enummixed` takes for the game with 75 equilibria, exactly.
const GAMBIT: f64 = 0.7;

const PLAYERS: u32 = 10_000;
const STRATEGIES: usize = 3;

fn benchmark(c: &mut Criterion) {
    let text = include_str!("../../games/von-stengel-6x6.nfg");
    let game = nfg::read(text, Limit::default()).expect("it is a game");
    let solve = || bimatrix::equilibria(&game, Limit::default()).expect("there are two players");
    assert_eq!(solve().extreme.all.len(), 75);
    c.bench_function("75 equilibria", |bencher| bencher.iter(&solve));
    c.bench_function("75 equilibria/support enumeration", |bencher| {
        bencher.iter(|| supports::equilibria(&game))
    });
    compare_75(&game);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let random = Strategic::from_fn(&[4; 3], |_| {
        (0..3).map(|_| whole(rng.random_range(-99..100))).collect()
    });
    let ones = [1; 3].map(whole);
    c.bench_function("correlated 4 x 4 x 4", |bencher| {
        bencher.iter(|| correlated::best(&random, Concept::Correlated, &ones, Limit::default()))
    });
    c.bench_function("anonymous", |bencher| bencher.iter(|| crowd(PLAYERS)));
    compare_crowds();
}

fn compare_75(game: &Strategic) {
    let own = seconds(|| bimatrix::equilibria(game, Limit::default()));
    let naive = seconds(|| supports::equilibria(game));
    println!(
        "75 equilibria: {:.3} ms, {:.0} times as fast as Gambit's 0.7 s",
        own * 1e3,
        GAMBIT / own
    );
    println!(
        "75 equilibria: {:.0} times as fast as support enumeration, {naive:.3} s",
        naive / own
    );
}

fn compare_crowds() {
    let own = seconds(|| crowd(PLAYERS));
    let (few, count) = (PLAYERS / 10, |players| vectors(players, STRATEGIES).expect("it is small"));
    assert_eq!(crowd(few), loops(few));
    let naive = seconds(|| loops(few)) * count(PLAYERS) as f64 / count(few) as f64;
    println!(
        "anonymous: {} vectors in {own:.3} s, {:.1} times as fast as a loop, about {naive:.2} s",
        count(PLAYERS),
        naive / own
    );
}

/// What a road costs that others drive on: more, and more so on the later ones.
fn payoff(_: usize, strategy: usize, others: &[u32]) -> i128 {
    let (crowd, road) = (i64::from(others[strategy]) + 1, strategy as i64);
    i128::from(-(crowd * crowd * (road + 1) + 1_000 * road))
}

fn crowd(players: u32) -> Vec<Vec<u32>> {
    let found = anonymous::equilibria(&[players], STRATEGIES, payoff, Limit::default());
    let found = found.expect("it is a game");
    assert!(found.complete && !found.all.is_empty());
    found.all
}

fn loops(players: u32) -> Vec<Vec<u32>> {
    let mut found = Vec::new();
    for one in 0..=players {
        for other in 0..=players - one {
            let mut counts = vec![one, players - one - other, other];
            let stays = (0..STRATEGIES).filter(|own| counts[*own] > 0).collect::<Vec<_>>();
            let stays = stays.into_iter().all(|own| {
                counts[own] -= 1;
                let pays = black_box(payoff(0, own, &counts));
                let stays = (0..STRATEGIES).all(|other| payoff(0, other, &counts) <= pays);
                counts[own] += 1;
                stays
            });
            if stays {
                found.push(counts);
            }
        }
    }
    found
}

/// The median of a few runs.
fn seconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let time = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<_> = (0..9).map(time).collect();
    times.sort_by(f64::total_cmp);
    times[4]
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(3));
    targets = benchmark
}
criterion_main!(benches);
