//! Whether a goal is met.

/// Whether a goal is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// It is: by an exact verdict, or with a whole 95 % interval.
    Yes,
    /// Nobody knows.
    Unknown,
    /// It is not.
    No,
}
