//! The machinery itself: a difference is seen, shrunk to what matters, and can be played again.

use carrots::model::{Amount, Instance, Step};
use carrots::trace::Trace;
use carrots_catalogue::staking::{Op, Staking};
use carrots_kernel::Perbill;
use carrots_logic::staking::Params;
use carrots_testkit::differential::{Failure, Pair};
use carrots_testkit::shrink::{shrink, write};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

fn params() -> Params {
    Params {
        era_blocks: 1,
        year_blocks: 1,
        unbonding_eras: 1,
        max_operators: 1,
        min_self_bond: 1,
        min_bond: 1,
        issuance: 1,
        ideal_stake: Perbill::one(),
        falloff: Perbill::one(),
        ..Params::default()
    }
}

fn trace(steps: Vec<Step<Op>>) -> Trace<Staking> {
    let wallets = vec![Amount(1_000); 4];
    let mechanism = "staking".into();
    Trace { mechanism, params: params(), wallets, state: None, steps, ends: BTreeMap::new() }
}

fn call(value: u128, op: Op) -> Step<Op> {
    Step::Call { who: 3, value, op, expect: None }
}

fn register() -> Step<Op> {
    call(100, Op::Register { commission: Perbill::zero() })
}

fn pair() -> Pair<Staking> {
    Pair::new(trace(vec![]).model().expect("the trace is sound"))
        .expect("the contract can be deployed")
}

/// What differs after the step.
fn difference(pair: &mut Pair<Staking>, step: &Step<Op>) -> &'static str {
    pair.step(step).expect("the step can be played").expect_err("nothing differs").what
}

#[test]
fn differences_are_seen() {
    let mut robbed = pair();
    assert!(robbed.step(&register()).is_ok_and(|done| done.is_ok()));
    robbed.sandbox.rob(1).expect("the sandbox allows everything");
    assert_eq!(difference(&mut robbed, &call(0, Op::Retire {})), "tokens held");

    let mut other_rules = pair();
    let harder = Params { min_self_bond: 101, ..params() };
    other_rules.model = Instance::new(harder, vec![1_000; 4], 1).expect("the parameters are sound");
    assert_eq!(difference(&mut other_rules, &call(0, Op::Collect { account: 3 })), "storage");
    assert_eq!(difference(&mut other_rules, &register()), "result");

    let mut richer = pair();
    richer.model = Instance::new(params(), vec![1_001; 4], 1).expect("the parameters are sound");
    assert_eq!(difference(&mut richer, &register()), "wallets");

    let expected = Step::Call {
        who: 3,
        value: 100,
        op: Op::Register { commission: Perbill::zero() },
        expect: Some("Banned".into()),
    };
    assert_eq!(difference(&mut pair(), &expected), "expected result");
}

#[test]
fn a_trace_shrinks_to_the_steps_that_matter() {
    let noise = |times| vec![vec![Step::Blocks(1), call(5, Op::Fund {})]; times].concat();
    let steps = [noise(40), vec![register()], noise(30), vec![call(0, Op::Retire {})], noise(20)];
    let long = trace(steps.concat());
    let retire = call(0, Op::Retire {});
    let fails = |trace: &Trace<Staking>| {
        let first = trace.steps.iter().position(|step| *step == register());
        first.is_some_and(|first| trace.steps[first..].contains(&retire))
    };
    assert_eq!(shrink(&long, fails).steps, [register(), retire.clone()]);
}

/// The exit status of the replay, and all that it says.
fn replay(file: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_replay")).arg(file).output();
    let output = output.expect("the replay can be started");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_trace_can_be_replayed() {
    let good =
        trace(vec![register(), Step::Blocks(1), call(0, Op::EndEra {}), call(0, Op::EndEra {})]);
    let (status, said) = replay(&write("harness-good", &good).expect("it can be written"));
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(said.matches("equal").count(), 3, "{said}");

    let retired = Step::Call { who: 3, value: 0, op: Op::Retire {}, expect: Some("Ok".into()) };
    let bad = trace(vec![register(), call(0, Op::Retire {}), retired]);
    let (status, said) = replay(&write("harness-bad", &bad).expect("it can be written"));
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("DIFFERENT"), "{said}");
}

#[test]
fn a_trace_that_cannot_be_played_is_refused() {
    let nobody = Step::Call { who: 4, value: 0, op: Op::Retire {}, expect: None };
    let poor = Trace { wallets: vec![], ..trace(vec![]) };
    let rich = Trace { wallets: vec![Amount(u128::MAX / 4); 4], ..trace(vec![]) };
    let wrong = Trace { params: Params { issuance: 0, ..params() }, ..trace(vec![]) };
    let other = Trace { mechanism: "stacking".into(), ..trace(vec![]) };
    let begun = trace(vec![]).model().expect("it can be played").state();
    let begun = Trace { wallets: vec![], state: Some(begun), ..trace(vec![]) };
    for (name, trace, says) in [
        ("harness-state", begun, "no contract can be started from a state"),
        ("harness-nobody", trace(vec![nobody]), "steps[0]: agent 4"),
        ("harness-poor", poor, "wallet"),
        ("harness-rich", rich, "wallets: too much for a chain"),
        ("harness-wrong", wrong, "params: issuance: expected at least one"),
        ("harness-other", other, "expected one of staking"),
    ] {
        let file = write(name, &trace).expect("it can be written");
        let (status, said) = replay(&file);
        assert_eq!(status, Some(2), "{name}: {said}");
        assert!(said.contains(says), "{name}: {said}");
        assert_eq!(said.lines().count(), 1, "{name}: {said}");
    }
    let (status, said) = replay(Path::new("nowhere.json"));
    assert_eq!(status, Some(2), "{said}");
}

#[test]
fn a_failure_says_how_to_see_it_again() {
    let steps = vec![call(1, Op::Fund {}), register(), call(0, Op::Retire {})];
    let mut steps = trace(steps);
    if let Some(Step::Call { expect, .. }) = steps.steps.last_mut() {
        *expect = Some("NotRegistered".into());
    }
    let failure = carrots_testkit::differential::check(&steps).expect("the trace can be played");
    let failure: Failure = failure.expect_err("the expectation is wrong");
    let said = carrots_testkit::shrink::explain("harness-explained", steps, &failure, "again");
    for part in ["shrunk to 2 steps", "scripts/replay", "harness-explained.json", "again"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
