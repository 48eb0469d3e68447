//! What an auction is configured with and what it stores.
// The codec that is derived for an enum with fields casts its length.
#![allow(clippy::cast_possible_truncation)]

use carrots_kernel::math::Balance;
use carrots_kernel::records;
use carrots_kernel::sealed::MAX_WINDOW;
pub use carrots_kernel::sealed::{Block, Hash, Salt};

/// The most items of a round.
pub const MAX_ITEMS: usize = 8;
/// The most bidders of a round. It bounds every loop.
pub const MAX_BIDDERS: usize = 64;
/// The highest value of an item: no sum of values overflows.
pub const MAX_BID: Balance = 1 << 120;

/// A bid: what each item is worth, or each further unit. Zero is no bid.
pub type Values = [Balance; MAX_ITEMS];

records! {
    /// Who wins, and at what price.
    #[derive(Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
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
    }

    /// What the rules are configured with. Amounts are in the chain's smallest unit.
    #[derive(Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
    pub struct Params {
        /// Who wins, and at what price.
        pub kind: Kind,
        /// Items of a round, from one to [`MAX_ITEMS`]; one under the first and second price.
        pub items: u32,
        /// The most bidders of a round, from one to [`MAX_BIDDERS`].
        pub max_bidders: u32,
        /// The least price of an item; at most [`MAX_BID`].
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub reserve_price: Balance,
        /// What a bidder loses if it does not reveal; at least one. More than a withheld bid can
        /// gain, or withholding pays.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub deposit: Balance,
        /// Blocks in which bids are committed to; at least one.
        pub commit_blocks: Block,
        /// Blocks after them in which bids are revealed; at least one.
        pub reveal_blocks: Block,
    }

    /// Who may do what others may not. Each may be another contract.
    pub struct Roles<Id> {
        /// Opens rounds and is credited with the prices.
        pub seller: Id,
        /// Is credited with the deposits of those who do not reveal. It should be neither the
        /// seller nor a bidder.
        pub sink: Id,
    }

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
        /// Committed to, with the deposit.
        Sealed {
            /// The hash of account, round, values and salt.
            commitment: Hash,
        },
        /// Revealed, and paid in.
        Revealed {
            /// What it says.
            values: Values,
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

records! {
    /// What is wrong with a set of parameters.
    pub enum ParamsError {
        /// `items` is zero.
        ItemsZero,
        /// `items` is more than [`MAX_ITEMS`].
        TooManyItems,
        /// `items` is not one under the first or second price.
        NotOneItem,
        /// `max_bidders` is zero.
        MaxBiddersZero,
        /// `max_bidders` is more than [`MAX_BIDDERS`].
        TooManyBidders,
        /// `reserve_price` is more than [`MAX_BID`]: no bid could meet it.
        ReservePriceTooHigh,
        /// `deposit` is zero: not to reveal would be free.
        DepositZero,
        /// `commit_blocks` is zero.
        CommitBlocksZero,
        /// `reveal_blocks` is zero.
        RevealBlocksZero,
        /// `commit_blocks` or `reveal_blocks` is more than
        /// [`MAX_WINDOW`](carrots_kernel::sealed::MAX_WINDOW).
        WindowTooLong,
    }
}

impl Params {
    /// Accepts the parameters, or names the first thing that is wrong with them.
    pub fn check(&self) -> Result<(), ParamsError> {
        use ParamsError as E;
        let one_item = matches!(self.kind, Kind::FirstPrice | Kind::SecondPrice);
        carrots_kernel::check(&[
            (self.items > 0, E::ItemsZero),
            (self.items as usize <= MAX_ITEMS, E::TooManyItems),
            (self.items == 1 || !one_item, E::NotOneItem),
            (self.max_bidders > 0, E::MaxBiddersZero),
            (self.max_bidders as usize <= MAX_BIDDERS, E::TooManyBidders),
            (self.reserve_price <= MAX_BID, E::ReservePriceTooHigh),
            (self.deposit > 0, E::DepositZero),
            (self.commit_blocks > 0, E::CommitBlocksZero),
            (self.reveal_blocks > 0, E::RevealBlocksZero),
            (self.commit_blocks.max(self.reveal_blocks) <= MAX_WINDOW, E::WindowTooLong),
        ])
    }
}
