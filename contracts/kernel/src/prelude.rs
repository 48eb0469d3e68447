//! The names that rules use most.

pub use crate::accounts::{Accounts, Paid};
pub use crate::sealed::{Block, Hash, Hashing, Salt};
pub use crate::{Balance, FixedU128, Perbill};
