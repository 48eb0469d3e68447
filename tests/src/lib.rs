//! What the tests of the catalogue's mechanisms share beside [`carrots_testkit`]; they are in
//! `tests/tests`, one folder per mechanism.

use carrots::model::Model;
use carrots_catalogue::{
    auction::Auction, challenge::Challenge, controller::Controller, funding::Funding,
    market::Market, oracle::Oracle, staking::Staking,
};
use carrots_testkit::replay::{Replay, read};

/// Mechanisms whose traces can be played beside their contracts.
pub const MECHANISMS: &[(&str, Replay)] = &[
    (Staking::NAME, read::<Staking>),
    (Auction::NAME, read::<Auction>),
    (Oracle::NAME, read::<Oracle>),
    (Funding::NAME, read::<Funding>),
    (Challenge::NAME, read::<Challenge>),
    (Market::NAME, read::<Market>),
    (Controller::NAME, read::<Controller>),
];
