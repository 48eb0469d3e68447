//! The ink! contract: storage, messages, events and getters around the rules.

use crate::declaration::{own, Argument, Declaration, Docs, Message, Table};
use crate::names::{from_outside, replaced, shell, with_id};
use crate::rules::passed_on;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, ToTokens};
use std::collections::BTreeMap;
use syn::{LitInt, Path, Result, Type};

pub fn write(rules: &Path, declaration: &Declaration) -> Result<TokenStream> {
    let shell = shell()?;
    let kernel = quote!(#shell::carrots_kernel);
    let contract = Contract { declaration, shell: shell.clone(), kernel };
    let events = contract.events();
    let (storage, constructor) = (contract.storage(), contract.constructor());
    let messages = declaration.messages.iter().map(|message| contract.message(message));
    let (getters, db) = (contract.getters(), contract.db());
    let name = &declaration.name;
    let module = format_ident!("{}", declaration.file_name());
    let others = others(rules, declaration, &shell);
    Ok(quote! {
        /// What messages emit.
        pub mod events {
            use #rules as rules;
            #events
        }

        #others

        #[ink::contract]
        // A mapping with a tuple as its key is not complex.
        #[allow(clippy::type_complexity, clippy::too_many_arguments)]
        mod #module {
            use crate::events;
            #[allow(unused_imports)]
            use #rules::{self as rules, *};
            use ink::storage::traits::ManualKey;
            use ink::storage::{Lazy, Mapping};

            #storage

            impl #name {
                #constructor
                #(#messages)*
                #getters
            }

            #shell::accounts!(#name);

            #db
        }
    })
}

/// The contracts that messages call, each in a module by its role.
fn others(rules: &Path, declaration: &Declaration, shell: &TokenStream) -> Option<TokenStream> {
    declaration.contracts().next()?;
    let all = declaration.contracts().map(|(role, path)| {
        let path = from_outside(path, rules);
        quote! {
            pub mod #role {
                #path::declaration! { [#shell::carrots_kernel::declare::called] [#path] }
            }
        }
    });
    Some(quote! {
        /// The contracts that messages call.
        pub mod others { #(#all)* }
    })
}

/// A contract as another one calls it.
pub fn called(rules: &Path, declaration: &Declaration) -> Result<TokenStream> {
    let shell = shell()?;
    let selector = |name: &dyn ToString| {
        let name = name.to_string();
        quote!(ink::selector_bytes!(#name))
    };
    let reader = |name: &Ident, arguments: &[(&Ident, &Type)], result: TokenStream| {
        let selector = selector(name);
        let (names, kinds): (Vec<&Ident>, Vec<_>) =
            arguments.iter().map(|(name, kind)| (*name, own_type(kind))).unzip();
        quote! {
            fn #name(&self, #(#names: #kinds),*) -> #result {
                #shell::call(self.0, #selector, &(#(#names,)*))
            }
        }
    };
    let readers = declaration
        .readers()
        .map(|one| reader(one.name, &one.arguments, own_type(one.result)))
        .collect::<Vec<_>>();
    let messages = declaration.messages.iter().filter(|message| message.is_for_contracts());
    let messages = messages.map(|message| {
        let (name, receipt) = (&message.name, &message.receipt);
        let (names, kinds): (Vec<_>, Vec<_>) =
            message.own().map(|(name, kind)| (name, own_type(kind))).unzip();
        let selector = selector(name);
        quote! {
            fn #name(&mut self, #(#names: #kinds),*) -> Result<#receipt, Error> {
                #shell::call(self.0, #selector, &(#(#names,)*))
            }
        }
    });
    let roles = (!declaration.roles.is_empty())
        .then(|| reader(&format_ident!("roles"), &[], quote!(Roles<AccountId>)));
    let kind = &declaration.state.kind;
    let state = reader(&format_ident!("state"), &[], quote!(#kind));
    let params = reader(&format_ident!("params"), &[], quote!(Params));
    Ok(quote! {
        #[allow(unused_imports)]
        use #rules::{self as rules, *};
        use ink::primitives::AccountId;

        /// The contract of an account. What is not one of these, or has no gas left, ends the call.
        #[allow(clippy::too_many_arguments)]
        pub struct Called(pub AccountId);

        impl rules::Contract for Called {
            type Id = AccountId;

            #params
            #roles
            #state
            #(#readers)*
            #(#messages)*
        }
    })
}

struct Contract<'a> {
    declaration: &'a Declaration,
    shell: TokenStream,
    kernel: TokenStream,
}

/// The type as the contract has it: accounts of the chain, and what ink! calls otherwise.
fn own_type(kind: impl ToTokens) -> TokenStream {
    let taken = ["Hash", "Timestamp", "BlockNumber", "Balance"];
    replaced(with_id(kind, &quote!(AccountId)), &|name| {
        taken.iter().any(|taken| name == taken).then(|| quote!(rules::#name))
    })
}

fn number(cell: u32) -> LitInt {
    LitInt::new(&cell.to_string(), Span::call_site())
}

impl Contract<'_> {
    fn has_roles(&self) -> bool {
        !self.declaration.roles.is_empty()
    }

    fn key(table: &Table) -> TokenStream {
        let kinds: Vec<_> = table.keys.iter().map(|(_, kind)| own_type(kind)).collect();
        match kinds.as_slice() {
            [kind] => quote!(#kind),
            _ => quote!((#(#kinds),*)),
        }
    }

    fn events(&self) -> TokenStream {
        let mut events = BTreeMap::new();
        for message in &self.declaration.messages {
            events.insert(message.event.to_string(), message);
        }
        let events = events.into_values().map(|message| {
            let (event, receipt) = (&message.event, &message.receipt);
            let subject = self.declaration.subject(event);
            let subject = subject.map(|subject| quote!(pub #subject: ink::primitives::AccountId,));
            quote! {
                #[ink::event]
                #[allow(missing_docs)]
                pub struct #event {
                    pub who: ink::primitives::AccountId,
                    #subject
                    pub receipt: rules::#receipt,
                }
            }
        });
        quote!(#(#events)*)
    }

    fn storage(&self) -> TokenStream {
        let Declaration { name, state, .. } = self.declaration;
        let state = &state.kind;
        let roles = self.has_roles().then(|| quote!(roles: Lazy<Roles<AccountId>, ManualKey<2>>,));
        let fields = self.declaration.cells().map(|(table, cell)| {
            let (field, key, record) = (&table.field, Self::key(table), own_type(&table.record));
            let cell = number(cell);
            quote!(#field: Mapping<#key, #record, ManualKey<#cell>>,)
        });
        let last = number(self.declaration.last_cell());
        quote! {
            /// Each record under a storage key of its own. The numbers are part of the contract's
            /// interface: state is read by them.
            #[ink(storage)]
            pub struct #name {
                state: #state,
                params: Lazy<Params, ManualKey<1>>,
                #roles
                #(#fields)*
                credits: Mapping<AccountId, Balance, ManualKey<#last>>,
            }
        }
    }

    fn constructor(&self) -> TokenStream {
        let Declaration { docs, state, tables, .. } = self.declaration;
        let kind = &state.kind;
        let state = match &state.first {
            None => quote!(<#kind>::default()),
            Some((rule, false)) => quote!(rules::#rule()),
            Some((rule, true)) => quote!(rules::#rule(Self::env().block_number())),
        };
        let fields = tables.iter().map(|table| &table.field);
        let given = self.has_roles().then(|| quote!(roles: Roles<AccountId>,));
        let empty = self.has_roles().then(|| quote!(roles: Lazy::new(),));
        let apart = self.has_roles().then(|| quote!(roles.check()?;));
        let set = self.has_roles().then(|| quote!(contract.roles.set(&roles);));
        quote! {
            #docs
            #[doc = ""]
            /// Errs where `params` are out of range or contradict each other, or an account has two
            /// roles that must differ.
            #[ink(constructor)]
            pub fn new(#given params: Params) -> Result<Self, ParamsError> {
                params.check()?;
                #apart
                let mut contract = Self {
                    state: #state,
                    params: Lazy::new(),
                    #empty
                    #(#fields: Mapping::new(),)*
                    credits: Mapping::new(),
                };
                contract.params.set(&params);
                #set
                Ok(contract)
            }
        }
    }

    fn message(&self, message: &Message) -> TokenStream {
        let Message { docs, name, arguments, receipt, event, subject, pays } = message;
        let given = message.own().map(|(name, kind)| {
            let kind = own_type(kind);
            quote!(#name: #kind)
        });
        let payable = message.is_payable().then(|| quote!(, payable));
        let value =
            message.is_payable().then(|| quote!(let value = self.env().transferred_value();));
        let now = arguments.iter().any(|one| matches!(one, Argument::Now));
        let now = now.then(|| quote!(let now = self.env().block_number();));
        let passed = passed_on(arguments);
        let contracts = message
            .contracts()
            .map(|(name, _)| quote!(let #name = &mut crate::others::#name::Called(roles.#name);));
        let contracts: Vec<_> = contracts.collect();
        let roles = (!contracts.is_empty()).then(|| quote!(let roles = Db::roles(self);));
        let shell = &self.shell;
        let subject = match (self.declaration.subject(event), subject) {
            (Some(_), Some(subject)) => quote!(Some(#subject)),
            _ => quote!(None),
        };
        let paid = pays
            .as_ref()
            .map(|pays| quote!(#shell::pay(#pays, receipt).ok_or(Error::PaymentFailed)?;));
        quote! {
            #docs
            #[ink(message #payable)]
            pub fn #name(
                &mut self,
                #(#given),*
            ) -> Result<#shell::Encoded<#receipt>, Error> {
                let who = self.env().caller();
                #value
                #now
                #roles
                #(#contracts)*
                let receipt = rules::#name(self, #(#passed),*)?;
                let encoded = #shell::emit::<events::#event, _>(who, #subject, &receipt);
                #paid
                Ok(encoded)
            }
        }
    }

    fn getters(&self) -> TokenStream {
        let declaration = self.declaration;
        let getter = |docs: &Docs,
                      name: &Ident,
                      keys: &mut dyn Iterator<Item = (&Ident, TokenStream)>,
                      kind: TokenStream,
                      body: TokenStream| {
            let keys = keys.map(|(name, kind)| quote!(#name: #kind));
            quote! {
                #docs
                #[ink(message)]
                pub fn #name(&self, #(#keys),*) -> #kind {
                    #body
                }
            }
        };
        let tables = declaration.read_tables().map(|table| {
            let name = &table.name;
            let names = table.keys.iter().map(|(name, _)| name);
            getter(
                &table.docs,
                name,
                &mut table.keys.iter().map(|(name, kind)| (name, own_type(kind))),
                own_type(&table.record),
                quote!(Db::#name(self, #(#names),*)),
            )
        });
        let views = declaration.views.iter().map(|view| {
            let name = &view.name;
            let now = view.arguments.iter().any(|one| matches!(one, Argument::Now));
            let now = now.then(|| quote!(let now = self.env().block_number();));
            let passed = passed_on(&view.arguments);
            getter(
                &view.docs,
                name,
                &mut own(&view.arguments).map(|(name, kind)| (name, own_type(kind))),
                own_type(&view.result),
                quote!(#now rules::#name(self, #(#passed),*)),
            )
        });
        let (state, state_docs) = (&declaration.state.kind, &declaration.state.docs);
        let roles = self.has_roles().then(|| {
            quote! {
                /// Who has which role.
                #[ink(message)]
                pub fn roles(&self) -> Roles<AccountId> {
                    Db::roles(self)
                }
            }
        });
        quote! {
            /// The parameters.
            #[ink(message)]
            pub fn params(&self) -> Params {
                Db::params(self)
            }

            #roles

            #state_docs
            #[ink(message)]
            pub fn state(&self) -> #state {
                self.state
            }

            #(#tables)*
            #(#views)*

            /// What an account can collect.
            #[ink(message)]
            pub fn credit(&self, who: AccountId) -> Balance {
                Accounts::credit(self, who)
            }
        }
    }

    fn db(&self) -> TokenStream {
        let Declaration { name, roles, state, tables, .. } = self.declaration;
        let kernel = &self.kernel;
        let state = &state.kind;
        let tables = tables.iter().map(|table| {
            let (get, set) = (&table.name, format_ident!("set_{}", table.name));
            let (field, record) = (&table.field, own_type(&table.record));
            let keys = table.keys.iter().map(|(name, kind)| {
                let kind = own_type(kind);
                quote!(#name: #kind)
            });
            quote!(#get, #set: #field(#(#keys),*) -> #record;)
        });
        let names = roles.iter().map(|role| &role.name);
        let roles = self.has_roles().then(|| {
            quote! {
                fn roles(&self) -> Roles<AccountId> {
                    let nobody = AccountId::from([0; 32]);
                    self.roles.get().unwrap_or(Roles { #(#names: nobody),* })
                }
                fn set_roles(&mut self, roles: Roles<AccountId>) {
                    self.roles.set(&roles);
                }
            }
        });
        quote! {
            impl Db for #name {
                #kernel::tables! { #(#tables)* }

                fn params(&self) -> Params {
                    self.params.get_or_default()
                }
                #roles
                fn state(&self) -> #state {
                    self.state
                }
                fn set_state(&mut self, state: #state) {
                    self.state = state;
                }
            }
        }
    }
}
