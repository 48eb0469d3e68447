//! Points of a sweep or a comparison as they arrive: printed, kept, and counted on a bar.

use super::interrupt::Kept;
use crate::rows::{Cell, LogError, Rows};
use crate::sweep::Folder;
use indicatif::{ProgressBar, ProgressStyle};
use std::io;

/// Where points go.
pub struct Points {
    out: Box<dyn Rows>,
    folder: Option<(Folder, Kept)>,
    bar: ProgressBar,
}

impl Points {
    /// None yet, but those in the folder.
    pub fn new(out: Box<dyn Rows>, folder: Option<Folder>) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} points, {eta} left");
        let bar = ProgressBar::new(0).with_style(style.expect("the template is right"));
        let watched = |folder: Folder| {
            let kept = Kept::watch(folder.done());
            (folder, kept)
        };
        Self { out, folder: folder.map(watched), bar }
    }

    /// Those in the folder.
    pub fn there(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<Cell>, LogError>> + use<>, LogError> {
        let rows = self.folder.as_ref().map(|(folder, _)| folder.rows()).transpose()?;
        Ok(rows.into_iter().flatten())
    }

    /// So many more are to come.
    pub fn await_more(&self, count: u64) {
        self.bar.inc_length(count);
    }

    /// One that the folder has.
    pub fn again(&mut self, row: &[Cell]) -> anyhow::Result<()> {
        self.out.add(row)?;
        self.bar.inc(1);
        Ok(())
    }

    /// The next one.
    pub fn add(&mut self, row: &[Cell]) -> anyhow::Result<()> {
        if let Some((folder, kept)) = &mut self.folder {
            kept.add(|| folder.add(row))?;
        }
        self.again(row)
    }

    /// There are no more.
    pub fn finish(self) -> anyhow::Result<()> {
        self.bar.finish_and_clear();
        if let Some((folder, _)) = self.folder {
            folder.finish()?;
        }
        Ok(self.out.finish()?)
    }
}

/// Rows that are not printed.
pub struct Unprinted;

impl Rows for Unprinted {
    fn add(&mut self, _row: &[Cell]) -> io::Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
