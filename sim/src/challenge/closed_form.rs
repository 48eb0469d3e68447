//! What is known of an assertion without playing it.

use super::menu::Game;
use carrots::exact::{Rational, parse, whole};
use carrots::play::ClosedForm;
use carrots::scenario::{Property, Terms};

impl Game {
    /// Honesty is an equilibrium among an asserter and at least two who watch if each of these does worse: not
    /// to look; to be one's own first challenger, in case that one errs; to lie and to take all places; and to
    /// assert nothing. To challenge without a look, and let others win, is worse by the first two.
    pub(super) fn of_honesty(&self, terms: &Terms) -> Option<ClosedForm> {
        let (params, world, audit) = (&self.params, &self.world, self.audit?);
        let asked = terms.property == Property::Nash && terms.margin() == 0;
        if !(asked && audit.variants && audit.watchers > 1) {
            return None;
        }
        let number = |amount: u128| whole(amount as i128);
        let fault = parse(&world.fault.to_string())?;
        let (bond, gain) = (number(params.assertion_bond), number(world.gain));
        let reward = number(params.reward_down(params.assertion_bond));
        let burned = params.challenge_bond - params.reward_down(params.challenge_bond);
        let burned = number(burned);
        let right = whole(1) - &fault;
        let found = &fault * reward;
        let places = whole(params.max_challengers.into());
        let at_least: [(Rational, Rational); 4] = [
            (&found / whole(audit.watchers.into()), number(world.check_cost)),
            (&right * &burned, found),
            (places * burned, number(world.lie_gain) + &fault * (&gain + &bond)),
            (right * gain, fault * bond),
        ];
        Some(ClosedForm {
            formula: "fault * reward / watchers >= check_cost; (1 - fault) * burned >= fault * reward; \
                      max_challengers * burned >= lie_gain + fault * (gain + assertion_bond); \
                      (1 - fault) * gain >= fault * assertion_bond; \
                      reward = winner_share * assertion_bond, burned = (1 - winner_share) * challenge_bond",
            source: "after Luu et al. 2015; Teutsch, Reitwießner 2017",
            holds: at_least.iter().all(|(one, other)| one >= other),
        })
    }
}
