//! No scenario panics, whatever stands in it: it is refused, or it is played, and audited.

use carrots::audit::{Limits, Property, Terms};
use carrots::rows::Cell;
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use toml::Value;

/// What is put in the place of every value, one at a time.
const VALUES: [&str; 13] = [
    "0",
    "1",
    "2",
    "64",
    "16777216",
    "4294967295",
    "309485009821345068724781056",
    "1329227995784915872903807060280344576",
    "340282366920938463463374607431768211455",
    "0.000000001",
    "1.0",
    "-1",
    "true",
];

/// The keys of all values but the run's.
fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table.iter().filter(|(key, _)| *key != "run" && *key != "token") {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                keys(value, &path, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (item, at) in items.iter().zip(0..) {
                keys(item, &format!("{path}[{at}]"), found);
            }
        }
        _ => found.push(path.to_string()),
    }
}

/// Whether a scenario with these values over its own is played; if not, it is refused.
fn is_played(file: &str, text: &str, set: &[String]) -> bool {
    let Ok(document) = Document::parse(file.into(), text.into(), set) else { return false };
    match CATALOGUE.simulation(&document) {
        Ok(simulation) => {
            let row = simulation.play(1, 0);
            let is_sound = |cell: &Cell| cell.number().is_some_and(f64::is_finite);
            assert!(row.iter().all(is_sound), "not a number in {row:?}");
            true
        }
        _ => false,
    }
}

/// Whether a scenario with these values over its own is audited; if not, it is refused.
fn is_audited(file: &str, text: &str, set: &[String]) -> bool {
    let Ok(document) = Document::parse(file.into(), text.into(), set) else { return false };
    let Ok(audited) = CATALOGUE.audited(&document) else { return false };
    let questions = [Property::Nash, Property::IndividualRationality].map(Terms::of);
    let limits = Limits { memory: 1 << 20, seconds: 0.02, ..Limits::default() };
    audited.check(&questions, limits, &mut |_| {});
    true
}

type Tried = fn(&str, &str, &[String]) -> bool;

#[test]
fn no_value_makes_a_scenario_panic() {
    no_value_panics("simulate", is_played);
}

#[test]
fn no_value_makes_an_audit_panic() {
    no_value_panics("audit", is_audited);
}

fn no_value_panics(command: &str, tried: Tried) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let (mut played, mut refused) = (0, 0);
    for entry in std::fs::read_dir(folder).expect("scenarios") {
        let path = entry.expect("a file").path();
        let file = path.display().to_string();
        // Too many agents for so many runs.
        if file.ends_with("polkadot-staking.toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a scenario");
        let mut all = Vec::new();
        keys(&toml::from_str(&text).expect("TOML"), "", &mut all);
        for (key, value) in all.iter().flat_map(|key| VALUES.map(|value| (key, value))) {
            // TOML has no integers above 2^63.
            let quote = if value.len() > 18 { "\"" } else { "" };
            let set = [format!("{key}={quote}{value}{quote}"), "run.horizon=3".into()];
            match catch_unwind(AssertUnwindSafe(|| tried(&file, &text, &set))) {
                Ok(true) => played += 1,
                Ok(false) => refused += 1,
                Err(_) => panic!("carrots {command} {file} --set '{}' --set {}", set[0], set[1]),
            }
        }
    }
    println!("{command}: {played} done, {refused} refused");
    assert!(played >= 500 && refused >= 500, "{played} done, {refused} refused");
}
