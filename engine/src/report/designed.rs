//! What a design found.

use super::figure::{Figure, Table};
use super::plot::{Region, regions};
use super::section::{Section, SourceError};
use super::swept::rows_of;
use crate::design::{FILE, Picked};
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
    scenario: String,
    goals: Vec<String>,
    points: Counts,
    stopped: bool,
    searched: bool,
    probes: Option<u64>,
    picture: Option<Picture>,
    closed_forms: Vec<ClosedForm>,
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

#[derive(Deserialize)]
struct Picture {
    keys: [Key; 2],
    parts: Vec<Part>,
    best: Vec<[usize; 2]>,
}

#[derive(Deserialize)]
struct Key {
    key: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
struct Part {
    low: [usize; 2],
    high: [usize; 2],
    met: Option<bool>,
}

#[derive(Deserialize)]
struct ClosedForm {
    goal: String,
    formula: String,
    source: String,
    points: u64,
    other: Vec<Values>,
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
    let picked = folder.join(Picked::HEAD);
    let is_picked = picked.exists();
    let head = if is_picked { picked } else { head(folder) };
    let (mut section, _) = rows_of(folder, &head, catalogue)?;
    let (mechanism, _) = section.title.split_once(':').unwrap_or(("", ""));
    section.title =
        format!("{mechanism}: what meets {} ({})", found.goals.join(", "), found.scenario);
    section.about = format!("{}{}", found.about(), section.about);
    if is_picked {
        section.again = section.again.replace("carrots sweep FILE", "carrots design FILE");
    }
    section.tables.splice(0..0, found.tables());
    section.figures.splice(0..0, found.picture.as_ref().map(Picture::figure));
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
        if self.searched {
            about += ", chosen by a search";
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
        let beside = |form: &ClosedForm| {
            let ClosedForm { goal, formula, source, points, other } = form;
            let same = format!("{} of {points}", points - other.len() as u64);
            vec![goal.clone(), formula.clone(), source.clone(), same]
        };
        let moves = ["key", "from", "to", "below it breaks", "above it breaks"];
        let forms = self.closed_forms.iter().map(beside).collect();
        add(
            "Closed forms",
            &["goal", "met where", "source", "points of which it says the same"],
            forms,
        );
        add("How far each key can move alone", &moves, self.room.iter().map(room).collect());
        let missed = ["goal", "missed by least with", "measured"];
        let rows = self.conflict.iter().map(conflict).collect();
        add("No point meets all of these", &missed, rows);
        tables
    }
}

/// How a part of the box is told from others: by whether its points meet the goals.
const SIGNS: [&str; 3] = ["?", "✗", "✓"];

impl Picture {
    /// The box, part by part.
    fn figure(&self) -> Figure {
        let region = |Part { low, high, met }: &Part| {
            let kind = met.map_or(0, |met| 1 + usize::from(met));
            Region { low: *low, high: *high, kind }
        };
        let parts: Vec<Region> = self.parts.iter().map(region).collect();
        let [across, up] = &self.keys;
        let span = |Key { key, values }: &Key, low: usize, high: usize| match low == high {
            true => format!("{key}={}", values[low]),
            false => format!("{key}={}..{}", values[low], values[high]),
        };
        let row = |region: &Region| {
            let [x, y] = [0, 1].map(|at| span(&self.keys[at], region.low[at], region.high[at]));
            vec![x, y, SIGNS[region.kind].to_string()]
        };
        let header = [across.key.as_str(), &up.key, "meets the goals"].map(String::from).into();
        Figure {
            title: "Where the goals are met".into(),
            note: "✓: all goals are met, ✗: one is missed, ?: not known. Dots are the best points."
                .into(),
            plot: regions(
                [&across.key, &up.key],
                [&across.values, &up.values],
                &SIGNS,
                &parts,
                &self.best,
            ),
            table: Table {
                header,
                rows: parts.iter().take(SHOWN).map(row).collect(),
                more: parts.len().saturating_sub(SHOWN),
            },
        }
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
