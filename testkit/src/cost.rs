//! What a contract costs: the code's size and the weight of every message, in a fixed script.
//!
//! `snapshots/NAME.txt` has the numbers, so that a diff shows what a change costs. They may be 5 % off,
//! since two builds of one compiler's version need not give the same code. `UPDATE=1` writes them anew.

use crate::roles;
use crate::sandbox::{Called, Sandbox};
use carrots::model::{Instance, Messages, Model, Op, Step};
use std::path::Path;

/// In the folder of the package that is tested.
const SNAPSHOTS: &str = "snapshots";
const TOLERANCE: f64 = 0.05;
/// The most code that a contract may have, in bytes.
const CODE_SIZE_MAX: usize = 64 * 1024;

/// What a parachain's block has: two seconds of computation in picoseconds, and bytes of proof. Calls may
/// use three quarters of it.
pub const BLOCK: (u64, u64) = (2_000_000_000_000, 5 * 1024 * 1024);

/// Where a contract begins, and calls that succeed on it.
pub type Script<M> = (Instance<M>, Vec<Step<<M as Messages>::Op>>);

/// A message with the time and the proof that it took.
pub type Cost = (&'static str, u64, u64);

/// Plays calls that succeed on the contract, and gives the code's size and what each call cost.
pub fn costs<M: Model>(start: &Instance<M>, script: &[Step<M::Op>]) -> (usize, Vec<Cost>) {
    let mut sandbox = Sandbox::new(start).expect("the contract can be deployed");
    let mut costs = vec![];
    for step in script {
        match step {
            Step::Blocks(blocks) => sandbox.advance(*blocks),
            Step::Call { who, value, op, .. } => {
                let called = sandbox.apply(*who, *value, op).expect("the call can be made");
                costs.push(cost(op.message(), &called));
            }
        }
    }
    (sandbox.code_size().expect("the bundle has code"), costs)
}

/// The cost of a call that succeeded.
pub fn cost(message: &'static str, called: &Called) -> Cost {
    let succeeded = called.returned.as_ref().is_ok_and(|returned| !returned.reverted);
    assert!(succeeded, "{message}: {:?}", called.returned);
    (message, called.weight.ref_time(), called.weight.proof_size())
}

/// Prints the most that a call of each of these messages costs, and panics if it is more than one of so many
/// parts of a [`BLOCK`].
pub fn are_small_parts_of_a_block(costs: &[Cost], messages: &[&str], parts: u64) {
    for message in messages {
        let of = costs.iter().filter(|cost| cost.0 == *message);
        let time = of.clone().map(|cost| cost.1).max().expect("it is called");
        let proof = of.map(|cost| cost.2).max().expect("it is called");
        let percent = |part: u64, all: u64| 100.0 * part as f64 / all as f64;
        let (of_time, of_proof) = (percent(time, BLOCK.0), percent(proof, BLOCK.1));
        println!("{message:<12} {time:>15} {of_time:6.2} % {proof:>9} {of_proof:6.2} %");
        let fits = time <= BLOCK.0 / parts && proof <= BLOCK.1 / parts;
        assert!(fits, "{message} takes more than 1 of {parts} parts of a block");
    }
}

/// Compares the costs of a script, in which every message occurs but those of [`roles`], with the snapshot, and the code's
/// size with the most that is allowed.
pub fn is_as_the_snapshot_says<M: Model>(start: &Instance<M>, script: &[Step<M::Op>]) {
    are_as_the_snapshot_says(M::NAME, &[(start.clone(), script.to_vec())], &roles::MESSAGES);
}

/// The same for scripts that are played one after another, each on a contract of its own, in which every
/// message occurs but these, and the snapshot of that name.
pub fn are_as_the_snapshot_says<M: Model>(name: &str, scripts: &[Script<M>], never: &[&str]) {
    let (mut size, mut costs) = (0, vec![]);
    for (start, script) in scripts {
        let (code, more) = self::costs(start, script);
        (size, costs) = (code, [costs, more].concat());
    }
    assert!(size <= CODE_SIZE_MAX, "{size} bytes, expected at most {CODE_SIZE_MAX}");
    for message in <M as Messages>::messages().iter().filter(|one| !never.contains(&one.name)) {
        assert!(costs.iter().any(|cost| cost.0 == message.name), "no call of {}", message.name);
    }
    let mut lines = vec![
        format!("{:<12} {size:>12}", "code_size"),
        format!("{:<12} {:>12} {:>12}", "message", "ref_time", "proof_size"),
    ];
    lines.extend(
        costs.iter().map(|(message, time, proof)| format!("{message:<12} {time:>12} {proof:>12}")),
    );
    is_snapshot(name, &lines.join("\n"), near);
}

/// Compares a text with the snapshot of that name, line by line. `UPDATE=1` writes it.
pub fn is_snapshot(name: &str, text: &str, same: impl Fn(&str, &str) -> bool) {
    let (path, text) = (Path::new(SNAPSHOTS).join(name).with_extension("txt"), text.trim_end());
    if std::env::var_os("UPDATE").is_some() {
        let written = std::fs::create_dir_all(SNAPSHOTS)
            .and_then(|()| std::fs::write(&path, format!("{text}\n")));
        written.expect("the snapshot can be written");
    }
    let snapshot = std::fs::read_to_string(&path).unwrap_or_default();
    let differ = text.lines().count() != snapshot.lines().count()
        || text.lines().zip(snapshot.lines()).any(|(new, old)| !same(new, old));
    let path = path.display();
    assert!(!differ, "{path} differs; renew it: UPDATE=1 cargo test\n{snapshot}is now\n{text}");
}

/// Whether two lines say the same, with numbers that are close.
fn near(new: &str, old: &str) -> bool {
    let (new, old) = (new.split_whitespace(), old.split_whitespace());
    new.clone().count() == old.clone().count()
        && new.zip(old).all(|(new, old)| match (new.parse::<f64>(), old.parse::<f64>()) {
            (Ok(new), Ok(old)) => (new - old).abs() <= TOLERANCE * old,
            _ => new == old,
        })
}
