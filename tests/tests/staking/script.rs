//! Short ways to write calls.

use crate::generate::params;
use carrots::model::{Agent, Instance, Step};
use carrots_catalogue::staking::{CANCELLER, Op, SCORER, SLASHER, Staking};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Era, Offence, Params};
use carrots_testkit::differential::Pair;
pub use carrots_testkit::script::{blocks, call, done, done_all, play, play_all};

/// Agents without a role.
pub const ANN: Agent = 4;
pub const BOB: Agent = 5;
pub const CAT: Agent = 6;

pub const WALLET: Balance = 10_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

pub fn register(who: Agent, value: Balance) -> Step<Op> {
    call(who, value, Op::Register { commission: Perbill::from_percent(10) })
}

pub fn bond(who: Agent, value: Balance, operator: Agent) -> Step<Op> {
    call(who, value, Op::Bond { operator })
}

/// An operator's own counts since era zero.
pub fn unbond(who: Agent, operator: Agent, since: Era, amount: Balance) -> Step<Op> {
    call(who, 0, Op::Unbond { operator, since, amount })
}

pub fn withdraw(account: Agent, operator: Agent, since: Era, until: Era) -> Step<Op> {
    call(CAT, 0, Op::Withdraw { account, operator, since, until })
}

pub fn elect(operator: Agent, other: Agent) -> Step<Op> {
    call(CAT, 0, Op::Elect { operator, other })
}

pub fn commission(who: Agent, percent: u32) -> Step<Op> {
    call(who, 0, Op::SetCommission { commission: Perbill::from_percent(percent) })
}

pub fn end_era() -> Step<Op> {
    call(ANN, 0, Op::EndEra {})
}

pub fn fund(value: Balance) -> Step<Op> {
    call(ANN, value, Op::Fund {})
}

pub fn award(operator: Agent, points: u32) -> Step<Op> {
    call(SCORER, 0, Op::Award { operator, points })
}

pub fn payout(operator: Agent) -> Step<Op> {
    call(ANN, 0, Op::Payout { operator })
}

pub fn report(operator: Agent, era: Era, offence: Offence) -> Step<Op> {
    call(SLASHER, 0, Op::Report { operator, era, offence, reporter: CAT })
}

pub fn misconduct(operator: Agent, era: Era) -> Step<Op> {
    report(operator, era, Offence::Misconduct)
}

pub fn cancel(operator: Agent, number: u32) -> Step<Op> {
    call(CANCELLER, 0, Op::Cancel { operator, number })
}

pub fn apply_slash(operator: Agent) -> Step<Op> {
    call(ANN, 0, Op::ApplySlash { operator })
}

pub fn retire(who: Agent) -> Step<Op> {
    call(who, 0, Op::Retire {})
}

pub fn remove(operator: Agent) -> Step<Op> {
    call(ANN, 0, Op::Remove { operator })
}

pub fn collect(account: Agent) -> Step<Op> {
    call(ANN, 0, Op::Collect { account })
}

/// So many eras go by.
pub fn eras(params: &Params, count: usize) -> Vec<Step<Op>> {
    vec![vec![blocks(params.era_blocks), end_era()]; count].concat()
}

/// The model in which the scripts are played.
pub fn model(params: Params, agents: usize) -> Instance<Staking> {
    carrots_testkit::script::model(params, &vec![WALLET; agents])
}

/// Both sides.
pub fn pair(params: Params) -> Pair<Staking> {
    carrots_testkit::script::pair(params, &WALLETS)
}

/// The parameters of the scripts: offences are reported in their era, and slashed in the next.
pub fn at_once() -> Params {
    Params { report_eras: 0, slash_defer_eras: 0, ..params() }
}
