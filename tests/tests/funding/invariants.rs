//! What holds after every call.

use crate::generate::{self, cases};
use crate::script::*;
use carrots::model::{Agent, Instance};
use carrots_catalogue::funding::Funding;
use carrots_logic::funding::{Accounts, Db};
use carrots_testkit::invariants::{always, in_the_end};

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..120, 1_500);
}

/// Once all projects are claimed, all pledges refunded and all sponsors have withdrawn, only what
/// rounding left is left.
#[test]
fn in_the_end_everyone_has_what_is_theirs() {
    in_the_end(&cases(), 0..400, 400, leave, |model| {
        let db = &model.db;
        for round in 0..db.state().round {
            let outcome = db.outcome(round);
            if (outcome.unclaimed, outcome.open, outcome.sponsored) != (0, 0, 0) {
                return Err(format!("round {round} still has {outcome:?}"));
            }
        }
        // Less than a token for every project and every sponsorship of all rounds.
        let dust = u128::from(db.state().next)
            + u128::from(db.state().round) * u128::from(2 * generate::AGENTS);
        match db.state().pool {
            pool if pool <= dust => Ok(pool),
            pool => Err(format!("rounding left {pool}")),
        }
    });
}

/// The round ends, and everything that is due is pulled.
fn leave(model: &mut Instance<Funding>) {
    let agents = model.ledger().wallets.len() as Agent;
    let (params, state) = (model.db.params(), model.db.state());
    play_all(model, &[window(&params)]);
    play_all(model, &[end_round()]);
    for project in 0..state.next {
        let Some(record) = model.db.project(project) else { continue };
        if record.deposit > 0 {
            play_all(model, &[claim(project)]);
        }
        if record.failed(&params) {
            let pledged = |who: &Agent| model.db.contribution(*who, project) > 0;
            for who in (0..agents).filter(pledged).collect::<Vec<_>>() {
                play_all(model, &[refund(who, project)]);
            }
        }
    }
    for round in 0..=state.round {
        for who in 0..agents {
            if model.db.sponsorship(who, round) > 0 {
                play_all(model, &[withdraw(who, round)]);
            }
        }
    }
    for agent in (0..agents).filter(|agent| model.db.credit(*agent) > 0).collect::<Vec<_>>() {
        play_all(model, &[collect(agent)]);
    }
}
