//! A second opinion on staking, slow and plain: every stake is an amount of its own, with an owner,
//! an operator and the eras in which it counts. There is no growth and no slash that waits for its
//! turn; what concerns everyone is a loop over everyone. Amounts have 128 binary places.
//!
//! It follows the calls that succeeded and predicts what everyone has. The contract rounds to whole
//! units. Each call misplaces a few of them, and a reward lets what is misplaced with its operator
//! grow along: [`Reference::slack`] is the sum.

use carrots::model::Agent;
use carrots_catalogue::staking::{Op, Receipt, SINK};
use carrots_kernel::{Balance, Perbill};
use carrots_logic::staking::{Era, MAX_SLASHES, Offence, Params};
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

/// With whom who staked, since when it counts, and until when if it unbonds. What operators bond to
/// themselves counts since era zero; what of it they added in an era is noted apart.
pub type Stake = (Agent, Agent, Era, Option<Era>);

/// A call, and what has to be known of the time before it.
pub struct Call {
    pub who: Agent,
    pub value: Balance,
    pub op: Op,
    /// The operator whom it concerns, or the caller.
    pub operator: Agent,
}

/// Whether a call begins the era for its operator.
fn begins(op: Op) -> bool {
    use Op::{ApplySlash, Award, Bond, Elect, Register, SetCommission, Unbond};
    let begins = matches!(op, Register { .. } | Bond { .. } | Unbond { .. } | Elect { .. });
    begins || matches!(op, SetCommission { .. } | Award { .. } | ApplySlash { .. })
}

/// A report: its number, era and offence, who reported it, and whether it was cancelled.
type Report = (u32, Era, Offence, Agent, bool);

pub struct Reference {
    params: Params,
    era: Era,
    stakes: BTreeMap<Stake, BigUint>,
    /// What operators bonded to themselves in an era: it does not count in it.
    added: BTreeMap<(Agent, Era), BigUint>,
    /// By operator: the commissions that it asked, and since when.
    commissions: BTreeMap<Agent, Vec<(Era, Perbill)>>,
    active: BTreeSet<Agent>,
    /// Operators that had a place when an era began.
    operators: Vec<usize>,
    /// What was with each operator when an era began, but for what was bonded in earlier ones and not paid.
    counted: BTreeMap<(Era, Agent), BigUint>,
    /// What counted for the payout of an era.
    staked: Balance,
    points: BTreeMap<(Era, Agent), u32>,
    payouts: Vec<Balance>,
    paid: BTreeSet<(Era, Agent)>,
    /// By operator, those that wait, the oldest first.
    reports: BTreeMap<Agent, VecDeque<Report>>,
    /// How often an operator was slashed.
    slashes: BTreeMap<Agent, u32>,
    /// What was unbonding when it was last written.
    unbonded: BTreeMap<Stake, BigUint>,
    /// The block, and that in which the era began.
    pub block: u32,
    began: u32,
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
            added: BTreeMap::new(),
            counted: BTreeMap::new(),
            staked: 0,
            commissions: BTreeMap::new(),
            active: BTreeSet::new(),
            operators: vec![],
            points: BTreeMap::new(),
            payouts: vec![],
            paid: BTreeSet::new(),
            reports: BTreeMap::new(),
            slashes: BTreeMap::new(),
            unbonded: BTreeMap::new(),
            block: 0,
            began: 0,
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

    /// All that an account unbonds from an operator.
    pub fn unbonding(
        &self,
        operator: Agent,
        who: Agent,
    ) -> impl Iterator<Item = (Agent, Agent, Era, Era)> {
        let all = self.stakes.keys().filter(move |stake| (stake.0, stake.1) == (operator, who));
        all.filter_map(|stake| stake.3.map(|until| (stake.0, stake.1, stake.2, until)))
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
        let Call { who, value, op, operator } = call;
        *self.slack.entry(operator).or_default() += 3.0;
        if begins(op) && !self.counted.contains_key(&(self.era, operator)) {
            let bonded = self.bonded(operator).map(|(_, amount)| amount.clone()).sum();
            self.counted.insert((self.era, operator), bonded);
        }
        match (op, done) {
            (Op::Register { commission }, Receipt::Registered(registered)) => {
                self.announce(who, commission);
                self.bond(who, who, value);
                if registered.placed {
                    self.active.insert(who);
                }
            }
            (Op::Bond { operator }, _) => self.bond(operator, who, value),
            (Op::Unbond { operator, since, amount }, Receipt::Unbonded(unbonded)) => {
                let stake = self.take((operator, who, since, None));
                let all = amount >= unbonded.amount.max(units(&stake));
                let leaves = if all { stake.clone() } else { exact(amount).min(stake.clone()) };
                self.near(units(&leaves), unbonded.amount, operator, "unbonds");
                let stays = stake - &leaves;
                if who == operator && since == 0 {
                    let added = self.added.entry((operator, self.era)).or_default();
                    *added = (*added).clone().min(stays.clone());
                }
                self.add((operator, who, since, None), stays);
                let unbonding = (operator, who, since, Some(self.era));
                self.burn(unbonding);
                self.add(unbonding, leaves);
                let unbonds = self.stakes[&unbonding].clone();
                self.unbonded.insert(unbonding, unbonds);
            }
            (Op::Withdraw { account, operator, since, until }, Receipt::Paid(paid)) => {
                let unbonding = (operator, account, since, Some(until));
                self.burn(unbonding);
                let leaves = self.take(unbonding);
                self.unbonded.remove(&unbonding);
                self.near(units(&leaves), paid.amount, operator, "is paid");
            }
            (Op::Elect { operator, other }, _) => {
                if self.active.len() >= self.params.max_operators as usize {
                    self.active.remove(&other);
                }
                self.active.insert(operator);
            }
            (Op::SetCommission { commission }, _) => self.announce(who, commission),
            (Op::EndEra {}, Receipt::EraEnded(ended)) => self.end_era(ended.payout),
            (Op::Fund {}, _) => self.reserve += exact(value),
            (Op::Award { operator, points }, _) => {
                *self.points.entry((self.era, operator)).or_default() += points;
            }
            (Op::Payout { operator }, Receipt::PaidOut(paid)) => self.pay_out(operator, paid.era),
            (Op::Report { operator, era, offence, reporter }, Receipt::Reported(reported)) => {
                self.offenders.insert((era, offence, operator));
                let report = (reported.number, era, offence, reporter, false);
                self.reports.entry(operator).or_default().push_back(report);
            }
            (Op::Cancel { operator, number }, _) => {
                let reports = self.reports.entry(operator).or_default();
                for report in reports.iter_mut().filter(|report| report.0 == number) {
                    self.offenders.remove(&(report.1, report.2, operator));
                    report.4 = true;
                }
            }
            (Op::ApplySlash { operator }, Receipt::Slashed(slashed)) => {
                let fraction = self.slash(operator);
                assert_eq!(fraction, slashed.fraction.deconstruct().into(), "fraction");
                let slashes = self.slashes.entry(operator).or_default();
                *slashes += u32::from(fraction > 0);
                if *slashes >= MAX_SLASHES {
                    self.active.remove(&operator);
                }
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

    fn bond(&mut self, operator: Agent, who: Agent, value: Balance) {
        if who == operator {
            *self.added.entry((operator, self.era)).or_default() += exact(value);
            self.add((operator, who, 0, None), exact(value));
        } else {
            self.add((operator, who, self.era + 1, None), exact(value));
        }
    }

    /// What an account unbonds lost since it was last written: the sink is credited with it.
    fn burn(&mut self, unbonding: Stake) {
        let unbonds = self.stakes.get(&unbonding).cloned().unwrap_or_default();
        let before = self.unbonded.get(&unbonding).cloned().unwrap_or_else(|| unbonds.clone());
        self.outside += 1.0 + self.slack.get(&unbonding.0).copied().unwrap_or(0.0);
        *self.credits.entry(SINK).or_default() += before - unbonds;
    }

    /// What is bonded to an operator.
    fn bonded(&self, operator: Agent) -> impl Iterator<Item = (&Stake, &BigUint)> {
        let all = (operator, 0, 0, None)..=(operator, Agent::MAX, Era::MAX, Some(Era::MAX));
        self.stakes.range(all).filter(|((_, _, _, until), _)| until.is_none())
    }

    /// From the era after the next on; the first at once.
    fn announce(&mut self, who: Agent, commission: Perbill) {
        let (era, asked) = (self.era, self.commissions.entry(who).or_default());
        asked.retain(|(from, _)| *from <= era);
        asked.push((if asked.is_empty() { 0 } else { era + 2 }, commission));
    }

    fn end_era(&mut self, payout: Balance) {
        let points = self.points.range((self.era, 0)..=(self.era, Agent::MAX));
        let counts = |((era, operator), _): (&(Era, Agent), &u32)| {
            self.counted.get(&(*era, *operator)).is_some_and(|counted| units(counted) > 0)
        };
        let granted = if points.into_iter().any(counts) { self.granted() } else { 0.0 };
        let expected = granted.min(units(&self.reserve) as f64);
        let slack = 2.0 + expected * 1e-6 + self.outside;
        assert!((payout as f64 - expected).abs() <= slack, "pays {payout}, expected {expected}");
        self.reserve -= exact(payout).min(self.reserve.clone());
        self.payouts.push(payout);
        self.operators.push(self.active.len());
        let placed = self.active.iter().flat_map(|operator| self.bonded(*operator));
        self.staked = placed.map(|(_, amount)| units(amount)).sum();
        self.began = self.block;
        self.era += 1;
    }

    /// The reward curve in floating point.
    fn granted(&self) -> f64 {
        let p = &self.params;
        let part = |fraction: Perbill| f64::from(fraction.deconstruct()) / 1e9;
        let (share, ideal) = (self.staked as f64 / p.issuance as f64, part(p.ideal_stake));
        let (min, range) = (part(p.min_inflation), part(p.max_inflation) - part(p.min_inflation));
        let above = match share <= ideal {
            true => range * share / ideal,
            false => range * 2f64.powf((ideal - share) / part(p.falloff)),
        };
        let years = f64::from(self.block - self.began) / f64::from(p.year_blocks);
        p.issuance as f64 * (min + above) * years
    }

    /// Gives an operator's part to its owner and to all that was bonded to it when the era began and
    /// still is, each by its stake.
    fn pay_out(&mut self, operator: Agent, era: Era) {
        assert!(self.paid.insert((era, operator)), "{operator} is paid for {era} again");
        let weight = |(era, operator): &(Era, Agent), points: &u32| {
            self.counted[&(*era, *operator)].clone() * *points
        };
        let all = self.points.range((era, 0)..=(era, Agent::MAX));
        let total: BigUint = all.map(|(at, points)| weight(at, points)).sum();
        let own = weight(&(era, operator), &self.points[&(era, operator)]);
        self.outside += 2.0 + self.active.len() as f64;
        let part = match total == exact(0) {
            true => exact(0),
            false => exact(self.payouts[era as usize]) * own / total,
        };
        let added = self.added.get(&(operator, era)).cloned().unwrap_or_default();
        let standing = |((_, who, since, _), amount): (&Stake, &BigUint)| match *who == operator {
            true => amount - added.clone().min(amount.clone()),
            false if *since <= era => amount.clone(),
            false => exact(0),
        };
        let parts: Vec<(Stake, BigUint)> =
            self.bonded(operator).map(|stake| (*stake.0, standing(stake))).collect();
        let all: BigUint = parts.iter().map(|(_, amount)| amount).sum();
        // What has left since earns nothing.
        let counted = self.counted[&(era, operator)].clone();
        let earned = match counted == exact(0) {
            true => exact(0),
            false => &part * all.clone().min(counted.clone()) / counted,
        };
        let asked = self.commissions[&operator].iter().rfind(|(from, _)| *from <= era);
        let commission = &earned * asked.expect("it asks one").1.deconstruct() / BILLION;
        // It doubles at most.
        let shared = (&earned - &commission).min(all.clone());
        self.reserve += &earned - &commission - &shared;
        *self.credits.entry(operator).or_default() += commission;
        self.reserve += part - earned;
        self.outside += 1.0;
        if all == exact(0) {
            return;
        }
        let slack = self.slack.entry(operator).or_default();
        *slack = (*slack + 2.0) * (1.0 + units(&shared) as f64 / units(&all).max(1) as f64);
        for (stake, amount) in parts {
            self.add(stake, &shared * amount / &all);
        }
    }

    /// Takes a fraction of all that counted with the operator in the era of its oldest reported
    /// offence, whether it is still there or not. Gives the fraction in billionths.
    fn slash(&mut self, operator: Agent) -> u128 {
        let reports = self.reports.get_mut(&operator).expect("there is a report");
        let (_, era, offence, reporter, cancelled) =
            reports.pop_front().expect("there is a report");
        let offenders = self.offenders.range((era, offence, 0)..=(era, offence, Agent::MAX));
        // Nobody has a place when the first era begins.
        let operators = match era.checked_sub(1) {
            Some(before) => self.operators[before as usize],
            None => 0,
        };
        let fraction = match cancelled {
            true => 0,
            false => self.fraction(offence, offenders.count() as u128, operators as u128),
        };
        let own = self.stakes.get(&(operator, operator, 0, None)).cloned().unwrap_or_default();
        let share = self.params.reporter_share.deconstruct();
        let reward = own * fraction * share / BILLION / BILLION;
        let mut taken = exact(0);
        for ((with, _, since, until), amount) in &mut self.stakes {
            if *with == operator && *since <= era && until.is_none_or(|until| until >= era) {
                let loss = &*amount * fraction / BILLION;
                *amount -= &loss;
                taken += if until.is_none() { loss } else { exact(0) };
            }
        }
        if let Some(added) = self.added.get_mut(&(operator, self.era)) {
            *added -= &*added * fraction / BILLION;
        }
        let funds = f64::from(self.era - era + 2);
        *self.slack.entry(operator).or_default() += funds;
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
