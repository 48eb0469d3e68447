//! What holds after every call.

use crate::generate::{Case, cases, lots, params, unbondings};
use crate::reference::{Call, Reference};
use crate::script::*;
use carrots::model::{Agent, Instance, Op as _, Step};
use carrots::trace::Trace;
use carrots_catalogue::staking::Staking;
use carrots_logic::staking::{self, Accounts, Db, Era, Params, unbonding};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..96, 3_000);
}

#[test]
fn in_the_end_everyone_withdraws_everything() {
    in_the_end(&cases(), 0..400, 600, leave, |model| {
        let agents = 0..model.ledger().wallets.len() as Agent;
        // Rounding leaves for each call less than a unit and 2^-80 of what is there.
        let all = model.ledger().wallets.iter().sum::<u128>() + model.ledger().held;
        match agents.map(|agent| model.db.pool(agent).stake.all).sum::<u128>() {
            left if left <= 600 * (1 + (all >> 80)) => Ok(model.db.state().reserve + left),
            left => Err(format!("{left} are left")),
        }
    });
}

/// All payouts and slashes, then everyone unbonds, waits and takes what there is.
fn leave(model: &mut Instance<Staking>) {
    let agents = model.ledger().wallets.len() as Agent;
    let params = Db::params(&model.db);
    let pairs = || (0..agents * agents).map(|n| (n / agents, n % agents));
    play_all(model, &eras(&params, 1 + params.deferral() as usize));
    for operator in 0..agents {
        let _ = play(model, &payout(operator));
        while play(model, &apply_slash(operator)).is_ok() {}
        if model.db.pool(operator).registered() {
            play_all(model, &[retire(operator)]);
        }
        if model.db.pool(operator).stake.own > 0 {
            play_all(model, &[unbond(operator, operator, 0, u128::MAX)]);
        }
    }
    for (operator, who) in pairs() {
        for (since, _) in lots(model, operator, who, Era::MAX).collect::<Vec<_>>() {
            let _ = play(model, &unbond(who, operator, since, u128::MAX));
        }
    }
    play_all(model, &eras(&params, params.unbonding_eras as usize));
    for (operator, who) in pairs() {
        for (since, until) in unbondings(model, operator, who, Era::MAX).collect::<Vec<_>>() {
            play_all(model, &[withdraw(who, operator, since, until)]);
        }
    }
    for agent in (0..agents).filter(|agent| model.db.credit(*agent) > 0).collect::<Vec<_>>() {
        play_all(model, &[collect(agent)]);
    }
}

#[test]
fn everyone_has_what_explicit_balances_say() {
    let large = Params {
        min_self_bond: 1_000_000_000,
        min_bond: 10_000_000,
        issuance: 100_000_000_000_000,
        ..params()
    };
    let case = |name, slash_defer_eras| Case {
        name,
        params: Params { slash_defer_eras, ..large },
        amount: 1_000_000_000_000,
        wallet: 10_000_000_000_000,
    };
    let cases = [case("at once", 0), case("late", 3)];
    let checked = on_random_traces("reference", &cases, 0..120, 800, follows);
    assert!(checked >= 10_000, "{checked} steps: the traces are of no use");
}

fn follows(trace: &Trace<Staking>) -> Result<usize, String> {
    let mut model = trace.model().map_err(|error| error.to_string())?;
    let mut reference = Reference::new(trace.params);
    for (step, at) in trace.steps.iter().zip(0..) {
        let Step::Call { who, value, op, .. } = step else {
            model.advance(match step {
                Step::Blocks(blocks) => *blocks,
                Step::Call { .. } => 0,
            });
            continue;
        };
        reference.block = model.block();
        let operator = op.event(*who).1.unwrap_or(*who);
        let Ok(receipt) = model.apply(*who, *value, *op) else { continue };
        reference.follow(Call { who: *who, value: *value, op: *op, operator }, receipt);
        agrees(&model, &reference, operator)
            .map_err(|error| format!("step {at}, {op:?}: {error}"))?;
        // What a reward for worthless stakes goes to is a matter of rounding.
        let stake = model.db.pool(operator).stake.all;
        if stake > 0 && stake < 1_000 * reference.slack(operator) {
            return Ok(at);
        }
    }
    Ok(trace.steps.len())
}

/// Whether everyone has with the operator, and outside, what the reference says.
fn agrees(model: &Instance<Staking>, reference: &Reference, operator: Agent) -> Result<(), String> {
    let db = &model.db;
    let near = |what: String, got: u128, expected: u128, slack: u128| match got.abs_diff(expected) {
        off if off <= slack => Ok(()),
        _ => Err(format!("{what}: {got}, expected {expected} +- {slack}")),
    };
    let (slack, outside) = (reference.slack(operator), reference.slack_outside());
    let own = reference.stake((operator, operator, 0, None));
    near(format!("own of {operator}"), db.pool(operator).stake.own, own, slack)?;
    let now = db.state().era;
    for who in 0..model.ledger().wallets.len() as Agent {
        for since in now.saturating_sub(20)..=now + 1 {
            let stake =
                staking::lot(db, operator, who, since).map_err(|error| format!("{error:?}"))?;
            let expected = reference.stake((operator, who, since, None));
            let expected = if who == operator { 0 } else { expected };
            near(format!("{who} with {operator} since {since}"), stake, expected, slack)?;
        }
        for (_, _, since, until) in reference.unbonding(operator, who) {
            let stake = unbonding(db, operator, who, since, until);
            let expected = reference.stake((operator, who, since, Some(until)));
            let stake = stake.map_err(|error| format!("{error:?}"))?;
            near(format!("{who} from {operator}, {since} to {until}"), stake, expected, slack)?;
        }
        near(format!("credit of {who}"), db.credit(who), reference.credit(who), outside)?;
    }
    near("reserve".into(), db.state().reserve, reference.reserve(), outside)
}
