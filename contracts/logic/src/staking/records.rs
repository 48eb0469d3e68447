//! What staking is configured with and what it stores.

use carrots_kernel::math::Balance;
use carrots_kernel::records;
pub use carrots_kernel::sealed::Block;
use sp_arithmetic::Perbill;

/// Number of an era, from zero.
pub type Era = u32;
/// Shares of a pool; their value is `shares * amount / total shares`.
pub type Shares = u128;

/// The longest time, in eras, that any parameter may ask for. It bounds every loop.
pub const MAX_ERAS: Era = 128;

records! {
    /// What the rules are configured with. Amounts are in the chain's smallest unit.
    #[derive(Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
    pub struct Params {
        /// Length of an era in blocks; at least one.
        pub era_blocks: Block,
        /// Length of a year in blocks, for the reward curve; at least one era.
        pub year_blocks: Block,
        /// Eras from unbonding to withdrawal; more than `report_eras`.
        pub unbonding_eras: Era,
        /// Eras after the era of an offence in which it can still be reported.
        pub report_eras: Era,
        /// Eras from a report to its slash. With at least `report_eras`, the fraction of a
        /// correlated slash counts every offender of the era.
        pub slash_defer_eras: Era,
        /// The most operators at a time; at least one.
        pub max_operators: u32,
        /// The least that an operator has bonded to itself; at least one.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub min_self_bond: Balance,
        /// The least amount of one bond; at least one.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub min_bond: Balance,
        /// The highest commission that an operator may take.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub max_commission: Perbill,
        /// The reporter's share of what the operator itself loses; less than one.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub reporter_share: Perbill,
        /// What an unresponsive operator loses at most.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub unresponsive_slash: Perbill,
        /// What an operator loses for misconduct.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub misconduct_slash: Perbill,
        /// The supply that inflation and the staked share refer to; at least one.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::amount"))]
        pub issuance: Balance,
        /// Yearly inflation to stakers when nothing is staked.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub min_inflation: Perbill,
        /// Yearly inflation to stakers at the ideal stake; at least `min_inflation`.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub max_inflation: Perbill,
        /// The staked share of the issuance that pays best; more than zero.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub ideal_stake: Perbill,
        /// The excess over the ideal that halves the reward; more than zero.
        #[cfg_attr(feature = "serde", serde(with = "carrots_kernel::text::fraction"))]
        pub falloff: Perbill,
    }

    /// Who may do what others may not. Each may be another contract.
    pub struct Roles<Id> {
        /// Reports offences.
        pub slasher: Id,
        /// Awards points.
        pub scorer: Id,
        /// Is credited with what slashes burn.
        pub sink: Id,
    }

    /// The state of the whole system.
    #[derive(Default)]
    pub struct State {
        /// The era in progress.
        pub era: Era,
        /// The block in which it began.
        pub era_start: Block,
        /// Active operators.
        pub operators: u32,
        /// The sum of all pools' amounts, without what is unbonding.
        pub staked: Balance,
        /// What rewards are paid from.
        pub reserve: Balance,
    }

    /// One era's account. The era in progress has points only.
    #[derive(Default)]
    pub struct EraRecord {
        /// Points of all operators that are not yet paid out.
        pub points: u32,
        /// Rewards that are not yet paid out.
        pub payout: Balance,
        /// Active operators at the era's end.
        pub operators: u32,
    }

    /// Where an operator stands.
    #[derive(Default)]
    pub enum Status {
        /// Never registered.
        #[default]
        Absent,
        /// Takes bonds and points.
        Active,
        /// Takes no more of either; pays out, unbonds and is slashed as before.
        Retired,
    }

    /// An amount held in shares: a pool, or the part of it that unbonds since one era.
    #[derive(Default)]
    pub struct Fund {
        /// What is held.
        pub amount: Balance,
        /// Shares of the amount.
        pub shares: Shares,
    }

    /// An operator's pool. It is never removed: leaving is no escape.
    #[derive(Default)]
    pub struct Pool {
        /// Where the operator stands.
        pub status: Status,
        /// The operator's cut of its rewards.
        pub commission: Perbill,
        /// What is bonded.
        pub fund: Fund,
        /// Eras with points whose payout was not pulled yet, the one in progress included.
        pub unpaid: u32,
        /// The last era with points.
        pub last_award: Era,
        /// Number of the oldest slash that waits, and the next free number.
        pub first_slash: u32,
        #[allow(missing_docs)]
        pub next_slash: u32,
        /// When slashes wait: the era from which the oldest can be applied.
        pub slash_due: Era,
    }

    /// Kinds of offence.
    #[derive(PartialOrd, Ord, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
    #[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
    pub enum Offence {
        /// Two statements that contradict each other.
        Equivocation,
        /// A duty not done.
        Unresponsiveness,
        /// Anything else, at a fixed fraction.
        Misconduct,
    }

    /// A reported offence that waits for its slash.
    pub struct Report<Id> {
        /// The era of the offence.
        pub era: Era,
        /// Its kind.
        pub offence: Offence,
        /// The era of the report.
        pub reported: Era,
        /// Who is credited with the reporter's share.
        pub reporter: Id,
    }
}

records! {
    /// What is wrong with a set of parameters.
    pub enum ParamsError {
        /// `era_blocks` is zero.
        EraBlocksZero,
        /// `year_blocks` is less than `era_blocks`.
        YearShorterThanEra,
        /// `unbonding_eras` is not more than `report_eras`: stake could leave before a report.
        UnbondingTooShort,
        /// `unbonding_eras` or `slash_defer_eras` is more than [`MAX_ERAS`].
        WindowTooLong,
        /// `max_operators` is zero.
        MaxOperatorsZero,
        /// `min_self_bond` is zero.
        MinSelfBondZero,
        /// `min_bond` is zero.
        MinBondZero,
        /// `reporter_share` is one: reporting oneself would be free.
        ReporterShareWhole,
        /// `issuance` is zero.
        IssuanceZero,
        /// `max_inflation` is less than `min_inflation`.
        InflationReversed,
        /// `ideal_stake` is zero.
        IdealStakeZero,
        /// `falloff` is zero.
        FalloffZero,
    }
}

impl Params {
    /// Accepts the parameters, or names the first thing that is wrong with them.
    pub fn check(&self) -> Result<(), ParamsError> {
        use ParamsError as E;
        carrots_kernel::check(&[
            (self.era_blocks > 0, E::EraBlocksZero),
            (self.year_blocks >= self.era_blocks, E::YearShorterThanEra),
            (self.unbonding_eras > self.report_eras, E::UnbondingTooShort),
            (self.unbonding_eras.max(self.slash_defer_eras) <= MAX_ERAS, E::WindowTooLong),
            (self.max_operators > 0, E::MaxOperatorsZero),
            (self.min_self_bond > 0, E::MinSelfBondZero),
            (self.min_bond > 0, E::MinBondZero),
            (self.reporter_share < Perbill::one(), E::ReporterShareWhole),
            (self.issuance > 0, E::IssuanceZero),
            (self.max_inflation >= self.min_inflation, E::InflationReversed),
            (!self.ideal_stake.is_zero(), E::IdealStakeZero),
            (!self.falloff.is_zero(), E::FalloffZero),
        ])
    }
}

#[cfg(feature = "std")]
impl carrots_kernel::arguments::Argument for Offence {
    fn sample() -> Self {
        Offence::Equivocation
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        vec![Offence::Equivocation, Offence::Unresponsiveness, Offence::Misconduct]
    }
}
