//! Funding in the catalogue.

use super::{Game, ParamsError};
use carrots::Mechanism;
use carrots::model::{Param, param};

/// The catalogue's entry.
pub static MECHANISM: Mechanism = Mechanism::of::<Game>(
    "Public goods are funded by contributions with a match from a pool, or by pledges.",
    PARAMS,
    include_str!("../../scenarios/funding-quadratic.toml"),
);

const PARAMS: &[Param] = &[
    param("kind", "rule", "quadratic, pairwise, assurance", "what projects are given"),
    param("round_blocks", "blocks", "1 to 2^24", "in which a round takes contributions"),
    param("max_projects", "projects", "1 to 64", "of a round"),
    param("max_contributors", "accounts", "1 to 2^16; pairwise: 32", "of a project"),
    param("min_contribution", "tokens", "1 to 2^88", "least amount of one contribution"),
    param("deposit", "tokens", "1 to 2^88", "kept for a project until it claims"),
    param("pairwise_bound", "tokens", "1 to 2^88", "pairwise: half of the most for a pair"),
    param(
        "threshold",
        "tokens",
        ">= 1, <= max_contributors * min_contribution",
        "assurance: what a project needs",
    ),
    param("bonus", "fraction", "> 0", "assurance: on top of a pledge that comes back"),
];

/// The parameter that an error is about, and what is expected of it.
pub fn explain(error: ParamsError) -> (&'static str, &'static str) {
    match error {
        ParamsError::RoundBlocksZero => ("round_blocks", "at least one block"),
        ParamsError::WindowTooLong => ("round_blocks", "at most 2^24 blocks"),
        ParamsError::MaxProjectsZero => ("max_projects", "at least one project"),
        ParamsError::TooManyProjects => ("max_projects", "at most 64 projects"),
        ParamsError::MaxContributorsZero => ("max_contributors", "at least one contributor"),
        ParamsError::TooManyContributors => {
            ("max_contributors", "at most 2^16 contributors, or 32 where params.kind is pairwise")
        }
        ParamsError::MinContributionZero => ("min_contribution", "at least one"),
        ParamsError::MinContributionTooHigh => ("min_contribution", "at most 2^88"),
        ParamsError::DepositZero => ("deposit", "at least one"),
        ParamsError::DepositTooHigh => ("deposit", "at most 2^88"),
        ParamsError::PairwiseBoundZero => ("pairwise_bound", "at least one"),
        ParamsError::PairwiseBoundTooHigh => ("pairwise_bound", "at most 2^88"),
        ParamsError::ThresholdZero => ("threshold", "at least one"),
        ParamsError::ThresholdOutOfReach => {
            ("threshold", "at most params.max_contributors * params.min_contribution")
        }
        ParamsError::BonusZero => ("bonus", "more than zero"),
    }
}
