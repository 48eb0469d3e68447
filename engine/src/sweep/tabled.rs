//! What is kept.

use crate::rows::Column;

/// A table whose rows a folder keeps.
pub trait Tabled {
    /// The file that says what it is.
    const HEAD: &'static str;

    /// Its columns.
    fn columns(&self) -> &[Column];
    /// What that file says: the same for the same rows.
    fn text(&self) -> String;
}
