//! What is configured, and what is stored.

use super::{machine::step, *};
use carrots_kernel::records;

/// The most steps that are asserted at once.
pub const MAX_STEPS: u32 = 1 << 16;
/// The most challengers of an assertion. It bounds every loop.
pub const MAX_CHALLENGERS: u32 = 64;

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// Assertions that were made: the number of the next one.
        pub assertions: u32,
    }

    /// Where an assertion stands.
    pub enum Status {
        /// It can be challenged, or is disputed, or waits to be made final.
        Open,
        /// A challenger won.
        Rejected,
        /// Nobody challenged it in time, or all who did have lost.
        Final,
    }

    /// An assertion: that `steps` steps lead from one state to another. It is never removed.
    pub struct Assertion<Id> {
        /// Who made it.
        pub asserter: Id,
        /// The state before the first step.
        pub start: u64,
        /// The state after the last one, as it is asserted.
        pub claim: u64,
        /// The block in which it was made.
        pub since: Block,
        /// Challenges so far: the place of the next one.
        pub challenges: u32,
        /// Those that are not decided.
        pub disputes: u32,
        /// Where it stands.
        pub status: Status,
    }

    /// A challenge that is not decided: both agree on a state, and not on a later one.
    pub struct Dispute<Id> {
        /// Who challenged.
        pub challenger: Id,
        /// The steps before the state on which both agree.
        pub low: u32,
        /// That state.
        pub agreed: u64,
        /// The steps before the state that is disputed.
        pub high: u32,
        /// That state, as it is asserted.
        pub disputed: u64,
        /// The state in the middle, as it is asserted; none while the asserter has to say it.
        pub middle: Option<u64>,
        /// The block of the last move.
        pub since: Block,
    }

    /// A side of a dispute.
    pub enum Side {
        /// Whoever made the assertion.
        Asserter,
        /// Whoever challenged it.
        Challenger,
    }
}

impl Params {
    /// How often the steps are halved until one is left.
    pub fn rounds(&self) -> u32 {
        // At most 16: a step is the least there is.
        u32::BITS.saturating_sub(self.steps.saturating_sub(1).leading_zeros())
    }

    /// Blocks after which every assertion is rejected, or can be made final: the window, and two moves for
    /// every round.
    pub fn delay_blocks_max(&self) -> Block {
        let moves = self.rounds().saturating_mul(2);
        self.challenge_blocks.saturating_add(moves.saturating_mul(self.move_blocks))
    }

    /// What of a loser's bond goes to the winner, rounded down: less than all of it.
    pub fn reward_down(&self, bond: Balance) -> Balance {
        part_down(self.winner_share, bond)
    }
}

impl<Id> Assertion<Id> {
    /// Whether it can be challenged in block `now`.
    pub fn is_challengeable(&self, params: &Params, now: Block) -> bool {
        now.saturating_sub(self.since) < params.challenge_blocks
    }
}

impl<Id> Dispute<Id> {
    /// Whose move it is.
    pub fn turn(&self) -> Side {
        match self.middle {
            None => Side::Asserter,
            Some(_) => Side::Challenger,
        }
    }

    /// Whether whoever has to move can in block `now`.
    pub fn is_in_time(&self, params: &Params, now: Block) -> bool {
        now.saturating_sub(self.since) < params.move_blocks
    }

    /// The steps before the state in the middle, rounded down.
    pub fn half(&self) -> u32 {
        self.low.midpoint(self.high)
    }

    /// The asserter says the state in the middle.
    pub(super) fn bisect(&mut self, middle: u64, now: Block) {
        self.middle = Some(middle);
        self.since = now;
    }

    /// The challenger says whether the state in the middle is right: the half in which it then disagrees is
    /// what is left.
    pub(super) fn halve(&mut self, middle: u64, agrees: bool, now: Block) {
        let half = self.half();
        if agrees {
            (self.low, self.agreed) = (half, middle);
        } else {
            (self.high, self.disputed) = (half, middle);
        }
        self.middle = None;
        self.since = now;
    }

    /// Who is right, once a single step is left: the step is made.
    pub fn verdict(&self) -> Option<Side> {
        let is_single = self.high.saturating_sub(self.low) == 1;
        is_single.then(|| match step(self.agreed, self.low) == self.disputed {
            true => Side::Asserter,
            false => Side::Challenger,
        })
    }
}
