//! The commands, one file each: arguments and output. The work is done in the library.

mod audit;
#[cfg(feature = "chain")]
mod call;
#[cfg(feature = "chain")]
mod chain;
mod compare;
#[cfg(feature = "chain")]
mod deploy;
mod design;
#[cfg(feature = "chain")]
mod follow;
mod init;
mod interrupt;
mod mechanisms;
mod new;
#[cfg(feature = "chain")]
mod on;
mod output;
mod points;
mod prim;
mod replay;
mod report;
mod rows;
mod sensitivity;
mod shell;
mod simulate;
mod solve;
#[cfg(feature = "chain")]
mod state;
mod sweep;

use self::output::{Verdict, is_closed_pipe};
use crate::mechanism::{Catalogue, Mechanism};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Design, dry-run and audit incentive mechanisms for Substrate chains.
#[derive(Parser)]
#[command(version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Mechanisms(mechanisms::Args),
    Init(init::Args),
    New(new::Args),
    Simulate(simulate::Args),
    Audit(audit::Args),
    Replay(replay::Args),
    Sweep(sweep::Args),
    Merge(sweep::MergeArgs),
    Compare(compare::Args),
    Sensitivity(sensitivity::Args),
    Prim(prim::Args),
    Design(design::Args),
    Report(report::Args),
    Completions(shell::CompletionsArgs),
    Man(shell::ManArgs),
    Solve(solve::Args),
    #[cfg(feature = "chain")]
    Deploy(deploy::Args),
    #[cfg(feature = "chain")]
    Call(call::Args),
    #[cfg(feature = "chain")]
    State(state::Args),
    #[cfg(feature = "chain")]
    Follow(follow::Args),
}

/// The command line of a binary that knows these mechanisms: parses, dispatches, and says how it went.
/// Exit status 0: what was checked holds; 1: it does not; 2: bad input; 3: stopped before the answer
/// was known.
pub fn main(mechanisms: &[&'static Mechanism]) -> ExitCode {
    let catalogue = Catalogue(mechanisms);
    let result = match Cli::parse().command {
        Command::Mechanisms(args) => mechanisms::run(args, catalogue),
        Command::Init(args) => init::run(args, catalogue),
        Command::New(args) => new::run(args, catalogue),
        Command::Simulate(args) => simulate::run(args, catalogue),
        Command::Audit(args) => audit::run(args, catalogue),
        Command::Replay(args) => replay::run(args, catalogue),
        Command::Sweep(args) => sweep::run(args, catalogue),
        Command::Merge(args) => sweep::run_merge(args, catalogue),
        Command::Compare(args) => compare::run(args, catalogue),
        Command::Sensitivity(args) => sensitivity::run(args, catalogue),
        Command::Prim(args) => prim::run(args, catalogue),
        Command::Design(args) => design::run(args, catalogue),
        Command::Report(args) => report::run(args, catalogue),
        Command::Completions(args) => shell::completions(args),
        Command::Man(args) => shell::man(args),
        Command::Solve(args) => solve::run(args, catalogue),
        #[cfg(feature = "chain")]
        Command::Deploy(args) => deploy::run(args, catalogue),
        #[cfg(feature = "chain")]
        Command::Call(args) => call::run(args, catalogue),
        #[cfg(feature = "chain")]
        Command::State(args) => state::run(args, catalogue),
        #[cfg(feature = "chain")]
        Command::Follow(args) => follow::run(args, catalogue),
    };
    match result {
        Ok(Verdict::Holds) => ExitCode::SUCCESS,
        Ok(Verdict::Fails) => ExitCode::from(1),
        Ok(Verdict::Stopped) => ExitCode::from(3),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("carrots: {error:#}");
            ExitCode::from(if is_unknown(&error) { 3 } else { 2 })
        }
    }
}

/// Whether the answer is not known, since a limit was reached, or a chain stopped answering.
fn is_unknown(error: &anyhow::Error) -> bool {
    #[cfg(feature = "chain")]
    if chain::is_lost(error) {
        return true;
    }
    solve::is_stopped(error)
}
