//! Calls that no option foresees, between those of others, who react.
//!
//! An intruder is a player, whoever has a role, or a newcomer with tokens and no history; it has spare
//! accounts beside its own. It puts calls of its own before any turn of a play, or between what the
//! one whose turn it is has decided and what that one calls, and it can stay silent in turns of its
//! own, or leave undone what it has to do for everybody. All others go on by their plans, which look at
//! what is there. So a change of the play is played, not a change of a script; what is found is what
//! everybody gains and loses by it.
//!
//! First every single change is tried that is accepted where it is put. Then chains: a change that is
//! accepted only because of the one before, with amounts that the one before has told.
//!
//! | question | module |
//! | --- | --- |
//! | what comes of a play with some changes? | [`played`] |
//! | what may an intruder call? | [`calls`] |
//! | which changes are tried? | [`chains`] |

mod calls;
mod chains;
mod played;

pub use calls::Coverage;
pub use played::{Effect, Found, Scan, Told};

use super::Stopped;
use calls::{Reached, alphabet};
use chains::{Base, Begin};
use std::sync::Arc;

impl Scan<'_> {
    /// Tries everything, and tells what every deviation does.
    pub fn run(&self, tell: &mut dyn FnMut(&Found)) -> Result<Coverage, Stopped> {
        let mut tried = Coverage { complete: true, chains_complete: true, ..Coverage::default() };
        let (mut reached, mut bases) = (Reached::default(), Vec::new());
        for (number, who) in self.intruders.iter().enumerate() {
            for types in self.profiles() {
                if self.over() {
                    tried.complete = false;
                    break;
                }
                let given = vec![None; types.len()];
                let honest = self.play(who, &types, &given, &[], None)?.effect;
                let plays = self.recorded(who, &types, &mut tried);
                self.reached(&plays, &mut reached);
                let letters = alphabet(self.scene, who, &plays);
                tried.complete &= !letters.cut;
                let letters: Arc<[_]> = letters.all.into();
                let mut begins = vec![given.clone()];
                if let [player] = who.players[..] {
                    begins.extend(self.deeds(player, &types, &mut tried).into_iter().map(
                        |option| {
                            let mut given = given.clone();
                            given[player] = Some(option);
                            given
                        },
                    ));
                }
                for given in begins {
                    let (types, letters) = (types.clone(), letters.clone());
                    let begin = Begin { types, given, letters, honest: honest.clone() };
                    bases.push(Base::new(self, number, who, begin, &mut tried, &mut reached)?);
                    tried.complete &= !self.over();
                }
            }
        }
        tried.profiles = self.profiles().len();
        for base in &bases {
            tell(&base.found(&[], base.begun.clone()));
        }
        let mut singles = Vec::new();
        for base in &bases {
            singles.push(base.singles(tell, &mut tried, &mut reached)?);
        }
        for (base, singles) in bases.iter().zip(singles) {
            base.chains(singles, tell, &mut tried, &mut reached)?;
        }
        tried.chains_complete &= !self.over();
        let all = self.cast.messages.iter().map(|one| one.name);
        tried.messages = all.partition(|name| reached.messages.contains(name));
        let errors = (0..).zip(self.cast.errors);
        let (given, never): (Vec<_>, Vec<_>) =
            errors.partition(|(number, _)| reached.errors.contains(number));
        tried.errors =
            [given, never].map(|all| all.into_iter().map(|one| one.1.0).collect()).into();
        Ok(tried)
    }

    /// What is intended, for each profile of types, seen by the last who intrudes: a newcomer.
    pub fn intended(&self) -> Result<Vec<Effect>, Stopped> {
        let who = self.intruders.last().expect("there is a newcomer");
        let profiles = self.profiles();
        let plays = profiles
            .iter()
            .map(|types| Ok(self.play(who, types, &vec![None; types.len()], &[], None)?.effect));
        plays.collect()
    }

    /// Every option of every player that intrudes, for each profile of types; and whether these are all.
    pub fn options(&self) -> Result<(Vec<Found>, bool), Stopped> {
        let mut all = Vec::new();
        for types in self.profiles() {
            let none = vec![None; types.len()];
            for (number, who) in self.intruders.iter().enumerate() {
                let [player] = who.players[..] else { continue };
                let base = self.play(who, &types, &none, &[], None)?.effect;
                for option in 0..self.cast.options[player].len() {
                    if self.over() {
                        return Ok((all, false));
                    }
                    let mut given = none.clone();
                    given[player] = Some(option);
                    let effect = self.play(who, &types, &given, &[], None)?.effect;
                    if effect.cut || base.cut {
                        continue;
                    }
                    let (types, base, changes) = (types.clone(), base.clone(), Vec::new());
                    all.push(Found { who: number, types, given, changes, effect, base });
                }
            }
        }
        Ok((all, true))
    }

    /// Types that rise and that fall with the players' numbers, so that either end is a high one.
    fn profiles(&self) -> Vec<Vec<usize>> {
        let kinds: Vec<usize> = self.cast.kinds.iter().map(Vec::len).collect();
        let n = kinds.len();
        let rising = (0..n).map(|at| (at + 1) * kinds[at] / (n + 1)).collect();
        let falling = (0..n).map(|at| (n - at) * kinds[at] / (n + 1)).collect();
        let mut all: Vec<Vec<usize>> = vec![rising, falling];
        all.dedup();
        all
    }
}
