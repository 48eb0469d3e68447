//! What stands still when: every row of the table in the rules' header.

use crate::generate::{AGENTS, cases};
use carrots::model::{Agent, Instance};
use carrots_catalogue::oracle::{BEACON, Op, Oracle};
use carrots_logic::oracle::{Ballot, Db, Question, Seat, Status};
use carrots_testkit::still::{Row, numbers_stand_still};

type Model = Instance<Oracle>;

const ROWS: &[Row<Oracle>] = &[
    ("fee, votes wanted, text", |model, fixed| {
        for (number, question) in questions(model) {
            fixed.add(number, (question.asker, question.kind, question.text));
            for round in 0..=question.round {
                if let Some(jury) = model.db.jury(number, round) {
                    fixed.add((number, round), (jury.payer, jury.wanted));
                    let is_asked = question.status == Status::Drawing && round == question.round;
                    if is_asked || jury.votes > 0 {
                        fixed.add((number, round, jury.votes), jury.fee);
                    }
                }
            }
        }
    }),
    ("who has a place, and its stake", |model, fixed| {
        if let Some(phase) = drawing(model) {
            for who in 0..AGENTS {
                let juror = model.db.juror(who);
                fixed.add((phase, who), (juror.leaf, juror.stake));
            }
        }
    }),
    ("who has votes free", |model, fixed| {
        let params = Db::params(&model.db);
        let drawn: u64 = seats(model).map(|(.., seat)| u64::from(seat.votes)).sum();
        if let Some(phase) = drawing(model) {
            for who in 0..AGENTS {
                fixed.add((phase, drawn, who), model.db.juror(who).votes(&params));
            }
        }
    }),
    // It is brought with the draw, by the beacon and nobody else.
    ("the seed", |model, fixed| {
        for (question, _) in questions(model) {
            for who in (0..AGENTS).filter(|who| *who != model.db.roles().beacon) {
                let drawn = model.clone().apply(who, 0, Op::Draw { question, seed: [0; 32] });
                fixed.add((question, who), drawn.map(|_| ()));
            }
        }
    }),
    ("who is drawn, and what it has at stake", |model, fixed| {
        let params = Db::params(&model.db);
        seats(model).for_each(|(about, seat)| fixed.add(about, seat.votes));
        for who in 0..AGENTS {
            let own = seats(model).filter(|((.., at), _)| *at == who);
            let votes: u128 = own.map(|(_, seat)| u128::from(seat.votes)).sum();
            assert_eq!(model.db.juror(who).locked, votes * params.absent_loss, "{who}");
        }
    }),
    ("an answer", |model, fixed| {
        for (about, seat) in seats(model) {
            match seat.ballot {
                Ballot::Empty => {}
                Ballot::Sealed(commitment) => fixed.add((about, "sealed"), commitment),
                Ballot::Open(answer) => fixed.add((about, "open"), answer),
            }
        }
    }),
    ("which answers count", |model, fixed| {
        for ((number, round, who), seat) in seats(model) {
            let question = model.db.question(number).expect("it has seats");
            if round < question.round || is_over(model, &question) {
                fixed.add((number, round, who), seat);
            }
        }
    }),
    ("the outcome, and the rounds that it judges", |model, fixed| {
        for (number, question) in questions(model).filter(|(_, question)| is_final(model, question))
        {
            fixed.add(number, (question.outcome, question.decided, question.votes));
        }
    }),
    ("what each vote earns and loses", |model, fixed| {
        for (number, question) in questions(model).filter(|(_, question)| is_final(model, question))
        {
            let mut end = model.clone();
            // Not in a drawing phase, where stakes stand still.
            if end.apply(BEACON, 0, Op::Settle { question: number }).is_err() {
                continue;
            }
            for who in 0..AGENTS {
                let gain = end.wealth(who) as i128 - model.wealth(who) as i128;
                fixed.add((number, question.settled, who), gain);
            }
        }
    }),
];

fn questions(model: &Model) -> impl Iterator<Item = (u64, Question<Agent>)> + '_ {
    let all = 0..model.db.state().questions;
    all.filter_map(|number| Some((number, model.db.question(number)?)))
}

/// The seats of all juries that were drawn and are not settled, by question, round and juror.
fn seats(model: &Model) -> impl Iterator<Item = ((u64, u32, Agent), Seat)> + '_ {
    questions(model).flat_map(move |(number, question)| {
        let all = (0..=question.round).flat_map(|round| (0..AGENTS).map(move |who| (round, who)));
        let seat = move |(round, who)| ((number, round, who), model.db.seat(who, number, round));
        all.map(seat).filter(|(_, seat)| seat.votes > 0)
    })
}

/// The number of the drawing phase that the block is in.
fn drawing(model: &Model) -> Option<u32> {
    let params = Db::params(&model.db);
    let cycle = params.stake_blocks + params.draw_blocks;
    params.drawing(model.block()).then(|| model.block() / cycle)
}

/// Whether the reveal window of the last round is over.
fn is_over(model: &Model, question: &Question<Agent>) -> bool {
    let params = Db::params(&model.db);
    let age = model.block() - question.since;
    match question.status {
        Status::Drawing => false,
        Status::Voting => age >= params.commit_blocks + params.reveal_blocks,
        Status::Tallied | Status::Settled => true,
    }
}

/// Whether no appeal is open any more.
fn is_final(model: &Model, question: &Question<Agent>) -> bool {
    let params = Db::params(&model.db);
    match question.status {
        Status::Drawing | Status::Voting => false,
        Status::Tallied => {
            question.settled > 0
                || question.round == params.max_appeals
                || model.block() - question.since >= params.appeal_blocks
        }
        Status::Settled => true,
    }
}

#[test]
fn what_pay_depends_on_stands_still() {
    let rules = include_str!("../../../contracts/logic/src/oracle.rs");
    numbers_stand_still(rules, ROWS, &cases(), 1_000);
}
