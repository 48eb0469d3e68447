//! Staking in the catalogue.

use super::play;
use super::{ParamsError, Staking};
use crate::models::{Mechanism, Model, Param};
use crate::trace;

/// The catalogue's entry.
pub const MECHANISM: Mechanism = Mechanism {
    name: Staking::NAME,
    about: "Operators stake on doing their duty: an era's payout rewards it, slashes punish offences.",
    params: PARAMS,
    messages: MESSAGES,
    strategies: STRATEGIES,
    template: include_str!("../../../scenarios/staking-small.toml"),
    load: play::load,
    replay: trace::player::<Staking>,
};

const fn param(
    name: &'static str,
    unit: &'static str,
    range: &'static str,
    about: &'static str,
) -> Param {
    Param { name, unit, range, about }
}

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

const MESSAGES: &[(&str, &str)] = &[
    ("register(commission) + tokens", "become an operator"),
    ("bond(operator) + tokens", "bond to an operator"),
    ("unbond(operator, shares)", "begin to unbond"),
    ("rebond(operator, era)", "bond again what unbonds since an era"),
    ("withdraw(operator, era)", "take out what has unbonded"),
    ("end_era()", "end the era in progress, once it is over"),
    ("fund() + tokens", "add to the reserve"),
    ("award(operator, points)", "scorer: award points in the era in progress"),
    ("payout(operator, era)", "pull an operator's part of an era's payout"),
    ("report(operator, era, offence, reporter)", "slasher: report an offence"),
    ("apply_slash(operator)", "apply the oldest slash that is due"),
    ("retire()", "stop being an operator"),
    ("remove(operator)", "retire an operator whose own bond is too low"),
    ("collect(account)", "pay an account what is credited to it"),
];

const STRATEGIES: &[(&str, &str)] = &[
    ("honest", "does its duty every era"),
    ("lazy", "does its duty every other era, by chance"),
    ("equivocating", "does its duty, and equivocates at the world's rate"),
    ("exit_before_slash", "equivocates once, a third of the way, and leaves in the same era"),
    ("stake_splitting", "spreads its stake over four operators, equivocates with one at a time"),
    ("reward_compounding", "honest, and bonds its commission"),
    ("adaptive", "does what paid best lately: honest, lazy or equivocating"),
    ("bonder", "bonds to an operator drawn by chance, leaves one that is slashed or retires"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::staking::{Params, Strategy};

    #[test]
    fn the_catalogue_names_what_there_is() {
        let toml::Value::Table(table) = toml::Value::try_from(Params::default()).unwrap() else {
            panic!("parameters are a table")
        };
        let fields: Vec<_> = table.keys().map(String::as_str).collect();
        assert_eq!(fields, PARAMS.iter().map(|param| param.name).collect::<Vec<_>>());
        let strategies: Vec<_> = Strategy::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(strategies, STRATEGIES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
