//! `replay T.json`: plays a trace in memory and on the compiled contract, side by side. Started by
//! scripts/replay, which builds the contracts.
//!
//! Exit status: 0 all steps are equal, 1 one is not, 2 the trace cannot be played.

use anyhow::{Context, Result, bail};
use carrots::models::{
    Model, auction::Auction, funding::Funding, oracle::Oracle, staking::Staking,
};
use carrots::trace::{Step, Trace};
use carrots_tests::differential::Pair;
use serde::Deserialize;
use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

/// Plays a trace and says whether all its steps are equal.
type Replay = fn(&str) -> Result<bool>;

const MECHANISMS: &[(&str, Replay)] = &[
    (Staking::NAME, replay::<Staking>),
    (Auction::NAME, replay::<Auction>),
    (Oracle::NAME, replay::<Oracle>),
    (Funding::NAME, replay::<Funding>),
];

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
    #[derive(Deserialize)]
    struct Head {
        mechanism: String,
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else { bail!("usage: scripts/replay TRACE.json") };
    let text = std::fs::read_to_string(file).with_context(|| format!("{file}: cannot be read"))?;
    let head: Head = serde_json::from_str(&text).with_context(|| file.clone())?;
    let Some((_, replay)) = MECHANISMS.iter().find(|(name, _)| *name == head.mechanism) else {
        let names: Vec<_> = MECHANISMS.iter().map(|(name, _)| *name).collect();
        bail!("{file}: mechanism = {:?}: expected one of {}", head.mechanism, names.join(", "));
    };
    replay(&text).with_context(|| file.clone())
}

fn replay<M: Model>(text: &str) -> Result<bool> {
    let trace = Trace::<M>::read(text)?;
    let mut pair = Pair::new(trace.model()?)?;
    let mut out = stdout().lock();
    for (step, at) in trace.steps.iter().zip(0..) {
        let call = match step {
            Step::Blocks(blocks) => format!("{blocks} blocks pass"),
            Step::Call { who, value: 0, op, .. } => format!("{who}: {op:?}"),
            Step::Call { who, value, op, .. } => format!("{who}: {op:?} with {value}"),
        };
        writeln!(out, "{at:>4}  {call}")?;
        match pair.step(step)? {
            Ok(done) => match done.result {
                None => {}
                Some(Ok(receipt)) => writeln!(out, "      equal      {receipt:?}")?,
                Some(Err(refusal)) => writeln!(out, "      equal      {refusal}")?,
            },
            Err(difference) => {
                writeln!(out, "      DIFFERENT  {difference}")?;
                return Ok(false);
            }
        }
    }
    let ledger = pair.model.ledger();
    writeln!(out, "\nThe contract holds {} and owes {}.", ledger.held, pair.model.db.owed())?;
    Ok(true)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
