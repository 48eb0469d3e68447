//! Answers.

use super::{Counterexample, Stopped, Terms};
use crate::games::exact::Rational;
use serde::Serialize;
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
    /// The property, and its terms.
    #[serde(flatten)]
    pub terms: Terms,
    /// Whether it holds.
    pub verdict: Verdict,
    /// How that is known: `exhaustive`, `proved` with the argument, or what was tried.
    pub method: String,
    /// What the verdict is about.
    pub domain: String,
    /// Points of the domain that were checked.
    pub checked: u64,
    /// The greatest gain of a deviation, or what else the property measures, in the smallest unit.
    #[serde(serialize_with = "fraction")]
    pub gain: Option<Rational>,
    /// What was measured, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub said: String,
    /// How the property is broken.
    pub counterexample: Option<Counterexample>,
}

fn fraction<S: serde::Serializer>(number: &Option<Rational>, out: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => out.collect_str(number),
        None => out.serialize_none(),
    }
}

impl Finding {
    /// It holds at every point that was checked, and these are all of the domain.
    pub fn holds(terms: &Terms, method: impl Into<String>, domain: String, checked: u64) -> Self {
        Self {
            terms: terms.clone(),
            verdict: Verdict::Holds,
            method: method.into(),
            domain,
            checked,
            gain: None,
            said: String::new(),
            counterexample: None,
        }
    }

    /// Nobody knows, since the search was stopped.
    pub fn stopped(terms: &Terms, why: Stopped, domain: String, checked: u64) -> Self {
        let holds = Self::holds(terms, why.to_string(), domain, checked);
        Self { verdict: Verdict::Unknown, ..holds }
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
        write!(out, "{}: {} ({method}", terms.property.name(), verdict.name())?;
        if !domain.is_empty() {
            write!(out, "; {domain}")?;
        }
        write!(out, "; {checked} checked)")?;
        if !self.said.is_empty() {
            write!(out, "\n  {}", self.said)?;
        }
        match &self.counterexample {
            Some(counterexample) => write!(out, "\n{counterexample}"),
            None => Ok(()),
        }
    }
}
