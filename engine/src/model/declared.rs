//! A mechanism in memory, written from its declaration.

/// Writes the model of a mechanism where it is called: its records in memory, named as in the
/// declaration, with everything that [`Model`](super::Model) is; `Op` and `Receipt`; and a constant
/// for each role. [`Accounting`](super::Accounting) is left, and is written by hand in the same module,
/// which sees the fields: one for each table, named as in the declaration, beside `params`, `state`,
/// `roles`, `credits` and `names`.
///
/// ```text
/// carrots::model!(carrots_logic::staking);
/// ```
///
/// The path is that of the module in which `carrots_kernel::mechanism!` declares the mechanism.
#[macro_export]
macro_rules! model {
    ($first:ident $(:: $rest:ident)*) => {
        $first $(:: $rest)* :: declaration! {
            [$crate::kernel::declare::model] [$first $(:: $rest)*]
        }
    };
}
