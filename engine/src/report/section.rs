//! A part of a page, whatever it is of.

use super::figure::{Figure, Table};
use super::picture;
use crate::compare::CompareError;
use crate::rows::{LogError, ReadError};
use crate::scenario::{ScenarioError, Token};
use crate::sweep::SweepError;
use std::path::PathBuf;

/// Letters of a picture's name, at most.
const NAME_MAX: usize = 100;

/// What is told of some results.
#[derive(Clone, Debug)]
pub struct Section {
    /// The question.
    pub title: String,
    /// What it is about, in some sentences.
    pub about: String,
    /// Tables with their titles that come first.
    pub tables: Vec<(String, Table)>,
    /// Plots.
    pub figures: Vec<Figure>,
    /// What is told in words: titles, lines as they are printed, and steps if there are any.
    pub told: Vec<(String, String, Option<Table>)>,
    /// How to make the same again.
    pub again: String,
    /// The scenario, with all parameters.
    pub scenario: String,
}

/// Why results cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// They are nothing that is known.
    #[error(
        "{0}: expected a folder of --out of sweep, merge, compare, design, simulate or audit, or a .parquet of \
         simulate --trace or --agents"
    )]
    Unknown(PathBuf),
    /// They are parts of something.
    #[error(
        "{0}: holds shards, or no rows yet: expected what `carrots merge` makes of all of them"
    )]
    Shards(PathBuf),
    /// A scenario is wrong.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// What is swept is.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// What is compared is.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// Rows are.
    #[error(transparent)]
    Rows(#[from] LogError),
    /// A file is.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Something in a file is not as it was written.
    #[error("{0}: {1}")]
    Wrong(PathBuf, String),
}

impl Section {
    /// Its plots as pictures by themselves: names for files, of letters, digits and `-`, and SVG.
    pub fn pictures(&self) -> Vec<(String, String)> {
        let name = |title: &str| {
            let plain = title.replace(|c: char| !c.is_alphanumeric() && c != '_', "-");
            let plain =
                plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
            plain.chars().take(NAME_MAX).collect::<String>()
        };
        let mut all: Vec<(String, String)> = Vec::new();
        for figure in &self.figures {
            let plain = name(&figure.title);
            let numbers = (2..).map(|number| format!("{plain}-{number}"));
            let mut names = std::iter::once(plain.clone()).chain(numbers);
            let free = names.find(|name| all.iter().all(|(other, _)| other != name));
            all.push((free.expect("there are more names"), picture::svg(&figure.plot)));
        }
        all
    }
}

/// In what amounts are shown, in words.
pub fn unit_of(token: &Token) -> &str {
    match token.name.as_str() {
        "" => "the smallest unit",
        name => name,
    }
}
