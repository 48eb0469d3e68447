//! Oracle: a court of jurors who commit to an answer, reveal it, and earn by agreeing.
//!
//! *Jurors* stake. Anyone asks a *question*, a choice or a number, by the hash of its text, and pays a
//! jury of votes. A seed from a random beacon draws the votes from all stake that is free, without
//! replacement; each locks `absent_loss` of it. The drawn commit to an answer in one window and reveal
//! it in the next. The plurality answers a choice, the median of all votes a number; that there is no
//! answer is an answer, too ([`UNANSWERABLE`]). Whoever doubts the outcome appeals and pays a jury of
//! twice as many votes and one, whose outcome replaces the one before if more votes were revealed for
//! it. When nobody appeals any more, every round is settled against the final outcome: an incoherent
//! vote loses the part `alpha` of `min_stake`, a vote that was not revealed loses `absent_loss`, and
//! the coherent votes of the round share that and its fee evenly. Where several options have the most
//! votes, nobody earns, and only the absent lose.
//!
//! **Intended behaviour**: jurors find out the true answer and report it, since that is what they
//! expect of the others; askers and losers of a wrong outcome appeal it.
//!
//! # What stands still when
//!
//! | what pay depends on | fixed | who can move it until then |
//! | --- | --- | --- |
//! | fee, votes wanted, text | with the question or appeal | nobody: parameters do not change |
//! | who has a place, and its stake | when the drawing phase begins | jurors by staking, whoever has twice a juror's votes by taking its place, whoever settles |
//! | who has votes free | with the draw | earlier draws of the phase: their order is agreed before |
//! | the seed | when the phase has begun | the beacon |
//! | who is drawn, and what it has at stake | with the draw | nobody |
//! | an answer | when it is committed to | the juror |
//! | which answers count | when the reveal window ends | the juror, by keeping its own back |
//! | the outcome, and the rounds that it judges | when no appeal is open | a jury with more revealed votes |
//! | what each vote earns and loses | then, too | nobody |
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
//! reason to be silent, but for what is at stake in other rounds.
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
//! # Why a jury is not judged by what it could not change
//!
//! An appeal counts if more votes were revealed for it than are behind the outcome, `V`. A jury that
//! could not reach that, since the court has no more votes free, is not asked: the fee goes back, and
//! the outcome stands. Nor is one judged that did not reach it: its revealed votes lose nothing and
//! share its fee and what the absent lose, unless a later appeal counts, which judges it like the others.
//!
//! A group in a jury of `D` votes can make its round void. That takes `D - V` votes kept back: more than
//! half of a full jury, one vote where the court has only `V + 1` free. Each loses `absent_loss`. With
//! `k` votes, of which `a` are kept back, the group has `(k - a) / (D - a)` of the fee and of what the
//! absent lose, less the latter: never more than `k / D` of the fee, which the truth earns as well. So it
//! pays only for what is at stake elsewhere: from `(D - V) * absent_loss` on, less what the group gets of
//! that back. The wrong votes of an earlier jury are such a stake, `alpha * min_stake` each.
//!
//! # Why nobody gains by a tie
//!
//! If all who answered an undecided question were paid, half of a jury could answer anything and spare
//! the effort: either it is right, or there is a tie. So nobody earns in those of its rounds that it
//! judges, and the fees go to the sink, lest who appeals for a tie gets its fee back. Half of a jury can
//! still take the answer, and the others' pay, for as much of its own.
//!
//! # Who has a reason to do what
//!
//! - **appeal**: in a jury that was wrong by a majority, those who were right win together, if the next
//!   jury of `2 V + 1` says so, `V` times the sum of a wrong vote's loss and the fee of a vote: more than
//!   the appeal costs if a wrong vote loses more than `(V + 1) / V` fees. Where nobody was right, what the
//!   wrong lost goes to who appealed, up to what that cost: all of it from `(2 V + 1) / V` fees on. It is
//!   no more than was paid, and taken from votes that were wrong, so whoever is wrong on purpose and
//!   appeals itself has lost at least what the jury of the appeal earns. Those who were right are not
//!   made to pay for the appeal: what the wrong lose is what makes it pay to be right against them.
//! - **tally**: who has revealed, to be paid; who asked or appealed, to have the outcome.
//! - **expire**: who paid the jury, since the fee goes back; jurors of rounds before, to be settled.
//! - **settle**: who was right, to be paid; everyone who was drawn, since what a vote locks is more than
//!   it can lose but by silence. Whoever waits for a later round settles those before it, each in a call
//!   of its own with at most [`MAX_JURY`] seats: at most `max_appeals` of them, too few for a batch.
//!
//! # Who has a place
//!
//! At most `max_jurors` can be drawn. Where all places are taken, whoever has twice the votes of a juror
//! that backs none takes its place, outside of drawing phases; who had it keeps its stake and takes it
//! out, or comes back with more. So to keep out whoever has `v` votes, all places have to be held with
//! more than `v / 2` votes each, or be drawn all the time. Twice, since whoever comes takes
//! votes away as well: half of a full court takes two thirds of the votes of all others, in accounts that
//! come last, where once as many votes would make it half of them.
//!
//! # What the rules cannot do
//!
//! Honest reporting is an equilibrium, not the only one: if all others report the first option, so
//! does a juror that wants to be paid. Who can pay jurors can turn an outcome: with a bribe on the
//! answer, or with the promise of more than a coherent vote earns to those who report a lie, should
//! it fail, which costs nothing when it works. Appeals are the answer: each asks a larger jury,
//! drawn anew, and the last one decides what every vote before it earns; a bribe has to convince
//! jurors that it will turn all of them. It is none where most of the court is convinced: juries
//! are drawn from the same jurors.
//!
//! Outcomes are worth no more than what it costs to turn the last jury, and no more than the jury that
//! was there to be drawn: a question records the revealed votes behind its outcome. Whoever asks so many
//! questions that all others' votes are drawn, and stakes then, is the jury of the next question, and no
//! appeal of it is heard. It costs the fee of every vote that is free: from there on it pays
//! (`oracle-busy.toml`). An appeal in a court that is busy is used up, and costs nothing.
//!
//! A number within the tolerance of all others that are true is not made wrong by less than half of a
//! jury, wherever it lets the median lie among them. Further apart than that, a few who report the edge
//! of what is true can make the other edge wrong: the tolerance is for how far true answers lie apart.
//!
//! # What is owed
//!
//! All stakes, the fees of juries that are not settled, and credits. What is lost in a round is
//! earned in it, or credited where nobody earns it: to whose appeal showed it, then to the sink, and so
//! is what rounding leaves; a fee that nobody earns goes back to its payer, or to the sink. So the
//! contract holds exactly their sum, and nothing is left when all have been settled, unstaked and
//! collected.
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
        /// Where there are so many, a newcomer takes the place of one with at most half its votes.
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
        sink != beacon,
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
        /// stake in the place of a juror with less, where all places are taken
        displace(who, juror: Id, value, now) => Staked as Displaced(juror);
        /// take out stake that is free
        unstake(who, amount: Balance, now) => Paid as Unstaked, pays who;
        /// ask a question and pay its jury
        ask(who, kind: Kind, text: Hash, value, now) => Asked;
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
        /// The caller can be drawn already.
        AlreadyJuror,
        /// There are fewer than `max_jurors`: nobody has to give way.
        RoomLeft,
        /// The named account cannot be drawn: it has no place to give.
        NotJuror,
        /// The named juror's stake backs votes that are not settled.
        JurorBusy,
        /// The caller would have less than twice the named juror's votes.
        TooFewVotes,
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
