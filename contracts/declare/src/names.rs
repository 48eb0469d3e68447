//! How crates are called where something is written, and how accounts are in types and values.

use crate::declaration::is_account;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use proc_macro_crate::{crate_name, FoundCrate};
use quote::{format_ident, quote, ToTokens};
use syn::{Error, GenericArgument, Path, PathArguments, Result, Type};

/// A crate as the user's manifest calls it. Errs where it is not there, with what to add.
fn find(package: &str, why: &str) -> Result<TokenStream> {
    match crate_name(package) {
        Ok(FoundCrate::Itself) => {
            let name = format_ident!("{}", package.replace('-', "_"));
            Ok(quote!(::#name))
        }
        Ok(FoundCrate::Name(name)) => {
            let name = format_ident!("{name}");
            Ok(quote!(::#name))
        }
        Err(_) => {
            let said = format!("{why} needs the dependency `{package}`: add it to Cargo.toml");
            Err(Error::new(Span::call_site(), said))
        }
    }
}

/// Where the kernel is for rules.
pub fn kernel() -> Result<TokenStream> {
    find("carrots-kernel", "a mechanism")
}

/// Where the engine is for a model.
pub fn engine() -> Result<TokenStream> {
    find("carrots", "a model")
}

/// Where the shell is for a contract, whose crate needs ink! under its own name.
pub fn shell() -> Result<TokenStream> {
    let shell = find("carrots-shell", "a contract")?;
    match crate_name("ink") {
        Ok(FoundCrate::Name(name)) if name == "ink" => Ok(shell),
        _ => {
            let said = "a contract needs the dependency `ink` under this name: add \
                        `ink = { version = \"=5.1.1\", default-features = false }` to Cargo.toml";
            Err(Error::new(Span::call_site(), said))
        }
    }
}

/// The same tokens with another type for accounts than `Id`.
pub fn with_id(tokens: impl ToTokens, id: &TokenStream) -> TokenStream {
    replaced(tokens.to_token_stream(), &|name| (name == "Id").then(|| id.clone()))
}

/// A path that a declaration has, from outside of the crate of its rules, which are at `rules`.
pub fn from_outside(path: &Path, rules: &Path) -> Path {
    let mut path = path.clone();
    if let (Some(first), Some(own)) = (path.segments.first_mut(), rules.segments.first()) {
        if first.ident == "crate" {
            *first = own.clone();
        }
    }
    path
}

/// The same tokens with others in the place of some names; not of names in paths.
pub fn replaced(tokens: TokenStream, with: &dyn Fn(&Ident) -> Option<TokenStream>) -> TokenStream {
    let mut out = TokenStream::new();
    let mut in_path = false;
    for token in tokens {
        let after_colons = in_path;
        in_path = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == ':');
        match token {
            TokenTree::Ident(name) if !after_colons => match with(&name) {
                Some(other) => out.extend(other),
                None => out.extend([TokenTree::Ident(name)]),
            },
            TokenTree::Group(group) => {
                let inner = replaced(group.stream(), with);
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                out.extend([TokenTree::Group(new)]);
            }
            other => out.extend([other]),
        }
    }
    out
}

/// The same tokens as if they stood where the macro is called: a declaration that was handed on is not
/// kept apart from what is written around it.
pub fn here(tokens: TokenStream) -> TokenStream {
    let moved = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = TokenTree::Group(Group::new(group.delimiter(), here(group.stream())));
        }
        token.set_span(token.span().resolved_at(Span::call_site()));
        token
    });
    moved.collect()
}

/// The value with other names for its accounts, by its type; `name` is in scope. None if it has no
/// accounts.
pub fn renamed(kind: &Type, value: TokenStream) -> Option<TokenStream> {
    if is_account(kind) {
        return Some(quote!(name(#value)));
    }
    match kind {
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(inner) = &last.arguments else { return None };
            let inner: Vec<&Type> = inner
                .args
                .iter()
                .filter_map(|one| match one {
                    GenericArgument::Type(kind) => Some(kind),
                    _ => None,
                })
                .collect();
            let holds = inner.iter().any(|kind| renamed(kind, quote!(it)).is_some());
            match (last.ident == "Option", inner.as_slice()) {
                _ if !holds => None,
                (true, [inner]) => {
                    let it = renamed(inner, quote!(it))?;
                    Some(quote!(#value.map(|it| #it)))
                }
                _ => Some(quote!(#value.renamed(&mut name))),
            }
        }
        Type::Array(array) => {
            let it = renamed(&array.elem, quote!(it))?;
            Some(quote!(#value.map(|it| #it)))
        }
        Type::Tuple(tuple) => {
            let parts: Vec<Ident> =
                (0..tuple.elems.len()).map(|at| format_ident!("part_{at}")).collect();
            let new =
                tuple.elems.iter().zip(&parts).map(|(kind, part)| renamed(kind, quote!(#part)));
            let new: Vec<Option<TokenStream>> = new.collect();
            if new.iter().all(Option::is_none) {
                return None;
            }
            let new = new.into_iter().zip(&parts).map(|(new, part)| new.unwrap_or(quote!(#part)));
            Some(quote!({ let (#(#parts,)*) = #value; (#(#new,)*) }))
        }
        _ => None,
    }
}
