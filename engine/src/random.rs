//! Randomness: a stream of its own for every agent in every run.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The stream of randomness of one agent in one run. Agents and runs are independent.
pub fn stream(seed: u64, run: u64, agent: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&run.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(agent);
    rng
}
