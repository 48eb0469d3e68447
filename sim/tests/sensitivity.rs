//! What a sweep says of its keys, by the binary: on rows that are the same however they come to be.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SMALL: &str = "sim/scenarios/staking-small.toml";
const VARY: [&str; 6] = [
    "--vary",
    "world.detection=0.0..1",
    "--vary",
    "params.max_operators=1..4",
    "--vary",
    "world.duty_cost=20,30",
];

fn carrots(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.args(args).current_dir(root).output().expect("the binary runs")
}

fn stdout(args: &[&str]) -> String {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "carrots {}: {error}", args.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

fn json(args: &[&str]) -> Value {
    let text = stdout(&[args, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("a document")
}

/// Exit status 2, and one line that says so.
fn refused(args: &[&str], message: &str) {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "carrots {}: {error}", args.join(" "));
    assert!(error.contains(message), "expected: {message}\ngot: {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(output.stdout.is_empty(), "{}", args.join(" "));
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sensitivity").join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The arguments of a sweep into a folder.
fn sweep<'a>(design: [&'a str; 2], out: &'a Path) -> Vec<&'a str> {
    let [design, points] = design;
    let args = ["sweep", SMALL, "--runs", "2", "--design", design, "--points", points];
    [&args[..], &VARY[..], &["--out", text(out)]].concat()
}

#[test]
fn rows_of_these_designs_do_not_depend_on_kills_or_shards() {
    for design in [["morris", "6"], ["saltelli", "4"]] {
        let of = |name: &str| folder(&format!("{}-{name}", design[0]));
        let (whole, killed, shards, merged) =
            (of("whole"), of("killed"), of("shards"), of("merged"));
        stdout(&[&sweep(design, &whole)[..], &["--threads", "1"]].concat());
        let rows = fs::read_to_string(whole.join("points.csv")).expect("text");
        let points = if design[0] == "morris" { 6 * 4 } else { 4 * 5 };
        assert_eq!(rows.lines().count(), 1 + points);

        fs::create_dir_all(&killed).expect("a folder");
        fs::copy(whole.join("sweep.toml"), killed.join("sweep.toml")).expect("a copy");
        fs::write(killed.join("points.csv"), &rows[..rows.len() / 2]).expect("a torn file");
        refused(&["sensitivity", text(&killed)], "points are not there");
        refused(&["prim", text(&killed), "--where", "offences>1"], "points are not there");
        stdout(&[&sweep(design, &killed)[..], &["--resume", "--threads", "2"]].concat());
        for shard in ["1/3", "2/3", "3/3"] {
            stdout(&[&sweep(design, &shards)[..], &["--shard", shard]].concat());
        }
        refused(&["sensitivity", text(&shards)], "expected a folder of `carrots sweep --out`");
        stdout(&["merge", text(&shards), "--out", text(&merged)]);
        for name in ["points.csv", "points.parquet", "sweep.toml"] {
            let file = |folder: &Path| fs::read(folder.join(name)).expect("a file");
            assert!(file(&killed) == file(&whole), "{name} of {design:?} differs after a kill");
            assert!(file(&merged) == file(&whole), "{name} of {design:?} differs after a merge");
        }
        let said = |folder: &Path| json(&["sensitivity", text(folder)]);
        assert_eq!(said(&merged), said(&whole));
    }
}

/// What a duty costs changes who is paid what, and no metric; how many are active, the rules say alone.
#[test]
fn a_key_matters_where_it_does() {
    for (design, points) in [("morris", "8"), ("saltelli", "8")] {
        let out = folder(&format!("{design}-matters"));
        stdout(&sweep([design, points], &out));
        let all = json(&["sensitivity", text(&out)]);
        assert_eq!((&all["design"], &all["resamples"]), (&design.into(), &1000.into()));
        let column = |name: &str| {
            let columns = all["columns"].as_array().expect("a list");
            let found = columns.iter().find(|one| one["column"] == name);
            found.unwrap_or_else(|| panic!("{name} is there")).clone()
        };
        let weight = |name: &str, key: &str| {
            let keys = column(name)["keys"].as_array().expect("a list").clone();
            let of = keys.iter().find(|of| of["key"] == key).expect("every key is there").clone();
            of[if design == "morris" { "mu_star" } else { "total" }].as_f64().expect("a number")
        };
        assert_eq!(weight("slashed_total", "world.duty_cost"), 0.0, "{design}");
        assert!(weight("payoff_honest", "world.duty_cost") > 0.0, "{design}");
        assert_eq!(weight("active_operators", "world.detection"), 0.0, "{design}");
        let active = weight("active_operators", "params.max_operators");
        assert!((active - if design == "morris" { 3.0 } else { 1.0 }).abs() < 0.3, "{active}");
        assert_eq!(column("staked_share")["left_out"], 0);
        assert_eq!(
            (&column("offences")["constant"], &column("offences")["keys"]),
            (&0.0.into(), &Value::Array(vec![]))
        );
        let one = json(&["sensitivity", text(&out), "--of", "reports"]);
        assert_eq!(one["columns"], Value::Array(vec![column("reports")]), "{design}");
        let page = stdout(&["sensitivity", text(&out), "--of", "payoff_honest"]);
        assert!(page.contains("payoff_honest") && page.contains("1000 resamples"), "{page}");
        refused(
            &["sensitivity", text(&out), "--of", "stake"],
            "--of stake: expected one of seed, runs",
        );
    }
}

/// Where somebody is slashed, by points that were drawn; and inside the box, by others, more often.
#[test]
fn a_box_can_be_swept_again() {
    let out = folder("box");
    stdout(&sweep(["latin", "64"], &out));
    let asked = ["prim", text(&out), "--where", "slashed_total>0"];
    let found = json(&asked);
    let (cases, points) = (&found["cases"], &found["points"]);
    assert_eq!(points, 64);
    assert!(cases.as_u64().is_some_and(|cases| 0 < cases && cases < 64), "{cases}");
    let boxes = found["boxes"].as_array().expect("a list");
    assert_eq!((&boxes[0]["coverage"], &boxes[0]["support"]), (&1.0.into(), &1.0.into()));
    let chosen = &found["chosen"];
    let density = chosen["density"].as_f64().expect("a number");
    assert!(density > boxes[0]["density"].as_f64().expect("a number"), "{chosen}");
    let command = chosen["command"].as_str().expect("a command");
    let inside = folder("inside");
    let again = format!("set -e; {command} --runs 2 --out {}", text(&inside));
    let again = again.replacen("carrots ", &format!("{} ", env!("CARGO_BIN_EXE_carrots")), 1);
    let output = Command::new("sh").args(["-c", &again]).output().expect("there is a shell");
    assert!(output.status.success(), "{again}: {}", String::from_utf8_lossy(&output.stderr));
    let inside = json(&["prim", text(&inside), "--where", "slashed_total>0"]);
    let share = |of: &Value| {
        of["cases"].as_f64().expect("a number") / of["points"].as_f64().expect("a number")
    };
    assert!(share(&inside) > share(&found), "{inside}");
    let page = stdout(&[&asked[..], &["--coverage", "0.9"]].concat());
    assert!(page.contains("the densest with a coverage of 0.9 at least"), "{page}");

    refused(&["sensitivity", text(&out)], "expected a sweep with --design morris or saltelli");
    for (where_, message) in [
        ("slashed>0", "--where slashed>0: expected one of seed, runs"),
        ("offences=many", "--where offences=many: expected a number"),
        ("problem<1", "--where problem<1: expected =, as it holds words"),
    ] {
        refused(&["prim", text(&out), "--where", where_], message);
    }
    refused(&[&asked[..], &["--peel", "1"]].concat(), "--peel 1: expected a part");
    refused(&[&asked[..], &["--coverage", "2"]].concat(), "--coverage 2: expected a part");
    refused(
        &["prim", "sim/scenarios", "--where", "a=b"],
        "expected a folder of `carrots sweep --out`",
    );
}

/// Verdicts count: violated is one. What a lone key decides, it decides alone and whole.
#[test]
fn verdicts_have_keys_and_a_box() {
    let out = folder("verdicts");
    let sets = [
        "audit.bonded=0",
        "audit.operators=2",
        "audit.eras=1",
        "world.reserve=0",
        "world.duty_cost=0",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let asked = ["sweep", SMALL, "--property", "nash", "--design", "saltelli", "--points", "32"];
    let vary = ["--vary", "world.offence_gain=0..2_000_000", "--vary", "run.seed=1,2"];
    stdout(&[&asked[..], &sets, &vary, &["--out", text(&out)]].concat());
    let found = json(&["sensitivity", text(&out), "--of", "nash"]);
    let keys = &found["columns"][0]["keys"];
    let total = |at: usize| keys[at]["total"].as_f64().expect("a number");
    assert_eq!(keys[0]["key"], "world.offence_gain", "{found}");
    assert!((total(0) - 1.0).abs() < 0.3 && total(1) == 0.0, "{found}");
    let found = json(&["prim", text(&out), "--where", "nash=violated"]);
    let chosen = &found["chosen"];
    for part in ["coverage", "density"] {
        assert!(chosen[part].as_f64().is_some_and(|part| part > 0.9), "{found}");
    }
    assert_eq!(chosen["limits"][0]["key"], "world.offence_gain", "{found}");
    assert_eq!(chosen["limits"].as_array().map(Vec::len), Some(1), "{found}");
    refused(
        &["prim", text(&out), "--where", "nash=violted"],
        "--where nash=violted: expected one of holds, violated, unknown",
    );
}

#[test]
fn designs_that_cannot_be_are_told() {
    let table: &[(&[&str], &str)] = &[
        (
            &["--vary", "run.seed=1,1", "--design", "morris", "--points", "2"],
            "expected values that differ",
        ),
        (
            &["--vary", "run.seed=1..1", "--design", "morris", "--points", "2"],
            "expected values that differ",
        ),
        (&["--vary", "run.seed=1,2", "--design", "morris"], "--points: expected how many"),
        (
            &["--vary", "run.seed=1,2", "--design", "morris", "--points", "0"],
            "expected one at least",
        ),
        (
            &["--vary", "run.seed=1,2", "--design", "morris", "--points", "9000000"],
            "--points: expected at most 5000000 with so many keys",
        ),
        (
            &["--vary", "run.seed=1,2", "--design", "saltelli", "--points", "100000"],
            "--points: expected at most 65536 of a Sobol sequence",
        ),
    ];
    for (args, message) in table {
        refused(&[&["sweep", SMALL], *args].concat(), message);
    }
}
