//! Short ways to write calls.

use carrots::model::{Agent, Step};
use carrots_catalogue::challenge::Op;
use carrots_kernel::Balance;
use carrots_logic::challenge::machine::run;
use carrots_logic::challenge::{Assertion, Dispute, Params};
pub use carrots_testkit::script::{blocks, call, done_all, play_all};

/// Agents without a role.
pub const ANN: Agent = 1;
pub const BOB: Agent = 2;
pub const CAT: Agent = 3;

pub const WALLET: Balance = 100_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

/// The state from which everything is asserted here.
pub const START: u64 = 7;

/// The true state after so many steps.
pub fn truth(start: u64, steps: u32) -> u64 {
    run(start, 0, steps)
}

/// The same with an error in one step.
pub fn lie(start: u64, error: u32, steps: u32) -> u64 {
    match steps <= error {
        true => truth(start, steps),
        false => run(truth(start, error + 1) ^ 1, error + 1, steps),
    }
}

/// Whether what is asserted is true.
pub fn is_true(params: &Params, assertion: &Assertion<Agent>) -> bool {
    assertion.claim == truth(assertion.start, params.steps)
}

/// What a challenger who knows the truth answers.
pub fn agrees(assertion: &Assertion<Agent>, dispute: &Dispute<Agent>) -> bool {
    dispute.middle == Some(truth(assertion.start, dispute.half()))
}

pub fn asserts(params: &Params, who: Agent, claim: u64) -> Step<Op> {
    call(who, params.assertion_bond, Op::Assert { start: START, claim })
}

/// The truth.
pub fn asserts_truth(params: &Params, who: Agent) -> Step<Op> {
    asserts(params, who, truth(START, params.steps))
}

/// What is wrong in the first step.
pub fn asserts_lie(params: &Params, who: Agent) -> Step<Op> {
    asserts(params, who, lie(START, 0, params.steps))
}

pub fn challenges(params: &Params, who: Agent) -> Step<Op> {
    call(who, params.challenge_bond, Op::Challenge { assertion: 0 })
}

pub fn bisects(who: Agent, place: u32, state: u64) -> Step<Op> {
    call(who, 0, Op::Bisect { assertion: 0, place, state })
}

pub fn answers(who: Agent, place: u32, agrees: bool) -> Step<Op> {
    call(who, 0, Op::Answer { assertion: 0, place, agrees })
}

pub fn expires(assertion: u32, place: u32) -> Step<Op> {
    call(CAT, 0, Op::Expire { assertion, place })
}

pub fn finalizes(assertion: u32) -> Step<Op> {
    call(CAT, 0, Op::Finalize { assertion })
}

pub fn collects(account: Agent) -> Step<Op> {
    call(CAT, 0, Op::Collect { account })
}

/// Ann says the first state of all in the middle, which is true, to the challenger of a place.
pub fn bisects_truly(params: &Params, place: u32) -> Step<Op> {
    bisects(ANN, place, truth(START, params.steps / 2))
}
