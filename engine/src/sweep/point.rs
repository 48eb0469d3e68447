//! What comes of a point.

use super::asked::{Asked, SweepError, Wanted};
use super::axis::Axis;
use super::border::border;
use super::design::Points;
use super::tabled::Tabled;
use crate::audit::{self, Finding, Limits, Verdict};
use crate::mechanism::{Catalogue, Mechanism};
use crate::rows::{Cell, Column, Kind};
use crate::scenario::{Document, Property, ScenarioError, Token};
use crate::simulate::{Metric, Simulation};
use num_traits::ToPrimitive;
use std::collections::BTreeMap;
use toml::Value;

/// Runs between two looks at how wide an interval is.
const LOOK: u64 = 8;

/// A scenario at many points.
pub struct Sweep<'a> {
    document: Document,
    mechanism: &'a Mechanism,
    asked: Asked,
    points: Points,
    wanted: Wanted,
    columns: Vec<Column>,
}

/// A row as it is filled.
type Filled = BTreeMap<String, Cell>;

impl Tabled for Sweep<'_> {
    const HEAD: &'static str = "sweep.toml";

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// A scenario that says in `[sweep]` what it is.
    fn text(&self) -> String {
        let asked = toml::to_string(&self.asked).expect("it can be written");
        let version = env!("CARGO_PKG_VERSION");
        format!("# carrots {version}\n{}\n[sweep]\n{asked}", self.document.resolved())
    }
}

impl<'a> Sweep<'a> {
    /// Reads what is to be swept, and says what is wrong with it: also where neither the first nor the last
    /// point can be played.
    pub fn new(
        document: Document,
        catalogue: Catalogue<'a>,
        asked: Asked,
    ) -> Result<Self, SweepError> {
        let mechanism = catalogue.of(&document)?;
        let (points, wanted) = (asked.points(seed_of(&document))?, asked.wanted()?);
        if let Some(find) = &wanted.find {
            let wrong = |problem: &str| SweepError::Wrong(format!("--find {find}: {problem}"));
            let span = find.wholes().and_then(|(from, to)| to.checked_sub(from));
            span.filter(|span| *span > 0)
                .ok_or_else(|| wrong("expected FROM..TO, two whole numbers"))?;
            if wanted.properties.len() != 1 {
                return Err(wrong("expected one --property"));
            }
            if points.axes().iter().any(|axis| axis.key == find.key) {
                return Err(wrong("it is varied already"));
            }
        }
        let mut sweep = Self { document, mechanism, asked, points, wanted, columns: Vec::new() };
        if !sweep.wanted.properties.is_empty() {
            sweep.can_be_audited()?;
        }
        sweep.columns = sweep.table()?;
        Ok(sweep)
    }

    /// Says why if neither the first nor the last point can be audited.
    fn can_be_audited(&self) -> Result<(), ScenarioError> {
        // A border is looked for from the lower end on.
        let find = self.wanted.find.as_ref().and_then(|find| Some((&find.key, find.wholes()?.0)));
        let more: Vec<String> =
            find.into_iter().map(|(key, from)| format!("{key}={from}")).collect();
        let read = |number| {
            let document = self.document(&self.points.point(number), &more)?;
            self.mechanism.audited(&document).map(drop)
        };
        read(0).or_else(|first| read(self.count() - 1).map_err(|_| first))
    }

    /// How many points there are.
    pub fn count(&self) -> u64 {
        self.points.count()
    }

    /// Which points there are.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// What is varied: the columns of these keys follow that of the point.
    pub fn axes(&self) -> &[Axis] {
        self.points.axes()
    }

    /// The seed of what is drawn.
    pub fn seed(&self) -> u64 {
        seed_of(&self.document)
    }

    /// How amounts are shown.
    pub fn token(&self) -> Token {
        self.document.token()
    }

    /// How far its audits go.
    pub fn limits(&self) -> Limits {
        self.wanted.limits
    }

    /// What it is of.
    pub fn scenario(&self) -> &Document {
        &self.document
    }

    /// What a point puts over it, as `--set` takes it.
    pub fn set(&self, number: u64) -> Vec<String> {
        self.put(&self.points.point(number))
    }

    fn document(&self, values: &[Value], more: &[String]) -> Result<Document, ScenarioError> {
        self.document.with(&[self.put(values), more.to_vec()].concat())
    }

    fn put(&self, values: &[Value]) -> Vec<String> {
        self.points.axes().iter().zip(values).map(|(axis, value)| axis.set(value)).collect()
    }

    /// The columns: those of all kinds of points, as far as lists of words make kinds.
    fn table(&self) -> Result<Vec<Column>, SweepError> {
        let mut columns = vec![Column::whole("point")];
        columns.extend(self.points.axes().iter().map(Axis::column));
        if self.wanted.metrics {
            columns.extend([Column::whole("seed"), Column::whole("runs")]);
            for column in self.numbers()? {
                if columns.iter().any(|known| known.name == column.name) {
                    continue;
                }
                for of in ["", "_low", "_high"] {
                    columns.push(Column { name: format!("{}{of}", column.name), ..column.clone() });
                }
            }
        }
        for property in &self.wanted.properties {
            let name = property.name();
            match &self.wanted.find {
                None => {
                    columns.push(Column::text(name));
                    columns.push(Column::number(format!("{name}_measured")));
                    columns.push(Column::text(format!("{name}_exact")));
                }
                Some(find) => {
                    for side in ["below", "above"] {
                        let key = format!("{}_{side}", find.key);
                        columns.push(Column { name: key, ..find.column() });
                        columns.push(Column::text(format!("{name}_{side}")));
                    }
                }
            }
        }
        columns.extend([Column::text("problem"), Column::text("command")]);
        Ok(columns)
    }

    /// What the simulator tells at any kind of point.
    fn numbers(&self) -> Result<Vec<Column>, SweepError> {
        let (first, last) = (self.points.point(0), self.points.point(self.count() - 1));
        let mut points = vec![first.clone(), last];
        for (at, axis) in self.points.axes().iter().enumerate() {
            for kind in axis.kinds() {
                let mut point = first.clone();
                point[at] = kind;
                points.push(point);
            }
        }
        let (mut all, mut problem): (Vec<Column>, _) = (Vec::new(), None);
        for point in points {
            let simulation = self
                .document(&point, &[])
                .and_then(|document| self.mechanism.simulation(&document));
            match simulation {
                Ok(simulation) => all.extend(simulation.columns().into_iter().map(mean)),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        match (problem, &self.wanted.until) {
            (Some(problem), _) if all.is_empty() => Err(problem.into()),
            (_, Some((name, _))) if !all.iter().any(|column| column.name == *name) => {
                let mut names: Vec<&str> = Vec::new();
                for column in &all {
                    if !names.contains(&column.name.as_str()) {
                        names.push(&column.name);
                    }
                }
                let expected = format!("--until {name}: expected one of {}", names.join(", "));
                Err(SweepError::Wrong(expected))
            }
            _ => Ok(all),
        }
    }

    /// The row of a point. What is wrong with it stands in the row.
    pub fn row(&self, number: u64) -> Vec<Cell> {
        let values = self.points.point(number);
        let mut row = Filled::new();
        row.insert("point".into(), Cell::Whole(number.into()));
        for (axis, value) in self.points.axes().iter().zip(&values) {
            row.insert(axis.key.clone(), axis.cell(value));
        }
        let mut commands = Vec::new();
        let filled = self.simulated(&values, &mut row, &mut commands);
        let filled = filled.and_then(|()| self.audited(&values, &mut row, &mut commands));
        if let Err(error) = filled {
            row.insert("problem".into(), Cell::Text(error.to_string().replace('\n', "; ")));
        }
        row.insert("command".into(), Cell::Text(commands.join(" && ")));
        let cell = |column: &Column| row.remove(&column.name).unwrap_or(Cell::None);
        self.columns.iter().map(cell).collect()
    }

    /// A command that gives the same.
    fn command(&self, name: &str, values: &[Value], more: &str) -> String {
        let (file, over) = self.document.origin();
        let set: Vec<String> = over.iter().cloned().chain(self.put(values)).collect();
        command(name, file, &set, more)
    }

    fn simulated(
        &self,
        values: &[Value],
        row: &mut Filled,
        commands: &mut Vec<String>,
    ) -> Result<(), ScenarioError> {
        if !self.wanted.metrics {
            return Ok(());
        }
        let simulation = self.mechanism.simulation(&self.document(values, &[])?)?;
        let run = simulation.run();
        let (runs, metrics) = self.play(&*simulation);
        commands.push(self.command("simulate", values, &format!(" --runs {runs}")));
        row.insert("seed".into(), Cell::Whole(run.seed.into()));
        row.insert("runs".into(), Cell::Whole(runs.into()));
        for (Column { name, .. }, metric) in simulation.columns().into_iter().zip(metrics) {
            row.insert(format!("{name}_low"), Cell::Number(metric.ci95_low));
            row.insert(format!("{name}_high"), Cell::Number(metric.ci95_high));
            row.insert(name, Cell::Number(metric.mean));
        }
        Ok(())
    }

    /// Plays runs until there are enough.
    fn play(&self, simulation: &dyn Simulation) -> (u64, Vec<Metric>) {
        let (run, names) = (simulation.run(), simulation.columns());
        let until = self.wanted.until.as_ref();
        let until = until.and_then(|(name, width)| {
            Some((names.iter().position(|one| one.name == *name)?, *width))
        });
        let mut metrics = vec![Metric::default(); names.len()];
        let mut runs = 0;
        while runs < run.runs {
            let row = simulation.play(run.seed, runs);
            runs += 1;
            for (metric, value) in metrics.iter_mut().zip(row) {
                metric.add(value.number().unwrap_or(f64::NAN), runs);
            }
            if let Some((at, width)) = until.filter(|_| runs.is_multiple_of(LOOK)) {
                let mut metric = metrics[at];
                metric.finish(runs);
                if metric.ci95_high - metric.ci95_low <= width {
                    break;
                }
            }
        }
        metrics.iter_mut().for_each(|metric| metric.finish(runs));
        (runs, metrics)
    }

    fn audited(
        &self,
        values: &[Value],
        row: &mut Filled,
        commands: &mut Vec<String>,
    ) -> Result<(), ScenarioError> {
        let asked: String = self
            .wanted
            .properties
            .iter()
            .map(|one| format!(" --property {}", one.name()))
            .collect();
        match &self.wanted.find {
            _ if self.wanted.properties.is_empty() => {}
            None => {
                let findings = self.findings(values, &[])?;
                commands.push(self.command("audit", values, &asked));
                for (property, findings) in self.wanted.properties.iter().zip(findings) {
                    let name = property.name();
                    row.insert(name.into(), Cell::Text(worst(&findings).name().into()));
                    let measured = findings.iter().find_map(|finding| finding.gain.as_ref());
                    let Some(measured) = measured else { continue };
                    let number = measured.to_f64().map_or(Cell::None, Cell::Number);
                    row.insert(format!("{name}_measured"), number);
                    row.insert(format!("{name}_exact"), Cell::Text(measured.to_string()));
                }
            }
            Some(find) => {
                let name = self.wanted.properties[0].name();
                let verdict = |value: &Value| {
                    let findings = self.findings(values, &[find.set(value)])?;
                    Ok::<_, ScenarioError>(worst(&findings[0]))
                };
                let found = border(find, verdict)?;
                let sides = [("below", Some(found.below)), ("above", found.above)];
                for (side, found) in sides {
                    let Some((value, verdict)) = found else { continue };
                    row.insert(format!("{}_{side}", find.key), Cell::Whole(value));
                    row.insert(format!("{name}_{side}"), Cell::Text(verdict.name().into()));
                }
                if let [first, ..] = found.against[..] {
                    let problem = format!(
                        "the verdict changes more than once: so it does at {} = {first}",
                        find.key
                    );
                    row.insert("problem".into(), Cell::Text(problem));
                }
                let more =
                    format!(" --set {}{asked}", quoted(&format!("{}={}", find.key, found.below.0)));
                commands.push(self.command("audit", values, &more));
            }
        }
        Ok(())
    }

    /// What the audit finds, for each property.
    fn findings(
        &self,
        values: &[Value],
        more: &[String],
    ) -> Result<Vec<Vec<Finding>>, ScenarioError> {
        let audited = self.mechanism.audited(&self.document(values, more)?)?;
        let of = |property: &Property| {
            let mut findings = Vec::new();
            let questions = audit::questions(&*audited, *property);
            audited.check(&questions, self.wanted.limits, &mut |finding| findings.push(finding));
            findings
        };
        Ok(self.wanted.properties.iter().map(of).collect())
    }
}

fn seed_of(document: &Document) -> u64 {
    let seed = document.table().get("run").and_then(|run| run.get("seed")?.as_integer());
    seed.unwrap_or(0) as u64
}

/// A command on a scenario with values put over it, for a shell; `more` is there already as a shell takes it.
pub fn command(name: &str, file: &str, set: &[String], more: &str) -> String {
    let set: String = set.iter().map(|one| format!(" --set {}", quoted(one))).collect();
    format!("carrots {name} {}{set}{more}", quoted(file))
}

/// A column of means of what is in another.
fn mean(column: Column) -> Column {
    Column { kind: Kind::Number, ..column }
}

/// Violated if one is, else unknown if one is.
fn worst(findings: &[Finding]) -> Verdict {
    let any = |verdict| findings.iter().any(|finding| finding.verdict == verdict);
    [Verdict::Violated, Verdict::Unknown]
        .into_iter()
        .find(|one| any(*one))
        .unwrap_or(Verdict::Holds)
}

/// A word of a command, for a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=[]:,+".contains(c);
    let brackets = word.contains('[');
    match !brackets && word.chars().all(plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
