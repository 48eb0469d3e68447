//! Staking in memory: the rules of [`carrots_logic::staking`] over vectors.

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
use carrots_kernel::storage::Table;
use carrots_kernel::{Balance, Perbill, tables};
use carrots_logic::staking::{self as rules, *};
use scale::Encode;

/// The first agents: who reports, who awards, where what is burned goes.
pub const SLASHER: Agent = 0;
#[allow(missing_docs)]
pub const SCORER: Agent = 1;
#[allow(missing_docs)]
pub const SINK: Agent = 2;

messages! {
    Staking, Error, (db, who, value, now);
    receipts: Bonded, Unbonded, Paid, EraEnded, Funded, Awarded, PaidOut, Reported, Slashed, Retired;

    /// become an operator
    register: Register() {
        #[serde(with = "carrots_kernel::text::fraction")]
        commission: Perbill,
    } + tokens => Bonded as Bonded(who) = rules::register(db, who, value, commission);

    /// bond to an operator
    bond: Bond(operator) {} + tokens => Bonded as Bonded(operator)
        = rules::bond(db, who, operator, value);

    /// begin to unbond
    unbond: Unbond(operator) {
        #[serde(with = "carrots_kernel::text::amount")]
        shares: Shares,
    } => Unbonded as Unbonded(operator) = rules::unbond(db, who, operator, shares);

    /// bond again what unbonds since an era
    rebond: Rebond(operator) { era: Era } => Bonded as Bonded(operator)
        = rules::rebond(db, who, operator, era);

    /// take out what has unbonded
    withdraw: Withdraw(operator) { era: Era } => Paid as Withdrawn(operator), pays who
        = rules::withdraw(db, who, operator, era);

    /// end the era in progress, once it is over
    end_era: EndEra() {} => EraEnded as EraEnded = rules::end_era(db, now);

    /// add to the reserve
    fund: Fund() {} + tokens => Funded as Funded = rules::fund(db, value);

    /// scorer: award points in the era in progress
    award: Award(operator) { points: u32 } => Awarded as Awarded(operator)
        = rules::award(db, who, operator, points);

    /// pull an operator's part of an era's payout
    payout: Payout(operator) { era: Era } => PaidOut as PaidOut(operator)
        = rules::payout(db, operator, era);

    /// slasher: report an offence
    report: Report(operator, reporter) { era: Era, offence: Offence } => Reported as Reported(operator)
        = rules::report(db, who, operator, reporter, era, offence);

    /// apply the oldest slash that is due
    apply_slash: ApplySlash(operator) {} => Slashed as Slashed(operator)
        = rules::apply_slash(db, operator);

    /// stop being an operator
    retire: Retire() {} => Retired as Retired(who) = rules::retire(db, who);

    /// retire an operator whose own bond is too low
    remove: Remove(operator) {} => Retired as Retired(operator) = rules::remove(db, operator);

    /// pay an account what is credited to it
    collect: Collect(account) {} => Paid as Collected(account), pays account
        = rules::collect(db, account);
}

/// The records in memory.
#[derive(Debug)]
pub struct Staking {
    params: Params,
    roles: Roles<Agent>,
    state: State,
    pools: ByAgent<Pool>,
    /// By holder, then by operator.
    positions: ByAgent<Records<Agent, Shares>>,
    sub_pools: ByAgent<Records<Era, Fund>>,
    /// By holder, then by operator and era.
    unbondings: ByAgent<Records<(Agent, Era), Shares>>,
    eras: Records<Era, EraRecord>,
    points: ByAgent<Records<Era, u32>>,
    offenders: Records<(Era, Offence), u32>,
    reported: ByAgent<Records<(Era, Offence), bool>>,
    reports: ByAgent<Records<u32, Option<Report<Agent>>>>,
    credits: ByAgent<Balance>,
    names: Names,
}

cloned!(Staking {
    params,
    roles,
    state,
    pools,
    positions,
    sub_pools,
    unbondings,
    eras,
    points,
    offenders,
    reported,
    reports,
    credits,
    names
});

impl Model for Staking {
    type Params = Params;
    type ParamsError = ParamsError;

    const NAME: &'static str = "staking";
    const ROLES: &'static [&'static str] = &["slasher", "scorer", "sink"];

    fn new(params: Params, agents: usize, block: Block) -> Result<Self, ParamsError> {
        params.check()?;
        Ok(Self {
            params,
            roles: Roles { slasher: SLASHER, scorer: SCORER, sink: SINK },
            state: genesis(block),
            pools: ByAgent::new(agents),
            positions: ByAgent::new(agents),
            sub_pools: ByAgent::new(agents),
            unbondings: ByAgent::new(agents),
            eras: Records::default(),
            points: ByAgent::new(agents),
            offenders: Records::default(),
            reported: ByAgent::new(agents),
            reports: ByAgent::new(agents),
            credits: ByAgent::new(agents),
            names: Names::default(),
        })
    }

    fn owed(&self) -> Balance {
        let pools = self.pools.iter().map(|(_, pool)| pool.fund.amount);
        let sub_pools = self.sub_pools.iter().flat_map(|(_, funds)| funds.iter());
        let payouts = self.eras.iter().map(|(_, era)| era.payout);
        let credits = self.credits.iter().map(|(_, credit)| *credit);
        let funds = pools.chain(sub_pools.map(|(_, fund)| fund.amount));
        sum(funds.chain(payouts).chain(credits).chain([self.state.reserve]))
    }

    fn worth(&self, who: Agent) -> Balance {
        let value = |fund: Fund, shares| fund.value_down(shares).unwrap_or(0);
        let (positions, unbondings) = (self.positions.get(who), self.unbondings.get(who));
        let bonded =
            positions.iter().map(|(operator, shares)| value(self.pool(*operator).fund, *shares));
        let unbonding = unbondings
            .iter()
            .map(|((operator, era), shares)| value(self.sub_pool(*operator, *era), *shares));
        sum(bonded.chain(unbonding).chain([self.credits.get(who)]))
    }

    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        (roles(self.roles, name), self.params).encode()
    }

    fn storage(&self, cells: &mut Cells) {
        cells.put(0, (), self.state);
        cells.put(1, (), self.params);
        cells.put(2, (), roles(self.roles, |agent| cells.name(agent)));
        for (agent, pool) in self.pools.iter() {
            cells.put_some(3, cells.name(agent), *pool);
        }
        for (agent, positions) in self.positions.iter() {
            for (operator, shares) in positions.iter() {
                cells.put(4, (cells.name(*operator), cells.name(agent)), *shares);
            }
        }
        for (agent, funds) in self.sub_pools.iter() {
            for (era, fund) in funds.iter() {
                cells.put(5, (cells.name(agent), era), *fund);
            }
        }
        for (agent, unbondings) in self.unbondings.iter() {
            for ((operator, era), shares) in unbondings.iter() {
                cells.put(6, (cells.name(*operator), cells.name(agent), era), *shares);
            }
        }
        for (era, record) in self.eras.iter() {
            cells.put(7, era, *record);
        }
        for (agent, points) in self.points.iter() {
            for (era, points) in points.iter() {
                cells.put(8, (cells.name(agent), era), *points);
            }
        }
        for (key, offenders) in self.offenders.iter() {
            cells.put(9, key, *offenders);
        }
        for (agent, reported) in self.reported.iter() {
            for ((era, offence), _) in reported.iter() {
                cells.put(10, (cells.name(agent), era, offence), ());
            }
        }
        for (agent, reports) in self.reports.iter() {
            for (number, report) in reports.iter() {
                if let Some(Report { era, offence, reported, reporter }) = *report {
                    let report = Report { era, offence, reported, reporter: cells.name(reporter) };
                    cells.put(11, (cells.name(agent), number), report);
                }
            }
        }
        for (agent, credit) in self.credits.iter() {
            cells.put_some(12, cells.name(agent), *credit);
        }
    }

    fn restore(found: &mut Found) -> Result<Self, StateError> {
        let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
        let mut db = carrots::model::empty::<Self>(params, found)?;
        db.state = state;
        let held: Roles<Address> = found.one("roles", 2)?;
        db.roles = roles(held, |account| found.number(account));
        for (operator, pool) in found.all("pools", 3)? {
            db.set_pool(found.number(operator), pool);
        }
        for ((operator, who), shares) in found.all("positions", 4)? {
            db.set_position(found.number(operator), found.number(who), shares);
        }
        for ((operator, era), fund) in found.all("sub_pools", 5)? {
            db.set_sub_pool(found.number(operator), era, fund);
        }
        for ((operator, who, era), shares) in found.all("unbondings", 6)? {
            db.set_unbonding(found.number(operator), found.number(who), era, shares);
        }
        for (era, record) in found.all("eras", 7)? {
            db.set_era(era, record);
        }
        for ((operator, era), points) in found.all("points", 8)? {
            db.set_points(found.number(operator), era, points);
        }
        for ((era, offence), offenders) in found.all("offenders", 9)? {
            db.set_offenders(era, offence, offenders);
        }
        for ((operator, era, offence), ()) in found.all("reported", 10)? {
            db.set_reported(found.number(operator), era, offence);
        }
        for ((operator, number), report) in found.all::<_, Report<Address>>("reports", 11)? {
            let Report { era, offence, reported, reporter } = report;
            let report = Report { era, offence, reported, reporter: found.number(reporter) };
            db.set_report(found.number(operator), number, Some(report));
        }
        for (who, credit) in found.all("credits", 12)? {
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
        self.pools.resize(agents);
        self.positions.resize(agents);
        self.sub_pools.resize(agents);
        self.unbondings.resize(agents);
        self.points.resize(agents);
        self.reported.resize(agents);
        self.reports.resize(agents);
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

/// The roles with other names for the accounts.
fn roles<A, B>(
    Roles { slasher, scorer, sink }: Roles<A>,
    mut name: impl FnMut(A) -> B,
) -> Roles<B> {
    Roles { slasher: name(slasher), scorer: name(scorer), sink: name(sink) }
}

accounts!(Staking);

impl Db for Staking {
    tables! {
        pool, set_pool: pools(operator: Agent) -> Pool;
        sub_pool, set_sub_pool: sub_pools(operator: Agent, era: Era) -> Fund;
        era, set_era: eras(era: Era) -> EraRecord;
        points, set_points: points(operator: Agent, era: Era) -> u32;
        offenders, set_offenders: offenders(era: Era, offence: Offence) -> u32;
        report, set_report: reports(operator: Agent, number: u32) -> Option<Report<Agent>>;
    }

    #[inline]
    fn params(&self) -> Params {
        self.params
    }
    #[inline]
    fn roles(&self) -> Roles<Agent> {
        self.roles
    }
    #[inline]
    fn state(&self) -> State {
        self.state
    }
    #[inline]
    fn set_state(&mut self, state: State) {
        self.state = state;
    }
    #[inline]
    fn position(&self, operator: Agent, who: Agent) -> Shares {
        self.positions.read((who, operator))
    }
    #[inline]
    fn set_position(&mut self, operator: Agent, who: Agent, shares: Shares) {
        self.positions.write((who, operator), shares);
    }
    #[inline]
    fn unbonding(&self, operator: Agent, who: Agent, era: Era) -> Shares {
        self.unbondings.read((who, (operator, era)))
    }
    #[inline]
    fn set_unbonding(&mut self, operator: Agent, who: Agent, era: Era, shares: Shares) {
        self.unbondings.write((who, (operator, era)), shares);
    }
    #[inline]
    fn reported(&self, operator: Agent, era: Era, offence: Offence) -> bool {
        self.reported.read((operator, (era, offence)))
    }
    #[inline]
    fn set_reported(&mut self, operator: Agent, era: Era, offence: Offence) {
        self.reported.write((operator, (era, offence)), true);
    }
}
