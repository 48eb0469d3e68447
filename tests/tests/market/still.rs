//! What stands still when: every row of the table in the rules' header.

use crate::generate::{AGENTS, cases};
use carrots::model::{Agent, Instance};
use carrots_catalogue::market::{Market, Op};
use carrots_logic::market::{Book, Db};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Market>;

const ROWS: &[Row<Market>] = &[
    ("liquidity, outcomes, blocks to settle", |model, fixed| {
        fixed.add("", Db::params(&model.db));
    }),
    ("question, sponsor, and when trading ends", |model, fixed| {
        for (number, book) in books(model) {
            fixed.add(number, (book.question, book.sponsor, book.closes_at));
        }
    }),
    ("what a share pays for each answer", |model, fixed| {
        // A token, if it is of the answer: what somebody redeems says so.
        for (number, book) in books(model) {
            let Some(answer) = book.answer else { continue };
            for holder in 0..AGENTS {
                let held = model.db.holding(holder, number, answer);
                let paid = model.clone().apply(0, 0, Op::Redeem { holder, market: number });
                fixed.add((number, holder, held, "pays"), paid);
            }
        }
    }),
    ("shares that are sold, and who holds them", |model, fixed| {
        let outcomes = Db::params(&model.db).outcomes;
        for (number, book) in books(model).filter(|(_, book)| book.closes_at <= model.block()) {
            fixed.add(number, book.shares);
            for holder in (0..AGENTS).filter(|_| book.answer.is_none()) {
                for outcome in 0..outcomes {
                    let held = model.db.holding(holder, number, outcome);
                    fixed.add((number, holder, outcome), held);
                }
            }
        }
    }),
    ("the answer", |model, fixed| {
        for (number, book) in books(model) {
            let over = Db::params(&model.db).settles_until(&book) <= model.block();
            match book.answer {
                Some(answer) => fixed.add((number, "said"), answer),
                None if over => {
                    let expired = model.clone().apply(0, 0, Op::Expire { market: number });
                    fixed.add((number, "over"), expired);
                }
                None => {}
            }
        }
    }),
    ("what is left for the sponsor", |model, fixed| {
        // With the answer: before, what it would be for each.
        for (number, book) in books(model).filter(|(_, book)| book.closes_at <= model.block()) {
            if book.answer.is_none() {
                fixed.add(number, book.held);
            }
        }
    }),
];

fn books(model: &Model) -> impl Iterator<Item = (u32, Book<Agent>)> + '_ {
    model.db.books()
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/market.rs");
    numbers_stand_still(rules, ROWS, &cases(), 2_000);
}
