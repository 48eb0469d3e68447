//! Deploying to a local chain, calling, playing and following what happens there, and what goes
//! wrong on the way. Needs what `scripts/build-contracts` and `scripts/localnet` make.
#![cfg(feature = "chain")]

mod deploy;
mod faults;
mod follow;
mod localnet;
mod play;
mod relay;
