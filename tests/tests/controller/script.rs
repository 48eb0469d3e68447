//! Short ways to write calls.

use carrots::model::{Agent, Step};
use carrots_catalogue::controller::{Op, REPORTER};
use carrots_kernel::Balance;
pub use carrots_testkit::script::{blocks, call, done_all, play_all};

/// Agents without a role.
pub const ANN: Agent = 2;
pub const BOB: Agent = 3;
pub const CAT: Agent = 4;

pub const WALLET: Balance = 100_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

/// Somebody takes units in a period that Ann makes, with so many tokens and a tip for each.
pub fn takes(who: Agent, value: Balance, units: Balance, tip: Balance) -> Step<Op> {
    call(who, value, Op::UseCapacity { units, tip, maker: ANN })
}

/// The reporter reports.
pub fn reports(measure: Balance) -> Step<Op> {
    call(REPORTER, 0, Op::Report { measure })
}

pub fn advances() -> Step<Op> {
    call(CAT, 0, Op::Advance {})
}

pub fn collects(account: Agent) -> Step<Op> {
    call(CAT, 0, Op::Collect { account })
}
