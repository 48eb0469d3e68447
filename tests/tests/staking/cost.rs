//! What the contract costs: `tests/snapshots/staking.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::Step;
use carrots_catalogue::staking::{Op, Staking};
use carrots_kernel::Balance;
use carrots_testkit::account;
use carrots_testkit::cost::{cost, costs, is_as_the_snapshot_says};
use carrots_testkit::sandbox::{DEPLOYER, Sandbox};
use scale::Encode;

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

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Staking>(&model(params(), 8), &script());
}

#[test]
fn a_bond_costs_at_most_twice_a_token_transfer() {
    let (_, costs) = costs::<Staking>(&model(params(), 8), &script());
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
