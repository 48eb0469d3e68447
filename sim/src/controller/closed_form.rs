//! What is known of a controller without playing it.

use super::menu::Game;
use super::scenario::Wallets;
use carrots::exact::{Rational, whole};
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};
use carrots_logic::controller::{Acting, Kind, Sensor};

impl Game {
    /// What is known of a property.
    pub(super) fn known(&self, terms: &Terms) -> Option<ClosedForm> {
        match terms.property {
            Property::FeedbackStability => self.of_stability(),
            Property::Nash if !terms.raw() && terms.margin() == 0 => self.of_empty_periods(),
            _ => None,
        }
    }

    /// Whether it does not pay whoever makes the first period to leave it empty, where the same users take the target
    /// at any price, and their wallets offer the same for all: what the price leaves is the tip.
    fn of_empty_periods(&self) -> Option<ClosedForm> {
        let (params, world, audit) = (&self.params, &self.world, self.audit?);
        let price = params.initial;
        let values = || world.values.iter().copied().map(u128::from);
        let buys: Vec<u128> = values().filter(|value| *value >= price).collect();
        let value = *buys.first()?;
        let flat = buys.iter().all(|one| *one == value)
            && values().all(|one| one == value || one < params.least)
            && buys.len() as u128 * u128::from(world.units) == params.target;
        let plain = params.kind == Kind::BaseFee
            && params.sensor == Sensor::Use
            && world.wallets == Wallets::Legacy
            && world.rebate.is_zero();
        if !flat || !plain || !audit.variants || value < price + world.cost {
            return None;
        }
        let later = audit.rounds.div_ceil(audit.makers) - 1;
        let gain = u128::from(later) * (price / u128::from(params.denominator));
        Some(ClosedForm {
            formula: "later * (initial / denominator) <= value - initial - cost; \
                      later = rounds / makers, rounded up, - 1",
            source: "after Azouvi, Goren, Heimbach, Hicks 2023",
            holds: gain <= value - price - world.cost,
        })
    }

    /// Whether a small deviation from the target dies out, by Jury's conditions, where use falls by the same number
    /// of units for every token of the price around the target, after every change of demand that is named.
    fn of_stability(&self) -> Option<ClosedForm> {
        let shocks = self.world.shocks.iter().map(|shock| shock.percent);
        let forms: Option<Vec<_>> =
            shocks.chain([100]).map(|percent| self.after(percent)).collect();
        let forms = forms?;
        let (formula, _) = *forms.first()?;
        let holds = forms.iter().all(|(_, holds)| *holds);
        Some(ClosedForm { formula, source: "Jury's conditions, in the small", holds })
    }

    /// The condition, and whether it is met where a unit is worth so many percent of what it was at first.
    fn after(&self, percent: u32) -> Option<(&'static str, bool)> {
        let (slope, price) = self.demand(percent)?;
        let params = &self.params;
        let number = |amount: u128| whole(amount as i128);
        let (two, target) = (whole(2), number(params.target));
        let elasticity = &slope * price / &target;
        let gain = |gain: u128| &slope * number(gain) / whole(1_000_000_000);
        Some(match params.kind {
            Kind::BaseFee => (
                "elasticity < 2 * denominator; elasticity = slope * price / target",
                elasticity < two * number(params.denominator.into()),
            ),
            Kind::BlobFee => (
                "elasticity * target < 2 * update_fraction; elasticity = slope * price / target",
                elasticity * target < two * number(params.update_fraction),
            ),
            Kind::Multiplier => (
                "elasticity * target * variability < 2 * capacity; elasticity = slope * price / target",
                elasticity * target * number(params.variability.deconstruct().into())
                    < two * number(params.capacity) * whole(1_000_000_000),
            ),
            Kind::Pi => {
                let (kp, ki) = (gain(params.kp), gain(params.ki));
                let zero = whole(0);
                (
                    "0 < slope * ki; slope * kp < 1; slope * (ki + 2 * kp) < 2",
                    ki > zero && kp < whole(1) && ki + two * kp < whole(2),
                )
            }
        })
    }

    /// By how many units use falls for a token of the output near the target, and the output there.
    fn demand(&self, percent: u32) -> Option<(Rational, Rational)> {
        let (params, world) = (&self.params, &self.world);
        let is_price = params.acting == Acting::Direct || params.kind != Kind::Pi;
        let mut values: Vec<u128> = world.values.iter().copied().map(u128::from).collect();
        values.sort_unstable();
        if is_price {
            values.reverse();
        }
        let units = u128::from(world.units);
        let exact = params.target.is_multiple_of(units);
        let at = usize::try_from(params.target / units).ok()?;
        let near = values.get(at.checked_sub(2)?..at + 2)?;
        let step = near[1].abs_diff(near[2]);
        let even = near.windows(2).all(|two| two[0].abs_diff(two[1]) == step);
        if !exact || !even || step == 0 || percent == 0 {
            return None;
        }
        let tip = if params.sensor == Sensor::Use { world.tip } else { 0 };
        let part = Rational::new(percent.into(), 100.into());
        let middle = Rational::new((near[1] + near[2]).into(), 2.into()) * &part;
        let slope = Rational::new(units.into(), step.into()) / part;
        Some((slope, middle - whole(tip as i128)))
    }
}
