//! Sequences of calls: what no option foresees.
//!
//! Every deviation that an intruder plays ([`super::intruder`]) is looked at for all that it does at
//! once: what the intruder gains, what each of the others loses, and what becomes of the books. The
//! questions about single deviations take from it what they ask for.

use super::counterexample::{Call, Counterexample, Deviator};
use super::exploit::{arguments, exploit};
use super::intruder::{Coverage, Effect, Found, Scan, Told};
use super::{Finding, Limits, Property, Stopped, Terms, Verdict};
use crate::attack::{self, Objective, Search, Until};
use crate::exact::{Rational, whole};
use crate::model::{Agent, Amount, AnyOp, Step};
use crate::scene::{Answers, AnyScene, How, What};
use num_traits::{Signed, Zero};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Rounds of guided search behind the exhaustive one, and the most changes tried exhaustively, where
/// others are recorded.
const ROUNDS: u64 = 4;
const CHANGES: usize = 2;

/// The worst of all deviations, by what is asked.
pub struct Harvest {
    /// What was tried.
    pub tried: Coverage,
    /// Who intruded.
    pub intruders: Vec<String>,
    worst: Worst,
    /// What each option gains whom who chooses it, and what it costs whom who does not, at most.
    options: (Each, Each),
}

/// Amounts by whom they are of, and by what: the greatest of each.
pub type Each = BTreeMap<String, Rational>;

/// The worst deviation of each kind, and how bad it is.
struct Worst {
    /// What is rounding: whoever loses no more than that was not harmed.
    rounding: Rational,
    gain: Option<(Rational, Found)>,
    /// With who loses.
    loss: Option<(Rational, Found, usize)>,
    harm: Option<Found>,
    /// The most that others lose by what is rounding.
    trifle: Rational,
    shortfall: Option<(Rational, Found)>,
    left: Option<(Rational, Found)>,
    /// The same by who gains, and who loses, by which single call; and what is left by which. Chains are
    /// not in it, since not all of them are tried: which are found says nothing of those that are not.
    each_gain: BTreeMap<(usize, Single), Rational>,
    each_loss: BTreeMap<(usize, Single), Rational>,
    each_left: BTreeMap<Single, Rational>,
}

/// What a deviation of no more than one change consists of.
type Single = &'static str;

/// Tries all changes of a scene.
pub fn harvest(scene: &dyn AnyScene, size: usize, limits: Limits) -> Result<Harvest, Stopped> {
    let cast = scene.cast();
    if size > cast.players.len() {
        return Err(Stopped::Lacks("there are fewer players than that"));
    }
    let scan = Scan::new(scene, size, limits);
    let rounding = whole(cast.rounding as i128);
    let mut worst = Worst {
        rounding,
        gain: None,
        loss: None,
        harm: None,
        trifle: Rational::zero(),
        shortfall: None,
        left: None,
        each_gain: BTreeMap::new(),
        each_loss: BTreeMap::new(),
        each_left: BTreeMap::new(),
    };
    // First, since they are few: what time is left is for the calls.
    let (all_options, complete) = scan.options()?;
    let mut tried = scan.run(&mut |found| worst.add(found))?;
    if !complete {
        tried.left_out.insert("what some options gain or cost");
    }
    let (seats, mut gains, mut costs) = (cast.seats(), Each::new(), Each::new());
    for found in all_options {
        let given = found.given.iter().enumerate();
        let chosen = given.filter_map(|(player, option)| Some((player, (*option)?)));
        for (player, option) in chosen {
            let name = cast.name(player, option);
            greatest(&mut gains, format!("{}: {name}", seats[player]), &gain(&found));
            let losses = seats.iter().zip(losses(&found));
            for (seat, loss) in losses.filter(|(_, loss)| *loss > worst.rounding) {
                greatest(&mut costs, format!("{seat}: {name}"), &loss);
            }
        }
    }
    let options = (gains, costs);
    let intruders = scan.intruders.into_iter().map(|who| who.name).collect();
    Ok(Harvest { tried, intruders, worst, options })
}

/// What everyone loses by taking part in what is intended, at most: what is gained is below zero.
pub fn intended(scene: &dyn AnyScene, limits: Limits) -> Result<Each, Stopped> {
    let mut each = Each::new();
    let known = |effect: &Effect| !effect.cut;
    for effect in Scan::new(scene, 1, limits).intended()?.into_iter().filter(known) {
        let numbers = effect.players.iter().chain(&effect.others);
        for (name, own) in scene.cast().seats().into_iter().zip(numbers) {
            greatest(&mut each, name, &-number(*own, &effect));
        }
    }
    Ok(each)
}

impl Worst {
    /// Of equals the one with fewer changes, then the first in order.
    fn add(&mut self, found: &Found) {
        let order = |found: &Found| {
            let places: Vec<_> = found.changes.iter().map(|change| change.at).collect();
            (found.changes.len(), found.who, places)
        };
        let offer = |slot: &mut Option<(Rational, Found)>, amount: Rational| {
            let better = slot.as_ref().is_none_or(|(most, best)| match amount.cmp(most) {
                Ordering::Equal => order(found) < order(best),
                other => other == Ordering::Greater,
            });
            if better {
                *slot = Some((amount, found.clone()));
            }
        };
        let Found { effect, base, .. } = found;
        let by = single(found);
        if effect.shortfall > 0 {
            offer(&mut self.shortfall, Rational::from_integer(effect.shortfall.into()));
        }
        if effect.left > 0 {
            let left = number(effect.left, effect);
            if let Some(by) = by {
                greatest(&mut self.each_left, by, &left);
            }
            offer(&mut self.left, left);
        }
        if effect == base || effect.cut || base.cut {
            return;
        }
        let gain = gain(found);
        if gain.is_positive() {
            if let Some(by) = by.filter(|_| gain > self.rounding) {
                greatest(&mut self.each_gain, (found.who, by), &gain);
            }
            offer(&mut self.gain, gain);
        }
        let losses = losses(found).into_iter().enumerate();
        if let Some(by) = by {
            for (at, loss) in losses.clone().filter(|(_, loss)| *loss > self.rounding) {
                greatest(&mut self.each_loss, (at, by), &loss);
            }
        }
        if let Some((at, loss)) = losses.max_by(|(_, one), (_, next)| one.cmp(next))
            && loss.is_positive()
            && self.loss.as_ref().is_none_or(|(least, ..)| loss > *least)
        {
            self.loss = Some((loss, found.clone(), at));
        }
        let harm = harm(found);
        if harm <= self.rounding {
            self.trifle = harm.max(self.trifle.clone());
        } else if self.harm.as_ref().is_none_or(|best| ratio(found, best) == Ordering::Greater) {
            self.harm = Some(found.clone());
        }
    }
}

/// Keeps the greatest.
fn greatest<K: Ord>(each: &mut BTreeMap<K, Rational>, key: K, amount: &Rational) {
    let most = each.entry(key).or_insert_with(|| amount.clone());
    if amount > most {
        most.clone_from(amount);
    }
}

/// What a deviation of no more than one change consists of; nothing if there are more.
fn single(found: &Found) -> Option<Single> {
    match &found.changes[..] {
        [] => Some("an offence alone"),
        [change] => Some(match &change.what {
            What::Before(letter) | What::Between(letter) => letter.op.message(),
            What::Silent => "silence in one turn",
            What::Gone => "silence from some turn on",
        }),
        _ => None,
    }
}

fn number(of: i128, effect: &Effect) -> Rational {
    Rational::new(of.into(), effect.below.into())
}

/// What an intruder gains.
fn gain(found: &Found) -> Rational {
    number(found.effect.own, &found.effect) - number(found.base.own, &found.base)
}

/// What every player and every other seat loses.
fn losses(found: &Found) -> Vec<Rational> {
    let all = |effect: &Effect| -> Vec<Rational> {
        let numbers = effect.players.iter().chain(&effect.others);
        numbers.map(|one| number(*one, effect)).collect()
    };
    all(&found.base).into_iter().zip(all(&found.effect)).map(|(was, is)| was - is).collect()
}

/// What all who lose by it lose.
fn harm(found: &Found) -> Rational {
    losses(found).into_iter().filter(Signed::is_positive).sum()
}

/// What an intruder loses, if it does.
fn cost(found: &Found) -> Rational {
    (-gain(found)).max(Rational::zero())
}

/// Compares what is lost per what the intruder loses.
fn ratio(one: &Found, other: &Found) -> Ordering {
    let (left, right) = (harm(one) * cost(other), harm(other) * cost(one));
    match left.cmp(&right) {
        Ordering::Equal => harm(one).cmp(&harm(other)),
        order => order,
    }
}

/// What the raw calls of a scene add to the answer of a question about single deviations: a violation,
/// or what else was looked at.
pub fn refine(
    scene: &dyn AnyScene,
    harvest: &Harvest,
    limits: Limits,
    terms: &Terms,
    finding: Finding,
) -> Finding {
    let Harvest { tried, worst, intruders, .. } = harvest;
    let cast = scene.cast();
    let rounding = whole(cast.rounding as i128);
    let margin = whole(terms.margin());
    let exceeds =
        |amount: &Rational| (amount.clone() + &margin).is_positive() && *amount > rounding;
    let size = terms.size.filter(|_| terms.property == Property::Attack).unwrap_or(1);
    let scan = Scan::new(scene, size as usize, limits);
    let seats = cast.seats();
    let show = |amount: &Rational| cast.show(amount);
    let mut finding = finding.within(domain(tried, intruders));
    finding.checked += tried.plays;
    finding.each = each(&seats, harvest, terms.property);
    finding.trusted = cast.trusted.clone();
    finding.messages_called = tried.messages.0.clone();
    finding.messages_never = tried.messages.1.clone();
    (finding.errors_given, finding.errors_never) = tried.errors.clone();
    let accepted = tried.accepted.iter().filter(|_| tried.complete);
    let named = |(who, all): (&usize, &BTreeSet<&'static str>)| {
        (intruders[*who].clone(), all.iter().copied().collect())
    };
    finding.accepted = accepted.map(named).collect();
    let shortfall = worst.shortfall.as_ref().map(|(shortfall, found)| {
        let said = format!("it owes {} more than it holds", show(shortfall));
        (found, shortfall, Some(shortfall.clone()), said)
    });
    let harmed = worst.harm.as_ref().map(|found| (found, harm(found), cost(found)));
    // What is told, how much it is, and what is measured; nothing if that is infinite.
    let asked = match terms.property {
        Property::Attack if shortfall.is_some() => shortfall,
        Property::Nash | Property::Attack => worst.gain.as_ref().map(|(gain, found)| {
            let said = format!("{} gains {} by calls", intruders[found.who], show(gain));
            (found, gain, Some(gain.clone()), said)
        }),
        Property::Solvency => shortfall,
        Property::Frozen => worst.left.as_ref().map(|(left, found)| {
            let said = format!("{} are left that nobody can take out", show(left));
            (found, left, Some(left.clone()), said)
        }),
        Property::Immunity => worst.loss.as_ref().map(|(loss, found, at)| {
            let said = format!(
                "{} loses {} by what {} does",
                seats[*at],
                show(loss),
                intruders[found.who]
            );
            (found, loss, Some(loss.clone()), said)
        }),
        Property::Griefing => harmed.as_ref().and_then(|(found, harm, cost)| {
            let most = terms.factor.as_ref().map_or(whole(1), |factor| factor.0.clone());
            let who = &intruders[found.who];
            let (said, measured) = match cost.is_zero() {
                true => (format!("the others lose {} and {who} nothing", show(harm)), None),
                false => {
                    let said =
                        format!("the others lose {} where {who} loses {}", show(harm), show(cost));
                    (said, Some(harm / cost))
                }
            };
            (*harm > most * cost).then_some((*found, harm, measured, said))
        }),
        _ => None,
    };
    let mut trifle = match terms.property {
        Property::Griefing => worst.trifle.clone(),
        _ => Rational::zero(),
    };
    if let Some((found, amount, measured, said)) = asked {
        let more = |gain: &Rational| measured.as_ref().is_none_or(|measured| measured > gain);
        let more = finding.verdict == Verdict::Holds || finding.gain.as_ref().is_some_and(more);
        if exceeds(amount) && more {
            let finding = Finding { gain: measured, said, ..finding };
            return finding.violated(Some(tell(scene, &scan, found)));
        }
        if *amount <= rounding {
            trifle = amount.clone();
        }
    }
    if finding.verdict == Verdict::Holds && trifle.is_positive() {
        let and = if finding.said.is_empty() { "" } else { "; " };
        finding.said.push_str(&format!(
            "{and}raw calls move {} or less, which is rounding: the rules round by up to {}",
            show(&trifle),
            show(&rounding)
        ));
    }
    let of_each_branch = matches!(terms.property, Property::Solvency | Property::Frozen);
    let why = match (tried.complete, tried.cut && !of_each_branch) {
        (true, false) => return finding,
        (false, _) => "not every single call was tried within the limits",
        (true, true) => "chance has more branches than are looked at",
    };
    match finding.verdict {
        Verdict::Holds => Finding { verdict: Verdict::Unknown, method: why.into(), ..finding },
        _ => finding,
    }
}

/// What a question measures of everyone, beside the greatest.
fn each(seats: &[String], harvest: &Harvest, property: Property) -> Each {
    let Harvest { worst, intruders, options, .. } = harvest;
    let named = |all: &BTreeMap<(usize, Single), Rational>, names: &[String]| -> Each {
        let one = |((at, by), amount): (&(usize, Single), &Rational)| {
            (format!("{}: {by}", names[*at]), amount.clone())
        };
        all.iter().map(one).collect()
    };
    let with = |options: &Each, calls: Each| options.clone().into_iter().chain(calls).collect();
    match property {
        Property::Nash => with(&options.0, named(&worst.each_gain, intruders)),
        Property::Attack => named(&worst.each_gain, intruders),
        Property::Immunity => with(&options.1, named(&worst.each_loss, seats)),
        Property::Frozen => {
            let one = |(by, left): (&Single, &Rational)| (format!("left: {by}"), left.clone());
            worst.each_left.iter().map(one).collect()
        }
        _ => Each::new(),
    }
}

fn domain(tried: &Coverage, intruders: &[String]) -> String {
    let Coverage { letters, places, plays, chains, complete, chains_complete, .. } = tried;
    let all = if *complete { "every single one" } else { "some" };
    let more = match chains_complete {
        true => format!("{chains} chains of up to 4"),
        false => format!("{chains} chains of up to 4, not all"),
    };
    let branches = tried.cut.then_some("branches of chance behind the first 64");
    let left_out: Vec<&str> = tried.left_out.iter().copied().chain(branches).collect();
    let without = match left_out.is_empty() {
        true => String::new(),
        false => format!("; without {}", left_out.join(", and ")),
    };
    format!(
        "raw calls of {} between those of others, who react, for {} profiles of types: {all} of \
         {letters} at {places} places, and {more}; {plays} plays{without}",
        intruders.join(", "),
        tried.profiles
    )
}

/// A deviation in words, and as a trace.
fn tell(scene: &dyn AnyScene, scan: &Scan, found: &Found) -> Counterexample {
    let cast = scene.cast();
    let who = &scan.intruders[found.who];
    let Told { play, put, base } = scan.told(found);
    let mut block = cast.block;
    let mut calls = Vec::new();
    let named =
        |account| match cast.player_of(account).is_some() || !who.accounts.contains(&account) {
            true => cast.account_name(account),
            false => format!("{}, from account {account}", who.name),
        };
    for (at, step) in play.steps.iter().enumerate() {
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
    let option = |at: &usize| found.given[*at].map(|option| cast.name(*at, option));
    let begun = who.players.iter().filter_map(option);
    let mut does: Vec<String> =
        begun.chain(calls.iter().map(|call| format!("calls {}", call.message))).collect();
    does.extend((silent > 0).then(|| "stays silent in a turn of its own".into()));
    does.extend(gone.then(|| "says nothing any more from some turn on".into()));
    let everyone = cast.seats().into_iter().zip(losses(found)).filter(|(_, loss)| !loss.is_zero());
    let mut everyone: Vec<_> = everyone.map(|(name, loss)| (name, -loss)).collect();
    everyone.insert(0, (who.name.clone(), gain(found)));
    let kind = |at: &usize| cast.kinds[*at][found.types[*at]].name.clone();
    let (with, without) = (ends(scene, &play.steps), ends(scene, &base.steps));
    let tokens =
        |ends: &[u128]| who.accounts.iter().map(|at| ends[*at as usize] as i128).sum::<i128>();
    Counterexample {
        exploit: exploit(cast, &who.accounts, base.calls(), play.calls(), &named),
        who: vec![Deviator {
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
        trace: trace(scene, &play.steps, &with),
        base: trace(scene, &base.steps, &without),
    }
}

/// What everyone has in the end of some steps.
fn ends(scene: &dyn AnyScene, steps: &[Step<AnyOp>]) -> Vec<u128> {
    let mut end = scene.start().boxed();
    steps.iter().for_each(|step| _ = end.play(step));
    (0..end.ledger().wallets.len() as Agent).map(|who| end.wealth(who)).collect()
}

fn trace(scene: &dyn AnyScene, steps: &[Step<AnyOp>], ends: &[u128]) -> serde_json::Value {
    let ends = (0..).zip(ends.iter().copied().map(Amount)).collect();
    scene.trace(scene.start(), steps, ends)
}

/// Answers the question whether a penalty can be escaped: the first player chose what has it, and now
/// calls whatever it likes; others do as they did.
pub fn exit(scene: &dyn AnyScene, terms: &Terms, limits: Limits) -> Result<Finding, Stopped> {
    let cast = scene.cast();
    let n = cast.players.len();
    let option = match &terms.option {
        Some(name) => {
            let place = cast.names(0).iter().position(|option| option == name);
            place.ok_or(Stopped::Lacks("no option of that name"))?
        }
        None => cast.corrupt(0).ok_or(Stopped::Lacks("no option that has a penalty"))?,
    };
    let (types, mut given) = (vec![0; n], vec![None; n]);
    given[0] = Some(option);
    let mut answers = Answers::new(&types, &given);
    let end = scene.play(How::RECORDED, &mut answers);
    let lacks = Stopped::Lacks("the option does nothing that cannot be taken back");
    let from = *end.notes().committed.get(&0).ok_or(lacks)?;
    let rounding = cast.rounding as i128;
    let search = Search {
        types: &types,
        given: &given,
        attackers: &[0],
        from,
        spares: 0,
        alone: true,
        objective: Objective::Profit,
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
    let messages = found.changed.iter().filter_map(|at| match &found.steps[*at] {
        Step::Call { op, .. } => Some(format!("calls {}", op.message())),
        Step::Blocks(_) => None,
    });
    let left = found.left_out.iter().filter_map(|step| match step {
        Step::Call { op, .. } => Some(format!("leaves out {}", op.message())),
        Step::Blocks(_) => None,
    });
    let chosen: Vec<String> = messages.chain(left).collect();
    let name = |account| cast.account_name(account);
    let counterexample = Counterexample {
        exploit: exploit(cast, &found.accounts, &found.base_steps, &found.steps, &name),
        who: vec![Deviator {
            player: cast.players[0].name.clone(),
            of: String::new(),
            intended: cast.name(0, option),
            chosen: chosen.join(", "),
        }],
        others: Vec::new(),
        calls: Vec::new(),
        everyone: Vec::new(),
        gain: whole(found.profit),
        gain_in_tokens: found.profit,
        others_lose: whole(found.losses.iter().sum()),
        accounts: found.accounts,
        trace: found.trace,
        base: found.base,
    };
    let said = format!("{} changed calls gain {}", chosen.len(), cast.show(&whole(found.profit)));
    Ok(finding.measured(whole(found.profit), said).violated(Some(counterexample)))
}
