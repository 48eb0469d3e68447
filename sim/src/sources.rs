//! What the mechanisms are written in, for whoever begins with a copy of one: `carrots new --with`.
//!
//! Scenarios: the one of the catalogue's entry first.

use carrots::files;
use carrots::mechanism::Sources;
use carrots_logic::sources;

pub const AUCTION: Sources = Sources {
    rules: sources::AUCTION,
    play: files![
        "auction.rs",
        "auction/closed_form.rs",
        "auction/game.rs",
        "auction/live.rs",
        "auction/menu.rs",
        "auction/scenario.rs",
    ],
    scenarios: files![
        "../scenarios/auction-second-price.toml",
        "../scenarios/auction-first-price.toml",
        "../scenarios/auction-uniform-price.toml",
        "../scenarios/auction-vcg.toml",
        "../scenarios/auction-general.toml",
    ],
    suite: "auction-general",
    never: &["AlreadyCommitted", "BiddersFull", "NoSuchItem", "BidTooHigh", "ValuesIncrease"],
};

pub const CHALLENGE: Sources = Sources {
    rules: sources::CHALLENGE,
    play: files![
        "challenge.rs",
        "challenge/closed_form.rs",
        "challenge/game.rs",
        "challenge/live.rs",
        "challenge/menu.rs",
        "challenge/scenario.rs",
    ],
    scenarios: files!["../scenarios/challenge-game.toml", "../scenarios/challenge-general.toml"],
    suite: "challenge-general",
    never: &[],
};

pub const CONTROLLER: Sources = Sources {
    rules: sources::CONTROLLER,
    play: files![
        "controller.rs",
        "controller/closed_form.rs",
        "controller/feedback.rs",
        "controller/game.rs",
        "controller/live.rs",
        "controller/menu.rs",
        "controller/scenario.rs",
    ],
    scenarios: files![
        "../scenarios/controller-base-fee.toml",
        "../scenarios/controller-general.toml",
    ],
    suite: "controller-general",
    never: &["report", "NotSold", "NotReporter", "AlreadyReported", "MeasureTooHigh"],
};

pub const FUNDING: Sources = Sources {
    rules: sources::FUNDING,
    play: files![
        "funding.rs",
        "funding/closed_form.rs",
        "funding/game.rs",
        "funding/live.rs",
        "funding/menu.rs",
        "funding/scenario.rs",
    ],
    scenarios: files![
        "../scenarios/funding-quadratic.toml",
        "../scenarios/funding-pairwise.toml",
        "../scenarios/funding-assurance.toml",
        "../scenarios/funding-general.toml",
    ],
    suite: "funding-general",
    never: &[
        "refund",
        "NoPool",
        "ContributionTooHigh",
        "ContributorsFull",
        "ThresholdMet",
        "NothingToRefund",
    ],
};

pub const MARKET: Sources = Sources {
    rules: sources::MARKET,
    play: files![
        "market.rs",
        "market/closed_form.rs",
        "market/game.rs",
        "market/live.rs",
        "market/menu.rs",
        "market/scenario.rs",
        "market/trade.rs",
    ],
    scenarios: files!["../scenarios/market-election.toml", "../scenarios/market-general.toml"],
    suite: "market-general",
    never: &[],
};

pub const ORACLE: Sources = Sources {
    rules: sources::ORACLE,
    play: files![
        "oracle.rs",
        "oracle/closed_form.rs",
        "oracle/game.rs",
        "oracle/live.rs",
        "oracle/menu.rs",
        "oracle/scenario.rs",
    ],
    scenarios: files![
        "../scenarios/oracle-court.toml",
        "../scenarios/oracle-price.toml",
        "../scenarios/oracle-general.toml",
    ],
    suite: "oracle-general",
    never: &["WrongOptions"],
};

pub const STAKING: Sources = Sources {
    rules: sources::STAKING,
    play: files![
        "staking.rs",
        "staking/board.rs",
        "staking/bonder.rs",
        "staking/closed_form.rs",
        "staking/game.rs",
        "staking/live.rs",
        "staking/menu.rs",
        "staking/scenario.rs",
    ],
    scenarios: files![
        "../scenarios/staking-small.toml",
        "../scenarios/polkadot-staking.toml",
        "../scenarios/staking-general.toml",
    ],
    suite: "staking-general",
    never: &["Banned", "Overflow"],
};
