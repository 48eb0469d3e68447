//! Plays a trace in memory and on the compiled contract, side by side.

use crate::differential::Pair;
use anyhow::{Context, Result, bail};
use carrots::model::{Agent, Model, Step};
use carrots::trace::Trace;
use carrots_kernel::Balance;
use std::io::{ErrorKind, Write, stdout};
use std::process::ExitCode;

/// What every agent has in the end, if all steps are equal and everyone has what the trace says.
pub type Ends = Option<Vec<Balance>>;

/// Plays the text of a trace of some mechanism.
pub type Replay = fn(&str, &mut dyn Write) -> Result<Ends>;

/// Plays a trace of one of these mechanisms: see [`play`].
pub fn replay(mechanisms: &[(&str, Replay)], text: &str, out: &mut dyn Write) -> Result<Ends> {
    let mechanism = carrots::trace::mechanism(text)?;
    let Some((_, read)) = mechanisms.iter().find(|(name, _)| *name == mechanism) else {
        let names: Vec<_> = mechanisms.iter().map(|(name, _)| *name).collect();
        bail!("mechanism = {mechanism:?}: expected one of {}", names.join(", "));
    };
    read(text, out)
}

/// The command `replay TRACE.json`: see [`play`]. Exit status: 0 all is equal, 1 something is not, 2 the
/// trace cannot be played.
pub fn main(mechanisms: &[(&str, Replay)]) -> ExitCode {
    match run(mechanisms) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("replay: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(mechanisms: &[(&str, Replay)]) -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file] = arguments.as_slice() else { bail!("usage: scripts/replay TRACE.json") };
    let text = std::fs::read_to_string(file).with_context(|| format!("{file}: cannot be read"))?;
    let ends = replay(mechanisms, &text, &mut stdout().lock());
    Ok(ends.with_context(|| file.clone())?.is_some())
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Reads and plays a trace.
pub fn read<M: Model>(text: &str, out: &mut dyn Write) -> Result<Ends> {
    play(&Trace::<M>::read(text)?, out)
}

/// Plays a trace and says step by step what comes of it: results and events are compared after every
/// call, storage and tokens at the end of every block. Errs if it cannot be played.
pub fn play<M: Model>(trace: &Trace<M>, out: &mut dyn Write) -> Result<Ends> {
    if trace.state.is_some() {
        bail!(
            "state: expected a trace from the first block: no contract can be started from a state; \
             `carrots replay` plays it in memory"
        );
    }
    let mut pair = Pair::new(trace.model()?)?;
    for (step, at) in trace.steps.iter().zip(0..) {
        let call = match step {
            Step::Blocks(blocks) => format!("{blocks} blocks pass"),
            Step::Call { who, value: 0, op, .. } => format!("{who}: {op:?}"),
            Step::Call { who, value, op, .. } => format!("{who}: {op:?} with {value}"),
        };
        writeln!(out, "{at:>4}  {call}")?;
        let ends_block = matches!(trace.steps.get(at + 1), None | Some(Step::Blocks(_)));
        let compared = if ends_block { pair.step(step) } else { pair.answer(step) };
        match compared.with_context(|| format!("step {at}"))? {
            Ok(done) => match done.result {
                None => {}
                Some(Ok(receipt)) => writeln!(out, "      equal      {receipt:?}")?,
                Some(Err(refusal)) => writeln!(out, "      equal      {refusal}")?,
            },
            Err(difference) => {
                writeln!(out, "      DIFFERENT  {difference}")?;
                return Ok(None);
            }
        }
    }
    let surprises = trace.surprises(&pair.model);
    surprises.iter().try_for_each(|surprise| writeln!(out, "      DIFFERENT  {surprise}"))?;
    if surprises.is_empty() && !trace.ends.is_empty() {
        writeln!(out, "\nEveryone ends with what the trace says.")?;
    }
    let ledger = pair.model.ledger();
    writeln!(out, "\nThe contract holds {} and owes {}.", ledger.held, pair.model.owed())?;
    let ends = (0..trace.wallets.len() as Agent).map(|who| pair.model.wealth(who));
    Ok(surprises.is_empty().then(|| ends.collect()))
}
