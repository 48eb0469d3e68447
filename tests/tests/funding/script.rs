//! Short ways to write calls.

use carrots::model::{Agent, Instance, Step};
use carrots_catalogue::funding::{Funding, Op};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::funding::{Kind, Params, ProjectId, Round};
use carrots_testkit::differential::Pair;
pub use carrots_testkit::script::{blocks, call, done, done_all, play, play_all};

pub const ANN: Agent = 0;
pub const BOB: Agent = 1;
pub const CAT: Agent = 2;

pub const WALLET: Balance = 10_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

/// The middle of the road.
pub fn params() -> Params {
    Params {
        kind: Kind::Quadratic,
        round_blocks: 10,
        max_contributors: 5,
        min_contribution: 10,
        deposit: 100,
        pairwise_bound: 0,
        threshold: 0,
        bonus: Perbill::zero(),
    }
}

/// The same with bounds for pairs.
pub fn pairwise() -> Params {
    Params { kind: Kind::Pairwise, pairwise_bound: 1_000, ..params() }
}

/// The same with a threshold: 300, and 60 for bonuses.
pub fn assurance() -> Params {
    Params { kind: Kind::Assurance, threshold: 300, bonus: Perbill::from_percent(20), ..params() }
}

/// The hash of what a project is for.
pub const TEXT: [u8; 32] = [7; 32];

pub fn sponsor(value: Balance) -> Step<Op> {
    call(ANN, value, Op::Sponsor {})
}

pub fn propose(who: Agent, params: &Params) -> Step<Op> {
    call(who, params.price(), Op::Propose { text: TEXT })
}

pub fn contribute(who: Agent, value: Balance, project: ProjectId) -> Step<Op> {
    call(who, value, Op::Contribute { project })
}

pub fn end_round() -> Step<Op> {
    call(ANN, 0, Op::EndRound {})
}

pub fn claim(project: ProjectId) -> Step<Op> {
    call(ANN, 0, Op::Claim { project })
}

pub fn refund(contributor: Agent, project: ProjectId) -> Step<Op> {
    call(ANN, 0, Op::Refund { contributor, project })
}

pub fn withdraw(sponsor: Agent, round: Round) -> Step<Op> {
    call(ANN, 0, Op::Withdraw { sponsor, round })
}

pub fn collect(account: Agent) -> Step<Op> {
    call(ANN, 0, Op::Collect { account })
}

/// The window passes.
pub fn window(params: &Params) -> Step<Op> {
    blocks(params.round_blocks)
}

/// The window passes, and the round ends.
pub fn end(params: &Params) -> Vec<Step<Op>> {
    vec![window(params), end_round()]
}

/// The model in which the scripts are played.
pub fn model(params: Params, agents: usize) -> Instance<Funding> {
    carrots_testkit::script::model(params, &vec![WALLET; agents])
}

/// Both sides.
pub fn pair(params: Params) -> Pair<Funding> {
    carrots_testkit::script::pair(params, &WALLETS)
}
