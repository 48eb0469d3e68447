//! Scenarios side by side, point by point.

use super::figure::{Figure, Key, Source, figures, phases};
use super::section::{Section, SourceError, unit_of};
use super::swept::{problems, question};
use crate::compare::{Phases, head};
use crate::mechanism::Catalogue;
use crate::rows::Logged;
use crate::sweep::Tabled;
use std::path::Path;

/// Reads a folder.
pub fn section(folder: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let compared = Phases::read(folder, catalogue)?;
    let columns = compared.columns().to_vec();
    let rows = Logged::open(&folder.join("points.csv"), &columns)?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let keys: Vec<Key> = compared.axes().iter().map(Key::of).collect();
    let rivals = compared.rivals();
    let token = rivals.iter().next().expect("there are two").document.token();
    let source = Source { keys, token, columns, rows };
    let (names, asked) = (rivals.names().join(", "), compared.asked());
    let better = if asked.less { "less" } else { "more" };
    let mut drawn: Vec<Figure> = phases(&source, &rivals.names()).into_iter().collect();
    drawn.extend(figures(&source));
    Ok(Section {
        title: format!("{names}: {}", question(&source.keys)),
        about: format!(
            "Who has {better} {}, at {} points; every run of a scenario has the random numbers of the same run of \
             the others. Where the 95 % interval of a difference holds zero, nobody is better for sure. \
             Amounts are in {}.",
            asked.of,
            source.rows.len(),
            unit_of(&source.token)
        ),
        tables: problems(&source),
        figures: drawn,
        told: Vec::new(),
        again: format!(
            "The commands of both sides of each point stand in {}; {} says what is compared.",
            folder.join("points.csv").display(),
            head(folder).display()
        ),
        scenario: compared.text(),
    })
}
