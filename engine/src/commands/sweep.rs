//! `carrots sweep`: a scenario at many points.

use super::output::{Verdict, print};
use super::points::Points;
use super::rows::{Format, Shown, rows};
use crate::mechanism::Catalogue;
use crate::rows::in_order;
use crate::scenario::Document;
use crate::sweep::{Asked, Folder, Shard, Sweep, kept, merge};
use bytesize::ByteSize;
use std::path::PathBuf;

/// Vary parameters: metrics, payoffs and verdicts at every point, a row each
///
/// All points have the same seed. What is not said here is taken from [sweep] of the scenario.
#[derive(clap::Args)]
pub struct Args {
    /// The scenario, a TOML file
    scenario: PathBuf,
    /// A key of the scenario and its values: KEY=FROM..TO, KEY=FROM..TO:COUNT, KEY=FROM..TO:log:COUNT,
    /// KEY=VALUE,VALUE; can be repeated. What is drawn of a range with a COUNT is one of so many values
    #[arg(long, value_name = "KEY=VALUES")]
    vary: Vec<String>,
    /// grid: every value with every other [default]; latin: a Latin hypercube; sobol: a Sobol sequence;
    /// morris, saltelli: for `carrots sensitivity`, paths on which keys move one by one, or pairs of points
    /// of a Sobol sequence with those between them
    #[arg(long, value_name = "NAME")]
    design: Option<String>,
    /// How many points of a Latin hypercube or a Sobol sequence; how many paths of morris, each one point
    /// longer than there are keys; how many pairs of saltelli, best a power of two, each with a point for
    /// every key
    #[arg(long, value_name = "NUMBER")]
    points: Option<u64>,
    /// Ask the audit for this property at every point; can be repeated
    #[arg(long, value_name = "NAME")]
    property: Vec<String>,
    /// Metrics and payoffs beside properties
    #[arg(long)]
    metrics: bool,
    /// Fewer runs, where the 95 % interval of a number is no wider before: staked_share=0.01
    #[arg(long, value_name = "NAME=WIDTH")]
    until: Option<String>,
    /// Where does the verdict change? At every point the last whole number with one verdict and the first
    /// with another, by bisection
    #[arg(long, value_name = "KEY=FROM..TO")]
    find: Option<String>,
    /// Put a value over one of the scenario, at every point
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of all randomness [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,
    /// Number of runs at every point, with --until at most [default: the scenario's]
    #[arg(long)]
    runs: Option<u64>,
    /// Seconds for each property at every point [default: 60]
    #[arg(long, value_name = "NUMBER")]
    seconds: Option<f64>,
    /// Memory of an audit [default: 1GiB]
    #[arg(long, value_name = "BYTES")]
    memory: Option<ByteSize>,
    /// Chains of raw calls that an audit tries, about [default: 2000]
    #[arg(long, value_name = "NUMBER")]
    chains: Option<u64>,
    /// How to print the rows
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// In a table, these columns beside those that are varied [default: metrics and verdicts]
    #[arg(long, value_name = "COLUMN")]
    show: Vec<String>,
    /// Draw this column over the first key with numbers, below the table
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
    /// Every N-th point from the I-th on: `carrots merge` puts all N together
    #[arg(long, value_name = "I/N", requires = "out")]
    shard: Option<Shard>,
}

/// Put the shards of a sweep together, as if they had been computed together
#[derive(clap::Args)]
pub struct MergeArgs {
    /// Folders in which shards are
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for what they come to
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let sweep = read(&args, catalogue)?;
    let shard = args.shard.unwrap_or(Shard::ALL);
    let open = |folder| Folder::open(folder, &sweep, shard, args.resume);
    let folder = args.out.as_deref().map(open).transpose()?;
    let title = args.scenario.display().to_string();
    let plot = args.plot.as_deref();
    let shown = Shown { title: &title, axes: sweep.axes(), show: &args.show, plot };
    let out = rows(args.format, &sweep, shown, args.out.as_deref())?;
    let (done, all) = (folder.as_ref().map_or(0, Folder::done), shard.count(sweep.count()));
    let mut points = Points::new(out, folder);
    points.await_more(all);
    for row in points.there()? {
        points.again(&row?)?;
    }
    in_order(
        args.threads.map_or(0, usize::from),
        done..all,
        |at| sweep.row(shard.point(at)),
        |_, row| points.add(&row),
    )?;
    points.finish()?;
    Ok(Verdict::Holds)
}

pub fn run_merge(args: MergeArgs, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let sweep = kept(&args.folders[0], catalogue)?;
    let rows = merge(&args.folders, &sweep, &args.out)?;
    print(&format!("{rows} points in {}", args.out.display()))?;
    Ok(Verdict::Holds)
}

/// What the scenario says, with what was given put over it.
fn read<'a>(args: &Args, catalogue: Catalogue<'a>) -> anyhow::Result<Sweep<'a>> {
    let mut set = args.set.clone();
    set.extend(args.seed.map(|seed| format!("run.seed={seed}")));
    set.extend(args.runs.map(|runs| format!("run.runs={runs}")));
    let document = Document::read(&args.scenario, &set)?;
    let mut asked = Asked::of(&document)?;
    if !args.vary.is_empty() {
        asked.vary = args.vary.clone();
        (asked.design, asked.points) = (None, None);
    }
    asked.design = args.design.clone().or(asked.design);
    asked.points = args.points.or(asked.points);
    if !args.property.is_empty() {
        (asked.properties, asked.metrics, asked.find) = (args.property.clone(), None, None);
    }
    asked.metrics = if args.metrics { Some(true) } else { asked.metrics };
    asked.until = args.until.clone().or(asked.until);
    asked.find = args.find.clone().or(asked.find);
    asked.seconds = args.seconds.or(asked.seconds);
    asked.memory = args.memory.map(|bytes| bytes.as_u64()).or(asked.memory);
    asked.chains = args.chains.or(asked.chains);
    Ok(Sweep::new(document, catalogue, asked)?)
}
