//! What runs are measured by: one definition for all mechanisms, exact where tokens are counted, and the same
//! round by round.

mod command;

use carrots::rows::{Cell, Kind, ParquetFile};
use command::{document, folder, refused, rows_of, stdout, text};
use std::collections::BTreeMap;
use std::fs;

const SCENARIOS: [&str; 4] =
    ["auction-second-price", "funding-pairwise", "oracle-price", "staking-small"];

fn number(row: &BTreeMap<String, String>, name: &str) -> f64 {
    row.get(name).unwrap_or_else(|| panic!("no {name}")).parse().expect("a number")
}

/// What agents gain is what the world gives them less what they pay, and what they pay is what others get.
#[test]
fn money_that_changes_hands_cancels() {
    let strategies = ["shading", "withholding"];
    let agents = strategies.map(|name| format!("{{strategy='{name}',count=2,stake=200000000}}"));
    let agents = format!("agents=[{}]", agents.join(","));
    let file = "sim/scenarios/auction-first-price.toml";
    let set = ["--set", &agents, "--set", "run.horizon=20"];
    let args = [&["simulate", file, "--runs", "5", "--format", "csv"], &set[..]].concat();
    let rows = rows_of(&stdout(&args));
    assert!(rows.iter().any(|row| number(row, "forfeited") > 0.0), "nobody withheld a bid");
    for row in rows {
        let payoffs: f64 =
            strategies.map(|name| 2.0 * number(&row, &format!("payoff_{name}"))).iter().sum();
        let (welfare, budget) = (number(&row, "welfare"), number(&row, "budget"));
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-9 * one.abs().max(other.abs());
        assert!(near(payoffs, 20.0 * (welfare - budget)), "{row:?}");
        assert!(near(budget, number(&row, "revenue") + number(&row, "forfeited")), "{row:?}");
        assert!((0.0..1.0).contains(&number(&row, "gini")));
    }
}

/// Round by round is the run: as many rounds as there are, and the last one is what the run comes to.
#[test]
fn the_last_round_is_the_run() {
    let folder = folder("measures", "rounds");
    fs::create_dir_all(&folder).expect("a folder");
    for name in SCENARIOS {
        let file = format!("sim/scenarios/{name}.toml");
        let (rounds, agents) = (folder.join("rounds.csv"), folder.join("agents.csv"));
        let run = ["simulate", &file, "--runs", "3", "--set", "run.horizon=4", "--format", "csv"];
        let kept = ["--trace", text(&rounds), "--agents", text(&agents)];
        let runs = rows_of(&stdout(&[&run[..], &kept[..]].concat()));
        assert_eq!(runs, rows_of(&stdout(&[&run[..], &["--threads", "1"]].concat())), "{name}");
        let rounds = rows_of(&fs::read_to_string(rounds).expect("rounds"));
        assert_eq!(rounds.len(), 12, "{name}");
        for (run, rounds) in runs.iter().zip(rounds.chunks(4)) {
            let at: Vec<&str> = rounds.iter().map(|row| row["round"].as_str()).collect();
            assert_eq!(at, ["1", "2", "3", "4"], "{name}");
            let mut last = rounds[3].clone();
            last.remove("round");
            assert_eq!(last, *run, "{name}");
            assert_ne!(rounds[0]["gini"], "", "{name}");
        }
        let agents = rows_of(&fs::read_to_string(agents).expect("agents"));
        let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for agent in agents.iter().filter(|agent| agent["round"] == "4") {
            let sum = sums.entry(&agent["strategy"]).or_default();
            *sum = (sum.0 + number(agent, "payoff"), sum.1 + 1.0);
        }
        for (strategy, (sum, count)) in sums {
            let (mean, expected) = (sum / count, number(&runs[0], &format!("payoff_{strategy}")));
            assert!(
                (mean - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "{name}: {strategy}"
            );
        }
    }
}

/// Amounts above 2^53 keep all their digits, in every format.
#[test]
fn amounts_are_exact() {
    let folder = folder("measures", "exact");
    let file = "sim/scenarios/polkadot-staking.toml";
    let run = ["simulate", file, "--runs", "2", "--set", "run.horizon=5", "--out", text(&folder)];
    let rows = rows_of(&stdout(&[&run[..], &["--format", "csv"]].concat()));
    let typed = ParquetFile::open(&folder.join("runs.parquet")).expect("it is there");
    let at = typed.columns().iter().position(|column| column.name == "reserve_left");
    let at = at.expect("there is one");
    assert_eq!(typed.columns()[at].kind, Kind::Large);
    assert_eq!(typed.columns()[at].unit, "10^-10 DOT");
    for (row, typed) in rows.iter().zip(typed.rows()) {
        let exact: i128 = row["reserve_left"].parse().expect("a whole number");
        assert!(exact > 1 << 53 && exact % 1024 != 0, "{exact} would fit a double");
        assert_eq!(typed.expect("a row")[at], Cell::Whole(exact));
    }
    // What was kept is read again as it was.
    let before = fs::read(folder.join("runs.csv")).expect("rows");
    let again = rows_of(&stdout(&[&run[..], &["--format", "csv", "--resume"]].concat()));
    assert_eq!(again, rows);
    assert_eq!(fs::read(folder.join("runs.csv")).expect("rows"), before);
}

/// Every number that is told is defined, with its unit.
#[test]
fn every_number_has_a_definition() {
    let all = document(&["mechanisms"]);
    for name in SCENARIOS {
        let told = document(&["simulate", &format!("sim/scenarios/{name}.toml"), "--runs", "1"]);
        let mechanism = name.split('-').next().unwrap_or_default();
        let mut mechanisms = all.as_array().expect("a list").iter();
        let known = mechanisms.find(|one| one["name"] == mechanism).expect("it is listed");
        let known = known["metrics"].as_array().expect("metrics");
        for (metric, value) in told["metrics"].as_object().expect("metrics") {
            let defined = known.iter().find(|one| one["name"] == *metric);
            let defined =
                defined.unwrap_or_else(|| panic!("{mechanism}: {metric} has no definition"));
            assert!(defined["about"].as_str().is_some_and(|about| about.len() > 8), "{defined}");
            assert_eq!(value["amount"], defined["unit"] == "tokens", "{metric}");
        }
        assert_eq!(
            known.len(),
            told["metrics"].as_object().map_or(0, |all| all.len()),
            "{mechanism}"
        );
    }
}

#[test]
fn what_cannot_be_traced_is_told() {
    let run = ["simulate", "sim/scenarios/staking-small.toml", "--runs", "1", "--trace"];
    refused(
        &[&run[..], &["rounds.txt"]].concat(),
        "rounds.txt: expected a file that ends in .parquet or .csv",
    );
    refused(
        &[&run[..], &["/nowhere/rounds.csv"]].concat(),
        "/nowhere/rounds.csv: cannot be written",
    );
}
