//! What is known of a property without playing.

/// What a closed form says of a property: set beside what is found by playing, it is never used to find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedForm {
    /// When the property holds, in the names of parameters and of what is audited.
    pub formula: &'static str,
    /// Where that is from.
    pub source: &'static str,
    /// Whether it holds by that.
    pub holds: bool,
}
