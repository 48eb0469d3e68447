//! What came of a play.

use super::record::Notes;
use crate::model::{AnyInstance, AnyOp, Step};
use carrots_kernel::Balance;

/// The end of a play.
pub trait End {
    /// The mechanism.
    fn instance(&self) -> &dyn AnyInstance;
    /// What was written down beside calls.
    fn notes(&self) -> &Notes;
    /// The calls that were written down.
    fn steps(&self) -> Vec<Step<AnyOp>>;
    /// What the world gave a player, less what it took.
    fn given(&self, player: usize) -> i128;
    /// What the world gave one of the others, or took from it, by its number.
    fn other_gains(&self, seat: usize) -> i128;
    /// What the end is worth to all who do not play, beside tokens.
    fn externality(&self) -> i128;
    /// Whether the outcome is the one that an outsider wants.
    fn turned(&self) -> Option<bool>;
    /// What the mechanism keeps by its rules.
    fn kept(&self) -> Balance;
}

impl dyn End + '_ {
    /// What of a player's payoff is no tokens, if it is of type `kind`.
    pub fn gains(&self, player: usize, kind: usize) -> i128 {
        self.given(player) + self.notes().worths[player][kind]
    }
}
