//! What a chain accepts, read from its metadata before anything is signed.

use super::bundle::primitive;
use super::node::At;
use super::{Bundle, ChainError, Node, Result};
use carrots_kernel::Balance;
use scale::Decode;
use scale_info::{PortableRegistry, TypeDef, TypeDefPrimitive};
use subxt::metadata::{Metadata, PalletMetadata};

/// The signed extensions that have something to say and are known.
const EXTENSIONS: &[&str] = &[
    "CheckSpecVersion",
    "CheckTxVersion",
    "CheckGenesis",
    "CheckMortality",
    "CheckNonce",
    "CheckMetadataHash",
    "ChargeTransactionPayment",
    "ChargeAssetTxPayment",
    "VerifyMultiSignature",
];

/// What a chain accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepts {
    /// The largest code, in bytes, where the chain says so.
    pub code_bytes_max: Option<u32>,
    /// What an account must have to exist.
    pub existential_deposit: Balance,
    /// The signed extensions, in order.
    pub extensions: Vec<String>,
}

impl Node {
    /// What the chain accepts, if it takes such a contract at all.
    pub(crate) fn accepts(&self, at: &At, bundle: &Bundle) -> Result<Accepts> {
        let accepts = accepts(at.metadata_ref(), bundle);
        accepts.map_err(|why| ChainError::refused(format!("{}: {why}", self.url())))
    }
}

/// What a chain with that metadata accepts, or why the contract cannot be deployed there.
pub(crate) fn accepts(metadata: &Metadata, bundle: &Bundle) -> Result<Accepts, String> {
    let Some(contracts) = metadata.pallet_by_name("Contracts") else {
        return Err(match metadata.pallet_by_name("Revive") {
            Some(_) => "the chain runs contracts with pallet-revive, for which these are not \
                        compiled: choose a chain with pallet-contracts"
                .into(),
            None => {
                "the chain has no pallet-contracts: choose one that has, or scripts/localnet".into()
            }
        });
    };
    for call in ["upload_code", "instantiate", "call"] {
        if contracts.call_variant_by_name(call).is_none() {
            return Err(format!("the chain takes no Contracts.{call}: it is closed to users"));
        }
    }
    shared_types(metadata, &contracts, bundle)?;
    let extensions = extensions(metadata)?;
    let code_bytes_max = constant::<u32>(&contracts, "MaxCodeLen");
    let size = bundle.code.len();
    if let Some(most) = code_bytes_max.filter(|most| size > *most as usize) {
        return Err(format!("the code has {size} bytes: the chain takes at most {most}"));
    }
    let balances = metadata.pallet_by_name("Balances");
    let existential_deposit =
        balances.and_then(|balances| constant(&balances, "ExistentialDeposit"));
    let existential_deposit = existential_deposit
        .ok_or("the chain has no Balances.ExistentialDeposit: its tokens are not known")?;
    Ok(Accepts { code_bytes_max, existential_deposit, extensions })
}

fn constant<T: Decode>(pallet: &PalletMetadata, name: &str) -> Option<T> {
    T::decode(&mut pallet.constant_by_name(name)?.value()).ok()
}

/// The chain hands balances, accounts and block numbers to the contract in its own widths.
fn shared_types(
    metadata: &Metadata,
    contracts: &PalletMetadata,
    bundle: &Bundle,
) -> Result<(), String> {
    let types = metadata.types();
    let field = |name: &str| {
        let call = contracts.call_variant_by_name("call");
        call.and_then(|call| call.fields.iter().find(|field| field.name.as_deref() == Some(name)))
    };
    let balance = field("value").and_then(|field| primitive(types, field.ty.id));
    let wanted = bundle.primitive(bundle.environment.balance.id);
    if balance.is_none() || balance != wanted {
        return Err(format!(
            "the chain's balances are {}, the contract's {}: it needs an `Environment` of its own",
            width(balance.as_ref()),
            width(wanted.as_ref()),
        ));
    }
    let key = contracts.storage().and_then(|storage| storage.entry_by_name("ContractInfoOf"));
    let key = key.and_then(|entry| entry.keys().next().map(|key| key.key_id));
    let account = key.and_then(|key| bytes(types, key));
    let wanted = bytes(&bundle.types, bundle.environment.account_id.id);
    if account.is_none() || account != wanted {
        return Err(format!(
            "the chain's accounts have {} bytes, the contract's {}",
            account.map_or("an unknown number of".into(), |bytes| bytes.to_string()),
            wanted.unwrap_or_default(),
        ));
    }
    let system = metadata.pallet_by_name("System");
    let number = system.and_then(|system| system.storage()?.entry_by_name("Number"));
    let number = number.and_then(|entry| primitive(types, entry.value_ty()));
    let wanted = bundle.primitive(bundle.environment.block_number.id);
    if number.is_none() || number != wanted {
        return Err(format!(
            "the chain's block numbers are {}, the contract's {}",
            width(number.as_ref()),
            width(wanted.as_ref()),
        ));
    }
    Ok(())
}

fn width(kind: Option<&TypeDefPrimitive>) -> String {
    kind.map_or("of an unknown kind".into(), |kind| format!("{kind:?}").to_lowercase())
}

/// The length of what is at the bottom a list of bytes.
fn bytes(types: &PortableRegistry, kind: u32) -> Option<u32> {
    match &types.resolve(kind)?.type_def {
        TypeDef::Array(array) => Some(array.len),
        TypeDef::Composite(composite) => match &composite.fields[..] {
            [field] => bytes(types, field.ty.id),
            _ => None,
        },
        _ => None,
    }
}

/// The chain's signed extensions. One that is not known may stay empty if it can.
fn extensions(metadata: &Metadata) -> Result<Vec<String>, String> {
    let (types, mut names) = (metadata.types(), Vec::new());
    for extension in metadata.extrinsic().transaction_extensions_to_use_for_encoding() {
        let name = extension.identifier();
        let silent =
            is_empty(types, extension.extra_ty()) && is_empty(types, extension.additional_ty());
        if !silent && !EXTENSIONS.contains(&name) {
            return Err(format!(
                "the chain asks for the signed extension {name}, which is not known: \
                 transactions cannot be signed for it"
            ));
        }
        names.push(name.to_string());
    }
    Ok(names)
}

/// Whether values of a type are encoded in no bytes.
fn is_empty(types: &PortableRegistry, kind: u32) -> bool {
    match types.resolve(kind).map(|kind| &kind.type_def) {
        Some(TypeDef::Composite(of)) => of.fields.iter().all(|field| is_empty(types, field.ty.id)),
        Some(TypeDef::Tuple(of)) => of.fields.iter().all(|field| is_empty(types, field.id)),
        Some(TypeDef::Array(of)) => of.len == 0 || is_empty(types, of.type_param.id),
        _ => false,
    }
}
