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
    #[inline]
    fn read(&self, key: K) -> V {
        self.get(key).unwrap_or_default()
    }

    #[inline]
    fn write(&mut self, key: K, record: V) {
        if record == V::default() {
            self.remove(key);
        } else {
            self.insert(key, &record);
        }
    }
}

/// Writes the getters and setters of a mechanism's `Db` for fields that are [`Table`]s:
/// `pool, set_pool: pools(operator: AccountId) -> Pool;`. Keys of several parts are tuples.
#[macro_export]
macro_rules! tables {
    ($($get:ident, $set:ident: $field:ident($($key:ident: $kind:ty),*) -> $record:ty;)*) => {$(
        #[inline]
        fn $get(&self, $($key: $kind),*) -> $record {
            $crate::storage::Table::read(&self.$field, ($($key),*))
        }
        #[inline]
        fn $set(&mut self, $($key: $kind,)* record: $record) {
            $crate::storage::Table::write(&mut self.$field, ($($key),*), record)
        }
    )*};
}
