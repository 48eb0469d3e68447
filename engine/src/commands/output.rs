//! How commands answer.

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use std::io::{self, Write};

/// What a command came to, if it could do its job.
pub enum Verdict {
    /// What it checked holds, if it checked anything.
    Holds,
    /// What it checked does not hold.
    Fails,
    /// It stopped before the answer was known.
    Stopped,
}

/// How a command without rows prints its result.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON document.
    Json,
}

/// Whether whoever reads the output has stopped, which is no error.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<io::Error>());
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints to stdout; a reader that has stopped is an error like any other.
pub fn print(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{}", text.trim_end())?)
}

/// A table with a header; every column but the first `left` is aligned to the right.
pub fn table(header: &[&str], left: usize, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    for (column, at) in table.column_iter_mut().zip(0..) {
        let alignment = if at < left { CellAlignment::Left } else { CellAlignment::Right };
        column.set_cell_alignment(alignment);
    }
    let lines = table.lines().map(|line| line.trim_end().to_string());
    lines.collect::<Vec<_>>().join("\n")
}

/// Four significant digits, with thousands apart.
pub fn number(x: f64) -> String {
    if x.abs() < 1e4 {
        let digits = if x == 0.0 { 0 } else { (3 - x.abs().log10().floor() as i64).clamp(0, 6) };
        let text = format!("{x:.*}", digits as usize);
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
            false => text,
        };
    }
    if x.abs() >= 1e15 {
        return format!("{x:.3e}");
    }
    let digits = format!("{:.0}", x.abs());
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{}{}", if x < 0.0 { "-" } else { "" }, groups.join(","))
}
