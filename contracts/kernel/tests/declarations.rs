//! What is wrong in a declaration is said at the user's line, in one message.
//!
//! `TRYBUILD=overwrite cargo test --workspace --test declarations` writes the messages anew.

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/declarations/*.rs");
}
