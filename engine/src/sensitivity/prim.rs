//! In which box of values something happens: the patient rule induction method (Friedman, Fisher 1999), for
//! scenario discovery (Bryant, Lempert 2010).
//!
//! A box has limits for some keys. Its *coverage* is the part of all cases that lie in it, its *density* the
//! part of its points that are cases, its *support* the part of all points that lie in it. Each *peel*
//! takes a small part off one side: of a key with numbers, so many of the least or greatest values; of a key
//! with words, one word. It is the peel by which the density rises most per point that it takes (Friedman and
//! Fisher's criterion where parts differ in size). The boxes from all points down to the least support trade
//! coverage for density. Of the one that is chosen, sides are *pasted* back while the density does not fall:
//! what was peeled before others made it needless comes back so.
//!
//! How sure a limit is: the *quasi-p-value* of a key is the chance of as many cases in the box as there are,
//! if its limits did not matter: if each point were a case as likely as in the box without them (binomial,
//! one-sided). Quasi, as the box was chosen by the same points.

use crate::rows::{Cell, Column, Kind};
use statrs::distribution::{Binomial, DiscreteCDF};
use std::collections::BTreeSet;

/// Points that are cases or not, with the values of their keys.
#[derive(Clone, Debug, Default)]
pub struct Prim {
    dimensions: Vec<Dimension>,
    cases: Vec<bool>,
}

/// A key.
#[derive(Clone, Debug)]
struct Dimension {
    /// Whether its values have an order.
    ordered: bool,
    /// Its values, each once, in order.
    values: Vec<Cell>,
    /// For each point, which of them it has.
    ranks: Vec<u32>,
}

/// A box: for every key the values in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Boxed {
    sides: Vec<Side>,
}

/// Values of a key, by rank.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    /// From one to another, both included.
    Span(u32, u32),
    Words(BTreeSet<u32>),
}

/// What limits a key, in a box.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// At least the one, at most the other, where there is such a limit.
    Span(Option<Cell>, Option<Cell>),
    /// One of these.
    Words(Vec<Cell>),
}

/// How many of all points, and of the cases, lie in a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// Points in it.
    pub points: usize,
    /// Cases in it.
    pub cases: usize,
    /// The part of all cases.
    pub coverage: f64,
    /// The part of its points that are cases.
    pub density: f64,
    /// The part of all points.
    pub support: f64,
}

impl Tally {
    /// The harmonic mean of coverage and density.
    pub fn f1(&self) -> f64 {
        match self.coverage + self.density {
            0.0 => 0.0,
            sum => 2.0 * self.coverage * self.density / sum,
        }
    }
}

impl Side {
    fn contains(&self, rank: u32) -> bool {
        match self {
            Side::Span(low, high) => (*low..=*high).contains(&rank),
            Side::Words(words) => words.contains(&rank),
        }
    }
}

impl Prim {
    /// Points with the cells of their keys, whose columns these are, and whether each is a case.
    pub fn new(columns: &[Column], points: &[Vec<Cell>], cases: Vec<bool>) -> Self {
        let dimension = |(at, column): (usize, &Column)| {
            let mut values: Vec<&Cell> = points.iter().map(|point| &point[at]).collect();
            values.sort_by(|one, other| order(one, other));
            values.dedup();
            let rank = |point: &Vec<Cell>| {
                values.partition_point(|value| order(value, &point[at]).is_lt()) as u32
            };
            let ranks = points.iter().map(rank).collect();
            let values = values.into_iter().cloned().collect();
            Dimension { ordered: column.kind != Kind::Text, values, ranks }
        };
        Self { dimensions: columns.iter().enumerate().map(dimension).collect(), cases }
    }

    /// The box of all points.
    pub fn all(&self) -> Boxed {
        let sides = self.dimensions.iter().map(|dimension| match dimension.values.len() as u32 {
            count if dimension.ordered => Side::Span(0, count.saturating_sub(1)),
            count => Side::Words((0..count).collect()),
        });
        Boxed { sides: sides.collect() }
    }

    /// The points in all sides but that of one key.
    fn within(&self, one: &Boxed, but: Option<usize>) -> Vec<usize> {
        let sides = || self.dimensions.iter().zip(&one.sides).enumerate();
        let inside = |point: &usize| {
            sides()
                .filter(|(key, _)| Some(*key) != but)
                .all(|(_, (dimension, side))| side.contains(dimension.ranks[*point]))
        };
        (0..self.cases.len()).filter(inside).collect()
    }

    fn cases_of(&self, points: &[usize]) -> usize {
        points.iter().filter(|point| self.cases[**point]).count()
    }

    /// How many lie in a box.
    pub fn tally(&self, one: &Boxed) -> Tally {
        let points = self.within(one, None);
        let (points, cases) = (points.len(), self.cases_of(&points));
        let part = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        Tally {
            points,
            cases,
            coverage: part(cases, self.cases.iter().filter(|case| **case).count()),
            density: part(cases, points),
            support: part(points, self.cases.len()),
        }
    }

    /// The boxes of a peeling, from that of all points on: each peel takes the part `peel` of the points off
    /// a side, or more where they have the same value. It ends where no peel raises the density, or where
    /// less than the part `support` of all points would be left.
    pub fn peeled(&self, peel: f64, support: f64) -> Vec<Boxed> {
        let mut boxes = vec![self.all()];
        let least = ((support * self.cases.len() as f64).ceil() as usize).max(1);
        while let Some(next) = self.peel(&boxes[boxes.len() - 1], peel, least) {
            boxes.push(next);
        }
        boxes
    }

    fn peel(&self, one: &Boxed, peel: f64, least: usize) -> Option<Boxed> {
        let points = self.within(one, None);
        let density = |cases: usize, points: usize| cases as f64 / points as f64;
        let (all, cases) = (points.len(), self.cases_of(&points));
        let mut best: Option<(f64, Boxed)> = None;
        for (key, (dimension, side)) in self.dimensions.iter().zip(&one.sides).enumerate() {
            let counts = self.counts(dimension, &points);
            for peeled in smaller(side, &counts, part(peel, all)) {
                let ranks = counts.iter().filter(|(rank, ..)| peeled.contains(*rank));
                let (left, left_cases) =
                    ranks.fold((0, 0), |(all, cases), (_, more, of)| (all + more, cases + of));
                if left < least || left == all {
                    continue;
                }
                let gain = (density(left_cases, left) - density(cases, all)) / (all - left) as f64;
                if gain > 0.0 && best.as_ref().is_none_or(|(most, _)| gain > *most) {
                    let mut sides = one.sides.clone();
                    sides[key] = peeled;
                    best = Some((gain, Boxed { sides }));
                }
            }
        }
        best.map(|(_, next)| next)
    }

    /// Of these points, the ranks that they have of a key: how many points, and how many cases.
    fn counts(&self, dimension: &Dimension, points: &[usize]) -> Vec<(u32, usize, usize)> {
        let mut counts = vec![(0, 0); dimension.values.len()];
        for point in points {
            let (all, cases) = &mut counts[dimension.ranks[*point] as usize];
            *all += 1;
            *cases += usize::from(self.cases[*point]);
        }
        let counts = counts.into_iter().zip(0..);
        let counts = counts.filter(|((all, _), _)| *all > 0);
        counts.map(|((all, cases), rank)| (rank, all, cases)).collect()
    }

    /// The box with sides pasted back, each by the part `peel` of its points, while its density does not
    /// fall.
    pub fn pasted(&self, one: &Boxed, peel: f64) -> Boxed {
        let mut pasted = one.clone();
        while let Some(next) = self.paste(&pasted, peel) {
            pasted = next;
        }
        pasted
    }

    fn paste(&self, one: &Boxed, peel: f64) -> Option<Boxed> {
        let now = self.tally(one);
        let mut best: Option<(f64, Boxed)> = None;
        for (key, (dimension, side)) in self.dimensions.iter().zip(&one.sides).enumerate() {
            let counts = self.counts(dimension, &self.within(one, Some(key)));
            let last = dimension.values.len() as u32 - 1;
            for pasted in larger(side, &counts, part(peel, now.points), last) {
                let mut sides = one.sides.clone();
                sides[key] = pasted;
                let next = Boxed { sides };
                let density = self.tally(&next).density;
                if density >= now.density && best.as_ref().is_none_or(|(most, _)| density > *most) {
                    best = Some((density, next));
                }
            }
        }
        best.map(|(_, next)| next)
    }

    /// What limits a key in a box; none if nothing does.
    pub fn limit(&self, one: &Boxed, key: usize) -> Option<Limit> {
        let values = &self.dimensions[key].values;
        let value = |rank: u32| values[rank as usize].clone();
        let last = values.len() as u32 - 1;
        match &one.sides[key] {
            Side::Words(words) if words.len() == values.len() => None,
            Side::Words(words) => Some(Limit::Words(words.iter().copied().map(value).collect())),
            Side::Span(0, high) if *high == last => None,
            Side::Span(low, high) => {
                let low = (*low > 0).then(|| value(*low));
                Some(Limit::Span(low, (*high < last).then(|| value(*high))))
            }
        }
    }

    /// The quasi-p-value of a key's limits in a box.
    pub fn quasi_p(&self, one: &Boxed, key: usize) -> f64 {
        let inside = self.tally(one);
        let without = self.within(one, Some(key));
        let chance = self.cases_of(&without) as f64 / without.len() as f64;
        let law = Binomial::new(chance, inside.points as u64).expect("a chance is from 0 to 1");
        match inside.cases as u64 {
            0 => 1.0,
            cases => law.sf(cases - 1),
        }
    }
}

/// The part of so many points, one at least.
fn part(part: f64, of: usize) -> usize {
    ((part * of as f64) as usize).max(1)
}

/// A side made smaller: by the ranks at an end that make up so many points, or by a word.
fn smaller(side: &Side, counts: &[(u32, usize, usize)], points: usize) -> Vec<Side> {
    match side {
        Side::Span(low, high) => {
            let above = first_after(counts.iter(), points).map(|rank| Side::Span(rank, *high));
            let below = first_after(counts.iter().rev(), points).map(|rank| Side::Span(*low, rank));
            above.into_iter().chain(below).collect()
        }
        Side::Words(words) => {
            let without = |word: &u32| {
                Side::Words(words.iter().copied().filter(|other| other != word).collect())
            };
            words.iter().map(without).collect()
        }
    }
}

/// The first rank after those that make up so many points.
fn first_after<'a>(
    counts: impl Iterator<Item = &'a (u32, usize, usize)>,
    points: usize,
) -> Option<u32> {
    let mut taken = 0;
    for (rank, count, _) in counts {
        if taken >= points {
            return Some(*rank);
        }
        taken += count;
    }
    None
}

/// A side made larger: by the ranks beyond an end that make up so many points, to the end of all if there
/// are fewer, or by a word.
fn larger(side: &Side, counts: &[(u32, usize, usize)], points: usize, last: u32) -> Vec<Side> {
    match side {
        Side::Span(low, high) => {
            let below = counts.iter().rev().filter(|(rank, ..)| rank < low);
            let above = counts.iter().filter(|(rank, ..)| rank > high);
            let below = last_of(below, points).unwrap_or(0);
            let above = last_of(above, points).unwrap_or(last);
            let wider = [Side::Span(below, *high), Side::Span(*low, above)];
            wider.into_iter().filter(|wider| wider != side).collect()
        }
        Side::Words(words) => {
            let more = (0..=last).filter(|word| !words.contains(word));
            more.map(|word| Side::Words(words.iter().copied().chain([word]).collect())).collect()
        }
    }
}

/// The last rank of those that make up so many points; none if all do not.
fn last_of<'a>(
    counts: impl Iterator<Item = &'a (u32, usize, usize)>,
    points: usize,
) -> Option<u32> {
    let mut taken = 0;
    for (rank, count, _) in counts {
        taken += count;
        if taken >= points {
            return Some(*rank);
        }
    }
    None
}

/// Of cells of one column.
fn order(one: &Cell, other: &Cell) -> std::cmp::Ordering {
    match (one, other) {
        (Cell::Number(one), Cell::Number(other)) => one.total_cmp(other),
        (Cell::Whole(one), Cell::Whole(other)) => one.cmp(other),
        _ => one.to_string().cmp(&other.to_string()),
    }
}
