//! Optimistic assertions: what nobody disputes in time is final, and a dispute ends in a single step.
//!
//! An *asserter* lays by a bond and says to which state the `steps` steps of a machine lead from another
//! ([`machine`]): more than a contract can run. In a window anyone *challenges* it, each with a bond of its own;
//! all disputes go on side by side. In a dispute the asserter says the state in the middle, and the challenger
//! says whether that is right: so the part that they do not agree on is halved, round by round, until one step
//! is left. The contract makes it, and nobody has to judge. Each move has a clock, and whoever lets it run out
//! has lost. A challenger who loses forfeits its bond. An asserter who loses a single dispute forfeits its own,
//! and the assertion is rejected: all who challenged and have not lost get their bonds back, and the first of
//! them wins. Of what is forfeited the winner has `winner_share`; the rest goes to a *sink*. Once the window is
//! over and no dispute is left, the assertion is final.
//!
//! **Intended behaviour**: asserters assert what is true, others check every assertion and challenge what is
//! false at once, and all move when it is their turn.
//!
//! # Why whoever knows the truth wins
//!
//! In a dispute both agree on an earlier state and not on a later one. Whoever answers by the true states
//! against a false assertion keeps the earlier one true and the later one false; so the step that is left is
//! false. An asserter who says the true states keeps both true, and the step holds, whatever is answered. One
//! honest challenger is enough, against any number of others (Canetti, Riva, Rothblum 2011; Kalodner et al.
//! 2018), if each move reaches the chain within `move_blocks`: they should last longer than whoever writes
//! blocks can keep a call out.
//!
//! # Why disputing oneself does not pay
//!
//! Whoever is on both sides loses what is burned of one bond or the other: `1 - winner_share` of it, rounded up
//! to one at least. Where the bond came back to a proposer that disputed itself, as in a review of UMA, delay
//! was free. That an account cannot challenge its own assertion would be no use: it has another.
//!
//! A challenger of its own saves an asserter `winner_share` of its bond if it comes before all others: so the
//! reward is for the *first* who has not lost, and not for whoever proves it, which the asserter could hurry to
//! be. It still pays an asserter who knows that it lies to challenge itself in the same block: a lie costs it
//! what is burned of `assertion_bond`, and no more is to be relied on. One who does not know whether it errs,
//! with chance `f`, would insure itself:
//!
//! ```text
//! f * winner_share * assertion_bond > (1 - f) * (1 - winner_share) * challenge_bond
//! ```
//!
//! and the same with all of `challenge_bond` on the right is when it pays others to challenge everything
//! without a look. Whoever sees a challenge before it is in a block can still be first.
//!
//! # Why a lie is found, and when it is not
//!
//! Checking costs, and where nobody lies it brings nothing: the verifier's dilemma (Luu et al. 2015). No rule
//! here makes anybody look, and none pays for a look alone, since none can tell that there was one. What the
//! rules do is to pay whoever finds something. Of `n` who check, each is first as often as the others:
//!
//! ```text
//! f * winner_share * assertion_bond / n >= cost
//! ```
//!
//! says for how many it pays where assertions are false with chance `f`, by fault or by intent. It is not an
//! equilibrium that all check and nobody errs. Without faults it is mixed: lies are so rare, `f`, that one who
//! checks breaks even, and checks so frequent that one who lies does. So the greater the reward by the cost, the
//! rarer lies are; they never end. TrueBit plants errors for that (Teutsch, Reitwießner 2017); here those who
//! rely on an assertion, and lose by a false one, are who should look.
//!
//! # How long it takes, and what that costs
//!
//! Disputes do not wait for each other. In the last block of the window the last one begins, and every round
//! has two moves: after `challenge_blocks + 2 * rounds * move_blocks` blocks every assertion is rejected or can
//! be made final, with `2^rounds >= steps`, whatever anybody does ([`Params::delay_blocks_max`]). One after the
//! other, `k` of them would take `k` times as long. Whoever delays that way forfeits `challenge_bond`, a part
//! of which pays the asserter for its moves. It costs as much, and no more, however many wait: **it pays**
//! whoever gains more by the delay.
//!
//! # Who can keep others out
//!
//! An assertion has `max_challengers` places, since all are paid when it is rejected. A liar that takes all of
//! them, and then lets its own challengers lose, is not challenged by anyone else. It forfeits all these bonds,
//! to itself but for what is burned: so this should be more than a lie is worth,
//!
//! ```text
//! max_challengers * (1 - winner_share) * challenge_bond
//! ```
//!
//! Nobody can lock what is another's: every dispute ends by its clocks, and anyone may end it.
//!
//! # What stands still when
//!
//! | number | fixed | moved until then |
//! | --- | --- | --- |
//! | bonds, shares, windows, steps | when the contract is deployed | by nobody |
//! | what is asserted, and by whom | with the assertion | by nobody |
//! | who challenges, and in which order | when the window is over | by challenges |
//! | the states on which a dispute's sides agree, and do not | with each answer | by nobody |
//! | a state in the middle | when the asserter says it | by nobody |
//! | who wins a dispute | when a step is left, or a clock has run out | by its sides |
//! | what an assertion came to | when it is rejected or final | by nobody |
//!
//! # What is owed
//!
//! The bond of every assertion that is open, that of every dispute that is not decided, and all credits. A
//! decision turns bonds into credits, to the last token. So nothing is left when all have collected.
//!
//! # Literature
//!
//! Canetti, Riva, Rothblum, "Practical Delegation of Computation using Multiple Servers" (2011): a referee of
//! one step. Luu, Teutsch, Kulkarni, Saxena, "Demystifying Incentives in the Consensus Computer" (2015): the
//! verifier's dilemma. Teutsch, Reitwießner, "A scalable verification solution for blockchains" (2017):
//! TrueBit, forced errors, and why a part is burned. Kalodner, Goldfeder, Chen, Weinberg, Felten, "Arbitrum:
//! Scalable, private smart contracts" (2018): bisection of an assertion. Alvarez et al., "BoLD: Fast and Cheap
//! Dispute Resolution" (2024): disputes side by side, and a bounded delay.

mod entries;
pub mod machine;
mod records;
#[cfg(test)]
#[allow(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
mod tests;

pub use entries::*;
pub use records::*;

use carrots_kernel::math::part_down;
use carrots_kernel::sealed::MAX_WINDOW;

carrots_kernel::mechanism! {
    /// Assertions with bonds that anyone can challenge: a dispute is halved until a single step decides.
    mechanism Challenge;

    params {
        /// what an asserter lays by
        ///
        /// What is burned of it is all that a lie is sure to cost; the rest pays those who check.
        assertion_bond: Balance, "tokens", >= 1;
        /// what each challenger lays by
        ///
        /// What delays and blind challenges cost.
        challenge_bond: Balance, "tokens", >= 1;
        /// of a loser's bond, for the winner
        ///
        /// The rest is burned, or disputing oneself is free.
        winner_share: Perbill, "fraction", < 1;
        /// in which an assertion can be challenged
        challenge_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// for each move of a dispute
        move_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// of the machine, that are asserted at once
        steps: u32, "steps", >= 2, <= MAX_STEPS;
        /// challenges of an assertion
        ///
        /// So many times what is burned of a challenger's bond it takes to keep others out.
        max_challengers: u32, "challenges", >= 1, <= MAX_CHALLENGERS;
    }

    roles {
        /// Is credited with what is burned. It should neither assert nor challenge.
        sink,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// An assertion, and what it came to.
        assertions: assertion(assertion: u32) -> Option<Assertion<Id>>;
        /// A dispute that is not decided, by the challenger's place.
        disputes: dispute(assertion: u32, place: u32) -> Option<Dispute<Id>>;
    }

    messages {
        /// assert to which state the steps lead, with a bond
        assert(who, value, start: u64, claim: u64, now) => Asserted;
        /// challenge an assertion, with a bond
        challenge(who, value, assertion: u32, now) => Challenged;
        /// asserter: say the state in the middle of a dispute
        bisect(who, assertion: u32, place: u32, state: u64, now) => Bisected;
        /// challenger: say whether that state is right
        answer(who, assertion: u32, place: u32, agrees: bool, now) => Answered;
        /// decide a dispute against whoever did not move in time
        expire(assertion: u32, place: u32, now) => Expired;
        /// make an assertion final, once its window is over
        finalize(assertion: u32, now) => Finalized;
    }

    errors {
        /// The transferred value is not the bond.
        WrongBond,
        /// No assertion has that number.
        NoAssertion,
        /// The assertion is rejected or final already.
        NotOpen,
        /// The window for challenges is over.
        WindowOver,
        /// There were `max_challengers` challenges already.
        ChallengersFull,
        /// There is no such dispute, or it is decided.
        NoDispute,
        /// The caller did not make the assertion.
        NotAsserter,
        /// The caller is not the challenger of that dispute.
        NotChallenger,
        /// It is the other side's move.
        NotYourMove,
        /// The time for the move is over.
        ClockOver,
        /// Whoever has to move has time left.
        ClockRunning,
        /// The window for challenges is not over.
        WindowOpen,
        /// A dispute about the assertion is not decided.
        Disputed,
    }
}
