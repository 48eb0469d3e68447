//! What is drawn of results.

use super::plot::{Axis, Curve, Field, curves, map, short};
use crate::compare::EVEN;
use crate::play::OF_STRATEGY;
use crate::rows::{Cell, Column, Kind};
use crate::scenario::Token;
use std::collections::BTreeMap;

/// Points that are drawn one by one; of more, what lies within parts of the way is drawn.
const POINTS: usize = 150;
const PARTS: usize = 50;
/// Values of a key that make a map.
const FIELDS: usize = 64;
/// Rows of a table on the page.
const ROWS: usize = 100;

/// Rows of results, and what they are of.
#[derive(Debug)]
pub struct Source {
    /// The keys that are varied: the columns after the first.
    pub keys: Vec<Key>,
    /// How amounts are shown.
    pub token: Token,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A key that is varied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Whether steps are factors.
    pub log: bool,
}

impl Key {
    /// Of what is varied.
    pub fn of(axis: &crate::sweep::Axis) -> Self {
        Self { name: axis.key.clone(), log: axis.is_log() }
    }
}

/// A plot and the table behind it.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it shows.
    pub title: String,
    /// How it is to be read.
    pub note: String,
    /// The plot, as SVG.
    pub plot: String,
    /// What is behind it.
    pub table: Table,
}

/// Some columns of some rows.
#[derive(Clone, Debug)]
pub struct Table {
    /// The names.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// Rows that are left out.
    pub more: usize,
}

/// A column that is drawn.
struct Drawn {
    /// What it is called in the plot.
    name: String,
    at: usize,
    /// From where to where it may lie.
    band: Option<(usize, usize)>,
}

/// Columns that are drawn together.
struct Group {
    title: String,
    unit: String,
    columns: Vec<Drawn>,
}

/// All figures of some results.
pub fn figures(source: &Source) -> Vec<Figure> {
    let mut all: Vec<Figure> = verdicts(source);
    all.extend(groups(source).iter().flat_map(|group| figure(source, group)));
    all
}

/// Columns of numbers with a band, and borders; payoffs and returns of all strategies are one group.
fn groups(source: &Source) -> Vec<Group> {
    let place = |name: &str| source.columns.iter().position(|column| column.name == name);
    let mut all: Vec<Group> = Vec::new();
    for (at, column) in source.columns.iter().enumerate().skip(1 + source.keys.len()) {
        let name = column.name.as_str();
        let band = place(&format!("{name}_low")).zip(place(&format!("{name}_high")));
        let border = name.strip_suffix("_below").filter(|_| column.kind != Kind::Text);
        let measured = name.strip_suffix("_measured");
        let (title, own) = match (band, border, measured) {
            (Some(_), ..) => group_of(name),
            (_, Some(key), _) => (format!("border along {key}"), String::new()),
            (.., Some(property)) => (format!("{property}: what is measured"), String::new()),
            _ => continue,
        };
        let drawn = Drawn { name: own, at, band };
        match all.iter_mut().find(|group| group.title == title) {
            Some(group) => group.columns.push(drawn),
            None => all.push(Group { title, unit: column.unit.clone(), columns: vec![drawn] }),
        }
    }
    all
}

/// With what a number is drawn, and what it is called there: of one of the strategies, or of one of the
/// scenarios that are compared.
pub fn group_of(name: &str) -> (String, String) {
    if let Some((of, rival)) = name.split_once(':') {
        return (of.into(), rival.into());
    }
    let of = OF_STRATEGY.iter().find_map(|measure| {
        let strategy = name.strip_prefix(measure.name)?.strip_prefix('_')?;
        (strategy != "total" && strategy != "share").then_some((measure.name, strategy))
    });
    match of {
        Some((of, strategy)) => (format!("{of} by strategy"), strategy.into()),
        None => (name.into(), String::new()),
    }
}

/// Who is best, where: of two keys with numbers.
pub fn phases(source: &Source, rivals: &[&str]) -> Option<Figure> {
    let [across, up] = &source.keys[..] else { return None };
    let best = source.columns.iter().position(|column| column.name == "best")?;
    if !is_number(source, 0) || !is_number(source, 1) {
        return None;
    }
    let curve = |name: &str| Curve {
        name: name.into(),
        points: source
            .rows
            .iter()
            .filter(|row| row[best] == Cell::Text(name.into()))
            .filter_map(|row| {
                let (x, y) = (number(source, 1, row)?, number(source, 2, row)?);
                Some((x, y, y, y))
            })
            .collect(),
        joined: false,
    };
    let drawn = rivals.iter().map(|name| curve(name)).chain([curve(EVEN)]);
    let drawn: Vec<Curve> = drawn.filter(|curve| !curve.points.is_empty()).collect();
    let axis = |key: &Key| Axis { label: key.name.clone(), log: key.log };
    let group = Group {
        title: "who is best".into(),
        unit: String::new(),
        columns: vec![Drawn { name: String::new(), at: best, band: None }],
    };
    Some(Figure {
        title: "who is best, where".into(),
        note: "A mark is a point that was looked at; they are closer where the answer changes. Where it is even, \
               nobody is better for sure."
            .into(),
        plot: curves(&axis(across), &axis(up), &drawn),
        table: table(source, &group),
    })
}

/// The number in a cell, amounts in tokens.
fn number(source: &Source, at: usize, row: &[Cell]) -> Option<f64> {
    let number = match &row[at] {
        Cell::Number(number) => *number,
        Cell::Whole(number) => *number as f64,
        _ => return None,
    };
    let column = &source.columns[at];
    let scale = if column.unit.is_empty() { 1.0 } else { 10f64.powi(source.token.decimals.into()) };
    Some(number / scale).filter(|number| number.is_finite())
}

fn unit(source: &Source, unit: &str) -> String {
    match unit {
        "" => String::new(),
        _ if source.token.name.is_empty() => " (smallest unit)".into(),
        _ => format!(" ({})", source.token.name),
    }
}

fn is_number(source: &Source, key: usize) -> bool {
    source.columns[1 + key].kind != Kind::Text
}

/// The values of a key, each once, in order.
fn values(source: &Source, key: usize) -> Vec<String> {
    let mut all: Vec<&Cell> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for row in &source.rows {
        if known.insert(row[1 + key].to_string()) {
            all.push(&row[1 + key]);
        }
    }
    let order = |cell: &Cell| match cell {
        Cell::Number(number) => *number,
        Cell::Whole(number) => *number as f64,
        _ => 0.0,
    };
    all.sort_by(|one, other| order(one).total_cmp(&order(other)));
    all.into_iter().map(Cell::to_string).collect()
}

/// Whether every value of two keys meets every other, and they are few.
fn is_map(source: &Source) -> bool {
    if source.rows.is_empty() {
        return false;
    }
    let counts: Vec<usize> = (0..source.keys.len()).map(|key| values(source, key).len()).collect();
    let words = (0..source.keys.len()).any(|key| !is_number(source, key));
    match counts[..] {
        [one] => words && one <= FIELDS,
        [one, other] => one <= FIELDS && other <= FIELDS && one * other >= source.rows.len(),
        _ => false,
    }
}

fn figure(source: &Source, group: &Group) -> Vec<Figure> {
    if source.keys.is_empty() || source.rows.is_empty() {
        return Vec::new();
    }
    if is_map(source) {
        return group.columns.iter().filter_map(|drawn| mapped(source, group, drawn)).collect();
    }
    let numbers = (0..source.keys.len()).filter(|key| is_number(source, *key));
    numbers.map(|key| curved(source, group, key)).collect()
}

fn curved(source: &Source, group: &Group, key: usize) -> Figure {
    let alone = source.keys.len() == 1;
    let Key { name, log } = &source.keys[key];
    let x = Axis { label: name.clone(), log: *log };
    let y = Axis { label: format!("{}{}", group.title, unit(source, &group.unit)), log: false };
    let mut note = String::new();
    let every = source.rows.len().div_ceil(POINTS).max(1);
    let drawn = group.columns.iter().map(|drawn| {
        let point = |row: &Vec<Cell>| {
            let (at, mean) = (number(source, 1 + key, row)?, number(source, drawn.at, row)?);
            let ends = drawn.band.filter(|_| alone);
            let ends = ends.and_then(|(low, high)| {
                Some((number(source, low, row)?, number(source, high, row)?))
            });
            let (low, high) = ends.unwrap_or((mean, mean));
            Some((at, mean, low, high))
        };
        let mut points: Vec<_> = source.rows.iter().filter_map(point).collect();
        points.sort_by(|one, other| one.0.total_cmp(&other.0));
        let many = points.len() > POINTS;
        if alone {
            // Each with its own interval.
            points = points.into_iter().step_by(every).collect();
        } else if many {
            points = parts(&points, *log);
        }
        Curve { name: drawn.name.clone(), points, joined: alone || many }
    });
    let drawn: Vec<Curve> = drawn.collect();
    if alone {
        note += "The band is the 95 % confidence interval of the mean.";
        if every > 1 {
            note += &format!(" Drawn is one of every {every} points.");
        }
    } else if drawn.iter().any(|curve| curve.joined) {
        note += "The line is the mean of points that lie close to each other along the key, the band holds eight of ten of them.";
    } else {
        note += "A mark is a point; the other keys vary, too.";
    }
    let title = if alone { group.title.clone() } else { format!("{} over {name}", group.title) };
    Figure { title, note, plot: curves(&x, &y, &drawn), table: table(source, group) }
}

/// Of many points the mean, and between which eight of ten lie, by parts of the way.
fn parts(points: &[(f64, f64, f64, f64)], log: bool) -> Vec<(f64, f64, f64, f64)> {
    let place = |at: f64| if log { at.log10() } else { at };
    let (first, last) = (place(points[0].0), place(points[points.len() - 1].0));
    let part = |at: f64| match last - first {
        0.0 => 0,
        span => (((place(at) - first) / span * PARTS as f64) as usize).min(PARTS - 1),
    };
    let mut all: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
    for point in points {
        all.entry(part(point.0)).or_default().push((point.0, point.1));
    }
    let sum = |mut within: Vec<(f64, f64)>| {
        let count = within.len() as f64;
        let at = within.iter().map(|point| point.0).sum::<f64>() / count;
        let mean = within.iter().map(|point| point.1).sum::<f64>() / count;
        within.sort_by(|one, other| one.1.total_cmp(&other.1));
        let quantile = |part: f64| within[(part * (count - 1.0)).round() as usize].1;
        (at, mean, quantile(0.1), quantile(0.9))
    };
    all.into_values().map(sum).collect()
}

/// Nothing where no field has a number.
fn mapped(source: &Source, group: &Group, drawn: &Drawn) -> Option<Figure> {
    let numbers: Vec<Option<f64>> =
        source.rows.iter().map(|row| number(source, drawn.at, row)).collect();
    let known = numbers.iter().flatten();
    let (low, high) = known.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
        (number.min(low), number.max(high))
    });
    if low > high {
        return None;
    }
    let field = |number: f64| Field {
        shade: if high > low { (number - low) / (high - low) } else { 0.0 },
        text: short(number),
    };
    let fields = numbers.into_iter().map(|number| number.map(field)).collect::<Vec<_>>();
    let of = if drawn.name.is_empty() { String::new() } else { format!(" {}", drawn.name) };
    let title = match drawn.name.as_str() {
        "" => group.title.clone(),
        strategy => format!("{}: {strategy}", group.title),
    };
    let one = Group {
        title: title.clone(),
        unit: group.unit.clone(),
        columns: vec![Drawn { name: drawn.name.clone(), at: drawn.at, band: drawn.band }],
    };
    Some(Figure {
        note: format!(
            "{}{of}{}: the stronger the colour, the more; from {} to {}.",
            group.title,
            unit(source, &group.unit),
            short(low),
            short(high)
        ),
        title,
        plot: over(source, fields),
        table: table(source, &one),
    })
}

/// A map of fields, one for each row.
fn over(source: &Source, fields: Vec<Option<Field>>) -> String {
    let columns = values(source, 0);
    let rows = if source.keys.len() > 1 { values(source, 1) } else { vec![String::new()] };
    let mut all = vec![vec![None; columns.len()]; rows.len()];
    for (row, field) in source.rows.iter().zip(fields) {
        let column = columns.iter().position(|value| *value == row[1].to_string());
        let up = match source.keys.len() {
            1 => Some(0),
            _ => rows.iter().position(|value| *value == row[2].to_string()),
        };
        if let (Some(column), Some(up)) = (column, up) {
            all[up][column] = field;
        }
    }
    let name = |key: usize| source.keys.get(key).map_or("", |key| key.name.as_str());
    let labels = |values: &[String]| -> Vec<String> {
        values.iter().map(|value| value.parse().map_or(value.clone(), short)).collect()
    };
    map(name(0), name(1), &labels(&columns), &labels(&rows), &all)
}

/// A map of the verdicts of each property.
fn verdicts(source: &Source) -> Vec<Figure> {
    let is_verdict = |at: usize| {
        let words = source.rows.iter().filter_map(|row| match &row[at] {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let mut words = words.peekable();
        words.peek().is_some() && words.all(|word| ["holds", "violated", "unknown"].contains(&word))
    };
    let few = (0..source.keys.len()).all(|key| values(source, key).len() <= FIELDS);
    if source.keys.is_empty() || source.keys.len() > 2 || !few {
        return Vec::new();
    }
    let all = source.columns.iter().enumerate().skip(1 + source.keys.len());
    let all = all.filter(|(at, column)| column.kind == Kind::Text && is_verdict(*at));
    let figure = |(at, column): (usize, &Column)| {
        let field = |row: &Vec<Cell>| {
            let (shade, text) = match row[at].to_string().as_str() {
                "holds" => (0.0, "✓"),
                "violated" => (1.0, "✗"),
                "unknown" => (0.5, "?"),
                _ => return None,
            };
            Some(Field { shade, text: text.into() })
        };
        let group = Group {
            title: column.name.clone(),
            unit: String::new(),
            columns: vec![Drawn { name: String::new(), at, band: None }],
        };
        Figure {
            title: format!("{}: where it holds", column.name),
            note: "✓ holds, ✗ is violated, ? is unknown.".into(),
            plot: over(source, source.rows.iter().map(field).collect()),
            table: table(source, &group),
        }
    };
    all.map(figure).collect()
}

fn table(source: &Source, group: &Group) -> Table {
    let mut columns: Vec<usize> = (1..=source.keys.len()).collect();
    for drawn in &group.columns {
        columns.push(drawn.at);
        columns.extend(drawn.band.into_iter().flat_map(|(low, high)| [low, high]));
    }
    let header = columns.iter().map(|at| {
        let column = &source.columns[*at];
        format!("{}{}", column.name, unit(source, &column.unit))
    });
    let cell = |row: &Vec<Cell>, at: usize| match number(source, at, row) {
        Some(number) if !source.columns[at].unit.is_empty() => number.to_string(),
        _ => row[at].to_string(),
    };
    let most = if source.keys.len() > 2 { ROWS / 4 } else { ROWS };
    let rows = source.rows.iter().take(most);
    Table {
        header: header.collect(),
        rows: rows.map(|row| columns.iter().map(|at| cell(row, *at)).collect()).collect(),
        more: source.rows.len().saturating_sub(most),
    }
}
