//! Funding of public goods, in rounds.
//!
//! While a round is open, anyone *proposes* projects, for a deposit that comes back, and anyone
//! *contributes* to them. After its window every project is *tallied* and the round is *ended*; the
//! next begins in that block. Owners then *claim* what their projects got. What that is depends on
//! the [`Kind`]:
//!
//! - [quadratic](quadratic): the contributions, and a match from a pool that anyone may sponsor.
//!   The ideal match is the square of the sum of the contributions' square roots, less their sum.
//!   If a round wants more than the pool holds, every match is scaled by one common factor. What
//!   the pool does not give stays in it for the next round;
//! - pairwise: the same, with what two accounts can bring together bounded over all projects;
//! - [assurance](assurance): the contributions, called pledges, if they reach a threshold. If not,
//!   each comes back with a bonus in proportion, from a reserve that the owner laid by.
//!
//! **Intended behaviour**: quadratic: contribute as long as what one more token adds to the good,
//! with the match that it draws, is worth a token to the contributor. Where every account is one
//! person, acts alone, and the pool suffices, all goods are then funded as is best for all
//! together, which contributions without a match do not achieve: each would rather that others
//! paid. Pairwise: the same. Assurance: pledge one's part. If the rest is not pledged, the pledge
//! earns the bonus; if it is, and the part is needed, the pledge provides the good.
//!
//! # Why the known attacks do not pay, and which do
//!
//! - Contributing to one's own project alone draws no match: a single root squared is what was
//!   contributed.
//! - Projects cannot be proposed for nothing, nor places taken: a deposit is tied up for as long
//!   as the project, and every place costs `min_contribution`, which goes to the project.
//! - Nobody can make a project miss its threshold: taking all of its places meets it, a pledge
//!   cannot be withdrawn, and what is missing can always be pledged. Several
//!   accounts earn no more bonus than one. An owner who sets out to raise more than a good is
//!   worth pays for it with its reserve.
//! - A contribution names a project by a number that is never used again: one that comes too late
//!   is refused, and does not go to a project of the next round.
//! - **Sybils and collusion pay under plain quadratic funding.** One account that is split into
//!   `n` draws up to `n` times as much; so do owners that contribute to each other, or to
//!   themselves beside others. Accounts must be people: the contract cannot know. Pairwise bounds
//!   bring `k` accounts that collude down to `k (k - 1)` times the bound, at the cost of a lower
//!   match for people who really agree, and of few places per project.
//! - **Free riding pays** where the pool does not suffice: the common factor weakens every
//!   incentive, and makes projects rivals. Under assurance it pays where others are sure to pledge
//!   what is missing.
//! - That a funded good is then provided is not enforced, nor that an owner does not pledge what
//!   is missing itself.
//!
//! # Why the order of calls does not matter
//!
//! A match depends on the sums at the end of the window. Tallies change nothing of each other, and
//! a claim takes its part of what the round gave, whoever claimed before; what rounding left goes
//! back to the pool with the last claim.
//!
//! # What is owed
//!
//! The pool, what ended rounds gave and nobody claimed, what projects hold, and credits: together
//! exactly what was paid in and not paid out. Everything but the pool belongs to somebody and can
//! be pulled for them by anyone; the pool is for later rounds.
//!
//! Literature: Samuelson, "The Pure Theory of Public Expenditure" (1954); Buterin, Hitzig and
//! Weyl, "A Flexible Design for Funding Public Goods" (2019); Buterin, "Pairwise coordination
//! subsidies: a new quadratic funding design" (2019); Pasquini, "Quadratic Funding and Matching
//! Funds Requirements" (2020); Bagnoli and Lipman, "Provision of Public Goods: Fully Implementing
//! the Core through Private Contributions" (1989); Tabarrok, "The private provision of public
//! goods via dominant assurance contracts" (1998); Cason and Zubrickas, "Enhancing fundraising
//! with refund bonuses" (2017).

pub mod assurance;
mod entries;
pub mod quadratic;
mod records;

pub use entries::*;
pub use records::*;

use carrots_kernel::sealed::MAX_WINDOW;
use Error as E;

carrots_kernel::mechanism! {
    /// Public goods are funded by contributions with a match from a pool, or by pledges.
    mechanism Funding;

    // What a kind does not use is not looked at.
    params {
        /// what projects are given
        kind: Kind, "rule";
        /// in which a round takes projects and contributions
        round_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// of a round
        max_projects: u32, "projects", >= 1, <= MAX_PROJECTS;
        /// of a project
        max_contributors: u32, "accounts", >= 1, <= MAX_CONTRIBUTORS;
        /// least amount of one contribution
        min_contribution: Balance, "tokens", >= 1, <= MAX_CONTRIBUTION;
        /// kept for a project until it claims
        deposit: Balance, "tokens", >= 1, <= MAX_CONTRIBUTION;
        /// pairwise: half of the most for a pair
        pairwise_bound: Balance, "tokens", >= 1, <= MAX_CONTRIBUTION, if kind == Kind::Pairwise;
        /// assurance: what a project needs
        ///
        /// If it were more than the places of a project times the least pledge, small pledges could
        /// take all places and miss it.
        threshold: Balance, "tokens", >= 1,
            <= min_contribution.saturating_mul(max_contributors.into())
                "max_contributors * min_contribution",
            if kind == Kind::Assurance;
        /// assurance: on top of a pledge that comes back
        bonus: Perbill, "fraction", > 0, if kind == Kind::Assurance;
    }

    checks {
        /// at most 32 where kind is pairwise
        max_contributors: TooManyPairs =
            kind != Kind::Pairwise || max_contributors <= MAX_PAIRWISE_CONTRIBUTORS;
    }

    storage {
        /// The state of the whole system.
        state: State = genesis(now);
        /// What a round that ended gave.
        outcomes: outcome(round: Round) -> Outcome;
        /// A project.
        projects: project(project: ProjectId) -> Option<Project<Id>>;
        /// What an account contributed to a project, unless it was refunded.
        contributions: contribution(contributor: Id, project: ProjectId) -> Balance;
        /// Pairwise: an account's number among the contributors of a round, from one; zero for others.
        numbers: number(contributor: Id, round: Round) -> u32;
        /// Pairwise: a project's contributor, by place.
        backers: backer(project: ProjectId, place: u32) -> Backer;
        /// Pairwise: what two contributors have in common over all projects of a round, by their
        /// numbers, the lower first: a sum of products of roots, in units of `2^-32`.
        pairs: pair(round: Round, low: u32, high: u32) -> u128;
    }

    messages {
        /// add to the pool of the matches
        sponsor(value) => Sponsored;
        /// own the next project of the round, for a deposit
        propose(who, value, now) => Proposed;
        /// contribute to a project, or pledge
        contribute(who, project: ProjectId, value, now) => Contributed;
        /// compute a project's ideal match, once the window is over
        tally(project: ProjectId, now) => Tallied;
        /// end the round in progress, once all is tallied
        end_round(now) => RoundEnded;
        /// credit a project's owner with its funds
        claim(project: ProjectId) => Claimed;
        /// credit a contributor of a failed project with its pledge and the bonus
        refund(contributor: Id, project: ProjectId) => Refunded(contributor);
    }

    errors {
        /// Assurance contracts are not matched: there is no pool.
        NoPool,
        /// The amount is zero.
        Zero,
        /// The window of the round is over.
        RoundOver,
        /// The window of the round is not over.
        RoundNotOver,
        /// The value is not exactly what a project takes: the deposit, and for assurance the
        /// reserve.
        WrongDeposit,
        /// There are `max_projects` in the round already.
        ProjectsFull,
        /// There is no project of that number.
        NoProject,
        /// The contribution is below `min_contribution`, or the pledge below what is missing.
        ContributionTooLow,
        /// The account would have contributed more than [`MAX_CONTRIBUTION`] to the project.
        ContributionTooHigh,
        /// The project has `max_contributors` already.
        ContributorsFull,
        /// The threshold is met: no pledge is missing.
        ThresholdMet,
        /// The pledge is more than what is missing.
        PledgeTooHigh,
        /// The project was tallied before.
        AlreadyTallied,
        /// A project of the round is not tallied yet: call `tally` first.
        TallyOpen,
        /// The round of the project has not ended.
        RoundInProgress,
        /// The project was claimed before.
        AlreadyClaimed,
        /// The project did not miss its threshold, or is not tallied.
        NotFailed,
        /// The account pledged nothing, or was refunded.
        NothingToRefund,
    }
}

impl Params {
    /// What proposing a project takes: the deposit, and for assurance the reserve for bonuses.
    pub fn price(&self) -> Balance {
        let reserve = match self.kind {
            Kind::Assurance => assurance::reserve_up(self),
            Kind::Quadratic | Kind::Pairwise => 0,
        };
        // At most 2^88 and 2^104.
        self.deposit.saturating_add(reserve)
    }
}

impl State {
    /// Projects of the round in progress.
    pub fn projects(&self) -> u32 {
        self.next.saturating_sub(self.first)
    }

    /// Whether the window of the round is over.
    pub fn over(&self, params: &Params, now: Block) -> bool {
        now.saturating_sub(self.start) >= params.round_blocks
    }
}

impl<Id> Project<Id> {
    /// Adds `amount` to what an account contributed before, and gives the sum. No sum overflows:
    /// places and contributions are bounded.
    fn contribute(
        &mut self,
        params: &Params,
        before: Balance,
        amount: Balance,
    ) -> Result<Balance, Error> {
        if params.kind == Kind::Assurance {
            assurance::admit(params, self.raised, amount)?;
        } else if amount < params.min_contribution {
            return Err(E::ContributionTooLow);
        }
        let after = before.saturating_add(amount);
        if after > MAX_CONTRIBUTION {
            return Err(E::ContributionTooHigh);
        }
        if before == 0 {
            if self.contributors >= params.max_contributors {
                return Err(E::ContributorsFull);
            }
            self.contributors = self.contributors.saturating_add(1);
        }
        self.raised = self.raised.saturating_add(amount);
        match params.kind {
            Kind::Quadratic => {
                let root = quadratic::root_down;
                self.roots = self.roots.saturating_sub(root(before)).saturating_add(root(after));
            }
            Kind::Pairwise => {}
            Kind::Assurance => {
                let bonus = |pledge| assurance::bonus_down(params, pledge);
                self.bonuses =
                    self.bonuses.saturating_sub(bonus(before)).saturating_add(bonus(after));
            }
        }
        Ok(after)
    }

    /// Fixes what becomes of the project, and moves the bonuses of a failed one from the owner's
    /// reserve to its contributors.
    fn tally(&mut self, params: &Params, matched: Balance) {
        self.matched = matched;
        if params.kind == Kind::Assurance && self.raised < params.threshold {
            self.status = Status::Failed;
            self.deposit = self.deposit.saturating_sub(self.bonuses);
        } else {
            self.status = Status::Funded;
            self.bonuses = 0;
        }
    }

    /// Gives the owner what is kept for it, without the match.
    fn claim(&mut self) -> Balance {
        let funds = if self.status == Status::Failed { 0 } else { self.raised };
        core::mem::take(&mut self.deposit).saturating_add(funds)
    }

    /// Takes a pledge out of a failed project, and gives its bonus.
    fn refund(&mut self, params: &Params, pledge: Balance) -> Balance {
        let bonus = assurance::bonus_down(params, pledge);
        self.raised = self.raised.saturating_sub(pledge);
        self.bonuses = self.bonuses.saturating_sub(bonus);
        bonus
    }

    /// What the contract holds for the project, without its match.
    pub fn held(&self) -> Balance {
        let rest = match self.status {
            Status::Failed => self.raised.saturating_add(self.bonuses),
            _ if self.deposit == 0 => 0,
            _ => self.raised,
        };
        self.deposit.saturating_add(rest)
    }
}

impl Outcome {
    /// Takes a project's match, and gives it with what is left over once all have claimed.
    fn claim(&mut self, ideal: Balance) -> (Balance, Balance) {
        let matched = quadratic::match_down(ideal, self.given, self.wanted);
        self.unclaimed = self.unclaimed.saturating_sub(matched);
        self.open = self.open.saturating_sub(1);
        let left = match self.open {
            0 => core::mem::take(&mut self.unclaimed),
            _ => 0,
        };
        (matched, left)
    }
}
