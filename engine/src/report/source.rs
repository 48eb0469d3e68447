//! What is in a folder of results.

use crate::mechanism::Catalogue;
use crate::rows::{Cell, Column, LogError, Logged};
use crate::scenario::{Document, ScenarioError, Token};
use crate::sweep::{Asked, Points, Sweep, SweepError, head};
use std::path::{Path, PathBuf};

/// Rows of results, and what they are of.
#[derive(Debug)]
pub struct Source {
    /// The folder.
    pub folder: PathBuf,
    /// The mechanism.
    pub mechanism: String,
    /// What is swept, as a scenario that says so.
    pub text: String,
    /// The keys that are varied, whether they are numbers, and whether their steps are factors.
    pub keys: Vec<Key>,
    /// Which points there are.
    pub points: Points,
    /// How amounts are shown.
    pub token: Token,
    /// The behaviour that is intended.
    pub intended: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// Points that are not there yet.
    pub missing: u64,
}

/// A key that is varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Whether steps are factors.
    pub log: bool,
}

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It holds nothing that is known.
    #[error("{0}: expected a folder of `carrots sweep --out`, or of `carrots merge`")]
    Unknown(PathBuf),
    /// Its scenario is wrong.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// What it says to be swept is.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// Its rows are.
    #[error(transparent)]
    Rows(#[from] LogError),
}

/// Reads a folder.
pub fn read(folder: &Path, catalogue: Catalogue) -> Result<Source, SourceError> {
    let path = head(folder);
    if !path.exists() || !folder.join("points.csv").exists() {
        return Err(SourceError::Unknown(folder.into()));
    }
    let document = Document::read(&path, &[])?;
    let asked = Asked::of(&document)?;
    let string = |table: &str, key: &str| {
        let value = document.table().get(table).and_then(|table| table.get(key)?.as_str());
        value.unwrap_or_default().to_string()
    };
    let decimals =
        document.table().get("token").and_then(|token| token.get("decimals")?.as_integer());
    let decimals = decimals.and_then(|decimals| decimals.try_into().ok()).unwrap_or(0);
    let token = Token { name: string("token", "name"), decimals };
    let (mechanism, intended) = (document.mechanism()?.to_string(), string("intended", "strategy"));
    let sweep = Sweep::new(document, catalogue, asked)?;
    let columns = sweep.columns().to_vec();
    let rows = Logged::open(&folder.join("points.csv"), &columns)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let keys = sweep.axes().iter().map(|axis| Key { name: axis.key.clone(), log: axis.is_log() });
    Ok(Source {
        folder: folder.into(),
        mechanism,
        text: sweep.text(),
        keys: keys.collect(),
        points: sweep.points().clone(),
        token,
        intended,
        missing: sweep.count().saturating_sub(rows.len() as u64),
        columns,
        rows,
    })
}
