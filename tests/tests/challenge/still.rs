//! What stands still when: every row of the table in the rules' header.

use crate::generate::cases;
use carrots::model::{Agent, Instance};
use carrots_catalogue::challenge::{Challenge, Op};
use carrots_logic::challenge::{Assertion, Db, Status};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Challenge>;

const ROWS: &[Row<Challenge>] = &[
    ("bonds, shares, windows, steps", |model, fixed| {
        fixed.add("", Db::params(&model.db));
    }),
    ("what is asserted, and by whom", |model, fixed| {
        for (number, one) in assertions(model) {
            fixed.add(number, (one.asserter, one.start, one.claim, one.since));
        }
    }),
    ("who challenges, and in which order", |model, fixed| {
        let (params, now) = (Db::params(&model.db), model.block());
        for (number, one) in assertions(model) {
            if !one.is_challengeable(&params, now) {
                fixed.add((number, "all"), one.challenges);
            }
        }
        // A challenger has its place from the start.
        for (number, place, one) in model.db.undecided() {
            fixed.add((number, place), one.challenger);
        }
    }),
    ("the states on which a dispute's sides agree, and do not", |model, fixed| {
        for (number, place, one) in model.db.undecided() {
            fixed.add((number, place, one.low, one.high), (one.agreed, one.disputed));
        }
    }),
    ("a state in the middle", |model, fixed| {
        for (number, place, one) in model.db.undecided() {
            if let Some(middle) = one.middle {
                fixed.add((number, place, one.low, one.high), middle);
            }
        }
    }),
    ("who wins a dispute", |model, fixed| {
        let (params, now) = (Db::params(&model.db), model.block());
        for (assertion, place, one) in model.db.undecided() {
            if !one.is_in_time(&params, now) {
                let ended = model.clone().apply(0, 0, Op::Expire { assertion, place });
                fixed.add((assertion, place), ended);
            }
        }
    }),
    ("what an assertion came to", |model, fixed| {
        let decided = assertions(model).filter(|(_, one)| one.status != Status::Open);
        decided.for_each(|(number, one)| fixed.add(number, one));
    }),
];

fn assertions(model: &Model) -> impl Iterator<Item = (u32, Assertion<Agent>)> + '_ {
    let numbers = 0..model.db.state().assertions;
    numbers.filter_map(|number| Some((number, model.db.assertion(number)?)))
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/challenge.rs");
    numbers_stand_still(rules, ROWS, &cases(), 2_000);
}
