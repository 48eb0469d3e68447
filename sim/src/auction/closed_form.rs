//! What is known of auctions without playing them.

use super::menu::Game;
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};
use carrots_logic::auction::Kind;

impl Game {
    /// A ring of two, both of whom the item is worth most to, saves all of the price but the reserve price.
    pub(super) fn of_a_ring(&self, terms: &Terms) -> Option<ClosedForm> {
        let (params, audit) = (&self.params, &self.audit);
        let pays = terms.side_payments.unwrap_or(true) && terms.size.unwrap_or(2) == 2;
        let asked = terms.property == Property::Coalition && pays;
        let one = params.kind == Kind::SecondPrice && self.world.weights == [1];
        let alike = self.kinds.windows(2).all(|two| two[0] == two[1]) && self.kinds.len() > 1;
        if !(asked && one && alike && audit.rounds == 1 && self.entering == self.kinds.len()) {
            return None;
        }
        let highest = self.kinds[0].iter().max()?;
        // Who bids nothing does not win: the least price is one.
        let saved = highest.saturating_sub(params.reserve_price.max(1));
        Some(ClosedForm {
            formula: "highest value - reserve_price <= -margin",
            source: "Graham, Marshall 1987",
            holds: saved as i128 <= -terms.margin(),
        })
    }
}
