//! What is wrong with a scenario that can be read.
/// A key of a scenario, and what was expected of it.
#[derive(Debug)]
pub struct Invalid {
    /// The key.
    pub key: String,
    /// What was expected.
    pub expected: String,
}

/// Says what is wrong unless `holds`.
pub fn expect(holds: bool, key: &str, expected: impl Into<String>) -> Result<(), Invalid> {
    if holds { Ok(()) } else { Err(Invalid { key: key.into(), expected: expected.into() }) }
}
