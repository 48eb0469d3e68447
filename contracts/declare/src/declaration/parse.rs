//! How a declaration is read.

use super::{
    camel, is_account, Argument, Bound, Check, Comparison, Declaration, Docs, Layout, Message,
    Named, Param, Role, State, Table, Used, View,
};
use proc_macro2::Span;
use quote::{format_ident, quote, ToTokens};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{
    braced, bracketed, parenthesized, token, Attribute, Error, Expr, Ident, LitStr, Path, Result,
    Token, Type,
};

mod keyword {
    syn::custom_keyword!(mechanism);
    syn::custom_keyword!(params);
    syn::custom_keyword!(checks);
    syn::custom_keyword!(roles);
    syn::custom_keyword!(storage);
    syn::custom_keyword!(views);
    syn::custom_keyword!(messages);
    syn::custom_keyword!(errors);
    syn::custom_keyword!(pays);
    syn::custom_keyword!(by);
    syn::custom_keyword!(internal);
    syn::custom_keyword!(dense);
}

impl Parse for Used {
    fn parse(input: ParseStream) -> Result<Self> {
        let path;
        bracketed!(path in input);
        Ok(Self { rules: path.call(Path::parse_mod_style)?, declaration: input.parse()? })
    }
}

impl Docs {
    pub fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        match attributes.iter().find(|one| !one.path().is_ident("doc")) {
            Some(other) => Err(Error::new_spanned(other, "expected documentation only: `///`")),
            None => Ok(Self(attributes)),
        }
    }

    /// Says what is missing if nothing is said of `what`.
    pub fn said(self, what: &Ident) -> Result<Self> {
        match self.0.is_empty() {
            true => Err(Error::new(what.span(), format!("say what `{what}` is: `///` before it"))),
            false => Ok(self),
        }
    }
}

impl Comparison {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek(Token![>=]) {
            input.parse::<Token![>=]>().map(|_| Self::AtLeast)
        } else if input.peek(Token![<=]) {
            input.parse::<Token![<=]>().map(|_| Self::AtMost)
        } else if input.peek(Token![>]) {
            input.parse::<Token![>]>().map(|_| Self::MoreThan)
        } else if input.peek(Token![<]) {
            input.parse::<Token![<]>().map(|_| Self::LessThan)
        } else {
            Err(input.error("expected what the parameter is compared with: `>=`, `>`, `<=` or `<`"))
        }
    }
}

/// `seller: Id`, or with another type.
fn typed(input: ParseStream) -> Result<(Ident, Type)> {
    let name = input.parse()?;
    input.parse::<Token![:]>()?;
    Ok((name, input.parse()?))
}

/// All names of a section in braces, with commas between.
fn names(input: ParseStream) -> Result<Vec<Named>> {
    let inner;
    braced!(inner in input);
    listed(&inner, Named::parse)
}

fn all_roles(input: ParseStream) -> Result<Vec<Role>> {
    let inner;
    braced!(inner in input);
    listed(&inner, |input| {
        let Named { docs, name } = Named::parse(input)?;
        let mut contract = None;
        if input.parse::<Option<Token![:]>>()?.is_some() {
            contract = Some(input.call(Path::parse_mod_style)?);
        }
        let mut unlike = Vec::new();
        while input.parse::<Option<Token![!=]>>()?.is_some() {
            let other: Ident = input.parse()?;
            let error = format_ident!("{}Is{}", camel(&name), camel(&other), span = other.span());
            unlike.push((other, error));
        }
        Ok(Role { docs, name, unlike, contract })
    })
}

/// All of a section in braces.
fn section<T>(input: ParseStream, one: impl Fn(ParseStream) -> Result<T>) -> Result<Vec<T>> {
    let inner;
    braced!(inner in input);
    let mut all = Vec::new();
    while !inner.is_empty() {
        all.push(one(&inner)?);
    }
    Ok(all)
}

/// All of a list with commas between.
fn listed<T>(input: ParseStream, one: impl Fn(ParseStream) -> Result<T>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(one(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(all)
}

impl Param {
    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let (name, kind) = typed(input)?;
        let optional = input.peek(Token![=]);
        if optional {
            input.parse::<Token![=]>()?;
            input.parse::<Token![default]>()?;
        }
        input.parse::<Token![,]>().map_err(|e| Error::new(e.span(), "expected `, \"unit\"`"))?;
        let unit = input.parse()?;
        let (mut bounds, mut when) = (Vec::<Bound>::new(), None);
        while input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            if input.peek(Token![if]) {
                input.parse::<Token![if]>()?;
                when = Some(input.parse()?);
                break;
            }
            bounds.push(Bound::parse(input, &name)?);
        }
        input.parse::<Token![;]>()?;
        let docs = docs.said(&name)?;
        Ok(Self { docs, name, kind, optional, unit, bounds, when })
    }
}

impl Bound {
    fn parse(input: ParseStream, param: &Ident) -> Result<Self> {
        let comparison = Comparison::parse(input)?;
        let limit: Expr = input.parse()?;
        let words = input.peek(LitStr).then(|| input.parse()).transpose()?;
        let direction = if comparison.is_lower() { "TooLow" } else { "TooHigh" };
        let error = Ident::new(&(camel(param) + direction), param.span());
        Ok(Self { comparison, limit, words, error })
    }
}

impl Check {
    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let param: Ident = input.parse()?;
        input.parse::<Token![:]>()?;
        let error = input.parse()?;
        input.parse::<Token![=]>()?;
        let holds = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Self { docs: docs.said(&error)?, param, error, holds })
    }
}

/// A line of `storage`.
#[allow(clippy::large_enum_variant)]
enum Stored {
    State(State),
    Table(Table),
}

impl Stored {
    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let field: Ident = input.parse()?;
        let docs = docs.said(&field)?;
        input.parse::<Token![:]>()?;
        if field == "state" {
            let kind = input.parse()?;
            let first = match input.peek(Token![=]) {
                false => None,
                true => {
                    input.parse::<Token![=]>()?;
                    let rule = input.parse()?;
                    let arguments = arguments(input, false)?;
                    let told = arguments.iter().any(|one| matches!(one, Argument::Now));
                    if arguments.len() > usize::from(told) {
                        let said = "expected no argument, or `now`, the block of the constructor";
                        return Err(Error::new_spanned(&rule, said));
                    }
                    Some((rule, told))
                }
            };
            input.parse::<Token![;]>()?;
            return Ok(Self::State(State { docs, kind, first }));
        }
        let name: Ident = input.parse()?;
        if !input.peek(token::Paren) {
            let said = format!(
                "a table without a key: expected `{field}: getter(key: Type, …) -> Record`; \
                 what there is only one of belongs into `state`"
            );
            return Err(Error::new(name.span(), said));
        }
        let inner;
        parenthesized!(inner in input);
        let keys = listed(&inner, typed)?;
        if keys.is_empty() {
            let said = format!(
                "a table without a key: expected `{name}(key: Type, …)`; what there is only one of \
                 belongs into `state`"
            );
            return Err(Error::new(name.span(), said));
        }
        input.parse::<Token![->]>()?;
        let record = input.parse()?;
        let account = keys.iter().position(|(_, kind)| is_account(kind));
        let (mut layout, mut internal) = (account.map_or(Layout::Sorted, Layout::By), false);
        while !internal && input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            internal = input.peek(keyword::internal);
            match internal {
                true => _ = input.parse::<keyword::internal>()?,
                false => layout = Self::layout(input, &keys)?,
            }
        }
        input.parse::<Token![;]>()?;
        Ok(Self::Table(Table { docs, field, name, keys, record, layout, internal }))
    }

    fn layout(input: ParseStream, keys: &[(Ident, Type)]) -> Result<Layout> {
        if input.peek(keyword::dense) {
            let word: keyword::dense = input.parse()?;
            return match keys {
                [(_, kind)] if kind.to_token_stream().to_string() == "u32" => Ok(Layout::Dense),
                _ => Err(Error::new(word.span, "`dense` is for a single key of type `u32`")),
            };
        }
        let expected = "expected `internal`, `dense`, or `by` and an account's key";
        input.parse::<keyword::by>().map_err(|e| Error::new(e.span(), expected))?;
        let by: Ident = input.parse()?;
        let place = keys.iter().position(|(name, kind)| *name == by && is_account(kind));
        place.map(Layout::By).ok_or(Error::new(by.span(), "expected a key of type `Id`"))
    }
}

/// `(who, value, now, account: Id, …)`: in any order. A view is called by nobody.
fn arguments(input: ParseStream, is_called: bool) -> Result<Vec<Argument>> {
    let inner;
    parenthesized!(inner in input);
    let one = |input: ParseStream| {
        let name: Ident = input.parse()?;
        let context = match name.to_string().as_str() {
            "who" if is_called => Some(Argument::Who),
            "value" if is_called => Some(Argument::Value),
            "now" => Some(Argument::Now),
            _ => None,
        };
        match (context, input.peek(Token![:])) {
            (Some(context), false) => Ok(context),
            (Some(_), true) => {
                let said =
                    format!("`{name}` is what the call knows: give the argument another name");
                Err(Error::new(name.span(), said))
            }
            (None, false) if is_called => Ok(Argument::Contract(name, None)),
            (None, false) => {
                let said = format!("expected `{name}: Type`; only now has none");
                Err(Error::new(name.span(), said))
            }
            (None, true) => {
                input.parse::<Token![:]>()?;
                Ok(Argument::Own(name, input.parse()?))
            }
        }
    };
    listed(&inner, one)
}

impl View {
    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let name = input.parse()?;
        let docs = docs.said(&name)?;
        let arguments = arguments(input, false)?;
        input.parse::<Token![->]>()?;
        let result = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Self { docs, name, arguments, result })
    }
}

impl Table {
    /// What every mechanism with roles stores.
    fn of_roles() -> Result<Self> {
        let text = quote! {
            /// To whom a role is offered.
            role_offers: role_offer(role: Role) -> Option<Id>, internal;
        };
        match Stored::parse.parse2(text)? {
            Stored::Table(table) => Ok(table),
            Stored::State(state) => Err(Error::new_spanned(state.kind, "it has a key")),
        }
    }
}

impl Message {
    /// What every mechanism has.
    fn collect() -> Result<Self> {
        let text = quote! {
            /// pay an account what is credited to it
            collect(account: Id) => Paid as Collected(account), pays account;
        };
        Self::parse.parse2(text)
    }

    /// What every mechanism with roles has.
    fn of_roles() -> Result<[Self; 2]> {
        let offer = quote! {
            /// offer the caller's role to another account
            offer_role(who, role: Role, to: Id) => RoleOffered(to);
        };
        let accept = quote! {
            /// take over a role that was offered to the caller
            accept_role(who, role: Role) => RoleAccepted;
        };
        Ok([Self::parse.parse2(offer)?, Self::parse.parse2(accept)?])
    }

    fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let name = input.parse()?;
        let docs = docs.said(&name)?;
        let arguments = arguments(input, true)?;
        input.parse::<Token![=>]>()?;
        let receipt: Ident = input.parse()?;
        let mut event = receipt.clone();
        let mut subject = None;
        if input.peek(Token![as]) {
            input.parse::<Token![as]>()?;
            event = input.parse()?;
        }
        if input.peek(token::Paren) {
            let inner;
            parenthesized!(inner in input);
            subject = Some(inner.parse()?);
        }
        let mut pays = None;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            input.parse::<keyword::pays>()?;
            pays = Some(input.parse()?);
        }
        input.parse::<Token![;]>()?;
        let message = Self { docs, name, arguments, receipt, event, subject, pays };
        for account in message.subject.iter().chain(&message.pays) {
            if *account != "who" && !message.accounts().any(|known| known == account) {
                let said = "expected `who`, or an argument of type `Id`";
                return Err(Error::new(account.span(), said));
            }
        }
        Ok(message)
    }
}

impl Named {
    pub fn parse(input: ParseStream) -> Result<Self> {
        let docs = Docs::parse(input)?;
        let name = input.parse()?;
        Ok(Self { docs: docs.said(&name)?, name })
    }
}

impl Parse for Declaration {
    fn parse(input: ParseStream) -> Result<Self> {
        let tokens = input.fork().parse()?;
        let docs = Docs::parse(input)?;
        input.parse::<keyword::mechanism>()?;
        let name: Ident = input.parse()?;
        input.parse::<Token![;]>()?;
        let docs = docs.said(&name)?;
        let (mut params, mut checks, mut roles) = (None, None, None);
        let (mut stored, mut views, mut messages, mut errors) = (None, None, None, None);
        while !input.is_empty() {
            let look = input.lookahead1();
            if look.peek(keyword::params) {
                let at = input.parse::<keyword::params>()?.span;
                once(&mut params, at, section(input, Param::parse)?)?;
            } else if look.peek(keyword::checks) {
                let at = input.parse::<keyword::checks>()?.span;
                once(&mut checks, at, section(input, Check::parse)?)?;
            } else if look.peek(keyword::roles) {
                let at = input.parse::<keyword::roles>()?.span;
                once(&mut roles, at, all_roles(input)?)?;
            } else if look.peek(keyword::storage) {
                let at = input.parse::<keyword::storage>()?.span;
                once(&mut stored, at, section(input, Stored::parse)?)?;
            } else if look.peek(keyword::views) {
                let at = input.parse::<keyword::views>()?.span;
                once(&mut views, at, section(input, View::parse)?)?;
            } else if look.peek(keyword::messages) {
                let at = input.parse::<keyword::messages>()?.span;
                once(&mut messages, at, section(input, Message::parse)?)?;
            } else if look.peek(keyword::errors) {
                let at = input.parse::<keyword::errors>()?.span;
                once(&mut errors, at, names(input)?)?;
            } else {
                return Err(look.error());
            }
        }
        let missing = |section: &str| Error::new(name.span(), format!("there is no `{section}`"));
        let mut state = None;
        let mut tables = Vec::new();
        for line in stored.ok_or_else(|| missing("storage"))? {
            match line {
                Stored::State(one) => once(&mut state, name.span(), one)?,
                Stored::Table(table) => tables.push(table),
            }
        }
        let mut declaration = Self {
            tokens,
            docs,
            params: params.ok_or_else(|| missing("params"))?,
            checks: checks.unwrap_or_default(),
            roles: roles.unwrap_or_default(),
            state: state.ok_or_else(|| missing("state"))?,
            tables,
            views: views.unwrap_or_default(),
            messages: messages.ok_or_else(|| missing("messages"))?,
            errors: errors.ok_or_else(|| missing("errors"))?,
            name,
            contradiction: None,
        };
        declaration.find_contracts()?;
        declaration.contradiction = declaration.check().err();
        if declaration.contradiction.is_some() {
            declaration.forget_twins();
        }
        declaration.messages.push(Message::collect()?);
        if declaration.people().next().is_some() {
            declaration.messages.extend(Message::of_roles()?);
            declaration.tables.push(Table::of_roles()?);
        }
        Ok(declaration)
    }
}

impl Declaration {
    /// Says of every contract that a message calls where its rules are.
    fn find_contracts(&mut self) -> Result<()> {
        let arguments = self.messages.iter_mut().flat_map(|message| &mut message.arguments);
        for argument in arguments {
            let Argument::Contract(name, path) = argument else { continue };
            let role = self.roles.iter().find(|role| role.name == *name);
            *path = role.and_then(|role| role.contract.clone());
            if path.is_none() {
                let said = format!("expected `{name}: Type`; only who, value and now have none");
                return Err(Error::new(name.span(), said));
            }
        }
        Ok(())
    }
}

/// Sets what may be said once.
fn once<T>(place: &mut Option<T>, at: Span, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new(at, "this is there twice")),
    }
}
