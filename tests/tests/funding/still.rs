//! What stands still when: every row of the table in the rules' header.

use crate::generate::{AGENTS, cases};
use carrots::model::{Agent, Instance};
use carrots_catalogue::funding::{Funding, Op, Receipt};
use carrots_logic::funding::{Db, Kind, Project, ProjectId};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Funding>;

const ROWS: &[Row<Funding>] = &[
    ("window of a round, all parameters", |model, fixed| {
        fixed.add("", Db::params(&model.db));
        fixed.add(model.db.state().round, model.db.state().start);
    }),
    ("owner, text and reserve of a project", |model, fixed| {
        for (number, project) in projects(model) {
            fixed.add(number, (project.owner, project.round, project.text));
            if project.round == model.db.state().round {
                fixed.add((number, "reserve"), project.deposit);
            }
        }
    }),
    ("what was sponsored", |model, fixed| {
        let state = model.db.state();
        if is_over(model) {
            fixed.add(state.round, state.sponsored);
        }
    }),
    ("pool of a round", |model, fixed| {
        (0..model.db.state().round)
            .for_each(|round| fixed.add(round, model.db.outcome(round).pool));
    }),
    ("contributions, roots, pairs", |model, fixed| {
        let state = model.db.state();
        for (number, project) in projects(model) {
            let open = project.round == state.round;
            // Of pledges some come back later.
            if open && is_over(model) || !open && Db::params(&model.db).kind != Kind::Assurance {
                let given = (0..AGENTS).map(|who| model.db.contribution(who, number));
                let given: Vec<_> = given.collect();
                let Project { contributors, raised, roots, .. } = project;
                fixed.add(number, (given, contributors, raised, roots));
            }
        }
        if is_over(model) {
            let pairs =
                (1..=state.contributors).flat_map(|high| (1..high).map(move |low| (low, high)));
            let pairs = pairs.map(|(low, high)| model.db.pair(state.round, low, high));
            fixed.add(("pairs", state.round), pairs.collect::<Vec<_>>());
        }
    }),
    ("sum of the ideal matches, and so the factor", |model, fixed| {
        let state = model.db.state();
        if is_over(model) {
            fixed.add((state.round, "wanted"), state.wanted);
        }
        for round in 0..state.round {
            let outcome = model.db.outcome(round);
            fixed.add(round, (outcome.given, outcome.wanted));
        }
    }),
    ("whether a threshold is met", |model, fixed| {
        let params = Db::params(&model.db);
        for (number, project) in projects(model).filter(|_| params.kind == Kind::Assurance) {
            if project.round < model.db.state().round || is_over(model) {
                fixed.add(number, project.raised >= params.threshold);
            }
        }
    }),
    ("bonus of a pledge", |model, fixed| {
        let (mut end, params) = (model.clone(), Db::params(&model.db));
        let open = model.db.state().round;
        end.advance(params.round_blocks);
        let _ = end.apply(0, 0, Op::EndRound {});
        let all = projects(model).filter(|(_, project)| project.round == open);
        for (project, who) in all.flat_map(|(number, _)| (0..AGENTS).map(move |who| (number, who)))
        {
            let refund = Op::Refund { contributor: who, project };
            if let Ok(Receipt::Refunded(refunded)) = end.clone().apply(0, 0, refund) {
                fixed.add((project, who, model.db.contribution(who, project)), refunded);
            }
        }
    }),
    ("what comes back to a sponsor", |model, fixed| {
        let rounds = 0..model.db.state().round;
        for (round, sponsor) in rounds.flat_map(|round| (0..AGENTS).map(move |who| (round, who))) {
            let back = model.clone().apply(0, 0, Op::Withdraw { sponsor, round });
            if let Ok(Receipt::Withdrawn(withdrawn)) = back {
                fixed.add((round, sponsor), withdrawn);
            }
        }
    }),
];

fn projects(model: &Model) -> impl Iterator<Item = (ProjectId, Project<Agent>)> + '_ {
    let all = 0..model.db.state().next;
    all.filter_map(|number| Some((number, model.db.project(number)?)))
}

/// Whether the window of the round in progress is over.
fn is_over(model: &Model) -> bool {
    model.block() - model.db.state().start >= Db::params(&model.db).round_blocks
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/funding.rs");
    numbers_stand_still(rules, ROWS, &cases(), 1_000);
}
