//! What stands still when: every row of the table in the rules' header.

use crate::generate::{AGENTS, cases};
use carrots::model::{Agent, Instance};
use carrots_catalogue::staking::{Op, Receipt, Staking};
use carrots_kernel::Perbill;
use carrots_logic::staking::{Db, Era, Pool, Report, Status};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Staking>;

const ROWS: &[Row<Staking>] = &[
    ("stake of all operators on duty", |model, fixed| {
        fixed.add(model.db.state().era, model.db.state().counted);
    }),
    ("stake of an operator", |model, fixed| {
        let era = model.db.state().era;
        // What it earned before is part of it, to the unit once that is pulled.
        let paid = pools(model).filter(|(_, pool)| pool.points == 0 || pool.era == era);
        paid.for_each(|(operator, pool)| fixed.add((operator, era), counted(&pool, era)));
    }),
    ("points", |model, fixed| {
        let era = model.db.state().era;
        let ended = pools(model).filter(|(_, pool)| pool.era < era && pool.points > 0);
        ended.for_each(|(operator, pool)| fixed.add((operator, pool.era), pool.points));
    }),
    ("length of the era", |model, fixed| {
        let ended = pools(model).filter(|(_, pool)| pool.points > 0);
        for (operator, pool) in ended {
            // What is left to pay falls with what was paid, and in the same proportion.
            let record = model.db.era(pool.era);
            let paid = model.clone().apply(0, 0, Op::Payout { operator });
            if let Ok(Receipt::PaidOut(paid)) = paid {
                let all = paid.commission + paid.shared;
                fixed.add((operator, pool.era, record.weight, record.payout), all);
            }
        }
    }),
    ("commission", |model, fixed| {
        let era = model.db.state().era;
        for (operator, pool) in pools(model) {
            fixed.add((operator, era), commission(&pool, era));
            fixed.add((operator, era + 1), commission(&pool, era + 1));
        }
    }),
    ("operators on duty, `n`", |model, fixed| {
        let begun = 0..=model.db.state().era;
        begun.for_each(|era| fixed.add(era, model.db.era(era).operators));
    }),
    ("offenders, `k`", |model, fixed| {
        let deferral = Db::params(&model.db).deferral();
        for Report { era, offence, .. } in reports(model) {
            if era + deferral <= model.db.state().era {
                fixed.add((era, offence), model.db.offenders(era, offence));
            }
        }
    }),
    // Who was not bonded in an era is not so later.
    ("who was bonded", |model, fixed| {
        let era = model.db.state().era;
        for (operator, who) in
            (0..AGENTS).flat_map(|operator| (0..AGENTS).map(move |who| (operator, who)))
        {
            let lot = model.db.lot(operator, who, era).amount;
            let unbonding = model.db.unbonding(operator, who, era, era).amount;
            if era > 0 && (lot, unbonding) == (0, 0) {
                fixed.add((operator, who, era), "not bonded");
            }
        }
    }),
];

fn pools(model: &Model) -> impl Iterator<Item = (Agent, Pool)> + '_ {
    let pools = (0..AGENTS).map(|operator| (operator, model.db.pool(operator)));
    pools.filter(|(_, pool)| pool.status != Status::Absent)
}

/// The stake with which an era began that the pool has not gone beyond.
fn counted(pool: &Pool, era: Era) -> u128 {
    if pool.era == era { pool.counted } else { pool.stake.all }
}

/// The commission in an era that is not before the pool's.
fn commission(pool: &Pool, era: Era) -> Perbill {
    if era >= pool.next_from { pool.next_commission } else { pool.commission }
}

fn reports(model: &Model) -> impl Iterator<Item = Report<Agent>> + '_ {
    pools(model).flat_map(move |(operator, pool)| {
        let waiting = pool.first_report..pool.next_report;
        waiting.filter_map(move |number| model.db.report_at(operator, number))
    })
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/staking.rs");
    numbers_stand_still(rules, ROWS, &cases(), 2_000);
}
