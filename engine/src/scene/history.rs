//! A play that is enumerated: what is asked for goes to a decider, and is written down.

use super::decider::{Decider, Decision};
use super::intruder::Intruder;
use super::record::{Notes, Record};
use crate::exact;
use crate::model::{Agent, Instance, Model, Step};
use crate::play::{Answers as Asks, Endowment};
use crate::scenario::Amounts;
use carrots_kernel::{Balance, Block};
use num_traits::ToPrimitive;

/// Whoever enumerates a play: asks a decider, and writes down what is asked for.
pub struct History<'a, M: Model> {
    pub(super) decider: &'a mut dyn Decider,
    /// What everybody's types are, and as which of them it plays.
    pub(super) values: &'a [Vec<Balance>],
    pub(super) as_kinds: Vec<usize>,
    /// Whether players decide on the way instead of following their plans.
    pub(super) asks: bool,
    pub(super) record: Record<M>,
    pub(super) intruder: Option<Intruder<'a>>,
}

impl<'a, M: Model> History<'a, M> {
    /// Everything is asked of a decider.
    pub fn new(decider: &'a mut dyn Decider) -> Self {
        Self {
            decider,
            values: &[],
            as_kinds: Vec::new(),
            asks: false,
            record: Record { steps: None, watched: false, notes: Notes::default() },
            intruder: None,
        }
    }

    /// The same, and every call is written down.
    pub fn recorded(mut self) -> Self {
        self.record.steps = Some(Vec::new());
        self
    }

    /// The same, and after every call it is seen whether the mechanism holds what it owes.
    pub fn watched(mut self) -> Self {
        self.record.watched = true;
        self
    }

    /// The same, and what players can decide on the way is asked.
    pub fn asking(self) -> Self {
        Self { asks: true, ..self }
    }

    /// What was called, if it was written down.
    pub fn into_steps(self) -> Vec<Step<M::Op>> {
        self.record.into_parts().0
    }
}

impl<M: Model> Asks<M> for History<'_, M> {
    fn chance(&mut self, _: &mut Endowment, chance: f64) -> bool {
        match chance {
            ..=0.0 => false,
            1.0.. => true,
            _ => self.decider.happen(&odds(chance)) == 0,
        }
    }

    fn pick(&mut self, _: &mut Endowment, count: usize) -> usize {
        if count == 1 { 0 } else { self.decider.happen(&vec![1; count]) }
    }

    /// The least, the number itself, and the most stand for all.
    fn near(&mut self, _: &mut Endowment, number: u128, part: f64) -> u128 {
        if part == 0.0 {
            return number;
        }
        self.record.notes.near = true;
        let away = self.decider.happen(&[1; 3]) as f64 - 1.0;
        (number as f64 * (1.0 + part * away)) as u128
    }

    fn draw(&mut self, _: &mut Endowment, player: usize, _: &Amounts) -> Balance {
        self.values[player][self.as_kinds[player]]
    }

    fn secret(&mut self, _: &mut Endowment, who: Agent) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..4].copy_from_slice(&who.to_le_bytes());
        secret
    }

    fn seed(&mut self, world: &mut Endowment, who: Agent) -> [u8; 32] {
        self.record.notes.lots = true;
        self.secret(world, who)
    }

    fn enjoy(
        &mut self,
        _: &mut Endowment,
        player: usize,
        _: Balance,
        worth: impl Fn(Balance) -> Balance,
    ) {
        for (sum, value) in self.record.notes.worths[player].iter_mut().zip(&self.values[player]) {
            *sum += worth(*value) as i128;
        }
    }

    fn decide(
        &mut self,
        player: usize,
        about: &'static str,
        options: &'static [&'static str],
        sees: impl FnOnce() -> u64,
    ) -> Option<usize> {
        if !self.asks {
            return None;
        }
        Some(self.decider.decide(&Decision {
            player,
            about,
            sees: sees(),
            options: options.len(),
            intended: &|_| 0,
            name: &|option| options[option].into(),
        }))
    }

    fn turn(&mut self, instance: &mut Instance<M>, player: Option<usize>) {
        if let Some(intruder) = &mut self.intruder {
            intruder.reach(&mut self.record, instance, player);
        }
    }

    fn call(
        &mut self,
        instance: &mut Instance<M>,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Option<M::Receipt> {
        if let Some(intruder) = &mut self.intruder
            && !intruder.lets(&mut self.record, instance, who)
        {
            return None;
        }
        self.record.call(instance, who, value, op)
    }

    fn advance(&mut self, instance: &mut Instance<M>, blocks: Block) {
        if let Some(intruder) = &mut self.intruder {
            intruder.reach(&mut self.record, instance, None);
            self.record.watch(instance);
        }
        self.record.advance(instance, blocks);
    }

    /// The first one counts.
    fn commit(&mut self, player: usize) {
        let steps = self.record.written();
        self.record.notes.committed.entry(player).or_insert(steps);
    }

    fn leave(&mut self) {
        self.record.notes.left = self.record.written();
        if let Some(intruder) = &mut self.intruder {
            intruder.leave();
        }
    }
}

/// The odds of a chance, for and against it: those of the shortest decimal that is read as it.
fn odds(chance: f64) -> [u64; 2] {
    let exact = exact::parse(&chance.to_string()).expect("a float is written as a decimal");
    let (one, all) = (exact.numer().to_u64(), exact.denom().to_u64());
    match (one, all) {
        (Some(one), Some(all)) => [one, all - one],
        // Finer than 2^-64: the nearest that there is.
        _ => [(chance * 2f64.powi(53)) as u64, (1 << 53) - (chance * 2f64.powi(53)) as u64],
    }
}
