//! One declaration of a mechanism, and what is written from it.
//!
//! | question | module |
//! | --- | --- |
//! | what does a declaration say, and what is wrong with it? | [`declaration`] |
//! | how are names and accounts put into what is written? | [`names`] |
//! | what do the rules get: parameters, roles, errors, storage? | [`rules`] |
//! | what is the ink! contract? | [`contract`] |
//! | what is the mechanism in memory? | [`model`] |
//! | what are several mechanisms as one? | [`composition`] |
//! | what else is derived for records? | [`records`] |
//!
//! Users call `carrots_kernel::mechanism!`, `carrots_shell::contract!`, `carrots::model!` and
//! `carrots::composition!`; these are documented there. The macros here are what those are made of.

mod composition;
mod contract;
mod declaration;
mod model;
mod names;
mod records;
mod rules;

use declaration::{Declaration, Used};
use proc_macro::TokenStream;
use syn::parse_macro_input;

/// Declares a mechanism: all that is said of it once, beside its rules.
///
/// ```text
/// carrots_kernel::mechanism! {
///     /// Members put down a deposit and get it back if they keep what they promised in time.
///     mechanism Promise;
///
///     params {
///         /// what a member puts down
///         deposit: Balance, "tokens", >= 1;
///         /// in which the promise can be kept
///         window_blocks: Block, "blocks", >= 1, <= MAX_WINDOW;
///     }
///     roles {
///         /// Says which promises were kept.
///         judge,
///     }
///     storage {
///         /// The state of the whole system.
///         state: State;
///         /// A member's promise.
///         members: member(who: Id) -> Member;
///     }
///     messages {
///         /// promise, with the deposit
///         join(who, value, now) => Joined;
///         /// judge: confirm that a promise was kept
///         confirm(who, account: Id, now) => Confirmed(account);
///     }
///     errors {
///         /// The caller is not the judge.
///         NotJudge,
///     }
/// }
/// ```
///
/// `Id` is the type of accounts. Types have to be public where it is called. Every line is documented:
/// the first paragraph is what commands print.
///
/// - **`params`**, what the constructor takes: a type, the unit, and bounds, `>=`, `>`, `<=` or `<`, with
///   numbers, constants or other parameters. A limit that is computed has its words after it:
///   `<= least.saturating_mul(2) "2 * least"`. `if CONDITION` at the end says when the bounds are looked
///   at. A parameter that is out of range is refused by an error of its own, `DepositTooLow`. One with
///   `= default` after its type can be left out in files. A rule that is to be searched can be a
///   `carrots_kernel::line::Line`: its knots are numbers as others are.
/// - **`checks`**, rules of parameters that are no bounds: `/// what is expected`, then
///   `parameter: Error = condition;`. Conditions know all parameters by name.
/// - **`roles`**, accounts that the constructor takes: `db.roles().judge`. `sink != judge` says that two
///   must not be the same account, by an error of its own, `SinkIsJudge`. `oracle: crate::oracle` is the
///   contract of a mechanism, whose rules are at that path: messages call it, and the role is its for good.
/// - **`storage`**: one `state`, whose first value is the default, or a rule's (`= genesis(now)`); and
///   tables, `field: getter(key: Type, …) -> Record`. What is not there reads as the default. In memory
///   they lie by their first account; `, by key` names another, and `, dense` is for a `u32` of which few
///   are left out. Each has a storage cell of its own, in this order. One with `, internal` at its end has
///   no getter: only the rules read it, and the code is smaller.
/// - **`views`**, what else can be read: rules that take `db`, the declared arguments, and `now` where it
///   stands. One with a table's name takes the place of its getter.
/// - **`messages`**: an entry of the rules with the same arguments in the same order after `db`. `who`
///   calls, `value` are the tokens that come along (without it the message takes none), `now` is the block.
///   The role of a contract, by its name alone, is that contract: `&mut impl oracle::Contract`.
///   Then the receipt; `as Event` where the event has another name; in parentheses the account that the
///   event names after the caller; `, pays account` where the receipt, a `Paid`, is paid out.
/// - **`errors`**, why calls are refused.
///
/// What follows here, in the module where it is called: `Params` with `check`, `ParamsError`, `Roles`,
/// `Error`, the trait `Db` with a getter and a setter for every table, the entry `collect`, and the names
/// of `carrots_kernel::prelude`. Where there are roles also `Role`, and the entries `offer_role` and
/// `accept_role`, by which a role changes hands in two steps: its account offers it, the new one accepts.
/// `carrots_shell::contract!` and `carrots::model!` take the path of that module.
#[proc_macro]
pub fn mechanism(input: TokenStream) -> TokenStream {
    let declaration = parse_macro_input!(input as Declaration);
    // Written all the same, so that nothing else is missing.
    let wrong = declaration.contradiction.as_ref().map(syn::Error::to_compile_error);
    written(rules::write(&declaration).map(|rules| quote::quote!(#rules #wrong)))
}

/// The contract, for `carrots_shell::contract!`: the path of the rules in brackets, then their declaration.
#[proc_macro]
pub fn contract(input: TokenStream) -> TokenStream {
    let input = TokenStream::from(names::here(input.into()));
    let Used { rules, declaration } = parse_macro_input!(input as Used);
    written(contract::write(&rules, &declaration))
}

/// A contract as another one calls it, for `contract`: the path of the rules in brackets, then their
/// declaration.
#[proc_macro]
pub fn called(input: TokenStream) -> TokenStream {
    let input = TokenStream::from(names::here(input.into()));
    let Used { rules, declaration } = parse_macro_input!(input as Used);
    written(contract::called(&rules, &declaration))
}

/// The model, for `carrots::model!`: the path of the rules in brackets, then their declaration.
#[proc_macro]
pub fn model(input: TokenStream) -> TokenStream {
    let input = TokenStream::from(names::here(input.into()));
    let Used { rules, declaration } = parse_macro_input!(input as Used);
    written(model::write(&rules, &declaration))
}

/// Several mechanisms as one, for `carrots::composition!`.
#[proc_macro]
pub fn composition(input: TokenStream) -> TokenStream {
    let composition = parse_macro_input!(input as composition::Composition);
    written(composition::write(&composition))
}

/// An enum of which a scenario names a variant, in lower case: a record (see `records!`) that can be a
/// parameter or an argument of a message. If variants have fields, `Argument` is left to be implemented.
#[proc_macro]
pub fn choices(input: TokenStream) -> TokenStream {
    let choices = parse_macro_input!(input as syn::ItemEnum);
    written(records::choices(&choices))
}

/// For a record with accounts of a type `Id`: the same with other names for them.
#[proc_macro_derive(Renamed)]
pub fn renamed(input: TokenStream) -> TokenStream {
    let record = parse_macro_input!(input as syn::DeriveInput);
    written(records::renamed(&record))
}

fn written(tokens: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    tokens.unwrap_or_else(|error| error.to_compile_error()).into()
}
