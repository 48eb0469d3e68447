//! `carrots compare`: scenarios side by side.

use super::output::{Verdict, number, print, table};
use super::points::Points;
use super::rows::{Format, Shown, rows};
use crate::compare::{Asked, CompareError, Difference, Paired, Phases, Rivals};
use crate::mechanism::Catalogue;
use crate::rows::{Column, in_order};
use crate::scenario::Document;
use crate::simulate::{Metric, Simulation};
use crate::sweep::{Axis, AxisError, Folder, Shard};
use anyhow::{anyhow, bail};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Put scenarios side by side, run by run with the same random numbers: which does better, and where?
///
/// Without --vary, all that means the same in all of them; with it, who is best at every point. What is not said
/// here is taken from [compare] of the first scenario.
#[derive(clap::Args)]
pub struct Args {
    /// Scenarios, TOML files
    #[arg(required = true)]
    scenarios: Vec<PathBuf>,
    /// Of each scenario one for each of these values, such as params.kind=first_price,second_price
    #[arg(long, value_name = "KEY=VALUE,VALUE")]
    between: Option<String>,
    /// A key and its values, in all of them: as in `carrots sweep`; can be repeated
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// The number by which they are compared [default: welfare, or else budget]
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
    /// Less of it is better
    #[arg(long)]
    less: bool,
    /// Between points with different answers, so many times points halfway; for two ranges of numbers
    #[arg(long, value_name = "TIMES")]
    refine: Option<u32>,
    /// Put a value over one of all scenarios
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of all randomness [default: the first scenario's]
    #[arg(long)]
    seed: Option<u64>,
    /// Number of runs of each [default: the first scenario's]
    #[arg(long)]
    runs: Option<u64>,
    /// How to print it
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// In a table of points, these columns beside those that are varied
    #[arg(long, value_name = "COLUMN")]
    show: Vec<String>,
    /// Draw this column of points over the first key with numbers, below the table
    #[arg(long, value_name = "COLUMN")]
    plot: Option<String>,
    /// Number of threads [default: one per core]; the result does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder that keeps every row as it arrives
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Go on with the points that the folder of --out holds
    #[arg(long, requires = "out")]
    resume: bool,
}

impl Args {
    /// What is wrong with an option, said of the key in [compare] of the first scenario that stands for it;
    /// nothing if the option was given.
    fn blame(&self, problem: &str) -> Option<String> {
        let given = [
            ("--between", self.between.is_some()),
            ("--of", self.of.is_some()),
            ("--vary", !self.vary.is_empty()),
            ("--refine", self.refine.is_some()),
        ];
        let (option, _) = given.into_iter().find(|(option, given)| {
            !given && problem.strip_prefix(option).is_some_and(|rest| rest.starts_with([' ', ':']))
        })?;
        let key = option.replace("--", "compare.");
        Some(format!("{}: {}", self.scenarios[0].display(), problem.replacen(option, &key, 1)))
    }
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let mut asked = Asked::of(&Document::read(&args.scenarios[0], &[])?)?;
    asked.between = args.between.clone().or(asked.between);
    asked.of = args.of.clone().unwrap_or(asked.of);
    asked.less |= args.less;
    if !args.vary.is_empty() {
        (asked.vary, asked.refine) = (args.vary.clone(), 0);
    }
    asked.refine = args.refine.unwrap_or(asked.refine);
    let rivals = rivals(&args, &asked, catalogue).map_err(|error| {
        let problem = args.blame(&error.to_string());
        problem.map_or(error, |problem| anyhow!(problem))
    })?;
    if asked.vary.is_empty() {
        return side_by_side(&args, &asked.of, &rivals);
    }
    let phases =
        Phases::new(rivals, asked).map_err(|error| match args.blame(&error.to_string()) {
            Some(problem) => CompareError::Wrong(problem),
            None => error,
        })?;
    for note in phases.notes() {
        eprintln!("note: {note}");
    }
    let title = phases.rivals().names().join(" against ");
    let plot = args.plot.as_deref();
    let shown = Shown { title: &title, axes: phases.axes(), show: &args.show, plot };
    let out = rows(args.format, &phases, shown, args.out.as_deref())?;
    let open = |folder| Folder::open(folder, &phases, Shard::ALL, args.resume);
    let mut points = Points::new(out, args.out.as_deref().map(open).transpose()?);
    let (mut there, mut plan, mut number) = (points.there()?, phases.plan(), 0);
    loop {
        let more = plan.more();
        if more.is_empty() {
            break;
        }
        points.await_more(more.len() as u64);
        let mut done = 0;
        for row in there.by_ref().take(more.len()) {
            let row = row?;
            plan.learn(phases.answer(&row));
            points.again(&row)?;
            done += 1;
        }
        in_order(
            args.threads.map_or(0, usize::from),
            done..more.len() as u64,
            |at| phases.row(number + at, &more[at as usize]),
            |_, row| {
                points.add(&row)?;
                plan.learn(phases.answer(&row));
                anyhow::Ok(())
            },
        )?;
        number += more.len() as u64;
    }
    points.finish()?;
    Ok(Verdict::Holds)
}

/// The scenarios by their names: the file's, the value that they differ by, or both.
fn rivals<'a>(args: &Args, asked: &Asked, catalogue: Catalogue<'a>) -> anyhow::Result<Rivals<'a>> {
    let between: Option<Axis> =
        asked.between.as_deref().map(str::parse).transpose().map_err(|error: AxisError| {
            anyhow!(error.to_string().replace("--vary", "--between"))
        })?;
    if let Some(between) =
        between.as_ref().filter(|between| between.count().is_none_or(|count| count > 64))
    {
        bail!("--between {between}: expected up to 64 values");
    }
    let each: Vec<(String, Vec<String>)> = match &between {
        None => asked.rivals.clone(),
        Some(between) => {
            let values = (0..between.count().unwrap_or(0)).map(|at| between.value(at));
            values
                .map(|value| (between.cell(&value).to_string(), vec![between.set(&value)]))
                .collect()
        }
    };
    let key = |set: &String| set.split('=').next().unwrap_or_default().trim().to_string();
    let own: Vec<String> = each.iter().flat_map(|(_, set)| set.iter().map(key)).collect();
    if let Some(key) = own.iter().find(|key| ["run.seed", "run.runs"].contains(&key.as_str())) {
        bail!("--between {key}: all scenarios have the same: expected another key");
    }
    if let Some(vary) = asked.vary.iter().find(|vary| own.contains(&key(vary))) {
        bail!("--vary {vary}: the scenarios differ by it: expected another key");
    }
    let mut all: Vec<(String, Document)> = Vec::new();
    for path in &args.scenarios {
        let file = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        let mut add = |name: String, own: &[String]| -> anyhow::Result<()> {
            all.push((name, Document::read(path, &[&args.set[..], own].concat())?));
            Ok(())
        };
        match &each[..] {
            [] => add(file, &[])?,
            each => each.iter().try_for_each(|(name, own)| match args.scenarios.len() {
                1 => add(name.clone(), own),
                _ => add(format!("{file} {name}"), own),
            })?,
        }
    }
    // All of them are run as the first one is.
    let run = |key: &str, given: Option<u64>| {
        let first = || all.first()?.1.table().get("run")?.get(key)?.as_integer();
        let value = given.map(|given| given.to_string()).or(first().map(|first| first.to_string()));
        value.map(|value| format!("run.{key}={value}"))
    };
    let set: Vec<String> =
        [run("seed", args.seed), run("runs", args.runs)].into_iter().flatten().collect();
    let all = all.into_iter().map(|(name, document)| Ok((name, document.with(&set)?)));
    Ok(Rivals::new(all.collect::<anyhow::Result<Vec<_>>>()?, catalogue)?)
}

/// All numbers that mean the same.
fn side_by_side(args: &Args, of: &str, rivals: &Rivals) -> anyhow::Result<Verdict> {
    if args.out.is_some() || args.refine.is_some() || !args.show.is_empty() || args.plot.is_some() {
        bail!("--out, --refine, --show, --plot: expected --vary");
    }
    if !matches!(args.format, Format::Table | Format::Json) {
        bail!("--format: expected table or json without --vary");
    }
    let simulations = rivals.simulations(&[])?;
    let mut columns = rivals.shared(&simulations);
    if !of.is_empty() {
        let names: Vec<_> = columns.iter().map(|column| column.name.clone()).collect();
        columns.retain(|column| column.name == of);
        if columns.is_empty() {
            let problem = format!("--of {of}: expected one of {}", names.join(", "));
            bail!(args.blame(&problem).unwrap_or(problem));
        }
    }
    let notes = rivals.notes(&simulations);
    let paired = Paired::play(&simulations, columns, args.threads.map_or(0, usize::from));
    match args.format {
        Format::Table => print(&page(rivals, &simulations, &paired, &notes)),
        _ => print(&serde_json::to_string_pretty(&document(rivals, &paired, &notes))?),
    }?;
    Ok(Verdict::Holds)
}

fn page(
    rivals: &Rivals,
    simulations: &[Box<dyn Simulation>],
    paired: &Paired,
    notes: &[String],
) -> String {
    let token = simulations[0].token();
    let names = rivals.names();
    let mut lines = Vec::new();
    for (at, column) in paired.columns.iter().enumerate() {
        // Of all numbers of strategies payoffs are enough, unless one is asked for.
        let aside = Rivals::is_of_strategy(&column.name) && !column.name.starts_with("payoff_");
        if aside && paired.columns.len() > 1 {
            continue;
        }
        let unit = if column.unit.is_empty() { 1.0 } else { 10f64.powi(token.decimals.into()) };
        let name = match token.name.as_str() {
            token if !column.unit.is_empty() && !token.is_empty() => {
                format!("{} ({token})", column.name)
            }
            _ => column.name.clone(),
        };
        for (rival, name_of) in names.iter().enumerate() {
            let shown = if rival == 0 { name.clone() } else { String::new() };
            let mut line = vec![shown, name_of.to_string()];
            line.push(number(paired.means[at][rival].mean / unit));
            if rival > 0 {
                let difference = paired.difference(at, rival, 0);
                let Difference { mean, low, high, even } = difference;
                line.extend([mean, low, high].map(|x| number(x / unit)));
                let sign = match mean {
                    _ if even => "even",
                    mean if mean > 0.0 => "more",
                    _ => "less",
                };
                line.push(sign.into());
            }
            lines.push(line);
        }
    }
    let header = ["", "scenario", "mean", &format!("less {}", names[0]), "95 % from", "to", ""];
    let mut page = format!(
        "{}: {} runs of each from seed {}, in pairs\n\n{}\n",
        names.join(" against "),
        paired.runs,
        paired.seed,
        table(&header, 2, lines)
    );
    for note in notes {
        page += &format!("\nnote: {note}");
    }
    page
}

fn document(rivals: &Rivals, paired: &Paired, notes: &[String]) -> Value {
    let names = rivals.names();
    let numbers = paired.columns.iter().enumerate().map(|(at, Column { name, unit, .. })| {
        let mean = |(rival, name): (usize, &&str)| {
            let Metric { mean, ci95_low, ci95_high, .. } = paired.means[at][rival];
            (
                name.to_string(),
                json!({ "mean": mean, "ci95_low": ci95_low, "ci95_high": ci95_high }),
            )
        };
        let less = |(rival, name): (usize, &&str)| {
            let difference = paired.difference(at, rival, 0);
            let Difference { mean, low, high, even } = difference;
            let value = json!({ "mean": mean, "ci95_low": low, "ci95_high": high, "even": even });
            (name.to_string(), value)
        };
        let of = names.iter().enumerate();
        let value = json!({
            "unit": unit,
            "scenarios": Value::Object(of.clone().map(mean).collect()),
            "less_first": Value::Object(of.skip(1).map(less).collect()),
        });
        (name.clone(), value)
    });
    let scenarios = rivals.iter().map(|rival| {
        let (file, set) = rival.document.origin();
        json!({ "name": rival.name, "file": file, "set": set, "mechanism": rival.mechanism.name })
    });
    json!({
        "seed": paired.seed,
        "runs": paired.runs,
        "scenarios": scenarios.collect::<Vec<_>>(),
        "numbers": Value::Object(numbers.collect::<Map<_, _>>()),
        "notes": notes,
    })
}
