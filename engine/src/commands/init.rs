//! `carrots init`: a scenario to start from.

use super::output::{Verdict, print};
use crate::mechanism::Catalogue;
use anyhow::Context;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

/// Write a commented scenario to start from
#[derive(clap::Args)]
pub struct Args {
    /// Name of the mechanism: see `carrots mechanisms`
    mechanism: String,
    /// File to write, which must not be there yet [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let mechanism = catalogue.find(&args.mechanism)?;
    let Some(path) = args.out else {
        print(mechanism.template)?;
        return Ok(Verdict::Holds);
    };
    let say = || format!("{}: cannot be written", path.display());
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).with_context(say)?;
    if let Err(error) = file.write_all(mechanism.template.as_bytes()).and_then(|()| file.sync_all())
    {
        // Half a scenario would only be in the way. That it cannot be removed changes nothing.
        let _ = std::fs::remove_file(&path);
        return Err(error).with_context(say);
    }
    eprintln!("Wrote {0}. Next: carrots simulate {0}", path.display());
    Ok(Verdict::Holds)
}
