//! `carrots mechanisms`: the catalogue.

use super::{Format, Verdict, print, table};
use carrots::models::{MECHANISMS, Mechanism};
use serde_json::{Value, json};

/// List the mechanisms with their parameters, messages and strategies
#[derive(clap::Args)]
pub struct Args {
    /// How to print them
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

pub fn run(args: Args) -> anyhow::Result<Verdict> {
    match args.format {
        Format::Table => {
            for mechanism in MECHANISMS {
                print(&page(mechanism))?;
            }
        }
        Format::Json => {
            let all: Vec<Value> = MECHANISMS.iter().map(document).collect();
            print(&serde_json::to_string_pretty(&all)?)?;
        }
    }
    Ok(Verdict::Holds)
}

fn page(mechanism: &Mechanism) -> String {
    let params = mechanism.params.iter().map(|param| {
        [param.name, param.unit, param.range, param.about].map(str::to_string).to_vec()
    });
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, about)| vec![name.to_string(), about.to_string()])
            .collect::<Vec<_>>()
    };
    format!(
        "{}: {}\n\n{}\n\n{}\n\n{}\n",
        mechanism.name,
        mechanism.about,
        table(&["parameter", "unit", "range", ""], 4, params),
        table(&["message", ""], 2, pairs(mechanism.messages)),
        table(&["strategy", ""], 2, pairs(mechanism.strategies)),
    )
}

fn document(mechanism: &Mechanism) -> Value {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<Value> {
        pairs.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect()
    };
    let params: Vec<Value> = mechanism
        .params
        .iter()
        .map(|p| json!({ "name": p.name, "unit": p.unit, "range": p.range, "about": p.about }))
        .collect();
    json!({
        "name": mechanism.name,
        "about": mechanism.about,
        "params": params,
        "messages": pairs(mechanism.messages),
        "strategies": pairs(mechanism.strategies),
    })
}
