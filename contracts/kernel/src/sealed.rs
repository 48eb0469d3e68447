//! Sealed choices: committed to by their hash, then revealed, each in a window of blocks.
//!
//! A commitment binds the contract, the account and the round beside the choice, so a copied
//! commitment cannot be opened, and one of another round, or made for another contract, is of no
//! use. The salt hides choices of which there are few.

use crate::accounts::Accounts;
use scale::Encode;

/// Number of a block, or of blocks.
pub type Block = u32;
/// A hash of 256 bits.
pub type Hash = [u8; 32];
/// What hides a choice until it is revealed: 256 bits drawn at random, never used again.
pub type Salt = [u8; 32];

/// The longest window that any parameter may ask for, in blocks: no sum of windows overflows.
pub const MAX_WINDOW: Block = 1 << 24;

/// How the chain hashes, and the bytes by which it knows the contract and accounts.
pub trait Hashing: Accounts {
    /// Blake2b with 256 bits.
    fn hash(&self, bytes: &[u8]) -> Hash;
    /// The contract's own account.
    fn contract(&self) -> [u8; 32];
    /// An account's name on the chain.
    fn account(&self, who: Self::Id) -> [u8; 32];
}

/// The commitment of an account to a choice in a round of this contract: the hash of all five,
/// SCALE-encoded in the order contract, account, round, choice, salt.
pub fn commitment<D: Hashing>(
    db: &D,
    who: D::Id,
    round: u32,
    choice: &impl Encode,
    salt: &Salt,
) -> Hash {
    (db.contract(), db.account(who), round, choice, salt).using_encoded(|bytes| db.hash(bytes))
}

/// Where a round of sealed choices stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Choices are committed to.
    Commit,
    /// Commitments are opened.
    Reveal,
    /// Neither any more.
    Over,
}

/// The phase in block `now` of a round that began in block `start`. A window of `n` blocks begins
/// with its first block and ends before the `n`-th block after it.
pub fn phase(start: Block, commit: Block, reveal: Block, now: Block) -> Phase {
    match now.saturating_sub(start) {
        age if age < commit => Phase::Commit,
        age if age < commit.saturating_add(reveal) => Phase::Reveal,
        _ => Phase::Over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_each_other() {
        let phases = [9, 10, 12, 13, 14, 15, u32::MAX].map(|now| phase(10, 3, 2, now));
        use Phase::*;
        assert_eq!(phases, [Commit, Commit, Commit, Reveal, Reveal, Over, Over]);
        assert_eq!(phase(u32::MAX, MAX_WINDOW, MAX_WINDOW, u32::MAX), Commit);
        assert_eq!(phase(0, MAX_WINDOW, MAX_WINDOW, 2 * MAX_WINDOW - 1), Reveal);
        assert_eq!(phase(0, MAX_WINDOW, MAX_WINDOW, u32::MAX), Over);
    }
}
