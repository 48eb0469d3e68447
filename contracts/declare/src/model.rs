//! The mechanism in memory: records, messages, storage and its inverse.

use crate::declaration::{is_account, own, Declaration, Layout, Message, Table};
use crate::names::{engine, from_outside, renamed, with_id};
use crate::rules::passed_on;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;
use syn::{Path, Result, Type};

pub fn write(rules: &Path, declaration: &Declaration) -> Result<TokenStream> {
    let engine = engine()?;
    let memory = Memory { rules, declaration, kernel: quote!(#engine::kernel), engine };
    let (roles, messages) = (memory.roles(), memory.messages());
    let (records, model, db) = (memory.records(), memory.model(), memory.db());
    let called = memory.called();
    Ok(quote! {
        #[allow(unused_imports)]
        use #rules::{self as rules, *};

        #roles
        #messages
        #records
        #model
        #db
        #called
    })
}

struct Memory<'a> {
    rules: &'a Path,
    declaration: &'a Declaration,
    engine: TokenStream,
    kernel: TokenStream,
}

impl Memory<'_> {
    fn agent(&self) -> TokenStream {
        let engine = &self.engine;
        quote!(#engine::model::Agent)
    }

    /// The type as it is in memory.
    fn own_type(&self, kind: &Type) -> TokenStream {
        with_id(kind, &self.agent())
    }

    /// Whether it calls other contracts: it is a model only together with these.
    fn calls_others(&self) -> bool {
        self.declaration.contracts().next().is_some()
    }

    fn has_roles(&self) -> bool {
        !self.declaration.roles.is_empty()
    }

    /// The first agents.
    fn roles(&self) -> TokenStream {
        let agent = self.agent();
        let roles = self.declaration.roles.iter().zip(0u32..).map(|(role, number)| {
            let (docs, name) = (&role.docs, self.role(&role.name));
            quote!(#docs pub const #name: #agent = #number;)
        });
        quote!(#(#roles)*)
    }

    fn role(&self, name: &Ident) -> Ident {
        format_ident!("{}", name.to_string().to_ascii_uppercase(), span = name.span())
    }

    fn messages(&self) -> TokenStream {
        let Self { declaration, engine, kernel, .. } = self;
        let agent = self.agent();
        let messages = &declaration.messages;
        let (enums, op) = (self.op(), self.op_trait());
        let infos = messages.iter().map(|message| {
            let arguments = message.own().map(|(name, _)| name.to_string());
            let (called, payable) = (message.name.to_string(), message.is_payable());
            let about = message.docs.about();
            quote! {
                #engine::model::Message {
                    name: #called,
                    arguments: &[#(#arguments),*],
                    payable: #payable,
                    about: #about,
                }
            }
        });
        let mut seen = BTreeSet::new();
        let receipts = messages.iter().map(|message| &message.receipt);
        let receipts: Vec<_> =
            receipts.filter(|receipt| seen.insert(receipt.to_string())).collect();
        let (head, public) = self.head(&quote!(#engine::model::Messages));
        let types = (!self.calls_others()).then(|| {
            quote! {
                type Op = Op;
                type Receipt = Receipt;
                type Error = Error;
            }
        });
        let contracts = declaration.contracts().map(|(role, path)| {
            let path = from_outside(path, self.rules);
            quote!(#role: &mut impl #path::Contract<Id = #agent>)
        });
        let calls = messages.iter().map(|message| {
            let (entry, receipt) = (&message.name, &message.receipt);
            let pattern = self.pattern(message);
            let passed = passed_on(&message.arguments);
            let paid = match &message.pays {
                None => quote!(None),
                Some(payee) => quote!(Some((#payee, receipt.amount))),
            };
            quote! {
                #pattern => {
                    let receipt = rules::#entry(self, #(#passed),*)?;
                    let paid = #paid;
                    Ok((Receipt::#receipt(receipt), paid))
                }
            }
        });
        quote! {
            #enums
            #op

            /// The receipts of the messages.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, #engine::scale::Encode)]
            #[codec(crate = #engine::scale)]
            #[allow(missing_docs)]
            pub enum Receipt {
                #(#receipts(#receipts),)*
            }

            #head {
                #types

                /// Its messages.
                #public fn messages() -> &'static [#engine::model::Message] {
                    &[#(#infos),*]
                }

                /// Why messages are refused, and what that means.
                #public fn errors() -> &'static [(&'static str, &'static str)] {
                    Error::MEANINGS
                }

                /// Calls a message, as [`Messages::call`](#engine::model::Messages::call) does.
                #[inline(always)]
                #[allow(unused_variables, clippy::too_many_arguments)]
                #public fn call(
                    &mut self,
                    who: #agent,
                    value: #kernel::Balance,
                    now: #kernel::Block,
                    op: Op,
                    #(#contracts,)*
                ) -> Result<(Receipt, Option<#engine::model::Payment>), Error> {
                    match op {
                        #(#calls)*
                    }
                }
            }
        }
    }

    /// What opens the implementation of a trait, and what stands before its functions: where other
    /// contracts are called, they are the type's own.
    fn head(&self, of: &TokenStream) -> (TokenStream, Option<TokenStream>) {
        let name = &self.declaration.name;
        match self.calls_others() {
            false => (quote!(impl #of for #name), None),
            true => (quote!(impl #name), Some(quote!(pub))),
        }
    }

    /// The mechanism as another contract of a composition calls it.
    fn called(&self) -> TokenStream {
        let Self { declaration, kernel, .. } = self;
        let (name, agent) = (&declaration.name, self.agent());
        let given = |arguments: &[(&Ident, &Type)]| {
            let one = |(name, kind): &(&Ident, &Type)| {
                let kind = self.own_type(kind);
                quote!(#name: #kind)
            };
            arguments.iter().map(one).collect::<Vec<_>>()
        };
        let tables = declaration.read_tables().map(|table| {
            let (get, record) = (&table.name, self.own_type(&table.record));
            let keys: Vec<_> = table.keys.iter().map(|(name, kind)| (name, kind)).collect();
            let (given, names) = (given(&keys), keys.iter().map(|(name, _)| name));
            quote!(fn #get(&self, #(#given),*) -> #record { Db::#get(self.db, #(#names),*) })
        });
        let views = declaration.views.iter().map(|view| {
            let (get, result) = (&view.name, self.own_type(&view.result));
            let arguments: Vec<_> = own(&view.arguments).collect();
            let (given, passed) = (given(&arguments), passed_on(&view.arguments));
            quote! {
                #[allow(unused_variables)]
                fn #get(&self, #(#given),*) -> #result {
                    let now = self.now;
                    rules::#get(self.db, #(#passed),*)
                }
            }
        });
        let messages = declaration.messages.iter().filter(|message| message.is_for_contracts());
        let messages = messages.map(|message| {
            let (entry, receipt, variant) =
                (&message.name, &message.receipt, self.variant(message));
            let arguments: Vec<_> = message.own().collect();
            let (given, passed) = (given(&arguments), passed_on(&message.arguments));
            let names = arguments.iter().map(|(name, _)| name);
            quote! {
                #[allow(unused_variables)]
                fn #entry(&mut self, #(#given),*) -> Result<#receipt, Error> {
                    let (who, now) = (self.who, self.now);
                    let receipt = rules::#entry(self.db, #(#passed),*)?;
                    (self.done)(Op::#variant { #(#names),* }, Receipt::#receipt(receipt));
                    Ok(receipt)
                }
            }
        });
        let roles =
            self.has_roles().then(|| quote!(fn roles(&self) -> Roles<#agent> { self.db.roles }));
        let state = &declaration.state.kind;
        let all_roles = self.has_roles().then(|| quote!(Roles,));
        quote! {
            /// What a composition knows of it.
            #[doc(hidden)]
            pub mod part {
                pub use super::rules::{Db, Error, Params, ParamsError, #all_roles};
            }

            /// The mechanism as another contract of a composition calls it.
            pub struct Called<'a> {
                /// Its records.
                pub db: &'a mut #name,
                /// The account of the contract that calls.
                pub who: #agent,
                /// The block.
                pub now: #kernel::Block,
                /// Hears what was called with success.
                pub done: &'a dyn Fn(Op, Receipt),
            }

            impl rules::Contract for Called<'_> {
                type Id = #agent;

                fn params(&self) -> Params {
                    self.db.params
                }
                #roles
                fn state(&self) -> #state {
                    self.db.state
                }
                #(#tables)*
                #(#views)*
                #(#messages)*
            }
        }
    }

    fn variant(&self, message: &Message) -> Ident {
        let name = crate::declaration::camel(&message.name);
        Ident::new(&name, message.name.span())
    }

    /// A message with all of its arguments.
    fn pattern(&self, message: &Message) -> TokenStream {
        let (variant, names) = (self.variant(message), message.own().map(|(name, _)| name));
        quote!(Op::#variant { #(#names),* })
    }

    fn op(&self) -> TokenStream {
        let Self { engine, kernel, .. } = self;
        let serde = format!("{engine}::serde").replace(' ', "");
        let text = format!("{kernel}::text").replace(' ', "");
        let variants = self.declaration.messages.iter().map(|message| {
            let (docs, variant) = (&message.docs, self.variant(message));
            let fields = message.own().map(|(name, kind)| match is_account(kind) {
                true => quote!(#name: Id),
                false => quote!(#[serde(with = #text)] #name: #kind),
            });
            quote!(#docs #variant { #(#fields,)* })
        });
        let renamed = self.declaration.messages.iter().map(|message| {
            let pattern = self.pattern(message);
            let values = message.own().map(|(name, kind)| match is_account(kind) {
                true => quote!(#name: name(#name)),
                false => quote!(#name),
            });
            let variant = self.variant(message);
            quote!(#pattern => Op::#variant { #(#values),* })
        });
        let agent = self.agent();
        quote! {
            /// The messages of the contract, with accounts of type `Id`.
            #[derive(
                Clone, Copy, Debug, PartialEq, Eq, #engine::scale::Encode, #engine::scale::Decode,
                #engine::serde::Serialize, #engine::serde::Deserialize,
            )]
            #[serde(crate = #serde, rename_all = "snake_case", deny_unknown_fields)]
            #[codec(crate = #engine::scale)]
            #[allow(missing_docs)]
            pub enum Op<Id = #agent> {
                #(#variants,)*
            }

            impl<Id> Op<Id> {
                /// The same message with other names for the accounts.
                #[allow(unused_mut, unused_variables)]
                fn renamed<To>(self, mut name: impl FnMut(Id) -> To) -> Op<To> {
                    match self {
                        #(#renamed,)*
                    }
                }
            }
        }
    }

    fn op_trait(&self) -> TokenStream {
        let Self { declaration, engine, kernel, .. } = self;
        let agent = self.agent();
        let messages = &declaration.messages;
        let names: Vec<_> = messages.iter().map(|message| message.name.to_string()).collect();
        let variants: Vec<_> = messages.iter().map(|message| self.variant(message)).collect();
        let payable = messages.iter().map(Message::is_payable);
        let events = messages.iter().map(|message| {
            let (pattern, event) = (self.pattern(message), message.event.to_string());
            let subject = match &message.subject {
                None => quote!(None),
                Some(subject) => quote!(Some(#subject)),
            };
            quote!(#pattern => (#event, #subject))
        });
        let samples = messages.iter().map(|message| {
            let variant = self.variant(message);
            let values = message.own().map(|(name, kind)| match is_account(kind) {
                true => quote!(#name: account),
                false => quote!(#name: <#kind as #kernel::arguments::Argument>::sample()),
            });
            quote!(Op::#variant { #(#values),* })
        });
        let changes = messages.iter().flat_map(|message| {
            let variant = self.variant(message);
            message.own().map(move |(name, kind)| {
                let others = match is_account(kind) {
                    true => quote!(accounts.iter().copied().filter(|other| *other != argument)),
                    false => {
                        quote!(#kernel::arguments::Argument::others(argument, amounts).into_iter())
                    }
                };
                quote! {
                    if let Op::#variant { #name: argument, .. } = *self {
                        for other in #others {
                            let mut changed = *self;
                            if let Op::#variant { #name: argument, .. } = &mut changed {
                                *argument = other;
                            }
                            all.push(changed);
                        }
                    }
                }
            })
        });
        let opaque = messages.iter().map(|message| {
            let kinds = message.own().filter(|(_, kind)| !is_account(kind)).map(|(_, kind)| kind);
            quote!(false #(|| <#kinds as #kernel::arguments::Argument>::OPAQUE)*)
        });
        quote! {
            impl #engine::model::Op for Op {
                fn message(&self) -> &'static str {
                    match self {
                        #(Op::#variants { .. } => #names,)*
                    }
                }

                #[inline]
                fn payable(&self) -> bool {
                    match self {
                        #(Op::#variants { .. } => #payable,)*
                    }
                }

                fn arguments(&self, name: &dyn Fn(#agent) -> [u8; 32]) -> Vec<u8> {
                    #engine::scale::Encode::encode(&self.renamed(name))[1..].to_vec()
                }

                fn read(
                    _contract: usize,
                    data: &[u8],
                    agent: &mut dyn FnMut([u8; 32]) -> #agent,
                ) -> Option<Self> {
                    let selectors = [#(#engine::model::selector(#names),)*];
                    let (selector, arguments) = data.split_at_checked(4)?;
                    let number = selectors.iter().position(|known| known[..] == *selector)?;
                    let encoded = [&[number as u8], arguments].concat();
                    let op: Op<[u8; 32]> =
                        #engine::scale::DecodeAll::decode_all(&mut &encoded[..]).ok()?;
                    Some(op.renamed(agent))
                }

                #[allow(unused_variables)]
                fn event(&self, who: #agent) -> (&'static str, Option<#agent>) {
                    match *self {
                        #(#events,)*
                    }
                }

                fn samples(account: #agent) -> Vec<Self> {
                    vec![#(#samples),*]
                }

                #[allow(unused_variables)]
                fn variants(&self, accounts: &[#agent], amounts: &[#kernel::Balance]) -> Vec<Self> {
                    let mut all = Vec::new();
                    #(#changes)*
                    all
                }

                fn opaque(&self) -> bool {
                    match self {
                        #(Op::#variants { .. } => #opaque,)*
                    }
                }
            }
        }
    }

    /// The key of a table in memory, without the account that it is by.
    fn rest<'t>(&self, table: &'t Table) -> Vec<&'t (Ident, Type)> {
        let is_by = |at: usize| table.layout == Layout::By(at);
        table.keys.iter().enumerate().filter(|(at, _)| !is_by(*at)).map(|(_, key)| key).collect()
    }

    fn table_type(&self, table: &Table) -> TokenStream {
        let engine = &self.engine;
        let record = self.own_type(&table.record);
        let rest: Vec<_> = self.rest(table).iter().map(|(_, kind)| self.own_type(kind)).collect();
        let key = match rest.as_slice() {
            [kind] => quote!(#kind),
            _ => quote!((#(#rest),*)),
        };
        match table.layout {
            Layout::Sorted => quote!(#engine::model::Records<#key, #record>),
            Layout::Dense => quote!(#engine::model::Dense<#record>),
            Layout::By(_) if rest.is_empty() => quote!(#engine::model::ByAgent<#record>),
            Layout::By(_) => {
                quote!(#engine::model::ByAgent<#engine::model::Records<#key, #record>>)
            }
        }
    }

    /// A table's key as it is in memory, as a pattern or a value.
    fn key(&self, table: &Table) -> TokenStream {
        let rest: Vec<_> = self.rest(table).iter().map(|(name, _)| name).collect();
        let rest = match rest.as_slice() {
            [one] => quote!(#one),
            _ => quote!((#(#rest),*)),
        };
        match table.layout {
            Layout::By(at) => match table.keys.as_slice() {
                [(name, _)] => quote!(#name),
                keys => {
                    let by = &keys[at].0;
                    quote!((#by, #rest))
                }
            },
            _ => rest,
        }
    }

    fn records(&self) -> TokenStream {
        let Self { declaration, engine, kernel, .. } = self;
        let Declaration { name, state, tables, .. } = declaration;
        let (agent, state) = (self.agent(), &state.kind);
        let roles = self.has_roles().then(|| quote!(roles: Roles<#agent>,));
        let fields: Vec<_> = tables.iter().map(|table| &table.field).collect();
        let kinds = tables.iter().map(|table| self.table_type(table));
        let all: Vec<TokenStream> = [quote!(params), quote!(state), quote!(credits), quote!(names)]
            .into_iter()
            .chain(self.has_roles().then(|| quote!(roles)))
            .chain(fields.iter().map(|field| quote!(#field)))
            .collect();
        quote! {
            /// The records in memory.
            #[derive(Debug)]
            pub struct #name {
                params: Params,
                #roles
                state: #state,
                #(#fields: #kinds,)*
                credits: #engine::model::ByAgent<#kernel::Balance>,
                names: #engine::model::Names,
            }

            impl Clone for #name {
                fn clone(&self) -> Self {
                    Self { #(#all: self.#all.clone()),* }
                }

                /// Reuses what is allocated; derived it would not.
                #[inline]
                fn clone_from(&mut self, source: &Self) {
                    #(self.#all.clone_from(&source.#all);)*
                }
            }

            impl #kernel::accounts::Accounts for #name {
                type Id = #agent;

                #kernel::tables! { credit, set_credit: credits(who: #agent) -> #kernel::Balance; }
            }

            impl #kernel::sealed::Hashing for #name {
                #[inline]
                fn hash(&self, bytes: &[u8]) -> #kernel::sealed::Hash {
                    #engine::model::hash(bytes)
                }
                #[inline]
                fn contract(&self) -> [u8; 32] {
                    self.names.contract()
                }
                #[inline]
                fn account(&self, who: #agent) -> [u8; 32] {
                    self.names.address(who)
                }
            }
        }
    }

    fn model(&self) -> TokenStream {
        let Self { declaration, engine, kernel, .. } = self;
        let Declaration { docs, state, tables, roles, .. } = declaration;
        let (agent, file_name, about) = (self.agent(), declaration.file_name(), docs.about());
        let role_names = roles.iter().map(|role| role.name.to_string());
        let kind = &state.kind;
        let first = match &state.first {
            None => quote!(<#kind>::default()),
            Some((rule, false)) => quote!(rules::#rule()),
            Some((rule, true)) => quote!(rules::#rule(block)),
        };
        let place = |name: &Ident| roles.iter().position(|role| role.name == *name);
        let apart = roles.iter().enumerate().flat_map(|(at, role)| {
            let all = role.unlike.iter();
            all.map(move |(other, error)| {
                let other = place(other);
                quote!((#at, #other, ParamsError::#error))
            })
        });
        let fields: Vec<_> = tables.iter().map(|table| &table.field).collect();
        let by_agent: Vec<_> = tables
            .iter()
            .filter(|table| matches!(table.layout, Layout::By(_)))
            .map(|table| &table.field)
            .collect();
        let empty = tables.iter().map(|table| match table.layout {
            Layout::By(_) => quote!(#engine::model::ByAgent::new(agents)),
            _ => quote!(Default::default()),
        });
        let role_fields = roles.iter().map(|role| &role.name);
        let agents = roles.iter().map(|role| self.role(&role.name));
        let new_roles =
            self.has_roles().then(|| quote!(roles: Roles { #(#role_fields: #agents),* },));
        let constructor = match self.has_roles() {
            true => quote!((self.roles.renamed(name), self.params)),
            false => quote!((self.params,)),
        };
        let put_roles = self
            .has_roles()
            .then(|| quote!(cells.put(2, (), self.roles.renamed(|agent| cells.name(agent)));));
        let found_roles = self.has_roles().then(|| {
            quote! {
                let held: Roles<#engine::model::Address> = found.one("roles", 2)?;
                db.roles = held.renamed(|account| found.number(account));
            }
        });
        let put = declaration.cells().map(|(table, cell)| self.put(table, cell));
        let read = declaration.cells().map(|(table, cell)| self.read(table, cell));
        let last = declaration.last_cell();
        let (head, public) = self.head(&quote!(#engine::model::Model));
        let types = (!self.calls_others()).then(|| {
            quote! {
                type Params = Params;
                type ParamsError = ParamsError;
            }
        });
        // What is the type's own is not documented by a trait.
        let allowed = self.calls_others().then(|| quote!(#[allow(missing_docs)]));
        quote! {
            #allowed
            #head {
                #types

                #public const NAME: &'static str = #file_name;
                #public const ABOUT: &'static str = #about;
                #public const ROLES: &'static [&'static str] = &[#(#role_names),*];
                #public const APART: &'static [(usize, usize, ParamsError)] = &[#(#apart),*];

                #[allow(unused_variables)]
                #public fn new(
                    params: Params,
                    agents: usize,
                    block: #kernel::Block,
                ) -> Result<Self, ParamsError> {
                    params.check()?;
                    Ok(Self {
                        params,
                        #new_roles
                        state: #first,
                        #(#fields: #empty,)*
                        credits: #engine::model::ByAgent::new(agents),
                        names: Default::default(),
                    })
                }

                #public fn constructor(
                    &self,
                    _contract: usize,
                    name: &dyn Fn(#agent) -> [u8; 32],
                ) -> Vec<u8> {
                    #engine::scale::Encode::encode(&#constructor)
                }

                #public fn storage(&self, cells: &mut #engine::model::Cells) {
                    cells.put(0, (), self.state);
                    cells.put(1, (), self.params);
                    #put_roles
                    #(#put)*
                    for (who, credit) in self.credits.iter() {
                        cells.put_some(#last, cells.name(who), *credit);
                    }
                }

                #public fn restore(
                    found: &mut #engine::model::Found,
                ) -> Result<Self, #engine::model::StateError> {
                    let (state, params) = (found.one("state", 0)?, found.one("params", 1)?);
                    let mut db = Self::new(params, found.room(), 0).map_err(|error| {
                        let (key, expected) = Self::explain(error);
                        #engine::model::StateError::Params { key, expected }
                    })?;
                    db.state = state;
                    #found_roles
                    #(#read)*
                    for (who, credit) in found.all("credits", #last)? {
                        let who = found.number(who);
                        #kernel::accounts::Accounts::set_credit(&mut db, who, credit);
                    }
                    Ok(db)
                }

                #public fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
                    params.check()?;
                    self.params = params;
                    #engine::model::Accounting::params_changed(self);
                    Ok(())
                }

                #public fn resize(&mut self, agents: usize) {
                    #(self.#by_agent.resize(agents);)*
                    self.credits.resize(agents);
                }

                #public fn names(&self) -> &#engine::model::Names {
                    &self.names
                }

                #public fn rename(&mut self, with: &mut dyn FnMut(&mut #engine::model::Names)) {
                    with(&mut self.names);
                }

                #public fn params() -> Vec<#kernel::params::Param> {
                    Params::described()
                }

                #public fn explain(error: ParamsError) -> (&'static str, String) {
                    error.explain()
                }
            }
        }
    }

    /// A value under another name for its accounts, which `by` gives.
    fn named(&self, kind: &Type, value: TokenStream, by: TokenStream) -> TokenStream {
        match renamed(kind, value.clone()) {
            None => value,
            Some(new) => quote!({
                #[allow(unused_mut)]
                let mut name = #by;
                #new
            }),
        }
    }

    /// Writes a table's cells.
    fn put(&self, table: &Table, cell: u32) -> TokenStream {
        let engine = &self.engine;
        let (field, key) = (&table.field, self.key(table));
        let by = quote!(|agent| cells.name(agent));
        let keys =
            table.keys.iter().map(|(name, kind)| self.named(kind, quote!(#name), by.clone()));
        let record = self.named(&table.record, quote!(record), by.clone());
        quote! {
            for (#key, record) in #engine::model::Every::every(&self.#field) {
                let record = #record;
                cells.put_some(#cell, (#(#keys,)*), record);
            }
        }
    }

    /// Reads a table's cells.
    fn read(&self, table: &Table, cell: u32) -> TokenStream {
        let engine = &self.engine;
        let address = quote!(#engine::model::Address);
        let field = table.field.to_string();
        let kinds: Vec<_> = table.keys.iter().map(|(_, kind)| with_id(kind, &address)).collect();
        let record = with_id(&table.record, &address);
        let by = quote!(|account| found.number(account));
        let names: Vec<_> = table.keys.iter().map(|(name, _)| name).collect();
        let (key, key_kind) = match (names.as_slice(), kinds.as_slice()) {
            ([name], [kind]) => (quote!(#name), quote!(#kind)),
            _ => (quote!((#(#names),*)), quote!((#(#kinds),*))),
        };
        let keys = table.keys.iter().map(|(name, kind)| {
            let value = self.named(kind, quote!(#name), by.clone());
            quote!(let #name = #value;)
        });
        let value = self.named(&table.record, quote!(record), by.clone());
        let set = format_ident!("set_{}", table.name);
        quote! {
            for (#key, record) in found.all::<#key_kind, #record>(#field, #cell)? {
                #(#keys)*
                let record = #value;
                db.#set(#(#names,)* record);
            }
        }
    }

    fn db(&self) -> TokenStream {
        let Self { declaration, kernel, .. } = self;
        let Declaration { name, state, tables, .. } = declaration;
        let (agent, state) = (self.agent(), &state.kind);
        let roles = self.has_roles().then(|| {
            quote! {
                #[inline]
                fn roles(&self) -> Roles<#agent> {
                    self.roles
                }
                fn set_roles(&mut self, roles: Roles<#agent>) {
                    self.roles = roles;
                }
            }
        });
        let tables = tables.iter().map(|table| {
            let (get, set) = (&table.name, format_ident!("set_{}", table.name));
            let (field, key, record) =
                (&table.field, self.key(table), self.own_type(&table.record));
            let names: Vec<_> = table.keys.iter().map(|(name, _)| name).collect();
            let kinds: Vec<_> = table.keys.iter().map(|(_, kind)| self.own_type(kind)).collect();
            quote! {
                #[inline]
                fn #get(&self, #(#names: #kinds),*) -> #record {
                    #kernel::storage::Table::read(&self.#field, #key)
                }
                #[inline]
                fn #set(&mut self, #(#names: #kinds,)* record: #record) {
                    #kernel::storage::Table::write(&mut self.#field, #key, record)
                }
            }
        });
        quote! {
            impl Db for #name {
                #[inline]
                fn params(&self) -> Params {
                    self.params
                }
                #roles
                #[inline]
                fn state(&self) -> #state {
                    self.state
                }
                #[inline]
                fn set_state(&mut self, state: #state) {
                    self.state = state;
                }
                #(#tables)*
            }
        }
    }
}
