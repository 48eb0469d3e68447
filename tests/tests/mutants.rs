//! Rules that are broken on purpose: the audit has to catch them.
//!
//! `tests/mutants/*.toml` list the mutants. The rules and the simulator are copied, every mutant's
//! text becomes `if crate::mutant(NUMBER) { to } else { from }`, and the copy is built once; which
//! mutant runs is said by an environment variable. Each mechanism has one general scenario,
//! `sim/scenarios/NAME-general.toml`, with a few variants of it. A mutant is caught if the audit finds
//! a property violated there that is not violated under the rules as they are, or violated by more; or
//! that somebody gains more, or loses more, by an option or by a single call than under these;
//! that somebody can call what it cannot call under these, or the other way round; or that it costs
//! less to bribe or to corrupt.
//! Changes that are harmless must not be caught.
//!
//! Every twentieth is tried; `CARROTS_MUTANTS=1` tries all, `5` every fifth, anything else those whose name
//! contains it, or one of several with commas between.

use anyhow::{Context, Result, ensure};
use num_rational::BigRational;
use rayon::prelude::*;
use serde::Deserialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What is left to an audit, however slow the machine is, and what it is told to take for each property: more than
/// it needs, for the rules as they are and for others alike, since what one of both did not look at would be news.
const SECONDS: u64 = 1_200;
const SECONDS_EACH: u64 = 500;
/// Chains of raw calls of each length, for each intruder: few, since there are many audits.
const CHAINS: &str = "100";
/// One of so many is tried, unless something else is asked for.
const ONE_OF: usize = 20;
/// How many of a hundred are missed at most; of fewer, the next whole number. Were it the one below, every
/// second sample of fifteen would fail where of a hundred 95 are caught.
const MISSED: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Mutant>,
    harmless: Vec<Mutant>,
}

/// A rule that is changed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutant {
    name: String,
    /// What it stands for.
    #[serde(rename = "about")]
    _about: String,
    /// Under `contracts`.
    file: String,
    /// An expression that stands there once, and what takes its place.
    from: String,
    to: String,
    /// Whose scenario it is audited in.
    #[serde(skip)]
    mechanism: String,
    #[serde(skip)]
    is_harmless: bool,
}

#[test]
fn broken_rules_are_caught() {
    let mutants = read().expect("the mutants are sound");
    let binary = build(&mutants).expect("the mutants can be built");
    let chosen = std::env::var("CARROTS_MUTANTS").unwrap_or(ONE_OF.to_string());
    let is_chosen = |at: &usize| match chosen.parse::<usize>() {
        Ok(one_of) => at.is_multiple_of(one_of),
        Err(_) => chosen.split(',').any(|name| mutants[*at].name.contains(name)),
    };
    let chosen: Vec<usize> = (0..mutants.len()).filter(is_chosen).collect();
    assert!(!chosen.is_empty(), "no mutant is chosen by CARROTS_MUTANTS");
    let mut mechanisms: Vec<&str> = chosen.iter().map(|at| &*mutants[*at].mechanism).collect();
    mechanisms.dedup();
    let variants = mechanisms.iter().flat_map(|name| variants(name).expect("it is a scenario"));
    let variants: Vec<Variant> = variants.collect();
    let sound = parallel(variants.len(), |at| {
        let found = audit(&binary, 0, &variants[at]);
        found.unwrap_or_else(|why| panic!("{:?}: {why}", variants[at]))
    });
    let results = parallel(chosen.len(), |at| {
        let (number, mutant) = (chosen[at] + 1, &mutants[chosen[at]]);
        let start = Instant::now();
        let mut own =
            variants.iter().zip(&sound).filter(|(of, _)| of.mechanism == mutant.mechanism);
        let by = own.find_map(|(variant, sound)| {
            let found = audit(&binary, number, variant);
            found.map(|found| Some(worse(sound, &found)? + &variant.shown())).transpose()
        });
        let by = by.transpose();
        let seconds = start.elapsed().as_secs_f64();
        let name = &mutant.name;
        match (mutant.is_harmless, &by) {
            (false, Ok(Some(by))) => println!("caught     {name:56} {seconds:5.1} s, by {by}"),
            (false, Ok(None)) => println!("NOT CAUGHT {name:56} {seconds:5.1} s"),
            (true, Ok(None)) => println!("harmless   {name:56} {seconds:5.1} s"),
            (true, Ok(Some(by))) => println!("ALARM      {name:56} {seconds:5.1} s, by {by}"),
            (_, Err(why)) => println!("NO ANSWER  {name:56} {seconds:5.1} s: {why}"),
        }
        (mutant.is_harmless, matches!(by, Ok(Some(_))))
    });
    let count = |harmless, caught| results.iter().filter(|one| **one == (harmless, caught)).count();
    let (caught, missed, alarms) = (count(false, true), count(false, false), count(true, true));
    let all = caught + missed;
    println!("{caught} of {all} mutants are caught; {alarms} harmless changes are");
    assert!(missed <= (all * MISSED).div_ceil(100), "{caught} of {all} mutants are caught");
    assert_eq!(alarms, 0, "harmless changes are caught");
}

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace")
}

/// All mutants, in the order of their files, and after each file's what is harmless.
fn read() -> Result<Vec<Mutant>> {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/mutants"))?
        .map(|file| Ok(file?.path()))
        .collect::<Result<_>>()?;
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let file: File = toml::from_str(&text).with_context(|| path.display().to_string())?;
        let name = path.file_stem().context("it is a file")?.to_string_lossy();
        let of =
            |mutant, is_harmless| Mutant { mechanism: name.to_string(), is_harmless, ..mutant };
        all.extend(file.mutant.into_iter().map(|mutant| of(mutant, false)));
        all.extend(file.harmless.into_iter().map(|mutant| of(mutant, true)));
    }
    Ok(all)
}

/// Builds the command line with all mutants, and gives its path.
fn build(mutants: &[Mutant]) -> Result<PathBuf> {
    let folder = carrots_testkit::bundle::target().join("mutants");
    let copy = folder.join("workspace");
    let rules = root().join("contracts");
    let change = |path: &Path, text: String| match path.strip_prefix(&rules) {
        // What writes rules at compile time has none.
        Ok(file) if file.starts_with("declare") => Ok(text),
        Ok(file) if file.ends_with("src/lib.rs") => Ok(format!("{ALLOWED}{text}{CHOICE}")),
        Ok(file) => broken(file, &text, mutants),
        Err(_) => Ok(text),
    };
    for part in PARTS.iter().chain(&["Cargo.lock"]) {
        copy_all(&root().join(part), &copy.join(part), &change)?;
    }
    let mut workspace: toml::Table = fs::read_to_string(root().join("Cargo.toml"))?.parse()?;
    workspace["workspace"]["members"] = PARTS.to_vec().into();
    write(&copy.join("Cargo.toml"), &workspace.to_string())?;
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--offline", "--quiet", "-p", "carrots-catalogue"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()?;
    ensure!(status.success(), "the copy in {} does not build", copy.display());
    Ok(folder.join("target/release/carrots"))
}

/// What the command line is made of.
const PARTS: &[&str] =
    &["contracts/declare", "contracts/kernel", "contracts/logic", "engine", "sim"];

/// What is written around rules is not written as people would.
const ALLOWED: &str = "#![allow(unused_parens)]\n";

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

/// Copies files, each with its text changed, and removes what was copied from files that are gone.
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
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if from.join(entry.file_name()).exists() {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
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

/// What an audit says: by property the verdict, and what was measured.
type Findings = BTreeMap<String, Found>;

/// Properties that measure what it costs to break them.
const COSTS: [&str; 2] = ["bribery", "corruption"];

/// Single calls that seal a choice are not compared: what an intruder seals may be what a player has to
/// work for, and that alone is a gain, whatever the rules.
const SEALED: &str = ": commit";

/// An answer.
#[derive(Clone, Default)]
struct Found {
    verdict: String,
    measured: Option<BigRational>,
    each: BTreeMap<String, BigRational>,
    /// Who can call what.
    accepted: BTreeMap<String, BTreeSet<String>>,
}

/// What is violated now and was not, or is violated by more; or what somebody gains or loses more by
/// something: the first such property.
fn worse(before: &Findings, after: &Findings) -> Option<String> {
    after.iter().find_map(|(property, now)| {
        let was = before.get(property).cloned().unwrap_or_default();
        let costs = COSTS.contains(&property.as_str());
        let more = if costs { now.measured < was.measured } else { now.measured > was.measured };
        let worse = now.verdict == "violated" && (was.verdict != "violated" || more);
        let zero = BigRational::default();
        let grown = |(by, amount): &(&String, &BigRational)| {
            !by.ends_with(SEALED) && *amount > was.each.get(*by).unwrap_or(&zero)
        };
        match (worse || costs && more && now.measured.is_some(), now.each.iter().find(grown)) {
            (true, _) => Some(property.clone()),
            (false, Some((by, amount))) => Some(format!("{property}: {by} {amount}")),
            (false, None) => differently(&was.accepted, &now.accepted),
        }
    })
}

/// Who can call what it could not, or cannot call what it could, if that is known of both.
fn differently(
    before: &BTreeMap<String, BTreeSet<String>>,
    after: &BTreeMap<String, BTreeSet<String>>,
) -> Option<String> {
    if before.is_empty() || after.is_empty() {
        return None;
    }
    let none = BTreeSet::new();
    before.keys().chain(after.keys()).find_map(|who| {
        let (was, is) = (before.get(who).unwrap_or(&none), after.get(who).unwrap_or(&none));
        let what = was.symmetric_difference(is).next()?;
        let can = if is.contains(what) { "can" } else { "cannot" };
        Some(format!("{who} {can} call {what}"))
    })
}

/// A mechanism's general scenario, with values put over it.
#[derive(Debug)]
struct Variant {
    mechanism: String,
    set: Vec<String>,
}

impl Variant {
    fn scenario(mechanism: &str) -> PathBuf {
        root().join("sim/scenarios").join(format!("{mechanism}-general.toml"))
    }

    fn shown(&self) -> String {
        if self.set.is_empty() { String::new() } else { format!(" ({})", self.set.join(" ")) }
    }
}

/// The general scenario of a mechanism as it is, then its variants.
fn variants(mechanism: &str) -> Result<Vec<Variant>> {
    #[derive(Deserialize)]
    struct Scenario {
        #[serde(default)]
        variants: Vec<Vec<String>>,
    }
    let Scenario { variants } = toml::from_str(&fs::read_to_string(Variant::scenario(mechanism))?)?;
    let variant = |set| Variant { mechanism: mechanism.to_string(), set };
    Ok([vec![]].into_iter().chain(variants).map(variant).collect())
}

/// Audits a scenario under the rules of which the one with that number is broken.
fn audit(binary: &Path, number: usize, variant: &Variant) -> Result<Findings> {
    let mut command = Command::new(binary);
    command.arg("audit").arg(Variant::scenario(&variant.mechanism));
    command.args(["--set", "variants=[]", "--format", "json", "--threads", "1"]);
    variant.set.iter().for_each(|set| _ = command.arg("--set").arg(set));
    command.arg("--seconds").arg(SECONDS_EACH.to_string()).args(["--chains", CHAINS]);
    static AUDITS: AtomicUsize = AtomicUsize::new(0);
    let number_of_audit = AUDITS.fetch_add(1, Ordering::Relaxed);
    let out = binary.with_file_name(format!("audit-{number_of_audit}.json"));
    command.env("CARROTS_MUTANT", number.to_string()).stdout(fs::File::create(&out)?);
    let (start, mut child) = (Instant::now(), command.stderr(Stdio::null()).spawn()?);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > Duration::from_secs(SECONDS) {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("no answer within {SECONDS} seconds");
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
        gain: Option<String>,
        #[serde(default)]
        each: BTreeMap<String, String>,
        #[serde(default)]
        accepted: BTreeMap<String, BTreeSet<String>>,
    }
    let report: Report = serde_json::from_slice(&fs::read(&out)?)?;
    fs::remove_file(&out)?;
    let read = |finding: Finding| -> Result<_> {
        let measured = finding.gain.map(|gain| gain.parse()).transpose()?;
        let each = finding.each.iter().map(|(by, amount)| Ok((by.clone(), amount.parse()?)));
        let each = each.collect::<Result<_>>()?;
        let Finding { verdict, accepted, .. } = finding;
        let found = Found { verdict, measured, each, accepted };
        Ok((finding.property, found))
    };
    report.properties.into_iter().map(read).collect()
}

/// Does work in parallel, and gives the results in order.
fn parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Send + Sync) -> Vec<T> {
    (0..count).into_par_iter().with_max_len(1).map(work).collect()
}
