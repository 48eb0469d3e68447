//! `replay T.json`: plays a trace in memory and on the compiled contract, side by side.

use carrots_testkit::replay::{main as replay, read};
use mine_sim::mine::Mine;
use std::process::ExitCode;

fn main() -> ExitCode {
    replay(&[("mine", read::<Mine>)])
}
