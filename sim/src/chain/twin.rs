//! A mechanism in memory beside its contract: every call that the chain included is applied to both,
//! and all that can be seen is compared.

use super::{Address, Block, Included};
use crate::models::{Instance, Model, Op, Refusal};
use crate::state::{State, StateError, Storage, hex};
use carrots_logic::Balance;
use scale::Encode;

/// A mechanism in memory beside its contract.
pub trait Twin {
    /// Applies a block's transactions, and says what came of each that concerns the contract.
    fn apply(&mut self, contract: Address, block: &Block) -> Applied;
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
    fn apply(&mut self, contract: Address, block: &Block) -> Applied {
        self.model.set_block(block.at.number);
        let mut applied = Applied::default();
        for included in &block.transactions {
            match &included.call {
                Some(call) if call.contract == contract => {
                    if let Err(difference) = self.call(contract, included, &mut applied.calls)
                        && applied.difference.is_none()
                    {
                        let (block, who) = (block.at.number, included.who);
                        let who = who.map_or(String::new(), |who| format!(", {who}"));
                        applied.difference = Some(format!("block {block}{who}: {difference}"));
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
        self.model.db.constructor(&|agent| self.model.address(agent))
    }
}

impl<M: Model> Beside<M> {
    /// Applies a call to the contract and compares what came of it.
    fn call(
        &mut self,
        contract: Address,
        included: &Included,
        steps: &mut Vec<Step>,
    ) -> Result<(), String> {
        let (Some(call), Some(who)) = (&included.call, included.who) else { return Ok(()) };
        let caller = self.model.meet(who.0);
        let Some(op) = M::Op::read(&call.data, &mut |account| self.model.meet(account)) else {
            // A message that only reads, or none at all: it can change nothing.
            return Ok(());
        };
        // What the caller has is the chain's business.
        self.model.endow(caller, call.value);
        let result = self.model.apply(caller, call.value, op);
        steps.push(Step {
            who,
            call: format!("{op:?}"),
            value: call.value.to_string(),
            result: match (&result, &included.failed) {
                (Ok(receipt), None) => format!("{receipt:?}"),
                (Err(refusal), _) => refusal.to_string(),
                (Ok(_), Some(why)) => why.clone(),
            },
        });
        match (result, &included.failed) {
            (Ok(receipt), None) => {
                let subject = op.event(caller).1.map(|agent| self.model.address(agent));
                let names = [Some(who.0), subject].into_iter().flatten().collect::<Vec<_>>();
                let expected = [&names.concat(), &receipt.encode()[1..]].concat();
                let own = included.emitted.iter().filter(|(emitter, _)| *emitter == contract);
                let emitted: Vec<_> = own.map(|(_, data)| data).collect();
                match emitted[..] == [&expected] {
                    true => Ok(()),
                    false => Err(format!(
                        "{op:?}: the event in memory is {}, on the chain {emitted:?}",
                        hex(&expected)
                    )),
                }
            }
            (Err(Refusal::Rules(_) | Refusal::NotPayable | Refusal::Unfunded), Some(_)) => Ok(()),
            (Ok(receipt), Some(why)) => Err(format!(
                "{op:?}: in memory it gives {receipt:?}, on the chain it failed: {why}"
            )),
            (Err(refusal), None) => Err(format!(
                "{op:?}: in memory it is refused, {refusal}, on the chain it went through"
            )),
        }
    }
}

/// The first cell that is not the same in memory and on the chain.
pub(crate) fn difference(memory: &Storage, chain: &Storage) -> Option<String> {
    let keys = memory.keys().chain(chain.keys());
    let differs = |key: &&Vec<u8>| memory.get(*key) != chain.get(*key);
    let show = |cell: Option<&Vec<u8>>| cell.map_or("nothing".into(), |bytes| hex(bytes));
    keys.min_by_key(|key| (!differs(key), *key)).filter(differs).map(|key| {
        let (own, other) = (show(memory.get(key)), show(chain.get(key)));
        format!("cell {}: {own} in memory, {other} on the chain", hex(key))
    })
}

/// What the contract holds in memory and on the chain.
pub(crate) fn held(memory: Balance, chain: Balance) -> String {
    format!("tokens held: {memory} in memory, {chain} on the chain")
}
