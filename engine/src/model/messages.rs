//! What a mechanism says once and is needed many times: its messages.

/// Declares the messages of a mechanism: `Op`, `Receipt`, and [`Messages`](super::Messages).
///
/// ```text
/// messages! {
///     Staking, Error, (db, who, value, now);
///     receipts: Bonded, Paid;
///     /// bond to an operator
///     bond: Bond(operator) {} + tokens => Bonded as Bonded(operator)
///         = rules::bond(db, who, operator, value);
///     /// pay an account what is credited to it
///     collect: Collect(account) {} => Paid as Collected(account), pays account
///         = rules::collect(db, account);
/// }
/// ```
///
/// A line has the message's name in the contract; its variant of `Op`; the accounts and then the
/// other arguments that it takes, in the contract's order; `+ tokens` if it takes tokens; its
/// receipt, and the event that carries it with the account named after the caller; whom its
/// receipt, a `Paid`, pays; and the entry of the rules. The encoding of a variant's fields is that
/// of the message's arguments.
#[macro_export]
macro_rules! messages {
    (
        $model:ty, $error:ty, ($db:ident, $who:ident, $value:ident, $now:ident);
        receipts: $($kind_of_receipt:ident),* $(,)?;
        $(
            #[doc = $about:literal]
            $message:ident: $name:ident($($account:ident),*) {
                $($(#[$attribute:meta])* $field:ident: $kind:ty),* $(,)?
            } $(+ $tokens:ident)? => $receipt:ident as $event:ident $(($subject:ident))?
                $(, pays $payee:ident)? = $rule:expr;
        )*
    ) => {
        /// The messages of the contract, with accounts of type `Id`.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, $crate::scale::Encode, $crate::scale::Decode,
            $crate::serde::Serialize, $crate::serde::Deserialize,
        )]
        #[serde(crate = "carrots::serde", rename_all = "snake_case", deny_unknown_fields)]
        #[codec(crate = $crate::scale)]
        #[allow(missing_docs)]
        pub enum Op<Id = $crate::model::Agent> {
            $(
                #[doc = $about]
                $name { $($account: Id,)* $($(#[$attribute])* $field: $kind,)* },
            )*
        }

        impl<Id> Op<Id> {
            /// The same message with other names for the accounts.
            #[allow(unused_mut, unused_variables)]
            fn map<To>(self, mut name: impl FnMut(Id) -> To) -> Op<To> {
                match self {
                    $(Op::$name { $($account,)* $($field,)* } => {
                        Op::$name { $($account: name($account),)* $($field,)* }
                    })*
                }
            }
        }

        impl $crate::model::Op for Op {
            fn message(&self) -> &'static str {
                match self {
                    $(Op::$name { .. } => stringify!($message),)*
                }
            }

            #[inline]
            fn payable(&self) -> bool {
                match self {
                    $(Op::$name { .. } => $crate::messages!(@flag $($tokens)?),)*
                }
            }

            fn arguments(&self, name: &dyn Fn($crate::model::Agent) -> [u8; 32]) -> Vec<u8> {
                $crate::scale::Encode::encode(&self.map(name))[1..].to_vec()
            }

            fn read(
                data: &[u8],
                agent: &mut dyn FnMut([u8; 32]) -> $crate::model::Agent,
            ) -> Option<Self> {
                let selectors = [$($crate::model::selector(stringify!($message)),)*];
                let (selector, arguments) = data.split_at_checked(4)?;
                let number = selectors.iter().position(|known| known[..] == *selector)?;
                let encoded = [&[number as u8], arguments].concat();
                let op: Op<[u8; 32]> = $crate::scale::DecodeAll::decode_all(&mut &encoded[..]).ok()?;
                Some(op.map(agent))
            }

            #[allow(unused_variables)]
            fn event(
                &self,
                $who: $crate::model::Agent,
            ) -> (&'static str, Option<$crate::model::Agent>) {
                match *self {
                    $(Op::$name { $($account,)* .. } => {
                        (stringify!($event), $crate::messages!(@some $($subject)?))
                    })*
                }
            }

            #[allow(unused_variables)]
            fn samples(account: $crate::model::Agent) -> Vec<Self> {
                vec![$({
                    $(let $account = account;)*
                    $(let $field = <$kind as $crate::kernel::arguments::Argument>::sample();)*
                    Op::$name { $($account,)* $($field,)* }
                },)*]
            }

            fn variants(
                &self,
                accounts: &[$crate::model::Agent],
                amounts: &[$crate::kernel::Balance],
            ) -> Vec<Self> {
                let mut all = Vec::new();
                $(
                    $(if let Op::$name { $account, .. } = *self {
                        for other in accounts.iter().filter(|other| **other != $account) {
                            let mut changed = *self;
                            if let Op::$name { $account, .. } = &mut changed {
                                *$account = *other;
                            }
                            all.push(changed);
                        }
                    })*
                    $(if let Op::$name { $field, .. } = *self {
                        for other in $crate::kernel::arguments::Argument::others($field, amounts) {
                            let mut changed = *self;
                            if let Op::$name { $field, .. } = &mut changed {
                                *$field = other;
                            }
                            all.push(changed);
                        }
                    })*
                )*
                all
            }

            fn opaque(&self) -> bool {
                match self {
                    $(Op::$name { .. } => {
                        false $(|| <$kind as $crate::kernel::arguments::Argument>::OPAQUE)*
                    })*
                }
            }
        }

        /// The receipts of the messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, $crate::scale::Encode)]
        #[codec(crate = $crate::scale)]
        #[allow(missing_docs)]
        pub enum Receipt {
            $($kind_of_receipt($kind_of_receipt),)*
        }

        impl $crate::model::Messages for $model {
            type Op = Op;
            type Receipt = Receipt;
            type Error = $error;

            const MESSAGES: &'static [$crate::model::Message] = &[
                $($crate::model::Message {
                    name: stringify!($message),
                    arguments: &[$(stringify!($account),)* $(stringify!($field),)*],
                    payable: $crate::messages!(@flag $($tokens)?),
                    about: $about.trim_ascii(),
                },)*
            ];

            const ERRORS: &'static [(&'static str, &'static str)] = <$error>::MEANINGS;

            #[inline(always)]
            #[allow(unused_variables)]
            fn call(
                &mut self,
                $who: $crate::model::Agent,
                $value: $crate::kernel::Balance,
                $now: $crate::kernel::Block,
                op: Op,
            ) -> Result<(Receipt, Option<$crate::model::Payment>), $error> {
                let $db = self;
                match op {
                    $(Op::$name { $($account,)* $($field,)* } => {
                        let receipt = $rule?;
                        let paid = $crate::messages!(@paid receipt $($payee)?);
                        Ok((Receipt::$receipt(receipt), paid))
                    })*
                }
            }
        }
    };
    (@flag) => { false };
    (@flag $tokens:ident) => { true };
    (@some) => { None };
    (@some $account:ident) => { Some($account) };
    (@paid $receipt:ident) => { None };
    (@paid $receipt:ident $payee:ident) => { Some(($payee, $receipt.amount)) };
}
