//! A local chain of a test's own, and the command.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A local chain, and a folder. The chain ends with the test.
pub struct Localnet {
    process: Child,
    pub url: String,
    pub folder: PathBuf,
}

/// The command, with the errors of a run in words.
pub fn carrots(folder: &Path, arguments: &[&str]) -> Run {
    let output = command(folder, arguments).output().expect("the binary runs");
    Run::new(arguments, output)
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrots"));
    command.args(arguments).current_dir(folder);
    command
}

/// What a run said.
pub struct Run {
    command: String,
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn new(arguments: &[&str], output: Output) -> Self {
        Self {
            command: format!("carrots {}", arguments.join(" ")),
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Whether it ended with that status.
    #[track_caller]
    pub fn ended(self, status: i32) -> Self {
        let Self { command, out, err, .. } = &self;
        assert_eq!(self.status, status, "{command}\n{out}\n{err}");
        self
    }

    /// Whether it refused, in one line, and said so.
    #[track_caller]
    pub fn refused(self, status: i32, saying: &str) {
        let run = self.ended(status);
        let Self { command, err, .. } = &run;
        assert!(err.contains(saying), "{command}\n{err}\nexpected {saying:?}");
        assert_eq!(err.trim().lines().count(), 1, "{command}\n{err}");
    }

    #[track_caller]
    pub fn json(self) -> Value {
        let run = self.ended(0);
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}\n{}", run.out))
    }
}

/// A compiled contract.
pub fn bundle(name: &str) -> String {
    let target =
        Path::new(env!("CARGO_BIN_EXE_carrots")).ancestors().nth(2).expect("a target folder");
    let path = target.join("ink").join(name).join(name).with_extension("contract");
    assert!(path.exists(), "{}: run scripts/build-contracts {name}", path.display());
    path.display().to_string()
}

/// A scenario of the repository.
pub fn scenario(name: &str) -> String {
    format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"))
}

impl Localnet {
    /// Starts one for the test of that name.
    pub fn start(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chain-{test}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let (process, url) = serve(&folder);
        Self { process, url, folder }
    }

    /// Kills the chain, and starts it again with what it had.
    pub fn restart(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
        (self.process, self.url) = serve(&self.folder);
    }

    /// Deploys a mechanism with the roles of agents: the record's path.
    pub fn deploy(&self, mechanism: &str, scenario: &str) -> String {
        let record = format!("{mechanism}.json");
        let bundle = bundle(mechanism);
        self.run(&[
            "deploy",
            &bundle,
            scenario,
            "--url",
            &self.url,
            "--agents",
            "--signer",
            "dev:Alice",
            "--yes",
            "--record",
            &record,
        ])
        .ended(0);
        record
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        carrots(&self.folder, arguments)
    }

    /// A file in the folder.
    pub fn read(&self, file: &str) -> Value {
        let text = std::fs::read_to_string(self.folder.join(file)).expect(file);
        serde_json::from_str(&text).expect(file)
    }

    pub fn write(&self, file: &str, content: &str) {
        std::fs::write(self.folder.join(file), content).expect(file);
    }
}

/// Starts a chain that keeps its state in a folder: the process, and its address.
fn serve(folder: &Path) -> (Child, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/localnet");
    let mut process = Command::new(script)
        .args(["--port", "0", "--state"])
        .arg(folder.join("chain"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("scripts/localnet runs");
    let mut url = String::new();
    let out = process.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut url).expect("its address");
    assert!(url.starts_with("ws://"), "scripts/localnet said {url:?}");
    (process, url.trim().into())
}

impl Drop for Localnet {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
