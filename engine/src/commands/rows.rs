//! How commands print rows.

use super::output::{number, print, table};
use crate::rows::{Cell, Column, CsvRows, Kind, ParquetRows, Rows};
use crate::sweep::{Axis, Tabled};
use anyhow::{anyhow, bail};
use clap::ValueEnum;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use textplots::{Chart, Plot as _, Shape};

/// How a command with rows prints them.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
    Parquet,
}

/// Rows that are shown in a table.
const SHOWN: u64 = 40;

/// What a table for people says.
pub struct Shown<'a> {
    /// What it is of.
    pub title: &'a str,
    /// The keys that are varied: their columns come first.
    pub axes: &'a [Axis],
    /// Those that come then; none for the usual ones.
    pub show: &'a [String],
    /// A column that is drawn over the first key with numbers.
    pub plot: Option<&'a str>,
}

/// A curve in letters.
struct Plot {
    /// What is drawn, and where it stands in a row.
    name: String,
    at: usize,
    /// The same of what it is drawn over.
    key: String,
    over: usize,
    log: bool,
    points: Vec<(f32, f32)>,
}

/// How wide and high a plot is, in dots.
const DOTS: (u32, u32) = (140, 60);

impl Plot {
    fn new(columns: &[Column], shown: &Shown) -> anyhow::Result<Option<Self>> {
        let Some(name) = shown.plot else { return Ok(None) };
        let is_number = |column: &&Column| column.kind != Kind::Text;
        let place = |name: &str| columns.iter().position(|column| column.name == name);
        let numbers = columns.iter().filter(is_number).map(|column| column.name.as_str());
        let at = place(name).filter(|at| is_number(&&columns[*at])).ok_or_else(|| {
            let names: Vec<_> = numbers.collect();
            anyhow!("--plot {name}: expected one of {}", names.join(", "))
        })?;
        let axis = shown.axes.iter().find(|axis| axis.column().kind != Kind::Text);
        let axis = axis.ok_or_else(|| anyhow!("--plot: expected a key with numbers in --vary"))?;
        let over = place(&axis.key).expect("a column for every key");
        let (log, key) = (axis.is_log(), axis.key.clone());
        Ok(Some(Self { name: name.into(), at, key, over, log, points: Vec::new() }))
    }

    fn add(&mut self, row: &[Cell]) {
        if let (Some(x), Some(y)) = (row[self.over].number(), row[self.at].number()) {
            self.points.push((if self.log { x.log10() } else { x } as f32, y as f32));
        }
    }

    fn draw(&mut self) -> String {
        self.points.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return String::new();
        };
        let (from, to) =
            if first.0 < last.0 { (first.0, last.0) } else { (first.0, first.0 + 1.0) };
        let mut chart = Chart::new(DOTS.0, DOTS.1, from, to);
        let shape = Shape::Lines(&self.points);
        let chart = chart.lineplot(&shape);
        chart.axis();
        chart.figures();
        let over = if self.log { "the logarithm of " } else { "" };
        format!("\n{} over {over}{}\n\n{chart}\n", self.name, self.key)
    }
}

/// Where rows are printed; `out` is the folder that has all of them.
pub fn rows<T: Tabled>(
    format: Format,
    of: &T,
    shown: Shown,
    out: Option<&Path>,
) -> anyhow::Result<Box<dyn Rows>> {
    if shown.plot.is_some() && format != Format::Table {
        bail!("--plot: expected --format table");
    }
    Ok(match format {
        Format::Table => Box::new(Page::new(of.columns(), shown, out)?),
        Format::Json => Box::new(Lines { columns: of.columns().to_vec() }),
        Format::Csv => Box::new(CsvRows::new(io::stdout(), of.columns())?),
        Format::Parquet => {
            let said = [(T::HEAD.trim_end_matches(".toml").to_string(), of.text())];
            parquet(of.columns(), &said)?
        }
    })
}

/// Parquet on stdout, unless that is a terminal.
pub fn parquet(columns: &[Column], said: &[(String, String)]) -> anyhow::Result<Box<dyn Rows>> {
    if io::stdout().is_terminal() {
        bail!("--format parquet: expected stdout to be a file or a pipe, not a terminal");
    }
    Ok(Box::new(ParquetRows::new(io::stdout(), columns, said)?))
}

/// A JSON object for each row, on a line of its own.
struct Lines {
    columns: Vec<Column>,
}

impl Rows for Lines {
    fn add(&mut self, row: &[Cell]) -> io::Result<()> {
        let fields = self.columns.iter().zip(row);
        let fields = fields.filter_map(|(column, cell)| Some((column.name.clone(), cell.json()?)));
        let fields: serde_json::Map<String, serde_json::Value> = fields.collect();
        print(&serde_json::Value::Object(fields).to_string()).map_err(closed)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// The first rows, for people.
struct Page {
    title: String,
    header: Vec<String>,
    shown: Vec<usize>,
    rows: Vec<Vec<String>>,
    all: u64,
    problems: u64,
    problem: Option<(usize, String)>,
    plot: Option<Plot>,
    out: Option<PathBuf>,
}

impl Page {
    fn new(columns: &[Column], shown: Shown, out: Option<&Path>) -> anyhow::Result<Self> {
        let at = |name: &String| {
            columns.iter().position(|column| column.name == *name).ok_or_else(|| {
                let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
                anyhow!("--show {name}: expected one of {}", names.join(", "))
            })
        };
        let plot = Plot::new(columns, &shown)?;
        let keys = shown.axes.iter().map(|axis| at(&axis.key));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let mut show = shown.show.iter().map(at).collect::<Result<Vec<_>, _>>()?;
        if show.is_empty() {
            let is_column = |name: &str| columns.iter().any(|column| column.name == name);
            let hidden = |name: &str| {
                ["point", "seed", "runs", "problem", "command"].contains(&name)
                    || ["_low", "_high", "_measured"]
                        .iter()
                        .any(|end| name.strip_suffix(end).is_some_and(is_column))
                    || ["return_", "slashed_"].iter().any(|start| name.starts_with(start))
            };
            let usual = columns.iter().enumerate();
            let usual = usual.filter(|(at, column)| !keys.contains(at) && !hidden(&column.name));
            show = usual.map(|(at, _)| at).collect();
        }
        let all: Vec<usize> = keys.into_iter().chain(show).collect();
        Ok(Self {
            title: shown.title.into(),
            header: all.iter().map(|at| columns[*at].name.clone()).collect(),
            shown: all,
            rows: Vec::new(),
            all: 0,
            problems: 0,
            problem: columns
                .iter()
                .position(|one| one.name == "problem")
                .map(|at| (at, String::new())),
            plot,
            out: out.map(Path::to_path_buf),
        })
    }
}

impl Rows for Page {
    fn add(&mut self, row: &[Cell]) -> io::Result<()> {
        self.all += 1;
        if let Some(plot) = &mut self.plot {
            plot.add(row);
        }
        if let Some((at, first)) = &mut self.problem
            && let Cell::Text(problem) = &row[*at]
        {
            self.problems += 1;
            if first.is_empty() {
                first.clone_from(problem);
            }
        }
        if self.all <= SHOWN {
            let text = |at: &usize| match &row[*at] {
                Cell::Number(x) => number(*x),
                cell => cell.to_string(),
            };
            self.rows.push(self.shown.iter().map(text).collect());
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let mut page = format!(
            "{}: {} points\n\n{}\n",
            self.title,
            self.all,
            table(&header, 0, self.rows.clone())
        );
        if self.all > SHOWN {
            page += &format!("… {} more\n", self.all - SHOWN);
        }
        if let Some(plot) = &mut self.plot {
            page += &plot.draw();
        }
        if let Some((_, first)) = self.problem.filter(|_| self.problems > 0) {
            page += &format!("\n{} points have a problem; the first: {first}\n", self.problems);
        }
        if let Some(out) = &self.out {
            page += &format!("\nall rows and columns: {}\n", out.display());
        }
        print(&page).map_err(closed)
    }
}

/// The error of the output itself, so that a pipe that was closed is known as one.
fn closed(error: anyhow::Error) -> io::Error {
    error.downcast().unwrap_or_else(io::Error::other)
}
