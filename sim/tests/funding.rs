//! Funding scenarios: what is wrong with them is named, whatever is not is played, and they show
//! what their comments say.

use carrots::rows::Cell;
use carrots::scenario::{Document, ScenarioError};
use carrots::simulate::{Simulation, Summary, simulate};
use carrots_catalogue::CATALOGUE;
use std::convert::Infallible;

const QUADRATIC: &str = include_str!("../scenarios/funding-quadratic.toml");
const PAIRWISE: &str = include_str!("../scenarios/funding-pairwise.toml");
const OWNER: &str = include_str!("../scenarios/funding-owner.toml");
const ASSURANCE: &str = include_str!("../scenarios/funding-assurance.toml");

fn load(text: &str, set: &[&str]) -> Result<Box<dyn Simulation>, ScenarioError> {
    let set: Vec<_> = set.iter().map(|set| set.to_string()).collect();
    let document = Document::parse("scenario.toml".into(), text.into(), &set)?;
    CATALOGUE.simulation(&document)
}

/// Some runs of a scenario with changes.
fn played(text: &str, set: &[&str], runs: u64) -> Summary {
    let simulation = load(text, set).unwrap_or_else(|error| panic!("{error}"));
    let mut run = simulation.run();
    run.runs = runs;
    let none = std::iter::empty::<Result<Vec<Cell>, Infallible>>();
    let Ok(summary) = simulate(&*simulation, run, 1, false, none, |_, played| {
        let is_sound = |cell: &Cell| cell.number().is_some_and(f64::is_finite);
        assert!(played.row.iter().all(is_sound), "{:?}", played.row);
        Ok(())
    });
    summary.finish("scenario.toml")
}

fn payoff(summary: &Summary, strategy: &str) -> f64 {
    summary.strategies[strategy].mean_payoff
}

#[test]
fn what_is_wrong_is_named() {
    for (text, set, message) in [
        (QUADRATIC, "params.kind=lottery", "params.kind = \"lottery\": unknown variant"),
        (QUADRATIC, "params.kind=pairwise", "params.max_contributors = 0: expected at least one"),
        (
            PAIRWISE,
            "params.max_contributors=33",
            "params.max_contributors = 33: expected at most 32",
        ),
        (PAIRWISE, "params.max_contributors=6", "expected places for the 42 accounts"),
        (QUADRATIC, "params.kind=assurance", "params.threshold = 0: expected at least one"),
        (QUADRATIC, "params.deposit=0", "params.deposit = 0: expected at least one"),
        (QUADRATIC, "world.goods=0", "world.goods = 0: expected 1 to 64 goods"),
        (QUADRATIC, "world.goods=65", "world.goods = 65: expected 1 to 64 goods"),
        (QUADRATIC, "world.interests=29", "expected 1 to world.goods = 28"),
        (QUADRATIC, "world.weight=9", "world.weight = 9: expected at least 10"),
        (QUADRATIC, "agents[1].strategy=late", "expected a strategy other than late"),
        (QUADRATIC, "world.sponsor='79228162514264337593543950336'", "expected at most 2^96"),
        (QUADRATIC, "run.horizon=21305", "expected 1 to 21304 rounds"),
        (PAIRWISE, "params.pairwise_bound=0", "params.pairwise_bound = 0: expected at least one"),
        (ASSURANCE, "world.sponsor=1", "world.sponsor = 1: expected no sponsor"),
        (ASSURANCE, "params.threshold=0", "params.threshold = 0: expected at least one"),
        (ASSURANCE, "params.bonus=0.0", "params.bonus = 0.0: expected more than zero"),
        (ASSURANCE, "intended.strategy=greedy", "expected one of honest, free_riding, sybil"),
    ] {
        match load(text, &[set]) {
            Ok(_) => panic!("{set} is accepted"),
            Err(error) => assert!(error.to_string().contains(message), "{set}: {error}"),
        }
    }
}

/// Nobody pledges more than the good is worth, whatever the least contribution; and what is lost is not efficient.
#[test]
fn nobody_pledges_more_than_it_is_worth() {
    let set =
        ["params.min_contribution=40", "world.weight=5", "params.threshold=80", "world.cost=1.0"];
    let dear = played(OWNER, &[&set[..], &["agents[0].count=2", "audit.players=2"]].concat(), 2);
    assert_eq!(payoff(&dear, "honest"), 0.0);
    assert_eq!((dear.metrics["welfare"].mean, dear.metrics["efficiency"].mean), (0.0, 1.0));
}

/// Corners of what a check lets through: no game panics.
#[test]
fn whatever_is_not_wrong_is_played() {
    let huge = "'309485009821345068724781056'";
    let stake = |group: u32| format!("agents[{group}].stake={huge}");
    let (first, last) = (stake(0), stake(3));
    let weight = format!("world.weight={huge}");
    for (text, set) in [
        (QUADRATIC, vec!["world.goods=64", "world.interests=64"]),
        (QUADRATIC, vec!["world.goods=1", "world.interests=1"]),
        (QUADRATIC, vec!["world.sponsor=0", "agents[0].stake=10"]),
        (QUADRATIC, vec!["agents[3].stake=1010"]),
        (QUADRATIC, vec!["agents[0].count=8", &first, "agents[2].count=1", &weight]),
        (QUADRATIC, vec!["agents[3].count=4", &last]),
        (PAIRWISE, vec!["agents[3].count=4", &last, "params.pairwise_bound=1"]),
        (PAIRWISE, vec!["agents[0].count=4", &first, &weight]),
        (PAIRWISE, vec!["params.max_contributors=7"]),
        (ASSURANCE, vec!["agents[1].strategy=colluding"]),
        (ASSURANCE, vec!["agents[1].strategy=sybil", "params.bonus=1.0"]),
        (ASSURANCE, vec!["agents[0].stake=1", "world.weight=1"]),
        (ASSURANCE, vec!["params.threshold=1"]),
        (ASSURANCE, vec!["agents[0].strategy=late", "world.weight=1000"]),
    ] {
        played(text, &set, 2);
    }
}

#[test]
fn a_pool_that_is_too_small_takes_the_gain_from_contributing() {
    let small = played(QUADRATIC, &[], 4);
    assert!(small.metrics["factor"].mean < 0.02);
    assert!(payoff(&small, "free_riding") > payoff(&small, "honest"));
    let large = played(QUADRATIC, &["world.sponsor=1000000000"], 4);
    assert_eq!(large.metrics["factor"].mean, 1.0);
    assert!(large.metrics["efficiency"].mean > 0.95);
    assert!(large.metrics["leaked_share"].mean > 0.1);
}

#[test]
fn pairwise_bounds_take_the_gain_from_collusion() {
    let (bounded, free) =
        (played(PAIRWISE, &[], 20), played(PAIRWISE, &["params.kind=quadratic"], 20));
    assert!(bounded.metrics["leaked_share"].mean < 0.05);
    assert!(free.metrics["leaked_share"].mean > 0.5);
    let large = ["params.pairwise_bound=100000", "world.sponsor=100000000"];
    let large = played(PAIRWISE, &large, 20);
    assert!(payoff(&large, "honest") > payoff(&large, "free_riding"));
}

#[test]
fn bonuses_make_pledging_better_than_waiting_for_others() {
    let needed = played(ASSURANCE, &[], 50);
    assert_eq!(needed.metrics["funded_share"].mean, 0.0);
    assert!(payoff(&needed, "honest") > 0.0);
    assert!(payoff(&needed, "adaptive") > 0.5 * payoff(&needed, "honest"));
    assert_eq!(payoff(&needed, "free_riding"), 0.0);
    let filled = played(ASSURANCE, &["agents[1].strategy=late"], 50);
    assert!(filled.metrics["funded_share"].mean > 0.8);
}
