//! The command line as its users see it: results, messages and exit statuses.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SMALL: &str = "sim/scenarios/staking-small.toml";
const POLKADOT: &str = "sim/scenarios/polkadot-staking.toml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.args(args).current_dir(root());
    command
}

fn carrots(args: &[&str]) -> Output {
    command(args).output().expect("the binary runs")
}

fn stdout(args: &[&str]) -> String {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "carrots {}: {error}", args.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&stdout(args)).expect("one JSON document")
}

/// A folder of a test's own, empty at first.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path in UTF-8").to_string()
}

#[test]
fn a_dry_run_prints_one_document() {
    let result = json(&["simulate", POLKADOT, "--runs", "2", "--format", "json"]);
    assert_eq!((&result["seed"], &result["runs"]), (&2024.into(), &2.into()));
    assert_eq!(result["scenario"], POLKADOT);
    for (name, metric) in result["metrics"].as_object().expect("metrics") {
        for key in ["mean", "sd", "ci95_low", "ci95_high", "min", "max"] {
            assert!(metric[key].is_f64(), "metrics.{name}.{key}");
        }
        assert!(metric["min"].as_f64() <= metric["mean"].as_f64(), "{name}");
        assert!(metric["mean"].as_f64() <= metric["max"].as_f64(), "{name}");
    }
    let strategies = result["strategies"].as_object().expect("strategies");
    assert_eq!(strategies["bonder"]["count"], 19_231);
    for (name, strategy) in strategies {
        assert!(strategy["mean_payoff"].is_f64() && strategy["slashed"].is_f64(), "{name}");
    }
    assert_eq!(result["throughput"]["agent_steps"], 2 * 365 * (19_231 + 294));
    assert!(result["throughput"]["seconds"].as_f64() > Some(0.0));
}

#[test]
fn every_scenario_can_be_run() {
    let mut mechanisms = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(root().join("sim/scenarios")).expect("scenarios") {
        let path = text(&entry.expect("a file").path());
        let result = json(&["simulate", &path, "--runs", "2", "--format", "json"]);
        for (name, metric) in result["metrics"].as_object().expect("metrics") {
            assert!(metric["mean"].is_f64(), "{path}: {name} is not a number");
        }
        let intended = result["intended"].as_str().expect("a name");
        assert!(result["strategies"][intended]["count"].is_u64(), "{path}: nobody is {intended}");
        let table: toml::Table = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        mechanisms.insert(table["mechanism"].as_str().expect("a name").to_string());
    }
    for mechanism in carrots_catalogue::MECHANISMS {
        assert!(mechanisms.contains(mechanism.name), "no scenario of {}", mechanism.name);
    }
}

#[test]
fn threads_do_not_change_results_and_seeds_do() {
    let run = |more: &[&str]| {
        let args = ["simulate", SMALL, "--runs", "20", "--format", "json"];
        let result = json(&[&args, more].concat());
        (result["metrics"].clone(), result["strategies"].clone())
    };
    let one = run(&["--threads", "1"]);
    assert_eq!(one, run(&["--threads", "2"]));
    assert_eq!(one, run(&["--threads", "7"]));
    assert_ne!(one, run(&["--seed", "2"]));
}

#[test]
fn a_killed_run_goes_on_where_it_stopped() {
    let (whole, killed) = (text(&folder("whole")), text(&folder("killed")));
    let args = |out: &str, more: &[&str]| -> Vec<String> {
        let args = ["simulate", SMALL, "--runs", "400", "--format", "json", "--out", out];
        [&args, more].concat().iter().map(|arg| arg.to_string()).collect()
    };
    let run = |args: Vec<String>| json(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let expected = run(args(&whole, &[]));

    let rows = Path::new(&killed).join("runs.csv");
    let arguments = args(&killed, &["--threads", "1"]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut child = command(&arguments).stdout(Stdio::null()).spawn().expect("the binary runs");
    let start = Instant::now();
    while std::fs::read_to_string(&rows).unwrap_or_default().lines().count() < 20 {
        assert!(start.elapsed() < Duration::from_secs(60), "no rows after a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("the run can be killed");
    child.wait().expect("the run ended");
    // What a kill in the middle of a write leaves.
    let torn = std::fs::read_to_string(&rows).expect("rows") + "123,0.5,0.";
    std::fs::write(&rows, torn).expect("rows");

    let resumed = run(args(&killed, &["--resume"]));
    assert_eq!(resumed["metrics"], expected["metrics"]);
    assert_eq!(resumed["strategies"], expected["strategies"]);
    let both = [&whole, &killed].map(|out| std::fs::read(Path::new(out).join("runs.csv")).unwrap());
    assert!(both[0] == both[1], "the rows differ: compare runs.csv in {whole} and {killed}");

    let fewer = carrots(&["simulate", SMALL, "--runs", "100", "--out", &whole, "--resume"]);
    refused(&fewer, "holds 400 runs already: expected as many or more");
    let again = carrots(&["simulate", SMALL, "--runs", "400", "--out", &whole]);
    refused(&again, "holds results already: expected --resume, or another folder");
    let other = carrots(&["simulate", SMALL, "--seed", "9", "--out", &whole, "--resume"]);
    refused(&other, "holds results of another scenario, seed or version");
}

/// A row that was changed, doubled, moved or taken out is told, by its line.
#[test]
fn a_damaged_folder_is_told() {
    let out = folder("damaged");
    let args = ["simulate", SMALL, "--runs", "6", "--out", &text(&out), "--resume"];
    stdout(&args);
    let rows = out.join("runs.csv");
    let sound = std::fs::read_to_string(&rows).unwrap();
    let lines: Vec<&str> = sound.lines().collect();
    let damaged = |lines: &[&str]| lines.join("\n") + "\n";
    let digit = lines[3].replacen("0.", "0.1", 1);
    let nan = lines[3].rsplit_once(',').map(|(row, check)| {
        let (row, _) = row.rsplit_once(',').expect("several numbers");
        format!("{row},NaN,{check}")
    });
    let table: [(&str, Vec<&str>, usize); 5] = [
        ("taken out", [&lines[..3], &lines[4..]].concat(), 4),
        ("doubled", [&lines[..4], &lines[3..]].concat(), 5),
        ("moved", [&lines[..2], &[lines[3], lines[2]], &lines[4..]].concat(), 3),
        ("changed", [&lines[..3], &[&digit], &lines[4..]].concat(), 4),
        ("no number", [&lines[..3], &[nan.as_deref().unwrap()], &lines[4..]].concat(), 4),
    ];
    for (what, lines, line) in table {
        std::fs::write(&rows, damaged(&lines)).unwrap();
        let message = format!("runs.csv:{line}: not the row that was written here");
        refused(&carrots(&args), &message);
        assert_eq!(std::fs::read_to_string(&rows).unwrap(), damaged(&lines), "{what}");
    }
    std::fs::write(&rows, damaged(&[&["run,other,check"], &lines[1..]].concat())).unwrap();
    refused(&carrots(&args), "runs.csv:1: these are other columns");
    // A header that was torn is as if nothing had been written.
    std::fs::write(&rows, &sound[..10]).unwrap();
    stdout(&args);
    assert_eq!(std::fs::read_to_string(&rows).unwrap(), sound);
}

#[test]
fn rows_are_the_same_in_csv_and_parquet() {
    use carrots::rows::{Cell, ParquetFile};
    let out = folder("formats");
    let csv = stdout(&["simulate", SMALL, "--runs", "5", "--format", "csv", "--out", &text(&out)]);
    let kept = std::fs::read_to_string(out.join("runs.csv")).unwrap();
    let unchecked = |line: &str| line.rsplit_once(',').map_or(String::new(), |(row, _)| row.into());
    let kept: Vec<String> = kept.lines().map(unchecked).collect();
    assert_eq!(csv.lines().collect::<Vec<_>>(), kept);
    let piped = carrots(&["simulate", SMALL, "--runs", "5", "--format", "parquet"]).stdout;
    assert_eq!(piped, std::fs::read(out.join("runs.parquet")).unwrap());

    let typed = ParquetFile::open(&out.join("runs.parquet")).expect("it is there");
    let names: Vec<String> = typed.columns().iter().map(|column| column.name.clone()).collect();
    let mut lines = vec![names.join(",")];
    for row in typed.rows() {
        let row: Vec<String> = row.expect("a row").iter().map(Cell::to_string).collect();
        lines.push(row.join(","));
    }
    assert_eq!(csv.lines().collect::<Vec<_>>(), lines);
}

/// Exit status 2, nothing on stdout, and one line on stderr that says `message`.
fn refused(output: &Output, message: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}: {error}");
    assert!(output.stdout.is_empty(), "{message}");
    assert!(error.contains(message), "expected: {message}\ngot: {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn bad_scenarios_are_refused_with_file_line_and_key() {
    let template = std::fs::read_to_string(root().join(SMALL)).unwrap();
    let folder = folder("bad");
    let line = |needle: &str| 1 + template.lines().position(|line| line.contains(needle)).unwrap();
    let cases = [
        (
            "max_commission = 0.2",
            "max_commission = 1.2",
            "params.max_commission = 1.2: invalid value: floating point `1.2`, expected a fraction from 0 to 1",
        ),
        (
            "min_bond = 1_000",
            "min_bond = -1",
            "params.min_bond = -1: invalid value: integer `-1`, expected an amount from 0 to 2^128 - 1: an integer, or a string of digits",
        ),
        (
            "era_blocks = 600",
            "era_blocks = 'x'",
            "params.era_blocks = \"x\": invalid type: string \"x\", expected a whole number from 0 to 4,294,967,295",
        ),
        ("era_blocks = 600", "era_blocks = 0", "params.era_blocks = 0: expected at least one"),
        (
            "report_eras = 12",
            "report_eras = 24",
            "params.unbonding_eras = 24: expected more than params.report_eras",
        ),
        (
            "duty_cost = 20",
            "dutycost = 20",
            "world.dutycost = 20: unknown field `dutycost`, expected one of",
        ),
        ("detection = 0.9", "detection = 2", "world.detection = 2: expected a chance from 0 to 1"),
        (
            "stake = 10_000_000",
            "stake = 999_999",
            "agents[0].stake = 999999: expected at least 1000000: with less, `honest` takes no part",
        ),
        ("count = 76", "count = 0", "agents[3].count = 0: expected at least one agent"),
        ("alpha = 1.5", "alpha = 0.0", "agents[3].stake: expected 0 < min <= max and alpha > 0"),
        (
            "alpha = 1.5",
            "beta = 1.5",
            "agents[3].stake: expected an amount, { uniform = { min, max } } or { pareto = { min, max, alpha } }",
        ),
        (
            "reserve = 50_000_000",
            "reserve = '340282366920938463463374607431768211455'",
            "world.reserve = \"340282366920938463463374607431768211455\": expected a sum of all stakes and the reserve of at most 2^128 - 1",
        ),
        (
            "offence_gain = 20_000",
            "offence_gain = '340282366920938463463374607431768211455'",
            "world.offence_gain = \"340282366920938463463374607431768211455\": expected at most 2^128 - 1 over all eras, with all stakes",
        ),
        ("horizon = 720", "horizon = 0", "run.horizon = 0: expected at least one round"),
        (
            "horizon = 720",
            "horizon = 7158264",
            "run.horizon = 7158264: expected 1 to 7158260 eras: what 2^32 blocks have room for",
        ),
        (
            "mechanism = \"staking\"",
            "mechanism = \"casino\"",
            "mechanism = \"casino\": expected one of staking",
        ),
        ("[run]", "[run", "not TOML:"),
    ];
    for (good, bad, message) in cases {
        let path = folder.join("scenario.toml");
        std::fs::write(&path, template.replacen(good, bad, 1)).unwrap();
        let output = carrots(&["simulate", &text(&path)]);
        refused(&output, message);
        // Where the message is about another key, its line is that key's.
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        let key = message.split([' ', ':']).next().unwrap();
        let named = good.split(' ').next().unwrap();
        if key.ends_with(named) {
            assert!(error.contains(&format!("scenario.toml:{}: ", line(good))), "{error}");
        }
    }
}

/// Who could never take part is refused, with the least stake that does; a distribution that may draw
/// as much is not.
#[test]
fn agents_have_the_stake_that_they_need() {
    for scenario in [
        "staking-small",
        "oracle-court",
        "auction-second-price",
        "funding-quadratic",
        "funding-assurance",
    ] {
        let scenario = format!("sim/scenarios/{scenario}.toml");
        let simulate = |stake: &str| {
            let set = format!("agents[0].stake={stake}");
            carrots(&[
                "simulate",
                &scenario,
                "--runs",
                "1",
                "--set",
                "run.horizon=1",
                "--set",
                &set,
            ])
        };
        let output = simulate("0");
        refused(&output, "--set agents[0].stake = 0: expected at least ");
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        let (_, least) = error.split_once("at least ").unwrap();
        let least: u128 = least.split(':').next().unwrap().parse().expect("a number");
        for (stake, status) in [
            (format!("'{}'", least - 1), 2),
            (format!("'{least}'"), 0),
            (format!("{{ uniform = {{ min = '0', max = '{}' }} }}", least - 1), 2),
            (format!("{{ uniform = {{ min = '0', max = '{least}' }} }}"), 0),
        ] {
            let output = simulate(&stake);
            assert_eq!(output.status.code(), Some(status), "{scenario} {stake}: {output:?}");
        }
    }
}

/// A key that is said to be unused can be changed, and no number changes.
#[test]
fn what_is_unused_changes_nothing() {
    let simulate = |scenario: &str, sets: &[&str]| {
        let path = format!("sim/scenarios/{scenario}.toml");
        let first =
            ["simulate", &path, "--runs", "2", "--set", "run.horizon=6", "--format", "json"];
        let sets = sets.iter().flat_map(|set| ["--set", set]);
        let output = carrots(&first.into_iter().chain(sets).collect::<Vec<_>>());
        let said = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(output.status.success(), "{scenario}: {said}");
        let mut result: Value = serde_json::from_slice(&output.stdout).expect("a document");
        result.as_object_mut().unwrap().remove("throughput");
        let keys = said.split_once("are about: ").map_or("", |(_, keys)| keys.trim());
        let keys = keys.split(", ").filter(|key| !key.is_empty()).map(str::to_string);
        (result, keys.collect::<Vec<_>>())
    };
    let other = |key: &str| match key {
        "params.misconduct_slash" | "params.unresponsive_slash" => "0.77",
        "params.reporter_share" | "params.tolerance" | "params.bonus" => "0.33",
        "world.offence_rate" => "1.0",
        "world.offence_gain" | "world.bribe" | "world.promise" => "123",
        "params.max_contributors" => "7",
        "params.pairwise_bound" | "params.threshold" => "12345",
        _ => panic!("{key}: another value"),
    };
    let honest: &[&str] = &["agents[1].strategy=honest", "agents[2].strategy=honest"];
    let mut seen = std::collections::BTreeSet::new();
    for (scenario, sets, some) in [
        ("staking-small", &[][..], "params.misconduct_slash"),
        ("staking-small", honest, "world.offence_gain"),
        ("staking-small", &["world.detection=0.0"], "params.reporter_share"),
        ("oracle-general", &[], "params.tolerance"),
        ("oracle-price", &[], ""),
        ("funding-quadratic", &[], "params.bonus"),
        ("funding-pairwise", &[], "params.threshold"),
        ("funding-assurance", &[], "params.pairwise_bound"),
    ] {
        let (before, keys) = simulate(scenario, sets);
        assert!(some.is_empty() || keys.iter().any(|key| key == some), "{scenario}: {keys:?}");
        for key in &keys {
            let set = format!("{key}={}", other(key));
            assert_eq!(
                simulate(scenario, &[sets, &[&*set]].concat()).0,
                before,
                "{scenario} {set}"
            );
        }
        seen.extend(keys);
    }
    assert!(seen.len() >= 8, "{seen:?}");
    // What is not said to be unused matters.
    let often = "world.offence_rate=1.0";
    let (before, keys) = simulate("staking-small", &[often]);
    assert!(!keys.contains(&"world.offence_gain".to_string()));
    assert_ne!(simulate("staking-small", &[often, "world.offence_gain=123"]).0, before);
}

/// What no audit could look at is refused before anything is played.
#[test]
fn terms_of_properties_are_in_range() {
    let ask = |terms: &str, set: &[&str]| {
        let terms = format!("intended.properties=[{{ property = {terms} }}]");
        let first = ["audit", "sim/scenarios/auction-second-price.toml", "--set", &terms];
        let sets = set.iter().flat_map(|set| ["--set", set]);
        carrots(&first.into_iter().chain(sets).collect::<Vec<_>>())
    };
    let three = ["audit.bidders=3", "audit.steps=2", "intended.violated=[]"];
    for (terms, key, expected) in [
        ("'coalition', size = 99", "size", "at most 3 of 3 players"),
        ("'coalition', size = 4", "size", "at most 3 of 3 players"),
        ("'coalition', size = 0", "size", "at least one"),
        ("'immunity', size = 3", "size", "at most 2 of 3 players"),
        ("'attack', size = 4", "size", "at most 3 of 3 players"),
        ("'nash', margin = '9e40'", "", "{ property = …, … } with its terms"),
        ("'attack', margin = 1", "margin", "at most 0 for `attack`"),
        ("'bribery', budget = -1", "budget", "an amount from 0 to 2^100"),
        ("'bribery', promise = -1", "promise", "an amount from 0 to 2^100"),
        ("'corruption', profit = -1", "profit", "an amount from 0 to 2^100"),
        ("'griefing', factor = -1", "factor", "at least 0"),
        ("'basin', share = -0.5", "share", "a share from 0 to 1"),
        ("'basin', share = 1.5", "share", "a share from 0 to 1"),
        ("'nash', changes = 2", "changes", "0 or 1"),
        ("'exit_before_penalty', option = 'x'", "option", "one of "),
        ("'nash', share = 1", "share", "for `nash` one of"),
    ] {
        let output = ask(terms, &three);
        refused(&output, expected);
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(error.contains("intended.properties[0]") && error.contains(key), "{error}");
    }
    assert!(ask("'coalition', size = 3", &three).status.code() != Some(2));
}

#[test]
fn bad_arguments_are_refused() {
    let refuse = |args: &[&str], message| refused(&carrots(args), message);
    refuse(&["simulate", "nowhere.toml"], "nowhere.toml: cannot be read:");
    refuse(&["simulate", SMALL, "--runs", "0"], "--set run.runs = 0: expected at least one run");
    refuse(&["simulate", SMALL, "--set", "x"], "--set x: expected key=value");
    refuse(&["simulate", SMALL, "--set", "a.b=1"], "--set a.b=1: the scenario has no `a`");
    refuse(
        &["simulate", SMALL, "--runs", "1", "--out", "/dev/null/x"],
        "/dev/null/x: cannot be used:",
    );
    refuse(&["mechanisms", "casino"], "no mechanism `casino`: expected one of staking");
    refuse(&["init", "casino"], "no mechanism `casino`: expected one of staking");
    refuse(&["init", "staking", "--out", SMALL], "staking-small.toml: cannot be written:");
    refuse(&["replay", "nowhere.json"], "nowhere.json: cannot be read:");
    assert_eq!(carrots(&["simulate"]).status.code(), Some(2));
}

#[test]
fn what_init_writes_can_be_run() {
    let path = folder("init").join("mine.toml");
    assert!(carrots(&["init", "staking", "--out", &text(&path)]).status.success());
    assert_eq!(stdout(&["init", "staking"]).trim(), std::fs::read_to_string(&path).unwrap().trim());
    json(&["simulate", &text(&path), "--runs", "1", "--format", "json"]);
}

#[test]
fn the_catalogue_lists_every_mechanism() {
    let catalogue = json(&["mechanisms", "--format", "json"]);
    let count = |mechanism: &Value, what: &str| mechanism[what].as_array().map_or(0, Vec::len);
    let listed: Vec<_> = catalogue.as_array().expect("a list").iter().collect();
    let names: Vec<_> = listed.iter().map(|mechanism| mechanism["name"].as_str()).collect();
    assert_eq!(
        names,
        ["staking", "auction", "oracle", "funding", "challenge", "market", "controller"].map(Some)
    );
    for mechanism in &listed {
        let counts = ["params", "messages", "strategies"].map(|what| count(mechanism, what));
        assert!(counts.into_iter().all(|count| count >= 3), "{mechanism}");
    }
    assert_eq!(count(listed[0], "messages"), 18);
    let pages = stdout(&["mechanisms"]);
    for known in [
        "unbonding_eras",
        "slasher, scorer, sink, canceller",
        "p_epsilon",
        "propose(text) + tokens",
    ] {
        assert!(pages.contains(known), "{known}");
    }
    let only = json(&["mechanisms", "staking", "--format", "json"]);
    assert_eq!(only, Value::from(vec![catalogue[0].clone()]));
}

#[test]
fn the_catalogue_has_the_parameters_that_scenarios_have() {
    for mechanism in carrots_catalogue::MECHANISMS {
        let template: toml::Table = toml::from_str(mechanism.template).unwrap();
        let given: Vec<_> = template["params"].as_table().unwrap().keys().collect();
        let listed = (mechanism.params)().into_iter();
        let needed = listed.filter(|param| !param.range.ends_with("can be left out"));
        let listed: Vec<_> = needed.map(|param| param.name).collect();
        assert_eq!(given, listed, "{}", mechanism.name);
    }
}

#[test]
fn a_trace_is_replayed_step_by_step() {
    let params = json_params();
    let folder = folder("replay");
    let replay = |name: &str, steps: &str| {
        let path = folder.join(name);
        let trace = format!(
            r#"{{"mechanism": "staking", "params": {params},
                "wallets": ["0", "0", "0", "0", "2000000"], "steps": {steps}}}"#
        );
        std::fs::write(&path, trace).unwrap();
        carrots(&["replay", &text(&path)])
    };
    let register = r#"{"call": {"who": 4, "value": "1000000", "op": {"register": {"commission": 0.1}}, "expect": "Ok"}}"#;
    let holds = replay("holds.json", &format!(r#"[{register}, {{"blocks": 600}}]"#));
    let shown = String::from_utf8_lossy(&holds.stdout).to_string();
    assert!(holds.status.success(), "{shown}{}", String::from_utf8_lossy(&holds.stderr));
    assert!(shown.contains("The contract holds 1000000 and owes 1000000."), "{shown}");

    let fails = replay("fails.json", &format!("[{register}, {register}]"));
    assert_eq!(fails.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&fails.stdout).contains("step 1: expected Ok"));

    let stranger = r#"[{"call": {"who": 5, "op": {"retire": {}}}}]"#;
    refused(&replay("stranger.json", stranger), "steps[0]: agent 5: expected one of the 5 agents");
    refused(&replay("torn.json", "[{"), "torn.json:");
}

/// Whatever is put in the place of a value of a trace: the file, the line and the key are named, what
/// was given and what was expected, once, and in no words of the program's own.
#[test]
fn bad_traces_are_refused_with_line_and_key() {
    let folder = folder("traces");
    let good = format!(
        r#"{{"mechanism": "staking",
"params": {},
"wallets": ["0", "0", "0", "0", "2000000"],
"steps": [{{"blocks": 1}},
{{"call": {{"who": 4, "value": "1000000", "op": {{"register": {{"commission": 0.1}}}}, "expect": "Ok"}}}}],
"ends": {{"4": "2000000"}}}}"#,
        json_params()
    );
    let path = folder.join("trace.json");
    let replay = |trace: &str| {
        std::fs::write(&path, trace).unwrap();
        carrots(&["replay", &text(&path)])
    };
    assert_eq!(replay(&good).status.code(), Some(0), "{:?}", replay(&good));
    for (from, to, place, expected) in [
        (
            r#""staking""#,
            "7",
            "line 1, ",
            "mechanism = 7: invalid type: integer `7`, expected a string",
        ),
        (
            r#""who": 4"#,
            r#""who": -4"#,
            "line 5, ",
            "steps[1].call.who = -4: invalid value: integer `-4`, expected a whole number",
        ),
        (
            r#""who": 4"#,
            r#""whom": 4"#,
            "line 5, ",
            "steps[1].call.whom = 4: unknown field `whom`, expected one of `who`",
        ),
        (r#""1000000""#, r#""1x""#, "line 5, ", "steps[1].call.value = \"1x\": "),
        (
            r#""register""#,
            r#""registre""#,
            "line 5, ",
            "unknown variant `registre`, expected one of `register`",
        ),
        ("0.1}}", "1.5}}", "line 5, ", "steps[1].call.op.register.commission = 1.5: "),
        (
            r#"{"blocks": 1}"#,
            r#"{"blocks": "1"}"#,
            "line 4, ",
            "steps[0].blocks = \"1\": invalid type: string \"1\", expected a whole number",
        ),
        (r#"{"blocks": 1}"#, "3", "line 4, ", "steps[0]"),
        (
            r#""wallets": ["0", "#,
            r#""wallets": [{}, "#,
            "line 3, ",
            "wallets[0]: invalid type: keys with values, expected an amount",
        ),
        (
            r#""steps": ["#,
            r#""steps": 3, "more": ["#,
            "line 4, ",
            "steps = 3: invalid type: integer `3`, expected a list",
        ),
        (
            r#""ends": "#,
            r#""ending": "#,
            "line 6, ",
            "ending: unknown field `ending`, expected one of",
        ),
        (
            r#"{"mechanism": "staking","#,
            "",
            "line 2, ",
            "invalid type: string \"params\", expected keys with their values",
        ),
        (&good, "3", "line 1, ", "invalid type: integer `3`, expected keys with their values"),
        (&good, "[]", "line 1, ", "expected keys with their values"),
    ] {
        let trace = good.replacen(from, to, 1);
        assert_ne!(trace, good, "{from}");
        let output = replay(&trace);
        refused(&output, expected);
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        assert!(error.starts_with(&format!("carrots: {}: {place}", text(&path))), "{error}");
        assert_eq!(error.matches("expected").count().max(1), 1, "{error}");
        for word in ["struct", "enum ", "u32", "tuple", "at line"] {
            assert!(!error.contains(word), "{error}");
        }
    }
}

fn json_params() -> String {
    let text = std::fs::read_to_string(root().join(SMALL)).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    serde_json::to_string(&table["params"]).unwrap()
}

/// An interrupt loses no row and says how many there are; the rest is as if nothing had happened.
#[cfg(unix)]
#[test]
fn who_interrupts_is_told_how_to_go_on() {
    let folder = folder("interrupted");
    let out = |name: &str| text(&folder.join(name));
    let (small, sweep) =
        (["simulate", SMALL, "--runs", "100000"], ["sweep", SMALL, "--runs", "1", "--vary"]);
    let sweep = [&sweep[..], &["world.duty_cost=0..20000:20001"]].concat();
    for (name, rows, args) in [("runs", "runs.csv", &small[..]), ("points", "points.csv", &sweep)] {
        let kept = out(name);
        let args = [args, &["--out", &kept]].concat();
        let child =
            command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
        let path = folder.join(name).join(rows);
        let lines = || std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        let begun = Instant::now();
        while lines() < 4 {
            assert!(begun.elapsed() < Duration::from_secs(120), "{name}: no rows");
            std::thread::sleep(Duration::from_millis(20));
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
        let output = child.wait_with_output().expect("it ends");
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(130), "{error}");
        // A header before the rows.
        let said = format!("stopped: --resume goes on from {} rows\n", lines() - 1);
        assert!(error.ends_with(&said) && error.matches("--resume").count() == 1, "{error}");
        assert!(std::fs::read_to_string(&path).unwrap().ends_with('\n'), "a row is torn");
        if name == "runs" {
            let more = (lines() + 2).to_string();
            stdout(&["simulate", SMALL, "--runs", &more, "--out", &out(name), "--resume"]);
            stdout(&["simulate", SMALL, "--runs", &more, "--out", &out("whole")]);
            let all = |name: &str| std::fs::read_to_string(folder.join(name).join(rows)).unwrap();
            assert_eq!(all(name), all("whole"));
        }
    }
}

/// The commands of the README print what it shows, but for how long they took.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut shown = 0;
    for block in readme.split("```console\n").skip(1) {
        let (block, _) = block.split_once("```").expect("the block ends");
        let (line, expected) = block.split_once('\n').unwrap();
        let Some(args) = line.strip_prefix("$ cargo run --release -- ") else { continue };
        let args: Vec<&str> = args.split(' ').collect();
        // What an earlier test has kept.
        for kept in args.windows(2).filter(|pair| pair[0] == "--out") {
            let _ = std::fs::remove_dir_all(root().join(kept[1]));
        }
        let output = carrots(&args);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{line}: {output:?}");
        let output = String::from_utf8(output.stdout).expect("text");
        let timeless = |text: &str| -> Vec<String> {
            let lines = text.trim_end().lines().filter(|line| !line.contains("agent-steps in"));
            lines.map(|line| line.trim_end().to_string()).collect()
        };
        let (expected, output) = (timeless(expected), timeless(&output));
        assert!(output.starts_with(&expected), "{line}\nprints\n{}", output.join("\n"));
        shown += 1;
    }
    assert!(shown >= 3, "the README shows no commands");
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_new_workspace_carries_the_names_that_were_asked_for() {
    let folder = folder("new");
    let new = |args: &[&str]| {
        let mut command = command(&[&["new"], args].concat());
        let output = command.current_dir(&folder).output().expect("the binary runs");
        (output.status.code(), String::from_utf8(output.stderr).expect("text"))
    };
    let root = root().display().to_string();
    assert_eq!(new(&["land_tax", "--carrots", &root]), (Some(0), String::new()));
    let written = files(&folder.join("land_tax"));
    assert!(written.len() > 15, "{written:?}");
    for path in &written {
        let text = std::fs::read_to_string(path).expect("text");
        let named = format!("{}{text}", path.display());
        for left in ["CARROTS/", "MINE", "Mine", "mine_", "mine.", ".toml.txt"] {
            assert!(!named.contains(left), "{left} is left in {}", path.display());
        }
    }
    let sim = std::fs::read_to_string(folder.join("land_tax/sim/src/land_tax.rs")).expect("text");
    assert!(sim.contains("impl Accounting for LandTax") && sim.contains("land_tax_logic"), "{sim}");
    assert_eq!(new(&["other"]).0, Some(0));
    let manifest = std::fs::read_to_string(folder.join("other/sim/Cargo.toml")).expect("text");
    let version = format!("carrots = {{ version = \"{}\" }}", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&version), "{manifest}");
    for (args, problem) in [
        (&["land_tax"][..], "expected a folder that is not there yet"),
        (&["Land"], "expected a name of lowercase letters, digits and single underscores"),
        (&["2nd"], "expected a name of lowercase letters, digits and single underscores"),
        (&["a-b"], "expected a name of lowercase letters, digits and single underscores"),
        (&["land_2"], "a letter first and after every underscore"),
        (&["match"], "expected another name"),
        (&["params"], "expected another name"),
        (&["carrots_x"], "expected another name"),
        (
            &["more", "--with", "poker"],
            "--with poker: expected one of staking, auction, oracle, funding, challenge, market, controller",
        ),
        (
            &["auction", "--with", "auction"],
            "expected another name than that of the mechanism in it",
        ),
        (&["more", "--carrots", "/nowhere"], "--carrots /nowhere"),
        (&["more", "--carrots", "."], "expected a folder with `engine/Cargo.toml`"),
    ] {
        let (status, said) = new(args);
        assert_eq!(status, Some(2), "{args:?}: {said}");
        assert!(said.contains(problem) && said.trim_end().lines().count() == 1, "{args:?}: {said}");
    }
    assert!(!folder.join("more").exists());
}

/// All that a mechanism is written in is in its copy, but for tests of more than one.
#[test]
fn a_copy_of_a_mechanism_is_whole() {
    let folder = folder("copies");
    for mechanism in
        ["auction", "challenge", "controller", "funding", "market", "oracle", "staking"]
    {
        let name = format!("my_{mechanism}");
        let carrots = root().display().to_string();
        let mut command = command(&["new", &name, "--with", mechanism, "--carrots", &carrots]);
        let output = command.current_dir(&folder).output().expect("the binary runs");
        assert!(output.status.success(), "{output:?}");
        let copy = folder.join(&name);
        for (from, to) in [("contracts/logic/src", "contracts/logic/src"), ("sim/src", "sim/src")] {
            let own = |path: &PathBuf| {
                let path = path.strip_prefix(root().join(from)).expect("it is in there");
                let first = path.components().next().expect("it has a name");
                Path::new(first.as_os_str()).file_stem().is_some_and(|stem| stem == mechanism)
            };
            for path in files(&root().join(from)).iter().filter(|path| own(path)) {
                let path = path.strip_prefix(root().join(from)).expect("it is in there");
                let is_left_out = path.ends_with("menu/tests.rs");
                assert_eq!(copy.join(to).join(path).is_file(), !is_left_out, "{path:?}");
            }
        }
        let is_copied = |path: &PathBuf| {
            let texts =
                ["sim/src", "contracts/logic/src"].map(|part| copy.join(part).join(mechanism));
            texts.iter().any(|text| path.starts_with(text) || *path == text.with_extension("rs"))
        };
        for path in files(&copy).iter().filter(|path| !is_copied(path)) {
            let text = std::fs::read_to_string(path).expect("text");
            for left in ["CARROTS/", "OWN", "MINE", "Mine", "mine", "FIRST", "SCENARIO", "NEVER"] {
                assert!(!text.contains(left), "{left} is left in {}", path.display());
            }
        }
    }
}
