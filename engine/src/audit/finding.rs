//! Answers.

use super::{Counterexample, Stopped, Terms};
use crate::exact::Rational;
use crate::scenario::Token;
use num_traits::Signed;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Whether a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At every point of the domain.
    Holds,
    /// Not at one.
    Violated,
    /// Nobody knows.
    Unknown,
}

impl Verdict {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Holds => "holds",
            Verdict::Violated => "violated",
            Verdict::Unknown => "unknown",
        }
    }
}

/// The answer to a question.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Which variant of the scenario it is about: what is put over it; nothing for itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// The property, and its terms.
    #[serde(flatten)]
    pub terms: Terms,
    /// Whether it holds.
    pub verdict: Verdict,
    /// The verdict that the scenario expects, if it expects one.
    pub expected: Option<Verdict>,
    /// How that is known: `exhaustive`, `proved` with the argument, or what was tried.
    pub method: String,
    /// What the verdict is about.
    pub domain: String,
    /// The options of players that were tried, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Options of players that were not tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_tried: Vec<String>,
    /// Who was trusted with its role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trusted: Vec<String>,
    /// Messages that somebody called with success in raw deviations or without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages_called: Vec<&'static str>,
    /// Messages that nobody ever called with success.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messages_never: Vec<&'static str>,
    /// Errors by which the rules refused a call of an intruder's, or one in a play of some option.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors_given: Vec<&'static str>,
    /// Errors by which they refused none of these calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors_never: Vec<&'static str>,
    /// Which messages each intruder can call, by a single call between those of others; nothing where
    /// not all were tried.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted: BTreeMap<String, Vec<&'static str>>,
    /// What amounts are in, where they are shown.
    pub token: Token,
    /// Points of the domain that were checked.
    pub checked: u64,
    /// The greatest gain of a deviation, or what else the property measures, in the smallest unit.
    #[serde(serialize_with = "fraction")]
    pub gain: Option<Rational>,
    /// The same of everyone, by whom and by what: what an option or a single call gains it, or what it
    /// loses by one; where no more than rounding, not told.
    #[serde(serialize_with = "fractions", skip_serializing_if = "BTreeMap::is_empty")]
    pub each: BTreeMap<String, Rational>,
    /// What was measured, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// How the property is broken.
    pub counterexample: Option<Counterexample>,
}

pub(super) fn fraction<S: serde::Serializer>(
    number: &Option<Rational>,
    out: S,
) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => out.collect_str(number),
        None => out.serialize_none(),
    }
}

fn fractions<S: serde::Serializer>(
    each: &BTreeMap<String, Rational>,
    out: S,
) -> Result<S::Ok, S::Error> {
    out.collect_map(each.iter().map(|(name, number)| (name, number.to_string())))
}

impl Finding {
    /// It holds at every point that was checked, and these are all of the domain.
    pub fn holds(terms: &Terms, method: impl Into<String>, domain: String, checked: u64) -> Self {
        Self {
            variant: String::new(),
            terms: terms.clone(),
            verdict: Verdict::Holds,
            expected: None,
            method: method.into(),
            domain,
            options: Vec::new(),
            not_tried: Vec::new(),
            trusted: Vec::new(),
            messages_called: Vec::new(),
            messages_never: Vec::new(),
            errors_given: Vec::new(),
            errors_never: Vec::new(),
            accepted: BTreeMap::new(),
            token: Token::default(),
            checked,
            gain: None,
            each: BTreeMap::new(),
            said: String::new(),
            counterexample: None,
        }
    }

    /// Nobody knows, since the search was stopped.
    pub fn stopped(terms: &Terms, why: Stopped, domain: String, checked: u64) -> Self {
        let holds = Self::holds(terms, why.to_string(), domain, checked);
        Self { verdict: Verdict::Unknown, ..holds }
    }

    /// Whether the scenario expects another verdict.
    pub fn surprises(&self) -> bool {
        self.expected.is_some_and(|expected| expected != self.verdict)
    }

    /// With more that was looked at.
    pub fn within(mut self, more: String) -> Self {
        if !self.domain.is_empty() {
            self.domain.push_str("; ");
        }
        self.domain.push_str(&more);
        self
    }

    /// With the options that were tried, of all that there are.
    pub fn tried(&mut self, tried: &BTreeSet<String>, all: BTreeSet<String>) {
        self.not_tried = all.difference(tried).cloned().collect();
        self.options = tried.iter().cloned().collect();
    }

    /// It is violated.
    pub fn violated(self, counterexample: Option<Counterexample>) -> Self {
        Self { verdict: Verdict::Violated, counterexample, ..self }
    }

    /// With what was measured.
    pub fn measured(self, gain: Rational, said: impl Into<String>) -> Self {
        Self { gain: Some(gain), said: said.into(), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let Self { terms, verdict, method, domain, checked, .. } = self;
        write!(out, "{}: {}", terms.property.name(), verdict.name())?;
        if let (true, Some(expected)) = (self.surprises(), self.expected) {
            write!(out, ", expected {}", expected.name())?;
        }
        write!(out, " ({method}")?;
        if !domain.is_empty() {
            write!(out, "; {domain}")?;
        }
        if !self.options.is_empty() {
            write!(out, "; {} options", self.options.len())?;
        }
        write!(out, "; {checked} checked)")?;
        if !self.not_tried.is_empty() {
            write!(out, "\n  not tried: {}", some(&self.not_tried))?;
        }
        if !self.trusted.is_empty() {
            write!(out, "\n  trusted: {}", self.trusted.join(", "))?;
        }
        if !self.messages_never.is_empty() {
            write!(out, "\n  never called with success: {}", self.messages_never.join(", "))?;
        }
        if !self.errors_never.is_empty() {
            write!(out, "\n  errors that no call of these gave: {}", self.errors_never.join(", "))?;
        }
        if !self.said.is_empty() {
            write!(out, "\n  {}", self.said)?;
        }
        if self.verdict == Verdict::Violated && self.each.len() > 1 {
            let mut each: Vec<_> =
                self.each.iter().filter(|(_, amount)| amount.is_positive()).collect();
            each.sort_by(|(_, one), (_, other)| other.cmp(one));
            let shown = |(by, amount): (&String, &Rational)| {
                format!("{by} {}", self.token.show_exact(amount))
            };
            let each: Vec<String> = each.into_iter().map(shown).collect();
            write!(out, "\n  of each: {}", some(&each))?;
        }
        match &self.counterexample {
            Some(counterexample) => {
                writeln!(out)?;
                counterexample.write(&self.token, out)
            }
            None => Ok(()),
        }
    }
}

/// The first few of some names.
fn some(names: &[String]) -> String {
    const MOST: usize = 6;
    let first = names.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match names.len() {
        ..=MOST => first,
        all => format!("{first}, and {} more", all - MOST),
    }
}
