//! What has to hold of any mechanism: see `carrots_testkit::conformance`.

carrots_testkit::conformance!(
    carrots_catalogue::controller::Game,
    include_str!("../../../sim/scenarios/controller-general.toml"),
    never: carrots_catalogue::CONTROLLER.sources.expect("it can be copied").never
);
