//! What staking is configured with and what it stores.

use super::*;
use carrots_kernel::{choices, records};

/// Number of an era, from zero.
pub type Era = u32;
/// Shares of a pool; their value is `shares * amount / total shares`.
pub type Shares = u128;

/// The longest time, in eras, that any parameter may ask for. It bounds every loop.
pub const MAX_ERAS: Era = 128;

choices! {
    /// Kinds of offence.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Offence {
        /// Two statements that contradict each other.
        Equivocation,
        /// A duty not done.
        Unresponsiveness,
        /// Anything else, at a fixed fraction.
        Misconduct,
    }
}

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// The era in progress.
        pub era: Era,
        /// The block in which it began.
        pub era_start: Block,
        /// Active operators.
        pub operators: u32,
        /// The sum of all pools' amounts, without what is unbonding.
        pub staked: Balance,
        /// What rewards are paid from.
        pub reserve: Balance,
    }

    /// One era's account. The era in progress has points only.
    #[derive(Default)]
    pub struct EraRecord {
        /// Points of all operators that are not yet paid out.
        pub points: u32,
        /// Rewards that are not yet paid out.
        pub payout: Balance,
        /// Active operators at the era's end.
        pub operators: u32,
    }

    /// Where an operator stands.
    #[derive(Default)]
    pub enum Status {
        /// Never registered.
        #[default]
        Absent,
        /// Takes bonds and points.
        Active,
        /// Takes no more of either; pays out, unbonds and is slashed as before.
        Retired,
    }

    /// An amount held in shares: a pool, or the part of it that unbonds since one era.
    #[derive(Default)]
    pub struct Fund {
        /// What is held.
        pub amount: Balance,
        /// Shares of the amount.
        pub shares: Shares,
    }

    /// An operator's pool. It is never removed: leaving is no escape.
    #[derive(Default)]
    pub struct Pool {
        /// Where the operator stands.
        pub status: Status,
        /// The operator's cut of its rewards.
        pub commission: Perbill,
        /// What is bonded.
        pub fund: Fund,
        /// Eras with points whose payout was not pulled yet, the one in progress included.
        pub unpaid: u32,
        /// The last era with points.
        pub last_award: Era,
        /// Number of the oldest slash that waits, and the next free number.
        pub first_slash: u32,
        #[allow(missing_docs)]
        pub next_slash: u32,
        /// When slashes wait: the era from which the oldest can be applied.
        pub slash_due: Era,
    }

    /// A reported offence that waits for its slash.
    pub struct Report<Id> {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The era of the report.
        pub reported: Era,
        /// Who is credited with the reporter's share.
        pub reporter: Id,
    }
}
