//! `replay T.json`: plays a trace in memory and on the compiled contract, side by side. Started by
//! scripts/replay, which builds the contracts.

use std::process::ExitCode;

fn main() -> ExitCode {
    carrots_testkit::replay::main(carrots_tests::MECHANISMS)
}
