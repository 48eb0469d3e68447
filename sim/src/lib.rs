//! The catalogue: the rules of [`carrots_logic`] in memory, and how they are played. A mechanism has
//! a module, an entry, and a line in [`MECHANISMS`].
//!
//! ```
//! use carrots::audit::Property::DominantStrategy;
//! use carrots::scenario::Document;
//! use carrots_catalogue::CATALOGUE;
//!
//! let scenario = Document::parse(
//!     "mine.toml".into(),
//!     include_str!("../scenarios/auction-second-price.toml").into(),
//!     &["audit.bidders=3".into()],
//! )?;
//! CATALOGUE.audit(&scenario)?.property(DominantStrategy).holds();
//! # Ok::<(), carrots::scenario::ScenarioError>(())
//! ```

pub mod auction;
pub mod challenge;
pub mod controller;
pub mod funding;
pub mod market;
pub mod oracle;
mod sources;
pub mod staking;
pub mod tribunal;
pub mod verdicts;

use carrots::{Catalogue, Mechanism};

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] =
    &[&STAKING, &AUCTION, &ORACLE, &FUNDING, &CHALLENGE, &MARKET, &CONTROLLER];

/// Auctions.
pub static AUCTION: Mechanism =
    Mechanism::of::<auction::Game>(include_str!("../scenarios/auction-second-price.toml"))
        .written_in(sources::AUCTION);
/// Assertions that can be challenged.
pub static CHALLENGE: Mechanism =
    Mechanism::of::<challenge::Game>(include_str!("../scenarios/challenge-game.toml"))
        .written_in(sources::CHALLENGE);
/// Feedback controllers.
pub static CONTROLLER: Mechanism =
    Mechanism::of::<controller::Game>(include_str!("../scenarios/controller-base-fee.toml"))
        .written_in(sources::CONTROLLER);
/// Funding of public goods.
pub static FUNDING: Mechanism =
    Mechanism::of::<funding::Game>(include_str!("../scenarios/funding-quadratic.toml"))
        .written_in(sources::FUNDING);
/// Prediction markets.
pub static MARKET: Mechanism =
    Mechanism::of::<market::Game>(include_str!("../scenarios/market-election.toml"))
        .written_in(sources::MARKET);
/// The oracle.
pub static ORACLE: Mechanism =
    Mechanism::of::<oracle::Game>(include_str!("../scenarios/oracle-court.toml"))
        .written_in(sources::ORACLE);
/// Staking.
pub static STAKING: Mechanism =
    Mechanism::of::<staking::Game>(include_str!("../scenarios/staking-small.toml"))
        .written_in(sources::STAKING);

/// The same, by their names.
pub static CATALOGUE: Catalogue = Catalogue(MECHANISMS);
