//! `carrots prim`: in which box of a sweep's values something happens.

use super::output::{Format, Verdict, number, print, table};
use crate::mechanism::Catalogue;
use crate::rows::Cell;
use crate::sensitivity::{Boxed, Case, Limit, Prim, Tally};
use crate::sweep::{Axis, Sweep, head, kept, quoted, read_all};
use anyhow::bail;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// In which box of values does it happen? Scenario discovery, by patient rule induction (PRIM)
///
/// Of a sweep of any design: boxes that hold more and more of what is looked for among their points
/// (density) and less and less of all of it (coverage), and one of them with its limits.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of `carrots sweep --out` or `carrots merge`
    folder: PathBuf,
    /// What is looked for: COLUMN=VALUE, COLUMN<NUMBER or COLUMN>NUMBER, such as nash=violated; numbers as
    /// they stand in points.csv
    #[arg(long = "where", value_name = "CONDITION")]
    case: Case,
    /// The part of a box's points that a peel takes, or a paste puts back
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    peel: f64,
    /// The least part of all points in a box
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    support: f64,
    /// Choose the densest box that covers so much [default: that with the greatest harmonic mean of
    /// coverage and density]
    #[arg(long, value_name = "PART")]
    coverage: Option<f64>,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What was found.
struct Found<'a> {
    args: &'a Args,
    sweep: &'a Sweep<'a>,
    prim: Prim,
    left_out: usize,
    boxes: Vec<Boxed>,
    tallies: Vec<Tally>,
    /// Which of them.
    chosen: usize,
    /// That one with what was pasted back.
    pasted: Boxed,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    for (name, part) in [("peel", args.peel), ("support", args.support)] {
        if !(part > 0.0 && part < 1.0) {
            bail!("--{name} {part}: expected a part, above 0 and below 1");
        }
    }
    if let Some(part) = args.coverage.filter(|part| !(0.0..=1.0).contains(part)) {
        bail!("--coverage {part}: expected a part, from 0 to 1");
    }
    let sweep = kept(&args.folder, catalogue)?;
    let (keys, columns) = (1..=sweep.axes().len(), sweep.columns());
    let at = args.case.place(columns, sweep.axes().len())?;
    let (mut points, mut cases, mut left_out) = (Vec::new(), Vec::new(), 0);
    read_all(&args.folder, &sweep, |row| match args.case.is_so(&row[at]) {
        Some(is_so) => {
            points.push(row[keys.clone()].to_vec());
            cases.push(is_so);
        }
        None => left_out += 1,
    })?;
    if points.is_empty() {
        bail!("--where {}: no point says whether it is so", args.case);
    }
    let prim = Prim::new(&columns[keys], &points, cases);
    let boxes = prim.peeled(args.peel, args.support);
    let tallies: Vec<Tally> = boxes.iter().map(|one| prim.tally(one)).collect();
    let chosen = choose(&tallies, args.coverage);
    let pasted = prim.pasted(&boxes[chosen], args.peel);
    let found =
        Found { args: &args, sweep: &sweep, prim, left_out, boxes, tallies, chosen, pasted };
    print(&match args.format {
        Format::Table => found.page(),
        Format::Json => serde_json::to_string_pretty(&found.json())?,
    })?;
    Ok(Verdict::Holds)
}

/// The best, and of equals the first: that with the most points.
fn choose(tallies: &[Tally], coverage: Option<f64>) -> usize {
    let worth = |tally: &Tally| match coverage {
        None => tally.f1(),
        Some(least) if tally.coverage >= least => tally.density,
        Some(_) => -1.0,
    };
    let all = tallies.iter().map(worth).enumerate();
    let best = all.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(0, |(at, _)| at)
}

impl Found<'_> {
    fn limits(&self, one: &Boxed) -> Vec<(&Axis, usize, Limit)> {
        let keys = self.sweep.axes().iter().enumerate();
        keys.filter_map(|(key, axis)| Some((axis, key, self.prim.limit(one, key)?))).collect()
    }

    /// Every key, as `--vary` takes it, within the box.
    fn vary(&self) -> Vec<String> {
        let keys = self.sweep.axes().iter().enumerate();
        let within = |(key, axis): (usize, &Axis)| match self.prim.limit(&self.pasted, key) {
            None => axis.to_string(),
            Some(Limit::Span(low, high)) => axis.between(low.as_ref(), high.as_ref()).to_string(),
            Some(Limit::Words(words)) => axis.only(&words).to_string(),
        };
        keys.map(within).collect()
    }

    /// A command that sweeps inside.
    fn command(&self) -> String {
        let vary: String =
            self.vary().iter().map(|one| format!(" --vary {}", quoted(one))).collect();
        let head = head(Path::new(&self.args.folder));
        let points = self.sweep.count();
        let head = quoted(&head.display().to_string());
        format!("carrots sweep {head} --design latin --points {points}{vary}")
    }

    /// What a peel did.
    fn peeled(&self, at: usize) -> String {
        let before = at.checked_sub(1).map(|before| self.limits(&self.boxes[before]));
        let before = before.unwrap_or_default();
        let new = self.limits(&self.boxes[at]).into_iter().find(|one| !before.contains(one));
        new.map_or(String::new(), |(axis, _, limit)| format!("{} {}", axis.key, said(&limit)))
    }

    fn page(&self) -> String {
        let all = self.tallies[0];
        let folder = self.args.folder.display();
        let mut page =
            format!("{folder}: {} at {} of {} points", self.args.case, all.cases, all.points);
        if self.left_out > 0 {
            page += &format!("; at {} more it is not known", self.left_out);
        }
        let rows = self.tallies.iter().enumerate().map(|(at, tally)| {
            let mark = if at == self.chosen { format!("{at} *") } else { at.to_string() };
            let keys = self.limits(&self.boxes[at]).len().to_string();
            let parts = [tally.coverage, tally.density, tally.support].map(number);
            [mark, keys].into_iter().chain(parts).chain([self.peeled(at)]).collect()
        });
        let header = ["box", "keys", "coverage", "density", "support", "peeled to"];
        page += &format!("\n\n{}\n\n", table(&header, 0, rows));
        let limits = self.limits(&self.pasted);
        if limits.is_empty() {
            return page + "No box is better than all points.";
        }
        let tally = self.prim.tally(&self.pasted);
        page += &format!(
            "* {}; with what can be pasted back: coverage {}, density {}, support {}\n\n",
            self.rule(),
            number(tally.coverage),
            number(tally.density),
            number(tally.support)
        );
        let rows = limits.into_iter().map(|(axis, key, limit)| {
            let quasi_p = match self.prim.quasi_p(&self.pasted, key) {
                small if small < 1e-3 => format!("{small:.1e}"),
                other => number(other),
            };
            vec![axis.key.clone(), said(&limit), axis.spec(), quasi_p]
        });
        page += &table(&["key", "limit", "of", "quasi-p"], 1, rows);
        page + &format!("\n\nInside it, on new points:\n{}", self.command())
    }

    fn rule(&self) -> String {
        match self.args.coverage {
            None => "the greatest harmonic mean of coverage and density".into(),
            Some(part) => format!("the densest with a coverage of {part} at least"),
        }
    }

    fn json(&self) -> Value {
        let boxes = self.boxes.iter().zip(&self.tallies);
        let boxes: Vec<Value> = boxes.map(|(one, tally)| self.boxed(one, tally)).collect();
        let mut chosen = self.boxed(&self.pasted, &self.prim.tally(&self.pasted));
        chosen["box"] = self.chosen.into();
        chosen["rule"] = self.rule().into();
        chosen["is_pasted"] = (self.pasted != self.boxes[self.chosen]).into();
        chosen["vary"] = self.vary().into();
        chosen["command"] = self.command().into();
        json!({
            "where": self.args.case.to_string(),
            "points": self.tallies[0].points,
            "cases": self.tallies[0].cases,
            "left_out": self.left_out,
            "boxes": boxes,
            "chosen": chosen,
        })
    }

    fn boxed(&self, one: &Boxed, tally: &Tally) -> Value {
        let limits = self.limits(one).into_iter().map(|(axis, key, limit)| {
            let mut json = match limit {
                Limit::Span(low, high) => {
                    json!({ "from": low.map(json_of), "to": high.map(json_of) })
                }
                Limit::Words(words) => {
                    json!({ "values": words.into_iter().map(json_of).collect::<Vec<_>>() })
                }
            };
            json["key"] = axis.key.clone().into();
            json["quasi_p"] = self.prim.quasi_p(one, key).into();
            json
        });
        json!({
            "points": tally.points,
            "cases": tally.cases,
            "coverage": tally.coverage,
            "density": tally.density,
            "support": tally.support,
            "limits": limits.collect::<Vec<_>>(),
        })
    }
}

fn said(limit: &Limit) -> String {
    let number = |cell: &Cell| match cell {
        Cell::Number(one) => number(*one),
        other => other.to_string(),
    };
    match limit {
        Limit::Span(Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
        Limit::Span(Some(low), None) => format!(">= {}", number(low)),
        Limit::Span(None, Some(high)) => format!("<= {}", number(high)),
        Limit::Span(None, None) => String::new(),
        Limit::Words(words) => words.iter().map(Cell::to_string).collect::<Vec<_>>().join(", "),
    }
}

/// As rows of a sweep have it.
fn json_of(cell: Cell) -> Value {
    super::sweep::json(&cell).unwrap_or(Value::Null)
}
