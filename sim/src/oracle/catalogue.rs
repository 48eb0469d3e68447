//! The oracle in the catalogue.

use super::{Game, ParamsError};
use carrots::Mechanism;
use carrots::model::{Param, param};

/// The catalogue's entry.
pub static MECHANISM: Mechanism = Mechanism::of::<Game>(
    "Jurors drawn by stake answer questions under seal: who agrees with the outcome earns.",
    PARAMS,
    include_str!("../../scenarios/oracle-court.toml"),
);

const PARAMS: &[Param] = &[
    param("min_stake", "tokens", ">= 1", "least stake of a juror, beside absent_loss"),
    param("alpha", "fraction", "> 0", "part of min_stake that an incoherent vote loses"),
    param("absent_loss", "tokens", "> alpha * min_stake", "what an unrevealed vote loses"),
    param("fee_per_vote", "tokens", ">= 1", "paid for each vote of a jury"),
    param("jury", "votes", ">= 1", "votes of the first jury"),
    param("max_appeals", "appeals", "last jury <= 63", "each with twice the votes and one"),
    param("max_jurors", "accounts", "1 to 1024", "jurors to draw from"),
    param("tolerance", "fraction", "0 to 1", "of the median, within which numbers are coherent"),
    param("stake_blocks", "blocks", "1 to 2^24", "in which stakes change, before each drawing"),
    param("draw_blocks", "blocks", "1 to 2^24", "in which juries are drawn"),
    param("commit_blocks", "blocks", "1 to 2^24", "in which jurors commit"),
    param("reveal_blocks", "blocks", "1 to 2^24", "in which jurors reveal"),
    param("appeal_blocks", "blocks", "1 to 2^24", "in which an outcome can be appealed"),
];

/// The parameter that an error is about, and what is expected of it.
pub fn explain(error: ParamsError) -> (&'static str, &'static str) {
    match error {
        ParamsError::MinStakeZero => ("min_stake", "at least one"),
        ParamsError::AlphaZero => ("alpha", "more than zero"),
        ParamsError::AbsentLossTooLow => {
            ("absent_loss", "more than params.alpha * params.min_stake, rounded up")
        }
        ParamsError::FeeZero => ("fee_per_vote", "at least one"),
        ParamsError::FeeTooHigh => ("fee_per_vote", "a fee of the last appeal below 2^128"),
        ParamsError::JuryZero => ("jury", "at least one vote"),
        ParamsError::JuryTooLarge => {
            ("jury", "at most 63 votes after params.max_appeals appeals: (jury + 1) * 2^n - 1")
        }
        ParamsError::MaxJurorsZero => ("max_jurors", "at least one juror"),
        ParamsError::TooManyJurors => ("max_jurors", "at most 1,024 jurors"),
        ParamsError::StakeBlocksZero => ("stake_blocks", "at least one block"),
        ParamsError::DrawBlocksZero => ("draw_blocks", "at least one block"),
        ParamsError::CommitBlocksZero => ("commit_blocks", "at least one block"),
        ParamsError::RevealBlocksZero => ("reveal_blocks", "at least one block"),
        ParamsError::AppealBlocksZero => ("appeal_blocks", "at least one block"),
        ParamsError::WindowTooLong => {
            ("stake_blocks", "at most 16,777,216 blocks, and so of the other windows")
        }
    }
}
