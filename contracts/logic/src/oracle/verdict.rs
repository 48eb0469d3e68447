//! What a jury's ballots come to, and what each vote earns or loses.

use super::{Ballot, Kind, Outcome, Params, Seat, MAX_OPTIONS, UNANSWERABLE};
use carrots_kernel::math::{mul_div_down, part_down, Balance};
use carrots_kernel::Perbill;

/// The outcome of a round, and the revealed votes behind it.
pub fn outcome(kind: Kind, seats: impl Iterator<Item = Seat> + Clone) -> (Outcome, u32) {
    let revealed = seats.filter_map(|seat| match seat.ballot {
        Ballot::Open(answer) => Some((answer, seat.votes)),
        _ => None,
    });
    let votes = sum(revealed.clone());
    let outcome = match kind {
        _ if votes == 0 => Outcome::Silent,
        Kind::Choice { .. } => plurality(revealed),
        Kind::Number => middle_down(revealed),
    };
    (outcome, votes)
}

fn sum(ballots: impl Iterator<Item = (u128, u32)>) -> u32 {
    ballots.fold(0, |sum, (_, votes)| sum.saturating_add(votes))
}

/// The option with the most votes, of which there being no answer is one; undecided where several
/// have them.
fn plurality(ballots: impl Iterator<Item = (u128, u32)> + Clone) -> Outcome {
    let answers = (0..MAX_OPTIONS).map(u128::from).chain([UNANSWERABLE]);
    let counts = answers.map(|answer| (answer, votes_for(ballots.clone(), answer)));
    let most = counts.clone().map(|(_, count)| count).max();
    let mut leaders = counts.filter(|(_, count)| Some(*count) == most);
    match (leaders.next(), leaders.next()) {
        (Some((answer, _)), None) => answered(answer),
        _ => Outcome::Undecided,
    }
}

fn votes_for(ballots: impl Iterator<Item = (u128, u32)>, answer: u128) -> u32 {
    sum(ballots.filter(|ballot| ballot.0 == answer))
}

fn answered(answer: u128) -> Outcome {
    match answer {
        UNANSWERABLE => Outcome::Unanswerable,
        answer => Outcome::Answer(answer),
    }
}

/// The lower median of the numbers, unless more than half of all votes are that there is none.
fn middle_down(ballots: impl Iterator<Item = (u128, u32)> + Clone) -> Outcome {
    let without = votes_for(ballots.clone(), UNANSWERABLE);
    if without > sum(ballots.clone()).saturating_sub(without) {
        return Outcome::Unanswerable;
    }
    let numbers = ballots.filter(|(given, _)| *given != UNANSWERABLE);
    median_down(numbers).map_or(Outcome::Silent, Outcome::Answer)
}

/// The lower median: the least answer such that the answers up to it have half of the votes. None
/// without votes.
fn median_down(ballots: impl Iterator<Item = (u128, u32)> + Clone) -> Option<u128> {
    let all = sum(ballots.clone());
    let answers = ballots.clone().map(|(answer, _)| answer);
    let reaches_half = |answer: &u128| {
        let below = sum(ballots.clone().filter(|(other, _)| other <= answer));
        below >= all.saturating_sub(below)
    };
    answers.filter(reaches_half).min()
}

/// How a ballot compares with the outcome of its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Revealed, and in accord with the outcome.
    Coherent,
    /// Revealed, and not in accord with it.
    Incoherent,
    /// Revealed, where the question stayed undecided: it neither earns nor loses.
    Unjudged,
    /// Not revealed.
    Absent,
}

/// Compares a ballot with the final outcome. A number is coherent within `tolerance` of the answer;
/// that there is no answer is coherent with that alone.
pub fn standing(kind: Kind, tolerance: Perbill, outcome: Outcome, ballot: Ballot) -> Standing {
    let Ballot::Open(given) = ballot else {
        return Standing::Absent;
    };
    let coherent = match (outcome, kind) {
        (Outcome::Answer(answer), Kind::Number) if given != UNANSWERABLE => {
            given.abs_diff(answer) <= part_down(tolerance, answer)
        }
        (Outcome::Answer(answer), _) => given == answer,
        (Outcome::Unanswerable, _) => given == UNANSWERABLE,
        _ => return Standing::Unjudged,
    };
    match coherent {
        true => Standing::Coherent,
        false => Standing::Incoherent,
    }
}

/// A ballot of a round that could not change the outcome: it is not judged by it, and coherent with
/// the others that were revealed.
pub fn standing_unheard(ballot: Ballot) -> Standing {
    match ballot {
        Ballot::Open(_) => Standing::Coherent,
        _ => Standing::Absent,
    }
}

/// Votes of a jury by their standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Votes that earn.
    pub coherent: u32,
    /// Votes that are not in accord with the outcome.
    pub incoherent: u32,
    /// Votes that were not revealed.
    pub absent: u32,
    /// Revealed votes where the question stayed undecided.
    pub unjudged: u32,
}

impl Count {
    /// Adds votes of a standing.
    pub fn add(&mut self, standing: Standing, votes: u32) {
        let count = match standing {
            Standing::Coherent => &mut self.coherent,
            Standing::Incoherent => &mut self.incoherent,
            Standing::Absent => &mut self.absent,
            Standing::Unjudged => &mut self.unjudged,
        };
        *count = count.saturating_add(votes);
    }
}

/// How a round is settled. All that is lost and the whole fee go to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// What all votes lost together.
    pub lost: Balance,
    /// What each coherent vote earns of it. Rounded down.
    pub stake_per_vote: Balance,
    /// What each coherent vote earns of the fee. Rounded down.
    pub fee_per_vote: Balance,
    /// What the incoherent lost where no vote earns it, up to the fee of the appeal that showed it:
    /// for who paid that.
    pub reward: Balance,
    /// What rounding leaves, what else was lost where nobody earns it, and the fee of votes that are
    /// not judged: for the sink.
    pub rest: Balance,
    /// The fee where else nobody earns it: for its payer.
    pub refund: Balance,
}

/// Splits what the incoherent and the absent lose, and the fee, evenly over the coherent votes.
/// `appeal` is the fee of the next round if that gave the outcome, else zero. Every vote has
/// `absent_loss` at stake, the most that it can lose, so no sum overflows.
pub fn split(params: &Params, count: Count, fee: Balance, appeal: Balance) -> Split {
    let times = |amount, votes: u32| mul_div_down(amount, votes.into(), 1).unwrap_or(Balance::MAX);
    let wrong = times(params.incoherent_loss(), count.incoherent);
    let lost = wrong.saturating_add(times(params.absent_loss, count.absent));
    let each = |amount| mul_div_down(amount, 1, count.coherent.into());
    match (each(lost), each(fee)) {
        (Some(stake_per_vote), Some(fee_per_vote)) => {
            let earned = stake_per_vote.saturating_add(fee_per_vote);
            let rest = lost.saturating_add(fee).saturating_sub(times(earned, count.coherent));
            Split { lost, stake_per_vote, fee_per_vote, reward: 0, rest, refund: 0 }
        }
        _ => {
            let reward = wrong.min(appeal);
            let (kept, refund) = if count.unjudged > 0 { (fee, 0) } else { (0, fee) };
            let rest = lost.saturating_sub(reward).saturating_add(kept);
            Split { lost, stake_per_vote: 0, fee_per_vote: 0, reward, rest, refund }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 2] = [Kind::Choice { options: MAX_OPTIONS }, Kind::Number];

    fn params() -> Params {
        Params {
            min_stake: 1_000,
            alpha: Perbill::one(),
            absent_loss: 1_500,
            fee_per_vote: 30_000_000_000_000_000,
            ..Params::default()
        }
    }

    fn seats(ballots: &[(u128, u32)]) -> impl Iterator<Item = Seat> + Clone + '_ {
        ballots.iter().map(|(answer, votes)| Seat { votes: *votes, ballot: Ballot::Open(*answer) })
    }

    /// One vote against two. Source: the execution tests of Kleros v2.
    #[test]
    fn one_vote_against_two_as_published() {
        let count = Count { coherent: 2, incoherent: 1, ..Count::default() };
        let fee = 3 * params().fee_per_vote;
        let split = split(&params(), count, fee, 0);
        assert_eq!(params().incoherent_loss(), 1_000);
        assert_eq!(split.lost, 1_000);
        assert_eq!(split.stake_per_vote, 500);
        assert_eq!(split.fee_per_vote, 45_000_000_000_000_000);
        assert_eq!((split.rest, split.refund), (0, 0));
    }

    #[test]
    fn a_split_gives_all_away_and_never_more() {
        for coherent in 0..5 {
            for (incoherent, absent) in [(0, 0), (1, 0), (0, 2), (3, 1)] {
                for (fee, appeal) in [(0, 0), (1, 2_500), (7, 0), (30_000, 4_000)] {
                    let count = Count { coherent, incoherent, absent, unjudged: 0 };
                    let split = split(&params(), count, fee, appeal);
                    let lost = u128::from(incoherent) * 1_000 + u128::from(absent) * 1_500;
                    let earned = u128::from(coherent) * (split.stake_per_vote + split.fee_per_vote);
                    assert_eq!(split.lost, lost);
                    let others = split.reward + split.rest + split.refund;
                    assert_eq!(earned + others, lost + fee, "{count:?} {fee} {appeal}");
                    let alone = if coherent == 0 { u128::from(incoherent) * 1_000 } else { 0 };
                    assert_eq!(split.reward, alone.min(appeal), "{count:?} {appeal}");
                    assert!(coherent == 0 || split.rest < 2 * u128::from(coherent));
                    assert_eq!(split.refund, if coherent == 0 { fee } else { 0 });
                }
            }
        }
    }

    /// A group of `k` in a jury of `d` votes keeps `a` of them back, and the others earn what it loses:
    /// never more than its part of the fee.
    #[test]
    fn no_group_earns_more_by_keeping_back() {
        let fee = 12_600;
        for (d, k) in (1..=7u32).flat_map(|d| (1..=d).map(move |k| (d, k))) {
            for a in 0..=k {
                let count = Count { coherent: d - a, absent: a, ..Count::default() };
                let Split { stake_per_vote, fee_per_vote, .. } = split(&params(), count, fee, 0);
                let earned = u128::from(k - a) * (stake_per_vote + fee_per_vote);
                let lost = u128::from(a) * params().absent_loss;
                let part = fee * u128::from(k) / u128::from(d);
                assert!(earned.saturating_sub(lost) <= part, "{k} of {d}, {a} kept back");
            }
        }
    }

    /// Nobody gains by a tie: those who were revealed neither earn nor lose.
    #[test]
    fn where_votes_are_not_judged_nobody_earns() {
        for absent in 0..3 {
            let count = Count { unjudged: 4, absent, ..Count::default() };
            let split = split(&params(), count, 120, 900);
            let lost = u128::from(absent) * 1_500;
            assert_eq!((split.lost, split.rest), (lost, lost + 120));
            assert_eq!((split.stake_per_vote, split.fee_per_vote), (0, 0));
            assert_eq!((split.reward, split.refund), (0, 0));
        }
    }

    /// Every jury of up to three seats with few answers and votes, against lists of single votes.
    #[test]
    fn outcomes_match_lists_of_single_votes() {
        let answers = [0, 1, 2, UNANSWERABLE];
        let ballots: Vec<(u128, u32)> =
            answers.iter().flat_map(|answer| (1..4).map(|votes| (*answer, votes))).collect();
        let mut juries: Vec<Vec<(u128, u32)>> = vec![vec![]];
        for size in 0..3 {
            let smaller: Vec<_> =
                juries.iter().filter(|jury| jury.len() == size).cloned().collect();
            for jury in smaller {
                juries.extend(ballots.iter().map(|ballot| [jury.as_slice(), &[*ballot]].concat()));
            }
        }
        assert_eq!(juries.len(), 1 + 12 + 144 + 1_728);
        for jury in juries {
            let mut votes: Vec<u128> =
                jury.iter().flat_map(|(answer, votes)| vec![*answer; *votes as usize]).collect();
            votes.sort_unstable();
            let number = |answer: &u128| votes.iter().filter(|vote| *vote == answer).count();
            let most = answers.iter().map(number).max().unwrap_or(0);
            let leaders: Vec<&u128> =
                answers.iter().filter(|answer| number(answer) == most).collect();
            let named = |answer| match answer {
                UNANSWERABLE => Outcome::Unanswerable,
                answer => Outcome::Answer(answer),
            };
            // They come last: the numbers are before them.
            let numbers = votes.len() - number(&UNANSWERABLE);
            let middle = match votes.len() {
                0 => Outcome::Silent,
                all if 2 * numbers < all => Outcome::Unanswerable,
                _ => votes
                    .get((numbers - 1) / 2)
                    .map_or(Outcome::Silent, |one| Outcome::Answer(*one)),
            };
            let plurality = match leaders.as_slice() {
                _ if votes.is_empty() => Outcome::Silent,
                [leader] => named(**leader),
                _ => Outcome::Undecided,
            };
            for (kind, expected) in KINDS.into_iter().zip([plurality, middle]) {
                let (got, revealed) = outcome(kind, seats(&jury));
                assert_eq!((got, revealed as usize), (expected, votes.len()), "{kind:?} {jury:?}");
            }
        }
    }

    #[test]
    fn sealed_ballots_do_not_count() {
        let sealed = Seat { votes: 9, ballot: Ballot::Sealed([1; 32]) };
        for kind in KINDS {
            let all = seats(&[(3, 1)]).chain([sealed, Seat { votes: 5, ballot: Ballot::Empty }]);
            assert_eq!(outcome(kind, all), (Outcome::Answer(3), 1));
            assert_eq!(outcome(kind, [sealed].into_iter()), (Outcome::Silent, 0));
        }
    }

    #[test]
    fn numbers_are_coherent_within_the_tolerance() {
        let tolerance = Perbill::from_percent(5);
        let of = |kind, outcome, given| standing(kind, tolerance, outcome, Ballot::Open(given));
        let [choice, number] = KINDS;
        let median = Outcome::Answer(119);
        let coherent: Vec<u128> =
            (0..240).filter(|given| of(number, median, *given) == Standing::Coherent).collect();
        assert_eq!(coherent, (114..=124).collect::<Vec<u128>>());
        assert_eq!(of(choice, Outcome::Answer(2), 2), Standing::Coherent);
        assert_eq!(of(choice, Outcome::Answer(2), 1), Standing::Incoherent);
        assert_eq!(of(choice, Outcome::Undecided, 1), Standing::Unjudged);
        for ballot in [Ballot::Empty, Ballot::Sealed([0; 32])] {
            assert_eq!(standing(choice, tolerance, Outcome::Undecided, ballot), Standing::Absent);
        }
        let huge = Outcome::Answer(u128::MAX - 1);
        assert_eq!(of(number, huge, u128::MAX - u128::MAX / 20), Standing::Coherent);
        assert_eq!(of(number, huge, 0), Standing::Incoherent);
    }

    /// Whatever the tolerance is.
    #[test]
    fn that_there_is_no_answer_is_coherent_with_that_alone() {
        for (kind, tolerance) in KINDS.into_iter().zip([Perbill::zero(), Perbill::one()]) {
            let of = |outcome, given| standing(kind, tolerance, outcome, Ballot::Open(given));
            assert_eq!(of(Outcome::Unanswerable, UNANSWERABLE), Standing::Coherent);
            assert_eq!(of(Outcome::Unanswerable, 1), Standing::Incoherent);
            assert_eq!(of(Outcome::Answer(1), UNANSWERABLE), Standing::Incoherent);
            assert_eq!(of(Outcome::Answer(UNANSWERABLE - 1), UNANSWERABLE), Standing::Incoherent);
            assert_eq!(of(Outcome::Undecided, UNANSWERABLE), Standing::Unjudged);
        }
    }

    /// Less than half of a jury, wherever it lets the median come to lie, makes no vote wrong that is
    /// within the tolerance of all others that are not its own. A step outside, it does.
    #[test]
    fn few_cannot_make_close_numbers_wrong() {
        let tolerance = Perbill::from_percent(10);
        let wrong = |honest: [u128; 4], others: [u128; 3]| {
            let votes: Vec<_> = honest.into_iter().chain(others).map(|it| (it, 1)).collect();
            let (median, _) = outcome(Kind::Number, seats(&votes));
            let standing = |given| standing(Kind::Number, tolerance, median, Ballot::Open(given));
            honest.into_iter().any(|given| standing(given) == Standing::Incoherent)
        };
        for others in [[0; 3], [99; 3], [111; 3], [u128::MAX - 1; 3], [0, 105, 999]] {
            assert!(!wrong([100, 103, 107, 110], others), "{others:?}");
        }
        assert!(wrong([100, 103, 107, 111], [99; 3]));
    }
}
