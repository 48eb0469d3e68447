//! Rules that are broken on purpose: the audit has to catch them.
//!
//! `tests/mutants/*.toml` list the mutants. The rules and the simulator are copied, every mutant's
//! text becomes `if crate::mutant(NUMBER) { to } else { from }`, and the copy is built once; which
//! mutant runs is said by an environment variable. A mutant is caught if the audit of its scenario
//! finds a property violated that is not violated under the rules as they are.
//!
//! `CARROTS_MUTANTS` chooses those whose name contains it.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What is left to an audit, and what it is told to take for each property.
const SECONDS: u64 = 60;
const SECONDS_EACH: u64 = 20;
/// How many of a hundred have to be caught.
const CAUGHT: usize = 95;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Mutant>,
}

/// A rule that is broken.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    name: String,
    /// What it stands for.
    #[serde(rename = "about")]
    _about: String,
    /// Under contracts/logic/src.
    file: String,
    /// An expression that stands there once, and what takes its place.
    from: String,
    to: String,
    /// Beside the list, or under sim/scenarios.
    scenario: String,
    #[serde(default)]
    set: Vec<String>,
    /// The property that is violated.
    caught_by: String,
}

#[test]
fn broken_rules_are_caught() {
    let mutants = read().expect("the mutants are sound");
    let binary = build(&mutants).expect("the mutants can be built");
    let chosen = std::env::var("CARROTS_MUTANTS").unwrap_or_default();
    let chosen: Vec<usize> =
        (0..mutants.len()).filter(|at| mutants[*at].name.contains(&chosen)).collect();
    let sound = sound(&binary, &chosen.iter().map(|at| &mutants[*at]).collect::<Vec<_>>());
    let results = parallel(chosen.len(), |at| {
        let (number, mutant) = (chosen[at] + 1, &mutants[chosen[at]]);
        let start = Instant::now();
        let result = caught(&binary, number, mutant, &sound);
        let seconds = start.elapsed().as_secs_f64();
        match &result {
            Ok(by) => println!("caught     {:50} {seconds:5.1} s, by {by}", mutant.name),
            Err(why) => println!("NOT CAUGHT {:50} {seconds:5.1} s: {why}", mutant.name),
        }
        result.is_ok()
    });
    let caught = results.iter().filter(|caught| **caught).count();
    println!("{caught} of {} mutants are caught", results.len());
    assert!(caught * 100 >= results.len() * CAUGHT, "{caught} of {} mutants", results.len());
}

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace")
}

/// All mutants, in the order of their files.
fn read() -> Result<Vec<Mutant>> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/mutants"))?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        // The others are scenarios.
        if text.parse::<toml::Table>()?.contains_key("mutant") {
            let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
            all.extend(file.mutant);
        }
    }
    Ok(all)
}

/// Builds the command line with all mutants, and gives its path.
fn build(mutants: &[Mutant]) -> Result<PathBuf> {
    let folder = carrots_tests::bundle::target().join("mutants");
    let copy = folder.join("workspace");
    let rules = root().join("contracts/logic/src");
    let change = |path: &Path, text: String| match path.strip_prefix(&rules) {
        Ok(file) if file == Path::new("lib.rs") => Ok(text + CHOICE),
        Ok(file) => broken(file, &text, mutants),
        Err(_) => Ok(text),
    };
    for part in ["contracts/logic", "sim", "Cargo.lock"] {
        copy_all(&root().join(part), &copy.join(part), &change)?;
    }
    let mut workspace: toml::Table = fs::read_to_string(root().join("Cargo.toml"))?.parse()?;
    workspace["workspace"]["members"] = vec!["contracts/logic", "sim"].into();
    write(&copy.join("Cargo.toml"), &workspace.to_string())?;
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "--quiet", "-p", "carrots"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()?;
    ensure!(status.success(), "the copy in {} does not build", copy.display());
    Ok(folder.join("target/release/carrots"))
}

/// Says which mutant runs; none is zero.
const CHOICE: &str = r#"
/// Whether the rule with that number is broken.
#[inline]
pub fn mutant(number: u32) -> bool {
    static CHOSEN: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    let chosen = || std::env::var("CARROTS_MUTANT").ok()?.parse().ok();
    *CHOSEN.get_or_init(|| chosen().unwrap_or(0)) == number
}
"#;

/// Copies files, each with its text changed.
fn copy_all(
    from: &Path,
    to: &Path,
    change: &dyn Fn(&Path, String) -> Result<String>,
) -> Result<()> {
    if from.is_file() {
        return write(to, &change(from, fs::read_to_string(from)?)?);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()), change)?;
    }
    Ok(())
}

/// Writes a file if that changes it: what is the same is not built again.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Mutants with their numbers.
type Numbered<'a> = Vec<(usize, &'a Mutant)>;

/// Where mutants stand in a text.
type Place<'a> = (Range<usize>, Numbered<'a>);

/// A file's text with all of its mutants, each of which its number chooses.
fn broken(file: &Path, text: &str, mutants: &[Mutant]) -> Result<String> {
    let mut places: BTreeMap<(usize, Reverse<usize>), Numbered> = BTreeMap::new();
    for (at, mutant) in mutants.iter().enumerate().filter(|(_, one)| Path::new(&one.file) == file) {
        let Mutant { name, file, from, .. } = mutant;
        let found: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
        ensure!(found.len() == 1, "{name}: {from:?} stands {} times in {file}", found.len());
        let place = (found[0], Reverse(found[0] + from.len()));
        places.entry(place).or_default().push((at + 1, mutant));
    }
    let place = |((start, Reverse(end)), mutants)| (start..end, mutants);
    write_out(text, 0..text.len(), &places.into_iter().map(place).collect::<Vec<Place>>())
}

/// A part of a text with the mutants in it. Those around others come before them.
fn write_out(text: &str, part: Range<usize>, places: &[Place]) -> Result<String> {
    let (mut out, mut at, mut next) = (String::new(), part.start, 0);
    while let Some((range, mutants)) = places.get(next) {
        ensure!(range.end <= part.end, "{}: stands across another", mutants[0].1.name);
        let inner = places[next + 1..].iter().take_while(|(other, _)| other.start < range.end);
        let inner = &places[next + 1..next + 1 + inner.count()];
        out += &text[at..range.start];
        out += "(";
        for (number, mutant) in mutants {
            out += &format!("if crate::mutant({number}) {{ {} }} else ", mutant.to);
        }
        out += &format!("{{ {} }})", write_out(text, range.clone(), inner)?);
        (at, next) = (range.end, next + 1 + inner.len());
    }
    Ok(out + &text[at..part.end])
}

/// What an audit says: the verdict of every property.
type Verdicts = BTreeMap<String, String>;
/// What is audited: a scenario and what is set in it.
type Audited = (String, Vec<String>);

/// Audits all scenarios under the rules as they are.
fn sound(binary: &Path, mutants: &[&Mutant]) -> BTreeMap<Audited, Verdicts> {
    let mut asked: BTreeMap<Audited, BTreeSet<&str>> = BTreeMap::new();
    for mutant in mutants {
        let audited = (mutant.scenario.clone(), mutant.set.clone());
        asked.entry(audited).or_default().insert(&mutant.caught_by);
    }
    let asked: Vec<_> = asked.into_iter().collect();
    let verdicts = parallel(asked.len(), |at| {
        let (audited, asked) = &asked[at];
        let asked: Vec<&str> = asked.iter().copied().collect();
        let verdicts = audit(binary, 0, audited, &asked, SECONDS * asked.len() as u64);
        verdicts.unwrap_or_else(|why| panic!("{audited:?}: {why}"))
    });
    asked.into_iter().map(|(audited, _)| audited).zip(verdicts).collect()
}

/// By which property a mutant is caught, or why it is not.
fn caught(
    binary: &Path,
    number: usize,
    mutant: &Mutant,
    sound: &BTreeMap<Audited, Verdicts>,
) -> Result<String> {
    let audited = (mutant.scenario.clone(), mutant.set.clone());
    let property = &mutant.caught_by;
    let verdict = |verdicts: &Verdicts| verdicts.get(property).cloned().unwrap_or_default();
    let before = verdict(&sound[&audited]);
    ensure!(before == "holds", "{property} is {before:?} under the rules as they are");
    let after = verdict(&audit(binary, number, &audited, &[property], SECONDS)?);
    ensure!(after == "violated", "{property} is {after:?}");
    Ok(property.clone())
}

/// Audits a scenario under the rules of which the one with that number is broken.
fn audit(
    binary: &Path,
    number: usize,
    (scenario, set): &Audited,
    properties: &[&str],
    seconds: u64,
) -> Result<Verdicts> {
    let folders =
        ["tests/mutants", "sim/scenarios"].map(|folder| root().join(folder).join(scenario));
    let path = folders.into_iter().find(|path| path.exists());
    let path = path.with_context(|| format!("there is no scenario {scenario}"))?;
    let mut command = Command::new(binary);
    command.arg("audit").arg(path).args(["--format", "json", "--threads", "1"]);
    command.args(["--seconds", &SECONDS_EACH.to_string()]);
    command.args(properties.iter().flat_map(|property| ["--property", property]));
    command.args(set.iter().flat_map(|set| ["--set", set]));
    static AUDITS: AtomicUsize = AtomicUsize::new(0);
    let number_of_audit = AUDITS.fetch_add(1, Ordering::Relaxed);
    let out = binary.with_file_name(format!("audit-{number_of_audit}.json"));
    command.env("CARROTS_MUTANT", number.to_string()).stdout(fs::File::create(&out)?);
    let (start, mut child) = (Instant::now(), command.stderr(Stdio::null()).spawn()?);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > Duration::from_secs(seconds) {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("no answer within {seconds} seconds");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    ensure!(matches!(status.code(), Some(0 | 1 | 3)), "{status}");
    #[derive(Deserialize)]
    struct Report {
        properties: Vec<Finding>,
    }
    #[derive(Deserialize)]
    struct Finding {
        property: String,
        verdict: String,
    }
    let report: Report = serde_json::from_slice(&fs::read(&out)?)?;
    let verdict = |finding: Finding| (finding.property, finding.verdict);
    Ok(report.properties.into_iter().map(verdict).collect())
}

/// Does work in parallel, one thread for each core, and gives the results in order.
fn parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return done;
            }
            done.push((at, work(at)));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Vec<(usize, T)>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}
