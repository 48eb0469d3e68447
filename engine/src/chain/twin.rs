//! A mechanism in memory beside its contract: every call that the chain included is applied to both,
//! and all that can be seen is compared.

use super::{Address, Block, Called, Included};
use crate::model::{Agent, Instance, Model, Op, State, StateError, Storage, hex};
use carrots_kernel::Balance;
use scale::Encode;

/// A mechanism in memory beside its contract.
pub trait Twin {
    /// Applies a block's transactions, and says what came of each that concerns the contract. An
    /// account must have `minimum` to exist: less cannot be paid to everyone.
    fn apply(&mut self, contract: Address, block: &Block, minimum: Balance) -> Applied;
    /// The state in memory.
    fn state(&self) -> State;
    /// The constructor's arguments that this state comes of.
    fn constructor(&self) -> Vec<u8>;
}

/// What came of a block.
#[derive(Debug, Default)]
pub struct Applied {
    /// The calls, in words.
    pub calls: Vec<Step>,
    /// Whether the contract was reached in a way that cannot be seen from outside, by another
    /// contract or in a batch: then only the chain knows what it was told.
    pub hidden: bool,
    /// The first thing that is not equal.
    pub difference: Option<String>,
}

/// A call in words.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Step {
    /// The caller.
    pub who: Address,
    /// The message with its arguments, accounts by their numbers.
    pub call: String,
    /// The tokens sent along.
    pub value: String,
    /// The receipt, or why it was refused.
    pub result: String,
}

/// The mechanism with that state.
pub(crate) fn twin<M: Model>(state: &State) -> Result<Box<dyn Twin>, StateError> {
    Ok(Box::new(Beside { model: Instance::<M>::restore(state)? }))
}

struct Beside<M: Model> {
    model: Instance<M>,
}

impl<M: Model> Twin for Beside<M> {
    fn apply(&mut self, contract: Address, block: &Block, minimum: Balance) -> Applied {
        self.model.set_block(block.at.number);
        let mut applied = Applied::default();
        for included in &block.transactions {
            match (&included.call, included.who) {
                (Some(call), Some(who)) if call.contract == contract => {
                    let done = self.call(call, who, included, minimum, &mut applied.calls);
                    if let (Err(difference), None) = (done, &applied.difference) {
                        let block = block.at.number;
                        applied.difference = Some(format!("block {block}, {who}: {difference}"));
                    }
                }
                _ => applied.hidden |= included.reached.contains(&contract),
            }
        }
        applied
    }

    fn state(&self) -> State {
        self.model.state()
    }

    fn constructor(&self) -> Vec<u8> {
        self.model.db.constructor(0, &|agent| self.model.address(agent))
    }
}

impl<M: Model> Beside<M> {
    /// Applies a call to the contract and compares what came of it.
    fn call(
        &mut self,
        call: &Called,
        who: Address,
        included: &Included,
        minimum: Balance,
        steps: &mut Vec<Step>,
    ) -> Result<(), String> {
        let caller = self.model.meet(who.0);
        let Some(op) = M::Op::read(0, &call.data, &mut |account| self.model.meet(account)) else {
            // A message that only reads, or none at all: it can change nothing.
            return Ok(());
        };
        let mut step = |result: String| {
            let (call, value) = (format!("{op:?}"), call.value.to_string());
            steps.push(Step { who, call, value, result });
        };
        if let Some(why) = included.failed.as_ref().filter(|why| !is_of_the_contract(why)) {
            step(why.clone());
            return Ok(());
        }
        let before = included.failed.is_some().then(|| self.model.clone());
        // What the caller has is the chain's business.
        self.model.endow(caller, call.value);
        let held = self.model.ledger().held;
        let result = self.model.apply(caller, call.value, op);
        match (result, &included.failed) {
            (Ok(receipt), None) => {
                step(format!("{receipt:?}"));
                self.same_event(caller, op, receipt, call, included)
            }
            (Err(refusal), Some(_)) => {
                step(refusal.to_string());
                Ok(())
            }
            (Ok(receipt), Some(why)) => {
                let paid = held.checked_sub(self.model.ledger().held);
                if let (Some(1..), Some(before)) = (paid.filter(|paid| *paid < minimum), before) {
                    step("not paid: less than an account must have to exist".into());
                    self.model = before;
                    return Ok(());
                }
                step(why.clone());
                Err(format!(
                    "{op:?}: in memory it gives {receipt:?}, on the chain it failed: {why}"
                ))
            }
            (Err(refusal), None) => {
                step(refusal.to_string());
                Err(format!(
                    "{op:?}: in memory it is refused, {refusal}, on the chain it went through"
                ))
            }
        }
    }

    /// The contract emits the receipt, and nothing else.
    fn same_event(
        &self,
        caller: Agent,
        op: M::Op,
        receipt: M::Receipt,
        call: &Called,
        included: &Included,
    ) -> Result<(), String> {
        let subject = op.event(caller).1;
        let names = [Some(caller), subject].into_iter().flatten();
        let names: Vec<_> = names.map(|agent| self.model.address(agent)).collect();
        let expected = [&names.concat(), &receipt.encode()[1..]].concat();
        let own = included.emitted.iter().filter(|(emitter, _)| *emitter == call.contract);
        let emitted: Vec<_> = own.map(|(_, data)| hex(data)).collect();
        let expected = hex(&expected);
        match emitted[..] == [&expected[..]] {
            true => Ok(()),
            false => Err(format!("{op:?}: events: {expected} in memory, {emitted:?} on the chain")),
        }
    }
}

/// Whether the contract itself ended a call, not the chain for want of gas, deposits or tokens.
fn is_of_the_contract(why: &str) -> bool {
    why.contains("ContractReverted") || why.contains("ContractTrapped")
}

/// The first cell that is not the same in memory and on the chain.
pub(crate) fn difference(memory: &Storage, chain: &Storage) -> Option<String> {
    let keys = memory.keys().chain(chain.keys());
    let differs = |key: &&Vec<u8>| memory.get(*key) != chain.get(*key);
    let show = |cell: Option<&Vec<u8>>| cell.map_or("nothing".into(), hex);
    keys.min_by_key(|key| (!differs(key), *key)).filter(differs).map(|key| {
        let (own, other) = (show(memory.get(key)), show(chain.get(key)));
        format!("cell {}: {own} in memory, {other} on the chain", hex(key))
    })
}

/// What the contract holds in memory and on the chain.
pub(crate) fn held(memory: Balance, chain: Balance) -> String {
    format!("tokens held: {memory} in memory, {chain} on the chain")
}
