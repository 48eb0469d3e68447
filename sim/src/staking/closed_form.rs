//! What is known of staking without playing it.

use super::menu::Game;
use carrots::exact::{Rational, whole};
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};
use carrots_kernel::Perbill;
use carrots_logic::staking::offences::fraction;

impl Game {
    /// Whoever offends loses a part of its stake, and reports itself for the reporter's share of that.
    pub(super) fn of_offences(&self, terms: &Terms) -> Option<ClosedForm> {
        let (params, world, audit) = (&self.params, &self.world, &self.audit);
        let most = match terms.property {
            Property::Coalition => terms.size.unwrap_or(2),
            Property::Nash => 1,
            _ => return None,
        };
        let all = self.entering as u32;
        let alone = audit.bonded == 0 && audit.splits == 1 && audit.operators == all;
        let on_duty = params.max_operators >= all && self.bonders.len() as u32 == all;
        if !(alone && on_duty && world.detection == 1.0) {
            return None;
        }
        let part = |of: Perbill| Rational::new(of.deconstruct().into(), 1_000_000_000.into());
        let kept = whole(1) - part(params.reporter_share);
        let costs = |offenders: u32| {
            let slash = part(fraction(params, world.offence.offence(), offenders, all));
            &kept * slash * whole(audit.stake as i128)
        };
        let gain: Rational = whole(world.offence_gain as i128);
        Some(ClosedForm {
            formula: "offence_gain <= (1 - reporter_share) * slash * stake, with slash that of as many as offend",
            source: "Budish 2018; without what was earned since",
            holds: (1..=most).all(|offenders| gain <= costs(offenders)),
        })
    }
}
