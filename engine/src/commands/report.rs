//! `carrots report`: results as a page.

use super::output::{Verdict, print};
use crate::mechanism::Catalogue;
use crate::report::{page, read};
use anyhow::Context;
use std::path::PathBuf;

/// Results as one page that one can send: plots, the tables behind them, and how to make them again
#[derive(clap::Args)]
pub struct Args {
    /// Folders of --out of sweep, merge, compare, simulate and audit; .parquet files of simulate --trace and --agents
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// The page to write, a file of HTML that works without a network
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let sources = args.folders.iter().map(|folder| read(folder, catalogue));
    let page = page(&sources.collect::<Result<Vec<_>, _>>()?);
    let say = || format!("{}: cannot be written", args.out.display());
    std::fs::write(&args.out, &page).with_context(say)?;
    print(&format!("{}: {} KiB", args.out.display(), page.len().div_ceil(1024)))?;
    Ok(Verdict::Holds)
}
