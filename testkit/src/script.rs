//! Short ways to write calls and to play them.

use crate::differential::Pair;
use carrots::model::{Agent, Instance, Model, Step};
use carrots_kernel::Balance;

/// Blocks pass.
pub fn blocks<O>(blocks: u32) -> Step<O> {
    Step::Blocks(blocks)
}

/// An agent calls a message and sends tokens along.
pub fn call<O>(who: Agent, value: Balance, op: O) -> Step<O> {
    Step::Call { who, value, op, expect: None }
}

/// A mechanism in memory, in block 1.
pub fn model<M: Model>(params: M::Params, wallets: &[Balance]) -> Instance<M> {
    Instance::new(params, wallets.to_vec(), 1).expect("the parameters are sound")
}

/// The same in memory and on the chain.
pub fn pair<M: Model>(params: M::Params, wallets: &[Balance]) -> Pair<M> {
    Pair::new(model(params, wallets)).expect("the contract can be deployed")
}

/// The receipt of a step that succeeds on both sides.
pub fn done<M: Model>(pair: &mut Pair<M>, step: &Step<M::Op>) -> Option<M::Receipt> {
    match pair.step(step).expect("the step can be played") {
        Ok(done) => {
            done.result.map(|result| result.unwrap_or_else(|error| panic!("{step:?}: {error}")))
        }
        Err(difference) => panic!("{step:?}: {difference}"),
    }
}

/// Plays steps that all succeed, on both sides.
pub fn done_all<M: Model>(pair: &mut Pair<M>, steps: &[Step<M::Op>]) {
    for step in steps {
        done(pair, step);
    }
}

/// Makes a step in memory only: its receipt, or the name of the refusal.
pub fn play<M: Model>(
    model: &mut Instance<M>,
    step: &Step<M::Op>,
) -> Result<Option<M::Receipt>, String> {
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
pub fn play_all<M: Model>(model: &mut Instance<M>, steps: &[Step<M::Op>]) {
    for step in steps {
        play(model, step).unwrap_or_else(|error| panic!("{step:?}: {error}"));
    }
}
