//! A play that an intruder changes: calls of its own before any turn, or between what the one whose
//! turn it is has decided and what that one calls; or silence in turns of its own.

use super::record::Record;
use crate::model::{Agent, AnyInstance, AnyOp, Instance, Model};
use carrots_kernel::Balance;

/// A call that somebody may make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Letter<O> {
    /// Who calls.
    pub who: Agent,
    /// The tokens that it sends along.
    pub value: Balance,
    /// The message.
    pub op: O,
}

/// A change of a play.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// At which of the play's places, which are turns and passing blocks.
    pub at: usize,
    /// What is changed there.
    pub what: What,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A call before whoever has the turn looks.
    Before(Letter<AnyOp>),
    /// A call between what it decides and what it calls.
    Between(Letter<AnyOp>),
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

/// Whoever looks on.
pub type Look<'a> = &'a mut dyn FnMut(Seen);

/// What is seen on the way.
pub enum Seen<'a> {
    /// A place is reached: which, what is there, and whose turn it is.
    Place(usize, &'a dyn AnyInstance, Option<usize>),
    /// A call of the intruder's was accepted.
    Receipt(String),
}

/// Changes a play that is under way.
pub(super) struct Intruder<'a> {
    changes: &'a [Change],
    who: &'a Who,
    /// The next change.
    next: usize,
    /// Whether it says nothing now, or never again.
    silent: bool,
    gone: bool,
    /// Changes between a decision and its call that wait.
    between: bool,
    /// Whether everyone takes out what it can, and nothing else happens.
    left: bool,
    /// What is there at every place, and what an intruder's call told.
    look: Option<Look<'a>>,
}

impl<'a> Intruder<'a> {
    /// A play has not begun yet.
    pub fn new(who: &'a Who, changes: &'a [Change], look: Option<Look<'a>>) -> Self {
        Self {
            changes,
            who,
            next: 0,
            silent: false,
            gone: false,
            between: false,
            left: false,
            look,
        }
    }

    /// Does what is due at the next place.
    pub fn reach<M: Model>(
        &mut self,
        record: &mut Record<M>,
        instance: &mut Instance<M>,
        player: Option<usize>,
    ) {
        if self.left {
            return;
        }
        let at = record.notes.intrusion.places;
        record.notes.intrusion.places += 1;
        self.silent = false;
        self.flush(record, instance, at);
        if let Some(look) = &mut self.look {
            look(Seen::Place(at, instance, player));
        }
        while let Some(change) = self.changes.get(self.next).filter(|change| change.at == at) {
            match &change.what {
                What::Before(letter) => self.intrude(record, instance, letter),
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
    fn flush<M: Model>(
        &mut self,
        record: &mut Record<M>,
        instance: &mut Instance<M>,
        before: usize,
    ) {
        while let Some(change) = self.changes.get(self.next).filter(|change| change.at < before) {
            if let What::Between(letter) | What::Before(letter) = &change.what {
                self.intrude(record, instance, letter);
            }
            self.next += 1;
        }
        self.between = false;
    }

    fn intrude<M: Model>(
        &mut self,
        record: &mut Record<M>,
        instance: &mut Instance<M>,
        letter: &Letter<AnyOp>,
    ) {
        let Letter { who, value, op } = letter;
        record.notes.intrusion.calls += 1;
        match record.call(instance, *who, *value, op.of()) {
            Some(receipt) => {
                record.watch(instance);
                if let Some(look) = &mut self.look {
                    look(Seen::Receipt(format!("{receipt:?}")));
                }
            }
            None => record.notes.intrusion.refused = true,
        }
    }

    /// Whether somebody's call is made, and not one of the intruder's own that it leaves out. What waited
    /// for it is made before.
    pub fn lets<M: Model>(
        &mut self,
        record: &mut Record<M>,
        instance: &mut Instance<M>,
        who: Agent,
    ) -> bool {
        if self.between {
            let places = record.notes.intrusion.places;
            self.flush(record, instance, places);
        }
        record.notes.intrusion.calls += 1;
        !((self.silent || self.gone) && self.who.accounts.contains(&who))
    }

    /// From here on everyone only takes out what it can.
    pub fn leave(&mut self) {
        (self.silent, self.gone, self.left) = (false, false, true);
    }
}
