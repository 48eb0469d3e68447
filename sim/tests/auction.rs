//! Auctions on the command line: scenarios that are refused, and why.

use std::path::Path;
use std::process::{Command, Output};

const SCENARIOS: [&str; 4] = ["first-price", "second-price", "uniform-price", "vcg"];

fn simulate(name: &str, set: &[&str]) -> Output {
    let scenario = format!("scenarios/auction-{name}.toml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    command.args(["simulate", &scenario, "--format", "json", "--runs", "2"]);
    command.args(set.iter().flat_map(|set| ["--set", set]));
    command.output().expect("the binary runs")
}

#[test]
fn bad_values_are_refused_with_the_key() {
    for (name, set, message) in [
        (
            "second-price",
            "params.kind=third_price",
            "params.kind = \"third_price\": unknown variant",
        ),
        ("second-price", "params.items=2", "params.items = 2: expected one item under first_price"),
        ("vcg", "params.items=9", "params.items = 9: expected at most 8"),
        (
            "second-price",
            "params.max_bidders=9",
            "params.max_bidders = 9: expected room for the 10 bids of `agents`",
        ),
        ("second-price", "params.max_bidders=65", "params.max_bidders = 65: expected at most 64"),
        ("second-price", "params.deposit=0", "params.deposit = 0: expected at least one"),
        (
            "second-price",
            "params.reserve_price=1329227995784915872903807060280344577",
            "expected at most 2^120",
        ),
        (
            "second-price",
            "params.commit_blocks=20_000_000",
            "params.commit_blocks = 20000000: expected at most 2^24",
        ),
        ("second-price", "world.values=[]", "world.values: expected at least one amount"),
        (
            "second-price",
            "world.values=[7,{uniform={min=2,max=1}}]",
            "world.values[1]: expected min <= max",
        ),
        (
            "second-price",
            "world.values=['1329227995784915872903807060280344577']",
            "world.values: expected at most 2^120",
        ),
        (
            "second-price",
            "world.values=['1329227995784915872903807060280344576']",
            "world.values: expected at most 2^128 - 1 over all rounds and bidders",
        ),
        ("second-price", "world.weights=[1,1]", "world.weights: expected 1 to 1 numbers"),
        ("uniform-price", "world.weights=[1,2]", "world.weights: expected no unit worth more"),
        (
            "second-price",
            "run.horizon=3_579_140",
            "run.horizon = 3579140: expected 1 to 3579139 rounds",
        ),
        ("vcg", "intended.strategy=honest", "expected one of truthful, shading"),
    ] {
        let output = simulate(name, &[set]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{set}: {error}");
        assert!(error.contains(message), "expected: {message}\ngot: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

/// Whoever plays whatever, with or without the tokens for all of it: calls are refused, nothing ends.
#[test]
fn every_strategy_plays_under_every_kind() {
    let strategies =
        ["truthful", "shading", "sniping", "withholding", "ring", "demand_reduction", "adaptive"];
    for name in SCENARIOS {
        for strategy in strategies {
            let one = format!("agents[1].strategy={strategy}");
            let all = format!("agents[0].strategy={strategy}");
            let stakes = ["agents[0].stake=2_000_002", "agents[1].stake=2_000_002"];
            for more in [
                vec!["agents[0].count=7"],
                [&["params.reserve_price=900_000"], &stakes[..]].concat(),
                vec!["agents[0].stake=200_002"],
            ] {
                let seven = [&*one, &*all, "agents[0].count=7"];
                for strategies in [[&[&*one], &more[..]].concat(), [&seven, &more[..]].concat()] {
                    let output = simulate(name, &strategies);
                    let error = String::from_utf8_lossy(&output.stderr);
                    assert!(output.status.success(), "{name} {strategies:?}: {error}");
                }
            }
        }
    }
}
