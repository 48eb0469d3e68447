//! `carrots report`: results as a page.

use super::output::{Verdict, print};
use crate::mechanism::Catalogue;
use crate::report::{page, png, read, sources};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Results as one page that one can send: plots, the tables behind them, and how to make them again
#[derive(clap::Args)]
pub struct Args {
    /// Folders of --out of sweep, merge, compare, design, simulate and audit; .parquet files of simulate --trace and --agents
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// The page to write, a file of HTML that works without a network
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder for the plots as pictures by themselves, each as SVG and as PNG
    #[arg(long, value_name = "FOLDER")]
    plots: Option<PathBuf>,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let sources = args.folders.iter().flat_map(|folder| sources(folder));
    let sections = sources.map(|source| read(&source, catalogue));
    let sections = sections.collect::<Result<Vec<_>, _>>()?;
    let page = page(&sections);
    let say = |path: &Path| format!("{}: cannot be written", path.display());
    std::fs::write(&args.out, &page).with_context(|| say(&args.out))?;
    if let Some(folder) = &args.plots {
        std::fs::create_dir_all(folder).with_context(|| say(folder))?;
        for (number, section) in sections.iter().enumerate() {
            let several = if sections.len() > 1 { format!("{}-", number + 1) } else { "".into() };
            for (name, picture) in section.pictures() {
                let write = |kind: &str, bytes: &[u8]| {
                    let file = folder.join(format!("{several}{name}.{kind}"));
                    std::fs::write(&file, bytes).with_context(|| say(&file))
                };
                write("svg", picture.as_bytes())?;
                let drawn = png(&picture).with_context(|| format!("{name}: cannot be drawn"))?;
                write("png", &drawn)?;
            }
        }
    }
    print(&format!("{}: {} KiB", args.out.display(), page.len().div_ceil(1024)))?;
    Ok(Verdict::Holds)
}
