//! Whoever runs a play: chance, what players alone know, and what they decide in other ways than their
//! plans are answered from outside.

use super::endowment::Endowment;
use crate::model::{Agent, Instance, Model};
use crate::scenario::Amounts;
use carrots_kernel::{Balance, Block};
use rand::Rng;

/// Answers what a play asks. The simulator draws; audit and solver go through everything; an
/// intruder puts calls of its own between those of others.
pub trait Answers<M: Model>: Sized {
    /// Whether something of that chance happens.
    fn chance(&mut self, endowment: &mut Endowment, chance: f64) -> bool;
    /// One of `count` things, at least one, each as likely as another.
    fn pick(&mut self, endowment: &mut Endowment, count: usize) -> usize;
    /// A number at most `part` of `number` away from it. What does not fit is the largest that does.
    fn near(&mut self, endowment: &mut Endowment, number: u128, part: f64) -> u128;
    /// What a player alone knows: what something is worth to it.
    fn draw(&mut self, endowment: &mut Endowment, player: usize, amounts: &Amounts) -> Balance;
    /// What hides a choice of an account.
    fn secret(&mut self, endowment: &mut Endowment, who: Agent) -> [u8; 32];
    /// What lots are drawn by, which nobody knows before.
    fn seed(&mut self, world: &mut Endowment, who: Agent) -> [u8; 32] {
        self.secret(world, who)
    }
    /// The end is worth something to a player beside tokens: `worth` of what it alone knows, which
    /// is `own` in this play.
    fn enjoy(
        &mut self,
        endowment: &mut Endowment,
        player: usize,
        own: Balance,
        worth: impl Fn(Balance) -> Balance,
    );
    /// What a player decides instead of what its plan says; nothing: the plan decides. `sees` tells
    /// apart what it has seen.
    fn decide(
        &mut self,
        player: usize,
        about: &'static str,
        options: &'static [&'static str],
        sees: impl FnOnce() -> u64,
    ) -> Option<usize>;
    /// A player, or none of them, is about to look and to act.
    fn turn(&mut self, instance: &mut Instance<M>, player: Option<usize>);
    /// A call is made; what is refused changes nothing.
    fn call(
        &mut self,
        instance: &mut Instance<M>,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Option<M::Receipt>;
    /// Blocks pass.
    fn advance(&mut self, instance: &mut Instance<M>, blocks: Block);
    /// A player has done what it cannot take back: an offence.
    fn commit(&mut self, player: usize);
    /// From here on everyone only takes out what it can.
    fn leave(&mut self) {}
}

/// Draws everything, and everybody follows its plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dice;

impl<M: Model> Answers<M> for Dice {
    /// What is certain takes no draw.
    #[inline]
    fn chance(&mut self, endowment: &mut Endowment, chance: f64) -> bool {
        chance >= 1.0 || chance > 0.0 && endowment.rng.random_bool(chance)
    }

    #[inline]
    fn pick(&mut self, endowment: &mut Endowment, count: usize) -> usize {
        endowment.rng.random_range(0..count)
    }

    #[inline]
    fn near(&mut self, endowment: &mut Endowment, number: u128, part: f64) -> u128 {
        (number as f64 * (1.0 + part * endowment.rng.random_range(-1.0..=1.0))) as u128
    }

    #[inline]
    fn draw(&mut self, endowment: &mut Endowment, _: usize, amounts: &Amounts) -> Balance {
        amounts.draw(&mut endowment.rng)
    }

    #[inline]
    fn secret(&mut self, endowment: &mut Endowment, _: Agent) -> [u8; 32] {
        endowment.rng.random()
    }

    #[inline]
    fn enjoy(
        &mut self,
        endowment: &mut Endowment,
        _: usize,
        own: Balance,
        worth: impl Fn(Balance) -> Balance,
    ) {
        endowment.gains += worth(own);
    }

    #[inline(always)]
    fn decide(
        &mut self,
        _: usize,
        _: &'static str,
        _: &'static [&'static str],
        _: impl FnOnce() -> u64,
    ) -> Option<usize> {
        None
    }

    #[inline(always)]
    fn turn(&mut self, _: &mut Instance<M>, _: Option<usize>) {}

    #[inline(always)]
    fn call(
        &mut self,
        instance: &mut Instance<M>,
        who: Agent,
        value: Balance,
        op: M::Op,
    ) -> Option<M::Receipt> {
        instance.apply(who, value, op).ok()
    }

    #[inline(always)]
    fn advance(&mut self, instance: &mut Instance<M>, blocks: Block) {
        instance.advance(blocks);
    }

    #[inline(always)]
    fn commit(&mut self, _: usize) {}
}
