//! Sequences of calls: what no option foresees.
//!
//! Every deviation that an intruder plays ([`super::intruder`]) is looked at for all that it does at
//! once: what the intruder gains, what each of the others loses, and what becomes of the books. The
//! questions about single deviations take from it what they ask for.

use super::counterexample::{Call, Counterexample, Instead};
use super::intruder::{Effect, Found, Scan, Told, Tried, What};
use super::{Finding, Limits, Property, Stopped, Terms, Verdict};
use crate::attack::{self, Aim, Search, Until};
use crate::games::exact::{Rational, whole};
use crate::models::{Agent, Op};
use crate::play::{OpOf, Play};
use crate::scene::{Answers, Course, Scene};
use crate::trace::{Amount, Step};
use num_traits::{Signed, Zero};
use std::cmp::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Rounds of guided search behind the exhaustive one, and the most changes tried exhaustively, where
/// others are recorded.
const ROUNDS: u64 = 4;
const CHANGES: usize = 2;

/// The worst of all deviations, by what is asked.
pub struct Harvest<O> {
    /// What was tried.
    pub tried: Tried,
    /// Who intruded.
    pub intruders: Vec<String>,
    worst: Worst<O>,
}

/// The worst deviation of each kind.
struct Worst<O> {
    gain: Option<Found<O>>,
    loss: Option<(Found<O>, usize)>,
    harm: Option<Found<O>>,
    lacked: Option<Found<O>>,
    left: Option<Found<O>>,
}

/// Tries all changes of a scene.
pub fn harvest<P: Play>(
    scene: &Scene<P>,
    size: usize,
    limits: Limits,
) -> Result<Harvest<OpOf<P>>, Stopped> {
    if size > scene.players() {
        return Err(Stopped::Lacks("there are fewer players than that"));
    }
    let scan = Scan::new(scene, size, limits);
    let none = Worst { gain: None, loss: None, harm: None, lacked: None, left: None };
    let worst = Mutex::new(none);
    let tried = scan.run(&|found| {
        worst.lock().unwrap_or_else(PoisonError::into_inner).add(found);
    })?;
    let intruders = scan.intruders.iter().map(|who| who.name.clone()).collect();
    let worst = worst.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(Harvest { tried, intruders, worst })
}

impl<O: Copy> Worst<O> {
    /// Of equals the one with fewer changes, then the first in order.
    fn add(&mut self, found: &Found<O>) {
        let order = |found: &Found<O>| {
            let places: Vec<_> = found.changes.iter().map(|change| change.at).collect();
            (found.changes.len(), found.who, places)
        };
        let offer = |slot: &mut Option<Found<O>>, by: &dyn Fn(&Found<O>) -> Rational| {
            let better = slot.as_ref().is_none_or(|best| match by(found).cmp(&by(best)) {
                Ordering::Equal => order(found) < order(best),
                other => other == Ordering::Greater,
            });
            if better {
                *slot = Some(found.clone());
            }
        };
        if gain(found).is_positive() {
            offer(&mut self.gain, &gain);
        }
        let losses = losses(found);
        if let Some((at, loss)) = losses.iter().enumerate().max_by_key(|(_, loss)| (*loss).clone())
            && loss.is_positive()
        {
            let least = self.loss.as_ref().map(|(best, at)| super::raw::losses(best)[*at].clone());
            if least.is_none_or(|least| *loss > least) {
                self.loss = Some((found.clone(), at));
            }
            let worse =
                self.harm.as_ref().is_none_or(|best| ratio(found, best) == Ordering::Greater);
            if worse {
                self.harm = Some(found.clone());
            }
        }
        if found.effect.lacked > 0 {
            offer(&mut self.lacked, &|found| Rational::from_integer(found.effect.lacked.into()));
        }
        if left(found).is_positive() {
            offer(&mut self.left, &left);
        }
    }
}

fn number(of: i128, effect: &Effect) -> Rational {
    Rational::new(of.into(), effect.below.into())
}

/// What an intruder gains.
fn gain<O>(found: &Found<O>) -> Rational {
    number(found.effect.own, &found.effect) - number(found.base.own, &found.base)
}

/// What is held in the end, and nobody can take out.
fn left<O>(found: &Found<O>) -> Rational {
    number(found.effect.left, &found.effect)
}

/// What every player and every other seat loses.
fn losses<O>(found: &Found<O>) -> Vec<Rational> {
    let all = |effect: &Effect| -> Vec<Rational> {
        let numbers = effect.players.iter().chain(&effect.others);
        numbers.map(|one| number(*one, effect)).collect()
    };
    all(&found.base).into_iter().zip(all(&found.effect)).map(|(was, is)| was - is).collect()
}

/// What all who lose by it lose.
fn harm<O>(found: &Found<O>) -> Rational {
    losses(found).into_iter().filter(Signed::is_positive).sum()
}

/// Compares what is lost per what the intruder loses.
fn ratio<O>(one: &Found<O>, other: &Found<O>) -> Ordering {
    let cost = |found: &Found<O>| -> Rational {
        let cost = -gain(found);
        if cost.is_positive() { cost } else { Rational::zero() }
    };
    let (left, right) = (harm(one) * cost(other), harm(other) * cost(one));
    match left.cmp(&right) {
        Ordering::Equal => harm(one).cmp(&harm(other)),
        order => order,
    }
}

/// What the raw calls of a scene add to the answer of a question about single deviations: a violation,
/// or what else was looked at.
pub fn refine<P: Play>(
    scene: &Scene<P>,
    harvest: &Harvest<OpOf<P>>,
    limits: Limits,
    terms: &Terms,
    finding: Finding,
) -> Finding {
    let Harvest { tried, worst, intruders } = harvest;
    let rounding = whole(scene.play.rounding() as i128);
    let margin = whole(terms.margin());
    let exceeds =
        |amount: &Rational| (amount.clone() + &margin).is_positive() && *amount > rounding;
    let size = terms.size.filter(|_| terms.property == Property::Attack).unwrap_or(1);
    let scan = Scan::new(scene, size as usize, limits);
    let seats = seats(scene);
    let told = |found: &Found<OpOf<P>>, said: String, measured: Rational, finding: Finding| {
        let counterexample = tell(scene, &scan, found);
        finding.measured(measured, said).violated(Some(counterexample))
    };
    let mut finding = finding.within(domain(tried, intruders));
    finding.trusted = scene.trusted().iter().map(ToString::to_string).collect();
    finding.messages_called = tried.messages.0.clone();
    finding.messages_never = tried.messages.1.clone();
    let lacked = worst.lacked.as_ref().map(|found| {
        let lacked = Rational::from_integer(found.effect.lacked.into());
        (found, lacked.clone(), format!("it owes {lacked} more than it holds"))
    });
    let asked = match terms.property {
        Property::Attack if lacked.is_some() => lacked,
        Property::Nash | Property::Attack => worst.gain.as_ref().map(|found| {
            let gain = gain(found);
            (found, gain.clone(), format!("{} gains {gain} by calls", intruders[found.who]))
        }),
        Property::Solvency => lacked,
        Property::Frozen => worst.left.as_ref().map(|found| {
            (found, left(found), format!("{} are left that nobody can take out", left(found)))
        }),
        Property::Immunity => worst.loss.as_ref().map(|(found, at)| {
            let (loss, who) = (losses(found)[*at].clone(), &intruders[found.who]);
            (found, loss.clone(), format!("{} loses {loss} by what {who} does", seats[*at]))
        }),
        Property::Griefing => worst.harm.as_ref().and_then(|found| {
            let most = terms.factor.as_ref().map_or(whole(1), |factor| factor.0.clone());
            let (harm, cost, who) = (harm(found), -gain(found), &intruders[found.who]);
            let cost = if cost.is_positive() { cost } else { Rational::zero() };
            let said = format!("the others lose {harm} where {who} loses {cost}");
            (harm > most * cost).then_some((found, harm, said))
        }),
        _ => None,
    };
    if let Some((found, amount, said)) = asked {
        let more = finding.verdict == Verdict::Holds
            || finding.gain.as_ref().is_some_and(|gain| amount > *gain);
        if exceeds(&amount) && more {
            return told(found, said, amount, finding);
        }
        if finding.verdict == Verdict::Holds && amount.is_positive() && amount <= rounding {
            finding.said.push_str(&format!(
                "{}raw calls move {amount} or less, which is rounding: the rules round by up to \
                 {rounding}",
                if finding.said.is_empty() { "" } else { "; " }
            ));
        }
    }
    match tried.complete || finding.verdict != Verdict::Holds {
        true => finding,
        false => {
            let why = "not every single call was tried within the limits";
            Finding { verdict: Verdict::Unknown, method: why.into(), ..finding }
        }
    }
}

/// The names of all players and other seats.
fn seats<P: Play>(scene: &Scene<P>) -> Vec<String> {
    scene.seats.iter().chain(&scene.others).map(|seat| seat.name.clone()).collect()
}

fn domain(tried: &Tried, intruders: &[String]) -> String {
    let Tried { letters, places, plays, chains, complete, chains_complete, .. } = tried;
    let all = if *complete { "every single one" } else { "some" };
    let more = match chains_complete {
        true => format!("{chains} chains of up to 4"),
        false => format!("{chains} chains of up to 4, not all"),
    };
    let branches = if tried.some_branches { "; the first 64 branches of chance" } else { "" };
    format!(
        "raw calls of {} between those of others, who react, for {} profiles of types: {all} of \
         {letters} at {places} places, and {more}; {plays} plays{branches}",
        intruders.join(", "),
        tried.profiles
    )
}

/// A deviation in words, and as a trace.
fn tell<P: Play>(scene: &Scene<P>, scan: &Scan<P>, found: &Found<OpOf<P>>) -> Counterexample {
    let who = &scan.intruders[found.who];
    let Told { steps, put, base } = scan.told(found);
    let mut block = scene.start().block();
    let mut calls = Vec::new();
    let named = names(scene, &who.accounts, &who.name);
    for (at, step) in steps.iter().enumerate() {
        match step {
            Step::Blocks(blocks) => block += blocks,
            Step::Call { who: caller, value, op, .. } if put.contains(&at) => calls.push(Call {
                block,
                step: at,
                who: named(*caller),
                message: op.message().into(),
                arguments: arguments(op),
                value: *value,
            }),
            Step::Call { .. } => {}
        }
    }
    let silent = found.changes.iter().filter(|change| matches!(change.what, What::Silent)).count();
    let gone = found.changes.iter().any(|change| matches!(change.what, What::Gone));
    let option = |at: &usize| found.given[*at].map(|option| scene.name(*at, option));
    let begun = who.players.iter().filter_map(option);
    let mut does: Vec<String> =
        begun.chain(calls.iter().map(|call| format!("calls {}", call.message))).collect();
    does.extend((silent > 0).then(|| "stays silent in a turn of its own".into()));
    does.extend(gone.then(|| "says nothing any more from some turn on".into()));
    let everyone = seats(scene).into_iter().zip(losses(found)).filter(|(_, loss)| !loss.is_zero());
    let mut everyone: Vec<_> = everyone.map(|(name, loss)| (name, -loss)).collect();
    everyone.insert(0, (who.name.clone(), gain(found)));
    let kind = |at: &usize| scene.kinds[*at][found.types[*at]].name.clone();
    let (with, without) = (ends(scene, &steps), ends(scene, &base));
    let tokens =
        |ends: &[u128]| who.accounts.iter().map(|at| ends[*at as usize] as i128).sum::<i128>();
    Counterexample {
        who: vec![Instead {
            player: who.name.clone(),
            of: who.players.first().map(kind).unwrap_or_default(),
            intended: "what is intended".into(),
            chosen: does.join(", "),
        }],
        others: Vec::new(),
        calls,
        everyone,
        gain: gain(found),
        gain_in_tokens: tokens(&with) - tokens(&without),
        others_lose: losses(found).into_iter().sum(),
        accounts: who.accounts.clone(),
        trace: trace(scene, steps, &with),
        base: trace(scene, base, &without),
    }
}

/// A message's arguments, if it has any.
fn arguments(op: &impl serde::Serialize) -> Option<serde_json::Value> {
    let op = serde_json::to_value(op).ok()?;
    let arguments = op.as_object()?.values().next()?.clone();
    arguments.as_object().is_some_and(|all| !all.is_empty()).then_some(arguments)
}

/// How accounts are called: by whose they are.
fn names<'a, P: Play>(
    scene: &'a Scene<P>,
    own: &'a [Agent],
    who: &'a str,
) -> impl Fn(Agent) -> String + 'a {
    move |account| {
        let seat = scene.seats.iter().chain(&scene.others);
        let seat = seat.clone().find(|seat| seat.accounts.contains(&account));
        match (seat, own.contains(&account)) {
            (Some(seat), _) => seat.name.clone(),
            (None, true) => format!("{who}, from account {account}"),
            (None, false) => format!("account {account}"),
        }
    }
}

/// What everyone has in the end of some steps.
fn ends<P: Play>(scene: &Scene<P>, steps: &[Step<OpOf<P>>]) -> Vec<u128> {
    let mut end = scene.start().clone();
    for step in steps {
        match *step {
            Step::Blocks(blocks) => end.advance(blocks),
            Step::Call { who, value, op, .. } => _ = end.apply(who, value, op),
        }
    }
    (0..end.ledger().wallets.len() as Agent).map(|who| end.wealth(who)).collect()
}

fn trace<P: Play>(scene: &Scene<P>, steps: Vec<Step<OpOf<P>>>, ends: &[u128]) -> serde_json::Value {
    let mut trace = scene.trace(scene.start(), steps);
    trace.ends = (0..).zip(ends.iter().copied().map(Amount)).collect();
    serde_json::to_value(trace).expect("a trace can be written")
}

/// Answers the question whether a penalty can be escaped: the first player chose what has it, and now
/// calls whatever it likes; others do as they did.
pub fn exit<P: Play>(scene: &Scene<P>, terms: &Terms, limits: Limits) -> Result<Finding, Stopped> {
    let n = scene.players();
    let option = match &terms.option {
        Some(name) => {
            let place = scene.names(0).iter().position(|option| option == name);
            place.ok_or(Stopped::Lacks("no option of that name"))?
        }
        None => {
            let corrupt = scene.play.corrupt();
            let place = corrupt.and_then(|corrupt| scene.find(0, |plan| plan == corrupt));
            place.ok_or(Stopped::Lacks("no option that has a penalty"))?
        }
    };
    let (types, mut given) = (vec![0; n], vec![None; n]);
    given[0] = Some(option);
    let mut answers = Answers::new(&types, &given);
    let end = scene.play(Course::new(&mut answers).recorded());
    let lacks = Stopped::Lacks("the option does nothing that cannot be taken back");
    let from = end.answers.committed(0).ok_or(lacks)?;
    drop(end);
    let rounding = scene.play.rounding() as i128;
    let search = Search {
        types: &types,
        given: &given,
        attackers: &[0],
        from,
        spares: 0,
        alone: true,
        aim: Aim::Profit,
        margin: rounding.max(-terms.margin()),
        until: Until::Found,
        limits: attack::Limits {
            time: Duration::from_secs_f64(limits.seconds.min(1e9)),
            calls: u64::MAX,
            bytes: limits.memory,
            changes: CHANGES,
            rounds: ROUNDS,
        },
        seed: limits.seed,
    };
    let report = attack::search(scene, &search);
    let domain = format!(
        "every change of up to {} calls out of {} at {} places behind the offence, the others as \
         they did",
        report.exhaustive, report.alphabet.1, report.slots
    );
    let method = match report.ended {
        attack::Ended::Done => format!("exhaustive, and {ROUNDS} rounds of guided search beyond"),
        _ => "stopped by the limits".into(),
    };
    let finding = Finding::holds(terms, method, domain, report.checked);
    let Some(found) = report.found else {
        return Ok(match report.exhaustive {
            0 => Finding { verdict: Verdict::Unknown, ..finding },
            _ => finding,
        });
    };
    let messages = found.changed.iter().filter_map(|at| match &found.trace.steps[*at] {
        Step::Call { op, .. } => Some(format!("calls {}", op.message())),
        Step::Blocks(_) => None,
    });
    let left = found.left_out.iter().filter_map(|step| match step {
        Step::Call { op, .. } => Some(format!("leaves out {}", op.message())),
        Step::Blocks(_) => None,
    });
    let chosen: Vec<String> = messages.chain(left).collect();
    let counterexample = Counterexample {
        who: vec![Instead {
            player: scene.seats[0].name.clone(),
            of: String::new(),
            intended: scene.name(0, option),
            chosen: chosen.join(", "),
        }],
        others: Vec::new(),
        calls: Vec::new(),
        everyone: Vec::new(),
        gain: whole(found.profit),
        gain_in_tokens: found.profit,
        others_lose: whole(found.losses.iter().sum()),
        accounts: found.accounts,
        trace: serde_json::to_value(&found.trace).expect("a trace can be written"),
        base: serde_json::to_value(&found.base).expect("a trace can be written"),
    };
    let said = format!("{} changed calls gain {}", chosen.len(), found.profit);
    Ok(finding.measured(whole(found.profit), said).violated(Some(counterexample)))
}
