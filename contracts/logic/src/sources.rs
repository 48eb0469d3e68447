//! What the rules are written in, for whoever begins with a copy of them: paths here, and texts.

/// Paths of files, and their texts.
type Files = &'static [(&'static str, &'static str)];

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!($path))),*]
    };
}

/// Auctions.
pub const AUCTION: Files = files![
    "auction.rs",
    "auction/entries.rs",
    "auction/outcome.rs",
    "auction/ranked.rs",
    "auction/records.rs",
    "auction/sale.rs",
    "auction/tests.rs",
    "auction/vcg.rs",
];

/// Assertions that can be challenged.
pub const CHALLENGE: Files = files![
    "challenge.rs",
    "challenge/entries.rs",
    "challenge/machine.rs",
    "challenge/records.rs",
    "challenge/tests.rs",
];

/// Feedback controllers.
pub const CONTROLLER: Files = files![
    "controller.rs",
    "controller/control.rs",
    "controller/entries.rs",
    "controller/records.rs",
    "controller/tests.rs",
];

/// Funding of public goods.
pub const FUNDING: Files = files![
    "funding.rs",
    "funding/assurance.rs",
    "funding/entries.rs",
    "funding/quadratic.rs",
    "funding/records.rs",
];

/// Prediction markets.
pub const MARKET: Files = files![
    "market.rs",
    "market/entries.rs",
    "market/maker.rs",
    "market/records.rs",
    "market/tests.rs",
];

/// The oracle.
pub const ORACLE: Files = files![
    "oracle.rs",
    "oracle/entries.rs",
    "oracle/records.rs",
    "oracle/rounds.rs",
    "oracle/tree.rs",
    "oracle/verdict.rs",
];

/// Staking.
pub const STAKING: Files = files![
    "staking.rs",
    "staking/curve.rs",
    "staking/entries.rs",
    "staking/offences.rs",
    "staking/records.rs",
    "staking/slashes.rs",
];
