//! What stands still when: the table in the header of [`carrots_logic::verdicts`], row by row.

use crate::generate::{PEOPLE, cases};
use carrots::model::{Agent, Instance};
use carrots_catalogue::tribunal::Tribunal;
use carrots_logic::oracle::{Db as _, Question, Status};
use carrots_logic::staking::{Db as _, Era, Offence};
use carrots_logic::verdicts::{Case as Charge, Db as _, stands};
use carrots_testkit::still::{Fixed, Row, numbers_stand_still};

const RULES: &str = include_str!("../../../contracts/logic/src/verdicts.rs");

type About = (Agent, Era, Offence);

/// All cases whose question is open or was answered.
fn standing(model: &Instance<Tribunal>) -> Vec<(About, Charge<Agent>, Question<Agent>)> {
    let Tribunal { oracle, staking, verdicts, .. } = &model.db;
    let mut all = Vec::new();
    for operator in PEOPLE {
        for era in 0..=staking.state().era {
            for offence in [Offence::Misconduct, Offence::Equivocation] {
                let Some(case) = verdicts.case(operator, era, offence) else { continue };
                let question = oracle.question(case.question).expect("it is asked");
                if stands(&question) {
                    all.push(((operator, era, offence), case, question));
                }
            }
        }
    }
    all
}

fn question(model: &Instance<Tribunal>, fixed: &mut Fixed) {
    standing(model).iter().for_each(|(about, case, _)| fixed.add(about, case.question));
}

fn reporter(model: &Instance<Tribunal>, fixed: &mut Fixed) {
    standing(model).iter().for_each(|(about, case, _)| fixed.add(about, case.accuser));
}

fn finding(model: &Instance<Tribunal>, fixed: &mut Fixed) {
    let all = standing(model);
    let settled = all.iter().filter(|(.., question)| question.status == Status::Settled);
    settled.for_each(|(about, _, question)| fixed.add(about, question.outcome));
}

#[test]
fn numbers_are_fixed_when_the_header_says_so() {
    let rows: [Row<Tribunal>; 3] = [
        ("the question of a charge", question),
        ("who is reported as the reporter", reporter),
        ("what is reported", finding),
    ];
    numbers_stand_still(RULES, &rows, &cases(), 5_000);
}
