//! A second auditor, written from the definitions alone: no symmetry, no orders, nothing clever. It
//! plays every profile of small random scenes, and has to come to what the audit says.
//!
//! `CARROTS_AUDITS` is how many random audits are made, `CARROTS_SEED` is the first scene.

mod definitions;
mod scenes;

use carrots::audit::{Finding, Limits, Property, Terms, Verdict};
use carrots::exact::{Rational, whole};
use carrots::scenario::Document;
use definitions::{Answer, Game, Less};
use num_traits::Signed;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use scenes::{Drawn, asked, draw};

use Property::Bribery;
use Verdict::{Holds, Unknown};

/// The most outcomes that a question may need.
const OUTCOMES_MAX: usize = 2_000;

/// What came of auditing a scene twice.
#[derive(Default)]
struct Told {
    audits: usize,
    /// Scenes that were refused, questions that would take too long, or that nobody answers.
    refused: usize,
    large: usize,
    unanswered: usize,
    different: Vec<String>,
}

impl Told {
    fn plus(mut self, other: Self) -> Self {
        self.audits += other.audits;
        self.refused += other.refused;
        self.large += other.large;
        self.unanswered += other.unanswered;
        self.different.extend(other.different);
        self
    }
}

/// The command that audits it again.
fn command(drawn: &Drawn, questions: &str) -> String {
    let sets: String = drawn.set.iter().map(|set| format!(" --set '{set}'")).collect();
    let Drawn { file, .. } = drawn;
    format!(
        "carrots audit sim/scenarios/{file}.toml{sets} --set 'intended.properties=[{questions}]'"
    )
}

/// Audits a random scene twice.
fn scene(seed: u64) -> Told {
    let rng = &mut ChaCha8Rng::seed_from_u64(seed);
    let drawn = draw(rng);
    let questions = asked(rng, &drawn);
    let path = format!("{}/scenarios/{}.toml", env!("CARGO_MANIFEST_DIR"), drawn.file);
    let text = std::fs::read_to_string(path).expect("it is a shipped scenario");
    let properties = format!("intended.properties=[{}]", questions.join(","));
    let set = [&drawn.set[..], &[properties]].concat();
    let document = Document::parse(drawn.file.into(), text, &set).expect("the keys are there");
    let mut told = Told::default();
    let Some(game) = Game::new(&document) else { return Told { refused: 1, ..told } };
    let small = |terms: &&Terms| game.size(terms) <= OUTCOMES_MAX;
    let asked: Vec<Terms> = game.audited.asked().iter().filter(small).cloned().collect();
    told.large = questions.len() - asked.len();
    game.audited.check(&asked, Limits::default(), &mut |finding| {
        let at = game.audited.asked().iter().position(|terms| *terms == finding.terms);
        match compare(&game, &finding) {
            Ok(true) => told.audits += 1,
            Ok(false) => told.unanswered += 1,
            Err(why) => {
                told.audits += 1;
                let question = &questions[at.expect("it was asked")];
                told.different.push(format!("{why}: {}", command(&drawn, question)));
            }
        }
    });
    told
}

/// Whether both answer, and if so the same; else what is different.
fn compare(game: &Game, finding: &Finding) -> Result<bool, String> {
    let less = Less { options: &finding.not_tried, ends: finding.domain.contains("first or last") };
    let answer = game.answer(&finding.terms, &less, finding);
    let said = |measured: &Option<Rational>| {
        measured.as_ref().map_or("nothing".into(), ToString::to_string)
    };
    let audit = format!("the audit says {} {}", finding.verdict.name(), said(&finding.gain));
    match answer {
        None if finding.verdict == Unknown => Ok(false),
        // Where nobody can do anything else, all that is said of deviations holds.
        None if finding.verdict == Holds && finding.gain.is_none() => Ok(false),
        None => Err(format!("{} {audit}, the definition nothing", finding.terms.property.name())),
        Some(Answer { verdict, measured, rounding }) => {
            let near = match (&measured, &finding.gain) {
                (Some(one), Some(other)) => (one - other).abs() <= whole(rounding),
                (one, other) => one == other,
            };
            // Between the least and the most that bribes may take nobody is sure; else they are.
            let may_differ = finding.terms.property != Bribery || finding.verdict == Unknown;
            let same = verdict == finding.verdict || rounding > 0 && may_differ;
            let definition = format!("the definition {} {}", verdict.name(), said(&measured));
            (near && same).then_some(true).ok_or(format!(
                "{} {audit}, {definition} ({})",
                finding.terms.property.name(),
                finding.method
            ))
        }
    }
}

#[test]
fn the_audit_says_what_the_definitions_say() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let (audits, first) =
        (number("CARROTS_AUDITS").unwrap_or(2_000), number("CARROTS_SEED").unwrap_or(0));
    let (mut told, mut next) = (Told::default(), first);
    while (told.audits as u64) < audits {
        let scenes = next..next + 32;
        told = scenes.into_par_iter().map(scene).reduce(Told::default, Told::plus).plus(told);
        next += 32;
    }
    let Told { audits, refused, large, unanswered, different } = told;
    let all = (next - first) as usize;
    eprintln!(
        "{audits} audits of {all} scenes; {refused} refused, {large} large, {unanswered} unanswered"
    );
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(2 * refused < all && 2 * (large + unanswered) < audits);
}
