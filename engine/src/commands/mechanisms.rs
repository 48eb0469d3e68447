//! `carrots mechanisms`: the catalogue.

use super::output::{Format, Verdict, print, table};
use crate::audit::Property;
use crate::mechanism::{Catalogue, Mechanism};
use crate::model::Message;
use crate::play::{Measure, OF_STRATEGY};
use serde_json::{Value, json};

/// List the mechanisms with their parameters, messages, strategies and metrics, and what can be audited
#[derive(clap::Args)]
pub struct Args {
    /// Only this one
    name: Option<String>,
    /// How to print them
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// What an audit says of a property.
const SAID: [[&str; 2]; 5] = [
    [
        "verdict",
        "holds: for everything in the computed domain, exactly; violated: a counterexample is there; unknown: neither was found in the time, or the scene cannot tell",
    ],
    ["checked", "profiles of options, or plays with an intruder's calls, that were computed"],
    [
        "measured",
        "the most that anybody gains by deviating, where it is a gain; below zero, the best deviation costs that",
    ],
    [
        "options",
        "what a player can choose: each strategy, and the variants that its mechanism's play lists; as counterexamples name them",
    ],
    [
        "expected",
        "violated where the scenario lists it in intended.violated, unknown in intended.unknown, else holds",
    ],
];

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let named = args.name.as_deref().map(|name| catalogue.find(name)).transpose()?;
    let listed = named.as_ref().map_or(catalogue.0, std::slice::from_ref);
    match args.format {
        Format::Table => {
            let pages = listed.iter().copied().map(page).chain([properties()]);
            print(&pages.collect::<Vec<_>>().join("\n\n"))?;
        }
        Format::Json => {
            let all: Vec<Value> = listed.iter().copied().map(document).collect();
            print(&serde_json::to_string_pretty(&all)?)?;
        }
    }
    Ok(Verdict::Holds)
}

fn page(mechanism: &Mechanism) -> String {
    let params = (mechanism.params)()
        .into_iter()
        .map(|param| vec![param.name.into(), param.unit.into(), param.range, param.about.into()]);
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(name, about)| vec![name.to_string(), about.to_string()])
            .collect::<Vec<_>>()
    };
    let messages = (mechanism.messages)().iter();
    format!(
        "{}: {}\n{}\n{}\n\n{}\n\n{}\n\n{}\n",
        mechanism.name,
        mechanism.about,
        roles(mechanism),
        table(&["parameter", "unit", "range", ""], 4, params),
        table(
            &["message", ""],
            2,
            messages.map(|message| vec![call(message), message.about.into()])
        ),
        table(&["strategy", ""], 2, pairs(mechanism.strategies)),
        table(&["metric", "unit", ""], 3, measures(&(mechanism.measures)())),
    )
}

fn measures(measures: &[Measure]) -> Vec<Vec<String>> {
    measures
        .iter()
        .map(|one| [one.name, one.unit.name(), one.about].map(String::from).into())
        .collect()
}

/// What is told of all of them, and what can be asked.
fn properties() -> String {
    let rows = Property::ALL.iter().map(|property| {
        vec![property.name().to_string(), property.terms().join(", "), property.about()]
    });
    let said = SAID.map(|pair| pair.map(String::from).into());
    [
        table(&["of each strategy", "unit", ""], 3, measures(&OF_STRATEGY)),
        table(&["property", "terms", ""], 3, rows),
        table(&["of each property", ""], 2, said),
    ]
    .join("\n\n")
}

/// The accounts that the constructor takes, if it takes any.
fn roles(mechanism: &Mechanism) -> String {
    match mechanism.roles {
        [] => String::new(),
        roles => format!("Accounts with a role: {}\n", roles.join(", ")),
    }
}

/// `bond(operator) + tokens`
fn call(message: &Message) -> String {
    let tokens = if message.payable { " + tokens" } else { "" };
    format!("{}({}){tokens}", message.name, message.arguments.join(", "))
}

fn document(mechanism: &Mechanism) -> Value {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<Value> {
        pairs.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect()
    };
    let params: Vec<Value> = (mechanism.params)()
        .iter()
        .map(|p| json!({ "name": p.name, "unit": p.unit, "range": p.range, "about": p.about }))
        .collect();
    let messages: Vec<Value> = (mechanism.messages)()
        .iter()
        .map(|message| {
            json!({
                "name": message.name,
                "arguments": message.arguments,
                "payable": message.payable,
                "about": message.about,
            })
        })
        .collect();
    let properties: Vec<Value> = Property::ALL
        .iter()
        .map(|one| json!({ "name": one.name(), "terms": one.terms(), "about": one.about() }))
        .collect();
    let metrics: Vec<Value> = (mechanism.measures)()
        .iter()
        .map(|one| json!({ "name": one.name, "unit": one.unit.name(), "about": one.about }))
        .collect();
    json!({
        "name": mechanism.name,
        "about": mechanism.about,
        "roles": mechanism.roles,
        "params": params,
        "messages": messages,
        "strategies": pairs(mechanism.strategies),
        "metrics": metrics,
        "properties": properties,
    })
}
