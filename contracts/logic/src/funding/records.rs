//! What funding is configured with and what it stores.

use super::*;
use carrots_kernel::{choices, records};

/// Number of a round, from zero.
pub type Round = u32;
/// Number of a project, from zero, never used twice.
pub type ProjectId = u64;

/// The most contributors that a project may be configured to take where every pair of them counts.
/// It bounds every loop.
pub const MAX_CONTRIBUTORS: u32 = 32;
/// The most that a parameter may be, and that a matched round takes in all. It bounds all sums of
/// ideal matches: with `n` contributors none is above `n` times what was contributed.
pub const MAX_AMOUNT: Balance = 1 << 94;

choices! {
    /// What a project is given beside its contributions.
    #[derive(Default)]
    pub enum Kind {
        /// A match from a pool, quadratic in the number of its contributors.
        #[default]
        Quadratic,
        /// The same, bounded for every pair of contributors.
        Pairwise,
        /// Nothing; where too little is pledged, all is returned with a bonus.
        Assurance,
    }
}

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// The round in progress.
        pub round: Round,
        /// The block in which it began.
        pub start: Block,
        /// The number of its first project, and the next free number.
        pub first: ProjectId,
        #[allow(missing_docs)]
        pub next: ProjectId,
        /// Pairwise: accounts that contributed in it.
        pub contributors: u32,
        /// Quadratic and pairwise: what all its projects raised.
        pub raised: Balance,
        /// Quadratic: the sum of the ideal matches of its projects. Pairwise: what all pairs bring,
        /// in units of `2^-16`.
        pub wanted: Balance,
        /// What matches are paid from.
        pub pool: Balance,
        /// What of it was sponsored: all but what rounding left of earlier rounds.
        pub sponsored: Balance,
    }

    /// A round that ended. Every match in it is `given / wanted` of the ideal one, and of what a
    /// sponsor added `(pool - given) / pool` is left.
    #[derive(Default)]
    pub struct Outcome {
        /// What the pool was.
        pub pool: Balance,
        /// What it gave.
        pub given: Balance,
        /// The sum of the ideal matches.
        pub wanted: Balance,
        /// What of the pool is neither claimed nor withdrawn.
        pub unclaimed: Balance,
        /// Projects that have not claimed.
        pub open: u64,
        /// What was added by sponsors that have not withdrawn.
        pub sponsored: Balance,
    }

    /// A project.
    pub struct Project<Id> {
        /// Who proposed it and is credited with its funds.
        pub owner: Id,
        /// The round that it belongs to.
        pub round: Round,
        /// The hash of the text that says what it is for.
        pub text: Hash,
        /// Its contributors.
        pub contributors: u32,
        /// What is kept for the owner: the deposit, and the reserve less the bonuses that were
        /// refunded. Zero once it has claimed.
        pub deposit: Balance,
        /// What was contributed and not refunded.
        pub raised: Balance,
        /// Quadratic: the sum of the roots of its contributions.
        pub roots: u128,
        /// Assurance: the bonuses that are due if it fails and not refunded.
        pub bonuses: Balance,
    }

    /// Pairwise: a contributor of a project.
    #[derive(Default)]
    pub struct Backer {
        /// The account's number in the round, from one.
        pub number: u32,
        /// The root of its contribution.
        pub root: u128,
    }
}
