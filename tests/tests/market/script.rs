//! Short ways to write calls.

use carrots::model::{Agent, Instance, Step};
use carrots_catalogue::market::{Market, Op, SETTLER};
use carrots_kernel::{Balance, Block};
use carrots_logic::market::{Db, Params};
pub use carrots_testkit::script::{blocks, call, done_all, play_all};

/// Agents without a role.
pub const ANN: Agent = 1;
pub const BOB: Agent = 2;
pub const CAT: Agent = 3;

pub const WALLET: Balance = 100_000_000;
pub const WALLETS: [Balance; 8] = [WALLET; 8];

/// In which block trading ends where a script opens a market in the first block.
pub const CLOSE: Block = 10;

/// Ann sponsors a market.
pub fn opens(params: &Params) -> Step<Op> {
    opens_until(params, CLOSE)
}

pub fn opens_until(params: &Params, closes_at: Block) -> Step<Op> {
    call(ANN, params.deposit_up(), Op::Open { question: [7; 32], closes_at })
}

pub fn buys(who: Agent, outcome: u32, shares: Balance, value: Balance) -> Step<Op> {
    call(who, value, Op::Buy { market: 0, outcome, shares })
}

pub fn sells(who: Agent, outcome: u32, shares: Balance, least: Balance) -> Step<Op> {
    call(who, 0, Op::Sell { market: 0, outcome, shares, least })
}

pub fn settles(outcome: u32) -> Step<Op> {
    call(SETTLER, 0, Op::Settle { market: 0, outcome })
}

pub fn expires() -> Step<Op> {
    call(CAT, 0, Op::Expire { market: 0 })
}

pub fn redeems(holder: Agent) -> Step<Op> {
    call(CAT, 0, Op::Redeem { holder, market: 0 })
}

pub fn collects(account: Agent) -> Step<Op> {
    call(CAT, 0, Op::Collect { account })
}

/// Everyone redeems and collects what is there for it.
pub fn all_are_paid(model: &mut Instance<Market>) {
    for number in 0..model.db.state().markets {
        for holder in 0..model.ledger().wallets.len() as Agent {
            let _ = model.apply(holder, 0, Op::Redeem { holder, market: number });
        }
    }
    for account in 0..model.ledger().wallets.len() as Agent {
        let _ = model.apply(account, 0, Op::Collect { account });
    }
}
