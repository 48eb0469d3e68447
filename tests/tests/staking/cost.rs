//! What the contract costs: the code's size and the weight of every message, in a fixed script.
//!
//! `tests/snapshots/staking.txt` has the numbers, so that a diff shows what a change costs. They
//! may be 5 % off, since two builds of one compiler's version need not give the same code.
//! `UPDATE=1 cargo test -p carrots-tests --test staking cost` writes them anew.

use crate::generate::params;
use crate::script::*;
use carrots::models::Op as _;
use carrots::models::staking::Op;
use carrots::trace::Step;
use carrots_logic::Balance;
use carrots_tests::account;
use carrots_tests::sandbox::{Called, DEPLOYER, Sandbox};
use scale::Encode;
use std::path::Path;

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/staking.txt");
const TOLERANCE: f64 = 0.05;
const CODE_SIZE_MAX: usize = 40 * 1024;

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let params = params();
    let era = eras(&params, 1);
    let before = vec![register(ANN, 1_000_000), register(BOB, 1_000_000), bond(CAT, 50_000, ANN)];
    let bonds = vec![bond(BOB, 50_000, ANN), unbond(CAT, ANN, 20_000), rebond(CAT, ANN, 0)];
    let awards = vec![fund(1_000_000), award(ANN, 10), award(BOB, 10)];
    let payouts = vec![payout(ANN, 0), payout(BOB, 0), collect(ANN), unbond(CAT, ANN, 20_000)];
    let report = vec![misconduct(ANN, 1)];
    let slash = vec![apply_slash(ANN), unbond(BOB, ANN, 50_000)];
    let exits = [remove_after_ruin(), vec![retire(BOB)]].concat();
    let wait = eras(&params, params.unbonding_eras as usize);
    let all = [before, bonds, awards, era.clone(), payouts, report, era, slash, exits, wait];
    [all.concat(), vec![withdraw(CAT, ANN, 1)]].concat()
}

/// An operator with the least bond is slashed below it.
fn remove_after_ruin() -> Vec<Step<Op>> {
    let era = eras(&params(), 1);
    [vec![register(6, 1_000), misconduct(6, 2)], era, vec![apply_slash(6), remove(6)]].concat()
}

/// A message with what it cost.
type Cost = (&'static str, u64, u64);

fn costs() -> (usize, Vec<Cost>) {
    let mut sandbox = Sandbox::new(&model(params(), 8)).expect("the contract can be deployed");
    let mut costs = vec![];
    for step in script() {
        match step {
            Step::Blocks(blocks) => sandbox.advance(blocks),
            Step::Call { who, value, op, .. } => {
                let called = sandbox.apply(who, value, &op).expect("the call can be made");
                costs.push(cost(op.message(), &called));
            }
        }
    }
    (sandbox.code_size().expect("the bundle has code"), costs)
}

fn cost(message: &'static str, called: &Called) -> Cost {
    let succeeded = called.returned.as_ref().is_ok_and(|returned| !returned.reverted);
    assert!(succeeded, "{message}: {:?}", called.returned);
    (message, called.weight.ref_time(), called.weight.proof_size())
}

#[test]
fn the_snapshot_shows_the_costs() {
    let (size, costs) = costs();
    let mut lines = vec![
        format!("{:<12} {size:>12}", "code_size"),
        format!("{:<12} {:>12} {:>12}", "message", "ref_time", "proof_size"),
    ];
    lines.extend(
        costs.iter().map(|(message, time, proof)| format!("{message:<12} {time:>12} {proof:>12}")),
    );
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(SNAPSHOT, lines.join("\n") + "\n").expect("the snapshot can be written");
    }
    let snapshot = std::fs::read_to_string(Path::new(SNAPSHOT)).expect("there is a snapshot");
    let old: Vec<_> = snapshot.lines().collect();
    let differ =
        lines.len() != old.len() || lines.iter().zip(&old).any(|(new, old)| !near(new, old));
    assert!(
        !differ,
        "the costs changed; renew them: UPDATE=1 cargo test -p carrots-tests --test staking cost\n\
         {snapshot}is now\n{}",
        lines.join("\n")
    );
}

/// Whether two lines say the same, with numbers that are close.
fn near(new: &str, old: &str) -> bool {
    let (new, old) = (new.split_whitespace(), old.split_whitespace());
    new.clone().count() == old.clone().count()
        && new.zip(old).all(|(new, old)| match (new.parse::<f64>(), old.parse::<f64>()) {
            (Ok(new), Ok(old)) => (new - old).abs() <= TOLERANCE * old,
            _ => new == old,
        })
}

#[test]
fn the_code_is_small() {
    let sandbox = Sandbox::new(&model(params(), 8)).expect("the contract can be deployed");
    let size = sandbox.code_size().expect("the bundle has code");
    assert!(size <= CODE_SIZE_MAX, "{size} bytes, expected at most {CODE_SIZE_MAX}");
}

#[test]
fn a_bond_costs_at_most_twice_a_token_transfer() {
    let (_, costs) = costs();
    let bond = costs.iter().filter(|cost| cost.0 == "bond").map(|cost| cost.1).max();
    let transfer = transfer();
    println!("bond {bond:?}, transfer {transfer}");
    assert!(bond <= Some(2 * transfer), "bond {bond:?}, transfer {transfer}");
}

/// The time that a transfer to a new account takes, as that of a bond to a new bonder.
fn transfer() -> u64 {
    let supply: Balance = 1_000_000;
    let mut token =
        Sandbox::deploy("token", &[0; 2], &supply.encode()).expect("the token can be deployed");
    let arguments = (account(0), 1_000 as Balance).encode();
    let called = token.call(DEPLOYER, 0, "transfer", &arguments).expect("the call can be made");
    cost("transfer", &called).1
}
