//! The conformance suite, and what is intended.

use carrots::audit::Property;
use carrots::scenario::Document;
use mine_sim::MINE;
use mine_sim::play::Game;

const SCENARIO: &str = include_str!("../../sim/scenarios/mine.toml");

carrots_testkit::conformance!(Game, SCENARIO, never: []);

fn scenario(set: &str) -> Document {
    Document::parse("mine.toml".into(), SCENARIO.into(), &[set.into()]).expect("it is TOML")
}

#[test]
fn the_scenario_is_answered_as_it_expects() {
    MINE.audit(&scenario("run.seed=1")).expect("it is sound").is_as_expected();
}

#[test]
fn keeping_pays_as_long_as_the_deposit_is_more_than_the_effort() {
    let audit = MINE.audit(&scenario("world.effort=499")).expect("it is sound");
    audit.property(Property::Nash).holds();
    audit.property(Property::IndividualRationality).holds();
    let audit = MINE.audit(&scenario("params.deposit=199")).expect("it is sound");
    audit.property(Property::Nash).violated();
}
