//! `carrots sensitivity`: which keys of a sweep matter.

use super::output::{Format, Verdict, number, print, table};
use crate::mechanism::Catalogue;
use crate::rows::Cell;
use crate::scenario::Token;
use crate::sensitivity::{Influence, Influences, OfKey, RESAMPLES, influences, series};
use crate::sweep::{kept, read_all};
use anyhow::Context;
use std::path::PathBuf;

/// Which keys matter: elementary effects, or parts of the variance
///
/// Of a sweep with --design morris: mu*, the mean size of a key's elementary effects, each for its whole range,
/// with a 95 % interval; mu, their mean with signs; sigma, their standard deviation, which is zero where
/// the key acts alone and by the same everywhere. With --design saltelli: the parts of the variance that a key
/// makes with others (total) and alone (first).
#[derive(clap::Args)]
pub struct Args {
    /// Folder of `carrots sweep --out` or `carrots merge`
    folder: PathBuf,
    /// Of this column; can be repeated [default: metrics, payoffs, verdicts (1 where violated), what
    /// properties measure, borders]
    #[arg(long, value_name = "COLUMN")]
    of: Vec<String>,
    /// How to print the result; in JSON amounts are in the smallest unit
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let sweep = kept(&args.folder, catalogue)?;
    let of = || args.folder.display().to_string();
    let mut all = series(sweep.columns(), sweep.axes().len(), &args.of)?;
    let none = influences(sweep.points(), &[]).with_context(of)?;
    let at = sweep.columns().iter().position(|column| column.name == "problem");
    let mut problems: Vec<String> = Vec::new();
    read_all(&args.folder, &sweep, |row| {
        all.iter_mut().for_each(|one| one.add(row));
        if let Some(Cell::Text(problem)) = at.map(|at| &row[at]) {
            problems.push(problem.clone());
        }
    })?;
    let found = influences(sweep.points(), &all).unwrap_or(none);
    match args.format {
        Format::Table => print(&page(&of(), &found, &sweep.token(), &problems))?,
        Format::Json => {
            let mut json = serde_json::to_value(&found)?;
            json["resamples"] = RESAMPLES.into();
            json["seed"] = sweep.points().seed().into();
            json["problems"] = problems.len().into();
            print(&serde_json::to_string_pretty(&json)?)?;
        }
    }
    Ok(Verdict::Holds)
}

fn page(folder: &str, found: &Influences, token: &Token, problems: &[String]) -> String {
    let (design, group) = (found.design, found.group());
    let mut page =
        format!("{folder}: {design}, {} {group}, {} points\n\n", found.groups, found.points);
    let header = [&["column", "key"], found.names()].concat();
    page += &table(&header, 2, found.columns.iter().flat_map(|one| rows(one, token)));
    page += "\n\n";
    for one in found.columns.iter().filter(|one| one.keys.is_empty()) {
        page += &match one.constant {
            Some(constant) => {
                format!("{}: the same everywhere, {}\n", one.column, number(constant))
            }
            None if one.used < 2 => format!("{}: too few numbers\n", one.column),
            None => format!("{}: it differs at too few points for a variance\n", one.column),
        };
    }
    for one in found.columns.iter().filter(|one| one.left_out > 0) {
        page += &format!(
            "{}: {} of {} {group} are left out, in which a point has no number\n",
            one.column, one.left_out, found.groups
        );
    }
    if let [first, ..] = problems {
        page += &format!("{} points have a problem; the first: {first}\n", problems.len());
    }
    page += match found.design {
        "morris" => {
            "In the unit of the column, for a move over the whole range of a key, or in a list to a later value."
        }
        _ => "Parts of the variance. An index below zero is one near zero.",
    };
    page + &format!(" Intervals: {RESAMPLES} resamples of {group}.")
}

fn rows(one: &Influence, token: &Token) -> Vec<Vec<String>> {
    let (scale, unit) = one.scale(token);
    let row = |(at, of): (usize, &OfKey)| {
        let column = if at == 0 { format!("{}{unit}", one.column) } else { String::new() };
        let numbers = of.measure.numbers().into_iter().map(|one| number(one / scale));
        [column, of.key.clone()].into_iter().chain(numbers).collect()
    };
    one.keys.iter().enumerate().map(row).collect()
}
