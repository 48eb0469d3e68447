//! What has to hold of any mechanism: see `carrots_testkit::conformance`.

carrots_testkit::conformance!(
    carrots_catalogue::challenge::Game,
    include_str!("../../../sim/scenarios/challenge-general.toml"),
    never: carrots_catalogue::CHALLENGE.sources.expect("it can be copied").never
);
