//! What the audit says of the scenarios and of games with known answers.

use carrots::audit::{Compared, Finding, Limits, Place, Property, Terms, Verdict};
use carrots::exact::Rational;
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};
use toml::Value;

use Property::*;
use Verdict::{Holds, Unknown, Violated};

fn scenario(name: &str, set: &[&str]) -> Document {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    let set: Vec<String> = set.iter().map(ToString::to_string).collect();
    Document::read(&path, &set).expect("the scenario can be read")
}

/// The scenarios that are shipped.
fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).expect("there are scenarios");
    let name = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.expect("it can be read").path();
        path.file_stem().and_then(|name| name.to_str()).expect("it has a name").to_string()
    };
    let mut names: Vec<_> = files.map(name).collect();
    names.sort();
    names
}

fn carrots(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command.output().expect("carrots can be started")
}

/// Everybody's payoffs in every profile of options that do not react, for the highest types. Who
/// reacts may learn from one round for the next.
fn payoffs(name: &str, set: &[&str]) -> Vec<Vec<Rational>> {
    let audited = CATALOGUE.audited(&scenario(name, set)).expect("the scenario is sound");
    let places = audited.places();
    let types: Vec<usize> = places.iter().map(|place| place.types.len() - 1).collect();
    let [first, second] = &places[..] else { panic!("{name}: two players") };
    let steady = |place: &Place| -> Vec<usize> {
        (0..place.options.len()).filter(|option| !place.options[*option].reacts).collect()
    };
    let others = steady(second);
    let pairs = steady(first)
        .into_iter()
        .flat_map(|one| others.iter().map(move |other| [one, *other]).collect::<Vec<_>>());
    let outcome = |pair: [usize; 2]| audited.outcome(&types, &pair).expect("odds are small");
    pairs.map(|pair| outcome(pair).payoffs).collect()
}

#[test]
fn two_rounds_are_worth_twice_one() {
    let auction: &[&str] = &["audit.bidders=2", "audit.steps=3"];
    let kept: &[&str] =
        &["audit.bidders=2", "audit.steps=2", "params.kind=vcg", "audit.identities=2"];
    let funding: &[&str] = &["audit.players=2", "audit.steps=2", "audit.amounts=3"];
    for (name, set) in [
        ("auction-second-price", auction),
        ("auction-second-price", kept),
        ("funding-assurance", funding),
    ] {
        let [one, two] = ["audit.rounds=1", "audit.rounds=2"]
            .map(|rounds| payoffs(name, &[set, &[rounds]].concat()));
        let twice = |all: Vec<Rational>| all.iter().map(|one| one + one).collect::<Vec<_>>();
        let different = one.into_iter().map(twice).zip(two).find(|(twice, two)| twice != two);
        assert_eq!(different, None, "{name} {set:?}");
    }
}

#[test]
fn rounds_that_cannot_be_audited_are_refused() {
    for (name, set) in [
        ("auction-general", "audit.rounds=2"),
        ("auction-second-price", "audit.rounds=0"),
        ("auction-second-price", "audit.rounds=101"),
        ("funding-assurance", "audit.rounds=0"),
    ] {
        let refused = CATALOGUE.audited(&scenario(name, &[set])).err().expect(set).to_string();
        assert!(refused.contains("audit.rounds"), "{name} {set}: {refused}");
    }
}

/// All that a scenario asks for, with the answers.
fn answers(name: &str, set: &[&str]) -> Vec<Finding> {
    answered(&scenario(name, set))
}

fn answered(document: &Document) -> Vec<Finding> {
    let audited = CATALOGUE.audited(document).expect("the scenario is sound");
    let mut findings = Vec::new();
    // However slow the machine is; but a search for ways out, which scenarios ask for last, goes on for
    // as long as it is let.
    let (exits, others): (Vec<Terms>, Vec<Terms>) =
        audited.asked().iter().cloned().partition(|terms| terms.property == ExitBeforePenalty);
    let patient = Limits { seconds: 900.0, ..Limits::default() };
    for (terms, limits) in [(others, patient), (exits, Limits::default())] {
        audited.check(&terms, limits, &mut |finding| findings.push(finding));
    }
    findings
}

/// What the README's table says of a scenario's property, as the audit says it.
const README: &[(&str, Property, &str)] = &[
    ("auction-second-price", Attack, "seller gains "),
    ("auction-first-price", Bayesian, "withholding as "),
    ("auction-demand-reduction", Nash, "the best deviation gains 10\n"),
    ("auction-places", Attack, "gains 9 by calls"),
    ("oracle-mid-life", Attack, "gains 67 by calls"),
    ("funding-quadratic", Sybil, "gains 2.19 USD"),
    ("funding-pairwise", Sybil, "gains 103.78 USD"),
    ("oracle-busy", Nash, "of each: juror 4: crowd 21"),
    ("oracle-court", Uniqueness, "5 lie"),
    ("oracle-court", Bribery, "3 players turn it: for 9,412.500000000000000002 PNK in all"),
    ("oracle-court", Bribery, "and spending nothing"),
    ("funding-assurance", Nash, "player 0 (weight 20): pledge 299 instead of nothing"),
    ("funding-assurance", Nash, "gains 59"),
    ("challenge-game", Nash, "nash: holds"),
    ("challenge-game", Attack, "attack: holds"),
    ("challenge-game", Griefing, "asserter: lie and take all places instead of honest"),
    ("market-election", Nash, "nash: holds"),
    ("market-election", Attack, "attack: holds"),
    ("controller-base-fee", FeedbackStability, "in the band after 16 rounds"),
    ("controller-general", Griefing, "leave the first period empty instead of honest"),
    ("funding-owner", Attack, "owner gains 16 by calls"),
    ("polkadot-staking", Nash, "ask for all rewards instead of honest"),
    ("polkadot-staking", Corruption, "100 players turn it at a cost of 1,000,808.3643181 DOT;"),
    ("staking-small", ExitBeforePenalty, "exit_before_penalty: holds"),
    ("staking-false-reports", Immunity, "immunity: holds"),
];

/// Every scenario has exactly the verdicts that its file expects, in every variant, and the README says
/// what comes of it.
#[test]
fn every_scenario_is_answered_as_it_expects() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(readme).expect("the README can be read");
    let command = |(name, property, _): &(&str, Property, &str)| {
        format!("| `{name}.toml --property {}` |", property.name())
    };
    let commands: BTreeSet<String> = README.iter().map(command).collect();
    for line in &commands {
        assert!(readme.contains(line), "the README lacks {line}");
    }
    let rows = readme.lines().filter(|line| line.starts_with('|') && line.contains("--property "));
    assert_eq!(rows.count(), commands.len(), "the README says what is not tested");
    let (mut wrong, mut told) = (Vec::new(), 0);
    for name in names() {
        for (variant, document) in scenario(&name, &[]).variants().expect("they are sound") {
            let findings = answered(&document);
            for finding in &findings {
                assert!(finding.expected.is_some(), "{name}: it expects no verdicts");
                if finding.surprises() {
                    wrong.push(format!(
                        "carrots audit sim/scenarios/{name}.toml ({variant}): {finding}"
                    ));
                }
            }
            let of = README.iter().filter(|(of, ..)| *of == name && variant.is_empty());
            for (_, property, words) in of {
                let of = |finding: &&Finding| finding.terms.property == *property;
                let said = findings.iter().find(of).expect("it is asked").to_string();
                if !said.contains(words) {
                    wrong.push(format!("{name}: the README says {words}\n{said}"));
                }
                told += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(told, README.len(), "the README tells of a scenario that is not there");
}

/// The name of a property that is asked for by its name, or by a table of its terms.
fn property(asked: &Value) -> Option<&str> {
    asked.get("property").unwrap_or(asked).as_str()
}

/// What a file expects is one of the properties that it asks for.
#[test]
fn nothing_is_expected_of_what_is_not_asked() {
    for name in names() {
        for (variant, document) in scenario(&name, &[]).variants().expect("they are sound") {
            let intended = document.table()["intended"].as_table().expect("it is a table");
            let names = |key: &str| -> BTreeSet<&str> {
                let all = intended.get(key).and_then(Value::as_array).into_iter().flatten();
                all.filter_map(property).collect()
            };
            let asked = names("properties");
            let expected = &names("violated") | &names("unknown");
            assert!(expected.is_subset(&asked), "{name} ({variant}): {expected:?} of {asked:?}");
        }
    }
}

/// `--expected` asks whether the verdicts are those of the file.
#[test]
fn verdicts_are_compared_with_what_is_expected() {
    let status = |more: &[&str]| {
        let file = "scenarios/auction-second-price.toml";
        let asked = ["audit", file, "--property", "optimal_revenue", "--property", "efficiency"];
        let output = carrots(&[&asked, more].concat());
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).into_owned())
    };
    let (code, text) = status(&[]);
    assert_eq!(code, Some(1), "{text}");
    let (code, text) = status(&["--expected"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("violated  violated") && text.contains("holds     holds"), "{text}");
    for violated in ["[]", "['optimal_revenue','efficiency']"] {
        let (code, text) =
            status(&["--expected", "--set", &format!("intended.violated={violated}")]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(", expected "), "{text}");
    }
    let (code, text) = status(&["--expected", "--set", "intended.unknown=['efficiency']"]);
    assert_eq!(code, Some(1), "{text}");
    let (code, text) = status(&["--expected", "--property", "uniqueness"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("intended.violated"), "{text}");
}

/// The simulator pays every strategy what the audit says, in the scene that is audited, or it is said why
/// that need not be so.
#[test]
fn simulator_and_audit_agree() {
    let mut compared = 0;
    for name in names() {
        for (variant, document) in scenario(&name, &[]).variants().expect("the variants are sound")
        {
            let limits = Limits { seconds: 5.0, ..Limits::default() };
            let audited = CATALOGUE.audited(&document).expect("the scenario is sound");
            for row in audited.compare(200, limits) {
                let Compared { strategy, simulated, exact, agree, why, .. } = row;
                let exact = exact.map_or("unknown".into(), |exact| exact.to_string());
                let run = format!("carrots audit sim/scenarios/{name}.toml --compare");
                assert_ne!(agree, Some(false), "{variant} {strategy}: {simulated} {exact}; {run}");
                assert!(agree.is_some() || !why.is_empty(), "{variant} {strategy}: {run}");
                compared += u32::from(agree.is_some());
            }
        }
    }
    assert!(compared > 60, "{compared} strategies agree");
}

/// Second price: truthful and efficient, neither optimal nor safe from a pair. First price: the
/// other way round, but for the pair. Values and bids from 0 to 10.
#[test]
fn the_four_properties_of_auctions() {
    let values = "world.values=[{uniform={min=0,max=10}}]";
    for bidders in [3, 5, 7, 9] {
        for (kind, truthful, optimal) in
            [("second-price", Holds, Violated), ("first-price", Violated, Holds)]
        {
            let set = [
                values,
                "params.deposit=10",
                "intended.strategy=truthful",
                "intended.properties=['dominant_strategy','efficiency','optimal_revenue','coalition']",
                &format!("audit.bidders={bidders}"),
            ];
            let findings = answers(&format!("auction-{kind}"), &set);
            let got: Vec<_> = findings.iter().map(|finding| finding.verdict).collect();
            assert_eq!(got, [truthful, Holds, optimal, Violated], "{kind}, {bidders} bidders");
            // The winner shades down to the least bid; a pair lets one win for nothing.
            let gains: Vec<_> =
                [0, 3].map(|at| findings[at].gain.as_ref().map(ToString::to_string)).into();
            let expected = if kind == "first-price" { ["9", "9"] } else { ["0", "10"] };
            assert_eq!(gains, expected.map(|gain| Some(gain.to_string())), "{kind}, {bidders}");
        }
    }
}

/// A pledge above one's part earns more of a bonus where others do not pledge, and one buys nothing
/// where others fill the project anyway: over the messages that there are pledging is not dominant,
/// whatever it is worth.
#[test]
fn pledging_is_not_dominant_over_real_messages() {
    for least in [20, 40, 400] {
        let set = [
            format!("world.weight={{uniform={{min={least},max={}}}}}", 2 * least),
            "audit.players=3".into(),
            "params.threshold=90".into(),
        ];
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let audit =
            CATALOGUE.audit(&scenario("funding-assurance", &set)).expect("the scenario is sound");
        let finding = audit.property(DominantStrategy).finding();
        assert_eq!(finding.verdict, Violated, "{finding}");
    }
}

#[test]
fn who_exits_before_the_slash_is_slashed() {
    let set = [
        "audit.operators=4",
        "audit.bonded=0",
        "audit.eras=1",
        "params.report_eras=3",
        "params.slash_defer_eras=3",
        "params.unbonding_eras=4",
    ];
    let audit =
        CATALOGUE.audit(&scenario("polkadot-staking", &set)).expect("the scenario is sound");
    audit.property(ExitBeforePenalty).holds();
    let honest = audit.property(ExitBeforePenalty).on(|terms| terms.option = Some("honest".into()));
    assert_eq!(honest.finding().verdict, Unknown, "who does its duty has nothing to exit from");
}

#[test]
fn one_bidder_at_the_first_price_bids_nothing() {
    let set = ["intended.strategy=truthful", "audit.bidders=2", "audit.steps=4"];
    let audit =
        CATALOGUE.audit(&scenario("auction-first-price", &set)).expect("the scenario is sound");
    let finding = audit.property(Attack).violated();
    let counterexample = finding.counterexample.as_ref().expect("it is violated");
    assert!(counterexample.gain_in_tokens != 0, "{finding}");
    assert!(!counterexample.who[0].chosen.is_empty());
}

/// The game in which bidders may withhold what they committed to is a tree.
#[test]
fn withholding_pays_where_the_deposit_is_small() {
    let tree = |deposit: &str, property: Property| {
        let set = [
            "world.values=[4]",
            "audit.bidders=2",
            "audit.steps=4",
            "audit.withholding=true",
            "intended.strategy=truthful",
            &*format!("params.deposit={deposit}"),
        ];
        let audit = CATALOGUE.audit(&scenario("auction-second-price", &set)).expect("it is sound");
        audit.property(property).finding()
    };
    let finding = tree("1", SubgamePerfect);
    assert_eq!(finding.verdict, Holds, "{finding}");
    let finding = tree("1", Efficiency);
    assert_eq!(finding.verdict, Holds, "who withholds is another option: {finding}");
    let set = [
        "world.values=[8]",
        "audit.bidders=2",
        "audit.steps=4",
        "audit.withholding=true",
        "params.deposit=1",
    ];
    let audit = CATALOGUE.audit(&scenario("auction-first-price", &set)).expect("it is sound");
    audit.property(Nash).violated();
}

#[test]
fn limits_leave_it_unknown() {
    let set = ["audit.bidders=9"];
    let audit =
        CATALOGUE.audit(&scenario("auction-second-price", &set)).expect("the scenario is sound");
    let limits = Limits { memory: 20_000, ..Limits::default() };
    let audit = audit.limits(limits);
    for property in [DominantStrategy, Coalition, Efficiency, Solvency, Uniqueness] {
        let finding = audit.property(property).finding();
        assert_eq!(finding.verdict, Unknown, "{finding}");
        assert!(!finding.method.is_empty());
    }
}

#[test]
fn verdicts_are_printed_as_documented() {
    let output = carrots(&["audit", "scenarios/oracle-court.toml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(document["intended"], "honest");
    let properties = document["properties"].as_array().expect("there are properties");
    for property in properties {
        for key in ["property", "verdict", "method", "domain", "checked", "counterexample", "gain"]
        {
            assert!(property.get(key).is_some(), "{key}: {property}");
        }
        let violated = property["verdict"] == "violated";
        assert_eq!(violated, property["counterexample"].is_object(), "{property}");
    }
    let holds = carrots(&["audit", "scenarios/oracle-court.toml", "--property", "coalition"]);
    assert_eq!(holds.status.code(), Some(0), "{holds:?}");
    let unknown = carrots(&[
        "audit",
        "scenarios/polkadot-staking.toml",
        "--property",
        "uniqueness",
        "--memory",
        "10MB",
    ]);
    assert_eq!(unknown.status.code(), Some(3), "{unknown:?}");
}

#[test]
fn a_counterexample_is_a_trace_that_replays() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("audit");
    let _ = std::fs::remove_dir_all(&folder);
    let out = folder.to_str().expect("it is text");
    let args = ["audit", "scenarios/auction-second-price.toml", "--out", out, "--chains", "50"];
    let output = carrots(&args);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let kept = std::fs::read_to_string(folder.join("audit.json")).expect("it was written");
    assert!(kept.contains(".toml --chains 50 --out FOLDER"), "{kept}");
    let again = carrots(&args);
    assert_eq!(again.status.code(), Some(2), "what is kept is not lost: {again:?}");
    for name in ["coalition", "coalition-base"] {
        let file = folder.join(name).with_extension("json");
        let replayed = carrots(&["replay", file.to_str().expect("it is text")]);
        assert_eq!(replayed.status.code(), Some(0), "{replayed:?}");
    }
    let file = folder.join("coalition.json");
    let text = std::fs::read_to_string(&file).expect("it was written");
    let mut trace: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    trace["ends"]["2"] = "1".into();
    std::fs::write(&file, trace.to_string()).expect("it can be written");
    let wrong = carrots(&["replay", file.to_str().expect("it is text")]);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
}

/// What others lose is told of what somebody chooses, and of what a seat with a duty leaves undone: but not where
/// it is trusted with that.
#[test]
fn losses_are_told_of_options_and_of_duties_left_undone() {
    let losses = |set: &[&str]| {
        let all = [&["audit.operators=2", "intended.properties=['immunity']"], set].concat();
        answers("staking-general", &all).remove(0).each
    };
    let (once, ever) = ("operator 0: silence in one turn", "operator 0: silence from some turn on");
    let nobody_keeps =
        losses(&["audit.bonded=0", "intended.trusted=['slasher','scorer','sink','canceller']"]);
    assert!(nobody_keeps[once] > Rational::default(), "{nobody_keeps:?}");
    assert!(nobody_keeps[ever] > nobody_keeps[once], "{nobody_keeps:?}");
    let trusted = losses(&["audit.eras=1"]);
    assert!(!trusted.contains_key(once) && !trusted.contains_key(ever), "{trusted:?}");
    // All that is bonded to who equivocates alone of two is lost.
    assert!(trusted["bonder 0: equivocate"] >= Rational::from_integer(500.into()), "{trusted:?}");
}

/// A variant is called by what it differs by: by nothing that something else was put over.
#[test]
fn variants_are_called_by_what_was_audited() {
    let names = |set: &[&str]| -> Vec<String> {
        let variants = scenario("funding-owner", set).variants().expect("they are sound");
        variants.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&[]), ["", "world.cost=0.66"]);
    assert_eq!(names(&["params.threshold=99"]), ["", "world.cost=0.66"]);
    assert_eq!(names(&["world.cost=0.5"]), [""]);
    let general = scenario("oracle-general", &["audit.appeals=0"]).variants().expect("sound");
    assert!(general.iter().all(|(name, _)| !name.contains("appeals")), "it is the same in all");
}

#[test]
fn bad_questions_are_refused() {
    let nobody = "intended.strategy=brave";
    for (name, set, says) in [
        ("auction-second-price", nobody, "expected one of truthful"),
        ("auction-second-price", "intended.strategy=adaptive", "to be audited"),
        ("auction-second-price", "audit.bidders=17", "1 to 16 bidders"),
        ("auction-second-price", "audit.steps=0", "1 to 1,000 steps"),
        ("auction-second-price", "world.values=[]", "at least one amount"),
        ("auction-second-price", "audit.bidder=3", "unknown field"),
        (
            "auction-second-price",
            "world.values=[{pareto={min=1,max=9,alpha=1.0}}]",
            "to be audited",
        ),
        ("oracle-court", "intended.properties=['truth']", "expected the name of a property"),
        (
            "oracle-court",
            "intended.properties=[{property='nash',margin=1},{property='nash',margin=2}]",
            "no second `nash` on other terms",
        ),
        ("oracle-court", "intended.violated=['truth']", "unknown variant `truth`"),
        (
            "oracle-court",
            "intended.unknown=['nash']",
            "a property that is not in intended.unknown as well",
        ),
        ("oracle-court", "intended.properties=[{property='efficiency',size=2}]", "one of margin"),
        ("oracle-court", "intended.properties=[{property='coalition',size=0}]", "at least one"),
        (
            "staking-small",
            "intended.properties=[{property='exit_before_penalty',option='fly'}]",
            "one of honest, lazy, equivocate",
        ),
        (
            "oracle-court",
            "intended.properties=[{property='attack',margin=1}]",
            "at most 0 for `attack`",
        ),
        ("oracle-court", "audit.jurors=0", "audit.jurors"),
        ("funding-quadratic", "audit.players=0", "audit.players"),
        ("polkadot-staking", "audit.operators=100001", "1 to 100000 operators"),
    ] {
        let file = format!("scenarios/{name}.toml");
        let output = carrots(&["audit", &file, "--set", set]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{set}: {said}");
        assert!(said.contains(says), "{set}: {said}");
        assert_eq!(said.lines().count(), 1, "{set}: {said}");
        assert!(output.stdout.is_empty(), "{set}");
    }
}

/// What is claimed of symmetry, against looking at everyone.
#[test]
fn bidders_are_as_alike_as_they_say() {
    for kind in ["first_price", "second_price", "uniform_price", "vcg"] {
        let items = if ["uniform_price", "vcg"].contains(&kind) { 2 } else { 1 };
        let set = [
            "audit={}",
            "audit.bidders=3",
            "world.values=[{uniform={min=0,max=3}}]",
            "params.deposit=2",
            &format!("params.kind={kind}"),
            &format!("params.items={items}"),
        ];
        let audited =
            CATALOGUE.audited(&scenario("auction-second-price", &set)).expect("it is sound");
        let all = [
            DominantStrategy,
            ExPost,
            Bayesian,
            IndividualRationality,
            Efficiency,
            OptimalRevenue,
            Revenue,
            Coalition,
            Immunity,
            Griefing,
        ];
        let terms: Vec<Terms> =
            all[..if items == 2 { 6 } else { 10 }].iter().copied().map(Terms::of).collect();
        let [alike, apart] = [true, false].map(|symmetry| {
            let limits = Limits { symmetry, seconds: f64::INFINITY, ..Limits::default() };
            let mut findings = Vec::new();
            audited.check(&terms, limits, &mut |finding| findings.push(finding));
            findings
        });
        assert_eq!(alike.len(), terms.len());
        for (alike, apart) in alike.iter().zip(&apart) {
            assert_eq!(alike.verdict, apart.verdict, "\n{alike}\n{apart}");
            assert_eq!(alike.gain, apart.gain, "\n{alike}\n{apart}");
            assert!(alike.checked > 0 && apart.checked >= alike.checked, "\n{alike}\n{apart}");
        }
    }
}
