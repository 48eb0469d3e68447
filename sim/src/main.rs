//! `carrots`: the commands, for the mechanisms of the catalogue.

use std::process::ExitCode;

fn main() -> ExitCode {
    carrots::main(carrots_catalogue::MECHANISMS)
}
