//! Records by key, the same on the chain and in memory.

/// Records of one kind. One that is not there reads as its default, and a default that is written
/// is removed.
pub trait Table<K, V> {
    /// The record, or the default.
    fn read(&self, key: K) -> V;
    /// Writes the record, or removes it if it is the default.
    fn write(&mut self, key: K, record: V);
}

#[cfg(feature = "ink")]
impl<K, V, M> Table<K, V> for ink::storage::Mapping<K, V, M>
where
    K: scale::EncodeLike,
    V: ink::storage::traits::Packed + scale::EncodeLike + Default + PartialEq,
    M: ink::storage::traits::StorageKey,
{
    // A call fails rather than take for the default what it cannot read.
    #[allow(clippy::expect_used)]
    fn read(&self, key: K) -> V {
        let bytes = raw::load(&encode(&(M::KEY, key)));
        let decoded = bytes.map(|bytes| <V as scale::Decode>::decode(&mut bytes.as_slice()));
        decoded.map_or_else(V::default, |record| record.expect("it was written"))
    }

    fn write(&mut self, key: K, record: V) {
        let key = encode(&(M::KEY, key));
        if record == V::default() {
            raw::remove(&key);
        } else {
            raw::store(&key, encode(&record));
        }
    }
}

/// A value's bytes, to which all types are written by the same function.
#[cfg(feature = "ink")]
pub fn encode(value: &impl scale::Encode) -> ink::prelude::vec::Vec<u8> {
    struct Bytes(ink::prelude::vec::Vec<u8>);

    impl scale::Output for Bytes {
        #[inline(never)]
        fn write(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    // Nearly all fit, so that none is copied as it grows.
    let mut bytes = Bytes(ink::prelude::vec::Vec::with_capacity(128));
    value.encode_to(&mut bytes);
    bytes.0
}

/// What is stored, as bytes: there once, whatever the record. Most of what a call costs is the
/// contract's code.
#[cfg(feature = "ink")]
mod raw {
    use ink::env::{clear_contract_storage, get_contract_storage, set_contract_storage};
    use ink::prelude::{vec, vec::Vec};
    use scale::{Decode, Encode, Error, Input, Output};

    /// Bytes without their length.
    struct Raw(Vec<u8>);

    impl Encode for Raw {
        fn encode_to<T: Output + ?Sized>(&self, out: &mut T) {
            out.write(&self.0);
        }
    }

    impl Decode for Raw {
        fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
            let length = input.remaining_len()?.ok_or("the length is not known")?;
            let mut bytes = vec![0; length];
            input.read(&mut bytes)?;
            Ok(Self(bytes))
        }
    }

    struct Key<'a>(&'a [u8]);

    impl Encode for Key<'_> {
        fn encode_to<T: Output + ?Sized>(&self, out: &mut T) {
            out.write(self.0);
        }
    }

    #[allow(clippy::expect_used)]
    #[inline(never)]
    pub fn load(key: &[u8]) -> Option<Vec<u8>> {
        let stored = get_contract_storage(&Key(key)).expect("it is read as bytes");
        stored.map(|Raw(bytes)| bytes)
    }

    #[inline(never)]
    pub fn store(key: &[u8], record: Vec<u8>) {
        set_contract_storage(&Key(key), &Raw(record));
    }

    #[inline(never)]
    pub fn remove(key: &[u8]) {
        clear_contract_storage(&Key(key));
    }
}

/// Writes the getters and setters of a mechanism's `Db` for fields that are [`Table`]s:
/// `pool, set_pool: pools(operator: AccountId) -> Pool;`. Keys of several parts are tuples.
#[macro_export]
macro_rules! tables {
    ($($get:ident, $set:ident: $field:ident($($key:ident: $kind:ty),*) -> $record:ty;)*) => {$(
        #[cfg_attr(target_arch = "wasm32", inline(never))]
        fn $get(&self, $($key: $kind),*) -> $record {
            $crate::storage::Table::read(&self.$field, ($($key),*))
        }
        #[cfg_attr(target_arch = "wasm32", inline(never))]
        fn $set(&mut self, $($key: $kind,)* record: $record) {
            $crate::storage::Table::write(&mut self.$field, ($($key),*), record)
        }
    )*};
}
