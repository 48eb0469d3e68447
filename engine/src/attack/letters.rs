//! Calls that somebody may make: every call in recorded plays, retargeted and varied, and messages
//! that nobody calls. Nothing here knows a mechanism.

use crate::model::{Agent, AnyOp, Op, Step};
use crate::scene::Letter;
use carrots_kernel::Balance;
use rustc_hash::FxHashSet;

/// The most letters, amounts that are tried everywhere, and accounts of others that calls name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub letters: usize,
    pub amounts: usize,
    pub others: usize,
}

/// Amounts out of plays that are tried everywhere.
const AMOUNTS: usize = 6;

/// The most changes of a made-up call of which any two are made, as well.
const FEW: usize = 20;

/// Letters, none twice.
pub(crate) struct Letters<'a> {
    /// Who calls.
    own: &'a [Agent],
    /// What accounts have at the start: nobody sends more along.
    wallets: &'a [Balance],
    /// Accounts that arguments name.
    accounts: Vec<Agent>,
    amounts: Vec<Balance>,
    most: usize,
    seen: FxHashSet<(Agent, Balance, &'static str, Vec<u8>)>,
    /// Callers and messages of which a call of another's was taken over that is of no use but to the
    /// one that it was made for.
    opaque: FxHashSet<(Agent, &'static str)>,
    pub all: Vec<Letter<AnyOp>>,
    /// Whether some were left out.
    pub cut: bool,
}

impl<'a> Letters<'a> {
    /// No letters yet; accounts and amounts of some plays.
    pub fn new(
        own: &'a [Agent],
        wallets: &'a [Balance],
        plays: &[Vec<Step<AnyOp>>],
        most: Most,
    ) -> Self {
        let (mut accounts, mut amounts) = (own.to_vec(), Vec::new());
        for step in plays.iter().flatten() {
            let Step::Call { who, value, .. } = step else { continue };
            if !accounts.contains(who) && accounts.len() < own.len() + most.others {
                accounts.push(*who);
            }
            if *value > 0 && !amounts.contains(value) && amounts.len() < most.amounts {
                amounts.push(*value);
            }
        }
        let (seen, opaque, all) = (FxHashSet::default(), FxHashSet::default(), Vec::new());
        Self { own, wallets, accounts, amounts, most: most.letters, seen, opaque, all, cut: false }
    }

    pub fn add(&mut self, who: Agent, value: Balance, op: AnyOp) {
        let value = value.min(self.wallets[who as usize]);
        let key = (who, value, op.message(), op.arguments(&crate::model::account));
        if self.all.len() < self.most {
            if self.seen.insert(key) {
                self.all.push(Letter { who, value, op });
            }
        } else {
            self.cut |= !self.seen.contains(&key);
        }
    }

    /// What those who call do in any play, then what others do, by them. Gives how many that are.
    pub fn recorded(&mut self, plays: &[Vec<Step<AnyOp>>]) -> usize {
        for step in plays.iter().flatten() {
            if let Step::Call { who, value, op, .. } = step
                && self.own.contains(who)
            {
                self.add(*who, *value, op.clone());
            }
        }
        for step in plays.iter().flatten() {
            let Step::Call { who, value, op, .. } = step else { continue };
            for caller in self.own.iter().filter(|caller| *caller != who) {
                if !op.opaque() || self.opaque.insert((*caller, op.message())) {
                    self.add(*caller, *value, op.clone());
                }
            }
        }
        self.all.len()
    }

    /// So many of the calls, from the first on, with one argument changed, or its tokens, or both where
    /// that is asked.
    pub fn varied(&mut self, calls: usize, both: bool) {
        let calls: Vec<Letter<AnyOp>> = self.all.iter().take(calls).cloned().collect();
        for Letter { who, value, op } in calls {
            for other in op.variants(&self.accounts, &self.amounts) {
                self.add(who, value, other.clone());
                if both {
                    self.other_tokens(who, value, &other);
                }
            }
            self.other_tokens(who, value, &op);
        }
    }

    fn other_tokens(&mut self, who: Agent, value: Balance, op: &AnyOp) {
        if !op.payable() {
            return;
        }
        let all = self.wallets[who as usize];
        let near = [0, 1, value / 2, value.saturating_sub(1), value.saturating_add(1)];
        for other in near.into_iter().chain([value.saturating_mul(2), all]) {
            self.add(who, other, op.clone());
        }
    }

    /// Every message with made-up arguments, one of them changed, or two where nobody calls it and few
    /// can be changed, and amounts that occur.
    pub fn made_up(&mut self, samples: &dyn Fn(Agent) -> Vec<AnyOp>) {
        let called: FxHashSet<&str> = self.all.iter().map(|letter| letter.op.message()).collect();
        for who in self.own {
            for op in samples(*who) {
                let one = op.variants(&self.accounts, &self.amounts);
                let other = |op: &AnyOp| op.variants(&self.accounts, &self.amounts);
                let two = match one.len() <= FEW && !called.contains(op.message()) {
                    true => one.iter().flat_map(other).collect(),
                    false => Vec::new(),
                };
                let amounts = if op.payable() { self.amounts.clone() } else { vec![0] };
                for op in std::iter::once(op).chain(one).chain(two) {
                    amounts.iter().for_each(|value| self.add(*who, *value, op.clone()));
                }
            }
        }
    }
}

/// Calls that accounts may make, judging by what is called in some plays: those calls, retargeted and
/// varied by the types of their arguments, and messages that nobody calls. At most `most`.
pub fn calls<O: Op + Send + Sync + 'static>(
    accounts: &[Agent],
    wallets: &[Balance],
    plays: &[Vec<Step<O>>],
    most: usize,
) -> Vec<Letter<O>> {
    let most = Most { letters: most, amounts: AMOUNTS, others: 0 };
    let plays: Vec<Vec<Step<AnyOp>>> =
        plays.iter().map(|play| play.iter().map(Step::any).collect()).collect();
    let mut letters = Letters::new(accounts, wallets, &plays, most);
    let recorded = letters.recorded(&plays);
    letters.made_up(&|account| O::samples(account).into_iter().map(AnyOp::new).collect());
    letters.varied(recorded, false);
    let letter = |Letter { who, value, op }: Letter<AnyOp>| Letter { who, value, op: op.of() };
    letters.all.into_iter().map(letter).collect()
}
