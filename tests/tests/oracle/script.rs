//! Short ways to write calls.

use crate::generate::params;
use carrots::model::{Agent, CONTRACT, Instance, Model, Step};
use carrots_catalogue::oracle::{BEACON, Op, Oracle};
use carrots_kernel::{Balance, sealed};
use carrots_logic::oracle::{Kind, Params};
use carrots_testkit::differential::Pair;
pub use carrots_testkit::script::{blocks, call, done_all, play, play_all};

/// Agents without a role.
pub const ANN: Agent = 2;
pub const BOB: Agent = 3;
pub const CAT: Agent = 4;
/// Who asks.
pub const DAN: Agent = 5;

pub const WALLET: Balance = 10_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

pub const CHOICE: Kind = Kind::Choice { options: 3 };
pub const SEED: [u8; 32] = [7; 32];
pub const SALT: [u8; 32] = [9; 32];
/// The hash of a question's text.
pub const TEXT: [u8; 32] = [5; 32];

pub fn stake(who: Agent, value: Balance) -> Step<Op> {
    call(who, value, Op::Stake {})
}

pub fn displace(who: Agent, value: Balance, juror: Agent) -> Step<Op> {
    call(who, value, Op::Displace { juror })
}

pub fn unstake(who: Agent, amount: Balance) -> Step<Op> {
    call(who, 0, Op::Unstake { amount })
}

pub fn ask(value: Balance, kind: Kind) -> Step<Op> {
    call(DAN, value, Op::Ask { kind, text: TEXT })
}

pub fn draw(question: u64) -> Step<Op> {
    call(BEACON, 0, Op::Draw { question, seed: SEED })
}

pub fn expire(question: u64) -> Step<Op> {
    call(ANN, 0, Op::Expire { question })
}

/// Commits to an answer in a round of a question.
pub fn commit_in(round: u32, who: Agent, question: u64, answer: u128) -> Step<Op> {
    commit_for(CONTRACT, round, who, question, answer)
}

/// The same, made for that contract.
pub fn commit_for(
    contract: [u8; 32],
    round: u32,
    who: Agent,
    question: u64,
    answer: u128,
) -> Step<Op> {
    let mut model = Oracle::new(params(), 0, 0).expect("the parameters are sound");
    model.rename(&mut |names| names.set_contract(contract, 0));
    let commitment = sealed::commitment(&model, who, round, &(question, answer), &SALT);
    call(who, 0, Op::Commit { question, commitment })
}

pub fn commit(who: Agent, question: u64, answer: u128) -> Step<Op> {
    commit_in(0, who, question, answer)
}

pub fn reveal(who: Agent, question: u64, answer: u128) -> Step<Op> {
    call(who, 0, Op::Reveal { question, answer, salt: SALT })
}

pub fn tally(question: u64) -> Step<Op> {
    call(BOB, 0, Op::Tally { question })
}

pub fn appeal(value: Balance, question: u64) -> Step<Op> {
    call(DAN, value, Op::Appeal { question })
}

pub fn settle(question: u64) -> Step<Op> {
    call(BOB, 0, Op::Settle { question })
}

pub fn collect(account: Agent) -> Step<Op> {
    call(BOB, 0, Op::Collect { account })
}

/// The fee of the first jury.
pub fn fee(params: &Params) -> Balance {
    params.fee_of(params.jury_of(0))
}

/// So many blocks until the drawing phase that follows, from the first block on.
pub fn until_drawing(params: &Params) -> Step<Op> {
    blocks(params.draw_window(1).0 - 1)
}

/// Ann stakes, and all votes of Dan's first question are hers.
pub fn drawn(params: &Params, kind: Kind) -> Vec<Step<Op>> {
    let staked = vec![stake(ANN, WALLET / 2), ask(fee(params), kind)];
    [staked, vec![until_drawing(params), draw(0)]].concat()
}

/// The same, and she answers.
pub fn tallied(params: &Params, kind: Kind, answer: u128) -> Vec<Step<Op>> {
    let committed = vec![commit(ANN, 0, answer), blocks(params.commit_blocks)];
    let revealed = vec![reveal(ANN, 0, answer), blocks(params.reveal_blocks), tally(0)];
    [drawn(params, kind), committed, revealed].concat()
}

/// The model in which the scripts are played.
pub fn model(params: Params) -> Instance<Oracle> {
    carrots_testkit::script::model(params, &WALLETS)
}

/// Both sides.
pub fn pair(params: Params) -> Pair<Oracle> {
    carrots_testkit::script::pair(params, &WALLETS)
}
