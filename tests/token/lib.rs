//! A fungible token without allowances: the yardstick that a mechanism's weights are compared with.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

#[ink::contract]
mod token {
    use ink::storage::Mapping;

    #[ink(storage)]
    pub struct Token {
        balances: Mapping<AccountId, u128>,
    }

    #[ink(event)]
    pub struct Transfer {
        #[ink(topic)]
        from: AccountId,
        #[ink(topic)]
        to: AccountId,
        value: u128,
    }

    #[derive(Debug, PartialEq, Eq)]
    #[ink::scale_derive(Encode, Decode, TypeInfo)]
    pub enum Error {
        InsufficientBalance,
        Overflow,
    }

    impl Token {
        /// Gives the caller the whole supply.
        #[ink(constructor)]
        pub fn new(supply: u128) -> Self {
            let mut balances = Mapping::default();
            balances.insert(Self::env().caller(), &supply);
            Self { balances }
        }

        #[ink(message)]
        pub fn balance_of(&self, who: AccountId) -> u128 {
            self.balances.get(who).unwrap_or_default()
        }

        /// Two reads, two writes, one event.
        #[ink(message)]
        pub fn transfer(&mut self, to: AccountId, value: u128) -> Result<(), Error> {
            let from = self.env().caller();
            let left =
                self.balance_of(from).checked_sub(value).ok_or(Error::InsufficientBalance)?;
            self.balances.insert(from, &left);
            // Read after the write, so that a transfer to oneself changes nothing.
            let sum = self.balance_of(to).checked_add(value).ok_or(Error::Overflow)?;
            self.balances.insert(to, &sum);
            self.env().emit_event(Transfer { from, to, value });
            Ok(())
        }
    }
}
