//! What holds after every call.

use crate::generate::{Case, cases, params};
use crate::reference::{Call, Reference};
use crate::script::*;
use carrots::model::{Agent, Instance, Op as _, Step};
use carrots::trace::Trace;
use carrots_catalogue::staking::Staking;
use carrots_logic::staking::{Accounts, Db, Params, Status};
use carrots_testkit::invariants::{always, in_the_end, on_random_traces};

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    always(&cases(), 0..96, 3_000);
}

#[test]
fn in_the_end_everyone_withdraws_everything() {
    in_the_end(&cases(), 0..400, 600, leave, |model| {
        let agents = 0..model.ledger().wallets.len() as Agent;
        match agents.map(|agent| model.db.pool(agent).fund.shares).sum::<u128>() {
            0 => Ok(model.db.state().reserve),
            shares => Err(format!("{shares} shares are left")),
        }
    });
}

/// All payouts and slashes, then everyone unbonds, waits and takes what there is.
fn leave(model: &mut Instance<Staking>) {
    let agents = model.ledger().wallets.len() as Agent;
    let params = Db::params(&model.db);
    play_all(model, &eras(&params, 1 + params.slash_defer_eras as usize));
    let now = model.db.state().era;
    for operator in 0..agents {
        for era in 0..now {
            let _ = play(model, &payout(operator, era));
        }
        while play(model, &apply_slash(operator)).is_ok() {}
        if model.db.pool(operator).status == Status::Active {
            play_all(model, &[retire(operator)]);
        }
    }
    for (operator, who) in (0..agents * agents).map(|n| (n / agents, n % agents)) {
        match model.db.position(operator, who) {
            0 => {}
            shares => play_all(model, &[unbond(who, operator, shares)]),
        }
    }
    play_all(model, &eras(&params, params.unbonding_eras as usize));
    for (operator, who) in (0..agents * agents).map(|n| (n / agents, n % agents)) {
        for era in
            (0..=now).filter(|era| model.db.unbonding(operator, who, *era) > 0).collect::<Vec<_>>()
        {
            play_all(model, &[withdraw(who, operator, era)]);
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

/// Follows the trace with the reference until a pool has next to nothing left in it: what a reward
/// for worthless stakes goes to is a matter of rounding.
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
        let operator = op.event(*who).1.unwrap_or(*who);
        let (pool, held) = (model.db.pool(operator), model.db.position(operator, *who));
        let price = pool.fund.amount.checked_div(pool.fund.shares).unwrap_or(0) + 1;
        let call = Call { who: *who, value: *value, op: *op, operator, held, price };
        let Ok(receipt) = model.apply(*who, *value, *op) else { continue };
        reference.follow(call, receipt);
        agrees(&model, &reference, operator)
            .map_err(|error| format!("step {at}, {op:?}: {error}"))?;
        let left = model.db.pool(operator).fund;
        if left.amount < left.shares / 1_000 {
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
    let now = db.state().era;
    for who in 0..model.ledger().wallets.len() as Agent {
        let stake = db.pool(operator).fund.value_down(db.position(operator, who));
        let expected = reference.stake((operator, who, None));
        near(format!("{who} with {operator}"), stake.unwrap_or(0), expected, slack)?;
        for era in now.saturating_sub(20)..=now {
            let stake = db.sub_pool(operator, era).value_down(db.unbonding(operator, who, era));
            let expected = reference.stake((operator, who, Some(era)));
            near(
                format!("{who} from {operator} since {era}"),
                stake.unwrap_or(0),
                expected,
                slack,
            )?;
        }
        near(format!("credit of {who}"), db.credit(who), reference.credit(who), outside)?;
    }
    near("reserve".into(), db.state().reserve, reference.reserve(), outside)
}
