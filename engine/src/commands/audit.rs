//! `carrots audit`: does the intended behaviour of a scenario hold?

use super::output::{Format, Verdict, print, table};
use crate::audit::{self, Compared, Counterexample, Finding, Limits};
use crate::exact;
use crate::mechanism::Catalogue;
use crate::report::{self, Audited, Told};
use crate::scenario::{Document, Property, Terms};
use crate::sweep::command;
use anyhow::{Context, bail};
use bytesize::ByteSize;
use indicatif::ProgressBar;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Does the intended behaviour hold? Else: the deviation that pays, as a trace
///
/// Exit status 1 says that a property is violated, 3 that none is but one is unknown. With --expected
/// it says so of verdicts that the scenario does not expect.
#[derive(clap::Args)]
pub struct Args {
    /// The scenario, a TOML file: see `carrots init`
    scenario: PathBuf,
    /// Ask for this property only, on the scenario's terms or the usual ones; can be repeated
    #[arg(long, value_name = "NAME", value_parser = property)]
    property: Vec<Property>,
    /// Compare the verdicts with those that the scenario expects, which are in intended.violated and
    /// intended.unknown; all others hold
    #[arg(long)]
    expected: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Put a value over one of the scenario, such as audit.bidders=3
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Folder for the traces of what is violated: PROPERTY.json, and PROPERTY-base.json for what is
    /// intended; and for audit.json, of which `carrots report` makes a page
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Memory for outcomes and states; where it does not do, a verdict is `unknown`
    #[arg(long, value_name = "BYTES", default_value = "1GiB")]
    memory: ByteSize,
    /// Seconds for each property
    #[arg(long, value_name = "NUMBER", default_value = "60", value_parser = seconds)]
    seconds: f64,
    /// Chains of raw calls of each length that are tried for each intruder, about
    #[arg(long, value_name = "NUMBER", default_value = "2000")]
    chains: u64,
    /// Instead: what every strategy is paid in so many runs of the simulator, and exactly, in the
    /// scene that is audited, the others as intended; 1 says that they differ, 3 that it is not known
    #[arg(long, value_name = "RUNS", num_args = 0..=1, require_equals = true, default_missing_value = "1000",
        value_parser = clap::value_parser!(u64).range(1..=10_000_000), conflicts_with_all = ["property", "out", "expected"])]
    compare: Option<u64>,
    /// Where searches start from
    #[arg(long, default_value = "1")]
    seed: u64,
    /// Number of threads [default: one per core]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

fn property(name: &str) -> Result<Property, String> {
    Property::find(name).ok_or_else(|| {
        let names: Vec<_> = Property::ALL.iter().map(|property| property.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// A number of seconds.
pub fn seconds(text: &str) -> Result<f64, String> {
    let sound = |seconds: &f64| seconds.is_finite() && *seconds > 0.0;
    text.parse().ok().filter(sound).ok_or_else(|| "expected a number above zero".into())
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Report<'a> {
    scenario: String,
    intended: &'a str,
    properties: &'a [Finding],
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    if let Some(folder) = args.out.as_ref().filter(|folder| folder.join(report::FILE).exists()) {
        bail!("{}: holds results already: expected another folder", folder.display());
    }
    let document = Document::read(&args.scenario, &args.set)?;
    let mut audits = Vec::new();
    for (variant, document) in document.variants()? {
        let audited = catalogue.audited(&document)?;
        let asked = questions(&args, &*audited);
        let alien = asked.iter().find(|terms| audited.expected(terms.property).is_none());
        if let (true, Some(terms)) = (args.expected, alien) {
            let expected = format!(
                "--expected: expected a list of what is known to be violated, [] if nothing is, and {} among \
                 intended.properties",
                terms.property.name()
            );
            return Err(document.wrong("intended.violated", &expected).into());
        }
        audits.push((variant, audited));
    }
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
    }
    let memory = usize::try_from(args.memory.as_u64()).unwrap_or(usize::MAX);
    let Args { seconds, seed, chains, .. } = args;
    let limits = Limits { memory, seconds, seed, chains, ..Limits::default() };
    if let Some(runs) = args.compare {
        return compare(&args, &audits, runs, limits);
    }
    let mut findings = Vec::new();
    for (variant, audited) in &audits {
        let found = check(&args, &**audited, limits).into_iter();
        findings.extend(found.map(|finding| Finding { variant: variant.clone(), ..finding }));
    }
    let audited = &audits[0].1;
    if let Some(folder) = &args.out {
        save(folder, &document, &findings, &given(&args))?;
    }
    let scenario = args.scenario.display().to_string();
    match args.format {
        Format::Json => {
            let report = Report { scenario, intended: audited.intended(), properties: &findings };
            print(&serde_json::to_string_pretty(&report)?)?;
        }
        Format::Table => print(&page(&scenario, audited.intended(), &findings))?,
    }
    let counted = findings.iter().filter(|finding| !args.expected || finding.surprises());
    let verdicts: Vec<_> = counted.map(|finding| finding.verdict).collect();
    Ok(match () {
        _ if verdicts.contains(&audit::Verdict::Violated) => Verdict::Fails,
        _ if args.expected && verdicts.contains(&audit::Verdict::Holds) => Verdict::Fails,
        _ if verdicts.contains(&audit::Verdict::Unknown) => Verdict::Stopped,
        _ => Verdict::Holds,
    })
}

/// What is asked of a scenario.
fn questions(args: &Args, audited: &dyn audit::Audited) -> Vec<Terms> {
    match args.property.as_slice() {
        [] => audited.asked().to_vec(),
        some => some.iter().flat_map(|property| audit::questions(audited, *property)).collect(),
    }
}

fn check(args: &Args, audited: &dyn audit::Audited, limits: Limits) -> Vec<Finding> {
    let questions = questions(args, audited);
    let (bar, mut findings) = (ProgressBar::new_spinner(), Vec::new());
    bar.enable_steady_tick(Duration::from_millis(200));
    let next = |at: usize| questions.get(at).map_or("", |terms| terms.property.name());
    bar.set_message(next(0));
    audited.check(&questions, limits, &mut |finding| {
        findings.push(finding);
        bar.set_message(next(findings.len()));
    });
    bar.finish_and_clear();
    findings
}

/// The simulator's payoffs beside the exact ones: they have to agree.
fn compare(
    args: &Args,
    audits: &[(String, Box<dyn audit::Audited>)],
    runs: u64,
    limits: Limits,
) -> anyhow::Result<Verdict> {
    #[derive(Serialize)]
    struct Row {
        #[serde(skip_serializing_if = "String::is_empty")]
        variant: String,
        #[serde(flatten)]
        compared: Compared,
    }
    let (bar, mut rows) = (ProgressBar::new_spinner(), Vec::new());
    bar.enable_steady_tick(Duration::from_millis(200));
    for (variant, audited) in audits {
        let compared = audited.compare(runs, limits).into_iter();
        rows.extend(compared.map(|compared| Row { variant: variant.clone(), compared }));
    }
    bar.finish_and_clear();
    let scenario = args.scenario.display().to_string();
    match args.format {
        Format::Json => {
            let report =
                serde_json::json!({ "scenario": scenario, "runs": runs, "strategies": rows });
            print(&serde_json::to_string_pretty(&report)?)?;
        }
        Format::Table => {
            let token = audits[0].1.token();
            let show = |amount: f64| match exact::Rational::from_float(amount) {
                Some(amount) => token.show_exact(&amount.round()),
                None => amount.to_string(),
            };
            let lines = rows.iter().map(|Row { variant, compared }| {
                let Compared { strategy, player, simulated, ci95_low, ci95_high, .. } = compared;
                let exact = compared.exact.as_ref().map(|exact| token.show_exact(exact));
                let agree = match compared.agree {
                    Some(true) => "yes",
                    Some(false) => "NO",
                    None => compared.why.as_str(),
                };
                let of = if variant.is_empty() { String::new() } else { format!(" ({variant})") };
                let within = format!("{} to {}", show(*ci95_low), show(*ci95_high));
                let exact = exact.unwrap_or_else(|| "unknown".into());
                vec![
                    format!("{strategy}{of}"),
                    player.clone(),
                    show(*simulated),
                    within,
                    exact,
                    agree.into(),
                ]
            });
            let header = ["strategy", "of", "simulated", "95 %", "exact", "agree"];
            let page = format!(
                "{scenario}: payoffs in the audited scene, the others as intended; {runs} runs\n\n{}\n",
                table(&header, 2, lines)
            );
            print(&page)?;
        }
    }
    let any = |agree| rows.iter().any(|row| row.compared.agree == agree);
    Ok(match () {
        _ if any(Some(false)) => Verdict::Fails,
        _ if any(None) => Verdict::Stopped,
        _ => Verdict::Holds,
    })
}

/// What was given beside the scenario, as it is given again.
fn given(args: &Args) -> String {
    let Args { property, memory, seconds, chains, seed, .. } = args;
    let mut given: String =
        property.iter().map(|property| format!(" --property {}", property.name())).collect();
    let usual = Limits::default();
    let differs = [
        ("memory", memory.as_u64().to_string(), usual.memory.to_string()),
        ("seconds", seconds.to_string(), usual.seconds.to_string()),
        ("chains", chains.to_string(), usual.chains.to_string()),
        ("seed", seed.to_string(), usual.seed.to_string()),
    ];
    for (name, value, usual) in differs {
        if value != usual {
            given += &format!(" --{name} {value}");
        }
    }
    given
}

/// Letters of a variant in the name of a file, at most.
const NAME_MAX: usize = 100;

/// Writes the traces of what is violated, and all findings for `carrots report`.
pub(super) fn save(
    folder: &Path,
    document: &Document,
    findings: &[Finding],
    given: &str,
) -> anyhow::Result<()> {
    let say = || format!("{}: cannot be written", folder.display());
    std::fs::create_dir_all(folder).with_context(say)?;
    let write = |name: &str, text: String| {
        std::fs::write(folder.join(name).with_extension("json"), text).with_context(say)
    };
    let (mut told, mut names) = (Vec::new(), BTreeSet::new());
    for finding in findings {
        told.push(Told {
            property: named(finding),
            verdict: finding.verdict.name().into(),
            expected: finding.expected.map(|verdict| verdict.name().into()),
            checked: finding.checked,
            measured: measured(finding),
            words: finding.to_string(),
            trace: finding.counterexample.as_ref().map(|found| found.trace.clone()),
        });
        let Some(Counterexample { trace, base, .. }) = &finding.counterexample else { continue };
        let mut name = finding.terms.property.name().to_string();
        if !finding.variant.is_empty() {
            let variant = finding.variant.replace(|c: char| !c.is_alphanumeric(), "-");
            name = format!("{name}-{}", variant.chars().take(NAME_MAX).collect::<String>());
        }
        while !names.insert(name.clone()) {
            name += "-again";
        }
        write(&name, serde_json::to_string_pretty(trace)?)?;
        write(&format!("{name}-base"), serde_json::to_string_pretty(base)?)?;
    }
    let (file, set) = document.origin();
    let audited = Audited {
        scenario: document.resolved(),
        command: command("audit", file, set, &format!("{given} --out FOLDER")),
        findings: told,
    };
    write(report::FILE.trim_end_matches(".json"), serde_json::to_string_pretty(&audited)?)
}

/// A property, with the variant that it is about.
fn named(finding: &Finding) -> String {
    let property = finding.terms.property.name();
    match finding.variant.as_str() {
        "" => property.into(),
        variant => format!("{property} ({variant})"),
    }
}

/// What was measured, with its unit.
fn measured(finding: &Finding) -> Option<String> {
    let Finding { token, terms, gain, .. } = finding;
    gain.as_ref().map(|gain| token.show_measured(terms.property, gain))
}

fn page(scenario: &str, intended: &str, findings: &[Finding]) -> String {
    let expects = findings.iter().any(|finding| finding.expected.is_some());
    let rows = findings.iter().map(|finding| {
        let mut row = vec![named(finding), finding.verdict.name().into()];
        row.extend(expects.then(|| finding.expected.map_or("", audit::Verdict::name).to_string()));
        row.extend([finding.checked.to_string(), measured(finding).unwrap_or_default()]);
        row
    });
    let mut header = vec![" property", "verdict", "checked", "measured"];
    if expects {
        header.insert(2, "expected");
    }
    let left = header.len() - 2;
    let mut page = format!("{scenario}: {intended}\n\n{}\n", table(&header, left, rows));
    for finding in findings {
        page.push_str(&format!("\n{finding}\n"));
    }
    page
}
