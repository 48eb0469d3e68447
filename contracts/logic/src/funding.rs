//! Funding of public goods, in rounds.
//!
//! While a round is open, anyone *sponsors* its pool, anyone *proposes* projects, for a deposit
//! that comes back, and anyone *contributes* to them. After its window the round is *ended*; the
//! next begins in that block. Owners then *claim* what their projects got, and sponsors *withdraw*
//! what the round left. What a project gets depends on the [`Kind`]:
//!
//! - [quadratic](quadratic): the contributions, and a match from the pool. The ideal match is the
//!   square of the sum of the contributions' square roots, less their sum. If a round wants more
//!   than the pool holds, every match is scaled by one common factor; if less, every token of the
//!   pool is used by the same part, and the rest goes back to its sponsor;
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
//! # What stands still when
//!
//! | number | fixed | moved until then |
//! | --- | --- | --- |
//! | window of a round, all parameters | when the round begins | by nobody |
//! | owner, text and reserve of a project | when it is proposed | by nobody |
//! | what was sponsored | when the window is over | up, by sponsors |
//! | pool of a round | when the round is ended | the same, and what rounding left of earlier rounds |
//! | contributions, roots, pairs | when the window is over | up, by contributors |
//! | sum of the ideal matches, and so the factor | when the window is over | up, by contributors |
//! | whether a threshold is met | when the window is over | from no to yes, by pledges |
//! | bonus of a pledge | when it is pledged | by nobody |
//! | what comes back to a sponsor | when the round is ended | with the pool and the ideal matches |
//!
//! Nothing of it moves down: neither a sponsor nor a contributor takes back what others rely on.
//!
//! # Why the known attacks do not pay, and which do
//!
//! - Contributing to one's own project alone draws no match: a single root squared is what was
//!   contributed.
//! - **Room is not scarce**: no call looks at all projects, or at all contributors of one, so
//!   neither has a limit that somebody could reach first. Only pairs do: a pairwise project has
//!   `max_contributors` places. Whoever takes all of a rival's first keeps its contributors out
//!   for `max_contributors * min_contribution`, which the rival keeps, with the match that these
//!   accounts draw. It brings at most what the pool would have given the rival, and nothing where
//!   the pool suffices: choose `min_contribution` so that all places cost more than that. Owners who
//!   fill places of their own keep out those who would pay them.
//! - Nobody can make a project miss its threshold: a pledge cannot be withdrawn, what is missing
//!   can always be pledged, and a pledge of more is taken as far as it is needed, whatever came
//!   before it; the rest is credited. Several accounts earn no more bonus than one. An owner who
//!   sets out to raise more than a good is worth pays for it with its reserve.
//! - A contribution names a project by a number that is never used again: one that comes too late
//!   is refused, and does not go to a project of the next round. Before a proposal is in a block
//!   its number may become another's.
//! - A project's text is bound by its hash. Anyone can propose the same text: contributors look at
//!   the owner.
//! - **Sybils and collusion pay under plain quadratic funding**, from two accounts on: with `c`
//!   from each to a project of their own they gain `2 c` times the factor. One account that is
//!   split into `n` draws up to `n` times as much; so do owners that contribute to each other, or
//!   to themselves beside others. Accounts must be people: the contract cannot know. Pairwise
//!   bounds bring `k` accounts that collude down to `k (k - 1)` times the bound, at the cost of a
//!   lower match for people who really agree, and of few places per project.
//! - **Free riding pays** where the pool does not suffice: the common factor weakens every
//!   incentive, and makes projects rivals. Under assurance it pays where others are sure to pledge
//!   what is missing.
//! - **Pledging for the bonus pays** where nobody else pledges: all but one token of what is missing
//!   earns the bonus on it, the most at the last moment. Who pledges that token makes it a donation:
//!   the project is then funded.
//! - **An owner gains by pledging what is missing itself** as soon as others pledged more than the good
//!   costs it, which is the first token where it provides nothing: its own pledge comes back with the
//!   claim, and no bonus is due. So a threshold that is met says that the owner had the rest, not that
//!   others wanted it. That a funded good is then provided is not enforced either: contributors trust
//!   owners with what they give.
//!
//! # Who calls what
//!
//! Owners and those who pledged end a round, and sponsors do: all are paid only then, the call looks
//! at nothing but sums, and waits for nothing but the window. Whoever wants to propose next ends a
//! round without any of them. Claims, refunds and withdrawals are each for one project or account,
//! open to anyone, for ever, and hold up nobody.
//!
//! # Why the order of calls does not matter
//!
//! A match depends on the sums at the end of the window. A claim takes its part of what the round
//! gave, and a withdrawal of what it left, whoever was before; what rounding left goes to the pool
//! in progress with the last of them. Among pledges it matters whose are the last: those are taken
//! in part, or refused.
//!
//! # What is owed
//!
//! The pool, what of earlier pools is neither claimed nor withdrawn, what projects hold, and
//! credits: together exactly what was paid in and not paid out. Everything but what rounding left
//! in the pool belongs to somebody and can be pulled for them by anyone.
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

use carrots_kernel::math::mul_div_down;
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
        /// pairwise: of a project
        max_contributors: u32, "accounts", >= 1, <= MAX_CONTRIBUTORS, if kind == Kind::Pairwise;
        /// least amount of one contribution
        ///
        /// And so what it costs to take a place of a pairwise project.
        min_contribution: Balance, "tokens", >= 1, <= MAX_AMOUNT;
        /// kept for a project until it claims
        deposit: Balance, "tokens", >= 1, <= MAX_AMOUNT;
        /// pairwise: half of the most for a pair
        pairwise_bound: Balance, "tokens", >= 1, <= MAX_AMOUNT, if kind == Kind::Pairwise;
        /// assurance: what a project needs
        threshold: Balance, "tokens", >= 1, <= MAX_AMOUNT, if kind == Kind::Assurance;
        /// assurance: on top of a pledge that comes back
        bonus: Perbill, "fraction", > 0, if kind == Kind::Assurance;
    }

    storage {
        /// The state of the whole system.
        state: State = genesis(now);
        /// What a round that ended gave and left.
        outcomes: outcome(round: Round) -> Outcome;
        /// A project.
        projects: project(project: ProjectId) -> Option<Project<Id>>;
        /// What an account contributed to a project, unless it was refunded.
        contributions: contribution(contributor: Id, project: ProjectId) -> Balance;
        /// What an account added to the pool of a round, unless it withdrew the rest.
        sponsorships: sponsorship(sponsor: Id, round: Round) -> Balance;
        /// Pairwise: an account's number among the contributors of a round, from one; zero for others.
        numbers: number(contributor: Id, round: Round) -> u32;
        /// Pairwise: a project's contributor, by place.
        backers: backer(project: ProjectId, place: u32) -> Backer;
        /// Pairwise: what two contributors have in common over all projects of a round, by their
        /// numbers, the lower first: a sum of products of roots, in units of `2^-32`.
        pairs: pair(round: Round, low: u32, high: u32) -> u128;
    }

    messages {
        /// add to the pool of the round in progress
        sponsor(who, value, now) => Sponsored;
        /// own the next project of the round, for a deposit
        propose(who, text: Hash, value, now) => Proposed;
        /// contribute to a project, or pledge; what is not needed is credited
        contribute(who, project: ProjectId, value, now) => Contributed;
        /// end the round in progress, once its window is over
        end_round(now) => RoundEnded;
        /// credit a project's owner with its funds
        claim(project: ProjectId) => Claimed;
        /// credit a contributor of a failed project with its pledge and the bonus
        refund(contributor: Id, project: ProjectId) => Refunded(contributor);
        /// credit a sponsor with what a round left of its tokens
        withdraw(sponsor: Id, round: Round) => Withdrawn(sponsor);
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
        /// There is no project of that number.
        NoProject,
        /// The contribution is below `min_contribution`, or the pledge below what is missing.
        ContributionTooLow,
        /// The round would have taken more than [`MAX_AMOUNT`] in all.
        ContributionTooHigh,
        /// The project has `max_contributors` already.
        ContributorsFull,
        /// The threshold is met: no pledge is missing.
        ThresholdMet,
        /// The round has not ended.
        RoundInProgress,
        /// The project was claimed before.
        AlreadyClaimed,
        /// The project did not miss its threshold.
        NotFailed,
        /// The account pledged nothing, or was refunded.
        NothingToRefund,
        /// The account did not sponsor the round, or withdrew.
        NothingToWithdraw,
    }
}

impl Params {
    /// What proposing a project takes: the deposit, and for assurance the reserve for bonuses.
    pub fn price(&self) -> Balance {
        let reserve = match self.kind {
            Kind::Assurance => assurance::reserve_up(self),
            Kind::Quadratic | Kind::Pairwise => 0,
        };
        // At most MAX_AMOUNT each.
        self.deposit.saturating_add(reserve)
    }

    /// How much of a contribution is taken by a project that has `raised`.
    fn taken(&self, raised: Balance, amount: Balance) -> Result<Balance, Error> {
        if self.kind == Kind::Assurance {
            return assurance::taken(self, raised, amount);
        }
        if amount < self.min_contribution {
            return Err(E::ContributionTooLow);
        }
        Ok(amount)
    }
}

impl State {
    /// Projects of the round in progress.
    pub fn projects(&self) -> u64 {
        self.next.saturating_sub(self.first)
    }

    /// Whether the window of the round is over.
    pub fn over(&self, params: &Params, now: Block) -> bool {
        now.saturating_sub(self.start) >= params.round_blocks
    }

    /// Adds to the sum of all matched contributions.
    fn raise(&mut self, amount: Balance) -> Result<(), Error> {
        let raised = self.raised.saturating_add(amount);
        if raised > MAX_AMOUNT {
            return Err(E::ContributionTooHigh);
        }
        self.raised = raised;
        Ok(())
    }

    /// What comes of the round if nobody contributes any more: the pool gives what is wanted, at most
    /// all of it.
    pub fn outcome(&self, params: &Params) -> Outcome {
        let wanted = match params.kind {
            Kind::Pairwise => quadratic::pairs_down(self.wanted),
            Kind::Quadratic | Kind::Assurance => self.wanted,
        };
        Outcome {
            pool: self.pool,
            given: wanted.min(self.pool),
            wanted,
            unclaimed: self.pool,
            open: self.projects(),
            sponsored: self.sponsored,
        }
    }
}

impl<Id> Project<Id> {
    /// Adds what is taken of `amount` to what an account contributed `before`, and gives it. No sum
    /// overflows: all that a round takes is bounded.
    fn contribute(
        &mut self,
        params: &Params,
        before: Balance,
        amount: Balance,
    ) -> Result<Balance, Error> {
        let taken = params.taken(self.raised, amount)?;
        if before == 0 {
            if params.kind == Kind::Pairwise && self.contributors >= params.max_contributors {
                return Err(E::ContributorsFull);
            }
            self.contributors = self.contributors.saturating_add(1);
        }
        let after = before.saturating_add(taken);
        self.raised = self.raised.saturating_add(taken);
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
        Ok(taken)
    }

    /// Whether it misses its threshold. Refunds do not change it.
    pub fn failed(&self, params: &Params) -> bool {
        params.kind == Kind::Assurance && self.raised < params.threshold
    }

    /// Gives the owner what is kept for it, without the match: of a failed project all but the
    /// bonuses.
    fn claim(&mut self, params: &Params) -> Balance {
        let deposit = core::mem::take(&mut self.deposit);
        match self.failed(params) {
            true => deposit.saturating_sub(self.bonuses),
            false => deposit.saturating_add(self.raised),
        }
    }

    /// Takes a pledge out of a failed project, and gives its bonus: from what is kept for the owner,
    /// or from what its claim left.
    fn refund(&mut self, params: &Params, pledge: Balance) -> Balance {
        let bonus = assurance::bonus_down(params, pledge);
        self.raised = self.raised.saturating_sub(pledge);
        self.bonuses = self.bonuses.saturating_sub(bonus);
        self.deposit = self.deposit.saturating_sub(bonus);
        bonus
    }

    /// What the contract holds for the project, without its match.
    pub fn held(&self, params: &Params) -> Balance {
        match (self.deposit, self.failed(params)) {
            (0, true) => self.raised.saturating_add(self.bonuses),
            (0, false) => 0,
            (deposit, _) => self.raised.saturating_add(deposit),
        }
    }
}

impl Outcome {
    /// Takes a project's match, and gives it with what is left over once all is taken.
    fn claim(&mut self, ideal: Balance) -> (Balance, Balance) {
        let matched = quadratic::match_down(ideal, self.given, self.wanted);
        self.unclaimed = self.unclaimed.saturating_sub(matched);
        self.open = self.open.saturating_sub(1);
        (matched, self.left())
    }

    /// What is left of so many tokens that were sponsored.
    pub fn rest_down(&self, sponsored: Balance) -> Balance {
        let left = self.pool.saturating_sub(self.given);
        // At most what was sponsored: it fits.
        mul_div_down(sponsored, left, self.pool).unwrap_or(0)
    }

    /// Takes what is left of a sponsor's tokens, and gives it with what is left over once all is
    /// taken.
    fn withdraw(&mut self, sponsored: Balance) -> (Balance, Balance) {
        let rest = self.rest_down(sponsored);
        self.unclaimed = self.unclaimed.saturating_sub(rest);
        self.sponsored = self.sponsored.saturating_sub(sponsored);
        (rest, self.left())
    }

    /// What rounding left, once all projects have claimed and all sponsors withdrawn.
    fn left(&mut self) -> Balance {
        match (self.open, self.sponsored) {
            (0, 0) => core::mem::take(&mut self.unclaimed),
            _ => 0,
        }
    }
}
