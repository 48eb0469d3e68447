//! Sweeps: a point is what `simulate` and `audit` say of it; rows are the same however they come to be.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SMALL: &str = "sim/scenarios/staking-small.toml";
const VARY: [&str; 4] = [
    "--vary",
    "world.detection=0.0..1:3",
    "--vary",
    "params.min_self_bond=1_000_000..4_000_000:log:3",
];

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    command.args(args).current_dir(root);
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

/// Exit status 2, and one line that says so.
fn refused(args: &[&str], message: &str) {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "carrots {}: {error}", args.join(" "));
    assert!(error.contains(message), "expected: {message}\ngot: {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// The rows of a sweep.
fn rows(args: &[&str]) -> Vec<Value> {
    let text = stdout(&[&["sweep"], args, &["--format", "json"]].concat());
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweep").join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn file(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The words of a command as a shell takes them.
fn words(command: &str) -> Vec<String> {
    let shell = Command::new("sh").args(["-c", &format!("printf '%s\\n' {command}")]).output();
    let output = shell.expect("there is a shell").stdout;
    String::from_utf8(output).expect("text").lines().map(str::to_string).collect()
}

#[test]
fn a_point_is_what_its_command_says() {
    let all = rows(&[&[SMALL, "--runs", "3"], &VARY[..]].concat());
    assert_eq!(all.len(), 9);
    let values: Vec<_> =
        all.iter().map(|row| (&row["world.detection"], &row["params.min_self_bond"])).collect();
    assert_eq!(values[0], (&0.0.into(), &1_000_000.into()));
    assert_eq!(values[1], (&0.0.into(), &2_000_000.into()));
    assert_eq!(values[8], (&1.0.into(), &4_000_000.into()));
    for row in [&all[1], &all[5]] {
        let command = row["command"].as_str().expect("a command");
        let words = words(command);
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let same = stdout(&[&words[..], &["--format", "json"]].concat());
        let same: Value = serde_json::from_str(&same).expect("a document");
        for name in ["staked_share", "slashed_total", "offences"] {
            for (end, key) in [("", "mean"), ("_low", "ci95_low"), ("_high", "ci95_high")] {
                assert_eq!(
                    row[format!("{name}{end}")],
                    same["metrics"][name][key],
                    "{command}: {name}"
                );
            }
        }
        let honest = &same["strategies"]["honest"];
        assert_eq!(row["payoff_honest"], honest["mean_payoff"], "{command}");
        assert_eq!(row["return_honest"], honest["mean_return"], "{command}");
    }
}

/// All points have the same seed: what is varied and changes nothing changes nothing.
#[test]
fn points_differ_by_what_is_varied_only() {
    let all = rows(&[SMALL, "--runs", "2", "--vary", "world.duty_cost=20,20,21"]);
    let without = |row: &Value| {
        let mut row = row.clone();
        let fields = row.as_object_mut().expect("an object");
        fields.retain(|name, _| !["point", "command"].contains(&name.as_str()));
        row
    };
    assert_eq!(without(&all[0]), without(&all[1]));
    assert_ne!(all[0]["payoff_honest"], all[2]["payoff_honest"]);
    assert_eq!(all[0]["staked_share"], all[2]["staked_share"]);
}

#[test]
fn rows_do_not_depend_on_threads_shards_or_kills() {
    let (whole, killed) = (folder("whole"), folder("killed"));
    let args = |out: &'static str| {
        [&["sweep", SMALL, "--runs", "40"], &VARY[..], &["--format", "csv", "--out", out]].concat()
    };
    let of = |out: &Path| -> Vec<&'static str> { args(text(out).to_string().leak()) };
    let one = stdout(&[&of(&whole)[..], &["--threads", "1"]].concat());
    let points = file(&whole, "points.csv");
    assert_eq!(one.lines().count(), 10);

    let mut child = command(&of(&killed)).stdout(Stdio::null()).spawn().expect("the binary runs");
    let start = Instant::now();
    while fs::read_to_string(killed.join("points.csv")).unwrap_or_default().lines().count() < 3 {
        assert!(start.elapsed() < Duration::from_secs(60), "no rows after a minute");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ended");
    let torn = [&file(&killed, "points.csv")[..], b"7,0.5,1000"].concat();
    fs::write(killed.join("points.csv"), torn).expect("it can be written");
    let resumed = stdout(&[&of(&killed)[..], &["--resume", "--threads", "3"]].concat());
    assert_eq!(resumed, one);
    for name in ["points.csv", "points.parquet", "sweep.toml"] {
        assert!(file(&killed, name) == file(&whole, name), "{name} differs after a kill");
    }

    // Two shards share a folder, the third has its own.
    let (some, other, merged) = (folder("some"), folder("other"), folder("merged"));
    for (out, shard) in [(&some, "1/3"), (&some, "2/3"), (&other, "3/3")] {
        stdout(&[&of(out)[..], &["--shard", shard]].concat());
    }
    let missing = folder("missing");
    refused(&["merge", text(&some), "--out", text(&missing)], "3/3: the shard is missing");
    stdout(&["merge", text(&other), text(&some), "--out", text(&merged)]);
    for name in ["points.csv", "points.parquet", "sweep.toml"] {
        assert!(file(&merged, name) == file(&whole, name), "{name} differs after a merge");
    }
    // What is swept is a scenario that says so.
    let head = whole.join("sweep.toml");
    let again = rows(&[text(&head)]);
    assert_eq!(again.len(), 9);
    assert_eq!(file(&whole, "points.csv"), points, "reading changes nothing");

    refused(&of(&whole), "holds results already: expected --resume, or another folder");
    refused(
        &[&of(&whole)[..], &["--resume", "--seed", "9"]].concat(),
        "holds results of something else",
    );
    // Rows of which nobody knows what they are of are not taken for those of this sweep.
    fs::remove_file(merged.join("sweep.toml")).expect("it is there");
    refused(&[&of(&merged)[..], &["--resume"]].concat(), "is not there, but rows are");
    refused(&of(&merged), "is not there, but rows are");
    assert!(!merged.join("sweep.toml").exists(), "what is refused writes nothing");
    let rows = String::from_utf8(points).expect("text").replacen("0.5", "0.6", 1);
    fs::write(whole.join("points.csv"), rows).expect("it can be written");
    refused(
        &[&of(&whole)[..], &["--resume"]].concat(),
        "points.csv:5: not the row that was written here",
    );
}

#[test]
fn parquet_has_types_units_and_the_sweep() {
    let out = folder("types");
    let vary = ["--vary", "params.max_operators=50,60", "--vary", "world.miss_rate=0.0,0.1"];
    let large = ["--vary", "world.reserve=18446744073709551615..18446744073709551616"];
    stdout(
        &[&["sweep", SMALL, "--runs", "1", "--out", text(&out)], &vary[..], &large[..]].concat(),
    );
    let reader =
        SerializedFileReader::try_from(out.join("points.parquet").as_path()).expect("a file");
    let meta = reader.metadata().file_metadata();
    let said: Vec<(String, String)> = meta
        .key_value_metadata()
        .into_iter()
        .flatten()
        .map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default()))
        .collect();
    let said = |key: &str| said.iter().find(|one| one.0 == key).map(|one| one.1.as_str());
    assert_eq!(said("unit.payoff_honest"), Some("smallest unit"));
    assert_eq!(said("unit.return_honest"), None);
    assert_eq!(said("carrots"), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(said("sweep").map(str::as_bytes), Some(&file(&out, "sweep.toml")[..]));
    let rows: Vec<_> =
        reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 8);
    let field = |row: usize, name: &str| {
        let fields = rows[row].get_column_iter();
        fields
            .filter(|field| field.0 == name)
            .map(|field| field.1.clone())
            .next()
            .expect("a column")
    };
    assert_eq!(field(7, "params.max_operators"), Field::Long(60));
    assert_eq!(field(7, "world.miss_rate"), Field::Double(0.1));
    assert!(matches!(field(7, "world.reserve"), Field::Decimal(_)));
    assert_eq!(field(7, "problem"), Field::Null);
    assert!(matches!(field(7, "command"), Field::Str(_)));
    let last = fs::read_to_string(out.join("points.csv")).expect("text");
    assert!(
        last.lines().last().is_some_and(|row| row.contains(",18446744073709551616,")),
        "all digits are there"
    );
}

/// Of both designs that are drawn: every part of a key's range is met as often as any other.
#[test]
fn what_is_drawn_fills_the_ranges() {
    for design in ["latin", "sobol"] {
        let drawn = ["--design", design, "--points", "16"];
        let vary = [
            "--vary",
            "world.miss_rate=0.0..1",
            "--vary",
            "params.max_operators=1..16",
            "--vary",
            "world.detection=0.2,0.4",
        ];
        let all = rows(&[&[SMALL, "--runs", "1"], &drawn[..], &vary[..]].concat());
        let column = |name: &str| -> Vec<f64> {
            all.iter().map(|row| row[name].as_f64().expect("a number")).collect()
        };
        let mut parts: Vec<u64> =
            column("world.miss_rate").iter().map(|rate| (rate * 16.0) as u64).collect();
        parts.sort();
        assert_eq!(parts, (0..16).collect::<Vec<u64>>(), "{design}");
        let mut places = column("params.max_operators");
        places.sort_by(f64::total_cmp);
        assert_eq!(places, (1..=16).map(f64::from).collect::<Vec<f64>>(), "{design}");
        assert_eq!(
            column("world.detection").iter().filter(|rate| **rate == 0.2).count(),
            8,
            "{design}"
        );
        let again = rows(&[&[SMALL, "--runs", "1"], &drawn[..], &vary[..]].concat());
        assert_eq!(again, all, "{design}");
        let other = rows(&[&[SMALL, "--runs", "1", "--seed", "9"], &drawn[..], &vary[..]].concat());
        assert_ne!(other[0]["world.miss_rate"], all[0]["world.miss_rate"], "{design}");
    }
}

#[test]
fn fewer_runs_do_where_an_interval_is_narrow() {
    let width = |row: &Value| {
        row["staked_share_high"].as_f64().expect("a number")
            - row["staked_share_low"].as_f64().expect("a number")
    };
    let wide = &rows(&[SMALL, "--runs", "400", "--vary", "world.duty_cost=20"])[0];
    let asked = width(wide) * 2.0;
    let until = format!("staked_share={asked}");
    let narrow =
        &rows(&[SMALL, "--runs", "400", "--vary", "world.duty_cost=20", "--until", &until])[0];
    let runs = narrow["runs"].as_u64().expect("a number");
    assert!((8..400).contains(&runs), "{runs} runs");
    assert!(width(narrow) <= asked);
    assert!(narrow["command"].as_str().expect("a command").ends_with(&format!("--runs {runs}")));
}

/// An operator of two that equivocates loses its stake, and a tenth of that less if it reports itself: so
/// it pays from nine tenths on. The audit says so on both sides of the border.
#[test]
fn where_a_verdict_changes_is_found_to_the_last_number() {
    let sets = [
        "audit.bonded=0",
        "audit.operators=2",
        "audit.eras=1",
        "world.reserve=0",
        "world.duty_cost=0",
    ];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).collect();
    let asked = [&[SMALL, "--property", "nash"], &sets[..]].concat();
    let vary = ["--vary", "audit.stake=1_000_000,2_000_000"];
    let find = ["--find", "world.offence_gain=0..10_000_000"];
    let all = rows(&[&asked[..], &vary[..], &find[..]].concat());
    let border = |row: &Value| {
        let side =
            |name: &str| row[format!("world.offence_gain_{name}")].as_u64().expect("a number");
        (side("below"), side("above"))
    };
    let borders: Vec<_> = all.iter().map(border).collect();
    assert_eq!(borders, [(900_000, 900_001), (1_800_000, 1_800_001)]);
    for row in all {
        assert_eq!((&row["nash_below"], &row["nash_above"]), (&"holds".into(), &"violated".into()));
        let (below, above) = border(&row);
        let stake = format!("audit.stake={}", row["audit.stake"]);
        let vary = format!("world.offence_gain={below},{above}");
        let beside = rows(&[&asked[..], &["--set", &stake, "--vary", &vary]].concat());
        let verdicts: Vec<_> = beside.iter().map(|row| &row["nash"]).collect();
        assert_eq!(verdicts, ["holds", "violated"], "{row}");
        assert_eq!(beside[1]["nash_exact"], "1");
    }
    let none = &rows(&[&asked[..], &["--find", "world.offence_gain=0..1_000"]].concat())[0];
    assert_eq!(none.get("world.offence_gain_above"), None, "{none}");
    assert_eq!(none["nash_below"], "holds");
}

#[test]
fn a_point_that_cannot_be_played_says_why() {
    let vary = ["--vary", "params.report_eras=12,24"];
    let all = rows(&[&[SMALL, "--runs", "1"], &vary[..]].concat());
    assert_eq!(all[0].get("problem"), None);
    let problem = all[1]["problem"].as_str().expect("it is told");
    assert!(problem.contains("unbonding_eras"), "{problem}");
    let page = stdout(&[&["sweep", SMALL, "--runs", "1"], &vary[..]].concat());
    assert!(page.contains("1 points have a problem"), "{page}");
}

#[test]
fn bad_input_is_told() {
    let table: &[(&[&str], &str)] = &[
        (&[], "--vary: expected a key to be varied"),
        (&["--vary", "world.detection"], "expected KEY=VALUES"),
        (&["--vary", "world.detection=0.0..1"], "expected how many"),
        (&["--vary", "world.detection=1..0"], "expected FROM <= TO"),
        (&["--vary", "world.detected=0,1"], "world.detected"),
        (&["--vary", "run.seed=1,2", "--vary", "run.seed=3"], "run.seed is varied twice"),
        (
            &["--vary", "run.seed=1,2", "--points", "5"],
            "--points: expected --design latin, sobol, morris or saltelli",
        ),
        (&["--vary", "run.seed=1,2", "--design", "latin"], "--points: expected how many points"),
        (
            &["--vary", "run.seed=1,2", "--design", "best"],
            "--design best: expected grid, latin, sobol, morris or saltelli",
        ),
        (&["--vary", "run.seed=1,2", "--until", "stake=1"], "--until stake: expected one of"),
        (&["--vary", "run.seed=1,2", "--until", "offences=-1"], "expected NAME=WIDTH"),
        (&["--vary", "run.seed=1,2", "--property", "nsh"], "--property nsh: expected one of"),
        (&["--vary", "world.detected=0,1", "--property", "nash"], "world.detected"),
        (&["--vary", "run.seed=1,2", "--find", "world.duty_cost=1..9"], "expected one --property"),
        (&["--vary", "run.seed=1,2", "--show", "stake"], "--show stake: expected one of"),
        (&["--vary", "run.seed=1,2", "--out", "target/x", "--shard", "3/2"], "expected I/N"),
    ];
    for (args, message) in table {
        let output = carrots(&[&["sweep", SMALL], *args].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(message), "{args:?}: expected: {message}\ngot: {error}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

/// A quick look: a curve below the table, over the first key with numbers.
#[test]
fn a_column_is_drawn_in_letters() {
    let vary = ["--vary", "world.detection=0.1..1:log:4", "--runs", "1"];
    let of = |more: &[&'static str]| [&["sweep", SMALL], &vary[..], more].concat();
    let drawn = stdout(&of(&["--plot", "slashed_total"]));
    let (_, curve) = drawn
        .split_once("slashed_total over the logarithm of world.detection")
        .unwrap_or_else(|| panic!("{drawn}"));
    let dots = curve.chars().filter(|letter| ('\u{2801}'..='\u{28ff}').contains(letter)).count();
    assert!(dots > 50, "{curve}");
    refused(&of(&["--plot", "colour"]), "--plot colour: expected one of ");
    refused(&of(&["--plot", "offences", "--format", "csv"]), "--plot: expected --format table");
    let words = ["sweep", SMALL, "--vary", "agents[1].strategy=lazy,honest", "--plot", "offences"];
    refused(&words, "--plot: expected a key with numbers");
}
