//! Random traces, on the model and on the compiled contract at once.

use crate::generate::cases;
use carrots_testkit::random::{Plan, traces_are_equal};

#[test]
fn the_contract_does_what_the_model_does() {
    traces_are_equal(&cases(), &Plan { steps: 10_000, trace: 500, successes: 100 });
}
