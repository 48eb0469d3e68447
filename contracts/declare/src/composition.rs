//! Several mechanisms as one.

use crate::declaration::{camel, snake, Docs, Named};
use crate::names::engine;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{braced, parenthesized, token, Error, Path, Result, Token};

mod keyword {
    syn::custom_keyword!(composition);
    syn::custom_keyword!(roles);
    syn::custom_keyword!(parts);
}

/// All that is said of a composition.
pub struct Composition {
    docs: Docs,
    name: Ident,
    roles: Vec<Named>,
    parts: Vec<Part>,
}

/// A mechanism in it.
struct Part {
    name: Ident,
    /// The module of its model.
    module: Path,
    /// The model in it.
    model: Ident,
    /// The parts that it calls.
    calls: Vec<Ident>,
    /// Its roles, and who has them.
    roles: Vec<(Ident, Ident)>,
}

impl Parse for Composition {
    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        input.parse::<keyword::composition>()?;
        let name: Ident = input.parse()?;
        let docs = docs.said(&name)?;
        input.parse::<Token![;]>()?;
        input.parse::<keyword::roles>()?;
        let inner;
        braced!(inner in input);
        let roles = inner.parse_terminated(Named::parse, Token![,])?.into_iter().collect();
        input.parse::<keyword::parts>()?;
        let inner;
        braced!(inner in input);
        let mut parts = Vec::new();
        while !inner.is_empty() {
            parts.push(Part::parse(&inner)?);
        }
        let all = Self { docs, name, roles, parts };
        all.check()?;
        Ok(all)
    }
}

impl Part {
    fn parse(input: ParseStream) -> Result<Self> {
        let name = input.parse()?;
        input.parse::<Token![:]>()?;
        let mut module = input.call(Path::parse_mod_style)?;
        let model = match (module.segments.pop(), module.segments.pop_punct()) {
            (Some(last), Some(_)) => last.into_value().ident,
            _ => return Err(Error::new_spanned(&module, "expected a module, `::`, and its model")),
        };
        let mut calls = Vec::new();
        if input.peek(token::Paren) {
            let inner;
            parenthesized!(inner in input);
            calls = inner.parse_terminated(Ident::parse, Token![,])?.into_iter().collect();
        }
        let inner;
        braced!(inner in input);
        let one = |input: ParseStream| {
            let role = input.parse()?;
            input.parse::<Token![=]>()?;
            Ok((role, input.parse()?))
        };
        let roles = inner.parse_terminated(one, Token![,])?.into_iter().collect();
        input.parse::<Token![;]>()?;
        Ok(Self { name, module, model, calls, roles })
    }
}

impl Composition {
    fn check(&self) -> Result<()> {
        let names: Vec<_> = self.roles.iter().map(|role| &role.name).collect();
        let parts: Vec<_> = self.parts.iter().map(|part| &part.name).collect();
        let all = [&names[..], &parts[..]].concat();
        for (at, name) in all.iter().enumerate() {
            if all[..at].contains(name) {
                return Err(Error::new(name.span(), "two roles or parts of this name"));
            }
        }
        for part in &self.parts {
            for (role, holder) in &part.roles {
                if !all.contains(&holder) {
                    let said =
                        format!("expected a role of the composition, or a part, for `{role}`");
                    return Err(Error::new(holder.span(), said));
                }
            }
            for called in &part.calls {
                if !parts.contains(&called) || *called == part.name {
                    return Err(Error::new(called.span(), "expected another part"));
                }
            }
        }
        match self.parts.is_empty() {
            true => Err(Error::new(self.name.span(), "expected parts")),
            false => Ok(()),
        }
    }

    fn variants(&self) -> Vec<Ident> {
        let variant = |part: &Part| Ident::new(&camel(&part.name), part.name.span());
        self.parts.iter().map(variant).collect()
    }
}

fn constant(name: &Ident) -> Ident {
    format_ident!("{}", name.to_string().to_ascii_uppercase(), span = name.span())
}

pub fn write(composition: &Composition) -> Result<TokenStream> {
    let engine = engine()?;
    let (kernel, model) = (quote!(#engine::kernel), quote!(#engine::model));
    let agent = quote!(#model::Agent);
    let Composition { docs, name, roles, parts } = composition;
    let (file_name, about) = (snake(name), docs.about());
    let serde = format!("{engine}::serde").replace(' ', "");
    let count = parts.len();
    let number: Vec<usize> = (0..count).collect();
    let cell: Vec<u32> = (0u32..).take(count).collect();
    let field: Vec<_> = parts.iter().map(|part| &part.name).collect();
    let called: Vec<_> = field.iter().map(|name| name.to_string()).collect();
    let module: Vec<_> = parts.iter().map(|part| &part.module).collect();
    let kind: Vec<_> =
        parts.iter().map(|Part { module, model, .. }| quote!(#module::#model)).collect();
    let variant = composition.variants();
    let constants = roles.iter().zip(0u32..).map(|(role, number)| {
        let (docs, name) = (&role.docs, constant(&role.name));
        quote!(#docs pub const #name: #agent = #number;)
    });
    // The accounts of contracts have the numbers behind the roles.
    let numbers: Vec<u32> = (0u32..).skip(roles.len()).take(count).collect();
    let own = field.iter().zip(&numbers).map(|(part, number)| {
        let (name, said) = (constant(part), format!(" The account of the contract `{part}`."));
        quote!(#[doc = #said] pub const #name: #agent = #number;)
    });
    let own: Vec<_> = own.collect();
    let role_names = roles.iter().map(|role| role.name.to_string()).chain(called.clone());
    let (first, last) = (numbers.first(), numbers.last());
    let given = parts
        .iter()
        .map(|part| part.calls.is_empty().then(|| quote!()).unwrap_or(quote!(#[serde(default)])));
    let wired = parts.iter().map(|Part { name, module, roles, .. }| {
        let variant = Ident::new(&camel(name), name.span());
        let wired = roles.iter().map(|(role, holder)| {
            let holder = constant(holder);
            quote!(#role: #holder)
        });
        match roles.is_empty() {
            true => quote!(),
            false => quote! {
                let roles = #module::part::Roles { #(#wired),* };
                roles.check().map_err(ParamsError::#variant)?;
                #module::part::Db::set_roles(&mut #name, roles);
            },
        }
    });
    // An account is known by the first role that it has in a part.
    let found = roles.iter().map(|role| &role.name).chain(field.iter().copied()).map(|name| {
        let mut held = parts.iter().zip(0u32..).flat_map(|(part, number)| {
            part.roles.iter().map(move |(role, holder)| (part, number, role, holder))
        });
        match held.find(|(_, _, _, holder)| *holder == name) {
            None => quote!([0; 32]),
            Some((Part { module, model: kind, .. }, number, role, _)) => {
                let role = role.to_string();
                quote!(#model::Found::role(cells, #number, #module::#kind::ROLES, #role))
            }
        }
    });
    let calls = parts.iter().zip(&variant).zip(0usize..).map(|((part, variant), number)| {
        let Part { name, calls, .. } = part;
        let who = constant(name);
        let others = calls.iter().map(|called| {
            let at = parts.iter().position(|part| part.name == *called).unwrap_or_default();
            let (module, variant) = (&parts[at].module, &composition.variants()[at]);
            quote! {
                &mut #module::Called {
                    db: &mut self.#called,
                    who: #who,
                    now,
                    done: &|op, receipt| {
                        done.borrow_mut().push((#who, Op::#variant(op), Receipt::#variant(receipt)));
                    },
                }
            }
        });
        let others: Vec<_> = others.collect();
        let done = (!others.is_empty())
            .then(|| quote!(let done = ::std::cell::RefCell::new(Vec::new());));
        let noted = match others.is_empty() {
            true => quote!(self.done.clear();),
            false => quote!(self.done = done.into_inner();),
        };
        let call = match others.is_empty() {
            true => quote!(#model::Messages::call(&mut self.#name, who, value, now, op)),
            false => quote!(self.#name.call(who, value, now, op, #(#others),*)),
        };
        quote! {
            Op::#variant(op) => {
                #done
                let (receipt, paid) = #call.map_err(Error::#variant)?;
                #noted
                self.moved(#number, value, paid);
                Ok((Receipt::#variant(receipt), paid))
            }
        }
    });
    Ok(quote! {
        #(#constants)*
        #(#own)*

        #docs
        #[derive(Debug)]
        pub struct #name {
            #(
                #[allow(missing_docs)]
                pub #field: #kind,
            )*
            held: [#kernel::Balance; #count],
            /// What contracts called in the last call, and who they are.
            done: Vec<(#agent, Op, Receipt)>,
        }

        impl Clone for #name {
            fn clone(&self) -> Self {
                Self {
                    #(#field: self.#field.clone(),)*
                    held: self.held,
                    done: self.done.clone(),
                }
            }

            /// Reuses what is allocated; derived it would not.
            #[inline]
            fn clone_from(&mut self, source: &Self) {
                #(self.#field.clone_from(&source.#field);)*
                self.held = source.held;
                self.done.clone_from(&source.done);
            }
        }

        /// What the contracts are configured with.
        #[derive(
            Clone, Copy, Debug, #engine::scale::Encode, #engine::scale::Decode,
            #engine::serde::Serialize, #engine::serde::Deserialize,
        )]
        #[serde(crate = #serde, deny_unknown_fields)]
        #[codec(crate = #engine::scale)]
        #[allow(missing_docs)]
        pub struct Params {
            #(#given pub #field: #module::part::Params,)*
        }

        /// What is wrong with the parameters of a contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, #engine::scale::Encode, #engine::scale::Decode)]
        #[codec(crate = #engine::scale)]
        #[allow(missing_docs)]
        pub enum ParamsError {
            #(#variant(#module::part::ParamsError),)*
        }

        /// The messages of the contracts.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, #engine::serde::Serialize, #engine::serde::Deserialize,
        )]
        #[serde(crate = #serde, rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum Op {
            #(#variant(#module::Op),)*
        }

        /// The receipts of the messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Receipt {
            #(#variant(#module::Receipt),)*
        }

        /// Why a call was refused. A refused call changes nothing.
        #[derive(Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Error {
            #(#variant(#module::part::Error),)*
        }

        impl ::std::fmt::Debug for Error {
            fn fmt(&self, out: &mut ::std::fmt::Formatter) -> ::std::fmt::Result {
                match self {
                    #(Error::#variant(error) => write!(out, "{}.{error:?}", #called),)*
                }
            }
        }

        fn composed() -> &'static #model::Composed {
            static ALL: ::std::sync::OnceLock<#model::Composed> = ::std::sync::OnceLock::new();
            #[allow(unused_imports)]
            use #model::Messages as _;
            ALL.get_or_init(|| {
                #model::Composed::new(&[
                    #((#called, #kind::messages(), #kind::errors()),)*
                ])
            })
        }

        /// Its number among all, then what the contract returns after its own number.
        impl #engine::scale::Encode for Receipt {
            fn encode(&self) -> Vec<u8> {
                let (part, mut encoded) = match self {
                    #(Receipt::#variant(receipt) => (#number, receipt.encode()),)*
                };
                encoded[0] += (part << 6) as u8;
                encoded
            }
        }

        /// Its number among all.
        impl #engine::scale::Encode for Error {
            fn encode(&self) -> Vec<u8> {
                match self {
                    #(Error::#variant(error) => vec![composed().error(#number, error.encode()[0])],)*
                }
            }
        }

        impl #engine::scale::Decode for Error {
            fn decode<I: #engine::scale::Input>(input: &mut I) -> Result<Self, #engine::scale::Error> {
                let (part, number) = composed()
                    .error_of(input.read_byte()?)
                    .ok_or("expected the number of an error")?;
                match part {
                    #(#number => #engine::scale::Decode::decode(&mut &[number][..]).map(Error::#variant),)*
                    _ => Err("expected the number of an error".into()),
                }
            }
        }

        impl #model::Op for Op {
            fn message(&self) -> &'static str {
                match self {
                    #(Op::#variant(op) => composed().message(#number, op.message()),)*
                }
            }
            fn entry(&self) -> (usize, &'static str) {
                match self {
                    #(Op::#variant(op) => (#number, op.message()),)*
                }
            }
            #[inline]
            fn payable(&self) -> bool {
                match self {
                    #(Op::#variant(op) => op.payable(),)*
                }
            }
            fn arguments(&self, name: &dyn Fn(#agent) -> [u8; 32]) -> Vec<u8> {
                match self {
                    #(Op::#variant(op) => op.arguments(name),)*
                }
            }
            fn read(
                contract: usize,
                data: &[u8],
                agent: &mut dyn FnMut([u8; 32]) -> #agent,
            ) -> Option<Self> {
                match contract {
                    #(#number => #module::Op::read(0, data, agent).map(Op::#variant),)*
                    _ => None,
                }
            }
            fn event(&self, who: #agent) -> (&'static str, Option<#agent>) {
                match self {
                    #(Op::#variant(op) => op.event(who),)*
                }
            }
            fn samples(account: #agent) -> Vec<Self> {
                let mut all = Vec::new();
                #(all.extend(#module::Op::samples(account).into_iter().map(Op::#variant));)*
                all
            }
            fn variants(&self, accounts: &[#agent], amounts: &[#kernel::Balance]) -> Vec<Self> {
                match self {
                    #(Op::#variant(op) => {
                        op.variants(accounts, amounts).into_iter().map(Op::#variant).collect()
                    })*
                }
            }
            fn opaque(&self) -> bool {
                match self {
                    #(Op::#variant(op) => op.opaque(),)*
                }
            }
        }

        impl #model::Messages for #name {
            type Op = Op;
            type Receipt = Receipt;
            type Error = Error;

            fn messages() -> &'static [#model::Message] {
                &composed().messages
            }
            fn errors() -> &'static [(&'static str, &'static str)] {
                &composed().errors
            }
            fn refused(error: &Error) -> Vec<u8> {
                match error {
                    #(Error::#variant(error) => #engine::scale::Encode::encode(error),)*
                }
            }
            #[inline]
            fn call(
                &mut self,
                who: #agent,
                value: #kernel::Balance,
                now: #kernel::Block,
                op: Op,
            ) -> Result<(Receipt, Option<#model::Payment>), Error> {
                match op {
                    #(#calls)*
                }
            }
        }

        impl #name {
            /// What a contract got and paid.
            fn moved(&mut self, part: usize, value: #kernel::Balance, paid: Option<#model::Payment>) {
                let paid = paid.map_or(0, |(_, amount)| amount);
                self.held[part] = self.held[part].saturating_add(value).saturating_sub(paid);
            }
        }

        impl #model::Accounting for #name {
            fn owed(&self, now: #kernel::Block) -> #kernel::Balance {
                let owed = [#(#model::Accounting::owed(&self.#field, now)),*];
                let all: Vec<_> = self.held.into_iter().zip(owed).collect();
                #model::owed(&all)
            }
            fn worth(&self, who: #agent, now: #kernel::Block) -> #kernel::Balance {
                #model::sum([#(#model::Accounting::worth(&self.#field, who, now)),*].into_iter())
            }
        }

        impl #model::Model for #name {
            type Params = Params;
            type ParamsError = ParamsError;

            const NAME: &'static str = #file_name;
            const ABOUT: &'static str = #about;
            const ROLES: &'static [&'static str] = &[#(#role_names),*];
            const APART: &'static [(usize, usize, ParamsError)] = &[];
            const CONTRACTS: &'static [&'static str] = {
                #[allow(unused_imports)]
                use #model::Model as _;
                &[#(#kind::NAME),*]
            };

            fn new(
                params: Params,
                agents: usize,
                block: #kernel::Block,
            ) -> Result<Self, ParamsError> {
                #(
                    #[allow(unused_mut)]
                    let mut #field = #kind::new(params.#field, agents, block)
                        .map_err(ParamsError::#variant)?;
                )*
                #(#wired)*
                let mut all = Self { #(#field,)* held: [0; #count], done: Vec::new() };
                let mut contract = 0;
                all.rename(&mut |names| {
                    *names = #model::Names::of_contracts(contract, #first, #count, agents);
                    contract += 1;
                });
                Ok(all)
            }
            fn constructor(&self, contract: usize, name: &dyn Fn(#agent) -> [u8; 32]) -> Vec<u8> {
                match contract {
                    #(#number => self.#field.constructor(0, name),)*
                    _ => Vec::new(),
                }
            }
            fn events(&self, who: #agent, op: &Op, receipt: &Receipt) -> Vec<#model::Event> {
                let own = (who, *op, *receipt);
                let all = self.done.iter().chain([&own]);
                let event = |(who, op, receipt): &(#agent, Op, Receipt)| {
                    let (name, subject) = #model::Op::event(op, *who);
                    #model::Event {
                        contract: #model::Op::entry(op).0,
                        name,
                        accounts: [Some(*who), subject].into_iter().flatten().collect(),
                        receipt: #engine::scale::Encode::encode(receipt)[1..].to_vec(),
                    }
                };
                all.map(event).collect()
            }
            fn contract_agents() -> ::std::ops::Range<#agent> {
                #first..#last + 1
            }
            fn contract(&self, contract: usize) -> [u8; 32] {
                match contract {
                    #(#number => self.#field.names().contract(),)*
                    _ => self.names().contract(),
                }
            }
            fn held(&self, _held: #kernel::Balance) -> Vec<#kernel::Balance> {
                self.held.to_vec()
            }
            fn set_held(&mut self, held: &[#kernel::Balance]) {
                self.held.iter_mut().zip(held).for_each(|(own, held)| *own = *held);
            }
            fn storage(&self, cells: &mut #model::Cells) {
                #(self.#field.storage(cells.of(#cell));)*
            }
            fn restore(found: &mut #model::Found) -> Result<Self, #model::StateError> {
                Ok(Self {
                    #(#field: #kind::restore(found.of(#cell))?,)*
                    held: [0; #count],
                    done: Vec::new(),
                })
            }
            fn roles(cells: &#model::Storage) -> Vec<[u8; 32]> {
                vec![#(#found),*]
            }
            fn set_params(&mut self, params: Params) -> Result<(), ParamsError> {
                #(self.#field.set_params(params.#field).map_err(ParamsError::#variant)?;)*
                Ok(())
            }
            fn resize(&mut self, agents: usize) {
                #(self.#field.resize(agents);)*
            }
            fn names(&self) -> &#model::Names {
                let all = [#(self.#field.names()),*];
                all[0]
            }
            fn rename(&mut self, with: &mut dyn FnMut(&mut #model::Names)) {
                #(self.#field.rename(with);)*
            }
            fn params() -> Vec<#kernel::params::Param> {
                let mut all = Vec::new();
                #(all.extend(#model::params_of(#called, #kind::params()));)*
                all
            }
            fn explain(error: ParamsError) -> (&'static str, String) {
                match error {
                    #(ParamsError::#variant(error) => {
                        let (key, expected) = #kind::explain(error);
                        (#model::joined(#called, key), expected)
                    })*
                }
            }
        }
    })
}
