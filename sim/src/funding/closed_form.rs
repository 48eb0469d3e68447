//! What is known of funding without playing it.

use super::menu::Game;
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};
use carrots_kernel::math::part_down;
use carrots_logic::funding::Kind;

impl Game {
    /// Who pledges a unit less than its part makes the good fail, and earns the bonus on it: so the good has to be worth
    /// as much more to it.
    pub(super) fn of_a_bonus(&self, terms: &Terms) -> Option<ClosedForm> {
        let (params, audit) = (&self.params, &self.audit);
        let asked = terms.property == Property::ExPost && terms.margin() == 0;
        let [weight] = self.kinds[..] else { return None };
        let players = self.players as u128;
        let whole = params.threshold.is_multiple_of(players) && self.entering == self.players;
        let once = audit.rounds == 1 && audit.identities == 1 && audit.parts == 1;
        let plain = once && audit.amounts == 1 && params.min_contribution <= 1 && players > 1;
        if !(asked && whole && plain && params.kind == Kind::Assurance) {
            return None;
        }
        let part = params.threshold / players;
        Some(ClosedForm {
            formula: "bonus * (part - 1) < weight - part + 1, part = threshold / players",
            source: "Tabarrok 1998, for whole units",
            holds: weight
                .checked_sub(part)
                .is_some_and(|more| part_down(params.bonus, part - 1) <= more),
        })
    }
}
