//! What holds after every call, in memory and therefore on very many calls.

use crate::generate::{Case, cases, params};
use crate::reference::{Call, Reference};
use crate::script::{play, play_all, *};
use carrots::models::staking::Staking;
use carrots::models::{Agent, Model, Op as _};
use carrots::trace::{Step, Trace};
use carrots_logic::staking::{Db, Params, Status};
use carrots_tests::differential::sound;
use carrots_tests::shrink::{shrink, write};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Checks a trace, and gives the number of steps that it looked at, or what does not hold.
type Check = fn(&Trace<Staking>) -> Result<usize, String>;

/// Plays random traces, and shrinks the first on which the check fails. Gives the number of steps
/// that were checked.
fn on_random_traces(
    name: &str,
    cases: &[Case],
    seeds: std::ops::Range<u64>,
    steps: usize,
    check: Check,
) -> usize {
    let mut checked = 0;
    for seed in seeds {
        let case = &cases[seed as usize % cases.len()];
        let (mut trace, mut rng) = (case.trace(), ChaCha8Rng::seed_from_u64(seed));
        let mut model = trace.model().expect("the case is sound");
        for _ in 0..steps {
            let step = case.step(&mut rng, &model);
            // A call that panics is for the check to find.
            trace.steps.push(step.clone());
            if caught(|| drop(play(&mut model, &step))).is_err() {
                break;
            }
        }
        let fails = |trace: &Trace<Staking>| caught(|| check(trace)).and_then(|checked| checked);
        match fails(&trace) {
            Ok(steps) => checked += steps,
            Err(error) => panic!(
                "seed {seed}: {error}\n{}",
                explain(&format!("staking-{name}-{seed}"), &trace, fails)
            ),
        }
    }
    checked
}

fn explain(
    name: &str,
    trace: &Trace<Staking>,
    fails: impl Fn(&Trace<Staking>) -> Result<usize, String>,
) -> String {
    let shortest = shrink(trace, |trace| fails(trace).is_err());
    let now = fails(&shortest).err().unwrap_or_default();
    let file =
        write(name, &shortest).map_or_else(|e| e.to_string(), |file| file.display().to_string());
    format!("shrunk to {} steps: {now}\nplay it: carrots replay {file}", shortest.steps.len())
}

fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    let run = std::panic::AssertUnwindSafe(run);
    std::panic::catch_unwind(run).map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(_) => "a panic".into(),
    })
}

#[test]
fn the_contract_holds_what_it_owes_and_refused_calls_change_nothing() {
    on_random_traces("sound", &cases(), 0..96, 3_000, |trace| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        let supply = model.ledger().wallets.iter().sum();
        for step in &trace.steps {
            let before = model.clone();
            if let Err(refused) = play(&mut model, step)
                && format!("{model:?}") != format!("{before:?}")
            {
                return Err(format!("{step:?} gave {refused} and changed something"));
            }
            sound(&model, supply).map_err(|difference| difference.to_string())?;
        }
        Ok(trace.steps.len())
    });
}

#[test]
fn in_the_end_everyone_withdraws_everything() {
    on_random_traces("exit", &cases(), 0..400, 600, |trace| {
        let mut model = trace.model().map_err(|error| error.to_string())?;
        for step in &trace.steps {
            let _ = play(&mut model, step);
        }
        let agents = model.ledger().wallets.len() as Agent;
        leave(&mut model, agents);
        let (held, reserve) = (model.ledger().held, model.db.state().reserve);
        let all_shares = (0..agents).map(|agent| model.db.pool(agent).fund.shares).sum::<u128>();
        match (held == reserve, all_shares) {
            (true, 0) => Ok(trace.steps.len()),
            _ => Err(format!(
                "{held} are held, the reserve is {reserve}, {all_shares} shares are left"
            )),
        }
    });
}

/// All payouts and slashes, then everyone unbonds, waits and takes what there is.
fn leave(model: &mut Staking, agents: Agent) {
    let params = Db::params(&model.db);
    play_all(model, &eras(&params, 1 + params.slash_defer_eras as usize));
    let now = model.db.state().era;
    for operator in 0..agents {
        (0..now).for_each(|era| drop(play(model, &payout(operator, era))));
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
fn agrees(model: &Staking, reference: &Reference, operator: Agent) -> Result<(), String> {
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
