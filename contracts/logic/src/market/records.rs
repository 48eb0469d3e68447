//! What is configured, and what is stored.

use super::*;
use carrots_kernel::records;

/// The most outcomes of a market. It bounds every loop.
pub const MAX_OUTCOMES: u32 = 8;
/// The largest liquidity: what fixed point may be wrong by is less than a ten-thousandth of a token.
pub const MAX_LIQUIDITY: Balance = 1 << 96;
/// The most shares of an outcome.
pub const MAX_SHARES: Balance = 1 << 112;

/// Shares of each outcome that were sold and not bought back.
pub type Shares = [Balance; MAX_OUTCOMES as usize];

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// Markets that were opened: the number of the next one.
        pub markets: u32,
    }

    /// A market. It is never removed.
    pub struct Book<Id> {
        /// Who opened it, and gets what is left.
        pub sponsor: Id,
        /// The hash of what is asked.
        pub question: Hash,
        /// The first block in which nobody can trade any more.
        pub closes_at: Block,
        /// Shares of each outcome.
        pub shares: Shares,
        /// What it holds in tokens.
        pub held: Balance,
        /// The outcome that came true, once that is said.
        pub answer: Option<u32>,
    }
}

impl<Id> Book<Id> {
    /// Shares of an outcome.
    pub fn sold(&self, outcome: u32) -> Balance {
        self.shares.get(outcome as usize).copied().unwrap_or(0)
    }

    /// Shares as they are if of one outcome there are so many.
    pub(super) fn with(&self, outcome: u32, sold: Balance) -> Shares {
        let mut shares = self.shares;
        if let Some(of) = shares.get_mut(outcome as usize) {
            *of = sold;
        }
        shares
    }

    /// The most that can be due: shares of the answer that are not redeemed, or of the outcome of which there
    /// are most.
    pub fn due_max(&self) -> Balance {
        match self.answer {
            Some(_) => self.held,
            None => self.shares.iter().copied().max().unwrap_or(0),
        }
    }

    /// The answer is known: what is left for the sponsor, beside a token for each share of it.
    pub(super) fn settle(&mut self, answer: u32) -> Balance {
        let due = self.sold(answer);
        // It holds at least as much: see the header.
        let rest = self.held.saturating_sub(due);
        self.answer = Some(answer);
        self.held = due;
        rest
    }
}

impl Params {
    /// The outcome that there is no answer.
    pub fn none(&self) -> u32 {
        self.outcomes.saturating_sub(1)
    }

    /// The first block in which the settler cannot say the answer any more.
    pub fn settles_until<Id>(&self, book: &Book<Id>) -> Block {
        book.closes_at.saturating_add(self.settle_blocks)
    }
}
