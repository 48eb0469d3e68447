//! Staking in the catalogue.

use super::{Game, ParamsError};
use carrots::Mechanism;
use carrots::model::{Param, param};

/// The catalogue's entry.
pub static MECHANISM: Mechanism = Mechanism::of::<Game>(
    "Operators stake on doing their duty: an era's payout rewards it, slashes punish offences.",
    PARAMS,
    include_str!("../../scenarios/staking-small.toml"),
);

const PARAMS: &[Param] = &[
    param("era_blocks", "blocks", ">= 1", "length of an era"),
    param("year_blocks", "blocks", ">= era_blocks", "length of a year, for the reward curve"),
    param("unbonding_eras", "eras", "> report_eras, <= 128", "from unbonding to withdrawal"),
    param("report_eras", "eras", "< unbonding_eras", "in which an offence can be reported"),
    param("slash_defer_eras", "eras", "<= 128", "from a report to its slash"),
    param("max_operators", "accounts", ">= 1", "active operators at a time"),
    param("min_self_bond", "tokens", ">= 1", "least bond of an operator to itself"),
    param("min_bond", "tokens", ">= 1", "least amount of one bond"),
    param("max_commission", "fraction", "0 to 1", "highest commission"),
    param("reporter_share", "fraction", "0 to < 1", "reporter's share of the operator's own loss"),
    param("unresponsive_slash", "fraction", "0 to 1", "most that an unresponsive operator loses"),
    param("misconduct_slash", "fraction", "0 to 1", "what misconduct costs"),
    param("issuance", "tokens", ">= 1", "supply that inflation refers to"),
    param("min_inflation", "fraction", "0 to 1", "yearly, with nothing staked"),
    param("max_inflation", "fraction", ">= min_inflation", "yearly, at the ideal stake"),
    param("ideal_stake", "fraction", "> 0", "staked share that pays best"),
    param("falloff", "fraction", "> 0", "excess over the ideal that halves the reward"),
];

/// The parameter that an error is about, and what is expected of it.
pub fn explain(error: ParamsError) -> (&'static str, &'static str) {
    match error {
        ParamsError::EraBlocksZero => ("era_blocks", "at least one block"),
        ParamsError::YearShorterThanEra => ("year_blocks", "at least params.era_blocks"),
        ParamsError::UnbondingTooShort => ("unbonding_eras", "more than params.report_eras"),
        ParamsError::WindowTooLong => {
            ("unbonding_eras", "at most 128 eras, and so of params.slash_defer_eras")
        }
        ParamsError::MaxOperatorsZero => ("max_operators", "at least one operator"),
        ParamsError::MinSelfBondZero => ("min_self_bond", "at least one"),
        ParamsError::MinBondZero => ("min_bond", "at least one"),
        ParamsError::ReporterShareWhole => ("reporter_share", "less than one"),
        ParamsError::IssuanceZero => ("issuance", "at least one"),
        ParamsError::InflationReversed => ("max_inflation", "at least params.min_inflation"),
        ParamsError::IdealStakeZero => ("ideal_stake", "more than zero"),
        ParamsError::FalloffZero => ("falloff", "more than zero"),
    }
}
