//! `carrots completions` and `carrots man`: the command line for shells and manuals.

use super::Cli;
use super::output::{Verdict, print};
use anyhow::Context;
use clap::CommandFactory;
use std::path::PathBuf;

/// Print what a shell completes: for bash, `source <(carrots completions bash)`
#[derive(clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Write manual pages, one for each command
#[derive(clap::Args)]
pub struct ManArgs {
    /// Folder for them, such as ~/.local/share/man/man1
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub fn completions(args: CompletionsArgs) -> anyhow::Result<Verdict> {
    let (mut command, mut out) = (Cli::command(), Vec::new());
    clap_complete::generate(args.shell, &mut command, "carrots", &mut out);
    print(&String::from_utf8(out)?)?;
    Ok(Verdict::Holds)
}

pub fn man(args: ManArgs) -> anyhow::Result<Verdict> {
    let say = || format!("{}: cannot be written", args.out.display());
    std::fs::create_dir_all(&args.out).with_context(say)?;
    clap_mangen::generate_to(Cli::command().name("carrots"), &args.out).with_context(say)?;
    Ok(Verdict::Holds)
}
