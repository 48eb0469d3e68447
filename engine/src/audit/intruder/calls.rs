//! What an intruder may call: what is called in plays, retargeted and varied, and what was told.

use super::played::Scan;
use crate::attack::letters::{Letters, Most};
use crate::model::{Agent, AnyOp, Refusal, Step};
use crate::scene::{Answers, AnyScene, Cast, How, Letter, Who};
use carrots_kernel::Balance;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

const MOST: Most = Most { letters: 8_000, amounts: 8, others: 6 };
/// The most plays of options that calls are taken from.
const PLAYS_MAX: usize = 400;
/// The most options with an offence that a player begins from.
const DEEDS_MAX: usize = 3;

/// What was tried.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Calls in the alphabet, of all intruders.
    pub letters: usize,
    /// Places of the longest play.
    pub places: usize,
    /// Changes that were played.
    pub plays: u64,
    /// Calls that were made.
    pub calls: u64,
    /// Whether every single change was tried, with all calls that there are.
    pub complete: bool,
    /// Chains that were played.
    pub chains: u64,
    /// Whether all chains were tried that begin with a single change of each effect.
    pub chains_complete: bool,
    /// Profiles of types that were looked at.
    pub profiles: usize,
    /// What was left out, in words.
    pub left_out: BTreeSet<&'static str>,
    /// Branches of chance were left out.
    pub cut: bool,
    /// Messages that were called with success, and that never were.
    pub messages: (Vec<&'static str>, Vec<&'static str>),
    /// Errors by which some call was refused, and those by which none ever was.
    pub errors: (Vec<&'static str>, Vec<&'static str>),
    /// Who can call what by a single call more than it makes.
    pub accepted: BTreeMap<usize, BTreeSet<&'static str>>,
}

/// Errors, by number.
pub type Errors = FxHashSet<u8>;

/// Messages that were called with success, and errors that were given.
#[derive(Default)]
pub struct Reached {
    pub messages: FxHashSet<&'static str>,
    pub errors: Errors,
}

/// The error of a call that the rules refused.
pub fn by_rules(refusal: Refusal<u8>) -> Option<u8> {
    match refusal {
        Refusal::Rules(error) => Some(error),
        Refusal::Unfunded | Refusal::NotPayable => None,
    }
}

impl Scan<'_> {
    /// The play as it should be, and plays of other options: those of the intruder's players, from
    /// their own accounts and from spare ones, then those of all others.
    pub(super) fn recorded(
        &self,
        who: &Who,
        types: &[usize],
        tried: &mut Coverage,
    ) -> Vec<Vec<Step<AnyOp>>> {
        let (scene, cast) = (self.scene, self.cast);
        let n = cast.players.len();
        let record = |given: &[Option<usize>], from: Option<(usize, Agent)>| {
            scene.play(How { from, ..How::RECORDED }, &mut Answers::new(types, given)).steps()
        };
        let mut plays = vec![record(&vec![None; n], None)];
        let mine = |at: &usize| who.players.contains(at);
        let order = (0..n).filter(mine).chain((0..n).filter(|at| !mine(at)));
        // Whoever is no player learns from the first of each class what a player does.
        let stands_in = who.players.first().copied().unwrap_or(0);
        for at in order {
            for option in 0..cast.options[at].len() {
                if plays.len() >= PLAYS_MAX || self.over() {
                    tried.left_out.insert("calls of some options");
                    return plays;
                }
                let mut given = vec![None; n];
                given[at] = Some(option);
                plays.push(record(&given, None));
                if at == stands_in && cast.options[at][option].accounts == 1 {
                    let spares = cast.spares.clone();
                    plays.extend(spares.map(|spare| record(&given, Some((at, spare)))));
                }
            }
        }
        plays
    }

    /// Adds the messages that are called with success in some play, and the errors that are given.
    pub(super) fn reached(&self, plays: &[Vec<Step<AnyOp>>], reached: &mut Reached) {
        for play in plays {
            let mut instance = self.scene.start().boxed();
            for step in play {
                match step {
                    Step::Blocks(blocks) => instance.advance(*blocks),
                    Step::Call { who, value, op, .. } => match instance.apply(*who, *value, op) {
                        Ok(_) => _ = reached.messages.insert(op.message()),
                        Err(refusal) => reached.errors.extend(by_rules(refusal)),
                    },
                }
            }
        }
    }

    /// Options of a player that it cannot take back from some moment on: offences, and the like.
    pub(super) fn deeds(&self, player: usize, types: &[usize], tried: &mut Coverage) -> Vec<usize> {
        let is_deed = |option: &usize| {
            let mut given = vec![None; types.len()];
            given[player] = Some(*option);
            let end = self.scene.play(How::default(), &mut Answers::new(types, &given));
            end.notes().committed.contains_key(&player)
        };
        let mut deeds: Vec<usize> = (0..self.cast.options[player].len()).filter(is_deed).collect();
        if deeds.len() > DEEDS_MAX {
            tried.left_out.insert("some offences to begin from");
            deeds.truncate(DEEDS_MAX);
        }
        deeds
    }
}

/// What an intruder may call.
pub fn alphabet<'a>(
    scene: &'a dyn AnyScene,
    who: &'a Who,
    plays: &[Vec<Step<AnyOp>>],
) -> Letters<'a> {
    let mut letters = Letters::new(&who.accounts, &scene.cast().wallets, plays, MOST);
    let recorded = letters.recorded(plays);
    letters.made_up(&|account| scene.samples(account));
    letters.varied(recorded, false);
    letters
}

/// The same, and calls of the same messages with amounts that were told.
pub fn after<'a>(
    cast: &'a Cast,
    who: &'a Who,
    before: &[Letter<AnyOp>],
    told: &[Balance],
) -> Letters<'a> {
    let near = |told: &Balance| [*told, told / 2, told.saturating_sub(1), told.saturating_add(1)];
    let mut amounts: Vec<Balance> = told.iter().flat_map(near).filter(|one| *one > 0).collect();
    amounts.sort();
    amounts.dedup();
    amounts.truncate(4 * MOST.amounts);
    // Room for as many more.
    let most = Most { letters: 2 * MOST.letters, ..MOST };
    let mut letters = Letters::new(&who.accounts, &cast.wallets, &[], most);
    before.iter().for_each(|letter| letters.add(letter.who, letter.value, letter.op.clone()));
    // One of each caller, message and accounts: other amounts follow.
    let mut shapes = FxHashSet::default();
    for Letter { who, value, op } in before {
        if shapes.insert((*who, op.message(), op.event(*who).1)) {
            for other in op.variants(&[], &amounts) {
                letters.add(*who, *value, other);
            }
            if op.payable() {
                amounts.iter().for_each(|amount| letters.add(*who, *amount, op.clone()));
            }
        }
    }
    letters
}

/// The whole numbers in what a receipt says.
pub fn numbers(text: &str) -> Vec<Balance> {
    text.split(|one: char| !one.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}
