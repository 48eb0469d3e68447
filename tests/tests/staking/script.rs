//! Short ways to write calls.

use crate::generate::params;
use carrots::models::staking::{Op, Receipt, SCORER, SLASHER, Staking};
use carrots::models::{Agent, Model};
use carrots::trace::Step;
use carrots_logic::staking::{Era, Error, Offence, Params};
use carrots_logic::{Balance, Perbill};
use carrots_tests::differential::Pair;

/// Agents without a role.
pub const ANN: Agent = 3;
pub const BOB: Agent = 4;
pub const CAT: Agent = 5;

pub const WALLET: Balance = 10_000_000;

pub fn blocks(blocks: u32) -> Step<Op> {
    Step::Blocks(blocks)
}

pub fn call(who: Agent, value: Balance, op: Op) -> Step<Op> {
    Step::Call { who, value, op, expect: None }
}

pub fn register(who: Agent, value: Balance) -> Step<Op> {
    call(who, value, Op::Register { commission: Perbill::from_percent(10) })
}

pub fn bond(who: Agent, value: Balance, operator: Agent) -> Step<Op> {
    call(who, value, Op::Bond { operator })
}

pub fn unbond(who: Agent, operator: Agent, shares: u128) -> Step<Op> {
    call(who, 0, Op::Unbond { operator, shares })
}

pub fn rebond(who: Agent, operator: Agent, era: Era) -> Step<Op> {
    call(who, 0, Op::Rebond { operator, era })
}

pub fn withdraw(who: Agent, operator: Agent, era: Era) -> Step<Op> {
    call(who, 0, Op::Withdraw { operator, era })
}

pub fn end_era() -> Step<Op> {
    call(ANN, 0, Op::EndEra {})
}

pub fn fund(value: Balance) -> Step<Op> {
    call(ANN, value, Op::Fund {})
}

pub fn award(operator: Agent, points: u32) -> Step<Op> {
    call(SCORER, 0, Op::Award { operator, points })
}

pub fn payout(operator: Agent, era: Era) -> Step<Op> {
    call(ANN, 0, Op::Payout { operator, era })
}

pub fn report(operator: Agent, era: Era, offence: Offence) -> Step<Op> {
    call(SLASHER, 0, Op::Report { operator, era, offence, reporter: CAT })
}

pub fn misconduct(operator: Agent, era: Era) -> Step<Op> {
    report(operator, era, Offence::Misconduct)
}

pub fn apply_slash(operator: Agent) -> Step<Op> {
    call(ANN, 0, Op::ApplySlash { operator })
}

pub fn retire(who: Agent) -> Step<Op> {
    call(who, 0, Op::Retire {})
}

pub fn remove(operator: Agent) -> Step<Op> {
    call(ANN, 0, Op::Remove { operator })
}

pub fn collect(account: Agent) -> Step<Op> {
    call(ANN, 0, Op::Collect { account })
}

/// So many eras go by.
pub fn eras(params: &Params, count: usize) -> Vec<Step<Op>> {
    vec![vec![blocks(params.era_blocks), end_era()]; count].concat()
}

/// The model in which the scripts are played.
pub fn model(params: Params, agents: usize) -> Staking {
    Staking::new(params, vec![WALLET; agents], 1).expect("the parameters are sound")
}

/// Both sides.
pub fn pair(params: Params) -> Pair<Staking> {
    Pair::new(model(params, 8)).expect("the contract can be deployed")
}

/// The receipt of a step that succeeds on both sides.
pub fn done(pair: &mut Pair<Staking>, step: &Step<Op>) -> Option<Receipt> {
    match pair.step(step).expect("the step can be played") {
        Ok(done) => {
            done.result.map(|result| result.unwrap_or_else(|error| panic!("{step:?}: {error}")))
        }
        Err(difference) => panic!("{step:?}: {difference}"),
    }
}

/// Makes a step in memory only.
pub fn play(model: &mut Staking, step: &Step<Op>) -> Result<Option<Receipt>, String> {
    match step {
        Step::Blocks(blocks) => {
            model.advance(*blocks);
            Ok(None)
        }
        Step::Call { who, value, op, .. } => match model.apply(*who, *value, *op) {
            Ok(receipt) => Ok(Some(receipt)),
            Err(refusal) => Err(refusal.to_string()),
        },
    }
}

/// Plays steps that all succeed, in memory only.
pub fn play_all(model: &mut Staking, steps: &[Step<Op>]) {
    for step in steps {
        play(model, step).unwrap_or_else(|error| panic!("{step:?}: {error}"));
    }
}

/// The parameters of the scripts.
pub fn at_once() -> Params {
    Params { slash_defer_eras: 0, ..params() }
}

/// The name by which traces know an error.
pub fn name(error: Error) -> String {
    format!("{error:?}")
}
