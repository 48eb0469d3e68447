//! Accounts on a chain, and who signs for them.

use super::{ChainError, Result};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use subxt::utils::AccountId32;
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

/// An account on a chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(pub [u8; 32]);

/// SS58 with the prefix 42, which every chain reads.
impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        AccountId32::from(self.0).fmt(out)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// SS58 with any prefix, 0x and 64 digits, or a development account such as `//Alice`, whose
/// secret is known to all.
impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("{text}: expected an address in SS58 or 0x…, or //Alice");
        if text.starts_with("//") {
            return Signer::from_uri(text).map(|signer| signer.address()).map_err(|_| expected());
        }
        if let Some(digits) = text.strip_prefix("0x") {
            let bytes = hex::decode(digits).ok().and_then(|bytes| bytes.try_into().ok());
            return bytes.map(Address).ok_or_else(expected);
        }
        AccountId32::from_str(text).map(|account| Address(account.0)).map_err(|_| expected())
    }
}

impl From<Address> for AccountId32 {
    fn from(address: Address) -> Self {
        AccountId32::from(address.0)
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where the secret of a signer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A development account, whose secret is known to all.
    Dev(String),
    /// A file that holds nothing else.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// Whoever sits at the terminal.
    Prompt,
}

impl Source {
    /// The file of the secret, if others than its owner can read it.
    pub fn exposed(&self) -> Option<&Path> {
        use std::os::unix::fs::PermissionsExt;
        let Source::File(path) = self else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o044 != 0).then_some(path)
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("dev", name)) if !name.is_empty() => Ok(Source::Dev(name.into())),
            Some(("file", path)) if !path.is_empty() => Ok(Source::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Ok(Source::Variable(name.into())),
            None if text == "prompt" => Ok(Source::Prompt),
            // The text may be a secret: it is not repeated.
            _ => Err("expected dev:NAME, file:PATH, env:VARIABLE or prompt, never a secret".into()),
        }
    }
}

/// Who signs. Its secret is shown nowhere.
pub struct Signer(Keypair);

impl Signer {
    /// Reads the secret: a phrase of words or 0x and 64 digits, with a derivation path or not.
    pub fn read(source: &Source) -> Result<Self> {
        let wrong = |place: &str| {
            ChainError::refused(format!(
                "{place}: expected a phrase of 12 to 24 words, or 0x and 64 digits, and a path \
                 such as //0 or none"
            ))
        };
        match source {
            Source::Dev(name) => Self::from_uri(&format!("//{name}"))
                .map_err(|_| ChainError::refused(format!("dev:{name}: no such account"))),
            Source::File(path) => {
                let text = read_file(path)?;
                Self::from_uri(text.trim()).map_err(|_| wrong(&path.display().to_string()))
            }
            Source::Variable(name) => {
                let text = std::env::var(name).map_err(|_| {
                    ChainError::refused(format!("env:{name}: the variable is not set"))
                })?;
                Self::from_uri(text.trim()).map_err(|_| wrong(&format!("env:{name}")))
            }
            Source::Prompt => {
                let text = rpassword::prompt_password("secret phrase of the signer: ");
                let text = text.map_err(|error| {
                    ChainError::refused(format!("prompt: {error}: expected a terminal"))
                })?;
                Self::from_uri(text.trim()).map_err(|_| wrong("prompt"))
            }
        }
    }

    fn from_uri(uri: &str) -> Result<Self, ()> {
        let uri = SecretUri::from_str(uri).map_err(|_| ())?;
        Keypair::from_uri(&uri).map(Signer).map_err(|_| ())
    }

    /// The signer of an account of its own for an agent: derived by its number.
    pub fn agent(&self, number: u32) -> Self {
        Self(self.0.derive([subxt_signer::DeriveJunction::hard(u64::from(number))]))
    }

    /// Its account.
    pub fn address(&self) -> Address {
        Address(self.0.public_key().0)
    }

    pub(crate) fn pair(&self) -> &Keypair {
        &self.0
    }
}

fn read_file(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map_err(|error| ChainError::refused(format!("{}: {error}", path.display())))
}
