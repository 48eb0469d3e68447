//! A scene of whatever mechanism: audit and attack search work on this, and are compiled once.

use super::cast::Cast;
use super::decider::Decider;
use super::end::End;
use super::intruder::{Change, Look, Who};
use super::steered::Steered;
use crate::exact::Rational;
use crate::model::{Agent, Amount, AnyInstance, AnyOp, Step};
use crate::play::ClosedForm;
use crate::scenario::Terms;
use carrots_kernel::Balance;
use serde_json::Value;
use std::collections::BTreeMap;

/// How a play is played.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Every call is written down.
    pub recorded: bool,
    /// After every call it is seen whether the mechanism holds what it owes.
    pub watched: bool,
    /// What players can decide on the way is asked.
    pub asks: bool,
    /// A player plays from another account.
    pub from: Option<(usize, Agent)>,
}

impl How {
    /// Every call is written down.
    pub const RECORDED: Self = Self { recorded: true, watched: false, asks: false, from: None };
}

/// A scenario as a game.
pub trait AnyScene: Send + Sync {
    /// What is known without the rules.
    fn cast(&self) -> &Cast;
    /// The mechanism before anybody called anything.
    fn start(&self) -> &dyn AnyInstance;
    /// Plays once: everybody chooses, and everything happens as the decider says. In the end everyone
    /// takes out what it can.
    fn play<'s>(&'s self, how: How, decider: &mut dyn Decider) -> Box<dyn End + 's>;
    /// The same for so many rounds, and a look after each of them.
    fn watch<'s>(
        &'s self,
        how: How,
        rounds: u32,
        decider: &mut dyn Decider,
        look: &mut dyn FnMut(&dyn AnyInstance),
    ) -> Box<dyn End + 's>;
    /// The same with changes by an intruder, to which all others react.
    fn intrude<'l, 's: 'l>(
        &'s self,
        recorded: bool,
        decider: &'l mut dyn Decider,
        who: &'l Who,
        changes: &'l [Change],
        look: Option<Look<'l>>,
    ) -> Box<dyn End + 's>;
    /// Plays once as the simulator does, which draws everybody's type and all that chance does. All do
    /// as intended but one player, who follows a strategy, by its number. Gives that player's payoff.
    fn sample(&self, player: usize, strategy: usize, seed: u64, run: u64) -> i128;
    /// Whether a player can follow a strategy.
    fn suits(&self, player: usize, strategy: usize) -> bool;
    /// The option that following a strategy is for a player of that type.
    fn option_of(&self, player: usize, strategy: usize, kind: usize) -> Option<usize>;
    /// What an end that no play came to is worth to a player of type `kind` beside tokens.
    fn worth(&self, player: usize, kind: usize, end: &dyn AnyInstance) -> i128;
    /// Every message, called with the account and samples of the other arguments.
    fn samples(&self, account: Agent) -> Vec<AnyOp>;
    /// The most that all can have together, given what everyone knows.
    fn welfare_max(&self, values: &[Balance]) -> Option<i128>;
    /// The most that the owner could earn from what was chosen, an option of every player.
    fn revenue_max(&self, options: &[usize]) -> Option<Balance>;
    /// What the optimal mechanism expects to earn.
    fn revenue_optimal(&self) -> Option<Rational>;
    /// What is steered to a target, and the shocks by which that is tried.
    fn steered(&self) -> Option<Steered>;
    /// What a closed form says of a property.
    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm>;
    /// What was called since a start, as a trace that says what agents should have in the end.
    fn trace(
        &self,
        start: &dyn AnyInstance,
        steps: &[Step<AnyOp>],
        ends: BTreeMap<Agent, Amount>,
    ) -> Value;
}
