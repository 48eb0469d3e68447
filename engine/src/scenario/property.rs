//! What can be asked, and on which terms.

use super::invalid::{Invalid, expect};
use crate::exact::{self, Rational};
use num_traits::Signed;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, de::Visitor};
use std::fmt;

/// The most rounds within which something has to be back.
const WITHIN_MAX: u32 = 10_000;

/// Declares the properties with their names; their docs are what the catalogue says of them.
macro_rules! properties {
    ($($(#[doc = $about:literal])+ $property:ident = $name:literal [$($term:literal),*],)*) => {
        /// A property of the intended behaviour. Payoffs are tokens that a player has or can still
        /// take out at the end, with what the world gives and takes, and what the end is worth to it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Property {
            $($(#[doc = $about])+ #[serde(rename = $name)] $property,)*
        }

        impl Property {
            /// All of them.
            pub const ALL: &'static [Property] = &[$(Property::$property,)*];

            /// Its name in scenario files.
            pub fn name(self) -> &'static str {
                match self { $(Property::$property => $name,)* }
            }

            /// Its definition and source.
            pub fn about(self) -> String {
                match self { $(Property::$property => [$($about),+].concat().trim().into(),)* }
            }

            /// The terms that it can be asked on, beside `property`.
            pub fn terms(self) -> &'static [&'static str] {
                match self { $(Property::$property => &[$($term),*],)* }
            }
        }
    };
}

properties! {
    /// Whatever the others do, no player of any type gains by another option (Hurwicz 1972;
    /// Nisan et al., Algorithmic Game Theory, 2007, chapter 9). Strict with a margin of 1.
    DominantStrategy = "dominant_strategy" ["margin", "size"],
    /// If the others behave as intended, no player gains by another option, whatever everybody's
    /// types (Bergemann, Morris 2005).
    ExPost = "ex_post" ["margin", "size"],
    /// The same in expectation over the others' types (Myerson 1981).
    Bayesian = "bayesian" ["margin", "size"],
    /// No player gains by deviating alone (Nash 1950), to another option or by a raw call more or less
    /// while others react; with several types, for every profile of them.
    Nash = "nash" ["margin", "size", "changes"],
    /// No player gains by deviating alone after any history (Selten 1965).
    SubgamePerfect = "subgame_perfect" ["margin"],
    /// Nobody would rather have stayed out (Myerson, Satterthwaite 1983), whatever the types.
    IndividualRationality = "individual_rationality" ["margin"],
    /// The outcome has the highest sum of payoffs that any feasible outcome has (Vickrey 1961).
    Efficiency = "efficiency" ["margin"],
    /// The owner expects to earn `least`; without it, what the optimal auction earns for the stated
    /// types (Myerson 1981).
    Revenue = "revenue" ["least"],
    /// The price is the highest that the bids allow (Liu, Li, Lin, Zhao 2020).
    OptimalRevenue = "optimal_revenue" ["margin"],
    /// In no outcome, after no call, does the mechanism hold less than it owes.
    Solvency = "solvency" ["changes"],
    /// No `size` players have a joint deviation after which each of them is better off (Aumann
    /// 1959); with `side_payments`, after which their sum is higher.
    Coalition = "coalition" ["margin", "size", "side_payments"],
    /// No `size` players, whatever they do, make one who behaves as intended worse off (Abraham,
    /// Dolev, Gonen, Halpern 2006).
    Immunity = "immunity" ["margin", "size", "changes"],
    /// No player gains by appearing as up to `size` identities (Yokoo, Sakurai, Matsubara 2004).
    Sybil = "sybil" ["margin", "size"],
    /// An outsider with `budget` tokens cannot turn the outcome by paying for the action, nor one
    /// who can promise `promise` tokens by paying for it only if the outcome is not turned
    /// (Buterin 2015, The P + epsilon attack).
    Bribery = "bribery" ["budget", "promise"],
    /// No deviation costs the others more than `factor` times what it costs the deviator (Buterin 2018).
    Griefing = "griefing" ["factor", "changes"],
    /// Whoever turns the outcome loses more than `profit` tokens by it (Budish 2018).
    Corruption = "corruption" ["profit", "margin"],
    /// It is the only pure equilibrium (Maskin 1999).
    Uniqueness = "uniqueness" [],
    /// From the share `share` of all populations, or more, players who change one by one to what is
    /// best for them end at it (Sandholm 2010).
    Basin = "basin" ["share"],
    /// After `option`, no sequence of calls of the player leaves it more than calling nothing else.
    ExitBeforePenalty = "exit_before_penalty" ["option", "margin"],
    /// After every shock that the play names what is steered is back at most the part `band` of its target
    /// away from it `within` so many rounds, for as many again, and at no time further than the part `safe`
    /// of it (Åström, Murray, Feedback Systems, 2008).
    FeedbackStability = "feedback_stability" ["within", "band", "safe"],
    /// No raw call more or less, of any player or a newcomer, and nothing that is intended, leaves
    /// tokens in the mechanism that nobody can take out.
    Frozen = "frozen" ["changes"],
    /// No sequence of raw calls of `size` players, of whoever has a role, or of a newcomer pays while
    /// others react, and none makes the mechanism hold less than it owes.
    Attack = "attack" ["margin", "size", "changes"],
}

impl Property {
    /// What is asked if a scenario asks nothing.
    pub const USUAL: &'static [Property] = &[
        Property::Nash,
        Property::IndividualRationality,
        Property::Griefing,
        Property::Immunity,
        Property::Sybil,
        Property::Solvency,
        Property::Frozen,
        Property::Attack,
    ];

    /// The property of that name.
    pub fn find(name: &str) -> Option<Property> {
        Self::ALL.iter().copied().find(|property| property.name() == name)
    }

    /// Whether what it measures is an amount of tokens: else it is a number without a unit.
    pub fn is_amount(self) -> bool {
        !matches!(
            self,
            Property::Griefing
                | Property::Basin
                | Property::Uniqueness
                | Property::FeedbackStability
        )
    }

    /// Whether it is about sequences of calls.
    pub fn is_of_calls(self) -> bool {
        matches!(self, Property::ExitBeforePenalty | Property::Attack)
    }
}

/// A question of a scenario: a property's name, or a table of its terms.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of a property, or { property = …, … } with its terms"
)]
pub enum Requirement {
    /// On its usual terms.
    Usual(Property),
    /// On these.
    On(Box<Terms>),
}

impl Requirement {
    /// Its terms.
    pub fn terms(self) -> Terms {
        match self {
            Requirement::Usual(property) => Terms::of(property),
            Requirement::On(terms) => *terms,
        }
    }
}

/// A property, and the terms that it is asked on. Amounts are in the smallest unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The property.
    pub property: Property,
    /// How much there must be to spare; less than nothing lets so small a gain pass. 0 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin: Option<Whole>,
    /// Players in a coalition, or the most identities of one. If not said 2, 1 for attacks and
    /// immunity, and any number of identities for who deviates alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Whether members of a coalition can pay each other. They can, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_payments: Option<bool>,
    /// What a briber can spend. 0 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Whole>,
    /// What a briber can promise. As much as it can spend, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Whole>,
    /// The greatest griefing factor. 1 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Fraction>,
    /// What the harm is worth to whoever does it. 0 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profit: Option<Whole>,
    /// The least revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Fraction>,
    /// The least share of populations. 1/2 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Fraction>,
    /// By how many raw calls a deviation may differ from an option: 0 for none, else one and chains
    /// of more. 1 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<u32>,
    /// Rounds after a shock until what is steered has to be back. 10 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<u32>,
    /// How far from its target it may be then, as a part of it. 1/10 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Fraction>,
    /// How far it may ever be. Any distance if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe: Option<Fraction>,
    /// The name of the option that has a penalty. The one that is a briber's, if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
}

impl Terms {
    /// The usual terms of a property.
    pub fn of(property: Property) -> Self {
        Self {
            property,
            margin: None,
            size: None,
            side_payments: None,
            budget: None,
            promise: None,
            factor: None,
            profit: None,
            least: None,
            share: None,
            changes: None,
            within: None,
            band: None,
            safe: None,
            option: None,
        }
    }

    /// Whether raw calls are looked at.
    pub fn raw(&self) -> bool {
        self.property.terms().contains(&"changes") && self.changes != Some(0)
    }

    /// The margin, in the smallest unit.
    pub fn margin(&self) -> i128 {
        self.margin.map_or(0, |margin| margin.0)
    }

    /// Says which term the property does not have, or cannot have.
    pub fn check(&self) -> Result<(), Invalid> {
        let given = [
            ("margin", self.margin.is_some()),
            ("size", self.size.is_some()),
            ("side_payments", self.side_payments.is_some()),
            ("budget", self.budget.is_some()),
            ("promise", self.promise.is_some()),
            ("factor", self.factor.is_some()),
            ("profit", self.profit.is_some()),
            ("least", self.least.is_some()),
            ("share", self.share.is_some()),
            ("changes", self.changes.is_some()),
            ("within", self.within.is_some()),
            ("band", self.band.is_some()),
            ("safe", self.safe.is_some()),
            ("option", self.option.is_some()),
        ];
        let known = self.property.terms();
        for (term, _) in given.iter().filter(|(_, given)| *given) {
            let expected = match known {
                [] => format!("no terms for `{}`", self.property.name()),
                _ => format!("for `{}` one of {}", self.property.name(), known.join(", ")),
            };
            expect(known.contains(term), &format!(".{term}"), expected)?;
        }
        expect(self.changes.is_none_or(|changes| changes < 2), ".changes", "0 or 1")?;
        expect(self.size != Some(0), ".size", "at least one")?;
        let small = self.margin().unsigned_abs() <= 1 << 100;
        expect(small, ".margin", "at most 2^100 either way")?;
        // A search finds what gains; it cannot tell by how much all else costs.
        let told = !self.property.is_of_calls() || self.margin() <= 0;
        expect(told, ".margin", format!("at most 0 for `{}`", self.property.name()))?;
        let amounts =
            [(".budget", self.budget), (".promise", self.promise), (".profit", self.profit)];
        for (key, amount) in amounts {
            let sound = amount.is_none_or(|amount| (0..=1 << 100).contains(&amount.0));
            expect(sound, key, "an amount from 0 to 2^100")?;
        }
        let rounds = self.within.is_none_or(|rounds| (1..=WITHIN_MAX).contains(&rounds));
        expect(rounds, ".within", format!("1 to {WITHIN_MAX} rounds"))?;
        for (key, part) in [(".band", &self.band), (".safe", &self.safe)] {
            let sound = part.as_ref().is_none_or(|part| !part.0.is_negative());
            expect(sound, key, "at least 0")?;
        }
        let factor = self.factor.as_ref().is_none_or(|factor| !factor.0.is_negative());
        expect(factor, ".factor", "at least 0")?;
        let (none, all) = (exact::whole(0), exact::whole(1));
        let share = self.share.as_ref().is_none_or(|share| (&none..=&all).contains(&&share.0));
        expect(share, ".share", "a share from 0 to 1")
    }

    /// Whether the other asks for the same property on terms that say something else.
    pub fn contradicts(&self, other: &Terms) -> bool {
        let sizes = |terms: &Terms| Terms { size: None, side_payments: None, ..terms.clone() };
        let apart = (self.size, self.side_payments) != (other.size, other.side_payments);
        self.property == other.property && (!apart || sizes(self) != sizes(other))
    }
}

/// A whole number, below zero too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole(pub i128);

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let fraction = Fraction::deserialize(input)?;
        let whole = fraction.0.is_integer().then(|| fraction.0.to_integer());
        let whole = whole.and_then(|whole| i128::try_from(whole).ok());
        whole.map(Whole).ok_or_else(|| D::Error::custom("expected a whole number of tokens"))
    }
}

/// An exact fraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fraction(pub Rational);

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Fraction;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("a number, or a string with a number or a fraction such as \"1/3\"")
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Fraction, E> {
                Ok(Fraction(exact::whole(number.into())))
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Fraction, E> {
                Ok(Fraction(exact::whole(number.into())))
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Fraction, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Fraction, E> {
                let number = exact::parse(&text.replace('_', ""));
                let wrong = || E::invalid_value(serde::de::Unexpected::Str(text), &self);
                number.map(Fraction).ok_or_else(wrong)
            }
        }
        input.deserialize_any(Number)
    }
}
