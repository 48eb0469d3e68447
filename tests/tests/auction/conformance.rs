//! What has to hold of any mechanism: see `carrots_testkit::conformance`. What never happens in this
//! scenario is told; that it happens elsewhere, `errors.rs` and `differential.rs` show.

carrots_testkit::conformance!(
    carrots_catalogue::auction::Game,
    include_str!("../../../sim/scenarios/auction-general.toml"),
    never: carrots_catalogue::AUCTION.sources.expect("it can be copied").never
);
