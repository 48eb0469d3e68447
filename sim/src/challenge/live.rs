//! Assertions as they stand: how accounts that are there already go on, and how disputes end.

use super::{Challenge, Op, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::accounts;
use carrots_logic::challenge::{Accounts, Assertion, Block, Db, Status};

/// Who asserted or challenged is honest.
pub fn habit(instance: &Instance<Challenge>, who: Agent) -> Option<Strategy> {
    let db = &instance.db;
    let asserted = |one: &Option<Assertion<Agent>>| one.is_some_and(|one| one.asserter == who);
    let asserted = db.assertions.iter().any(|(_, one)| asserted(one));
    let challenged = db.undecided().any(|(.., dispute)| dispute.challenger == who);
    (asserted || challenged).then_some(Strategy::Honest)
}

/// Nobody moves any more, since nobody knows which states who is there would say.
pub fn conclude(instance: &mut Instance<Challenge>) {
    while let Some((block, op)) = ending(&instance.db) {
        instance.set_block(block.max(instance.block()));
        if instance.apply(0, 0, op).is_err() {
            break;
        }
    }
    for account in accounts(instance) {
        if instance.db.credit(account) > 0 {
            let _ = instance.apply(account, 0, Op::Collect { account });
        }
    }
}

/// What can be ended next if nobody moves, and the block from which on anyone can; nothing if nothing is
/// open.
pub fn ending(db: &Challenge) -> Option<(Block, Op)> {
    let params = db.params();
    let expires = db.undecided().map(|(assertion, place, dispute)| {
        (dispute.since.saturating_add(params.move_blocks), Op::Expire { assertion, place })
    });
    let finals = db.open().filter_map(|number| {
        let Assertion { since, disputes, status, .. } = db.assertion(number)?;
        let waits = status == Status::Open && disputes == 0;
        let over = since.saturating_add(params.challenge_blocks);
        waits.then_some((over, Op::Finalize { assertion: number }))
    });
    expires.chain(finals).min_by_key(|(block, _)| *block)
}
