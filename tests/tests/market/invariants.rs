//! What holds after every call.

use crate::generate::{AGENTS, cases};
use crate::script::*;
use carrots::model::Instance;
use carrots::trace::Trace;
use carrots_catalogue::market::{Market, Op};
use carrots_logic::market::{Accounts, Book, Db};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};
use carrots_testkit::script::play;

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..80, 1_000);
}

#[test]
fn in_the_end_everyone_collects_everything() {
    in_the_end(&cases(), 0..400, 300, leave, |model| {
        match model.db.books().map(|(_, book)| book.held).sum::<u128>() {
            0 => Ok(0),
            held => Err(format!("{held} tokens are left")),
        }
    });
}

/// Nobody settles any more: all time runs out, and everybody redeems and collects.
fn leave(model: &mut Instance<Market>) {
    let params = Db::params(&model.db);
    model.advance(200 + params.settle_blocks);
    let open = model.db.books().filter(|(_, book)| book.answer.is_none());
    let open: Vec<u32> = open.map(|(number, _)| number).collect();
    for market in open {
        play_all(model, &[call(CAT, 0, Op::Expire { market })]);
    }
    all_are_paid(model);
}

/// The contract holds exactly what its markets hold and what is credited; shares are what accounts hold; and a
/// market holds at least what can be due.
#[test]
fn books_are_sound() {
    let checked = on_random_traces("books", &cases(), 0..80, 800, |trace: &Trace<Market>| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
            are_sound(&model)?;
        }
        Ok(trace.steps.len())
    });
    assert!(checked >= 40_000, "{checked} steps: the traces are of no use");
}

fn are_sound(model: &Instance<Market>) -> Result<(), String> {
    let (db, params) = (&model.db, Db::params(&model.db));
    let books: Vec<(u32, Book<u32>)> = db.books().collect();
    for (number, book) in &books {
        if book.held < book.due_max() {
            return Err(format!("market {number} holds {} of {}", book.held, book.due_max()));
        }
        for outcome in (0..params.outcomes).filter(|_| book.answer.is_none()) {
            let held: u128 = (0..AGENTS).map(|who| db.holding(who, *number, outcome)).sum();
            if held != book.sold(outcome) {
                return Err(format!("{held} of {} of {outcome}", book.sold(outcome)));
            }
        }
    }
    let credits: u128 = (0..AGENTS).map(|who| db.credit(who)).sum();
    let held = books.iter().map(|(_, book)| book.held).sum::<u128>() + credits;
    match model.ledger().held == held {
        true => Ok(()),
        false => Err(format!("{} held, {held} on the books", model.ledger().held)),
    }
}
