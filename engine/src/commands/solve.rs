//! `carrots solve`: the equilibria of a game file.

mod dynamics;
mod equilibria;
mod form;

use super::audit::seconds;
use super::output::{Format, Verdict, print};
use crate::audit::{Limits, Stopped};
use crate::exact::Rational;
use crate::games::extensive::{Extensive, Invalid, Unfit};
use crate::games::lexer::Malformed;
use crate::games::lexer::{Lexer, Token};
use crate::games::strategic::Strategic;
use crate::games::{Limit, efg, nfg};
use crate::mechanism::Catalogue;
use crate::scenario::Document;
use anyhow::{Context, bail};
use bytesize::ByteSize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Find the equilibria of a game, exactly
///
/// Finds one: pure if there is one, else mixed. Of a game in extensive form it is subgame perfect.
/// Exit status 3 says that not everything was searched that the answer depends on: a limit stopped the
/// search, or it leaves something out, which is said. What was found is printed.
#[derive(clap::Args)]
pub struct Args {
    /// The game, in Gambit's format: .nfg for strategic, .efg for extensive form; or a scenario, a
    /// .toml file, for the game that is audited
    game: PathBuf,
    /// Put a value over one of the scenario, such as audit.jurors=3
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// All equilibria: extreme ones of two players, if only two have a choice that is not dominated;
    /// pure and symmetric ones of more; subgame-perfect ones of a game in extensive form, pure where a
    /// subgame has pure ones
    #[arg(long)]
    all: bool,
    /// Dominated strategies, and what is left when they are taken away again and again
    #[arg(long)]
    dominated: bool,
    /// Correlated and coarse correlated equilibria with the best and the worst total payoff
    #[arg(long)]
    correlated: bool,
    /// Where play comes to that adapts, and how far that is from an equilibrium: for games that are
    /// too large to be solved
    #[arg(long, value_enum, value_name = "NAME")]
    dynamics: Option<dynamics::Dynamics>,
    /// Seed of the randomness of regret matching
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Solve a game in extensive form by its strategic form
    #[arg(long)]
    strategic: bool,
    /// How far to search: profiles, pivots, nodes
    #[arg(long, value_name = "STEPS", default_value_t = Limit::default().steps)]
    limit: u64,
    /// How long to search
    #[arg(long, value_name = "NUMBER", default_value = "60", value_parser = seconds)]
    seconds: f64,
    /// How much memory to use, about, such as 512MiB
    #[arg(long, value_name = "BYTES", default_value_t = ByteSize(Limit::default().bytes as u64))]
    memory: ByteSize,
    /// How to print the result
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Write the game, in the format that the name ends with, .nfg or .efg, to a file which must
    /// not be there yet
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl Args {
    /// Whether something else than equilibria is asked for.
    fn asks_for_others(&self) -> bool {
        self.dominated || self.correlated || self.dynamics.is_some()
    }
}

/// A game as its file has it.
enum Game {
    Strategic(Strategic),
    Extensive(Extensive),
}

/// What there is to say, for people and for programs.
struct Report {
    paragraphs: Vec<String>,
    document: Map<String, Value>,
    complete: bool,
}

pub fn run(args: Args, catalogue: Catalogue) -> anyhow::Result<Verdict> {
    let bytes = usize::try_from(args.memory.as_u64()).unwrap_or(usize::MAX);
    let until = Duration::try_from_secs_f64(args.seconds).ok();
    let until = until.and_then(|time| Instant::now().checked_add(time));
    let limit = Limit { steps: args.limit, bytes, until };
    let game = match args.game.extension() {
        Some(end) if end == "toml" => audited(&args, bytes, catalogue)?,
        _ if args.set.is_empty() => read(&args.game, limit)?,
        _ => bail!("--set: expected a scenario, a .toml file, not {}", args.game.display()),
    };
    if let Some(path) = &args.write {
        write(&game, path, limit)?;
        eprintln!("Wrote {}.", path.display());
        if !args.all && !args.asks_for_others() {
            return Ok(Verdict::Holds);
        }
    }
    let report = report(&args, &game, limit);
    report.with_context(|| args.game.display().to_string())?.finish(args.format)
}

/// All that was asked for.
fn report(args: &Args, game: &Game, limit: Limit) -> anyhow::Result<Report> {
    let mut report = Report::new(game);
    let equilibria = args.all || !args.asks_for_others();
    let tree = match game {
        Game::Extensive(tree) if equilibria && !args.strategic => Some(tree),
        _ => None,
    };
    if let Some(tree) = tree {
        report.subgame_perfect(tree, args.all, limit)?;
        if !args.asks_for_others() {
            return Ok(report);
        }
    }
    let Some(game) = report.strategic(game, limit)? else { return Ok(report) };
    if equilibria && tree.is_none() {
        report.equilibria(&game, args.all, limit)?;
    }
    if args.dominated {
        report.dominated(&game, limit);
    }
    if args.correlated {
        report.correlated(&game, limit);
    }
    if let Some(dynamics) = args.dynamics {
        report.dynamics(&game, dynamics, args.seed, limit);
    }
    Ok(report)
}

/// The game of a scenario.
fn audited(args: &Args, memory: usize, catalogue: Catalogue) -> anyhow::Result<Game> {
    let document = Document::read(&args.game, &args.set)?;
    let limits = Limits { memory, seconds: args.seconds, ..Limits::default() };
    let tree = catalogue.audited(&document)?.tree(limits);
    Ok(Game::Extensive(tree.with_context(|| args.game.display().to_string())?))
}

fn read(path: &Path, limit: Limit) -> anyhow::Result<Game> {
    let file = path.display();
    let unread = || format!("{file}: cannot be read");
    let size = std::fs::metadata(path).with_context(unread)?.len();
    if size > limit.bytes as u64 {
        let limit = limit.bytes;
        return Err(Beyond(format!("{file}: {size} bytes: --memory allows for {limit}")).into());
    }
    let text = std::fs::read_to_string(path).with_context(unread)?;
    let wrong = |error: Malformed| match error.is_beyond {
        true => Beyond(format!("{file}:{error}")).into(),
        false => anyhow::Error::msg(format!("{file}:{error}")),
    };
    let lexer = Lexer::new(&text).map_err(wrong)?;
    match lexer.peek() {
        Token::Word("EFG") => efg::read(&text, limit).map(Game::Extensive).map_err(wrong),
        Token::Word("NFG") => nfg::read(&text, limit).map(Game::Strategic).map_err(wrong),
        _ => Err(wrong(lexer.wrong("`NFG` or `EFG`"))),
    }
}

/// A game that the limits have no room for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Beyond(String);

/// Whether a limit stopped the command before it had anything to print.
pub fn is_stopped(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Beyond>()
            || matches!(cause.downcast_ref(), Some(Unfit::TooLarge(_)))
            || matches!(cause.downcast_ref(), Some(Invalid::TooLarge(_)))
            || matches!(cause.downcast_ref(), Some(Stopped::Memory { .. } | Stopped::Time { .. }))
    })
}

fn write(game: &Game, path: &Path, limit: Limit) -> anyhow::Result<()> {
    let file = path.display();
    let beyond = || format!("--write {file}");
    let text = match (path.extension().and_then(|end| end.to_str()), game) {
        (Some("nfg"), Game::Strategic(game)) => nfg::write(game),
        (Some("nfg"), Game::Extensive(game)) => {
            nfg::write(&game.reduced(limit).with_context(beyond)?.strategic)
        }
        (Some("efg"), Game::Strategic(game)) => {
            efg::write(&Extensive::simultaneous(game, limit).with_context(beyond)?)
        }
        (Some("efg"), Game::Extensive(game)) => efg::write(game),
        _ => bail!("--write {file}: expected a name that ends with .nfg or .efg"),
    };
    let open = OpenOptions::new().write(true).create_new(true).open(path);
    let written = open.and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("{file}: cannot be written"))
}

/// A name of an action: its own, or else its number.
fn name(names: &[String], at: usize) -> String {
    match names[at].as_str() {
        "" => (at + 1).to_string(),
        name => name.to_string(),
    }
}

fn texts(numbers: &[Rational]) -> Vec<String> {
    numbers.iter().map(Rational::to_string).collect()
}

impl Report {
    fn new(game: &Game) -> Self {
        let (title, comment, players, size) = match game {
            Game::Strategic(game) => {
                let shape: Vec<_> = game.shape().iter().map(usize::to_string).collect();
                let size = format!("strategic form, {} strategies", shape.join(" x "));
                (&*game.title, &*game.comment, &*game.players, size)
            }
            Game::Extensive(game) => {
                let (nodes, sets) = (game.nodes().len(), game.sets().len());
                let size = format!("extensive form, {nodes} nodes, {sets} information sets");
                (game.title(), game.comment(), game.players(), size)
            }
        };
        let mut document = Map::new();
        document.insert("title".into(), title.into());
        document.insert("players".into(), json!(players));
        let heading = match title {
            "" => format!("A game in {size}"),
            title => format!("{title}: {size}"),
        };
        let about = match comment.trim() {
            "" => heading,
            comment => format!("{heading}\n{comment}"),
        };
        Self { paragraphs: vec![about], document, complete: true }
    }

    fn say(&mut self, paragraph: impl Into<String>) {
        self.paragraphs.push(paragraph.into());
    }

    fn put(&mut self, key: &str, value: Value) {
        self.document.insert(key.into(), value);
    }

    /// What a limit stopped.
    fn stopped(&mut self, what: &str) {
        self.complete = false;
        self.say(format!("Stopped: {what}: --limit, --seconds and --memory allow for more"));
    }

    /// What is never searched for.
    fn left_out(&mut self, what: &[&str]) {
        self.put("not_searched", json!(what));
        self.complete &= what.is_empty();
        what.iter().for_each(|what| self.say(format!("Not searched: {what}")));
    }

    /// The game's strategic form, if the limit has room for it.
    fn strategic<'a>(
        &mut self,
        game: &'a Game,
        limit: Limit,
    ) -> anyhow::Result<Option<Cow<'a, Strategic>>> {
        let game = match game {
            Game::Strategic(game) => Cow::Borrowed(game),
            Game::Extensive(game) => match game.reduced(limit) {
                Ok(reduced) => Cow::Owned(reduced.strategic),
                Err(error @ Unfit::TooLarge(_)) => {
                    self.document.entry("equilibria").or_insert_with(|| json!([]));
                    self.stopped(&error.to_string());
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            },
        };
        self.put("strategies", json!(game.strategies));
        Ok(Some(game))
    }

    fn finish(mut self, format: Format) -> anyhow::Result<Verdict> {
        self.put("complete", self.complete.into());
        match format {
            Format::Table => print(&self.paragraphs.join("\n\n"))?,
            Format::Json => print(&serde_json::to_string_pretty(&self.document)?)?,
        }
        Ok(if self.complete { Verdict::Holds } else { Verdict::Stopped })
    }
}
