//! What an audit found.

use super::figure::Table;
use super::section::{Section, SourceError, unit_of};
use crate::mechanism::Catalogue;
use crate::scenario::{Document, Token};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// What `audit --out` writes of all findings.
pub const FILE: &str = "audit.json";

/// All findings of an audit, as its folder has them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Audited {
    /// The scenario as it is audited, overrides included.
    pub scenario: String,
    /// What is put over it beside what it says.
    pub command: String,
    /// The findings.
    pub findings: Vec<Told>,
}

/// A finding, told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told {
    /// The property, with the variant that it is about.
    pub property: String,
    /// `holds`, `violated` or `unknown`.
    pub verdict: String,
    /// The verdict that the scenario expects.
    pub expected: Option<String>,
    /// Points of the domain that were checked.
    pub checked: u64,
    /// What was measured, with its unit.
    pub measured: Option<String>,
    /// The finding in words.
    pub words: String,
    /// The counterexample.
    pub trace: Option<Value>,
}

/// Reads a folder.
pub fn section(folder: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let path = folder.join(FILE);
    let wrong = |error: String| SourceError::Wrong(path.clone(), error);
    let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let audited: Audited = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let document = Document::parse(path.display().to_string(), audited.scenario.clone(), &[])?;
    let token: Token = document.token();
    let row = |told: &Told| {
        let Told { property, verdict, expected, checked, measured, .. } = told;
        let measured = measured.clone().unwrap_or_default();
        let expected = expected.clone().unwrap_or_default();
        vec![property.clone(), signed(verdict), signed(&expected), checked.to_string(), measured]
    };
    let header = ["property", "verdict", "expected", "checked", "measured"];
    let verdicts = Table {
        header: header.map(String::from).into(),
        rows: audited.findings.iter().map(row).collect(),
        more: 0,
    };
    let mut told = Vec::new();
    for Told { property, verdict, words, trace, .. } in audited.findings {
        let steps = trace.map(|trace| steps(&trace, catalogue)).transpose().map_err(wrong)?;
        told.push((format!("{property}: {verdict}"), words, steps));
    }
    Ok(Section {
        title: format!("{}: does the intended behaviour hold?", document.mechanism()?),
        about: format!(
            "Intended is {}. Amounts are in {}. A property holds for everything in the domain that it names, by exact \
             arithmetic; what was not looked at is said.",
            document.intended(),
            unit_of(&token)
        ),
        tables: vec![("Verdicts".into(), verdicts)],
        figures: Vec::new(),
        told,
        again: audited.command,
        scenario: audited.scenario,
    })
}

/// A verdict with a sign.
fn signed(verdict: &str) -> String {
    let sign = match verdict {
        "holds" => "✓ ",
        "violated" => "✗ ",
        "unknown" => "? ",
        _ => "",
    };
    format!("{sign}{verdict}")
}

/// The calls of a counterexample and what came of them, played in memory.
fn steps(trace: &Value, catalogue: Catalogue) -> Result<Table, String> {
    let mut player = catalogue.replay(&trace.to_string()).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    while let Some(played) = player.play() {
        rows.push(vec![rows.len().to_string(), played.step, played.result]);
    }
    let header = ["step", "call", "result"].map(String::from).into();
    Ok(Table { header, rows, more: 0 })
}
