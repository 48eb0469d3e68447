//! Dominant assurance contracts: all that was pledged if it reaches the threshold, all of it back
//! with a bonus if it does not.
//!
//! The bonus is a part of the pledge, so several accounts earn no more than one. The owner lays it
//! by when it proposes, for pledges up to the threshold: whatever fails is covered. Sources:
//! Bagnoli and Lipman (1989) for the threshold with refunds, Tabarrok (1998) for the bonus, Cason
//! and Zubrickas (2017) for one in proportion to the pledge.

use super::{Error as E, Error, Params};
use carrots_kernel::math::{part_down, part_up, Balance};

/// How much of a pledge is taken by a project for which `raised` is pledged: no more than what is
/// missing.
///
/// The least pledge is what is missing, where that is less than `min_contribution`: no remainder
/// is left that nobody may pledge. Errs with `ThresholdMet` or `ContributionTooLow`.
pub fn taken(params: &Params, raised: Balance, amount: Balance) -> Result<Balance, Error> {
    let missing = params.threshold.saturating_sub(raised);
    if missing == 0 {
        return Err(E::ThresholdMet);
    }
    if amount < missing.min(params.min_contribution) {
        return Err(E::ContributionTooLow);
    }
    Ok(amount.min(missing))
}

/// What the owner lays by for bonuses, rounded up: no sum of bonuses is above it.
pub fn reserve_up(params: &Params) -> Balance {
    part_up(params.bonus, params.threshold)
}

/// What is paid on top of a pledge that comes back, rounded down.
pub fn bonus_down(params: &Params, pledge: Balance) -> Balance {
    part_down(params.bonus, pledge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use carrots_kernel::Perbill;

    fn params(threshold: Balance, min_contribution: Balance, bonus: u32) -> Params {
        let bonus = Perbill::from_percent(bonus);
        Params { threshold, min_contribution, bonus, ..Params::default() }
    }

    #[test]
    fn a_pledge_is_taken_as_far_as_it_is_missing() {
        let p = params(300, 20, 10);
        for (raised, amount, answer) in [
            (0, 19, Err(E::ContributionTooLow)),
            (0, 0, Err(E::ContributionTooLow)),
            (0, 20, Ok(20)),
            (0, 300, Ok(300)),
            (0, 301, Ok(300)),
            (281, 18, Err(E::ContributionTooLow)),
            (281, 30, Ok(19)),
            (295, 4, Err(E::ContributionTooLow)),
            (295, 5, Ok(5)),
            (295, 20, Ok(5)),
            (299, Balance::MAX, Ok(1)),
            (300, 0, Err(E::ThresholdMet)),
            (300, 20, Err(E::ThresholdMet)),
        ] {
            assert_eq!(taken(&p, raised, amount), answer, "{amount} after {raised}");
        }
    }

    /// Whatever is pledged in front of a pledge that would meet the threshold, it is met.
    #[test]
    fn no_pledge_in_front_makes_a_project_fail() {
        for least in [1, 7, 20] {
            let p = params(300, least, 20);
            for raised in 0..300 {
                for front in 0..=300 - raised {
                    let Ok(front) = taken(&p, raised, front) else { continue };
                    match taken(&p, raised + front, 300 - raised) {
                        Ok(last) => assert_eq!(raised + front + last, 300),
                        Err(error) => assert_eq!((error, front), (E::ThresholdMet, 300 - raised)),
                    }
                }
            }
        }
    }

    /// Every way in which small pledges can miss a threshold: the reserve covers it.
    #[test]
    fn bonuses_are_covered() {
        for bonus in [1, 7, 10, 33, 50, 99, 100] {
            for threshold in 1..40 {
                let p = params(threshold, 1, bonus);
                let reserve = reserve_up(&p);
                for pledge in 1..threshold {
                    let whole = (threshold - 1) / pledge;
                    let rest = (threshold - 1) % pledge;
                    let due = whole * bonus_down(&p, pledge) + bonus_down(&p, rest);
                    assert!(due <= reserve, "{bonus} % of {threshold}: {pledge} each");
                    assert!(due <= bonus_down(&p, threshold - 1), "splitting pays");
                }
            }
        }
    }

    /// Tabarrok (1998), with a bonus in proportion: whoever pledges gets its pledge and the bonus
    /// back where the others do not, so not to pledge is never better.
    #[test]
    fn a_missed_threshold_pays_the_pledge_and_the_bonus() {
        let p = params(300, 10, 20);
        assert_eq!((reserve_up(&p), bonus_down(&p, 30), bonus_down(&p, 299)), (60, 6, 59));
    }
}
