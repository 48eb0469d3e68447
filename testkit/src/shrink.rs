//! From a long trace that goes wrong to a short one.

use crate::bundle::target;
use crate::differential::{Failure, check};
use carrots::model::Model;
use carrots::trace::{Trace, fewest};
use std::path::PathBuf;
use std::time::Instant;

/// How long shorter traces are looked for.
const SECONDS: u64 = 30;

/// Removes steps, many at once and then single ones, as long as the trace still `fails`.
pub fn shrink<M: Model>(trace: &Trace<M>, mut fails: impl FnMut(&Trace<M>) -> bool) -> Trace<M> {
    let start = Instant::now();
    let steps = fewest(trace.steps.clone(), |steps| {
        let early = start.elapsed().as_secs() < SECONDS;
        early && fails(&Trace { steps: steps.to_vec(), ..trace.clone() })
    });
    Trace { steps, ..trace.clone() }
}

/// Shrinks a trace on which the model and the contract differ, writes it to a file, and says all
/// that one has to know; `rerun` is the command that found it.
pub fn explain<M: Model>(
    name: &str,
    mut trace: Trace<M>,
    failure: &Failure,
    rerun: &str,
) -> String {
    trace.steps.truncate(failure.step + 1);
    let what = failure.difference.what;
    let fails =
        |trace: &Trace<M>| matches!(check(trace), Ok(Err(other)) if other.difference.what == what);
    let shortest = shrink(&trace, fails);
    let after = match check(&shortest) {
        Ok(Err(failure)) => failure.to_string(),
        other => format!("{other:?}"),
    };
    let file =
        write(name, &shortest).map_or_else(|e| e.to_string(), |file| file.display().to_string());
    format!(
        "{name}: {failure}\nshrunk to {} steps: {after}\n\
         play it: scripts/replay {file}\nfind it again: {rerun}",
        shortest.steps.len()
    )
}

/// Writes a trace that goes wrong to a file of its own.
pub fn write<M: Model>(name: &str, trace: &Trace<M>) -> anyhow::Result<PathBuf> {
    let folder = target().join("traces");
    std::fs::create_dir_all(&folder)?;
    let path = folder.canonicalize()?.join(name).with_extension("json");
    std::fs::write(&path, serde_json::to_string_pretty(trace)?)?;
    Ok(path)
}
