//! What a mechanism steers to a target, where its play has such a thing.

use super::table::{Play, ScenarioOf};
use crate::model::Instance;

/// A quantity that is steered, and the shocks after which it should come back.
pub struct Feedback<P: Play> {
    /// What it is, in words.
    pub quantity: &'static str,
    /// How much of it there should be.
    pub target: i128,
    /// How much of it there is in a round that has just been played, by the records.
    pub measured: fn(&Instance<P::Model>) -> i128,
    /// All shocks in words: their sizes, when they come, and from where.
    pub grid: String,
    /// What is played without any.
    pub calm: ScenarioOf<P>,
    /// Each of them.
    pub shocks: Vec<Shock<P>>,
}

/// What disturbs a quantity that is steered.
pub struct Shock<P: Play> {
    /// What happens, in words.
    pub name: String,
    /// The round with which it comes, from zero.
    pub round: u32,
    /// What is played with it; its horizon is not looked at.
    pub scenario: ScenarioOf<P>,
}
