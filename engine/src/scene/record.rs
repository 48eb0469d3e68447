//! What is written down of a play.

use crate::model::{Agent, Instance, Model, Step};
use carrots_kernel::{Balance, Block};
use std::collections::BTreeMap;

/// What happens in a play, as it is written down.
pub(super) struct Record<M: Model> {
    pub steps: Option<Vec<Step<M::Op>>>,
    pub watched: bool,
    pub notes: Notes,
}

/// What is written down of a play beside its calls.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What the end is worth to every player beside tokens, by its type.
    pub worths: Vec<Vec<i128>>,
    /// What the mechanism held too little at worst for what it owed: after every call, if that was
    /// watched; behind calls of an intruder's, before blocks pass and in the end, if there is one. Either
    /// way in the end for what everyone would get, too.
    pub shortfall: Balance,
    /// By player, how many steps were written down when it did what it cannot take back.
    pub committed: BTreeMap<usize, usize>,
    /// How many steps were written down when everyone began to take out what it could.
    pub left: usize,
    /// Whether three numbers stood for one that is drawn near another.
    pub near: bool,
    /// Whether one seed stood for all by which lots are drawn.
    pub lots: bool,
    /// What an intruder did.
    pub intrusion: Intrusion,
}

/// What an intruder did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Intrusion {
    /// How many places there were.
    pub places: usize,
    /// Calls of all, those of the intruder included.
    pub calls: u64,
    /// Whether a call of the intruder's was refused.
    pub refused: bool,
}

impl<M: Model> Record<M> {
    pub fn call(
        &mut self,
        instance: &mut Instance<M>,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Option<M::Receipt> {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Call { who, value, op, expect: None });
        }
        let receipt = instance.apply(who, value, op).ok();
        if self.watched {
            self.watch(instance);
        }
        receipt
    }

    pub fn advance(&mut self, instance: &mut Instance<M>, blocks: Block) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step::Blocks(blocks));
        }
        instance.advance(blocks);
    }

    /// Sees what the mechanism lacks to what it owes by its books.
    pub fn watch(&mut self, instance: &Instance<M>) {
        self.lacks(instance, instance.owed());
    }

    /// Sees what it lacks to what everyone would get, whatever its books say.
    pub fn watch_all(&mut self, instance: &Instance<M>) {
        let all = (0..instance.ledger().wallets.len() as Agent).map(|who| instance.worth(who));
        self.lacks(instance, all.fold(0, Balance::saturating_add));
    }

    fn lacks(&mut self, instance: &Instance<M>, owed: Balance) {
        let lacks = owed.saturating_sub(instance.ledger().held);
        self.notes.shortfall = lacks.max(self.notes.shortfall);
    }

    /// The calls that were written down, and what was beside them.
    pub fn into_parts(self) -> (Vec<Step<M::Op>>, Notes) {
        (self.steps.unwrap_or_default(), self.notes)
    }

    /// How many steps were written down.
    pub fn written(&self) -> usize {
        self.steps.as_ref().map_or(0, Vec::len)
    }
}
