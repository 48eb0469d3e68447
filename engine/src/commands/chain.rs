//! What the commands to a chain have in common: who signs, what is waited for, who is asked.

use crate::chain::{Address, Bundle, ChainError, Node, Record, Signer, Source, Wait};
use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Who signs, and what is waited for.
#[derive(clap::Args)]
pub struct Signing {
    /// Where the signer's secret is: file:PATH, env:VARIABLE, prompt, or dev:NAME for a
    /// development account such as dev:Alice
    #[arg(long, value_name = "SOURCE", default_value = "prompt")]
    signer: String,
    /// Do not ask before signing
    #[arg(long)]
    pub yes: bool,
    /// What to wait for
    #[arg(long, value_enum, default_value = "finalized")]
    pub wait: Until,
}

/// What to wait for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Until {
    /// A block of the best chain
    Included,
    /// A final block
    Finalized,
}

impl From<Until> for Wait {
    fn from(until: Until) -> Self {
        match until {
            Until::Included => Wait::Included,
            Until::Finalized => Wait::Finalized,
        }
    }
}

impl Signing {
    /// Reads the signer's secret.
    pub fn signer(&self) -> anyhow::Result<Signer> {
        signer(&self.signer)
    }

    /// Whether to go on: asks whoever sits at the terminal, if `--yes` does not say so.
    pub fn agreed(&self, question: &str) -> anyhow::Result<bool> {
        if self.yes {
            return Ok(true);
        }
        if !io::stdin().is_terminal() {
            bail!("nobody can be asked here: expected --yes");
        }
        eprint!("{question} [y/N] ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
    }
}

/// Reads the secret that is at a source. The source is not repeated: it may be the secret itself.
pub fn signer(source: &str) -> anyhow::Result<Signer> {
    let source: Source = source.parse().map_err(|expected| anyhow!("--signer: {expected}"))?;
    if let Some(path) = source.exposed() {
        eprintln!("{}: others can read this secret: chmod 600 keeps it", path.display());
    }
    Ok(Signer::read(&source)?)
}

/// What a command needs to work with something that is deployed.
#[derive(clap::Args)]
pub struct Deployed {
    /// The deployment record that `carrots deploy` wrote
    pub record: PathBuf,
    /// The address of a node [default: the record's]
    #[arg(long)]
    pub url: Option<String>,
}

impl Deployed {
    /// Reads the record, and connects to its chain.
    pub fn open(&self) -> anyhow::Result<(Record, Node)> {
        let (record, _) = Record::deployed(&self.record)?;
        let node = Node::connect(self.url.as_ref().unwrap_or(&record.url))?;
        node.check(&record).with_context(|| self.record.display().to_string())?;
        Ok((record, node))
    }
}

/// Reads the bundle of a record, and checks that it is the one that was deployed.
pub fn bundle(record: &Record, path: Option<&Path>) -> anyhow::Result<Bundle> {
    let bundle = Bundle::read(path.unwrap_or(&record.bundle))?;
    if bundle.hash != record.code_hash.0 {
        bail!(
            "{}: its code has the hash 0x{}, the record says {:?}: name the bundle that was \
             deployed with --bundle",
            bundle.path.display(),
            hex::encode(bundle.hash),
            record.code_hash
        );
    }
    Ok(bundle)
}

/// Whether the chain stopped answering: then nobody knows the answer.
pub fn is_lost(error: &anyhow::Error) -> bool {
    let chain = error.chain().find_map(|cause| cause.downcast_ref::<ChainError>());
    matches!(chain, Some(ChainError::Lost(_)))
}

/// `NAME=ADDRESS`.
pub fn role(text: &str) -> Result<(String, Address), String> {
    let (name, address) = text.split_once('=').ok_or("expected NAME=ADDRESS")?;
    Ok((name.into(), address.parse()?))
}
