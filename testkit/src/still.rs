//! What stands still when: the table in a mechanism's header, row by row.
//!
//! A row names a number that a reward or a penalty depends on. From the moment on at which it is said to be
//! fixed, no random call changes it, as long as it is there.

use crate::random::{Case, from_env};
use carrots::model::{Instance, Model, Step};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// The numbers that are fixed in a state, by what they are about.
#[derive(Debug, Default)]
pub struct Fixed(BTreeMap<String, String>);

impl Fixed {
    /// The number that this is about is fixed.
    pub fn add(&mut self, about: impl Debug, number: impl Debug) {
        self.0.insert(format!("{about:?}"), format!("{number:?}"));
    }
}

/// The number's name in the table, and those that are fixed in a state.
pub type Row<M> = (&'static str, fn(&Instance<M>, &mut Fixed));

/// The numbers of the table `What stands still when` in a mechanism's header.
fn table(rules: &str) -> Vec<&str> {
    let section = rules.split("//! # What stands still when").nth(1).expect("there is a table");
    let lines = section.lines().skip(1).skip_while(|line| !line.starts_with("//! |"));
    let rows = lines.take_while(|line| line.starts_with("//! |")).skip(2);
    rows.map(|row| row.split('|').nth(1).expect("it has columns").trim()).collect()
}

/// Plays random traces of all cases in memory, of so many steps each; `CARROTS_SEED` is the first one's
/// seed. Panics if the rows are not those of the table in the text of the rules, if one never has a number,
/// or with the first number that moves after it was fixed.
pub fn numbers_stand_still<C: Case>(rules: &str, rows: &[Row<C::Model>], cases: &[C], steps: u32) {
    let names: Vec<&str> = rows.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, table(rules), "a row for each of the table");
    let mut compared = vec![0u64; rows.len()];
    let first = from_env("CARROTS_SEED", 1);
    for (case, seed) in cases.iter().zip(first..) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut model = case.trace().model().expect("the case is sound");
        let mut before: Vec<Fixed> =
            rows.iter().map(|(_, fixed)| fixed_in(*fixed, &model)).collect();
        for at_step in 0..steps {
            let step = case.step(&mut rng, &model);
            match step {
                Step::Blocks(blocks) => model.advance(blocks),
                Step::Call { who, value, op, .. } => drop(model.apply(who, value, op)),
            }
            for (at, (name, fixed)) in rows.iter().enumerate() {
                let now = fixed_in(*fixed, &model);
                for (about, number) in &now.0 {
                    let Some(was) = before[at].0.get(about) else { continue };
                    compared[at] += 1;
                    let (case, test) = (case.name(), C::Model::NAME);
                    assert_eq!(
                        was, number,
                        "{name} {about}: moved by {step:?}, step {at_step} of {case}: \
                         CARROTS_SEED={first} cargo test --workspace --test {test} still"
                    );
                }
                before[at] = now;
            }
        }
    }
    let never = names.iter().zip(&compared).filter(|(_, compared)| **compared == 0);
    let never: Vec<_> = never.map(|(name, _)| name).collect();
    assert!(never.is_empty(), "never fixed over a step: {never:?}");
}

fn fixed_in<M: Model>(fixed: fn(&Instance<M>, &mut Fixed), model: &Instance<M>) -> Fixed {
    let mut all = Fixed::default();
    fixed(model, &mut all);
    all
}
