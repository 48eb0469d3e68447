//! What an offence costs. Correlated offences cost more: a lone failure is probably an accident,
//! many in the same era are probably an attack.

use super::{Offence, Params};
use carrots_kernel::math::fraction_up;
use carrots_kernel::Perbill;

/// The fraction of the stake that each of `offenders` loses for one offence of the given kind,
/// out of `operators` in the era of the offence. Rounded up.
///
/// - equivocation: `min((3k / n)^2, 1)` (BABE and GRANDPA equivocation offences);
/// - unresponsiveness: `min(3 (k - (n/10 + 1)) / n, 1)` of `params.unresponsive_slash`, nothing
///   up to `n/10 + 1` offenders (I'm Online; 7 % there);
/// - misconduct: `params.misconduct_slash`, whoever else offends.
pub fn fraction(params: &Params, offence: Offence, offenders: u32, operators: u32) -> Perbill {
    let (k, n) = (u128::from(offenders), u128::from(operators.max(offenders)));
    match offence {
        Offence::Equivocation => {
            // At most (3 * 2^32)^2: no overflow.
            fraction_up(k.saturating_mul(3).saturating_pow(2), n.saturating_pow(2))
        }
        Offence::Unresponsiveness => {
            let tolerated = (n / 10).saturating_add(1);
            let excess = k.saturating_sub(tolerated).saturating_mul(3).min(n);
            let cap = u128::from(params.unresponsive_slash.deconstruct());
            // At most 2^32 * 10^9: no overflow. An excess implies offenders, so n is not zero.
            fraction_up(excess.saturating_mul(cap), n.max(1).saturating_mul(1_000_000_000))
        }
        Offence::Misconduct => params.misconduct_slash,
    }
}
