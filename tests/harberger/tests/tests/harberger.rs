//! The conformance suite, and what is intended.

use carrots::audit::{Audit, Property};
use carrots::scenario::Document;
use harberger_sim::HARBERGER;
use harberger_sim::play::Game;

const SCENARIO: &str = include_str!("../../sim/scenarios/harberger.toml");

carrots_testkit::conformance!(Game, SCENARIO, never: []);

fn audit(rate: &str) -> Audit {
    let set = format!("params.rate={rate}");
    let scenario = Document::parse("harberger.toml".into(), SCENARIO.into(), &[set]);
    HARBERGER.audit(&scenario.expect("it is TOML")).expect("it is sound")
}

#[test]
fn truth_is_best_where_the_tax_is_the_chance_of_a_sale() {
    // At the value half of the buyers buy, and above it two of five.
    for rate in ["0.04", "0.045", "0.05"] {
        audit(rate).property(Property::Bayesian).holds();
    }
    for rate in ["0.039", "0.051", "0.001", "0.1"] {
        audit(rate).property(Property::Bayesian).violated();
    }
}

#[test]
fn a_truthful_holder_sells_to_whom_it_is_worth_more() {
    audit("0.001").property(Property::Efficiency).holds();
}
