//! What funding is configured with and what it stores.

use carrots_kernel::math::Balance;
use carrots_kernel::records;
pub use carrots_kernel::sealed::{Block, MAX_WINDOW};
use sp_arithmetic::Perbill;

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

records! {
    /// What a project is given beside its contributions.
    #[derive(Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
    pub enum Kind {
        /// A match from a pool, quadratic in the number of its contributors.
        #[default]
        Quadratic,
        /// The same, bounded for every pair of contributors.
        Pairwise,
        /// Nothing; where too little is pledged, all is returned with a bonus.
        Assurance,
    }

    /// What the rules are configured with. Amounts are in the chain's smallest unit. What a kind
    /// does not use is not looked at.
    #[derive(Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
    pub struct Params {
        /// What projects are given.
        pub kind: Kind,
        /// Blocks in which a round takes projects and contributions; from one to [`MAX_WINDOW`].
        pub round_blocks: Block,
        /// The most projects of a round; from one to [`MAX_PROJECTS`].
        pub max_projects: u32,
        /// The most contributors of a project; from one to [`MAX_CONTRIBUTORS`], or
        /// [`MAX_PAIRWISE_CONTRIBUTORS`].
        pub max_contributors: u32,
        /// The least amount of one contribution; from one to [`MAX_CONTRIBUTION`].
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub min_contribution: Balance,
        /// What an owner puts down for a project until it claims; from one to
        /// [`MAX_CONTRIBUTION`].
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub deposit: Balance,
        /// Pairwise: half of what one pair can be matched with at most; from one to
        /// [`MAX_CONTRIBUTION`].
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub pairwise_bound: Balance,
        /// Assurance: what a project needs; from one to `max_contributors * min_contribution`.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub threshold: Balance,
        /// Assurance: the part of a pledge that is paid on top where the threshold is missed; more
        /// than zero.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub bonus: Perbill,
    }

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

records! {
    /// What is wrong with a set of parameters.
    pub enum ParamsError {
        /// `round_blocks` is zero.
        RoundBlocksZero,
        /// `round_blocks` is more than [`MAX_WINDOW`].
        WindowTooLong,
        /// `max_projects` is zero.
        MaxProjectsZero,
        /// `max_projects` is more than [`MAX_PROJECTS`].
        TooManyProjects,
        /// `max_contributors` is zero.
        MaxContributorsZero,
        /// `max_contributors` is more than [`MAX_CONTRIBUTORS`], or for pairwise matches more than
        /// [`MAX_PAIRWISE_CONTRIBUTORS`].
        TooManyContributors,
        /// `min_contribution` is zero.
        MinContributionZero,
        /// `min_contribution` is more than [`MAX_CONTRIBUTION`].
        MinContributionTooHigh,
        /// `deposit` is zero: a round could be filled with projects for nothing.
        DepositZero,
        /// `deposit` is more than [`MAX_CONTRIBUTION`].
        DepositTooHigh,
        /// `pairwise_bound` is zero: there would be no match.
        PairwiseBoundZero,
        /// `pairwise_bound` is more than [`MAX_CONTRIBUTION`].
        PairwiseBoundTooHigh,
        /// `threshold` is zero.
        ThresholdZero,
        /// `threshold` is more than `max_contributors * min_contribution`: small pledges could
        /// take all places of a project and miss it.
        ThresholdOutOfReach,
        /// `bonus` is zero: to pledge would not be better than to wait.
        BonusZero,
    }
}

impl Params {
    /// Accepts the parameters, or names the first thing that is wrong with them.
    pub fn check(&self) -> Result<(), ParamsError> {
        use ParamsError as E;
        let (pairwise, assurance) = (self.kind == Kind::Pairwise, self.kind == Kind::Assurance);
        let places = if pairwise { MAX_PAIRWISE_CONTRIBUTORS } else { MAX_CONTRIBUTORS };
        // At most 2^104 where it is looked at: no overflow.
        let reach = self.min_contribution.saturating_mul(self.max_contributors.into());
        carrots_kernel::check(&[
            (self.round_blocks > 0, E::RoundBlocksZero),
            (self.round_blocks <= MAX_WINDOW, E::WindowTooLong),
            (self.max_projects > 0, E::MaxProjectsZero),
            (self.max_projects <= MAX_PROJECTS, E::TooManyProjects),
            (self.max_contributors > 0, E::MaxContributorsZero),
            (self.max_contributors <= places, E::TooManyContributors),
            (self.min_contribution > 0, E::MinContributionZero),
            (self.min_contribution <= MAX_CONTRIBUTION, E::MinContributionTooHigh),
            (self.deposit > 0, E::DepositZero),
            (self.deposit <= MAX_CONTRIBUTION, E::DepositTooHigh),
            (!pairwise || self.pairwise_bound > 0, E::PairwiseBoundZero),
            (!pairwise || self.pairwise_bound <= MAX_CONTRIBUTION, E::PairwiseBoundTooHigh),
            (!assurance || self.threshold > 0, E::ThresholdZero),
            (!assurance || self.threshold <= reach, E::ThresholdOutOfReach),
            (!assurance || !self.bonus.is_zero(), E::BonusZero),
        ])
    }
}
