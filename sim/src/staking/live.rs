//! Staking as it stands: how accounts that are there already go on.

use super::{Op, Staking, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::accounts;
use carrots_logic::staking::{Db, Status};

/// Active operators are honest; who else has stake is a bonder.
pub fn habit(instance: &Instance<Staking>, who: Agent) -> Option<Strategy> {
    let db = &instance.db;
    let has = db.positions.get(who).iter().count() + db.unbondings.get(who).iter().count() > 0;
    match db.pool(who).status {
        Status::Active => Some(Strategy::Honest),
        _ => has.then_some(Strategy::Bonder),
    }
}

/// Active operators go on as operators, others as bonders.
pub fn fits(
    instance: &Instance<Staking>,
    who: Agent,
    strategy: Strategy,
) -> Result<(), &'static str> {
    match (strategy, instance.db.pool(who).status) {
        (Strategy::Bonder, Status::Active) => Err("a strategy of operators: it is an active one"),
        (Strategy::Bonder, _) | (_, Status::Active) => Ok(()),
        _ => Err("bonder: it is no active operator"),
    }
}

/// Payouts of eras that are over are pulled, and slashes that are due are applied.
pub fn conclude(instance: &mut Instance<Staking>) {
    let era = instance.db.state().era;
    for operator in accounts(instance) {
        let points = instance.db.points.get(operator);
        let unpaid = points.iter().map(|(era, _)| *era).filter(|at| *at < era);
        for era in unpaid.collect::<Vec<_>>() {
            let _ = instance.apply(0, 0, Op::Payout { operator, era });
        }
        while instance.apply(0, 0, Op::ApplySlash { operator }).is_ok() {}
    }
}
