//! Staking as it stands: how accounts that are there already go on.

use super::{Op, Staking, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::accounts;
use carrots_kernel::Balance;
use carrots_logic::staking::{Db, Era};

/// Operators are honest; who else has stake is a bonder.
pub fn habit(instance: &Instance<Staking>, who: Agent) -> Option<Strategy> {
    let db = &instance.db;
    let pool = db.pool(who);
    let has = db.lots.get(who).iter().count() + db.unbondings.get(who).iter().count() > 0;
    match pool.registered() {
        true => Some(Strategy::Honest),
        false => (has || pool.stake.own > 0).then_some(Strategy::Bonder),
    }
}

/// Operators go on as operators, others as bonders.
pub fn fits(
    instance: &Instance<Staking>,
    who: Agent,
    strategy: Strategy,
) -> Result<(), &'static str> {
    match (strategy.bonds(), instance.db.pool(who).registered()) {
        (true, true) => Err("a strategy of operators: it is one"),
        (true, false) | (false, true) => Ok(()),
        (false, false) => Err("bonder: it is no operator"),
    }
}

/// Payouts of eras that are over are pulled, and slashes that are due are applied.
pub fn conclude(instance: &mut Instance<Staking>) {
    for operator in accounts(instance) {
        let _ = instance.apply(0, 0, Op::Payout { operator });
        while instance.apply(0, 0, Op::ApplySlash { operator }).is_ok() {}
    }
}

/// All that an account can unbond, call by call.
pub fn unbonds(db: &Staking, who: Agent) -> Vec<Op> {
    let own = (db.pool(who).stake.own > 0).then_some((who, 0));
    let lots = db.lots.get(who);
    let lots = lots.iter().map(|((operator, since), _)| (*operator, *since));
    let amount = Balance::MAX;
    let unbond = |(operator, since)| Op::Unbond { operator, since, amount };
    own.into_iter().chain(lots).map(unbond).collect()
}

/// All that an account unbonds, to be taken out call by call.
pub fn withdrawals(db: &Staking, account: Agent) -> Vec<Op> {
    let unbondings = db.unbondings.get(account);
    let withdraw = |((operator, since, until), _): &((Agent, Era, Era), _)| Op::Withdraw {
        account,
        operator: *operator,
        since: *since,
        until: *until,
    };
    unbondings.iter().map(withdraw).collect()
}
