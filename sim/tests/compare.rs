//! Scenarios side by side: differences are those of the runs, and who is best is looked for where it changes.

mod command;

use command::{carrots, document, folder, refused, rows_of, stdout, text};
use std::fs;

const FIRST: &str = "sim/scenarios/auction-first-price.toml";
const SECOND: &str = "sim/scenarios/auction-second-price.toml";
const FUNDING: &str = "sim/scenarios/funding-pairwise.toml";
const STAKING: &str = "sim/scenarios/staking-small.toml";

/// The mean difference is the difference of the means; taken run by run, it is far better known than either.
#[test]
fn differences_are_taken_run_by_run() {
    let agents = "agents=[{strategy='truthful',count=4,stake=1000000000}]";
    let kinds = ["--between", "params.kind=first_price,second_price"];
    let run = [FIRST, "--runs", "40", "--set", agents];
    let args = [&["compare"], &run[..], &kinds[..]].concat();
    let all = document(&args);
    let number = &all["numbers"]["revenue"];
    let mean = |of: &str| number["scenarios"][of]["mean"].as_f64().expect("a mean");
    let (first, second) = (mean("first_price"), mean("second_price"));
    let less = &number["less_first"]["second_price"];
    let of = |key: &str| less[key].as_f64().expect("a number");
    assert!((of("mean") - (second - first)).abs() < 1e-6 * first, "{less}");
    assert!(second < first, "who bids its value pays more under the first price");
    assert_eq!(less["even"], false);
    assert!(of("ci95_low") < of("mean") && of("mean") < of("ci95_high"));
    // Each of them is what it is alone.
    for kind in ["first_price", "second_price"] {
        let set = format!("params.kind={kind}");
        let alone = document(&[&["simulate"], &run[..], &["--set", &set]].concat());
        assert_eq!(alone["metrics"]["revenue"]["mean"], number["scenarios"][kind]["mean"]);
    }
    let table = stdout(&args);
    assert!(table.contains("40 runs of each") && table.contains("less first_price"), "{table}");
}

/// What does not mean the same is left out, and said.
#[test]
fn only_what_means_the_same_is_compared() {
    let shared = |other: &str| {
        let all = document(&["compare", SECOND, other, "--runs", "2"]);
        let names = all["numbers"].as_object().expect("numbers").keys().cloned().collect();
        (names, all["notes"].to_string())
    };
    let (names, notes): (Vec<String>, String) = shared(STAKING);
    assert_eq!(names, ["budget", "gini"]);
    for said in ["other mechanisms", "staking has no welfare", "staking has no revenue"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    let (names, notes) = shared(FUNDING);
    assert_eq!(names, ["gini"]);
    for said in ["other tokens", "funding has no revenue"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    let one = document(&["compare", FIRST, SECOND, "--runs", "1", "--of", "revenue"]);
    let even = &one["numbers"]["revenue"]["less_first"]["auction-second-price"]["even"];
    assert_eq!(even, true, "one run says nothing for sure");
    let all = document(&["compare", FIRST, SECOND, "--runs", "2"]);
    assert!(all["numbers"].get("sold").is_some() && all["numbers"].get("welfare").is_some());
}

fn phases<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let args = [
        "compare",
        FIRST,
        "--between",
        "params.kind=first_price,second_price",
        "--of",
        "revenue",
        "--runs",
        "8",
        "--vary",
        "params.reserve_price=0..900000:3",
        "--vary",
        "agents[0].count=2..10:3",
        "--refine",
        "2",
        "--out",
        out,
        "--format",
        "csv",
    ];
    [&args[..], more].concat()
}

/// Rows do not depend on threads or on where it was stopped, and the page shows who is best.
#[test]
fn a_map_of_phases_goes_on_after_a_kill() {
    let (whole, torn) = (folder("compare", "whole"), folder("compare", "torn"));
    let one = stdout(&phases(text(&whole), &["--threads", "1"]));
    let points = fs::read_to_string(whole.join("points.csv")).expect("rows");
    for kept in [1, 4, 11] {
        let _ = fs::remove_dir_all(&torn);
        fs::create_dir_all(&torn).expect("a folder");
        fs::copy(whole.join("compare.toml"), torn.join("compare.toml")).expect("it is there");
        let lines: String = points.lines().take(1 + kept).map(|line| format!("{line}\n")).collect();
        fs::write(torn.join("points.csv"), lines + "7,torn").expect("it can be written");
        assert_eq!(stdout(&phases(text(&torn), &["--resume", "--threads", "3"])), one, "{kept}");
        assert_eq!(fs::read_to_string(torn.join("points.csv")).expect("rows"), points, "{kept}");
    }
    let rows = rows_of(&one);
    assert!(rows.len() >= 9, "the grid at least");
    let known = ["first_price", "second_price", "even"];
    assert!(rows.iter().all(|row| known.contains(&row["best"].as_str())), "{one}");
    let page = whole.join("page.html");
    stdout(&["report", text(&whole), "--out", text(&page)]);
    let page = fs::read_to_string(page).expect("a page");
    for said in ["who is best, where", "revenue", "first_price, second_price: what comes of"] {
        assert!(page.contains(said), "{said}");
    }
    refused(&phases(text(&whole), &[]), "holds results already");
    refused(&phases(text(&whole), &["--resume", "--seed", "5"]), "of another seed or version");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let between = ["--between", "params.kind=first_price,second_price"];
    let two = [&["compare", FIRST], &between[..]].concat();
    let names = |list: &'static str| {
        ["compare", FIRST, "--between", list, "--vary", "run.horizon=1,2", "--runs", "2"]
    };
    let cases: [(&[&str], &str); 13] = [
        (&names("params.kind=first_price,first_price"), "expected scenarios with different names"),
        (&names("agents[0].strategy=even,truthful"), "even stands for nobody"),
        (&names("run.seed=1,2"), "--between run.seed: all scenarios have the same"),
        (&names("run.horizon=1,2"), "--vary run.horizon=1,2: the scenarios differ by it"),
        (&names("params.kind=[\"first_price\",\"a\\nb\"]"), "--between params.kind="),
        (&["compare", FIRST], "expected two scenarios at least"),
        (&["compare", FIRST, FIRST], "expected scenarios with different names"),
        (&[&two[..], &["--of", "colour"]].concat(), "--of colour: expected one of "),
        (
            &[&two[..], &["--vary", "run.horizon=1..9:3", "--refine", "1"]].concat(),
            "--refine: expected two keys",
        ),
        (
            &[&two[..], &["--vary", "run.horizon=1..9"], &["--vary", "run.horizon=1..2"]].concat(),
            "is varied twice",
        ),
        (&[&two[..], &["--vary", "run.horizon=0.5..9"]].concat(), "expected how many"),
        (&["compare", FIRST, "--between", "params.kind=first_price,third_price"], "third_price"),
        (
            &["compare", FIRST, SECOND, "--of", "staked_share"],
            "--of staked_share: expected one of ",
        ),
    ];
    for (args, message) in cases {
        refused(args, message);
    }
    let out = folder("compare", "none");
    assert_eq!(carrots(&["compare", FIRST, SECOND, "--out", text(&out)]).status.code(), Some(2));
}

/// What is wrong in a file is said of the file, and of options only what they say.
#[test]
fn what_is_wrong_is_said_of_where_it_stands() {
    let file = folder("compare", "wrong.toml");
    let first = fs::read_to_string(std::path::Path::new("..").join(FIRST)).expect("a scenario");
    let with = |table: &str| {
        let between = "between = \"params.kind=first_price,second_price\"";
        fs::write(&file, format!("{first}\n[compare]\n{between}\n{table}\n")).expect("a file");
        text(&file)
    };
    let vary = "vary = [\"run.horizon=1..2\"]";
    let (bids, runs) = ("vary = [\"run.horizon=0.5..9\"]", ["--runs", "1"]);
    for (table, options, message) in [
        ("of = \"colour\"", &[][..], "wrong.toml: compare.of colour: expected one of "),
        (&format!("of = \"colour\"\n{vary}"), &[], "wrong.toml: compare.of colour: expected"),
        (&format!("refine = 1\n{vary}"), &[], "wrong.toml: compare.refine: expected two keys"),
        (bids, &[], "wrong.toml: compare.vary run.horizon=0.5..9: expected how many"),
        ("of = \"budget\"", &["--of", "colour"], "carrots: --of colour: expected one of "),
        (vary, &["--refine", "1"], "carrots: --refine: expected two keys"),
    ] {
        refused(&[&["compare", with(table)], &runs[..], options].concat(), message);
    }
}

/// Whatever scenarios are called, the table of points has a column for each.
#[test]
fn every_scenario_has_its_column() {
    let files = ["deposit_low.toml", "deposit_high.toml"].map(|name| {
        let file = folder("compare", name);
        fs::copy(std::path::Path::new("..").join(FIRST), &file).expect("a scenario");
        file
    });
    let vary = ["--vary", "run.horizon=1,2", "--of", "revenue", "--runs", "2"];
    let page =
        stdout(&[&["compare", text(&files[0]), text(&files[1]), SECOND], &vary[..]].concat());
    for name in ["deposit_low", "deposit_high", "auction-second-price"] {
        assert!(page.contains(&format!("revenue:{name} ")), "{name}: {page}");
    }
}

/// A map says, too, what does not mean the same in all.
#[test]
fn a_map_says_what_it_does_not_compare() {
    let vary = ["--vary", "run.horizon=1,2", "--of", "gini", "--runs", "2"];
    let output = carrots(&[&["compare", SECOND, FUNDING], &vary[..]].concat());
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && notes.contains("note: "), "{notes}");
    assert!(notes.contains("amounts are in other tokens, so none is compared"), "{notes}");
}

/// The questions that the repository answers: every point can be computed.
#[test]
fn every_question_has_its_answer() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut asked = 0;
    for entry in fs::read_dir(root.join("sweeps")).expect("sweeps") {
        let path = entry.expect("a file").path();
        let compared = fs::read_to_string(&path).expect("text").contains("[compare]");
        let mut args = vec![if compared { "compare" } else { "sweep" }, text(&path)];
        match text(&path).contains("deposit") {
            true => args.extend(["--vary", "audit.bidders=2", "--set", "audit.steps=2"]),
            false => args.extend(["--runs", "1"]),
        }
        let rows = rows_of(&stdout(&[&args[..], &["--format", "csv"]].concat()));
        assert!(!rows.is_empty() && rows.iter().all(|row| row["problem"].is_empty()), "{args:?}");
        asked += 1;
    }
    assert!(asked >= 4, "{asked}");
}
