//! `replay T.json`: plays a trace in memory and on the compiled contract, side by side. Started by
//! scripts/replay, which builds the contracts.
//!
//! Exit status: 0 all is equal, 1 something is not, 2 the trace cannot be played.

use anyhow::{Context, Result, bail};
use carrots_testkit::replay::replay;
use carrots_tests::MECHANISMS;
use std::io::{ErrorKind, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replay: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else { bail!("usage: scripts/replay TRACE.json") };
    let text = std::fs::read_to_string(file).with_context(|| format!("{file}: cannot be read"))?;
    Ok(replay(MECHANISMS, &text, &mut stdout().lock()).with_context(|| file.clone())?.is_some())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
