//! `carrots new`: a workspace of one's own, with a mechanism that works.

use super::output::{Verdict, print};
use crate::mechanism::{Catalogue, Files, Mechanism, Sources};
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
    /// Mechanism to begin with a copy of, instead of the small one
    #[arg(long, value_name = "MECHANISM")]
    with: Option<String>,
    /// Where the repository of Carrots is, if its crates are not to come from the registry
    #[arg(long, value_name = "PATH")]
    carrots: Option<PathBuf>,
}

/// Files in which `mine` stands for the mechanism's name and `CARROTS` for where the crates are. What ends
/// with `.toml.txt` becomes a manifest: cargo leaves folders with manifests out of a package.
macro_rules! templates {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../template/", $path)))),*]
    };
}

/// What every workspace has.
const SHARED: Files = templates![
    "Cargo.toml.txt",
    "contracts/logic/Cargo.toml.txt",
    "contracts/mine/Cargo.toml.txt",
    "scripts/build-contracts",
    "scripts/localnet",
    "scripts/replay",
    "scripts/test",
    "sim/src/main.rs",
    "tests/Cargo.toml.txt",
    "tests/src/bin/replay.rs",
];

/// The small mechanism.
const SMALL: Files = templates![
    "README.md",
    "contracts/logic/src/lib.rs",
    "contracts/mine/lib.rs",
    "sim/Cargo.toml.txt",
    "sim/scenarios/mine.toml",
    "sim/src/lib.rs",
    "sim/src/mine.rs",
    "sim/src/play.rs",
    "tests/snapshots/mine-conformance.txt",
    "tests/snapshots/mine-play.txt",
    "tests/tests/mine.rs",
];

/// What is around a copy, in which `OWN` stands for the workspace's name.
const AROUND: Files = templates![
    "with/README.md",
    "with/contracts/logic/src/lib.rs",
    "with/contracts/mine/lib.rs",
    "with/sim/Cargo.toml.txt",
    "with/sim/src/lib.rs",
    "with/tests/tests/mine.rs",
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

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let Args { name, with, carrots } = args;
    check(&name)?;
    let carrots = carrots.map(|path| repository(&path)).transpose()?;
    let (files, first) = match with {
        None => (small(&name), name.clone()),
        Some(with) => copied(&name, &with, catalogue)?,
    };
    let folder = Path::new(&name);
    if let Err(error) = fs::create_dir(folder) {
        bail!("{name}: expected a folder that is not there yet: {error}");
    }
    for (path, text) in files {
        let path =
            path.strip_suffix(".toml.txt").map_or(path.clone(), |path| format!("{path}.toml"));
        let path = folder.join(path);
        let file = path.display().to_string();
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| file.clone())?;
        }
        fs::write(&path, sourced(&text, carrots.as_deref())).with_context(|| file.clone())?;
        executable(&path).with_context(|| file)?;
    }
    print(&format!(
        "Wrote {name}. Next:\n\n  cd {name}\n  cargo run -- simulate sim/scenarios/{first}.toml\n  \
         cargo run -- audit sim/scenarios/{first}.toml"
    ))?;
    Ok(Verdict::Holds)
}

/// The files of a workspace with the small mechanism.
fn small(name: &str) -> Vec<(String, String)> {
    let all = SHARED.iter().chain(SMALL);
    all.map(|(path, text)| (named(path, name), named(text, name))).collect()
}

/// The files of a workspace with a copy of a mechanism, and the name of its first scenario.
fn copied(
    name: &str,
    with: &str,
    catalogue: Catalogue,
) -> anyhow::Result<(Vec<(String, String)>, String)> {
    let open = |one: &&&'static Mechanism| one.sources.is_some();
    let known: Vec<&str> = catalogue.0.iter().filter(open).map(|one| one.name).collect();
    let found = catalogue.0.iter().find(|one| one.name == with).and_then(|one| one.sources);
    let Some(Sources { rules, play, scenarios, suite, never }) = found else {
        match known.is_empty() {
            true => {
                bail!("--with {with}: this binary has no mechanism of which copies can be made")
            }
            false => bail!("--with {with}: expected one of {}", known.join(", ")),
        }
    };
    ensure!(name != with, "{name:?}: expected another name than that of the mechanism in it");
    let first = scenarios.first().map_or("", |(path, _)| path);
    let first = first.trim_start_matches("../scenarios/").trim_end_matches(".toml");
    let own = |text: &str| {
        let text = ["logic", "sim", "tests"].iter().fold(text.to_string(), |text, part| {
            text.replace(&format!("mine-{part}"), &format!("{name}-{part}"))
                .replace(&format!("mine_{part}"), &format!("{name}_{part}"))
        });
        let text = text.replace("OWN", name).replace("SCENARIO", suite);
        named(&text.replace("NEVER", &format!("{never:?}")).replace("FIRST", first), with)
    };
    let around = AROUND.iter().map(|(path, text)| (path.trim_start_matches("with/"), text));
    let written = SHARED.iter().map(|(path, text)| (*path, text)).chain(around);
    let mut files: Vec<_> = written.map(|(path, text)| (named(path, with), own(text))).collect();
    let in_folder = |folder: &'static str| {
        move |(path, text): &(&str, &str)| {
            let text = text.replace("carrots_logic", &format!("{name}_logic"));
            // Tests that lie in files of their own know more than one mechanism.
            let text = text.replace("#[cfg(test)]\nmod tests;\n\n", "");
            (format!("{folder}/{}", path.trim_start_matches("../scenarios/")), text)
        }
    };
    files.extend(rules.iter().map(in_folder("contracts/logic/src")));
    files.extend(play.iter().map(in_folder("sim/src")));
    files.extend(scenarios.iter().map(in_folder("sim/scenarios")));
    Ok((files, first.into()))
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
