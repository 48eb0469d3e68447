//! Does the intended behaviour hold? Else: the deviation that pays, as calls that run on the contract.
//!
//! A [`Property`] is asked of a scenario's [`Stage`](crate::stage). The answer is a [`Finding`]: it
//! `holds` over a stated domain, it is `violated` by a counterexample that can be replayed, or it is
//! `unknown`, with what was tried. All comparisons are exact. What is sampled never says `holds`.
//!
//! | question | module |
//! | --- | --- |
//! | what comes of every profile of options? | [`outcomes`] |
//! | does one player gain by deviating? | [`single`] |
//! | do several gain together, or harm one? | [`joint`] |
//! | is it good for all: efficient, solvent, at what revenue? | [`whole`] |
//! | what does it cost an outsider to turn it? | [`outsider`] |
//! | is it the only equilibrium, and reached? | [`population`] |
//! | and where players decide several times, or after others? | [`tree`] |
//! | does any sequence of calls pay? | [`raw`] |
//!
//! ```
//! use carrots::audit::{Property::DominantStrategy, audit};
//! use carrots::scenario::Document;
//!
//! let scenario = Document::parse(
//!     "mine.toml".into(),
//!     include_str!("../scenarios/auction-second-price.toml").into(),
//!     &["audit.bidders=3".into()],
//! )?;
//! audit(&scenario)?.property(DominantStrategy).holds();
//! # Ok::<(), carrots::scenario::ScenarioError>(())
//! ```

mod counterexample;
mod finding;
mod joint;
mod outcomes;
mod outsider;
mod population;
mod property;
mod raw;
mod single;
#[cfg(test)]
mod tests;
mod tree;
mod whole;

pub use counterexample::{Counterexample, Instead};
pub use finding::{Finding, Verdict};
pub use property::{Asked, Property, Terms};

use crate::games::extensive::Extensive;
use crate::play::{Game, ScenarioOf, Wrong, expect};
use crate::scenario::{Document, ScenarioError};
use crate::stage::{Stage, TOKENS_MAX};
use carrots_logic::Block;
use outcomes::{Outcomes, Probe};

/// How far an audit may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that outcomes, or the states of a search, may take, about.
    pub memory: usize,
    /// Seconds for each property.
    pub seconds: f64,
    /// Where a search starts from.
    pub seed: u64,
}

impl Default for Limits {
    /// A gibibyte, a minute, and seed one.
    fn default() -> Self {
        Self { memory: 1 << 30, seconds: 60.0, seed: 1 }
    }
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// The outcomes do not fit into the limit.
    #[error("stopped by the memory limit after {outcomes} outcomes")]
    Memory {
        /// Those that fit.
        outcomes: u64,
    },
    /// The time is over.
    #[error("stopped by the time limit after {outcomes} outcomes")]
    Time {
        /// Those that were computed.
        outcomes: u64,
    },
    /// Exact sums do not fit.
    #[error("payoffs with these odds do not fit into 128 bits")]
    Overflow,
    /// Players decide more than once, or after others.
    #[error("players decide more than once, or see what others decided: ask for subgame_perfect")]
    Sequential,
    /// The question needs something that the mechanism's stage does not have.
    #[error("cannot be answered here: {0}")]
    Lacks(&'static str),
}

/// A scenario that is ready to be audited.
pub trait Audited: Sync {
    /// The properties that it asks for.
    fn asked(&self) -> &[Terms];
    /// The intended behaviour.
    fn intended(&self) -> &str;
    /// Answers questions, and hands over each answer.
    fn check(&self, questions: &[Terms], limits: Limits, answer: &mut dyn FnMut(Finding));
    /// The game that is audited, as a tree.
    fn tree(&self, limits: Limits) -> Result<Extensive, Stopped>;
}

/// A scenario to be audited in a test.
pub struct Audit {
    audited: Box<dyn Audited>,
    limits: Limits,
}

/// Prepares the audit of a scenario.
pub fn audit(scenario: &Document) -> Result<Audit, ScenarioError> {
    Ok(Audit { audited: open(scenario)?, limits: Limits::default() })
}

/// Prepares the audit of a scenario of any mechanism.
pub fn open(scenario: &Document) -> Result<Box<dyn Audited>, ScenarioError> {
    let name = scenario.mechanism()?;
    match crate::models::find(name) {
        Some(mechanism) => (mechanism.audit)(scenario),
        None => {
            let names: Vec<_> = crate::models::MECHANISMS.iter().map(|one| one.name).collect();
            Err(scenario.wrong("mechanism", &format!("expected one of {}", names.join(", "))))
        }
    }
}

impl Audit {
    /// The same with other limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// A question with the property's usual terms.
    pub fn property(&self, property: Property) -> Question<'_> {
        Question { audit: self, terms: Terms::of(property) }
    }
}

/// A question in a test.
pub struct Question<'a> {
    audit: &'a Audit,
    terms: Terms,
}

impl Question<'_> {
    /// With so much to spare, in the smallest unit.
    pub fn margin(mut self, margin: i128) -> Self {
        self.terms.margin = Some(property::Whole(margin));
        self
    }

    /// For so many players, or identities, at most.
    pub fn size(mut self, size: u32) -> Self {
        self.terms.size = Some(size);
        self
    }

    /// On other terms.
    pub fn on(mut self, terms: impl FnOnce(&mut Terms)) -> Self {
        terms(&mut self.terms);
        self
    }

    /// The answer.
    pub fn finding(&self) -> Finding {
        let mut finding = None;
        let questions = std::slice::from_ref(&self.terms);
        self.audit.audited.check(questions, self.audit.limits, &mut |one| finding = Some(one));
        finding.expect("every question is answered")
    }

    /// Panics with the counterexample, or with what was tried, unless the property holds.
    #[track_caller]
    pub fn holds(&self) -> Finding {
        let finding = self.finding();
        assert!(finding.verdict == Verdict::Holds, "{finding}");
        finding
    }

    /// Panics unless the property is violated.
    #[track_caller]
    pub fn violated(&self) -> Finding {
        let finding = self.finding();
        assert!(finding.verdict == Verdict::Violated, "{finding}");
        finding
    }
}

/// A mechanism's scenario that is ready to be audited.
struct Ready<G: Game> {
    stage: G::Stage,
    intended: String,
    asked: Vec<Terms>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load<G: Game + 'static>(document: &Document) -> Result<Box<dyn Audited>, ScenarioError> {
    let scenario = crate::play::read::<G>(document)?;
    let ready = ready::<G>(&scenario)
        .map_err(|wrong| document.wrong(&wrong.key, &format!("expected {}", wrong.expected)))?;
    Ok(Box::new(ready))
}

fn ready<G: Game>(scenario: &ScenarioOf<G>) -> Result<Ready<G>, Wrong> {
    if let Some(state) = &scenario.state {
        let few = state.tokens() <= TOKENS_MAX;
        expect(few, "state.held", "at most 2^112 tokens of all in the state to be audited")?;
        let early = state.block <= Block::MAX / 2;
        expect(early, "state.block", "at most 2^31 - 1 to be audited")?;
    }
    let stage = G::stage(scenario)?;
    let players = stage.players().len();
    expect(players > 0, "audit", "at least one player")?;
    for player in 0..players {
        let types = stage.types(player);
        let some = types.iter().any(|one| one.weight > 0);
        expect(some, "audit", "at least one type of every player that is possible")?;
    }
    let mut asked: Vec<Terms> = Vec::new();
    for (one, at) in scenario.intended.properties.iter().zip(0..) {
        let terms = one.clone().terms();
        let key = |key: &str| format!("intended.properties[{at}]{key}");
        terms.check().map_err(|wrong| Wrong { key: key(&wrong.key), ..wrong })?;
        if let Some(option) = &terms.option {
            let options = &Probe::of(&stage).options[0];
            let expected = format!("one of {}", options.join(", "));
            expect(options.contains(option), &key(".option"), expected)?;
        }
        if let Some(other) = asked.iter().find(|other| other.contradicts(&terms)) {
            let expected = format!("no second `{}` on other terms", other.property.name());
            return Err(Wrong { key: key(""), expected });
        }
        asked.push(terms);
    }
    if asked.is_empty() {
        asked = Property::USUAL.iter().map(|property| Terms::of(*property)).collect();
    }
    Ok(Ready { stage, intended: scenario.intended.strategy.clone(), asked })
}

impl<G: Game> Audited for Ready<G> {
    fn asked(&self) -> &[Terms] {
        &self.asked
    }

    fn intended(&self) -> &str {
        &self.intended
    }

    fn check(&self, questions: &[Terms], limits: Limits, answer: &mut dyn FnMut(Finding)) {
        let mut outcomes = Outcomes::new(&self.stage, limits);
        for terms in questions {
            let found = match &mut outcomes {
                _ if terms.property.is_of_calls() => raw::check(&self.stage, terms, limits),
                Ok(outcomes) if terms.property != Property::SubgamePerfect => {
                    Ok(outcomes.check(terms))
                }
                Ok(_) | Err(Stopped::Sequential) => tree::check(&self.stage, terms, limits),
                Err(why) => Err(why.clone()),
            };
            answer(found.unwrap_or_else(|why| Finding::stopped(terms, why, String::new(), 0)));
        }
    }

    fn tree(&self, limits: Limits) -> Result<Extensive, Stopped> {
        Ok(tree::tree(&self.stage, limits)?.game)
    }
}

impl<S: Stage> Outcomes<'_, S> {
    /// Answers a question.
    fn check(&mut self, terms: &Terms) -> Finding {
        use Property::*;
        let before = self.computed();
        self.begin();
        let answer = match terms.property {
            DominantStrategy | ExPost | Bayesian | Nash | IndividualRationality | Sybil => {
                self.single(terms)
            }
            Coalition | Immunity => self.joint(terms),
            Efficiency | Revenue | OptimalRevenue | Solvency | Griefing => self.whole(terms),
            Bribery | Corruption => self.outsider(terms),
            Uniqueness | Basin => self.population(terms),
            SubgamePerfect | ExitBeforePenalty | Attack => Err(Stopped::Sequential),
        };
        answer.unwrap_or_else(|stopped| {
            Finding::stopped(terms, stopped, String::new(), self.computed() - before)
        })
    }
}
