//! What the audit finds is true on the compiled contract: every violation that a scenario is
//! expected to have is played there, with and without the deviation, and gains what it should.

use carrots::audit::{Audited, Counterexample, Finding, Limits, Property, Terms, Verdict};
use carrots::scenario::Document;
use carrots_catalogue::CATALOGUE;
use carrots_kernel::Balance;
use carrots_testkit::replay::replay;
use carrots_tests::MECHANISMS;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// What everyone has at the end of traces that were played.
type Played = BTreeMap<String, Vec<Balance>>;

/// Plays a trace, unless it was, and gives what the accounts have in the end.
fn ends(name: &str, trace: &serde_json::Value, accounts: &[u32], played: &mut Played) -> i128 {
    let text = trace.to_string();
    let ends = played.entry(text.clone()).or_insert_with(|| {
        let mut said = Vec::new();
        let ends = replay(MECHANISMS, &text, &mut said);
        let said = String::from_utf8_lossy(&said);
        let ends = ends.unwrap_or_else(|error| panic!("{name}: {error:#}\n{said}"));
        ends.unwrap_or_else(|| panic!("{name}: not equal\n{said}"))
    });
    accounts.iter().map(|account| ends[*account as usize] as i128).sum()
}

/// Audits a scenario and confirms what is violated; how many there were. No contract can be started from a
/// state: what is found from one is played in memory alone.
fn confirm(file: &Path) -> Option<usize> {
    let document = Document::read(file, &[]).expect("the scenario can be read");
    if document.has("state") {
        return None;
    }
    let audited: Box<dyn Audited> = CATALOGUE.audited(&document).expect("the scenario is sound");
    let (mut confirmed, mut played) = (0, Played::new());
    // However slow the machine is; but a search for ways out goes on for as long as it is let.
    let (exits, others): (Vec<Terms>, Vec<Terms>) = audited
        .asked()
        .iter()
        .cloned()
        .partition(|terms| terms.property == Property::ExitBeforePenalty);
    let patient = Limits { seconds: 900.0, ..Limits::default() };
    let mut confirm = |finding: Finding| {
        let Some(counterexample) = &finding.counterexample else {
            assert_ne!(finding.verdict, Verdict::Unknown, "{}: {finding}", file.display());
            return;
        };
        let name = format!("{}: {finding}", file.display());
        let Counterexample { trace, base, accounts, gain_in_tokens, .. } = counterexample;
        let mut end = |trace| ends(&name, trace, accounts, &mut played);
        assert_eq!(end(trace) - end(base), *gain_in_tokens, "{name}");
        confirmed += 1;
    };
    audited.check(&others, patient, &mut confirm);
    audited.check(&exits, Limits::default(), &mut confirm);
    Some(confirmed)
}

#[test]
fn violations_are_true_on_the_contract() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("there are scenarios")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    let confirmed: Vec<usize> =
        files.par_iter().with_max_len(1).filter_map(|file| confirm(file)).collect();
    let (scenarios, confirmed) = (confirmed.len(), confirmed.iter().sum::<usize>());
    println!("{confirmed} violations in {scenarios} scenarios are true on the contract");
    assert!(confirmed >= scenarios, "only {confirmed} violations were found");
}
