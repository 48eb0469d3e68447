//! Which of several rules can meet the goals, and which does best.

use super::Args;
use super::told::Told;
use crate::commands::output::{Verdict, table};
use crate::design::{Asked, Objective, Point};
use crate::scenario::Document;
use crate::sweep::{Axis, AxisError, SweepError, plain};
use serde_json::{Value, json};
use std::cmp::Ordering;

/// The name of a folder for what has that name.
pub fn folder(name: &str) -> String {
    let keeps = |letter: char| letter.is_alphanumeric() || "._=-".contains(letter);
    name.chars().map(|letter| if keeps(letter) { letter } else { '-' }).collect()
}

/// Every scenario, with every value of the key by which is chosen, and what each is called.
pub fn candidates(args: &Args) -> anyhow::Result<Vec<(String, Document)>> {
    let mut all: Vec<(String, Document)> = Vec::new();
    for file in &args.scenario {
        let mut set = args.set.clone();
        set.extend(args.seed.map(|seed| format!("run.seed={seed}")));
        set.extend(args.runs.map(|runs| format!("run.runs={runs}")));
        let document = Document::read(file, &set)?;
        let asked = Asked::of(&document)?;
        let Some(choose) = args.choose.clone().or(asked.choose) else {
            all.push((file.display().to_string(), document));
            continue;
        };
        let wrong = |problem: String| SweepError::Wrong(problem);
        let axis: Axis = choose
            .parse()
            .map_err(|error: AxisError| wrong(error.to_string().replace("--vary", "--choose")))?;
        let count = axis.count().filter(|count| (2..=100).contains(count)).ok_or_else(|| {
            wrong(format!("--choose {choose}: expected from 2 to 100 values, with commas between"))
        })?;
        let free = if args.free.is_empty() { &asked.free } else { &args.free };
        let across = if args.across.is_empty() { &asked.across } else { &args.across };
        let key = |one: &String| one.split('=').next().map(|key| key.trim().to_string());
        if free.iter().chain(across).any(|one| key(one).as_ref() == Some(&axis.key)) {
            return Err(wrong(format!("--choose {choose}: {} is there twice", axis.key)).into());
        }
        for value in (0..count).map(|at| axis.value(at)) {
            let document = document.with(&[axis.set(&value)])?;
            let name = format!("{} {}={}", file.display(), axis.key, plain(&value));
            all.push((name, document));
        }
    }
    for (at, (name, _)) in all.iter().enumerate() {
        if all[..at].iter().any(|(other, _)| folder(other) == folder(name)) {
            return Err(SweepError::Wrong(format!("{name}: it is there twice")).into());
        }
    }
    Ok(all)
}

/// What is best is the same for all.
pub fn check<'g>(all: impl Iterator<Item = &'g [Objective]>) -> Result<(), SweepError> {
    let names = |objectives: &[Objective]| {
        let each = objectives.iter().map(|Objective { name, most }| {
            format!("{} {name}", if *most { "--most" } else { "--least" })
        });
        each.collect::<Vec<_>>().join(" ")
    };
    let mut different = all.map(names).collect::<Vec<_>>();
    different.dedup();
    match &different[..] {
        [one, other, ..] => Err(SweepError::Wrong(format!(
            "expected the same objectives of all rules that are chosen from, not {one:?} and {other:?}"
        ))),
        _ => Ok(()),
    }
}

/// What was found of each, and whether it does best: none of the others has a point that is as good as one of
/// its by every objective and better by one.
pub struct Choice<'g, 'a> {
    found: Vec<Told<'g, 'a>>,
    best: Vec<bool>,
    /// What cannot be asked at all, and why.
    refused: Vec<(String, anyhow::Error)>,
}

impl<'g, 'a> Choice<'g, 'a> {
    pub fn of(found: Vec<Told<'g, 'a>>, refused: Vec<(String, anyhow::Error)>) -> Self {
        let goals = found[0].goals;
        let beaten = |one: &Point| {
            let mut others = found.iter().flat_map(Told::best);
            others.any(|other| goals.compare(other, one) == Some(Ordering::Less))
        };
        let best = found.iter().map(|told| told.best().any(|one| !beaten(one))).collect();
        Self { found, best, refused }
    }

    pub fn verdict(&self) -> Verdict {
        let unknown = |told: &Told| told.answer.unknown > 0;
        match (self.best.contains(&true), self.found.iter().any(unknown)) {
            _ if self.found.iter().any(|told| told.stopped) => Verdict::Stopped,
            (true, _) => Verdict::Holds,
            (false, false) => Verdict::Fails,
            (false, true) => Verdict::Stopped,
        }
    }

    pub fn page(&self) -> String {
        let pages = self.found.iter().map(Told::page);
        let each = pages.collect::<Vec<_>>().join("\n\n");
        if self.found.len() + self.refused.len() == 1 {
            return each;
        }
        let row = |(told, best): (&Told, &bool)| {
            let answer = &told.answer;
            let first = answer.best.first();
            let does = match (best, first) {
                (true, _) => "best",
                (false, Some(_)) => "meets them",
                (false, None) if answer.unknown > 0 => "nobody knows",
                (false, None) => "cannot",
            };
            let mut with = first.map_or(String::new(), |at| told.place(*at));
            if answer.best.len() > 1 {
                with += &format!(" and {} more", answer.best.len() - 1);
            }
            vec![
                told.name.clone(),
                format!("{} of {}", answer.met, told.goals.points()),
                does.to_string(),
                with,
                match (first, &answer.conflict[..]) {
                    (None, []) => told.refusal().into(),
                    (_, conflict) => told.names(conflict),
                },
            ]
        };
        let header = ["rules", "points", "goals", "with", "in the way"];
        let refused = self.refused.iter().map(|(name, why)| {
            vec![name.clone(), String::new(), "cannot".into(), String::new(), why.to_string()]
        });
        let rows = self.found.iter().zip(&self.best).map(row).chain(refused);
        format!("{}\n\n{each}", table(&header, header.len(), rows))
    }

    pub fn document(&self) -> Value {
        if let ([only], []) = (&self.found[..], &self.refused[..]) {
            return only.document();
        }
        let one = |(told, best): (&Told, &bool)| {
            let mut document = told.document();
            document["best_of_all"] = json!(best);
            document
        };
        let refused = self.refused.iter();
        let refused =
            refused.map(|(name, why)| json!({ "scenario": name, "problem": why.to_string() }));
        json!({
            "rules": self.found.iter().zip(&self.best).map(one).collect::<Vec<_>>(),
            "refused": refused.collect::<Vec<_>>(),
        })
    }
}
