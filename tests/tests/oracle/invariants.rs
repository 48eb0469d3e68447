//! What holds after every call.

use crate::generate::{AGENTS, cases};
use crate::script::*;
use carrots::model::{Agent, Instance, Step};
use carrots::trace::Trace;
use carrots_catalogue::oracle::{Op, Oracle};
use carrots_logic::oracle::{Accounts, Db, Status};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..96, 1_500);
}

#[test]
fn in_the_end_everyone_withdraws_everything() {
    in_the_end(&cases(), 0..300, 600, leave, |model| {
        let state = model.db.state();
        let locked = (0..AGENTS).map(|agent| model.db.juror(agent).locked).sum::<u128>();
        match (state.jurors, locked) {
            (0, 0) => Ok(0),
            (jurors, locked) => Err(format!("{jurors} jurors and {locked} locked are left")),
        }
    });
}

/// No juror and no beacon does anything any more, but all questions come to an end; then everyone
/// takes what there is.
fn leave(model: &mut Instance<Oracle>) {
    let params = Db::params(&model.db);
    let cycle = params.stake_blocks + params.draw_blocks;
    for question in 0..model.db.state().questions {
        while let Some(record) = model.db.question(question)
            && record.status != Status::Settled
        {
            let windows = params.commit_blocks + params.reveal_blocks;
            let (wait, step) = match record.status {
                Status::Drawing => (2 * cycle, expire(question)),
                Status::Voting => (windows, tally(question)),
                _ => (params.appeal_blocks, settle(question)),
            };
            model.advance(wait);
            until_stakes_change(model);
            play_all(model, &[step]);
        }
    }
    until_stakes_change(model);
    for agent in 0..AGENTS {
        match model.db.juror(agent).stake {
            0 => {}
            amount => play_all(model, &[unstake(agent, amount)]),
        }
        if model.db.credit(agent) > 0 {
            play_all(model, &[collect(agent)]);
        }
    }
}

fn until_stakes_change(model: &mut Instance<Oracle>) {
    while Db::params(&model.db).drawing(model.block()) {
        model.advance(1);
    }
}

#[test]
fn the_tree_holds_the_votes_of_all_leaves_and_locked_stake_backs_seats() {
    let checked = on_random_traces("tree", &cases(), 0..60, 800, |trace: &Trace<Oracle>| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
            if matches!(step, Step::Call { .. }) {
                tree_is_sound(&model)?;
                locked_is_sound(&model)?;
            }
        }
        Ok(trace.steps.len())
    });
    assert!(checked >= 40_000, "{checked} steps: the traces are of no use");
}

fn tree_is_sound(model: &Instance<Oracle>) -> Result<(), String> {
    let (db, params) = (&model.db, Db::params(&model.db));
    let capacity = params.max_jurors.next_power_of_two();
    let votes_of = |leaf: u32| match db.leaf(leaf) {
        Some(who) => u64::from(db.juror(who).votes(&params)),
        None => 0,
    };
    for leaf in 1..=capacity {
        let used = leaf <= db.state().jurors;
        if db.leaf(leaf).is_some() != used {
            return Err(format!("leaf {leaf} is {:?}", db.leaf(leaf)));
        }
        if let Some(who) = db.leaf(leaf)
            && (db.juror(who).leaf != leaf || db.juror(who).stake < params.least_stake())
        {
            return Err(format!("leaf {leaf} of {who} is {:?}", db.juror(who)));
        }
        let width = 1 << leaf.trailing_zeros();
        let expected: u64 = (leaf - width + 1..=leaf.min(64)).map(votes_of).sum();
        if db.node(leaf) != expected {
            return Err(format!("node {leaf} is {}, expected {expected}", db.node(leaf)));
        }
    }
    Ok(())
}

/// What is locked is what all seats of a juror are backed with.
fn locked_is_sound(model: &Instance<Oracle>) -> Result<(), String> {
    let (db, params) = (&model.db, Db::params(&model.db));
    let rounds = 0..=params.max_appeals;
    for who in 0..AGENTS {
        let votes = |question| {
            rounds
                .clone()
                .map(|round| u128::from(db.seat(who, question, round).votes))
                .sum::<u128>()
        };
        let votes: u128 = (0..db.state().questions).map(votes).sum();
        let juror = db.juror(who);
        if juror.locked != votes * params.absent_loss || juror.locked > juror.stake {
            return Err(format!("{who} has {votes} votes and {juror:?}"));
        }
    }
    Ok(())
}

#[test]
fn a_dead_beacon_locks_nothing() {
    let params = crate::generate::params();
    let mut model = model(params);
    let before: Vec<_> = (0..8 as Agent).map(|agent| model.wealth(agent)).collect();
    let wait = blocks::<Op>(params.stake_blocks + params.draw_blocks);
    play_all(&mut model, &[stake(ANN, 5_000), ask(fee(&params), CHOICE), wait, expire(0)]);
    play_all(&mut model, &[unstake(ANN, 5_000), collect(DAN)]);
    let after: Vec<_> =
        (0..8 as Agent).map(|agent| model.ledger().wallets[agent as usize]).collect();
    assert_eq!(after, before);
}
