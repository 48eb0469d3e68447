//! Compiled contracts: the code, and its messages with the types of their arguments.

use super::node::unhex;
use super::{Address, ChainError, Result};
use crate::model::{hash, hex};
use carrots_kernel::Perbill;
use scale_info::{PortableRegistry, PortableType, TypeDef, TypeDefPrimitive};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use subxt::ext::scale_value::{self, Composite, Primitive, Value, ValueDef};

/// A bundle: what `scripts/build-contracts` and `cargo contract` make of a contract.
pub struct Bundle {
    /// The file.
    pub path: PathBuf,
    /// The contract's name.
    pub name: String,
    /// The WebAssembly code.
    pub code: Vec<u8>,
    /// The code's hash, by which the chain knows it.
    pub hash: [u8; 32],
    /// The messages.
    pub messages: Vec<Message>,
    pub(crate) environment: Environment,
    pub(crate) types: PortableRegistry,
    /// What the constructor `new` returns.
    built: u32,
}

/// A message of a contract.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its name.
    pub name: String,
    /// Whether it takes tokens.
    pub payable: bool,
    /// Whether it changes anything.
    pub mutates: bool,
    /// What it does.
    pub about: String,
    /// Its arguments: their names and types.
    pub arguments: Vec<(String, u32)>,
    selector: Vec<u8>,
    returns: u32,
}

/// The types that the contract shares with the chain.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    pub account_id: Kind,
    pub balance: Kind,
    pub block_number: Kind,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kind {
    #[serde(rename = "type")]
    pub id: u32,
}

#[derive(Deserialize)]
struct File {
    source: Source,
    contract: Contract,
    spec: Spec,
    types: Vec<PortableType>,
}

#[derive(Deserialize)]
struct Source {
    hash: String,
    wasm: Option<String>,
}

#[derive(Deserialize)]
struct Contract {
    name: String,
}

#[derive(Deserialize)]
struct Spec {
    constructors: Vec<Entry>,
    messages: Vec<Entry>,
    environment: Environment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    label: String,
    selector: String,
    args: Vec<Argument>,
    payable: bool,
    #[serde(default)]
    mutates: bool,
    docs: Vec<String>,
    return_type: Kind,
}

#[derive(Deserialize)]
struct Argument {
    label: String,
    #[serde(rename = "type")]
    kind: Kind,
}

impl Bundle {
    /// Reads a bundle.
    pub fn read(path: &Path) -> Result<Self> {
        let wrong = |why: &str| ChainError::refused(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
        let file: File = serde_json::from_str(&text).map_err(|error| {
            wrong(&format!("expected a bundle (NAME.contract) of an ink! 5 contract: {error}"))
        })?;
        let wasm = file.source.wasm.ok_or_else(|| {
            wrong("it has no code: expected the bundle, NAME.contract, not NAME.json")
        })?;
        let code = unhex(&wasm)?;
        let hash = hash(&code);
        if hex(hash) != file.source.hash {
            return Err(wrong(&format!(
                "its code has the hash {}, not {} as it says: build it again",
                hex(hash),
                file.source.hash
            )));
        }
        let new = file.spec.constructors.iter().find(|entry| entry.label == "new");
        let built = new.ok_or_else(|| wrong("it has no constructor `new`"))?.return_type.id;
        let messages = file.spec.messages.into_iter().map(Entry::message).collect::<Result<_>>()?;
        Ok(Self {
            path: path.into(),
            name: file.contract.name,
            code,
            hash,
            messages,
            environment: file.spec.environment,
            types: PortableRegistry { types: file.types },
            built,
        })
    }

    /// The message of that name.
    pub fn message(&self, name: &str) -> Result<&Message> {
        self.messages.iter().find(|message| message.name == name).ok_or_else(|| {
            let names: Vec<_> = self.messages.iter().map(|message| &message.name[..]).collect();
            ChainError::refused(format!(
                "no message `{name}`: expected one of {}",
                names.join(", ")
            ))
        })
    }

    /// A call of a message with arguments as people write them.
    pub fn call(&self, message: &Message, arguments: &[String]) -> Result<Vec<u8>> {
        let names: Vec<_> = message.arguments.iter().map(|(name, _)| &name[..]).collect();
        if arguments.len() != names.len() {
            return Err(ChainError::refused(format!(
                "{}: expected {}, not {} arguments",
                message.name,
                match names.is_empty() {
                    true => "none".into(),
                    false => format!("{} ({})", names.len(), names.join(", ")),
                },
                arguments.len(),
            )));
        }
        let mut data = message.selector.clone();
        for ((name, kind), text) in message.arguments.iter().zip(arguments) {
            // `operator=5Grw…` says the same as `5Grw…`.
            let text = text.strip_prefix(&format!("{name}=")).unwrap_or(text);
            let value = self.value(*kind, text);
            let encoded = value.and_then(|value| {
                scale_value::scale::encode_as_type(&value, *kind, &self.types, &mut data)
                    .map_err(|error| error.to_string())
            });
            encoded.map_err(|why| {
                ChainError::refused(format!("{}: {name} = {text}: {why}", message.name))
            })?;
        }
        Ok(data)
    }

    /// What a message returned: the result in words, or the name of the error.
    pub fn result(&self, message: &Message, data: &[u8]) -> Result<Result<String, String>> {
        self.outcome(message.returns, data)
    }

    /// The same for the constructor.
    pub fn built(&self, data: &[u8]) -> Result<Result<String, String>> {
        self.outcome(self.built, data)
    }

    /// Takes off the outer result of ink!, and the message's own if it has one.
    fn outcome(&self, kind: u32, data: &[u8]) -> Result<Result<String, String>> {
        let mut value = scale_value::scale::decode_as_type(&mut &data[..], kind, &self.types)
            .map_err(|error| {
                ChainError::refused(format!(
                    "the contract answers {} in a form that its bundle does not know: {error}",
                    hex(data)
                ))
            })?;
        for _ in 0..2 {
            let ValueDef::Variant(variant) = &value.value else { break };
            let inner = match &variant.values {
                Composite::Unnamed(values) if values.len() == 1 => values[0].clone(),
                _ => break,
            };
            match &variant.name[..] {
                "Ok" => value = inner,
                "Err" => return Ok(Err(self.show(&inner))),
                _ => break,
            }
        }
        Ok(Ok(self.show(&value)))
    }

    fn path_ends(&self, kind: u32, name: &str) -> bool {
        let kind = self.types.resolve(kind);
        kind.and_then(|kind| kind.path.segments.last()).is_some_and(|last| *last == name)
    }

    /// A value of a type, as people write it.
    fn value(&self, kind: u32, text: &str) -> Result<Value, String> {
        if self.path_ends(kind, "AccountId") {
            let address: Address =
                text.parse().map_err(|_| "expected an address in SS58 or 0x…, or //Alice")?;
            return Ok(Value::from_bytes(address.0));
        }
        if self.path_ends(kind, "Perbill") {
            return perbill(text).map(|parts| Value::u128(parts.into()));
        }
        match self.types.resolve(kind).map(|kind| &kind.type_def) {
            Some(TypeDef::Primitive(TypeDefPrimitive::Bool)) => {
                text.parse().map(Value::bool).map_err(|_| "expected true or false".into())
            }
            Some(TypeDef::Primitive(primitive)) => number(text, primitive),
            Some(TypeDef::Array(array)) if self.is_byte(array.type_param.id) => {
                let expected = || format!("expected 0x and {} digits", 2 * array.len);
                let bytes = unhex(text).map_err(|_| expected())?;
                match bytes.len() == array.len as usize {
                    true => Ok(Value::from_bytes(bytes)),
                    false => Err(expected()),
                }
            }
            Some(TypeDef::Variant(variants)) => {
                let names: Vec<_> = variants.variants.iter().map(|at| &at.name[..]).collect();
                let found =
                    variants.variants.iter().find(|at| at.name == text && at.fields.is_empty());
                match found {
                    Some(found) => Ok(Value::unnamed_variant(found.name.clone(), [])),
                    None => {
                        literal(text).map_err(|_| format!("expected one of {}", names.join(", ")))
                    }
                }
            }
            _ => literal(text),
        }
    }

    fn is_byte(&self, kind: u32) -> bool {
        let kind = self.types.resolve(kind).map(|kind| &kind.type_def);
        matches!(kind, Some(TypeDef::Primitive(TypeDefPrimitive::U8)))
    }

    /// A value in words: accounts in SS58, fractions in per cent, bytes in hexadecimal.
    fn show(&self, value: &Value<u32>) -> String {
        if self.path_ends(value.context, "AccountId")
            && let Some(bytes) = bytes(value)
            && let Ok(account) = bytes.try_into()
        {
            return Address(account).to_string();
        }
        if self.path_ends(value.context, "Perbill")
            && let Some(parts) = leaf(value)
        {
            return format!("{} %", parts as f64 / 1e7);
        }
        let list =
            |values: &[Value<u32>]| values.iter().map(|at| self.show(at)).collect::<Vec<_>>();
        let named = |values: &[(String, Value<u32>)]| {
            let fields = values.iter().map(|(name, at)| format!("{name}: {}", self.show(at)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        };
        match &value.value {
            ValueDef::Primitive(Primitive::U128(number)) => number.to_string(),
            ValueDef::Primitive(other) => match other {
                Primitive::Bool(truth) => truth.to_string(),
                Primitive::String(text) => text.clone(),
                other => format!("{other:?}"),
            },
            ValueDef::Composite(_) if self.is_bytes(value.context) => {
                hex(bytes(value).unwrap_or_default())
            }
            ValueDef::Composite(Composite::Named(values)) => named(values),
            ValueDef::Composite(Composite::Unnamed(values)) => match &values[..] {
                [] => "done".into(),
                [one] if !self.is_list(value.context) => self.show(one),
                values => format!("[{}]", list(values).join(", ")),
            },
            ValueDef::Variant(variant) => match &variant.values {
                Composite::Named(values) if values.is_empty() => variant.name.clone(),
                Composite::Unnamed(values) if values.is_empty() => variant.name.clone(),
                Composite::Named(values) => format!("{} {}", variant.name, named(values)),
                Composite::Unnamed(values) => {
                    format!("{}({})", variant.name, list(values).join(", "))
                }
            },
            ValueDef::BitSequence(bits) => format!("{bits:?}"),
        }
    }

    fn is_list(&self, kind: u32) -> bool {
        let kind = self.types.resolve(kind).map(|kind| &kind.type_def);
        matches!(kind, Some(TypeDef::Array(_) | TypeDef::Sequence(_)))
    }

    fn is_bytes(&self, kind: u32) -> bool {
        match self.types.resolve(kind).map(|kind| &kind.type_def) {
            Some(TypeDef::Array(array)) => self.is_byte(array.type_param.id),
            Some(TypeDef::Sequence(sequence)) => self.is_byte(sequence.type_param.id),
            _ => false,
        }
    }

    /// The primitive type at the bottom of one that only wraps another.
    pub(crate) fn primitive(&self, kind: u32) -> Option<TypeDefPrimitive> {
        primitive(&self.types, kind)
    }
}

/// The primitive type at the bottom of one that only wraps another, compact or not.
pub(crate) fn primitive(types: &PortableRegistry, kind: u32) -> Option<TypeDefPrimitive> {
    match &types.resolve(kind)?.type_def {
        TypeDef::Primitive(found) => Some(found.clone()),
        TypeDef::Compact(compact) => primitive(types, compact.type_param.id),
        TypeDef::Composite(composite) => match &composite.fields[..] {
            [field] => primitive(types, field.ty.id),
            _ => None,
        },
        _ => None,
    }
}

impl Entry {
    fn message(self) -> Result<Message> {
        Ok(Message {
            name: self.label,
            payable: self.payable,
            mutates: self.mutates,
            about: self.docs.join(" ").trim().to_string(),
            arguments: self.args.into_iter().map(|at| (at.label, at.kind.id)).collect(),
            selector: unhex(&self.selector)?,
            returns: self.return_type.id,
        })
    }
}

/// A whole number in the range of its type; `_` may group digits.
fn number(text: &str, kind: &TypeDefPrimitive) -> Result<Value, String> {
    let most = match kind {
        TypeDefPrimitive::U8 => u8::MAX.into(),
        TypeDefPrimitive::U16 => u16::MAX.into(),
        TypeDefPrimitive::U32 => u32::MAX.into(),
        TypeDefPrimitive::U64 => u64::MAX.into(),
        TypeDefPrimitive::U128 => u128::MAX,
        _ => return literal(text),
    };
    let number = text.replace('_', "").parse::<u128>().ok().filter(|number| *number <= most);
    number.map(Value::u128).ok_or_else(|| format!("expected a whole number from 0 to {most}"))
}

/// A fraction as scenarios write it, in parts of a billion.
fn perbill(text: &str) -> Result<u32, String> {
    use serde::de::{IntoDeserializer, value};
    let number: f64 = text.parse().map_err(|_| "expected a fraction from 0 to 1")?;
    let input: value::F64Deserializer<value::Error> = number.into_deserializer();
    let fraction = carrots_kernel::text::fraction::deserialize(input);
    fraction.map(Perbill::deconstruct).map_err(|error| error.to_string())
}

/// What has no form of its own, such as `Choice { options: 2 }`.
fn literal(text: &str) -> Result<Value, String> {
    match scale_value::stringify::from_str(text) {
        (Ok(value), rest) if rest.trim().is_empty() => Ok(value),
        (Ok(_), rest) => Err(format!("cannot read {rest:?}")),
        (Err(error), _) => Err(error.to_string()),
    }
}

/// The bytes of a list of bytes, however wrapped.
fn bytes(value: &Value<u32>) -> Option<Vec<u8>> {
    match &value.value {
        ValueDef::Composite(Composite::Unnamed(values)) if values.len() == 1 => {
            bytes(&values[0]).or_else(|| leaf(value).map(|byte| vec![byte as u8]))
        }
        ValueDef::Composite(Composite::Unnamed(values)) => {
            values.iter().map(|at| leaf(at).and_then(|byte| byte.try_into().ok())).collect()
        }
        _ => None,
    }
}

/// The number at the bottom of what only wraps it.
fn leaf(value: &Value<u32>) -> Option<u128> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(number)) => Some(*number),
        ValueDef::Composite(Composite::Unnamed(values)) if values.len() == 1 => leaf(&values[0]),
        _ => None,
    }
}
