//! Attack search: the calls with which players gain, break the books or do harm while all others
//! behave as they would.
//!
//! A play of a [`Scene`] is recorded as a script of calls. Attackers change it: they insert calls of
//! their own anywhere, leave out or replace theirs, and everybody else's calls stay as they are. What
//! they may call is an alphabet made of every call in any play of the scene, retargeted and varied by
//! the types of its arguments, and of messages that nobody calls: nothing here knows a mechanism.
//! Sets of changes are tried first exhaustively, by their number, from a checkpoint before the first
//! change and with what is refused cut off; then guided by coverage and the best score so far
//! (Zalewski, AFL, 2013). What is found is shrunk (Zeller, Hildebrandt, Simplifying and Isolating
//! Failure-Inducing Input, 2002).
//!
//! What the world gave in the recorded play stays as it was, and so do chance moves.

mod alphabet;
mod exhaustive;
mod guided;
pub(crate) mod letters;
mod script;
mod shrink;

use crate::model::{Agent, AnyOp, Step};
use crate::scene::{AnyScene, Letter};
use serde_json::Value;
use std::cmp::Ordering;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub use letters::calls;

use alphabet::Alphabet;
use guided::Guided;
use script::Script;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// The most that attackers gain, beyond what the recorded play gives them.
    Profit,
    /// What others lose per unit that it costs the attackers (griefing; Buterin 2018).
    Harm,
    /// The most by which the contract holds less than it owes, after any call.
    Insolvency,
}

/// When the search ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// With the first number of changes, or round, for which something is found.
    Found,
    /// With the limits: what is found is the most of all that was tried.
    Limits,
}

/// How far a search goes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time.
    pub time: Duration,
    /// Calls that are applied, about.
    pub calls: u64,
    /// Bytes that are kept, about.
    pub bytes: usize,
    /// The most changes that are tried exhaustively.
    pub changes: usize,
    /// Rounds of guided search after that.
    pub rounds: u64,
}

impl Default for Limits {
    /// Ten seconds, a gibibyte, two changes and as many rounds as there is time for.
    fn default() -> Self {
        let time = Duration::from_secs(10);
        Self { time, calls: u64::MAX, bytes: 1 << 30, changes: 2, rounds: u64::MAX }
    }
}

/// Who attacks what, and how it is searched.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The number of every player's type.
    pub types: &'a [usize],
    /// First decisions that are not as intended in the recorded play, by player.
    pub given: &'a [Option<usize>],
    /// The attackers: numbers of players.
    pub attackers: &'a [usize],
    /// The step of the recorded play from which on they change what they call: what they did before
    /// stays.
    pub from: usize,
    /// Accounts that they have beside their own, with what the first attacker's account never needs
    /// split among them.
    pub spares: u32,
    /// Whether each has only the first of its accounts.
    pub alone: bool,
    /// What is looked for.
    pub objective: Objective,
    /// Only more than this counts: of gain, of harm, or of what is missing.
    pub margin: i128,
    /// When it ends.
    pub until: Until,
    /// How far it goes.
    pub limits: Limits,
    /// Where all randomness comes from.
    pub seed: u64,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All rounds were played, or what was found was enough.
    Done,
    /// Time was over.
    Time,
    /// So many calls were applied.
    Calls,
    /// It needs more memory.
    Memory,
}

/// What a search changes, and with which calls.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The recorded play.
    pub steps: Vec<Step<AnyOp>>,
    /// The accounts of the attackers.
    pub accounts: Vec<Agent>,
    /// The calls that are inserted.
    pub calls: Vec<Letter<AnyOp>>,
}

/// What a search would change, and with which calls.
pub fn recorded(scene: &dyn AnyScene, search: &Search) -> Recorded {
    let script = Script::new(scene, search);
    let alphabet = Alphabet::new(&script, search, &Budget::new(search.limits));
    let calls = alphabet.letters[..alphabet.live].to_vec();
    Recorded { calls, steps: script.steps, accounts: script.accounts }
}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The best attack, if there is any beyond the margin.
    pub found: Option<Found>,
    /// All sets of up to so many changes were tried.
    pub exhaustive: usize,
    /// Calls in the alphabet, and how many of them were ever accepted: the others were left out of
    /// the exhaustive part.
    pub alphabet: (usize, usize),
    /// Places in the script where changes are made.
    pub slots: usize,
    /// Attacks that were played to their end.
    pub checked: u64,
    /// Calls that were applied, refused ones included.
    pub calls: u64,
    /// Pairs of call and result, and of step and state, that guided search met.
    pub covered: usize,
    /// Why it ended.
    pub ended: Ended,
}

/// An attack.
#[derive(Clone, Debug)]
pub struct Found {
    /// All calls that matter to anyone's payoff.
    pub steps: Vec<Step<AnyOp>>,
    /// As a trace that replays on its own.
    pub trace: Value,
    /// The same calls without the attack.
    pub base_steps: Vec<Step<AnyOp>>,
    /// As a trace.
    pub base: Value,
    /// The accounts of the attackers.
    pub accounts: Vec<Agent>,
    /// Steps of the trace that the attackers inserted, or put in the place of others.
    pub changed: Vec<usize>,
    /// Calls of theirs that they left out.
    pub left_out: Vec<Step<AnyOp>>,
    /// What the attackers gain by it, all together.
    pub profit: i128,
    /// What every player loses by it; negative is a gain. Zero for attackers.
    pub losses: Vec<i128>,
    /// How good it is by the objective.
    pub score: Score,
}

/// How good an attack is: a number, or a fraction that is infinite if `below` is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// The gain, what others lose, or what is missing.
    pub above: i128,
    /// One, or what attackers lose.
    pub below: i128,
}

impl Score {
    const NONE: Self = Self { above: i128::MIN, below: 1 };
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    /// Exact: by continued fractions, so that nothing overflows.
    fn cmp(&self, other: &Self) -> Ordering {
        if self.below == other.below {
            return self.above.cmp(&other.above);
        }
        let infinite = |score: &Self| score.below == 0;
        match (infinite(self), infinite(other)) {
            (true, _) => return Ordering::Greater,
            (_, true) => return Ordering::Less,
            _ => {}
        }
        let whole = |score: &Self| score.above.div_euclid(score.below);
        let rest = |score: &Self| score.above.rem_euclid(score.below);
        whole(self).cmp(&whole(other)).then_with(|| match (rest(self), rest(other)) {
            (one, next) if one == 0 || next == 0 => one.cmp(&next),
            // With both below one: a/b < c/d if d/c < b/a.
            (one, next) => Self { above: other.below, below: next }
                .cmp(&Self { above: self.below, below: one }),
        })
    }
}

/// A change to a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    /// Before this step; for what is not inserted, in its place.
    at: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A call of the alphabet, by its number.
    Insert(usize),
    Drop,
    Replace(usize),
}

/// Changes in the order of the script.
type Plan = Vec<Change>;

/// What is used up, by all threads.
struct Budget {
    start: Instant,
    limits: Limits,
    calls: AtomicU64,
    over: AtomicBool,
}

impl Budget {
    fn new(limits: Limits) -> Self {
        let (calls, over) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { start: Instant::now(), limits, calls, over }
    }

    /// Counts calls, and says whether there is more to spend.
    fn spend(&self, calls: u64) -> bool {
        let spent = self.calls.fetch_add(calls, Relaxed) + calls;
        if spent >= self.limits.calls || self.start.elapsed() >= self.limits.time {
            self.over.store(true, Relaxed);
        }
        !self.over()
    }

    fn over(&self) -> bool {
        self.over.load(Relaxed)
    }

    fn why(&self) -> Ended {
        match self.over() {
            false => Ended::Done,
            true if self.calls.load(Relaxed) >= self.limits.calls => Ended::Calls,
            true => Ended::Time,
        }
    }
}

/// The best attack of a part of a search. Of equals the first counts.
#[derive(Clone, Debug)]
struct Best {
    score: Score,
    plan: Plan,
}

impl Best {
    const NONE: Self = Self { score: Score::NONE, plan: Vec::new() };

    #[inline]
    fn offer(&mut self, score: Score, plan: &[Change]) {
        if score > self.score {
            self.score = score;
            self.plan.clear();
            self.plan.extend_from_slice(plan);
        }
    }
}

/// Searches on the threads of the current pool. For the same seed the result is the same at any
/// number of threads, unless time or calls run out within the guided part, or time within the
/// exhaustive one.
pub fn search(scene: &dyn AnyScene, search: &Search) -> Report {
    let budget = Budget::new(search.limits);
    let script = Script::new(scene, search);
    let mut report = Report {
        found: None,
        exhaustive: 0,
        alphabet: (0, 0),
        slots: script.steps.len() + 1 - script.first,
        checked: 0,
        calls: 0,
        covered: 0,
        ended: Ended::Memory,
    };
    if script.bytes() > search.limits.bytes {
        return report;
    }
    let alphabet = Alphabet::new(&script, search, &budget);
    report.alphabet = (alphabet.letters.len(), alphabet.live);
    let mut best = Best::NONE;
    let enough = |best: &Best| search.until == Until::Found && best.score.above > search.margin;
    for changes in 1..=search.limits.changes {
        let (tried, checked) = exhaustive::all(&script, &alphabet, changes, &budget);
        report.checked += checked;
        best.offer(tried.score, &tried.plan);
        if budget.over() || enough(&best) {
            break;
        }
        report.exhaustive = changes;
    }
    let mut guided = Guided::new(&script, &alphabet, search, &best);
    let mut round = 0;
    while !budget.over() && !enough(&best) && round < search.limits.rounds {
        let (tried, checked) = guided.round(round, &budget);
        report.checked += checked;
        best.offer(tried.score, &tried.plan);
        round += 1;
    }
    report.covered = guided.covered();
    report.ended = budget.why();
    if best.score.above > search.margin {
        report.found = Some(shrink::shrink(&script, &alphabet, best));
    }
    report.calls = budget.calls.load(Relaxed);
    report
}
