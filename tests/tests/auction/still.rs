//! What stands still when: every row of the table in the rules' header.

use crate::generate::{AGENTS, cases};
use carrots::model::Instance;
use carrots_catalogue::auction::{Auction, Op};
use carrots_kernel::sealed::{Phase, phase};
use carrots_logic::auction::{Bid, Db, Round, Status};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Auction>;

const ROWS: &[Row<Auction>] = &[
    ("rule, items, reserve price, windows", |model, fixed| {
        fixed.add("", Db::params(&model.db));
        rounds(model).for_each(|(number, round)| fixed.add(number, round.start));
    }),
    ("a bid", |model, fixed| {
        for (about, bid) in bids(model) {
            match bid {
                Bid::Absent => {}
                Bid::Sealed { commitment, .. } => fixed.add((about, "sealed"), commitment),
                Bid::Revealed { values, .. } => fixed.add((about, "opened"), values),
            }
        }
    }),
    ("a bid's deposit, which it loses if it is not revealed", |model, fixed| {
        let there = bids(model).filter(|(_, bid)| *bid != Bid::Absent);
        there.for_each(|(about, bid)| fixed.add(about, bid.deposit()));
    }),
    ("which bids have places, and their order", |model, fixed| {
        for (number, round) in rounds(model) {
            if is_open(&round) && phase_of(model, &round) != Phase::Commit {
                let places = 0..round.bidders;
                let order: Vec<_> = places.map(|at| model.db.bidder(number, at)).collect();
                fixed.add(number, order);
            }
        }
    }),
    ("which bids count", |model, fixed| {
        for (number, round) in rounds(model) {
            if is_open(&round) && phase_of(model, &round) == Phase::Over {
                let count = |(_, bid): &((u32, u32), Bid)| matches!(bid, Bid::Revealed { .. });
                let all: Vec<_> = bids(model).filter(count).collect();
                fixed.add(number, (round.revealed, all));
            }
        }
    }),
    ("who wins what, and for how much", |model, fixed| {
        let (mut end, items) = (model.clone(), Db::params(&model.db).items);
        let _ = end.apply(0, 0, Op::Settle {});
        for (number, _) in rounds(&end).filter(|(_, round)| round.status == Status::Settled) {
            let awards: Vec<_> = (0..items).map(|item| end.db.award(number, item)).collect();
            fixed.add(number, awards);
        }
    }),
];

fn rounds(model: &Model) -> impl Iterator<Item = (u32, Round)> + '_ {
    (0..model.db.state().rounds).map(|number| (number, model.db.round(number)))
}

fn is_open(round: &Round) -> bool {
    round.status == Status::Open
}

fn phase_of(model: &Model, round: &Round) -> Phase {
    let params = Db::params(&model.db);
    phase(round.start, params.commit_blocks, params.reveal_blocks, model.block())
}

/// The bids of the last round, by round and account.
fn bids(model: &Model) -> impl Iterator<Item = ((u32, u32), Bid)> + '_ {
    let last = model.db.state().rounds.checked_sub(1);
    last.into_iter().flat_map(move |number| {
        (0..AGENTS).map(move |who| ((number, who), model.db.bid(who, number)))
    })
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/auction.rs");
    numbers_stand_still(rules, ROWS, &cases(), 2_000);
}
