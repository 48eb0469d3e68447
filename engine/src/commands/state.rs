//! `carrots state`: what a chain says of a deployed mechanism, as a scenario.

use super::chain::Deployed;
use super::output::{Verdict, print};
use crate::chain::{Address, Record, Wait};
use crate::mechanism::Catalogue;
use crate::scenario::Document;
use anyhow::Context;
use std::path::PathBuf;

/// Read a deployed mechanism's whole state into a scenario: what would happen from here?
///
/// `simulate` and `audit` start from it.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    deployed: Deployed,
    /// The block after which to read [default: the newest that is final]
    #[arg(long, value_name = "BLOCK")]
    at: Option<u32>,
    /// A scenario for all but the state: the world, agents that enter, how it is run
    #[arg(long, value_name = "FILE")]
    like: Option<PathBuf>,
    /// Whoever is there can use all tokens that its account has on the chain; else only what it gets
    /// out of the mechanism
    #[arg(long)]
    wallets: bool,
    /// Where to write the scenario [default: stdout]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let like = args.like.as_ref().map(|path| Document::read(path, &[])).transpose()?;
    let (record, node) = args.deployed.open()?;
    let mechanism = catalogue.find(&record.mechanism)?;
    let head = match args.at {
        Some(block) => node.block_at(block)?,
        None => node.head(Wait::Finalized)?,
    };
    let cells = node.state(record.address, head)?;
    let mut state = mechanism.chain.twin(&cells)?.state();
    if args.wallets {
        for holder in &mut state.accounts {
            holder.wallet = node.balance(Address(holder.address), head)?;
        }
    }
    let text = mechanism.resumed(&state, like.as_ref())?;
    let text = format!("{}\n\n{}", origin(&record, head.number), text.trim_end());
    match &args.out {
        Some(path) => {
            std::fs::write(path, format!("{text}\n")).with_context(|| path.display().to_string())?
        }
        None => print(&text)?,
    }
    Ok(Verdict::Holds)
}

fn origin(record: &Record, block: u32) -> String {
    format!("# {} at {} after block {block} of {}.", record.mechanism, record.address, record.chain)
}
