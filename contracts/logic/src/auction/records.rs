//! What an auction is configured with and what it stores.
// The codec that is derived for an enum with fields casts its length.
#![allow(clippy::cast_possible_truncation)]

use super::*;
use carrots_kernel::{choices, records};

/// The most items of a round.
pub const MAX_ITEMS: usize = 8;
/// The most bidders of a round. It bounds every loop.
pub const MAX_BIDDERS: usize = 64;
/// The highest value of an item: no sum of values overflows.
pub const MAX_BID: Balance = 1 << 120;

/// A bid: what each item is worth, or each further unit. Zero is no bid.
pub type Values = [Balance; MAX_ITEMS];

choices! {
    /// Who wins, and at what price.
    #[derive(Default)]
    pub enum Kind {
        /// The highest bid wins the one item and pays what it says.
        #[default]
        FirstPrice,
        /// The highest bid wins the one item and pays the second highest, or the reserve price.
        SecondPrice,
        /// The highest bids win equal units and all pay the highest that does not win, or the
        /// reserve price.
        UniformPrice,
        /// The assignment of the highest total value wins; each winner pays what the others lose
        /// by it, and no less than the reserve price.
        Vcg,
        /// The same assignment; each winner pays by `price_line` what `bid_share`, `without_share` and
        /// `beside_share` say, and no less than the reserve price, or wins nothing if it bid less than that.
        Linear,
    }
}

impl Kind {
    /// Whether items may differ, and every bidder wants one at most.
    pub fn assigns(self) -> bool {
        matches!(self, Kind::Vcg | Kind::Linear)
    }
}

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// Rounds that were opened; their numbers count from zero.
        pub rounds: u32,
    }

    /// Where a round stands.
    #[derive(Default)]
    pub enum Status {
        /// Never opened.
        #[default]
        Absent,
        /// Takes bids, or waits to be settled.
        Open,
        /// Its items are awarded.
        Settled,
    }

    /// A round. It is never removed.
    #[derive(Default)]
    pub struct Round {
        /// The block in which it was opened.
        pub start: Block,
        /// Bids that were committed to.
        pub bidders: u32,
        /// Bids that were revealed.
        pub revealed: u32,
        /// Where it stands.
        pub status: Status,
    }

    /// An account's bid in the open round.
    #[derive(Default)]
    pub enum Bid {
        /// None.
        #[default]
        Absent,
        /// Committed to.
        Sealed {
            /// The hash of account, round, values and salt.
            commitment: Hash,
            /// What was laid by for it.
            deposit: Balance,
        },
        /// Revealed, and paid in.
        Revealed {
            /// What it says.
            values: Values,
            /// What was laid by for it.
            deposit: Balance,
        },
    }

    /// An item that was sold. It is never removed.
    pub struct Award<Id> {
        /// To whom.
        pub winner: Id,
        /// For how much.
        pub price: Balance,
    }
}

impl Bid {
    /// What was laid by for it.
    pub fn deposit(&self) -> Balance {
        match *self {
            Bid::Absent => 0,
            Bid::Sealed { deposit, .. } | Bid::Revealed { deposit, .. } => deposit,
        }
    }
}
