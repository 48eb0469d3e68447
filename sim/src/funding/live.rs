//! Funding as it stands: how accounts that are there already go on, and how rounds end.

use super::{Funding, Op, Strategy};
use carrots::model::{Agent, Instance};
use carrots::play::{Answers, Dice, accounts};
use carrots_logic::funding::{Accounts, Db, Params, Project, ProjectId};

/// Who contributed is honest.
pub fn habit(instance: &Instance<Funding>, who: Agent) -> Option<Strategy> {
    let gave = instance.db.contributions.get(who).iter().next().is_some();
    gave.then_some(Strategy::Honest)
}

/// A round that was begun ends with what was contributed; all that is due is pulled.
pub fn conclude(instance: &mut Instance<Funding>) {
    let caller = match accounts(instance).next() {
        Some(caller) => caller,
        None => instance.meet(instance.stranger()),
    };
    pull(&mut Dice, instance, caller, &projects(instance));
}

/// Ends a round that has projects or sponsors, or whose window is over, and claims, refunds,
/// withdraws and collects all that is due from these projects and to all sponsors.
pub fn pull<A: Answers<Funding>>(
    answers: &mut A,
    instance: &mut Instance<Funding>,
    caller: Agent,
    projects: &[ProjectId],
) {
    let (params, state) = (instance.db.params(), instance.db.state());
    let over = state.start.saturating_add(params.round_blocks);
    let left = over.saturating_sub(instance.block());
    let ends = state.next > state.first || state.sponsored > 0 || left == 0;
    if ends && left > 0 {
        answers.advance(instance, left);
    }
    let projects = projects.iter().copied();
    let is = |now: &Instance<Funding>, project, is: fn(&Params, &Project<Agent>) -> bool| {
        now.db.project(project).is_some_and(|one| is(&params, &one))
    };
    answers.turn(instance, None);
    if ends {
        answers.call(instance, caller, 0, Op::EndRound {});
    }
    answers.turn(instance, None);
    for project in projects.clone() {
        if is(instance, project, |_, one| one.deposit > 0) {
            answers.call(instance, caller, 0, Op::Claim { project });
        }
    }
    answers.turn(instance, None);
    for project in projects {
        if is(instance, project, |params, one| one.failed(params) && one.raised > 0) {
            for contributor in accounts(instance) {
                if instance.db.contribution(contributor, project) > 0 {
                    answers.call(instance, caller, 0, Op::Refund { contributor, project });
                }
            }
        }
    }
    answers.turn(instance, None);
    let current = instance.db.state().round;
    for sponsor in accounts(instance) {
        let rounds = instance.db.sponsorships.get(sponsor);
        for (round, _) in rounds.iter().filter(|(round, _)| *round < current) {
            answers.call(instance, caller, 0, Op::Withdraw { sponsor, round: *round });
        }
    }
    answers.turn(instance, None);
    for account in accounts(instance) {
        if instance.db.credit(account) > 0 {
            answers.call(instance, caller, 0, Op::Collect { account });
        }
    }
}

/// The numbers of all projects, in their order.
pub fn projects(instance: &Instance<Funding>) -> Vec<ProjectId> {
    instance.db.projects.iter().map(|(project, _)| *project).collect()
}
