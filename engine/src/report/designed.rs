//! What a design found.

use super::figure::Table;
use super::section::{Section, SourceError};
use super::swept::rows_of;
use crate::design::{Divided, FILE};
use crate::mechanism::Catalogue;
use crate::sweep::{Tabled, head};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Best points that are shown.
const SHOWN: usize = 40;

/// What is read of it again.
#[derive(Deserialize)]
struct Found {
    goals: Vec<String>,
    points: Counts,
    stopped: bool,
    probes: Option<u64>,
    best: Vec<Best>,
    room: Vec<Room>,
    conflict: Vec<Conflict>,
}

#[derive(Deserialize)]
struct Counts {
    all: u64,
    computed: u64,
    met: u64,
    unknown: u64,
}

type Values = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Best {
    values: Values,
    goals: BTreeMap<String, Measured>,
}

#[derive(Deserialize)]
struct Measured {
    measured: serde_json::Value,
}

#[derive(Deserialize)]
struct Room {
    key: String,
    down: Side,
    up: Side,
}

#[derive(Deserialize)]
struct Side {
    last: String,
    broken: Option<Broken>,
}

#[derive(Deserialize)]
struct Broken {
    values: Values,
    goals: Vec<String>,
}

#[derive(Deserialize)]
struct Conflict {
    goal: String,
    relaxed: Option<Relaxed>,
}

#[derive(Deserialize)]
struct Relaxed {
    values: Values,
    measured: serde_json::Value,
}

/// Reads a folder.
pub fn section(folder: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let path = folder.join(FILE);
    let wrong = |error: String| SourceError::Wrong(path.clone(), error);
    let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let found: Found = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let divided = folder.join(Divided::HEAD);
    let is_divided = divided.exists();
    let head = if is_divided { divided } else { head(folder) };
    let (mut section, _) = rows_of(folder, &head, catalogue)?;
    let (mechanism, _) = section.title.split_once(':').unwrap_or(("", ""));
    section.title = format!("{mechanism}: what meets {}", found.goals.join(", "));
    section.about = format!("{}{}", found.about(), section.about);
    if is_divided {
        section.again = section.again.replace("carrots sweep FILE", "carrots design FILE");
    }
    section.tables.splice(0..0, found.tables());
    Ok(section)
}

impl Found {
    fn about(&self) -> String {
        let Counts { all, computed, met, unknown } = self.points;
        let mut about = format!("Of {all} points {met} meet all goals");
        if unknown > 0 {
            about += &format!(", and of {unknown} that is not known");
        }
        about += &format!(". {computed} were computed");
        if let Some(probes) = self.probes {
            about += &format!(
                ", of these {probes} drawn from what was decided without them; each goal is taken to be monotone along \
                 each key as long as none of them says otherwise"
            );
        }
        about += if self.stopped { ". It was stopped before it was done. " } else { ". " };
        about
    }

    fn tables(&self) -> Vec<(String, Table)> {
        let mut tables = Vec::new();
        if let Some(first) = self.best.first() {
            let header = first.values.keys().chain(&self.goals).cloned().collect();
            let row = |best: &Best| {
                let measured = self.goals.iter().map(|goal| shown(&best.goals[goal].measured));
                best.values.values().cloned().chain(measured).collect()
            };
            let rows = self.best.iter().take(SHOWN).map(row).collect();
            let more = self.best.len().saturating_sub(SHOWN);
            tables.push(("Best, with what was measured".into(), Table { header, rows, more }));
        }
        let side = |key: &str, side: &Side| match &side.broken {
            None => "no value".to_string(),
            Some(Broken { values, goals }) if goals.is_empty() => {
                format!("{}: cannot be played", values[key])
            }
            Some(Broken { values, goals }) => format!("{}: {}", values[key], goals.join(", ")),
        };
        let room = |Room { key, down, up }: &Room| {
            vec![key.clone(), down.last.clone(), up.last.clone(), side(key, down), side(key, up)]
        };
        let conflict = |Conflict { goal, relaxed }: &Conflict| match relaxed {
            None => vec![goal.clone(), "the others cannot be met, either".into(), String::new()],
            Some(Relaxed { values, measured }) => {
                let values: Vec<String> =
                    values.iter().map(|(key, value)| format!("{key}={value}")).collect();
                vec![goal.clone(), values.join(" "), shown(measured)]
            }
        };
        let mut add = |title: &str, header: &[&str], rows: Vec<Vec<String>>| {
            let header = header.iter().map(ToString::to_string).collect();
            if !rows.is_empty() {
                tables.push((title.into(), Table { header, rows, more: 0 }));
            }
        };
        let moves = ["key", "from", "to", "below it breaks", "above it breaks"];
        add("How far each key can move alone", &moves, self.room.iter().map(room).collect());
        let missed = ["goal", "missed by least with", "measured"];
        let rows = self.conflict.iter().map(conflict).collect();
        add("No point meets all of these", &missed, rows);
        tables
    }
}

/// What was measured, as it is written; nothing if nothing was.
fn shown(measured: &serde_json::Value) -> String {
    match measured {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
