//! Auctions in the catalogue.

use super::{Game, ParamsError};
use carrots::Mechanism;
use carrots::model::{Param, param};

/// The catalogue's entry.
pub static MECHANISM: Mechanism = Mechanism::of::<Game>(
    "Sealed bids, committed to and revealed, win items at the first, second, uniform or VCG price.",
    PARAMS,
    include_str!("../../scenarios/auction-second-price.toml"),
);

const PARAMS: &[Param] = &[
    param(
        "kind",
        "rule",
        "first_price, second_price, uniform_price, vcg",
        "who wins, and at what price",
    ),
    param("items", "items", "1 to 8; 1 under first_price and second_price", "sold in a round"),
    param("max_bidders", "accounts", "1 to 64", "commitments of a round"),
    param("reserve_price", "tokens", "<= 2^120", "least price of an item"),
    param("deposit", "tokens", ">= 1", "what a bidder loses if it does not reveal"),
    param("commit_blocks", "blocks", "1 to 2^24", "in which bids are committed to"),
    param("reveal_blocks", "blocks", "1 to 2^24", "after them, in which bids are revealed"),
];

/// The parameter that an error is about, and what is expected of it.
pub fn explain(error: ParamsError) -> (&'static str, &'static str) {
    match error {
        ParamsError::ItemsZero => ("items", "at least one item"),
        ParamsError::TooManyItems => ("items", "at most 8 items"),
        ParamsError::NotOneItem => ("items", "one item under this params.kind"),
        ParamsError::MaxBiddersZero => ("max_bidders", "at least one bidder"),
        ParamsError::TooManyBidders => ("max_bidders", "at most 64 bidders"),
        ParamsError::ReservePriceTooHigh => ("reserve_price", "at most 2^120"),
        ParamsError::DepositZero => ("deposit", "at least one"),
        ParamsError::CommitBlocksZero => ("commit_blocks", "at least one block"),
        ParamsError::RevealBlocksZero => ("reveal_blocks", "at least one block"),
        ParamsError::WindowTooLong => {
            ("commit_blocks", "at most 2^24 blocks, and so of params.reveal_blocks")
        }
    }
}
