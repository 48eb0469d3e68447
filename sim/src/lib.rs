//! The catalogue: the rules of [`carrots_logic`] in memory, and how they are played. A mechanism has
//! a module, and a line in [`MECHANISMS`].
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
pub mod funding;
pub mod oracle;
pub mod staking;

use carrots::{Catalogue, Mechanism};

/// Every mechanism there is.
pub static MECHANISMS: &[&Mechanism] =
    &[&staking::MECHANISM, &auction::MECHANISM, &oracle::MECHANISM, &funding::MECHANISM];

/// The same, by their names.
pub static CATALOGUE: Catalogue = Catalogue(MECHANISMS);
