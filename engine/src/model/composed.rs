//! Several mechanisms as one: contracts that call each other.

use super::traits::Message;
use carrots_kernel::Balance;
use carrots_kernel::params::Param;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Writes a mechanism that is composed of others where it is called: all their messages, records and
/// parameters as those of one, which is a [`Model`](super::Model) like any other, and of as many contracts
/// on a chain.
///
/// ```text
/// carrots::composition! {
///     /// A court says which offences are punished.
///     composition Tribunal;
///
///     roles {
///         /// Brings the random seed of each draw.
///         beacon,
///         /// Is credited with what nobody earns.
///         sink,
///     }
///     parts {
///         oracle: crate::oracle::Oracle { beacon = beacon, sink = sink };
///         staking: crate::staking::Staking { slasher = verdicts, sink = sink };
///         verdicts: crate::verdicts::Verdicts(oracle, staking) { oracle = oracle, staking = staking };
///     }
/// }
/// ```
///
/// A part has a name, the path of its model, and whoever has its roles: one of the composition's, or the
/// contract of a part. In parentheses are the contracts that a part calls, in the order of its roles.
///
/// What follows: the records, `Params` with a table for each part, `Op`, `Receipt`, and a constant for each
/// role and each part's account. Messages, parameters and errors are named after their part, `oracle.ask`.
/// What is owed is what each contract owes: the tokens of one pay no debts of another.
///
/// A rule that calls other contracts calls one message that changes something, as the last that can fail:
/// on a chain all that was done is undone with the call, in memory it is not.
#[macro_export]
macro_rules! composition {
    ($($composition:tt)*) => {
        $crate::kernel::declare::composition! { $($composition)* }
    };
}

/// Something of a part, by its name, and a name of its own.
pub fn joined(part: &str, name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = format!("{part}.{name}");
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match names.get(&name[..]) {
        Some(known) => known,
        None => {
            let name: &'static str = name.leak();
            names.insert(name);
            name
        }
    }
}

/// A part: its name, its messages, its errors.
pub type Part = (&'static str, &'static [Message], &'static [(&'static str, &'static str)]);

/// Messages and errors of all parts.
pub struct Composed {
    /// Messages, by the names that they have as those of the whole.
    pub messages: Vec<Message>,
    /// Errors, the same.
    pub errors: Vec<(&'static str, &'static str)>,
    firsts: Vec<(usize, usize)>,
    parts: Vec<Part>,
}

impl Composed {
    /// All of these parts.
    pub fn new(parts: &[Part]) -> Self {
        let mut all = Self {
            messages: Vec::new(),
            errors: Vec::new(),
            firsts: Vec::new(),
            parts: parts.to_vec(),
        };
        for (part, messages, errors) in parts {
            all.firsts.push((all.messages.len(), all.errors.len()));
            let named =
                |message: &Message| Message { name: joined(part, message.name), ..*message };
            all.messages.extend(messages.iter().map(named));
            all.errors.extend(errors.iter().map(|(name, means)| (joined(part, name), *means)));
        }
        all
    }

    /// A part's message as it is called among all.
    pub fn message(&self, part: usize, name: &'static str) -> &'static str {
        let at = self.parts[part].1.iter().position(|message| message.name == name);
        at.map_or(name, |at| self.messages[self.firsts[part].0 + at].name)
    }

    /// The number of a part's error among all.
    pub fn error(&self, part: usize, number: u8) -> u8 {
        self.firsts[part].1 as u8 + number
    }

    /// The part with an error, and its number there.
    pub fn error_of(&self, number: u8) -> Option<(usize, u8)> {
        if usize::from(number) >= self.errors.len() {
            return None;
        }
        let first = |part: &usize| self.firsts[*part].1 <= usize::from(number);
        let part = (0..self.firsts.len()).rev().find(first)?;
        Some((part, number - self.firsts[part].1 as u8))
    }
}

/// The parameters of a part among those of all.
pub fn params_of(part: &str, params: Vec<Param>) -> impl Iterator<Item = Param> {
    params.into_iter().map(move |param| Param { name: joined(part, param.name), ..param })
}

/// What contracts that hold and owe this owe together: more than all hold as soon as one holds less than it
/// owes.
pub fn owed(contracts: &[(Balance, Balance)]) -> Balance {
    let owed = super::sum(contracts.iter().map(|(_, owed)| *owed));
    let lacking = super::sum(contracts.iter().map(|(held, owed)| owed.saturating_sub(*held)));
    match lacking {
        0 => owed,
        _ => super::sum(contracts.iter().map(|(held, _)| *held)).saturating_add(lacking),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_contract_pays_no_debts_of_another() {
        assert_eq!(owed(&[(5, 3), (2, 2)]), 5);
        // One token is lacking, though all together hold more than they owe.
        assert_eq!(owed(&[(5, 3), (1, 2)]), 7);
    }

    #[test]
    fn errors_are_numbered_through() {
        let errors: [&'static [(&str, &str)]; 2] = [&[("A", ""), ("B", "")], &[("A", "")]];
        let all = Composed::new(&[("one", &[], errors[0]), ("two", &[], errors[1])]);
        let names: Vec<_> = all.errors.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["one.A", "one.B", "two.A"]);
        assert_eq!([all.error(0, 1), all.error(1, 0)], [1, 2]);
        assert_eq!(
            [0, 1, 2, 3].map(|number| all.error_of(number)),
            [Some((0, 0)), Some((0, 1)), Some((1, 0)), None]
        );
    }
}
