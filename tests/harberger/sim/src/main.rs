//! The commands of Carrots, for the mechanisms of this workspace.

use std::process::ExitCode;

fn main() -> ExitCode {
    carrots::main(harberger_sim::MECHANISMS)
}
