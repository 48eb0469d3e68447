//! Runs of a scenario.

use super::figure::{Figure, Table};
use super::plot::{Bar, short, tornado};
use super::section::{Section, SourceError, unit_of};
use crate::mechanism::Catalogue;
use crate::play::OF_STRATEGY;
use crate::rows::{Column, Logged};
use crate::scenario::Document;
use crate::simulate::{Simulation, Summary, columns};
use std::path::Path;

/// Reads a folder of `simulate --out`.
pub fn section(folder: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let path = folder.join("scenario.toml");
    let document = Document::read(&path, &[])?;
    let mechanism = catalogue.of(&document)?;
    let simulation = mechanism.simulation(&document)?;
    let all = columns(&*simulation);
    let mut summary = Summary::new(&*simulation, simulation.run());
    for row in Logged::open(&folder.join("runs.csv"), &all)? {
        summary.add(&row?[1..]);
    }
    let summary = summary.finish(&path.display().to_string());
    let missing = simulation.run().runs.saturating_sub(summary.runs);
    let missing =
        if missing > 0 { format!(" {missing} more are not there yet.") } else { String::new() };
    let tokens = 10f64.powi(summary.token.decimals.into());
    let (there, measures) = (summary.runs > 0, (mechanism.measures)());
    let tables = there.then(|| ("Metrics".to_string(), metrics(&summary, &measures, tokens)));
    let figures = there.then(|| payoffs(&summary, &*simulation, tokens));
    Ok(Section {
        title: format!("{}: what comes of it", mechanism.name),
        about: format!(
            "{} runs from seed {}.{missing} Intended is {}. Amounts are in {}.",
            summary.runs,
            summary.seed,
            summary.intended,
            unit_of(&summary.token)
        ),
        tables: tables.into_iter().collect(),
        figures: figures.into_iter().collect(),
        told: Vec::new(),
        again: "carrots simulate FILE --out FOLDER makes the same rows again; FILE is the scenario below.".into(),
        scenario: document.resolved(),
    })
}

fn metrics(summary: &Summary, measures: &[crate::play::Measure], tokens: f64) -> Table {
    let row = |(name, metric): (&String, &crate::simulate::Metric)| {
        let unit = if metric.amount { tokens } else { 1.0 };
        let about = measures.iter().find(|measure| measure.name == name);
        let numbers = [metric.mean, metric.ci95_low, metric.ci95_high, metric.min, metric.max];
        let numbers = numbers.map(|number| short(number / unit));
        let about = about.map_or(String::new(), |measure| measure.about.into());
        std::iter::once(name.clone()).chain(numbers).chain([about]).collect()
    };
    let header = ["metric", "mean", "95 % from", "to", "min", "max", "what it is"];
    Table {
        header: header.map(String::from).into(),
        rows: summary.metrics.iter().map(row).collect(),
        more: 0,
    }
}

fn payoffs(summary: &Summary, simulation: &dyn Simulation, tokens: f64) -> Figure {
    let bar = |(name, of): (&String, &crate::simulate::StrategySummary)| Bar {
        name: if *name == summary.intended { format!("{name} (intended)") } else { name.clone() },
        value: of.mean_payoff / tokens,
        low: of.ci95_low / tokens,
        high: of.ci95_high / tokens,
    };
    let mut bars: Vec<Bar> = summary.strategies.iter().map(bar).collect();
    bars.sort_by(|one, other| other.value.total_cmp(&one.value));
    let row = |(name, of): (&String, &crate::simulate::StrategySummary)| {
        let amounts = [of.mean_payoff, of.ci95_low, of.ci95_high].map(|x| short(x / tokens));
        let numbers =
            amounts.into_iter().chain([short(of.mean_return), short(of.slashed / tokens)]);
        [name.clone(), of.count.to_string()].into_iter().chain(numbers).collect()
    };
    let header = ["strategy", "agents", "payoff", "95 % from", "to", "return", "slashed"];
    let unit =
        simulation.columns().into_iter().find(|Column { name, .. }| name.starts_with("payoff_"));
    let unit = match unit.filter(|_| !summary.token.name.is_empty()) {
        Some(_) => format!(" ({})", summary.token.name),
        None => String::new(),
    };
    Figure {
        title: "payoff by strategy".into(),
        note: format!("A bar is {}; the whisker its 95 % interval.", OF_STRATEGY[0].about),
        plot: tornado(&format!("payoff{unit}"), &bars),
        table: Table {
            header: header.map(String::from).into(),
            rows: summary.strategies.iter().map(row).collect(),
            more: 0,
        },
    }
}
