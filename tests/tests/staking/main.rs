//! Staking: the contract against the model, the model against a reference, both against numbers
//! that others published.

mod conformance;
mod cost;
mod differential;
mod errors;
mod generate;
mod invariants;
mod properties;
mod published;
mod reference;
mod script;
mod still;
