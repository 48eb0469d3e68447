//! A `holds` that can be believed: cases in which the audit once said something else. Each names what
//! was wrong.

use carrots::audit::{Finding, Limits, Property, Verdict};
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use std::path::Path;

use Property::*;
use Verdict::{Holds, Violated};

/// A scenario with its own properties taken out, so that their margins are, too.
fn scenario(name: &str, set: &[&str]) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    let mut all = vec!["intended.properties=[]".to_string()];
    all.extend(set.iter().map(ToString::to_string));
    Document::read(&path, &all).expect("the scenario can be read")
}

fn ask(name: &str, set: &[&str], property: Property) -> Finding {
    // However slow the machine is; but a search for ways out goes on for as long as it is let.
    let limits = match property {
        ExitBeforePenalty => Limits::default(),
        _ => Limits { seconds: 900.0, ..Limits::default() },
    };
    let audit =
        CATALOGUE.audit(&scenario(name, set)).expect("the scenario is sound").limits(limits);
    audit.property(property).finding()
}

fn measured(finding: &Finding) -> String {
    finding.gain.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Whether play is sequential was judged from one path, on which the lowest value bids nothing.
#[test]
fn withholding_is_seen_whatever_the_lowest_value_is() {
    for values in ["{uniform={min=0,max=400}}", "{uniform={min=2,max=402}}"] {
        let values = format!("world.values=[{values}]");
        let set = [
            values.as_str(),
            "audit.steps=2",
            "audit.bidders=2",
            "params.deposit=1",
            "audit.identities=2",
            "audit.withholding=true",
        ];
        let finding = ask("auction-first-price", &set, Bayesian);
        assert_eq!(finding.verdict, Violated, "{finding}");
        assert!(finding.gain.as_ref().is_some_and(|gain| *gain.numer() > 0.into()), "{finding}");
    }
}

/// On a tree, types were averaged over; a superset of the options made it hold.
#[test]
fn nash_is_for_every_profile_of_types() {
    for withholding in [false, true] {
        let withholding = format!("audit.withholding={withholding}");
        let set = [
            "world.values=[{uniform={min=2,max=6}}]",
            "audit.steps=2",
            "audit.bidders=2",
            "params.deposit=100",
            withholding.as_str(),
        ];
        let finding = ask("auction-first-price", &set, Nash);
        assert_eq!(finding.verdict, Violated, "{withholding}: {finding}");
    }
}

/// The victim always stood last.
#[test]
fn a_victim_may_stand_anywhere() {
    let set = ["world.values=[10]", "audit.bidders=2", "params.deposit=100"];
    for property in [Immunity, Griefing] {
        let finding = ask("auction-first-price", &set, property);
        assert_eq!(finding.verdict, Violated, "{finding}");
    }
    let audit = CATALOGUE.audit(&scenario("auction-first-price", &set)).expect("it is sound");
    let options = audit.property(Immunity).on(|terms| terms.changes = Some(0)).finding();
    assert_eq!(measured(&options), "5", "{options}");
}

/// The domain counted options that were never tried: those of several identities.
#[test]
fn what_is_counted_was_tried() {
    let finding = ask("funding-quadratic", &[], Nash);
    assert!(finding.options.iter().any(|option| option.contains("from 2 accounts")), "{finding}");
    assert_eq!(finding.verdict, Violated, "{finding}");
    let one = CATALOGUE.audit(&scenario("funding-quadratic", &[])).expect("it is sound");
    let one = one.property(Nash).size(1).on(|terms| terms.changes = Some(0)).finding();
    assert_eq!(one.verdict, Holds, "{one}");
    assert!(one.options.iter().all(|option| !option.contains("accounts")), "{one}");
    let set = ["audit.splits=2"];
    let small = |property| {
        let audit = CATALOGUE.audit(&scenario("staking-small", &set)).expect("it is sound");
        audit
            .property(property)
            .on(|terms| {
                if property == Nash {
                    terms.changes = Some(0);
                }
            })
            .finding()
    };
    let (nash, sybil) = (small(Nash), small(Sybil));
    // Payouts go by stake: two operators earn what one with both stakes does, and do two duties.
    assert_eq!((nash.verdict, sybil.verdict), (Violated, Holds), "{nash}\n{sybil}");
    assert!(nash.gain >= sybil.gain, "{nash}\n{sybil}");
    let several = ask("staking-small", &["audit.splits=8"], Sybil);
    assert!(!several.options.is_empty(), "{several}");
}

/// Only equal offers were known (divide and conquer; Segal 2003).
#[test]
fn offers_may_differ() {
    let court = CATALOGUE.audited(&scenario("oracle-court", &[])).expect("it is sound");
    let terms: carrots::audit::Terms = serde_json::from_value(serde_json::json!({
        "property": "bribery", "budget": "10000000000000000000000", "promise": "0",
    }))
    .expect("they are terms");
    let mut finding = None;
    court.check(&[terms], Default::default(), &mut |one| finding = Some(one));
    let finding = finding.expect("it is answered");
    assert_eq!(finding.verdict, Violated, "{finding}");
    // Twice 4,706.25 PNK and a unit, and nothing for the third.
    assert_eq!(measured(&finding), "9412500000000000000002", "{finding}");
}

/// Under the uniform price a bidder could bid for all units or for one.
#[test]
fn any_bids_that_do_not_rise_are_options() {
    let set = [
        "world.weights=[1,1,1]",
        "world.values=[1000]",
        "params.reserve_price=950",
        "audit.bidders=2",
        "intended.strategy=demand_reduction",
    ];
    for property in [Nash, ExPost, Bayesian] {
        let finding = ask("auction-uniform-price", &set, property);
        assert_eq!(finding.verdict, Violated, "{finding}");
        assert_eq!(measured(&finding), "50", "{finding}");
    }
    let few = [&set[..], &["audit.steps=1"]].concat();
    let finding = ask("auction-uniform-price", &few, Attack);
    assert_eq!(finding.verdict, Violated, "an intruder seals bids of its own: {finding}");
}

/// A pledge was capped at one's part: pledging is not dominant over the messages that there are.
#[test]
fn pledges_may_be_any_amount() {
    let set = ["world.weight.uniform.min=40"];
    let finding = ask("funding-assurance", &set, DominantStrategy);
    assert_eq!(finding.verdict, Violated, "{finding}");
    assert!(finding.options.iter().any(|option| option == "pledge 299"), "{finding}");
    let nothing = ask("funding-assurance", &[], Nash);
    assert_eq!(measured(&nothing), "59", "where nobody pledges, 299 earn a bonus of 59: {nothing}");
}

/// Whoever asks for all rewards was looked at only where that is refused.
#[test]
fn the_highest_commission_is_an_option_where_it_is_allowed() {
    let finding = ask("polkadot-staking", &["audit.operators=4"], IndividualRationality);
    assert_eq!(finding.verdict, Holds, "{finding}");
    let audit = CATALOGUE
        .audit(&scenario("polkadot-staking", &["audit.operators=4"]))
        .expect("it is sound");
    let finding = audit.property(Nash).on(|terms| terms.changes = Some(0)).finding();
    assert_eq!(finding.verdict, Violated, "{finding}");
    let greedy = |option: &String| option == "ask for all rewards";
    assert!(finding.options.iter().any(greedy), "{finding}");
}

/// Bonders decided nothing, and what they lost counted nowhere.
#[test]
fn bonders_have_a_seat() {
    let audit = CATALOGUE
        .audit(&scenario("polkadot-staking", &["audit.operators=4"]))
        .expect("it is sound");
    let finding = audit.property(Griefing).on(|terms| terms.changes = Some(0)).finding();
    assert_eq!(finding.verdict, Violated, "{finding}");
    let counterexample = finding.counterexample.as_ref().expect("it is violated");
    let lost = |(name, gain): &(String, _)| name == "bonder 0" && *gain < carrots::exact::whole(0);
    assert!(counterexample.everyone.iter().any(lost), "{finding}");
}

/// One unit of rounding was told as an attack.
#[test]
fn rounding_is_no_attack() {
    let set = ["audit.operators=4", "audit.eras=1"];
    let finding = ask("polkadot-staking", &set, ExitBeforePenalty);
    assert_eq!(finding.verdict, Holds, "{finding}");
}

/// Two plays that disagreed: bonders leave who was slashed, and whoever has no bonders shares its
/// payout with nobody. The audit sees it, as the simulator does.
#[test]
fn being_caught_pays_in_the_audit_too() {
    let set = ["world.offence_gain=0", "audit.operators=4", "audit.eras=3"];
    let audit = CATALOGUE.audit(&scenario("polkadot-staking", &set)).expect("it is sound");
    let finding = audit.property(Nash).on(|terms| terms.changes = Some(0)).finding();
    assert_eq!(finding.verdict, Violated, "{finding}");
}
