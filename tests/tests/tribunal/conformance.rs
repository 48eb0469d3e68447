//! What has to hold of any mechanism holds of three contracts that are one: see `carrots_testkit::conformance`.

use carrots::Mechanism;
use carrots::audit::{Limits, Property};
use carrots::model::Model;
use carrots::scenario::Document;
use carrots_catalogue::tribunal::{Game, Tribunal};
use carrots_testkit::conformance::Suite;
use carrots_testkit::replay::{Replay, read, replay};

const SCENARIO: &str = include_str!("../../data/tribunal.toml");

fn suite() -> Suite<Game> {
    Suite::new(SCENARIO)
}

#[test]
fn played_they_do_what_the_model_does() {
    suite().the_contract_does_what_the_model_does();
}

#[test]
fn tokens_are_kept_and_refused_calls_change_nothing() {
    suite().tokens_are_kept_and_refused_calls_change_nothing();
}

#[test]
fn in_the_end_nothing_is_locked() {
    suite().in_the_end_nothing_is_locked();
}

#[test]
fn storage_is_read_back() {
    suite().storage_is_read_back();
}

#[test]
fn tokens_are_refused_where_none_are_taken() {
    suite().tokens_are_refused_where_none_are_taken();
}

#[test]
fn the_intended_play_is_as_the_snapshot_says() {
    suite().the_intended_play_is_as_the_snapshot_says();
}

/// An operator offends, and two of three jurors acquit it: together they gain what the offence brings, what the
/// accuser paid for the jury, and what the third juror loses, who said the truth; none of them does alone. So
/// it ends on the contracts.
#[test]
fn who_offends_gains_with_two_of_three_jurors() {
    let tribunal = Mechanism::of::<Game>(SCENARIO);
    let scenario = Document::parse("tribunal.toml".into(), SCENARIO.into(), &[]);
    let scenario = scenario.expect("it is a scenario");
    let limits = Limits { seconds: 600.0, ..Limits::default() };
    let audit = tribunal.audit(&scenario).expect("it is sound").limits(limits);
    let findings = audit.is_as_expected();
    let found = findings.iter().find(|finding| finding.terms.property == Property::Coalition);
    let found = found.and_then(|finding| finding.counterexample.as_ref()).expect("it is violated");
    let ends = |trace: &serde_json::Value| -> i128 {
        let mut said = Vec::new();
        let known: &[(&str, Replay)] = &[(Tribunal::NAME, read::<Tribunal>)];
        let ends = replay(known, &trace.to_string(), &mut said).expect("it can be played");
        let said = String::from_utf8_lossy(&said);
        let ends = ends.unwrap_or_else(|| panic!("not equal\n{said}"));
        found.accounts.iter().map(|account| ends[*account as usize] as i128).sum()
    };
    assert_eq!(ends(&found.trace) - ends(&found.base), found.gain_in_tokens);
}
