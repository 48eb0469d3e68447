//! Records in memory.

use super::names::Agent;
use carrots_kernel::storage::Table;
use smallvec::SmallVec;

/// Records of one kind by key, few at a time and mostly one: a sorted vector in which a default record is
/// one that is not there.
#[derive(Debug)]
pub struct Records<K, V>(SmallVec<[(K, V); 1]>);

impl<K: Copy, V: Copy> Clone for Records<K, V> {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.0.clear();
        self.0.extend_from_slice(&source.0);
    }
}

impl<K, V> Default for Records<K, V> {
    fn default() -> Self {
        Self(SmallVec::new())
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

/// One record per agent. Large ones take room only where they are not the default: most agents never
/// have one.
#[derive(Debug)]
pub struct ByAgent<V> {
    /// Where the records of agents are, if they are large: behind the first, which is the default, and
    /// before the last, which is free.
    places: Vec<u32>,
    records: Vec<V>,
}

impl<V> ByAgent<V> {
    /// Whether records are of a size that it takes to say where they are.
    const LARGE: bool = size_of::<V>() > size_of::<u128>();

    #[inline(always)]
    fn place(&self, who: Agent) -> usize {
        if Self::LARGE { self.places[who as usize] as usize } else { who as usize }
    }

    fn len(&self) -> usize {
        if Self::LARGE { self.places.len() } else { self.records.len() }
    }

    /// All agents with their records.
    pub fn iter(&self) -> impl Iterator<Item = (Agent, &V)> {
        (0..self.len() as Agent).map(|who| (who, &self.records[self.place(who)]))
    }
}

impl<V: Clone> Clone for ByAgent<V> {
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), records: self.records.clone() }
    }

    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.places.clone_from(&source.places);
        self.records.clone_from(&source.records);
    }
}

/// No agents.
impl<V: Default + Clone> Default for ByAgent<V> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<V: Default + Clone> ByAgent<V> {
    /// A default record for each of so many agents.
    pub fn new(agents: usize) -> Self {
        let mut table = Self { places: Vec::new(), records: Vec::new() };
        table.resize(agents);
        table
    }

    /// The record; the default for a stranger.
    pub fn get(&self, who: Agent) -> V {
        match (who as usize) < self.len() {
            true => self.records[self.place(who)].clone(),
            false => V::default(),
        }
    }

    /// Makes room for so many agents and no more.
    pub fn resize(&mut self, agents: usize) {
        if Self::LARGE {
            self.places.resize(agents, 0);
            self.records.resize(self.records.len().max(2), V::default());
        } else {
            self.records.resize(agents, V::default());
        }
    }

    /// Changes a record. What comes after the change is rare, and does not touch it: so a large record
    /// is moved once.
    #[inline(always)]
    fn change(&mut self, who: Agent, change: impl FnOnce(&mut V)) {
        let free = self.records.len() - 1;
        let place = match self.place(who) {
            0 if Self::LARGE => free,
            place => place,
        };
        change(&mut self.records[place]);
        if Self::LARGE && place == free {
            self.take_free(who);
        }
    }

    #[cold]
    #[inline(never)]
    fn take_free(&mut self, who: Agent) {
        self.places[who as usize] = self.records.len() as u32 - 1;
        self.records.push(V::default());
    }
}

impl<V: Default + Copy> Table<Agent, V> for ByAgent<V> {
    #[inline(always)]
    fn read(&self, who: Agent) -> V {
        self.records[self.place(who)]
    }

    #[inline(always)]
    fn write(&mut self, who: Agent, record: V) {
        self.change(who, |own| *own = record);
    }
}

/// Records of an agent by a key of their own: `Db` asks for `(agent, key)`.
impl<K: Ord + Copy, V: Default + PartialEq + Copy> Table<(Agent, K), V> for ByAgent<Records<K, V>> {
    #[inline]
    fn read(&self, (who, key): (Agent, K)) -> V {
        self.records[self.place(who)].read(key)
    }

    #[inline]
    fn write(&mut self, (who, key): (Agent, K), record: V) {
        self.change(who, |own| own.write(key, record));
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

impl<V: Copy> Clone for Dense<V> {
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
            None => self.read_far(key),
        }
    }

    #[inline]
    fn write(&mut self, key: u32, record: V) {
        match self.near.get_mut(key as usize) {
            Some(place) => *place = record,
            None => self.write_new(key, record),
        }
    }
}

impl<V: Default + PartialEq + Copy> Dense<V> {
    #[cold]
    fn read_far(&self, key: u32) -> V {
        self.far.read(key)
    }

    /// Writes what has no place yet.
    #[cold]
    fn write_new(&mut self, key: u32, record: V) {
        if key >= NEAR {
            self.far.write(key, record);
        } else if record != V::default() {
            self.near.resize(key as usize + 1, V::default());
            self.near[key as usize] = record;
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
        self.iter().map(|(who, record)| (who, *record))
    }
}

impl<K: Copy, V: Copy> Every<(Agent, K), V> for ByAgent<Records<K, V>> {
    fn every(&self) -> impl Iterator<Item = ((Agent, K), V)> {
        self.iter().flat_map(|(who, records)| {
            records.every().map(move |(key, record)| ((who, key), record))
        })
    }
}

impl<V: Copy> Every<u32, V> for Dense<V> {
    fn every(&self) -> impl Iterator<Item = (u32, V)> {
        (0..).zip(self.near.iter().copied()).chain(self.far.every())
    }
}
