//! Prediction markets: the contract against the model, both against numbers that others published, and what
//! traders, sponsors and settlers gain by doing otherwise.

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
