//! What happens to a mechanism, and what comes of a call.

use super::names::Agent;
use carrots_kernel::Balance;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// An amount as files write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount(#[serde(with = "carrots_kernel::text::amount")] pub Balance);

/// One step of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step<O> {
    /// Blocks pass.
    Blocks(u32),
    /// An agent calls a message.
    Call {
        /// Who.
        who: Agent,
        /// The tokens that it sends along.
        #[serde(with = "carrots_kernel::text::amount", default)]
        value: Balance,
        /// The message.
        op: O,
        /// What should come out: `Ok` or the name of an error. Left out, anything may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expect: Option<String>,
    },
}

impl<O> Step<O> {
    /// The same with other messages.
    pub fn map<T>(&self, op_of: impl Fn(&O) -> T) -> Step<T> {
        match self {
            Step::Blocks(blocks) => Step::Blocks(*blocks),
            Step::Call { who, value, op, expect } => {
                Step::Call { who: *who, value: *value, op: op_of(op), expect: expect.clone() }
            }
        }
    }
}

/// Why a call did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal<E> {
    /// The caller does not have the tokens that it sent.
    Unfunded,
    /// The message takes no tokens, and some were sent.
    NotPayable,
    /// The rules refused.
    Rules(E),
}

impl<E: Debug> std::fmt::Display for Refusal<E> {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Refusal::Rules(error) => write!(out, "{error:?}"),
            other => write!(out, "{other:?}"),
        }
    }
}

/// The name of a result: `Ok`, or that of the error.
pub fn outcome<T, E: std::fmt::Debug>(result: &Result<T, Refusal<E>>) -> String {
    result.as_ref().map_or_else(|refusal| refusal.to_string(), |_| "Ok".into())
}
