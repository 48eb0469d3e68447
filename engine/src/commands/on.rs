//! What `simulate` and `replay` do with `--on`: the same on a local chain, compared with memory.

use super::chain::{is_lost, signer};
use super::output::{Format, Verdict, print, table};
use crate::chain::{Address, Ended, Node, OnChain, Player, Record, Script, ScriptError, Wait};
use crate::mechanism::{Catalogue, Mechanism};
use crate::model::{Agent, State};
use crate::scenario::Document;
use crate::trace;
use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where to play.
#[derive(clap::Args)]
pub struct On {
    /// Play on this local chain too, against the deployed contract, and compare: ws://…
    #[arg(long, value_name = "URL")]
    pub on: Option<String>,
    /// The deployment record [default: the file's name with .deployed.json]
    #[arg(long, value_name = "FILE", requires = "on")]
    record: Option<PathBuf>,
    /// Who pays for all: its agents have accounts derived from its secret
    #[arg(long, value_name = "SOURCE", requires = "on", default_value = "dev:Alice")]
    signer: String,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Outcome {
    contract: Address,
    agents: usize,
    blocks: u32,
    calls: u64,
    refused: u64,
    equal: bool,
    difference: Option<String>,
    metrics: BTreeMap<String, serde_json::Value>,
    wealth: Vec<String>,
}

type Names<'a> = &'a dyn Fn(Agent) -> Address;

/// Plays a scenario's first run.
pub fn simulate(
    on: &On,
    mechanism: &Mechanism,
    path: &Path,
    document: &Document,
    format: Format,
) -> anyhow::Result<Verdict> {
    let script = |mechanism: &dyn OnChain, live: &State, names: Names| {
        mechanism.scenario(document, live, names)
    };
    play(on, path, mechanism, format, &script)
}

/// Plays a trace.
pub fn replay(on: &On, catalogue: Catalogue, path: &Path, text: &str) -> anyhow::Result<Verdict> {
    let name = trace::mechanism(text).with_context(|| path.display().to_string())?;
    let mechanism = catalogue.find(&name)?;
    let script =
        |mechanism: &dyn OnChain, live: &State, names: Names| mechanism.trace(text, live, names);
    play(on, path, mechanism, Format::Table, &script)
}

type Make<'a> = &'a dyn Fn(&dyn OnChain, &State, Names) -> Result<Script, ScriptError>;

fn play(
    on: &On,
    path: &Path,
    mechanism: &Mechanism,
    format: Format,
    make: Make,
) -> anyhow::Result<Verdict> {
    let file = on.record.clone().unwrap_or_else(|| path.with_extension("deployed.json"));
    let (record, _) = Record::deployed(&file).with_context(
        || "--on needs a contract of its own: carrots deploy --agents, with the same signer",
    )?;
    if record.mechanism != mechanism.name {
        let (found, name) = (&record.mechanism, mechanism.name);
        bail!("{}: it is a record of {found}, not {name}", file.display());
    }
    let signer = signer(&on.signer)?;
    let node = Node::connect(on.on.as_deref().unwrap_or(&record.url))?;
    node.check(&record)?;
    let mechanism = mechanism.chain;
    let names = |agent: Agent| signer.agent(agent).address();
    let script = |node: &Node| -> anyhow::Result<Script> {
        let live = node.state(record.address, node.head(Wait::Included)?)?;
        let script = make(mechanism, &live, &names);
        script.with_context(|| path.display().to_string())
    };
    let player = Player { node: &node, record: &record, mechanism, signer: &signer };
    player.endow(&script(&node)?)?;
    // What is done depends on the block in which it begins.
    let script = script(&node)?;
    let bar = progress(&script);
    let ended = player.play(&script, &mut |block| bar.set_position(block.at.number.into()));
    bar.finish_and_clear();
    let ended = ended.map_err(anyhow::Error::from).map_err(|error| match is_lost(&error) {
        true => error.context("stopped in the middle: deploy another contract to begin anew"),
        false => error,
    })?;
    show(&record, &script, &ended, format)?;
    Ok(if ended.difference.is_none() { Verdict::Holds } else { Verdict::Fails })
}

fn progress(script: &Script) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} block {pos} of {len}, {eta} left");
    let bar = ProgressBar::new(script.end.block.into());
    bar.with_style(style.expect("the template is right")).with_position(script.start.block.into())
}

fn show(record: &Record, script: &Script, ended: &Ended, format: Format) -> anyhow::Result<()> {
    let agents = script.start.accounts.len();
    if format == Format::Json {
        let outcome = Outcome {
            contract: record.address,
            agents,
            blocks: ended.blocks,
            calls: ended.calls,
            refused: ended.refused,
            equal: ended.difference.is_none(),
            difference: ended.difference.clone(),
            metrics: script
                .metrics
                .iter()
                .filter_map(|(name, cell)| Some((name.clone(), cell.json()?)))
                .collect(),
            wealth: script.wealth.iter().map(u128::to_string).collect(),
        };
        return print(&serde_json::to_string_pretty(&outcome)?);
    }
    print(&format!(
        "{} on {}: {agents} accounts, {} calls in {} blocks, {} of them refused on both sides",
        record.mechanism, record.chain, ended.calls, ended.blocks, ended.refused
    ))?;
    if !script.metrics.is_empty() {
        let rows = script.metrics.iter().map(|(name, value)| vec![name.clone(), value.to_string()]);
        print(&format!("\n{}\n", table(&["metric", "value"], 1, rows)))?;
    }
    match &ended.difference {
        Some(difference) => print(&format!("DIFFERENT  {difference}")),
        None => print(
            "equal after every block, and in the end: storage, tokens held, what each account has",
        ),
    }
}
