//! Bytes in files: `0x` and hexadecimal digits.

use super::storage::{Storage, hex};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Bytes in a file.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Digits;
        impl Visitor<'_> for Digits {
            type Value = Bytes;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("0x and pairs of hexadecimal digits")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                let bytes = text.strip_prefix("0x").and_then(|digits| ::hex::decode(digits).ok());
                bytes.map(Bytes).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        input.deserialize_str(Digits)
    }
}

/// An account.
pub mod address {
    use super::*;
    use serde::Serializer;

    pub fn serialize<S: Serializer>(address: &[u8; 32], out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&hex(address))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<[u8; 32], D::Error> {
        let Bytes(bytes) = Bytes::deserialize(input)?;
        let given = bytes.len();
        bytes.try_into().map_err(|_| D::Error::invalid_length(given, &"0x and 32 bytes"))
    }
}

/// Cells: a table with a line for each.
pub mod cells {
    use super::*;
    use serde::de::MapAccess;
    use serde::{Serializer, ser::SerializeMap};

    pub fn serialize<S: Serializer>(cells: &Storage, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(cells.len()))?;
        cells.iter().try_for_each(|(key, record)| map.serialize_entry(&hex(key), &hex(record)))?;
        map.end()
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Storage, D::Error> {
        struct Lines;
        impl<'de> Visitor<'de> for Lines {
            type Value = Storage;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a table of cells: \"0xKEY\" = \"0xRECORD\"")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Storage, A::Error> {
                let mut cells = Storage::new();
                while let Some((Bytes(key), Bytes(record))) = map.next_entry()? {
                    if cells.contains_key(&key) {
                        return Err(A::Error::custom(format!("{} is there twice", hex(&key))));
                    }
                    cells.insert(key, record);
                }
                Ok(cells)
            }
        }
        input.deserialize_map(Lines)
    }
}
