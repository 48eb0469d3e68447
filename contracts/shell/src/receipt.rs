//! A message's receipt: encoded once, emitted as an event and returned.
//!
//! Most of what a call costs is the contract's code. So the functions that are written for each type
//! only encode, and what goes on with the bytes is there once.

use alloc::vec::Vec;
use core::marker::PhantomData;
use ink::env::event::state::{HasRemainingTopics, Uninit};
use ink::env::event::{Event, TopicsBuilder, TopicsBuilderBackend};
use ink::env::{DefaultEnvironment, Environment};
use ink::primitives::AccountId;
use ink::scale::{Decode, Encode, Error, Input, Output};

/// A receipt as its bytes. To those who call the contract it is the receipt.
pub struct Encoded<R>(Vec<u8>, PhantomData<R>);

impl<R> Encode for Encoded<R> {
    fn size_hint(&self) -> usize {
        self.0.len()
    }
    #[inline(never)]
    fn encode_to<T: Output + ?Sized>(&self, out: &mut T) {
        out.write(&self.0);
    }
}

impl<R: Decode + Encode> Decode for Encoded<R> {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        R::decode(input).map(|receipt| Self(receipt.encode(), PhantomData))
    }
}

#[cfg(feature = "std")]
impl<R: ink::scale_info::TypeInfo + 'static> ink::scale_info::TypeInfo for Encoded<R> {
    type Identity = R::Identity;

    fn type_info() -> ink::scale_info::Type {
        R::type_info()
    }
}

/// Emits a message's event, and gives the receipt as it is returned.
///
/// An event is who called, whom else it concerns, and the receipt.
pub fn emit<E: Event, R: Encode>(
    who: AccountId,
    subject: Option<AccountId>,
    receipt: &R,
) -> Encoded<R> {
    let bytes = carrots_kernel::storage::encode(receipt);
    emit_encoded(E::SIGNATURE_TOPIC, who, subject, &bytes);
    Encoded(bytes, PhantomData)
}

/// An event whose fields are encoded.
struct Fields {
    signature: Option<[u8; 32]>,
    bytes: Vec<u8>,
}

impl Encode for Fields {
    fn encode_to<T: Output + ?Sized>(&self, out: &mut T) {
        out.write(&self.bytes);
    }
}

impl Event for Fields {
    type RemainingTopics = [HasRemainingTopics; 1];
    const SIGNATURE_TOPIC: Option<[u8; 32]> = None;

    fn topics<E, B>(&self, builder: TopicsBuilder<Uninit, E, B>) -> B::Output
    where
        E: Environment,
        B: TopicsBuilderBackend<E>,
    {
        builder.build::<Self>().push_topic(self.signature.as_ref()).finish()
    }
}

#[inline(never)]
fn emit_encoded(
    signature: Option<[u8; 32]>,
    who: AccountId,
    subject: Option<AccountId>,
    receipt: &[u8],
) {
    let mut bytes = Vec::with_capacity(64_usize.saturating_add(receipt.len()));
    for account in [Some(who), subject].iter().flatten() {
        bytes.extend_from_slice(account.as_ref());
    }
    bytes.extend_from_slice(receipt);
    ink::env::emit_event::<DefaultEnvironment, _>(Fields { signature, bytes });
}
