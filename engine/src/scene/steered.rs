//! What is steered to a target, where it does not matter by which rules.

use super::any::AnyScene;
use super::game::Scene;
use crate::model::AnyInstance;
use crate::play::{Feedback, Play, ScenarioOf, Shock};

/// How much there is of something.
type Measured = dyn Fn(&dyn AnyInstance) -> i128;

/// A quantity that is steered, and the shocks after which it should come back.
pub struct Steered {
    /// What it is, in words.
    pub quantity: &'static str,
    /// How much of it there should be.
    pub target: i128,
    /// How much of it there is.
    pub measured: Box<Measured>,
    /// All shocks in words.
    pub grid: String,
    /// What is played without any.
    pub calm: Box<dyn AnyScene>,
    /// Each of them.
    pub shocks: Vec<Disturbed>,
}

/// A scene with a shock.
pub struct Disturbed {
    /// What happens, in words.
    pub name: String,
    /// The round with which it comes, from zero.
    pub round: u32,
    /// What is played.
    pub scene: Box<dyn AnyScene>,
}

/// What is steered in a scenario.
pub fn steered<P: Play>(scenario: &ScenarioOf<P>) -> Option<Steered> {
    let Feedback { quantity, target, measured, grid, calm, shocks } = P::feedback(scenario)?;
    let scene = |scenario| -> Box<dyn AnyScene> { Box::new(Scene::<P>::of(scenario)) };
    let disturbed =
        |Shock { name, round, scenario }| Disturbed { name, round, scene: scene(scenario) };
    Some(Steered {
        quantity,
        target,
        measured: Box::new(move |instance| measured(instance.of())),
        grid,
        shocks: shocks.into_iter().map(disturbed).collect(),
        calm: scene(calm),
    })
}
