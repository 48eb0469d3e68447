//! Funding in memory, from [`carrots_logic::funding`]: what is owed, and what that is worth to whom.

mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::funding);

impl Funding {
    /// What becomes of a project if nobody contributes any more.
    fn fate(&self, project: &Project<Agent>) -> Status {
        match project.status {
            Status::Open
                if self.params.kind == Kind::Assurance
                    && project.raised < self.params.threshold =>
            {
                Status::Failed
            }
            Status::Open => Status::Funded,
            status => status,
        }
    }

    /// What a project is given if nobody contributes any more: with its match only if its round has
    /// ended, since before that it is not known.
    fn given(&self, project: &Project<Agent>) -> Balance {
        match self.fate(project) {
            Status::Failed => 0,
            Status::Open | Status::Funded => {
                let Outcome { given, wanted, .. } = self.outcome(project.round);
                project.raised + quadratic::match_down(project.matched, given, wanted)
            }
        }
    }

    /// What its owner gets of it then.
    fn due(&self, project: &Project<Agent>) -> Balance {
        let bonuses = if project.status == Status::Open { project.bonuses } else { 0 };
        match self.fate(project) {
            _ if project.deposit == 0 => 0,
            Status::Failed => project.deposit.saturating_sub(bonuses),
            Status::Open | Status::Funded => project.deposit + self.given(project),
        }
    }
}

impl Accounting for Funding {
    fn owed(&self, _: Block) -> Balance {
        let unclaimed = self.outcomes.iter().map(|(_, outcome)| outcome.unclaimed);
        let projects = self.projects.iter().filter_map(|(_, project)| *project);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        let held = projects.map(|project| project.held());
        sum(unclaimed.chain(held).chain(credits).chain([self.state.pool]))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let projects = self.projects.iter().filter_map(|(_, project)| *project);
        let owned = projects.filter(|project| project.owner == who);
        let owned = owned.map(|project| self.due(&project));
        let refund = |(project, pledge): &(ProjectId, Balance)| match self.project(*project) {
            Some(record) if self.fate(&record) == Status::Failed => {
                pledge + assurance::bonus_down(&self.params, *pledge)
            }
            _ => 0,
        };
        let contributions = self.contributions.get(who);
        let refunds = contributions.iter().map(refund);
        sum(owned.chain(refunds).chain([self.credits.get(who)]))
    }
}
