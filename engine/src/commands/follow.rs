//! `carrots follow`: a deployed mechanism and its twin in memory, block by block.

use super::chain::{Deployed, is_lost};
use super::output::{Format, Verdict, print};
use crate::chain::{ChainError, Follower, Node, Seen};
use crate::mechanism::Catalogue;
use anyhow::Context;
use serde::Serialize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long to sleep where there is no new block.
const POLL: Duration = Duration::from_millis(100);
/// How long to sleep before a lost node is tried again, at most.
const BACK_OFF: Duration = Duration::from_secs(5);

/// Follow a deployed mechanism: every included call is applied to the model in memory, too, and
/// all that can be seen is compared
///
/// Goes on where it stopped. Exit status 1 says that something was not equal, 3 that the node
/// was lost for good.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    deployed: Deployed,
    /// Begin anew, with the state after this block [default: where it stopped, or the deployment]
    #[arg(long, value_name = "BLOCK")]
    since: Option<u32>,
    /// Stop after this block [default: never]
    #[arg(long, value_name = "BLOCK")]
    until: Option<u32>,
    /// Where it is written down how far it came [default: the record's name with .follow.json]
    #[arg(long, value_name = "FILE")]
    progress: Option<PathBuf>,
    /// For how many seconds a lost node is tried again
    #[arg(long, value_name = "SECONDS", default_value = "600")]
    patience: u64,
    /// How to print: `json` sums up in the end
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Outcome {
    from: u32,
    to: u32,
    blocks: u32,
    calls: u64,
    difference: Option<String>,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let (mut node, mut follower) = patiently(&args, || begin(&args, catalogue))?;
    let (from, before) = (follower.at().number, follower.calls());
    let mut difference = None;
    while args.until.is_none_or(|until| follower.at().number < until) && difference.is_none() {
        match follower.next(&node) {
            Ok(Some(seen)) => {
                if args.format == Format::Table {
                    show(&seen)?;
                }
                difference = seen.difference;
            }
            Ok(None) => std::thread::sleep(POLL),
            Err(ChainError::Lost(why)) => {
                eprintln!("carrots: {why}");
                node = again(&args, node, &follower)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    follower.save()?;
    let to = follower.at().number;
    let calls = follower.calls() - before;
    let verdict = if difference.is_some() { Verdict::Fails } else { Verdict::Holds };
    match args.format {
        Format::Json => {
            let outcome = Outcome { from, to, blocks: to - from, calls, difference };
            print(&serde_json::to_string_pretty(&outcome)?)?;
        }
        Format::Table => match difference {
            Some(difference) => print(&format!("DIFFERENT  {difference}"))?,
            None => print(&format!("equal after {} blocks, {calls} calls", to - from))?,
        },
    }
    Ok(verdict)
}

/// Does it until it is done, as long as the node is lost and patience lasts.
fn patiently<T>(args: &Args, done: impl Fn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let (since, mut pause) = (Instant::now(), POLL);
    loop {
        match done() {
            Err(error) if is_lost(&error) && since.elapsed().as_secs() < args.patience => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(BACK_OFF);
            }
            result => return result,
        }
    }
}

/// Connects, and goes on where it stopped, or begins.
fn begin(args: &Args, catalogue: Catalogue) -> anyhow::Result<(Node, Follower)> {
    let (record, node) = args.deployed.open()?;
    let path = args.progress.clone();
    let path = path.unwrap_or_else(|| args.deployed.record.with_extension("follow.json"));
    let mechanism = catalogue.find(&record.mechanism)?.chain;
    let begun = match args.since {
        Some(_) => None,
        None => Follower::resume(&record, mechanism, &node, &path)?,
    };
    let follower = match begun {
        Some(follower) => follower,
        None => {
            let deployed = record.deployed.map_or(0, |place| place.block);
            Follower::since(record, mechanism, &node, args.since.unwrap_or(deployed), &path)?
        }
    };
    Ok((node, follower))
}

/// Connects again. A node that was there and is away may come back.
fn again(args: &Args, lost: Node, follower: &Follower) -> anyhow::Result<Node> {
    let node = patiently(args, || {
        let node =
            Node::connect(lost.url()).map_err(|error| ChainError::Lost(error.to_string()))?;
        follower.is_on(&node)?;
        Ok(node)
    });
    let block = follower.at().number;
    let node =
        node.with_context(|| format!("stopped after block {block}: run it again to go on"))?;
    eprintln!("carrots: {}: connected again", node.url());
    Ok(node)
}

fn show(seen: &Seen) -> anyhow::Result<()> {
    for step in &seen.calls {
        let value = if step.value == "0" { String::new() } else { format!(" with {}", step.value) };
        print(&format!("{:>7}  {}  {}{value}", seen.at.number, step.who, step.call))?;
        print(&format!("         {}", step.result))?;
    }
    if seen.adopted {
        let block = seen.at.number;
        print(&format!(
            "{block:>7}  reached through another contract or call: its state was read from the chain"
        ))?;
    }
    Ok(())
}
