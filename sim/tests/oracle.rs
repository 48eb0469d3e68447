//! What is wrong with an oracle's scenario is said with file, line and key; and what its scenarios
//! show is so.

use carrots::rows::Cell;
use carrots::scenario::Document;
use carrots::simulate::Simulation;
use carrots_catalogue::CATALOGUE;

const COURT: &str = include_str!("../scenarios/oracle-court.toml");
const PRICE: &str = include_str!("../scenarios/oracle-price.toml");

fn load(text: &str, set: &[&str]) -> Result<Box<dyn Simulation>, String> {
    let set: Vec<_> = set.iter().map(|assignment| assignment.to_string()).collect();
    let document = Document::parse("it.toml".into(), text.into(), &set);
    let document = document.map_err(|error| error.to_string())?;
    CATALOGUE.simulation(&document).map_err(|error| error.to_string())
}

/// The mean of a column over some runs.
fn mean(simulation: &dyn Simulation, column: &str, runs: u64) -> f64 {
    let at = simulation.columns().iter().position(|one| one.name == column).expect("there is one");
    let number = |run| simulation.play(1, run)[at].number().expect("a number");
    (0..runs).map(number).sum::<f64>() / runs as f64
}

#[test]
fn bad_scenarios_are_refused_with_file_line_and_key() {
    let cases = [
        (COURT, "alpha = 0.5", "alpha = 0.0", "params.alpha = 0.0: expected more than zero"),
        (
            COURT,
            "absent_loss = \"3_000_",
            "absent_loss = \"2_500_",
            "params.absent_loss = \"2_500_000_000_000_000_000_000\": expected more than alpha * min_stake, rounded up",
        ),
        (
            COURT,
            "max_appeals = 3",
            "max_appeals = 5",
            "params.jury = 3: expected at most 63 votes after max_appeals appeals",
        ),
        (
            COURT,
            "max_jurors = 1_024",
            "max_jurors = 1_025",
            "params.max_jurors = 1025: expected at most 1024",
        ),
        (COURT, "options = 2", "options = 9", "expected 2 to 8 options"),
        (COURT, "first = 0.6", "first = 1.6", "expected a chance from 0 to 1"),
        (
            COURT,
            "accuracy = 0.9",
            "accuracy = 1.9",
            "world.accuracy = 1.9: expected a chance from 0 to 1",
        ),
        (
            COURT,
            "unanswerable = 0.0",
            "unanswerable = -0.5",
            "world.unanswerable = -0.5: expected a chance from 0 to 1",
        ),
        (
            COURT,
            "questions = 150",
            "questions = 0",
            "world.questions = 0: expected at least one question",
        ),
        (
            COURT,
            "promise = \"6_971",
            "promise = \"99_999_999_999_999_971",
            "expected at most 2^128 - 1 over all votes, twice, with all stakes and fees",
        ),
        (COURT, "horizon = 9", "horizon = 9_000", "run.horizon = 9000: expected 1 to"),
        (PRICE, "drift = 0.01", "drift = -0.01", "expected a chance from 0 to 1"),
    ];
    for (text, right, wrong, message) in cases {
        let bad = text.replacen(right, wrong, 1);
        assert_ne!(bad, text, "{right}");
        let error = load(&bad, &[]).err().unwrap_or_default();
        let line = 1 + bad.lines().zip(text.lines()).position(|(a, b)| a != b).unwrap_or(0);
        assert!(error.contains(message), "expected: {message}\ngot: {error}");
        let place = if error.contains("params.jury") {
            "it.toml:".into()
        } else {
            format!("it.toml:{line}: ")
        };
        assert!(error.starts_with(&place), "expected: {place}\ngot: {error}");
    }
}

#[test]
fn an_honest_majority_answers_with_the_truth_and_earns_by_it() {
    let court = load(COURT, &[]).expect("it is sound");
    assert!(mean(&*court, "accuracy", 3) > 0.95);
    for other in ["lazy", "copying", "bribed", "absent"] {
        let other = mean(&*court, &format!("return_{other}"), 3);
        assert!(other < mean(&*court, "return_honest", 3));
    }
    // What the rules cannot prevent: see the mechanism's documentation.
    assert!(mean(&*court, "return_p_epsilon", 3) > mean(&*court, "return_honest", 3));
}

#[test]
fn a_promise_that_most_believe_turns_outcomes_and_is_hardly_paid() {
    let believed = COURT.replace("count = 240", "count = 60");
    let believed = believed.replace("\"p_epsilon\"\ncount = 10", "\"p_epsilon\"\ncount = 200");
    let (few, many) = (load(COURT, &[]).expect("sound"), load(&believed, &[]).expect("sound"));
    assert!(mean(&*many, "accuracy", 3) < 0.3);
    let each = |court: &dyn Simulation, count: f64| mean(court, "promises_paid", 3) / count;
    assert!(each(&*many, 200.0) < each(&*few, 10.0) / 3.0);
}

/// Ten who spread what they have over all places come first, each with two votes; twenty with twenty
/// votes take half of them.
#[test]
fn places_go_to_those_who_have_more_at_stake() {
    let agent = |strategy, count, stake| {
        format!(
            "{{strategy='{strategy}',count={count},stake='{stake}_000_000_000_000_000_000_000'}}"
        )
    };
    let (first, then) = (agent("stake_splitting", 10, "24"), agent("honest", 20, "60"));
    let agents = format!("agents=[{first},{then}]");
    let court = load(COURT, &[&agents, "params.max_jurors=40"]).expect("it is sound");
    assert!(mean(&*court, "jurors", 3) <= 40.0);
    assert!(mean(&*court, "return_honest", 3) > 0.0);
}

/// A court says of half of the questions that they have no answer, as it is.
#[test]
fn an_honest_majority_finds_that_there_is_no_answer() {
    let court = load(COURT, &["world.unanswerable=0.5"]).expect("it is sound");
    assert!(mean(&*court, "accuracy", 3) > 0.95);
    assert!(mean(&*court, "return_lazy", 3) < mean(&*court, "return_honest", 3));
}

#[test]
fn any_scenario_that_passes_its_checks_can_be_played() {
    let corners: [(&str, &[&str]); 11] = [
        (COURT, &["world.accuracy=0.0", "world.appeal_rate=1.0"]),
        (COURT, &["params.max_appeals=0", "params.jury=63", "world.questions=3"]),
        (COURT, &["params.max_appeals=4", "world.appeal_rate=1.0", "world.accuracy=0.5"]),
        (COURT, &["params.absent_loss='7_000_000_000_000_000_000_000'"]),
        (COURT, &["world.unanswerable=0.5"]),
        (COURT, &["params.max_jurors=100"]),
        (PRICE, &["world.unanswerable=1.0"]),
        (COURT, &["params.stake_blocks=1", "params.draw_blocks=1", "params.commit_blocks=1"]),
        (COURT, &["world.truth={ number = { start = '0', drift = 1.0, noise = 1.0 } }"]),
        (PRICE, &["world.truth.number.start='300000000000000000000000000000000000000'"]),
        (PRICE, &["params.alpha=1.0", "params.absent_loss='1_000_000_000_001'", "run.horizon=40"]),
    ];
    for (text, set) in corners {
        let scenario = load(text, set).unwrap_or_else(|error| panic!("{set:?}: {error}"));
        let is_sound = |cell: &Cell| cell.number().is_some_and(f64::is_finite);
        assert!(scenario.play(1, 0).iter().all(is_sound), "{set:?}");
        assert_eq!(scenario.play(1, 0), scenario.play(1, 0), "{set:?}");
    }
}
