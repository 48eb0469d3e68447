//! Sequences of calls.

use super::{Finding, Limits, Stopped, Terms};
use crate::stage::Stage;

/// Answers a question about sequences of calls.
pub fn check<S: Stage>(_stage: &S, terms: &Terms, _limits: Limits) -> Finding {
    Finding::stopped(terms, Stopped::Lacks("nothing yet"), String::new(), 0)
}
