//! What is known of a market without playing it.

use super::menu::Game;
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};

impl Game {
    /// A single trader gains by what its signal tells: of two outcomes `b` times how much less it is uncertain by
    /// it. What a token more or less would change, by rounding, is not said.
    pub(super) fn of_a_signal(&self, terms: &Terms) -> Option<ClosedForm> {
        let asked = terms.property == Property::IndividualRationality;
        if !(asked && self.audit.traders == 1 && self.params.outcomes == 2) {
            return None;
        }
        let accuracy = self.world.accuracy;
        let part = |chance: f64| chance * chance.ln();
        let told = 2f64.ln() + part(accuracy) + part(1.0 - accuracy);
        let gain = self.params.liquidity as f64 * told - self.world.look_cost as f64;
        let spare = gain - terms.margin() as f64;
        (!(-0.01..2.0).contains(&spare)).then_some(ClosedForm {
            formula: "liquidity * (ln 2 + a ln a + (1 - a) ln(1 - a)) - look_cost >= margin, a = accuracy",
            source: "Hanson 2003",
            holds: spare > 0.0,
        })
    }
}
