//! What is varied: a key of the scenario, and its values.

use crate::rows::{Cell, Column, Kind};
use rand::Rng;
use std::fmt;
use std::str::FromStr;
use toml::Value;

/// The most values of a range whose number is said.
const VALUES_MAX: u64 = 1_000_000;
/// Levels of a range between which elementary effects are taken (Morris 1991); even.
const LEVELS: u32 = 4;

/// A key and the values that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The key, such as `params.deposit` or `agents[0].count`.
    pub key: String,
    values: Values,
}

#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// One after the other.
    List(Vec<Value>),
    /// From one number to another, both included.
    Range(Range),
}

#[derive(Clone, Debug, PartialEq)]
struct Range {
    from: Bound,
    to: Bound,
    /// Evenly by the logarithm.
    log: bool,
    /// How many; none if that is left to the design.
    count: Option<u64>,
    /// So many whole numbers, each once; none if the range is not of such, or all are meant.
    distinct: Vec<i128>,
}

/// An end of a range, as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    Whole(i128),
    Number(f64),
}

/// A move from one value to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Where it begins.
    pub from: Value,
    /// Where it ends.
    pub to: Value,
    /// How far that is: of a range, the part of it, with a sign; of a list, one if the value that it ends
    /// with stands later there, or minus one.
    pub step: f64,
}

/// Why something cannot be varied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--vary {given}: {problem}")]
pub struct AxisError {
    given: String,
    problem: String,
}

impl Bound {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let whole = text.parse().ok().map(Bound::Whole);
        let number = || text.parse().ok().filter(|x: &f64| x.is_finite()).map(Bound::Number);
        whole.or_else(number)
    }

    fn number(self) -> f64 {
        match self {
            Bound::Whole(number) => number as f64,
            Bound::Number(number) => number,
        }
    }
}

/// A value as it stands in a scenario: a whole number above 63 bits is a string there.
fn whole(number: i128) -> Value {
    match i64::try_from(number) {
        Ok(number) => Value::Integer(number),
        Err(_) => Value::String(number.to_string()),
    }
}

impl Range {
    fn wholes(&self) -> Option<(i128, i128)> {
        match (self.from, self.to) {
            (Bound::Whole(from), Bound::Whole(to)) => Some((from, to)),
            _ => None,
        }
    }

    fn with_distinct(mut self) -> Self {
        if let (Some(count), Some(_)) = (self.count, self.wholes()) {
            let last = (count - 1).max(1) as f64;
            self.distinct = (0..count).map(|at| self.nearest(at as f64 / last)).collect();
            self.distinct.dedup();
        }
        self
    }

    /// The whole number nearest to a part of the way.
    fn nearest(&self, part: f64) -> i128 {
        match self.at(part) {
            Value::Integer(number) => number.into(),
            other => plain(&other).parse().expect("it was written as a whole number"),
        }
    }

    /// The value at a part of the way, from 0 to 1; whole if both ends are: then to the nearest.
    fn at(&self, part: f64) -> Value {
        let (from, to) = (self.from.number(), self.to.number());
        let number = match self.log {
            true => (from.ln() + part * (to.ln() - from.ln())).exp(),
            false => from + part * (to - from),
        };
        match self.wholes() {
            // The ends are exact, however large they are.
            Some((from, _)) if part <= 0.0 => whole(from),
            Some((_, to)) if part >= 1.0 => whole(to),
            Some((from, to)) => whole((number.round() as i128).clamp(from, to)),
            None => Value::Float(number.clamp(from, to)),
        }
    }

    /// The part of the way at which a value is.
    fn part(&self, value: &Value) -> f64 {
        let (from, to) = (self.from.number(), self.to.number());
        let number: f64 = plain(value).parse().expect("it is one of the range");
        match self.log {
            true => (number / from).ln() / (to / from).ln(),
            false => (number - from) / (to - from),
        }
    }

    /// From a level to the one half of all levels above.
    fn rise(&self, level: u32) -> Move {
        let at = |level: u32| {
            let part = f64::from(level) / f64::from(LEVELS - 1);
            match self.count.and_then(|_| self.count()) {
                Some(count) => self.value((part * (count - 1) as f64).round() as u64),
                None => self.at(part),
            }
        };
        let (from, to) = (at(level), at(level + LEVELS / 2));
        Move { step: self.part(&to) - self.part(&from), from, to }
    }

    fn count(&self) -> Option<u64> {
        let every = || {
            let (from, to) = self.wholes()?;
            u64::try_from(to.checked_sub(from)?).ok()?.checked_add(1)
        };
        match self.distinct.len() {
            0 => self.count.or_else(every),
            distinct => Some(distinct as u64),
        }
    }

    fn value(&self, at: u64) -> Value {
        match (self.distinct.get(at as usize), self.count, self.wholes()) {
            (Some(number), ..) => whole(*number),
            (_, None, Some((from, _))) => whole(from + i128::from(at)),
            (_, count, _) => {
                match self.at(at as f64 / (count.unwrap_or(1).max(2) - 1) as f64) {
                    // 0.7, where steps of binary fractions end beside it.
                    Value::Float(number) => Value::Float(
                        format!("{number:.12e}").parse().map_or(number, |near: f64| {
                            near.clamp(self.from.number(), self.to.number())
                        }),
                    ),
                    whole => whole,
                }
            }
        }
    }
}

impl Axis {
    /// How many values it has, one by one. None if that is not said.
    pub fn count(&self) -> Option<u64> {
        match &self.values {
            Values::List(values) => Some(values.len() as u64),
            Values::Range(range) => range.count(),
        }
    }

    /// The value with that number, below their count.
    pub fn value(&self, at: u64) -> Value {
        match &self.values {
            Values::List(values) => values[at as usize].clone(),
            Values::Range(range) => range.value(at),
        }
    }

    /// The value at a part of the way, from 0 to below 1: every whole number, every value of a list, and
    /// every one of a range of so many, has an equal part.
    pub fn at(&self, part: f64) -> Value {
        let one_of = |count: u64| self.value(((part * count as f64) as u64).min(count - 1));
        match &self.values {
            Values::List(values) => one_of(values.len() as u64),
            Values::Range(range) if range.count.is_some() => {
                one_of(range.count().expect("it is said"))
            }
            Values::Range(range) => match (range.log, range.wholes()) {
                (false, Some((from, to))) => {
                    let number = from as f64 + part * (to as f64 - from as f64 + 1.0);
                    whole((number.floor() as i128).clamp(from, to))
                }
                _ => range.at(part),
            },
        }
    }

    /// The value at a part of the way, from 0 to below 1, from the value with that number to the next; whole
    /// if both ends of the range are. None of a list.
    pub fn within(&self, at: u64, part: f64) -> Option<Value> {
        let Values::Range(range) = &self.values else { return None };
        let from = range.value(at);
        if part == 0.0 {
            return Some(from);
        }
        let bound = |value: &Value| Bound::read(&plain(value)).expect("it is a number");
        let (from, to) = (bound(&from), bound(&range.value(at + 1)));
        let between = Range { from, to, log: range.log, count: None, distinct: Vec::new() };
        Some(between.at(part))
    }

    /// A move for an elementary effect. Of a range: half of four levels up or down, whole numbers to the
    /// nearest. Of a list: from any value to any other.
    pub fn drawn_move(&self, rng: &mut impl Rng) -> Move {
        match &self.values {
            Values::List(values) => {
                let from = rng.random_range(0..values.len());
                let other = rng.random_range(0..values.len() - 1);
                let to = if other < from { other } else { other + 1 };
                let step = if to > from { 1.0 } else { -1.0 };
                Move { from: values[from].clone(), to: values[to].clone(), step }
            }
            Values::Range(range) => {
                let Move { from, to, step } = range.rise(rng.random_range(0..LEVELS / 2));
                match rng.random() {
                    true => Move { from, to, step },
                    false => Move { from: to, to: from, step: -step },
                }
            }
        }
    }

    /// Whether every move changes the value.
    pub fn can_move(&self) -> bool {
        match &self.values {
            Values::List(values) => {
                let is_new = |(at, value)| !values[..at].contains(value);
                values.len() > 1 && values.iter().enumerate().all(is_new)
            }
            Values::Range(range) => (0..LEVELS / 2).all(|level| range.rise(level).step > 0.0),
        }
    }

    /// The ends of a range of whole numbers.
    pub fn wholes(&self) -> Option<(i128, i128)> {
        match &self.values {
            Values::Range(range) => range.wholes(),
            Values::List(_) => None,
        }
    }

    /// The same key with fewer values: those from one to another, where there is one. Ends of a range are
    /// of its values.
    pub fn between(&self, low: Option<&Cell>, high: Option<&Cell>) -> Self {
        let values = match &self.values {
            Values::List(values) => {
                let number = |cell: &Cell| cell.to_string().parse::<f64>();
                let within = |value: &&Value| {
                    let Ok(value) = number(&self.cell(value)) else { return false };
                    let above = low.is_none_or(|low| number(low).is_ok_and(|low| value >= low));
                    above && high.is_none_or(|high| number(high).is_ok_and(|high| value <= high))
                };
                Values::List(values.iter().filter(within).cloned().collect())
            }
            Values::Range(range) => {
                let bound = |cell: Option<&Cell>, usual: Bound| match cell {
                    Some(Cell::Whole(number)) => Bound::Whole(*number),
                    Some(Cell::Number(number)) => Bound::Number(*number),
                    _ => usual,
                };
                let (from, to) = (bound(low, range.from), bound(high, range.to));
                let within = |at: &u64| {
                    let part = range.part(&range.value(*at));
                    let of = |bound: Bound| range.part(&Value::Float(bound.number()));
                    (of(from)..=of(to)).contains(&part)
                };
                let count = range.count.and(range.count());
                let count = count.map(|count| (0..count).filter(within).count() as u64);
                Values::Range(
                    Range { from, to, log: range.log, count, distinct: Vec::new() }.with_distinct(),
                )
            }
        };
        Self { key: self.key.clone(), values }
    }

    /// The same key with only these of a list's values.
    pub fn only(&self, cells: &[Cell]) -> Self {
        let values = self.kinds().into_iter().filter(|value| cells.contains(&self.cell(value)));
        Self { key: self.key.clone(), values: Values::List(values.collect()) }
    }

    /// Whether its steps are factors.
    pub fn is_log(&self) -> bool {
        matches!(&self.values, Values::Range(range) if range.log)
    }

    /// The values among which a mechanism may have other numbers: those of a list of words.
    pub fn kinds(&self) -> Vec<Value> {
        match &self.values {
            Values::List(values) => values.clone(),
            Values::Range(_) => Vec::new(),
        }
    }

    /// The column of a table in which its values stand.
    pub fn column(&self) -> Column {
        let small = |number: i128| i64::try_from(number).is_ok();
        let kind = match &self.values {
            Values::Range(range) => match range.wholes() {
                Some((from, to)) if small(from) && small(to) => Kind::Whole,
                Some(_) => Kind::Large,
                None => Kind::Number,
            },
            Values::List(values) if values.iter().all(Value::is_integer) => Kind::Whole,
            Values::List(values)
                if values.iter().all(|value| value.is_integer() || value.is_float()) =>
            {
                Kind::Number
            }
            Values::List(_) => Kind::Text,
        };
        Column { kind, ..Column::text(&self.key) }
    }

    /// A value as it stands there.
    pub fn cell(&self, value: &Value) -> Cell {
        match (self.column().kind, value) {
            (Kind::Number, Value::Integer(number)) => Cell::Number(*number as f64),
            (Kind::Text, other) => Cell::Text(plain(other)),
            (_, Value::Integer(number)) => Cell::Whole((*number).into()),
            (_, Value::Float(number)) => Cell::Number(*number),
            (_, other) => plain(other).parse().map_or(Cell::None, Cell::Whole),
        }
    }

    /// Its values, as they are written after the key.
    pub fn spec(&self) -> String {
        self.values.to_string()
    }

    /// What puts a value over the scenario's, as `--set` takes it.
    pub fn set(&self, value: &Value) -> String {
        format!("{}={value}", self.key)
    }
}

/// A value in words, without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `KEY=FROM..TO`, `KEY=FROM..TO:COUNT`, `KEY=FROM..TO:log:COUNT`, `KEY=[VALUE, …]` or `KEY=VALUE,VALUE,…`.
impl FromStr for Axis {
    type Err = AxisError;

    fn from_str(given: &str) -> Result<Self, AxisError> {
        let wrong = |problem: &str| AxisError { given: given.into(), problem: problem.into() };
        let (key, spec) = given.split_once('=').ok_or_else(|| {
            wrong("expected KEY=VALUES, such as params.deposit=100..1_000:log:20")
        })?;
        let (key, spec) = (key.trim().to_string(), spec.trim());
        if key.is_empty() {
            return Err(wrong("expected a key before the ="));
        }
        let values = match spec.split_once("..") {
            Some((from, rest)) => {
                Values::Range(range(from, rest).map_err(|problem| wrong(&problem))?)
            }
            None => Values::List(list(spec).map_err(|problem| wrong(&problem))?),
        };
        Ok(Self { key, values })
    }
}

fn range(from: &str, rest: &str) -> Result<Range, String> {
    let mut parts = rest.split(':');
    let to = parts.next().unwrap_or_default();
    let bound =
        |text: &str| Bound::read(text).ok_or_else(|| format!("expected a number, not {text:?}"));
    let (from, to) = (bound(from)?, bound(to)?);
    let mut log = false;
    let mut count = None;
    for part in parts {
        match part.trim() {
            "log" if count.is_none() && !log => log = true,
            number => {
                let number = number.replace('_', "").parse().ok().filter(|_| count.is_none());
                let number = number.filter(|number| (1..=VALUES_MAX).contains(number));
                count = Some(number.ok_or_else(|| {
                    format!("expected FROM..TO, FROM..TO:COUNT or FROM..TO:log:COUNT, not :{part}")
                })?);
            }
        }
    }
    let rises = match (from, to) {
        (Bound::Whole(from), Bound::Whole(to)) => from <= to,
        _ => from.number() <= to.number(),
    };
    match () {
        _ if !rises => Err("expected FROM <= TO".into()),
        _ if log && from.number() <= 0.0 => Err("expected FROM > 0 with log".into()),
        _ => Ok(Range { from, to, log, count, distinct: Vec::new() }.with_distinct()),
    }
}

fn list(spec: &str) -> Result<Vec<Value>, String> {
    let read = |text: &str| {
        let table = toml::from_str::<toml::Table>(&format!("value = {text}"));
        table.ok().and_then(|mut table| table.remove("value"))
    };
    let values = match read(spec) {
        Some(Value::Array(values)) => values,
        _ => {
            // What is no TOML is a word, as it is after --set.
            let word = |text: &str| read(text.trim()).unwrap_or_else(|| text.trim().into());
            spec.split(',').map(word).collect()
        }
    };
    let told = |text: &str| !text.is_empty() && !text.contains(char::is_control);
    let sound = |value: &Value| !value.is_table() && told(&plain(value));
    match values.is_empty() || !values.iter().all(sound) {
        true => Err("expected values, such as 1,2,5 or [\"first\", \"second\"]".into()),
        false => Ok(values),
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}={}", self.key, self.values)
    }
}

impl fmt::Display for Values {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Values::List(values) => write!(out, "{}", Value::Array(values.clone())),
            Values::Range(Range { from, to, log, count, .. }) => {
                for (bound, dots) in [(from, ".."), (to, "")] {
                    match bound {
                        Bound::Whole(number) => write!(out, "{number}{dots}")?,
                        Bound::Number(number) => write!(out, "{number:?}{dots}")?,
                    }
                }
                out.write_str(if *log { ":log" } else { "" })?;
                count.map_or(Ok(()), |count| write!(out, ":{count}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        let axis: Axis = text.parse().expect("it is sound");
        let count = axis.count().expect("it is said");
        (0..count).map(|at| axis.set(&axis.value(at))).collect()
    }

    #[test]
    fn values_are_as_they_are_written() {
        let table = [
            ("a=1..3", vec!["a=1", "a=2", "a=3"]),
            ("a=0..10:3", vec!["a=0", "a=5", "a=10"]),
            ("a=1..1_000:log:4", vec!["a=1", "a=10", "a=100", "a=1000"]),
            ("a=0.0..1:3", vec!["a=0.0", "a=0.5", "a=1.0"]),
            ("a=1..3:9", vec!["a=1", "a=2", "a=3"]),
            ("a=5..5", vec!["a=5"]),
            ("a=1..9:1", vec!["a=1"]),
            ("p.k=first, second", vec!["p.k=\"first\"", "p.k=\"second\""]),
            ("a=[1, 2.5]", vec!["a=1", "a=2.5"]),
            ("a=true,false", vec!["a=true", "a=false"]),
            (
                "a=18446744073709551615..18446744073709551616",
                vec!["a=\"18446744073709551615\"", "a=\"18446744073709551616\""],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(values(text), expected, "{text}");
            let axis: Axis = text.parse().expect("it is sound");
            assert_eq!(axis.to_string().parse(), Ok(axis), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_varied_is_told() {
        for text in
            ["a", "=1", "a=", "a=3..1", "a=0..9:log:3", "a=1..x", "a=1..2:0", "a=1..2:x", "a=1,,2"]
        {
            assert!(text.parse::<Axis>().is_err(), "{text}");
        }
    }

    #[test]
    fn fewer_values_are_as_they_are_written() {
        let axis = |text: &str| text.parse::<Axis>().expect("it is sound");
        let (two, four) = (Cell::Whole(2), Cell::Whole(4));
        let table = [
            (axis("a=1..9").between(Some(&two), None), "a=2..9"),
            (axis("a=1..9:9").between(Some(&two), Some(&four)), "a=2..4:3"),
            (axis("a=0.0..1:11").between(Some(&Cell::Number(0.3)), None), "a=0.3..1:8"),
            (axis("a=0.5..9:log").between(None, Some(&Cell::Number(4.5))), "a=0.5..4.5:log"),
            (axis("a=[9, 1, 2, 4]").between(Some(&two), Some(&four)), "a=[2, 4]"),
            (
                axis("a=x,y,true").only(&[Cell::Text("y".into()), Cell::Text("true".into())]),
                "a=[\"y\", true]",
            ),
        ];
        for (found, expected) in table {
            assert_eq!(found.to_string(), expected);
        }
    }

    /// From every level and value as often as from every other, and always to another.
    #[test]
    fn moves_change_the_value() {
        let table = [
            ("a=0.0..3", vec![("0.0", "2.0"), ("1.0", "3.0")]),
            ("a=1..2", vec![("1", "2"), ("1", "2")]),
            ("a=0.0..1:11", vec![("0.0", "0.7"), ("0.3", "1.0")]),
            ("a=1..1_000:log", vec![("1", "100"), ("10", "1000")]),
            ("a=x,y,z", vec![("x", "y"), ("x", "z"), ("y", "z")]),
        ];
        let mut drawn = crate::random::stream(1, 2, 3);
        for (text, expected) in table {
            let axis: Axis = text.parse().expect("it is sound");
            assert!(axis.can_move(), "{text}");
            for _ in 0..50 {
                let Move { from, to, step } = axis.drawn_move(&mut drawn);
                let (low, high) = if step > 0.0 { (from, to) } else { (to, from) };
                let pair = (plain(&low), plain(&high));
                assert!(
                    expected.iter().any(|(low, high)| pair == (low.to_string(), high.to_string())),
                    "{text}: {pair:?}"
                );
            }
        }
        for text in ["a=1..1", "a=x", "a=x,y,x", "a=18446744073709551615..18446744073709551616"] {
            assert!(!text.parse::<Axis>().expect("it is sound").can_move(), "{text}");
        }
    }

    #[test]
    fn parts_of_the_way_are_equal() {
        let axis: Axis = "a=1..4".parse().expect("it is sound");
        let at = |part| axis.at(part).to_string();
        assert_eq!([at(0.0), at(0.2499), at(0.25), at(0.9999)], ["1", "1", "2", "4"]);
        let axis: Axis = "a=0.0..1:11".parse().expect("it is sound");
        assert_eq!([0.0, 0.3, 0.95].map(|part| plain(&axis.at(part))), ["0.0", "0.3", "1.0"]);
        let axis: Axis = "a=x,y".parse().expect("it is sound");
        assert_eq!([axis.at(0.49), axis.at(0.5)].map(|value| plain(&value)), ["x", "y"]);
    }
}
