//! What the oracle is configured with and what it stores.

// The codec that is derived for an enum with fields casts a variant's index.
#![allow(clippy::cast_possible_truncation)]

use super::*;
use carrots_kernel::math::{mul_div_down, part_up};
use carrots_kernel::{choices, records};

/// The most jurors that can be drawn from. It bounds the depth of the tree.
pub const MAX_JURORS: u32 = 1024;
/// The most votes of a jury. It bounds every loop over a jury.
pub const MAX_JURY: u32 = 63;
/// The most options of a choice.
pub const MAX_OPTIONS: u8 = 8;
/// The answer that a question has no answer: that it is unclear, or cannot be known. It is none of
/// the numbers that answer otherwise.
pub const UNANSWERABLE: u128 = u128::MAX;

choices! {
    /// What is asked. Either can be found to be [`UNANSWERABLE`].
    pub enum Kind {
        /// One of `options`, numbered from zero: the plurality answers. That there is no answer counts
        /// like an option.
        Choice {
            /// From two to [`MAX_OPTIONS`].
            options: u8,
        },
        /// Any number below [`UNANSWERABLE`]: the median answers, unless more than half of the votes are
        /// that there is no answer.
        Number,
    }
}

records! {
    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// Questions that were asked: the number of the next one.
        pub questions: u64,
        /// Jurors that can be drawn: the leaves in use.
        pub jurors: u32,
    }

    /// A juror's account.
    #[derive(Default)]
    pub struct Juror {
        /// What is staked.
        pub stake: Balance,
        /// The part of it that backs drawn votes: `absent_loss` for each, until it is settled.
        pub locked: Balance,
        /// The juror's leaf, counted from one; zero if the juror cannot be drawn.
        pub leaf: u32,
    }

    /// Where a question stands.
    pub enum Status {
        /// A jury is to be drawn in the drawing phase that follows.
        Drawing,
        /// A jury votes.
        Voting,
        /// There is an outcome, which may be appealed until it is settled.
        Tallied,
        /// The outcome is final, and every round is settled.
        Settled,
    }

    /// What a question came to.
    pub enum Outcome {
        /// Nothing yet.
        Pending,
        /// The answer.
        Answer(u128),
        /// That there is no answer.
        Unanswerable,
        /// Several options had the most votes.
        Undecided,
        /// Nobody revealed an answer.
        Silent,
        /// Nobody was drawn.
        NoJury,
    }

    /// A question. It is never removed: its outcome lasts.
    pub struct Question<Id> {
        /// Who asked.
        pub asker: Id,
        /// What is asked.
        pub kind: Kind,
        /// The hash of the text that says what is asked, and where it is to be found out.
        pub text: Hash,
        /// Where it stands.
        pub status: Status,
        /// Since when: the block of the question or appeal, of the draw, or of the tally.
        pub since: Block,
        /// The round: appeals so far.
        pub round: u32,
        /// Rounds that are settled.
        pub settled: u32,
        /// What it came to so far; final when the status is [`Status::Settled`].
        pub outcome: Outcome,
        /// The round that gave the outcome. Those after it could not change it.
        pub decided: u32,
        /// Revealed votes of that round: how much the outcome is worth.
        pub votes: u32,
    }

    /// The jury of one round. Removed when the round is settled.
    pub struct Jury<Id> {
        /// Who paid for it.
        pub payer: Id,
        /// What is held of the payment.
        pub fee: Balance,
        /// Votes that were paid for.
        pub wanted: u32,
        /// Votes that were drawn.
        pub votes: u32,
        /// Jurors that have them.
        pub seats: u32,
    }

    /// What became of a juror's votes in a round.
    #[derive(Default)]
    pub enum Ballot {
        /// Nothing yet.
        #[default]
        Empty,
        /// The juror committed to an answer.
        Sealed(Hash),
        /// The juror revealed an answer.
        Open(u128),
    }

    /// A juror's seat in a jury. Removed when the round is settled.
    #[derive(Default)]
    pub struct Seat {
        /// How often the juror was drawn: the votes that its answer has.
        pub votes: u32,
        /// The juror's answer.
        pub ballot: Ballot,
    }
}

impl Params {
    /// What an incoherent vote loses. Rounded up: it is never nothing.
    pub fn incoherent_loss(&self) -> Balance {
        part_up(self.alpha, self.min_stake)
    }

    /// The least that a juror stakes: no less than what backs one vote, so that nobody takes the
    /// place of a juror without its risk.
    pub fn least_stake(&self) -> Balance {
        self.min_stake.max(self.absent_loss)
    }

    /// Votes of the jury in a round: `(jury + 1) * 2^round - 1`.
    pub fn jury_of(&self, round: u32) -> u32 {
        let doubled = 1u32.checked_shl(round).unwrap_or(u32::MAX);
        self.jury.saturating_add(1).saturating_mul(doubled).saturating_sub(1)
    }

    /// What so many votes of a jury cost. It fits for every jury that the parameters allow.
    pub fn fee_of(&self, votes: u32) -> Balance {
        mul_div_down(self.fee_per_vote, votes.into(), 1).unwrap_or(Balance::MAX)
    }

    /// The first block of the drawing phase of the cycle of block `now`, whether it is over,
    /// begins, or is to come. Cycles of `stake_blocks` and then `draw_blocks` follow each other
    /// from block zero on.
    fn drawing_phase(&self, now: Block) -> Block {
        let age = now.checked_rem(self.cycle_blocks()).unwrap_or(0);
        now.saturating_sub(age).saturating_add(self.stake_blocks)
    }

    fn cycle_blocks(&self) -> Block {
        self.stake_blocks.saturating_add(self.draw_blocks)
    }

    /// Whether block `now` is in a drawing phase: stakes stand still.
    pub fn drawing(&self, now: Block) -> bool {
        now >= self.drawing_phase(now)
    }

    /// The first drawing phase that begins after block `asked`: its first block, and the first
    /// one after it.
    pub fn draw_window(&self, asked: Block) -> (Block, Block) {
        let mut opens = self.drawing_phase(asked);
        if asked >= opens {
            opens = opens.saturating_add(self.cycle_blocks());
        }
        (opens, opens.saturating_add(self.draw_blocks))
    }
}

impl Kind {
    /// Whether a jury can be asked this.
    pub fn valid(&self) -> bool {
        match self {
            Kind::Choice { options } => (2..=MAX_OPTIONS).contains(options),
            Kind::Number => true,
        }
    }

    /// Whether this is an answer.
    pub fn accepts(&self, answer: u128) -> bool {
        match self {
            Kind::Choice { options } => answer < u128::from(*options) || answer == UNANSWERABLE,
            Kind::Number => true,
        }
    }
}

impl Juror {
    /// Votes that the juror can still be drawn for: what it has free, by `absent_loss`, rounded
    /// down. None without a leaf.
    pub fn votes(&self, params: &Params) -> u32 {
        let free = self.stake.saturating_sub(self.locked);
        let votes = match self.leaf {
            0 => None,
            _ => mul_div_down(free, 1, params.absent_loss),
        };
        votes.map_or(0, |votes| u32::try_from(votes).unwrap_or(u32::MAX))
    }
}

#[cfg(feature = "std")]
impl carrots_kernel::arguments::Argument for Kind {
    fn sample() -> Self {
        Kind::Choice { options: 2 }
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        vec![Kind::Choice { options: 2 }, Kind::Choice { options: 3 }, Kind::Number]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_drawn_in_the_first_phase_after_them() {
        let params = Params { stake_blocks: 3, draw_blocks: 2, ..Params::default() };
        let phases: Vec<u32> = (0..12).filter(|now| params.drawing(*now)).collect();
        assert_eq!(phases, [3, 4, 8, 9]);
        let opens = [0, 2, 3, 4, 5, 7, 8].map(|asked| params.draw_window(asked).0);
        assert_eq!(opens, [3, 3, 8, 8, 8, 8, 13]);
        for asked in 0..50 {
            let (opens, closes) = params.draw_window(asked);
            assert!(opens > asked && opens - asked <= 5 && closes == opens + 2);
            assert!((opens..closes).all(|now| params.drawing(now)));
            assert!(!params.drawing(opens - 1) && !params.drawing(closes));
        }
        assert_eq!(params.draw_window(u32::MAX), (u32::MAX, u32::MAX));
    }

    #[test]
    fn every_appeal_has_twice_as_many_votes_and_one() {
        let params = Params { jury: 3, ..Params::default() };
        assert_eq!([0, 1, 2, 3, 4].map(|round| params.jury_of(round)), [3, 7, 15, 31, 63]);
        assert!([30, 31, 32, u32::MAX].iter().all(|round| params.jury_of(*round) > MAX_JURY));
    }

    #[test]
    fn that_there_is_no_answer_answers_everything() {
        let choice = Kind::Choice { options: 3 };
        assert!([0, 1, 2, UNANSWERABLE].iter().all(|answer| choice.accepts(*answer)));
        assert!([3, 4, UNANSWERABLE - 1].iter().all(|answer| !choice.accepts(*answer)));
        assert!([0, UNANSWERABLE - 1, UNANSWERABLE].iter().all(|it| Kind::Number.accepts(*it)));
    }

    #[test]
    fn a_split_stake_has_no_more_votes() {
        let params = Params { min_stake: 1, absent_loss: 7, ..Params::default() };
        let votes = |stake| Juror { stake, locked: 0, leaf: 1 }.votes(&params);
        for (a, b) in (0..40).flat_map(|a| (0..40).map(move |b| (a, b))) {
            assert!(votes(a) + votes(b) <= votes(a + b));
        }
        assert_eq!(Juror { stake: 30, locked: 7, leaf: 1 }.votes(&params), 3);
        assert_eq!(Juror { stake: 30, locked: 7, leaf: 0 }.votes(&params), 0);
        assert_eq!(votes(Balance::MAX), u32::MAX);
    }
}
