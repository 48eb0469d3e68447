//! Other values for the arguments of messages, by their types: what an attack search tries.

use crate::{Balance, Perbill};

/// The type of an argument that is not an account.
#[diagnostic::on_unimplemented(
    message = "it is not known what else could stand for an argument of type `{Self}`",
    label = "declare it in `carrots_kernel::choices!`, or implement `carrots_kernel::arguments::Argument`"
)]
pub trait Argument: Copy {
    /// Whether nothing comes of other values than those that were made for the caller.
    const OPAQUE: bool = false;

    /// A value where nobody gave one.
    fn sample() -> Self;
    /// Other values, given one; `amounts` are those that matter in the scenario.
    fn others(self, amounts: &[Balance]) -> Vec<Self>;
}

impl Argument for u128 {
    fn sample() -> Self {
        1
    }

    fn others(self, amounts: &[Balance]) -> Vec<Self> {
        let near = [0, 1, self / 2, self.saturating_sub(1), self.saturating_add(1)];
        [&near[..], &[self.saturating_mul(2), u128::MAX], amounts].concat()
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Argument for $number {
            fn sample() -> Self {
                0
            }

            fn others(self, _: &[Balance]) -> Vec<Self> {
                vec![0, 1, self.saturating_sub(1), self.saturating_add(1)]
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64);

impl Argument for bool {
    fn sample() -> Self {
        false
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        vec![false, true]
    }
}

impl Argument for Perbill {
    fn sample() -> Self {
        Perbill::zero()
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        vec![Perbill::zero(), Perbill::from_percent(50), Perbill::one()]
    }
}

/// Hashes and salts.
impl Argument for [u8; 32] {
    const OPAQUE: bool = true;

    fn sample() -> Self {
        [0; 32]
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        Vec::new()
    }
}

/// Values of items.
impl<const N: usize> Argument for [Balance; N] {
    fn sample() -> Self {
        [0; N]
    }

    fn others(self, _: &[Balance]) -> Vec<Self> {
        let other: [fn(Balance) -> Balance; 4] = [
            |value| value / 2,
            |value| value.saturating_mul(2),
            |value| value.saturating_sub(1),
            |value| value.saturating_add(value.min(1)),
        ];
        other.into_iter().map(|other| self.map(other)).collect()
    }
}
