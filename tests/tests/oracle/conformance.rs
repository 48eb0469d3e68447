//! What has to hold of any mechanism: see `carrots_testkit::conformance`. What never happens in this
//! scenario is told; that it happens elsewhere, `errors.rs` and `differential.rs` show.

carrots_testkit::conformance!(
    carrots_catalogue::oracle::Game,
    include_str!("../../../sim/scenarios/oracle-general.toml"),
    never: carrots_catalogue::ORACLE.sources.expect("it can be copied").never
);
