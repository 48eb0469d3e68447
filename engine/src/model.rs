//! The mechanism in memory: its rules over records, the tokens of everyone, and the time.
//!
//! | question | module |
//! | --- | --- |
//! | what is a mechanism, a message, a receipt? | [`traits`] |
//! | how does it follow from a declaration? | [`declared`] |
//! | where do records lie? | [`tables`] |
//! | what does a contract store, and what does a chain say of it? | [`storage`], [`state`] |
//! | who is an account on the chain? | [`names`] |
//! | what does a call do to tokens, and who writes it down? | [`instance`], [`step`] |
//! | and where it does not matter of which mechanism it is? | [`any`] |

mod any;
mod composed;
mod declared;
mod instance;
mod names;
mod state;
mod step;
mod storage;
mod tables;
mod text;
mod traits;

pub use any::{AnyInstance, AnyOp};
pub use composed::{Composed, joined, owed, params_of};
pub use instance::{Instance, Ledger, Log, Recording};
pub use names::{Agent, CONTRACT, Names, account, hash, selector};
pub use state::{Holder, Other, State};
pub use step::{Amount, Refusal, Step, outcome};
pub use storage::{Address, Cells, Found, StateError, Storage, among, hex};
pub use tables::{ByAgent, Dense, Every, Records};
pub use traits::{Accounting, Event, Message, Messages, Model, Op, Payment, sum};

pub use carrots_kernel::params::Param;
