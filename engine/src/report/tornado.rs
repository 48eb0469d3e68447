//! Which keys matter, of a sweep whose design tells.

use super::figure::{Figure, Table};
use super::plot::{Bar, short, tornado};
use crate::rows::{Cell, Column};
use crate::scenario::Token;
use crate::sensitivity::{Influence, Influences, OfKey, influences, series};
use crate::sweep::Points;

/// Keys that are drawn.
const BARS: usize = 16;

/// A figure for each column, if the design is one that tells and all points are there.
pub fn tornados(
    columns: &[Column],
    rows: &[Vec<Cell>],
    points: &Points,
    token: &Token,
) -> Vec<Figure> {
    let all = series(columns, points.axes().len(), &[]);
    let mut all = all.expect("none is named");
    if rows.len() as u64 != points.count() {
        return Vec::new();
    }
    rows.iter().for_each(|row| all.iter_mut().for_each(|one| one.add(row)));
    let Ok(found) = influences(points, &all) else { return Vec::new() };
    let known = found.columns.iter().filter(|one| !one.keys.is_empty());
    known.map(|one| figure(&found, one, token)).collect()
}

fn figure(found: &Influences, one: &Influence, token: &Token) -> Figure {
    let (scale, unit) = one.scale(token);
    let bar = |of: &OfKey| {
        let (value, low, high) = of.measure.weight();
        Bar { name: of.key.clone(), value: value / scale, low: low / scale, high: high / scale }
    };
    let bars: Vec<Bar> = one.keys.iter().take(BARS).map(bar).collect();
    let (label, what) = match found.design {
        "morris" => ("mu*", "by how much it changes, on average, over the whole range of a key"),
        _ => ("total index", "the part of its variance that a key makes, alone and with others"),
    };
    let (group, used) = (found.group(), one.used);
    let mut note =
        format!("A bar is {what}; the whisker its 95 % interval, by resampling {used} {group}.");
    if one.left_out > 0 {
        note += &format!(" {} {group} are left out, in which a point has no number.", one.left_out);
    }
    if one.keys.len() > BARS {
        note += &format!(" The first {BARS} of {} keys.", one.keys.len());
    }
    let row = |of: &OfKey| {
        let numbers = of.measure.numbers().into_iter().map(|number| short(number / scale));
        std::iter::once(of.key.clone()).chain(numbers).collect()
    };
    let names = found.names().iter().map(|name| format!("{name}{unit}"));
    Figure {
        title: format!("{}: which keys matter", one.column),
        note,
        plot: tornado(&format!("{label}{unit}"), &bars),
        table: Table {
            header: std::iter::once("key".to_string()).chain(names).collect(),
            rows: one.keys.iter().map(row).collect(),
            more: 0,
        },
    }
}
