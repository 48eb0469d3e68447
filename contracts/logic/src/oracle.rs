//! Oracle: a court of jurors who commit to an answer, reveal it, and earn by agreeing.
//!
//! *Jurors* stake. Anyone asks a *question*, a choice or a number, and pays a jury of votes. A
//! seed from a random beacon draws the votes from all stake that is free, without replacement; each
//! locks `absent_loss` of it. The drawn commit to an answer in one window and reveal it in the
//! next. The plurality answers a choice, the median of all votes a number. Whoever doubts the
//! outcome appeals and pays a jury of twice as many votes and one, whose outcome replaces the one
//! before if more votes were revealed for it. When nobody appeals any more, every round is settled
//! against the final outcome: an incoherent vote loses the part `alpha` of `min_stake`, a vote that
//! was not revealed loses `absent_loss`, and the coherent votes of the round share that and its fee
//! evenly.
//!
//! **Intended behaviour**: jurors find out the true answer and report it, since that is what they
//! expect of the others; askers and losers of a wrong outcome appeal it.
//!
//! # Why splitting a stake does not pay
//!
//! A stake `s` is `floor(s / absent_loss)` votes, less those that are drawn, and every vote is as
//! likely to be drawn next as every other. Rounding down, `floor(a / l) + floor(b / l)` is at most
//! `floor((a + b) / l)`: over several accounts a stake has at most as many votes as in one, hence
//! at most the odds. Each vote that is drawn has stake of its own behind it and loses the same in
//! whatever account, so the risk is the same too. Several accounts can give several answers, which
//! is worth no more than the best of them to a juror that takes the outcome as given. A stake too
//! low for a vote cannot be drawn, loses its leaf, and takes no juror's place.
//!
//! # Why leaving is no escape
//!
//! What backs a vote stays locked until the vote is settled, so no loss is larger than what is
//! there. A settled vote locks nothing, coherent, wrong or absent: the juror can be drawn again
//! or leave. Keeping an answer back costs more than a wrong one, so seeing the others reveal is no
//! reason to be silent.
//!
//! # Why others' answers cannot be copied
//!
//! They are sealed while jurors commit. A commitment binds the juror, the question and its round;
//! a copy of it cannot be opened.
//!
//! # Why nobody chooses the jury
//!
//! Blocks run in cycles: a phase in which stakes change, then a drawing phase, in which nothing
//! that counts for a draw changes but by draws. A question is drawn in the first drawing phase
//! that begins after it was asked. So if a seed becomes known only after the phase began, neither
//! askers nor jurors can act on it. That the seeds are such, and not the beacon's choice, is
//! assumed: whoever controls the beacon chooses the juries. A beacon that stays silent is no worse
//! than a court without jurors: the fee goes back, and the outcome before an appeal stands.
//!
//! # What the rules cannot do
//!
//! Honest reporting is an equilibrium, not the only one: if all others report the first option, so
//! does a juror that wants to be paid. Who can pay jurors can turn an outcome: with a bribe on the
//! answer, or with the promise of more than a coherent vote earns to those who report a lie, should
//! it fail, which costs nothing when it works. Appeals are the answer: each asks a larger jury,
//! drawn anew, and the last one decides what every vote before it earns; a bribe has to convince
//! jurors that it will turn all of them. It is none where most of the court is convinced: juries
//! are drawn from the same jurors. Outcomes are worth no more than what it costs to turn the last
//! jury, and no more than the jury that was there to be drawn: a question records the revealed
//! votes behind its outcome. Who appeals pays the jury, whatever it decides. And who takes all
//! `max_jurors` leaves first is the court: together the least stakes of all leaves have to be worth
//! more than what the court decides about.
//!
//! # What is owed
//!
//! All stakes, the fees of juries that are not settled, and credits. What is lost in a round is
//! earned in it, credited to the sink where nobody earns it, and so is what rounding leaves; a fee
//! that nobody earns goes back to its payer. So the contract holds exactly their sum, and nothing
//! is left when all have been settled, unstaked and collected.
//!
//! # Literature
//!
//! Schelling, "The Strategy of Conflict" (1960): focal points. Buterin, "SchellingCoin: A
//! Minimal-Trust Universal Data Feed" (2014), and "The P + epsilon Attack" (2015), due to Miller.
//! Peterson, Krug, "Augur: a Decentralized, Open-Source Platform for Prediction Markets" (2015).
//! Lesaege, Ast, George, "Kleros Short Paper" (2019): juries drawn by stake, appeals, the
//! redistribution. George, Lesaege, "A Smart Contract Oracle for Approximating Real-World, Real
//! Number Values" (2019). UMA, "UMA Data Verification Mechanism: Adding Economic Guarantees to
//! Blockchain Oracles" (2019): the cost of corruption.

mod entries;
mod records;
mod rounds;
pub mod tree;
pub mod verdict;

pub use entries::*;
pub use records::*;
pub use rounds::*;

use carrots_kernel::math::mul_div_down;
use carrots_kernel::sealed::MAX_WINDOW;

carrots_kernel::mechanism! {
    /// Jurors drawn by stake answer questions under seal: who agrees with the outcome earns.
    mechanism Oracle;

    params {
        /// least stake of a juror, beside absent_loss
        min_stake: Balance, "tokens", >= 1;
        /// part of min_stake that an incoherent vote loses
        ///
        /// Rounded up.
        alpha: Perbill, "fraction", > 0;
        /// what an unrevealed vote loses
        ///
        /// And so the stake that backs each vote. More than an incoherent vote loses: a wrong answer
        /// would be kept back, which hides it. A juror has at most 2^32 votes: choose it so large that
        /// no stake reaches them.
        absent_loss: Balance, "tokens", > self.incoherent_loss() "alpha * min_stake, rounded up";
        /// paid for each vote of a jury
        fee_per_vote: Balance, "tokens", >= 1;
        /// votes of the first jury
        jury: u32, "votes", >= 1;
        /// each with twice the votes and one
        max_appeals: u32, "appeals";
        /// jurors to draw from
        ///
        /// Their least stakes together are what it costs to keep everyone else out.
        max_jurors: u32, "accounts", >= 1, <= MAX_JURORS;
        /// of the median, within which numbers are coherent
        ///
        /// That part of the median, rounded down.
        tolerance: Perbill, "fraction";
        /// in which stakes change, before each drawing
        stake_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// in which juries are drawn, and stakes stand still
        draw_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// in which jurors commit
        commit_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// in which jurors reveal
        reveal_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
        /// in which an outcome can be appealed
        appeal_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
    }

    checks {
        /// at most 63 votes after max_appeals appeals: (jury + 1) * 2^n - 1
        jury: JuryTooLarge = self.jury_of(max_appeals) <= MAX_JURY;
        /// a fee of the last appeal below 2^128
        fee_per_vote: FeeTooHigh =
            mul_div_down(fee_per_vote, self.jury_of(max_appeals).into(), 1).is_some();
    }

    roles {
        /// Brings the random seed of each draw, and with it chooses the juries.
        ///
        /// The seed comes from outside: a verifiable random function or a round of a public beacon
        /// such as drand that becomes known only after the drawing phase began. Which one, and in
        /// which order questions are drawn with it, is agreed before.
        beacon,
        /// Is credited with what nobody earns.
        sink,
    }

    storage {
        /// The state of the whole system.
        state: State;
        /// A juror's account.
        jurors: juror(who: Id) -> Juror;
        /// The juror of a leaf, counted from one.
        leaves: leaf(leaf: u32) -> Option<Id>, dense;
        /// A node of the sum tree, counted from one.
        nodes: node(node: u32) -> u64, dense;
        /// A question, and what it came to.
        questions: question(question: u64) -> Option<Question<Id>>;
        /// The jury of a question's round, until it is settled.
        juries: jury(question: u64, round: u32) -> Option<Jury<Id>>;
        /// A juror's seat in the jury of a question's round, until it is settled.
        seats: seat(who: Id, question: u64, round: u32) -> Seat;
        /// The juror that has a seat, by its number from zero.
        seated: seat_of(question: u64, round: u32, index: u32) -> Option<Id>;
    }

    messages {
        /// stake on being drawn
        stake(who, value, now) => Staked;
        /// take out stake that is free
        unstake(who, amount: Balance, now) => Paid as Unstaked, pays who;
        /// ask a question and pay its jury
        ask(who, kind: Kind, value, now) => Asked;
        /// beacon: draw the jury that a question waits for
        draw(who, question: u64, seed: Hash, now) => Drawn;
        /// end the wait for a jury that was not drawn in time
        expire(question: u64, now) => Drawn as Expired;
        /// commit to an answer
        commit(who, question: u64, commitment: Hash, now) => Committed;
        /// reveal the answer
        reveal(who, question: u64, answer: u128, salt: Salt, now) => Revealed;
        /// tally a round whose windows are over
        tally(question: u64, now) => Tallied;
        /// appeal an outcome and pay the next jury
        appeal(who, question: u64, value, now) => Appealed;
        /// settle the first round that is not settled
        settle(question: u64, now) => Settled;
    }

    errors {
        /// The caller is not the configured beacon.
        NotBeacon,
        /// Jurors may be drawn in this block: stakes stand still.
        StakesFrozen,
        /// The amount is zero.
        Zero,
        /// What would be staked is not enough for a juror: `min_stake` and `absent_loss`.
        StakeTooLow,
        /// There are `max_jurors` already.
        JurorsFull,
        /// The caller has staked less than that.
        NotEnoughStake,
        /// That much of the stake is not free: it backs votes that are not settled.
        StakeLocked,
        /// A choice has from two to [`MAX_OPTIONS`] options.
        WrongOptions,
        /// The amount is not the fee of the jury.
        WrongFee,
        /// No question has that number.
        NoQuestion,
        /// The question does not wait for a jury.
        NotDrawing,
        /// The block is not in the drawing phase that follows the question or appeal.
        DrawClosed,
        /// The drawing phase that follows the question or appeal is not over.
        DrawOpen,
        /// The question's jury does not commit now.
        NotCommitting,
        /// The question's jury does not reveal now.
        NotRevealing,
        /// The caller was not drawn for that jury.
        NotSeated,
        /// The caller committed to an answer already.
        AlreadyCommitted,
        /// The caller did not commit to an answer.
        NotCommitted,
        /// The caller revealed its answer already.
        AlreadyRevealed,
        /// The question has no such option.
        WrongAnswer,
        /// It is not the answer, or not the salt, that the caller committed to.
        WrongReveal,
        /// The question has no jury that votes.
        NotVoting,
        /// The jury's windows are not over.
        VotingOpen,
        /// The question has no outcome that waits to be settled.
        NotTallied,
        /// There were `max_appeals` already.
        NoAppealLeft,
        /// The appeal window is over.
        AppealClosed,
        /// The outcome may still be appealed.
        AppealOpen,
    }
}
