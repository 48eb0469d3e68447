//! How values are written in scenario and trace files, by their types: [`Text`]. Use the module with
//! `serde(with = "carrots_kernel::text")`.

use crate::line::{Knot, Line};
use crate::{Balance, Perbill};
use serde::de::{Error, Expected, MapAccess, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::vec::Vec;

/// How a value is written in files.
#[diagnostic::on_unimplemented(
    message = "it is not known how `{Self}` is written in files",
    label = "declare it in `carrots_kernel::choices!`, or implement `carrots_kernel::text::Text`"
)]
pub trait Text: Sized {
    /// The values that there are, in words; nothing where the type says it.
    const VALUES: &'static str = "";

    /// Writes it.
    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error>;
    /// Reads it, or says what was expected.
    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error>;
}

/// Writes a value by its type.
pub fn serialize<T: Text, S: Serializer>(value: &T, out: S) -> Result<S::Ok, S::Error> {
    value.write(out)
}

/// Reads a value by its type.
pub fn deserialize<'de, T: Text, D: Deserializer<'de>>(input: D) -> Result<T, D::Error> {
    T::read(input)
}

macro_rules! as_serde_does {
    ($($kind:ty)*) => {$(
        impl Text for $kind {
            fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                self.serialize(out)
            }

            fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                Self::deserialize(input)
            }
        }
    )*};
}
as_serde_does!(bool u8 u16 u32 u64);

impl Text for Balance {
    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        amount::serialize(self, out)
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        amount::deserialize(input)
    }
}

impl Text for Perbill {
    const VALUES: &'static str = "0 to 1";

    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        fraction::serialize(self, out)
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        fraction::deserialize(input)
    }
}

/// Hashes and salts, in hexadecimal.
impl Text for [u8; 32] {
    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        hex::serde::serialize(self, out)
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        hex::serde::deserialize(input)
    }
}

impl<const N: usize> Text for [Balance; N] {
    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        amounts::serialize(self, out)
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        amounts::deserialize(input)
    }
}

/// The knots, each a pair `[at, is]`.
impl Text for Line {
    const VALUES: &'static str = "at most 4 knots [at, is]";

    fn write<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.knots().iter().map(|knot| Pair([knot.at, knot.is])))
    }

    fn read<'de, D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let pairs: Vec<Pair> = Vec::deserialize(input)?;
        let knots: Vec<Knot> =
            pairs.iter().map(|Pair([at, is])| Knot { at: *at, is: *is }).collect();
        let few = Line::through(&knots);
        few.ok_or_else(|| D::Error::invalid_length(knots.len(), &Self::VALUES))
    }
}

#[derive(Serialize, Deserialize)]
struct Pair(#[serde(with = "amounts")] [Balance; 2]);

/// A number's digits, where serde_json keeps all of them: with its feature `arbitrary_precision`,
/// which a chain's crates turn on, it hands a number over as a map with one entry.
fn digits<'de, A: MapAccess<'de>>(mut map: A, expected: &dyn Expected) -> Result<String, A::Error> {
    match map.next_entry::<String, String>() {
        Ok(Some((key, digits))) if key == "$serde_json::private::Number" => Ok(digits),
        _ => Err(A::Error::invalid_type(Unexpected::Map, expected)),
    }
}

/// An amount: an integer, or a string of digits in which `_` may group; written as a string,
/// since neither TOML nor JSON readers are sure to keep integers above 2^63.
pub mod amount {
    use crate::Balance;
    use serde::{de::Error, de::MapAccess, de::Unexpected, de::Visitor, Deserializer, Serializer};
    use std::fmt;

    const EXPECTED: &str = "an amount from 0 to 2^128 - 1: an integer, or a string of digits";

    /// Writes the digits.
    pub fn serialize<S: Serializer>(amount: &Balance, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(amount)
    }

    /// Reads an integer or a string of digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Balance, D::Error> {
        input.deserialize_any(Amount)
    }

    struct Amount;

    impl<'de> Visitor<'de> for Amount {
        type Value = Balance;

        fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
            out.write_str(EXPECTED)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<Balance, E> {
            Ok(value.into())
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<Balance, E> {
            let wrong = |_| E::invalid_value(Unexpected::Signed(value), &self);
            Balance::try_from(value).map_err(wrong)
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<Balance, E> {
            let digits: String = value.chars().filter(|c| *c != '_').collect();
            let wrong = |_| E::invalid_value(Unexpected::Str(value), &self);
            digits.parse().map_err(wrong)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Balance, A::Error> {
            let digits = super::digits(map, &self)?;
            self.visit_str(&digits)
        }
    }
}

/// A fraction: a number from 0 to 1, exact to nine decimals.
pub mod fraction {
    use serde::{de::Error, de::MapAccess, de::Unexpected, de::Visitor, Deserializer, Serializer};
    use sp_arithmetic::Perbill;
    use std::fmt;

    /// Writes the number.
    pub fn serialize<S: Serializer>(fraction: &Perbill, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_f64(f64::from(fraction.deconstruct()) / 1e9)
    }

    /// Reads a number from 0 to 1, to the nearest billionth.
    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Perbill, D::Error> {
        input.deserialize_any(Fraction)
    }

    struct Fraction;

    impl<'de> Visitor<'de> for Fraction {
        type Value = Perbill;

        fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
            out.write_str("a fraction from 0 to 1")
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<Perbill, E> {
            if !(0.0..=1.0).contains(&value) {
                return Err(E::invalid_value(Unexpected::Float(value), &self));
            }
            // At most 10^9: the cast is exact.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Ok(Perbill::from_parts((value * 1e9).round() as u32))
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<Perbill, E> {
            match value {
                0 => Ok(Perbill::zero()),
                1 => Ok(Perbill::one()),
                _ => Err(E::invalid_value(Unexpected::Signed(value), &self)),
            }
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<Perbill, E> {
            match value {
                0 => Ok(Perbill::zero()),
                1 => Ok(Perbill::one()),
                _ => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
            }
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Perbill, A::Error> {
            let digits = super::digits(map, &self)?;
            let wrong = |_| A::Error::invalid_value(Unexpected::Str(&digits), &self);
            let value = digits.parse().map_err(wrong)?;
            self.visit_f64(value)
        }
    }
}

/// A list of a fixed number of amounts.
pub mod amounts {
    use crate::Balance;
    use serde::{de::Error, ser::SerializeSeq, Deserialize, Deserializer, Serializer};
    use std::vec::Vec;

    #[derive(Deserialize)]
    struct Amount(#[serde(with = "super::amount")] Balance);

    /// Writes the digits of each.
    pub fn serialize<S: Serializer, const N: usize>(
        amounts: &[Balance; N],
        out: S,
    ) -> Result<S::Ok, S::Error> {
        let mut list = out.serialize_seq(Some(N))?;
        amounts.iter().try_for_each(|amount| list.serialize_element(&std::format!("{amount}")))?;
        list.end()
    }

    /// Reads as many amounts as there have to be.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        input: D,
    ) -> Result<[Balance; N], D::Error> {
        let amounts: Vec<Amount> = Vec::deserialize(input)?;
        let amounts: Vec<Balance> = amounts.into_iter().map(|amount| amount.0).collect();
        let given = amounts.len();
        let wrong = |_| D::Error::invalid_length(given, &std::format!("{N} amounts").as_str());
        amounts.try_into().map_err(wrong)
    }
}
