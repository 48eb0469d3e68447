//! A recorded play that attackers change.

use super::{Change, Objective, Plan, Score, Search, What};
use crate::model::{Agent, Amount, AnyInstance, AnyOp, Refusal, Step};
use crate::play::Player;
use crate::scene::{Answers, AnyScene, Decider, Decision, How, Letter};
use carrots_kernel::Balance;
use serde_json::Value;

/// A recorded play, and the mechanism before each of its steps.
pub(super) struct Script<'a> {
    pub scene: &'a dyn AnyScene,
    pub search: &'a Search<'a>,
    /// What every account has at the start, those that attackers have beside their own behind.
    pub wallets: Vec<Balance>,
    pub players: Vec<Player>,
    pub steps: Vec<Step<AnyOp>>,
    /// Whether a step is a call of an attacker.
    pub own: Vec<bool>,
    /// Whether a step is accepted as it is.
    pub accepted: Vec<bool>,
    /// The first place for changes.
    pub first: usize,
    /// Before every step, and at the end.
    pub checkpoints: Vec<Box<dyn AnyInstance>>,
    /// The accounts of the attackers.
    pub accounts: Vec<Agent>,
    /// What the world gave every player, less what its accounts had at the start.
    before: Vec<i128>,
    gains: Vec<i128>,
    /// Every player's payoff.
    pub base: Vec<i128>,
    /// All tokens there are.
    supply: Balance,
}

impl<'a> Script<'a> {
    pub fn new(scene: &'a dyn AnyScene, search: &'a Search<'a>) -> Self {
        let (steps, gains, _) = record(scene, search, None);
        let (start, cast) = (scene.start(), scene.cast());
        let (mut wallets, mut seats) = (cast.wallets.clone(), cast.players.clone());
        let first = wallets.len() as Agent;
        let mut script = Self {
            scene,
            search,
            supply: wallets.iter().sum::<Balance>() + start.ledger().held,
            wallets: wallets.clone(),
            players: seats.clone(),
            own: Vec::new(),
            first: 0,
            accepted: Vec::new(),
            checkpoints: Vec::new(),
            accounts: Vec::new(),
            before: Vec::new(),
            gains,
            base: Vec::new(),
            steps,
        };
        script.run();
        if let Some(player) = search.attackers.first()
            && search.spares > 0
        {
            let main = seats[*player].accounts[0] as usize;
            let instances = script.checkpoints.iter();
            let has = instances.map(|instance| instance.ledger().wallets[main]);
            let unused = has.min().unwrap_or(0);
            let part = unused / Balance::from(search.spares + 1);
            wallets[main] -= part * Balance::from(search.spares);
            wallets.extend((0..search.spares).map(|_| part));
            seats[*player].accounts.extend(first..first + search.spares);
            (script.wallets, script.players) = (wallets, seats);
            script.run();
        }
        script
    }

    /// Runs all steps, and writes down what is known of them.
    fn run(&mut self) {
        let mut accounts: Vec<Agent> = Vec::new();
        for player in self.search.attackers {
            let own = &self.players[*player].accounts;
            accounts.extend(&own[..if self.search.alone { 1 } else { own.len() }]);
        }
        let mut state = self.start();
        let mut checkpoints = vec![state.clone()];
        self.accepted.clear();
        for step in &self.steps {
            self.accepted.push(state.play(step));
            checkpoints.push(state.clone());
        }
        let own =
            |step: &Step<AnyOp>| matches!(step, Step::Call { who, .. } if accounts.contains(who));
        self.own = self.steps.iter().map(own).collect();
        self.first = self.search.from.min(self.steps.len());
        self.own[..self.first].fill(false);
        (self.checkpoints, self.accounts) = (checkpoints, accounts);
        let start = &self.checkpoints[0];
        let had = |who: &Agent| start.wealth(*who) as i128;
        let had = |seat: &Player| seat.accounts.iter().map(had).sum::<i128>();
        let before = self.players.iter().zip(&self.gains).map(|(seat, gain)| gain - had(seat));
        self.before = before.collect();
        self.base = self.payoffs(&*state);
    }

    pub fn start(&self) -> Box<dyn AnyInstance> {
        let mut start = self.scene.start().boxed();
        start.deal(&self.wallets);
        start
    }

    /// What checkpoints and a scratch copy for every thread need, about: twice what is stored.
    pub fn bytes(&self) -> usize {
        let end = &self.checkpoints[self.steps.len()];
        let cells = end.storage();
        let stored: usize = cells.iter().map(|(key, cell)| key.len() + cell.len()).sum();
        let one = end.size() + 2 * stored + 64 * self.wallets.len();
        let scratch = rayon::current_num_threads() * (self.search.limits.changes + 2);
        one * (self.checkpoints.len() + scratch)
    }

    pub fn payoff(&self, player: usize, end: &dyn AnyInstance) -> i128 {
        let wealth = |who: &Agent| end.wealth(*who) as i128;
        let has: i128 = self.players[player].accounts.iter().map(wealth).sum();
        has + self.before[player] + self.scene.worth(player, self.search.types[player], end)
    }

    pub fn payoffs(&self, end: &dyn AnyInstance) -> Vec<i128> {
        (0..self.players.len()).map(|player| self.payoff(player, end)).collect()
    }

    pub fn is_attacker(&self, player: usize) -> bool {
        self.search.attackers.contains(&player)
    }

    /// What the attackers gain.
    #[inline]
    pub fn profit(&self, end: &dyn AnyInstance) -> i128 {
        let gain = |player: &usize| self.payoff(*player, end) - self.base[*player];
        self.search.attackers.iter().map(gain).sum()
    }

    /// What every player loses; nothing for attackers.
    pub fn losses(&self, end: &dyn AnyInstance) -> Vec<i128> {
        let loss = |player| match self.is_attacker(player) {
            true => 0,
            false => self.base[player] - self.payoff(player, end),
        };
        (0..self.players.len()).map(loss).collect()
    }

    /// How good an attack with this end is; `missing` is the most that was missing on the way.
    pub fn score(&self, end: &dyn AnyInstance, missing: i128) -> Score {
        match self.search.objective {
            Objective::Profit => Score { above: self.profit(end), below: 1 },
            Objective::Insolvency => Score { above: missing, below: 1 },
            Objective::Harm => {
                let lost: i128 = self.losses(end).iter().sum();
                match lost > 0 {
                    true => Score { above: lost, below: (-self.profit(end)).max(0) },
                    false => Score::NONE,
                }
            }
        }
    }

    /// What the contract misses, where that is asked for: tokens that it owes, or that it paid
    /// without having them.
    #[inline]
    pub fn missing(&self, state: &dyn AnyInstance) -> i128 {
        if self.search.objective != Objective::Insolvency {
            return 0;
        }
        let (held, owed) = (state.ledger().held, state.owed());
        match held > self.supply {
            // It wrapped around.
            true => held.wrapping_neg() as i128,
            false => owed as i128 - held as i128,
        }
    }

    /// Plays a plan from the checkpoint before its first change, and gives its score. What is
    /// refused is told to `met`, and so is the state after every step.
    pub fn play(
        &self,
        letters: &[Letter<AnyOp>],
        plan: &[Change],
        state: &mut dyn AnyInstance,
        met: &mut dyn FnMut(Met),
    ) -> (Score, u64) {
        let from = plan.first().map_or(0, |change| change.at);
        state.copy(&*self.checkpoints[from]);
        let (mut next, mut missing, mut calls) = (0, 0, 0);
        for at in from..=self.steps.len() {
            let mut skip = false;
            while let Some(Change { at: slot, what }) = plan.get(next)
                && *slot == at
            {
                if let What::Insert(letter) | What::Replace(letter) = *what {
                    calls += 1;
                    let Letter { who, value, op } = &letters[letter];
                    let result = state.apply(*who, *value, op);
                    if result.is_ok() {
                        missing = missing.max(self.missing(state));
                    }
                    met(Met::Changed { change: next, letter, result, state });
                }
                skip |= !matches!(what, What::Insert(_));
                next += 1;
            }
            if at < self.steps.len() && !skip {
                calls += 1;
                let accepted = state.play(&self.steps[at]);
                missing = missing.max(self.missing(state));
                met(Met::Step { at, accepted, state });
            }
        }
        (self.score(state, missing), calls)
    }

    /// The calls of a plan as a trace: its steps, and for each which change made it or which step
    /// of the script it is.
    pub fn written(
        &self,
        letters: &[Letter<AnyOp>],
        plan: &[Change],
    ) -> Vec<(Step<AnyOp>, Option<usize>)> {
        let mut written = Vec::new();
        let mut next = 0;
        for at in 0..=self.steps.len() {
            let mut skip = false;
            while let Some(Change { at: slot, what }) = plan.get(next)
                && *slot == at
            {
                if let What::Insert(letter) | What::Replace(letter) = *what {
                    let Letter { who, value, op } = letters[letter].clone();
                    written.push((Step::Call { who, value, op, expect: None }, None));
                }
                skip |= !matches!(what, What::Insert(_));
                next += 1;
            }
            if at < self.steps.len() && !skip {
                written.push((self.steps[at].clone(), Some(at)));
            }
        }
        written
    }

    /// Steps as a trace that says what everyone has in the end.
    pub fn trace(&self, steps: &[Step<AnyOp>]) -> Value {
        let mut end = self.checkpoints[0].clone();
        steps.iter().for_each(|step| _ = end.play(step));
        let ends = (0..self.wallets.len() as Agent).map(|who| (who, Amount(end.wealth(who))));
        self.scene.trace(&*self.checkpoints[0], steps, ends.collect())
    }
}

/// What happens while a plan is played.
pub(super) enum Met<'a> {
    Changed {
        change: usize,
        letter: usize,
        result: Result<u8, Refusal<u8>>,
        state: &'a dyn AnyInstance,
    },
    Step {
        at: usize,
        accepted: bool,
        state: &'a dyn AnyInstance,
    },
}

/// A decision in the order of a play: whose, and how many options it has.
pub(super) type DecisionNode = (usize, usize);

/// Plays as the search says, but for one decision, by its place in the play, which is another.
/// Gives the steps, what the world gave, and the decisions.
pub(super) fn record(
    scene: &dyn AnyScene,
    search: &Search,
    other: Option<(usize, usize)>,
) -> (Vec<Step<AnyOp>>, Vec<i128>, Vec<DecisionNode>) {
    let answers = Answers::new(search.types, search.given);
    let mut decider = Other { answers, other, asked: Vec::new() };
    let end = scene.play(How::RECORDED, &mut decider);
    let gains = (0..scene.cast().players.len()).map(|player| end.given(player)).collect();
    (end.steps(), gains, decider.asked)
}

/// Answers as given, but for one decision.
struct Other<'a> {
    answers: Answers<'a>,
    other: Option<(usize, usize)>,
    asked: Vec<DecisionNode>,
}

impl Decider for Other<'_> {
    fn decide(&mut self, decision: &Decision) -> usize {
        let chosen = self.answers.decide(decision);
        self.asked.push((decision.player, decision.options));
        match self.other {
            Some((place, option)) if place + 1 == self.asked.len() => option,
            _ => chosen,
        }
    }

    fn happen(&mut self, odds: &[u64]) -> usize {
        self.answers.happen(odds)
    }
}

/// Brings changes into the order of the script: at each place what is inserted, then whether the
/// step is left out or replaced, once and only if it is the attackers' own. What is inserted right
/// before a step that is left out replaces it.
pub(super) fn normal(plan: &mut Plan, script: &Script) {
    let inserted = |change: &Change| matches!(change.what, What::Insert(_));
    plan.retain(|change| change.at >= script.first);
    plan.retain(|change| inserted(change) || script.own.get(change.at) == Some(&true));
    plan.sort_by_key(|change| (change.at, !inserted(change)));
    plan.dedup_by(|next, one| next.at == one.at && !inserted(next) && !inserted(one));
    plan.dedup_by(|next, one| {
        let same = next.at == one.at && next.what == What::Drop;
        if let (true, What::Insert(letter)) = (same, one.what) {
            one.what = What::Replace(letter);
            return true;
        }
        false
    });
}
