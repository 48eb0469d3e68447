//! Does the intended behaviour hold? Else: the deviation that pays, as calls that run on the contract.
//!
//! A [`Property`] is asked of a scenario's [`Scene`]. The answer is a [`Finding`]: it
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
//! | does what is steered come back after a shock? | [`feedback`] |
//! | does the simulator say the same? | [`compare`] |
//!
//! In a test: `MECHANISM.audit(&scenario)?.property(Property::Nash).holds()`.

mod compare;
mod counterexample;
mod exploit;
mod feedback;
mod finding;
mod intruder;
mod joint;
mod outcomes;
mod outsider;
mod population;
mod raw;
mod single;
mod tree;
mod whole;

pub use crate::scenario::{Property, Terms};
pub use compare::Compared;
pub use counterexample::{Counterexample, Deviator};
pub use finding::{Finding, Verdict};

use crate::exact::{self, Rational};
use crate::games::extensive::Extensive;
use crate::play::{ClosedForm, Play, ScenarioOf};
use crate::scenario::{
    Document, Intended, Invalid, Requirement, ScenarioError, Token, Whole, expect,
};
use crate::scene::{Answers, AnyScene, Cast, How, Scene, TOKENS_MAX};
use carrots_kernel::{Balance, Block};
use num_traits::Zero;
use outcomes::Outcomes;
use std::collections::BTreeMap;

/// How far an audit may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that outcomes, or the states of a search, may take, about.
    pub memory: usize,
    /// Seconds for each property.
    pub seconds: f64,
    /// Where a search starts from.
    pub seed: u64,
    /// Chains of raw calls of each length that are played for each intruder, about.
    pub chains: u64,
    /// Whether players who are alike may change places, so that fewer profiles are looked at.
    pub symmetry: bool,
}

impl Default for Limits {
    /// A gibibyte, a minute, seed one, two thousand chains, and symmetry.
    fn default() -> Self {
        Self { memory: 1 << 30, seconds: 60.0, seed: 1, chains: 2_000, symmetry: true }
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
    /// The question needs something that the mechanism's play does not have.
    #[error("cannot be answered here: {0}")]
    Lacks(&'static str),
}

/// A scenario that is ready to be audited.
pub trait Audited: Sync {
    /// The properties that it asks for.
    fn asked(&self) -> &[Terms];
    /// The intended behaviour.
    fn intended(&self) -> &str;
    /// The verdict that the scenario expects of a property that it asks for; nothing if it expects
    /// none.
    fn expected(&self, property: Property) -> Option<Verdict>;
    /// What its amounts are in, where they are shown.
    fn token(&self) -> &Token;
    /// Answers questions, and hands over each answer.
    fn check(&self, questions: &[Terms], limits: Limits, answer: &mut dyn FnMut(Finding));
    /// What a closed form says of a property, where one is known: it is not used to answer.
    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm>;
    /// The game that is audited, as a tree.
    fn tree(&self, limits: Limits) -> Result<Extensive, Stopped>;
    /// Who plays, in the order of their turns, and what each can be and choose.
    fn places(&self) -> Vec<Place>;
    /// What comes of a profile, by playing every branch of chance of it: everybody's type and option
    /// by number. Odds that do not fit into 128 bits are an error.
    fn outcome(&self, types: &[usize], options: &[usize]) -> Result<Expected, Stopped>;
    /// What every strategy is paid in so many runs of the simulator's, and exactly.
    fn compare(&self, runs: u64, limits: Limits) -> Vec<Compared>;
}

/// A property on the scenario's own terms, or on the usual ones.
pub fn questions(audited: &dyn Audited, property: Property) -> Vec<Terms> {
    let own = audited.asked().iter().filter(|terms| terms.property == property);
    let own: Vec<_> = own.cloned().collect();
    if own.is_empty() { vec![Terms::of(property)] } else { own }
}

/// A player of an audited scenario.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Those with the same number are alike.
    pub class: usize,
    /// The names of its types, each as likely.
    pub types: Vec<String>,
    /// What it can choose.
    pub options: Vec<PlaceOption>,
    /// What it should choose, by type: the number of an option.
    pub intended: Vec<usize>,
}

/// What a player can choose.
#[derive(Clone, Debug)]
pub struct PlaceOption {
    /// Its name.
    pub name: String,
    /// Whether it depends on what others do.
    pub reacts: bool,
    /// How many identities it shows.
    pub identities: u32,
    /// Whether it is to stay out.
    pub is_out: bool,
}

/// What a profile comes to, in expectation over chance.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Every player's payoff.
    pub payoffs: Vec<Rational>,
    /// What each seat of those who do not play has more, and what the end is worth to it.
    pub others_each: Vec<Rational>,
    /// The same of all accounts of nobody who plays together.
    pub others: Rational,
    /// What the owner earns, if there is one.
    pub revenue: Option<Rational>,
    /// What the mechanism lacks at worst to what it owes, after any call.
    pub shortfall: Balance,
}

/// A scenario to be audited in a test.
pub struct Audit {
    audited: Box<dyn Audited>,
    limits: Limits,
}

/// Plays all that [`Property::Attack`] asks about: changes of the play by one intruder, to whom all
/// others react. Gives how many calls that took, those of all plays, and how many changes were played.
pub fn intrude(scene: &dyn AnyScene, limits: Limits) -> Result<(u64, u64), Stopped> {
    let tried = raw::harvest(scene, 1, limits)?.tried;
    Ok((tried.calls, tried.plays))
}

impl Audit {
    /// The audit of a scenario that was read.
    pub fn new(audited: Box<dyn Audited>) -> Self {
        Self { audited, limits: Limits::default() }
    }

    /// The same with other limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Asks all that the scenario asks for. Panics with what is not as it expects: what is said to be
    /// `violated` is, what is said to be `unknown` cannot be answered, and the rest holds. A scenario that
    /// expects nothing is not as expected.
    #[track_caller]
    pub fn is_as_expected(&self) -> Vec<Finding> {
        let (audited, mut findings) = (&self.audited, Vec::new());
        audited.check(audited.asked(), self.limits, &mut |finding| findings.push(finding));
        let differs = |finding: &&Finding| finding.expected != Some(finding.verdict);
        let wrong = findings.iter().filter(differs);
        let wrong: Vec<_> = wrong.map(ToString::to_string).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        findings
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
        self.terms.margin = Some(Whole(margin));
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
struct Ready {
    scene: Box<dyn AnyScene>,
    intended: Intended,
    asked: Vec<Terms>,
}

/// Reads a scenario and says what is wrong with it.
pub fn load<P: Play>(document: &Document) -> Result<Box<dyn Audited>, ScenarioError> {
    let scenario = crate::play::read::<P>(document)?;
    let ready = ready::<P>(&scenario)
        .map_err(|wrong| document.wrong(&wrong.key, &format!("expected {}", wrong.expected)))?;
    Ok(Box::new(ready))
}

fn ready<P: Play>(scenario: &ScenarioOf<P>) -> Result<Ready, Invalid> {
    if let Some(state) = &scenario.state {
        let few = state.tokens() <= TOKENS_MAX;
        expect(few, "state.held", "at most 2^112 tokens of all in the state to be audited")?;
        let early = state.block <= Block::MAX / 2;
        expect(early, "state.block", "at most 2^31 - 1 to be audited")?;
    }
    let scene = Box::new(Scene::<P>::new(scenario)?);
    let intended = scenario.intended.clone();
    let asked = asked(&scene.cast, &intended.properties)?;
    let violated = intended.violated.iter().flatten();
    let both = violated.zip(0..).find(|(property, _)| intended.unknown.contains(property));
    let key = both.map_or(String::new(), |(_, at)| format!("intended.violated[{at}]"));
    expect(both.is_none(), &key, "a property that is not in intended.unknown as well")?;
    Ok(Ready { scene, intended, asked })
}

/// What a scenario asks for, or else what is usually asked.
fn asked(cast: &Cast, properties: &[Requirement]) -> Result<Vec<Terms>, Invalid> {
    expect(!cast.players.is_empty(), "audit", "at least one player")?;
    let seats: Vec<&str> = cast.others.iter().map(|seat| seat.name.as_str()).collect();
    let known = cast.trusted.iter().all(|name| seats.contains(&name.as_str()));
    expect(known, "intended.trusted", format!("names out of {}", seats.join(", ")))?;
    let mut asked: Vec<Terms> = Vec::new();
    for (one, at) in properties.iter().zip(0..) {
        let terms = one.clone().terms();
        let key = |key: &str| format!("intended.properties[{at}]{key}");
        terms.check().map_err(|wrong| Invalid { key: key(&wrong.key), ..wrong })?;
        if let Some(option) = &terms.option {
            let options = cast.names(0);
            let expected = format!("one of {}", options.join(", "));
            expect(options.contains(option), &key(".option"), expected)?;
        }
        let players = cast.players.len();
        let most = match terms.property {
            Property::Coalition => players.min(joint::MEMBERS_MAX),
            // And the one that is harmed.
            Property::Immunity => players.min(joint::MEMBERS_MAX) - 1,
            Property::Attack => players,
            _ => usize::MAX,
        };
        let fits = terms.size.is_none_or(|size| size as usize <= most);
        expect(fits, &key(".size"), format!("at most {most} of {players} players"))?;
        if let Some(other) = asked.iter().find(|other| other.contradicts(&terms)) {
            let expected = format!("no second `{}` on other terms", other.property.name());
            return Err(Invalid { key: key(""), expected });
        }
        asked.push(terms);
    }
    if asked.is_empty() {
        asked = Property::USUAL.iter().map(|property| Terms::of(*property)).collect();
    }
    Ok(asked)
}

impl Audited for Ready {
    fn asked(&self) -> &[Terms] {
        &self.asked
    }

    fn intended(&self) -> &str {
        &self.intended.strategy
    }

    fn expected(&self, property: Property) -> Option<Verdict> {
        let Intended { violated, unknown, .. } = &self.intended;
        let violated = violated.as_ref()?;
        let is_asked = self.asked.iter().any(|terms| terms.property == property);
        is_asked.then(|| match property {
            _ if unknown.contains(&property) => Verdict::Unknown,
            _ if violated.contains(&property) => Verdict::Violated,
            _ => Verdict::Holds,
        })
    }

    fn token(&self) -> &Token {
        &self.scene.cast().token
    }

    fn check(&self, questions: &[Terms], limits: Limits, answer: &mut dyn FnMut(Finding)) {
        let scene = &*self.scene;
        let mut outcomes = Outcomes::new(scene, limits);
        let grid = grid(scene);
        // By the number of those who intrude together.
        let mut harvests = BTreeMap::new();
        for terms in questions {
            let found = match (terms.property, &mut outcomes) {
                (Property::ExitBeforePenalty, _) => raw::exit(scene, terms, limits),
                (Property::Attack | Property::Frozen, _) => {
                    Ok(Finding::holds(terms, "exhaustive", String::new(), 0))
                }
                (Property::SubgamePerfect, _) => tree::check(scene, terms, limits),
                (Property::FeedbackStability, _) => feedback::check(scene, terms, limits),
                (_, Ok(outcomes)) => Ok(outcomes.check(terms)),
                (_, Err(why)) => Err(why.clone()),
            };
            let mut finding =
                found.unwrap_or_else(|why| Finding::stopped(terms, why, String::new(), 0));
            if terms.raw() && finding.verdict != Verdict::Unknown {
                let attack = terms.property == Property::Attack;
                let size = terms.size.filter(|_| attack).unwrap_or(1) as usize;
                let harvest =
                    harvests.entry(size).or_insert_with(|| raw::harvest(scene, size, limits));
                finding = match harvest {
                    Ok(harvest) => raw::refine(scene, harvest, limits, terms, finding),
                    Err(why) => {
                        Finding { verdict: Verdict::Unknown, method: why.to_string(), ..finding }
                    }
                };
            }
            if terms.property == Property::IndividualRationality {
                finding.each = raw::intended(scene, limits).unwrap_or_default();
            }
            if let Some(grid) = &grid {
                finding = finding.within(grid.clone());
            }
            finding.expected = self.expected(terms.property);
            finding.token = scene.cast().token.clone();
            finding.not_tried.extend(scene.cast().left_out.iter().map(ToString::to_string));
            answer(finding);
        }
    }

    fn closed_form(&self, terms: &Terms) -> Option<ClosedForm> {
        self.scene.closed_form(terms)
    }

    fn tree(&self, limits: Limits) -> Result<Extensive, Stopped> {
        Ok(tree::tree(&*self.scene, limits)?.game)
    }

    fn places(&self) -> Vec<Place> {
        let cast = self.scene.cast();
        let option = |player: usize| {
            move |at: usize| PlaceOption {
                name: cast.name(player, at),
                reacts: cast.options[player][at].reacts,
                identities: cast.options[player][at].identities,
                is_out: cast.options[player][at].is_out,
            }
        };
        let place = |at: usize| Place {
            name: cast.players[at].name.clone(),
            class: cast.classes[at],
            types: cast.kinds[at].iter().map(|kind| kind.name.clone()).collect(),
            options: (0..cast.options[at].len()).map(option(at)).collect(),
            intended: cast.intended[at].clone(),
        };
        (0..cast.players.len()).map(place).collect()
    }

    fn outcome(&self, types: &[usize], options: &[usize]) -> Result<Expected, Stopped> {
        let given: Vec<_> = options.iter().copied().map(Some).collect();
        expected(&*self.scene, types, &given, &|| false)
    }

    fn compare(&self, runs: u64, limits: Limits) -> Vec<Compared> {
        compare::compare(&*self.scene, runs, limits)
    }
}

/// What stands for more that could be drawn, in words, as the first play of what is intended shows;
/// nothing if it asks for nothing of that kind.
fn grid(scene: &dyn AnyScene) -> Option<String> {
    let players = scene.cast().players.len();
    let (types, given) = (vec![0; players], vec![None; players]);
    let end = scene.play(How::default(), &mut Answers::new(&types, &given));
    let near = (end.notes().near)
        .then_some("the least, the middle and the greatest stand for a number near another");
    let lots = end.notes().lots.then_some("one seed stands for all by which lots are drawn");
    let all: Vec<&str> = near.into_iter().chain(lots).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What a profile comes to over all branches of chance, unless the time is `over` before.
fn expected(
    scene: &dyn AnyScene,
    types: &[usize],
    given: &[Option<usize>],
    over: &dyn Fn() -> bool,
) -> Result<Expected, Stopped> {
    let cast = scene.cast();
    let own: Vec<_> = cast.players.iter().flat_map(|seat| seat.accounts.clone()).collect();
    let all = 0..cast.wallets.len() as u32;
    let strangers: Vec<_> = all.filter(|account| !own.contains(account)).collect();
    let mut answers = Answers::new(types, given);
    let mut sum = Expected {
        payoffs: vec![Rational::zero(); types.len()],
        others_each: vec![Rational::zero(); cast.others.len()],
        others: Rational::zero(),
        revenue: cast.owner.map(|_| Rational::zero()),
        shortfall: 0,
    };
    for branches in 1.. {
        let end = scene.play(How { watched: true, ..How::default() }, &mut answers);
        let payoffs: Vec<i128> =
            (0..types.len()).map(|at| cast.payoff(at, types[at], &*end)).collect();
        let others = cast.tokens_of(&strangers, end.instance()) + end.externality();
        let revenue = cast.owner.map(|owner| cast.tokens_of(&[owner], end.instance()));
        let seats = cast.others_have(&*end);
        sum.shortfall = sum.shortfall.max(end.notes().shortfall);
        let (odds, below) = answers.odds();
        if below == u128::MAX {
            return Err(Stopped::Overflow);
        }
        let chance = Rational::new(odds.into(), below.into());
        let part = |number: i128| exact::whole(number) * &chance;
        sum.payoffs.iter_mut().zip(payoffs).for_each(|(all, one)| *all += part(one));
        sum.others_each.iter_mut().zip(seats).for_each(|(all, one)| *all += part(one));
        sum.others += part(others);
        if let (Some(all), Some(one)) = (&mut sum.revenue, revenue) {
            *all += part(one);
        }
        if !answers.next_branch() {
            break;
        }
        if over() {
            return Err(Stopped::Time { outcomes: branches });
        }
    }
    Ok(sum)
}

impl Outcomes<'_> {
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
            SubgamePerfect | ExitBeforePenalty | Frozen | Attack | FeedbackStability => {
                Err(Stopped::Lacks("that is asked of a tree, of calls, or of shocks"))
            }
        };
        answer.unwrap_or_else(|stopped| {
            Finding::stopped(terms, stopped, String::new(), self.computed() - before)
        })
    }
}
