//! Where a verdict changes: the last value with one and the first with another.

use super::axis::Axis;
use crate::audit::Verdict;
use toml::Value;

/// Values beside those of the bisection at which it is looked whether the verdict changes once.
const PROBES: i128 = 8;

/// Where a verdict changes along a range of whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Border {
    /// The last value with the verdict of the low end, and that verdict.
    pub below: (i128, Verdict),
    /// The next value, and its verdict; none if all that was looked at has the same.
    pub above: Option<(i128, Verdict)>,
    /// Values at which the verdict is not what one border would have: then there are more.
    pub against: Vec<i128>,
}

/// Bisects a range of whole numbers. The two values beside the border were both looked at, so what is
/// said of them is exact; that there is only one border is looked at in some places.
pub fn border<E>(axis: &Axis, verdict: impl Fn(&Value) -> Result<Verdict, E>) -> Result<Border, E> {
    let (from, to) = axis.wholes().expect("it was checked");
    let at = |number: i128| {
        verdict(&match i64::try_from(number) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(number.to_string()),
        })
    };
    let (first, last) = (at(from)?, at(to)?);
    let (mut low, mut high) = ((from, first), (to, last));
    while first != last && high.0 - low.0 > 1 {
        let middle = low.0 + (high.0 - low.0) / 2;
        let found = at(middle)?;
        let side = if found == first { &mut low } else { &mut high };
        *side = (middle, found);
    }
    let above = (first != last).then_some(high);
    let below = if above.is_some() { low } else { (to, last) };
    let mut against = Vec::new();
    let mut probes: Vec<i128> =
        (1..=PROBES).map(|probe| from + (to - from) / (PROBES + 1) * probe).collect();
    probes.dedup();
    for probe in probes.into_iter().filter(|probe| (from + 1..to).contains(probe)) {
        let expected = if probe <= below.0 { first } else { last };
        if at(probe)? != expected {
            against.push(probe);
        }
    }
    Ok(Border { below, above, against })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str, holds: impl Fn(i64) -> bool) -> Border {
        let axis = range.parse().expect("it is sound");
        let verdict = |value: &Value| {
            let number = value.as_integer().expect("it is small");
            Ok::<_, ()>(if holds(number) { Verdict::Holds } else { Verdict::Violated })
        };
        border(&axis, verdict).expect("nothing fails")
    }

    #[test]
    fn the_border_is_found_to_the_last_number() {
        for at in [1, 2, 499, 500, 999, 1_000] {
            let found = of("a=0..1000", |number| number >= at);
            assert_eq!(found.below, (i128::from(at) - 1, Verdict::Violated));
            assert_eq!(found.above, Some((at.into(), Verdict::Holds)));
            assert!(found.against.is_empty());
        }
        let none = of("a=0..1000", |_| true);
        assert_eq!((none.below, none.above), ((1_000, Verdict::Holds), None));
    }

    #[test]
    fn more_than_one_border_is_told() {
        let found = of("a=0..900", |number| !(150..250).contains(&number));
        assert_eq!(found.against, [200]);
        assert!(!of("a=0..900", |number| !(150..800).contains(&number)).against.is_empty());
    }
}
