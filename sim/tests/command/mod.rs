//! The command as a user calls it.
#![allow(dead_code, reason = "each test takes what it needs")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs it in the workspace.
pub fn carrots(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.args(args).current_dir(root).output().expect("the binary runs")
}

/// What it prints, if it does its job.
pub fn stdout(args: &[&str]) -> String {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "carrots {}: {error}", args.join(" "));
    String::from_utf8(output.stdout).expect("text")
}

/// The JSON that it prints.
pub fn document(args: &[&str]) -> Value {
    let text = stdout(&[args, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("one document")
}

/// Exit status 2, and one line that says so.
pub fn refused(args: &[&str], message: &str) {
    let output = carrots(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "carrots {}: {error}", args.join(" "));
    assert!(error.contains(message), "expected: {message}\ngot: {error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

/// A folder of a test that is empty.
pub fn folder(test: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().expect("it has one")).expect("a folder");
    folder
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Rows of comma-separated values by the names of their columns.
pub fn rows_of(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.expect("a row")).collect()
}
