//! A play in progress, and whoever runs it: chance, what players alone know, and what they decide in
//! other ways than their plans are answered from outside.

use super::{Play, Purse};
use crate::models::{Agent, Instance, Model};
use crate::scenario::Amounts;
use carrots_logic::{Balance, Block};
use rand::Rng;

/// Answers what a play asks. The simulator draws; audit and solver go through everything; an
/// intruder puts calls of its own between those of others.
pub trait Answers<M: Model>: Sized {
    /// Whether something of that chance happens.
    fn chance(&mut self, purse: &mut Purse, chance: f64) -> bool;
    /// One of `count` things, at least one, each as likely as another.
    fn pick(&mut self, purse: &mut Purse, count: usize) -> usize;
    /// A number at most `part` of `number` away from it. What does not fit is the largest that does.
    fn near(&mut self, purse: &mut Purse, number: u128, part: f64) -> u128;
    /// What a player alone knows: what something is worth to it.
    fn draw(&mut self, purse: &mut Purse, player: usize, amounts: &Amounts) -> Balance;
    /// What hides a choice of an account.
    fn secret(&mut self, purse: &mut Purse, who: Agent) -> [u8; 32];
    /// What lots are drawn by, which nobody knows before.
    fn seed(&mut self, world: &mut Purse, who: Agent) -> [u8; 32] {
        self.secret(world, who)
    }
    /// The end is worth something to a player beside tokens: `worth` of what it alone knows, which
    /// is `own` in this play.
    fn enjoy(
        &mut self,
        purse: &mut Purse,
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

/// Somebody who plays.
pub struct Player<P: Play> {
    /// What it does.
    pub plan: P::Plan,
    /// The first of its accounts; the others follow.
    pub account: Agent,
    /// What it knows and remembers.
    pub own: P::Own,
}

impl<P: Play> Clone for Player<P> {
    fn clone(&self) -> Self {
        Self { own: self.own.clone(), ..*self }
    }
}

/// A play in progress.
pub struct Table<P: Play, A> {
    /// The mechanism as it stands.
    pub instance: Instance<P::Model>,
    /// Everybody who plays: those who enter, then those who were there already.
    pub players: Vec<Player<P>>,
    /// Their accounts with the world, apart from them.
    pub purses: Vec<Purse>,
    /// How many of them enter.
    pub entering: usize,
    /// The chances of the world.
    pub world: Purse,
    /// What everybody sees, and what the world keeps.
    pub board: P::Board,
    /// Whoever runs it.
    pub answers: A,
}

impl<P: Play, A: Answers<P::Model>> Table<P, A> {
    /// Calls a message; what is refused changes nothing.
    ///
    /// Always inlined: where the message is known, nothing of the others is left.
    #[inline(always)]
    pub fn call(&mut self, who: Agent, value: Balance, op: OpOf<P>) -> Option<ReceiptOf<P>> {
        self.answers.call(&mut self.instance, who, value, op)
    }

    /// Lets blocks pass.
    #[inline]
    pub fn advance(&mut self, blocks: Block) {
        self.answers.advance(&mut self.instance, blocks);
    }

    /// A player is about to look and to act.
    #[inline(always)]
    pub fn turn(&mut self, player: usize) {
        self.answers.turn(&mut self.instance, Some(player));
    }

    /// Whoever keeps the clock, or has a role, is about to act.
    #[inline(always)]
    pub fn turn_of_others(&mut self) {
        self.answers.turn(&mut self.instance, None);
    }

    /// Whether something of that chance happens to a player.
    #[inline]
    pub fn chance(&mut self, player: usize, chance: f64) -> bool {
        self.answers.chance(&mut self.purses[player], chance)
    }

    /// One of `count` things is drawn by a player.
    #[inline]
    pub fn pick(&mut self, player: usize, count: usize) -> usize {
        self.answers.pick(&mut self.purses[player], count)
    }

    /// A player does what it can to an account of its own: what its stake comes to over `parts`
    /// accounts in equal parts; the first has what is left over.
    #[inline]
    pub fn part(&self, player: usize, at: u32, parts: u32) -> Balance {
        let stake = self.purses[player].stake;
        let part = stake / Balance::from(parts);
        if at == 0 { stake - part * Balance::from(parts - 1) } else { part }
    }
}

/// The messages of a play's mechanism.
pub type OpOf<P> = <<P as Play>::Model as crate::models::Messages>::Op;
/// The receipts of a play's mechanism.
pub type ReceiptOf<P> = <<P as Play>::Model as crate::models::Messages>::Receipt;

/// Draws everything, and everybody follows its plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dice;

impl<M: Model> Answers<M> for Dice {
    /// What is certain takes no draw.
    #[inline]
    fn chance(&mut self, purse: &mut Purse, chance: f64) -> bool {
        chance >= 1.0 || chance > 0.0 && purse.rng.random_bool(chance)
    }

    #[inline]
    fn pick(&mut self, purse: &mut Purse, count: usize) -> usize {
        purse.rng.random_range(0..count)
    }

    #[inline]
    fn near(&mut self, purse: &mut Purse, number: u128, part: f64) -> u128 {
        (number as f64 * (1.0 + part * purse.rng.random_range(-1.0..=1.0))) as u128
    }

    #[inline]
    fn draw(&mut self, purse: &mut Purse, _: usize, amounts: &Amounts) -> Balance {
        amounts.draw(&mut purse.rng)
    }

    #[inline]
    fn secret(&mut self, purse: &mut Purse, _: Agent) -> [u8; 32] {
        purse.rng.random()
    }

    #[inline]
    fn enjoy(
        &mut self,
        purse: &mut Purse,
        _: usize,
        own: Balance,
        worth: impl Fn(Balance) -> Balance,
    ) {
        purse.gains += worth(own);
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
