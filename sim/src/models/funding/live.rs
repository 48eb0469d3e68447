//! Funding as it stands: how accounts that are there already go on.

use super::{Funding, Op, Strategy};
use crate::models::{Agent, Instance};
use crate::play::accounts;
use carrots_logic::funding::{Db, ProjectId};

/// Who contributed is honest.
pub fn habit(instance: &Instance<Funding>, who: Agent) -> Option<Strategy> {
    let gave = instance.db.contributions.get(who).iter().next().is_some();
    gave.then_some(Strategy::Honest)
}

/// A round that has projects, or whose window is over, ends with what was contributed; all that
/// is due is claimed, refunded and collected.
pub fn conclude(instance: &mut Instance<Funding>) {
    let caller = match accounts(instance).next() {
        Some(caller) => caller,
        None => instance.meet(instance.stranger()),
    };
    let (params, state) = (instance.db.params(), instance.db.state());
    let projects: Vec<ProjectId> =
        instance.db.projects.iter().map(|(project, _)| *project).collect();
    let over = state.start.saturating_add(params.round_blocks);
    if state.next > state.first || instance.block() >= over {
        instance.set_block(over.max(instance.block()));
        for project in projects.iter().copied().filter(|project| *project >= state.first) {
            let _ = instance.apply(caller, 0, Op::Tally { project });
        }
        let _ = instance.apply(caller, 0, Op::EndRound {});
    }
    for project in projects {
        let _ = instance.apply(caller, 0, Op::Claim { project });
    }
    for contributor in accounts(instance) {
        let given = instance.db.contributions.get(contributor);
        for (project, _) in given.iter().copied() {
            let _ = instance.apply(caller, 0, Op::Refund { contributor, project });
        }
        let _ = instance.apply(caller, 0, Op::Collect { account: contributor });
    }
}
