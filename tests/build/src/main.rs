//! `build-contracts [NAME…]`: compiles the named contracts, or all, for the chain.
//!
//! A contract is a workspace member with the feature `ink-as-dependency`. Its bundle lands in
//! `target/ink/<name>/`; a stamp beside it holds a hash of all that went into it, and while that
//! stays the same nothing is compiled. Started by `scripts/build-contracts`, which puts a compiler that will do on PATH.
//!
//! Exit status: 0 all are built, 1 one does not compile, 2 an unknown name or a wrong compiler.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Metadata, MetadataCommand, Package};
use contract_build::{BuildMode, ExecuteArgs, ManifestPath, Verbosity};

/// Folders of compiled dependencies, the same for every contract: compiled once for all.
const SHARED: [&str; 2] = ["wasm32-unknown-unknown", "release"];

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let (compiler, contracts) = match prepare(&names) {
        Ok(prepared) => prepared,
        Err(error) => return fail(2, &error),
    };
    println!("{:<16} {:>8} {:>8}", "contract", "bytes", "KiB");
    for contract in contracts {
        match contract.build(&compiler) {
            Ok((bytes, done)) => {
                let kib = bytes as f64 / 1024.0;
                println!("{:<16} {bytes:>8} {kib:>8.2}  {done}", contract.name);
            }
            // The compiler's own message has gone to stderr already.
            Err(error) => {
                return fail(1, &error.context(format!("{} is not built", contract.name)));
            }
        }
    }
    ExitCode::SUCCESS
}

fn fail(status: u8, error: &anyhow::Error) -> ExitCode {
    eprintln!("build-contracts: {error:#}");
    ExitCode::from(status)
}

/// The compiler's version and the contracts that are asked for.
fn prepare(names: &[String]) -> Result<(String, Vec<Contract>)> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc")?;
    let compiler = String::from_utf8(output.stdout)?;
    ensure!(
        ["rustc 1.85.", "rustc 1.86."].iter().any(|version| compiler.starts_with(version)),
        "contracts need rustc 1.85 or 1.86, not {}: run scripts/build-contracts",
        compiler.lines().next().unwrap_or_default(),
    );
    let workspace = MetadataCommand::new().exec()?;
    let members = workspace.workspace_packages().into_iter();
    let mut contracts: Vec<Contract> =
        members.filter_map(|package| Contract::new(&workspace, package)).collect();
    contracts.sort_by(|a, b| a.name.cmp(&b.name));
    let known: Vec<&str> = contracts.iter().map(|contract| contract.name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("no contract is called `{name}`: expected {}", known.join(", "));
    }
    contracts.retain(|contract| names.is_empty() || names.contains(&contract.name));
    Ok((compiler, contracts))
}

struct Contract {
    name: String,
    manifest: PathBuf,
    /// Files and folders that decide what comes out: the contract's and those of all that it is made of.
    inputs: Vec<PathBuf>,
    /// Where contract-build puts the results.
    out: PathBuf,
}

impl Contract {
    /// None if the package is no contract.
    fn new(workspace: &Metadata, package: &Package) -> Option<Self> {
        package.features.get("ink-as-dependency")?;
        let root = workspace.workspace_root.as_std_path();
        let mut inputs = vec![package.manifest_path.parent()?.into()];
        let mut at = 0;
        while let Some(folder) = inputs.get(at).cloned() {
            let is_there =
                |one: &&Package| one.manifest_path.parent().is_some_and(|at| at == folder);
            let one = workspace.packages.iter().find(is_there);
            for path in one.into_iter().flat_map(|one| &one.dependencies) {
                let path: Option<PathBuf> = path.path.as_ref().map(Into::into);
                inputs.extend(path.filter(|path| !inputs.contains(path)));
            }
            at += 1;
        }
        inputs.extend([root.join("Cargo.toml"), root.join("Cargo.lock")]);
        Some(Self {
            name: package.name.clone(),
            manifest: package.manifest_path.clone().into(),
            inputs,
            out: workspace.target_directory.join("ink").join(package.name.replace('-', "_")).into(),
        })
    }

    /// The code's size in bytes, and whether it was built.
    fn build(&self, compiler: &str) -> Result<(u64, &'static str)> {
        let file =
            |extension: &str| self.out.join(self.name.replace('-', "_")).with_extension(extension);
        let (stamp, hash) = (self.out.join("inputs.hash"), self.hash(compiler)?);
        let unchanged =
            file("contract").exists() && fs::read_to_string(&stamp).is_ok_and(|old| old == hash);
        if !unchanged {
            self.compile()?;
            fs::write(&stamp, &hash)?;
        }
        let bytes = fs::metadata(file("wasm"))?.len();
        Ok((bytes, if unchanged { "unchanged" } else { "built" }))
    }

    fn compile(&self) -> Result<()> {
        eprintln!("building {} …", self.name);
        self.share()?;
        contract_build::execute(ExecuteArgs {
            manifest_path: ManifestPath::new(&self.manifest)?,
            build_mode: BuildMode::Release,
            verbosity: Verbosity::Quiet,
            ..Default::default()
        })?;
        Ok(())
    }

    /// Lets the contracts share what cargo compiles: contract-build gives each a folder of its own.
    fn share(&self) -> Result<()> {
        fs::create_dir_all(&self.out)?;
        for folder in SHARED {
            fs::create_dir_all(self.out.with_file_name(".shared").join(folder))?;
            let link = self.out.join(folder);
            if !link.exists() {
                std::os::unix::fs::symlink(Path::new("../.shared").join(folder), link)?;
            }
        }
        Ok(())
    }

    fn hash(&self, compiler: &str) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        compiler.hash(&mut hasher);
        for input in &self.inputs {
            hash_path(input, &mut hasher).with_context(|| input.display().to_string())?;
        }
        Ok(format!("{:016x}", hasher.finish()))
    }
}

/// Hashes a file's name and contents, or those of all files below a folder.
fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.file_name().hash(hasher);
    if path.is_dir() {
        let mut entries =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.sort();
        entries.len().hash(hasher);
        entries.iter().try_for_each(|entry| hash_path(entry, hasher))
    } else {
        fs::read(path)?.hash(hasher);
        Ok(())
    }
}
