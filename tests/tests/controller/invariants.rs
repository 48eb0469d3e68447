//! What holds after every call.

use crate::generate::cases;
use crate::script::*;
use carrots::model::Instance;
use carrots::trace::Trace;
use carrots_catalogue::controller::Controller;
use carrots_logic::controller::{Accounts, Db};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};
use carrots_testkit::script::play;

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..80, 1_000);
}

#[test]
fn in_the_end_everyone_collects_everything() {
    in_the_end(&cases(), 0..400, 300, leave, |_| Ok(0));
}

fn leave(model: &mut Instance<Controller>) {
    for agent in 0..model.ledger().wallets.len() as u32 {
        if model.db.credit(agent) > 0 {
            play_all(model, &[collects(agent)]);
        }
    }
}

#[test]
fn outputs_and_measures_stay_in_their_ranges() {
    let checked = on_random_traces("ranges", &cases(), 0..80, 800, |trace: &Trace<Controller>| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
            is_in_range(&model)?;
        }
        Ok(trace.steps.len())
    });
    assert!(checked >= 40_000, "{checked} steps: the traces are of no use");
}

fn is_in_range(model: &Instance<Controller>) -> Result<(), String> {
    let (params, now) = (Db::params(&model.db), model.block());
    let state = model.db.state().at(&params, now);
    let output = (params.least..=params.most).contains(&state.output);
    let measure = state.measure.is_none_or(|measure| measure <= params.capacity);
    let period = now - state.since < params.period_blocks;
    match output && measure && period {
        true => Ok(()),
        false => Err(format!("{state:?} in block {now}")),
    }
}
