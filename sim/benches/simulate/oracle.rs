//! The oracle: 500 honest jurors who answer 100 rounds of 20 questions. The loop makes the same
//! calls with the same chances: draws, effort, seals.

use crate::{Compared, compare, params, simulation};
use carrots::model::Model;
use carrots_catalogue::oracle::{BEACON, Oracle};
use carrots_logic::oracle::{self as rules, Db, Kind, Params};
use criterion::Criterion;
use std::hint::black_box;

const JURORS: u32 = 500;
const ROUNDS: u32 = 100;
const QUESTIONS: u64 = 20;
const STAKE: u128 = 10_000_000;
const TREASURY: u32 = 2;
const STEPS: f64 = JURORS as f64 * ROUNDS as f64;

const SCENARIO: &str = r#"
mechanism = "oracle"
[params]
min_stake = 1_000
alpha = 0.5
absent_loss = 1_000
fee_per_vote = 30
jury = 7
max_appeals = 1
max_jurors = 1_024
tolerance = 0.0
stake_blocks = 10
draw_blocks = 10
commit_blocks = 10
reveal_blocks = 10
appeal_blocks = 10
[world]
truth = { choice = { options = 2, first = 0.5 } }
questions = 20
accuracy = 1.0
effort_cost = 5
bribe = 10
promise = 1_000
appeal_rate = 0.5
[run]
horizon = 100
runs = 1
seed = 1
[intended]
strategy = "honest"
"#;

/// The same calls as the simulator's for honest jurors who always find the truth.
fn bare_loop(params: Params) -> Oracle {
    let mut db = Oracle::new(params, 3 + JURORS as usize, 0).expect("the parameters are sound");
    for juror in 3..3 + JURORS {
        rules::stake(&mut db, juror, STAKE, 0).expect("stakes");
    }
    let (mut now, fee) = (0, params.fee_of(params.jury));
    let (kind, salt) = (Kind::Choice { options: 2 }, [0; 32]);
    for round in 0..ROUNDS {
        let first = db.state().questions;
        let asked = first..first + QUESTIONS;
        for _ in asked.clone() {
            rules::ask(&mut db, TREASURY, kind, [0; 32], fee, now).expect("asks");
        }
        now = params.draw_window(now).0;
        let mut votes = Vec::new();
        for question in asked.clone() {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&round.to_le_bytes());
            let drawn = rules::draw(&mut db, BEACON, question, seed, now).expect("draws");
            let answer = u128::from(question % 2);
            for index in 0..drawn.seats {
                let juror = db.seat_of(question, 0, index).expect("is there");
                let commitment = db.seal(juror, question, answer, &salt);
                rules::commit(&mut db, juror, question, commitment, now).expect("commits");
                votes.push((juror, question, answer));
            }
        }
        now += params.commit_blocks;
        for (juror, question, answer) in votes {
            rules::reveal(&mut db, juror, question, answer, salt, now).expect("reveals");
        }
        now += params.reveal_blocks;
        for question in asked.clone() {
            rules::tally(&mut db, question, now).expect("tallies");
        }
        now += params.appeal_blocks;
        while params.drawing(now) {
            now += 1;
        }
        for question in asked {
            rules::settle(&mut db, question, now).expect("settles");
        }
    }
    db
}

pub fn benchmark(c: &mut Criterion) {
    let stake = STAKE.to_string();
    let mixed = [
        ("honest", 350),
        ("lazy", 30),
        ("copying", 20),
        ("bribed", 20),
        ("p_epsilon", 20),
        ("absent", 20),
        ("stake_splitting", 20),
        ("adaptive", 20),
    ];
    let params = params(SCENARIO);
    let compared = Compared {
        mechanism: "oracle",
        agent_steps: STEPS,
        intended: simulation(SCENARIO, &[("honest", JURORS)], &stake),
        mixed: simulation(SCENARIO, &mixed, &stake),
    };
    compare(c, compared, || drop(black_box(bare_loop(black_box(params)))));
}
