//! Sequences of calls: what no option of a stage foresees.

use super::counterexample::{Counterexample, Instead};
use super::outcomes::Probe;
use super::{Finding, Limits, Property, Stopped, Terms};
use crate::attack::{self, Aim, Ended, Report, Search, Until};
use crate::games::exact::whole;
use crate::models::Op;
use crate::stage::{Answers, Course, Stage, start};
use crate::trace::Step;
use std::time::Duration;

/// Rounds of guided search behind the exhaustive one.
const ROUNDS: u64 = 4;
/// The most changes that are tried exhaustively.
const CHANGES: usize = 2;

/// A search to be made.
struct Plan {
    types: Vec<usize>,
    given: Vec<Option<usize>>,
    attackers: Vec<usize>,
    from: usize,
    spares: u32,
    aim: Aim,
}

/// Answers a question about sequences of calls.
pub fn check<S: Stage>(stage: &S, terms: &Terms, limits: Limits) -> Result<Finding, Stopped> {
    let plans = match terms.property {
        Property::ExitBeforePenalty => vec![exit(stage, terms)?],
        _ => attacks(stage, terms)?,
    };
    let share = limits.seconds / plans.len() as f64;
    let mut tried = Tried::default();
    for plan in &plans {
        let search = Search {
            types: &plan.types,
            given: &plan.given,
            attackers: &plan.attackers,
            from: plan.from,
            spares: plan.spares,
            aim: plan.aim,
            margin: if plan.aim == Aim::Insolvency { 0 } else { -terms.margin() },
            until: Until::Found,
            limits: attack::Limits {
                time: Duration::from_secs_f64(share.min(1e9)),
                calls: u64::MAX,
                bytes: limits.memory,
                changes: CHANGES,
                rounds: ROUNDS,
            },
            seed: limits.seed,
        };
        let report = attack::search(stage, &search);
        tried.add(&report);
        if report.found.is_some() {
            return Ok(broken(stage, terms, plan, report, tried));
        }
    }
    Ok(tried.finding(terms))
}

/// What was tried, over all searches.
#[derive(Default)]
struct Tried {
    exhaustive: Option<usize>,
    alphabet: usize,
    slots: usize,
    checked: u64,
    calls: u64,
    searches: usize,
    stopped: Option<Ended>,
}

impl Tried {
    fn add<M: crate::models::Model>(&mut self, report: &Report<M>) {
        self.exhaustive =
            Some(self.exhaustive.map_or(report.exhaustive, |one| one.min(report.exhaustive)));
        self.alphabet = self.alphabet.max(report.alphabet.1);
        self.slots = self.slots.max(report.slots);
        self.checked += report.checked;
        self.calls += report.calls;
        self.searches += 1;
        if report.ended != Ended::Done {
            self.stopped = Some(report.ended);
        }
    }

    fn finding(&self, terms: &Terms) -> Finding {
        let changes = self.exhaustive.unwrap_or(0);
        let domain = format!(
            "every change of up to {changes} calls out of {} at {} places of what is intended, in \
             {} searches",
            self.alphabet, self.slots, self.searches
        );
        let guided = match self.stopped {
            None => format!(", and {ROUNDS} rounds of guided search beyond"),
            Some(Ended::Memory) => "; stopped by the memory limit".into(),
            Some(_) => "; stopped by the time limit".into(),
        };
        let finding = Finding::holds(terms, format!("exhaustive{guided}"), domain, self.checked);
        match changes {
            0 => Finding {
                verdict: super::Verdict::Unknown,
                method: format!("{} calls tried{guided}", self.calls),
                ..finding
            },
            _ => finding,
        }
    }
}

/// Players who attack while everyone else does as intended: for profit, and for insolvency.
fn attacks<S: Stage>(stage: &S, terms: &Terms) -> Result<Vec<Plan>, Stopped> {
    let n = stage.players().len();
    let size = terms.size.unwrap_or(1) as usize;
    if size > n {
        return Err(Stopped::Lacks("there are fewer players than that"));
    }
    let kinds: Vec<usize> = (0..n).map(|player| stage.types(player).len()).collect();
    // Types that rise and that fall with the players' numbers, so that either end is a high one.
    let rising = |at: usize| (at + 1) * kinds[at] / (n + 1);
    let falling = |at: usize| (n - at) * kinds[at] / (n + 1);
    let mut profiles: Vec<Vec<usize>> =
        vec![(0..n).map(falling).collect(), (0..n).map(rising).collect()];
    profiles.dedup();
    let groups: Vec<Vec<usize>> = match stage.alike() {
        true => vec![(0..size).collect()],
        false => (0..=n - size).map(|first| (first..first + size).collect()).collect(),
    };
    let mut plans = Vec::new();
    for types in profiles {
        for attackers in &groups {
            for (aim, spares) in [(Aim::Profit, 0), (Aim::Profit, 1), (Aim::Insolvency, 0)] {
                plans.push(Plan {
                    types: types.clone(),
                    given: vec![None; n],
                    attackers: attackers.clone(),
                    from: stage.prelude(),
                    spares,
                    aim,
                });
            }
        }
    }
    Ok(plans)
}

/// The first player chose what has a penalty, and now calls whatever it likes.
fn exit<S: Stage>(stage: &S, terms: &Terms) -> Result<Plan, Stopped> {
    let n = stage.players().len();
    let option = match &terms.option {
        Some(name) => {
            let place = Probe::of(stage).options[0].iter().position(|option| option == name);
            place.ok_or(Stopped::Lacks("no option of that name"))?
        }
        None => stage.corrupt(0).ok_or(Stopped::Lacks("no option that has a penalty"))?,
    };
    let (types, mut given) = (vec![0; n], vec![None; n]);
    given[0] = Some(option);
    let mut answers = Answers::new(&types, &given);
    let mut course = Course::new(start(stage), n, &mut answers).recorded();
    stage.play(&mut course);
    let lacks = Stopped::Lacks("the option does nothing that cannot be taken back");
    let from = course.committed(0).ok_or(lacks)?;
    Ok(Plan { types, given, attackers: vec![0], from, spares: 0, aim: Aim::Profit })
}

/// What is found, as a counterexample.
fn broken<S: Stage>(
    stage: &S,
    terms: &Terms,
    plan: &Plan,
    report: Report<S::Model>,
    tried: Tried,
) -> Finding {
    let found = report.found.expect("there is one");
    let seats = stage.players();
    let calls = found.changed.iter().filter_map(|at| match &found.trace.steps[*at] {
        Step::Call { op, .. } => Some(op.message()),
        Step::Blocks(_) => None,
    });
    let left = found.left_out.iter().filter_map(|step| match step {
        Step::Call { op, .. } => Some(format!("leaves out {}", op.message())),
        Step::Blocks(_) => None,
    });
    let calls: Vec<String> = calls.map(|call| format!("calls {call}")).chain(left).collect();
    let who = |player: &usize| Instead {
        player: seats[*player].name.clone(),
        of: stage.types(*player)[plan.types[*player]].name.clone(),
        intended: "what is intended".into(),
        chosen: calls.join(", "),
    };
    let lost = found.losses.iter().sum::<i128>();
    let missing = plan.aim == Aim::Insolvency;
    let said = match missing {
        true => format!("it owes {} more than it holds", found.score.above),
        false => format!("{} changed calls gain {}", calls.len(), found.profit),
    };
    let counterexample = Counterexample {
        who: plan.attackers.iter().map(who).collect(),
        others: Vec::new(),
        gain: whole(found.profit),
        gain_in_tokens: found.profit,
        others_lose: whole(lost),
        accounts: found.accounts,
        trace: serde_json::to_value(&found.trace).expect("a trace can be written"),
        base: serde_json::to_value(&found.base).expect("a trace can be written"),
    };
    let domain = format!("{} calls, changed at {} places", tried.alphabet, tried.slots);
    Finding::holds(terms, "found by search", domain, tried.checked)
        .measured(whole(if missing { found.score.above } else { found.profit }), said)
        .violated(Some(counterexample))
}
