//! Parameters: how they are compared with their bounds, and what is said of them.

use crate::{FixedU128, Perbill};

/// What can be a parameter with bounds.
#[diagnostic::on_unimplemented(
    message = "a parameter of type `{Self}` cannot have bounds",
    label = "only numbers and fractions have; say the rest in `checks`"
)]
pub trait Parameter: Copy {
    /// What `1` means where a bound is a number.
    const ONE: u128;
    /// The parameter as it is compared.
    fn bound(self) -> u128;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Parameter for $number {
            const ONE: u128 = 1;

            #[inline]
            fn bound(self) -> u128 {
                self as u128
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 u128 usize);

impl Parameter for Perbill {
    const ONE: u128 = 1_000_000_000;

    #[inline]
    fn bound(self) -> u128 {
        self.deconstruct().into()
    }
}

impl Parameter for FixedU128 {
    const ONE: u128 = 1_000_000_000_000_000_000;

    #[inline]
    fn bound(self) -> u128 {
        self.into_inner()
    }
}

#[cfg(feature = "serde")]
pub use told::{range, shown, told, Param};

#[cfg(feature = "serde")]
mod told {
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    /// A parameter of a mechanism.
    pub struct Param {
        /// Its name.
        pub name: &'static str,
        /// Its unit.
        pub unit: &'static str,
        /// The values that it can take.
        pub range: String,
        /// What it says.
        pub about: &'static str,
    }

    /// A bound as prose has it.
    pub fn told(bound: u128) -> String {
        match bound {
            0 => "zero".into(),
            1 => "one".into(),
            _ => shown(bound),
        }
    }

    /// A bound in digits, or as a power of two.
    pub fn shown(bound: u128) -> String {
        match bound {
            10_000.. if bound.is_power_of_two() => format!("2^{}", bound.trailing_zeros()),
            _ => bound.to_string(),
        }
    }

    /// A range in words: its bounds by their signs, or else all values of the type; and what else is
    /// expected.
    pub fn range(all: &str, bounds: &[(&str, String)], more: &[&str]) -> String {
        let bounds = match bounds {
            [] => all.to_string(),
            [(">=", least), ("<=", most)] => format!("{least} to {most}"),
            _ => {
                let each: Vec<_> =
                    bounds.iter().map(|(sign, bound)| format!("{sign} {bound}")).collect();
                each.join(", ")
            }
        };
        let parts = [&bounds[..]].into_iter().chain(more.iter().copied());
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
    }
}
