//! What funding is configured with and what it stores.

use super::*;
use carrots_kernel::{choices, records};

/// Number of a round, from zero.
pub type Round = u32;
/// Number of a project, from zero, never used twice.
pub type ProjectId = u32;

/// The most projects that a round may be configured to take.
pub const MAX_PROJECTS: u32 = 64;
/// The most contributors that a project may be configured to take.
pub const MAX_CONTRIBUTORS: u32 = 1 << 16;
/// The same where every pair of them counts. It bounds every loop.
pub const MAX_PAIRWISE_CONTRIBUTORS: u32 = 32;
/// The most that one account can contribute to one project. With [`MAX_CONTRIBUTORS`] it bounds
/// the ideal match of a project by `2^120`.
pub const MAX_CONTRIBUTION: Balance = 1 << 88;

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
        /// Its projects that are tallied.
        pub tallied: u32,
        /// Pairwise: accounts that contributed in it.
        pub contributors: u32,
        /// The sum of the ideal matches of its tallied projects.
        pub wanted: Balance,
        /// What matches are paid from.
        pub pool: Balance,
    }

    /// A round that ended. Every match in it is `given / wanted` of the ideal one.
    #[derive(Default)]
    pub struct Outcome {
        /// What the pool gave.
        pub given: Balance,
        /// The sum of the ideal matches.
        pub wanted: Balance,
        /// What of the given is not claimed.
        pub unclaimed: Balance,
        /// Projects that have not claimed.
        pub open: u32,
    }

    /// Where a project stands.
    #[derive(Default)]
    pub enum Status {
        /// Not tallied yet.
        #[default]
        Open,
        /// Gets what was contributed.
        Funded,
        /// Missed the threshold: contributors get it back.
        Failed,
    }

    /// A project.
    pub struct Project<Id> {
        /// Who proposed it and is credited with its funds.
        pub owner: Id,
        /// The round that it belongs to.
        pub round: Round,
        /// Where it stands.
        pub status: Status,
        /// Its contributors.
        pub contributors: u32,
        /// What is kept for the owner: the deposit, and the reserve for bonuses less those that
        /// became due. Zero once it has claimed.
        pub deposit: Balance,
        /// What was contributed and not refunded.
        pub raised: Balance,
        /// Quadratic: the sum of the roots of its contributions.
        pub roots: u128,
        /// Its ideal match, once tallied.
        pub matched: Balance,
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
