//! `carrots design`: from goals to parameters.

mod choice;
mod told;

use super::output::{Format, Verdict, print};
use super::points::{Points as Rows, Unprinted};
use crate::design::{Asked, FILE, Goals, Points, Way};
use crate::mechanism::Catalogue;
use crate::rows::in_order;
use crate::scenario::Document;
use crate::sweep::{Folder, Shard};
use anyhow::Context;
use bytesize::ByteSize;
use choice::Choice;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use told::Told;

/// Which parameters meet these goals, how far can each move, and what is in the way if none do?
///
/// The goals are judged at the points of the grid of what is free, for all values of what is not known:
/// properties by the audit, exactly; bounds by the simulator, at 95 %. What is not said here is taken from
/// [design] of the scenario. Exit status 1: no point meets them; 3: nobody knows whether one does, or it was
/// stopped.
#[derive(clap::Args)]
pub struct Args {
    /// The scenario, a TOML file; of several, which meets the goals at all, and which does best
    #[arg(required = true)]
    scenario: Vec<PathBuf>,
    /// A key whose values are rules to choose from, such as params.kind=first_price,second_price: the same is asked with
    /// each
    #[arg(long, value_name = "KEY=VALUES")]
    choose: Option<String>,
    /// A free key and its values: as in `carrots sweep --vary`; can be repeated
    #[arg(long, value_name = "KEY=VALUES")]
    free: Vec<String>,
    /// A key with values for all of which the goals have to be met; can be repeated
    #[arg(long = "for", value_name = "KEY=VALUES")]
    across: Vec<String>,
    /// A property that has to hold, on the terms of intended.properties; can be repeated
    #[arg(long, value_name = "NAME")]
    hold: Vec<String>,
    /// What a metric or a payoff has to be, such as revenue>=1_000, by its 95 % interval; can be repeated
    #[arg(long, value_name = "NAME>=NUMBER")]
    bound: Vec<String>,
    /// A free key, a property of --hold (what is measured of it), a metric or a payoff that should be small; can be
    /// repeated
    #[arg(long, value_name = "NAME")]
    least: Vec<String>,
    /// The same for what should be large
    #[arg(long, value_name = "NAME")]
    most: Vec<String>,
    /// Divide the box of what is free instead of computing every point: between points, goals are taken to be monotone
    /// along each key as long as nothing computed says otherwise; objectives are free keys then
    #[arg(long)]
    divide: bool,
    /// Compute so many points at most, chosen by a search for those that meet the goals and do best by the one
    /// objective (CMA-ES): there may be better ones
    #[arg(long, value_name = "POINTS", conflicts_with = "divide")]
    search: Option<u64>,
    /// Stop after so many seconds, with what is known then; with --out, --resume goes on
    #[arg(long, value_name = "SECONDS", value_parser = super::audit::seconds)]
    stop_after: Option<f64>,
    /// Put a value over one of the scenario
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of all randomness [default: the scenario's]
    #[arg(long)]
    seed: Option<u64>,
    /// Number of runs [default: the scenario's]
    #[arg(long)]
    runs: Option<u64>,
    /// Seconds of an audit for each property [default: 60]
    #[arg(long, value_name = "NUMBER", value_parser = super::audit::seconds)]
    seconds: Option<f64>,
    /// Memory of an audit [default: 1GiB]
    #[arg(long, value_name = "BYTES")]
    memory: Option<ByteSize>,
    /// Chains of raw calls that an audit tries, about [default: 2000]
    #[arg(long, value_name = "NUMBER")]
    chains: Option<u64>,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Number of threads [default: one per core]; the result does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder that keeps every row as it arrives, the answer as design.json, found.toml, the scenario with the
    /// parameters that were found, and audits of that point and of what breaks beside it, with traces; of several
    /// rules it has such a folder for each
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Go on with the rows that the folder of --out holds
    #[arg(long, requires = "out")]
    resume: bool,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let start = Instant::now();
    let (names, documents): (Vec<String>, Vec<Document>) =
        choice::candidates(&args)?.into_iter().unzip();
    let several = names.len() > 1;
    let (mut goals, mut refused) = (Vec::new(), Vec::new());
    for (name, document) in names.into_iter().zip(documents) {
        match read(&args, document, catalogue) {
            Ok(read) => goals.push((name, read)),
            Err(error) => refused.push((name, error)),
        }
    }
    if goals.is_empty() {
        return Err(refused.swap_remove(0).1);
    }
    choice::check(goals.iter().map(|(_, goals)| goals.objectives()))?;
    let mut found = Vec::new();
    for (name, goals) in &goals {
        let own =
            |out: &PathBuf| if several { out.join(choice::folder(name)) } else { out.clone() };
        let folder = args.out.as_ref().map(own);
        let told = judged(&args, goals, name.clone(), folder.as_deref(), catalogue, start)?;
        if let Some(folder) = folder {
            keep(&told, &folder, catalogue)?;
        }
        found.push(told);
    }
    let choice = Choice::of(found, refused);
    match args.format {
        Format::Table => print(&choice.page())?,
        Format::Json => print(&serde_json::to_string_pretty(&choice.document())?)?,
    }
    Ok(choice.verdict())
}

/// The answer, the scenario that was found, and evidence.
fn keep(told: &Told, folder: &Path, catalogue: Catalogue) -> anyhow::Result<()> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("{}: cannot be written", path.display()))
    };
    write(FILE, &serde_json::to_string_pretty(&told.document())?)?;
    if let Some(best) = told.answer.best.first() {
        write("found.toml", &told.goals.scenario(*best)?.resolved())?;
    }
    if told.stopped { Ok(()) } else { told.keep_evidence(folder, catalogue) }
}

/// What the scenario says, with what was given put over it.
fn read<'a>(
    args: &Args,
    document: Document,
    catalogue: Catalogue<'a>,
) -> anyhow::Result<Goals<'a>> {
    let mut asked = Asked { choose: None, ..Asked::of(&document)? };
    let put = |own: &mut Vec<String>, given: &Vec<String>| {
        if !given.is_empty() {
            own.clone_from(given);
        }
    };
    put(&mut asked.free, &args.free);
    put(&mut asked.across, &args.across);
    put(&mut asked.hold, &args.hold);
    put(&mut asked.bounds, &args.bound);
    if !args.least.is_empty() || !args.most.is_empty() {
        (asked.least, asked.most) = (args.least.clone(), args.most.clone());
    }
    asked.search = args.search.or(asked.search).filter(|_| !args.divide);
    asked.divide = args.divide || asked.divide && args.search.is_none();
    asked.seconds = args.seconds.or(asked.seconds);
    asked.memory = args.memory.map(|bytes| bytes.as_u64()).or(asked.memory);
    asked.chains = args.chains.or(asked.chains);
    Ok(Goals::new(document, catalogue, asked)?)
}

/// What was computed, or read again.
struct Judged {
    points: Points,
    way: Way,
}

/// Why no more is computed.
enum End {
    Late,
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        End::Failed(error.into())
    }
}

fn judged<'g, 'a>(
    args: &Args,
    goals: &'g Goals<'a>,
    name: String,
    folder: Option<&Path>,
    catalogue: Catalogue,
    start: Instant,
) -> anyhow::Result<Told<'g, 'a>> {
    let mut judged = Judged { points: Points::new(), way: goals.way() };
    let stopped = match judge(args, goals, folder, start, &mut judged) {
        Ok(()) => false,
        Err(End::Late) => true,
        Err(End::Failed(error)) => return Err(error),
    };
    let Judged { points, way } = judged;
    let answer = goals.answer(&points, &way);
    let confirmed = match answer.best.first() {
        Some(best) => goals.confirmed(*best, catalogue)?,
        None => Vec::new(),
    };
    let beside = goals.beside(&points, catalogue);
    Ok(Told { goals, name, points, way, answer, confirmed, beside, stopped })
}

fn judge(
    args: &Args,
    goals: &Goals,
    folder: Option<&Path>,
    start: Instant,
    judged: &mut Judged,
) -> Result<(), End> {
    let sweep = goals.sweep();
    let is_late = || args.stop_after.is_some_and(|most| start.elapsed().as_secs_f64() > most);
    let open = |folder| match goals.picked() {
        Some(picked) => Folder::open(folder, &picked, Shard::ALL, args.resume),
        None => Folder::open(folder, sweep, Shard::ALL, args.resume),
    };
    let mut kept = Rows::new(Box::new(Unprinted), folder.map(open).transpose()?);
    let mut there = kept.there()?;
    let each = goals.rows_each();
    loop {
        let batch = goals.more(&judged.points, &mut judged.way);
        if batch.is_empty() {
            return Ok(kept.finish()?);
        }
        let row_of = |at: u64| batch[(at / each) as usize] * each + at % each;
        let count = batch.len() as u64 * each;
        kept.await_more(count);
        let (mut block, mut numbers) = (Vec::new(), batch.iter());
        let Judged { points, way } = &mut *judged;
        let mut take = |row| {
            block.push(row);
            if block.len() as u64 == each
                && let Some(number) = numbers.next()
            {
                let point = goals.judge(number * each, &std::mem::take(&mut block));
                way.learn(*number, &point);
                points.insert(*number, point);
            }
        };
        let mut done = 0;
        while done < count
            && let Some(row) = there.next()
        {
            let row = row?;
            kept.again(&row)?;
            take(row);
            done += 1;
        }
        let threads = args.threads.map_or(0, usize::from);
        in_order(
            threads,
            done..count,
            |at| sweep.row(row_of(at)),
            |_, row| {
                if is_late() {
                    return Err(End::Late);
                }
                kept.add(&row)?;
                take(row);
                Ok(())
            },
        )?;
    }
}
