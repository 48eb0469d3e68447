//! A round of funding as a game: people who value one good decide what to give for it.
//!
//! A sponsor fills the pool and an owner proposes the good. Everyone decides once, before anything
//! else; then all propose and contribute in the order of their numbers, all is tallied, the round
//! ends, and what is due is claimed, refunded and collected. A player gives to the good, or where
//! there is a match to a project of its own that is worth nothing, from one account or in parts from
//! several. The owner of the good spends on it what it is paid.

use super::play::{Scenario, Strategy, World};
use super::{Funding, Op, Receipt};
use crate::models::{Agent, Instance};
use crate::play::{Strategies, Wrong, expect, live};
use crate::stage::{self, Course, Decision, Seat, Type};
use crate::state::State;
use carrots_logic::Balance;
use carrots_logic::funding::{
    Accounts, Db, Kind, MAX_CONTRIBUTION, Params, ProjectId, Status, quadratic,
};
use num_bigint::BigUint;
use serde::{Deserialize, Serialize};

/// Who sponsors the pool and makes the calls that anyone may make, and who owns the good. The
/// players' accounts follow.
const SPONSOR: Agent = 0;
const OWNER: Agent = 1;
/// One, as a product of two roots, in binary digits.
const SQUARE: u32 = 32;
/// The most tokens of all: the roots of all amounts are exact to 16 binary digits.
const TOKENS_MAX: Balance = 1 << 96;

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {
    /// People who value the good.
    pub players: u32,
    /// Weights that are drawn differ by this part of the range of `world.weight`.
    pub steps: u32,
    /// What is given are multiples of this part of twice the highest weight, or for a pledge of an
    /// equal part of the threshold.
    pub amounts: u32,
    /// The most accounts that a player may give from.
    pub identities: u32,
}

impl Default for Audit {
    fn default() -> Self {
        Self { players: 3, steps: 5, amounts: 10, identities: 1 }
    }
}

/// What is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum To {
    /// The good.
    Good,
    /// A project of the player's own.
    Own,
}

/// An option: to what, how much in all, and from how many accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    to: To,
    accounts: u32,
    amount: Balance,
}

/// A round of funding as a game.
pub struct Stage {
    params: Params,
    world: World,
    audit: Audit,
    /// The weights that a player can have.
    kinds: Vec<Balance>,
    options: Vec<Plan>,
    /// The intended option by weight.
    intended: Vec<usize>,
    state: Option<State>,
    /// The number of the good, and what is in the pool before anybody sponsors it.
    good: ProjectId,
    pool: Balance,
}

impl Stage {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &Scenario) -> Result<Self, Wrong> {
        let Scenario { params, world, intended, .. } = scenario;
        let audit = scenario.audit.unwrap_or_default();
        let honest = intended.strategy == Strategy::Honest.name();
        expect(honest, "intended.strategy", "honest to be audited")?;
        expect((1..=1000).contains(&audit.steps), "audit.steps", "1 to 1,000 steps")?;
        expect((1..=1000).contains(&audit.amounts), "audit.amounts", "1 to 1,000 steps")?;
        expect((1..=8).contains(&audit.identities), "audit.identities", "1 to 8 accounts")?;
        let room = params.max_contributors / audit.identities;
        let room = match params.kind {
            Kind::Assurance => room,
            Kind::Quadratic | Kind::Pairwise => room.min(params.max_projects.saturating_sub(1)),
        };
        let expected = format!("1 to {room} players: places for all accounts, and their projects");
        expect((1..=room).contains(&audit.players), "audit.players", expected)?;
        let Some(kinds) = world.weight.grid(audit.steps) else {
            let expected = "an amount or a uniform distribution to be audited";
            return Err(Wrong { key: "world.weight".into(), expected: expected.into() });
        };
        let start = live::<super::Game>(scenario).map(|instance| instance.db.state());
        let start = start.unwrap_or_default();
        let mut stage = Self {
            params: *params,
            world: *world,
            audit,
            kinds,
            options: Vec::new(),
            intended: Vec::new(),
            state: scenario.state.clone(),
            good: start.next,
            pool: start.pool,
        };
        stage.offer();
        let accounts = Balance::from(audit.players * audit.identities);
        let all = stage.wallet().checked_mul(accounts);
        let all = all.and_then(|all| all.checked_add(world.sponsor)?.checked_add(params.price()));
        let there = stage.state.as_ref().map_or(0, State::tokens);
        let all = all.and_then(|all| all.checked_add(there));
        let few = all.is_some_and(|all| all <= TOKENS_MAX);
        expect(few, "world.weight", "at most 2^96 for all that is given to be audited")?;
        Ok(stage)
    }

    /// Lists what can be given, and what is intended.
    fn offer(&mut self) {
        let highest = self.kinds.iter().copied().max().unwrap_or(0);
        let top = match self.part() {
            Some(part) => part,
            None => highest.saturating_mul(2).min(MAX_CONTRIBUTION),
        };
        let steps = Balance::from(self.audit.amounts).min(top.max(1));
        let grid = (0..=steps).map(|step| top / steps * step + top % steps * step / steps);
        let wanted = self.kinds.iter().copied().filter(|_| self.part().is_none());
        let amounts: Vec<Balance> = grid.chain(wanted).collect();
        let fits = |plan: &Plan| {
            let least = plan.amount / Balance::from(plan.accounts);
            least >= self.params.min_contribution || plan.amount == 0 && plan.accounts == 1
        };
        // Under assurance a project of one's own gives back what one gave to it.
        let own = self.part().is_none().then_some((To::Own, top));
        let several = |accounts| {
            let good = amounts.iter().map(move |amount| (To::Good, *amount));
            let plans = good.chain(own);
            plans.map(move |(to, amount)| Plan { to, accounts, amount })
        };
        let mut options: Vec<Plan> =
            (1..=self.audit.identities).flat_map(several).filter(fits).collect();
        options.sort();
        options.dedup();
        let intended = |weight: &Balance| {
            let simple = |plan: &Plan| plan.to == To::Good && plan.accounts == 1;
            let within = |plan: &Plan| simple(plan) && plan.amount <= *weight;
            options.iter().rposition(within).unwrap_or(0)
        };
        self.intended = self.kinds.iter().map(intended).collect();
        self.options = options;
    }

    /// For a pledge: an equal part of the threshold, rounded up.
    fn part(&self) -> Option<Balance> {
        let assurance = self.params.kind == Kind::Assurance;
        assurance.then(|| self.params.threshold.div_ceil(self.audit.players.into()))
    }

    /// What an account has: what it takes to do any of it.
    fn wallet(&self) -> Balance {
        let most = self.options.iter().map(|plan| plan.amount).max().unwrap_or(0);
        most.saturating_add(self.params.price())
    }

    fn account(&self, player: usize, identity: u32) -> Agent {
        OWNER + 1 + player as Agent * self.audit.identities + identity
    }

    /// Everyone who has tokens in the end.
    fn accounts(&self) -> impl Iterator<Item = Agent> {
        OWNER..self.account(self.audit.players as usize, 0)
    }

    fn give(&self, course: &mut Course<Funding>, player: usize, plan: Plan) {
        let project = match plan.to {
            To::Good => self.good,
            To::Own => {
                let who = self.account(player, 0);
                match course.call(who, self.params.price(), Op::Propose {}) {
                    Some(Receipt::Proposed(proposed)) => proposed.project,
                    _ => return,
                }
            }
        };
        let part = plan.amount / Balance::from(plan.accounts);
        let first = plan.amount - part * Balance::from(plan.accounts - 1);
        for identity in 0..plan.accounts {
            let amount = if identity == 0 { first } else { part };
            let amount = amount.min(self.missing(course, project));
            if amount > 0 {
                course.call(self.account(player, identity), amount, Op::Contribute { project });
            }
        }
    }

    /// The most that a project takes.
    fn missing(&self, course: &Course<Funding>, project: ProjectId) -> Balance {
        if self.params.kind != Kind::Assurance {
            return Balance::MAX;
        }
        let raised = course.instance.db.project(project).map_or(0, |project| project.raised);
        self.params.threshold.saturating_sub(raised)
    }

    /// All is tallied, and everyone gets what is due.
    fn close(&self, course: &mut Course<Funding>) {
        course.advance(self.params.round_blocks);
        let projects = course.instance.db.state().next;
        for project in self.good..projects {
            course.call(SPONSOR, 0, Op::Tally { project });
        }
        course.call(SPONSOR, 0, Op::EndRound {});
        for project in self.good..projects {
            course.call(SPONSOR, 0, Op::Claim { project });
            let failed = |project: &super::Project<Agent>| project.status == Status::Failed;
            if course.instance.db.project(project).as_ref().is_some_and(failed) {
                for contributor in self.accounts() {
                    if course.instance.db.contribution(contributor, project) > 0 {
                        course.call(SPONSOR, 0, Op::Refund { contributor, project });
                    }
                }
            }
        }
        for account in self.accounts() {
            if course.instance.db.credit(account) > 0 {
                course.call(SPONSOR, 0, Op::Collect { account });
            }
        }
    }

    /// What the good was funded with: nothing if it missed its threshold.
    fn funds(&self, end: &Instance<Funding>) -> Balance {
        let failed = end.db.project(self.good).is_none_or(|good| good.status == Status::Failed);
        match failed {
            true => 0,
            false => end.wealth(OWNER).saturating_sub(self.params.price()),
        }
    }

    fn name(&self, option: usize) -> String {
        let Plan { to, accounts, amount } = self.options[option];
        let name = match (to, self.params.kind) {
            (To::Good, _) if amount == 0 => "nothing".into(),
            (To::Good, Kind::Assurance) => format!("pledge {amount}"),
            (To::Good, _) => format!("contribute {amount}"),
            (To::Own, _) => format!("fund a project of its own with {amount}"),
        };
        match accounts {
            1 => name,
            _ => format!("{name} from {accounts} accounts"),
        }
    }
}

impl stage::Stage for Stage {
    type Model = Funding;

    fn players(&self) -> Vec<Seat> {
        let accounts =
            |player| (0..self.audit.identities).map(|at| self.account(player, at)).collect();
        let seat = |player| Seat { name: format!("player {player}"), accounts: accounts(player) };
        (0..self.audit.players as usize).map(seat).collect()
    }

    fn types(&self, _player: usize) -> Vec<Type> {
        let named = |weight: &Balance| Type { name: format!("weight {weight}"), weight: 1 };
        self.kinds.iter().map(named).collect()
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallets(&self) -> Vec<Balance> {
        let accounts = (self.audit.players * self.audit.identities) as usize;
        let players = vec![self.wallet(); accounts];
        [vec![self.world.sponsor, self.params.price()], players].concat()
    }

    fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    fn play(&self, course: &mut Course<Funding>) {
        let mut plans = Vec::with_capacity(self.audit.players as usize);
        for player in 0..self.audit.players as usize {
            let option = course.choose(Decision {
                player,
                about: "give",
                sees: 0,
                options: self.options.len(),
                intended: &|kind| self.intended[kind],
                name: &|option| self.name(option),
            });
            plans.push(self.options[option]);
        }
        if self.world.sponsor > 0 {
            course.call(SPONSOR, self.world.sponsor, Op::Sponsor {});
        }
        course.call(OWNER, self.params.price(), Op::Propose {});
        for (player, plan) in plans.into_iter().enumerate() {
            if plan.amount > 0 {
                self.give(course, player, plan);
            }
        }
        self.close(course);
    }

    /// The pool is filled, and the good is proposed.
    fn prelude(&self) -> usize {
        1 + usize::from(self.world.sponsor > 0)
    }

    /// With weight `w`, a good that is funded with `F` is worth `2 sqrt(w F)`, rounded down; one
    /// that met its threshold is worth `w`.
    fn worth(&self, _player: usize, kind: usize, end: &Instance<Funding>) -> i128 {
        let (weight, funds) = (self.kinds[kind], self.funds(end));
        let worth = match self.params.kind {
            Kind::Assurance if funds > 0 => weight,
            Kind::Assurance => 0,
            Kind::Quadratic | Kind::Pairwise => {
                (quadratic::root_down(weight) * quadratic::root_down(funds)) >> (SQUARE - 1)
            }
        };
        worth as i128
    }

    /// The owner spends the funds on the good; what is left in the pool is there for later rounds.
    fn others(&self, end: &Instance<Funding>) -> i128 {
        end.db.state().pool as i128 - self.pool as i128 - self.funds(end) as i128
    }

    /// Pledges of equal parts leave nothing over that the last one would be spared.
    fn alike(&self) -> bool {
        let even = self.params.threshold.is_multiple_of(self.audit.players.into());
        self.params.kind != Kind::Assurance || even
    }

    fn out(&self, _player: usize) -> Option<usize> {
        self.options.iter().position(|plan| plan.amount == 0)
    }

    fn identities(&self, _player: usize, option: usize) -> u32 {
        self.options[option].accounts
    }

    /// What a good is worth to all less what it costs: at best `(sum_i sqrt(w_i))^2`, with every
    /// product of two roots rounded down; or the sum of all weights less the threshold.
    fn welfare_max(&self, types: &[usize]) -> Option<i128> {
        let weights: Vec<Balance> = types.iter().map(|kind| self.kinds[*kind]).collect();
        let all: Balance = weights.iter().sum();
        if self.params.kind == Kind::Assurance {
            return Some(all.saturating_sub(self.params.threshold) as i128);
        }
        let twice = |(at, one): (usize, &Balance)| {
            let others = weights[..at].iter();
            let root = |other: &Balance| (BigUint::from(4 * one) * *other).sqrt();
            others.map(root).sum::<BigUint>()
        };
        let roots: BigUint = weights.iter().enumerate().map(twice).sum();
        i128::try_from(roots + all).ok()
    }
}

#[cfg(test)]
mod tests;
