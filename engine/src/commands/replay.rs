//! `carrots replay`: a trace, step by step, in memory.

use super::output::{Verdict, print, table};
use crate::mechanism::Catalogue;
use anyhow::Context;
use std::path::PathBuf;

/// Play a trace step by step in memory
///
/// Exit status 1 says that a step did not give what the trace expects, that an agent does not end
/// with what it should, or that the contract holds less than it owes.
#[derive(clap::Args)]
pub struct Args {
    /// The trace, a JSON file
    trace: PathBuf,
    #[cfg(feature = "chain")]
    #[command(flatten)]
    on: super::on::On,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let file = args.trace.display();
    let text =
        std::fs::read_to_string(&args.trace).with_context(|| format!("{file}: cannot be read"))?;
    #[cfg(feature = "chain")]
    if args.on.on.is_some() {
        return super::on::replay(&args.on, catalogue, &args.trace, &text);
    }
    let mut player = catalogue.replay(&text).with_context(|| format!("{file}"))?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    while let Some(played) = player.play() {
        if let Err(expected) = played.expected {
            wrong.push(format!("step {}: expected {expected}", rows.len()));
        }
        let (held, owed) = player.balance();
        if held < owed {
            wrong.push(format!("step {}: the contract holds {held} and owes {owed}", rows.len()));
        }
        rows.push(vec![rows.len().to_string(), played.step, played.result]);
    }
    wrong.extend(player.surprises());
    let (held, owed) = player.balance();
    print(&table(&["step", "call", "result"], 3, rows))?;
    print(&format!("\nThe contract holds {held} and owes {owed}."))?;
    if wrong.is_empty() {
        return Ok(Verdict::Holds);
    }
    print(&wrong.join("\n"))?;
    Ok(Verdict::Fails)
}
