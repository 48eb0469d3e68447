//! Staking with slashing.
//!
//! *Operators* register with a commission and a bond of their own; anyone bonds to an operator
//! and holds shares of that operator's *pool*. Time is counted in *eras* of blocks. At an era's
//! end a payout, set by the reward [`curve`] and taken from a reserve that anyone may fund, is
//! divided by the points that operators were awarded; each operator's part is pulled once: its
//! commission, and the rest into the pool. An offence, once reported, costs everything that was
//! bonded to the operator in the era of the offence a fraction that depends on how many others
//! offended with it ([`offences`]).
//!
//! **Intended behaviour**: operators do their duty and never offend; bonders avoid offenders.
//!
//! # Why leaving is no escape
//!
//! What unbonds in era `u` moves to the operator's *sub-pool* of `u`. A slash for era `e` takes
//! its fraction of the pool and of every sub-pool `u >= e`: all that was bonded in `e` is still in
//! one of them, whoever holds it and however it was split. A sub-pool opens `unbonding_eras`
//! later, after the last moment at which era `u` can be reported, and then only when every slash
//! reported until that moment has been applied. Slashes of a pool are applied in the order of
//! their reports, by anyone, once each. A retired operator's pool stays, so retiring changes
//! nothing. Self-reporting does not pay, since the reporter's share, below one, is taken of what
//! the operator itself loses, not of what its bonders lose.
//!
//! # Why the order of calls does not matter
//!
//! Shares change hands only in a *settled* pool: every finished era is paid out and no slash is
//! due. So nobody buys into a reward that others earned or into a loss that others caused and
//! that is known; an accused operator takes no new stake until its slashes are applied.
//!
//! # What is owed
//!
//! All pools, sub-pools, unpaid payouts and credits, and the reserve. Every amount enters one of
//! them when it enters the contract and leaves the contract when it leaves them, so the contract
//! holds at least their sum. Rounding leaves amounts in the pool, never outside of it.

pub mod curve;
mod entries;
pub mod offences;
mod records;

pub use carrots_kernel::accounts::{Accounts, Paid};
pub use entries::*;
pub use records::*;

use carrots_kernel::math::{mul_div_down, part_up};
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
        /// from a report to its slash
        ///
        /// With at least `report_eras`, the fraction of a correlated slash counts every offender of
        /// the era.
        slash_defer_eras: Era, "eras", <= MAX_ERAS;
        /// active operators at a time
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
        sink,
    }

    storage {
        /// The state of the whole system.
        state: State = genesis(now);
        /// An operator's pool.
        pools: pool(operator: Id) -> Pool;
        /// Shares of an operator's pool that an account holds.
        positions: position(operator: Id, who: Id) -> Shares, by who;
        /// What unbonds from an operator since an era.
        sub_pools: sub_pool(operator: Id, era: Era) -> Fund;
        /// Shares of a sub-pool that an account holds.
        unbondings: unbonding(operator: Id, who: Id, era: Era) -> Shares, by who;
        /// An era's account.
        eras: era(era: Era) -> EraRecord;
        /// Points of an operator in an era that are not paid out.
        points: points(operator: Id, era: Era) -> u32;
        /// Operators reported for an offence in an era.
        offenders: offenders(era: Era, offence: Offence) -> u32;
        /// Whether an operator was reported for an offence in an era. Never unset.
        reported: reported(operator: Id, era: Era, offence: Offence) -> bool;
        /// An operator's report that waits for its slash, by its number.
        reports: report_at(operator: Id, number: u32) -> Option<Report<Id>>;
    }

    views {
        /// What an account has bonded to an operator: its shares, and what they are worth.
        position(operator: Id, who: Id) -> Result<Fund, Error>;
        /// What of a sub-pool is an account's: its shares, and what they are worth.
        unbonding(operator: Id, who: Id, era: Era) -> Result<Fund, Error>;
    }

    messages {
        /// become an operator
        register(who, value, commission: Perbill) => Bonded(who);
        /// bond to an operator
        bond(who, operator: Id, value) => Bonded(operator);
        /// begin to unbond
        unbond(who, operator: Id, shares: Shares) => Unbonded(operator);
        /// bond again what unbonds since an era
        rebond(who, operator: Id, era: Era) => Bonded(operator);
        /// take out what has unbonded
        withdraw(who, operator: Id, era: Era) => Paid as Withdrawn(operator), pays who;
        /// end the era in progress, once it is over
        end_era(now) => EraEnded;
        /// add to the reserve
        fund(value) => Funded;
        /// scorer: award points in the era in progress
        award(who, operator: Id, points: u32) => Awarded(operator);
        /// pull an operator's part of an era's payout
        payout(operator: Id, era: Era) => PaidOut(operator);
        /// slasher: report an offence
        report(who, operator: Id, reporter: Id, era: Era, offence: Offence) => Reported(operator);
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
        /// The caller is an active operator already.
        AlreadyRegistered,
        /// There are `max_operators` already.
        OperatorsFull,
        /// The commission is above `max_commission`.
        CommissionTooHigh,
        /// The operator's own bond is or would be below `min_self_bond`.
        SelfBondTooLow,
        /// The bond is below `min_bond`.
        BondTooLow,
        /// The operator is not active.
        NotActive,
        /// Nobody of that name ever was an operator.
        NotOperator,
        /// A finished era of the operator is not paid out yet: call `payout` first.
        PayoutOpen,
        /// A slash of the operator is due: call `apply_slash` first.
        SlashDue,
        /// The operator is accused and takes no new stake until its slashes are applied.
        Accused,
        /// The pool was slashed until a share is worth too little to price new ones.
        PoolWiped,
        /// The amount is worth less than one share.
        WorthNoShare,
        /// The number of shares, points or tokens is zero.
        Zero,
        /// The caller holds fewer shares than that.
        NotEnoughShares,
        /// The caller unbonded nothing from that operator in that era.
        NothingUnbonding,
        /// The unbonding eras have not passed.
        StillUnbonding,
        /// A slash that may concern the stake waits to be applied.
        SlashPending,
        /// The era in progress has not lasted `era_blocks` yet.
        EraNotOver,
        /// The era has not ended.
        EraInProgress,
        /// The operator has no points in that era, or was paid for them.
        NothingToPay,
        /// The era has not begun.
        EraInFuture,
        /// The offence is more than `report_eras` old.
        ReportTooLate,
        /// That offence of that operator in that era was reported before.
        AlreadyReported,
        /// No slash of the operator waits.
        NoSlash,
        /// The operator's next slash is still deferred.
        SlashDeferred,
        /// The operator's own bond is not below `min_self_bond`.
        SelfBondSufficient,
        /// A sum does not fit.
        Overflow,
    }
}

impl Fund {
    /// What `shares` are worth, rounded down: all of them are never worth more than the fund.
    /// Nothing if there are none.
    pub fn value_down(&self, shares: Shares) -> Result<Balance, Error> {
        match self.shares {
            0 => Ok(0),
            total => mul_div_down(shares, self.amount, total).ok_or(E::Overflow),
        }
    }

    /// The part of the fund that `shares` are, with its amount rounded down.
    pub fn part_down(&self, shares: Shares) -> Result<Fund, Error> {
        Ok(Fund { amount: self.value_down(shares)?, shares })
    }

    /// Puts `amount` in and gives the shares that it buys, rounded down: newcomers never take
    /// from those who are there. The first share costs one unit.
    pub fn deposit(&mut self, amount: Balance) -> Result<Shares, Error> {
        let bought = match (self.shares, self.amount) {
            (0, _) => amount,
            (_, 0) => return Err(E::PoolWiped),
            (shares, total) => mul_div_down(amount, shares, total).ok_or(E::PoolWiped)?,
        };
        if bought == 0 {
            return Err(E::WorthNoShare);
        }
        self.amount = self.amount.checked_add(amount).ok_or(E::Overflow)?;
        self.shares = self.shares.checked_add(bought).ok_or(E::Overflow)?;
        Ok(bought)
    }

    /// Takes `shares` out and gives what they are worth.
    pub fn withdraw(&mut self, shares: Shares) -> Result<Balance, Error> {
        let amount = self.value_down(shares)?;
        self.shares = self.shares.checked_sub(shares).ok_or(E::NotEnoughShares)?;
        self.amount = self.amount.checked_sub(amount).ok_or(E::Overflow)?;
        Ok(amount)
    }

    /// Takes `fraction`, rounded up: no split into small stakes lowers a slash. Gives the loss.
    pub fn slash(&mut self, fraction: Perbill) -> Balance {
        let loss = part_up(fraction, self.amount);
        self.amount = self.amount.saturating_sub(loss);
        loss
    }
}

impl Pool {
    /// Whether reported offences wait for their slash.
    pub fn accused(&self) -> bool {
        self.first_slash != self.next_slash
    }

    /// Shares change hands only when all that is known is in their price.
    fn settled(&self, era: Era) -> Result<(), Error> {
        if self.unpaid > u32::from(self.last_award == era) {
            return Err(E::PayoutOpen);
        }
        if self.accused() && era >= self.slash_due {
            return Err(E::SlashDue);
        }
        Ok(())
    }

    /// Takes new stake, if nothing is known that the price of a share does not show.
    fn bond(&mut self, amount: Balance, era: Era) -> Result<Shares, Error> {
        self.settled(era)?;
        if self.accused() {
            return Err(E::Accused);
        }
        self.fund.deposit(amount)
    }
}
