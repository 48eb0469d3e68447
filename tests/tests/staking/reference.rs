//! A second opinion on staking, slow and plain: every stake is an amount of its own, with an owner,
//! an operator and the era in which it left. There are no shares and no accumulators; what
//! concerns everyone is a loop over everyone. Amounts have 128 binary places.
//!
//! It follows the calls that succeeded and predicts what everyone has. The contract rounds to whole
//! units and whole shares. Each call misplaces at most a share's price and a unit per fund, and a
//! reward lets what is misplaced in its pool grow along: [`Reference::slack`] is the sum.

use carrots::model::Agent;
use carrots_catalogue::staking::{Op, Receipt, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Era, Offence, Params};
use num_bigint::BigUint;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const PLACES: u32 = 128;
const BILLION: u128 = 1_000_000_000;

fn exact(amount: Balance) -> BigUint {
    BigUint::from(amount) << PLACES
}

fn units(amount: &BigUint) -> Balance {
    (amount >> PLACES).try_into().expect("no amount is above the supply")
}

/// Who staked what with whom, and since when it is unbonding.
type Stake = (Agent, Agent, Option<Era>);

/// A call, and what has to be known of the time before it.
pub struct Call {
    pub who: Agent,
    pub value: Balance,
    pub op: Op,
    /// The operator whom it concerns, or the caller.
    pub operator: Agent,
    /// The shares that the caller had of the operator's pool.
    pub held: u128,
    /// What such a share was worth, rounded up.
    pub price: Balance,
}

pub struct Reference {
    params: Params,
    era: Era,
    stakes: BTreeMap<Stake, BigUint>,
    commissions: BTreeMap<Agent, Perbill>,
    active: BTreeSet<Agent>,
    /// Active operators when an era ended.
    operators: Vec<usize>,
    points: BTreeMap<(Era, Agent), u32>,
    payouts: Vec<Balance>,
    paid: BTreeSet<(Era, Agent)>,
    reports: BTreeMap<Agent, VecDeque<(Era, Offence, Agent)>>,
    offenders: BTreeSet<(Era, Offence, Agent)>,
    credits: BTreeMap<Agent, BigUint>,
    reserve: BigUint,
    /// By operator: what rounding may have misplaced in its pool.
    slack: BTreeMap<Agent, f64>,
    /// What rounding may have misplaced in credits and the reserve.
    outside: f64,
}

impl Reference {
    pub fn new(params: Params) -> Self {
        Self {
            params,
            era: 0,
            stakes: BTreeMap::new(),
            commissions: BTreeMap::new(),
            active: BTreeSet::new(),
            operators: vec![],
            points: BTreeMap::new(),
            payouts: vec![],
            paid: BTreeSet::new(),
            reports: BTreeMap::new(),
            offenders: BTreeSet::new(),
            credits: BTreeMap::new(),
            reserve: exact(0),
            slack: BTreeMap::new(),
            outside: 0.0,
        }
    }

    /// What a stake is worth.
    pub fn stake(&self, stake: Stake) -> Balance {
        self.stakes.get(&stake).map_or(0, units)
    }

    /// What an account can collect.
    pub fn credit(&self, who: Agent) -> Balance {
        self.credits.get(&who).map_or(0, units)
    }

    /// What rewards are paid from.
    pub fn reserve(&self) -> Balance {
        units(&self.reserve)
    }

    /// How far a stake with an operator may be off.
    pub fn slack(&self, operator: Agent) -> Balance {
        self.slack.get(&operator).map_or(1, |slack| slack.ceil() as Balance + 1)
    }

    /// How far a credit or the reserve may be off.
    pub fn slack_outside(&self) -> Balance {
        self.outside.ceil() as Balance + 1
    }

    /// Follows a call that succeeded.
    pub fn follow(&mut self, call: Call, done: Receipt) {
        let Call { who, value, op, operator, held, price } = call;
        *self.slack.entry(operator).or_default() += 2.0 + price as f64;
        match (op, done) {
            (Op::Register { commission }, _) => {
                self.active.insert(who);
                self.commissions.insert(who, commission);
                self.add((who, who, None), exact(value));
            }
            (Op::Bond { operator }, _) => {
                self.add((operator, who, None), exact(value));
            }
            (Op::Unbond { operator, shares }, Receipt::Unbonded(unbonded)) => {
                let stake = self.take((operator, who, None));
                let leaves = &stake * shares / held;
                self.near(units(&leaves), unbonded.amount, operator, "unbonds");
                self.add((operator, who, None), stake - &leaves);
                self.add((operator, who, Some(self.era)), leaves);
            }
            (Op::Rebond { operator, era }, Receipt::Bonded(bonded)) => {
                let returns = self.take((operator, who, Some(era)));
                self.near(units(&returns), bonded.amount, operator, "returns");
                self.add((operator, who, None), returns);
            }
            (Op::Withdraw { operator, era }, Receipt::Paid(paid)) => {
                let leaves = self.take((operator, who, Some(era)));
                self.near(units(&leaves), paid.amount, operator, "is paid");
            }
            (Op::EndEra {}, Receipt::EraEnded(ended)) => self.end_era(ended.payout),
            (Op::Fund {}, _) => self.reserve += exact(value),
            (Op::Award { operator, points }, _) => {
                *self.points.entry((self.era, operator)).or_default() += points;
            }
            (Op::Payout { operator, era }, _) => self.pay_out(operator, era),
            (Op::Report { operator, era, offence, reporter }, _) => {
                self.offenders.insert((era, offence, operator));
                self.reports.entry(operator).or_default().push_back((era, offence, reporter));
            }
            (Op::ApplySlash { operator }, Receipt::Slashed(slashed)) => {
                let fraction = self.slash(operator);
                assert_eq!(fraction, slashed.fraction.deconstruct().into(), "fraction");
            }
            (Op::Retire {}, _) => drop(self.active.remove(&who)),
            (Op::Remove { operator }, _) => drop(self.active.remove(&operator)),
            (Op::Collect { account }, _) => drop(self.credits.remove(&account)),
            other => panic!("{other:?}"),
        }
    }

    fn near(&self, expected: Balance, got: Balance, operator: Agent, what: &str) {
        let slack = self.slack(operator);
        assert!(expected.abs_diff(got) <= slack, "{what}: {got}, expected {expected} +- {slack}");
    }

    fn add(&mut self, stake: Stake, amount: BigUint) {
        *self.stakes.entry(stake).or_default() += amount;
    }

    fn take(&mut self, stake: Stake) -> BigUint {
        self.stakes.remove(&stake).unwrap_or_default()
    }

    fn end_era(&mut self, payout: Balance) {
        let points = self.points.range((self.era, 0)..=(self.era, Agent::MAX));
        let granted = if points.count() == 0 { 0.0 } else { self.granted() };
        let expected = granted.min(units(&self.reserve) as f64);
        let slack = 2.0 + expected * 1e-6 + self.outside;
        assert!((payout as f64 - expected).abs() <= slack, "pays {payout}, expected {expected}");
        self.reserve -= exact(payout).min(self.reserve.clone());
        self.payouts.push(payout);
        self.operators.push(self.active.len());
        self.era += 1;
    }

    /// The reward curve in floating point.
    fn granted(&self) -> f64 {
        let p = &self.params;
        let part = |fraction: Perbill| f64::from(fraction.deconstruct()) / 1e9;
        let bonded = self.stakes.iter().filter(|((_, _, left), _)| left.is_none());
        let staked = bonded.map(|(_, amount)| units(amount) as f64).sum::<f64>();
        let (share, ideal) = (staked / p.issuance as f64, part(p.ideal_stake));
        let (min, range) = (part(p.min_inflation), part(p.max_inflation) - part(p.min_inflation));
        let above = match share <= ideal {
            true => range * share / ideal,
            false => range * 2f64.powf((ideal - share) / part(p.falloff)),
        };
        let years = f64::from(p.era_blocks) / f64::from(p.year_blocks);
        p.issuance as f64 * (min + above) * years
    }

    /// Gives an operator's part to its owner and to all that are bonded to it, each by its stake.
    fn pay_out(&mut self, operator: Agent, era: Era) {
        assert!(self.paid.insert((era, operator)), "{operator} is paid for {era} again");
        let total: u64 = (self.points.range((era, 0)..=(era, Agent::MAX)))
            .map(|(_, points)| u64::from(*points))
            .sum();
        let part = exact(self.payouts[era as usize]) * self.points[&(era, operator)] / total;
        let commission = &part * self.commissions[&operator].deconstruct() / BILLION;
        let shared = part - &commission;
        *self.credits.entry(operator).or_default() += commission;
        let bonded = (operator, 0, None)..=(operator, Agent::MAX, None);
        let bonded = self.stakes.range_mut(bonded).filter(|((_, _, left), _)| left.is_none());
        let bonded: Vec<_> = bonded.map(|(_, amount)| amount).collect();
        let all: BigUint = bonded.iter().map(|amount| &**amount).sum();
        // An operator's points are as many roundings as there are operators.
        self.outside += 2.0 + self.active.len() as f64;
        if all == exact(0) {
            self.reserve += shared;
            return;
        }
        let slack = self.slack.entry(operator).or_default();
        *slack = (*slack + 2.0) * (1.0 + units(&shared) as f64 / units(&all).max(1) as f64);
        for amount in bonded {
            *amount += &shared * &*amount / &all;
        }
    }

    /// Takes a fraction of all that was bonded to the operator in the era of its oldest reported
    /// offence, whether it is still there or not. Gives the fraction in billionths.
    fn slash(&mut self, operator: Agent) -> u128 {
        let reports = self.reports.get_mut(&operator).expect("there is a report");
        let (era, offence, reporter) = reports.pop_front().expect("there is a report");
        let offenders = self.offenders.range((era, offence, 0)..=(era, offence, Agent::MAX));
        let now = self.active.len();
        let operators = self.operators.get(era as usize).copied().unwrap_or(now);
        let fraction = self.fraction(offence, offenders.count() as u128, operators as u128);
        let own = self.stakes.get(&(operator, operator, None)).cloned().unwrap_or_default();
        let share = self.params.reporter_share.deconstruct();
        let reward = own * fraction * share / BILLION / BILLION;
        let mut taken = exact(0);
        for ((with, _, left), amount) in &mut self.stakes {
            if *with == operator && left.is_none_or(|left| left >= era) {
                let loss = &*amount * fraction / BILLION;
                *amount -= &loss;
                taken += loss;
            }
        }
        let funds = f64::from(self.era - era + 2);
        *self.slack.entry(operator).or_default() += 1.0;
        self.outside += funds * (1.0 + self.slack[&operator]);
        *self.credits.entry(SINK).or_default() += taken - &reward;
        *self.credits.entry(reporter).or_default() += reward;
        fraction
    }

    fn fraction(&self, offence: Offence, k: u128, operators: u128) -> u128 {
        let n = operators.max(k);
        let cap = u128::from(self.params.unresponsive_slash.deconstruct());
        match offence {
            Offence::Equivocation => (9 * k * k * BILLION).div_ceil(n * n).min(BILLION),
            Offence::Unresponsiveness if k <= n / 10 + 1 => 0,
            Offence::Unresponsiveness => (3 * (k - n / 10 - 1) * cap).div_ceil(n).min(cap),
            Offence::Misconduct => self.params.misconduct_slash.deconstruct().into(),
        }
    }
}
