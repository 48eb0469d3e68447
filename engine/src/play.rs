//! How a scenario is played: agents of a few strategies, round by round, and what becomes of them.
//!
//! A mechanism's file says what its agents do ([`Play`]); what all of them share is here: reading
//! and checking a scenario, dealing out wallets and randomness, and who answers what a play asks.

mod answers;
mod checks;
mod closed_form;
mod endowment;
mod feedback;
mod incumbents;
mod learner;
mod live;
mod measure;
mod measured;
mod resume;
mod table;

pub use answers::{Answers, Dice};
pub use checks::{expect_blocks, expect_chance};
pub use closed_form::ClosedForm;
pub use endowment::Endowment;
pub use feedback::{Feedback, Shock};
pub use learner::Learner;
pub use live::{accounts, read};
pub use measure::{Measure, OF_STRATEGY, Unit, difference};
pub use measured::{Start, measured, measures};
pub use resume::{WriteError, resumed};
#[doc(hidden)]
pub use table::read_strategy;
pub use table::{Group, OpOf, Play, Player, PlayerState, ReceiptOf, ScenarioOf, Strategies, Table};
