//! Staking in memory: the rules of [`carrots_logic::staking`] over vectors.

mod catalogue;
mod game;
mod play;

pub use catalogue::MECHANISM;
pub use play::{Group, Scenario, Strategy, World};

use super::{Agent, Ledger, Model, Records, Refusal};
use carrots_logic::staking::{self as rules, *};
use carrots_logic::{Balance, Perbill};
use scale::Encode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The first agents: who reports, who awards, where what is burned goes.
pub const SLASHER: Agent = 0;
#[allow(missing_docs)]
pub const SCORER: Agent = 1;
#[allow(missing_docs)]
pub const SINK: Agent = 2;

/// The messages of the contract, with accounts of type `Id`.
///
/// The encoding of a variant's fields is that of the message's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs)]
pub enum Op<Id = Agent> {
    Register {
        #[serde(with = "carrots_logic::text::fraction")]
        commission: Perbill,
    },
    Bond {
        operator: Id,
    },
    Unbond {
        operator: Id,
        #[serde(with = "carrots_logic::text::amount")]
        shares: Shares,
    },
    Rebond {
        operator: Id,
        era: Era,
    },
    Withdraw {
        operator: Id,
        era: Era,
    },
    EndEra {},
    Fund {},
    Award {
        operator: Id,
        points: u32,
    },
    Payout {
        operator: Id,
        era: Era,
    },
    Report {
        operator: Id,
        era: Era,
        offence: Offence,
        reporter: Id,
    },
    ApplySlash {
        operator: Id,
    },
    Retire {},
    Remove {
        operator: Id,
    },
    Collect {
        account: Id,
    },
}

impl Op {
    /// The same message with other names for the accounts.
    fn map<Id>(self, name: impl Fn(Agent) -> Id) -> Op<Id> {
        match self {
            Op::Register { commission } => Op::Register { commission },
            Op::Bond { operator } => Op::Bond { operator: name(operator) },
            Op::Unbond { operator, shares } => Op::Unbond { operator: name(operator), shares },
            Op::Rebond { operator, era } => Op::Rebond { operator: name(operator), era },
            Op::Withdraw { operator, era } => Op::Withdraw { operator: name(operator), era },
            Op::EndEra {} => Op::EndEra {},
            Op::Fund {} => Op::Fund {},
            Op::Award { operator, points } => Op::Award { operator: name(operator), points },
            Op::Payout { operator, era } => Op::Payout { operator: name(operator), era },
            Op::Report { operator, era, offence, reporter } => {
                let (operator, reporter) = (name(operator), name(reporter));
                Op::Report { operator, era, offence, reporter }
            }
            Op::ApplySlash { operator } => Op::ApplySlash { operator: name(operator) },
            Op::Retire {} => Op::Retire {},
            Op::Remove { operator } => Op::Remove { operator: name(operator) },
            Op::Collect { account } => Op::Collect { account: name(account) },
        }
    }
}

impl super::Op for Op {
    fn message(&self) -> &'static str {
        match self {
            Op::Register { .. } => "register",
            Op::Bond { .. } => "bond",
            Op::Unbond { .. } => "unbond",
            Op::Rebond { .. } => "rebond",
            Op::Withdraw { .. } => "withdraw",
            Op::EndEra {} => "end_era",
            Op::Fund {} => "fund",
            Op::Award { .. } => "award",
            Op::Payout { .. } => "payout",
            Op::Report { .. } => "report",
            Op::ApplySlash { .. } => "apply_slash",
            Op::Retire {} => "retire",
            Op::Remove { .. } => "remove",
            Op::Collect { .. } => "collect",
        }
    }

    fn payable(&self) -> bool {
        matches!(self, Op::Register { .. } | Op::Bond { .. } | Op::Fund {})
    }

    fn arguments(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        self.map(name).encode()[1..].to_vec()
    }

    fn event(&self, who: Agent) -> (&'static str, Option<Agent>) {
        match *self {
            Op::Register { .. } => ("Bonded", Some(who)),
            Op::Bond { operator } | Op::Rebond { operator, .. } => ("Bonded", Some(operator)),
            Op::Unbond { operator, .. } => ("Unbonded", Some(operator)),
            Op::Withdraw { operator, .. } => ("Withdrawn", Some(operator)),
            Op::EndEra {} => ("EraEnded", None),
            Op::Fund {} => ("Funded", None),
            Op::Award { operator, .. } => ("Awarded", Some(operator)),
            Op::Payout { operator, .. } => ("PaidOut", Some(operator)),
            Op::Report { operator, .. } => ("Reported", Some(operator)),
            Op::ApplySlash { operator } => ("Slashed", Some(operator)),
            Op::Retire {} => ("Retired", Some(who)),
            Op::Remove { operator } => ("Retired", Some(operator)),
            Op::Collect { account } => ("Collected", Some(account)),
        }
    }
}

/// The receipts of the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
#[allow(missing_docs)]
pub enum Receipt {
    Bonded(Bonded),
    Unbonded(Unbonded),
    Paid(Paid),
    EraEnded(EraEnded),
    Funded(Funded),
    Awarded(Awarded),
    PaidOut(PaidOut),
    Reported(Reported),
    Slashed(Slashed),
    Retired(Retired),
}

/// The mechanism with its agents' tokens.
#[derive(Clone, Debug)]
pub struct Staking {
    /// The records.
    pub db: Memory,
    ledger: Ledger,
    block: Block,
}

impl Staking {
    /// Everything that the rules let an agent take out in the end, and what it has.
    pub fn wealth(&self, who: Agent) -> Balance {
        let at = who as usize;
        let value = |fund: Fund, shares| fund.value_down(shares).unwrap_or(0);
        let bonded = self.db.positions[at]
            .iter()
            .map(|(operator, shares)| value(self.db.pool(*operator).fund, *shares));
        let unbonding = self.db.unbondings[at]
            .iter()
            .map(|((operator, era), shares)| value(self.db.sub_pool(*operator, *era), *shares));
        let locked: Balance = bonded.chain(unbonding).sum();
        self.ledger.wallets[at] + self.db.credits[at] + locked
    }
}

impl Model for Staking {
    type Params = Params;
    type ParamsError = ParamsError;
    type Op = Op;
    type Receipt = Receipt;
    type Error = Error;

    const NAME: &'static str = "staking";
    const ROLES: &'static [&'static str] = &["slasher", "scorer", "sink"];

    fn new(params: Params, wallets: Vec<Balance>, block: Block) -> Result<Self, ParamsError> {
        params.check()?;
        let db = Memory::new(params, wallets.len(), block);
        Ok(Self { db, ledger: Ledger { wallets, held: 0 }, block })
    }

    fn advance(&mut self, blocks: Block) {
        self.block = self.block.saturating_add(blocks);
    }

    #[inline(always)]
    fn apply(&mut self, who: Agent, value: Balance, op: Op) -> Result<Receipt, Refusal<Error>> {
        if value > 0 {
            if !super::Op::payable(&op) {
                return Err(Refusal::NotPayable);
            }
            if !self.ledger.has(who, value) {
                return Err(Refusal::Unfunded);
            }
        }
        let db = &mut self.db;
        let receipt = match op {
            Op::Register { commission } => {
                rules::register(db, who, value, commission).map(Receipt::Bonded)
            }
            Op::Bond { operator } => rules::bond(db, who, operator, value).map(Receipt::Bonded),
            Op::Unbond { operator, shares } => {
                rules::unbond(db, who, operator, shares).map(Receipt::Unbonded)
            }
            Op::Rebond { operator, era } => {
                rules::rebond(db, who, operator, era).map(Receipt::Bonded)
            }
            Op::Withdraw { operator, era } => {
                rules::withdraw(db, who, operator, era).map(Receipt::Paid)
            }
            Op::EndEra {} => rules::end_era(db, self.block).map(Receipt::EraEnded),
            Op::Fund {} => rules::fund(db, value).map(Receipt::Funded),
            Op::Award { operator, points } => {
                rules::award(db, who, operator, points).map(Receipt::Awarded)
            }
            Op::Payout { operator, era } => rules::payout(db, operator, era).map(Receipt::PaidOut),
            Op::Report { operator, era, offence, reporter } => {
                rules::report(db, who, operator, era, offence, reporter).map(Receipt::Reported)
            }
            Op::ApplySlash { operator } => rules::apply_slash(db, operator).map(Receipt::Slashed),
            Op::Retire {} => rules::retire(db, who).map(Receipt::Retired),
            Op::Remove { operator } => rules::remove(db, operator).map(Receipt::Retired),
            Op::Collect { account } => rules::collect(db, account).map(Receipt::Paid),
        }
        .map_err(Refusal::Rules)?;
        self.ledger.take(who, value);
        match (op, receipt) {
            (Op::Withdraw { .. }, Receipt::Paid(paid)) => self.ledger.pay(who, paid.amount),
            (Op::Collect { account }, Receipt::Paid(paid)) => self.ledger.pay(account, paid.amount),
            _ => {}
        }
        Ok(receipt)
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn owed(&self) -> Balance {
        let db = &self.db;
        let pools = db.pools.iter().map(|pool| pool.fund.amount);
        let sub_pools = db.sub_pools.iter().flat_map(|funds| funds.iter().map(|(_, f)| f.amount));
        let payouts = db.eras.iter().map(|era| era.payout);
        let credits = db.credits.iter().copied();
        db.state.reserve + pools.chain(sub_pools).chain(payouts).chain(credits).sum::<Balance>()
    }

    fn constructor(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> Vec<u8> {
        (roles(name), self.db.params).encode()
    }

    fn storage(&self, name: &dyn Fn(Agent) -> [u8; 32]) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let db = &self.db;
        let mut cells = BTreeMap::new();
        let mut put = |cell: u32, key: Vec<u8>, value: Vec<u8>| {
            cells.insert([cell.encode(), key].concat(), value);
        };
        put(0, vec![], db.state.encode());
        put(1, vec![], db.params.encode());
        put(2, vec![], roles(name).encode());
        for (agent, at) in (0..db.pools.len()).map(|at| (name(at as Agent), at)) {
            if db.pools[at] != Pool::default() {
                put(3, agent.encode(), db.pools[at].encode());
            }
            for (operator, shares) in db.positions[at].iter() {
                put(4, (name(*operator), agent).encode(), shares.encode());
            }
            for (era, fund) in db.sub_pools[at].iter() {
                put(5, (agent, era).encode(), fund.encode());
            }
            for ((operator, era), shares) in db.unbondings[at].iter() {
                put(6, (name(*operator), agent, era).encode(), shares.encode());
            }
            for (era, points) in db.points[at].iter() {
                put(8, (agent, era).encode(), points.encode());
            }
            for ((era, offence), _) in db.reported[at].iter() {
                put(10, (agent, era, offence).encode(), vec![]);
            }
            for (number, report) in db.reports[at].iter() {
                if let Some(Report { era, offence, reported, reporter }) = *report {
                    let report = Report { era, offence, reported, reporter: name(reporter) };
                    put(11, (agent, number).encode(), report.encode());
                }
            }
            if db.credits[at] != 0 {
                put(12, agent.encode(), db.credits[at].encode());
            }
        }
        for (era, record) in db.eras.iter().enumerate() {
            if *record != EraRecord::default() {
                put(7, (era as Era).encode(), record.encode());
            }
        }
        for ((era, offence), offenders) in db.offenders.iter() {
            put(9, (era, offence).encode(), offenders.encode());
        }
        cells
    }
}

fn roles<Id>(name: impl Fn(Agent) -> Id) -> Roles<Id> {
    Roles { slasher: name(SLASHER), scorer: name(SCORER), sink: name(SINK) }
}

/// The records in memory, by agent.
#[derive(Clone, Debug)]
pub struct Memory {
    params: Params,
    state: State,
    pools: Vec<Pool>,
    /// By holder, then by operator.
    positions: Vec<Records<Agent, Shares>>,
    sub_pools: Vec<Records<Era, Fund>>,
    /// By holder, then by operator and era.
    unbondings: Vec<Records<(Agent, Era), Shares>>,
    eras: Vec<EraRecord>,
    points: Vec<Records<Era, u32>>,
    offenders: Records<(Era, Offence), u32>,
    reported: Vec<Records<(Era, Offence), bool>>,
    reports: Vec<Records<u32, Option<Report<Agent>>>>,
    credits: Vec<Balance>,
}

impl Memory {
    /// No records yet but those of the constructor, with room for `agents`.
    pub fn new(params: Params, agents: usize, block: Block) -> Self {
        Self {
            params,
            state: genesis(block),
            pools: vec![Pool::default(); agents],
            positions: vec![Records::default(); agents],
            sub_pools: vec![Records::default(); agents],
            unbondings: vec![Records::default(); agents],
            eras: Vec::new(),
            points: vec![Records::default(); agents],
            offenders: Records::default(),
            reported: vec![Records::default(); agents],
            reports: vec![Records::default(); agents],
            credits: vec![0; agents],
        }
    }
}

impl Db for Memory {
    type Id = Agent;

    #[inline]
    fn params(&self) -> Params {
        self.params
    }
    #[inline]
    fn roles(&self) -> Roles<Agent> {
        roles(|agent| agent)
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
    fn pool(&self, operator: Agent) -> Pool {
        self.pools[operator as usize]
    }
    #[inline]
    fn set_pool(&mut self, operator: Agent, pool: Pool) {
        self.pools[operator as usize] = pool;
    }
    #[inline]
    fn position(&self, operator: Agent, who: Agent) -> Shares {
        self.positions[who as usize].get(operator)
    }
    #[inline]
    fn set_position(&mut self, operator: Agent, who: Agent, shares: Shares) {
        self.positions[who as usize].set(operator, shares);
    }
    #[inline]
    fn sub_pool(&self, operator: Agent, era: Era) -> Fund {
        self.sub_pools[operator as usize].get(era)
    }
    #[inline]
    fn set_sub_pool(&mut self, operator: Agent, era: Era, fund: Fund) {
        self.sub_pools[operator as usize].set(era, fund);
    }
    #[inline]
    fn unbonding(&self, operator: Agent, who: Agent, era: Era) -> Shares {
        self.unbondings[who as usize].get((operator, era))
    }
    #[inline]
    fn set_unbonding(&mut self, operator: Agent, who: Agent, era: Era, shares: Shares) {
        self.unbondings[who as usize].set((operator, era), shares);
    }
    #[inline]
    fn era(&self, era: Era) -> EraRecord {
        self.eras.get(era as usize).copied().unwrap_or_default()
    }
    #[inline]
    fn set_era(&mut self, era: Era, record: EraRecord) {
        let at = era as usize;
        if at >= self.eras.len() {
            self.eras.resize(at + 1, EraRecord::default());
        }
        self.eras[at] = record;
    }
    #[inline]
    fn points(&self, operator: Agent, era: Era) -> u32 {
        self.points[operator as usize].get(era)
    }
    #[inline]
    fn set_points(&mut self, operator: Agent, era: Era, points: u32) {
        self.points[operator as usize].set(era, points);
    }
    #[inline]
    fn offenders(&self, era: Era, offence: Offence) -> u32 {
        self.offenders.get((era, offence))
    }
    #[inline]
    fn set_offenders(&mut self, era: Era, offence: Offence, offenders: u32) {
        self.offenders.set((era, offence), offenders);
    }
    #[inline]
    fn reported(&self, operator: Agent, era: Era, offence: Offence) -> bool {
        self.reported[operator as usize].get((era, offence))
    }
    #[inline]
    fn set_reported(&mut self, operator: Agent, era: Era, offence: Offence) {
        self.reported[operator as usize].set((era, offence), true);
    }
    #[inline]
    fn report(&self, operator: Agent, number: u32) -> Option<Report<Agent>> {
        self.reports[operator as usize].get(number)
    }
    #[inline]
    fn set_report(&mut self, operator: Agent, number: u32, report: Option<Report<Agent>>) {
        self.reports[operator as usize].set(number, report);
    }
    #[inline]
    fn credit(&self, who: Agent) -> Balance {
        self.credits[who as usize]
    }
    #[inline]
    fn set_credit(&mut self, who: Agent, credit: Balance) {
        self.credits[who as usize] = credit;
    }
}
