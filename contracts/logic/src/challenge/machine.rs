//! What is asserted: the states of a small machine, of which a contract can afford a single step.
//!
//! A step is that of a linear congruential generator of 64 bits, with the constants of MMIX (Knuth, The Art
//! of Computer Programming, volume 2, 3.3.4), to which its own number is added. It stands for the step of any
//! machine: whoever asserts something else replaces [`step`], and nothing else.

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;

/// The state after step `index`, which counts from zero. Every state comes from one other.
pub fn step(state: u64, index: u32) -> u64 {
    state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT).wrapping_add(index.into())
}

/// The state after the steps from `from` to `to`, the last one excluded: what no contract can afford.
pub fn run(state: u64, from: u32, to: u32) -> u64 {
    (from..to).fold(state, step)
}
