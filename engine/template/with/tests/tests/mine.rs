//! What has to hold of any mechanism: see `carrots_testkit::conformance`.

carrots_testkit::conformance!(
    OWN_sim::mine::Game,
    include_str!("../../sim/scenarios/SCENARIO.toml"),
    never: NEVER
);
