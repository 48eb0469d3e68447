//! Markets as they stand: how accounts that are there already go on, and how markets end.

use super::{Market, Op, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, Dice, accounts};
use carrots_logic::market::{Accounts, Db};

/// Who holds shares is honest.
pub fn habit(instance: &Instance<Market>, who: Agent) -> Option<Strategy> {
    let db = &instance.db;
    let holds = |number| (0..db.params().outcomes).any(|one| db.holding(who, number, one) > 0);
    db.books().any(|(number, _)| holds(number)).then_some(Strategy::Honest)
}

/// Nobody knows what was asked: markets that are open end without an answer, and everybody is paid.
pub fn conclude(instance: &mut Instance<Market>) {
    let caller = match accounts(instance).next() {
        Some(caller) => caller,
        None => instance.meet(instance.stranger()),
    };
    end(&mut Dice, instance, caller);
}

/// Settles whatever is open, as soon as that is possible, and pays all that is due.
pub fn end<A: Answers<Market>>(answers: &mut A, instance: &mut Instance<Market>, caller: Agent) {
    let open = instance.db.books().filter(|(_, book)| book.answer.is_none());
    let params = instance.db.params();
    let mut open: Vec<_> =
        open.map(|(number, book)| (params.settles_until(&book), number)).collect();
    open.sort();
    for (block, market) in open {
        let blocks = block.saturating_sub(instance.block());
        if blocks > 0 {
            answers.advance(instance, blocks);
        }
        answers.call(instance, caller, 0, Op::Expire { market });
    }
    pay(answers, instance, caller);
}

/// Redeems and pays all that is due.
pub fn pay<A: Answers<Market>>(answers: &mut A, instance: &mut Instance<Market>, caller: Agent) {
    let settled = instance.db.books().filter(|(_, book)| book.held > 0);
    let settled: Vec<_> =
        settled.filter_map(|(number, book)| Some((number, book.answer?))).collect();
    for (market, answer) in settled {
        for holder in accounts(instance) {
            if instance.db.holding(holder, market, answer) > 0 {
                answers.call(instance, caller, 0, Op::Redeem { holder, market });
            }
        }
    }
    for account in accounts(instance) {
        if instance.db.credit(account) > 0 {
            answers.call(instance, caller, 0, Op::Collect { account });
        }
    }
}
