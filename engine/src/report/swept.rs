//! Points of a sweep.

use super::figure::{Key, Source, Table, figures};
use super::section::{Section, SourceError, unit_of};
use super::tornado::tornados;
use crate::mechanism::Catalogue;
use crate::rows::{Cell, Logged};
use crate::scenario::Document;
use crate::sweep::{Asked, Sweep, Tabled, head};
use std::path::Path;

/// Points with a problem that are shown.
const PROBLEMS: usize = 20;

/// Reads a folder.
pub fn section(folder: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let (mut section, [there, missing]) = rows_of(folder, &head(folder), catalogue)?;
    let mut about = format!("{there} points. ");
    if missing > 0 {
        about += &format!("{missing} more are not there yet. ");
    }
    section.about.insert_str(0, &about);
    Ok(section)
}

/// Rows in a folder of what a file there says; how many there are, and how many are not.
pub fn rows_of(
    folder: &Path,
    head: &Path,
    catalogue: Catalogue,
) -> Result<(Section, [u64; 2]), SourceError> {
    let document = Document::read(head, &[])?;
    let asked = Asked::of(&document)?;
    let (mechanism, token) = (document.mechanism()?.to_string(), document.token());
    let intended = document.intended().to_string();
    let sweep = Sweep::new(document, catalogue, asked)?;
    let columns = sweep.columns().to_vec();
    let rows = Logged::open(&folder.join("points.csv"), &columns)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let source = Source { keys: sweep.axes().iter().map(Key::of).collect(), token, columns, rows };
    let mut drawn = tornados(&source.columns, &source.rows, sweep.points(), &source.token);
    drawn.extend(figures(&source));
    let there = source.rows.len() as u64;
    let missing = sweep.count().saturating_sub(there);
    let about = format!(
        "Intended is {intended}. Amounts are in {}; all points have the same seed.",
        unit_of(&source.token)
    );
    let section = Section {
        title: format!("{mechanism}: {}", question(&source.keys)),
        about,
        tables: problems(&source),
        figures: drawn,
        told: Vec::new(),
        again: format!(
            "carrots sweep FILE --out FOLDER makes the same rows again, carrots report FOLDER --out page.html \
             this page; FILE is the scenario below. Each row of {} has the command of its own point.",
            folder.join("points.csv").display()
        ),
        scenario: std::fs::read_to_string(head).unwrap_or_else(|_| sweep.text()),
    };
    Ok((section, [there, missing]))
}

/// What is asked where keys are varied.
pub fn question(keys: &[Key]) -> String {
    let keys: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    match keys.split_last() {
        None => "what comes of it".into(),
        Some((last, [])) => format!("what comes of {last}"),
        Some((last, others)) => format!("what comes of {} and {last}", others.join(", ")),
    }
}

/// The points with a problem, if there are any.
pub fn problems(source: &Source) -> Vec<(String, Table)> {
    let place = source.columns.iter().position(|column| column.name == "problem");
    let with = source.rows.iter().filter(|row| place.is_some_and(|at| row[at] != Cell::None));
    let keys: Vec<usize> = (1..=source.keys.len()).chain(place).collect();
    let rows: Vec<Vec<String>> =
        with.map(|row| keys.iter().map(|at| row[*at].to_string()).collect()).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let table = Table {
        header: keys.iter().map(|at| source.columns[*at].name.clone()).collect(),
        more: rows.len().saturating_sub(PROBLEMS),
        rows: rows.into_iter().take(PROBLEMS).collect(),
    };
    vec![("Points with a problem".into(), table)]
}
