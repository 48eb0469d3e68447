//! What the contract costs: `tests/snapshots/staking.txt`.

use crate::generate::params;
use crate::script::*;
use carrots::model::{Instance, Step};
use carrots_catalogue::staking::{Op, Staking};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Era, MAX_ERAS, MAX_SLASHES, Offence, Params};
use carrots_testkit::account;
use carrots_testkit::cost::{are_small_parts_of_a_block, cost, costs, is_as_the_snapshot_says};
use carrots_testkit::sandbox::{DEPLOYER, Sandbox};
use scale::Encode;

/// Every message at least once, with something to do.
fn script() -> Vec<Step<Op>> {
    let params = Params { max_operators: 3, ..at_once() };
    let era = eras(&params, 1);
    let before = vec![register(ANN, 1_000_000), register(BOB, 1_000_000), bond(CAT, 50_000, ANN)];
    let bonds = vec![bond(BOB, 50_000, ANN), register(7, 2_000), register(8, 3_000)];
    let start =
        [vec![fund(1_000_000)], era.clone(), vec![elect(8, 7), commission(ANN, 20)]].concat();
    let awards = vec![award(ANN, 10), award(BOB, 10)];
    let payouts = vec![payout(ANN), payout(BOB), collect(ANN), unbond(CAT, ANN, 1, 20_000)];
    let report = vec![misconduct(ANN, 2), misconduct(BOB, 2), cancel(BOB, 0)];
    let slash = vec![apply_slash(ANN), unbond(BOB, ANN, 1, 50_000)];
    let exits = [remove_after_ruin(), vec![retire(BOB)]].concat();
    let wait = eras(&params, params.unbonding_eras as usize);
    let first = [before, bonds, start, awards, era.clone(), payouts].concat();
    [first, report, era, slash, exits, wait, vec![withdraw(CAT, ANN, 1, 2)]].concat()
}

/// An operator with the least bond is slashed below it.
fn remove_after_ruin() -> Vec<Step<Op>> {
    let era = eras(&params(), 1);
    [vec![register(9, 1_000), misconduct(9, 3)], era, vec![apply_slash(9), remove(9)]].concat()
}

/// The model in which it is played.
fn start() -> Instance<Staking> {
    model(Params { max_operators: 3, ..at_once() }, 10)
}

#[test]
fn the_snapshot_shows_the_costs() {
    is_as_the_snapshot_says::<Staking>(&start(), &script());
}

#[test]
fn a_bond_costs_little_more_than_two_token_transfers() {
    let (_, costs) = costs::<Staking>(&start(), &script());
    let bond = costs.iter().filter(|cost| cost.0 == "bond").map(|cost| cost.1).max();
    let transfer = transfer();
    println!("bond {bond:?}, transfer {transfer}");
    assert!(bond <= Some(transfer * 22 / 10), "bond {bond:?}, transfer {transfer}");
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

/// The longest time that parameters allow from an offence to its slash, somebody who bonds in every era of
/// it, and as many slashes before it as an operator can have that keeps its place.
#[test]
fn the_longest_wait_takes_a_quarter_of_a_block() {
    let params = Params {
        unbonding_eras: MAX_ERAS,
        report_eras: MAX_ERAS - 1,
        slash_defer_eras: MAX_ERAS,
        misconduct_slash: Perbill::from_percent(1),
        ..params()
    };
    let bonded = |eras: Era| -> Vec<Step<Op>> {
        let era = [vec![bond(CAT, 50, ANN)], crate::script::eras(&params, 1)].concat();
        vec![era; eras as usize].concat()
    };
    let mut kinds = (MAX_ERAS - 24..MAX_ERAS).flat_map(|era| {
        use Offence::*;
        [Equivocation, Unresponsiveness, Misconduct].map(|offence| report(ANN, era, offence))
    });
    let recent: Vec<_> = kinds.by_ref().take(MAX_SLASHES as usize).collect();
    let others: Vec<_> = (1..4).map(|other| register(ANN + 2 + other, 1_000)).collect();
    let start = [vec![register(ANN, 1_000_000)], others, bonded(MAX_ERAS)].concat();
    let reported = [recent, vec![misconduct(ANN, 1)]].concat();
    let left = vec![unbond(CAT, ANN, 1, 50)];
    let applied = vec![apply_slash(ANN); reported.len()];
    let wait = eras(&params, MAX_ERAS as usize);
    let taken = vec![withdraw(CAT, ANN, 1, MAX_ERAS)];
    let script = [start, reported, left, bonded(params.deferral()), applied, wait, taken].concat();
    let (_, costs) = costs::<Staking>(&model(params, 12), &script);
    are_small_parts_of_a_block(&costs, &["bond", "unbond", "apply_slash", "withdraw"], 4);
}
