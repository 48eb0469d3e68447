//! Funding in memory, from [`carrots_logic::funding`]: what is owed, and what that is worth to whom.

mod closed_form;
mod game;
mod live;
mod menu;
mod scenario;

pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{Accounting, Agent, sum};

carrots::model!(carrots_logic::funding);

impl Funding {
    /// What came of a round, or would come of the one in progress if nobody contributed any more.
    fn outcome_of(&self, round: Round) -> Outcome {
        match round == self.state.round {
            true => self.state.outcome(&self.params),
            false => self.outcome(round),
        }
    }

    /// What a project is given if nobody contributes any more.
    fn given(&self, project: ProjectId, record: &Project<Agent>) -> Balance {
        if record.failed(&self.params) {
            return 0;
        }
        let Outcome { given, wanted, .. } = self.outcome_of(record.round);
        let ideal = if given > 0 { ideal_down(self, project, record) } else { 0 };
        record.raised + quadratic::match_down(ideal, given, wanted)
    }

    /// What its owner gets of it then.
    fn due(&self, project: ProjectId, record: &Project<Agent>) -> Balance {
        match record.failed(&self.params) {
            _ if record.deposit == 0 => 0,
            true => record.deposit - record.bonuses,
            false => record.deposit + self.given(project, record),
        }
    }
}

impl Accounting for Funding {
    fn owed(&self, _: Block) -> Balance {
        let unclaimed = self.outcomes.iter().map(|(_, outcome)| outcome.unclaimed);
        let projects = self.projects.iter().filter_map(|(_, project)| *project);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        let held = projects.map(|project| project.held(&self.params));
        sum(unclaimed.chain(held).chain(credits).chain([self.state.pool]))
    }

    fn worth(&self, who: Agent, _: Block) -> Balance {
        let owned = self.projects.iter().filter_map(|(project, record)| {
            let record = record.as_ref().filter(|record| record.owner == who)?;
            Some(self.due(*project, record))
        });
        let refund = |(project, pledge): &(ProjectId, Balance)| match self.project(*project) {
            Some(record) if record.failed(&self.params) => {
                pledge + assurance::bonus_down(&self.params, *pledge)
            }
            _ => 0,
        };
        let contributions = self.contributions.get(who);
        let refunds = contributions.iter().map(refund);
        let rest =
            |(round, sponsored): &(Round, Balance)| self.outcome_of(*round).rest_down(*sponsored);
        let sponsorships = self.sponsorships.get(who);
        let rests = sponsorships.iter().map(rest);
        sum(owned.chain(refunds).chain(rests).chain([self.credits.get(who)]))
    }
}
