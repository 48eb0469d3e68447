//! What holds after every call.

use crate::generate::cases;
use crate::script::*;
use carrots::model::Instance;
use carrots::trace::Trace;
use carrots_catalogue::challenge::Challenge;
use carrots_logic::challenge::{Accounts, Assertion, Db, Status};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};
use carrots_testkit::script::play;

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..80, 1_000);
}

#[test]
fn in_the_end_everyone_collects_everything() {
    in_the_end(&cases(), 0..400, 300, leave, |model| {
        match (model.db.open().count(), model.db.undecided().count()) {
            (0, 0) => Ok(0),
            (open, disputes) => Err(format!("{open} assertions and {disputes} disputes are left")),
        }
    });
}

/// Nobody moves any more: all clocks run out, then all windows, and everybody collects.
fn leave(model: &mut Instance<Challenge>) {
    let params = Db::params(&model.db);
    model.advance(params.challenge_blocks.max(params.move_blocks));
    // A dispute can end others.
    loop {
        let next = model.db.undecided().next();
        let Some((assertion, place, _)) = next else { break };
        play_all(model, &[expires(assertion, place)]);
    }
    let open: Vec<u32> = model.db.open().collect();
    open.into_iter().for_each(|assertion| play_all(model, &[finalizes(assertion)]));
    for agent in 0..model.ledger().wallets.len() as u32 {
        if model.db.credit(agent) > 0 {
            play_all(model, &[collects(agent)]);
        }
    }
}

#[test]
fn disputes_are_counted_and_end_with_their_assertion() {
    let checked = on_random_traces("disputes", &cases(), 0..80, 800, |trace: &Trace<Challenge>| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
            disputes_are_sound(&model)?;
        }
        Ok(trace.steps.len())
    });
    assert!(checked >= 40_000, "{checked} steps: the traces are of no use");
}

fn disputes_are_sound(model: &Instance<Challenge>) -> Result<(), String> {
    let (db, params) = (&model.db, Db::params(&model.db));
    for number in 0..db.state().assertions {
        let Some(assertion) = db.assertion(number) else {
            return Err(format!("assertion {number} is not there"));
        };
        let Assertion { challenges, disputes, status, .. } = assertion;
        let there = (0..=params.max_challengers).filter_map(|place| db.dispute(number, place));
        let there: Vec<_> = there.collect();
        let counted = there.len() == disputes as usize && disputes <= challenges;
        let ended = status == Status::Open || disputes == 0;
        let halved = there.iter().all(|one| one.high - one.low > 1 && one.high <= params.steps);
        if !(counted && ended && halved && challenges <= params.max_challengers) {
            return Err(format!("{number} is {assertion:?}, with {there:?}"));
        }
    }
    Ok(())
}
