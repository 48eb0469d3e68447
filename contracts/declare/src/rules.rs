//! What the rules get: parameters with their checks, roles, errors, storage, and the declaration for
//! those who write a contract or a model from it.

use crate::declaration::{camel, Argument, Bound, Comparison, Declaration, Message, Param, Reader};
use crate::names::{kernel, replaced, with_id};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned, ToTokens};
use syn::spanned::Spanned;
use syn::{Error, Expr, Result, Type};

pub fn write(declaration: &Declaration) -> Result<TokenStream> {
    let kernel = kernel()?;
    let params = params(declaration, &kernel)?;
    let roles = roles(declaration, &kernel);
    let errors = errors(declaration, &kernel);
    let db = db(declaration, &kernel);
    let (contract, checks) = (contract(declaration), checks(declaration, &kernel));
    let (tokens, macro_name) =
        (&declaration.tokens, format_ident!("__declaration_of_{}", declaration.file_name()));
    Ok(quote! {
        #[doc(no_inline)]
        pub use #kernel::prelude::*;

        #params
        #roles
        #errors
        #db
        #contract
        #checks

        /// Pays an account, for anyone, what was credited to it. Errs with `NothingToCollect`.
        pub fn collect<D: Db>(db: &mut D, account: D::Id) -> Result<Paid, Error> {
            #kernel::accounts::collect(db, account).ok_or(Error::NothingToCollect)
        }

        // Whoever takes the declaration knows that `crate` is that of the rules.
        #[doc(hidden)]
        #[macro_export]
        #[allow(clippy::crate_in_macro_def)]
        macro_rules! #macro_name {
            ([$($then:tt)*] $rules:tt) => { $($then)* ! { $rules #tokens } };
        }
        #[doc(hidden)]
        pub use #macro_name as declaration;
    })
}

/// Whether an expression depends on the other parameters.
fn depends(expression: &Expr, declaration: &Declaration) -> bool {
    let found = std::cell::Cell::new(false);
    replaced(expression.to_token_stream(), &|name| {
        if name == "self" || declaration.params.iter().any(|param| param.name == *name) {
            found.set(true);
        }
        None
    });
    found.get()
}

/// The limit as an expression that gives a `String`: `shown` writes a number, and `of` stands before a
/// parameter.
fn words(
    bound: &Bound,
    declaration: &Declaration,
    kernel: &TokenStream,
    shown: TokenStream,
    of: &str,
) -> Result<TokenStream> {
    if let Some(words) = &bound.words {
        return Ok(quote!(#kernel::host::string::String::from(#words)));
    }
    if let Some(number) = bound.number() {
        return Ok(quote!(#shown(#number)));
    }
    let limit = &bound.limit;
    if let Expr::Path(path) = limit {
        if let Some(param) = declaration.params.iter().find(|param| path.path.is_ident(&param.name))
        {
            let name = format!("{of}{}", param.name);
            return Ok(quote!(#kernel::host::string::String::from(#name)));
        }
    }
    if depends(limit, declaration) {
        let said = "say in words what this is: a text after it";
        return Err(Error::new_spanned(limit, said));
    }
    Ok(quote!(#shown(Parameter::bound(#limit))))
}

fn params(declaration: &Declaration, kernel: &TokenStream) -> Result<TokenStream> {
    let Declaration { params, checks, .. } = declaration;
    let serde = format!("{kernel}::serde").replace(' ', "");
    let text = format!("{kernel}::text").replace(' ', "");
    let with_bounds =
        params.iter().map(|param| field(param, declaration)).collect::<Result<Vec<_>>>()?;
    let with_text = with_bounds.iter().zip(params).map(|(field, param)| {
        let attribute = quote_spanned!(param.kind.span() => #[serde(with = #text)]);
        let optional = param.optional.then(|| quote!(#[serde(default)]));
        quote!(#attribute #optional #field)
    });
    let bounds =
        || params.iter().flat_map(|param| param.bounds.iter().map(move |bound| (param, bound)));
    let variants = bounds().map(|(param, bound)| {
        let said = format!(" `{}` has to be {} {}.", param.name, verb(bound), shown(bound));
        let error = &bound.error;
        quote!(#[doc = #said] #error,)
    });
    let more = checks.iter().map(|check| {
        let said = format!(" `{}`: expected {}.", check.param, check.docs.about());
        let error = &check.error;
        quote!(#[doc = #said] #error,)
    });
    let names: Vec<_> = params.iter().map(|param| &param.name).collect();
    let rules = params.iter().flat_map(|param| {
        let bounds = param.bounds.iter().map(|bound| {
            let (holds, error) = (compared(param, bound, kernel), &bound.error);
            match &param.when {
                None => quote!((#holds, ParamsError::#error)),
                Some(when) => quote!((!(#when) || #holds, ParamsError::#error)),
            }
        });
        let own = checks.iter().filter(|check| check.param == param.name).map(|check| {
            let (holds, error) = (&check.holds, &check.error);
            quote!((#holds, ParamsError::#error))
        });
        bounds.chain(own).collect::<Vec<_>>()
    });
    let sound = params.iter().filter_map(|param| sound(param, declaration));
    let described = params
        .iter()
        .map(|param| described(param, declaration, kernel))
        .collect::<Result<Vec<_>>>()?;
    let explained = bounds()
        .map(|(param, bound)| {
            let (name, error) = (param.name.to_string(), &bound.error);
            let told = quote!(#kernel::params::told);
            let (verb, words) = (verb(bound), words(bound, declaration, kernel, told, "params.")?);
            Ok(quote!(ParamsError::#error => (#name, #kernel::host::format!("{} {}", #verb, #words))))
        })
        .collect::<Result<Vec<_>>>()?;
    let told = checks.iter().map(|check| {
        let (name, said) = (check.param.to_string(), check.docs.about());
        let error = &check.error;
        quote!(ParamsError::#error => (#name, #kernel::host::string::String::from(#said)))
    });
    let apart = || {
        let all = declaration.roles.iter();
        all.flat_map(|role| {
            role.unlike.iter().map(move |(other, error)| (&role.name, other, error))
        })
    };
    let alike = apart().map(|(role, other, error)| {
        let said = format!(" The {role} has to be another account than the {other}.");
        quote!(#[doc = #said] #error,)
    });
    let told_apart = apart().map(|(role, other, error)| {
        let (name, said) = (role.to_string(), format!("another account than the {other}"));
        quote!(ParamsError::#error => (#name, #kernel::host::string::String::from(#said)))
    });
    Ok(quote! {
        #kernel::without_serde! {
            #kernel::records! {
                /// What the rules are configured with.
                #[derive(Default)]
                pub struct Params { #(#with_bounds,)* }
            }
        }
        #kernel::with_serde! {
            #kernel::records! {
                /// What the rules are configured with.
                #[derive(Default, #kernel::serde::Serialize, #kernel::serde::Deserialize)]
                #[serde(crate = #serde, deny_unknown_fields)]
                pub struct Params { #(#with_text,)* }
            }

            impl Params {
                /// The parameters, in the order in which the constructor takes them.
                pub fn described() -> #kernel::host::vec::Vec<#kernel::params::Param> {
                    #[allow(unused_imports)]
                    use #kernel::params::Parameter;
                    #kernel::host::vec![#(#described),*]
                }
            }

            impl ParamsError {
                /// The parameter that it is about, and what is expected of it.
                pub fn explain(self) -> (&'static str, #kernel::host::string::String) {
                    #[allow(unused_imports)]
                    use #kernel::params::Parameter;
                    match self {
                        #(#explained,)*
                        #(#told,)*
                        #(#told_apart,)*
                    }
                }
            }
        }

        #kernel::records! {
            /// What is wrong with a set of parameters, or with who has which role.
            pub enum ParamsError { #(#variants)* #(#more)* #(#alike)* }
        }

        impl Params {
            /// Accepts the parameters, or names the first thing that is wrong with them.
            #[allow(unused_variables, clippy::all)]
            pub fn check(&self) -> Result<(), ParamsError> {
                let Self { #(#names),* } = *self;
                #kernel::check(&[#(#rules,)*])
            }
        }

        #(#sound)*
    })
}

/// A parameter's field, with its range in the documentation.
fn field(param: &Param, declaration: &Declaration) -> Result<TokenStream> {
    let Param { docs, name, kind, unit, bounds, .. } = param;
    let mut all: Vec<String> =
        bounds.iter().map(|bound| format!("{} {}", verb(bound), shown(bound))).collect();
    let own = declaration.checks.iter().filter(|check| check.param == *name);
    all.extend(own.map(|check| check.docs.about()));
    let all = if all.is_empty() { String::new() } else { format!(": {}", all.join("; ")) };
    let said = format!(" In {}{all}.", unit.value());
    Ok(quote!(#docs #[doc = ""] #[doc = #said] pub #name: #kind))
}

/// The limit as it is written.
fn shown(bound: &Bound) -> String {
    match (&bound.words, bound.number()) {
        (Some(words), _) => words.value(),
        (None, Some(number)) => number.to_string(),
        (None, None) => format!("`{}`", bound.limit.to_token_stream()),
    }
}

fn verb(bound: &Bound) -> &'static str {
    match bound.comparison {
        Comparison::AtLeast => "at least",
        Comparison::MoreThan => "more than",
        Comparison::AtMost => "at most",
        Comparison::LessThan => "less than",
    }
}

fn sign(comparison: Comparison) -> TokenStream {
    match comparison {
        Comparison::AtLeast => quote!(>=),
        Comparison::MoreThan => quote!(>),
        Comparison::AtMost => quote!(<=),
        Comparison::LessThan => quote!(<),
    }
}

/// Whether a parameter is within a bound.
fn compared(param: &Param, bound: &Bound, kernel: &TokenStream) -> TokenStream {
    let (name, kind, sign, limit) =
        (&param.name, &param.kind, sign(bound.comparison), &bound.limit);
    let parameter = quote_spanned!(kind.span() => #kernel::params::Parameter);
    let limit = match bound.number() {
        Some(number) => quote!(#number.saturating_mul(<#kind as #parameter>::ONE)),
        None => quote!(#parameter::bound(#limit)),
    };
    quote!(#parameter::bound(#name) #sign #limit)
}

/// A check by the compiler that a range of constants is none of nothing.
fn sound(param: &Param, declaration: &Declaration) -> Option<TokenStream> {
    let kind = param.kind.to_token_stream().to_string();
    if kind.ends_with("Perbill") || kind.ends_with("FixedU128") {
        return None;
    }
    let fixed = |bound: &&Bound| bound.words.is_none() && !depends(&bound.limit, declaration);
    let lower = param.bounds.iter().filter(fixed).find(|bound| bound.comparison.is_lower())?;
    let upper = param.bounds.iter().filter(fixed).find(|bound| !bound.comparison.is_lower())?;
    let (least, most) = (&lower.limit, &upper.limit);
    let said = format!("nothing is in the range of `{}`", param.name);
    Some(quote_spanned! { upper.limit.span() =>
        #[allow(clippy::all, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        const _: () = assert!((#least) as u128 <= (#most) as u128, #said);
    })
}

/// What is said of a parameter.
fn described(
    param: &Param,
    declaration: &Declaration,
    kernel: &TokenStream,
) -> Result<TokenStream> {
    let (name, unit, kind) = (param.name.to_string(), &param.unit, &param.kind);
    let about = param.docs.about();
    let bounds = param
        .bounds
        .iter()
        .map(|bound| {
            let sign = sign(bound.comparison).to_string();
            let words = words(bound, declaration, kernel, quote!(#kernel::params::shown), "")?;
            Ok(quote!((#sign, #words)))
        })
        .collect::<Result<Vec<_>>>()?;
    let more = declaration.checks.iter().filter(|check| check.param == param.name);
    let more = more.map(|check| check.docs.about());
    let more = more.chain(param.optional.then(|| "can be left out".to_string()));
    let text = quote_spanned!(kind.span() => #kernel::text::Text);
    Ok(quote! {
        #kernel::params::Param {
            name: #name,
            unit: #unit,
            range: #kernel::params::range(<#kind as #text>::VALUES, &[#(#bounds),*], &[#(#more),*]),
            about: #about,
        }
    })
}

fn roles(declaration: &Declaration, kernel: &TokenStream) -> TokenStream {
    if declaration.roles.is_empty() {
        return quote!();
    }
    let roles = declaration.roles.iter().map(|role| {
        let (docs, name) = (&role.docs, &role.name);
        quote!(#docs pub #name: Id)
    });
    let apart = declaration.roles.iter().flat_map(|role| {
        let name = &role.name;
        let all = role.unlike.iter();
        all.map(move |(other, error)| quote!((self.#name != self.#other, ParamsError::#error)))
    });
    let handed_over = handed_over(declaration, kernel);
    quote! {
        #kernel::records! {
            /// Who may do what others may not, or is credited by the rules. Each may be another
            /// contract.
            pub struct Roles<Id> { #(#roles,)* }
        }

        impl<Id: PartialEq> Roles<Id> {
            /// Accepts the roles, or names the first that an account must not have beside another.
            pub fn check(&self) -> Result<(), ParamsError> {
                #kernel::check(&[#(#apart,)*])
            }
        }

        #handed_over
    }
}

/// How roles change hands.
fn handed_over(declaration: &Declaration, kernel: &TokenStream) -> TokenStream {
    let (names, variants): (Vec<_>, Vec<_>) =
        declaration.people().map(|role| (&role.name, &role.docs)).unzip();
    if names.is_empty() {
        return quote!();
    }
    let kinds: Vec<Ident> =
        names.iter().map(|name| Ident::new(&camel(name), name.span())).collect();
    let variants = variants.iter().zip(&kinds).map(|(docs, kind)| quote!(#docs #kind));
    quote! {
        #kernel::records! {
            /// A role that was offered to an account, and is not its own yet.
            pub struct RoleOffered {
                /// Which one.
                pub role: Role,
            }

            /// A role that an account took over.
            pub struct RoleAccepted {
                /// Which one.
                pub role: Role,
            }
        }

        #kernel::choices! {
            /// The roles, by name.
            #[derive(PartialOrd, Ord)]
            pub enum Role { #(#variants,)* }
        }

        impl<Id: Copy> Roles<Id> {
            /// Who has a role.
            pub fn holder(&self, role: Role) -> Id {
                match role { #(Role::#kinds => self.#names,)* }
            }

            /// The same with a role in other hands.
            pub fn with(mut self, role: Role, holder: Id) -> Self {
                match role { #(Role::#kinds => self.#names = holder,)* }
                self
            }
        }

        /// Offers the caller's role to another account, which has it as soon as it accepts. Until then
        /// nothing changes; a later offer takes the place of an earlier one. Errs with `NotRoleHolder`.
        pub fn offer_role<D: Db>(
            db: &mut D,
            who: D::Id,
            role: Role,
            to: D::Id,
        ) -> Result<RoleOffered, Error> {
            if db.roles().holder(role) != who {
                return Err(Error::NotRoleHolder);
            }
            // After this point the call must succeed.
            db.set_role_offer(role, Some(to));
            Ok(RoleOffered { role })
        }

        /// Gives the caller a role that was offered to it. Errs with `RoleNotOffered`, or `RolesAlike` where
        /// the caller has a role that must not be held by the same account.
        pub fn accept_role<D: Db>(
            db: &mut D,
            who: D::Id,
            role: Role,
        ) -> Result<RoleAccepted, Error> {
            if db.role_offer(role) != Some(who) {
                return Err(Error::RoleNotOffered);
            }
            let roles = db.roles().with(role, who);
            roles.check().map_err(|_| Error::RolesAlike)?;
            // After this point the call must succeed.
            db.set_roles(roles);
            db.set_role_offer(role, None);
            Ok(RoleAccepted { role })
        }
    }
}

fn errors(declaration: &Declaration, kernel: &TokenStream) -> TokenStream {
    let of_roles = declaration.people().next().map(|_| {
        quote! {
            /// The caller does not have the role.
            NotRoleHolder,
            /// The role is not offered to the caller.
            RoleNotOffered,
            /// The caller has a role that must not be held by the same account.
            RolesAlike,
        }
    });
    let errors = declaration.errors.iter().map(|error| {
        let (docs, name) = (&error.docs, &error.name);
        quote!(#docs #name,)
    });
    quote! {
        #kernel::errors! {
            /// Why a call was refused. A refused call changes nothing.
            pub enum Error {
                #(#errors)*
                #of_roles
                /// Nothing is credited to the account.
                NothingToCollect,
                /// The chain refused a payment. Only the contract says so: the amount is below the
                /// existential deposit and the account does not exist.
                PaymentFailed,
            }
        }
    }
}

fn db(declaration: &Declaration, kernel: &TokenStream) -> TokenStream {
    let id = quote!(Self::Id);
    let state = &declaration.state.kind;
    let record = Ident::new("record", Span::mixed_site());
    let tables = declaration.tables.iter().map(|table| {
        let (docs, name, set) = (&table.docs, &table.name, format_ident!("set_{}", table.name));
        let (names, kinds): (Vec<_>, Vec<_>) =
            table.keys.iter().map(|(name, kind)| (name, with_id(kind, &id))).unzip();
        let kind = with_id(&table.record, &id);
        quote! {
            #docs
            fn #name(&self, #(#names: #kinds),*) -> #kind;
            fn #set(&mut self, #(#names: #kinds,)* #record: #kind);
        }
    });
    let roles = (!declaration.roles.is_empty()).then(|| {
        quote!(
            fn roles(&self) -> Roles<Self::Id>;
            fn set_roles(&mut self, roles: Roles<Self::Id>);
        )
    });
    quote! {
        /// Storage of the mechanism: one getter and one setter per record. A record that is not
        /// there reads as its default, and a default that is written is removed.
        #[allow(missing_docs, clippy::too_many_arguments)]
        pub trait Db: #kernel::sealed::Hashing {
            fn params(&self) -> Params;
            #roles
            fn state(&self) -> #state;
            fn set_state(&mut self, state: #state);
            #(#tables)*
        }
    }
}

/// The mechanism as other contracts see it.
fn contract(declaration: &Declaration) -> TokenStream {
    let own = |kind: &Type| with_id(kind, &quote!(Self::Id));
    let read = declaration.readers().map(|Reader { docs, name, arguments, result }| {
        let given = arguments.iter().map(|(name, kind)| {
            let kind = own(kind);
            quote!(#name: #kind)
        });
        let result = own(result);
        quote!(#docs fn #name(&self, #(#given),*) -> #result;)
    });
    let called = declaration.messages.iter().filter(|message| message.is_for_contracts());
    let called = called.map(|message| {
        let Message { docs, name, receipt, .. } = message;
        let given = message.own().map(|(name, kind)| {
            let kind = own(kind);
            quote!(#name: #kind)
        });
        quote!(#docs fn #name(&mut self, #(#given),*) -> Result<#receipt, Error>;)
    });
    let roles = (!declaration.roles.is_empty()).then(|| {
        quote! {
            /// Who has which role.
            fn roles(&self) -> Roles<Self::Id>;
        }
    });
    let state = &declaration.state.kind;
    quote! {
        /// The mechanism as another contract sees it: what it can read, and the messages that neither
        /// take nor pay tokens, which it calls by its own account. An `Err` changes nothing there.
        #[allow(clippy::too_many_arguments)]
        pub trait Contract {
            /// How accounts are named.
            type Id: Copy + Eq;
            /// The parameters.
            fn params(&self) -> Params;
            #roles
            /// The record without a key.
            fn state(&self) -> #state;
            #(#read)*
            #(#called)*
        }
    }
}

/// What is checked by the compiler where it is declared: that entries and views are as they are
/// declared, and that what is stored and passed can be.
fn checks(declaration: &Declaration, kernel: &TokenStream) -> TokenStream {
    let account = quote!([u8; 32]);
    let stored = declaration
        .tables
        .iter()
        .flat_map(|table| table.keys.iter().map(|(_, kind)| kind).chain([&table.record]));
    let stored = stored.chain([&declaration.state.kind]);
    let passed =
        declaration.messages.iter().flat_map(|message| message.own().map(|(_, kind)| kind));
    let records = stored.chain(passed).map(|kind| {
        let own = with_id(kind, &account);
        quote_spanned!(kind.span() => record::<#own>();)
    });
    let receipts = declaration.messages.iter().map(|message| {
        let kind = &message.receipt;
        quote_spanned!(kind.span() => record::<#kind>();)
    });
    let arguments = declaration.messages.iter().flat_map(|message| {
        message.own().filter(|(_, kind)| !crate::declaration::is_account(kind))
    });
    let arguments = arguments.map(|(_, kind)| quote_spanned!(kind.span() => argument::<#kind>();));
    let entries = declaration.messages.iter().map(|message| entry(message, kernel));
    let views = declaration.views.iter().map(|view| {
        let (name, result) = (&view.name, with_id(&view.result, &quote!(D::Id)));
        let (given, passed) = (given(&view.arguments, kernel), passed_on(&view.arguments));
        quote_spanned! { name.span() =>
            fn #name<D: super::Db>(db: &D, #(#given),*) -> #result {
                super::#name(db, #(#passed),*)
            }
        }
    });
    quote! {
        const _: () = {
            fn record<T: #kernel::Record>() {}
            #[allow(dead_code)]
            fn records() { #(#records)* #(#receipts)* }
            #kernel::with_serde! {
                #[allow(dead_code)]
                fn arguments() {
                    fn argument<T: #kernel::arguments::Argument + #kernel::text::Text>() {}
                    #(#arguments)*
                }
            }
        };

        #[allow(dead_code, unused_imports, missing_docs, clippy::all)]
        mod __declared {
            use super::*;
            #(#entries)*
            #(#views)*
        }
    }
}

fn given<'a>(
    arguments: &'a [Argument],
    kernel: &'a TokenStream,
) -> impl Iterator<Item = TokenStream> + 'a {
    arguments.iter().map(move |argument| match argument {
        Argument::Who => quote!(who: D::Id),
        Argument::Value => quote!(value: #kernel::Balance),
        Argument::Now => quote!(now: #kernel::Block),
        Argument::Contract(name, path) => {
            quote!(#name: &mut impl #path::Contract<Id = D::Id>)
        }
        Argument::Own(name, kind) => {
            let kind = with_id(kind, &quote!(D::Id));
            quote!(#name: #kind)
        }
    })
}

/// The arguments as an entry takes them.
pub fn passed_on(arguments: &[Argument]) -> impl Iterator<Item = TokenStream> + '_ {
    arguments.iter().map(|argument| match argument {
        Argument::Who => quote!(who),
        Argument::Value => quote!(value),
        Argument::Now => quote!(now),
        Argument::Contract(name, _) => quote!(&mut *#name),
        Argument::Own(name, _) => name.to_token_stream(),
    })
}

fn entry(message: &Message, kernel: &TokenStream) -> TokenStream {
    let (name, receipt) = (&message.name, &message.receipt);
    let (given, passed) = (given(&message.arguments, kernel), passed_on(&message.arguments));
    quote_spanned! { name.span() =>
        fn #name<D: super::Db>(db: &mut D, #(#given),*) -> Result<super::#receipt, super::Error> {
            super::#name(db, #(#passed),*)
        }
    }
}
