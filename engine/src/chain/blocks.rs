//! Blocks: what was called in them, and what came of it.

use super::node::{At, innermost};
use super::{Address, ChainError, Head, Node, Result};
use carrots_kernel::Balance;
use subxt::config::substrate::H256;
use subxt::events::Phase;
use subxt::ext::scale_decode::DecodeAsType;
use subxt::utils::{AccountId32, MultiAddress};

/// A block with its transactions.
pub struct Block {
    /// Its place.
    pub at: Head,
    /// Its transactions, in order.
    pub transactions: Vec<Included>,
}

/// A transaction in a block.
#[derive(Debug, Default)]
pub struct Included {
    /// Who signed it.
    pub who: Option<Address>,
    /// Its hash.
    pub hash: H256,
    /// The call of a contract, if it is one and nothing else.
    pub call: Option<Called>,
    /// Why it failed, if it did: then all that it cost is the fee.
    pub failed: Option<String>,
    /// The events that contracts emitted, encoded.
    pub emitted: Vec<(Address, Vec<u8>)>,
    /// The contracts that it reached, in whatever way.
    pub reached: Vec<Address>,
    /// What the sender paid for it.
    pub fee: Balance,
    /// What is held for storage, and of whose tokens.
    pub held: Vec<(Address, Balance)>,
    /// What was given back.
    pub released: Vec<(Address, Balance)>,
}

/// A call of a contract.
#[derive(Debug)]
pub struct Called {
    /// The contract.
    pub contract: Address,
    /// The tokens sent along.
    pub value: Balance,
    /// The message's selector and arguments.
    pub data: Vec<u8>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct CallFields {
    dest: MultiAddress<AccountId32, ()>,
    value: u128,
    data: Vec<u8>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Emitted {
    contract: AccountId32,
    data: Vec<u8>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Reached {
    contract: AccountId32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct FeePaid {
    actual_fee: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Held {
    from: AccountId32,
    amount: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Released {
    to: AccountId32,
    amount: u128,
}

impl Node {
    /// A block with its transactions and what came of them.
    pub fn block(&self, head: Head) -> Result<Block> {
        let (at, body) = (self.at(head)?, self.body(head)?);
        let mut transactions = self.calls(&at, body)?;
        self.outcomes(&at, &mut transactions)?;
        Ok(Block { at: head, transactions })
    }

    fn calls(&self, at: &At, body: Vec<Vec<u8>>) -> Result<Vec<Included>> {
        let unreadable = |error: &dyn std::error::Error| {
            ChainError::refused(format!(
                "block {}: a transaction cannot be read: {}",
                at.block_number(),
                innermost(error)
            ))
        };
        let extrinsics = at.extrinsics();
        let decoded = self.wait(extrinsics.from_bytes(body));
        let mut included = Vec::new();
        for extrinsic in decoded.iter() {
            let extrinsic = extrinsic.map_err(|error| unreadable(&error))?;
            // An address with the tag of plain accounts.
            let who = match extrinsic.address_bytes() {
                Some([0, account @ ..]) => account.try_into().ok().map(Address),
                _ => None,
            };
            let call = match (extrinsic.pallet_name(), extrinsic.call_name()) {
                ("Contracts", "call") => {
                    let fields = extrinsic.decode_call_data_fields_unchecked_as::<CallFields>();
                    let fields = fields.map_err(|error| unreadable(&error))?;
                    match fields.dest {
                        MultiAddress::Id(contract) => Some(Called {
                            contract: Address(contract.0),
                            value: fields.value,
                            data: fields.data,
                        }),
                        _ => None,
                    }
                }
                _ => None,
            };
            included.push(Included { who, hash: extrinsic.hash(), call, ..Included::default() });
        }
        Ok(included)
    }

    fn outcomes(&self, at: &At, transactions: &mut [Included]) -> Result<()> {
        let unreadable = |error: &dyn std::error::Error| {
            ChainError::refused(format!(
                "block {}: its events cannot be read: {}",
                at.block_number(),
                innermost(error)
            ))
        };
        let bytes = self.value(&events_key(), self.head_of(at))?.unwrap_or_default();
        for event in at.events().from_bytes(bytes).iter() {
            let event = event.map_err(|error| unreadable(&error))?;
            let Phase::ApplyExtrinsic(index) = event.phase() else { continue };
            let Some(into) = transactions.get_mut(index as usize) else { continue };
            macro_rules! read {
                ($kind:ty) => {
                    event
                        .decode_fields_unchecked_as::<$kind>()
                        .map_err(|error| unreadable(&error))?
                };
            }
            match (event.pallet_name(), event.event_name()) {
                ("System", "ExtrinsicFailed") => {
                    into.failed = Some(self.reason(at, event.field_bytes()));
                }
                ("TransactionPayment", "TransactionFeePaid") => {
                    into.fee = read!(FeePaid).actual_fee
                }
                ("Contracts", "ContractEmitted") => {
                    let Emitted { contract, data } = read!(Emitted);
                    into.emitted.push((Address(contract.0), data));
                }
                ("Contracts", "Called" | "Instantiated" | "ContractCodeUpdated") => {
                    into.reached.push(Address(read!(Reached).contract.0));
                }
                ("Contracts", "StorageDepositTransferredAndHeld") => {
                    let Held { from, amount } = read!(Held);
                    into.held.push((Address(from.0), amount));
                }
                ("Contracts", "StorageDepositTransferredAndReleased") => {
                    let Released { to, amount } = read!(Released);
                    into.released.push((Address(to.0), amount));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Where a chain keeps the events of a block.
fn events_key() -> Vec<u8> {
    subxt::ext::frame_decode::storage::encode_storage_key_prefix("System", "Events").to_vec()
}
