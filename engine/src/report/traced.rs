//! Runs round by round, and what agents have.

use super::figure::{Figure, Table, group_of};
use super::plot::{Axis, Curve, curves, short};
use super::section::{Section, SourceError, unit_of};
use crate::rows::{Cell, Column, ParquetFile};
use crate::scenario::{Document, Token};
use crate::simulate::agent_columns;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a file of `simulate --trace` or `--agents`.
pub fn section(path: &Path) -> Result<Section, SourceError> {
    let file = ParquetFile::open(path)?;
    let names: Vec<&str> = file.columns().iter().map(|column| column.name.as_str()).collect();
    let scenario = file.said("scenario").unwrap_or_default().to_string();
    let of_agent = agent_columns("").into_iter().map(|column| column.name);
    let of_agent: Vec<String> = std::iter::once("round".into()).chain(of_agent).collect();
    let (runs, agents) = (names.starts_with(&["run", "round"]), names == of_agent);
    if scenario.is_empty() || !(runs || agents) {
        return Err(SourceError::Unknown(path.into()));
    }
    let document = Document::parse(path.display().to_string(), scenario, &[])?;
    let token = document.token();
    let (about, figures) = match runs {
        true => of_runs(file, &token)?,
        false => of_agents(file, &token)?,
    };
    let option = if runs { "--trace" } else { "--agents" };
    Ok(Section {
        title: format!("{}: round by round", document.mechanism()?),
        about: format!(
            "{about} Intended is {}. Amounts are in {}.",
            document.intended(),
            unit_of(&token)
        ),
        tables: Vec::new(),
        figures,
        told: Vec::new(),
        again: format!(
            "carrots simulate FILE {option} rows.parquet makes the same again; FILE is the scenario below."
        ),
        scenario: document.resolved(),
    })
}

type Told = Result<(String, Vec<Figure>), SourceError>;

fn amount(column: &Column, token: &Token) -> f64 {
    if column.unit.is_empty() { 1.0 } else { 10f64.powi(token.decimals.into()) }
}

fn unit(column: &Column, token: &Token) -> String {
    match column.unit.is_empty() || token.name.is_empty() {
        true => String::new(),
        false => format!(" ({})", token.name),
    }
}

/// Curves of every number over the rounds: the mean of all runs, and between which eight of ten lie.
fn of_runs(file: ParquetFile, token: &Token) -> Told {
    let columns = file.columns().to_vec();
    let mut rounds: BTreeMap<i128, Vec<Vec<f64>>> = BTreeMap::new();
    let mut runs = 0;
    for row in file.rows() {
        let row = row?;
        let (Cell::Whole(run), Cell::Whole(round)) = (&row[0], &row[1]) else { continue };
        runs = runs.max(run + 1);
        let numbers = row[2..].iter().map(|cell| cell.number().unwrap_or(f64::NAN)).collect();
        rounds.entry(*round).or_default().push(numbers);
    }
    let mut groups: Vec<(String, Vec<(String, usize)>)> = Vec::new();
    for (at, column) in columns.iter().enumerate().skip(2) {
        let (title, own) = group_of(&column.name);
        match groups.iter_mut().find(|(known, _)| *known == title) {
            Some((_, all)) => all.push((own, at)),
            None => groups.push((title, vec![(own, at)])),
        }
    }
    let figure = |(title, all): (String, Vec<(String, usize)>)| {
        let column = &columns[all[0].1];
        let scale = amount(column, token);
        let curve = |(own, at): &(String, usize)| Curve {
            name: own.clone(),
            points: rounds.iter().map(|(round, of)| spread(*round, of, at - 2, scale)).collect(),
            joined: true,
        };
        let drawn: Vec<Curve> = all.iter().map(curve).collect();
        let header = std::iter::once("round".to_string()).chain(all.iter().flat_map(|(own, _)| {
            ["mean", "one in ten below", "above"]
                .map(|what| format!("{own} {what}").trim().to_string())
        }));
        let at: Vec<&i128> = rounds.keys().collect();
        let row = |number: usize| {
            let of = drawn.iter().flat_map(|curve| {
                let (_, mean, low, high) = curve.points[number];
                [mean, low, high].map(short)
            });
            std::iter::once(at[number].to_string()).chain(of).collect()
        };
        let shown: Vec<Vec<String>> = thinned(rounds.len()).map(row).collect();
        Figure {
            note: "The line is the mean of all runs, the band holds eight of ten of them.".into(),
            plot: curves(
                &Axis { label: "round".into(), log: false },
                &Axis { label: format!("{title}{}", unit(column, token)), log: false },
                &drawn,
            ),
            table: Table {
                header: header.collect(),
                more: rounds.len() - shown.len(),
                rows: shown,
            },
            title,
        }
    };
    let about = format!("{runs} runs, {} rounds.", rounds.len());
    Ok((about, groups.into_iter().map(figure).collect()))
}

/// Of so many rows the numbers of those that are shown: evenly, the first and the last among them.
fn thinned(rows: usize) -> impl Iterator<Item = usize> {
    const ROWS: usize = 200;
    let step = rows.div_ceil(ROWS).max(1);
    (0..rows).filter(move |at| at % step == 0 || at + 1 == rows)
}

fn spread(round: i128, of: &[Vec<f64>], at: usize, scale: f64) -> (f64, f64, f64, f64) {
    let mut numbers: Vec<f64> = of.iter().map(|row| row[at] / scale).collect();
    numbers.sort_by(f64::total_cmp);
    let last = (numbers.len() - 1) as f64;
    let quantile = |part: f64| numbers[(part * last).round() as usize];
    let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
    (round as f64, mean, quantile(0.1), quantile(0.9))
}

/// What agents have in the end as a Lorenz curve, and payoffs by strategy over the rounds.
fn of_agents(file: ParquetFile, token: &Token) -> Told {
    let columns = file.columns().to_vec();
    let scale = amount(&columns[3], token);
    let mut means: BTreeMap<String, BTreeMap<i128, (f64, f64)>> = BTreeMap::new();
    let (mut last, mut has) = (0, Vec::new());
    for row in file.rows() {
        let row = row?;
        let (Cell::Whole(round), Cell::Text(strategy)) = (&row[0], &row[2]) else { continue };
        let number = |at: usize| row[at].number().unwrap_or(0.0) / scale;
        if *round != last {
            (last, has) = (*round, Vec::new());
        }
        has.push((number(3) + number(4)).max(0.0));
        let known = means.entry(strategy.clone()).or_default().entry(*round).or_default();
        *known = (known.0 + number(4), known.1 + 1.0);
    }
    let curve = |(name, rounds): (&String, &BTreeMap<i128, (f64, f64)>)| Curve {
        name: name.clone(),
        points: rounds
            .iter()
            .map(|(round, (sum, count))| (*round as f64, sum / count, sum / count, sum / count))
            .collect(),
        joined: true,
    };
    let drawn: Vec<Curve> = means.iter().map(curve).collect();
    let names = drawn.iter().map(|curve| curve.name.clone());
    let header: Vec<String> = std::iter::once("round".into()).chain(names).collect();
    let rounds = drawn.iter().map(|curve| curve.points.len()).max().unwrap_or(0);
    let row = |at: usize| {
        let of = drawn.iter().map(|curve| curve.points.get(at).map_or("".into(), |at| short(at.1)));
        std::iter::once((at + 1).to_string()).chain(of).collect()
    };
    let rows = thinned(rounds).map(row).collect::<Vec<Vec<String>>>();
    let payoffs = Figure {
        title: "payoff by strategy".into(),
        note: "The mean of all agents that follow it, in one run.".into(),
        table: Table { header, more: rounds - rows.len(), rows },
        plot: curves(
            &Axis { label: "round".into(), log: false },
            &Axis { label: format!("payoff{}", unit(&columns[3], token)), log: false },
            &drawn,
        ),
    };
    let about = format!("One run, {last} rounds, {} agents.", has.len());
    Ok((about, vec![lorenz(has), payoffs]))
}

/// What part of all those have who have least (Lorenz 1905), and twice the area under what would be equal
/// (Gini 1912).
fn lorenz(mut has: Vec<f64>) -> Figure {
    has.sort_by(f64::total_cmp);
    let (count, all) = (has.len().max(1) as f64, has.iter().sum::<f64>());
    let mut sum = 0.0;
    let mut points = vec![(0.0, 0.0)];
    for (at, number) in has.iter().enumerate() {
        sum += number;
        points.push(((at + 1) as f64 / count, if all > 0.0 { sum / all } else { 0.0 }));
    }
    let areas = points.windows(2).map(|two| (two[1].0 - two[0].0) * (two[0].1 + two[1].1));
    let gini = if all > 0.0 { 1.0 - areas.sum::<f64>() } else { 0.0 };
    // A hundred points say as much as all of them.
    let step = points.len().div_ceil(100).max(1);
    let last = points.len() - 1;
    let kept = points.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
    let kept: Vec<(f64, f64)> = kept.map(|(_, point)| *point).collect();
    let curve = |name: &str, points: &[(f64, f64)]| Curve {
        name: name.into(),
        points: points.iter().map(|(x, y)| (*x, *y, *y, *y)).collect(),
        joined: true,
    };
    let axis = |label: &str| Axis { label: label.into(), log: false };
    Figure {
        title: "who has how much in the end".into(),
        note: format!(
            "Lorenz curve: which part of everything those have who have least. The Gini coefficient is {gini:.3}: 0 \
             if all have the same, near 1 if one has all."
        ),
        plot: curves(
            &axis("part of agents"),
            &axis("part of what all have"),
            &[curve("there", &kept), curve("equal", &[(0.0, 0.0), (1.0, 1.0)])],
        ),
        table: Table {
            header: ["part of agents", "part of what all have"].map(String::from).into(),
            rows: kept.iter().map(|(x, y)| vec![short(*x), short(*y)]).collect(),
            more: 0,
        },
    }
}
