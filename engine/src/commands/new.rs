//! `carrots new`: a workspace of one's own, with a mechanism that works.

use super::output::{Verdict, print};
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Write a workspace with a small mechanism that works: rules, contract, play, tests
///
/// It is a start for rules of your own: everything in it is yours to change.
#[derive(clap::Args)]
pub struct Args {
    /// Name of the mechanism, and of the folder: lowercase letters, digits and underscores
    name: String,
    /// Where the repository of Carrots is, if its crates are not to come from the registry
    #[arg(long, value_name = "PATH")]
    carrots: Option<PathBuf>,
}

/// The files, in which `mine` stands for the mechanism's name and `CARROTS` for where the crates are. What
/// ends with `.toml.txt` becomes a manifest: cargo leaves folders with manifests out of a package.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../template/", $path)))),*]
    };
}
const FILES: &[(&str, &str)] = files![
    "Cargo.toml.txt",
    "README.md",
    "contracts/logic/Cargo.toml.txt",
    "contracts/logic/src/lib.rs",
    "contracts/mine/Cargo.toml.txt",
    "contracts/mine/lib.rs",
    "scripts/build-contracts",
    "scripts/localnet",
    "scripts/replay",
    "scripts/test",
    "sim/Cargo.toml.txt",
    "sim/scenarios/mine.toml",
    "sim/src/lib.rs",
    "sim/src/main.rs",
    "sim/src/mine.rs",
    "sim/src/play.rs",
    "tests/Cargo.toml.txt",
    "tests/snapshots/mine-conformance.txt",
    "tests/snapshots/mine-play.txt",
    "tests/src/bin/replay.rs",
    "tests/tests/mine.rs",
];

/// Words that no crate can be called by, and names that something in the workspace has already.
const TAKEN: &[&str] = &[
    "abstract",
    "accounts",
    "as",
    "async",
    "await",
    "balance",
    "become",
    "block",
    "box",
    "break",
    "collected",
    "confirmed",
    "const",
    "continue",
    "core",
    "crate",
    "db",
    "do",
    "dyn",
    "else",
    "enum",
    "error",
    "events",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "game",
    "gen",
    "hash",
    "hashing",
    "if",
    "impl",
    "in",
    "ink",
    "joined",
    "kernel",
    "let",
    "logic",
    "loop",
    "macro",
    "match",
    "mechanism",
    "member",
    "mod",
    "move",
    "mut",
    "op",
    "override",
    "paid",
    "params",
    "params_error",
    "perbill",
    "play",
    "priv",
    "pub",
    "receipt",
    "ref",
    "return",
    "roles",
    "rules",
    "salt",
    "self",
    "settled",
    "sim",
    "state",
    "static",
    "std",
    "strategy",
    "struct",
    "super",
    "test",
    "tests",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "world",
    "yield",
];

pub fn run(args: Args) -> anyhow::Result<Verdict> {
    let Args { name, carrots } = args;
    check(&name)?;
    let carrots = carrots.map(|path| repository(&path)).transpose()?;
    let folder = Path::new(&name);
    if let Err(error) = fs::create_dir(folder) {
        bail!("{name}: expected a folder that is not there yet: {error}");
    }
    for (path, text) in FILES {
        let path =
            path.strip_suffix(".toml.txt").map_or(path.to_string(), |path| format!("{path}.toml"));
        let path = folder.join(named(&path, &name));
        let file = path.display().to_string();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| file.clone())?;
        }
        let text = sourced(&named(text, &name), carrots.as_deref());
        fs::write(&path, text).with_context(|| file.clone())?;
        executable(&path).with_context(|| file)?;
    }
    print(&format!(
        "Wrote {name}. Next:\n\n  cd {name}\n  cargo run -- simulate sim/scenarios/{name}.toml\n  \
         cargo run -- audit sim/scenarios/{name}.toml"
    ))?;
    Ok(Verdict::Holds)
}

/// Whether the mechanism, its crates and its types can be called that.
fn check(name: &str) -> anyhow::Result<()> {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let first = name.chars().next().is_some_and(|first| first.is_ascii_lowercase());
    // Its type is called by it, too, and by the type it: so words begin with a letter.
    let words = name.split('_').all(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    ensure!(
        first && words && name.chars().all(small),
        "{name:?}: expected a name of lowercase letters, digits and single underscores, a letter first \
         and after every underscore"
    );
    let taken = TAKEN.contains(&name) || name.starts_with("carrots");
    ensure!(!taken, "{name:?}: expected another name: Rust, ink! or Carrots has it");
    Ok(())
}

/// The whole path of a folder that has the crates of Carrots.
fn repository(path: &Path) -> anyhow::Result<String> {
    let whole = fs::canonicalize(path).with_context(|| format!("--carrots {}", path.display()))?;
    let is = whole.join("engine/Cargo.toml").is_file();
    ensure!(is, "--carrots {}: expected a folder with `engine/Cargo.toml`", path.display());
    Ok(whole.display().to_string())
}

fn named(text: &str, name: &str) -> String {
    let camel: String = name.split('_').map(capital).collect();
    text.replace("MINE", &name.to_uppercase()).replace("Mine", &camel).replace("mine", name)
}

fn capital(part: &str) -> String {
    let (first, rest) = part.split_at(part.len().min(1));
    first.to_uppercase() + rest
}

/// Crates of Carrots from that folder, or else from the registry, of this version.
fn sourced(text: &str, carrots: Option<&str>) -> String {
    let Some(path) = carrots else {
        let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
        let lines = text.lines().map(|line| match line.split_once("path = \"CARROTS/") {
            Some((before, after)) => match after.split_once('"') {
                Some((_, after)) => format!("{before}{version}{after}\n"),
                None => format!("{line}\n"),
            },
            None => format!("{line}\n"),
        });
        return lines.collect();
    };
    text.replace("CARROTS/", &format!("{path}/"))
}

/// Scripts can be run.
fn executable(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if path.extension().is_none() {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}
