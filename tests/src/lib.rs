//! The tests' machinery, the same for every mechanism.
//!
//! | question | module |
//! | --- | --- |
//! | what did scripts/build-contracts make? | [`bundle`] |
//! | what does the compiled contract do? | [`sandbox`] |
//! | is that what the model does? | [`differential`] |
//! | what is the shortest trace on which it is not? | [`shrink`] |
//!
//! The tests themselves are in `tests/tests`, one folder per mechanism.

pub mod bundle;
pub mod differential;
pub mod sandbox;
pub mod shrink;

/// The name of an agent on the chain.
pub fn account(agent: carrots::models::Agent) -> [u8; 32] {
    let mut account = [b'a'; 32];
    account[28..].copy_from_slice(&agent.to_be_bytes());
    account
}
