//! Compiled contracts: the code, and how its messages and events are named in bytes.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::PathBuf;

/// What scripts/build-contracts made of a contract.
#[derive(Clone, Deserialize)]
pub struct Bundle {
    source: Source,
    spec: Spec,
}

#[derive(Clone, Deserialize)]
struct Source {
    wasm: String,
}

#[derive(Clone, Deserialize)]
struct Spec {
    constructors: Vec<Entry>,
    messages: Vec<Entry>,
    events: Vec<Event>,
}

#[derive(Clone, Deserialize)]
struct Entry {
    label: String,
    selector: String,
}

#[derive(Clone, Deserialize)]
struct Event {
    label: String,
    signature_topic: String,
}

impl Bundle {
    /// Reads the bundle of the contract of that name.
    pub fn load(name: &str) -> Result<Self> {
        let path = target().join("ink").join(name).join(name).with_extension("contract");
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("{}: run scripts/build-contracts {name}", path.display()))?;
        serde_json::from_str(&text).with_context(|| path.display().to_string())
    }

    /// The WebAssembly code.
    pub fn code(&self) -> Result<Vec<u8>> {
        bytes(&self.source.wasm)
    }

    /// A call of the constructor `new`.
    pub fn constructor(&self, arguments: &[u8]) -> Result<Vec<u8>> {
        input(&self.spec.constructors, "new", arguments)
    }

    /// A call of a message.
    pub fn message(&self, name: &str, arguments: &[u8]) -> Result<Vec<u8>> {
        input(&self.spec.messages, name, arguments)
    }

    /// The topic by which an event is known.
    pub fn topic(&self, event: &str) -> Result<Vec<u8>> {
        let found = self.spec.events.iter().find(|known| known.label == event);
        bytes(&found.with_context(|| format!("no event {event}"))?.signature_topic)
    }
}

/// The workspace's target folder: of the nearest folder above this one that has a `Cargo.lock`.
pub fn target() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    let root = root.unwrap_or(&here);
    root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()))
}

fn input(entries: &[Entry], name: &str, arguments: &[u8]) -> Result<Vec<u8>> {
    let found = entries.iter().find(|entry| entry.label == name);
    let selector = bytes(&found.with_context(|| format!("no entry {name}"))?.selector)?;
    Ok([&selector, arguments].concat())
}

fn bytes(text: &str) -> Result<Vec<u8>> {
    let digits = text.strip_prefix("0x").with_context(|| format!("not hexadecimal: {text:?}"))?;
    hex::decode(digits).with_context(|| format!("not hexadecimal: {text:?}"))
}
