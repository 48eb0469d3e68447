//! A play that an intruder changes: calls of its own before any turn, or between what the one whose
//! turn it is has decided and what that one calls; or silence in turns of its own.

use crate::attack::letters::Letter;
use crate::model::{Agent, Instance};
use crate::play::{Answers as Asks, Endowment, OpOf, Play};
use crate::scenario::Amounts;
use crate::scene::History;
use carrots_kernel::{Balance, Block};

/// A change of a play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<O> {
    /// At which of the play's places, which are turns and passing blocks.
    pub at: usize,
    /// What is changed there.
    pub what: What<O>,
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<O> {
    /// A call before whoever has the turn looks.
    Before(Letter<O>),
    /// A call between what it decides and what it calls.
    Between(Letter<O>),
    /// The intruder calls nothing in this turn of its own.
    Silent,
    /// Nor in any of its turns from here on.
    Gone,
}

/// Who intrudes.
#[derive(Clone, Debug)]
pub struct Who {
    /// Its name.
    pub name: String,
    /// The players that it is.
    pub players: Vec<usize>,
    /// Its accounts, spare ones last.
    pub accounts: Vec<Agent>,
}

/// Answers a play, and changes it.
pub(super) struct Intruder<'a, P: Play> {
    pub history: History<'a, P::Model>,
    changes: &'a [Change<OpOf<P>>],
    who: &'a Who,
    /// The next place and change.
    pub place: usize,
    next: usize,
    /// Whether it says nothing now, or never again.
    silent: bool,
    gone: bool,
    /// Changes between a decision and its call that wait.
    between: bool,
    /// Whether everyone takes out what it can, and nothing else happens.
    left: bool,
    /// What is there at every place, and what an intruder's call told.
    look: Option<Look<'a, P>>,
    /// Whether all changes that are calls were accepted.
    pub accepted: bool,
    /// What the mechanism shortfall at worst to what it owed, behind calls of the intruder's and before
    /// blocks pass.
    pub shortfall: Balance,
    pub calls: u64,
}

pub(super) type Look<'a, P> = &'a mut dyn FnMut(Seen<P>);

/// What is seen on the way.
pub(super) enum Seen<'a, P: Play> {
    /// A place is reached.
    Place(usize, &'a Instance<P::Model>, Option<usize>),
    /// A call of the intruder's was accepted.
    Receipt(String),
}

impl<'a, P: Play> Intruder<'a, P> {
    /// A play has not begun yet.
    pub fn new(
        history: History<'a, P::Model>,
        who: &'a Who,
        changes: &'a [Change<OpOf<P>>],
        look: Option<Look<'a, P>>,
    ) -> Self {
        Self {
            history,
            changes,
            who,
            place: 0,
            next: 0,
            silent: false,
            gone: false,
            between: false,
            left: false,
            look,
            accepted: true,
            shortfall: 0,
            calls: 0,
        }
    }

    fn reach(&mut self, instance: &mut Instance<P::Model>, player: Option<usize>) {
        if self.left {
            return;
        }
        let at = self.place;
        self.place += 1;
        self.silent = false;
        self.flush(instance, at);
        if let Some(look) = &mut self.look {
            look(Seen::Place(at, instance, player));
        }
        while let Some(change) = self.changes.get(self.next).filter(|change| change.at == at) {
            match change.what {
                What::Before(letter) => self.intrude(instance, letter),
                What::Between(_) => {
                    self.between = true;
                    return;
                }
                What::Silent => self.silent = true,
                What::Gone => self.gone = true,
            }
            self.next += 1;
        }
    }

    /// Calls that waited for a call that did not come, up to a place.
    fn flush(&mut self, instance: &mut Instance<P::Model>, before: usize) {
        while let Some(change) = self.changes.get(self.next).filter(|change| change.at < before) {
            if let What::Between(letter) | What::Before(letter) = change.what {
                self.intrude(instance, letter);
            }
            self.next += 1;
        }
        self.between = false;
    }

    fn intrude(&mut self, instance: &mut Instance<P::Model>, letter: Letter<OpOf<P>>) {
        let Letter { who, value, op } = letter;
        self.calls += 1;
        match self.history.call(instance, who, value, op) {
            Some(receipt) => {
                self.watch(instance);
                if let Some(look) = &mut self.look {
                    look(Seen::Receipt(format!("{receipt:?}")));
                }
            }
            None => self.accepted = false,
        }
    }

    /// Sees what the mechanism lacks.
    pub fn watch(&mut self, instance: &Instance<P::Model>) {
        let owed = instance.owed();
        self.shortfall = owed.saturating_sub(instance.ledger().held).max(self.shortfall);
    }
}

impl<P: Play> Asks<P::Model> for Intruder<'_, P> {
    fn chance(&mut self, endowment: &mut Endowment, chance: f64) -> bool {
        self.history.chance(endowment, chance)
    }

    fn pick(&mut self, endowment: &mut Endowment, count: usize) -> usize {
        self.history.pick(endowment, count)
    }

    fn near(&mut self, endowment: &mut Endowment, number: u128, part: f64) -> u128 {
        self.history.near(endowment, number, part)
    }

    fn draw(&mut self, endowment: &mut Endowment, player: usize, amounts: &Amounts) -> Balance {
        self.history.draw(endowment, player, amounts)
    }

    fn seed(&mut self, world: &mut Endowment, who: Agent) -> [u8; 32] {
        self.history.seed(world, who)
    }

    fn secret(&mut self, endowment: &mut Endowment, who: Agent) -> [u8; 32] {
        self.history.secret(endowment, who)
    }

    fn enjoy(
        &mut self,
        endowment: &mut Endowment,
        player: usize,
        own: Balance,
        worth: impl Fn(Balance) -> Balance,
    ) {
        self.history.enjoy(endowment, player, own, worth);
    }

    fn decide(
        &mut self,
        _: usize,
        _: &'static str,
        _: &'static [&'static str],
        _: impl FnOnce() -> u64,
    ) -> Option<usize> {
        None
    }

    fn turn(&mut self, instance: &mut Instance<P::Model>, player: Option<usize>) {
        self.reach(instance, player);
    }

    fn call(
        &mut self,
        instance: &mut Instance<P::Model>,
        who: Agent,
        value: Balance,
        op: OpOf<P>,
    ) -> Option<<P::Model as crate::model::Messages>::Receipt> {
        if self.between {
            self.flush(instance, self.place);
        }
        self.calls += 1;
        let own = (self.silent || self.gone) && self.who.accounts.contains(&who);
        if own { None } else { self.history.call(instance, who, value, op) }
    }

    fn advance(&mut self, instance: &mut Instance<P::Model>, blocks: Block) {
        self.reach(instance, None);
        self.watch(instance);
        self.history.advance(instance, blocks);
    }

    fn commit(&mut self, player: usize) {
        self.history.commit(player);
    }

    fn leave(&mut self) {
        self.history.leave();
        (self.silent, self.gone, self.left) = (false, false, true);
    }
}
