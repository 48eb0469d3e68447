//! Scenario files: TOML, with overrides from the command line. Every error names the file, the
//! line and the key, the value given and what was expected.

mod invalid;
mod property;

pub use invalid::{Invalid, expect};
pub use property::{Fraction, Property, Requirement, Terms, Whole};

use crate::exact::Rational;
use crate::model::State;
use carrots_kernel::Balance;
use num_traits::{Signed, ToPrimitive};
use rand::Rng;
use rand_distr::{Distribution, Pareto};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use toml::{Table, Value};

/// What is wrong with a scenario, and where.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ScenarioError {
    place: String,
    problem: String,
}

/// A scenario file with its overrides, not yet read as any mechanism's.
pub struct Document {
    file: String,
    text: String,
    table: Table,
    set: Vec<String>,
    /// What was put over it, in full.
    over: Vec<String>,
    variants: Vec<Vec<String>>,
    /// `[sweep]`.
    sweep: Option<Value>,
    /// `[compare]`.
    compare: Option<Value>,
    /// `[design]`.
    design: Option<Value>,
}

/// What every scenario has in common.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario<P, W, G, A> {
    /// The mechanism's name.
    pub mechanism: String,
    /// How amounts are shown to people.
    #[serde(default)]
    pub token: Token,
    /// What the contract's constructor takes.
    pub params: P,
    /// What the rules do not know: costs, gains, chances.
    pub world: W,
    /// Groups of agents; in a state, newcomers.
    #[serde(default = "Vec::new")]
    pub agents: Vec<G>,
    /// How long, how often, from which seed.
    pub run: Run,
    /// The behaviour that should be an equilibrium.
    pub intended: Intended,
    /// The part of it all that is audited.
    pub audit: Option<A>,
    /// The state that it starts from; else from the contract's first block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// How amounts are shown to people; files and machines get the smallest unit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What a token is called.
    pub name: String,
    /// The smallest unit is `10^-decimals` of it.
    pub decimals: u8,
}

/// Fractions of no more parts than this are shown as they are.
const FRACTION_MAX: u32 = 1_000;

impl Token {
    /// An amount in tokens, exact, with its name.
    pub fn show(&self, amount: Balance) -> String {
        let digits = format!("{amount:0>width$}", width = usize::from(self.decimals) + 1);
        let (whole, part) = digits.split_at(digits.len() - usize::from(self.decimals));
        let groups = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
        let whole = groups.collect::<Vec<_>>().join(",");
        let text = match part.trim_end_matches('0') {
            "" => whole,
            part => format!("{whole}.{part}"),
        };
        format!("{text} {}", self.name).trim_end().to_string()
    }

    /// What is measured of a property: an amount, or a number without a unit.
    pub fn show_measured(&self, property: Property, number: &Rational) -> String {
        match property.is_amount() {
            true => self.show_exact(number),
            false => number.to_string(),
        }
    }

    /// The same of what may be below zero or no whole number of the smallest unit: then as a fraction
    /// of few parts if a token is that unit, or else about.
    pub fn show_exact(&self, amount: &Rational) -> String {
        let whole = |number: &Rational| number.to_integer().magnitude().to_u128();
        let minus = if amount.is_negative() { "-" } else { "" };
        match whole(&amount.round()) {
            Some(number) if amount.is_integer() => format!("{minus}{}", self.show(number)),
            Some(number) if self.decimals > 0 || *amount.denom() >= FRACTION_MAX.into() => {
                format!("about {minus}{}", self.show(number))
            }
            _ => format!("{amount} {}", self.name).trim_end().to_string(),
        }
    }
}

/// How a scenario is run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Rounds in a run; for staking, eras.
    pub horizon: u32,
    /// Independent runs.
    pub runs: u64,
    /// Where all randomness comes from.
    pub seed: u64,
}

/// The behaviour that should be everyone's best choice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intended {
    /// The strategy's name.
    pub strategy: String,
    /// What it should be, to be audited.
    #[serde(default)]
    pub properties: Vec<Requirement>,
    /// Which of these are known to be violated. Where it is said, the others are expected to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violated: Option<Vec<Property>>,
    /// Which of these are known to have no answer within the usual limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Property>,
    /// Who is trusted with its role, by name: it does only what it should. If it is not said, those
    /// that tell the rules what they cannot see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted: Option<Vec<String>>,
}

/// An amount, or how amounts are distributed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected an amount, { uniform = { min, max } } or { pareto = { min, max, alpha } }"
)]
pub enum Amounts {
    /// The same for everyone.
    Fixed(#[serde(with = "carrots_kernel::text::amount")] Balance),
    /// Every amount from `min` to `max` as likely as any other.
    Uniform {
        /// The distribution.
        uniform: Range,
    },
    /// Heavy-tailed, as wealth is.
    Pareto {
        /// The distribution.
        pareto: Tail,
    },
}

/// Amounts from `min` to `max`, both included.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least amount.
    #[serde(with = "carrots_kernel::text::amount")]
    pub min: Balance,
    /// The greatest amount.
    #[serde(with = "carrots_kernel::text::amount")]
    pub max: Balance,
}

/// A Pareto distribution cut off above: `P(X > x) = (min / x)^alpha` up to `max`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// The least amount.
    #[serde(with = "carrots_kernel::text::amount")]
    pub min: Balance,
    /// The greatest amount: what is drawn above it becomes it.
    #[serde(with = "carrots_kernel::text::amount")]
    pub max: Balance,
    /// The exponent; the smaller, the heavier the tail.
    pub alpha: f64,
}

impl Amounts {
    /// One amount.
    pub fn draw(&self, rng: &mut impl Rng) -> Balance {
        match *self {
            Amounts::Fixed(amount) => amount,
            Amounts::Uniform { uniform: Range { min, max } } => rng.random_range(min..=max),
            Amounts::Pareto { pareto: Tail { min, max, alpha } } => {
                let law = Pareto::new(min as f64, alpha).expect("checked when it was read");
                (law.sample(rng) as Balance).clamp(min, max)
            }
        }
    }

    /// The greatest amount that can be drawn.
    pub fn max(&self) -> Balance {
        match *self {
            Amounts::Fixed(amount) => amount,
            Amounts::Uniform { uniform } => uniform.max,
            Amounts::Pareto { pareto } => pareto.max,
        }
    }

    /// What stands for it where every amount is looked at: `steps + 1` amounts of a uniform
    /// distribution, evenly from its least to its greatest, rounded down. None of a heavy tail.
    pub fn grid(&self, steps: u32) -> Option<Vec<Balance>> {
        match *self {
            Amounts::Fixed(amount) => Some(vec![amount]),
            Amounts::Uniform { uniform: Range { min, max } } => {
                let (span, steps) = (max - min, Balance::from(steps).min(max - min).max(1));
                let value = |step| min + span / steps * step + span % steps * step / steps;
                let mut values: Vec<_> = (0..=steps).map(value).collect();
                values.dedup();
                Some(values)
            }
            Amounts::Pareto { .. } => None,
        }
    }

    /// Says what is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        match *self {
            Amounts::Uniform { uniform: Range { min, max } } if max < min => Err("min <= max"),
            Amounts::Pareto { pareto: Tail { min, max, alpha } }
                if min == 0 || max < min || !alpha.is_finite() || alpha <= 0.0 =>
            {
                Err("0 < min <= max and alpha > 0")
            }
            _ => Ok(()),
        }
    }
}

impl Document {
    /// Reads a file and puts `key=value` overrides over it.
    pub fn read(path: &Path, set: &[String]) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ScenarioError {
            place: file.clone(),
            problem: format!("cannot be read: {error}"),
        })?;
        Self::parse(file, text, set)
    }

    /// The same for a text that came from `file`.
    pub fn parse(file: String, text: String, set: &[String]) -> Result<Self, ScenarioError> {
        let mut table: Table = toml::from_str(&text).map_err(|error| ScenarioError {
            place: format!("{file}:{}", line_at(&text, error.span().map_or(0, |at| at.start))),
            problem: format!("not TOML: {}", error.message().replace('\n', "; ")),
        })?;
        for assignment in set {
            override_with(&mut table, assignment).map_err(|problem| ScenarioError {
                place: format!("--set {assignment}"),
                problem,
            })?;
        }
        let variants = match table.remove("variants") {
            None => Vec::new(),
            Some(variants) => variants.try_into().map_err(|_| ScenarioError {
                place: format!("{file}: variants"),
                problem: "expected a list of lists of key=value".into(),
            })?,
        };
        let [sweep, compare, design] = ["sweep", "compare", "design"].map(|key| table.remove(key));
        let over = set.to_vec();
        let set =
            set.iter().filter_map(|s| s.split_once('=')).map(|(key, _)| key.trim().to_string());
        Ok(Self { file, text, table, set: set.collect(), over, variants, sweep, compare, design })
    }

    /// The scenario, and each of its variants with what it puts over it: for an audit of rules that
    /// have several kinds.
    pub fn variants(&self) -> Result<Vec<(String, Self)>, ScenarioError> {
        let variant = |own: &Vec<String>| {
            let set = [&own[..], &self.over].concat();
            let document = Self::parse(self.file.clone(), self.text.clone(), &set)?;
            let expects = |set: &&String| {
                set.starts_with("intended.violated=") || set.starts_with("intended.unknown=")
            };
            let game = own.iter().filter(|set| !expects(set) && !self.is_put_over(set));
            let game: Vec<_> = game.cloned().collect();
            Ok((game.join(" "), document))
        };
        let none = Vec::new();
        let all = std::iter::once(&none).chain(&self.variants).map(variant);
        // A variant whose values were all put over is none.
        let is_own = |at: usize, name: &str| at == 0 || !name.is_empty();
        let all = all.collect::<Result<Vec<_>, _>>()?.into_iter().enumerate();
        Ok(all.filter(|(at, (name, _))| is_own(*at, name)).map(|(_, variant)| variant).collect())
    }

    /// Whether something else was put over the key of an assignment, or over one that it is a part of.
    fn is_put_over(&self, set: &str) -> bool {
        let key = |set: &str| set.split('=').next().unwrap_or_default().trim().to_string();
        let own = key(set);
        self.over.iter().map(|over| key(over)).any(|over| {
            own.strip_prefix(&over)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// The same with more put over it.
    pub fn with(&self, set: &[String]) -> Result<Self, ScenarioError> {
        let set = [&self.over[..], set].concat();
        Self::parse(self.file.clone(), self.text.clone(), &set)
    }

    /// The file that it was read from, and what was put over it.
    pub fn origin(&self) -> (&str, &[String]) {
        (&self.file, &self.over)
    }

    /// What is swept, if it says so.
    pub fn sweep(&self) -> Option<&Value> {
        self.sweep.as_ref()
    }

    /// What is compared, if it says so.
    pub fn compare(&self) -> Option<&Value> {
        self.compare.as_ref()
    }

    /// What is designed, if it says so.
    pub fn design(&self) -> Option<&Value> {
        self.design.as_ref()
    }

    /// The mechanism that it names.
    pub fn mechanism(&self) -> Result<&str, ScenarioError> {
        match self.table.get("mechanism") {
            Some(Value::String(name)) => Ok(name),
            Some(other) => {
                Err(self.wrong("mechanism", &format!("expected a name in quotes, not {other}")))
            }
            None => Err(self.wrong("mechanism", "missing: expected the name of a mechanism")),
        }
    }

    /// How amounts are shown, as far as it says so.
    pub fn token(&self) -> Token {
        let decimals =
            self.table.get("token").and_then(|token| token.get("decimals")?.as_integer());
        let decimals = decimals.and_then(|decimals| decimals.try_into().ok()).unwrap_or(0);
        Token { name: self.text("token", "name").into(), decimals }
    }

    /// The strategy that is intended, or nothing.
    pub fn intended(&self) -> &str {
        self.text("intended", "strategy")
    }

    fn text(&self, table: &str, key: &str) -> &str {
        let value = self.table.get(table).and_then(|table| table.get(key)?.as_str());
        value.unwrap_or_default()
    }

    /// Whether it has a key of that name.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Reads it as a mechanism's scenario.
    pub fn scenario<T: DeserializeOwned>(&self) -> Result<T, ScenarioError> {
        serde_path_to_error::deserialize(Value::Table(self.table.clone())).map_err(|error| {
            let path = error.path().to_string();
            self.wrong(&path, &for_people(error.into_inner().message()))
        })
    }

    /// An error about a key.
    pub fn wrong(&self, key: &str, problem: &str) -> ScenarioError {
        let overridden = self.set.iter().any(|set| set.starts_with(key));
        let place = if overridden {
            format!("--set {key}")
        } else {
            format!("{}:{}: {key}", self.file, self.line(key))
        };
        let given = match self.value(key) {
            Some(value) if !value.is_table() && !value.is_array() => {
                format!(" = {}", value.to_string().replace('\n', " "))
            }
            _ => String::new(),
        };
        ScenarioError { place: format!("{place}{given}"), problem: problem.to_string() }
    }

    /// The text of the scenario as it is run, overrides included.
    pub fn resolved(&self) -> String {
        toml::to_string(&self.table).expect("a table that was read can be written")
    }

    /// Its table, overrides included.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The value of a key, if it has one.
    pub fn value(&self, key: &str) -> Option<&Value> {
        let mut steps = steps(key);
        let first = self.table.get(steps.next()?)?;
        steps.try_fold(first, |value, step| match value {
            Value::Table(table) => table.get(step),
            Value::Array(array) => array.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The line of the last part of `key` that is in the file.
    fn line(&self, key: &str) -> usize {
        use toml::de::{DeTable, DeValue};
        let Ok(root) = DeTable::parse(&self.text) else {
            return 1;
        };
        let mut at = root.span().start;
        let mut table = Some(root.get_ref());
        let mut array = None;
        for step in steps(key) {
            let next = match (table, array) {
                (Some(table), _) => {
                    let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == step)
                    else {
                        break;
                    };
                    at = name.span().start;
                    value
                }
                (None, Some(items)) => {
                    let items: &toml::de::DeArray = items;
                    let Some(value) = step.parse().ok().and_then(|n: usize| items.get(n)) else {
                        break;
                    };
                    at = value.span().start;
                    value
                }
                (None, None) => break,
            };
            (table, array) = match next.get_ref() {
                DeValue::Table(inner) => (Some(inner), None),
                DeValue::Array(inner) => (None, Some(inner)),
                _ => (None, None),
            };
        }
        line_at(&self.text, at)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(&self.file)
    }
}

/// The reader's words for the types of values, in words of their own.
pub(crate) fn for_people(problem: &str) -> String {
    // What follows is the type's name.
    let keys = ["expected struct", "expected tuple", "expected newtype", "expected unit"];
    let end = keys.iter().filter_map(|kind| problem.find(kind)).min();
    let problem = match end {
        Some(end) => format!("{}expected keys with their values", &problem[..end]),
        None => problem.replace('\n', "; "),
    };
    [
        ("expected u8", "expected a whole number from 0 to 255"),
        ("expected u16", "expected a whole number from 0 to 65,535"),
        ("expected u32", "expected a whole number from 0 to 4,294,967,295"),
        ("expected u64", "expected a whole number from 0 to 2^63 - 1"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("expected value", "expected a value of another kind"),
        ("expected a map", "expected keys with their values"),
        ("invalid type: map", "invalid type: keys with values"),
        ("invalid type: sequence", "invalid type: list"),
    ]
    .iter()
    .fold(problem, |text, (ours, theirs)| text.replace(ours, theirs))
}

/// The last name of a key that is in parts, with the numbers behind it: `price_line[0]`.
fn shown(parts: &[&str]) -> String {
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let name = parts.iter().rposition(|part| !is_number(part)).unwrap_or(0);
    let numbers = parts[name + 1..].iter().map(|number| format!("[{number}]"));
    parts[name].to_string() + &numbers.collect::<String>()
}

/// `agents[2].stake` in its parts.
fn steps(key: &str) -> impl Iterator<Item = &str> {
    key.split(['.', '[', ']']).filter(|step| !step.is_empty())
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text[..offset.min(text.len())].matches('\n').count()
}

/// Puts `key=value` over a table. The key is dotted, with `[n]` for the entries of a list.
fn override_with(table: &mut Table, assignment: &str) -> Result<(), String> {
    let (key, value) =
        assignment.split_once('=').ok_or("expected key=value, such as run.horizon=100")?;
    let (key, value) = (key.trim(), value.trim());
    // What is not a TOML value is taken as a string, so that no shell needs to quote quotes.
    let value = toml::from_str::<Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or_else(|| Value::String(value.to_string()));
    let parts: Vec<&str> = steps(key).collect();
    let ([first, ..], Some(last)) = (&parts[..], parts.len().checked_sub(1)) else {
        return Err("the key is empty".into());
    };
    if last == 0 {
        table.insert(first.to_string(), value);
        return Ok(());
    }
    let lacks = |part: &str| format!("the scenario has no `{part}`");
    let mut at = table.get_mut(*first).ok_or_else(|| lacks(first))?;
    for (step, part) in parts.iter().enumerate().skip(1) {
        let list = shown(&parts[..step]);
        let next = match at {
            Value::Table(inner) if step == last => {
                inner.insert(part.to_string(), value);
                return Ok(());
            }
            Value::Table(inner) => inner.get_mut(*part),
            Value::Array(items) => {
                let item = part.parse::<usize>().ok().and_then(|n| items.get_mut(n));
                let expected = || format!("expected `{list}[n]` with the number of an entry");
                Some(item.ok_or_else(expected)?)
            }
            _ => return Err(format!("`{list}` is a value: it has no keys")),
        };
        at = next.ok_or_else(|| lacks(part))?;
    }
    *at = value;
    Ok(())
}
