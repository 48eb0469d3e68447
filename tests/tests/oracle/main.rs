//! The oracle: the contract against the model, and both against what the rules promise and against
//! numbers that others published.

mod conformance;
mod cost;
mod differential;
mod errors;
mod generate;
mod invariants;
mod properties;
mod published;
mod script;
mod still;
