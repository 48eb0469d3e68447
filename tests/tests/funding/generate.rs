//! Random calls: mostly what a sensible agent would do now, sometimes nonsense.

use crate::script::{assurance, pairwise, params};
use carrots::model::{Agent, Instance};
use carrots_catalogue::funding::{Funding, Op, Receipt};
use carrots_kernel::Perbill;
use carrots_logic::funding::{
    Db, Kind, MAX_AMOUNT, Params, Project, ProjectId, ideal_down, quadratic,
};
use carrots_testkit::random::{self, ResultOf};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Much, but a round takes more than a few of them.
const MUCH: u128 = 1 << 88;
/// The agents of a trace.
pub const AGENTS: Agent = 9;

/// What a trace is about.
pub struct Case {
    pub name: &'static str,
    pub params: Params,
    /// The most that an agent sends on purpose.
    pub amount: u128,
    pub wallet: u128,
}

/// Parameters from all corners.
pub fn cases() -> Vec<Case> {
    let huge = |params| Params {
        min_contribution: 1 << 60,
        deposit: 1 << 80,
        max_contributors: 8,
        ..params
    };
    let most = Params { pairwise_bound: MAX_AMOUNT, ..huge(pairwise()) };
    let tiny = Params { min_contribution: 1, deposit: 1, ..params() };
    let quick = Params { round_blocks: 1, ..params() };
    let whole = Params { bonus: Perbill::one(), min_contribution: 1, threshold: 7, ..assurance() };
    let high =
        Params { min_contribution: 1 << 88, deposit: 1 << 88, threshold: 5 << 88, ..assurance() };
    let case = |name, params, amount, wallet| Case { name, params, amount, wallet };
    vec![
        case("plain", params(), 1_000, 10_000_000),
        case("tiny amounts", tiny, 5, 500),
        case("huge amounts", huge(params()), MUCH, 1 << 95),
        case("quick rounds", quick, 1_000, 10_000_000),
        case("pairs", pairwise(), 1_000, 10_000_000),
        case("bounded pairs", Params { pairwise_bound: 1, ..pairwise() }, 100_000, 10_000_000),
        case("huge pairs", most, MUCH, 1 << 95),
        case("assurance", assurance(), 150, 10_000_000),
        case("as much again", whole, 7, 10_000),
        case("high threshold", high, 2 << 88, 1 << 94),
    ]
}

impl random::Case for Case {
    type Model = Funding;

    const AGENTS: Agent = AGENTS;
    const PAUSE: u32 = 12;
    const SOMETIMES: &'static [&'static str] = &[
        "a round without projects",
        "a match in full",
        "a match from an empty pool",
        "a match cut to the pool",
        "rounding left something of a pool",
        "a match for a single contributor is nothing",
        "a project without contributors",
        "a pair over two projects",
        "a project failed",
        "a project failed without pledges",
        "a threshold was met",
        "a part of a pledge was not needed",
        "a withdrawal of all",
        "a withdrawal of some",
        "a withdrawal of nothing",
        "a withdrawal by one of several sponsors",
        "a withdrawal before the claims",
        "a sponsor of a round without projects",
        "a remainder below the least contribution",
        "a refund after the claim",
        "a refund before the claim",
        "a claim of an older round",
    ];

    fn name(&self) -> &'static str {
        self.name
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallet(&self) -> u128 {
        self.wallet
    }

    fn blocks_max(&self, _rng: &mut ChaCha8Rng) -> u32 {
        self.params.round_blocks
    }

    fn call(&self, rng: &mut ChaCha8Rng, model: &Instance<Funding>) -> (Agent, u128, Op) {
        Maker { case: self, rng, model }.call()
    }

    fn reached(
        &self,
        model: &Instance<Funding>,
        op: &Op,
        result: &ResultOf<Self>,
        note: &mut dyn FnMut(&'static str),
    ) {
        let db = &model.db;
        let Ok(receipt) = result else { return };
        match (op, receipt) {
            (Op::EndRound {}, Receipt::RoundEnded(ended)) => {
                let outcome = db.outcome(ended.round);
                if outcome.open == 0 {
                    note("a round without projects");
                    if outcome.sponsored > 0 {
                        note("a sponsor of a round without projects");
                    }
                }
                match (ended.given, ended.wanted) {
                    (_, 0) => {}
                    (0, _) => note("a match from an empty pool"),
                    (given, wanted) if given < wanted => note("a match cut to the pool"),
                    _ => note("a match in full"),
                }
            }
            (Op::Contribute { project }, Receipt::Contributed(contributed)) => {
                if contributed.returned > 0 {
                    note("a part of a pledge was not needed");
                }
                let raised = db.project(*project).map_or(0, |record| record.raised);
                if self.params.kind == Kind::Assurance {
                    if raised == self.params.threshold {
                        note("a threshold was met");
                    } else if self.params.threshold - raised < self.params.min_contribution {
                        note("a remainder below the least contribution");
                    }
                }
                let shared = |at: &ProjectId| {
                    let gave = |who: &Agent| db.contribution(*who, *at) > 0;
                    let gave = (0..AGENTS).filter(gave);
                    gave.filter(|who| db.contribution(*who, *project) > 0).count() > 1
                };
                let first = db.state().first;
                let mut others = (first..db.state().next).filter(|at| at != project);
                if self.params.kind == Kind::Pairwise && others.any(|at| shared(&at)) {
                    note("a pair over two projects");
                }
            }
            (Op::Claim { .. }, Receipt::Claimed(claimed)) => {
                let Some(record) = db.project(claimed.project) else { return };
                let outcome = db.outcome(record.round);
                match (record.failed(&self.params), record.contributors) {
                    (true, 0) => note("a project failed without pledges"),
                    (true, _) => note("a project failed"),
                    (_, 0) => note("a project without contributors"),
                    (_, 1) if claimed.matched == 0 => {
                        note("a match for a single contributor is nothing")
                    }
                    _ => {}
                }
                if record.round + 1 < db.state().round {
                    note("a claim of an older round");
                }
                let matched = |at: ProjectId| {
                    let project = db.project(at).filter(|project| project.round == record.round)?;
                    let ideal = ideal_down(db, at, &project);
                    Some(quadratic::match_down(ideal, outcome.given, outcome.wanted))
                };
                let exact: u128 = (0..db.state().next).filter_map(matched).sum();
                if outcome.open == 0 && exact < outcome.given {
                    note("rounding left something of a pool");
                }
            }
            (Op::Withdraw { round, .. }, Receipt::Withdrawn(withdrawn)) => {
                let outcome = db.outcome(*round);
                match (withdrawn.amount, withdrawn.used) {
                    (_, 0) => note("a withdrawal of all"),
                    (0, _) => note("a withdrawal of nothing"),
                    _ => note("a withdrawal of some"),
                }
                if outcome.sponsored > 0 {
                    note("a withdrawal by one of several sponsors");
                } else if outcome.open > 0 {
                    note("a withdrawal before the claims");
                }
            }
            (Op::Refund { project, .. }, Receipt::Refunded(_)) => {
                match db.project(*project).map_or(0, |record| record.deposit) {
                    0 => note("a refund after the claim"),
                    _ => note("a refund before the claim"),
                }
            }
            _ => {}
        }
    }
}

struct Maker<'a> {
    case: &'a Case,
    rng: &'a mut ChaCha8Rng,
    model: &'a Instance<Funding>,
}

impl Maker<'_> {
    fn one_in(&mut self, times: u32) -> bool {
        self.rng.random_ratio(1, times)
    }

    fn anyone(&mut self) -> Agent {
        self.rng.random_range(0..AGENTS)
    }

    fn over(&self) -> bool {
        let db = &self.model.db;
        db.state().over(&self.case.params, self.model.block())
    }

    /// A project of the round in progress, sometimes any.
    fn project(&mut self) -> ProjectId {
        let state = self.model.db.state();
        match self.rng.random_range(0..30) {
            0 => self.rng.random(),
            1..4 => self.rng.random_range(0..=state.next),
            _ if state.projects() > 0 => self.rng.random_range(state.first..state.next),
            _ => state.first.saturating_sub(1),
        }
    }

    /// A project that has something to give, sometimes any.
    fn settled(&mut self, fits: impl Fn(&Funding, ProjectId) -> bool) -> ProjectId {
        let next = self.model.db.state().next;
        let found: Vec<_> =
            (next.saturating_sub(16)..next).filter(|at| fits(&self.model.db, *at)).collect();
        match found.choose(self.rng) {
            Some(project) if !self.one_in(15) => *project,
            _ => self.project(),
        }
    }

    /// Small ones are as likely as large ones.
    fn amount(&mut self) -> u128 {
        let bits = 128 - self.case.amount.leading_zeros();
        let shift = self.rng.random_range(0..bits.min(8));
        self.rng.random_range(1..=(self.case.amount >> shift).max(1))
    }

    fn call(&mut self) -> (Agent, u128, Op) {
        let (who, price) = (self.anyone(), self.case.params.price());
        let late = self.over();
        match self.rng.random_range(0..100) {
            0 => (who, 0, Op::Sponsor {}),
            1..5 => (who, self.amount(), Op::Sponsor {}),
            5..14 if !late || self.rng.random_ratio(1, 8) => self.propose(who, price),
            14..15 => {
                let amount = self.amount();
                self.propose(who, amount)
            }
            15..50 if !late || self.rng.random_ratio(1, 8) => self.contribute(),
            5..60 => (who, 0, Op::EndRound {}),
            60..74 => {
                let due = |db: &Funding, at| {
                    let now = db.state().round;
                    db.project(at).is_some_and(|project| project.deposit > 0 && project.round < now)
                };
                (who, 0, Op::Claim { project: self.settled(due) })
            }
            74..84 => self.refund(),
            84..92 => self.withdraw(),
            _ => {
                let account = self.anyone();
                (who, 0, Op::Collect { account })
            }
        }
    }

    fn propose(&mut self, who: Agent, value: u128) -> (Agent, u128, Op) {
        (who, value, Op::Propose { text: self.rng.random() })
    }

    fn contribute(&mut self) -> (Agent, u128, Op) {
        let project = self.project();
        let raised = self.model.db.project(project).map_or(0, |project| project.raised);
        let missing = self.case.params.threshold.saturating_sub(raised);
        let amount = match self.rng.random_range(0..20) {
            0..2 => self.amount(),
            2..4 if missing > 0 => missing,
            4..6 => missing.saturating_sub(1),
            6 if self.case.wallet > MAX_AMOUNT => MAX_AMOUNT + 1,
            _ => self.amount().max(self.case.params.min_contribution),
        };
        (self.anyone(), amount, Op::Contribute { project })
    }

    fn refund(&mut self) -> (Agent, u128, Op) {
        let params = self.case.params;
        let failed = |db: &Funding, at: ProjectId| {
            let ended = |project: &Project<Agent>| project.round < db.state().round;
            let failed = |project: &Project<Agent>| project.failed(&params);
            db.project(at).is_some_and(|project| ended(&project) && failed(&project))
        };
        let project = self.settled(failed);
        let pledged = |who: &Agent| self.model.db.contribution(*who, project) > 0;
        let pledged: Vec<_> = (0..AGENTS).filter(pledged).collect();
        let contributor = match pledged.choose(self.rng) {
            Some(contributor) if !self.one_in(15) => *contributor,
            _ => self.anyone(),
        };
        (self.anyone(), 0, Op::Refund { contributor, project })
    }
    /// What somebody sponsored and may have left, sometimes anything.
    fn withdraw(&mut self) -> (Agent, u128, Op) {
        let db = &self.model.db;
        let current = db.state().round;
        let rounds = current.saturating_sub(8)..=current;
        let all = rounds.flat_map(|round| (0..AGENTS).map(move |who| (who, round)));
        let sponsorships: Vec<_> =
            all.filter(|(who, round)| db.sponsorship(*who, *round) > 0).collect();
        let (sponsor, round) = match sponsorships.choose(self.rng) {
            Some(sponsorship) if !self.one_in(15) => *sponsorship,
            _ => (self.anyone(), self.rng.random_range(0..=current)),
        };
        (self.anyone(), 0, Op::Withdraw { sponsor, round })
    }
}
