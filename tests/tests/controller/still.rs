//! What stands still when: every row of the table in the rules' header.

use crate::generate::cases;
use carrots_catalogue::controller::Controller;
use carrots_logic::controller::{Db, Sensor, State};
use carrots_testkit::still::{Row, numbers_stand_still};

fn now(model: &carrots::model::Instance<Controller>) -> State {
    model.db.state().at(&Db::params(&model.db), model.block())
}

const ROWS: &[Row<Controller>] = &[
    ("kind, gains, target, range", |model, fixed| {
        fixed.add("", Db::params(&model.db));
    }),
    ("price of a unit", |model, fixed| {
        let state = now(model);
        fixed.add(state.since, (state.output, state.memory));
    }),
    ("what was used in a period", |model, fixed| {
        // What will be put out in the next one, once nobody can use this one any more.
        let (params, state) = (Db::params(&model.db), now(model));
        if params.sensor == Sensor::Use && state.measure == Some(params.capacity) {
            fixed.add(state.since, state.measure);
        }
    }),
    ("what was reported", |model, fixed| {
        let (params, state) = (Db::params(&model.db), now(model));
        if let (Sensor::Report, Some(measure)) = (params.sensor, state.measure) {
            fixed.add(state.since, measure);
        }
    }),
];

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/controller.rs");
    numbers_stand_still(rules, ROWS, &cases(), 2_000);
}
