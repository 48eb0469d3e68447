//! A profile in which intended behaviour is not best, played with every call written down.

use super::exploit::exploit;
use crate::exact::Rational;
use crate::model::{Agent, Amount, AnyInstance, AnyOp, Step};
use crate::scenario::Token;
use crate::scene::{Answers, AnyScene, Decider, How};
use carrots_kernel::{Balance, Block};
use num_traits::Zero;
use serde::Serialize;
use serde_json::Value;
use std::cmp::Reverse;
use std::fmt;

/// How a property is broken.
#[derive(Clone, Debug, Serialize)]
pub struct Counterexample {
    /// Who deviates, and how.
    pub who: Vec<Deviator>,
    /// What the others are and do, where it is not the same for all of them.
    pub others: Vec<String>,
    /// What those who deviate call otherwise, in a sentence.
    pub exploit: String,
    /// The calls that were put between those of others, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<Call>,
    /// What everybody gains by it, where that is not nothing: below zero it is a loss.
    #[serde(serialize_with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub everyone: Vec<(String, Rational)>,
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

/// A call of a deviation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// The block in which it is made.
    pub block: Block,
    /// Its place in the trace.
    pub step: usize,
    /// Whose account calls.
    pub who: String,
    /// The message.
    pub message: String,
    /// Its arguments.
    pub arguments: Option<Value>,
    /// The tokens that are sent along, in the smallest unit.
    #[serde(serialize_with = "text")]
    pub value: Balance,
}

/// What somebody does instead of what is intended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviator {
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

fn texts<S: serde::Serializer>(all: &[(String, Rational)], out: S) -> Result<S::Ok, S::Error> {
    out.collect_map(all.iter().map(|(name, number)| (name, number.to_string())))
}

fn text<T: fmt::Display, S: serde::Serializer>(number: &T, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(number)
}

/// A play that was written down.
pub struct Recorded {
    /// The calls.
    pub steps: Vec<Step<AnyOp>>,
    /// Everybody's payoff.
    pub payoffs: Vec<i128>,
    /// Tokens alone.
    pub tokens: Vec<i128>,
    /// How likely this play is: odds, out of so many.
    pub odds: (u128, u128),
    /// What happened by chance, in order.
    pub branches: Vec<usize>,
    /// How many steps there are before everyone takes out what it can.
    pub left: usize,
    /// The end.
    pub end: Box<dyn AnyInstance>,
}

impl Recorded {
    /// What was done before everyone took out what it could.
    pub fn calls(&self) -> &[Step<AnyOp>] {
        &self.steps[..self.left]
    }
}

/// How many chance moves fell alike before the first that did not; of equals, the first in order.
pub fn alike(one: &[usize], other: &[usize]) -> (usize, Reverse<Vec<usize>>) {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (same, Reverse(one.to_vec()))
}

/// All plays of a profile, a branch of chance each.
pub fn record(scene: &dyn AnyScene, types: &[usize], given: &[Option<usize>]) -> Vec<Recorded> {
    let mut answers = Answers::new(types, given);
    let mut all = Vec::new();
    loop {
        let played = record_one(scene, types, &mut answers, false);
        all.push(Recorded { odds: answers.odds(), branches: answers.branches(), ..played });
        if !answers.next_branch() {
            return all;
        }
    }
}

/// One play; what is decided on the way is asked, if that is wanted.
pub fn record_one(
    scene: &dyn AnyScene,
    types: &[usize],
    decider: &mut dyn Decider,
    asks: bool,
) -> Recorded {
    let (cast, end) = (scene.cast(), scene.play(How { asks, ..How::RECORDED }, decider));
    let players = 0..cast.players.len();
    Recorded {
        payoffs: players.clone().map(|at| cast.payoff(at, types[at], &*end)).collect(),
        tokens: players.map(|at| cast.tokens(at, end.instance())).collect(),
        odds: (1, 1),
        branches: Vec::new(),
        left: end.notes().left,
        end: end.instance().boxed(),
        steps: end.steps(),
    }
}

/// A play as a trace that says what agents have in the end.
pub fn trace_of(scene: &dyn AnyScene, played: &Recorded) -> Value {
    let wealth = |who: Agent| (who, Amount(played.end.wealth(who)));
    let agents = played.end.ledger().wallets.len() as Agent;
    scene.trace(scene.start(), &played.steps, (0..agents).map(wealth).collect())
}

/// Plays a profile as intended and with a deviation of `who`, and compares them.
pub fn compare(
    scene: &dyn AnyScene,
    types: &[usize],
    intended: &[Option<usize>],
    deviation: &[Option<usize>],
    who: &[usize],
) -> Counterexample {
    let (before, after) = (record(scene, types, intended), record(scene, types, deviation));
    let cast = scene.cast();
    let seats = &cast.players;
    let of = |plays: &[Recorded], player: usize| -> Rational {
        let part = |play: &Recorded| {
            let odds = Rational::new(play.odds.0.into(), play.odds.1.into());
            Rational::from_integer(play.payoffs[player].into()) * odds
        };
        plays.iter().map(part).sum()
    };
    let gain = |player: usize| of(&after, player) - of(&before, player);
    let others = (0..seats.len()).filter(|player| !who.contains(player));
    // The branch in which they gain most, against what is intended where chance falls alike.
    let own = |play: &&Recorded| who.iter().map(|at| play.payoffs[*at]).sum::<i128>();
    let best = after.iter().max_by_key(own).expect("there is a play");
    let base = before
        .iter()
        .max_by_key(|play| alike(&play.branches, &best.branches))
        .expect("there is a play");
    let name = |player: usize, option: Option<usize>| {
        option.map(|option| cast.name(player, option)).unwrap_or_default()
    };
    let kind = |player: usize| cast.kinds[player][types[player]].name.clone();
    let instead = |player: &usize| Deviator {
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
    let tokens = |play: &Recorded| who.iter().map(|at| play.tokens[*at]).sum::<i128>();
    let accounts: Vec<Agent> = who.iter().flat_map(|at| seats[*at].accounts.clone()).collect();
    let name = |account| cast.account_name(account);
    Counterexample {
        exploit: exploit(cast, &accounts, base.calls(), best.calls(), &name),
        who: who.iter().map(instead).collect(),
        others: others.clone().map(does).collect(),
        calls: Vec::new(),
        everyone: (0..seats.len())
            .map(|at| (seats[at].name.clone(), gain(at)))
            .filter(|(_, gain)| !gain.is_zero())
            .collect(),
        gain: who.iter().map(|player| gain(*player)).sum(),
        gain_in_tokens: tokens(best) - tokens(base),
        others_lose: -others.map(gain).sum::<Rational>(),
        accounts,
        trace: trace_of(scene, best),
        base: trace_of(scene, base),
    }
}

impl Counterexample {
    /// In words, with amounts in tokens.
    pub fn write(&self, token: &Token, out: &mut fmt::Formatter) -> fmt::Result {
        for Deviator { player, of, intended, chosen } in &self.who {
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
        for Call { block, who, message, arguments, value, .. } in &self.calls {
            let arguments = arguments.as_ref().map_or(String::new(), ToString::to_string);
            let with =
                if *value > 0 { format!(" with {}", token.show(*value)) } else { String::new() };
            writeln!(out, "  block {block}: {who} calls {message}{arguments}{with}")?;
        }
        let gains =
            |(name, gain): &(String, Rational)| format!("{name} {}", token.show_exact(gain));
        let everyone = self.everyone.iter().take(MOST).map(gains);
        let everyone = everyone.collect::<Vec<_>>().join(", ");
        let more = self.everyone.len().saturating_sub(MOST);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        if !everyone.is_empty() {
            writeln!(out, "  gains: {everyone}{more}")?;
        }
        // Nobody deviates: what is told is all.
        if self.accounts.is_empty() && !self.exploit.is_empty() {
            return write!(out, "  in short: {}", self.exploit);
        }
        if !self.exploit.is_empty() {
            writeln!(out, "  in short: {}", self.exploit)?;
        }
        let (gain, lose) = (token.show_exact(&self.gain), token.show_exact(&self.others_lose));
        write!(out, "  gain {gain}, the others lose {lose}")
    }
}
