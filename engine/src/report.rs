//! Results as a page that one can send: plots, the tables behind them, and the command that makes it again.
//!
//! | question | module |
//! | --- | --- |
//! | what is told of some results? | [`section`] |
//! | of a sweep? | [`swept`] |
//! | of a design? | [`designed`] |
//! | of a comparison? | [`compared`] |
//! | of runs, and of runs round by round? | [`runs`], [`traced`] |
//! | of an audit? | [`audited`] |
//! | what is drawn of points? | [`figure`] |
//! | which keys matter? | [`tornado`] |
//! | how is it drawn? | [`plot`] |
//! | how is that a picture by itself? | [`picture`] |
//! | how does it become a page? | [`page`] |

mod audited;
mod compared;
mod designed;
mod figure;
mod page;
mod picture;
mod plot;
mod runs;
mod section;
mod swept;
mod tornado;
mod traced;

pub use audited::{Audited, FILE, Told};
pub use page::page;
pub use picture::png;
pub use section::{Section, SourceError};

use crate::mechanism::Catalogue;
use std::path::{Path, PathBuf};

/// What a folder holds of results: itself, or one folder for each of the rules that `design` chose from, by name.
pub fn sources(path: &Path) -> Vec<PathBuf> {
    let inner = std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut designs: Vec<PathBuf> =
        inner.filter(|inner| inner.join(crate::design::FILE).exists()).collect();
    designs.sort();
    match designs.is_empty() || path.join("points.csv").exists() {
        true => vec![path.into()],
        false => designs,
    }
}

/// Reads a folder or a file.
pub fn read(path: &Path, catalogue: Catalogue) -> Result<Section, SourceError> {
    let has = |name: &str| path.join(name).exists();
    match () {
        _ if path.is_file() => traced::section(path),
        _ if has("points.csv") && has(crate::design::FILE) => designed::section(path, catalogue),
        _ if has("points.csv") && crate::sweep::head(path).exists() => {
            swept::section(path, catalogue)
        }
        _ if has("points.csv") && crate::compare::head(path).exists() => {
            compared::section(path, catalogue)
        }
        _ if has("runs.csv") && has("scenario.toml") => runs::section(path, catalogue),
        _ if has(audited::FILE) => audited::section(path, catalogue),
        _ if crate::sweep::head(path).exists() => Err(SourceError::Shards(path.into())),
        _ => Err(SourceError::Unknown(path.into())),
    }
}
