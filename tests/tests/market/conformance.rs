//! What has to hold of any mechanism: see `carrots_testkit::conformance`.

carrots_testkit::conformance!(
    carrots_catalogue::market::Game,
    include_str!("../../../sim/scenarios/market-general.toml"),
    never: carrots_catalogue::MARKET.sources.expect("it can be copied").never
);
