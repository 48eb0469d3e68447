//! `carrots`: parse, dispatch, exit code.

mod cli;

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
    Mechanisms(cli::mechanisms::Args),
    Init(cli::init::Args),
    Simulate(cli::simulate::Args),
    Audit(cli::audit::Args),
    Replay(cli::replay::Args),
    Solve(cli::solve::Args),
    #[cfg(feature = "chain")]
    Deploy(cli::deploy::Args),
    #[cfg(feature = "chain")]
    Call(cli::call::Args),
    #[cfg(feature = "chain")]
    State(cli::state::Args),
    #[cfg(feature = "chain")]
    Follow(cli::follow::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Mechanisms(args) => cli::mechanisms::run(args),
        Command::Init(args) => cli::init::run(args),
        Command::Simulate(args) => cli::simulate::run(args),
        Command::Audit(args) => cli::audit::run(args),
        Command::Replay(args) => cli::replay::run(args),
        Command::Solve(args) => cli::solve::run(args),
        #[cfg(feature = "chain")]
        Command::Deploy(args) => cli::deploy::run(args),
        #[cfg(feature = "chain")]
        Command::Call(args) => cli::call::run(args),
        #[cfg(feature = "chain")]
        Command::State(args) => cli::state::run(args),
        #[cfg(feature = "chain")]
        Command::Follow(args) => cli::follow::run(args),
    };
    match result {
        Ok(cli::Verdict::Holds) => ExitCode::SUCCESS,
        Ok(cli::Verdict::Fails) => ExitCode::from(1),
        Ok(cli::Verdict::Stopped) => ExitCode::from(3),
        Err(error) if cli::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("carrots: {error:#}");
            ExitCode::from(if cli::is_unknown(&error) { 3 } else { 2 })
        }
    }
}
