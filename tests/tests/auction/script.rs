//! Short ways to write calls.

use crate::generate::params;
use carrots::model::{Agent, CONTRACT, Model, Step, hash};
use carrots_catalogue::auction::{Auction, Op, SELLER};
use carrots_kernel::Balance;
use carrots_logic::auction::{Hash, MAX_ITEMS, Params, Salt, Values};
pub use carrots_testkit::script::{blocks, call, done, done_all, play_all};
use scale::Encode;

/// Agents without a role.
pub const ANN: Agent = 2;
pub const BOB: Agent = 3;
pub const CAT: Agent = 4;

pub const WALLET: Balance = 100_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

/// A bid with zeros behind it.
pub fn bid(values: &[Balance]) -> Values {
    let mut all = [0; MAX_ITEMS];
    all[..values.len()].copy_from_slice(values);
    all
}

/// The salt of an agent in a round: the same whenever it is asked for.
pub fn salt(who: Agent, round: u32) -> Salt {
    hash(&(b"salt", who, round).encode())
}

pub fn seal(who: Agent, round: u32, values: &Values) -> Hash {
    seal_for(CONTRACT, who, round, values)
}

/// A commitment that is made for that contract.
pub fn seal_for(contract: [u8; 32], who: Agent, round: u32, values: &Values) -> Hash {
    let mut model = Auction::new(params(), 0, 0).expect("the parameters are sound");
    model.rename(&mut |names| names.set_contract(contract, 0));
    model.seal(who, round, values, &salt(who, round))
}

pub fn open() -> Step<Op> {
    call(SELLER, 0, Op::Open {})
}

pub fn commit(who: Agent, deposit: Balance, round: u32, values: &Values) -> Step<Op> {
    call(who, deposit, Op::Commit { commitment: seal(who, round, values) })
}

pub fn reveal(who: Agent, amount: Balance, round: u32, values: Values) -> Step<Op> {
    call(who, amount, Op::Reveal { values, salt: salt(who, round) })
}

pub fn settle() -> Step<Op> {
    call(ANN, 0, Op::Settle {})
}

pub fn collect(account: Agent) -> Step<Op> {
    call(ANN, 0, Op::Collect { account })
}

/// Calls that reveal bids of the first round, with what they can cost.
pub fn reveals(params: &Params, bids: &[(Agent, Values)]) -> Vec<Step<Op>> {
    bids.iter().map(|(who, values)| reveal(*who, params.cost_max(values), 0, *values)).collect()
}

/// The first round: bids that are committed to in their order, of which the second list is revealed.
pub fn round(
    params: &Params,
    bids: &[(Agent, Values)],
    revealed: &[(Agent, Values)],
) -> Vec<Step<Op>> {
    let commits = bids.iter().map(|(who, values)| commit(*who, params.deposit, 0, values));
    let (wait, over) = (blocks(params.commit_blocks), blocks(params.reveal_blocks));
    let mut steps = vec![open()];
    steps.extend(commits.chain([wait]).chain(reveals(params, revealed)).chain([over, settle()]));
    steps
}
