//! How much the stakers of the whole system earn, as a function of how much is staked.
//!
//! With `x` the staked share of the issuance, the yearly inflation that goes to stakers is
//!
//! ```text
//! min + (max - min) * x / ideal                   for x <= ideal
//! min + (max - min) * 2^((ideal - x) / falloff)   for x >  ideal
//! ```
//!
//! It pulls the staked share towards `ideal`: below it, staking more pays more; above it, the
//! reward halves with every `falloff`. Source: Web3 Foundation, "Token Economics" (2020), and
//! Substrate's `pallet-staking-reward-fn`.

use super::{Block, Params};
use carrots_kernel::math::{exp2_neg, mul_div_down, ratio_down, scale_down, Balance};
use carrots_kernel::{FixedU128, Perbill};

/// Yearly inflation to the stakers, rounded down. `None` if the ratio of the two does not fit.
pub fn inflation_down(params: &Params, staked: Balance) -> Option<FixedU128> {
    let fixed = |part: Perbill| u128::from(part.deconstruct()).checked_mul(1_000_000_000);
    let share = ratio_down(staked, params.issuance)?.into_inner();
    let (ideal, falloff) = (fixed(params.ideal_stake)?, fixed(params.falloff)?);
    let min = fixed(params.min_inflation)?;
    let range = fixed(params.max_inflation)?.checked_sub(min)?;
    let above_min = match share.checked_sub(ideal) {
        None | Some(0) => mul_div_down(range, share, ideal)?,
        Some(excess) => scale_down(range, exp2_neg(ratio_down(excess, falloff)?))?,
    };
    min.checked_add(above_min).map(FixedU128::from_inner)
}

/// What the curve grants for an era of so many `blocks`, rounded down: the reserve never pays more
/// than the curve. `None` only where `staked` exceeds the issuance beyond all measure.
pub fn payout_down(params: &Params, staked: Balance, blocks: Block) -> Option<Balance> {
    let yearly = scale_down(params.issuance, inflation_down(params, staked)?)?;
    mul_div_down(yearly, blocks.into(), params.year_blocks.into())
}
