//! What is known of a court without holding it.

use super::menu::Game;
use super::scenario::Truth;
use carrots::exact::{Rational, whole};
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};
use carrots_kernel::Perbill;
use carrots_kernel::math::part_up;

impl Game {
    /// Of `n = 2m + 1` jurors a briber needs `m + 1`, of whom one goes with the others: `m` are paid what each loses at
    /// most by lying with them, its fee, its effort and its stake beside what is shared of the honest ones' loss.
    pub(super) fn of_bribes(&self, terms: &Terms) -> Option<ClosedForm> {
        let (params, audit) = (&self.params, &self.audit);
        let one = audit.stake.checked_div(params.min_stake) == Some(1);
        let votes = one && params.jury == audit.jurors;
        let sure = audit.accuracy == Perbill::one() && self.world.unanswerable == 0.0;
        let odd = audit.jurors % 2 == 1 && audit.jurors > 1 && audit.appeals == 0;
        let choice = matches!(self.world.truth, Truth::Choice { options: 2, .. });
        let asked = terms.property == Property::Bribery;
        if !(asked && votes && sure && odd && choice && self.entering == audit.jurors as usize) {
            return None;
        }
        let (n, m) = (i128::from(audit.jurors), i128::from(audit.jurors / 2));
        let number = |amount: u128| whole(amount as i128);
        let loss = number(part_up(params.alpha, params.min_stake));
        let fees = number(params.fee_per_vote) * whole(n) + &loss * whole(m - 1);
        let each = fees / whole(m + 2) - number(self.world.effort_cost) + loss;
        let offered = terms.budget.map_or(0, |budget| budget.0);
        let budget: Rational = whole(offered);
        Some(ClosedForm {
            formula: "m * ((n * fee_per_vote + (m - 1) * loss) / (m + 2) - effort_cost + loss) >= budget, \
                      n = 2 m + 1 jurors, loss = alpha * min_stake",
            source: "where offers may differ; Buterin 2015",
            holds: each * whole(m) >= budget,
        })
    }
}
