//! Staking with slashing.
//!
//! *Operators* register with a commission and a bond of their own; anyone bonds to an operator.
//! Time is counted in *eras* of blocks. So many operators as there are places are on duty in an era,
//! those with the most stake: a waiting operator takes the place of one with less. At an era's end a
//! payout, set by the reward [`curve`] and taken from a reserve that anyone may fund, is divided by
//! the points that operators were awarded, times the stake with which they began the era; each
//! operator's part is pulled once: its commission, and the rest for all stake that was with it. An
//! offence, once reported, costs everything that was bonded to the operator in the era of the offence
//! a fraction that depends on how many others offended with it ([`offences`]).
//!
//! **Intended behaviour**: operators do their duty and never offend; bonders avoid offenders.
//!
//! # What is bonded
//!
//! What an account bonds to an operator in an era is a *lot*: it counts from the next era on, earns
//! from then on and is at risk from then on. Rewards make lots grow: what a payout adds to the stake
//! of a pool that was there when the era began multiplies all of its lots by the same number, the
//! pool's *growth*. Slashes are numbered; a lot follows from what it was when it was last written, the
//! growth since, and the slashes since for eras in which it counted. So neither a payout nor a slash
//! visits a lot. An operator's own bond is no lot: it is liable for every era.
//!
//! # What stands still when
//!
//! | number | what depends on it | fixed | who can move it until then |
//! | --- | --- | --- | --- |
//! | stake of all operators on duty | an era's payout | when the era begins | whoever bonds and unbonds |
//! | stake of an operator | its part of the payout, its place | when the era begins | the same |
//! | points | its part of the payout | when the era ends | the scorer |
//! | length of the era | the payout | when the era ends | whoever ends it: the payout is for the time |
//! | commission | the operator's cut | an era and a block before the era begins | the operator |
//! | operators on duty, `n` | the fraction of a slash | when the era of the offence begins | who takes a place |
//! | offenders, `k` | the fraction of a slash | when the first slash for the era may be due | the slasher and the canceller |
//! | who was bonded | who is slashed | when the era of the offence begins | whoever bonds and unbonds |
//!
//! # Why leaving is no escape, and coming late no risk
//!
//! What is bonded or unbonds is slashed for the eras in which it counted, and for those only. What
//! unbonds can be taken out `unbonding_eras` later, after the last moment at which its last era can
//! be reported, and then only when every slash reported until that moment has been applied.
//! A lot that was bonded after an offence owes it nothing, however late that is reported. No slash is due
//! before all offenders of its era could be reported and false reports cancelled. Slashes of
//! an operator are applied in the order of their reports, by anyone, once each. A retired operator
//! stays liable, so retiring changes nothing. Self-reporting does not pay, since the reporter's
//! share, below one, is taken of what the operator itself loses, not of what its bonders lose.
//!
//! # Why a place is held by stake only
//!
//! Everyone may register; who finds no place waits, and may be bonded to. A waiting operator with
//! more stake takes the place of one with less ([`elect`]), as soon as anybody says so: it, its
//! bonders and whoever lost its place to a passing stake have reason to. What counts is what stood
//! when the era began and still does, and it counts from the next era on. Nobody is paid
//! for points beyond its stake: what left in an era, or was slashed, earns nothing in it and leaves its
//! part in the reserve, so an operator that its bonders left earns what its own bond does.
//!
//! # Who keeps the clock
//!
//! Who is awarded points wants the era to end, and its payout pulled: before that it is awarded none
//! in a later era, and its bonders can neither come nor leave. The payout is for the time that an era
//! took: who ends it late takes nothing from anybody. Reporters want slashes applied, and so does who
//! wants to withdraw.
//!
//! # What is owed
//!
//! What is with each operator, what unbonds, unpaid payouts and credits, and the reserve. Every amount
//! enters one of them when it enters the contract and leaves the contract when it leaves them. Lots
//! are rounded down, so all lots with an operator are at most what is with it; what rounding leaves
//! there stays, for each call less than a unit and 2^-80 of the amount.

pub mod curve;
mod entries;
pub mod offences;
mod records;
mod slashes;

pub use carrots_kernel::accounts::{Accounts, Paid};
pub use entries::*;
pub use records::*;
pub use slashes::*;

use carrots_kernel::math::{mul_div_down, mul_div_up, part_down, part_up};
use Error as E;

carrots_kernel::mechanism! {
    /// Operators stake on doing their duty: an era's payout rewards it, slashes punish offences.
    mechanism Staking;

    params {
        /// length of an era
        era_blocks: Block, "blocks", >= 1;
        /// length of a year, for the reward curve
        year_blocks: Block, "blocks", >= era_blocks;
        /// from unbonding to withdrawal
        ///
        /// Longer than an offence can be reported: stake cannot leave before.
        unbonding_eras: Era, "eras", > report_eras, <= MAX_ERAS;
        /// in which an offence can be reported
        report_eras: Era, "eras";
        /// for cancelling, after the last era in which an offence can be reported
        ///
        /// A slash is due `report_eras`, one and these after its report. What it takes depends on all
        /// offenders of its era: nobody gains by applying it before all are reported, and whoever is
        /// reported in the last moment can be cleared, too.
        slash_defer_eras: Era, "eras", <= MAX_ERAS;
        /// operators on duty at a time
        max_operators: u32, "accounts", >= 1;
        /// least bond of an operator to itself
        min_self_bond: Balance, "tokens", >= 1;
        /// least amount of one bond
        min_bond: Balance, "tokens", >= 1;
        /// highest commission
        max_commission: Perbill, "fraction";
        /// reporter's share of the operator's own loss
        ///
        /// Were it all, reporting oneself would be free.
        reporter_share: Perbill, "fraction", < 1;
        /// most that an unresponsive operator loses
        unresponsive_slash: Perbill, "fraction";
        /// what misconduct costs
        misconduct_slash: Perbill, "fraction";
        /// supply that inflation refers to
        issuance: Balance, "tokens", >= 1;
        /// yearly, with nothing staked
        min_inflation: Perbill, "fraction";
        /// yearly, at the ideal stake
        max_inflation: Perbill, "fraction", >= min_inflation;
        /// staked share that pays best
        ideal_stake: Perbill, "fraction", > 0;
        /// excess over the ideal that halves the reward
        falloff: Perbill, "fraction", > 0;
    }

    roles {
        /// Reports offences.
        slasher,
        /// Awards points.
        scorer,
        /// Is credited with what slashes burn.
        sink != slasher,
        /// Cancels reports until their slash is applied, and can do nothing else.
        canceller != slasher,
    }

    storage {
        /// The state of the whole system.
        state: State = genesis(now);
        /// What is with an operator.
        pools: pool(operator: Id) -> Pool;
        /// What an account bonded to an operator that counts from an era on.
        lots: lot(operator: Id, who: Id, since: Era) -> Lot, by who;
        /// All lots with an operator that count from an era on, as one, once it has begun.
        cohorts: cohort(operator: Id, since: Era) -> Cohort, internal;
        /// What an account unbonded in an era of what counted since another.
        unbondings: unbonding(operator: Id, who: Id, since: Era, until: Era) -> Unbonding, by who;
        /// An era's account.
        eras: era(era: Era) -> EraRecord;
        /// Operators reported for an offence in an era.
        offenders: offenders(era: Era, offence: Offence) -> u32, internal;
        /// Whether an operator was reported for an offence in an era. Never unset.
        reported: reported(operator: Id, era: Era, offence: Offence) -> bool, internal;
        /// An operator's report that waits for its slash, by its number.
        reports: report_at(operator: Id, number: u32) -> Option<Report<Id>>;
        /// An operator's slash that took something, by its number.
        slashes: slash_at(operator: Id, number: u32) -> Slash, internal;
    }

    views {
        /// What an account's lot with an operator is worth.
        lot(operator: Id, who: Id, since: Era) -> Result<Balance, Error>;
        /// What is left of what an account unbonds.
        unbonding(operator: Id, who: Id, since: Era, until: Era) -> Result<Balance, Error>;
    }

    messages {
        /// become an operator
        register(who, value, commission: Perbill) => Registered;
        /// bond to an operator
        bond(who, operator: Id, value) => Bonded(operator);
        /// begin to unbond of what counts since an era
        unbond(who, operator: Id, since: Era, amount: Balance) => Unbonded(operator);
        /// take out, for anyone, what an account unbonded
        withdraw(account: Id, operator: Id, since: Era, until: Era) => Paid as Withdrawn(operator), pays account;
        /// give a waiting operator a place, that of another with less stake where none is free
        elect(operator: Id, other: Id) => Elected(operator);
        /// announce the commission from the era after the next on
        set_commission(who, commission: Perbill) => Announced;
        /// end the era in progress, once it is over
        end_era(now) => EraEnded;
        /// add to the reserve
        fund(value) => Funded;
        /// scorer: award points in the era in progress
        award(who, operator: Id, points: u32) => Awarded(operator);
        /// pull an operator's part of the payout of the last era with points
        payout(operator: Id) => PaidOut(operator);
        /// slasher: report an offence
        report(who, operator: Id, reporter: Id, era: Era, offence: Offence) => Reported(operator);
        /// canceller: cancel a report while no slash for its era can be due
        cancel(who, operator: Id, number: u32) => Cancelled(operator);
        /// apply the oldest slash that is due
        apply_slash(operator: Id) => Slashed(operator);
        /// stop being an operator
        retire(who) => Retired(who);
        /// retire an operator whose own bond is too low
        remove(operator: Id) => Retired(operator);
    }

    errors {
        /// The caller is not the configured slasher.
        NotSlasher,
        /// The caller is not the configured scorer.
        NotScorer,
        /// The caller is not the configured canceller.
        NotCanceller,
        /// The caller is an operator already.
        AlreadyRegistered,
        /// The operator was slashed [`MAX_SLASHES`] times and cannot return.
        Banned,
        /// The commission is above `max_commission`.
        CommissionTooHigh,
        /// A commission that was announced an era ago begins with the next: another can be announced then.
        CommissionPending,
        /// The operator's own bond is or would be below `min_self_bond`.
        SelfBondTooLow,
        /// The bond is below `min_bond`.
        BondTooLow,
        /// It is no operator, or it has retired.
        NotRegistered,
        /// Nobody of that name ever was an operator.
        NotOperator,
        /// The operator does not wait for a place.
        NotWaiting,
        /// There is no place free, and the other has none to give.
        NoPlace,
        /// The other operator has as much stake, or more.
        StakeTooLow,
        /// The operator is not on duty in this era.
        NotOnDuty,
        /// A slash of the operator is due, and applied by `apply_slash` before anything is bonded; or one for
        /// that era may be, and what it takes depends on whether this one is cancelled.
        SlashDue,
        /// A finished era of the operator is not paid out yet: call `payout` first.
        PayoutOpen,
        /// The number of points or tokens is zero.
        Zero,
        /// The caller has bonded nothing to that operator that counts since that era.
        NothingBonded,
        /// The account unbonded no such stake in that era.
        NothingUnbonding,
        /// The unbonding eras have not passed.
        StillUnbonding,
        /// A slash that may concern the stake waits to be applied.
        SlashPending,
        /// The era in progress has not lasted `era_blocks` yet.
        EraNotOver,
        /// The operator has no points in a finished era, or was paid for them.
        NothingToPay,
        /// The era has not begun.
        EraInFuture,
        /// The offence is more than `report_eras` old.
        ReportTooLate,
        /// That offence of that operator in that era was reported before.
        AlreadyReported,
        /// No slash of the operator waits, or none of that number.
        NoSlash,
        /// The report was cancelled before.
        AlreadyCancelled,
        /// The operator's next slash is still deferred.
        SlashDeferred,
        /// The operator's own bond is not below `min_self_bond`.
        SelfBondSufficient,
        /// A sum does not fit.
        Overflow,
    }
}

// What is never inlined makes the contract smaller, and its code is most of what a call costs.
impl Pool {
    /// Whether reported offences wait for their slash.
    pub fn accused(&self) -> bool {
        self.first_report != self.next_report
    }

    /// Whether it is registered: it takes bonds.
    pub fn registered(&self) -> bool {
        matches!(self.status, Status::Waiting | Status::Active)
    }

    /// Whether it has a duty in an era, and may be awarded points.
    pub fn on_duty(&self, era: Era) -> bool {
        (self.duty_from..self.duty_until).contains(&era)
    }

    /// Whether it has points in an era that is over.
    pub fn unpaid(&self, era: Era) -> bool {
        self.points > 0 && self.era < era
    }

    /// Begins an era, if that was not done: what was bonded in an earlier one counts from the one after
    /// that on, and its lots are a cohort, which is to be written.
    #[inline(never)]
    fn begin(&mut self, era: Era) -> Result<Begun, Error> {
        if self.unpaid(era) {
            return Err(E::PayoutOpen);
        }
        if self.era >= era {
            return Ok(None);
        }
        let (since, lots) = (self.era.saturating_add(1), self.joining());
        self.era = era;
        self.counted = self.stake.all;
        self.joined = Stake::default();
        if era >= self.next_from {
            self.commission = self.next_commission;
        }
        let cohort = Cohort { start: self.growth, lots: Lot::of(lots, self) };
        Ok((lots > 0).then_some((since, cohort)))
    }

    /// What was bonded in the pool's era but for the operator's own.
    fn joining(&self) -> Balance {
        self.joined.all.saturating_sub(self.joined.own)
    }

    /// The stake that counted when the pool's era began and is still there.
    fn standing(&self) -> Stake {
        Stake {
            own: self.stake.own.saturating_sub(self.joined.own),
            all: self.stake.all.saturating_sub(self.joined.all),
        }
    }

    /// Adds what was bonded in the pool's era. No sum overflows: each is a part of what the contract
    /// holds.
    #[inline(never)]
    fn join(&mut self, own: Balance, all: Balance) {
        for stake in [&mut self.stake, &mut self.joined] {
            stake.own = stake.own.saturating_add(own);
            stake.all = stake.all.saturating_add(all);
        }
    }

    /// Takes a place from the era after `era` on, or goes on with the one that it had in it.
    fn take_place(&mut self, era: Era) {
        self.status = Status::Active;
        if !self.on_duty(era) {
            self.duty_from = era.saturating_add(1);
        }
        self.duty_until = Era::MAX;
    }

    /// Gives its place up, with the end of `era`.
    fn leave_place(&mut self, era: Era) {
        self.duty_until = era.saturating_add(1);
    }

    /// Asks a commission from the era after the next on. What bonders were told an era ago comes first.
    fn announce(&mut self, commission: Perbill, era: Era) -> Result<(), Error> {
        if self.next_from == era.saturating_add(1) {
            return Err(E::CommissionPending);
        }
        self.next_commission = commission;
        self.next_from = era.saturating_add(2);
        Ok(())
    }

    /// Takes stake out: the operator's own, or of a lot that was bonded in the pool's era or earlier.
    /// No difference is below zero: each is a part of what is with the operator.
    fn part(&mut self, is_own: bool, joined: bool, amount: Balance) {
        self.stake.all = self.stake.all.saturating_sub(amount);
        if is_own {
            self.stake.own = self.stake.own.saturating_sub(amount);
            let excess = self.joined.own.saturating_sub(self.stake.own);
            self.joined.own = self.joined.own.saturating_sub(excess);
            self.joined.all = self.joined.all.saturating_sub(excess);
        } else if joined {
            self.joined.all = self.joined.all.saturating_sub(amount);
        }
    }

    /// Divides what operator and bonders earned in the pool's era between their stakes that stood in
    /// it, and raises the growth. Gives what they take: stake doubles at most, so that next to nothing
    /// goes to what rounding left where everybody has gone; and nothing where the growth would not fit.
    fn grow(&mut self, shared: Balance) -> Balance {
        let standing = self.standing();
        let shared = shared.min(standing.all);
        let part = |of| mul_div_down(of, shared, standing.all);
        let grown = part(self.growth).and_then(|more| self.growth.checked_add(more));
        let (Some(growth), Some(own)) = (grown, part(standing.own)) else { return 0 };
        self.growth = growth;
        self.stake.own = self.stake.own.saturating_add(own);
        self.stake.all = self.stake.all.saturating_add(shared);
        shared
    }

    /// Takes `fraction` of the operator's own bond, rounded up, and of what its bonders have but for
    /// what is `exempt`, rounded down: every lot loses as much, rounded up. Gives both losses.
    fn slash(&mut self, fraction: Perbill, exempt: Balance) -> Stake {
        let bonders = self.stake.all.saturating_sub(self.stake.own).saturating_sub(exempt);
        let own = part_up(fraction, self.stake.own);
        let all = own.saturating_add(part_down(fraction, bonders));
        self.stake.own = self.stake.own.saturating_sub(own);
        self.stake.all = self.stake.all.saturating_sub(all);
        let joined = part_down(fraction, self.joined.own);
        self.joined.own = self.joined.own.saturating_sub(joined);
        self.joined.all = self.joined.all.saturating_sub(joined);
        Stake { own, all }
    }
}

impl Lot {
    /// What is worth `amount` now.
    fn of(amount: Balance, pool: &Pool) -> Self {
        match amount {
            0 => Self::default(),
            _ => Self { amount, growth: pool.growth, slashes: pool.slashes },
        }
    }

    /// What it has become by rewards, rounded as said; `start` is the growth when it began to count.
    fn grown(
        &self,
        pool: &Pool,
        start: u128,
        mul_div: fn(u128, u128, u128) -> Option<u128>,
    ) -> Result<Balance, Error> {
        if self.amount == 0 {
            return Ok(0);
        }
        let start = self.growth.max(start);
        let more = mul_div(self.amount, pool.growth.saturating_sub(start), start);
        more.and_then(|more| self.amount.checked_add(more)).ok_or(E::Overflow)
    }
}
