//! What a declaration says, and what is wrong with it.

mod contradictions;
mod parse;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Error, Expr, Ident, Lit, LitStr, Path, Type};

/// A declaration that is used outside of its rules.
pub struct Used {
    /// Where the rules are.
    pub rules: Path,
    pub declaration: Declaration,
}

/// All that is said once of a mechanism.
pub struct Declaration {
    /// The tokens, to be handed on.
    pub tokens: TokenStream,
    pub docs: Docs,
    /// Its name, as a type has it.
    pub name: Ident,
    pub params: Vec<Param>,
    pub checks: Vec<Check>,
    pub roles: Vec<Role>,
    pub state: State,
    pub tables: Vec<Table>,
    pub views: Vec<View>,
    pub messages: Vec<Message>,
    pub errors: Vec<Named>,
    /// What is wrong with it though it can be read.
    pub contradiction: Option<Error>,
}

/// Lines of documentation.
#[derive(Default)]
pub struct Docs(pub Vec<Attribute>);

/// A name with documentation.
pub struct Named {
    pub docs: Docs,
    pub name: Ident,
}

/// An account that the constructor takes.
pub struct Role {
    pub docs: Docs,
    pub name: Ident,
    /// Roles that another account has to have, and the error where it does not.
    pub unlike: Vec<(Ident, Ident)>,
    /// Where the rules of the contract are that has it, if messages call it.
    pub contract: Option<Path>,
}

/// A parameter.
pub struct Param {
    pub docs: Docs,
    pub name: Ident,
    pub kind: Type,
    /// Whether files may leave it out: then it is the type's default.
    pub optional: bool,
    pub unit: LitStr,
    pub bounds: Vec<Bound>,
    /// When the bounds are looked at; always if nothing is said.
    pub when: Option<Expr>,
}

/// What a parameter is compared with.
pub struct Bound {
    pub comparison: Comparison,
    pub limit: Expr,
    /// The limit in words.
    pub words: Option<LitStr>,
    /// The error where it does not hold.
    pub error: Ident,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Comparison {
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
}

/// A rule of parameters that is no comparison.
pub struct Check {
    /// What is expected.
    pub docs: Docs,
    /// The parameter that it is about.
    pub param: Ident,
    pub error: Ident,
    pub holds: Expr,
}

/// The record without a key.
pub struct State {
    pub docs: Docs,
    pub kind: Type,
    /// The rule that gives the first one, and whether it is told the block.
    pub first: Option<(Ident, bool)>,
}

/// Records by key.
pub struct Table {
    pub docs: Docs,
    /// The field.
    pub field: Ident,
    /// The getter.
    pub name: Ident,
    pub keys: Vec<(Ident, Type)>,
    pub record: Type,
    pub layout: Layout,
    /// Whether only the rules read it.
    pub internal: bool,
}

/// How a table lies in memory.
#[derive(Clone, Copy, PartialEq)]
pub enum Layout {
    /// By all of its keys.
    Sorted,
    /// By the account that is the key of that number, then by the other keys.
    By(usize),
    /// By a number of which few are left out.
    Dense,
}

/// What a call knows beside its arguments, or one of these.
#[allow(clippy::large_enum_variant)]
pub enum Argument {
    Who,
    Value,
    Now,
    /// A contract that has the role of this name, by the path of its rules once that is known.
    Contract(Ident, Option<Path>),
    Own(Ident, Type),
}

/// A message that changes nothing: a rule of the same name.
pub struct View {
    pub docs: Docs,
    pub name: Ident,
    pub arguments: Vec<Argument>,
    pub result: Type,
}

/// What is read from outside by a name: a table's getter, or a view.
pub struct Reader<'a> {
    pub docs: &'a Docs,
    pub name: &'a Ident,
    pub arguments: Vec<(&'a Ident, &'a Type)>,
    pub result: &'a Type,
}

/// A message, which is an entry of the rules of the same name.
pub struct Message {
    pub docs: Docs,
    pub name: Ident,
    /// In the order of the entry.
    pub arguments: Vec<Argument>,
    pub receipt: Ident,
    pub event: Ident,
    /// The account that the event names after the caller: the caller itself, or an argument.
    pub subject: Option<Ident>,
    /// Whom the receipt pays.
    pub pays: Option<Ident>,
}

impl Docs {
    /// The text of the first paragraph, in one line.
    pub fn about(&self) -> String {
        let lines = self.0.iter().filter_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(text) => match &text.lit {
                    Lit::Str(text) => Some(text.value().trim().to_string()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        });
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.iter().for_each(|line| line.to_tokens(tokens));
    }
}

impl Comparison {
    pub fn is_lower(self) -> bool {
        matches!(self, Self::AtLeast | Self::MoreThan)
    }
}

impl Bound {
    /// The limit, if it is written as a number.
    pub fn number(&self) -> Option<u128> {
        match &self.limit {
            Expr::Lit(limit) => match &limit.lit {
                Lit::Int(number) => number.base10_parse().ok(),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Message {
    /// Its arguments, in their order.
    pub fn own(&self) -> impl Iterator<Item = (&Ident, &Type)> {
        own(&self.arguments)
    }

    /// Those that are accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &Ident> {
        self.own().filter(|(_, kind)| is_account(kind)).map(|(name, _)| name)
    }

    pub fn is_payable(&self) -> bool {
        self.arguments.iter().any(|one| matches!(one, Argument::Value))
    }

    /// The contracts that it calls, and where their rules are.
    pub fn contracts(&self) -> impl Iterator<Item = (&Ident, &Path)> {
        self.arguments.iter().filter_map(|one| match one {
            Argument::Contract(name, Some(path)) => Some((name, path)),
            _ => None,
        })
    }

    /// Whether another contract can call it: it neither takes nor pays tokens, and calls none itself.
    pub fn is_for_contracts(&self) -> bool {
        !self.is_payable() && self.pays.is_none() && self.contracts().next().is_none()
    }
}

/// The arguments that a caller gives.
pub fn own(arguments: &[Argument]) -> impl Iterator<Item = (&Ident, &Type)> {
    arguments.iter().filter_map(|one| match one {
        Argument::Own(name, kind) => Some((name, kind)),
        _ => None,
    })
}

/// Whether a type is that of accounts.
pub fn is_account(kind: &Type) -> bool {
    matches!(kind, Type::Path(path) if path.path.is_ident("Id"))
}

/// A name as a type has it.
pub fn camel(name: &Ident) -> String {
    let name = name.to_string();
    let parts = name.split('_').map(|part| {
        let mut letters = part.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    parts.collect()
}

/// The same in lower case, with `_` between the words.
pub fn snake(name: &Ident) -> String {
    let mut snake = String::new();
    for letter in name.to_string().chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

impl Declaration {
    /// Its name in files.
    pub fn file_name(&self) -> String {
        snake(&self.name)
    }

    /// The tables with their storage cells. The state has cell 0, parameters 1, roles, if any, 2.
    pub fn cells(&self) -> impl Iterator<Item = (&Table, u32)> {
        self.tables.iter().zip(self.first_cell()..)
    }

    /// The storage cell of credits.
    pub fn last_cell(&self) -> u32 {
        self.cells().last().map_or(self.first_cell(), |(_, cell)| cell.saturating_add(1))
    }

    /// The roles that change hands: all but those of contracts that messages call.
    pub fn people(&self) -> impl Iterator<Item = &Role> {
        self.roles.iter().filter(|role| role.contract.is_none())
    }

    /// The contracts that messages call, by their roles, and where their rules are.
    pub fn contracts(&self) -> impl Iterator<Item = (&Ident, &Path)> {
        self.roles.iter().filter_map(|role| Some((&role.name, role.contract.as_ref()?)))
    }

    fn first_cell(&self) -> u32 {
        if self.roles.is_empty() {
            2
        } else {
            3
        }
    }

    /// The tables that are read from outside as they are: those that are not internal, and that no view
    /// stands for.
    pub fn read_tables(&self) -> impl Iterator<Item = &Table> {
        let read = self.tables.iter().filter(|table| !table.internal);
        read.filter(|table| self.views.iter().all(|view| view.name != table.name))
    }

    /// All that is read from outside, but for what every mechanism has.
    pub fn readers(&self) -> impl Iterator<Item = Reader<'_>> {
        let tables = self.read_tables().map(|table| Reader {
            docs: &table.docs,
            name: &table.name,
            arguments: table.keys.iter().map(|(name, kind)| (name, kind)).collect(),
            result: &table.record,
        });
        let views = self.views.iter().map(|view| Reader {
            docs: &view.docs,
            name: &view.name,
            arguments: own(&view.arguments).collect(),
            result: &view.result,
        });
        tables.chain(views)
    }

    /// How an event calls the account that it names after the caller.
    pub fn subject(&self, event: &Ident) -> Option<&Ident> {
        let all = self.messages.iter().filter(|message| message.event == *event);
        all.filter_map(|message| message.subject.as_ref()).find(|subject| *subject != "who")
    }
}
