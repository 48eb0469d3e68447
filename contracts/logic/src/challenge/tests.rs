//! Tests of disputes alone, without storage.

use super::machine::{run, step};
use super::*;

fn params(steps: u32) -> Params {
    Params {
        assertion_bond: 100,
        challenge_bond: 50,
        winner_share: Perbill::from_percent(50),
        challenge_blocks: 10,
        move_blocks: 4,
        steps,
        max_challengers: 4,
    }
}

/// All states from one on.
fn states(start: u64, steps: u32) -> Vec<u64> {
    (0..=steps).map(|to| run(start, 0, to)).collect()
}

/// The same with an error in one step, from which on every step is right.
fn with_error(start: u64, steps: u32, at: u32) -> Vec<u64> {
    let mut all = states(start, at);
    all.push(step(all[at as usize], at) ^ 1);
    (at + 1..steps).for_each(|index| all.push(step(all[index as usize], index)));
    all
}

fn dispute(start: u64, steps: u32, claim: u64) -> Dispute<u8> {
    let (low, high) = (0, steps);
    Dispute { challenger: 1, low, agreed: start, high, disputed: claim, middle: None, since: 0 }
}

/// Who wins, and after how many rounds.
fn played(
    mut dispute: Dispute<u8>,
    mut says: impl FnMut(u32) -> u64,
    mut agrees: impl FnMut(u32, u64) -> bool,
) -> (Side, u32) {
    for round in 1.. {
        let half = dispute.half();
        let state = says(half);
        assert_eq!(dispute.turn(), Side::Asserter);
        dispute.bisect(state, 0);
        assert_eq!(dispute.turn(), Side::Challenger);
        dispute.halve(state, agrees(half, state), 0);
        if let Some(winner) = dispute.verdict() {
            return (winner, round);
        }
    }
    unreachable!("it is halved")
}

#[test]
fn a_true_assertion_stands_whatever_is_answered() {
    for steps in 2..40 {
        let all = states(7, steps);
        for answers in 0..64u32 {
            let mut round = 0;
            let (winner, _) = played(
                dispute(7, steps, all[steps as usize]),
                |half| all[half as usize],
                |_, _| {
                    round += 1;
                    answers >> (round - 1) & 1 == 1
                },
            );
            assert_eq!(winner, Side::Asserter, "{steps} steps, {answers:b}");
        }
    }
}

#[test]
fn a_false_assertion_falls_whatever_its_asserter_says() {
    for steps in 2..40 {
        let truth = states(7, steps);
        let honest = |half: u32, state| truth[half as usize] == state;
        for at in 0..steps {
            let lie = with_error(7, steps, at);
            let start = dispute(7, steps, lie[steps as usize]);
            let (winner, _) = played(start, |half| lie[half as usize], honest);
            assert_eq!(winner, Side::Challenger, "{steps} steps, wrong at {at}");
            // States that have nothing to do with each other, of which some are true.
            for odd in 1..4 {
                let says = |half: u32| match half % odd {
                    0 => truth[half as usize],
                    _ => u64::from(half),
                };
                let (winner, _) = played(start, says, honest);
                assert_eq!(winner, Side::Challenger, "{steps} steps, made up by {odd}");
            }
        }
    }
}

#[test]
fn the_wrong_step_is_the_one_that_is_made() {
    for steps in 2..40 {
        let truth = states(9, steps);
        for at in 0..steps {
            let lie = with_error(9, steps, at);
            let mut dispute = dispute(9, steps, lie[steps as usize]);
            while dispute.verdict().is_none() {
                let half = dispute.half() as usize;
                dispute.bisect(lie[half], 0);
                dispute.halve(lie[half], lie[half] == truth[half], 0);
            }
            assert_eq!((dispute.low, dispute.high), (at, at + 1));
            assert_eq!(
                (dispute.agreed, dispute.disputed),
                (lie[at as usize], lie[at as usize + 1])
            );
        }
    }
}

#[test]
fn no_dispute_has_more_rounds_than_said() {
    for steps in (2..300).chain([MAX_STEPS - 1, MAX_STEPS]) {
        let rounds = params(steps).rounds();
        assert!(1u64 << rounds >= u64::from(steps) && 1u64 << (rounds - 1) < u64::from(steps));
        for answers in [0, u32::MAX, 0x5555_5555] {
            let mut round = 0;
            let agrees = |_, _| {
                round += 1;
                answers >> (round - 1) & 1 == 1
            };
            let (_, most) = played(dispute(7, steps, 0), |_| 0, agrees);
            assert!(most <= rounds, "{steps} steps took {most} rounds, not {rounds}");
        }
    }
    assert_eq!([2, 3, 4, 5, MAX_STEPS].map(|steps| params(steps).rounds()), [1, 2, 2, 3, 16]);
    let longest =
        Params { challenge_blocks: MAX_WINDOW, move_blocks: MAX_WINDOW, ..params(MAX_STEPS) };
    assert_eq!(longest.delay_blocks_max(), 33 * MAX_WINDOW);
}

/// What makes it impossible that a wrong state leads to a right one.
#[test]
fn every_step_can_be_taken_back() {
    // The inverse of the multiplier, by Newton's method.
    let multiplier = step(1, 0).wrapping_sub(step(0, 0));
    let inverse = (0..6).fold(multiplier, |inverse: u64, _| {
        inverse.wrapping_mul(2u64.wrapping_sub(multiplier.wrapping_mul(inverse)))
    });
    for (state, index) in [(0, 0), (1, 5), (u64::MAX, MAX_STEPS - 1), (1 << 63, 77)] {
        let back = step(state, index).wrapping_sub(step(0, index)).wrapping_mul(inverse);
        assert_eq!(back, state);
    }
    assert_eq!(run(7, 0, 3), step(step(step(7, 0), 1), 2));
    assert_eq!(run(run(7, 0, 2), 2, 3), run(7, 0, 3));
}

#[test]
fn something_of_every_bond_is_burned() {
    for parts in [0, 1, 500_000_000, 999_999_999] {
        let params = Params { winner_share: Perbill::from_parts(parts), ..params(2) };
        for bond in [1, 2, 3, 1_000, 10_000_000_001, Balance::MAX] {
            assert!(params.reward_down(bond) < bond, "{parts} parts of {bond}");
        }
    }
    assert_eq!(params(2).check(), Ok(()));
    let all = Params { winner_share: Perbill::one(), ..params(2) };
    assert_eq!(all.check(), Err(ParamsError::WinnerShareTooHigh));
}

#[test]
fn windows_and_clocks_end_before_the_block_that_is_named() {
    let params = params(2);
    let assertion = Assertion {
        asserter: 0u8,
        start: 0,
        claim: 0,
        since: 5,
        challenges: 0,
        disputes: 0,
        status: Status::Open,
    };
    let open = [5, 14, 15, u32::MAX].map(|now| assertion.is_challengeable(&params, now));
    assert_eq!(open, [true, true, false, false]);
    let dispute = Dispute { since: 5, ..dispute(7, 2, 0) };
    let running = [5, 8, 9, u32::MAX].map(|now| dispute.is_in_time(&params, now));
    assert_eq!(running, [true, true, false, false]);
}
