//! Functions that are linear between a few knots: rules that are numbers, and can be searched.

use crate::math::{mul_div_down, mul_div_up, Balance};

/// The most knots of a line.
pub const KNOTS_MAX: usize = 4;

crate::records! {
    /// What a line is at a place.
    #[derive(Default)]
    pub struct Knot {
        /// The place.
        pub at: Balance,
        /// What it is there.
        pub is: Balance,
    }

    /// A function of amounts that is linear between its knots. Before the first it is what it is there, and
    /// behind the last what it is there; without a knot it is the amount itself.
    #[derive(Default)]
    pub struct Line {
        count: u8,
        knots: [Knot; KNOTS_MAX],
    }
}

impl Line {
    /// A line through these knots: `None` where there are more than [`KNOTS_MAX`] of them.
    pub fn through(knots: &[Knot]) -> Option<Self> {
        let mut line = Self { count: u8::try_from(knots.len()).ok()?, ..Self::default() };
        line.knots.get_mut(..knots.len())?.copy_from_slice(knots);
        Some(line)
    }

    /// Its knots.
    pub fn knots(&self) -> &[Knot] {
        self.knots.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Whether each knot is behind the one before it, and none beyond the most.
    pub fn is_sound(&self) -> bool {
        let ordered = self.knots().is_sorted_by(|one, next| one.at < next.at);
        ordered && self.knots().len() == usize::from(self.count)
    }

    /// What it is at an amount, rounded down.
    pub fn at_down(&self, amount: Balance) -> Balance {
        let knots = self.knots();
        let behind = knots.partition_point(|knot| knot.at <= amount);
        let before = behind.checked_sub(1).and_then(|at| knots.get(at));
        match (before, knots.get(behind)) {
            (None, None) => amount,
            (None, Some(end)) | (Some(end), None) => end.is,
            (Some(one), Some(next)) => {
                // The part between two knots is below one: everything fits.
                let (way, all) = (amount.saturating_sub(one.at), next.at.saturating_sub(one.at));
                match next.is.checked_sub(one.is) {
                    Some(rise) => one.is.saturating_add(mul_div_down(rise, way, all).unwrap_or(0)),
                    None => {
                        let fall = one.is.saturating_sub(next.is);
                        one.is.saturating_sub(mul_div_up(fall, way, all).unwrap_or(fall))
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn line(knots: &[(u128, u128)]) -> Line {
        let knots: std::vec::Vec<Knot> =
            knots.iter().map(|(at, is)| Knot { at: *at, is: *is }).collect();
        Line::through(&knots).unwrap()
    }

    #[test]
    fn lines_are_rounded_down_and_level_beyond_their_ends() {
        let (max, half) = (u128::MAX, u128::MAX / 2);
        for (knots, amount, is) in [
            (&[][..], 7, 7),
            (&[], max, max),
            (&[(5, 9)], 0, 9),
            (&[(5, 9)], max, 9),
            (&[(2, 10), (5, 11)], 1, 10),
            (&[(2, 10), (5, 11)], 4, 10),
            (&[(2, 10), (5, 11)], 5, 11),
            (&[(2, 11), (5, 10)], 2, 11),
            (&[(2, 11), (5, 10)], 3, 10),
            (&[(2, 11), (5, 10), (6, 30)], 6, 30),
            (&[(0, 0), (max, max)], half, half),
            (&[(0, max), (max, 0)], half, max - half),
        ] {
            assert_eq!(line(knots).at_down(amount), is, "{knots:?} {amount}");
        }
    }

    #[test]
    fn knots_have_to_stand_in_a_row() {
        assert!(line(&[]).is_sound() && line(&[(3, 0)]).is_sound());
        assert!(line(&[(3, 9), (4, 0)]).is_sound());
        assert!(!line(&[(3, 9), (3, 9)]).is_sound() && !line(&[(3, 9), (2, 9)]).is_sound());
        assert!(Line::through(&[Knot::default(); KNOTS_MAX + 1]).is_none());
        assert!(!Line { count: 9, ..Line::default() }.is_sound());
    }
}
