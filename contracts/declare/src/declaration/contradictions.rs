//! What is wrong with a declaration that can be read.

use super::{Comparison, Declaration, Message, Param};
use proc_macro2::Span;
use std::collections::HashSet;
use syn::{Error, Ident, Result};

impl Declaration {
    /// Leaves out what is there twice, so that the compiler does not say so again in its words, and bounds,
    /// which may contradict each other.
    pub fn forget_twins(&mut self) {
        fn firsts<T>(all: &mut Vec<T>, name: impl Fn(&T) -> String) {
            let mut seen = HashSet::new();
            all.retain(|one| seen.insert(name(one)));
        }
        firsts(&mut self.params, |one| one.name.to_string());
        firsts(&mut self.checks, |one| one.error.to_string());
        firsts(&mut self.roles, |one| one.name.to_string());
        firsts(&mut self.tables, |one| one.name.to_string());
        firsts(&mut self.tables, |one| one.field.to_string());
        firsts(&mut self.views, |one| one.name.to_string());
        firsts(&mut self.messages, |one| one.name.to_string());
        firsts(&mut self.errors, |one| one.name.to_string());
        self.params.iter_mut().for_each(|param| param.bounds.clear());
    }

    /// The first contradiction, at the line that it is in.
    pub fn check(&self) -> Result<()> {
        let one = |names: &mut dyn Iterator<Item = &Ident>, what: &str| {
            let mut seen = HashSet::new();
            for name in names {
                if !seen.insert(name.to_string()) {
                    let said = format!("two {what} of this name");
                    return Err(Error::new(name.span(), said));
                }
            }
            Ok(())
        };
        // What every contract has.
        let given = |names: &[&str]| {
            names.iter().map(|name| Ident::new(name, Span::call_site())).collect::<Vec<_>>()
        };
        let taken = [
            "Params",
            "ParamsError",
            "Role",
            "Roles",
            "RoleOffered",
            "RoleAccepted",
            "Error",
            "Db",
            "Op",
            "Receipt",
            "Accounts",
            "Paid",
            "Contract",
            "Called",
        ];
        if taken.iter().any(|taken| self.name == taken) {
            return Err(Error::new(self.name.span(), "this name is given to what follows from it"));
        }
        let of_all = ["new", "params", "roles", "state", "credit", "collect"];
        let read = given(&[&of_all[..], &["offer_role", "accept_role"]].concat());
        let called = self.read_tables().map(|table| &table.name);
        let called = called.chain(self.views.iter().map(|view| &view.name));
        let called = called.chain(self.messages.iter().map(|message| &message.name));
        one(&mut read.iter().chain(called), "messages, views or getters")?;
        let held = given(&["params", "roles", "state", "credits", "names", "role_offers"]);
        one(&mut held.iter().chain(self.tables.iter().map(|table| &table.field)), "tables")?;
        one(&mut self.params.iter().map(|param| &param.name), "parameters")?;
        one(&mut self.roles.iter().map(|role| &role.name), "roles")?;
        let of_all =
            ["NothingToCollect", "PaymentFailed", "NotRoleHolder", "RoleNotOffered", "RolesAlike"];
        one(
            &mut given(&of_all).iter().chain(self.errors.iter().map(|error| &error.name)),
            "errors",
        )?;
        self.params.iter().try_for_each(Param::check)?;
        let bounds = self.params.iter().flat_map(|param| &param.bounds);
        let checks = self.checks.iter().map(|check| &check.error);
        one(&mut bounds.map(|bound| &bound.error).chain(checks), "errors of parameters")?;
        for (at, role) in self.roles.iter().enumerate() {
            for (other, _) in &role.unlike {
                if self.roles[..at].iter().all(|earlier| earlier.name != *other) {
                    return Err(Error::new(other.span(), "no role before this one has this name"));
                }
            }
        }
        for check in &self.checks {
            if self.params.iter().all(|param| param.name != check.param) {
                return Err(Error::new(check.param.span(), "no parameter has this name"));
            }
        }
        self.messages.iter().try_for_each(|message| self.check_event(message))
    }

    /// An event says the same whoever emits it.
    fn check_event(&self, message: &Message) -> Result<()> {
        let others = self.messages.iter().filter(|other| other.event == message.event);
        for other in others {
            let same = other.receipt == message.receipt
                && other.subject.is_some() == message.subject.is_some();
            if !same {
                let said = format!(
                    "`{}` emits an event of this name with another receipt, or another account: \
                     name it by `as`",
                    other.name
                );
                return Err(Error::new(message.event.span(), said));
            }
        }
        if message.subject.is_some() && self.subject(&message.event).is_none() {
            let said = "the event names the caller already";
            return Err(Error::new(message.event.span(), said));
        }
        Ok(())
    }
}

impl Param {
    /// Says which bound is there twice, and where bounds that are numbers contradict each other.
    fn check(&self) -> Result<()> {
        for (at, bound) in self.bounds.iter().enumerate() {
            let is_lower = bound.comparison.is_lower();
            if self.bounds[..at].iter().any(|other| other.comparison.is_lower() == is_lower) {
                let side = if is_lower { "lower" } else { "upper" };
                let said = format!("`{}` has two {side} bounds", self.name);
                return Err(Error::new_spanned(&bound.limit, said));
            }
        }
        let lower = self.bounds.iter().find(|bound| bound.comparison.is_lower());
        let upper = self.bounds.iter().find(|bound| !bound.comparison.is_lower());
        let (Some(lower), Some(upper)) = (lower, upper) else { return Ok(()) };
        let (Some(least), Some(most)) = (lower.number(), upper.number()) else { return Ok(()) };
        let open =
            [lower.comparison == Comparison::MoreThan, upper.comparison == Comparison::LessThan];
        match least > most || (least == most && open.contains(&true)) {
            false => Ok(()),
            true => {
                let said = format!("no `{}` is in this range: {least} to {most}", self.name);
                Err(Error::new_spanned(&upper.limit, said))
            }
        }
    }
}
