//! `replay T.json`: plays a trace in memory and on the compiled contract, side by side.

use carrots_testkit::replay::{main as replay, read};
use harberger_sim::harberger::Harberger;
use std::process::ExitCode;

fn main() -> ExitCode {
    replay(&[("harberger", read::<Harberger>)])
}
