//! A profile in which intended behaviour is not best, played with every call written down.

use crate::games::exact::Rational;
use crate::models::{Agent, Instance, Messages, Model};
use crate::stage::{self, Answers, Course, Decider, Seat, Stage};
use crate::trace::{Amount, Step};
use carrots_logic::accounts::Accounts;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// How a property is broken.
#[derive(Clone, Debug, Serialize)]
pub struct Counterexample {
    /// Who deviates, and how.
    pub who: Vec<Instead>,
    /// What the others are and do, where it is not the same for all of them.
    pub others: Vec<String>,
    /// What those who deviate gain by it together, in the smallest unit.
    #[serde(serialize_with = "text")]
    pub gain: Rational,
    /// What of the gain is tokens in the run of `trace` against that of `base`.
    #[serde(serialize_with = "text")]
    pub gain_in_tokens: i128,
    /// What the other players lose by it.
    #[serde(serialize_with = "text")]
    pub others_lose: Rational,
    /// The accounts of those who deviate.
    pub accounts: Vec<Agent>,
    /// The deviation, as a trace.
    pub trace: Value,
    /// What is intended, as a trace.
    pub base: Value,
}

/// What somebody does instead of what is intended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instead {
    /// The player.
    pub player: String,
    /// Its type; empty if there is only one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// What is intended.
    pub intended: String,
    /// What it does.
    pub chosen: String,
}

fn text<T: fmt::Display, S: serde::Serializer>(number: &T, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(number)
}

/// A play that was written down.
pub struct Recorded<M: Model> {
    /// The calls.
    pub steps: Vec<Step<M::Op>>,
    /// Everybody's payoff.
    pub payoffs: Vec<i128>,
    /// Tokens alone.
    pub tokens: Vec<i128>,
    /// How likely this play is: odds, out of so many.
    pub odds: (u128, u128),
    /// The end.
    pub end: Instance<M>,
}

/// All plays of a profile, a branch of chance each.
pub fn record<S: Stage>(
    stage: &S,
    types: &[usize],
    given: &[Option<usize>],
) -> Vec<Recorded<S::Model>> {
    let mut answers = Answers::new(types, given);
    let mut all = Vec::new();
    loop {
        let played = record_one(stage, types, &mut answers);
        all.push(Recorded { odds: answers.odds(), ..played });
        if !answers.next_branch() {
            return all;
        }
    }
}

/// One play. In the end credits are collected.
pub fn record_one<S: Stage>(
    stage: &S,
    types: &[usize],
    decider: &mut dyn Decider,
) -> Recorded<S::Model> {
    let (seats, start) = (stage.players(), stage::start(stage));
    let mut course = Course::new(start.clone(), seats.len(), decider).recorded();
    stage.play(&mut course);
    for who in 0..start.ledger().wallets.len() as Agent {
        if course.instance.db.credit(who) > 0
            && let Some(op) = collect::<S::Model>(who)
        {
            course.call(who, 0, op);
        }
    }
    let payoff = |(player, seat): (usize, &Seat)| {
        stage::payoff(stage, seat, player, types[player], &start, &course)
    };
    let payoffs = seats.iter().enumerate().map(payoff).collect();
    let tokens = |seat: &Seat| stage::tokens(&seat.accounts, &start, &course.instance);
    let tokens = seats.iter().map(tokens).collect();
    let end = course.instance.clone();
    Recorded { steps: course.into_steps(), payoffs, tokens, odds: (1, 1), end }
}

/// The call that pays an account what is credited to it, if the mechanism has the usual one.
fn collect<M: Model>(account: Agent) -> Option<<M as Messages>::Op> {
    serde_json::from_value(json!({ "collect": { "account": account } })).ok()
}

/// A play as a trace that says what agents have in the end.
pub fn trace_of<S: Stage>(stage: &S, played: &Recorded<S::Model>) -> Value {
    let mut trace = stage::trace(stage, &stage::start(stage), played.steps.clone());
    let wealth = |who: Agent| (who, Amount(played.end.wealth(who)));
    let agents = played.end.ledger().wallets.len() as Agent;
    trace.ends = (0..agents).map(wealth).collect();
    serde_json::to_value(trace).expect("a trace can be written")
}

/// Plays a profile as intended and with a deviation of `who`, and compares them.
pub fn compare<S: Stage>(
    stage: &S,
    names: &[Vec<String>],
    types: &[usize],
    intended: &[Option<usize>],
    deviation: &[Option<usize>],
    who: &[usize],
) -> Counterexample {
    let (before, after) = (record(stage, types, intended), record(stage, types, deviation));
    let seats = stage.players();
    let of = |plays: &[Recorded<S::Model>], player: usize| -> Rational {
        let part = |play: &Recorded<S::Model>| {
            let odds = Rational::new(play.odds.0.into(), play.odds.1.into());
            Rational::from_integer(play.payoffs[player].into()) * odds
        };
        plays.iter().map(part).sum()
    };
    let gain = |player: usize| of(&after, player) - of(&before, player);
    let others = (0..seats.len()).filter(|player| !who.contains(player));
    // The branch in which they gain most, against the first of what is intended.
    let own = |play: &&Recorded<S::Model>| who.iter().map(|at| play.payoffs[*at]).sum::<i128>();
    let best = after.iter().max_by_key(own).expect("there is a play");
    let name = |player: usize, option: Option<usize>| {
        option.and_then(|option| names[player].get(option)).cloned().unwrap_or_default()
    };
    let kind = |player: usize| stage.types(player)[types[player]].name.clone();
    let instead = |player: &usize| Instead {
        player: seats[*player].name.clone(),
        of: kind(*player),
        intended: name(*player, intended[*player]),
        chosen: name(*player, deviation[*player]),
    };
    let does = |player: usize| {
        let (kind, does) = (kind(player), name(player, deviation[player]));
        let of = if kind.is_empty() { kind } else { format!(" ({kind})") };
        format!("{}{of}: {does}", seats[player].name)
    };
    let tokens = |play: &Recorded<S::Model>| who.iter().map(|at| play.tokens[*at]).sum::<i128>();
    Counterexample {
        who: who.iter().map(instead).collect(),
        others: others.clone().map(does).collect(),
        gain: who.iter().map(|player| gain(*player)).sum(),
        gain_in_tokens: tokens(best) - tokens(&before[0]),
        others_lose: -others.map(gain).sum::<Rational>(),
        accounts: who.iter().flat_map(|at| seats[*at].accounts.clone()).collect(),
        trace: trace_of(stage, best),
        base: trace_of(stage, &before[0]),
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for Instead { player, of, intended, chosen } in &self.who {
            let of = if of.is_empty() { String::new() } else { format!(" ({of})") };
            writeln!(out, "  {player}{of}: {chosen} instead of {intended}")?;
        }
        const MOST: usize = 8;
        for other in self.others.iter().take(MOST) {
            writeln!(out, "  {other}")?;
        }
        if self.others.len() > MOST {
            writeln!(out, "  … and {} more", self.others.len() - MOST)?;
        }
        write!(out, "  gain {}, the others lose {}", self.gain, self.others_lose)
    }
}
