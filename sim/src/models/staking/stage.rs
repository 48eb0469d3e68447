//! Staking as a game.

use super::play::Scenario;
use super::{Staking, rules::Params};
use crate::play::Wrong;
use crate::stage::{self, Course, Seat};
use carrots_logic::Balance;
use serde::{Deserialize, Serialize};

/// The part of a scenario that is audited.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audit {}

/// Staking as a game.
pub struct Stage {
    params: Params,
}

impl Stage {
    /// The game of a scenario whose other parts are sound.
    pub fn new(scenario: &Scenario) -> Result<Self, Wrong> {
        Ok(Self { params: scenario.params })
    }
}

impl stage::Stage for Stage {
    type Model = Staking;

    fn players(&self) -> Vec<Seat> {
        Vec::new()
    }

    fn params(&self) -> Params {
        self.params
    }

    fn wallets(&self) -> Vec<Balance> {
        vec![0; 8]
    }

    fn play(&self, _course: &mut Course<Staking>) {}
}
