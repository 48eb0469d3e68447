//! One play with some changes, and what comes of it over all branches of chance.

use crate::audit::counterexample::alike;
use crate::audit::outcomes::{Played, fits};
use crate::audit::{Limits, Stopped};
use crate::model::{Agent, AnyOp, Step};
use crate::play::Player;
use crate::scene::{Answers, AnyScene, Cast, Change, End, Look, What, Who};
use carrots_kernel::Balance;
use std::cmp::Reverse;
use std::time::Instant;

/// The most branches of chance of a play that are looked at.
const BRANCHES_MAX: usize = 64;

/// What a play comes to, over all branches of chance: numbers over `below`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What numbers are multiples of: one over this.
    pub below: u128,
    /// What the intruder has more than at the start, in all.
    pub own: i128,
    /// The same for every player that is none of the intruder's.
    pub players: Vec<i128>,
    /// The same for every seat of others.
    pub others: Vec<i128>,
    /// What the mechanism shortfall at worst to what it owed.
    pub shortfall: Balance,
    /// What is held in the end and belongs to nobody that can take it out.
    pub left: i128,
    /// Whether branches were left out: what anybody has is not known then.
    pub cut: bool,
}

/// A deviation and what it does.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who intrudes: its place among those who do.
    pub who: usize,
    /// Everybody's type.
    pub types: Vec<usize>,
    /// The options that are not as intended.
    pub given: Vec<Option<usize>>,
    /// What is changed.
    pub changes: Vec<Change>,
    /// What it does.
    pub effect: Effect,
    /// What comes of it if nothing is changed.
    pub base: Effect,
}

/// All deviations that were played, told to whoever asks.
pub struct Scan<'s> {
    pub(super) scene: &'s dyn AnyScene,
    pub(super) cast: &'s Cast,
    /// Who intrudes.
    pub intruders: Vec<Who>,
    pub(super) limits: Limits,
    since: Instant,
}

/// What a play came to.
pub struct Outcome {
    pub effect: Effect,
    pub calls: u64,
    pub places: usize,
    /// Whether all calls of the intruder's were accepted in some branch.
    pub accepted: bool,
}

impl<'s> Scan<'s> {
    /// Nothing was tried yet. Those who intrude: of players who are alike the first and the last, who
    /// has a role and is not trusted with it, and a newcomer.
    pub fn new(scene: &'s dyn AnyScene, size: usize, limits: Limits) -> Self {
        let cast = scene.cast();
        let spares: Vec<Agent> = cast.spares.clone().collect();
        let class = |at: usize| cast.classes[at];
        let n = cast.players.len();
        let ends = |first: usize| {
            let like = |other: usize| (0..size).all(|k| class(other + k) == class(first + k));
            let before = first > 0 && like(first - 1);
            let after = first + size < n && like(first + 1);
            !(before && after)
        };
        let group = |first: usize| {
            let players: Vec<usize> = (first..first + size).collect();
            let seats = players.iter().map(|at| &cast.players[*at]);
            Who {
                name: seats.clone().map(|seat| seat.name.clone()).collect::<Vec<_>>().join(" and "),
                accounts: seats
                    .flat_map(|seat| seat.accounts.clone())
                    .chain(spares.clone())
                    .collect(),
                players,
            }
        };
        let last = (n + 1).saturating_sub(size);
        let mut intruders: Vec<Who> = (0..last).filter(|first| ends(*first)).map(group).collect();
        let free = cast.others.iter().filter(|seat| !cast.trusted.contains(&seat.name));
        intruders.extend(free.map(|seat| Who {
            name: seat.name.clone(),
            players: Vec::new(),
            accounts: [&seat.accounts[..], &spares].concat(),
        }));
        intruders.push(Who { name: "newcomer".into(), players: Vec::new(), accounts: spares });
        Self { scene, cast, intruders, limits, since: Instant::now() }
    }

    /// Half of the time is for what is not raw.
    pub(super) fn over(&self) -> bool {
        self.since.elapsed().as_secs_f64() > self.limits.seconds / 2.0
    }

    /// Plays with some changes, over all branches of chance.
    pub(super) fn play(
        &self,
        who: &Who,
        types: &[usize],
        given: &[Option<usize>],
        changes: &[Change],
        mut look: Option<Look>,
    ) -> Result<Outcome, Stopped> {
        let mut answers = Answers::new(types, given);
        let mut sum: Option<Played> = None;
        let (mut shortfall, mut calls, mut places, mut accepted) = (0, 0, 0, false);
        let mut branches = 0;
        loop {
            let look = look.as_mut().filter(|_| branches == 0).map(|look| &mut **look as Look);
            let end = self.scene.intrude(false, &mut answers, who, changes, look);
            let played = self.read(who, types, &*end);
            shortfall = end.notes().shortfall.max(shortfall);
            let intrusion = end.notes().intrusion;
            calls += intrusion.calls;
            places = intrusion.places.max(places);
            accepted |= !intrusion.refused;
            branches += 1;
            let (odds, below) = answers.odds();
            let played = fits(played, odds, below)?;
            sum = Some(match sum {
                None => played,
                Some(sum) => sum.plus(&played).ok_or(Stopped::Overflow)?,
            });
            let more = answers.next_branch();
            if !more || branches == BRANCHES_MAX {
                let sum = sum.ok_or(Stopped::Overflow)?;
                let n = self.cast.players.len();
                let payoffs = &sum.payoffs[0];
                let effect = Effect {
                    below: sum.below,
                    own: payoffs[0],
                    players: payoffs[1..=n].to_vec(),
                    others: payoffs[n + 1..payoffs.len() - 1].to_vec(),
                    shortfall,
                    left: payoffs[payoffs.len() - 1],
                    cut: more,
                };
                return Ok(Outcome { effect, calls, places, accepted });
            }
        }
    }

    /// What the end of one branch is worth: to the intruder, every other player, every other seat,
    /// and nobody.
    fn read(&self, who: &Who, types: &[usize], end: &dyn End) -> Played {
        let cast = self.cast;
        let mut own = cast.wallets_of(&who.accounts, end.instance());
        let mut numbers = vec![0];
        for (player, kind) in types.iter().enumerate() {
            let worth = end.gains(player, *kind);
            match who.players.contains(&player) {
                true => {
                    own += worth;
                    numbers.push(0);
                }
                false => numbers.push(cast.tokens(player, end.instance()) + worth),
            }
        }
        numbers[0] = own;
        for (seat, Player { accounts, name }) in cast.others.iter().enumerate() {
            let gains = end.other_gains(seat);
            if who.players.is_empty() && *name == who.name {
                numbers[0] += gains;
                numbers.push(0);
                continue;
            }
            let foreign: Vec<Agent> =
                accounts.iter().copied().filter(|at| !who.accounts.contains(at)).collect();
            numbers.push(cast.tokens_of(&foreign, end.instance()) + gains);
        }
        numbers.push(end.instance().ledger().held as i128 - end.kept() as i128);
        Played::of(numbers)
    }
}

impl Effect {
    /// All that it says.
    pub fn numbers(&self) -> Vec<i128> {
        let Self { below, own, players, others, shortfall, left, cut: _ } = self;
        let ends = [*below as i128, *own, *shortfall as i128, *left];
        [&players[..], others, &ends].concat()
    }
}

/// A deviation, with the steps of the play in which it is made, in the branch of chance in which it
/// gains most, and of the one in which nothing is changed and chance falls alike.
pub struct Told {
    /// The play.
    pub play: Written,
    /// Which of its steps the intruder put there.
    pub put: Vec<usize>,
    /// The play without the deviation.
    pub base: Written,
}

/// A play that was written down.
pub struct Written {
    /// What was done.
    pub steps: Vec<Step<AnyOp>>,
    /// How many steps there are before everyone takes out what it can.
    pub left: usize,
    /// What happened by chance, in order.
    branches: Vec<usize>,
    /// What the intruder has more.
    own: i128,
}

impl Written {
    /// What was done before everyone took out what it could.
    pub fn calls(&self) -> &[Step<AnyOp>] {
        &self.steps[..self.left]
    }
}

impl Scan<'_> {
    /// Plays a deviation again and writes everything down.
    pub fn told(&self, found: &Found) -> Told {
        let who = &self.intruders[found.who];
        let none = vec![None; found.types.len()];
        let record = |given: &[Option<usize>], changes: &[Change]| {
            let mut answers = Answers::new(&found.types, given);
            let mut all = Vec::new();
            loop {
                let end = self.scene.intrude(true, &mut answers, who, changes, None);
                let own = self.cast.wallets_of(&who.accounts, end.instance());
                let (left, steps) = (end.notes().left, end.steps());
                all.push(Written { steps, left, branches: answers.branches(), own });
                if !answers.next_branch() || all.len() == BRANCHES_MAX {
                    return all;
                }
            }
        };
        let first = |play: &Written| Reverse(play.branches.clone());
        let plays = record(&found.given, &found.changes).into_iter();
        let play = plays.max_by_key(|play| (play.own, first(play))).expect("there is a play");
        let bases = record(&none, &[]).into_iter();
        let base = bases.max_by_key(|base| alike(&base.branches, &play.branches));
        let base = base.expect("there is a play");
        let is_put = |step: &Step<AnyOp>| match step {
            Step::Call { who, value, op, .. } => {
                found.changes.iter().any(|change| match &change.what {
                    What::Before(letter) | What::Between(letter) => {
                        (letter.who, letter.value) == (*who, *value) && letter.op == *op
                    }
                    _ => false,
                })
            }
            Step::Blocks(_) => false,
        };
        let put = (0..play.steps.len()).filter(|at| is_put(&play.steps[*at])).collect();
        Told { play, put, base }
    }
}
