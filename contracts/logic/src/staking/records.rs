//! What staking is configured with and what it stores.

use super::*;
use carrots_kernel::{choices, records};

/// Number of an era, from zero.
pub type Era = u32;

/// The longest time, in eras, that any parameter may ask for. It bounds every loop.
pub const MAX_ERAS: Era = 128;
/// The number of slashes with which an operator retires for good. It bounds every loop: no lot follows
/// from more slashes than these and those that can still be reported then, three kinds in an era.
pub const MAX_SLASHES: u32 = 64;
/// The growth of a pool that had no reward yet.
pub const ONE: u128 = 1 << 80;

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
        /// Operators that have a place.
        pub operators: u32,
        /// What is with them, without what is unbonding; and the same when the era began.
        pub staked: Balance,
        #[allow(missing_docs)]
        pub counted: Balance,
        /// What rewards are paid from.
        pub reserve: Balance,
    }

    /// One era's account.
    #[derive(Default)]
    pub struct EraRecord {
        /// The sum of all operators' points times their stake that are not yet paid out.
        pub weight: u128,
        /// Rewards that are not yet paid out.
        pub payout: Balance,
        /// Operators on duty.
        pub operators: u32,
    }

    /// Where an operator stands.
    #[derive(Default)]
    pub enum Status {
        /// Never registered.
        #[default]
        Absent,
        /// Registered, without a place.
        Waiting,
        /// Has a place.
        Active,
        /// Takes no more bonds or points; is paid, unbonds and is slashed as before.
        Retired,
    }

    /// Stake with an operator.
    #[derive(Default)]
    pub struct Stake {
        /// The operator's own.
        pub own: Balance,
        /// All of it.
        pub all: Balance,
    }

    /// What is with an operator. It is never removed: leaving is no escape.
    #[derive(Default)]
    pub struct Pool {
        /// Where the operator stands.
        pub status: Status,
        /// The first era in which it is on duty, and the first one after.
        pub duty_from: Era,
        #[allow(missing_docs)]
        pub duty_until: Era,
        /// The operator's cut of its rewards in `era`; the next one, and the era that it is from.
        pub commission: Perbill,
        #[allow(missing_docs)]
        pub next_commission: Perbill,
        #[allow(missing_docs)]
        pub next_from: Era,
        /// What is bonded.
        pub stake: Stake,
        /// The last era in which anything was bonded, unbonded, awarded or slashed.
        pub era: Era,
        /// The part of the stake that was bonded in it.
        pub joined: Stake,
        /// The stake with which it began.
        pub counted: Balance,
        /// The operator's points in it, until they are paid.
        pub points: u32,
        /// What a unit that was bonded in the beginning has become by rewards, in units of 2^-80.
        pub growth: u128,
        /// Number of the oldest report that waits for its slash, and the next free number.
        pub first_report: u32,
        #[allow(missing_docs)]
        pub next_report: u32,
        /// Slashes that took something.
        pub slashes: u32,
    }

    /// What was bonded, when it was last written.
    #[derive(Default)]
    pub struct Lot {
        /// What it was worth.
        pub amount: Balance,
        /// The pool's growth.
        pub growth: u128,
        /// How many of the operator's slashes had been applied.
        pub slashes: u32,
    }

    /// All lots that count since an era.
    #[derive(Default)]
    pub struct Cohort {
        /// The pool's growth when they began to count.
        pub start: u128,
        /// All of them, as one.
        pub lots: Lot,
    }

    /// What unbonds, when it was last written.
    #[derive(Default)]
    pub struct Unbonding {
        /// What it was worth.
        pub amount: Balance,
        /// How many of the operator's slashes had been applied.
        pub slashes: u32,
    }

    /// A slash that took something.
    #[derive(Default)]
    pub struct Slash {
        /// The era of the offence.
        pub era: Era,
        /// What was taken.
        pub fraction: Perbill,
    }

    /// A reported offence that waits for its slash.
    pub struct Report<Id> {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The era from which its slash can be applied.
        pub due: Era,
        /// Who is credited with the reporter's share.
        pub reporter: Id,
        /// Whether it was cancelled.
        pub cancelled: bool,
    }
}

impl Params {
    /// From a report to its slash, and from an offence on the eras in which a report of it can be
    /// cancelled: all its offenders are reported by then, and the last report is `slash_defer_eras` old.
    pub fn deferral(&self) -> Era {
        self.report_eras.saturating_add(1).saturating_add(self.slash_defer_eras)
    }
}
