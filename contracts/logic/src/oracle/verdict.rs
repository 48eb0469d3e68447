//! What a jury's ballots come to, and what each vote earns or loses.

use super::{Ballot, Kind, Outcome, Params, Seat, MAX_OPTIONS};
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
        Kind::Number => median_down(revealed).map_or(Outcome::Silent, Outcome::Answer),
    };
    (outcome, votes)
}

fn sum(ballots: impl Iterator<Item = (u128, u32)>) -> u32 {
    ballots.fold(0, |sum, (_, votes)| sum.saturating_add(votes))
}

/// The option with the most votes; undecided where several have them.
fn plurality(ballots: impl Iterator<Item = (u128, u32)>) -> Outcome {
    let mut counts = [0u32; MAX_OPTIONS as usize];
    for (answer, votes) in ballots {
        let count = usize::try_from(answer).ok().and_then(|option| counts.get_mut(option));
        if let Some(count) = count {
            *count = count.saturating_add(votes);
        }
    }
    let most = counts.iter().copied().max();
    let mut leaders = (0u128..).zip(counts).filter(|(_, count)| Some(*count) == most);
    match (leaders.next(), leaders.next()) {
        (Some((option, _)), None) => Outcome::Answer(option),
        _ => Outcome::Undecided,
    }
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
    /// Not revealed.
    Absent,
}

/// Compares a ballot with the final outcome. A number is coherent within `tolerance` of the
/// answer; where the question stayed undecided, every revealed ballot is.
pub fn standing(kind: Kind, tolerance: Perbill, outcome: Outcome, ballot: Ballot) -> Standing {
    let Ballot::Open(given) = ballot else {
        return Standing::Absent;
    };
    let coherent = match (outcome, kind) {
        (Outcome::Answer(answer), Kind::Choice { .. }) => given == answer,
        (Outcome::Answer(answer), Kind::Number) => {
            given.abs_diff(answer) <= part_down(tolerance, answer)
        }
        _ => true,
    };
    match coherent {
        true => Standing::Coherent,
        false => Standing::Incoherent,
    }
}

/// Votes of a jury by their standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Votes in accord with the outcome.
    pub coherent: u32,
    /// Votes that are not.
    pub incoherent: u32,
    /// Votes that were not revealed.
    pub absent: u32,
}

impl Count {
    /// Adds votes of a standing.
    pub fn add(&mut self, standing: Standing, votes: u32) {
        let count = match standing {
            Standing::Coherent => &mut self.coherent,
            Standing::Incoherent => &mut self.incoherent,
            Standing::Absent => &mut self.absent,
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
    /// What rounding leaves, and what was lost where nobody earns it: for the sink.
    pub rest: Balance,
    /// The fee where nobody earns it: for its payer.
    pub refund: Balance,
}

/// Splits what the incoherent and the absent lose, and the fee, evenly over the coherent votes.
/// Every vote has `absent_loss` at stake, the most that it can lose, so no sum overflows.
pub fn split(params: &Params, count: Count, fee: Balance) -> Split {
    let times = |amount, votes: u32| mul_div_down(amount, votes.into(), 1).unwrap_or(Balance::MAX);
    let lost = times(params.incoherent_loss(), count.incoherent)
        .saturating_add(times(params.absent_loss, count.absent));
    let each = |amount| mul_div_down(amount, 1, count.coherent.into());
    match (each(lost), each(fee)) {
        (Some(stake_per_vote), Some(fee_per_vote)) => {
            let earned = stake_per_vote.saturating_add(fee_per_vote);
            let rest = lost.saturating_add(fee).saturating_sub(times(earned, count.coherent));
            Split { lost, stake_per_vote, fee_per_vote, rest, refund: 0 }
        }
        _ => Split { lost, stake_per_vote: 0, fee_per_vote: 0, rest: lost, refund: fee },
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
        let count = Count { coherent: 2, incoherent: 1, absent: 0 };
        let fee = 3 * params().fee_per_vote;
        let split = split(&params(), count, fee);
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
                for fee in [0, 1, 7, 30_000] {
                    let count = Count { coherent, incoherent, absent };
                    let split = split(&params(), count, fee);
                    let lost = u128::from(incoherent) * 1_000 + u128::from(absent) * 1_500;
                    let earned = u128::from(coherent) * (split.stake_per_vote + split.fee_per_vote);
                    assert_eq!(split.lost, lost);
                    assert_eq!(earned + split.rest + split.refund, lost + fee, "{count:?} {fee}");
                    assert!(coherent == 0 || split.rest < 2 * u128::from(coherent));
                    assert_eq!(split.refund, if coherent == 0 { fee } else { 0 });
                }
            }
        }
    }

    /// Every jury of up to three seats with few answers and votes, against lists of single votes.
    #[test]
    fn outcomes_match_lists_of_single_votes() {
        let ballots: Vec<(u128, u32)> = (0..4).flat_map(|a| (1..4).map(move |v| (a, v))).collect();
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
            let number = |answer| votes.iter().filter(|vote| **vote == answer).count();
            let most = (0..4).map(number).max().unwrap_or(0);
            let leaders: Vec<u128> = (0..4).filter(|answer| number(*answer) == most).collect();
            let middle = votes.get(votes.len().saturating_sub(1) / 2);
            let expected = match (middle, leaders.as_slice()) {
                (None, _) => [Outcome::Silent; 2],
                (Some(median), [leader]) => [Outcome::Answer(*leader), Outcome::Answer(*median)],
                (Some(median), _) => [Outcome::Undecided, Outcome::Answer(*median)],
            };
            for (kind, expected) in KINDS.into_iter().zip(expected) {
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
        assert_eq!(of(choice, Outcome::Undecided, 1), Standing::Coherent);
        for ballot in [Ballot::Empty, Ballot::Sealed([0; 32])] {
            assert_eq!(standing(choice, tolerance, Outcome::Undecided, ballot), Standing::Absent);
        }
        let huge = Outcome::Answer(u128::MAX);
        assert_eq!(of(number, huge, u128::MAX - u128::MAX / 20), Standing::Coherent);
        assert_eq!(of(number, huge, 0), Standing::Incoherent);
    }
}
