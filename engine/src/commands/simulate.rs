//! `carrots simulate`: a dry-run of a scenario.

use super::interrupt::Kept;
use super::output::{Verdict, number, print, table};
use super::rows::{Format, parquet};
use crate::mechanism::Catalogue;
use crate::rows::{Column, CsvRows, Rows};
use crate::scenario::Document;
use crate::simulate::{
    Played, Rounds, Simulation, Store, Summary, cells, columns, ending, said, simulate,
    write_agents,
};
use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use std::io;
use std::path::PathBuf;

/// Dry-run a scenario: agents, Monte Carlo runs, metrics with confidence intervals
#[derive(clap::Args)]
pub struct Args {
    /// The scenario, a TOML file: see `carrots init`
    scenario: PathBuf,
    /// How to print the result: `table` and `json` sum up, `csv` and `parquet` give a row per run
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Put a value over one of the scenario, such as run.horizon=100 or agents[0].count=5
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of all randomness [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,
    /// Number of runs [default: the scenario's]
    #[arg(long)]
    runs: Option<u64>,
    /// Number of threads [default: one per core]; the result does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder that keeps every run's row as it arrives
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Go on with the runs that the folder of --out holds
    #[arg(long, requires = "out", conflicts_with = "trace")]
    resume: bool,
    /// File for all numbers of every run after every round; .parquet or .csv
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// File for what every agent has after every round of the first run; .parquet or .csv
    #[arg(long, value_name = "FILE")]
    agents: Option<PathBuf>,
    #[cfg(feature = "chain")]
    #[command(flatten)]
    on: super::on::On,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let mut set = args.set.clone();
    set.extend(args.seed.map(|seed| format!("run.seed={seed}")));
    set.extend(args.runs.map(|runs| format!("run.runs={runs}")));
    let document = Document::read(&args.scenario, &set)?;
    let mechanism = catalogue.of(&document)?;
    let simulation = mechanism.simulation(&document)?;
    #[cfg(feature = "chain")]
    if args.on.on.is_some() {
        let format = match args.format {
            Format::Table => super::output::Format::Table,
            Format::Json => super::output::Format::Json,
            _ => bail!("--on: expected --format table or json"),
        };
        return super::on::simulate(&args.on, mechanism, &args.scenario, &document, format);
    }
    let summary = play(&args, &document, &*simulation)?;
    let unused: Vec<_> =
        simulation.unused().into_iter().filter(|key| document.value(key).is_some()).collect();
    if !unused.is_empty() {
        eprintln!("note: nobody does here what these are about: {}", unused.join(", "));
    }
    match args.format {
        Format::Table => print(&page(&summary))?,
        Format::Json => print(&serde_json::to_string_pretty(&summary)?)?,
        Format::Csv | Format::Parquet => {}
    }
    Ok(Verdict::Holds)
}

fn play(args: &Args, document: &Document, simulation: &dyn Simulation) -> anyhow::Result<Summary> {
    let (run, columns) = (simulation.run(), columns(simulation));
    let scenario = document.resolved();
    let mut out = rows(args.format, &columns, &scenario)?;
    for path in args.trace.iter().chain(&args.agents) {
        ending(path)?;
    }
    if args.trace.is_some() && args.trace == args.agents {
        bail!("--trace, --agents: expected two files");
    }
    let open = |folder| Store::open(folder, &scenario, &columns, args.resume, run.runs);
    let mut store = args.out.as_deref().map(open).transpose()?;
    let done = store.as_ref().map_or(0, Store::done);
    let kept = store.as_ref().map(|_| Kept::watch(done));
    let earlier = store.as_ref().map(Store::rows).transpose()?.into_iter().flatten();
    let rounds = args.trace.as_deref().map(|path| Rounds::of_runs(path, simulation, &scenario));
    let mut rounds = rounds.transpose()?;
    if let Some(path) = &args.agents {
        write_agents(path, simulation, &scenario)?;
    }
    let (traced, bar) = (rounds.is_some(), progress(run.runs));
    let mut keep = |number, played: &Played| -> anyhow::Result<()> {
        if let (Some(store), Some(kept), true) = (&mut store, &kept, number >= done) {
            kept.add(|| store.add(number, &played.row))?;
        }
        if let Some(rounds) = &mut rounds {
            rounds.add_run(number, &played.rounds)?;
        }
        if let Some(out) = &mut out {
            out.add(&cells(number, &played.row))?;
        }
        bar.set_position(number + 1);
        Ok(())
    };
    let earlier = earlier.map(|row| row.map_err(Into::into));
    let threads = args.threads.map_or(0, usize::from);
    let summary = simulate(simulation, run, threads, traced, earlier, &mut keep)?;
    bar.finish_and_clear();
    if let Some(rounds) = rounds {
        rounds.finish()?;
    }
    if let Some(out) = out {
        out.finish()?;
    }
    let summary = summary.finish(&args.scenario.display().to_string());
    if let Some(store) = store {
        store.finish(&serde_json::to_string_pretty(&summary)?)?;
    }
    Ok(summary)
}

/// Where a row per run is printed, if the format asks for it.
fn rows(
    format: Format,
    columns: &[Column],
    scenario: &str,
) -> anyhow::Result<Option<Box<dyn Rows>>> {
    Ok(match format {
        Format::Table | Format::Json => None,
        Format::Csv => Some(Box::new(CsvRows::new(io::stdout(), columns)?)),
        Format::Parquet => Some(parquet(columns, &said(scenario))?),
    })
}

fn progress(runs: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs, {eta} left");
    ProgressBar::new(runs).with_style(style.expect("the template is right"))
}

fn page(summary: &Summary) -> String {
    let unit = 10f64.powi(summary.token.decimals.into());
    let metrics = summary.metrics.iter().map(|(name, metric)| {
        let unit = if metric.amount { unit } else { 1.0 };
        let numbers = [metric.mean, metric.ci95_low, metric.ci95_high, metric.min, metric.max];
        let numbers = numbers.map(|x| number(x / unit));
        let name = if metric.amount { with_unit(name, summary) } else { name.clone() };
        std::iter::once(name).chain(numbers).collect()
    });
    let strategies = summary.strategies.iter().map(|(name, strategy)| {
        let mark = if *name == summary.intended { " (intended)" } else { "" };
        let numbers = [strategy.mean_payoff, strategy.ci95_low, strategy.ci95_high];
        let mut row = vec![format!("{name}{mark}"), strategy.count.to_string()];
        row.extend(numbers.map(|x| number(x / unit)));
        row.push(format!("{:.3} %", 100.0 * strategy.mean_return));
        row.push(number(strategy.slashed / unit));
        row
    });
    let throughput = summary.throughput;
    let (payoff, slashed) = (with_unit("mean payoff", summary), with_unit("slashed", summary));
    format!(
        "{}: {} runs from seed {}\n\n{}\n\n{}\n\n{} agent-steps in {:.2} s: {:.1} million a second",
        summary.scenario,
        summary.runs,
        summary.seed,
        table(&["metric", "mean", "95 % from", "to", "min", "max"], 1, metrics),
        table(
            &["strategy", "agents", &payoff, "95 % from", "to", "return", &slashed],
            1,
            strategies
        ),
        throughput.agent_steps,
        throughput.seconds,
        throughput.agent_steps_per_second / 1e6,
    )
}

fn with_unit(name: &str, summary: &Summary) -> String {
    match summary.token.name.as_str() {
        "" => name.to_string(),
        token => format!("{name} ({token})"),
    }
}
