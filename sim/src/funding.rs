//! Funding in memory: the rules of [`carrots_logic::funding`] over vectors.

mod catalogue;
mod game;
mod live;
mod menu;
mod scenario;

pub use catalogue::MECHANISM;
pub use menu::Game;
pub use scenario::{Audit, Strategy, World};

use carrots::model::{
    Address, Agent, ByAgent, Cells, Found, Model, Names, Records, StateError, sum,
};
use carrots::{accounts, cloned, messages};
use carrots_kernel::{Balance, tables};
use carrots_logic::funding::{self as rules, *};
use scale::Encode;

messages! {
    Funding, Error, (db, who, value, now);
    receipts: Sponsored, Proposed, Contributed, Tallied, RoundEnded, Claimed, Refunded, Paid;

    /// add to the pool of the matches
    sponsor: Sponsor() {} + tokens => Sponsored as Sponsored = rules::sponsor(db, value);

    /// own the next project of the round, for a deposit
    propose: Propose() {} + tokens => Proposed as Proposed = rules::propose(db, who, value, now);

    /// contribute to a project, or pledge
    contribute: Contribute() { project: ProjectId } + tokens => Contributed as Contributed
        = rules::contribute(db, who, project, value, now);

    /// compute a project's ideal match, once the window is over
    tally: Tally() { project: ProjectId } => Tallied as Tallied = rules::tally(db, project, now);

    /// end the round in progress, once all is tallied
    end_round: EndRound() {} => RoundEnded as RoundEnded = rules::end_round(db, now);

    /// credit a project's owner with its funds
    claim: Claim() { project: ProjectId } => Claimed as Claimed = rules::claim(db, project);

    /// credit a contributor of a failed project with its pledge and the bonus
    refund: Refund(contributor) { project: ProjectId } => Refunded as Refunded(contributor)
        = rules::refund(db, contributor, project);

    /// pay an account what is credited to it
    collect: Collect(account) {} => Paid as Collected(account), pays account
        = rules::collect(db, account);
}

/// The records in memory.
#[derive(Debug)]
pub struct Funding {
    params: Params,
    state: State,
    outcomes: Records<Round, Outcome>,
    projects: Records<ProjectId, Option<Project<Agent>>>,
    contributions: ByAgent<Records<ProjectId, Balance>>,
    numbers: ByAgent<Records<Round, u32>>,
    backers: Records<(ProjectId, u32), Backer>,
    pairs: Records<(Round, u32, u32), u128>,
    credits: ByAgent<Balance>,
    names: Names,
}

cloned!(Funding {
    params,
    state,
    outcomes,
    projects,
    contributions,
    numbers,
    backers,
    pairs,
    credits,
    names
});

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

impl Model for Funding {
    type Params = Params;
    type ParamsError = ParamsError;

    const NAME: &'static str = "funding";
    const ROLES: &'static [&'static str] = &[];

    fn new(params: Params, agents: usize, block: u32) -> Result<Self, ParamsError> {
        params.check()?;
        Ok(Self {
            params,
            state: genesis(block),
            outcomes: Records::default(),
            projects: Records::default(),
            contributions: ByAgent::new(agents),
            numbers: ByAgent::new(agents),
            backers: Records::default(),
            pairs: Records::default(),
            credits: ByAgent::new(agents),
            names: Names::default(),
        })
    }

    fn owed(&self) -> Balance {
        let unclaimed = self.outcomes.iter().map(|(_, outcome)| outcome.unclaimed);
        let projects = self.projects.iter().filter_map(|(_, project)| *project);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        let held = projects.map(|project| project.held());
        sum(unclaimed.chain(held).chain(credits).chain([self.state.pool]))
    }

    fn worth(&self, who: Agent) -> Balance {
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

    fn constructor(&self, _: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        self.params.encode()
    }

    fn storage(&self, cells: &mut Cells) {
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        for (round, outcome) in self.outcomes.iter() {
            cells.put(2, round, *outcome);
        }
        for (number, project) in self.projects.iter() {
            cells.put(3, number, project.map(|project| named(project, |owner| cells.name(owner))));
        }
        for (agent, contributions) in self.contributions.iter() {
            for (project, amount) in contributions.iter() {
                cells.put(4, (cells.name(agent), project), *amount);
            }
        }
        for (agent, numbers) in self.numbers.iter() {
            for (round, number) in numbers.iter() {
                cells.put(5, (cells.name(agent), round), *number);
            }
        }
        for (key, backer) in self.backers.iter() {
            cells.put(6, key, *backer);
        }
        for (key, common) in self.pairs.iter() {
            cells.put(7, key, *common);
        }
        for (agent, credit) in self.credits.iter() {
            cells.put_some(8, cells.name(agent), *credit);
        }
    }

    fn restore(found: &mut Found) -> Result<Self, StateError> {
        let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
        let mut db = carrots::model::empty::<Self>(params, found)?;
        db.state = state;
        for (round, outcome) in found.all("outcomes", 2)? {
            db.set_outcome(round, outcome);
        }
        for (number, project) in found.all::<_, Option<Project<Address>>>("projects", 3)? {
            let numbered = |record| named(record, |owner| found.number(owner));
            db.set_project(number, project.map(numbered));
        }
        for ((who, project), amount) in found.all("contributions", 4)? {
            db.set_contribution(found.number(who), project, amount);
        }
        for ((who, round), number) in found.all("numbers", 5)? {
            db.set_number(found.number(who), round, number);
        }
        for ((project, place), backer) in found.all("backers", 6)? {
            db.set_backer(project, place, backer);
        }
        for ((round, low, high), common) in found.all("pairs", 7)? {
            db.set_pair(round, low, high, common);
        }
        for (who, credit) in found.all("credits", 8)? {
            db.set_credit(found.number(who), credit);
        }
        Ok(db)
    }

    fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
        params.check()?;
        self.params = params;
        Ok(())
    }

    fn resize(&mut self, agents: usize) {
        self.contributions.resize(agents);
        self.numbers.resize(agents);
        self.credits.resize(agents);
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn names_mut(&mut self) -> &mut Names {
        &mut self.names
    }

    fn explain(error: ParamsError) -> (&'static str, &'static str) {
        catalogue::explain(error)
    }
}

/// The project with another name for its owner.
fn named<A, B>(project: Project<A>, mut name: impl FnMut(A) -> B) -> Project<B> {
    let Project { owner, round, status, contributors, deposit, raised, roots, matched, bonuses } =
        project;
    let owner = name(owner);
    Project { owner, round, status, contributors, deposit, raised, roots, matched, bonuses }
}

accounts!(Funding);

impl Db for Funding {
    tables! {
        outcome, set_outcome: outcomes(round: Round) -> Outcome;
        project, set_project: projects(project: ProjectId) -> Option<Project<Agent>>;
        contribution, set_contribution:
            contributions(contributor: Agent, project: ProjectId) -> Balance;
        number, set_number: numbers(contributor: Agent, round: Round) -> u32;
        backer, set_backer: backers(project: ProjectId, place: u32) -> Backer;
        pair, set_pair: pairs(round: Round, low: u32, high: u32) -> u128;
    }

    #[inline]
    fn params(&self) -> Params {
        self.params
    }
    #[inline]
    fn state(&self) -> State {
        self.state
    }
    #[inline]
    fn set_state(&mut self, state: State) {
        self.state = state;
    }
}
