//! What a design found, in words and as a document.

use crate::audit;
use crate::commands::output::table;
use crate::design::{
    Answer, Beside, Broken, Division, Goal, Goals, Measured, Met, Part, Point, Points, Relaxed,
    Room, Side, Way,
};
use crate::mechanism::Catalogue;
use crate::scenario::Token;
use crate::sweep::{Axis, Tabled, command, plain};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Best points that are shown.
const SHOWN: usize = 20;

/// Values of a key, and parts, that make a picture.
const SIDE_MAX: u64 = 1_000;
const PARTS_MAX: usize = 10_000;

/// Whether goals are met, as a document says it; null if nobody knows.
fn is_met(met: Met) -> Option<bool> {
    match met {
        Met::Yes => Some(true),
        Met::No => Some(false),
        Met::Unknown => None,
    }
}

/// The answer, in words and as a document.
pub struct Told<'g, 'a> {
    pub goals: &'g Goals<'a>,
    /// Of what these are the goals.
    pub name: String,
    pub points: Points,
    pub way: Way,
    pub answer: Answer,
    /// The bounds at the best point, by runs that were not used to find it.
    pub confirmed: Vec<(Goal, Met, Option<Measured>)>,
    /// What closed forms say of the same points.
    pub beside: Vec<Beside>,
    /// Whether it was stopped before it was done.
    pub stopped: bool,
}

impl Told<'_, '_> {
    /// A value of a free key, by its number.
    fn value(&self, key: usize, at: u64) -> String {
        plain(&self.goals.free()[key].value(at))
    }

    /// The free keys with their values at a point.
    pub fn place(&self, point: u64) -> String {
        let values = self.goals.grid().values(point).into_iter().enumerate();
        let each = values
            .map(|(key, at)| format!("{}={}", self.goals.free()[key].key, self.value(key, at)));
        each.collect::<Vec<_>>().join(" ")
    }

    fn measured(&self, goal: &Goal, measured: Option<&Measured>) -> String {
        let token = self.goals.sweep().token();
        match (goal, measured) {
            (Goal::Property(property), Some(Measured::Exact(number))) => {
                token.show_measured(*property, number)
            }
            (Goal::Bound { name, .. }, Some(Measured::Number(number))) => {
                self.number(name, *number, &token)
            }
            _ => String::new(),
        }
    }

    /// A number of the simulator's, as people read it.
    fn number(&self, name: &str, number: f64, token: &Token) -> String {
        let columns = self.goals.sweep().columns();
        let unit = columns.iter().find(|column| column.name == name).map(|one| one.unit.as_str());
        let is_amount = unit.is_some_and(|unit| !unit.is_empty());
        let scale = if is_amount { 10f64.powi(token.decimals.into()) } else { 1.0 };
        crate::commands::output::number(number / scale)
    }

    /// The command that shows what is said of a goal at a point.
    fn command(&self, point: u64, goal: usize) -> String {
        let row = self.points[&point].rows.get(goal).copied().unwrap_or(0);
        let (file, over) = self.goals.sweep().scenario().origin();
        let set = [over, &self.goals.sweep().set(row)].concat();
        match &self.goals.goals()[goal] {
            Goal::Property(property) => {
                command("audit", file, &set, &format!(" --property {}", property.name()))
            }
            Goal::Bound { .. } => command("simulate", file, &set, ""),
        }
    }

    /// Audits the best point again, and what breaks beside it: with the traces of what is violated there.
    pub fn keep_evidence(&self, folder: &Path, catalogue: Catalogue) -> anyhow::Result<()> {
        let Answer { best, room, .. } = &self.answer;
        let (goals, sweep) = (self.goals.goals(), self.goals.sweep());
        let mut all: Vec<(String, u64, usize)> = Vec::new();
        for point in best.iter().take(1) {
            all.extend((0..goals.len()).map(|goal| (format!("met-{}", goals[goal]), *point, goal)));
        }
        for Room { key, down, up } in room {
            for (side, name) in [(down, "below"), (up, "above")] {
                let key = &self.goals.free()[*key].key;
                let broken =
                    side.broken.iter().filter_map(|one| Some((one.point, *one.goals.first()?)));
                all.extend(broken.map(|(point, goal)| (format!("{name}-{key}"), point, goal)));
            }
        }
        for (name, point, goal) in all {
            let Goal::Property(property) = goals[goal] else { continue };
            let document = sweep.scenario().with(&sweep.set(self.points[&point].rows[goal]))?;
            let audited = catalogue.of(&document)?.audited(&document)?;
            let questions = audit::questions(&*audited, property);
            let mut findings = Vec::new();
            audited.check(&questions, sweep.limits(), &mut |finding| findings.push(finding));
            let asked = format!(" --property {}", property.name());
            crate::commands::audit::save(&folder.join(name), &document, &findings, &asked)?;
        }
        Ok(())
    }

    /// Why a point cannot be played: the first that cannot.
    pub fn refusal(&self) -> &str {
        self.points.values().find_map(|point| point.refused.as_deref()).unwrap_or_default()
    }

    /// The points that are best, the first of all first.
    pub fn best(&self) -> impl Iterator<Item = &Point> {
        self.answer.best.iter().map(|at| &self.points[at])
    }

    pub fn names(&self, goals: &[usize]) -> String {
        let names: Vec<String> =
            goals.iter().map(|goal| self.goals.goals()[*goal].to_string()).collect();
        names.join(", ")
    }

    pub fn page(&self) -> String {
        let Answer { met, unknown, refused, best, unsettled, conflict, .. } = &self.answer;
        let all = self.goals.points();
        let mut page = format!(
            "{}: {met} of {all} points meet {}, {} do not",
            self.name,
            self.names(&(0..self.goals.goals().len()).collect::<Vec<_>>()),
            all - met - unknown
        );
        if *unknown > 0 {
            page += &format!(", of {unknown} nobody knows");
        }
        if *refused > 0 {
            page += &format!(" ({refused} cannot be played)");
        }
        page += "\n";
        page += &self.divided();
        if self.stopped {
            page += "stopped before it was done: what follows is what is known so far\n";
        }
        match (best.is_empty(), conflict.is_empty()) {
            (false, _) => page += &self.found(),
            (true, false) => page += &self.in_conflict(),
            (true, true) => {
                page += &format!("\nno point can be played: {}", self.refusal());
            }
        }
        for one in &self.beside {
            page += &self.by_a_closed_form(one);
        }
        if *unsettled > 0 {
            page += &format!(
                "\n{unsettled} points would be better, of which nobody knows whether they meet all goals: more \
                 --seconds, --memory or --runs may tell"
            );
        }
        page
    }

    /// What a closed form says of the points that were computed.
    fn by_a_closed_form(&self, beside: &Beside) -> String {
        let Beside { goal, formula, source, points, other } = beside;
        let name = &self.goals.goals()[*goal];
        let mut said = format!("\nclosed form of {name}: {formula} ({source}): ");
        said += &match &other[..] {
            [] => format!("it says the same of {points} of {points} points"),
            [first, ..] => format!(
                "it says the same of {} of {points} points, not so of {}",
                points - other.len(),
                self.place(*first)
            ),
        };
        said
    }

    /// How much was computed, and what the rest goes by.
    fn divided(&self) -> String {
        let (computed, all) = (self.points.len(), self.goals.points());
        let division = match &self.way {
            Way::Every => return String::new(),
            Way::Divided(division) => division,
            Way::Searched(_) => {
                return format!("a search chose {computed} of them: there may be better ones\n");
            }
        };
        let mut said = format!(
            "{computed} of them were computed; the others lie in {} parts whose corners agree, each goal taken to be \
             monotone along each key",
            self.answer.parts.iter().filter(|part| part.met != Met::Unknown).count()
        );
        said += &match division.probes() {
            0 => "\n".to_string(),
            probes => format!(": {probes} of these were drawn, and agree\n"),
        };
        if computed as u64 == all {
            said = "all of them were computed\n".into();
        }
        for (goal, name) in self.goals.goals().iter().enumerate() {
            let keys: Vec<&str> = division
                .turning(goal)
                .into_iter()
                .map(|key| self.goals.free()[key].key.as_str())
                .collect();
            if !keys.is_empty() {
                said += &format!(
                    "{name} comes and goes along {}: nothing was concluded there\n",
                    keys.join(", ")
                );
            }
        }
        said
    }

    /// The best points, and how far the first can move.
    fn found(&self) -> String {
        let (goals, best) = (self.goals, &self.answer.best);
        let objectives = goals.objectives().iter().enumerate();
        // Those that have no column of their own.
        let numbers: Vec<_> = objectives.filter(|(_, one)| goals.is_simulated(one)).collect();
        let mut header: Vec<&str> = goals.free().iter().map(|axis| axis.key.as_str()).collect();
        header.extend(numbers.iter().map(|(_, one)| one.name.as_str()));
        let named: Vec<String> = goals.goals().iter().map(ToString::to_string).collect();
        header.extend(named.iter().map(String::as_str));
        let token = goals.sweep().token();
        let row = |at: &u64| {
            let point = &self.points[at];
            let mut row: Vec<String> = goals
                .grid()
                .values(*at)
                .into_iter()
                .enumerate()
                .map(|(key, value)| self.value(key, value))
                .collect();
            row.extend(
                numbers.iter().map(|(at, one)| self.number(&one.name, point.values[*at], &token)),
            );
            let each = goals.goals().iter().zip(&point.measured);
            row.extend(each.map(|(goal, measured)| {
                match (goal, self.measured(goal, measured.as_ref())) {
                    (Goal::Property(_), measured) if measured.is_empty() => "holds".into(),
                    (Goal::Property(_), measured) => format!("holds ({measured})"),
                    (Goal::Bound { .. }, measured) => format!("feasible at 95 % ({measured})"),
                }
            }));
            row
        };
        let mut page = format!("\n{}\n", table(&header, 0, best.iter().take(SHOWN).map(row)));
        if best.len() > SHOWN {
            page += &format!("\nand {} more\n", best.len() - SHOWN);
        }
        if best.len() > 1 && goals.objectives().len() > 1 {
            page += "\nno point is better than one of these by one objective without being worse by another\n";
        }
        if !self.confirmed.is_empty() {
            page += "\n";
        }
        for (goal, met, measured) in &self.confirmed {
            let said = if *met == Met::Yes { "feasible at 95 %" } else { "not confirmed" };
            let measured = self.measured(goal, measured.as_ref());
            page +=
                &format!("with runs that were not used to find it, {goal}: {said} ({measured})\n");
        }
        let mut commands = Vec::new();
        let mut side = |key: usize, side: &Side| match &side.broken {
            None => "no value".to_string(),
            Some(Broken { point, goals }) => {
                commands.extend(goals.first().map(|goal| self.command(*point, *goal)));
                let at = self.goals.grid().values(*point)[key];
                let what = match goals.is_empty() {
                    true => "cannot be played".into(),
                    false => self.names(goals),
                };
                format!("{}: {what}", self.value(key, at))
            }
        };
        let lines: Vec<Vec<String>> = self
            .answer
            .room
            .iter()
            .map(|room| {
                let name = goals.free()[room.key].key.clone();
                let ends = [room.down.last, room.up.last].map(|at| self.value(room.key, at));
                let [low, high] = ends;
                vec![name, low, high, side(room.key, &room.down), side(room.key, &room.up)]
            })
            .collect();
        let header = ["alone", "from", "to", "below it breaks", "above it breaks"];
        page += &format!("\n{}\n", table(&header, 1, lines));
        for goal in 0..goals.goals().len() {
            page += &format!("\nmet:    {}", self.command(best[0], goal));
        }
        for command in commands {
            page += &format!("\nbroken: {command}");
        }
        page
    }

    /// Goals that cannot be met together.
    fn in_conflict(&self) -> String {
        let Answer { conflict, relaxed, unknown, .. } = &self.answer;
        let known = if *unknown > 0 { ", as far as is known" } else { "" };
        let mut page = match &conflict[..] {
            [one] => format!("\nno point meets {}{known}\n", self.names(&[*one])),
            several => format!("\nno point meets all of these{known}: {}\n", self.names(several)),
        };
        for (goal, relaxed) in conflict.iter().zip(relaxed) {
            let name = &self.goals.goals()[*goal];
            match relaxed {
                None => page += &format!("\n{name}: without it the others cannot be met, either"),
                Some(Relaxed { point, measured }) => {
                    let measured = self.measured(name, measured.as_ref());
                    page += &format!(
                        "\n{name}: missed by least with {} (measured: {}), where the others are met: {}",
                        self.place(*point),
                        if measured.is_empty() { "nothing" } else { &measured },
                        self.command(*point, *goal)
                    );
                }
            }
        }
        page
    }

    /// What a picture of the box is made of, where it has two sides: the keys with their values, and which parts of it
    /// meet the goals, from one value of each to another, by their numbers.
    fn picture(&self) -> Value {
        let grid = self.goals.grid();
        let sides = (0..grid.keys()).map(|key| grid.count(key)).collect::<Vec<_>>();
        let each = |(at, point): (&u64, &Point)| (grid.values(*at), grid.values(*at), point.all());
        let parts: Vec<(Vec<u64>, Vec<u64>, Met)> = match self.way {
            Way::Divided(_) => {
                let of = |part: &Part| (part.low.clone(), part.high.clone(), part.met);
                self.answer.parts.iter().map(of).collect()
            }
            _ => self.points.iter().map(each).collect(),
        };
        if sides.len() != 2 || sides.iter().any(|side| *side > SIDE_MAX) || parts.len() > PARTS_MAX
        {
            return Value::Null;
        }
        let key = |(key, axis): (usize, &Axis)| {
            let values: Vec<String> = (0..sides[key]).map(|at| self.value(key, at)).collect();
            json!({ "key": axis.key, "values": values })
        };
        let part = |(low, high, met): (Vec<u64>, Vec<u64>, Met)| json!({ "low": low, "high": high, "met": is_met(met) });
        json!({
            "keys": self.goals.free().iter().enumerate().map(key).collect::<Vec<_>>(),
            "parts": parts.into_iter().map(part).collect::<Vec<_>>(),
            "best": self.answer.best.iter().map(|at| grid.values(*at)).collect::<Vec<_>>(),
        })
    }

    pub fn document(&self) -> Value {
        let Answer { met, unknown, refused, parts, best, unsettled, room, conflict, relaxed } =
            &self.answer;
        let exact = |measured: &Option<Measured>| match measured {
            None => Value::Null,
            Some(Measured::Exact(number)) => json!(number.to_string()),
            Some(Measured::Number(number)) => json!(number),
        };
        let keys = |point: u64| -> Value {
            let values = self.goals.grid().values(point).into_iter().zip(self.goals.free());
            let each = values.map(|(at, axis)| (axis.key.clone(), json!(plain(&axis.value(at)))));
            Value::Object(each.collect::<Map<_, _>>())
        };
        let point = |at: &u64| {
            let point = &self.points[at];
            let measured = self.goals.goals().iter().zip(&point.measured).enumerate();
            let measured = measured.map(|(goal, (name, own))| {
                let value = json!({ "measured": exact(own), "command": self.command(*at, goal) });
                (name.to_string(), value)
            });
            let objectives = self.goals.objectives().iter().zip(&point.values);
            let objectives = objectives.map(|(one, value)| (one.name.clone(), json!(value)));
            json!({
                "values": keys(*at),
                "goals": Value::Object(measured.collect::<Map<_, _>>()),
                "objectives": Value::Object(objectives.collect::<Map<_, _>>()),
            })
        };
        let side = |key: usize, side: &Side| {
            let broken = side.broken.as_ref().map(|Broken { point, goals }| {
                let names: Vec<String> =
                    goals.iter().map(|goal| self.goals.goals()[*goal].to_string()).collect();
                let commands: Vec<String> =
                    goals.iter().map(|goal| self.command(*point, *goal)).collect();
                json!({ "values": keys(*point), "goals": names, "commands": commands })
            });
            json!({ "last": self.value(key, side.last), "broken": broken })
        };
        let room = room.iter().map(|room| {
            let key = &self.goals.free()[room.key].key;
            json!({ "key": key, "down": side(room.key, &room.down), "up": side(room.key, &room.up) })
        });
        let conflict = conflict.iter().zip(relaxed).map(|(goal, relaxed)| {
            let relaxed = relaxed.as_ref().map(|Relaxed { point, measured }| {
                json!({ "values": keys(*point), "measured": exact(measured), "command": self.command(*point, *goal) })
            });
            json!({ "goal": self.goals.goals()[*goal].to_string(), "relaxed": relaxed })
        });
        let part = |Part { low, high, met, missed }: &Part| {
            let span = |(key, (low, high)): (usize, (&u64, &u64))| {
                let ends = json!([self.value(key, *low), self.value(key, *high)]);
                (self.goals.free()[key].key.clone(), ends)
            };
            let spans = low.iter().zip(high).enumerate().map(span);
            let missed = missed.iter().map(|goal| self.goals.goals()[*goal].to_string());
            json!({
                "values": Value::Object(spans.collect::<Map<_, _>>()),
                "met": is_met(*met),
                "missed": missed.collect::<Vec<_>>(),
            })
        };
        let beside = self.beside.iter().map(|Beside { goal, formula, source, points, other }| {
            json!({
                "goal": self.goals.goals()[*goal].to_string(), "formula": formula, "source": source, "points": points,
                "other": other.iter().map(|at| keys(*at)).collect::<Vec<_>>(),
            })
        });
        let confirmed = self.confirmed.iter().map(|(goal, met, measured)| {
            json!({ "goal": goal.to_string(), "met": *met == Met::Yes, "measured": exact(measured) })
        });
        let token = self.goals.sweep().token();
        let goals: Vec<String> = self.goals.goals().iter().map(ToString::to_string).collect();
        json!({
            "scenario": self.name,
            "goals": goals,
            "picture": self.picture(),
            "points": {
                "all": self.goals.points(), "computed": self.points.len(), "met": met, "unknown": unknown, "refused": refused,
                "unsettled": unsettled,
            },
            "stopped": self.stopped,
            "searched": matches!(self.way, Way::Searched(_)),
            "probes": self.way.division().map(Division::probes),
            "confirmed": confirmed.collect::<Vec<_>>(),
            "closed_forms": beside.collect::<Vec<_>>(),
            "parts": parts.iter().map(part).collect::<Vec<_>>(),
            "best": best.iter().map(point).collect::<Vec<_>>(),
            "room": room.collect::<Vec<_>>(),
            "conflict": conflict.collect::<Vec<_>>(),
            "token": { "name": token.name, "decimals": token.decimals },
        })
    }
}
