//! Controllers: the contract against the model, both against numbers that others published, and what
//! those who make and use periods gain by doing otherwise.

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
