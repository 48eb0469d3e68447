//! Records in memory.

use super::names::Agent;
use carrots_kernel::storage::Table;

/// Records of one kind by key, few at a time: a sorted vector in which a default record is one
/// that is not there.
#[derive(Debug)]
pub struct Records<K, V>(Vec<(K, V)>);

impl<K: Clone, V: Clone> Clone for Records<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<K, V> Default for Records<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy, V: Default + PartialEq + Copy> Records<K, V> {
    /// All records, by key.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    /// Where the key is, or would be. The newest is asked for most.
    #[inline]
    fn find(&self, key: K) -> Result<usize, usize> {
        match self.0.last() {
            None => Err(0),
            Some(last) if last.0 == key => Ok(self.0.len() - 1),
            Some(last) if last.0 < key => Err(self.0.len()),
            Some(_) => self.0.binary_search_by(|(at, _)| at.cmp(&key)),
        }
    }
}

impl<K: Ord + Copy, V: Default + PartialEq + Copy> Table<K, V> for Records<K, V> {
    #[inline]
    fn read(&self, key: K) -> V {
        self.find(key).map_or(V::default(), |at| self.0[at].1)
    }

    #[inline]
    fn write(&mut self, key: K, record: V) {
        match (self.find(key), record == V::default()) {
            (Ok(at), false) => self.0[at].1 = record,
            (Ok(at), true) => drop(self.0.remove(at)),
            (Err(at), false) => self.0.insert(at, (key, record)),
            (Err(_), true) => {}
        }
    }
}

/// One record per agent.
#[derive(Debug)]
pub struct ByAgent<V>(Vec<V>);

impl<V: Clone> Clone for ByAgent<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<V: Default + Clone> ByAgent<V> {
    /// A default record for each of so many agents.
    pub fn new(agents: usize) -> Self {
        Self(vec![V::default(); agents])
    }

    /// The record; the default for a stranger.
    pub fn get(&self, who: Agent) -> V {
        self.0.get(who as usize).cloned().unwrap_or_default()
    }

    /// Makes room for so many agents and no more.
    pub fn resize(&mut self, agents: usize) {
        self.0.resize(agents, V::default());
    }

    /// All agents with their records.
    pub fn iter(&self) -> impl Iterator<Item = (Agent, &V)> {
        (0..).zip(&self.0)
    }
}

impl<V: Copy> Table<Agent, V> for ByAgent<V> {
    #[inline]
    fn read(&self, who: Agent) -> V {
        self.0[who as usize]
    }

    #[inline]
    fn write(&mut self, who: Agent, record: V) {
        self.0[who as usize] = record;
    }
}

/// Records of an agent by a key of their own: `Db` asks for `(agent, key)`.
impl<K: Ord + Copy, V: Default + PartialEq + Copy> Table<(Agent, K), V> for ByAgent<Records<K, V>> {
    #[inline]
    fn read(&self, (who, key): (Agent, K)) -> V {
        self.0[who as usize].read(key)
    }

    #[inline]
    fn write(&mut self, (who, key): (Agent, K), record: V) {
        self.0[who as usize].write(key, record);
    }
}

/// Records by number, of which few are left out. Numbers that no table of a contract has, since a
/// file made them up, take no more room than any other.
#[derive(Debug)]
pub struct Dense<V> {
    near: Vec<V>,
    far: Records<u32, V>,
}

/// Numbers below this have a place of their own.
const NEAR: u32 = 1 << 16;

impl<V: Clone> Clone for Dense<V> {
    fn clone(&self) -> Self {
        Self { near: self.near.clone(), far: self.far.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.near.clone_from(&source.near);
        self.far.clone_from(&source.far);
    }
}

impl<V> Default for Dense<V> {
    fn default() -> Self {
        Self { near: Vec::new(), far: Records::default() }
    }
}

impl<V: Default + PartialEq + Copy> Table<u32, V> for Dense<V> {
    #[inline]
    fn read(&self, key: u32) -> V {
        match self.near.get(key as usize) {
            Some(record) => *record,
            None if key < NEAR => V::default(),
            None => self.far.read(key),
        }
    }

    #[inline]
    fn write(&mut self, key: u32, record: V) {
        match self.near.get_mut(key as usize) {
            Some(place) => *place = record,
            None if key >= NEAR => self.far.write(key, record),
            None if record == V::default() => {}
            None => {
                self.near.resize(key as usize + 1, V::default());
                self.near[key as usize] = record;
            }
        }
    }
}

/// All records with their keys, as `Db` has them; defaults may be among them.
pub trait Every<K, V> {
    /// By key.
    fn every(&self) -> impl Iterator<Item = (K, V)>;
}

impl<K: Copy, V: Copy> Every<K, V> for Records<K, V> {
    fn every(&self) -> impl Iterator<Item = (K, V)> {
        self.0.iter().copied()
    }
}

impl<V: Copy> Every<Agent, V> for ByAgent<V> {
    fn every(&self) -> impl Iterator<Item = (Agent, V)> {
        (0..).zip(self.0.iter().copied())
    }
}

impl<K: Copy, V: Copy> Every<(Agent, K), V> for ByAgent<Records<K, V>> {
    fn every(&self) -> impl Iterator<Item = ((Agent, K), V)> {
        (0..).zip(&self.0).flat_map(|(who, records)| {
            records.every().map(move |(key, record)| ((who, key), record))
        })
    }
}

impl<V: Copy> Every<u32, V> for Dense<V> {
    fn every(&self) -> impl Iterator<Item = (u32, V)> {
        (0..).zip(self.near.iter().copied()).chain(self.far.every())
    }
}
