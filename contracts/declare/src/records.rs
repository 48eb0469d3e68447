//! What is derived for records and choices.

use crate::names::{kernel, renamed as renamed_value};
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Fields, ItemEnum, Result};

/// An enum that files name in lower case, with its other values if no variant has fields.
pub fn choices(choices: &ItemEnum) -> Result<proc_macro2::TokenStream> {
    let kernel = kernel()?;
    let serde = format!("{kernel}::serde").replace(' ', "");
    let name = &choices.ident;
    let plain = choices.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
    let variants: Vec<_> = choices.variants.iter().map(|variant| &variant.ident).collect();
    let Some(first) = variants.first() else {
        return Err(Error::new_spanned(name, "there is nothing to choose from"));
    };
    let names = variants.iter().map(|one| crate::declaration::snake(one)).collect::<Vec<_>>();
    let names = names.join(", ");
    let argument = plain.then(|| {
        quote! {
            #kernel::with_std! {
                impl #kernel::arguments::Argument for #name {
                    fn sample() -> Self {
                        Self::#first
                    }

                    fn others(self, _: &[#kernel::Balance]) -> #kernel::host::vec::Vec<Self> {
                        #kernel::host::vec![#(Self::#variants),*]
                    }
                }
            }
        }
    });
    Ok(quote! {
        #kernel::without_serde! {
            #kernel::records! { #choices }
        }
        #kernel::with_serde! {
            #kernel::records! {
                #[derive(#kernel::serde::Serialize, #kernel::serde::Deserialize)]
                #[serde(crate = #serde, rename_all = "snake_case")]
                #choices
            }

            impl #kernel::text::Text for #name {
                const VALUES: &'static str = #names;

                fn write<S: #kernel::serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                    #kernel::serde::Serialize::serialize(self, out)
                }

                fn read<'de, D: #kernel::serde::Deserializer<'de>>(
                    input: D,
                ) -> Result<Self, D::Error> {
                    #kernel::serde::Deserialize::deserialize(input)
                }
            }
        }
        #argument
    })
}

/// `renamed` for a record with one type of accounts; nothing for a record without.
pub fn renamed(record: &DeriveInput) -> Result<proc_macro2::TokenStream> {
    let name = &record.ident;
    let mut kinds = record.generics.type_params();
    let Some(kind) = kinds.next() else { return Ok(quote!()) };
    if kind.ident != "Id" {
        return Err(Error::new_spanned(kind, "the type of accounts is called `Id`"));
    }
    let fields = |fields: &Fields, path: proc_macro2::TokenStream| {
        let names: Vec<_> = fields
            .iter()
            .enumerate()
            .map(|(at, field)| field.ident.clone().unwrap_or(format_ident!("field_{at}")))
            .collect();
        let values = fields
            .iter()
            .zip(&names)
            .map(|(field, own)| renamed_value(&field.ty, quote!(#own)).unwrap_or(quote!(#own)));
        match fields {
            Fields::Named(_) => {
                let values = names.iter().zip(values).map(|(own, value)| quote!(#own: #value));
                quote!(#path { #(#names),* } => #path { #(#values),* })
            }
            Fields::Unnamed(_) => quote!(#path(#(#names),*) => #path(#(#values),*)),
            Fields::Unit => quote!(#path => #path),
        }
    };
    let arms: Vec<_> = match &record.data {
        Data::Struct(data) => vec![fields(&data.fields, quote!(#name))],
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| {
                let own = &variant.ident;
                fields(&variant.fields, quote!(#name::#own))
            })
            .collect(),
        Data::Union(_) => return Err(Error::new_spanned(name, "a union is no record")),
    };
    Ok(quote! {
        impl<Id> #name<Id> {
            /// The same with other names for the accounts.
            pub fn renamed<To>(self, mut name: impl FnMut(Id) -> To) -> #name<To> {
                match self {
                    #(#arms,)*
                }
            }
        }
    })
}
